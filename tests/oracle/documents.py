"""Documents that are needed, and whose work that is: Order §2.6, §4.1 (`docs/rules.md`, "Documents").

What belongs here: the state of each need, and the work left. What does not: whether the documents suffice
(`eligibility.py`).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.oracle import order
from tests.oracle.board import naive
from tests.oracle.eligibility import certificate_finding, latest_checks
from tests.oracle.office import Line, Office
from tests.oracle.people import Account
from tests.oracle.reading import Row

NEEDS = ("education", "employment_proof", "language_certificate")
_BEST_FIRST = ("confirmed", "unchecked", "unclear", "rejected", "no_annex")
_HOUR = timedelta(hours=1)


def needs(office: Office) -> list[Line]:
    """One line an account and type of document."""
    checks = latest_checks(office.tables)
    return [_need(office, account, kind, checks) for account in office.accounts.values() for kind in NEEDS]


def _need(office: Office, account: Account, kind: str, checks: dict[str, Row]) -> Line:
    """The best of the documents counting; `document_id` is among the best, the last uploaded."""
    rows = _counting(office, account, kind)
    state = min((_state(row, checks) for row in rows), key=_BEST_FIRST.index, default="missing")
    best = max(
        (row for row in rows if _state(row, checks) == state),
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


def _counting(office: Office, account: Account, kind: str) -> list[Row]:
    """Until the account submits all; then those in time that meet their rule, or else all in time."""
    if account.submission is None:
        return [row for row in account.documents if row["document_type_code"] == kind]
    in_time = account.uploaded(kind)
    return [row for row in in_time if _meets_its_rule(office, account, row)] or in_time


def _meets_its_rule(office: Office, account: Account, row: Row) -> bool:
    """Whether a document carries the rule that it is for: of a higher level, or a certificate that counts."""
    if row["document_type_code"] == "education":
        return row["education_level_code"] in order.HIGHER_EDUCATION
    if row["document_type_code"] == "language_certificate":
        checked = office.eligibility.checked_until.get(row["document_id"])
        return certificate_finding(row, account.submitted_on, checked) is None
    return True


def _state(row: Row, checks: dict[str, Row]) -> str:
    if row["document_type_code"] == "education" and not row["has_annex"]:
        return "no_annex"
    check = checks.get(row["document_id"])
    return "unchecked" if check is None else str(check["result_code"])


def work(office: Office) -> list[Line]:
    """One line a need that somebody has to act on."""
    lines, checks = [], latest_checks(office.tables)
    for need in needs(office):
        account = office.accounts[need["candidate_no"]]
        is_stopped = office.is_stopped(account, office.as_of)
        found = None if is_stopped else _work_of(office, account, need, checks.get(need["document_id"]))
        if found is not None:
            code, closes_at = found
            lines.append(_work_line(office, account, need, code, closes_at))
    return lines


def _work_of(
    office: Office, account: Account, need: Line, check: Row | None
) -> tuple[str, datetime | None] | None:
    """Whose work a need is, and until when, if it ends; `check` is the latest of the document named."""
    state = need["need_state_code"]
    is_lacking = state in ("missing", "no_annex")
    if is_lacking and office.as_of < order.INTAKE_ENDS_AT and not office.is_void(account):
        return "candidate_must_upload", order.INTAKE_ENDS_AT
    if not need["is_counted"]:
        return None
    if office.as_of >= order.VETTING_CLOSES_AT:
        is_left = state == "rejected" and need["is_eligible"] and not _kept_since(office, account, check)
        return ("working_group_must_decide", None) if is_left else None
    is_unproved = need["is_eligible"] and state != "confirmed"
    if not is_unproved and not (need["document_type_code"] == NEEDS[-1] and _lacks_a_term(office, account)):
        return None
    is_for_group = state == "rejected" or is_lacking
    code = "working_group_must_decide" if is_for_group else "checker_must_check"
    return code, order.VETTING_CLOSES_AT


def _kept_since(office: Office, account: Account, check: Row | None) -> bool:
    """Whether the working group has found, after a check, that the person stays."""
    kept = office.vetting.decisions.in_force(account.candidate_no, office.as_of, "keep")
    return check is not None and any(decision.starts_at > check["checked_at"] for decision in kept)


def _lacks_a_term(office: Office, account: Account) -> bool:
    """Whether all that speaks against the person is a certificate, and of one the last day is not known."""
    checks = office.eligibility.checks(account, office.is_void(account))
    unmet = {check.rule: check.findings for check in checks if not check.is_met}
    return set(unmet) == {"LANGUAGE"} and any(finding.code == "TERM_UNKNOWN" for finding in unmet["LANGUAGE"])


def _work_line(office: Office, account: Account, need: Line, code: str, closes_at: datetime | None) -> Line:
    reminder = order.DOCUMENT_REMINDER_DAYS * timedelta(days=1)
    is_open_ended = closes_at is None
    left = timedelta(0) if closes_at is None else closes_at - office.as_of
    return {
        "season_code": order.SEASON,
        "candidate_no": account.candidate_no,
        "track_code": account.track,
        "region_code": account.row["region_code"],
        "document_type_code": need["document_type_code"],
        "need_state_code": need["need_state_code"],
        "document_id": need["document_id"],
        "closes_at": None if closes_at is None else naive(closes_at),
        "hours_left": None if is_open_ended else left // _HOUR,
        "is_about_to_close": not is_open_ended and left <= reminder,
        "work_code": code,
    }
