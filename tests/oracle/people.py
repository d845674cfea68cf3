"""Accounts, submissions and eligibility: Order §2 (`docs/rules.md`, "People and accounts" and "Stage 1").

What belongs here: who counts as whose account, and whether the requirements of §2 are met on the day of
submission. What does not: withdrawals and exclusions before the list (`stops.py`), vetting (`vetting.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tests.oracle import order
from tests.oracle.reading import Row, Tables


@dataclass(frozen=True)
class Account:
    """An account: the row that describes it, and its counted submission, which is the same row, or None."""

    candidate_no: str
    row: Row
    submission: Row | None
    documents: tuple[Row, ...]
    employment: tuple[Row, ...]

    @property
    def iin(self) -> str:
        """Whose account it is."""
        return str(self.row["iin"])

    @property
    def track(self) -> str:
        """The track chosen (§2.5, A39)."""
        return str(self.row["track_code"])

    @property
    def submitted_at(self) -> datetime:
        """Moment of the counted submission; asking an account without one is an error."""
        if self.submission is None:
            raise ValueError("an account without submission")
        moment: datetime = self.submission["submitted_at"]
        return moment

    @property
    def submitted_on(self) -> date:
        """D of the rules: the local date of the submission."""
        return self.submitted_at.astimezone(order.LOCAL).date()

    def uploaded(self, document_type: str) -> list[Row]:
        """Documents of a type that were there when the candidate submitted (§2.6)."""
        return [
            document
            for document in self.documents
            if document["document_type_code"] == document_type
            and document["uploaded_at"] <= self.submitted_at
        ]


def accounts_of(tables: Tables) -> dict[str, Account]:
    """Every account by candidate number, with its latest submission in the intake window (A39)."""
    rows = _grouped(tables.rows("platform__registrations"))
    documents = _grouped(tables.rows("platform__documents"))
    employment = _grouped(tables.rows("platform__employment_periods"))
    found = {}
    for candidate_no, own in rows.items():
        submissions = [row for row in own if _is_submission(row)]
        submission = max(
            submissions, key=lambda row: (row["submitted_at"], row["submission_no"]), default=None
        )
        described_by = submission or max(own, key=lambda row: row["submission_no"])
        found[candidate_no] = Account(
            candidate_no,
            described_by,
            submission,
            tuple(documents.get(candidate_no, ())),
            tuple(employment.get(candidate_no, ())),
        )
    return found


def _grouped(rows: Iterable[Row]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["candidate_no"]].append(row)
    return grouped


def _is_submission(row: Row) -> bool:
    """Whether a row is a submission in the window of §2: from 1 June 00:00 to before 1 July 00:00, local."""
    moment = row["submitted_at"]
    in_window = moment is not None and order.INTAKE_STARTS_AT <= moment < order.INTAKE_ENDS_AT
    return in_window and row["submission_no"] > 0


def superseded(accounts: Iterable[Account]) -> set[str]:
    """Candidate numbers of void accounts: one person, one candidacy (A40)."""
    by_person: dict[str, list[Account]] = defaultdict(list)
    for account in accounts:
        by_person[account.iin].append(account)
    void: set[str] = set()
    for own in by_person.values():
        submitted = [account for account in own if account.submission is not None]
        if not submitted:
            continue
        complete = [account for account in submitted if is_complete(account)]
        counted = max(complete or submitted, key=lambda account: (account.submitted_at, account.candidate_no))
        void.update(account.candidate_no for account in own if account is not counted)
    return void


def is_complete(account: Account) -> bool:
    """Whether the submission has all five consents and the documents of §2.6."""
    return _has_consents(account) and _has_documents(account)


def registration_reason(account: Account, is_void: bool, stop_list: Sequence[Row]) -> str:
    """`ELIGIBLE`, or the first rule of §2 that is not met. `stop_list` holds the entries of this person."""
    if account.submission is None:
        return "REG_NOT_SUBMITTED"
    if is_void:
        return "ACCOUNT_SUPERSEDED"
    day = account.submitted_on
    rules = (
        ("CONSENTS", _has_consents(account)),
        ("DOCUMENTS", _has_documents(account)),
        ("CITIZENSHIP", account.submission["citizenship_code"] == "KZ"),
        ("AGE", is_young_enough(account.submission["birth_on"], day)),
        ("EDUCATION", _has_higher_education(account)),
        ("EXPERIENCE", has_experience(_intervals(account), day)),
        ("LANGUAGE", any(certificate_counts(row, day) for row in account.uploaded("language_certificate"))),
        ("STOP_LIST", not any(_is_listed(row, day) for row in stop_list)),
    )
    return next((rule for rule, is_met in rules if not is_met), "ELIGIBLE")


def _has_consents(account: Account) -> bool:
    """§2.4: all five."""
    return all(account.row[consent] for consent in order.CONSENTS)


def _has_documents(account: Account) -> bool:
    """§2.6: education with an annex, proof of employment, language certificate."""
    return (
        any(document["has_annex"] for document in account.uploaded("education"))
        and bool(account.uploaded("employment_proof"))
        and bool(account.uploaded("language_certificate"))
    )


def _has_higher_education(account: Account) -> bool:
    return any(
        document["education_level_code"] in order.HIGHER_EDUCATION
        for document in account.uploaded("education")
    )


def is_young_enough(birth_on: date, day: date) -> bool:
    """A35: the day is before the 36th birthday."""
    return day < add_years(birth_on, order.AGE_LIMIT_YEARS)


def _intervals(account: Account) -> list[tuple[date, date | None]]:
    return [(row["started_on"], row["ended_on"]) for row in account.employment]


def has_experience(intervals: Iterable[tuple[date, date | None]], day: date) -> bool:
    """A36: the days worked, put together without gaps up to the day, reach back five calendar years."""
    following = day + timedelta(days=1)
    begun = following - timedelta(days=days_worked(intervals, day))
    return add_years(begun, order.EXPERIENCE_YEARS) <= following


def days_worked(intervals: Iterable[tuple[date, date | None]], day: date) -> int:
    """Days in the union of intervals, both ends included, cut at the day; an open end is the day."""
    cut = sorted((start, min(end or day, day)) for start, end in intervals if start <= day)
    total = 0
    last_counted = date.min
    for start, end in cut:
        first_new = max(start, last_counted + timedelta(days=1)) if last_counted > date.min else start
        if end >= first_new:
            total += (end - first_new).days + 1
            last_counted = end
    return total


def certificate_counts(certificate: Row, day: date) -> bool:
    """§2.6, A37, A38: at least B1, issued by the day, valid on the day."""
    issued_on, valid_until = certificate["issued_on"], certificate["valid_until"]
    if certificate["level_code"] not in order.LANGUAGE_LEVELS_ENOUGH or issued_on is None or issued_on > day:
        return False
    if valid_until is None:
        if certificate["issuer_code"] != "KAZTEST":
            return False
        valid_until = add_years(issued_on, order.KAZTEST_VALID_YEARS)
    return bool(valid_until >= day)


def _is_listed(entry: Row, day: date) -> bool:
    """§2.2: the entry holds on the day."""
    return entry["valid_from"] <= day and (entry["valid_to"] is None or entry["valid_to"] >= day)


def add_years(day: date, years: int) -> date:
    """The same day of a later year; 29 February becomes 28 February in a year without one."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
