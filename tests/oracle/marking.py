"""Marks owed, flagged works and cases not drawn: Order §6.3, §6.5–6.7, A19, A21, A24, A26 (`docs/rules.md`,
"Marks owed, works to look at, cases not drawn").

What belongs here: who owes which marks, what is flagged, which case is not the one drawn. What does not:
which marks count (`marks.py`), what they are worth (`scores.py`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path

from tests.oracle import order
from tests.oracle.marks import STAGE
from tests.oracle.people import Account, accounts_of
from tests.oracle.publication import Publications
from tests.oracle.reading import Row, Tables, read_landing
from tests.oracle.scores import Result, Scores
from tests.oracle.season import OracleSeason, compute
from tests.oracle.sittings import Sittings

#: A21: points between experts' marks; A24: words and minutes of a solution.
APART, WORDS, MINUTES = 2, 500, 45
#: Column of the criterion in the marks of a stage.
_CRITERION = {"assessment_centre": "competency_code", "interview": "competency_code", STAGE: "criterion_code"}


@dataclass(frozen=True)
class OracleMarking:
    """What the three lists say, a line each.

    owed: stage, candidate, rater or None, code, raters, criteria or None. works: work, candidate, whether the
    marks are far apart, too many words, too much time, count of outsiders with whole sets. cases: candidate,
    drawn, given and solved case, code.
    """

    owed: set[tuple[str, str, str | None, str, int, int | None]]
    works: set[tuple[str, str, bool, bool, bool, int]]
    cases: set[tuple[str, str | None, str | None, str | None, str]]


@dataclass(frozen=True)
class _Rater:
    """A rater of one candidate: points by criterion, when they were known, and their place on the panel."""

    code: str
    points: dict[str, int]
    has_seat: bool
    is_outsider: bool

    def is_whole(self, criteria: tuple[str, ...]) -> bool:
        return set(criteria) <= self.points.keys()


def run_marking_oracle(
    landing_dir: Path, as_of: datetime, landed_at: datetime | None = None
) -> OracleMarking:
    """The three lists from the landing files as known at `as_of` (aware)."""
    tables = read_landing(landing_dir, as_of, landed_at or as_of)
    return _Marking(tables, as_of).lists()


class _Marking:
    def __init__(self, tables: Tables, as_of: datetime) -> None:
        self._tables = tables
        self._season: OracleSeason = compute(tables, as_of)
        self._accounts: dict[str, Account] = dict(accounts_of(tables, as_of))
        self._sittings = Sittings(tables)
        self._scores = Scores(tables, marks_listed_at=Publications(tables, as_of).moment(STAGE))
        seats = [row for row in tables.rows("assignment__seats") if row["stage_code"] == STAGE]
        latest = max((row["assignment_no"] for row in seats), default=None)
        self._seats: dict[str, dict[str, datetime]] = defaultdict(dict)
        for row in seats:
            if row["assignment_no"] == latest:
                self._seats[row["work_no"]][row["expert_code"]] = row["given_at"]

    def lists(self) -> OracleMarking:
        found = OracleMarking(set(), set(), self._cases())
        for candidate_no in self._accounts:
            for stage in order.STAGES:
                sitting = self._sittings.attendance(candidate_no, stage.code).counted
                if stage.scoring != "panel" or sitting is None:
                    continue
                work = self._scores.work(sitting) if stage.code == STAGE else None
                if stage.code == STAGE and work is None:
                    continue
                raters = self._raters(candidate_no, stage.code, sitting, work)
                result = self._scores.result(candidate_no, stage, sitting)
                if work is not None:
                    found.works.add(self._work(candidate_no, work, raters))
                standing = self._season.results.get((stage.code, candidate_no))
                if result.reason and standing is not None and standing.status == "not_publishable":
                    found.owed.update(self._owed(candidate_no, stage.code, raters, result))
        return found

    def _raters(self, candidate_no: str, stage_code: str, sitting: Row, work: Row | None) -> list[_Rater]:
        criteria = order.CRITERIA[stage_code]
        rows = self._scores.panel(candidate_no, stage_code, sitting)
        seats = {} if work is None else self._seats.get(work["work_no"], {})
        found = []
        for code in {*rows, *seats}:
            own = [row for row in rows.get(code, []) if _criterion(stage_code, row) in criteria]
            points = {_criterion(stage_code, row): row["points"] for row in own if row["points"] is not None}
            first = [work.first_received_at] if work is not None else []
            known_at = max([row.first_received_at for row in own] + first) if own else None
            came_after = bool(seats) and known_at is not None and known_at > min(seats.values())
            found.append(_Rater(code, points, code in seats, code not in seats and came_after))
        return found

    def _owed(
        self, candidate_no: str, stage_code: str, raters: list[_Rater], result: Result
    ) -> set[tuple[str, str, str | None, str, int, int | None]]:
        criteria = order.CRITERIA[stage_code]
        whole = [rater for rater in raters if rater.is_whole(criteria)]
        named = [rater for rater in raters if rater not in whole and not rater.is_outsider]
        lines: set[tuple[str, str, str | None, str, int, int | None]] = {
            (
                stage_code, candidate_no, rater.code, "incomplete" if rater.points else "not_begun", 1,
                len(criteria) - len(rater.points),
            )
            for rater in named
        }  # fmt: skip
        needed = order.EXPERTS_EXPECTED if stage_code == STAGE else order.QUORUM[stage_code]
        lacking = needed - len(whole) - len(named)
        if lacking > 0:
            lines.add((stage_code, candidate_no, None, "nobody", lacking, None))
        return lines

    def _work(
        self, candidate_no: str, work: Row, raters: list[_Rater]
    ) -> tuple[str, str, bool, bool, bool, int]:
        criteria = order.CRITERIA[STAGE]
        whole = [rater for rater in raters if rater.is_whole(criteria)]
        means = [
            Fraction(sum(rater.points[code] for code in criteria), len(criteria))
            for rater in self._counted(candidate_no, whole)
        ]
        return (
            work["work_no"],
            candidate_no,
            bool(means) and max(means) - min(means) >= APART,
            work["count_words"] > WORDS,
            work["duration_seconds"] > MINUTES * 60,
            sum(rater.is_outsider for rater in whole),
        )

    def _counted(self, candidate_no: str, whole: list[_Rater]) -> list[_Rater]:
        """Of more than three whole sets the first three by the last mark (A20)."""
        sitting = self._sittings.attendance(candidate_no, STAGE).counted
        assert sitting is not None
        rows = self._scores.panel(candidate_no, STAGE, sitting)
        criteria = order.CRITERIA[STAGE]

        def last(rater: _Rater) -> tuple[datetime, str]:
            own = [row["marked_at"] for row in rows[rater.code] if row["criterion_code"] in criteria]
            return max(own), rater.code

        return sorted(whole, key=last)[: order.EXPERTS_EXPECTED]

    def _cases(self) -> set[tuple[str, str | None, str | None, str | None, str]]:
        rows = self._tables.rows("assignment__drawn_cases")
        drawn = {row["candidate_no"]: row["case_code"] for row in rows if row["stage_code"] == STAGE}
        if not drawn:
            return set()
        given = {
            row["candidate_no"]: row["case_code"]
            for row in self._tables.rows("platform__case_assignments")
            if row["candidate_no"] in self._accounts
        }
        solved = {}
        for candidate_no in self._accounts:
            sitting = self._sittings.attendance(candidate_no, STAGE).counted
            work = None if sitting is None else self._scores.work(sitting)
            if work is not None:
                solved[candidate_no] = work["case_code"]
        lines = set()
        for who in {*drawn, *given, *solved}:
            own, other, written = drawn.get(who), given.get(who), solved.get(who)
            if own is None:
                code = "not_drawn"
            elif written not in (None, own):
                code = "solved_another"
            elif other not in (None, own):
                code = "given_another"
            elif other is None and written is None:
                code = "given_none"
            else:
                continue
            lines.add((who, own, other, written, code))
        return lines


def _criterion(stage_code: str, row: Row) -> str:
    """Criterion of a mark; the commission gives one, overall."""
    column = _CRITERION.get(stage_code)
    return "overall" if column is None else str(row[column])
