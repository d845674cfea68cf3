"""The next list of a stage, as an act would publish it (`docs/rules.md`, "Publication").

What belongs here: who is on the next version, and when there may be none. What does not: what is official
(`publication.py`), numbers and hashes of acts, which only the ledger gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tests.oracle import order
from tests.oracle.cuts import GOES_ON, OracleCutoff, OracleResult, late_result
from tests.oracle.policy import DEFAULT, Policy
from tests.oracle.publication import ACTS, Publications, official_cutoffs, result_of
from tests.oracle.reading import Row, Tables
from tests.oracle.season import OracleSeason, compute

WHOLE, ONLY_LATE = "whole", "only_late"

#: A row of a list by the names of its columns, without the number of its act.
ListRow = dict[str, Any]


class RefusedError(ValueError):
    """A list that may not be made at that moment."""


def next_list(
    tables: Tables,
    stage_code: str,
    at: datetime,
    kind: str = WHOLE,
    policy: Policy = DEFAULT,
    freeze_hours: int = order.RESTATE_FREEZE_HOURS,
) -> list[ListRow]:
    """The rows of the next version of a stage's list, made at a moment (aware), by candidate number.

    `tables` holds the rows known at that moment. `whole` makes version 1, or restates with P(s) as it was;
    `only_late` adds to the list in force whose result came late and reaches its cut-off (A13). Raises
    RefusedError where the page refuses; whether the working group decided is the caller's to know.
    """
    publications = Publications(tables, at)
    version = publications.version(stage_code)
    if kind == ONLY_LATE:
        if not version:
            raise RefusedError("there is no list to add to")
        return _only_late(publications, compute(tables, at, policy), stage_code)
    if kind != WHOLE:
        raise ValueError(f"no such kind: {kind}")
    if version:
        _refuse_frozen(stage_code, at, freeze_hours)
    else:
        _refuse_out_of_order(publications, stage_code, at)
        tables = _with_act(tables, stage_code, at)
    season = compute(tables, at, policy)
    cutoffs = {track: one for (code, track), one in season.computed_cutoffs.items() if code == stage_code}
    return [
        _row(stage_code, version + 1, candidate_no, result, cutoffs.get(result.track))
        for candidate_no, result in sorted(season.computed_at(stage_code).items())
    ]


def _refuse_out_of_order(publications: Publications, stage_code: str, at: datetime) -> None:
    """Version 1: in the order of the stages, at the planned moment or later."""
    if at < order.STAGE[stage_code].published_at:
        raise RefusedError("the planned moment has not come")
    codes = [stage.code for stage in order.STAGES]
    position = codes.index(stage_code)
    if position and not publications.by_act(codes[position - 1]):
        raise RefusedError("the list before is not published by an act")


def frozen_from(stage_code: str, freeze_hours: int = order.RESTATE_FREEZE_HOURS) -> datetime | None:
    """A11: some hours before the first sitting of a later stage, from when a list is no longer restated as a
    whole; None where no stage follows that has sittings.
    """
    codes = [stage.code for stage in order.STAGES]
    later = codes[codes.index(stage_code) + 1 :]
    sittings = [order.SITTING_STARTS_AT[code] for code in later if code in order.SITTING_STARTS_AT]
    return min(sittings) - timedelta(hours=freeze_hours) if sittings else None


def _refuse_frozen(stage_code: str, at: datetime, freeze_hours: int) -> None:
    frozen = frozen_from(stage_code, freeze_hours)
    if frozen is not None and at >= frozen:
        raise RefusedError("the next stage begins")


def _with_act(tables: Tables, stage_code: str, at: datetime) -> Tables:
    """The same rows and an act of version 1 at the moment, so that P(s) is that moment."""
    acts = dict(tables.by_feed[ACTS])
    number = 1 + max((row["act_no"] for row in acts.values()), default=0)
    values = {"act_no": number, "stage_code": stage_code, "kind_code": "published"}
    acts[(number,)] = Row(values | {"version": 1, "acted_at": at}, at, at, 0)
    return Tables({**tables.by_feed, ACTS: acts}, tables.superseded)


def _only_late(publications: Publications, season: OracleSeason, stage_code: str) -> list[ListRow]:
    """The list in force, and whose result is late and reaches the cut-off that it has."""
    version = publications.version(stage_code) + 1
    in_force = publications.in_force(stage_code)
    cutoffs = official_cutoffs(order.STAGE[stage_code], in_force)
    rows = {
        candidate_no: {name: value for name, value in row.values.items() if name != "act_no"}
        | {"version": version}
        for candidate_no, row in in_force.items()
    }
    for candidate_no, result in season.computed_at(stage_code).items():
        if _is_on(in_force, candidate_no):
            continue
        if (stage_code, candidate_no) in season.returned and not result.is_late and result.status in GOES_ON:
            if any(row["track_code"] == result.track for row in in_force.values()):
                cut = _cutoff_of(in_force, result.track)
                rows[candidate_no] = _row(stage_code, version, candidate_no, result, None) | cut
            continue
        if not result.is_late or result.score is None:
            continue
        cutoff = cutoffs[result.track]
        added = late_result(result.score, cutoff.cutoff, cutoff.is_shortfall, result.track)
        if added.status in GOES_ON:
            added = replace(added, decision_no=result.decision_no)
            rows[candidate_no] = _row(stage_code, version, candidate_no, added, cutoff)
    return [row for _, row in sorted(rows.items())]


def _cutoff_of(in_force: Mapping[str, Row], track: str) -> ListRow:
    """The cut that stands beside the rows of a track in the list in force."""
    names = ("count_pool", "limit_places", "cutoff_numerator", "cutoff_denominator", "is_shortfall")
    one = next(row for row in in_force.values() if row["track_code"] == track)
    return {name: one[name] for name in names}


def _is_on(in_force: Mapping[str, Row], candidate_no: str) -> bool:
    return candidate_no in in_force and result_of(in_force[candidate_no]).status in GOES_ON


def _row(
    stage_code: str, version: int, candidate_no: str, result: OracleResult, cutoff: OracleCutoff | None
) -> ListRow:
    """A row of a list; a stage without a cut has an empty one."""
    cutoff = cutoff or OracleCutoff(0, 0, None, 0, 0, 0, False)
    is_ranking = order.STAGE[stage_code].admits_by in ("share", "places")
    is_passing = order.STAGE[stage_code].admits_by == "pass"
    is_in_pool = result.rank is not None
    return {
        "season_code": order.SEASON,
        "stage_code": stage_code,
        "version": version,
        "candidate_no": candidate_no,
        "track_code": result.track,
        "status_code": result.status,
        "reason_code": result.reason,
        "is_admitted": result.status in GOES_ON,
        "is_in_pool": is_in_pool,
        "is_late": result.is_late,
        "score_numerator": None if result.score is None else result.score.numerator,
        "score_denominator": None if result.score is None else result.score.denominator,
        "rank": result.rank,
        "is_at_cutoff": is_in_pool and result.score == cutoff.cutoff,
        "decision_no": result.decision_no,
        "count_pool": cutoff.pool if is_ranking else 0,
        "limit_places": None if is_passing else cutoff.limit,
        "cutoff_numerator": None if cutoff.cutoff is None else cutoff.cutoff.numerator,
        "cutoff_denominator": None if cutoff.cutoff is None else cutoff.cutoff.denominator,
        "is_shortfall": cutoff.is_shortfall,
    }
