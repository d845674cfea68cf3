"""Workbooks: which sheet, which header, which values."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from ingestion import limits
from ingestion.readers import ERROR_CELL, xlsx_reader
from tests.unit.ingestion.readers.tables import contract_of, read, refusal
from tests.unit.ingestion.readers.workbooks import inline, sheet_xml, with_parts, workbook


def test_xlsx() -> None:
    rows = [
        ["a", "b", "c", "d"],
        ["ғ", 3, True, datetime(2025, 6, 3, 10, 15, 7)],
        [None] * 4,
        ["x", None, False, date(2025, 6, 3)],
    ]
    table = read("a.xlsx", workbook(rows, []))
    assert table.names == ("a", "b", "c", "d")
    assert table.rows == {
        1: {"a": "ғ", "b": 3.0, "c": True, "d": datetime(2025, 6, 3, 10, 15, 7)},
        2: {"a": "x", "b": None, "c": False, "d": date(2025, 6, 3)},
    }
    assert not table.remarks


def test_moments_of_every_second_come_back_whole() -> None:
    moments = [datetime(2025, 8, 2, 9, minute, second) for minute in range(0, 60, 7) for second in range(60)]
    table = read("a.xlsx", workbook([["a"], *([moment] for moment in moments)]), contract_of("a"))
    assert table.column("a") == moments


def test_numbers_stay_numbers_and_text_stays_text() -> None:
    rows = [["a", "b"], ["007", 7], [920615400001, "1e5"], ["2025-06-03", 0.1]]
    table = read("a.xlsx", workbook(rows))
    assert table.column("a") == ["007", 920615400001.0, "2025-06-03"]
    assert table.column("b") == [7.0, "1e5", 0.1]


def test_a_time_of_day_is_no_moment() -> None:
    assert read("a.xlsx", workbook([["a"], [datetime(1899, 12, 31, 6)]]), contract_of("a")).column("a") in (
        [time(6)],
        [datetime(1899, 12, 31, 6)],
    )


def test_chunks_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_reader, "_CHUNK_CELLS", 4)
    table = read("a.xlsx", workbook([["a", "b"], *([number, "x"] for number in range(1, 8))]))
    assert table.count_chunks == 4
    assert table.column("a") == list(table.rows) == list(range(1, 8))


# -- header and rows


def test_titles_above_the_header() -> None:
    rows = [["Хаттама"], [], ["Отырыс", None, date(2025, 6, 3)], [None, "a", "b"], [None, "1", "2"]]
    table = read("a.xlsx", workbook(rows))
    assert table.rows == {1: {"a": "1", "b": "2"}}
    assert table.remarks == {"title_rows"}


def test_a_table_may_begin_anywhere() -> None:
    table = read(
        "a.xlsx", workbook([[], [], [None, None, "b", "a"], [None, None, 1, 2], [], [None, None, 3, 4]])
    )
    assert table.rows == {1: {"a": 2.0, "b": 1.0}, 2: {"a": 4.0, "b": 3.0}}
    assert not table.remarks


def test_blank_rows_and_columns_do_not_count() -> None:
    rows = [["a", " b ", None, ""], ["1", "2", None, None], ["  ", "\t"], [""], ["3", "4"], [], [" "]]
    table = read("a.xlsx", workbook(rows))
    assert table.rows == {1: {"a": "1", "b": "2"}, 2: {"a": "3", "b": "4"}}


def test_rows_beside_the_table_count() -> None:
    """Something stands there; that nothing stands under the names is said of the row by the contract."""
    table = read("a.xlsx", workbook([["a", "b"], ["1", "2"], [None, None, "Барлығы: 1"]]))
    assert table.rows[2] == {"a": None, "b": None}


# -- sheets


def test_the_sheet_that_holds_the_columns_is_read() -> None:
    notes, empty = [["Нұсқаулық"], ["a", "бірінші баған"]], [[None]]
    table = read("a.xlsx", workbook(notes, empty, [["b", "a"], ["1", "2"]]))
    assert table.rows == {1: {"a": "2", "b": "1"}}
    assert table.remarks == {"other_sheets"}


def test_empty_sheets_are_no_remark() -> None:
    assert not read("a.xlsx", workbook([], [["a", "b"], ["1", "2"]], [[""]])).remarks


def test_several_sheets_with_the_columns() -> None:
    content = workbook([["a", "b"], ["1", "2"]], [["Тақырып"], ["b", "a"]])
    assert refusal("a.xlsx", content) == "SEVERAL_TABLES"


def test_without_a_sheet_with_the_columns_the_first_filled_one_counts() -> None:
    table = read("a.xlsx", workbook([], [["a", "c"], ["1", "2"]], [["x"]]))
    assert table.names == ("a", "c")
    assert table.remarks == {"other_sheets"}


@pytest.mark.parametrize(
    "content", [workbook([]), workbook([], [[" "]]), workbook([["a", "a", "b"], [1, 2, 3]]), b"", b"junk"]
)
def test_refused(content: bytes) -> None:
    assert refusal("a.xlsx", content) == "UNREADABLE_FILE"


# -- cells with errors


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="B2" t="e"><v>#N/A</v></c>',
        b'<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
        b'<c t="e"><v>#VALUE!</v></c>',
        b'<c r="B2"><f>1+1</f></c>',
        b'<c r="B2"><f t="shared" si="0"/></c>',
    ],
)
def test_errors_are_not_empty_cells(cell: bytes) -> None:
    """Nor are formulas that were never calculated."""
    rows = b'<row r="2">' + inline("A2", "1") + cell + b'</row><row r="3">' + inline("A3", "2") + b"</row>"
    table = read("a.xlsx", with_parts(sheet=sheet_xml(rows)))
    assert table.rows == {1: {"a": "1", "b": ERROR_CELL}, 2: {"a": "2", "b": None}}


def test_errors_outside_of_what_is_filled_count_too() -> None:
    rows = (
        b'<row r="2">'
        + inline("A2", "1")
        + b'</row><row r="4"><c r="A4"><f>1</f></c><c r="C4"><f>1</f></c></row>'
    )
    table = read("a.xlsx", with_parts(sheet=sheet_xml(rows)))
    assert table.rows == {1: {"a": "1", "b": None}, 2: {"a": ERROR_CELL, "b": None}}


def test_a_formula_with_an_empty_text_is_empty() -> None:
    rows = b'<row r="2">' + inline("A2", "1") + b'<c r="B2" t="str"><f>""</f><v></v></c></row>'
    assert read("a.xlsx", with_parts(sheet=sheet_xml(rows))).rows == {1: {"a": "1", "b": None}}


def test_formulas_elsewhere_in_a_sheet_are_not_cells() -> None:
    rules = b'<extLst xmlns:x="x"><ext><x:rule><x:f>A1</x:f></x:rule></ext></extLst></worksheet>'
    rows = b'<row r="2">' + inline("A2", "1") + b'<c r="B2" s="1"/></row>'
    content = sheet_xml(rows).replace(b"</worksheet>", rules)
    assert read("a.xlsx", with_parts(sheet=content)).rows == {1: {"a": "1", "b": None}}


def test_an_error_as_a_name_is_no_name() -> None:
    header = [["a", "b", None], ["1", "2", "3"]]
    assert read("a.xlsx", workbook(header)).names == ("a", "b")
    rows = sheet_xml(b"").replace(
        b"</row>", b'<c r="C1" t="e"><v>#REF!</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>'
    )
    assert read("a.xlsx", with_parts(sheet=rows)).names == ("a", "b")


def test_rows_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_RECORD_BYTES", 1_000)
    assert refusal("a.xlsx", workbook([["a", "b"], ["x" * 600, "y" * 600]])) == "LINE_TOO_LONG"
