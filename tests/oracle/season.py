"""The season, stage by stage: Order §3 and §9 (`docs/rules.md`, "The cut"), and the oracle's entry
`run_oracle`.

What belongs here: who enters a stage, who stands in its pool, the cut, who goes on. What does not:
eligibility (`eligibility.py`), vetting (`vetting.py`), stops (`stops.py`), sittings (`sittings.py`) and
scores (`scores.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

from tests.oracle import order
from tests.oracle.eligibility import Eligibility
from tests.oracle.people import Account, accounts_of, superseded
from tests.oracle.reading import Row, Tables, read_landing
from tests.oracle.scores import Result, Scores
from tests.oracle.sittings import Sittings
from tests.oracle.stops import Stops
from tests.oracle.vetting import Outcome, Vetting

#: Statuses that send somebody to the next stage.
GOES_ON = frozenset({"admitted", "supernumerary"})


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
class OracleSeason:
    """Results by (stage, candidate number) for everyone who entered the stage; cut-offs by (stage, track)."""

    results: dict[tuple[str, str], OracleResult] = field(default_factory=dict)
    cutoffs: dict[tuple[str, str], OracleCutoff] = field(default_factory=dict)
    as_of: datetime = datetime.max.replace(tzinfo=UTC)

    def is_published(self, stage: order.Stage) -> bool:
        """Whether the list of a stage is out."""
        return self.as_of >= stage.published_at


def run_oracle(
    landing_dir: Path,
    as_of: datetime,
    landed_at: datetime | None = None,
    identity_keys: Mapping[str, str] | None = None,
) -> OracleSeason:
    """The whole season from the landing files as known at `as_of` (aware).

    `landed_at` is the receipt of files outside folders named by a moment; default: `as_of`. `identity_keys`
    are the keys of the counted submissions by candidate number; without them a list that carries a key
    names everybody otherwise.
    """
    if as_of.tzinfo is None:
        raise ValueError("as_of needs a time zone")
    return compute(read_landing(landing_dir, as_of, landed_at or as_of), as_of, identity_keys)


def compute(tables: Tables, as_of: datetime, identity_keys: Mapping[str, str] | None = None) -> OracleSeason:
    """The whole season from rows: each stage's entrants are those whom the stage before sent on (§3.1)."""
    walk = _Walk(tables, as_of, identity_keys or {})
    season = OracleSeason(as_of=as_of)
    entrants: Collection[str] = sorted(walk.accounts)
    for stage in order.STAGES:
        shown = walk.stage(stage, entrants, season.cutoffs)
        season.results.update({(stage.code, candidate_no): result for candidate_no, result in shown.items()})
        entrants = [candidate_no for candidate_no, result in shown.items() if result.status in GOES_ON]
    return season


class _Walk:
    """Everything that the stages ask, and the season clock."""

    def __init__(self, tables: Tables, as_of: datetime, identity_keys: Mapping[str, str]) -> None:
        self._tables = tables
        self._as_of = as_of
        self.accounts: Mapping[str, Account] = accounts_of(tables, as_of)
        self._void = superseded(self.accounts.values())
        self._eligibility = Eligibility(tables)
        self._vetting = Vetting(tables, as_of, self.accounts, identity_keys)
        self._stops = Stops(tables, self.accounts)
        self._sittings = Sittings(tables)
        self._scores = Scores(tables)

    def stage(
        self, stage: order.Stage, entrants: Collection[str], cutoffs: dict[tuple[str, str], OracleCutoff]
    ) -> dict[str, OracleResult]:
        """One stage: stops first, then nothing before publication, then the stage's own way of admitting."""
        is_published = self._as_of >= stage.published_at
        moment = stage.published_at if is_published else self._as_of
        shown: dict[str, OracleResult] = {}
        going: list[str] = []
        for candidate_no in entrants:
            track = self.accounts[candidate_no].track
            stop = self._stops.deciding(candidate_no, moment)
            if stop is not None:
                status, reason = stop.shown_at(stage.code)
                shown[candidate_no] = OracleResult(status, reason, track, decision_no=stop.decision_no)
            elif not is_published:
                shown[candidate_no] = OracleResult("pending", "STAGE_NOT_PUBLISHED", track)
            else:
                going.append(candidate_no)
        if is_published:
            shown.update(self._published(stage, going, cutoffs))
        return shown

    def _published(
        self, stage: order.Stage, going: Sequence[str], cutoffs: dict[tuple[str, str], OracleCutoff]
    ) -> dict[str, OracleResult]:
        if stage.admits_by == "pass":
            return {candidate_no: self._passed(stage.code, candidate_no) for candidate_no in going}
        if stage.admits_by == "decision":
            return self._decided(stage.code, going, cutoffs)
        shown = {}
        for track in order.TRACKS:
            own = [candidate_no for candidate_no in going if self.accounts[candidate_no].track == track]
            ranked, cutoffs[stage.code, track] = self._ranked(stage, track, own)
            shown.update(ranked)
        return shown

    def _passed(self, stage_code: str, candidate_no: str) -> OracleResult:
        """§2, §4: whoever meets the requirements goes on."""
        account = self.accounts[candidate_no]
        if stage_code == "registration":
            reason = self._eligibility.reason(account, candidate_no in self._void)
            outcome = Outcome(reason == "ELIGIBLE", reason)
        else:
            outcome = self._vetting.outcome(candidate_no, account.submitted_on)
        status = "admitted" if outcome.is_passed else "not_admitted"
        return OracleResult(status, outcome.reason, account.track, decision_no=outcome.decision_no)

    def _ranked(
        self, stage: order.Stage, track: str, going: Sequence[str]
    ) -> tuple[dict[str, OracleResult], OracleCutoff]:
        """§3.2 in one track: the results of those who came, and the cut among them."""
        shown: dict[str, OracleResult] = {}
        in_time: dict[str, Fraction] = {}
        late: dict[str, Fraction] = {}
        for candidate_no in going:
            attendance = self._sittings.attendance(candidate_no, stage.code)
            if attendance.counted is None:
                status, reason = (
                    ("absent", "ABSENT") if attendance.is_absent else ("pending_resit", "PENDING_RESIT")
                )
                shown[candidate_no] = OracleResult(status, reason, track)
                continue
            result = self._scores.result(candidate_no, stage, attendance.counted)
            if result.score is None or result.known_at is None:
                shown[candidate_no] = OracleResult("not_publishable", result.reason or "NO_RESULT", track)
            elif is_late(result, stage):
                late[candidate_no] = result.score
            else:
                in_time[candidate_no] = result.score
        cut_results, cutoff = cut(in_time, late, limit_of(stage.code, track, len(in_time)), track)
        return shown | cut_results, cutoff

    def _decided(
        self, stage_code: str, going: Sequence[str], cutoffs: dict[tuple[str, str], OracleCutoff]
    ) -> dict[str, OracleResult]:
        """§9: as the National Commission decided; it is bound by nobody's rank (A5, A44)."""
        latest: dict[str, Row] = {}
        for row in sorted(self._tables.rows("agency__national_decisions"), key=_by_decision):
            latest[row["candidate_no"]] = row
        shown = {}
        for candidate_no in going:
            track = self.accounts[candidate_no].track
            decision = latest.get(candidate_no)
            if decision is None:
                shown[candidate_no] = OracleResult("pending", "DECISION_PENDING", track)
                continue
            is_enrolled = decision["decision_code"] == "enrol"
            status, reason = ("admitted", "ENROLLED") if is_enrolled else ("not_admitted", "NOT_ENROLLED")
            shown[candidate_no] = OracleResult(status, reason, track, decision_no=decision["decision_no"])
        for track, places in self.final_places().items():
            own = [
                result for result in shown.values() if result.track == track and result.status != "pending"
            ]
            enrolled = sum(1 for result in own if result.status == "admitted")
            cutoffs[stage_code, track] = OracleCutoff(len(own), places, None, enrolled, 0, 0, False)
        return shown

    def final_places(self) -> dict[str, int]:
        """§9.1–9.2, A43: the Order's places, or those of the track's latest revision."""
        places = dict(order.PLACES["national_commission"])
        for row in sorted(self._tables.rows("agency__quota_revisions"), key=_by_decision):
            places[row["track_code"]] = row["places"]
        return places


def _by_decision(row: Row) -> tuple[datetime, str]:
    return row["decided_at"], row["decision_no"]


def is_late(result: Result, stage: order.Stage) -> bool:
    """A13: known only after the list was published."""
    return result.known_at is not None and result.known_at > stage.published_at


def limit_of(stage_code: str, track: str, pool: int) -> int:
    """§3.2: the track's places, or its share of the pool rounded up (A1, A2)."""
    if stage_code in order.SHARE:
        numerator, denominator = order.SHARE[stage_code]
        return -(-pool * numerator // denominator)
    return order.PLACES[stage_code][track]


def cut(
    in_time: Mapping[str, Fraction], late: Mapping[str, Fraction], limit: int, track: str
) -> tuple[dict[str, OracleResult], OracleCutoff]:
    """The cut in one track (§3.2, §3.3, A1–A4, A8, A13): everybody's result, and the cut-off.

    An empty pool is a shortfall even where the limit is a share of it, none: a late result displaces nobody.
    """
    scores = sorted(in_time.values(), reverse=True)
    is_shortfall = len(scores) < limit or not scores
    cutoff = scores[limit - 1] if len(scores) >= limit >= 1 else None
    rank_of: dict[Fraction, int] = {}
    for position, score in enumerate(scores, start=1):
        rank_of.setdefault(score, position)
    count_reached = len(scores) if is_shortfall else sum(1 for score in scores if _reaches(score, cutoff))
    shown = {}
    for candidate_no, score in in_time.items():
        if is_shortfall:
            status, reason = "admitted", "SHORTFALL"
        elif not _reaches(score, cutoff):
            status, reason = "not_admitted", "BELOW_CUTOFF"
        else:
            is_tie = score == cutoff and count_reached > limit
            status, reason = "admitted", "BY_TIE" if is_tie else "WITHIN_LIMIT"
        shown[candidate_no] = OracleResult(status, reason, track, score, rank_of[score])
    for candidate_no, score in late.items():
        goes_on = is_shortfall or _reaches(score, cutoff)
        status, reason = (
            ("supernumerary", "SUPERNUMERARY") if goes_on else ("not_admitted", "LATE_BELOW_CUTOFF")
        )
        shown[candidate_no] = OracleResult(status, reason, track, score)
    by_tie = sum(1 for result in shown.values() if result.reason == "BY_TIE")
    supernumerary = sum(1 for result in shown.values() if result.status == "supernumerary")
    return shown, OracleCutoff(len(scores), limit, cutoff, count_reached, by_tie, supernumerary, is_shortfall)


def _reaches(score: Fraction, cutoff: Fraction | None) -> bool:
    """Whether a score is enough; without a cut-off none is."""
    return cutoff is not None and score >= cutoff
