"""Documents that are needed, and whose work that is: Order §2.6, §4.1 (`docs/rules.md`, "Documents").

What belongs here: the state of each need, and the work left. What does not: whether the documents suffice
(`eligibility.py`).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.oracle import order
from tests.oracle.board import naive
from tests.oracle.office import Line, Office
from tests.oracle.people import Account
from tests.oracle.reading import Row, Tables

NEEDS = ("education", "employment_proof", "language_certificate")
_BEST_FIRST = ("confirmed", "unchecked", "unclear", "rejected", "no_annex")
_HOUR = timedelta(hours=1)


def latest_checks(tables: Tables) -> dict[str, str]:
    """What the latest check of each document says."""
    rows = sorted(
        tables.rows("agency__document_checks"), key=lambda row: (row["checked_at"], row["check_no"])
    )
    return {row["document_id"]: row["result_code"] for row in rows}


def needs(office: Office) -> list[Line]:
    """One line an account and type of document."""
    results = latest_checks(office.tables)
    return [_need(office, account, kind, results) for account in office.accounts.values() for kind in NEEDS]


def _need(office: Office, account: Account, kind: str, results: dict[str, str]) -> Line:
    """The best of the documents counting; `document_id` is among the best, the last uploaded."""
    rows = _counting(account, kind)
    state = min((_state(row, results) for row in rows), key=_BEST_FIRST.index, default="missing")
    best = max(
        (row for row in rows if _state(row, results) == state),
        key=lambda row: (row["uploaded_at"], row["document_id"]),
        default=None,
    )
    is_counted = account.submission is not None and not office.is_void(account)
    return {
        "season_code": order.SEASON,
        "candidate_no": account.candidate_no,
        "document_type_code": kind,
        "need_state_code": state,
        "document_id": None if best is None else best["document_id"],
        "is_counted": is_counted,
        "is_eligible": office.is_eligible(account),
        "is_submitted": account.submission is not None,
    }


def _counting(account: Account, kind: str) -> list[Row]:
    """Until the account submits all documents, then those in time."""
    if account.submission is not None:
        return account.uploaded(kind)
    return [row for row in account.documents if row["document_type_code"] == kind]


def _state(row: Row, results: dict[str, str]) -> str:
    if row["document_type_code"] == "education" and not row["has_annex"]:
        return "no_annex"
    return results.get(row["document_id"], "unchecked")


def work(office: Office) -> list[Line]:
    """One line a need that somebody has to act on."""
    lines = []
    for need in needs(office):
        account = office.accounts[need["candidate_no"]]
        is_stopped = office.is_stopped(account, office.as_of)
        found = None if is_stopped else _work_of(office, account, need)
        if found is not None:
            code, closes_at = found
            lines.append(_work_line(office, account, need, code, closes_at))
    return lines


def _work_of(office: Office, account: Account, need: Line) -> tuple[str, datetime] | None:
    """Whose work a need is, and until when."""
    state = need["need_state_code"]
    is_lacking = state in ("missing", "no_annex")
    if is_lacking and office.as_of < order.INTAKE_ENDS_AT and not office.is_void(account):
        return "candidate_must_upload", order.INTAKE_ENDS_AT
    if office.as_of >= order.VETTING_CLOSES_AT or not need["is_counted"]:
        return None
    is_unproved = need["is_eligible"] and state != "confirmed"
    if not is_unproved and not (need["document_type_code"] == NEEDS[-1] and _lacks_a_term(office, account)):
        return None
    is_for_group = state == "rejected" or is_lacking
    code = "working_group_must_decide" if is_for_group else "checker_must_check"
    return code, order.VETTING_CLOSES_AT


def _lacks_a_term(office: Office, account: Account) -> bool:
    """Whether all that speaks against the person is a certificate, and of one the last day is not known."""
    checks = office.eligibility.checks(account, office.is_void(account))
    unmet = {check.rule: check.findings for check in checks if not check.is_met}
    return set(unmet) == {"LANGUAGE"} and any(finding.code == "TERM_UNKNOWN" for finding in unmet["LANGUAGE"])


def _work_line(office: Office, account: Account, need: Line, code: str, closes_at: datetime) -> Line:
    reminder = order.DOCUMENT_REMINDER_DAYS * timedelta(days=1)
    return {
        "season_code": order.SEASON,
        "candidate_no": account.candidate_no,
        "track_code": account.track,
        "region_code": account.row["region_code"],
        "document_type_code": need["document_type_code"],
        "need_state_code": need["need_state_code"],
        "closes_at": naive(closes_at),
        "hours_left": (closes_at - office.as_of) // _HOUR,
        "is_about_to_close": office.as_of >= closes_at - reminder,
        "work_code": code,
    }
