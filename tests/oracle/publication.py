"""What was published: acts, lists in force, moments and drift (`docs/rules.md`, "Publication").

What belongs here: the rows of the ledger, P(s), what is official by an act, and how today's data differ from
it. What does not: the computed lists (`season.py`), and the next list (`drafting.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from fractions import Fraction

from tests.oracle import order
from tests.oracle.cuts import GOES_ON, OracleCutoff, OracleResult, nobodys_cutoff
from tests.oracle.reading import Row, Tables

ACTS, LISTS = "publication__acts", "publication__lists"


class Publications:
    """The acts received by a moment, asked stage by stage."""

    def __init__(self, tables: Tables, as_of: datetime) -> None:
        acts = [row for row in tables.rows(ACTS) if row.received_at <= as_of]
        self._makers: dict[str, list[Row]] = defaultdict(list)
        for act in sorted(acts, key=lambda row: (row["version"], row["act_no"])):
            if act["kind_code"] != "kept":
                self._makers[act["stage_code"]].append(act)
        self._tables = tables
        self._as_of = as_of

    def by_act(self, stage_code: str) -> bool:
        """Whether version 1 of the stage's list and of every list before it are there."""
        return all(self._first(code) is not None for code in _up_to(stage_code))

    def moment(self, stage_code: str) -> datetime:
        """P(s): the moment of version 1, else the planned one."""
        first = self._first(stage_code) if self.by_act(stage_code) else None
        moment: datetime = order.STAGE[stage_code].published_at if first is None else first["acted_at"]
        return moment

    def version(self, stage_code: str) -> int:
        """The version in force; 0 where the stage is not published by an act."""
        return int(self._makers[stage_code][-1]["version"]) if self.by_act(stage_code) else 0

    def in_force(self, stage_code: str) -> dict[str, Row]:
        """The list in force by candidate number; of a stage not published by an act, nobody."""
        if not self.by_act(stage_code):
            return {}
        act_no = self._makers[stage_code][-1]["act_no"]
        return {
            row["candidate_no"]: row
            for row in self._tables.rows(LISTS)
            if row["act_no"] == act_no and row.received_at <= self._as_of
        }

    def _first(self, stage_code: str) -> Row | None:
        makers = self._makers.get(stage_code, [])
        return makers[0] if makers and makers[0]["version"] == 1 else None


def _up_to(stage_code: str) -> list[str]:
    codes = [stage.code for stage in order.STAGES]
    return codes[: codes.index(stage_code) + 1]


def published_at(tables: Tables, stage_code: str, as_of: datetime) -> datetime:
    """P(s) as known at a moment."""
    return Publications(tables, as_of).moment(stage_code)


def result_of(row: Row) -> OracleResult:
    """A row of a list as a result; a score that counts for nothing is none."""
    counts = row["is_in_pool"] or row["is_late"]
    return OracleResult(
        row["status_code"],
        row["reason_code"],
        row["track_code"],
        fraction(row["score_numerator"], row["score_denominator"]) if counts else None,
        row["rank"],
        row["decision_no"],
    )


def fraction(numerator: int | None, denominator: int | None) -> Fraction | None:
    """A fraction in two columns."""
    return None if numerator is None or denominator is None else Fraction(numerator, denominator)


def official(
    in_force: Mapping[str, Row], entrants: Iterable[str], track_of: Mapping[str, str]
) -> dict[str, OracleResult]:
    """Exactly the rows of the list; who entered since and is not on it waits, stopped or not."""
    shown = {candidate_no: result_of(row) for candidate_no, row in in_force.items()}
    for candidate_no in entrants:
        if candidate_no not in shown:
            shown[candidate_no] = OracleResult("pending", "AWAITS_RESTATEMENT", track_of[candidate_no])
    return shown


def official_cutoffs(stage: order.Stage, in_force: Mapping[str, Row]) -> dict[str, OracleCutoff]:
    """The cut in each track as its list says; a track with nobody on the list has the cut of nobody."""
    if stage.admits_by == "pass":
        return {}
    cutoffs = {}
    for track in order.TRACKS:
        own = [row for row in in_force.values() if row["track_code"] == track]
        cutoffs[track] = _cutoff(stage, own) if own else nobodys_cutoff(stage.code, track)
    return cutoffs


def _cutoff(stage: order.Stage, own: list[Row]) -> OracleCutoff:
    one = own[0]
    pool = one["count_pool"]
    if stage.admits_by == "decision":
        pool = sum(1 for row in own if row["status_code"] in ("admitted", "not_admitted"))
    return OracleCutoff(
        pool,
        one["limit_places"],
        fraction(one["cutoff_numerator"], one["cutoff_denominator"]),
        sum(1 for row in own if row["status_code"] == "admitted"),
        sum(1 for row in own if row["reason_code"] == "BY_TIE"),
        sum(1 for row in own if row["status_code"] == "supernumerary"),
        one["is_shortfall"],
    )


def drift(in_force: Mapping[str, OracleResult], computed: Mapping[str, OracleResult]) -> dict[str, str]:
    """How today's data differ from the list in force: of each candidate the first that holds."""
    found = {}
    for candidate_no in sorted({*in_force, *computed}):
        change = _change(in_force.get(candidate_no), computed.get(candidate_no))
        if change is not None:
            found[candidate_no] = change
    return found


def _change(listed: OracleResult | None, computed: OracleResult | None) -> str | None:
    if listed is None:
        return "entered"
    if computed is None:
        return "left"
    if (listed.status, listed.reason) != (computed.status, computed.reason):
        return "status"
    if listed.score != computed.score:
        return "score"
    return "rank" if listed.rank != computed.rank else None


def goes_on(results: Mapping[str, OracleResult]) -> list[str]:
    """Whom a list sends on, in order of their numbers."""
    return sorted(candidate_no for candidate_no, result in results.items() if result.status in GOES_ON)
