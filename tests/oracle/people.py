"""Accounts, submissions and tracks: Order §2 (`docs/rules.md`, "People and accounts").

What belongs here: who counts as whose account, with which papers and in which track. What does not: whether
the requirements are met (`eligibility.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from tests.oracle import order
from tests.oracle.calendar import local_date
from tests.oracle.decisions import Decision, Decisions, latest
from tests.oracle.publication import published_at
from tests.oracle.reading import Row, Tables


@dataclass(frozen=True)
class Account:
    """An account: the row that describes it, and its counted submission, which is the same row, or None.

    `rows` are all its rows; `track` is the one chosen or corrected (§2.5, A39).
    """

    candidate_no: str
    rows: tuple[Row, ...]
    row: Row
    submission: Row | None
    track: str
    documents: tuple[Row, ...]
    employment: tuple[Row, ...]

    @property
    def iin(self) -> str:
        """Whose account it is."""
        return str(self.row["iin"])

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
        return local_date(self.submitted_at)

    def uploaded(self, document_type: str) -> list[Row]:
        """Documents of a type that were there when the candidate submitted (§2.6)."""
        return [
            document
            for document in self.documents
            if document["document_type_code"] == document_type
            and document["uploaded_at"] <= self.submitted_at
        ]

    def has_consents(self) -> bool:
        """§2.4: all five."""
        return all(self.row[consent] for consent in order.CONSENTS)

    def has_documents(self) -> bool:
        """§2.6: education with an annex, proof of employment, language certificate."""
        return (
            any(document["has_annex"] for document in self.uploaded("education"))
            and bool(self.uploaded("employment_proof"))
            and bool(self.uploaded("language_certificate"))
        )


def accounts_of(tables: Tables, as_of: datetime) -> dict[str, Account]:
    """Every account by candidate number, with its latest submission in the intake window (A39)."""
    decisions = Decisions(tables)
    vetting_at = published_at(tables, "vetting", as_of)
    rows = _grouped(tables.rows("platform__registrations"))
    documents = _grouped(tables.rows("platform__documents"))
    employment = _grouped(tables.rows("platform__employment_periods"))
    found = {}
    for candidate_no, own in rows.items():
        submissions = [row for row in own if is_submission(row)]
        submission = max(
            submissions, key=lambda row: (row["submitted_at"], row["submission_no"]), default=None
        )
        described_by = submission or max(own, key=lambda row: row["submission_no"])
        found[candidate_no] = Account(
            candidate_no,
            tuple(own),
            described_by,
            submission,
            _track(described_by, submission, decisions.of(candidate_no, "correct_track"), as_of, vetting_at),
            tuple(documents.get(candidate_no, ())),
            tuple(employment.get(candidate_no, ())),
        )
    return found


def _track(
    row: Row,
    submission: Row | None,
    corrections: Iterable[Decision],
    as_of: datetime,
    vetting_at: datetime,
) -> str:
    """A39: as submitted; once the window is closed, as the latest correction by the list of vetting says."""
    correction = correction_of(submission, corrections, as_of, vetting_at)
    return str(row["track_code"] if correction is None else correction.row["track_code"])


def correction_of(
    submission: Row | None, corrections: Iterable[Decision], as_of: datetime, vetting_at: datetime
) -> Decision | None:
    """The decision by which the track is another than submitted, if any; none corrects what comes later.

    `vetting_at` is P(vetting).
    """
    if submission is None or as_of < order.INTAKE_ENDS_AT:
        return None
    moment = min(as_of, vetting_at)
    return latest(
        decision
        for decision in corrections
        if decision.is_in_force(moment)
        and decision.row["track_code"] is not None
        and decision.starts_at >= submission["submitted_at"]
    )


def _grouped(rows: Iterable[Row]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["candidate_no"]].append(row)
    return grouped


def is_submission(row: Row) -> bool:
    """Whether a row is a submission in the window of §2: from 1 June 00:00 to before 1 July 00:00, local."""
    return is_sent(row) and order.INTAKE_STARTS_AT <= row["submitted_at"] < order.INTAKE_ENDS_AT


def is_sent(row: Row) -> bool:
    """Whether a row was sent in, in time or not."""
    return row["submitted_at"] is not None and row["submission_no"] > 0


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
        void.update(account.candidate_no for account in submitted if account is not counted)
    return void


def is_complete(account: Account) -> bool:
    """Whether the submission has all five consents and the documents of §2.6."""
    return account.has_consents() and account.has_documents()
