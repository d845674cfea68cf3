"""Which sitting counts, and the deadline of a certificate (Order §5.7, A15–A17)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from tests.oracle.calendar import next_working_day
from tests.oracle.order import local
from tests.oracle.sittings import Attendance, Sittings, is_in_time
from tests.unit.oracle.builders import claim, decision, sitting, tables

WHO, STAGE = "R25-000001", "text_test"
FIRST, RESIT = sitting(WHO, STAGE), sitting(WHO, STAGE, 2, started_at=local(2025, 8, 6, 10))


def _attendance(
    sittings: Iterable[Mapping[str, Any]],
    claims: Iterable[Mapping[str, Any]] = (),
    decisions: Iterable[Mapping[str, Any]] = (),
) -> Attendance:
    given = tables(
        {
            "platform__sittings": sittings,
            "platform__resit_claims": claims,
            "agency__working_group_decisions": decisions,
        }
    )
    return Sittings(given).attendance(WHO, STAGE)


def _counted(*args: Any) -> str | None:
    counted = _attendance(*args).counted
    return None if counted is None else str(counted["sitting_id"])


@pytest.mark.parametrize(
    ("day", "expected"),
    (
        (date(2025, 8, 2), date(2025, 8, 4)),
        (date(2025, 8, 3), date(2025, 8, 4)),
        (date(2025, 8, 4), date(2025, 8, 5)),
        (date(2025, 8, 8), date(2025, 8, 11)),
        (date(2025, 6, 5), date(2025, 6, 9)),
        (date(2025, 7, 4), date(2025, 7, 8)),
        (date(2025, 8, 29), date(2025, 9, 2)),
        (date(2025, 10, 24), date(2025, 10, 28)),
    ),
)
def test_next_working_day(day: date, expected: date) -> None:
    assert next_working_day(day) == expected


def test_deadline_is_the_end_of_the_local_day() -> None:
    started = local(2025, 8, 2, 10)
    assert is_in_time(local(2025, 8, 5) - timedelta(seconds=1), started)
    assert not is_in_time(local(2025, 8, 5), started)
    assert is_in_time(local(2025, 8, 5) - timedelta(seconds=1), local(2025, 8, 4) - timedelta(seconds=1))


def test_nobody_came() -> None:
    assert _attendance([sitting("R25-000002", STAGE), sitting(WHO, "numeric_test")]).is_absent


def test_first_attempt_counts_without_a_claim() -> None:
    assert _counted([RESIT, FIRST]) == FIRST["sitting_id"]


def test_resit_replaces_the_annulled_attempt() -> None:
    assert _counted([FIRST, RESIT], [claim(FIRST)]) == RESIT["sitting_id"]


def test_resit_not_sat_yet() -> None:
    attendance = _attendance([FIRST], [claim(FIRST)])
    assert (attendance.counted, attendance.is_absent) == (None, False)


def test_resit_annulled_too() -> None:
    third = sitting(WHO, STAGE, 3)
    claims = [claim(FIRST), claim(RESIT)]
    assert _counted([FIRST, RESIT], claims) is None
    assert _counted([FIRST, RESIT, third], claims) == third["sitting_id"]


@pytest.mark.parametrize(
    "changes",
    (
        {"decision_code": "refused"},
        {"decision_code": "pending"},
        {"cause_code": "internet"},
        {"has_certificate": False},
        {"claimed_at": local(2025, 8, 5)},
        {"sitting_id": "unknown"},
        {"candidate_no": "R25-000002"},
    ),
)
def test_claims_that_annul_nothing(changes: dict[str, Any]) -> None:
    assert _counted([FIRST, RESIT], [claim(FIRST, **changes)]) == FIRST["sitting_id"]


def test_late_claim_needs_a_decision_for_that_stage() -> None:
    late = claim(FIRST, claimed_at=local(2025, 8, 5))
    allowed = decision("WG-1", WHO, "allow_resit", stage_code=STAGE)
    assert _counted([FIRST, RESIT], [late], [allowed]) == RESIT["sitting_id"]
    elsewhere = allowed | {"stage_code": "numeric_test"}
    assert _counted([FIRST, RESIT], [late], [elsewhere]) == FIRST["sitting_id"]
    refused = late | {"decision_code": "refused"}
    assert _counted([FIRST, RESIT], [refused], [allowed]) == FIRST["sitting_id"]
