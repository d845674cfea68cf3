from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion.contracts import load_contract
from proctoring_jobs.errors import RetryableProctoringError
from proctoring_jobs.incidents import Incident
from proctoring_jobs.output import (
    COVERAGE_FEED,
    FEED,
    Coverage,
    Signal,
    build_signals,
    coverage_path,
    signals_path,
    write_coverage,
    write_signals,
)

INCIDENTS = [
    Incident("absence", Decimal("1.00005"), Decimal(3), 0.12345),
    Incident("phone", Decimal(9), Decimal("2.5"), 0.5),
]


#: What a sitting may lack: problems, sound, a file.
OPTIONAL = {"problem_codes", "speech_model_code", "recording_sha256"}


def signals(**changes: str) -> list[Signal]:
    codes = {"model_code": "m", "config_hash": "c", "run_id": "r"} | changes
    return build_signals("S1", INCIDENTS, **codes)


def coverage(**changes: object) -> Coverage:
    seconds, count = Decimal("1.5000"), 3
    return Coverage(
        "S1", seconds, seconds, seconds, seconds, seconds, count, count, count, True,
        **({"problem_codes": None, "run_id": "r", "model_code": "m", "speech_model_code": None,
            "config_hash": "c", "recording_sha256": None} | changes),
    )  # fmt: skip


@pytest.mark.parametrize("feed", [FEED, COVERAGE_FEED])
def test_columns_and_types_are_those_of_the_contract(tmp_path: Path, feed: str) -> None:
    signals_file, coverage_file = signals_path(tmp_path, "S1"), coverage_path(tmp_path, "S1")
    write_signals(signals_file, signals(), {})
    write_coverage(coverage_file, coverage())
    schema = pq.read_schema(signals_file if feed == FEED else coverage_file)
    kinds = {
        "VARCHAR": pa.string(),
        "DECIMAL(12,4)": pa.decimal128(12, 4),
        "INTEGER": pa.int32(),
        "BOOLEAN": pa.bool_(),
    }
    columns = load_contract(feed).columns
    assert [(c.name, kinds[c.physical_type]) for c in columns] == [(f.name, f.type) for f in schema]
    optional = {name for name in schema.names if schema.field(name).nullable}
    assert optional == (set() if feed == FEED else OPTIONAL)


def test_numbers_are_rounded_half_up_to_four_places() -> None:
    row = signals()[0]
    assert (str(row.started_seconds), str(row.duration_seconds), str(row.confidence)) == (
        "1.0001",
        "3.0000",
        "0.1235",
    )


def test_numbers_of_signals_are_stable_and_never_shared() -> None:
    assert signals() == signals()
    ids = {
        row.signal_id
        for rows in (signals(), signals(model_code="n"), signals(config_hash="d"))
        for row in rows
    }
    assert len(ids) == 6


def test_no_incident_is_a_file_without_rows(tmp_path: Path) -> None:
    path = signals_path(tmp_path / "new" / "folder", "S-1.x")
    write_signals(path, [], {"sitting_id": "S-1.x"})
    assert path.name == "proctoring__signals__S-1.x.parquet"
    assert pq.read_table(path).num_rows == 0
    assert pq.read_schema(path).metadata[b"sitting_id"] == b"S-1.x"


def test_the_same_rows_are_the_same_bytes_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = signals_path(tmp_path, "S1")
    write_signals(path, signals(), {"a": "b"})
    first = path.read_bytes()
    write_signals(path, signals(), {"a": "b"})
    assert path.read_bytes() == first
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


def test_a_failed_write_leaves_the_earlier_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = signals_path(tmp_path, "S1")
    write_signals(path, signals(), {})
    before = path.read_bytes()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pq, "write_table", fail)
    with pytest.raises(RetryableProctoringError, match="No space"):
        write_signals(path, [], {})
    assert path.read_bytes() == before
    assert [item.name for item in tmp_path.iterdir()] == [path.name]
