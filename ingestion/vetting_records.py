"""What the weekly lists to the vetting bodies are made of: bodies, candidates to be sent, lists, reminders.

Belongs here: records only. Who is to be sent and when a reply is due is settled in ``dbt_project/`` (Order
§4.3, §4.4); drawing lists in ``vetting_lists.py``; what their files say in ``vetting_workbooks.py``, what a
reminder says in ``orchestration/letters/``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from ingestion.list_identities import Identity, VaultRow

NEW, CHANGED = "new", "changed"


@dataclass(frozen=True)
class Body:
    """A vetting body: its place in the Order, the language it is written to, its names, its last day."""

    code: str
    order: int
    language: str
    names: Mapping[str, str] = field(hash=False)
    last_day_on: date | None = None


@dataclass(frozen=True)
class Candidate:
    """Somebody to be put on the next list of a body.

    change_code: ``new``, or ``changed`` since ``previous_list_no``. row: where the vault has the person.
    """

    candidate_no: str
    body_code: str
    addressee_code: str
    change_code: str
    previous_list_no: str | None
    row: VaultRow


@dataclass(frozen=True)
class WeeklyList:
    """One list of a drawing: of a body, addressed to whoever speaks for it on that day."""

    list_no: str
    season: str
    body: Body
    addressee: Body
    sent_on: date
    due_on: date
    candidates: Sequence[Candidate]

    @property
    def file_name(self) -> str:
        """Name of its file."""
        return f"{self.list_no}.xlsx"

    @property
    def count_new(self) -> int:
        """People whom the body is asked about for the first time."""
        return sum(one.change_code == NEW for one in self.candidates)

    @property
    def count_changed(self) -> int:
        """People whom the body is asked about anew."""
        return len(self.candidates) - self.count_new

    @property
    def is_inherited(self) -> bool:
        """Whether a successor is asked in place of the list's body (A34)."""
        return self.body.code != self.addressee.code


@dataclass(frozen=True)
class NamedList:
    """A list with the people on it, in its order; nothing of them shows in ``repr``."""

    about: WeeklyList
    people: Sequence[tuple[Candidate, Identity]] = field(repr=False)


@dataclass(frozen=True)
class OverdueList:
    """A list that is overdue: when it was sent and due, and about whom there is no reply."""

    list_no: str
    body: Body
    sent_on: date
    due_on: date
    days_overdue: int
    count_sent: int
    open_candidates: Sequence[str]


@dataclass(frozen=True)
class Reminder:
    """What one body is reminded of, as of a day."""

    addressee: Body
    season: str
    day: date
    made_at: datetime
    lists: Sequence[OverdueList]

    @property
    def name(self) -> str:
        """Name of its files, without their endings."""
        return f"{self.day:%Y-%m-%d}__{self.addressee.code}"
