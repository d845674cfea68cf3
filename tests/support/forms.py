"""Marking forms filled in as an expert would: the packet's workbook with points in its empty cells.

Belongs here: reading a packet's sheets and writing them again with changes. Not here: what is expected of it.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineWorkbook

FIRST_CRITERION, COUNT_CRITERIA = 6, 4
Row = list[object]


def sheet_of(packet: Path) -> list[Row]:
    """The rows of the sheet with the marks, headings first; empty cells are None."""
    rows = CalamineWorkbook.from_path(str(packet)).get_sheet_by_index(1).to_python(skip_empty_area=False)
    return [[None if cell == "" else cell for cell in row] for row in rows]


def write_sheet(target: Path, rows: Sequence[Sequence[object]]) -> Path:
    """A workbook with a cover and the rows as its second sheet."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.add_worksheet("Cover").write_string(0, 0, "Cover")
        sheet = book.add_worksheet("Marks")
        for line, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell is not None:
                    sheet.write(line, column, cell)
    target.write_bytes(buffer.getvalue())
    return target


def filled(rows: Sequence[Sequence[object]]) -> list[Row]:
    """The same rows with points in every criterion, from 1 in the first to 4 in the last."""
    found = [list(rows[0])]
    for row in rows[1:]:
        own = list(row) + [None] * (len(rows[0]) - len(row))
        for place in range(COUNT_CRITERIA):
            own[FIRST_CRITERION + place] = 1 + place
        found.append(own)
    return found


def fill(packet: Path, target: Path, changes: Mapping[tuple[int, int], object] | None = None) -> Path:
    """Fill a packet in whole; changes: cells by row (1 is the first work) and criterion's place, from 0."""
    rows = filled(sheet_of(packet))
    for (row, place), cell in (changes or {}).items():
        rows[row][FIRST_CRITERION + place] = cell
    return write_sheet(target, rows)
