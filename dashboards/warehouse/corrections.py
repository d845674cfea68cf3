"""The questions about what changed between releases, why, and whether the chain of acts holds.

Belongs here: all SQL of these, with parameters. Does not belong here: what a change is (orchestration writes
`release.changes` at publication), files beside the releases (dashboards/warehouse/previews.py), how it looks
(dashboards/views/corrections.py). This module does not know Streamlit. Policy A49.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.warehouse.releases import Release, Row, missing_tables

NEEDED_TABLES: tuple[str, ...] = ("release.changes", "release.new_batches")
_CAUSES, _CORRECTIONS, _ACTS = "release.change_causes", "release.corrections", "core.fct_publication_acts"
FIRST_HASH = "0" * 64
_ORDER = "list_position(['entered', 'left', 'status', 'score', 'rank'], c.change_code)"


@dataclass(frozen=True)
class ChangeFilters:
    """Codes that a list of changes is narrowed to; an empty side means everything."""

    stages: tuple[str, ...] = ()
    tracks: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()


def has_causes(release: Release) -> bool:
    """Whether the release says on which new files a change rests; one of an older build does not."""
    return not missing_tables(release, [_CAUSES])


def change_counts(release: Release) -> list[Row]:
    """Return by stage how many people entered it, left it, or stand otherwise than in the release before."""
    return release.rows(
        """
        select
            c.stage_code, s.stage_order, count(*) as people,
            count(*) filter (c.change_code = 'entered') as count_entered_stage,
            count(*) filter (c.change_code = 'left') as count_left_stage,
            count(*) filter (c.change_code = 'status') as count_status,
            count(*) filter (c.change_code = 'score') as count_score,
            count(*) filter (c.change_code = 'rank') as count_rank
        from release.changes as c
        inner join seeds.stages as s
            on c.season_code = s.season_code::varchar and c.stage_code = s.stage_code
        where c.season_code = $season
        group by c.stage_code, s.stage_order
        order by s.stage_order
        """,
        {"season": release.manifest.season_code},
    )


def cause_counts(release: Release) -> list[Row]:
    """Return how many changes there are by kind and by the feeds of the new files that they rest on.

    `feeds` is None where no new file speaks of the person: others' results, or rules and dates, moved them.
    """
    return release.rows(
        f"""
        select c.change_code, {_feeds(release)} as feeds, count(*) as people
        from release.changes as c {_joined(release)}
        where c.season_code = $season
        group by c.change_code, feeds
        order by {_ORDER}, feeds nulls last
        """,
        {"season": release.manifest.season_code},
    )


def count_changed(release: Release, filters: ChangeFilters) -> int:
    """Return how many changes there are within `filters`."""
    [row] = release.rows(
        f"select count(*) as n from release.changes as c {_WHERE}", _params(release, filters)
    )
    return int(row["n"])


def changed_people(release: Release, filters: ChangeFilters, limit: int | None = None) -> list[Row]:
    """Return the changes within `filters`, at most `limit`: who entered or left first, moves of rank last."""
    # limited before it is joined: the causes of a million people are not looked up for a thousand rows
    return release.rows(
        f"""
        with chosen as (
            select c.*, s.stage_order
            from release.changes as c
            inner join seeds.stages as s
                on c.season_code = s.season_code::varchar and c.stage_code = s.stage_code
            {_WHERE}
            order by {_ORDER}, s.stage_order, c.track_code, c.candidate_no
            limit $limit
        )

        select
            c.stage_code, c.track_code, c.candidate_no, c.change_code, c.status_before, c.status_after,
            c.points_before, c.points_after, c.rank_before, c.rank_after, {_feeds(release)} as feeds,
            {"k.files" if has_causes(release) else "null::varchar"} as causes
        from chosen as c {_joined(release)}
        order by {_ORDER}, c.stage_order, c.track_code, c.candidate_no
        """,
        _params(release, filters) | {"limit": limit if limit is not None else 2**62},
    )


_WHERE = """
    where c.season_code = $season
        and ($stages::varchar[] is null or list_contains($stages::varchar[], c.stage_code))
        and ($tracks::varchar[] is null or list_contains($tracks::varchar[], c.track_code))
        and ($changes::varchar[] is null or list_contains($changes::varchar[], c.change_code))
"""


def _params(release: Release, filters: ChangeFilters) -> dict[str, object]:
    return {
        "season": release.manifest.season_code,
        "stages": list(filters.stages) or None,
        "tracks": list(filters.tracks) or None,
        "changes": list(filters.changes) or None,
    }


def _feeds(release: Release) -> str:
    return "k.feeds" if has_causes(release) else "null::varchar"


def _joined(release: Release) -> str:
    if not has_causes(release):
        return ""
    return f"""
        left join {_CAUSES} as k
            on c.season_code = k.season_code and c.stage_code = k.stage_code
            and c.candidate_no = k.candidate_no
    """


def new_batches(release: Release) -> list[Row]:
    """Return the files that the release before did not know, in the order of receipt."""
    return release.rows(
        """
        select feed, source_file, received_at, state, count_read, count_landed, count_quarantined
        from release.new_batches order by received_at, source_file
        """
    )


def corrections(release: Release) -> list[Row]:
    """Return the corrections that were applied, the newest first; none by a release of an older build."""
    if missing_tables(release, [_CORRECTIONS]):
        return []
    return release.rows("from release.corrections order by applied_at desc, feed, source_file")


def count_known(release: Release, batches: Sequence[str]) -> int:
    """Return how many of these batches, by their identifiers, the release is made from."""
    [row] = release.rows(
        "select count(*) as n from reporting.rpt_batches where list_contains($batches, batch_id)",
        {"batches": list(batches)},
    )
    return int(row["n"])


def act_chain(release: Release) -> list[Row] | None:
    """Return number, own hash and hash of the act before of all acts; None where the release lacks them.

    The ledger is one for all seasons, and so is its chain: the season is not asked for.
    """
    if missing_tables(release, [_ACTS]):
        return None
    return release.rows(
        "select act_no, act_hash, previous_hash from core.fct_publication_acts order by act_no"
    )


def broken_act(chain: Sequence[Row]) -> int | None:
    """Return the number of the first act that does not follow the one before it, None where all do."""
    previous = FIRST_HASH
    for number, act in enumerate(chain, start=1):
        if act["act_no"] != number or act["previous_hash"] != previous:
            return int(act["act_no"])
        previous = act["act_hash"]
    return None
