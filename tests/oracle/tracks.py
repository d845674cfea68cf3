"""Changes of track that were asked for, and what became of each (A39; `docs/rules.md`, "Track").

What belongs here: one line a change, by submission or by decision. What does not: the track that counts
(`people.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from tests.oracle import order
from tests.oracle.board import naive
from tests.oracle.decisions import Decision
from tests.oracle.office import Line, Office
from tests.oracle.people import Account, correction_of, is_sent, is_submission
from tests.oracle.reading import Row

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class _Ask:
    """A track asked for at a moment, by a submission or by a decision, instead of another."""

    asked_at: datetime
    instead_of: str | None
    track: str
    effect: str
    place: tuple[int, int, str]
    decision_no: str | None = None


def changes(office: Office) -> list[Line]:
    """One line an account and change asked for, in order."""
    lines = []
    for account in office.accounts.values():
        asks = [*_by_submission(office, account), *_by_decision(office, account)]
        asks.sort(key=lambda ask: (ask.asked_at, ask.place))
        lines += [_line(account, number, ask) for number, ask in enumerate(asks, start=1)]
    return lines


def _line(account: Account, number: int, ask: _Ask) -> Line:
    return {
        "season_code": order.SEASON,
        "candidate_no": account.candidate_no,
        "change_no": number,
        "from_track_code": ask.instead_of,
        "to_track_code": ask.track,
        "asked_at": naive(ask.asked_at),
        "source_code": "submission" if ask.decision_no is None else "decision",
        "decision_no": ask.decision_no,
        "effect_code": ask.effect,
    }


def _by_submission(office: Office, account: Account) -> Iterator[_Ask]:
    """Each submission that asks for another track than the one before it."""
    sent = sorted(filter(is_sent, account.rows), key=lambda row: (row["submitted_at"], row["submission_no"]))
    for number, (before, row) in enumerate(pairwise(sent), start=1):
        if row["track_code"] == before["track_code"]:
            continue
        place = (0, row["submission_no"], "")
        effect = _effect(office, account, row, sent[number:])
        yield _Ask(row["submitted_at"], before["track_code"], row["track_code"], effect, place)


def _effect(office: Office, account: Account, row: Row, following: list[Row]) -> str:
    """What became of a submission's track: it counts when nobody asked for another in time, or decided so."""
    if not is_submission(row):
        return "after_window"
    stands = all(later["track_code"] == row["track_code"] for later in following if is_submission(later))
    return "counted" if stands and _decided(office, account, office.as_of) is None else "superseded"


def _decided(office: Office, account: Account, moment: datetime) -> Decision | None:
    corrections = office.vetting.decisions.of(account.candidate_no, "correct_track")
    return correction_of(account.submission, corrections, moment, office.vetting.published_at)


def _by_decision(office: Office, account: Account) -> Iterator[_Ask]:
    """Each decision on the track; it corrects what counted just before."""
    for decision in office.vetting.decisions.of(account.candidate_no, "correct_track"):
        if decision.row["track_code"] is None:
            continue
        earlier = _decided(office, account, decision.starts_at - _INSTANT)
        instead_of = (account.row if earlier is None else earlier.row)["track_code"]
        effect = _effect_of_decision(office, account, decision)
        place = (1, 0, decision.number)
        track, number = decision.row["track_code"], decision.number
        yield _Ask(decision.starts_at, instead_of, track, effect, place, number)


def _effect_of_decision(office: Office, account: Account, decision: Decision) -> str:
    if account.submission is None:
        return "no_submission"
    if decision.starts_at > office.vetting.published_at:
        return "too_late"
    if decision.starts_at > office.as_of or office.as_of < order.INTAKE_ENDS_AT:
        return "pending"
    if not decision.is_in_force(office.vetting.moment):
        return "reversed"
    return "counted" if decision == _decided(office, account, office.as_of) else "superseded"
