"""Eligibility with its evidence: Order §2 (`docs/rules.md`, "Stage 1").

What belongs here: which requirements of §2 are met on the day of submission, which rows each "no" looked at,
and what is only warned of. What does not: whose account counts (`people.py`), stops (`stops.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tests.oracle import order
from tests.oracle.calendar import add_years, completed_years, local_date
from tests.oracle.people import Account, is_sent, is_submission
from tests.oracle.reading import Row, Tables

REGISTRATIONS, DOCUMENTS = "platform__registrations", "platform__documents"
PERIODS, STOP_LIST = "platform__employment_periods", "registers__stop_list"
_DAY = timedelta(days=1)

#: §2.4: what is missing where a consent is.
_CONSENT_FINDINGS = dict(
    zip(
        order.CONSENTS,
        ("NO_USER_AGREEMENT", "NO_DATA_CONSENT", "NO_EQUIPMENT", "NO_EXCLUSION_TERMS", "NO_NON_DISCLOSURE"),
        strict=True,
    )
)
#: §2.6: what is missing where a document is.
_DOCUMENT_FINDINGS = {
    "education": "NO_EDUCATION",
    "employment_proof": "NO_EMPLOYMENT_PROOF",
    "language_certificate": "NO_CERTIFICATE",
}


@dataclass(frozen=True)
class Finding:
    """Why a rule is not met, or a warning: a code and the row that was looked at."""

    code: str
    feed: str
    input_id: str


@dataclass(frozen=True)
class Check:
    """A rule that was asked about an account: met, or not, with at least one finding."""

    rule: str
    findings: tuple[Finding, ...] = ()

    @property
    def is_met(self) -> bool:
        """A rule without findings is met."""
        return not self.findings


@dataclass(frozen=True)
class Papers:
    """What the rules of a counted submission look at besides the account itself."""

    account: Account
    stop_list: tuple[Row, ...]
    checked_until: Mapping[str, date]

    @property
    def day(self) -> date:
        """D of the rules."""
        return self.account.submitted_on

    def at_registration(self, code: str) -> Finding:
        """A finding where what is missing is a row."""
        return _at_row(code, self.account.row)


class Eligibility:
    """The requirements of §2, asked account by account."""

    def __init__(self, tables: Tables) -> None:
        self._stop_list: dict[str, list[Row]] = defaultdict(list)
        for row in tables.rows(STOP_LIST):
            self._stop_list[row["iin"]].append(row)
        self.checked_until = checked_until(tables)

    def checks(self, account: Account, is_void: bool) -> list[Check]:
        """The rules in force on the day, in order; those after an unmet first or second are not asked."""
        if account.submission is None:
            checks = [Check("SUBMITTED", _not_submitted(account))]
        elif is_void:
            other = _at_row("OTHER_ACCOUNT_COUNTS", account.row)
            checks = [Check("SUBMITTED"), Check("COUNTED", (other,))]
        else:
            papers = self._papers(account)
            checks = [Check("SUBMITTED"), Check("COUNTED")]
            checks += [Check(rule, tuple(find(papers))) for rule, find in _RULES]
        in_force = rules_in_force(_day_of(account))
        return [check for check in checks if check.rule in in_force]

    def reason(self, account: Account, is_void: bool) -> str:
        """`ELIGIBLE`, or the reason of the first rule that is not met; nobody passes without submission."""
        if account.submission is None:
            return "REG_NOT_SUBMITTED"
        unmet = [check.rule for check in self.checks(account, is_void) if not check.is_met]
        return {"COUNTED": "ACCOUNT_SUPERSEDED"}.get(unmet[0], unmet[0]) if unmet else "ELIGIBLE"

    def warnings(self, account: Account, is_void: bool) -> list[Finding]:
        """What changes nothing but is to be known (A35, A37, A39)."""
        found = [_at_row("LATE_SUBMISSION", row) for row in account.rows if _is_after_window(row)]
        if account.submission is not None and not is_void:
            papers = self._papers(account)
            found += _age_warnings(papers) + _certificate_warnings(papers)
        return found

    def _papers(self, account: Account) -> Papers:
        return Papers(account, tuple(self._stop_list.get(account.iin, ())), self.checked_until)


def checked_until(tables: Tables) -> dict[str, date]:
    """The last day of validity that a checker read, by document: of its latest check before vetting closed.

    A later check without one, or that does not confirm, takes it back.
    """
    latest = latest_checks(tables, before=order.VETTING_CLOSES_AT)
    return {
        document_id: row["valid_until"]
        for document_id, row in latest.items()
        if row["result_code"] == "confirmed" and row["valid_until"] is not None
    }


def latest_checks(tables: Tables, before: datetime | None = None) -> dict[str, Row]:
    """The latest check of each document that names its own candidate, made and received before a moment."""
    owner = {row["document_id"]: row["candidate_no"] for row in tables.rows(DOCUMENTS)}
    rows = [
        row
        for row in tables.rows("agency__document_checks")
        if owner.get(row["document_id"]) == row["candidate_no"]
        and (before is None or (row["checked_at"] < before and row.first_received_at < before))
    ]
    rows.sort(key=lambda row: (row["checked_at"], row["check_no"]))
    return {row["document_id"]: row for row in rows}


def rules_in_force(day: date) -> set[str]:
    """The rules that are asked on a day, both ends included."""
    return {code for code, first, last in order.RULES if first <= day and (last is None or day <= last)}


def _day_of(account: Account) -> date:
    """D, or the day of registration where nothing was submitted."""
    moment: datetime = account.row["registered_at"]
    return local_date(moment) if account.submission is None else account.submitted_on


def _at_row(code: str, row: Row) -> Finding:
    return Finding(code, REGISTRATIONS, f"submission {row['submission_no']}")


def _at_document(code: str, row: Row) -> Finding:
    return Finding(code, DOCUMENTS, str(row["document_id"]))


def _is_after_window(row: Row) -> bool:
    return is_sent(row) and row["submitted_at"] >= order.INTAKE_ENDS_AT


def _not_submitted(account: Account) -> tuple[Finding, ...]:
    outside = [row for row in account.rows if is_sent(row) and not is_submission(row)]
    if not outside:
        return (_at_row("NOTHING_SUBMITTED", account.row),)
    return tuple(_at_row("SUBMITTED_OUTSIDE_WINDOW", row) for row in outside)


# --- the rules of a counted submission: each yields what speaks against it ---


def _consents(papers: Papers) -> list[Finding]:
    missing = [consent for consent in order.CONSENTS if not papers.account.row[consent]]
    return [papers.at_registration(_CONSENT_FINDINGS[consent]) for consent in missing]


def _documents(papers: Papers) -> list[Finding]:
    """§2.6: a type without a document in time, with those that came late; and no annex at all."""
    account, found = papers.account, []
    for kind, code in _DOCUMENT_FINDINGS.items():
        if not account.uploaded(kind):
            late = [row for row in account.documents if row["document_type_code"] == kind]
            found += [papers.at_registration(code), *(_at_document("UPLOADED_LATE", row) for row in late)]
    if not any(row["has_annex"] for row in account.uploaded("education")):
        found += [_at_document("NO_ANNEX", row) for row in account.uploaded("education")]
    return found


def _citizenship(papers: Papers) -> list[Finding]:
    is_citizen = papers.account.row["citizenship_code"] == "KZ"
    return [] if is_citizen else [papers.at_registration("NOT_CITIZEN")]


def _age(papers: Papers) -> list[Finding]:
    is_young = is_young_enough(papers.account.row["birth_on"], papers.day)
    return [] if is_young else [papers.at_registration("TOO_OLD")]


def _education(papers: Papers) -> list[Finding]:
    rows = papers.account.uploaded("education")
    if not rows:
        return [papers.at_registration("NO_EDUCATION")]
    if any(row["education_level_code"] in order.HIGHER_EDUCATION for row in rows):
        return []
    return [_at_document("NOT_HIGHER", row) for row in rows]


def _experience(papers: Papers) -> list[Finding]:
    begun = [row for row in papers.account.employment if row["started_on"] <= papers.day]
    if not begun:
        return [papers.at_registration("NO_EMPLOYMENT")]
    if has_experience([(row["started_on"], row["ended_on"]) for row in begun], papers.day):
        return []
    return [Finding("TOO_SHORT", PERIODS, f"period {row['period_no']}") for row in begun]


def _language(papers: Papers) -> list[Finding]:
    rows = papers.account.uploaded("language_certificate")
    if not rows:
        return [papers.at_registration("NO_CERTIFICATE")]
    judged = [
        (row, certificate_finding(row, papers.day, papers.checked_until.get(row["document_id"])))
        for row in rows
    ]
    if any(code is None for _, code in judged):
        return []
    return [_at_document(code, row) for row, code in judged if code is not None]


def _stop_list(papers: Papers) -> list[Finding]:
    return [
        Finding("ON_STOP_LIST", STOP_LIST, f"{row['stop_list_code']} {row['valid_from']}")
        for row in papers.stop_list
        if row["valid_from"] <= papers.day and _still_bars(row, papers.day)
    ]


def _still_bars(row: Row, day: date) -> bool:
    """§2.2: an entry ends by its last day; one of the Reserve never does."""
    is_for_good = row["stop_list_code"] in order.STOP_LISTS_FOR_GOOD
    return is_for_good or row["valid_to"] is None or row["valid_to"] >= day


_RULES: tuple[tuple[str, Callable[[Papers], list[Finding]]], ...] = (
    ("CONSENTS", _consents),
    ("DOCUMENTS", _documents),
    ("CITIZENSHIP", _citizenship),
    ("AGE", _age),
    ("EDUCATION", _education),
    ("EXPERIENCE", _experience),
    ("LANGUAGE", _language),
    ("STOP_LIST", _stop_list),
)


# --- age, experience, certificates ---


def is_young_enough(birth_on: date, day: date) -> bool:
    """A35: the day is before the 36th birthday."""
    return day < add_years(birth_on, order.AGE_LIMIT_YEARS)


def has_experience(intervals: Iterable[tuple[date, date | None]], day: date) -> bool:
    """A36: the days worked, put together without gaps up to the day, reach back five calendar years."""
    following = day + _DAY
    begun = following - days_worked(intervals, day) * _DAY
    return add_years(begun, order.EXPERIENCE_YEARS) <= following


def days_worked(intervals: Iterable[tuple[date, date | None]], day: date) -> int:
    """Days in the union of intervals, both ends included, cut at the day; an open end is the day."""
    cut = sorted((start, min(end or day, day)) for start, end in intervals if start <= day)
    total = 0
    last_counted = date.min
    for start, end in cut:
        first_new = max(start, last_counted + _DAY) if last_counted > date.min else start
        if end >= first_new:
            total += (end - first_new).days + 1
            last_counted = end
    return total


def certificate_finding(certificate: Row, day: date, checked: date | None = None) -> str | None:
    """§2.6, A37, A38: what speaks against a certificate on a day, None if nothing.

    `checked` is the last day of validity that a checker read from the issuer's register.
    """
    issued_on = certificate["issued_on"]
    if certificate["level_code"] not in order.LANGUAGE_LEVELS_ENOUGH:
        return "LEVEL_TOO_LOW"
    if issued_on is None or issued_on > day:
        return "ISSUED_LATER"
    valid_until = last_day_of(certificate, checked)
    if valid_until is None:
        return "TERM_UNKNOWN"
    return None if valid_until >= day else "EXPIRED"


def last_day_of(certificate: Row, checked: date | None) -> date | None:
    """The last day of a certificate: as printed, as checked, or two years from issue for KAZTEST."""
    if certificate["valid_until"] is not None or checked is not None:
        printed: date | None = certificate["valid_until"]
        return checked if printed is None else printed
    if certificate["issuer_code"] == "KAZTEST" and certificate["issued_on"] is not None:
        return add_years(certificate["issued_on"], order.KAZTEST_VALID_YEARS)
    return None


# --- warnings ---


def _age_warnings(papers: Papers) -> list[Finding]:
    """A35: young enough on the day of submission, and too old before the selection ends."""
    birth_on = papers.account.row["birth_on"]
    ages = completed_years(birth_on, order.SELECTION_LAST_DAY) >= order.AGE_LIMIT_YEARS
    return [papers.at_registration("TURNS_36")] if ages and is_young_enough(birth_on, papers.day) else []


def _certificate_warnings(papers: Papers) -> list[Finding]:
    """A37: of certificates that count, whose last day was assumed or checked, or comes too soon."""
    found = []
    for row in papers.account.uploaded("language_certificate"):
        checked = papers.checked_until.get(row["document_id"])
        if certificate_finding(row, papers.day, checked) is not None:
            continue
        if row["valid_until"] is None:
            found.append(_at_document("TERM_ASSUMED" if checked is None else "TERM_CHECKED", row))
        last_day = last_day_of(row, checked)
        if last_day is not None and last_day < order.SELECTION_LAST_DAY:
            found.append(_at_document("EXPIRES_DURING_SELECTION", row))
    return found
