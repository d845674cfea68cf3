"""The questions of the page of tests to a release: scores and cuts, items and options, hours of the sittings.

Belongs here: all SQL of that page, with parameters. Does not belong here: what the statistics mean
(dbt_project/), results of methods beside the release (dashboards/measurement_files.py), how they look
(dashboards/views/). This module does not know Streamlit. Order §5, policy A25.
"""

from __future__ import annotations

from dataclasses import dataclass

from dashboards.warehouse import Release, Row
from dashboards.warehouse import require_tables as require

# What the page asks for; a release of an older build lacks some of them.
NEEDED_TABLES: tuple[str, ...] = (
    "reporting.rpt_cut_fragility",
    "reporting.rpt_form_scores",
    "reporting.rpt_form_statistics",
    "reporting.rpt_item_hours",
    "reporting.rpt_item_options",
    "reporting.rpt_item_statistics",
    "seeds.stages",
    "seeds.tracks",
)


@dataclass(frozen=True)
class TestFilters:
    """Codes that the page is narrowed to; None leaves that side open."""

    __test__ = False

    stage: str
    form: str | None = None
    language: str | None = None
    track: str | None = None

    def params(self, release: Release, *names: str) -> dict[str, object]:
        """Return the season and the named parameters; DuckDB refuses those that a query does not name."""
        return {"season": release.manifest.season_code, **{name: getattr(self, name) for name in names}}


_FORM = """
    season_code::varchar = $season and stage_code = $stage
    and ($form::varchar is null or form_code = $form)
    and ($language::varchar is null or language_code = $language)
"""
_TRACK = "($track::varchar is null or track_code = $track)"


def require_tables(release: Release) -> None:
    """Raise TablesMissing where the release is of a build that did not have what the page shows."""
    require(release, NEEDED_TABLES)


def stages(release: Release) -> list[str]:
    """Return the codes of the stages that are scored by answers, in order (Order §5)."""
    rows = release.rows(
        "select stage_code from seeds.stages where season_code::varchar = $season"
        " and scoring_code = 'answers' order by stage_order",
        {"season": release.manifest.season_code},
    )
    return [row["stage_code"] for row in rows]


def forms(release: Release, filters: TestFilters) -> list[Row]:
    """Return each form and language: people, mean, deviation, KR-20, standard error, people near the cut."""
    return release.rows(
        f"""
        select
            form_code, language_code, count_takers, count_items, mean_points, deviation_points,
            reliability_kr20, error_points, count_near_cutoff, not_computable_code
        from reporting.rpt_form_statistics
        where {_FORM}
        order by form_code, language_code
        """,
        filters.params(release, "stage", "form", "language"),
    )


def scores(release: Release, filters: TestFilters) -> list[Row]:
    """Return people by track and score, and how many of them go on."""
    return release.rows(
        f"""
        select
            track_code, score_points, sum(count_people)::bigint as count_people,
            sum(count_admitted)::bigint as count_admitted
        from reporting.rpt_form_scores
        where {_FORM} and {_TRACK}
        group by track_code, score_points
        order by track_code, score_points
        """,
        filters.params(release, "stage", "form", "language", "track"),
    )


def tracks(release: Release, filters: TestFilters) -> list[Row]:
    """Return each track: people of the chosen forms and their mean, the cut-off, and who is near it.

    error_points: the standard error of measurement of the forms, the largest where there are several;
    count_near_cutoff: people not further from the cut-off than the error of their own form. None where no
    error is known, or the track has no cut-off.
    """
    return release.rows(
        f"""
        with scores as (
            select
                shown.track_code, shown.count_people, shown.score_points, shown.count_admitted,
                statistics.error_points, cutoffs.cutoff_points
            from (from reporting.rpt_form_scores where {_FORM} and {_TRACK}) as shown
            left join reporting.rpt_form_statistics as statistics
                on shown.season_code = statistics.season_code and shown.stage_code = statistics.stage_code
                and shown.form_code = statistics.form_code
                and shown.language_code = statistics.language_code
            left join reporting.rpt_cut_fragility as cutoffs
                on shown.season_code = cutoffs.season_code and shown.stage_code = cutoffs.stage_code
                and shown.track_code = cutoffs.track_code
        )
        select
            scores.track_code, sum(count_people)::bigint as count_people,
            round(sum(count_people * score_points) / sum(count_people), 2)::decimal(9, 2) as mean_points,
            max(cutoff_points) as cutoff_points, sum(count_admitted)::bigint as count_admitted,
            max(error_points) as error_points,
            case when max(cutoff_points) is not null and max(error_points) is not null then
                coalesce(sum(count_people) filter (abs(score_points - cutoff_points) <= error_points), 0)
            end::bigint as count_near_cutoff
        from scores
        inner join (from seeds.tracks where season_code::varchar = $season) as names using (track_code)
        group by scores.track_code, names.track_order
        order by names.track_order
        """,
        filters.params(release, "stage", "form", "language", "track"),
    )


def fragility(release: Release, filters: TestFilters) -> list[Row]:
    """Return each track with a cut-off: who sits on it, whom a question more or less would move."""
    return release.rows(
        f"""
        select
            track_code, limit_places, cutoff_points, count_pool, count_admitted, count_at_cutoff,
            count_out_if_higher, count_in_if_lower
        from reporting.rpt_cut_fragility
        inner join (
            select track_code, track_order from seeds.tracks where season_code::varchar = $season
        ) using (track_code)
        where season_code::varchar = $season and stage_code = $stage and {_TRACK}
        order by track_order
        """,
        filters.params(release, "stage", "track"),
    )


def items(release: Release, filters: TestFilters) -> list[Row]:
    """Return the items of the chosen forms with their statistics."""
    return release.rows(
        f"""
        select
            form_code, language_code, item_no, count_takers, difficulty, item_rest_correlation,
            discrimination, count_unanswered, item_flag_codes, not_computable_code
        from reporting.rpt_item_statistics
        where {_FORM}
        order by form_code, language_code, item_no
        """,
        filters.params(release, "stage", "form", "language"),
    )


def options(release: Release, stage: str, item: tuple[str, str, int]) -> list[Row]:
    """Return the options of one item (form, language, number), no answer last.

    share_upper, share_lower: how the upper and the lower group divide among the options.
    """
    return release.rows(
        """
        select
            option_code, is_key, count_chosen, share_chosen, count_upper, count_lower, mean_rest_points,
            option_flag_code,
            round(count_upper / nullif(sum(count_upper) over (), 0), 4)::decimal(12, 4) as share_upper,
            round(count_lower / nullif(sum(count_lower) over (), 0), 4)::decimal(12, 4) as share_lower
        from reporting.rpt_item_options
        where season_code::varchar = $season and stage_code = $stage and form_code = $form
            and language_code = $language and item_no = $item
        order by option_code = '-', option_code
        """,
        _item_params(release, stage, item),
    )


def hours(release: Release, stage: str, item: tuple[str, str, int]) -> list[Row]:
    """Return one item over the hours of the sittings."""
    return release.rows(
        """
        select hour_no, count_begun, share_right
        from reporting.rpt_item_hours
        where season_code::varchar = $season and stage_code = $stage and form_code = $form
            and language_code = $language and item_no = $item
        order by hour_no
        """,
        _item_params(release, stage, item),
    )


def _item_params(release: Release, stage: str, item: tuple[str, str, int]) -> dict[str, object]:
    form, language, number = item
    return {
        "season": release.manifest.season_code,
        "stage": stage,
        "form": form,
        "language": language,
        "item": number,
    }
