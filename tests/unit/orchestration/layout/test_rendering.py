from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from orchestration.layout.content import Cards, Column, Document, Kind, Matter, Paragraph, Section, Table
from orchestration.layout.rendering import FORMATS, render, write_document
from orchestration.layout.workbook import sheet_names
from tests.unit.orchestration.layout import sample

LANGUAGES = ("kk", "ru", "en")
SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
PAGES = {
    "kk": "{page}-бет, барлығы {pages}",
    "ru": "Страница {page} из {pages}",
    "en": "Page {page} of {pages}",
}


@lru_cache
def rendered(format_name: str, language: str) -> bytes:
    return render(sample.document(language), format_name)


def pdf_pages(language: str) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(rendered("pdf", language))).pages]


@pytest.mark.parametrize("format_name", FORMATS)
def test_the_same_document_gives_the_same_bytes(format_name: str) -> None:
    assert render(sample.document(), format_name) == render(sample.document(), format_name)


@pytest.mark.parametrize("format_name", FORMATS)
def test_another_process_gives_the_same_bytes(format_name: str) -> None:
    code = (
        "import sys; from orchestration.layout.rendering import render;"
        "from tests.unit.orchestration.layout import sample;"
        f"sys.stdout.buffer.write(render(sample.document(), {format_name!r}))"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60)
    assert other.stdout == rendered(format_name, "kk")


@pytest.mark.parametrize("format_name", FORMATS)
def test_another_figure_gives_other_bytes(format_name: str) -> None:
    document = sample.document()
    table = replace(sample.long_table(), title="By other regions")
    changed = replace(document, sections=(Section("Tables", (table,)),))
    assert render(changed, format_name) != render(document, format_name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_of_kazakh_come_out_of_the_pdf(language: str) -> None:
    text = "".join(pdf_pages(language))
    assert set("әіңғүұқөһӘІҢҒҮҰҚӨҺ") <= set(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_says_what_it_is_and_its_number(language: str) -> None:
    pages = pdf_pages(language)
    assert len(pages) > 4
    for number, text in enumerate(pages, start=1):
        assert PAGES[language].format(page=number, pages=len(pages)) in text
        assert "2025 · v1" in text
        assert f"2025-20250808T040000Z-01234567 · {sample.HASH[:12]}" in text


def test_the_first_page_identifies_the_document() -> None:
    first = pdf_pages("en")[0]
    for text in ("Text test", "v1", "8 August 2025, 08:30 (Astana time)", "everything is shown", sample.HASH):
        assert text in first


def test_a_long_table_repeats_its_header() -> None:
    with_rows = [text for text in pdf_pages("en") if re.search(r"Region \d+ ", text)]
    assert len(with_rows) > 2
    assert all("Cut-off" in text and "Seen at" in text for text in with_rows)


@pytest.mark.parametrize("format_name", FORMATS)
def test_invented_people_are_marked(format_name: str) -> None:
    def text_of(document: Document) -> str:
        content = render(document, format_name)
        if format_name == "pdf":
            return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
        if format_name == "xlsx":
            return str(CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python())
        return content.decode()

    assert "all people are invented" in " ".join(text_of(sample.document("en")).split())
    assert "invented" not in text_of(sample.document("en", is_synthetic=False))


def test_files_bear_the_date_of_the_release_and_no_name() -> None:
    about = PdfReader(io.BytesIO(rendered("pdf", "en"))).metadata
    assert about is not None
    assert about.creation_date is not None
    assert about.creation_date.replace(tzinfo=None) == sample.MADE_AT
    assert about.author is None
    with zipfile.ZipFile(io.BytesIO(rendered("xlsx", "en"))) as archive:
        properties = archive.read("docProps/core.xml").decode()
    assert re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", properties) == ["2025-08-08T04:00:00Z"] * 2
    assert "<dc:creator></dc:creator>" in properties


def test_nothing_of_a_text_is_markup_on_paper() -> None:
    text = " ".join("".join(pdf_pages("en")).split())
    assert '<script>alert(1)</script> #read("/etc/passwd") *x* $y$ {{ 7*7 }} &C \ufffd' in text


def test_nothing_of_a_text_is_markup_on_a_page() -> None:
    page = rendered("html", "en").decode()
    assert "<script" not in page
    assert "{{ 7*7 }}" in page
    assert "\u202e" not in page
    style = page[page.index("<style>") : page.index("</style>")]
    assert "alert(1)" not in style
    assert style.count("{") == style.count("}")


def test_a_page_loads_nothing_and_shows_every_chart() -> None:
    page = rendered("html", "ru").decode()
    assert "default-src 'none'" in page
    assert re.findall(r"(?:src|href)=\"(?!#)[^\"]*\"", page) == []
    assert page.count("<svg") == len(sample.charts())
    assert page.count('aria-label="Two') == len(sample.charts())


def test_a_page_prints_its_number() -> None:
    assert "counter(page)" in rendered("html", "kk").decode()
    assert '"Page " counter(page) " of " counter(pages)' in rendered("html", "en").decode()


def test_a_workbook_holds_a_real_table_and_no_formula() -> None:
    with zipfile.ZipFile(io.BytesIO(rendered("xlsx", "en"))) as archive:
        tables = [name for name in archive.namelist() if name.startswith("xl/tables/")]
        table = ElementTree.fromstring(archive.read("xl/tables/table1.xml"))
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        external = [archive.read(name) for name in archive.namelist() if name.endswith(".rels")]
    assert len(tables) == 2
    assert table.get("ref") == "A1:F120"
    assert [column.get("name") for column in table.iter(f"{SPREADSHEET}tableColumn")][:2] == [
        "Region",
        "Entered",
    ]
    assert table.find(f"{SPREADSHEET}autoFilter") is not None
    assert sum(sheet.count(b"<f>") for sheet in sheets) == 0
    assert not any(b'TargetMode="External"' in rels for rels in external)
    assert all(b'state="frozen"' in sheet for sheet in sheets[1:])


def test_a_workbook_holds_values_and_not_their_texts() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(rendered("xlsx", "ru")))
    rows = book.get_sheet_by_name("Regions").to_python()
    assert rows[1][1:4] == [1000.0, 0.12345, 17.335]
    # an Excel cell holds a moment to the second: Astana time, as the column says
    assert rows[1][5] == datetime(2025, 8, 4, 9, 0)
    assert rows[119][:2] == [sample.HOSTILE.replace("\u202e", "\ufffd"), "< 5"]
    assert rows[120] == [""] * 6
    assert rows[121][:2] == ["All", 9214.0]


def test_cards_become_a_table_in_a_workbook() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(rendered("xlsx", "en")))
    assert book.get_sheet_by_name("Cards").to_python()[:2] == [["Number", "Score", "Track"], ["K-1", 3.5, ""]]


def test_sheets_get_names_that_excel_takes() -> None:
    long = "Қалалар мен облыстар бойынша бөлінуі"
    names = sheet_names(["a/b:c", "A B C", long, long, "'x'", "History", "", "[]"])
    assert names == [
        "a b c", "A B C 2", "Қалалар мен облыстар бойынша бө", "Қалалар мен облыстар бойынша 2",
        "x", "History 2", "-", "- 2",
    ]  # fmt: skip
    assert max(len(name) for name in names) <= 31


def test_equal_headings_are_told_apart() -> None:
    table = Table("T", "T", (Column("Same"), Column("same"), Column("")), (("a", "b", "c"),))
    content = render(replace(sample.document("en"), sections=(Section("S", (table,)),)), "xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(1).to_python()
    assert rows[0] == ["Same", "same (2)", "-"]


def test_an_empty_table_can_be_set_in_every_format() -> None:
    table = Table("T", "Nobody", (Column("Region"), Column("Entered", Kind.WHOLE)), ())
    document = replace(sample.document("en"), sections=(Section("S", (table, Cards("C", "Card", ()))),))
    assert all(render(document, name) for name in FORMATS)


@pytest.mark.parametrize("count_texts", [1, 2, 5])
def test_no_word_runs_into_the_next_column(count_texts: int) -> None:
    """However much the other columns have to say."""
    columns = [Column("List"), *[Column("What is asked")] * count_texts, Column("N", Kind.WHOLE)]
    row = ("ACS-2025-02-X", *["a text of many short words, " * 20] * count_texts, 7)
    table = Table("t", "t", tuple(columns), (row,))
    document = replace(sample.document("en"), sections=(Section("s", (table,)),))
    (page,) = PdfReader(io.BytesIO(render(document, "pdf"))).pages
    found: dict[str, tuple[float, float]] = {}

    def keep(text: str, moved: list[float], at: list[float], _: object, size: float) -> None:
        for begin in ("ACS", "a text"):
            if text.startswith(begin):
                found.setdefault(begin, (moved[4] + at[4] * moved[0], size))

    page.extract_text(visitor_text=keep)
    assert page.mediabox.width < page.mediabox.height
    (left, size), (right, _) = found["ACS"], found["a text"]
    assert right - left > len("ACS-2025-02-X") * 0.5 * size, "the narrowest letters are half as wide as high"


def test_a_word_longer_than_a_line_stays_on_the_page_and_whole() -> None:
    word = "long_name_" * 30
    table = Table("t", "t", (Column("File"), Column("N", Kind.WHOLE)), ((word, 7),))
    matter = Matter((("File", word),), "feed", "batch", sample.MADE_AT)
    content = render(Document("letter", "T", "en", matter, (Section("s", (table, Paragraph(word))),)), "pdf")
    (page,) = PdfReader(io.BytesIO(content)).pages
    said = page.extract_text()
    assert max(len(line) for line in said.splitlines()) < len(word)
    assert said.replace("\n", "").count(word) == 3


def test_a_table_of_many_columns_lies_on_its_side() -> None:
    columns = tuple(Column(f"Unbreakable{number}", Kind.DECIMAL) for number in range(12))
    table = Table("T", "Wide", columns, (tuple(Decimal("123456.78") for _ in columns),))
    document = replace(sample.document("en"), sections=(Section("S", (table,)),))
    pages = PdfReader(io.BytesIO(render(document, "pdf"))).pages
    lying = [page for page in pages if page.mediabox.width > page.mediabox.height]
    assert ["Unbreakable11" in page.extract_text() for page in lying] == [True]


def test_parts_without_a_heading_leave_no_trace_of_one() -> None:
    blocks = (replace(sample.long_table(), title=""), replace(sample.charts()[1], title=""))
    document = replace(sample.document("en"), sections=(Section("", blocks),))
    assert "<h2" not in render(document, "html").decode()
    assert "<h3" not in render(document, "html").decode()
    outline = PdfReader(io.BytesIO(render(document, "pdf"))).outline
    assert [str(entry["/Title"])[:6] for entry in outline] == ["Sample"]


def test_a_file_is_tagged_unless_it_is_a_list_of_thousands() -> None:
    def is_tagged(count_rows: int) -> bool:
        table = Table("T", "List", (Column("a"), Column("b")), tuple(("x", "y") for _ in range(count_rows)))
        document = replace(sample.document("en"), sections=(Section("S", (table,)),))
        return "/StructTreeRoot" in PdfReader(io.BytesIO(render(document, "pdf"))).trailer["/Root"]

    assert is_tagged(1000)
    assert not is_tagged(5001)


def test_a_file_is_written_by_its_ending(tmp_path: Path) -> None:
    path = write_document(sample.document("en"), tmp_path / "new" / "sample.pdf")
    assert path.read_bytes() == rendered("pdf", "en")
    assert [file.name for file in path.parent.iterdir()] == ["sample.pdf"]
