from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion.contracts import load_contract
from proctoring_jobs.errors import RetryableProctoringError
from proctoring_jobs.incidents import Incident
from proctoring_jobs.output import COLUMNS, FEED, Signal, build_signals, signals_path, write_signals

INCIDENTS = [
    Incident("absence", Decimal("1.00005"), Decimal(3), 0.12345),
    Incident("phone", Decimal(9), Decimal("2.5"), 0.5),
]


def signals(**changes: str) -> list[Signal]:
    return build_signals("S1", INCIDENTS, **({"model_code": "m", "config_hash": "c"} | changes))


def test_columns_and_types_are_those_of_the_contract(tmp_path: Path) -> None:
    path = signals_path(tmp_path, "S1")
    write_signals(path, signals(), {})
    schema = pq.read_schema(path)
    kinds = {"VARCHAR": pa.string(), "DECIMAL(12,4)": pa.decimal128(12, 4)}
    contract = load_contract(FEED)
    assert [(c.name, kinds[c.physical_type]) for c in contract.columns] == [(f.name, f.type) for f in schema]
    assert schema.names == list(COLUMNS)
    assert not any(field.nullable for field in schema)


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
