"""Changes of track that were asked for, and what became of each (A39; `docs/rules.md`, "Track").

What belongs here: one line a change, by submission or by decision. What does not: the track that counts
(`people.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tests.oracle import order
from tests.oracle.board import naive
from tests.oracle.decisions import Decision
from tests.oracle.office import Line, Office
from tests.oracle.people import Account, correction_of, is_sent, is_submission
from tests.oracle.reading import Row


@dataclass(frozen=True)
class _Ask:
    """A track asked for at a moment, by a submission or by a decision."""

    asked_at: datetime
    track: str
    effect: str
    place: tuple[int, int, str]
    decision_no: str | None = None


def changes(office: Office) -> list[Line]:
    """One line an account and change asked for, in order."""
    return [line for account in office.accounts.values() for line in _of_account(office, account)]


def _of_account(office: Office, account: Account) -> Iterator[Line]:
    corrections = office.vetting.decisions.of(account.candidate_no, "correct_track")
    decided = correction_of(account.submission, corrections, office.as_of)
    asks = [_by_submission(account, row, decided) for row in account.rows if is_sent(row)]
    asks += [
        _by_decision(office, account, decision, decided)
        for decision in corrections
        if decision.row["track_code"] is not None
    ]
    before = None if account.submission is not None else account.row["track_code"]
    number = 0
    for ask in sorted(asks, key=lambda ask: (ask.asked_at, ask.place)):
        if ask.decision_no is not None or before not in (None, ask.track):
            number += 1
            yield {
                "season_code": order.SEASON,
                "candidate_no": account.candidate_no,
                "change_no": number,
                "from_track_code": before,
                "to_track_code": ask.track,
                "asked_at": naive(ask.asked_at),
                "source_code": "submission" if ask.decision_no is None else "decision",
                "decision_no": ask.decision_no,
                "effect_code": ask.effect,
            }
        if ask.effect != "after_window":
            before = ask.track


def _by_submission(account: Account, row: Row, decided: Decision | None) -> _Ask:
    if not is_submission(row):
        effect = "after_window"
    else:
        effect = "counted" if row is account.submission and decided is None else "superseded"
    return _Ask(row["submitted_at"], row["track_code"], effect, (0, row["submission_no"], ""))


def _by_decision(office: Office, account: Account, decision: Decision, decided: Decision | None) -> _Ask:
    moment = office.vetting.moment
    if account.submission is None:
        effect = "no_submission"
    elif decision.starts_at > moment:
        effect = "too_late"
    elif not decision.is_in_force(moment):
        effect = "reversed"
    else:
        effect = "counted" if decision == decided else "superseded"
    place = (1, 0, decision.number)
    return _Ask(decision.starts_at, decision.row["track_code"], effect, place, decision.number)
