"""What the door lets in: files, rows, versions (`docs/rules.md`, "Time")."""

from __future__ import annotations

import gzip
import io
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from tests.oracle.order import local
from tests.oracle.reading import Tables, feed_of, folder_moment, read_landing
from tests.unit.oracle.builders import csv_of, documents, jsonl_of, land, registration

LATE = local(2025, 12, 1)
WITHDRAWALS = "platform__withdrawals"


def _read(folder: Path, as_of: datetime = LATE) -> Tables:
    return read_landing(folder, as_of, landed_at=LATE)


def _withdrawal(number: str, candidate_no: str = "R25-000001", hour: int = 9) -> dict[str, object]:
    return {"withdrawal_id": number, "candidate_no": candidate_no, "withdrawn_at": local(2025, 7, 5, hour)}


def _land_withdrawals(folder: Path, moment: str, rows: list[dict[str, object]], suffix: str = "") -> None:
    land(folder, moment, f"{WITHDRAWALS}{suffix}.csv", csv_of(WITHDRAWALS, rows))


@pytest.mark.parametrize(
    ("name", "feed"),
    (
        ("platform__answers.parquet", "platform__answers"),
        ("vetting__replies__GPO-2025-01.xlsx", "vetting__replies"),
        ("platform__withdrawals__a__b.v2.csv.gz", "platform__withdrawals"),
        ("platform__withdrawals.txt", None),
        ("platform__unknown.csv", None),
        ("readme.csv", None),
        (".csv", None),
    ),
)
def test_feed_of_a_file_name(name: str, feed: str | None) -> None:
    assert feed_of(name) == feed


def test_folder_moment_is_local() -> None:
    assert folder_moment("2025-07-01T000000") == datetime(2025, 6, 30, 19, tzinfo=UTC)
    assert folder_moment("2025-07-01") is None
    assert folder_moment("2025-02-30T000000") is None


def test_only_files_received_by_then_exist(tmp_path: Path) -> None:
    _land_withdrawals(tmp_path, "2025-07-05T100000", [_withdrawal("W1")])
    assert len(_read(tmp_path, local(2025, 7, 5, 10)).rows(WITHDRAWALS)) == 1
    assert not _read(tmp_path, datetime(2025, 7, 5, 4, 59, 59, tzinfo=UTC)).rows(WITHDRAWALS)


def test_file_directly_below_is_received_when_landed(tmp_path: Path) -> None:
    _land_withdrawals(tmp_path, "", [_withdrawal("W1", hour=1)])
    _land_withdrawals(tmp_path, "2025-07-05T100000", [_withdrawal("W1", hour=2)])
    row = _read(tmp_path).get(WITHDRAWALS, "W1")
    assert row is not None
    assert row["withdrawn_at"] == local(2025, 7, 5, 1)
    assert (row.received_at, row.first_received_at) == (LATE, local(2025, 7, 5, 10))


def test_latest_version_wins_and_first_receipt_stays(tmp_path: Path) -> None:
    _land_withdrawals(tmp_path, "2025-07-05T100000", [_withdrawal("W1", hour=1)])
    _land_withdrawals(tmp_path, "2025-07-06T100000", [_withdrawal("W1", hour=2)], "__b")
    _land_withdrawals(tmp_path, "2025-07-06T100000", [_withdrawal("W1", hour=3)], "__a")
    row = _read(tmp_path).get(WITHDRAWALS, "W1")
    assert row is not None
    assert row["withdrawn_at"] == local(2025, 7, 5, 2), "of equal receipt, the greater path is later"
    assert row.first_received_at == local(2025, 7, 5, 10)


def test_same_content_twice_is_skipped(tmp_path: Path) -> None:
    _land_withdrawals(tmp_path, "2025-07-05T100000", [_withdrawal("W1", hour=1)])
    _land_withdrawals(tmp_path, "2025-07-06T100000", [_withdrawal("W1", hour=2)])
    _land_withdrawals(tmp_path, "2025-07-07T100000", [_withdrawal("W1", hour=1)])
    row = _read(tmp_path).get(WITHDRAWALS, "W1")
    assert row is not None and row["withdrawn_at"] == local(2025, 7, 5, 2)


def test_file_without_a_required_column_is_kept_out_whole(tmp_path: Path) -> None:
    land(tmp_path, "2025-07-05T100000", f"{WITHDRAWALS}.csv", "withdrawal_id,candidate_no\nW1,R25-000001\n")
    land(tmp_path, "2025-07-05T100000", "vetting__replies.xlsx", "no workbook")
    land(tmp_path, "2025-07-05T100000", "platform__answers.parquet", b"PAR1")
    land(tmp_path, "2025-07-05T100000", "platform__bookings.csv", b"\xff\xfe\x00")
    land(tmp_path, "2025-07-05T100000", "platform__solutions.jsonl.gz", b"not gzip")
    assert not any(_read(tmp_path).by_feed.values())


def test_bad_rows_are_kept_out_others_land(tmp_path: Path) -> None:
    rows = [
        _withdrawal("W1"),
        _withdrawal("W2", candidate_no="R25-12"),
        _withdrawal("W3") | {"withdrawn_at": "5 July"},
        _withdrawal("W4") | {"withdrawn_at": None},
        _withdrawal("W5"),
    ]
    _land_withdrawals(tmp_path, "2025-07-05T100000", rows)
    assert {row["withdrawal_id"] for row in _read(tmp_path).rows(WITHDRAWALS)} == {"W1", "W5"}


def test_code_lists_bounds_pairs_and_numbers(tmp_path: Path) -> None:
    good = registration("R25-000001")
    bad = [
        registration("R25-000002", iin="920615400002"),
        registration("R25-000003", track_code="sports"),
        registration("R25-000004", submission_no=-1),
        registration("R25-000005", citizenship_code="KAZ"),
        registration("R25-000006", confirms_equipment="yes"),
    ]
    land(tmp_path, "2025-06-11T000000", "platform__registrations.jsonl", jsonl_of([good, *bad]))
    jobs = "candidate_no,period_no,employer_type_code,started_on,ended_on\n"
    jobs += "R25-000001,1,state,2020-01-01,2019-12-31\nR25-000001,2,state,2020-01-01,2020-01-01\n"
    land(tmp_path, "2025-06-11T000000", "platform__employment_periods.csv", jobs)
    read = _read(tmp_path)
    assert [row["candidate_no"] for row in read.rows("platform__registrations")] == ["R25-000001"]
    assert [row["period_no"] for row in read.rows("platform__employment_periods")] == [2]


def test_duplicate_keys_in_one_file(tmp_path: Path) -> None:
    rows = [
        _withdrawal("same"),
        _withdrawal("differs", hour=1),
        _withdrawal("same"),
        _withdrawal("differs", hour=2),
        _withdrawal("differs", hour=1),
        _withdrawal("once bad", hour=1),
        _withdrawal("once bad", candidate_no="?"),
    ]
    _land_withdrawals(tmp_path, "2025-07-05T100000", rows)
    assert {row["withdrawal_id"] for row in _read(tmp_path).rows(WITHDRAWALS)} == {"same", "once bad"}


def test_differing_duplicates_leave_the_earlier_file_standing(tmp_path: Path) -> None:
    _land_withdrawals(tmp_path, "2025-07-05T100000", [_withdrawal("W1", hour=1)])
    _land_withdrawals(tmp_path, "2025-07-06T100000", [_withdrawal("W1", hour=2), _withdrawal("W1", hour=3)])
    row = _read(tmp_path).get(WITHDRAWALS, "W1")
    assert row is not None and row["withdrawn_at"] == local(2025, 7, 5, 1)


def test_jsonl_gz_and_optional_columns(tmp_path: Path) -> None:
    text = jsonl_of(documents())
    land(tmp_path, "2025-06-06T000000", "platform__documents.jsonl.gz", gzip.compress(text.encode()))
    rows = _read(tmp_path).rows("platform__documents")
    assert [row["has_annex"] for row in rows] == [True, None, None]


def test_line_that_is_no_object_is_a_bad_row(tmp_path: Path) -> None:
    first, *others = jsonl_of(documents()).splitlines()
    text = "\n".join([first, "{broken", "[1]", '{"document_id": NaN}', "", *others])
    land(tmp_path, "2025-06-06T000000", "platform__documents.jsonl", text)
    assert len(_read(tmp_path).rows("platform__documents")) == 3


def test_line_of_another_width_is_a_bad_row(tmp_path: Path) -> None:
    good, bad = csv_of(WITHDRAWALS, [_withdrawal("W1")]), "W2,R25-000001,2025-07-05T09:00:00+05:00,more\n"
    land(tmp_path, "2025-07-05T100000", f"{WITHDRAWALS}.csv", good + bad + "W3\n")
    assert [row["withdrawal_id"] for row in _read(tmp_path).rows(WITHDRAWALS)] == ["W1"]


def test_files_in_other_folders_are_no_delivery(tmp_path: Path) -> None:
    _land_withdrawals(tmp_path, "archive", [_withdrawal("W1")])
    _land_withdrawals(tmp_path, "2025-07-05T100000/inner", [_withdrawal("W2")])
    assert not _read(tmp_path).rows(WITHDRAWALS)


def test_xlsx_cells(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm:ss"})
    sheet = book.add_worksheet()
    header = ("decision_no", "candidate_no", "decided_at", "action_code", "basis_code")
    sheet.write_row(0, 0, header)
    sheet.write_row(1, 0, ("7", "R25-000001", datetime(2025, 7, 10, 18, 0, 7), "exclude", "false_data"))
    sheet.write_row(2, 0, (8, "R25-000001", "2025-07-10T18:00:00+05:00", "exclude", "false_data"))
    book.close()
    land(tmp_path, "2025-07-11T000000", "agency__working_group_decisions.xlsx", buffer.getvalue())
    first, second = _read(tmp_path).rows("agency__working_group_decisions")
    assert first["decided_at"] == datetime(2025, 7, 10, 13, 0, 7, tzinfo=UTC), "sheets hold local time"
    assert second["decided_at"] == datetime(2025, 7, 10, 13, tzinfo=UTC)
    assert (second["decision_no"], second["stage_code"]) == ("8", None)


def test_parquet(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    columns = {
        "sitting_id": ["S1", "S1", "S2"],
        "item_no": [1, 2, 300],
        "chosen_option_code": ["A", None, "B"],
        "response_seconds": [10, None, 4],
    }
    pq.write_table(pa.table(columns), buffer)
    land(tmp_path, "2025-08-04T000000", "platform__answers__day1.parquet", buffer.getvalue())
    rows = _read(tmp_path).rows("platform__answers")
    assert [(row["item_no"], row["chosen_option_code"]) for row in rows] == [(1, "A"), (2, None)]
