"""Choosing the reader by the file's name, and what holds for all of them."""

from __future__ import annotations

import gzip
import io
import subprocess
import sys
from pathlib import Path

import pytest

from ingestion.contracts import load_contract
from ingestion.contracts.examples import example_rows, written
from ingestion.quarantine import FILE_REASONS
from ingestion.readers import REMARKS, UnreadableFileError, file_format, open_table
from ingestion.readers.base import Chunk
from tests.unit.ingestion.readers.tables import AB, read, read_stream
from tests.unit.ingestion.real_files import FOLDER, REAL_FILES, RealFile

FORMATS = ("csv", "jsonl", "xlsx", "parquet")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.csv", "csv"),
        ("a.CSV", "csv"),
        ("a.csv.gz", "csv"),
        ("a.jsonl.gz", "jsonl"),
        ("a.xlsx", "xlsx"),
        ("a.parquet", "parquet"),
    ],
)
def test_format_by_name(name: str, expected: str) -> None:
    assert file_format(name) == expected


@pytest.mark.parametrize("name", ["a", "a.xls", "a.json", "a.parquet.gz", "a.xlsx.gz", "acsv"])
def test_no_format_by_other_names(name: str) -> None:
    assert file_format(name) is None
    with pytest.raises(UnreadableFileError):
        open_table(name, io.BytesIO(b"x"), AB)


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("feed", ["vetting__replies", "platform__answers", "agency__commission_marks"])
def test_every_format_gives_the_same_rows(feed: str, file_format: str) -> None:
    contract = load_contract(feed)
    rows = example_rows(contract)
    table = read(f"a.{file_format}", written(contract, rows, file_format), contract)
    assert table.names == contract.column_names
    assert list(table.rows) == [1, 2, 3]
    assert not table.broken and not table.remarks and not table.ambiguous
    for row, expected in zip(table.rows.values(), rows, strict=True):
        for name, value in expected.items():
            assert _plain(row[name]) == _plain(value)


def _plain(value: object) -> str:
    """A value as text in one way: 3.0 is 3, true is True, empty is empty."""
    if isinstance(value, float) and value == int(value):
        value = int(value)
    return "" if value is None else str(value).capitalize()


@pytest.mark.parametrize("file", REAL_FILES, ids=lambda file: file.name)
def test_real_files(file: RealFile) -> None:
    contract = load_contract(file.feed)
    with file.path.open("rb") as stream:
        table = read_stream(file.name, stream, contract)
        assert not stream.closed
    assert list(table.rows) == list(range(1, file.count_rows + 1))
    assert not table.broken
    assert table.remarks == file.remarks <= set(REMARKS)
    assert set(contract.column_names) <= set(table.names)
    name = "sitting_id" if file.feed == "platform__answers" else "candidate_no"
    assert table.column(name) == [row[name] for row in example_rows(contract)]


def test_every_real_file_is_listed() -> None:
    assert {path.name for path in FOLDER.iterdir() if path.suffix != ".py" and path.is_file()} == {
        file.name for file in REAL_FILES
    }


@pytest.mark.parametrize(
    "name", ["vetting__replies__kazakh_letters.csv", "vetting__replies__kazakh_letters.xlsx"]
)
def test_kazakh_letters_come_through(name: str) -> None:
    with (FOLDER / name).open("rb") as stream:
        table = read_stream(name, stream, load_contract("vetting__replies"))
    assert table.column("reply_no") == ["ӘәІіҢңҒғҮүҰұҚқӨөҺһ", "әіңғүұқөһ", "ӘІҢҒҮҰҚӨҺ"]


@pytest.mark.parametrize("file_format", [*FORMATS, "csv.gz", "jsonl.gz"])
def test_truncated_files_are_refused_or_lose_their_last_row(file_format: str) -> None:
    """Cut off anywhere: a packed or binary file is refused; text loses rows from its end."""
    contract = load_contract("platform__answers")
    content = written(contract, example_rows(contract), file_format.removesuffix(".gz"))
    if file_format.endswith(".gz"):
        content = gzip.compress(content, mtime=0)
    whole = read(f"a.{file_format}", content, contract)
    is_text = file_format in ("csv", "jsonl")
    for size in range(0, len(content) - 1, 1 if is_text else 7):
        try:
            table = read(f"a.{file_format}", content[:size], contract)
        except UnreadableFileError as error:
            assert error.reason_code in FILE_REASONS
            continue
        assert is_text
        for number in list(table.rows)[:-1]:
            assert table.rows[number] == whole.rows[number]


@pytest.mark.parametrize("file_format", FORMATS)
def test_damaged_files_are_refused_or_read(file_format: str) -> None:
    """One byte changed, anywhere: nothing but ``UnreadableFileError`` comes out."""
    contract = load_contract("platform__answers")
    content = written(contract, example_rows(contract), file_format)
    for position in range(0, len(content), max(len(content) // 150, 1)):
        for change in (0x01, 0x80, 0xFF):
            damaged = bytearray(content)
            damaged[position] ^= change
            try:
                read(f"a.{file_format}", bytes(damaged), contract)
            except UnreadableFileError as error:
                assert error.reason_code in FILE_REASONS


def test_errors_quote_no_value_of_the_file() -> None:
    secret = b"920615400001"
    contents = {
        "a.csv": b'a,b\n1,"' + secret + b'"x\n',
        "a.jsonl": b"[" + secret + b"]\n",
        "a.xlsx": secret,
        "a.parquet": secret,
        "a.csv.gz": secret,
    }
    for name, content in contents.items():
        with pytest.raises(UnreadableFileError) as caught:
            read(name, content)
        assert secret.decode() not in str(caught.value)
        assert caught.value.__context__ is None or caught.value.__suppress_context__


def test_chunk_rows_are_python_values() -> None:
    import pyarrow as pa

    late = pa.array([2**62], pa.timestamp("us"))  # a year that Python's datetime cannot hold
    chunk = Chunk({"a": pa.array(["x"]), "b": [None], "c": late}, range(1, 2))
    row = chunk.row(0)
    assert (row["a"], row["b"]) == ("x", None)
    assert isinstance(row["c"], str)


_LONG_LINE = """
import resource, sys
sys.path.insert(0, {root!r})
from ingestion.contracts import load_contract
from ingestion.readers import UnreadableFileError, open_table
import pyarrow.csv, numpy
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for name in ("a.csv", "a.jsonl"):
    with open({path!r}, "rb") as stream:
        try:
            for chunk in open_table(name, stream, load_contract("platform__withdrawals")):
                pass
        except UnreadableFileError as error:
            print(error.reason_code)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_ten_gigabytes_without_a_line_end_end_at_once(tmp_path: Path) -> None:
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.write(b"withdrawal_id,candidate_no,withdrawn_at\n")
        file.truncate(10 * 2**30)
    script = _LONG_LINE.format(root=str(Path(__file__).parents[4]), path=str(path))
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True
    )
    *reasons, growth_mb = done.stdout.split()
    assert reasons == ["LINE_TOO_LONG", "LINE_TOO_LONG"]
    assert int(growth_mb) < 150
