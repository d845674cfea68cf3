"""Vetting: who passes it, and by which decision: Order §4 (`docs/rules.md`, "Stage 2").

What belongs here: which states are settled, the outcome. What does not: what each body said (`letters.py`),
exclusions, which need a decision (`stops.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tests.oracle import letters, order
from tests.oracle.decisions import Decision, Decisions, latest
from tests.oracle.letters import State
from tests.oracle.people import Account
from tests.oracle.publication import published_at
from tests.oracle.reading import Tables

_WORST_FIRST = (
    ("adverse", "VETTING_ADVERSE"),
    ("unclear", "VETTING_UNCLEAR"),
    ("sent", "VETTING_HOLD"),
    ("not_sent", "VETTING_HOLD"),
)


@dataclass(frozen=True)
class Outcome:
    """Whether a candidate passed a stage that admits by passing, why, and by which decision, if by one."""

    is_passed: bool
    reason: str
    decision_no: str | None = None


class Vetting:
    """Lists, replies and decisions of the season as of a moment, asked candidate by candidate.

    `identity_keys` are what the warehouse made of the counted submissions of `accounts`.
    """

    def __init__(
        self,
        tables: Tables,
        as_of: datetime,
        accounts: Mapping[str, Account],
        identity_keys: Mapping[str, str],
    ) -> None:
        self.published_at = published_at(tables, "vetting", as_of)
        self.moment = min(as_of, self.published_at)
        sent = {number: one.submission for number, one in accounts.items() if one.submission is not None}
        known = [number for number, row in sent.items() if row.received_at < order.VETTING_CLOSES_AT]
        self.now = letters.now(tables, {number: identity_keys.get(number) for number in sent})
        self.at_close = letters.at_close(tables, {number: identity_keys.get(number) for number in known})
        self.decisions = Decisions(tables)

    def outcome(self, candidate_no: str, submitted_on: date) -> Outcome:
        """Whether the candidate passes vetting (§4.1–4.5, A31, A33)."""
        states = [self.at_close.state(candidate_no, body) for body in required_bodies(submitted_on)]
        unsettled = {state.code for state in states if not self.is_settled(candidate_no, state)}
        if unsettled:
            return Outcome(False, next(reason for code, reason in _WORST_FIRST if code in unsettled))
        settling = latest(one for state in states for one in self._settling(candidate_no, state))
        if settling is None:
            return Outcome(True, "VETTING_CLEARED")
        return Outcome(True, "VETTING_BY_DECISION", settling.number)

    def is_settled(self, candidate_no: str, state: State) -> bool:
        """Whether a state at close bars nobody: clear, or by a decision in force."""
        return state.code == "clear" or bool(self._settling(candidate_no, state))

    def _settling(self, candidate_no: str, state: State) -> list[Decision]:
        """The decisions by which a state that is not clear is settled."""
        if state.code in ("sent", "not_sent"):
            return self.decisions.in_force(candidate_no, self.moment, "admit_conditionally")
        return self.covering(candidate_no, state, self.moment)

    def covering(self, candidate_no: str, state: State, moment: datetime) -> list[Decision]:
        """The decisions in force at a moment by which what a reply says bars nobody (A31, §4.5)."""
        actions = {"adverse": ("keep",), "unclear": ("keep", "admit_conditionally")}.get(state.code, ())
        decisions = self.decisions.in_force(candidate_no, moment, *actions)
        return [decision for decision in decisions if covers(decision, state)]

    def keeps(self, candidate_no: str, state: State, moment: datetime) -> list[Decision]:
        """Those of them that find that adverse or unclear information does not bar."""
        return [one for one in self.covering(candidate_no, state, moment) if one.action == "keep"]


def covers(decision: Decision, state: State) -> bool:
    """Of the reply's local day or later, and not before it was heard: nobody decides on what has not come."""
    if state.reply is None or state.heard_at is None:
        return False
    return decision.day >= state.reply["replied_on"] and decision.starts_at >= state.heard_at


def required_bodies(day: date) -> Sequence[order.Body]:
    """The bodies in force on a day (§4.3)."""
    return [
        body
        for body in order.BODIES
        if body.first_day <= day and (body.last_day is None or day <= body.last_day)
    ]
