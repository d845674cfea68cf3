"""Accounts, submissions and tracks at their boundaries (Order §2, A39, A40)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.oracle.eligibility import Eligibility
from tests.oracle.order import STAGE, local
from tests.oracle.people import accounts_of, superseded
from tests.unit.oracle.builders import OTHER_IIN, decision, documents, registration, tables

SECOND = timedelta(seconds=1)
LAST_SECOND = local(2025, 7, 1) - SECOND
AFTERWARDS = local(2026, 1, 1)


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
    account = accounts_of(given, AFTERWARDS)["R25-000001"]
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
    account = accounts_of(given, AFTERWARDS)["R25-000001"]
    assert (account.submission, account.track) == (None, "agro")


def _void(*accounts: dict[str, Any], with_documents: tuple[str, ...]) -> set[str]:
    given = tables(
        {
            "platform__registrations": accounts,
            "platform__documents": [doc for number in with_documents for doc in documents(number)],
        }
    )
    return superseded(accounts_of(given, AFTERWARDS).values())


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
    assert not _void(registration("R25-000001", **opened), registration("R25-000002"), with_documents=())


def test_void_account_shows_why() -> None:
    opened = registration(submission_no=0, submitted_at=None)
    for row, reason in ((registration(), "ACCOUNT_SUPERSEDED"), (opened, "REG_NOT_SUBMITTED")):
        given = tables({"platform__registrations": [row]})
        account = accounts_of(given, AFTERWARDS)["R25-000001"]
        assert Eligibility(given).reason(account, True) == reason


CORRECTED_AT = local(2025, 7, 10)
PUBLISHED_AT = STAGE["vetting"].published_at


def _track(*decisions: dict[str, Any], as_of: datetime = AFTERWARDS, **changes: Any) -> str:
    rows = {
        "platform__registrations": [registration(**changes)],
        "agency__working_group_decisions": decisions,
    }
    return accounts_of(tables(rows), as_of)["R25-000001"].track


def _correct(number: str, track: str, **changes: Any) -> dict[str, Any]:
    return decision(number, "R25-000001", "correct_track", track_code=track, **changes)


def test_a_decision_moves_the_track_once_the_window_is_closed() -> None:
    early = _correct("WG-1", "agro", decided_at=local(2025, 6, 25))
    assert _track(early, as_of=local(2025, 7, 1) - SECOND) == "digital"
    assert _track(early, as_of=local(2025, 7, 1)) == "agro"
    assert _track(_correct("WG-1", "agro"), as_of=CORRECTED_AT - SECOND) == "digital"
    assert _track(_correct("WG-1", "agro"), as_of=CORRECTED_AT) == "agro"


def test_a_correction_does_not_hold_for_what_is_submitted_after_it() -> None:
    sent = local(2025, 6, 10, 12)
    assert _track(_correct("WG-1", "agro", decided_at=sent)) == "agro"
    assert _track(_correct("WG-1", "agro", decided_at=sent - SECOND)) == "digital"


def test_of_two_decisions_the_last_moves_the_track() -> None:
    earlier = _correct("WG-9", "foreign", decided_at=CORRECTED_AT - SECOND)
    assert _track(_correct("WG-1", "agro"), earlier) == "agro"
    assert _track(_correct("WG-1", "agro"), _correct("WG-2", "social")) == "social", "of one moment"


def test_after_the_list_of_vetting_no_track_moves() -> None:
    assert _track(_correct("WG-1", "agro", decided_at=PUBLISHED_AT)) == "agro"
    assert _track(_correct("WG-1", "agro", decided_at=PUBLISHED_AT + SECOND)) == "digital"
    reversal = decision("WG-2", "R25-000001", "reverse", reversed_decision_no="WG-1")
    assert _track(_correct("WG-1", "agro"), reversal | {"decided_at": PUBLISHED_AT}) == "digital"
    assert _track(_correct("WG-1", "agro"), reversal | {"decided_at": PUBLISHED_AT + SECOND}) == "agro"


def test_without_a_submission_nothing_is_corrected() -> None:
    assert _track(_correct("WG-1", "agro"), submission_no=0, submitted_at=None) == "digital"
