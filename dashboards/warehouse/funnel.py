"""The questions about the funnel on a day of the season, and about what changed between two releases.

Belongs here: SQL of these two views, with parameters. Does not belong here: the funnel as it stands
(dashboards/warehouse/selection.py), what a change is (orchestration/, `release.changes`).
"""

from __future__ import annotations

from datetime import date

from dashboards.warehouse.releases import Release, Row

DAYS_TABLES: tuple[str, ...] = ("reporting.rpt_funnel_days",)
CHANGES_TABLES: tuple[str, ...] = ("release.changes",)

_SEASON = "season_code::varchar = $season"
_TRACKS = "($tracks::varchar[] is null or list_contains($tracks::varchar[], track_code))"


def _params(release: Release, tracks: tuple[str, ...]) -> dict[str, object]:
    return {"season": release.manifest.season_code, "tracks": list(tracks) or None}


def span(release: Release) -> tuple[date, date] | None:
    """Return the first and the last day on which the funnel can be shown; None before the first account."""
    [row] = release.rows(
        "select min(shown_on) as first, max(shown_on) as last from reporting.rpt_funnel_days"
        f" where {_SEASON}",
        {"season": release.manifest.season_code},
    )
    return (row["first"], row["last"]) if row["first"] else None


def on_day(release: Release, shown_on: date, tracks: tuple[str, ...] = ()) -> list[Row]:
    """Return people per stage and track at the end of a day; what was not published by then is None."""
    return release.rows(
        f"""
        select stage_code, track_code, is_published, count_entered, count_participated, count_admitted
        from reporting.rpt_funnel_days
        where {_SEASON} and {_TRACKS} and shown_on = $shown_on
        order by stage_order, track_code
        """,
        {**_params(release, tracks), "shown_on": shown_on},
    )


def all_days(release: Release, tracks: tuple[str, ...] = ()) -> list[Row]:
    """Return the funnel of every day, for a file."""
    return release.rows(
        f"""
        select shown_on, stage_code, track_code, count_entered, count_participated, count_admitted
        from reporting.rpt_funnel_days
        where {_SEASON} and {_TRACKS}
        order by shown_on, stage_order, track_code
        """,
        _params(release, tracks),
    )


def change_counts(release: Release, tracks: tuple[str, ...] = ()) -> list[Row]:
    """Return how many changed how at each stage since the release before: stage_code, change_code, people."""
    return release.rows(
        f"""
        select stage_code, change_code, count(*) as people
        from release.changes
        where {_SEASON} and {_TRACKS}
        group by stage_code, change_code
        order by stage_code, change_code
        """,
        _params(release, tracks),
    )


def changes(
    release: Release,
    tracks: tuple[str, ...] = (),
    stage: str | None = None,
    change: str | None = None,
    limit: int | None = None,
) -> list[Row]:
    """Return who changed since the release before (at a stage, in a way), by stage, track and number.

    limit: at most so many; all without it.
    """
    return release.rows(
        f"""
        select
            shown.stage_code, shown.track_code, shown.candidate_no, shown.change_code, shown.status_before,
            shown.status_after, shown.points_before, shown.points_after, shown.rank_before, shown.rank_after
        from release.changes as shown
        left join (select season_code as season, stage_code, stage_order from seeds.stages) as stages
            on shown.season_code::varchar = stages.season::varchar and shown.stage_code = stages.stage_code
        where
            {_SEASON} and {_TRACKS}
            and ($stage::varchar is null or shown.stage_code = $stage)
            and ($change::varchar is null or shown.change_code = $change)
        order by stages.stage_order, shown.track_code, shown.candidate_no
        limit $limit
        """,
        {**_params(release, tracks), "stage": stage, "change": change, "limit": limit},
    )
