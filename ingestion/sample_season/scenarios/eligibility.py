"""Scenarios of eligibility that staff have to explain: warnings, several rules failed at once, late requests.

Belongs here: what changes nothing and is still to be told, and people who fail more than one rule. Does not
belong here: the exact limits of one rule (filing.py) and what checkers read (checking.py).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd

from ingestion.sample_season.decisions import decide
from ingestion.sample_season.documents import Filing
from ingestion.sample_season.world import Extra, Scenario, World

FILED_AT = pd.Timestamp("2025-06-20 12:00:00")
# Role and birth date: when the 36th birthday falls, against the day of filing and the end of the selection.
BIRTHDAYS = {
    "day_after_filing": "1989-06-21",
    "before_the_text_test": "1989-07-30",
    "last_day_of_selection": "1989-10-24",
    "day_after_selection": "1989-10-25",
}
# Role, and the certificate's fields; all hold on the day of filing.
CERTIFICATES: dict[str, dict[str, Any]] = {
    "expires_in_august": {"issued_on": "2023-08-11", "valid_until": "2025-08-10"},
    "assumed_until_august": {"issued_on": "2023-08-11", "valid_until": None},
    "expires_on_last_day": {"issued_on": "2023-10-25", "valid_until": "2025-10-24"},
    "expires_the_day_before": {"issued_on": "2023-10-24", "valid_until": "2025-10-23"},
}
FAILING = "several_rules_failed"
LATE = "late_track_request"
ASKED_AT = pd.Timestamp("2025-07-01 09:30:00")
DECIDED_AT = datetime(2025, 7, 9, 15)


def _cast_birthdays(size: int) -> list[Extra]:
    return [
        Extra(role, values={"submitted_at": FILED_AT, "birth_on": pd.Timestamp(day)})
        for role, day in BIRTHDAYS.items()
    ]


def _run_out(world: World, filing: Filing) -> None:
    for role, fields in CERTIFICATES.items():
        days = {name: pd.NaT if day is None else pd.Timestamp(day) for name, day in fields.items()}
        idx = world.role("certificate_runs_out", role)
        filing.set_document(idx, "language_certificate", issuer_code="KAZTEST", level_code="B2", **days)


def _cast_failing(size: int) -> list[Extra]:
    filed = {"submitted_at": FILED_AT}
    old = {"birth_on": pd.Timestamp("1985-03-02")}
    return [
        Extra("all_but_papers", values={**filed, **old, "citizenship_code": "UZ"}),
        Extra("jobs_and_certificate", values=filed),
        Extra("age_and_stop_list", values={**filed, **old}),
        Extra("two_certificates_neither_good", values=filed),
    ]


def _fail_several(world: World, filing: Filing) -> None:
    places = {extra.role: world.role(FAILING, extra.role) for extra in _cast_failing(world.size)}
    for idx in places.values():
        world.people.at[idx, "passes_registration"] = False
    idx = places["all_but_papers"]
    filing.set_document(idx, "education", education_level_code="secondary_vocational")
    for role in ("all_but_papers", "jobs_and_certificate"):
        filing.set_periods(places[role], ("2022-02-01", "2024-01-31"), ("2024-03-01", None))
        filing.set_document(
            places[role], "language_certificate", level_code="A2", valid_until=pd.Timestamp("2026-12-31")
        )
    for role, code in (("all_but_papers", "reserve_member"), ("age_and_stop_list", "corps_a")):
        iin = str(world.people.at[places[role], "iin"])
        since = pd.Timestamp("2022-05-04")
        filing.add("stop_list", iin=iin, stop_list_code=code, valid_from=since, valid_to=pd.NaT)
    _hold_two_certificates(filing, places["two_certificates_neither_good"])


def _hold_two_certificates(filing: Filing, idx: int) -> None:
    """One is of a low level, the other of the needed one and expired: together they make no good one."""
    expired = {"issued_on": pd.Timestamp("2023-05-01"), "valid_until": pd.Timestamp("2025-05-01")}
    filing.set_document(idx, "language_certificate", level_code="B2", **expired)
    row = dict(filing.documents[filing.documents["idx"] == idx].iloc[-1])
    again = {name: f"{row[name]}-2" for name in ("document_id", "document_number")}
    fresh = {"issued_on": pd.Timestamp("2025-04-01"), "valid_until": pd.Timestamp("2027-04-01")}
    filing.add("documents", **{**row, **again, **fresh, "level_code": "A2"})


def _ask_late(world: World, filing: Filing) -> None:
    """Asked for after closing: without effect, unless the working group finds the platform at fault."""
    for role in ("asked_in_vain", "asked_and_corrected"):
        idx = world.role(LATE, role)
        row = filing.submission(idx)
        late = {"submission_no": 2, "submitted_at": ASKED_AT, "track_code": "digital"}
        filing.add("registrations", **{**row, **late})
    number = world.role(LATE, "asked_and_corrected")
    decide(
        world, number, DECIDED_AT, "correct_track", "platform_error", stage="registration",
        track_code="digital",
    )  # fmt: skip
    world.people.at[number, "track_code"] = world.track[number] = "digital"


# Role, the list, whether a term that is over still bars, and the term.
PAST_TERMS = (
    ("reserve_term_over", "reserve_member", True, "2021-05-04", "2024-05-03"),
    ("removed_from_reserve", "reserve_removed", True, "2022-09-01", "2023-09-01"),
    ("corps_a_term_over", "corps_a", False, "2021-05-04", "2024-05-03"),
)


def _end_terms(world: World, filing: Filing) -> None:
    """§2.2 bars past members of the Reserve too; other entries end by their last day."""
    for role, code, bars, since, until in PAST_TERMS:
        idx = world.role("past_term", role)
        term = {"valid_from": pd.Timestamp(since), "valid_to": pd.Timestamp(until)}
        filing.add("stop_list", iin=str(world.people.at[idx, "iin"]), stop_list_code=code, **term)
        if bars:
            world.people.at[idx, "passes_registration"] = False


SCENARIOS = (
    Scenario(
        "turns_36",
        "People turn 36 between their submission and the end of the selection: warned, and not stopped.",
        "A35",
        {},
        _cast_birthdays,
    ),
    Scenario(
        "certificate_runs_out",
        "Certificates that hold on the day of filing run out during the selection: warned, and not stopped.",
        "A37",
        {"filing": _run_out},
        lambda size: [Extra(role, values={"submitted_at": FILED_AT}) for role in CERTIFICATES],
    ),
    Scenario(
        FAILING,
        "People fail several rules at once; the first is the reason shown, all are kept with their rows.",
        "Order §2",
        {"filing": _fail_several},
        _cast_failing,
    ),
    Scenario(
        "past_term",
        "Terms on a stop list are over before the day of filing; those of the Reserve bar all the same.",
        "Order §2.2",
        {"filing": _end_terms},
        lambda size: [Extra(role, values={"submitted_at": FILED_AT}) for role, *_ in PAST_TERMS],
    ),
    Scenario(
        LATE,
        "Another track is asked for after closing; only a decision of the working group moves it.",
        "A39",
        {"filing": _ask_late},
        lambda size: [
            Extra(role, values={"submitted_at": FILED_AT, "track_code": "social"})
            for role in ("asked_in_vain", "asked_and_corrected")
        ],
    ),
)
