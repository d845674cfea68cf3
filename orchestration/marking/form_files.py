"""A marking form that an expert filled in, as a workbook: its rows, with what stands in the cells.

Belongs here: finding the sheet and its columns by their headings in any of the three languages, and what a
cell of points may hold. Not here: whose number a row has, and what is done with the marks (`forms.py`), how
the form is made (`assignment/packets.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingestion.readers.base import ERROR_CELL, UnreadableFileError
from ingestion.readers.xlsx_reader import OpenWorkbook
from orchestration.errors import UserError
from orchestration.texts import LANGUAGES, texts_of

FORM_NO, REMARK = "form_no", "remark"
_DIGITS = 3


@dataclass(frozen=True)
class FormRow:
    """A row of a form: its place among the filled rows of the sheet, from 1, and what its cells hold.

    cells: by code of criterion; None for an empty one.
    """

    place: int
    form_no: str
    cells: Mapping[str, object]
    remark: str

    @property
    def is_empty(self) -> bool:
        """Whether no cell of points is filled in."""
        return all(cell is None for cell in self.cells.values())


def points_of(cell: object, least: int, most: int) -> int | None:
    """Points in a cell: a whole number of the scale, as a number or as text; None for anything else."""
    text = cell.strip() if isinstance(cell, str) else ""
    if text.isascii() and text.isdigit() and len(text) <= _DIGITS:
        cell = int(text)
    if isinstance(cell, bool) or not isinstance(cell, int | float) or not float(cell).is_integer():
        return None
    return int(cell) if least <= cell <= most else None


def read_form(file: Path, criteria: Mapping[str, Sequence[str]]) -> list[FormRow]:
    """The rows of the form in a workbook.

    criteria: names of each criterion, by code, in the three languages. `UserError` for a file that is no
    workbook, or none of whose sheets has the number and every criterion as headings.
    """
    try:
        with file.open("rb") as stream:
            return _read(OpenWorkbook(stream), file, _known_headings(criteria))
    except UnreadableFileError:
        raise UserError("error.form_unreadable", file=file.name) from None


def _known_headings(criteria: Mapping[str, Sequence[str]]) -> dict[str, str]:
    known = {
        texts_of(language)(f"packet.{name}"): name for language in LANGUAGES for name in (FORM_NO, REMARK)
    }
    return {**known, **{name: code for code, names in criteria.items() for name in names}}


def _read(book: OpenWorkbook, file: Path, known: Mapping[str, str]) -> list[FormRow]:
    wanted = set(known.values()) - {REMARK}
    for name in book.sheet_names:
        rows = book.filled_rows(name)
        header = next(rows, None)
        columns = [known.get(cell.strip()) if isinstance(cell, str) else None for cell in header or ()]
        if wanted <= set(columns):
            if len(found := [column for column in columns if column]) != len(set(found)):
                raise UserError("error.form_columns_twice", file=file.name)
            return list(_form_rows(rows, columns))
    raise UserError("error.form_no_sheet", file=file.name)


def _form_rows(rows: Iterator[list[object]], columns: Sequence[str | None]) -> Iterator[FormRow]:
    for place, values in enumerate(rows, start=1):
        cells = {column: value for column, value in zip(columns, values, strict=True) if column}
        form_no, remark = cells.pop(FORM_NO), cells.pop(REMARK, None)
        blank = {code: None if _is_blank(cell) else cell for code, cell in cells.items()}
        yield FormRow(place, _text(form_no), blank, _text(remark))


def _is_blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _text(cell: object) -> str:
    return "" if cell is None or cell is ERROR_CELL else str(cell).strip()
