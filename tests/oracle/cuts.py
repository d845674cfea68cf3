"""The cut of a stage that ranks: Order §3, A1–A10 (`docs/rules.md`, "The cut" and "Policy of the cuts").

What belongs here: limits, the line through each track and what it makes of everybody. What does not: who
stands in the pool with which score (`season.py`, `scores.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from tests.oracle import order
from tests.oracle.policy import DEFAULT, Policy

#: Statuses that send somebody to the next stage.
GOES_ON = frozenset({"admitted", "supernumerary"})

#: By what people are ordered: the score; whether there is one at the stage before; and that (A6).
_Key = tuple[Fraction, bool, Fraction]


@dataclass(frozen=True)
class OracleResult:
    """A candidate at a stage.

    `score` is kept where there is a result that counts or came late; `rank` only in the pool; `decision_no`
    where a decision of the working group or of the National Commission made the status.
    """

    status: str
    reason: str
    track: str
    score: Fraction | None = None
    rank: int | None = None
    decision_no: str | None = None

    @property
    def is_late(self) -> bool:
        """Known only after the list (A13)."""
        return self.status == "supernumerary" or self.reason == "LATE_BELOW_CUTOFF"


@dataclass(frozen=True)
class OracleCutoff:
    """A published list of a stage that ranks, or the National Commission's, in one track.

    `pool` counts valid results known in time (of the Commission: people decided upon), `limit` the places or
    the share, `cutoff` the score of the last place (None: shortfall or nobody), `admitted` those of the pool
    who go on, `by_tie` those of them with reason `BY_TIE`, `supernumerary` late results that go on (A13).
    """

    pool: int
    limit: int
    cutoff: Fraction | None
    admitted: int
    by_tie: int
    supernumerary: int
    is_shortfall: bool


@dataclass(frozen=True)
class Field:
    """One track before its cut.

    `in_time` is the pool, `before` the scores at the stage before by which equal ones are ordered (A6), and
    `vacant` how those of the pool are shown who were stopped and whose place stays empty (A10). `is_share`
    says that the limit is a share of the pool and not places.
    """

    track: str
    limit: int
    in_time: Mapping[str, Fraction]
    late: Mapping[str, Fraction] = field(default_factory=dict)
    before: Mapping[str, Fraction] = field(default_factory=dict)
    vacant: Mapping[str, OracleResult] = field(default_factory=dict)
    is_share: bool = False

    def key(self, candidate_no: str) -> _Key:
        """The greater goes first; who is equal in it is equal."""
        before = self.before.get(candidate_no)
        return self.in_time[candidate_no], before is not None, before or Fraction(0)


@dataclass(frozen=True)
class _Line:
    """The line through a track: who reaches it, empty places included, and its score."""

    reached: frozenset[str]
    cutoff: Fraction | None
    is_shortfall: bool


def limit_of(stage_code: str, track: str, n: int, policy: Policy = DEFAULT) -> int:
    """§3.2: the track's places, or its share of n, rounded up or, by policy, down (A1, A2)."""
    if stage_code not in order.SHARE:
        return order.PLACES[stage_code][track]
    numerator, denominator = order.SHARE[stage_code]
    if policy.share_rounding == "floor":
        return n * numerator // denominator
    return -(-n * numerator // denominator)


def cut(
    in_time: Mapping[str, Fraction],
    late: Mapping[str, Fraction],
    limit: int,
    track: str,
    is_share: bool = False,
) -> tuple[dict[str, OracleResult], OracleCutoff]:
    """The cut in one track by the rules' own text (§3.2, §3.3, A1–A4, A8, A13)."""
    one = Field(track, limit, in_time, late, is_share=is_share)
    return _outcome(one, _line(one, "extend"), frozenset())


def nobodys_cutoff(stage_code: str, track: str) -> OracleCutoff:
    """The cut-off of a track in which nobody stands."""
    if stage_code == "national_commission":
        return OracleCutoff(0, order.PLACES[stage_code][track], None, 0, 0, 0, False)
    return cut({}, {}, limit_of(stage_code, track, 0), track, stage_code in order.SHARE)[1]


def cut_stage(
    stage_code: str, tracks: Iterable[Field], policy: Policy
) -> tuple[dict[str, OracleResult], dict[str, OracleCutoff]]:
    """The cut in all tracks of a stage: everybody's result, and the cut-offs by track."""
    tracks = list(tracks)
    ties = policy.ties_at_late_cut if stage_code in order.LATE_CUTS else policy.ties_at_cut
    lines = {one.track: _line(one, ties) for one in tracks}
    if policy.total_cap == "total" and _exceeds_total(stage_code, lines.values()):
        lines = {one.track: _line(one, "leave_out") for one in tracks}
    given = _given_to_others(tracks, lines) if policy.shortfall == "best_of_others" else frozenset()
    shown: dict[str, OracleResult] = {}
    cutoffs = {}
    for one in tracks:
        results, cutoffs[one.track] = _outcome(one, lines[one.track], given)
        shown.update(results)
    return shown, cutoffs


def _line(one: Field, ties: str) -> _Line:
    """The cut-off is the score of the limit-th; equal ones all go on, or, left out, none who do not fit.

    An empty pool is a shortfall even where the limit is a share of it, none: a late result displaces nobody.
    Where a track has no places nobody goes on, whether anybody came or not.
    """
    keys = sorted((one.key(candidate_no) for candidate_no in one.in_time), reverse=True)
    if len(keys) < one.limit or (one.is_share and not keys):
        return _Line(frozenset(one.in_time), None, True)
    if one.limit < 1:
        return _Line(frozenset(), None, False)
    last = keys[one.limit - 1]
    reached = {candidate_no for candidate_no in one.in_time if one.key(candidate_no) >= last}
    if ties == "leave_out" and len(reached) > one.limit:
        reached = {candidate_no for candidate_no in reached if one.key(candidate_no) > last}
    cutoff = min((one.in_time[candidate_no] for candidate_no in reached), default=None)
    return _Line(frozenset(reached), cutoff, False)


def _exceeds_total(stage_code: str, lines: Iterable[_Line]) -> bool:
    """A7: whether the tracks' sum is above the stage's total; a share has none."""
    total = order.TOTALS.get(stage_code)
    return total is not None and sum(len(line.reached) for line in lines) > total


def _given_to_others(tracks: Iterable[Field], lines: Mapping[str, _Line]) -> frozenset[str]:
    """A8: who gets the places that tracks leave free: the best below the other tracks' cut-offs.

    Who is equal to the last of them gets one too.
    """
    tracks = list(tracks)
    free = sum(max(one.limit - len(one.in_time), 0) for one in tracks)
    waiting = {
        candidate_no: one.key(candidate_no)
        for one in tracks
        for candidate_no in one.in_time
        if candidate_no not in lines[one.track].reached
    }
    if not free or not waiting:
        return frozenset()
    last = sorted(waiting.values(), reverse=True)[:free][-1]
    return frozenset(candidate_no for candidate_no, key in waiting.items() if key >= last)


def _outcome(one: Field, line: _Line, given: frozenset[str]) -> tuple[dict[str, OracleResult], OracleCutoff]:
    """Everybody's result in one track, and its cut-off."""
    ranks: dict[_Key, int] = {}
    for position, key in enumerate(sorted(map(one.key, one.in_time), reverse=True), start=1):
        ranks.setdefault(key, position)
    is_extended = len(line.reached) > one.limit
    shown = {}
    for candidate_no, score in one.in_time.items():
        rank = ranks[one.key(candidate_no)]
        if candidate_no in one.vacant:
            shown[candidate_no] = replace(one.vacant[candidate_no], score=score, rank=rank)
            continue
        if candidate_no in line.reached:
            is_tie = is_extended and score == line.cutoff
            reason = "SHORTFALL" if line.is_shortfall else "BY_TIE" if is_tie else "WITHIN_LIMIT"
        else:
            reason = "SHORTFALL" if candidate_no in given else "BELOW_CUTOFF"
        status = "not_admitted" if reason == "BELOW_CUTOFF" else "admitted"
        shown[candidate_no] = OracleResult(status, reason, one.track, score, rank)
    for candidate_no, score in one.late.items():
        shown[candidate_no] = late_result(score, line.cutoff, line.is_shortfall, one.track)
    results = shown.values()
    return shown, OracleCutoff(
        len(one.in_time),
        one.limit,
        line.cutoff,
        sum(1 for result in results if result.status == "admitted"),
        sum(1 for result in results if result.reason == "BY_TIE"),
        sum(1 for result in results if result.status == "supernumerary"),
        line.is_shortfall,
    )


def late_result(score: Fraction, cutoff: Fraction | None, is_shortfall: bool, track: str) -> OracleResult:
    """A13: a late result goes on in a shortfall, or by reaching the cut-off; without one it does not."""
    if is_shortfall or (cutoff is not None and score >= cutoff):
        return OracleResult("supernumerary", "SUPERNUMERARY", track, score)
    return OracleResult("not_admitted", "LATE_BELOW_CUTOFF", track, score)
