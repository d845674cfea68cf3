"""Letters to senders: what they say in each format, and that nothing in them is taken for a formula."""

from __future__ import annotations

import re
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from ingestion.messages import LANGUAGES, message, section_text
from orchestration.layout.content import LANGUAGES as LAYOUT_LANGUAGES
from orchestration.layout.texts import report_texts
from orchestration.letters import quarantine_letters
from orchestration.letters.quarantine_letters import Letterhead, write_quarantine_letters
from tests.support.books import Books
from tests.support.pdfs import pdf_pages
from tests.support.vetting_lists import sheets, texts

MADE_AT = datetime(2025, 6, 12, 4, 30)
EVIL = "=cmd|' /C calc'!A0"
ALL = ("pdf", "xlsx", "html")


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


def letters(
    books: Books, folder: Path, language: str = "en", formats: tuple[str, ...] = ("xlsx",), **more: object
) -> list[tuple[Path, ...]]:
    head = Letterhead(MADE_AT, **more)  # type: ignore[arg-type]
    with books.read() as connection:
        return write_quarantine_letters(connection, folder, language, formats, head)


def written(books: Books, folder: Path, language: str = "en", **more: object) -> list[Path]:
    return [path for letter in letters(books, folder, language, **more) for path in letter]  # type: ignore[arg-type]


def flat(content: bytes) -> str:
    """What a PDF says, on one line."""
    return " ".join(" ".join(pdf_pages(content)).split())


def about(path: Path) -> str:
    return texts(next(iter(sheets(path).values())))


def test_one_letter_for_each_file_with_its_rows_and_rules(books: Books, tmp_path: Path) -> None:
    (path,) = written(books, tmp_path / "out")
    assert path.name == "mend__vetting__replies__2025-06-10T180000__vetting__replies__GPO.xlsx"
    found = sheets(path)
    assert list(found) == ["About", "By column", "Rows", "Codes"]
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
    assert ["the whole row", message("CONFLICTING_ROWS", "en"), 3] in found["By column"]


def test_each_format_says_the_same(books: Books, tmp_path: Path) -> None:
    ((paper, book, page),) = letters(books, tmp_path / "out", formats=ALL, contact="Data desk, +7 000")
    assert [path.suffix for path in (paper, book, page)] == [".pdf", ".xlsx", ".html"]
    assert len({path.stem for path in (paper, book, page)}) == 1
    wanted = (
        "2025-06-10T180000/vetting__replies__GPO.xlsx",
        "10 June 2025, 18:00 (Astana time)",
        "12 June 2025, 09:30 (Astana time)",
        "only the mended rows",
        "reply_no, list_no, candidate_no",
        "vetting__replies__mends-b1.xlsx",
        "Rows are counted from 1",
        "Data desk, +7 000",
        message("UNKNOWN_CODE", "en"),
    )
    in_book = "\n".join(texts(rows) for rows in sheets(book).values())
    for said in (flat(paper.read_bytes()), in_book, page.read_text(encoding="utf-8")):
        assert [part for part in wanted if part not in said] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_are_in_the_chosen_language(books: Books, tmp_path: Path, language: str) -> None:
    ((paper, book),) = letters(books, tmp_path / "out", language, ("pdf", "xlsx"))
    say, found = report_texts(language), sheets(book)
    assert list(found) == [
        say("layout.about"),
        *(section_text("report", f"table_{name}", language) for name in ("places", "rows", "codes")),
    ]
    assert message("MISSING_VALUE", language) in texts(found[section_text("report", "table_rows", language)])
    said = flat(paper.read_bytes())
    for key in ("contact_answer", "title", "no_values", "again_rows_send"):
        text = section_text("report", key, language)
        assert text in about(book) and text in said, key


def test_the_languages_of_the_door_are_those_of_the_layout() -> None:
    assert LANGUAGES == LAYOUT_LANGUAGES


def test_every_page_says_which_batch_it_is_about_and_its_number(books: Books, tmp_path: Path) -> None:
    for row in range(10, 100):
        books.entry("b1", row, "list_no", "MISSING_VALUE", "not_null")
    ((paper,),) = letters(books, tmp_path / "out", formats=("pdf",))
    pages = pdf_pages(paper.read_bytes())
    assert len(pages) > 2
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in text
        assert "Batch: b1" in text and "vetting__replies" in text and "What to mend in a file" in text


def test_refused_and_held_files_get_a_letter_with_their_reason(books: Books, tmp_path: Path) -> None:
    books.batch("cut", state="quarantined", reason="UNREADABLE_FILE", file="cut.xlsx")
    books.entry("cut", None, None, "UNREADABLE_FILE", "file_readable")
    books.batch("lacks", state="quarantined", reason="MISSING_COLUMN", file="lacks.xlsx")
    books.entry("lacks", None, "body_code", "MISSING_COLUMN", "columns_present")
    books.batch("short", state="held", reason="FEWER_ROWS", read=4, file="2025-06-11T090000/short.xlsx")
    books.check("short", "enough_rows", None, 900, 896)
    books.batch("link", feed="", state="quarantined", reason="SYMBOLIC_LINK", file="x/link", read=0)
    books.entry("link", None, None, "SYMBOLIC_LINK", "safe_place")
    found = {
        book.name: (sheets(book), about(book), flat(paper.read_bytes()))
        for paper, book in letters(books, tmp_path / "out", formats=("pdf", "xlsx"))
    }
    cut, in_book, on_paper = found["mend__vetting__replies__2025-06-10T180000__cut.xlsx"]
    assert list(cut) == ["About", "By column"]
    assert message("UNREADABLE_FILE", "en") in in_book and message("UNREADABLE_FILE", "en") in on_paper
    assert cut["By column"][1] == ["the whole file", message("UNREADABLE_FILE", "en"), ""]
    lacks, _, on_paper = found["mend__vetting__replies__2025-06-10T180000__lacks.xlsx"]
    assert lacks["Rows"][1][:2] == ["", "body_code"] and "header" in str(lacks["Rows"][1][3])
    assert "the column has to stand in the header" in on_paper
    _, in_book, on_paper = found["mend__vetting__replies__2025-06-11T090000__short.xlsx"]
    for said in (in_book, on_paper):
        assert "had 900 records, this one has 4" in said and "confirm that in writing" in said
    _, in_book, on_paper = found["mend__unknown__2025-06-10T180000__link.xlsx"]
    for said in (in_book, on_paper):
        assert message("SYMBOLIC_LINK", "en") in said and "ordinary file" in said
        assert "Rows read" not in said


def test_nothing_is_taken_for_a_formula(tmp_path: Path) -> None:
    books = Books(tmp_path / "w.duckdb")
    books.batch("b1", file=f"2025-06-10T180000/{EVIL}.csv", quarantined=2)
    books.entry("b1", 1, "+column", "MISSING_VALUE")
    books.entry("b1", 2, "@SUM(A1)", "MISSING_VALUE")
    ((paper, path, page),) = letters(
        books, tmp_path / "out", formats=ALL, contact='=HYPERLINK("http://x") <script>#panic()'
    )
    assert re.fullmatch(r"[\w.-]+", path.name)
    with zipfile.ZipFile(path) as parts:
        for name in parts.namelist():
            text = parts.read(name).decode()
            assert "<f>" not in text and "relationships/hyperlink" not in text, name
            targets = re.findall(r"<hyperlink [^>]*>", text)
            assert all('location="' in target and "r:id" not in target for target in targets), name
        styles = parts.read("xl/styles.xml").decode()
    assert 'quotePrefix="1"' in styles
    assert EVIL in about(path) and '=HYPERLINK("http://x") <script>#panic()' in about(path)
    assert '=HYPERLINK("http://x") <script>#panic()' in flat(paper.read_bytes())
    assert "<script" not in page.read_text(encoding="utf-8")


def test_a_letter_names_no_machine_and_no_user(books: Books, tmp_path: Path) -> None:
    ((paper, path, page),) = letters(books, tmp_path / "out", formats=ALL)
    with zipfile.ZipFile(path) as parts:
        core = parts.read("docProps/core.xml").decode()
        everything = b"".join(parts.read(name) for name in parts.namelist()).decode(errors="replace")
    assert "<dc:creator></dc:creator>" in core and "2025-06-12T04:30:00Z" in core
    assert str(tmp_path) not in everything
    for other in (paper, page):
        assert str(tmp_path).encode() not in other.read_bytes()


def test_sheets_print_with_their_header(books: Books, tmp_path: Path) -> None:
    (path,) = written(books, tmp_path / "out")
    with zipfile.ZipFile(path) as parts:
        rows = parts.read("xl/worksheets/sheet3.xml").decode()
        table = "".join(parts.read(name).decode() for name in parts.namelist() if "/tables/" in name)
        workbook = parts.read("xl/workbook.xml").decode()
    assert 'orientation="landscape"' in rows and 'fitToHeight="0"' in rows
    assert "Page &amp;P of &amp;N" in rows and "Batch: b1" in rows and 'state="frozen"' in rows
    assert table.count("<autoFilter") == 3
    assert "_xlnm.Print_Titles" in workbook
    columns = re.findall(r'<col min="(\d+)" max="(\d+)" width="([\d.]+)"', rows)
    widths = [float(width) for first, last, width in columns for _ in range(int(first), int(last) + 1)]
    assert len(widths) == 4 and max(widths) < 70 and sum(widths) < 160


def test_a_letter_is_replaced_whole(books: Books, tmp_path: Path) -> None:
    first, second = written(books, tmp_path / "out"), written(books, tmp_path / "out", "kk")
    assert first == second and [path.name for path in (tmp_path / "out").iterdir()] == [first[0].name]


def test_where_one_format_cannot_be_made_no_file_is_touched(
    books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,) = written(books, tmp_path / "out")
    before = path.read_bytes()

    def fails(document: object) -> bytes:
        raise RuntimeError("no paper")

    monkeypatch.setattr("orchestration.layout.pdf.render_pdf", fails)
    with pytest.raises(RuntimeError, match="no paper"):
        letters(books, tmp_path / "out", "kk", ("xlsx", "pdf"))
    assert [one.name for one in (tmp_path / "out").iterdir()] == [path.name] and path.read_bytes() == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_input_gives_the_same_bytes(books: Books, tmp_path: Path, language: str) -> None:
    (first,) = letters(books, tmp_path / "a", language, ALL)
    (second,) = letters(books, tmp_path / "b", language, ALL)
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_invented_people_are_marked(books: Books, tmp_path: Path) -> None:
    ((paper,),) = letters(books, tmp_path / "a", formats=("pdf",), is_synthetic=True)
    ((other,),) = letters(books, tmp_path / "b", formats=("pdf",))
    marked = report_texts("en")("layout.synthetic")
    assert marked in flat(paper.read_bytes()) and marked not in flat(other.read_bytes())


def test_a_long_list_is_cut_and_says_so(
    books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.mending.MAX_LINES", 4)
    (path,) = written(books, tmp_path / "out")
    assert len(sheets(path)["Rows"]) == 5
    said = about(path)
    assert "lists only the first 4 of 6 entries" in said and "comes with this letter" not in said


def test_paper_ends_early_and_says_where_the_list_goes_on(
    books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine_letters, "PAPER_LINES", 4)
    ((paper, book, page),) = letters(books, tmp_path / "out", formats=ALL)
    said = flat(paper.read_bytes())
    assert "lists only the first 4 of 6 entries" in said
    assert f"More of them stand in {book.name}, which comes with this letter." in said
    rows = len(re.findall("the whole row", said))
    assert rows == 2, "one in the table by column, one of the three rows"
    for whole in (about(book), page.read_text(encoding="utf-8")):
        assert "lists only the first" not in whole
    assert len(sheets(book)["Rows"]) == 7
    ((alone,),) = letters(books, tmp_path / "alone", formats=("pdf",))
    assert "comes with this letter" not in flat(alone.read_bytes())
