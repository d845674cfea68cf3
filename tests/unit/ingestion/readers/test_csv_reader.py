"""Delimited text: delimiter, header, rows."""

from __future__ import annotations

import pytest

from ingestion import limits
from tests.unit.ingestion.readers.tables import AB, contract_of, read, refusal


def test_csv() -> None:
    table = read("a.csv", '\ufeffa, b \n1,"x, ""y""\nz"\n\n,ә\n'.encode())
    assert table.names == ("a", "b")
    assert table.rows == {1: {"a": "1", "b": 'x, "y"\nz'}, 2: {"a": "", "b": "ә"}}
    assert not table.remarks


def test_rows_of_another_width_are_broken() -> None:
    table = read("a.csv", b"a,b\n1,2\n3\n4,5,6\n7,8\n")
    assert list(table.rows) == [1, 4]
    assert table.broken == {2: "3", 3: "4,5,6"}


def test_broken_rows_are_kept_in_part() -> None:
    table = read("a.csv", b"a,b\n" + b"x" * 100_000 + b"\n")
    assert len(table.broken[1]) == limits.MAX_KEPT_TEXT


def test_a_header_only_has_no_rows() -> None:
    table = read("a.csv", b"a,b\n")
    assert table.names == ("a", "b")
    assert not table.rows and not table.broken


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_and_line_ends(delimiter: str, line_end: str) -> None:
    lines = [["a", "b"], ["1", "x y"], ["2", '"1,5;\t"'], ["3", ""]]
    content = line_end.join(delimiter.join(line) for line in lines)
    table = read("a.csv", content.encode())
    assert table.column("a") == ["1", "2", "3"]
    assert table.column("b") == ["x y", "1,5;\t", ""]
    assert table.remarks == (frozenset() if delimiter == "," else {"other_delimiter"})


def test_the_delimiter_is_that_which_finds_the_columns() -> None:
    """A title with commas, values with commas: what counts is where the required columns are found."""
    content = "Тізім, 2025, 3\na;b\n1,5;2,5\n".encode()
    table = read("a.csv", content)
    assert table.rows == {1: {"a": "1,5", "b": "2,5"}}
    assert table.remarks == {"other_delimiter", "title_rows"}


def test_blank_rows_are_skipped_and_not_counted() -> None:
    content = b'a;b;c\r\n1;2;3\r\n\r\n;;\r\n \t;;\r\n;;;;;\r\n   \r\n"";;\r\n4;5;6\r\n;;\r\n;;\r\n\r\n'
    table = read("a.csv", content)
    assert {number: row["a"] for number, row in table.rows.items()} == {1: "1", 2: "4"}
    assert not table.broken


def test_blank_rows_among_quoted_ones() -> None:
    assert read("a.csv", b'a,b\n"1",2\n,\n"",""\n3,"4"\n').column("a") == ["1", "3"]


def test_no_break_spaces_are_something() -> None:
    assert len(read("a.csv", "a,b\n\u00a0,\n".encode()).rows) == 1


def test_one_column() -> None:
    table = read("a.csv", b'a\n1\n\n2\n""\n', contract_of("a"))
    assert table.rows == {1: {"a": "1"}, 2: {"a": "2"}}


def test_columns_without_a_name_are_left_out() -> None:
    table = read("a.csv", b"a,,b,\n1,x,2,\n3,,4,y\n")
    assert table.names == ("a", "b")
    assert table.rows == {1: {"a": "1", "b": "2"}, 2: {"a": "3", "b": "4"}}


def test_extra_columns_are_named() -> None:
    assert read("a.csv", b"x,b,a\n1,2,3\n").names == ("x", "b", "a")


@pytest.mark.parametrize("count_titles", [1, limits.MAX_TITLE_ROWS])
def test_titles_above_the_header(count_titles: int) -> None:
    content = "Тақырып;;\r\n\r\n" * count_titles + "a;b\r\n1;2\r\n"
    table = read("a.csv", content.encode())
    assert table.rows == {1: {"a": "1", "b": "2"}}
    assert "title_rows" in table.remarks


def test_too_many_titles_hide_the_header() -> None:
    content = "Тақырып\n" * (limits.MAX_TITLE_ROWS + 1) + "a,b\n1,2\n"
    table = read("a.csv", content.encode())
    assert not {"a", "b"} & set(table.names)


def test_without_all_required_columns_the_nearest_header_counts() -> None:
    """So that the door can say which column is missing, and not that all are."""
    table = read("a.csv", "Тізім\na;c\n1;2\n".encode(), contract_of("a", "b", optional=("c",)))
    assert table.names == ("a", "c")


def test_without_any_column_the_first_row_is_the_header() -> None:
    assert read("a.csv", b"x,y\n1,2\n3,4\n").names == ("x", "y")


def test_optional_columns_may_be_missing() -> None:
    assert read("a.csv", b"a\n1\n", contract_of("a", optional=("b",))).rows == {1: {"a": "1"}}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "UNREADABLE_FILE"),
        (b"\n\n", "UNREADABLE_FILE"),
        (b",,\n,,\n", "UNREADABLE_FILE"),
        (b'x,"y\n', "UNREADABLE_FILE"),
        (b"a,b,a\n1,2,3\n", "UNREADABLE_FILE"),
        (b'a,b\n1,"2\n', "UNREADABLE_FILE"),
        (b'a,b\n1,"2"x\n', "UNREADABLE_FILE"),
        (b'"a,b\n1,2\n', "UNREADABLE_FILE"),
        (b",".join(b"c%d" % number for number in range(1_001)) + b"\n", "UNREADABLE_FILE"),
        (b"a\0,b\n1,2\n", "UNREADABLE_ENCODING"),
        (b'"' + b"x\n" * 2**20, "LINE_TOO_LONG"),
        (b'a,b\n1,"' + b"x\n" * 2**20, "LINE_TOO_LONG"),
        (b"a,b\n1,2\n" + b"x" * (2**20 + 1), "LINE_TOO_LONG"),
        (b"x" * (2**20 + 1), "LINE_TOO_LONG"),
    ],
)
def test_refused(content: bytes, reason: str) -> None:
    assert refusal("a.csv", content) == reason


def test_nul_in_a_value_is_passed_on() -> None:
    """It is a character that no text may hold, which the expectations say of the row."""
    assert read("a.csv", b'a,b\n1,\0\n2,"\0"\n').column("b") == ["\0", "\0"]


def test_long_values_are_passed_on() -> None:
    value = "ә" * 500_000
    table = read("a.csv", f'a,b\n1,{value}\n2,"{value}"\n'.encode())
    assert table.column("b") == [value, value]


def test_rows_are_numbered_over_all_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BLOCK_BYTES", 50)
    monkeypatch.setattr(limits, "MAX_RECORD_BYTES", 50)
    lines = [f"{number},x" if number % 7 else f"{number}" for number in range(1, 101)]
    table = read("a.csv", ("a,b\n" + "\n\n".join(lines)).encode(), AB)
    assert table.count_chunks > 5
    assert {int(row["a"]) for row in table.rows.values()} == set(table.rows)
    assert table.broken == {number: str(number) for number in range(7, 101, 7)}
