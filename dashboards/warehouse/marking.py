"""The questions of the page of marking to a release: progress, who owes what, works to look at, marks.

Belongs here: all SQL of that page, with parameters. Does not belong here: what is counted (dbt_project/),
results of methods beside the release (dashboards/measurement_files.py), how they look (dashboards/views/).
This module does not know Streamlit. Order §6–8, policy A19–A26.
"""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.warehouse import Release, Row
from dashboards.warehouse import require_tables as require

# What the page asks for; a release of an older build lacks some of them.
NEEDED_TABLES: tuple[str, ...] = (
    "reporting.rpt_case_differences",
    "reporting.rpt_mark_points",
    "reporting.rpt_marked_works",
    "reporting.rpt_marking_progress",
    "reporting.rpt_marks_owed",
    "reporting.rpt_refused_marks",
    "seeds.stage_criteria",
    "seeds.stage_scoring",
    "seeds.stages",
    "seeds.tracks",
)
# So many rows of a list are sent to the browser; a file holds all.
MOST_ROWS = 2000

# kind of flag -> the condition of a work that has it
WORK_FLAGS: Mapping[str, str] = {
    "flagged": "is_flagged",
    "disagreement": "is_disagreement",
    "words": "is_over_words",
    "time": "is_over_time",
    "outsiders": "count_outsiders > 0",
    "every": "true",
}

_PLACE = """
    season_code::varchar = $season
    and ($stage::varchar is null or stage_code = $stage)
    and ($track::varchar is null or track_code = $track)
"""
_STAGE = "season_code::varchar = $season and ($stage::varchar is null or stage_code = $stage)"


def require_tables(release: Release) -> None:
    """Raise TablesMissing where the release is of a build that did not have what the page shows."""
    require(release, NEEDED_TABLES)


def stages(release: Release) -> list[str]:
    """Return the codes of the stages that raters mark, in order (Order §6–8)."""
    rows = release.rows(
        "select stage_code from seeds.stages where season_code::varchar = $season"
        " and scoring_code = 'panel' order by stage_order",
        {"season": release.manifest.season_code},
    )
    return [row["stage_code"] for row in rows]


def criteria(release: Release, language: str) -> dict[str, str]:
    """Return the names of the criteria of all stages by code, in their order."""
    rows = release.rows(
        f"select criterion_code, name_{language} as name from seeds.stage_criteria"
        " where season_code::varchar = $season order by stage_code, criterion_order, criterion_code",
        {"season": release.manifest.season_code},
    )
    return {row["criterion_code"]: row["name"] for row in rows}


def limits(release: Release, stage: str) -> Row:
    """Return what a stage's works may have and which marks there are: words, minutes, least and most points.

    A stage that the seed does not know has none.
    """
    rows = release.rows(
        "select words_limit, duration_minutes, points_min, points_max from seeds.stage_scoring"
        " where season_code::varchar = $season and stage_code = $stage",
        {"season": release.manifest.season_code, "stage": stage},
    )
    return rows[0] if rows else dict.fromkeys(("words_limit", "duration_minutes", "points_min", "points_max"))


def progress(release: Release, stage: str | None, track: str | None) -> list[Row]:
    """Return how far the marking is, by stage and track in their order."""
    return release.rows(
        f"""
        select
            stage_code, track_code, count_to_mark, count_marked,
            count_to_mark - count_marked as count_waiting, count_untouched, count_unpublishable,
            count_whole_sets, count_disagreements
        from reporting.rpt_marking_progress
        inner join (
            select track_code, track_order from seeds.tracks where season_code::varchar = $season
        ) using (track_code)
        where {_PLACE}
        order by stage_order, track_order
        """,
        _params(release, stage, track),
    )


def progress_by_stage(release: Release, track: str | None) -> list[Row]:
    """Return how far the marking of each stage is, all tracks (or one) together."""
    return release.rows(
        """
        select
            stage_code, sum(count_to_mark)::bigint as count_to_mark,
            sum(count_marked)::bigint as count_marked,
            sum(count_to_mark - count_marked)::bigint as count_waiting
        from reporting.rpt_marking_progress
        where season_code::varchar = $season and ($track::varchar is null or track_code = $track)
        group by stage_code, stage_order
        order by stage_order
        """,
        {"season": release.manifest.season_code, "track": track},
    )


def owed(release: Release, stage: str | None, track: str | None, language: str) -> list[Row]:
    """Return who owes what, experts first, each with the days left until the list of the stage.

    days_left: whole days from the season clock, below nothing once the list's moment has passed; None
    without a moment. A row without an expert: nobody has been asked.
    """
    return release.rows(
        f"""
        select
            rater_code, stage_code, track_code, work_no, candidate_no, text_{language} as owed_text,
            count_raters, count_marks, given_at, published_at,
            floor(date_diff('second', $as_of::timestamp, published_at) / 86400)::bigint as days_left
        from reporting.rpt_marks_owed
        where {_PLACE}
        order by rater_code nulls last, stage_order, track_code, candidate_no
        """,
        {
            **_params(release, stage, track),
            "as_of": release.manifest.as_of or release.manifest.published_at,
        },
    )


def work_counts(release: Release, stage: str | None, track: str | None) -> dict[str, int]:
    """Return how many works each kind of flag has."""
    counts = ", ".join(f'count(*) filter ({where}) as "{name}"' for name, where in WORK_FLAGS.items())
    [row] = release.rows(
        f"select {counts} from reporting.rpt_marked_works where {_PLACE}", _params(release, stage, track)
    )
    return row


def works(
    release: Release, stage: str | None, track: str | None, flag: str, limit: int | None = None
) -> list[Row]:
    """Return the works of a kind of flag (`WORK_FLAGS`), those furthest apart first, at most `limit`."""
    return release.rows(
        f"""
        select
            work_no, candidate_no, stage_code, track_code, case_code, points_apart, is_disagreement,
            count_words, is_over_words, duration_seconds, is_over_time, count_whole, count_outsiders
        from reporting.rpt_marked_works
        where {_PLACE} and {WORK_FLAGS[flag]}
        order by points_apart desc nulls last, work_no
        limit $limit
        """,
        {**_params(release, stage, track), "limit": limit},
    )


def refused(release: Release, stage: str | None, language: str) -> list[Row]:
    """Return versions of marks that count for nothing although they say something else, with the reason."""
    return release.rows(
        f"""
        select
            stage_code, work_no, candidate_no, expert_code, criterion_code, version_no, points,
            points_counted, received_at, locked_at, text_{language} as why
        from reporting.rpt_refused_marks
        where {_STAGE}
        order by stage_code, work_no, expert_code, criterion_code, version_no
        """,
        _params(release, stage),
    )


def case_differences(release: Release, stage: str | None, language: str) -> list[Row]:
    """Return works on another case than the one that was drawn."""
    return release.rows(
        f"""
        select
            stage_code, candidate_no, drawn_case_code, assigned_case_code, solved_case_code,
            text_{language} as why
        from reporting.rpt_case_differences
        where {_STAGE}
        order by stage_code, candidate_no
        """,
        _params(release, stage),
    )


def mark_points(release: Release, stage: str, track: str | None) -> list[Row]:
    """Return how often each mark was given by criterion, with its share and the criterion's mean."""
    return release.rows(
        f"""
        with given as (
            select criterion_code, points, sum(count_given)::bigint as count_given
            from reporting.rpt_mark_points
            where {_PLACE}
            group by criterion_code, points
        )
        select
            criterion_code, points, count_given,
            round(count_given / sum(count_given) over of_criterion, 4)::decimal(12, 4) as share_given,
            round(sum(points * count_given) over of_criterion / sum(count_given) over of_criterion, 2)
                ::decimal(9, 2) as mean_mark,
            (sum(count_given) over of_criterion)::bigint as count_marks_given
        from given
        left join (
            select criterion_code, criterion_order from seeds.stage_criteria
            where season_code::varchar = $season and stage_code = $stage
        ) using (criterion_code)
        window of_criterion as (partition by criterion_code)
        order by criterion_order, criterion_code, points
        """,
        _params(release, stage, track),
    )


def _params(release: Release, stage: str | None, *track: str | None) -> dict[str, object]:
    named: dict[str, object] = {"season": release.manifest.season_code, "stage": stage}
    return {**named, "track": track[0]} if track else named
