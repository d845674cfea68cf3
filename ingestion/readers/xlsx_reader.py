"""Excel workbooks with one filled sheet, header in its first row.

Belongs here: turning cells into values. Blank rows are skipped and not counted. Excel keeps moments as
fractions of a day, exact to about a millisecond, so they are rounded to milliseconds. Formats of cells are
not looked at, except that Excel itself tells dates from numbers by them.
"""

from __future__ import annotations

import io
from datetime import datetime, timedelta

from ingestion.readers.base import RawTable, UnreadableFileError, by_column, header_names


def read(content: bytes) -> RawTable:
    """The table of the workbook's only filled sheet."""
    rows = _only_filled_sheet(content)
    names = header_names([cell if cell != "" else None for cell in rows[0]])
    filled = [row for row in rows[1:] if any(cell != "" for cell in row)]
    cells = [[_value(cell) for cell in row] for row in filled]
    return RawTable(by_column(names, cells), range(1, len(cells) + 1))


def _only_filled_sheet(content: bytes) -> list[list[object]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_object(io.BytesIO(content))
        sheets = [workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names]
    except (CalamineError, OSError, ValueError):
        raise UnreadableFileError("not an Excel workbook") from None
    filled = [rows for rows in sheets if rows]
    if len(filled) != 1:
        raise UnreadableFileError("the workbook has to have one filled sheet")
    return filled[0]


def _value(cell: object) -> object:
    if cell == "":
        return None
    if isinstance(cell, datetime):
        milliseconds = round(cell.microsecond / 1000)
        return cell.replace(microsecond=0) + timedelta(milliseconds=milliseconds)
    return cell
