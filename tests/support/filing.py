"""Applications written by hand: everything in order, except what a case says otherwise.

Belongs here: one account's rows of each feed of the intake, and writing many accounts as a landing folder.
Not here: what the rules make of them. All people are synthetic; moments are local.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from ingestion.contracts import load_contract
from ingestion.contracts.examples import example_rows, written
from ingestion.sample_season.people import make_iin

REGISTRATIONS, DOCUMENTS = "platform__registrations", "platform__documents"
PERIODS, STOP_LIST = "platform__employment_periods", "registers__stop_list"
CHECKS, DECISIONS = "agency__document_checks", "agency__working_group_decisions"
FILED_ON = date(2025, 6, 20)
FILED_AT = datetime(2025, 6, 20, 12)
UPLOADED_AT = datetime(2025, 6, 19, 10)
RECEIVED = "2025-07-01T010000"

Row = dict[str, Any]


def registration(**changes: Any) -> Row:
    """The submission of somebody of whom nothing is to be said."""
    model = example_rows(load_contract(REGISTRATIONS))[0]
    own = {
        "submission_no": 1, "registered_at": datetime(2025, 6, 1), "submitted_at": FILED_AT,
        "birth_on": date(1992, 6, 15), "sex_code": "female", "citizenship_code": "KZ", "track_code": "social",
        "season_code": "2025",
    }  # fmt: skip
    return {**model, **own, **changes}


def draft(**changes: Any) -> Row:
    """An account that was opened and from which nothing was sent."""
    return registration(**{"submission_no": 0, "submitted_at": None, **changes})


def education(**changes: Any) -> Row:
    """A diploma with its annex."""
    own = {"document_type_code": "education", "education_level_code": "master", "has_annex": True}
    return _document(**{**own, **changes})


def proof(**changes: Any) -> Row:
    """A proof of employment."""
    return _document(**{"document_type_code": "employment_proof", **changes})


def certificate(**changes: Any) -> Row:
    """A certificate of KAZTEST, valid through the season."""
    own = {
        "document_type_code": "language_certificate", "issuer_code": "KAZTEST", "level_code": "B1",
        "issued_on": date(2025, 1, 15), "valid_until": date(2027, 1, 15),
    }  # fmt: skip
    return _document(**{**own, **changes})


def _document(**changes: Any) -> Row:
    empty: Row = dict.fromkeys(load_contract(DOCUMENTS).column_names)
    return {**empty, "uploaded_at": UPLOADED_AT, **changes}


def period(started: str, ended: str | None = None) -> Row:
    """A period of employment by its first and last day; without a last day it goes on."""
    last = None if ended is None else date.fromisoformat(ended)
    return {"employer_type_code": "state", "started_on": date.fromisoformat(started), "ended_on": last}


def entry(valid_from: date, valid_to: date | None = None, code: str = "political") -> Row:
    """An entry of a stop list, whoever it is about."""
    return {"stop_list_code": code, "valid_from": valid_from, "valid_to": valid_to}


def check(at: datetime, result: str, valid_until: date | None = None, document: int = 3) -> Row:
    """A check of the account's document of that number, by Agency staff."""
    return {
        "document": document, "checker_code": "CH-07", "checked_at": at, "result_code": result,
        "remark_code": None, "valid_until": valid_until,
    }  # fmt: skip


def decision(number: str, at: datetime, action: str, basis: str = "platform_error", **changes: Any) -> Row:
    """A decision of the working group."""
    empty: Row = dict.fromkeys(load_contract(DECISIONS).column_names)
    own = {"decision_no": number, "decided_at": at, "action_code": action, "basis_code": basis}
    return {**empty, **own, **changes}


@dataclass(frozen=True)
class Account:
    """One account with all that was filed from it, and what others wrote about it.

    Documents are numbered from 1, and so are periods. `person` names the person where accounts are of one.
    """

    name: str
    submissions: Sequence[Row] = field(default_factory=lambda: [registration()])
    documents: Sequence[Row] = field(default_factory=lambda: [education(), proof(), certificate()])
    periods: Sequence[Row] = field(default_factory=lambda: [period("2015-01-05")])
    entries: Sequence[Row] = ()
    checks: Sequence[Row] = ()
    decisions: Sequence[Row] = ()
    person: str = ""


@dataclass(frozen=True)
class Filed:
    """Accounts as they were written: the candidate number of each, by name."""

    numbers: Mapping[str, str]

    def name(self, candidate_no: str) -> str:
        """The account of a number."""
        return next(name for name, number in self.numbers.items() if number == candidate_no)

    def document(self, name: str, document: int) -> str:
        """The number of an account's document."""
        return document_id(self.numbers[name], document)


def document_id(candidate_no: str, document: int) -> str:
    """The platform's number of an account's document."""
    return f"D-{candidate_no}-{document}"


def write_accounts(landing: Path, accounts: Sequence[Account], received: str = RECEIVED) -> Filed:
    """Write accounts as the senders' files of one delivery."""
    numbers = {account.name: f"R25-{place:06d}" for place, account in enumerate(accounts, start=1)}
    iins = _iins(accounts)
    feeds: dict[str, list[Row]] = {}
    for account in accounts:
        number = numbers[account.name]
        for feed, rows in _rows(account, number, iins[account.name]).items():
            feeds.setdefault(feed, []).extend(rows)
    for place, row in enumerate(feeds.get(CHECKS, ()), start=1):
        row["check_no"] = f"DC-{place:05d}"
    for feed, rows in feeds.items():
        if rows:
            contract = load_contract(feed)
            path = landing / received / f"{feed}.{contract.file_format}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(written(contract, _ordered(contract.column_names, rows)))
    return Filed(numbers)


def _rows(account: Account, number: str, iin: str) -> dict[str, list[Row]]:
    own = {"candidate_no": number}
    return {
        REGISTRATIONS: [{**row, **own, "iin": iin} for row in account.submissions],
        DOCUMENTS: [
            {**row, **own, "document_id": document_id(number, place)}
            for place, row in enumerate(account.documents, start=1)
        ],
        PERIODS: [
            {**row, **own, "period_no": place} for place, row in enumerate(account.periods, start=1)
        ],
        STOP_LIST: [{**row, "iin": iin} for row in account.entries],
        CHECKS: [
            {**{k: v for k, v in row.items() if k != "document"}, **own,
             "document_id": document_id(number, row["document"])}
            for row in account.checks
        ],
        DECISIONS: [{**row, **own} for row in account.decisions],
    }  # fmt: skip


def _ordered(names: Iterable[str], rows: Sequence[Row]) -> list[Row]:
    return [{name: row.get(name) for name in names} for row in rows]


def _iins(accounts: Sequence[Account]) -> dict[str, str]:
    """A valid synthetic IIN for each person, by account; its day is nobody's, no two alike."""
    given: dict[str, str] = {}
    serial = 0
    for account in accounts:
        person = account.person or account.name
        while person not in given:
            iin = make_iin(date(1991, 1, 1) + timedelta(days=serial % 365), False, serial)
            serial += 1
            if iin is not None:
                given[person] = iin
    return {account.name: given[account.person or account.name] for account in accounts}
