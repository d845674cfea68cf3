"""The season, stage by stage: Order §3 and §9 (`docs/rules.md`, "The cut"), and the oracle's entry
`run_oracle`.

What belongs here: who enters a stage, who stands in its pool, what is official. What does not: the line
through the pool (`cuts.py`), what was published (`publication.py`), eligibility (`eligibility.py`), vetting
(`vetting.py`), stops (`stops.py`), sittings (`sittings.py`) and scores (`scores.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

from tests.oracle import order, publication
from tests.oracle.cuts import GOES_ON, Field, OracleCutoff, OracleResult, cut_stage, limit_of
from tests.oracle.eligibility import Eligibility
from tests.oracle.people import Account, accounts_of, superseded
from tests.oracle.policy import DEFAULT, Policy
from tests.oracle.publication import Publications
from tests.oracle.reading import Row, Tables, read_landing
from tests.oracle.recordings import Recordings
from tests.oracle.scores import Result, Scores, hundredths
from tests.oracle.sittings import Sittings
from tests.oracle.stops import Stops
from tests.oracle.vetting import Outcome, Vetting

_One = TypeVar("_One")

__all__ = ["GOES_ON", "OracleCutoff", "OracleResult", "OracleSeason", "compute", "run_oracle"]


@dataclass(frozen=True)
class OracleSeason:
    """Results by (stage, candidate number) for everyone who entered the stage; cut-offs by (stage, track).

    `results` and `cutoffs` are official: of a stage published by an act, its list in force. `computed` and
    `computed_cutoffs` are what today's data give at every stage, and `drift` the difference: a change code by
    (stage, candidate number). `versions` are the versions in force by stage published by an act, and
    `moments` P(s) by stage. `marks` says what became of each version of an expert's mark, by (work, expert,
    criterion, number of the version). `returned` are those whose stop at a stage was lifted after its list.
    """

    results: dict[tuple[str, str], OracleResult] = field(default_factory=dict)
    cutoffs: dict[tuple[str, str], OracleCutoff] = field(default_factory=dict)
    as_of: datetime = datetime.max.replace(tzinfo=UTC)
    computed: dict[tuple[str, str], OracleResult] = field(default_factory=dict)
    computed_cutoffs: dict[tuple[str, str], OracleCutoff] = field(default_factory=dict)
    drift: dict[tuple[str, str], str] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    moments: dict[str, datetime] = field(default_factory=dict)
    marks: dict[tuple[str, str, str, int], str] = field(default_factory=dict)
    returned: set[tuple[str, str]] = field(default_factory=set)

    def is_published(self, stage: order.Stage) -> bool:
        """Whether the list of a stage is out."""
        return self.as_of >= self.moments.get(stage.code, stage.published_at)

    def at(self, stage_code: str) -> dict[str, OracleResult]:
        """The official results of a stage by candidate number."""
        return {who: result for (code, who), result in self.results.items() if code == stage_code}

    def computed_at(self, stage_code: str) -> dict[str, OracleResult]:
        """What today's data give at a stage, by candidate number."""
        return {who: result for (code, who), result in self.computed.items() if code == stage_code}


def run_oracle(
    landing_dir: Path,
    as_of: datetime,
    landed_at: datetime | None = None,
    identity_keys: Mapping[str, str] | None = None,
    policy: Policy = DEFAULT,
) -> OracleSeason:
    """The whole season from the landing files as known at `as_of` (aware).

    `landed_at` is the receipt of files outside folders named by a moment; default: `as_of`. `identity_keys`
    are the keys of the counted submissions by candidate number; without them a list that carries a key
    names everybody otherwise.
    """
    if as_of.tzinfo is None:
        raise ValueError("as_of needs a time zone")
    return compute(read_landing(landing_dir, as_of, landed_at or as_of), as_of, policy, identity_keys)


def compute(
    tables: Tables,
    as_of: datetime,
    policy: Policy = DEFAULT,
    identity_keys: Mapping[str, str] | None = None,
) -> OracleSeason:
    """The whole season from rows: each stage's entrants are those whom the stage before sent on (§3.1)."""
    walk = _Walk(tables, as_of, policy, identity_keys or {})
    season = OracleSeason(as_of=as_of, marks=walk.marks())
    entrants: Collection[str] = sorted(walk.accounts)
    for stage in order.STAGES:
        season.moments[stage.code] = walk.publications.moment(stage.code)
        if stage.admits_by == "decision":
            entrants = walk.with_overridden(entrants)
        shown, cutoffs = walk.stage(stage, entrants)
        shown = walk.with_reversals(stage.code, shown)
        season.returned.update((stage.code, who) for who in walk.lifted[stage.code])
        _keep(season.computed, stage, shown)
        _keep(season.computed_cutoffs, stage, cutoffs)
        if walk.publications.by_act(stage.code):
            in_force = walk.publications.in_force(stage.code)
            season.versions[stage.code] = walk.publications.version(stage.code)
            listed = {who: publication.result_of(row) for who, row in in_force.items()}
            _keep(season.drift, stage, publication.drift(listed, shown))
            shown = publication.official(in_force, entrants, walk.tracks())
            cutoffs = publication.official_cutoffs(stage, in_force)
        _keep(season.results, stage, shown)
        _keep(season.cutoffs, stage, cutoffs)
        entrants = [
            candidate_no for candidate_no in publication.goes_on(shown) if candidate_no in walk.accounts
        ]
    return season


def _keep(kept: dict[tuple[str, str], _One], stage: order.Stage, found: Mapping[str, _One]) -> None:
    kept.update({(stage.code, name): one for name, one in found.items()})


@dataclass
class _Pool:
    """One track of a stage before its limit is known, and how many stand outside it."""

    in_time: dict[str, Fraction] = field(default_factory=dict)
    late: dict[str, Fraction] = field(default_factory=dict)
    before: dict[str, Fraction] = field(default_factory=dict)
    vacant: dict[str, OracleResult] = field(default_factory=dict)
    count_absent: int = 0
    count_pending: int = 0

    def n(self, count_entered: int, policy: Policy) -> int:
        """What a share is taken of: the pool, and what the policy adds to it (A1, A10, A14, A18)."""
        if policy.share_base == "entrants":
            return count_entered + len(self.vacant)
        absent = self.count_absent if policy.no_show == "counted" else 0
        pending = self.count_pending if policy.pending_resit == "counted" else 0
        return len(self.in_time) + absent + pending


class _Walk:
    """Everything that the stages ask, and the season clock."""

    def __init__(
        self, tables: Tables, as_of: datetime, policy: Policy, identity_keys: Mapping[str, str]
    ) -> None:
        self._tables = tables
        self._as_of = as_of
        self._policy = policy
        self.publications = Publications(tables, as_of)
        self.accounts: Mapping[str, Account] = accounts_of(tables, as_of)
        self._void = superseded(self.accounts.values())
        self._eligibility = Eligibility(tables)
        self._vetting = Vetting(tables, as_of, self.accounts, identity_keys)
        self._stops = Stops(tables, self.accounts)
        self._sittings = Sittings(tables, policy)
        self._recordings = Recordings(tables, self.accounts, as_of, policy)
        self.lifted: dict[str, dict[str, str]] = {stage.code: {} for stage in order.STAGES}
        self._overridden: frozenset[str] = frozenset()
        self._scores = Scores(tables, policy, self.publications.moment("situational"))

    def tracks(self) -> dict[str, str]:
        """The track of every account."""
        return {candidate_no: account.track for candidate_no, account in self.accounts.items()}

    def marks(self) -> dict[tuple[str, str, str, int], str]:
        """A20: what became of every version of the experts' marks."""
        found = {}
        for candidate_no in self.accounts:
            sitting = self._sittings.attendance(candidate_no, "situational").counted
            for one in [] if sitting is None else self._scores.expert_marks(candidate_no, sitting):
                key = (one.row["work_no"], one.row["expert_code"], one.row["criterion_code"], one.number)
                found[key] = one.handling
        return found

    def with_reversals(self, stage_code: str, shown: Mapping[str, OracleResult]) -> dict[str, OracleResult]:
        """The same results; whose stop was lifted shows the reversal, unless another decision is shown."""
        lifted = self.lifted[stage_code]
        return {
            who: replace(one, decision_no=one.decision_no or lifted[who]) if who in lifted else one
            for who, one in shown.items()
        }

    def with_overridden(self, entrants: Collection[str]) -> list[str]:
        """A44: whom the Expert Commission sent on, and whom an override enrols from outside its list."""
        self._overridden = frozenset(
            candidate_no
            for candidate_no, row in self._last_words().items()
            if candidate_no in self.accounts
            and candidate_no not in entrants
            and row["decision_code"] == "enrol"
            and row["override_by"] is not None
            and row["override_reason"] is not None
        )
        return [*entrants, *sorted(self._overridden)]

    def _last_words(self) -> dict[str, Row]:
        """§9.1: the National Commission's latest decision on each candidate."""
        latest: dict[str, Row] = {}
        for row in sorted(self._tables.rows("agency__national_decisions"), key=_by_decision):
            latest[row["candidate_no"]] = row
        return latest

    def stage(
        self, stage: order.Stage, entrants: Collection[str]
    ) -> tuple[dict[str, OracleResult], dict[str, OracleCutoff]]:
        """One stage: stops first, then nothing before publication, then the stage's own way of admitting."""
        published_at = self.publications.moment(stage.code)
        is_published = self._as_of >= published_at
        is_of_then = is_published and self._policy.exclusion_after_list == "vacancy"
        moment = published_at if is_of_then else self._as_of
        stopped: dict[str, OracleResult] = {}
        going: list[str] = []
        for candidate_no in entrants:
            track = self.accounts[candidate_no].track
            stop = self._stops.deciding(candidate_no, moment, self._as_of)
            if stop is None:
                lifted_by = self._stops.lifted_by(candidate_no, moment, self._as_of)
                if lifted_by is not None:
                    self.lifted[stage.code][candidate_no] = lifted_by
                going.append(candidate_no)
                continue
            status, reason = stop.shown_at(stage.code)
            stopped[candidate_no] = OracleResult(status, reason, track, decision_no=stop.decision_no)
        if not is_published:
            waiting = {who: self._waiting(who) for who in going}
            return stopped | waiting, {}
        if stage.admits_by == "pass":
            return stopped | {who: self._passed(stage.code, who) for who in going}, {}
        if stage.admits_by == "decision":
            decided, cutoffs = self._decided(stage.code, going)
            return stopped | decided, cutoffs
        ranked, cutoffs = self._ranked(stage, going, stopped)
        return stopped | ranked, cutoffs

    def _waiting(self, candidate_no: str) -> OracleResult:
        return OracleResult("pending", "STAGE_NOT_PUBLISHED", self.accounts[candidate_no].track)

    def _passed(self, stage_code: str, candidate_no: str) -> OracleResult:
        """§2, §4: whoever meets the requirements goes on."""
        account = self.accounts[candidate_no]
        if stage_code == "registration":
            reason = self._eligibility.reason(account, candidate_no in self._void)
            outcome = Outcome(reason == "ELIGIBLE", reason)
        elif candidate_no in self._void or account.submission is None:
            outcome = Outcome(False, "VETTING_HOLD")
        else:
            outcome = self._vetting.outcome(candidate_no, account.submitted_on)
        status = "admitted" if outcome.is_passed else "not_admitted"
        return OracleResult(status, outcome.reason, account.track, decision_no=outcome.decision_no)

    def _ranked(
        self, stage: order.Stage, going: Sequence[str], stopped: Mapping[str, OracleResult]
    ) -> tuple[dict[str, OracleResult], dict[str, OracleCutoff]]:
        """§3: the results of those who came, and the cut among them, track by track."""
        shown: dict[str, OracleResult] = {}
        tracks = []
        for track in order.TRACKS:
            own = [candidate_no for candidate_no in going if self.accounts[candidate_no].track == track]
            pool = _Pool()
            for candidate_no in own:
                outside = self._place(stage, candidate_no, pool)
                if outside is not None:
                    shown[candidate_no] = OracleResult(*outside, track)
            if self._policy.exclusion_before_list == "vacancy":
                self._leave_empty(
                    stage, {who: one for who, one in stopped.items() if one.track == track}, pool
                )
            limit = limit_of(stage.code, track, pool.n(len(own), self._policy), self._policy)
            is_share = stage.code in order.SHARE
            tracks.append(Field(track, limit, pool.in_time, pool.late, pool.before, pool.vacant, is_share))
        results, cutoffs = cut_stage(stage.code, tracks, self._policy)
        return shown | results, cutoffs

    def _place(self, stage: order.Stage, candidate_no: str, pool: _Pool) -> tuple[str, str] | None:
        """Put somebody into the pool or among the late; else say as what they stand outside."""
        attendance = self._sittings.attendance(candidate_no, stage.code)
        if attendance.counted is None and attendance.is_absent:
            pool.count_absent += 1
            return "absent", "ABSENT"
        if attendance.counted is None:
            pool.count_pending += 1
            return "pending_resit", "PENDING_RESIT"
        result = self._result(stage, candidate_no, attendance.counted)
        if result.score is None or result.known_at is None:
            return "not_publishable", result.reason or "NO_RESULT"
        score = self._compared(result.score) + self._carried(stage, candidate_no)
        if self._is_late(result, stage) or self._returns_late(candidate_no, stage):
            pool.late[candidate_no] = score
            return None
        pool.in_time[candidate_no] = score
        before = self._before(stage, candidate_no) if self._policy.tie_breaker == "previous_stage" else None
        if before is not None:
            pool.before[candidate_no] = before
        return None

    def _result(self, stage: order.Stage, candidate_no: str, sitting: Row) -> Result:
        """What a sitting is worth, if it was seen or need not be (A30)."""
        result = self._scores.result(candidate_no, stage, sitting)
        return self._recordings.judged(result, candidate_no, sitting, self.publications.moment(stage.code))

    def _leave_empty(self, stage: order.Stage, stopped: Mapping[str, OracleResult], pool: _Pool) -> None:
        """A10 as `vacancy`: who is stopped but has a valid result in time takes a rank and a place."""
        theirs = _Pool()
        for candidate_no in stopped:
            self._place(stage, candidate_no, theirs)
        pool.in_time.update(theirs.in_time)
        pool.before.update(theirs.before)
        pool.vacant.update({candidate_no: stopped[candidate_no] for candidate_no in theirs.in_time})

    def _is_late(self, result: Result, stage: order.Stage) -> bool:
        """A13: known only after the list was published; by policy nobody is late."""
        is_after = result.known_at is not None and result.known_at > self.publications.moment(stage.code)
        return is_after and self._policy.late_result == "supernumerary"

    def _returns_late(self, candidate_no: str, stage: order.Stage) -> bool:
        """A11, A13: whose stop was lifted after the list, unless the place was kept (A10)."""
        is_ranked = (
            self._policy.late_result != "supernumerary" or self._policy.exclusion_before_list == "vacancy"
        )
        return candidate_no in self.lifted[stage.code] and not is_ranked

    def _compared(self, score: Fraction) -> Fraction:
        """A22: exact, or to two decimals."""
        return hundredths(score) if self._policy.rounding == "two_decimals" else score

    def _carried(self, stage: order.Stage, candidate_no: str) -> Fraction:
        """A9: what the stage before adds, where both are scored in the same way."""
        before = _stage_before(stage)
        if self._policy.carry_over == "none" or before is None or before.scoring != stage.scoring:
            return Fraction(0)
        return self._before(stage, candidate_no) or Fraction(0)

    def _before(self, stage: order.Stage, candidate_no: str) -> Fraction | None:
        """A6, A9: the candidate's own score at the stage before as known now, late or not; none if none."""
        before = _stage_before(stage)
        if before is None or before.scoring == "none":
            return None
        attendance = self._sittings.attendance(candidate_no, before.code)
        if attendance.counted is None:
            return None
        score = self._result(before, candidate_no, attendance.counted).score
        return None if score is None else self._compared(score)

    def _decided(
        self, stage_code: str, going: Sequence[str]
    ) -> tuple[dict[str, OracleResult], dict[str, OracleCutoff]]:
        """§9: as the National Commission decided; it is bound by nobody's rank (A5, A44)."""
        latest = self._last_words()
        shown = {}
        for candidate_no in going:
            track = self.accounts[candidate_no].track
            decision = latest.get(candidate_no)
            if decision is None:
                shown[candidate_no] = OracleResult("pending", "DECISION_PENDING", track)
                continue
            is_enrolled = decision["decision_code"] == "enrol"
            status, reason = ("admitted", "ENROLLED") if is_enrolled else ("not_admitted", "NOT_ENROLLED")
            reason = "ENROLLED_BY_OVERRIDE" if candidate_no in self._overridden else reason
            shown[candidate_no] = OracleResult(status, reason, track, decision_no=decision["decision_no"])
        cutoffs = {}
        for track, places in self.final_places().items():
            own = [
                result for result in shown.values() if result.track == track and result.status != "pending"
            ]
            enrolled = sum(1 for result in own if result.status == "admitted")
            cutoffs[track] = OracleCutoff(len(own), places, None, enrolled, 0, 0, False)
        return shown, cutoffs

    def final_places(self) -> dict[str, int]:
        """§9.1–9.2, A43: the Order's places, or those of the track's latest revision."""
        places = dict(order.PLACES["national_commission"])
        for row in sorted(self._tables.rows("agency__quota_revisions"), key=_by_decision):
            places[row["track_code"]] = row["places"]
        return places


def _by_decision(row: Row) -> tuple[datetime, str]:
    return row["decided_at"], row["decision_no"]


def _stage_before(stage: order.Stage) -> order.Stage | None:
    position = order.STAGES.index(stage)
    return order.STAGES[position - 1] if position else None
