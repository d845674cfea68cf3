"""Readers: every format gives the same table, and says so when it cannot."""

from __future__ import annotations

import gzip
import io
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from ingestion.readers import UnreadableFileError, file_format, read_table


def workbook(*sheets: list[list[object]]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for rows in sheets:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                for position, value in enumerate(row):
                    if isinstance(value, datetime | date):
                        sheet.write_datetime(number, position, value, moment)
                    elif value is not None:
                        sheet.write(number, position, value)
    return target.getvalue()


def parquet(**columns: list[object]) -> bytes:
    target = io.BytesIO()
    pq.write_table(pa.table(columns), target)
    return target.getvalue()


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
        read_table(name, b"x")


def test_csv() -> None:
    table = read_table("a.csv", '\ufeffa, b \n1,"x, ""y""\nz"\n\n,ә\n'.encode())
    assert table.columns == {"a": ("1", ""), "b": ('x, "y"\nz', "ә")}
    assert list(table.row_numbers) == [1, 2]


def test_csv_rows_of_another_width_are_broken() -> None:
    table = read_table("a.csv", b"a,b\n1,2\n3\n4,5,6\n7,8\n")
    assert list(table.row_numbers) == [1, 4]
    assert dict(table.broken_rows) == {2: "3", 3: "4,5,6"}
    assert table.count_rows == 4


def test_csv_with_a_header_only_has_no_rows() -> None:
    table = read_table("a.csv", b"a,b\n")
    assert table.count_rows == 0
    assert set(table.columns) == {"a", "b"}


def test_jsonl() -> None:
    table = read_table("a.jsonl", '{"a": 1.10, "b": "ұ"}\n\n{"b": null, "c": true}\n'.encode())
    assert table.columns == {"a": [Decimal("1.10"), None], "b": ["ұ", None], "c": [None, True]}
    assert list(table.row_numbers) == [1, 2]


@pytest.mark.parametrize("line", ["{", "[1]", "3", '{"a": NaN}', "[" * 100_000])
def test_jsonl_line_that_is_no_object_is_broken(line: str) -> None:
    table = read_table("a.jsonl", f'{{"a": 1}}\n{line}\n{{"a": 2}}\n'.encode())
    assert list(table.row_numbers) == [1, 3]
    assert dict(table.broken_rows) == {2: line}


def test_xlsx() -> None:
    rows = [
        ["a", "b", "c", "d"],
        ["ғ", 3, True, datetime(2025, 6, 3, 10, 15, 7)],
        [None] * 4,
        ["x", None, False, date(2025, 6, 3)],
    ]
    table = read_table("a.xlsx", workbook(rows, []))
    assert table.columns["a"] == ("ғ", "x")
    assert table.columns["b"] == (3.0, None)
    assert table.columns["c"] == (True, False)
    assert table.columns["d"] == (datetime(2025, 6, 3, 10, 15, 7), date(2025, 6, 3))
    assert list(table.row_numbers) == [1, 2]
    assert not table.naive_is_utc


def test_xlsx_moments_of_every_second_come_back_whole() -> None:
    moments = [datetime(2025, 8, 2, 9, minute, second) for minute in range(0, 60, 7) for second in range(60)]
    table = read_table("a.xlsx", workbook([["a"], *([moment] for moment in moments)]))
    assert list(table.columns["a"]) == moments


def test_parquet() -> None:
    table = read_table("a.parquet", parquet(a=[1, None], b=["қ", "x"]))
    assert table.columns["b"].to_pylist() == ["қ", "x"]
    assert table.row(1) == {"a": None, "b": "x"}
    assert table.naive_is_utc


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_gzip(name: str) -> None:
    content = b"a,b\n1,2\n" if name == "a.csv" else b'{"a": "1", "b": "2"}\n'
    plain, packed = read_table(name, content), read_table(name + ".gz", gzip.compress(content, mtime=0))
    assert plain.row(0) == packed.row(0) == {"a": "1", "b": "2"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b""),
        ("a.csv", b"\n\n"),
        ("a.csv", "ә".encode("utf-16")),
        ("a.csv", b'a,b\n1,"2\n'),
        ("a.csv", b"a,a\n1,2\n"),
        ("a.csv.gz", b"a,b\n"),
        ("a.csv.gz", gzip.compress(b"a,b\n1,2\n" * 100, mtime=0)[:-9]),
        ("a.jsonl", b""),
        ("a.jsonl", b"[]\n"),
        ("a.jsonl", b"\xff\xfe"),
        ("a.xlsx", b"junk"),
        ("a.xlsx", workbook([])),
        ("a.xlsx", workbook([["a"], [1]], [["a"], [2]])),
        ("a.xlsx", workbook([["a"], [1]])[:-100]),
        ("a.parquet", b"junk"),
        ("a.parquet", parquet(a=[1])[:-5]),
    ],
)
def test_unreadable(name: str, content: bytes) -> None:
    with pytest.raises(UnreadableFileError):
        read_table(name, content)
