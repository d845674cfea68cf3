"""The files: the contracts' layouts, readable, and the same bytes every time."""

from __future__ import annotations

import gzip
import io
import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from ingestion.contracts import feed_names
from ingestion.sample_season.deliveries import Outbox, file_name, layout_of, write_outbox

AT = datetime(2025, 6, 8, 23)


def _render(feed: str, rows: list[dict[str, object]]) -> bytes:
    outbox = Outbox()
    outbox.put(feed, AT, rows)
    return outbox.render(feed, AT, "")


def test_every_feed_has_a_layout_and_a_file_name() -> None:
    for feed in feed_names():
        assert file_name(feed, "").startswith(f"{feed}.{layout_of(feed).file_format}")
        assert file_name(feed, "x").startswith(f"{feed}__x.")


def test_csv_has_offsets_booleans_and_empty_nulls() -> None:
    row = {
        "booking_id": "B-1",
        "candidate_no": "R25-000001",
        "stage_code": "interview",
        "slot_starts_at": datetime(2025, 9, 23, 9),
        "booked_at": None,
        "is_auto_assigned": True,
    }
    lines = _render("platform__bookings", [row]).decode().splitlines()
    assert lines[0].split(",") == list(layout_of("platform__bookings").columns)
    assert lines[1] == "B-1,R25-000001,interview,2025-09-23T09:00:00+05:00,,,true"


def test_jsonl_keeps_nulls_and_kazakh_letters() -> None:
    content = _render("proctoring__reviews", [{"review_id": "ә", "review_round": 1}])
    row = json.loads(content)
    assert row["review_id"] == "ә"
    assert row["review_round"] == 1
    assert row["reviewed_at"] is None


def test_xlsx_has_real_dates_and_booleans_and_the_same_bytes() -> None:
    row = {"candidate_no": "R25-000001", "assessor_code": "AS-1", "competency_code": "leadership",
           "is_recused": False, "points": 4, "observed_on": pd.Timestamp("2025-08-25")}  # fmt: skip
    content = _render("academy__assessor_marks", [row])
    assert content == _render("academy__assessor_marks", [row])
    sheet = pd.read_excel(io.BytesIO(content), engine="calamine")
    assert list(sheet.columns) == list(layout_of("academy__assessor_marks").columns)
    assert sheet["observed_on"][0] == pd.Timestamp("2025-08-25")
    assert sheet["is_recused"][0] == False  # noqa: E712
    assert sheet["points"][0] == 4


def test_parquet_is_typed() -> None:
    row = {"signal_id": "SG-1", "started_seconds": Decimal("1.5000"), "confidence": Decimal("0.9000")}
    table = pq.read_table(io.BytesIO(_render("proctoring__signals", [row])))
    assert table.column_names == list(layout_of("proctoring__signals").columns)
    assert str(table.schema.field("confidence").type) == "decimal128(12, 4)"


def test_packed_files_do_not_carry_the_clock() -> None:
    content = _render("platform__documents", [{"document_id": "D-1"}])
    assert content[4:8] == b"\0\0\0\0"
    assert json.loads(gzip.decompress(content))["document_id"] == "D-1"


def test_raw_rows_follow_typed_ones_and_content_goes_as_it_is(tmp_path: Path) -> None:
    outbox = Outbox()
    outbox.put("platform__withdrawals", AT, [{"withdrawal_id": "WD-1", "withdrawn_at": AT}])
    outbox.put_raw("platform__withdrawals", AT, {"withdrawal_id": "WD-2", "withdrawn_at": "кеше"})
    outbox.put_content("platform__withdrawals", AT, b"cut", "cut")
    first, second = write_outbox(outbox, tmp_path)
    assert first.parent.name == second.parent.name == "2025-06-08T230000"
    assert first.read_text(encoding="utf-8").splitlines()[2] == "WD-2,,кеше"
    assert second.read_bytes() == b"cut"


def test_a_feed_without_contract_is_refused() -> None:
    with pytest.raises(Exception, match="nobody__nothing"):
        Outbox().put("nobody__nothing", AT, [{"a": 1}])
