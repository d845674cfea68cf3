from __future__ import annotations

import csv
import io
import time
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pypdf
import pytest

from dashboards.components.exports import MOST_PRINTED, Export, csv_file, excel_file, pdf_file, written

LIST = Export(
    title="Тексеру: әіңғүұқөһ",
    language="kk",
    facts=[("Шығарылым", "2025-r1"), ("Бағыт", "Агро")],
    header=["Нөмір", "Балл", "Саны", "Күні", "Сәті"],
    rows=[
        ["Y25-1", Decimal("4.33"), 1234, date(2025, 8, 1), datetime(2025, 8, 1, 9, 30)],
        ["=1+1", None, 0, None, None],
    ],
    made_at=datetime(2025, 10, 28, 9),
    page="{pages} беттің {page}-беті",
    cut="{all} жолдың {shown} жолы",
)


def test_a_csv_says_what_it_is_of_and_holds_no_formula() -> None:
    content = csv_file(LIST).decode("utf-8-sig")
    lines = content.split("\r\n")
    assert lines[:3] == ["# Тексеру: әіңғүұқөһ", "# Шығарылым: 2025-r1", "# Бағыт: Агро"]
    rows = list(csv.reader(io.StringIO("\n".join(lines[3:]))))
    assert rows[0] == LIST.header
    assert rows[1][:3] == ["Y25-1", "4.33", "1234"]
    assert rows[2][0] == "'=1+1"


def test_a_workbook_has_a_table_with_filters_under_its_facts() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(excel_file(LIST))).active
    assert [row[0].value for row in sheet.iter_rows(max_row=3)] == [
        LIST.title,
        "Шығарылым: 2025-r1",
        "Бағыт: Агро",
    ]
    assert [cell.value for cell in sheet[5]] == list(LIST.header)
    assert [cell.value for cell in sheet[6]][:3] == ["Y25-1", 4.33, 1234]
    assert (sheet["A7"].value, sheet["A7"].data_type) == ("=1+1", "s")
    assert sheet.freeze_panes == "A6" and sheet.auto_filter.ref == "A5:E7"
    assert sheet["E6"].value == datetime(2025, 8, 1, 9, 30)


def test_a_pdf_has_kazakh_letters_facts_and_page_numbers() -> None:
    read = pypdf.PdfReader(io.BytesIO(pdf_file(LIST)))
    text = "".join(page.extract_text() for page in read.pages)
    for word in ("әіңғүұқөһ", "Шығарылым", "2025-r1", "Агро", "1 беттің 1-беті", "=1+1"):
        assert word in text, word
    assert "4,33" in text and "01.08.2025 09:30" in text


def test_a_long_list_is_cut_in_print_only_and_says_so() -> None:
    rows = [[f"Y25-{number}", Decimal(number), number, None, None] for number in range(MOST_PRINTED + 1)]
    long = replace(LIST, rows=rows)
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf_file(long))).pages)
    assert "жолдың 2\u00a0000 жолы" in text.replace("\n", " ") or "2 000 жолы" in text.replace("\n", " ")
    assert f"Y25-{MOST_PRINTED - 1}" in text and f"Y25-{MOST_PRINTED}" not in text
    assert csv_file(long).count(b"\r\n") == MOST_PRINTED + 1 + 4
    assert openpyxl.load_workbook(io.BytesIO(excel_file(long))).active.max_row == MOST_PRINTED + 1 + 5


@pytest.mark.parametrize("write", [csv_file, excel_file, pdf_file])
def test_the_same_list_gives_the_same_bytes(write: object) -> None:
    first = write(LIST)  # type: ignore[operator]
    time.sleep(1.1)
    assert write(LIST) == first  # type: ignore[operator]


@pytest.mark.parametrize("write", [csv_file, excel_file, pdf_file])
def test_an_empty_list_is_a_file_too(write: object) -> None:
    assert write(replace(LIST, rows=[]))  # type: ignore[operator]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "✓"),
        (False, "–"),
        (1234, "1\u00a0234"),
        (Decimal("0.12345"), "0,12345"),
        (0.25, "0,25"),
    ],
)
def test_values_are_written_for_the_reader(value: object, text: str) -> None:
    assert written(value, "kk") == text
