"""The questions about publications to a release: how each list stands, the acts, and who has drifted.

Belongs here: all SQL of these, with parameters. Does not belong here: opening the release
(dashboards/warehouse/), what a drift is (dbt_project/), how it looks (dashboards/components/standing.py,
dashboards/views/publications.py). This module does not know Streamlit. Order §5.6, policy A11–A13, A49.
"""

from __future__ import annotations

from dashboards.warehouse import Release, Row, missing_tables
from dashboards.warehouse import require_tables as require

# What the page asks for; a release of an older build lacks them all.
NEEDED_TABLES: tuple[str, ...] = (
    "reporting.rpt_drift",
    "reporting.rpt_publication_acts",
    "reporting.rpt_publications",
)


def require_tables(release: Release) -> None:
    """Raise TablesMissing where the release is of a build that did not have what the page shows."""
    require(release, NEEDED_TABLES)


def lists(release: Release) -> dict[str, Row]:
    """Return how the list of each stage stands, by stage code in order; none by a release of an older build.

    Of the act in force: version, published_at, approved_by, decision_no, reason, count_rows, list_hash; of
    the drift: count_drift, count_would_go_on, count_would_stay_out, is_drift_kept, and of the act that keeps
    the list against it kept_at, kept_by, kept_reason. Moments are UTC.
    """
    if missing_tables(release, NEEDED_TABLES):
        return {}
    rows = release.rows(
        """
        select
            shown.stage_code, shown.stage_order, shown.planned_at, shown.is_published_by_act,
            shown.is_provisional, shown.version, shown.act_no, shown.first_published_at, shown.published_at,
            shown.approved_by, shown.decision_no, in_force.reason, shown.count_rows, in_force.list_hash,
            shown.act_hash, shown.count_drift, shown.count_would_go_on, shown.count_would_stay_out,
            shown.is_drift_kept, keeping.acted_at as kept_at, keeping.approved_by as kept_by,
            keeping.reason as kept_reason
        from reporting.rpt_publications as shown
        left join (from reporting.rpt_publication_acts where is_in_force) as in_force
            on shown.season_code = in_force.season_code and shown.stage_code = in_force.stage_code
        left join (from reporting.rpt_publication_acts where is_keeping) as keeping
            on shown.season_code = keeping.season_code and shown.stage_code = keeping.stage_code
        where shown.season_code::varchar = $season
        order by shown.stage_order
        """,
        {"season": release.manifest.season_code},
    )
    return {row["stage_code"]: row for row in rows}


def acts(release: Release) -> list[Row]:
    """Return the acts of publishing, the newest first."""
    return release.rows(
        """
        select
            act_no, stage_code, kind_code, version, acted_at, approved_by, decision_no, reason, count_rows,
            list_hash, act_hash, is_in_force
        from reporting.rpt_publication_acts
        where season_code::varchar = $season
        order by act_no desc
        """,
        {"season": release.manifest.season_code},
    )


def drift(release: Release, stage: str, tracks: tuple[str, ...]) -> list[Row]:
    """Return whose line in the list of `stage` would be another by today's data, in `tracks` or in all.

    First those for whom it decides about the next stage, mere moves of rank last. `causes`, `feeds`: the
    files that came since the list and speak of the person, and their feeds; None where no file does.
    """
    return release.rows(
        """
        select
            track_code, candidate_no, change_code, status_before, status_after, reason_before, reason_after,
            is_admitted_before, is_admitted_after, points_before, points_after, rank_before, rank_after,
            _cause_files as causes, _cause_feeds as feeds
        from reporting.rpt_drift
        where season_code::varchar = $season and stage_code = $stage
            and ($tracks::varchar[] is null or list_contains($tracks::varchar[], track_code))
        order by
            is_admitted_before = is_admitted_after,
            list_position(['entered', 'left', 'status', 'score', 'rank'], change_code), candidate_no
        """,
        {"season": release.manifest.season_code, "stage": stage, "tracks": list(tracks) or None},
    )
