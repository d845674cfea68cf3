"""Every reason for which a row or a file stays outside, and what does not keep anything outside."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from ingestion import quarantine
from ingestion.contracts import load_contract
from ingestion.door import WARNING_CHECKS
from tests.unit.ingestion.deliveries import failed_checks, inspected, judged, reasons, rows_of


def with_value(feed: str, column: str, value: Any, row: int = 1) -> list[dict[str, Any]]:
    """The synthetic rows of a feed with one value changed; row counts from 1."""
    rows = rows_of(feed)
    rows[row - 1][column] = value
    return rows


@pytest.mark.parametrize(
    ("feed", "column", "value", "reason"),
    [
        ("platform__sittings", "sitting_id", None, quarantine.MISSING_VALUE),
        ("platform__sittings", "sitting_id", "  ", quarantine.MISSING_VALUE),
        ("platform__sittings", "attempt_no", "one", quarantine.NOT_PARSEABLE),
        ("platform__sittings", "started_at", "03.06.2025", quarantine.NOT_PARSEABLE),
        ("platform__registrations", "last_name", ["x"], quarantine.NOT_PARSEABLE),
        ("platform__registrations", "accepts_user_agreement", 1, quarantine.NOT_PARSEABLE),
        ("platform__sittings", "ended_code", "done", quarantine.UNKNOWN_CODE),
        ("platform__registrations", "track_code", " social", quarantine.UNKNOWN_CODE),
        ("platform__registrations", "season_code", "2024", quarantine.UNKNOWN_CODE),
        ("platform__expert_marks", "points", 6, quarantine.OUT_OF_RANGE),
        ("platform__expert_marks", "points", 0, quarantine.OUT_OF_RANGE),
        ("proctoring__signals", "confidence", "1.0001", quarantine.OUT_OF_RANGE),
        ("platform__sittings", "candidate_no", "25-000123", quarantine.BAD_PATTERN),
        ("vetting__replies", "ground_code", "g", quarantine.BAD_PATTERN),
        ("platform__registrations", "iin", "920615400002", quarantine.BAD_IIN),
        ("platform__registrations", "iin", "61211600012", quarantine.BAD_PATTERN),
        ("platform__sittings", "sitting_id", "S 920615400001", quarantine.HOLDS_IIN),
        ("platform__sittings", "sitting_id", "S\u202e1", quarantine.FORBIDDEN_CHARACTERS),
        ("platform__sittings", "sitting_id", "S" * 40_000, quarantine.TOO_LONG),
        ("platform__registrations", "last_name", "A\x07", quarantine.FORBIDDEN_CHARACTERS),
    ],
)
def test_a_bad_value_keeps_its_row_outside(feed: str, column: str, value: Any, reason: str) -> None:
    file_format = (
        "csv" if feed in ("platform__sittings", "platform__expert_marks", "proctoring__signals") else None
    )
    inspection = inspected(feed, with_value(feed, column, value, row=2), file_format)
    assert reasons(inspection) == [(2, column, reason)]
    assert inspection.count_accepted == 2
    assert inspection.count_read == 3
    assert list(inspection.rows_outside) == [2]


def test_every_optional_value_may_be_missing() -> None:
    for feed in ("platform__documents", "platform__sittings", "vetting__replies"):
        rows = rows_of(feed)
        for column in load_contract(feed).columns:
            if not column.required:
                rows[0][column.name] = None
        assert inspected(feed, rows).count_accepted == 3


@pytest.mark.parametrize(
    ("feed", "later", "earlier"),
    [
        ("platform__sittings", "finished_at", "started_at"),
        ("platform__employment_periods", "ended_on", "started_on"),
        ("registers__stop_list", "valid_to", "valid_from"),
    ],
)
def test_an_end_before_its_start_stays_outside(feed: str, later: str, earlier: str) -> None:
    rows = rows_of(feed)
    rows[0][later] = rows[0][earlier] - timedelta(days=1)
    rows[1][later] = rows[1][earlier]
    assert reasons(inspected(feed, rows)) == [(1, later, quarantine.WRONG_ORDER)]


def test_nobody_registers_before_being_born() -> None:
    rows = with_value("platform__registrations", "birth_on", date(2090, 1, 1))
    assert reasons(inspected("platform__registrations", rows)) == [
        (1, "registered_at", quarantine.WRONG_ORDER)
    ]


def test_long_numbers_and_wrong_ones_are_no_iin() -> None:
    for value in ("920615400002", "1920615400001", "SIT-0000001"):
        assert (
            reasons(inspected("platform__sittings", with_value("platform__sittings", "sitting_id", value)))
            == []
        )


def test_all_reasons_of_a_row_are_told() -> None:
    rows = rows_of("platform__expert_marks")
    rows[1] |= {"points": 9, "criterion_code": "charm", "work_no": None}
    inspection = inspected("platform__expert_marks", rows)
    assert {(column, reason) for _, column, reason in reasons(inspection)} == {
        ("points", quarantine.OUT_OF_RANGE),
        ("criterion_code", quarantine.UNKNOWN_CODE),
        ("work_no", quarantine.MISSING_VALUE),
    }
    assert inspection.count_accepted == 2


def test_a_value_that_does_not_parse_is_not_also_missing() -> None:
    inspection = inspected("platform__expert_marks", with_value("platform__expert_marks", "points", "five"))
    assert reasons(inspection) == [(1, "points", quarantine.NOT_PARSEABLE)]
    assert failed_checks(inspection) == {("parses", "points"): 1}


def test_a_repeated_row_stays_outside() -> None:
    rows = rows_of("platform__bookings")
    inspection = inspected("platform__bookings", [*rows, rows[0], rows[0]])
    assert reasons(inspection) == [(4, None, quarantine.DUPLICATE_ROW), (5, None, quarantine.DUPLICATE_ROW)]
    assert failed_checks(inspection) == {("rows_unique", None): 2}


def test_rows_that_contradict_each_other_all_stay_outside() -> None:
    rows = rows_of("platform__bookings")
    changed = rows[0] | {"is_auto_assigned": False}
    inspection = inspected("platform__bookings", [*rows, changed])
    assert reasons(inspection) == [
        (1, None, quarantine.CONFLICTING_ROWS),
        (4, None, quarantine.CONFLICTING_ROWS),
    ]
    assert inspection.count_accepted == 2


def test_a_bad_row_does_not_contradict_a_good_one() -> None:
    rows = rows_of("platform__expert_marks")
    inspection = inspected("platform__expert_marks", [*rows, rows[0] | {"points": 6}])
    assert reasons(inspection) == [(4, "points", quarantine.OUT_OF_RANGE)]


def test_the_same_moment_written_differently_is_the_same_row() -> None:
    rows = rows_of("platform__withdrawals")
    rows[0]["withdrawn_at"] = "2025-08-01T10:00:00+05:00"
    again = rows[0] | {"withdrawn_at": "2025-08-01T05:00:00Z"}
    assert reasons(inspected("platform__withdrawals", [*rows, again])) == [
        (4, None, quarantine.DUPLICATE_ROW)
    ]


def test_people_are_told_apart_by_iin_in_a_key() -> None:
    rows = rows_of("registers__stop_list")
    rows[1] |= {name: rows[0][name] for name in ("stop_list_code", "valid_from", "valid_to")}
    assert reasons(inspected("registers__stop_list", rows)) == []
    rows[1] |= {"iin": rows[0]["iin"]}
    assert reasons(inspected("registers__stop_list", rows)) == [(2, None, quarantine.DUPLICATE_ROW)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", quarantine.UNREADABLE_FILE),
        (b"\xff\xfe\x00", quarantine.UNREADABLE_ENCODING),
        (b'a,"b\n', quarantine.UNREADABLE_FILE),
        (b'withdrawal_id,candidate_no,withdrawn_at\nW1,"R25-000001,\n', quarantine.UNREADABLE_FILE),
    ],
)
def test_an_unreadable_file_stays_outside_whole(content: bytes, reason: str) -> None:
    inspection = judged("platform__withdrawals.csv", content)
    assert inspection.is_quarantined_whole
    assert inspection.reason_code == reason
    assert reasons(inspection) == [(None, None, reason)]
    assert failed_checks(inspection) == {("file_readable", None): 1}


def test_a_file_without_a_required_column_stays_outside_whole() -> None:
    rows = [
        {name: value for name, value in row.items() if name not in ("started_at", "form_code")}
        for row in rows_of("platform__sittings")
    ]
    inspection = inspected("platform__sittings", rows)
    assert inspection.is_quarantined_whole
    assert reasons(inspection) == [(None, "started_at", quarantine.MISSING_COLUMN)]
    assert (inspection.count_read, inspection.count_accepted) == (3, 0)


def test_a_file_without_an_optional_column_lands() -> None:
    rows = [
        {name: value for name, value in row.items() if name != "form_code"}
        for row in rows_of("platform__sittings")
    ]
    inspection = inspected("platform__sittings", rows)
    assert inspection.accepted is not None
    assert inspection.accepted.column("form_code").null_count == 3


def test_a_header_without_rows_lands_as_nothing() -> None:
    inspection = inspected("platform__sittings", [])
    assert not inspection.is_quarantined_whole
    assert (inspection.reason_code, inspection.count_read) == (quarantine.EMPTY_FILE, 0)
    assert failed_checks(inspection) == {("has_rows", None): 1}


def test_broken_rows_stay_outside() -> None:
    content = (
        b"withdrawal_id,candidate_no,withdrawn_at\nW1,R25-000001\nW2,R25-000002,2025-08-01T10:00:00+05:00\n"
    )
    inspection = judged("platform__withdrawals.csv", content)
    assert reasons(inspection) == [(1, None, quarantine.BROKEN_ROW)]
    assert inspection.accepted is not None
    assert inspection.accepted.column("_row_number").to_pylist() == [2]


def test_order_of_columns_is_free_and_extra_ones_are_reported_without_their_names() -> None:
    rows = [dict(reversed(row.items())) | {"Құпия": "x"} for row in rows_of("platform__withdrawals")]
    inspection = inspected("platform__withdrawals", rows)
    assert inspection.count_accepted == 3
    assert failed_checks(inspection) == {("no_extra_columns", None): 1}
    assert all(check.column_name != "Құпия" for check in inspection.checks)


@pytest.mark.parametrize(("column", "value"), [("birth_on", date(1992, 6, 16)), ("sex_code", "male")])
def test_an_iin_that_disagrees_with_what_was_declared_is_a_warning(column: str, value: Any) -> None:
    inspection = inspected("platform__registrations", with_value("platform__registrations", column, value))
    assert inspection.count_accepted == 3
    assert failed_checks(inspection) == {(f"iin_agrees_with_{column}", column): 1}
    assert f"iin_agrees_with_{column}" in WARNING_CHECKS


def test_checks_count_and_carry_no_values() -> None:
    rows = with_value("platform__registrations", "phone", None)
    inspection = inspected(
        "platform__registrations", with_value("platform__registrations", "iin", "920615400002")
    )
    counts = {
        (check.check_name, check.column_name): (check.count_evaluated, check.count_failed)
        for check in inspection.checks
    }
    assert counts["not_null", "iin"] == (3, 0)
    assert counts["iin_valid", "iin"] == (3, 1)
    assert counts["parses", "middle_name"] == (2, 0)
    assert counts["in_set", "track_code"] == (3, 0)
    shown = repr(inspection.checks) + repr(inspection.entries)
    assert not any(str(row[name]) in shown for row in rows for name in ("iin", "last_name", "first_name"))


def test_kazakh_letters_come_through() -> None:
    name = "Әіңғүұқөһ ӘІҢҒҮҰҚӨҺ"
    for file_format in ("csv", "jsonl", "xlsx", "parquet"):
        inspection = inspected(
            "platform__registrations", with_value("platform__registrations", "last_name", name), file_format
        )
        assert inspection.accepted is not None
        assert inspection.accepted.column("last_name").to_pylist()[0] == name


def test_local_time_in_excel_and_offsets_in_text_agree() -> None:
    rows = with_value("agency__national_decisions", "decided_at", datetime(2025, 10, 24, 15, 30))
    for file_format in ("xlsx", "csv", "parquet"):
        inspection = inspected("agency__national_decisions", rows, file_format)
        assert inspection.accepted is not None
        assert inspection.accepted.column("decided_at").to_pylist()[0] == datetime(2025, 10, 24, 10, 30)
