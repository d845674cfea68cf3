"""Parquet: columns with their types, in bounded batches."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion import limits
from ingestion.readers import open_table, parquet_reader
from tests.unit.ingestion.readers.tables import AB, contract_of, read, refusal


def parquet(columns: dict[str, Any], **options: Any) -> bytes:
    target = io.BytesIO()
    pq.write_table(pa.table(columns), target, **options)
    return target.getvalue()


def test_parquet() -> None:
    table = read("a.parquet", parquet({"a": [1, None], "b": ["қ", "x"]}))
    assert table.rows == {1: {"a": 1, "b": "қ"}, 2: {"a": None, "b": "x"}}
    assert open_table("a.parquet", io.BytesIO(parquet({"a": [1], "b": [2]})), AB).naive_is_utc


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, None], pa.int8()),
        ([1, -1], pa.int64()),
        ([1, 65_535], pa.uint16()),
        ([1, 2**63], pa.uint64()),
        (["x", None], pa.string()),
        (["x", None], pa.large_string()),
        ([True, None], pa.bool_()),
        ([Decimal("1.50"), None], pa.decimal128(9, 2)),
        ([datetime(2025, 6, 3, 1, 2, 3, 4), None], pa.timestamp("us")),
        ([datetime(2025, 6, 3, 1, 2, 3, 4, tzinfo=UTC), None], pa.timestamp("us", "UTC")),
        ([datetime(2025, 6, 3, 1, 2, 3), None], pa.timestamp("ms")),
        ([0.5, None], pa.float32()),
        ([b"x", None], pa.binary()),
        ([None, None], pa.null()),
    ],
)
def test_types_are_kept(values: list[object], kind: pa.DataType) -> None:
    content = parquet({"a": pa.array(values, kind), "b": ["x", "y"]})
    (chunk,) = open_table("a.parquet", io.BytesIO(content), AB)
    assert chunk.columns["a"].type == kind
    assert chunk.columns["a"].to_pylist() == values


def test_dictionaries_become_their_values() -> None:
    content = parquet({"a": pa.array(["x", None, "x"]).dictionary_encode(), "b": [1, 2, 3]})
    (chunk,) = open_table("a.parquet", io.BytesIO(content), AB)
    assert chunk.columns["a"].type == pa.string()
    assert chunk.columns["a"].to_pylist() == ["x", None, "x"]


@pytest.mark.parametrize("compression", ["NONE", "SNAPPY", "GZIP", "BROTLI", "ZSTD", "LZ4"])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("use_dictionary", [True, False])
def test_ways_of_packing(compression: str, version: str, use_dictionary: bool) -> None:
    columns = {"a": [f"R25-{number % 50:06d}" for number in range(1_000)], "b": list(range(1_000))}
    content = parquet(
        columns,
        compression=compression,
        data_page_version=version,
        use_dictionary=use_dictionary,
        data_page_size=500,
        row_group_size=300,
    )
    table = read("a.parquet", content)
    assert table.column("a") == columns["a"]
    assert table.column("b") == columns["b"]
    assert list(table.rows) == list(range(1, 1_001))


def test_nested_columns_are_named_and_not_carried() -> None:
    nested = {
        "l": [[1]],
        "s": [{"x": 1, "y": [2]}],
        "m": pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())),
    }
    table = read("a.parquet", parquet({"a": [1], **nested, "b": [2]}))
    assert table.names == ("a", "l", "s", "m", "b")
    assert table.rows == {1: {"a": 1, "b": 2}}


def test_a_nested_column_of_the_contract_is_refused() -> None:
    content = parquet({"a": [1], "b": [[1]]})
    assert refusal("a.parquet", content) == "UNREADABLE_FILE"
    assert refusal("a.parquet", content, contract_of("a", optional=("b",))) == "UNREADABLE_FILE"


def test_a_name_with_a_dot_is_a_name() -> None:
    assert read("a.parquet", parquet({"a": [1], "b.x": [2], "b": [3]})).rows == {
        1: {"a": 1, "b.x": 2, "b": 3}
    }


@pytest.mark.parametrize("columns", [{"a": [1], " a ": [2]}, {"": [1]}])
def test_names_as_in_every_header(columns: dict[str, Any]) -> None:
    assert refusal("a.parquet", parquet(columns)) == "UNREADABLE_FILE"


def test_no_rows() -> None:
    table = read("a.parquet", parquet({"a": pa.array([], pa.string()), "b": pa.array([], pa.string())}))
    assert table.names == ("a", "b")
    assert not table.rows


def test_text_that_is_not_utf8() -> None:
    column = pa.array([b"\xff"], pa.binary()).view(pa.string())
    assert refusal("a.parquet", parquet({"a": column, "b": [1]})) == "UNREADABLE_ENCODING"


def test_rows_have_a_bound() -> None:
    fitting = parquet({"a": ["x" * 600_000], "b": ["y" * 400_000]})
    assert len(read("a.parquet", fitting).rows) == 1
    too_long = parquet({"a": ["x" * 600_000], "b": ["y" * 500_000]})
    assert refusal("a.parquet", too_long) == "LINE_TOO_LONG"


@pytest.mark.parametrize("as_dictionary", [True, False])
def test_one_long_value_in_many_rows_stays_bounded(as_dictionary: bool) -> None:
    """Some KB in the file, 200 MB in rows."""
    column = pa.array(["y" * 500_000]).dictionary_encode()
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 400, pa.int32()), column.dictionary)
    content = parquet({"a": column if as_dictionary else column.cast(pa.string()), "b": range(400)})
    assert len(content) < 2**20
    sizes = [
        (len(chunk.row_numbers), chunk.columns["a"].nbytes)
        for chunk in open_table("a.parquet", io.BytesIO(content), AB)
    ]
    assert sum(rows for rows, _ in sizes) == 400
    assert max(size for _, size in sizes) < 5 * limits.BLOCK_BYTES


def test_batches_are_numbered_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_reader, "_BATCH_ROWS", 7)
    table = read("a.parquet", parquet({"a": range(1, 101), "b": range(100)}, row_group_size=30))
    assert table.count_chunks == 17
    assert table.column("a") == list(table.rows)
