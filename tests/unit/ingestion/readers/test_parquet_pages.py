"""Bounds of a Parquet file, from its footer and page headers."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion import limits
from ingestion.readers import UnreadableFileError, parquet_pages
from ingestion.readers.parquet_pages import ParquetBounds
from ingestion.readers.thrift import _MAX_ITEMS, I32, LIST, STRUCT, ThriftReader
from tests.unit.ingestion.readers.tables import refusal

TEXTS = [f"text {number % 100}" for number in range(10_000)]


def parquet(columns: dict[str, Any], **options: Any) -> bytes:
    target = io.BytesIO()
    pq.write_table(pa.table(columns), target, **options)
    return target.getvalue()


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_bounds_are_those_that_the_library_tells(version: str) -> None:
    content = parquet(
        {"a": TEXTS, "b": range(10_000)},
        row_group_size=4_000,
        data_page_size=1_000,
        data_page_version=version,
    )
    bounds = ParquetBounds(io.BytesIO(content))
    metadata = pq.ParquetFile(io.BytesIO(content)).metadata
    assert bounds.groups == list(range(metadata.num_row_groups)) == [0, 1, 2]
    for group in range(3):
        assert 8 + len("text 99") <= bounds.row_bytes(group) <= 100
    column = metadata.row_group(0).column(0)
    chunk = bounds._groups[0][0]
    assert chunk.begin == column.dictionary_page_offset
    assert chunk.end - chunk.begin == column.total_compressed_size
    assert sum(page.size for page in bounds._pages(chunk)) < column.total_uncompressed_size
    assert sum(page.count_values for page in bounds._pages(chunk)) == 4_000 + 100


def test_the_longest_value_of_a_dictionary_counts() -> None:
    for compression in ("NONE", "SNAPPY", "GZIP", "BROTLI", "ZSTD", "LZ4"):
        content = parquet({"a": ["x", "y" * 5_000] * 1_000}, compression=compression)
        assert ParquetBounds(io.BytesIO(content)).row_bytes(0) == 5_000


def refused(content: bytes) -> str:
    with pytest.raises(UnreadableFileError) as caught:
        bounds = ParquetBounds(io.BytesIO(content))
        for group in bounds.groups:
            bounds.row_bytes(group)
    return caught.value.reason_code


def test_too_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of nothing take nothing in the file."""
    content = parquet({"a": pa.nulls(1_000_000, pa.string())})
    assert len(content) < 10_000
    monkeypatch.setattr(limits, "MAX_UNPACKED_BYTES", 7_999_999)
    assert refused(content) == "EXPANDS_TOO_MUCH"


def test_pages_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    content = parquet(
        {"a": ["x" * 1_000] * 500, "b": ["y" * 1_000] * 500}, use_dictionary=False, compression="ZSTD"
    )
    monkeypatch.setattr(parquet_pages, "_OPEN_PAGES_BYTES", 900_000)
    assert refused(content) == "EXPANDS_TOO_MUCH"


def test_too_much_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    content = parquet(
        {"a": ["x" * 1_000] * 500}, use_dictionary=False, row_group_size=100, compression="ZSTD"
    )
    monkeypatch.setattr(limits, "MAX_UNPACKED_BYTES", 400_000)
    assert refused(content) == "EXPANDS_TOO_MUCH"


def test_too_many_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_pages, "_COUNT_PAGES", 10)
    assert refused(parquet({"a": TEXTS}, data_page_size=100, write_batch_size=50)) == "EXPANDS_TOO_MUCH"


@pytest.mark.parametrize("encoding", ["DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"])
def test_encodings_that_cannot_be_bounded(encoding: str) -> None:
    content = parquet({"a": TEXTS}, use_dictionary=False, column_encoding={"a": encoding})
    assert refused(content) == "UNREADABLE_FILE"


@pytest.mark.parametrize("encoding", ["DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT", "PLAIN"])
def test_other_encodings(encoding: str) -> None:
    content = parquet({"a": range(1_000)}, use_dictionary=False, column_encoding={"a": encoding})
    assert ParquetBounds(io.BytesIO(content)).row_bytes(0) <= 9


def test_a_footer_too_large() -> None:
    size = 5 * 2**20
    assert refused(bytes(size) + size.to_bytes(4, "little") + b"PAR1" + b"") == "UNREADABLE_FILE"
    content = b"PAR1" + bytes(size) + size.to_bytes(4, "little") + b"PAR1"
    assert refused(content) == "EXPANDS_TOO_MUCH"


@pytest.mark.parametrize(
    "content", [b"", b"PAR1", b"PAR1PAR1", b"PAR1\0\0\0\0PAR1", b"PAR1\xff\xff\xff\xffPAR1", b"x" * 100]
)
def test_no_footer(content: bytes) -> None:
    assert refused(content) == "UNREADABLE_FILE"


def test_a_column_chunk_that_the_library_ends_the_process_over() -> None:
    """A codec that does not exist, in the footer: asked for the column's metadata, the library aborts."""
    content = parquet({"a": ["x"], "b": ["y"]}, compression="SNAPPY")
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    at = content.index(b"\x15\x02\x16", footer)  # the codec, then the number of values
    damaged = content[:at] + b"\x15\x20\x16" + content[at + 3 :]
    assert refusal("a.parquet", damaged) == "UNREADABLE_FILE"


def test_offsets_outside_of_the_file() -> None:
    content = parquet({"a": TEXTS})
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    for size in (4, footer // 2):  # pages cut out: the footer's offsets lead nowhere
        assert refused(content[:4] + content[footer - size :]) == "UNREADABLE_FILE"


# -- Thrift


def test_fields_by_number_and_kind() -> None:
    #       1: i32 = -1, 2: list of two i32, 3: struct {1: true}, 20: i32 = 1
    content = b"\x15\x01\x19\x25\x02\x04\x1c\x11\x00\x05\x28\x02\x00"
    reader = ThriftReader(content)
    fields = reader.struct()
    assert fields[1, I32] == -1
    assert fields[2, LIST] == [1, 2]
    assert list(fields[3, STRUCT].values()) == [True]
    assert fields[20, I32] == 1
    assert reader.position == len(content)


@pytest.mark.parametrize(
    "content",
    [
        b"\x15\x02\x05\x02\x02\x00",  # field 1 twice
        b"\x1b\x00\x00",  # a map
        b"\x15" + b"\xff" * 20,  # a number without end
        b"\x1c" * 100,  # structs without end
        b"\x19\xfc\xff\xff\xff\xff\x0f" + bytes(_MAX_ITEMS + 10),  # a list of four billion empty structs
    ],
)
def test_not_understood(content: bytes) -> None:
    with pytest.raises(ValueError):
        ThriftReader(content).struct()


@pytest.mark.parametrize("content", [b"", b"\x15", b"\x15\x80", b"\x18\x05ab", b"\x1c\x15\x02"])
def test_ends_too_early(content: bytes) -> None:
    with pytest.raises(IndexError):
        ThriftReader(content).struct()


def test_files_of_other_writers(tmp_path: Path) -> None:
    """DuckDB writes other page sizes and encodings than Arrow."""
    import duckdb

    for version in ("V1", "V2"):
        path = tmp_path / "d.parquet"
        duckdb.connect().execute(
            f"copy (select 'S' || (i // 40) as a, i as b from range(200000) t(i)) to '{path}'"
            f" (format parquet, parquet_version {version})"
        )
        with path.open("rb") as stream:
            bounds = ParquetBounds(stream)
            assert all(0 < bounds.row_bytes(group) < 50 for group in bounds.groups)
