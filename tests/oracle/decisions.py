"""Decisions of the working group and how long each is in force (`docs/rules.md`, "Time").

What belongs here: when a decision begins and ends. What does not: what it does (`people.py`, `stops.py`,
`vetting.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from tests.oracle.calendar import local_date
from tests.oracle.reading import Row, Tables


@dataclass(frozen=True)
class Decision:
    """A decision about one candidate, in force from `starts_at` to before `ends_at` (None: for good).

    `ended_by` is the number of the reversal that ends it.
    """

    row: Row
    starts_at: datetime
    ends_at: datetime | None
    ended_by: str | None = None

    @property
    def number(self) -> str:
        """Number of the decision."""
        return str(self.row["decision_no"])

    @property
    def action(self) -> str:
        """What was decided."""
        return str(self.row["action_code"])

    @property
    def day(self) -> date:
        """The local day of the decision."""
        return local_date(self.starts_at)

    def is_in_force(self, moment: datetime) -> bool:
        """Whether it holds at a moment."""
        return self.starts_at <= moment and (self.ends_at is None or moment < self.ends_at)


class Decisions:
    """The working group's decisions, asked candidate by candidate."""

    def __init__(self, tables: Tables) -> None:
        rows = tables.rows("agency__working_group_decisions")
        reversals = [row for row in rows if row["action_code"] == "reverse"]
        self._of: dict[str, list[Decision]] = defaultdict(list)
        for row in rows:
            self._of[row["candidate_no"]].append(Decision(row, row["decided_at"], *_ending(row, reversals)))

    def of(self, candidate_no: str, *actions: str) -> list[Decision]:
        """A candidate's decisions of some kinds."""
        return [decision for decision in self._of.get(candidate_no, ()) if decision.action in actions]

    def in_force(self, candidate_no: str, moment: datetime, *actions: str) -> list[Decision]:
        """Those of them in force at a moment."""
        return [decision for decision in self.of(candidate_no, *actions) if decision.is_in_force(moment)]


def latest(decisions: Iterable[Decision]) -> Decision | None:
    """The one with the greatest (`decided_at`, `decision_no`)."""
    return max(decisions, key=lambda decision: (decision.starts_at, decision.number), default=None)


def _ending(row: Row, reversals: Iterable[Row]) -> tuple[datetime | None, str | None]:
    """Moment and number of the earliest reversal that names the decision for its candidate, not before it."""
    ends = [
        (reversal["decided_at"], reversal["decision_no"])
        for reversal in reversals
        if reversal["candidate_no"] == row["candidate_no"]
        and reversal["reversed_decision_no"] == row["decision_no"]
        and reversal["decided_at"] >= row["decided_at"]
    ]
    return min(ends, default=(None, None))
