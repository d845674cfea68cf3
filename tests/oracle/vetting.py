"""Vetting: Order §4 (`docs/rules.md`, "Stage 2").

What belongs here: what each body said about a candidate, and whether that passes. What does not: exclusions,
which need a decision (`stops.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tests.oracle import order
from tests.oracle.reading import Row, Tables

MISSING = "missing"
_WORST_FIRST = (("adverse", "VETTING_ADVERSE"), ("unclear", "VETTING_UNCLEAR"), (MISSING, "VETTING_HOLD"))


@dataclass(frozen=True)
class Outcome:
    """Whether a candidate passed a stage that admits by passing, why, and by which decision, if by one."""

    is_passed: bool
    reason: str
    decision_no: str | None = None


class Vetting:
    """Lists, replies and decisions of the season, asked candidate by candidate."""

    def __init__(self, tables: Tables) -> None:
        self._sent_to: dict[tuple[str, str], str] = {
            (row["list_no"], row["candidate_no"]): row["body_code"]
            for row in tables.rows("agency__vetting_requests")
        }
        self._replies: dict[str, list[Row]] = defaultdict(list)
        for row in tables.rows("vetting__replies"):
            self._replies[row["candidate_no"]].append(row)
        self._decisions: dict[str, list[Row]] = defaultdict(list)
        for row in tables.rows("agency__working_group_decisions"):
            if row["action_code"] in ("keep", "admit_conditionally"):
                self._decisions[row["candidate_no"]].append(row)

    def outcome(self, candidate_no: str, submitted_on: date) -> Outcome:
        """Whether the candidate passed vetting (§4.1–4.5, A31, A33)."""
        states = {self.state(candidate_no, body) for body in required_bodies(submitted_on)}
        if states == {"clear"}:
            return Outcome(True, "VETTING_CLEARED")
        published_at = order.STAGE["vetting"].published_at
        decisions = [row for row in self._decisions[candidate_no] if row["decided_at"] <= published_at]
        if decisions:
            decision = max(decisions, key=lambda row: (row["decided_at"], row["decision_no"]))
            return Outcome(True, "VETTING_BY_DECISION", decision["decision_no"])
        return Outcome(False, next(reason for state, reason in _WORST_FIRST if state in states))

    def state(self, candidate_no: str, body: order.Body) -> str:
        """What the body said last: clear, adverse, unclear, or missing. No reply is never clear."""
        counting = [row for row in self._replies[candidate_no] if self._counts(row, body)]
        last = max(counting, key=lambda row: (row["replied_on"], row.landing_order), default=None)
        return MISSING if last is None else str(last["result_code"])

    def _counts(self, reply: Row, body: order.Body) -> bool:
        """Whether a reply answers a list sent to the body, in time, from its speaker of that day (A34)."""
        sent_to = self._sent_to.get((reply["list_no"], reply["candidate_no"]))
        replied_on = reply["replied_on"]
        in_window = order.VETTING_FIRST_DAY <= replied_on <= order.VETTING_LAST_DAY
        return sent_to == body.code and in_window and reply["body_code"] == speaker(body, replied_on)


def required_bodies(day: date) -> Iterable[order.Body]:
    """The bodies in force on a day (§4.3)."""
    return [
        body
        for body in order.BODIES
        if body.first_day <= day and (body.last_day is None or day <= body.last_day)
    ]


def speaker(body: order.Body, day: date) -> str | None:
    """Who answers for the body on a day: itself to its last day, then its successor (A34)."""
    if body.last_day is None or day <= body.last_day:
        return body.code
    return body.successor
