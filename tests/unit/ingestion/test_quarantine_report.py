"""Reports to senders: what they say, how they are named, and that nothing in them is taken for a formula."""

from __future__ import annotations

import re
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from ingestion.messages import LANGUAGES, message, plain, section_text
from ingestion.quarantine_books import open_files
from ingestion.quarantine_report import report_names, write_reports
from tests.support.books import Books

MADE_AT = datetime(2025, 6, 12, 4, 30)
EVIL = "=cmd|' /C calc'!A0"


@pytest.fixture
def books(tmp_path: Path) -> Books:
    books = Books(tmp_path / "w.duckdb")
    books.batch("b1", quarantined=5, file="2025-06-10T180000/vetting__replies__GPO.xlsx")
    books.entry("b1", 2, "body_code", "UNKNOWN_CODE")
    books.entry("b1", 2, "list_no", "BAD_PATTERN", "matches_pattern")
    books.entry("b1", 5, "candidate_no", "MISSING_VALUE", "not_null")
    for row in (7, 8):
        books.entry("b1", row, None, "CONFLICTING_ROWS", "keys_consistent", key="same")
    books.entry("b1", 9, None, "CONFLICTING_ROWS", "keys_consistent", key="other")
    return books


def written(books: Books, folder: Path, language: str = "en", **more: str) -> list[Path]:
    with books.read() as connection:
        return write_reports(connection, folder, language, made_at=MADE_AT, **more)  # type: ignore[arg-type]


def sheets(path: Path) -> dict[str, list[list[object]]]:
    workbook = CalamineWorkbook.from_path(str(path))
    return {name: workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names}


def texts(rows: list[list[object]]) -> str:
    return "\n".join(str(cell) for row in rows for cell in row if cell != "")


def test_one_report_for_each_file_with_its_rows_and_rules(books: Books, tmp_path: Path) -> None:
    (path,) = written(books, tmp_path / "out")
    assert path.name == "mend__vetting__replies__2025-06-10T180000__vetting__replies__GPO.xlsx"
    found = sheets(path)
    assert list(found) == ["Summary", "Rows", "Codes"]
    header, *rows = found["Rows"]
    assert header == ["Row", "Column", "What is wrong", "What is allowed"]
    assert [(row[0], row[1]) for row in rows] == [
        (2, "body_code"),
        (2, "list_no"),
        (5, "candidate_no"),
        (7, "the whole row"),
        (8, "the whole row"),
        (9, "the whole row"),
    ]
    assert rows[0][2] == message("UNKNOWN_CODE", "en") and "Codes" in str(rows[0][3])
    assert str(rows[3][2]).endswith("Rows with the same key: 8.") and "same key" in str(rows[4][2])
    assert "same key:" not in str(rows[5][2])
    assert ["body_code", "GPO", "General Prosecutor's Office"] in found["Codes"]


def test_the_summary_says_what_to_do(books: Books, tmp_path: Path) -> None:
    (path,) = written(books, tmp_path / "out", contact="Data desk, +7 000")
    said = texts(sheets(path)["Summary"])
    for part in (
        "2025-06-10T180000/vetting__replies__GPO.xlsx",
        "2025-06-10 18:00 (Astana time)",
        "only the mended rows",
        "reply_no, list_no, candidate_no",
        "vetting__replies__mends-b1.xlsx",
        "Rows are counted from 1",
        "Data desk, +7 000",
        message("UNKNOWN_CODE", "en"),
    ):
        assert part in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_reports_are_in_the_chosen_language(books: Books, tmp_path: Path, language: str) -> None:
    (path,) = written(books, tmp_path / "out", language)
    found = sheets(path)
    assert list(found) == [
        section_text("report", name, language) for name in ("sheet_summary", "sheet_rows", "sheet_codes")
    ]
    assert message("MISSING_VALUE", language) in texts(list(found.values())[1])
    assert section_text("report", "contact_answer", language) in texts(list(found.values())[0])


def test_refused_and_held_files_get_a_summary_with_their_reason(books: Books, tmp_path: Path) -> None:
    books.batch("cut", state="quarantined", reason="UNREADABLE_FILE", file="cut.xlsx")
    books.entry("cut", None, None, "UNREADABLE_FILE", "file_readable")
    books.batch("lacks", state="quarantined", reason="MISSING_COLUMN", file="lacks.xlsx")
    books.entry("lacks", None, "body_code", "MISSING_COLUMN", "columns_present")
    books.batch("short", state="held", reason="FEWER_ROWS", read=4, file="2025-06-11T090000/short.xlsx")
    books.check("short", "enough_rows", None, 900, 896)
    books.batch("link", feed="", state="quarantined", reason="SYMBOLIC_LINK", file="x/link", read=0)
    books.entry("link", None, None, "SYMBOLIC_LINK", "safe_place")
    found = {path.name: sheets(path) for path in written(books, tmp_path / "out")}
    cut = found["mend__vetting__replies__2025-06-10T180000__cut.xlsx"]
    assert list(cut) == ["Summary"] and message("UNREADABLE_FILE", "en") in texts(cut["Summary"])
    lacks = found["mend__vetting__replies__2025-06-10T180000__lacks.xlsx"]
    assert lacks["Rows"][1][1] == "body_code" and "header" in str(lacks["Rows"][1][3])
    short = texts(found["mend__vetting__replies__2025-06-11T090000__short.xlsx"]["Summary"])
    assert "had 900 records, this one has 4" in short and "confirm that in writing" in short
    link = texts(found["mend__unknown__2025-06-10T180000__link.xlsx"]["Summary"])
    assert message("SYMBOLIC_LINK", "en") in link and "ordinary file" in link


def test_only_one_feed_or_one_file_may_be_asked_for(books: Books, tmp_path: Path) -> None:
    books.batch("b2", feed="platform__answers", file="2025-06-10T180000/platform__answers.csv", quarantined=1)
    books.entry("b2", 1, None, "BROKEN_ROW", "row_shape")
    assert len(written(books, tmp_path / "all")) == 2
    (by_feed,) = written(books, tmp_path / "feed", feed="platform__answers")
    (by_name,) = written(books, tmp_path / "name", name="platform__answers.csv")
    assert by_feed.name == by_name.name
    assert written(books, tmp_path / "none", name="no_such.csv") == []


def test_nothing_is_taken_for_a_formula(tmp_path: Path) -> None:
    books = Books(tmp_path / "w.duckdb")
    books.batch("b1", file=f"2025-06-10T180000/{EVIL}.csv", quarantined=2)
    books.entry("b1", 1, "+column", "MISSING_VALUE")
    books.entry("b1", 2, "@SUM(A1)", "MISSING_VALUE")
    (path,) = written(books, tmp_path / "out", contact='=HYPERLINK("http://x")')
    assert re.fullmatch(r"[\w.-]+", path.name)
    with zipfile.ZipFile(path) as parts:
        for name in parts.namelist():
            text = parts.read(name).decode()
            assert "<f>" not in text and "<hyperlink" not in text and "relationships/hyperlink" not in text, (
                name
            )
        styles = parts.read("xl/styles.xml").decode()
    assert 'quotePrefix="1"' in styles
    assert EVIL in texts(sheets(path)["Summary"])


def test_a_report_names_no_machine_and_no_user(books: Books, tmp_path: Path) -> None:
    (path,) = written(books, tmp_path / "out")
    with zipfile.ZipFile(path) as parts:
        core = parts.read("docProps/core.xml").decode()
        everything = b"".join(parts.read(name) for name in parts.namelist()).decode(errors="replace")
    assert "<dc:creator></dc:creator>" in core and "2025-06-12T04:30:00Z" in core
    assert str(tmp_path) not in everything


def test_pages_print_with_their_header(books: Books, tmp_path: Path) -> None:
    (path,) = written(books, tmp_path / "out")
    with zipfile.ZipFile(path) as parts:
        rows = parts.read("xl/worksheets/sheet2.xml").decode()
        workbook = parts.read("xl/workbook.xml").decode()
    assert 'orientation="landscape"' in rows and 'fitToHeight="0"' in rows
    assert "Page &amp;P of &amp;N" in rows and 'state="frozen"' in rows and "<autoFilter" in rows
    assert "_xlnm.Print_Titles" in workbook
    widths = [float(width) for width in re.findall(r'<col [^>]*width="([\d.]+)"', rows)]
    assert len(widths) == 4 and max(widths) < 70 and sum(widths) < 160


def test_names_of_reports_do_not_meet(tmp_path: Path) -> None:
    books = Books(tmp_path / "w.duckdb")
    for number, file in enumerate(("a/x?.csv", "a/x*.csv", "a/X_.csv", f"a/{'ж' * 300}.csv")):
        books.batch(f"b{number}", file=file, state="quarantined", reason="UNREADABLE_FILE")
        books.entry(f"b{number}", None, None, "UNREADABLE_FILE")
    with books.read() as connection:
        names = report_names(open_files(connection))
    assert len({name.casefold() for name in names.values()}) == 4
    assert all(len(name.encode()) < 240 for name in names.values())


def test_signs_that_hide_are_shown() -> None:
    assert plain("a\u202eb\x00c\u00a0d\udcff") == "a\ufffdb\ufffdc d\ufffd"


def test_a_report_is_replaced_whole(books: Books, tmp_path: Path) -> None:
    (first,) = written(books, tmp_path / "out")
    (second,) = written(books, tmp_path / "out", "kk")
    assert first == second and [path.name for path in (tmp_path / "out").iterdir()] == [first.name]


def test_a_long_list_is_cut_and_says_so(
    books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.quarantine_report.MAX_LINES", 4)
    (path,) = written(books, tmp_path / "out")
    found = sheets(path)
    assert len(found["Rows"]) == 5
    assert "lists only the first 4 of 6 entries" in texts(found["Summary"])
