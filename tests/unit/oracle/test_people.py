"""Accounts and eligibility at their boundaries (Order §2, A35–A40)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.oracle.order import local
from tests.oracle.people import (
    accounts_of,
    add_years,
    certificate_counts,
    days_worked,
    has_experience,
    is_young_enough,
    registration_reason,
    superseded,
)
from tests.unit.oracle.builders import IIN, OTHER_IIN, documents, job, registration, tables

LAST_SECOND = local(2025, 7, 1) - timedelta(seconds=1)


def _reason(
    changes: dict[str, Any] | None = None,
    docs: list[dict[str, Any]] | None = None,
    jobs: list[dict[str, Any]] | None = None,
    stop_list: list[dict[str, Any]] | None = None,
) -> str:
    given = tables(
        {
            "platform__registrations": [registration(**(changes or {}))],
            "platform__documents": documents() if docs is None else docs,
            "platform__employment_periods": [job()] if jobs is None else jobs,
            "registers__stop_list": stop_list or [],
        }
    )
    account = accounts_of(given)["R25-000001"]
    return registration_reason(account, False, given.rows("registers__stop_list"))


def test_everything_met() -> None:
    assert _reason() == "ELIGIBLE"


@pytest.mark.parametrize(
    ("changes", "reason"),
    (
        ({"submission_no": 0, "submitted_at": None}, "REG_NOT_SUBMITTED"),
        ({"submission_no": 0}, "REG_NOT_SUBMITTED"),
        ({"submitted_at": local(2025, 6, 1) - timedelta(seconds=1)}, "REG_NOT_SUBMITTED"),
        ({"submitted_at": local(2025, 7, 1)}, "REG_NOT_SUBMITTED"),
        ({"submitted_at": LAST_SECOND}, "ELIGIBLE"),
        ({"consents_personal_data": False, "citizenship_code": "UZ"}, "CONSENTS"),
        ({"citizenship_code": "UZ"}, "CITIZENSHIP"),
        ({"birth_on": date(1989, 6, 10)}, "AGE"),
        ({"birth_on": date(1989, 6, 11)}, "ELIGIBLE"),
    ),
)
def test_submission_window_consents_citizenship_age(changes: dict[str, Any], reason: str) -> None:
    assert _reason(changes) == reason


def test_birthday_is_judged_on_the_local_day() -> None:
    assert _reason({"submitted_at": local(2025, 6, 11), "birth_on": date(1989, 6, 11)}) == "AGE"
    last = local(2025, 6, 11) - timedelta(seconds=1)
    assert _reason({"submitted_at": last, "birth_on": date(1989, 6, 11)}) == "ELIGIBLE"


def test_leap_day_birthday() -> None:
    assert is_young_enough(date(1992, 2, 29), date(2028, 2, 28))
    assert not is_young_enough(date(1992, 2, 29), date(2028, 2, 29))
    assert add_years(date(2024, 2, 29), 5) == date(2029, 2, 28)


def test_documents_count_up_to_the_second_of_submission() -> None:
    assert _reason(docs=documents(uploaded_at=local(2025, 6, 10, 12))) == "ELIGIBLE"
    assert _reason(docs=documents(uploaded_at=local(2025, 6, 10, 12) + timedelta(seconds=1))) == "DOCUMENTS"
    for missing in range(3):
        assert (
            _reason(docs=[doc for number, doc in enumerate(documents()) if number != missing]) == "DOCUMENTS"
        )


def test_annex_and_level_may_come_from_different_diplomas() -> None:
    college, proof, certificate = documents()
    college = college | {"education_level_code": "secondary_vocational"}
    assert _reason(docs=[college, proof, certificate]) == "EDUCATION"
    bachelor = college | {"document_id": "second", "education_level_code": "bachelor", "has_annex": None}
    assert _reason(docs=[college, bachelor, proof, certificate]) == "ELIGIBLE"
    assert _reason(docs=[bachelor, proof, certificate]) == "DOCUMENTS"


def test_days_worked_is_a_union() -> None:
    day = date(2025, 6, 10)
    assert days_worked([], day) == 0
    assert days_worked([(date(2025, 6, 1), date(2025, 6, 1))], day) == 1
    assert days_worked([(date(2025, 6, 1), date(2025, 6, 5)), (date(2025, 6, 3), date(2025, 6, 7))], day) == 7
    assert days_worked([(date(2025, 6, 1), date(2025, 6, 9)), (date(2025, 6, 3), date(2025, 6, 4))], day) == 9
    assert days_worked([(date(2025, 6, 1), date(2025, 6, 2)), (date(2025, 6, 3), date(2025, 6, 4))], day) == 4
    assert days_worked([(date(2025, 6, 9), None)], day) == 2, "an open end is the day itself"
    assert days_worked([(date(2025, 6, 9), date(2026, 1, 1)), (date(2025, 6, 11), None)], day) == 2


def test_exactly_five_years() -> None:
    day = date(2025, 6, 10)
    assert has_experience([(date(2020, 6, 11), None)], day), "11 June 2020 to 10 June 2025 are five years"
    assert not has_experience([(date(2020, 6, 12), None)], day)
    assert not has_experience([], day)


def test_five_years_with_a_gap_closed_up() -> None:
    day = date(2025, 6, 10)
    ten_days_gap = [(date(2020, 6, 1), date(2022, 1, 31)), (date(2022, 2, 11), None)]
    assert days_worked(ten_days_gap, day) == days_worked([(date(2020, 6, 11), None)], day)
    assert has_experience(ten_days_gap, day)
    assert not has_experience([(date(2020, 6, 2), date(2022, 1, 31)), (date(2022, 2, 11), None)], day)


def test_overlapping_jobs_do_not_count_twice() -> None:
    half = [job() | {"started_on": date(2022, 6, 10)}, job(period_no=2) | {"started_on": date(2022, 6, 10)}]
    assert _reason(jobs=half) == "EXPERIENCE"


@pytest.mark.parametrize(
    ("changes", "counts"),
    (
        ({}, True),
        ({"level_code": "A2"}, False),
        ({"level_code": "C2"}, True),
        ({"level_code": None}, False),
        ({"valid_until": date(2025, 6, 10)}, True),
        ({"valid_until": date(2025, 6, 9)}, False),
        ({"issued_on": date(2025, 6, 10)}, True),
        ({"issued_on": date(2025, 6, 11)}, False),
        ({"issued_on": None}, False),
        ({"valid_until": None, "issued_on": date(2023, 6, 10)}, True),
        ({"valid_until": None, "issued_on": date(2023, 6, 9)}, False),
        ({"valid_until": None, "issued_on": date(2025, 1, 1), "issuer_code": "QRT"}, False),
        ({"valid_until": None, "issued_on": date(2025, 1, 1), "issuer_code": None}, False),
        ({"issuer_code": "QRT"}, True),
    ),
)
def test_certificate_on_the_day(changes: dict[str, Any], counts: bool) -> None:
    given = tables({"platform__documents": [documents()[2] | changes]})
    (row,) = given.rows("platform__documents")
    assert certificate_counts(row, date(2025, 6, 10)) is counts


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "reason"),
    (
        (date(2025, 6, 10), None, "STOP_LIST"),
        (date(2025, 6, 11), None, "ELIGIBLE"),
        (date(2020, 1, 1), date(2025, 6, 10), "STOP_LIST"),
        (date(2020, 1, 1), date(2025, 6, 9), "ELIGIBLE"),
    ),
)
def test_stop_list(valid_from: date, valid_to: date | None, reason: str) -> None:
    entry = {"iin": IIN, "stop_list_code": "political", "valid_from": valid_from, "valid_to": valid_to}
    assert _reason(stop_list=[entry]) == reason


def test_track_of_the_last_evening_counts() -> None:
    given = tables(
        {
            "platform__registrations": [
                registration(),
                registration(submission_no=3, submitted_at=LAST_SECOND, track_code="agro"),
                registration(submission_no=2, submitted_at=LAST_SECOND, track_code="economy"),
                registration(submission_no=4, submitted_at=local(2025, 7, 1), track_code="social"),
            ]
        }
    )
    account = accounts_of(given)["R25-000001"]
    assert account.track == "agro"


def test_account_without_submission_is_described_by_its_last_row() -> None:
    given = tables(
        {
            "platform__registrations": [
                registration(submission_no=1, submitted_at=local(2025, 7, 2), track_code="agro"),
                registration(submission_no=0, submitted_at=None),
            ]
        }
    )
    account = accounts_of(given)["R25-000001"]
    assert (account.submission, account.track) == (None, "agro")


def _void(*accounts: dict[str, Any], with_documents: tuple[str, ...]) -> set[str]:
    given = tables(
        {
            "platform__registrations": accounts,
            "platform__documents": [doc for number in with_documents for doc in documents(number)],
        }
    )
    return superseded(accounts_of(given).values())


def test_of_two_accounts_the_last_complete_counts() -> None:
    first = registration("R25-000001")
    second = registration("R25-000002", submitted_at=local(2025, 6, 20))
    other = registration("R25-000003", iin=OTHER_IIN)
    assert _void(first, second, other, with_documents=("R25-000001", "R25-000002")) == {"R25-000001"}
    assert _void(first, second, other, with_documents=("R25-000001",)) == {"R25-000002"}
    assert _void(first, second, other, with_documents=()) == {"R25-000001"}, "none complete: the last"


def test_of_two_accounts_submitted_at_once_the_greater_number_counts() -> None:
    assert _void(registration("R25-000001"), registration("R25-000002"), with_documents=()) == {"R25-000001"}


def test_accounts_without_any_submission_are_not_void() -> None:
    opened = {"submission_no": 0, "submitted_at": None}
    assert not _void(
        registration("R25-000001", **opened), registration("R25-000002", **opened), with_documents=()
    )
    assert _void(registration("R25-000001", **opened), registration("R25-000002"), with_documents=()) == {
        "R25-000001"
    }


def test_void_account_shows_why() -> None:
    account = accounts_of(tables({"platform__registrations": [registration()]}))["R25-000001"]
    assert registration_reason(account, True, []) == "ACCOUNT_SUPERSEDED"
    opened = registration(submission_no=0, submitted_at=None)
    account = accounts_of(tables({"platform__registrations": [opened]}))["R25-000001"]
    assert registration_reason(account, True, []) == "REG_NOT_SUBMITTED"
