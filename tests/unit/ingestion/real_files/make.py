"""Writes the files of this folder, the same bytes each time.

Read me: ``python -m tests.unit.ingestion.real_files.make`` from the root of the repository. The files are
committed, since other versions of the libraries may write other bytes; run it only to add one.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from ingestion.contracts import load_contract
from ingestion.contracts.examples import example_rows
from tests.unit.ingestion.real_files import FOLDER, REAL_FILES

KAZAKH_LETTERS = "ӘәІіҢңҒғҮүҰұҚқӨөҺһ"
# Letters that Windows-1251 has, і among them; letters that only KZ-1048 has.
RUSSIAN_NUMBERS = ("исх-15/ДСП №1", "Ответ «Ё»", "жіті-3")
KZ1048_NUMBERS = ("Жауап-Ққ", "жіті-3", "Өтініш-Һһ")

Row = Mapping[str, Any]


def rows_of(feed: str) -> list[dict[str, Any]]:
    """Three made-up rows that keep the feed's contract."""
    return example_rows(load_contract(feed))


def replies(numbers: Sequence[str]) -> list[dict[str, Any]]:
    """Replies of the vetting bodies with these numbers."""
    return [
        row | {"reply_no": number} for row, number in zip(rows_of("vetting__replies"), numbers, strict=True)
    ]


def text_of(value: Any) -> str:
    """A value as a spreadsheet shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date) else str(value)


def csv_text(rows: Sequence[Row], delimiter: str = ",", line_end: str = "\n") -> str:
    """Rows as delimited text, with a header."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=delimiter, lineterminator=line_end)
    writer.writerow(rows[0])
    writer.writerows([text_of(value) for value in row.values()] for row in rows)
    return target.getvalue()


class Book:
    """A workbook with nothing in it that changes from one run to the next."""

    def __init__(self) -> None:
        self._target = io.BytesIO()
        self._book = xlsxwriter.Workbook(self._target, {"in_memory": True})
        self._book.set_properties({"created": datetime(2025, 6, 3), "author": "synthetic"})
        self._day = self._book.add_format({"num_format": "dd.mm.yyyy"})
        self._title = self._book.add_format({"bold": True, "align": "center"})

    def add(self, name: str, cells: Iterable[Sequence[Any]], first_row: int = 0) -> Any:
        """A sheet with rows of cells; dates become Excel's dates."""
        sheet = self._book.add_worksheet(name)
        for number, row in enumerate(cells, start=first_row):
            for position, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(number, position, value, self._day)
                elif value is not None:
                    sheet.write(number, position, value)
        return sheet

    def merge_title(self, sheet: Any, row: int, count_columns: int, text: str) -> None:
        """A title over several columns."""
        sheet.merge_range(row, 0, row, count_columns - 1, text, self._title)

    def format_empty(self, sheet: Any, first_row: int, last_row: int, count_columns: int) -> None:
        """Cells that have a format and hold nothing."""
        for row in range(first_row, last_row + 1):
            for position in range(count_columns):
                sheet.write_blank(row, position, None, self._day)

    def content(self) -> bytes:
        """The file."""
        self._book.close()
        return self._target.getvalue()


def cells_of(rows: Sequence[Row]) -> list[list[Any]]:
    """Header and rows as cells."""
    return [list(rows[0]), *(list(row.values()) for row in rows)]


def text_files() -> dict[str, bytes]:
    """CSV and JSON Lines."""
    withdrawals, marks = rows_of("platform__withdrawals"), rows_of("agency__commission_marks")
    plain = csv_text(withdrawals)
    extra = [
        {"№": number, **row, "ескерту": "жоқ", "": ""} for number, row in enumerate(withdrawals, start=1)
    ]
    titles = 'Сараптама комиссиясы;;;;;\r\n"Отырыс: ""№ 3""";;;;;\r\n\r\n'
    with_bom = csv_text(withdrawals, line_end="\r\n").encode("utf-8-sig")
    windows_1251 = csv_text(replies(RUSSIAN_NUMBERS), ";", "\r\n").encode("cp1251")
    kz1048 = csv_text(replies(KZ1048_NUMBERS), ";", "\r\n").encode("kz1048")
    broken_number = replies(("REPLY-1\r\nекінші бет", 'REPLY "2", қосымша', "REPLY-3\n"))
    return {
        "platform__withdrawals__utf8.csv": plain.encode(),
        "platform__withdrawals__utf8_with_bom.csv": with_bom,
        "platform__withdrawals__tabs.csv": csv_text(withdrawals, "\t", "\r\n").encode(),
        "platform__withdrawals__lone_cr.csv": csv_text(withdrawals, line_end="\r").encode(),
        "platform__withdrawals__extra_columns.csv": csv_text(extra).encode(),
        "platform__withdrawals__packed.csv.gz": gzip.compress(plain.encode(), mtime=0),
        "platform__withdrawals__lines.jsonl": "".join(
            json.dumps({name: text_of(value) for name, value in row.items()}) + "\n" for row in withdrawals
        ).encode(),
        "vetting__replies__windows_1251.csv": windows_1251,
        "vetting__replies__kz1048.csv": kz1048,
        "vetting__replies__kazakh_letters.csv": csv_text(
            replies((KAZAKH_LETTERS, "әіңғүұқөһ", "ӘІҢҒҮҰҚӨҺ"))
        ).encode(),
        "vetting__replies__quoted_line_ends.csv": csv_text(broken_number, line_end="\r\n").encode(),
        "agency__commission_marks__semicolons.csv": (
            csv_text(marks, ";", "\r\n") + ";;;;;\r\n" * 3 + "\r\n"
        ).encode(),
        "agency__commission_marks__titles.csv": (titles + csv_text(marks, ";", "\r\n")).encode("utf-8-sig"),
    }


def workbooks_of_replies() -> dict[str, bytes]:
    """Dates as dates and as text, letters, sheets beside the table."""
    rows = rows_of("vetting__replies")
    as_text = [{name: text_of(value) or None for name, value in row.items()} for row in rows]
    dates, dates_as_text, letters, several = Book(), Book(), Book(), Book()
    dates.add("Жауаптар", cells_of(rows))
    dates_as_text.add("Ответы", cells_of(as_text))
    letters.add("Әліпби", cells_of(replies((KAZAKH_LETTERS, "әіңғүұқөһ", "ӘІҢҒҮҰҚӨҺ"))))
    several.add("Нұсқаулық", [["Кестені «Жауаптар» парағында толтырыңыз"], ["reply_no", "жауаптың нөмірі"]])
    several.add("Жауаптар", cells_of(rows))
    several.add("Бос", [])
    return {
        "vetting__replies__dates.xlsx": dates.content(),
        "vetting__replies__dates_as_text.xlsx": dates_as_text.content(),
        "vetting__replies__kazakh_letters.xlsx": letters.content(),
        "vetting__replies__several_sheets.xlsx": several.content(),
    }


def never_calculated(workbook: bytes, formula: str) -> bytes:
    """The workbook as a program writes it that does not calculate: a formula without its value."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(target, "w") as copy:
        for entry in source.infolist():
            content = source.read(entry)
            with_value = f"<f>{formula}</f><v>0</v>".encode()
            copy.writestr(entry, content.replace(with_value, f"<f>{formula}</f>".encode()))
    return target.getvalue()


def workbooks_of_marks() -> dict[str, bytes]:
    """Titles, another order, numbers as text, empty rows, cells with errors."""
    marks, assessed = rows_of("agency__commission_marks"), rows_of("academy__assessor_marks")
    count_columns = len(assessed[0])
    turned = [dict(reversed(row.items())) for row in marks]
    as_text = [row | {"points": text_of(row["points"]) or None} for row in assessed]
    titles, order, numbers, empty, errors = Book(), Book(), Book(), Book(), Book()
    sheet = titles.add("Хаттама", cells_of(marks), first_row=3)
    titles.merge_title(sheet, 0, len(marks[0]), "Сараптама комиссиясының хаттамасы")
    titles.merge_title(sheet, 1, len(marks[0]), "Протокол заседания")
    order.add("Бағалар", cells_of(turned))
    numbers.add("Бағалар", cells_of(as_text))
    header, first, *others = cells_of(assessed)
    nothing: list[Any] = [None] * count_columns
    sheet = empty.add("Бағалар", [header, first, nothing, *others, ["  ", *nothing[1:]]])
    empty.format_empty(sheet, 7, 40, count_columns + 3)
    sheet = errors.add("Бағалар", cells_of(assessed))
    position = header.index("points")
    sheet.write_formula(1, position, "=NA()", None, "#N/A")
    sheet.write_formula(2, position, "=1+2")
    return {
        "agency__commission_marks__merged_titles.xlsx": titles.content(),
        "agency__commission_marks__other_order.xlsx": order.content(),
        "academy__assessor_marks__numbers_as_text.xlsx": numbers.content(),
        "academy__assessor_marks__empty_rows.xlsx": empty.content(),
        "academy__assessor_marks__error_cells.xlsx": never_calculated(errors.content(), "1+2"),
    }


def parquet_files() -> dict[str, bytes]:
    """Whole numbers of several widths."""
    rows = rows_of("platform__answers")
    files = {}
    for name, kind in (("int8", pa.int8()), ("int64", pa.int64()), ("uint16", pa.uint16())):
        columns = {}
        for column in rows[0]:
            values = [row[column] for row in rows]
            is_number = any(isinstance(value, int) for value in values)
            columns[column] = pa.array(values, type=kind if is_number else pa.string())
        target = io.BytesIO()
        pq.write_table(pa.table(columns), target)
        files[f"platform__answers__{name}.parquet"] = target.getvalue()
    return files


def all_files() -> dict[str, bytes]:
    """Content of every file by name."""
    return text_files() | workbooks_of_replies() | workbooks_of_marks() | parquet_files()


def main() -> None:
    """Write them all."""
    contents = all_files()
    assert set(contents) == {file.name for file in REAL_FILES}
    for name, content in contents.items():
        (FOLDER / name).write_bytes(content)


if __name__ == "__main__":
    main()
