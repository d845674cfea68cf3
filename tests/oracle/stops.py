"""Exclusions and withdrawals: Order §4.2, §4.5, §5.1 (`docs/rules.md`, "Stops").

What belongs here: whether a candidate is stopped at a moment, and how that shows at a stage. What does not:
what a stop does to a list (`season.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tests.oracle.decisions import Decision, Decisions
from tests.oracle.people import Account
from tests.oracle.reading import Tables


@dataclass(frozen=True)
class Stop:
    """An exclusion or a withdrawal, in force from `starts_at` to before `ends_at` (None: for good)."""

    starts_at: datetime
    ends_at: datetime | None
    decision_no: str | None
    basis: str | None
    stage_code: str | None
    ended_by: str | None = None

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
    """The stops of the season, asked by an account; those of all accounts of its person hold (A40, A41)."""

    def __init__(self, tables: Tables, accounts: Mapping[str, Account]) -> None:
        self._decisions = Decisions(tables)
        self._person = {number: account.iin for number, account in accounts.items()}
        self._numbers: dict[str, list[str]] = defaultdict(list)
        for number, iin in self._person.items():
            self._numbers[iin].append(number)
        self._withdrawals: dict[str, list[Stop]] = defaultdict(list)
        for row in tables.rows("platform__withdrawals"):
            self._withdrawals[row["candidate_no"]].append(Stop(row["withdrawn_at"], None, None, None, None))

    def deciding(self, candidate_no: str, moment: datetime, as_of: datetime | None = None) -> Stop | None:
        """The stop in force with the earliest start; a withdrawal before an exclusion (A10, A41).

        With `as_of`, only what is in force then too: a stop reversed since the moment stops nobody.
        """
        stops = [
            stop for stop in self._in_force(candidate_no, moment) if as_of is None or stop.is_in_force(as_of)
        ]
        return min(
            stops,
            key=lambda stop: (stop.starts_at, not stop.is_withdrawal, stop.decision_no or ""),
            default=None,
        )

    def lifted_by(self, candidate_no: str, moment: datetime, as_of: datetime) -> str | None:
        """The reversal that ended the last of the stops in force at a moment, if none of them holds now."""
        stops = self._in_force(candidate_no, moment)
        if not stops or any(stop.is_in_force(as_of) for stop in stops):
            return None
        return max((stop.ends_at, stop.ended_by) for stop in stops if stop.ends_at and stop.ended_by)[1]

    def of(self, candidate_no: str) -> list[Stop]:
        """All stops of the person, in force or not."""
        return [
            stop
            for number in self._accounts_of_same(candidate_no)
            for stop in (
                *self._withdrawals.get(number, ()),
                *map(_exclusion, self._decisions.of(number, "exclude")),
            )
        ]

    def _in_force(self, candidate_no: str, moment: datetime) -> list[Stop]:
        return [stop for stop in self.of(candidate_no) if stop.is_in_force(moment)]

    def exclusions(self, candidate_no: str, moment: datetime) -> list[Decision]:
        """The exclusions of the person in force at a moment."""
        return [
            decision
            for number in self._accounts_of_same(candidate_no)
            for decision in self._decisions.in_force(number, moment, "exclude")
        ]

    def _accounts_of_same(self, candidate_no: str) -> list[str]:
        """All accounts of the person of an account."""
        person = self._person.get(candidate_no)
        return [candidate_no] if person is None else self._numbers[person]


def _exclusion(decision: Decision) -> Stop:
    return Stop(
        decision.starts_at,
        decision.ends_at,
        decision.number,
        decision.row["basis_code"],
        decision.row["stage_code"],
        decision.ended_by,
    )
