"""Scenarios of document checking: certificates that a person must look at.

Belongs here: checks that are the case. Does not belong here: ordinary checks (document_checks.py of the
parent package) and certificates that decide by themselves (filing.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from ingestion.sample_season.document_checks import Checking
from ingestion.sample_season.documents import Filing
from ingestion.sample_season.scenarios.broken import GHOST
from ingestion.sample_season.world import Extra, Scenario, World

NAME = "certificate_checked_by_hand"
CERTIFICATE = "language_certificate"
FILED_AT = pd.Timestamp("2025-06-18 12:00:00")


def _at(text: str) -> pd.Timestamp:
    return pd.Timestamp(f"2025-{text}")


def _found(when: str, result: str, last_day: str = "", **values: Any) -> dict[str, Any]:
    """A check of a certificate on a moment of June or July."""
    return {
        "checked_at": _at(when),
        "checker_code": "CH-03",
        "result_code": result,
        "remark_code": None if result == "confirmed" else "not_in_register",
        "valid_until": pd.Timestamp(last_day) if last_day else pd.NaT,
        **values,
    }


@dataclass(frozen=True)
class Case:
    """A role, whether its certificate counts in the end, what is printed on it, and the checks."""

    role: str
    counts: bool
    checks: tuple[dict[str, Any], ...]
    issuer: str = "QRT"
    issued_on: str = "2025-03-01"
    printed: str = ""


CASES = (
    Case("confirmed_with_day", True, (_found("06-24 10:15", "confirmed", "2027-03-01"),)),
    Case("confirmed_after_closing", True, (_found("07-04 16:40", "confirmed", "2027-03-01"),)),
    Case("confirmed_for_filing_day", True, (_found("06-24 10:20", "confirmed", "2025-06-18"),)),
    Case("confirmed_for_day_before", False, (_found("06-24 10:25", "confirmed", "2025-06-17"),)),
    Case("confirmed_without_day", False, (_found("06-24 10:30", "confirmed"),)),
    Case("confirmed_after_close", False, (_found("08-04 10:15", "confirmed", "2027-03-01"),)),
    Case(
        "confirmation_came_after_close",
        False,
        (_found("07-30 10:15", "confirmed", "2027-03-01", received=_at("08-04 19:00")),),
    ),
    Case(
        "confirmed_of_another", False, (_found("06-24 10:31", "confirmed", "2027-03-01", candidate_no=GHOST),)
    ),
    Case("unclear", False, (_found("06-24 10:35", "unclear"),)),
    Case("rejected", False, (_found("06-24 10:37", "rejected", remark_code="false_document"),)),
    Case("day_of_unclear_check", False, (_found("06-24 10:38", "unclear", "2027-03-01"),)),
    Case("unchecked", False, ()),
    Case(
        "unclear_then_confirmed",
        True,
        (
            _found("06-24 10:40", "unclear"),
            _found("06-26 11:00", "confirmed", "2027-03-01", checker_code="CH-07"),
        ),
    ),
    Case(
        "confirmed_then_unclear",
        False,
        (
            _found("06-24 10:45", "confirmed", "2027-03-01"),
            _found("06-26 11:05", "unclear", checker_code="CH-07"),
        ),
    ),
    Case(
        "confirmed_then_rejected",
        False,
        (
            _found("06-24 10:46", "confirmed", "2027-03-01"),
            _found("06-26 11:06", "rejected", remark_code="false_document", checker_code="CH-07"),
        ),
    ),
    Case(
        "confirmed_then_confirmed_without_day",
        False,
        (
            _found("06-24 10:47", "confirmed", "2027-03-01"),
            _found("06-26 11:07", "confirmed", checker_code="CH-07"),
        ),
    ),
    Case(
        "other_day_read_later",
        False,
        (
            _found("06-24 10:50", "confirmed", "2027-03-01"),
            _found("06-26 11:10", "confirmed", "2025-05-31", checker_code="CH-07"),
        ),
    ),
    Case(
        "two_days_read_at_once",
        True,
        (
            _found("06-24 10:55", "confirmed", "2025-05-31", check_no="DC-AT-ONCE-1"),
            _found("06-24 10:55", "confirmed", "2027-03-01", check_no="DC-AT-ONCE-2", checker_code="CH-07"),
        ),
    ),
    Case(
        "check_corrected",
        True,
        (
            _found("06-24 11:00", "confirmed", "2025-05-31", check_no="DC-CORRECTED"),
            _found(
                "06-24 11:00", "confirmed", "2027-05-31", check_no="DC-CORRECTED", received=_at("07-04 19:00")
            ),
        ),
    ),
    Case(
        "kaztest_ended_by_register",
        False,
        (_found("06-24 11:05", "confirmed", "2025-05-31"),),
        "KAZTEST",
        "2024-01-15",
    ),
    Case(
        "printed_day_stands",
        True,
        (_found("06-24 11:10", "confirmed", "2025-05-31"),),
        "KAZTEST",
        "2024-01-15",
        "2026-01-15",
    ),
)


def _cast(size: int) -> list[Extra]:
    return [Extra(case.role, values={"submitted_at": FILED_AT}) for case in CASES]


def _print_certificates(world: World, filing: Filing) -> None:
    for case in CASES:
        idx = world.role(NAME, case.role)
        filing.set_document(
            idx,
            CERTIFICATE,
            issuer_code=case.issuer,
            level_code="B2",
            issued_on=pd.Timestamp(case.issued_on),
            valid_until=pd.Timestamp(case.printed) if case.printed else pd.NaT,
        )
        if not case.counts:
            world.people.at[idx, "passes_registration"] = False


def _check_by_hand(world: World, checking: Checking) -> None:
    for case in CASES:
        idx = world.role(NAME, case.role)
        checking.forget(idx, CERTIFICATE)
        for values in case.checks:
            checking.add(world, idx, CERTIFICATE, **values)


SCENARIOS = (
    Scenario(
        NAME,
        "Certificates without a last day, which a checker looks up in the issuer's register, or cannot.",
        "Order §2.6, A37",
        {"filing": _print_certificates, "checking": _check_by_hand},
        _cast,
    ),
)
