"""Exclusions and withdrawals: Order §4.2, §4.5, §5.1 (`docs/rules.md`, "Stops").

What belongs here: whether a candidate is stopped at a moment, and how that shows at a stage. What does not:
what a stop does to a list (`season.py`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from tests.oracle.decisions import Decision, Decisions
from tests.oracle.reading import Tables


@dataclass(frozen=True)
class Stop:
    """An exclusion or a withdrawal, in force from `starts_at` to before `ends_at` (None: for good)."""

    starts_at: datetime
    ends_at: datetime | None
    decision_no: str | None
    basis: str | None
    stage_code: str | None

    @property
    def is_withdrawal(self) -> bool:
        """A withdrawal has no decision."""
        return self.decision_no is None

    def is_in_force(self, moment: datetime) -> bool:
        """Whether the stop holds at a moment."""
        return self.starts_at <= moment and (self.ends_at is None or moment < self.ends_at)

    def shown_at(self, stage_code: str) -> tuple[str, str]:
        """Status and reason at a stage; annulled by a proctoring violation of that very stage (§5.1)."""
        if self.is_withdrawal:
            return "withdrawn", "WITHDRAWN"
        if self.basis == "proctoring_violation" and self.stage_code == stage_code:
            return "annulled", "ANNULLED_PROCTORING"
        return "excluded", "EXCLUDED"


class Stops:
    """The stops of the season, asked candidate by candidate."""

    def __init__(self, tables: Tables) -> None:
        self._decisions = Decisions(tables)
        self._withdrawals: dict[str, list[Stop]] = defaultdict(list)
        for row in tables.rows("platform__withdrawals"):
            self._withdrawals[row["candidate_no"]].append(Stop(row["withdrawn_at"], None, None, None, None))

    def deciding(self, candidate_no: str, moment: datetime) -> Stop | None:
        """The stop in force with the earliest start; a withdrawal before an exclusion (A10, A41)."""
        stops = [
            *self._withdrawals.get(candidate_no, ()),
            *map(_exclusion, self._decisions.of(candidate_no, "exclude")),
        ]
        return min(
            (stop for stop in stops if stop.is_in_force(moment)),
            key=lambda stop: (stop.starts_at, not stop.is_withdrawal, stop.decision_no or ""),
            default=None,
        )


def _exclusion(decision: Decision) -> Stop:
    return Stop(
        decision.starts_at,
        decision.ends_at,
        decision.number,
        decision.row["basis_code"],
        decision.row["stage_code"],
    )
