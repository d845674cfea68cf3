"""The questions about quotas of the Reserve: places in force, and whom other places would change.

Belongs here: SQL of these, with parameters. Does not belong here: who stands within so many places
(dbt_project/, `rpt_quota_standings`), how it looks (dashboards/views/). Order §9.2, policy A5, A43, A44.
"""

from __future__ import annotations

from dashboards.warehouse.releases import Release, Row
from dashboards.warehouse.releases import require_tables as require

NEEDED_TABLES: tuple[str, ...] = (
    "core.fct_reserve_places",
    "reporting.rpt_quota_standings",
)


def require_tables(release: Release) -> None:
    """Raise TablesMissing where the release is of a build that had no standings."""
    require(release, NEEDED_TABLES)


def places(release: Release) -> list[Row]:
    """Return places of each track in order: by the Order, in force, their decision, the limit in all tracks.

    With the places in force: how many are proposed, within, at the edge (A5), and places that find nobody.
    """
    return release.rows(
        """
        select
            places.track_code, places.places_by_order, places.places, places.decision_no, places.decided_at,
            places.limit_total,
            count(standings.candidate_no) as count_proposed,
            count(*) filter (where standings.quota_standing_code = 'within') as count_within,
            count(*) filter (where standings.quota_standing_code = 'at_edge') as count_at_edge,
            greatest(0, places.places - count(standings.candidate_no)) as count_empty
        from core.fct_reserve_places as places
        inner join seeds.tracks as tracks
            on places.season_code = tracks.season_code::varchar and places.track_code = tracks.track_code
        left join (from reporting.rpt_quota_standings where has_places_in_force) as standings
            on places.season_code = standings.season_code and places.track_code = standings.track_code
        where places.season_code::varchar = $season
        group by
            places.track_code, places.places_by_order, places.places, places.decision_no, places.decided_at,
            places.limit_total
        order by any_value(tracks.track_order)
        """,
        {"season": release.manifest.season_code},
    )


def is_decided(release: Release) -> bool:
    """Whether the National Commission has decided on anybody yet."""
    [row] = release.rows(
        "select coalesce(sum(count_decisions), 0) > 0 as is_decided from core.fct_reserve_places"
        " where season_code::varchar = $season",
        {"season": release.manifest.season_code},
    )
    return bool(row["is_decided"])


_MOVED = """
with places as (
    select
        track_code, places,
        places + case track_code when $source then -$count when $target then $count else 0 end as other_places
    from core.fct_reserve_places
    where season_code::varchar = $season and track_code in ($source, $target)
),

standings as (
    from reporting.rpt_quota_standings where season_code::varchar = $season
)
"""


def moved(release: Release, source: str, target: str, count: int) -> list[Row]:
    """Return whose standing is another one with `count` places of track `source` given to `target`.

    standing_before, standing_after: within, at_edge or outside; best_place to last_place: in the order of the
    track, of equals from which to which.
    """
    return release.rows(
        f"""
        {_MOVED}
        select
            places.track_code, now.candidate_no, now.score_points, now.best_place, now.last_place,
            now.quota_standing_code as standing_before, other.quota_standing_code as standing_after
        from places
        inner join standings as now on places.track_code = now.track_code and places.places = now.places
        inner join standings as other
            on places.track_code = other.track_code and places.other_places = other.places
            and now.candidate_no = other.candidate_no
        where now.quota_standing_code <> other.quota_standing_code
        order by places.track_code = $target, now.best_place, now.candidate_no
        """,
        _move_params(release, source, target, count),
    )


def edges(release: Release, source: str, target: str, count: int) -> list[Row]:
    """Return of both tracks the places after the move, equals at the edge and the free ones, empty ones."""
    return release.rows(
        f"""
        {_MOVED}
        select
            places.track_code, places.places, places.other_places,
            count(*) filter (where standings.quota_standing_code = 'at_edge') as count_at_edge,
            places.other_places + 1 - min(standings.best_place)
                filter (where standings.quota_standing_code = 'at_edge') as count_free_at_edge,
            greatest(0, places.other_places - count(standings.candidate_no)) as count_empty
        from places
        left join standings
            on places.track_code = standings.track_code and places.other_places = standings.places
        group by places.track_code, places.places, places.other_places
        order by places.track_code = $target
        """,
        _move_params(release, source, target, count),
    )


def _move_params(release: Release, source: str, target: str, count: int) -> dict[str, object]:
    return {"season": release.manifest.season_code, "source": source, "target": target, "count": count}
