"""Excel workbooks: the sheet that holds the contract's columns, with titles above the header if need be.

Belongs here: choosing the sheet, finding the header, turning cells into values. Blank rows are skipped and
not counted; columns without a name are left out. Excel keeps moments as fractions of a day, exact to about a
millisecond, so they are rounded to milliseconds. Formats of cells are not looked at, except that Excel itself
tells dates from numbers by them. Cells with an error become ``base.ERROR_CELL``, which no parser accepts.
What a workbook may ask of memory is checked in ``workbook.py``, before it is opened.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from ingestion import limits, quarantine
from ingestion.contracts.model import Contract
from ingestion.readers.base import (
    ERROR_CELL,
    OTHER_SHEETS,
    TITLE_ROWS,
    Chunk,
    TableReader,
    UnreadableFileError,
)
from ingestion.readers.header import Header, find_header, is_blank, named_columns
from ingestion.readers.workbook import COUNT_COLUMNS, COUNT_ROWS, checked_workbook

_CHUNK_CELLS = 200_000


@dataclass(frozen=True)
class _Sheet:
    """A sheet with at least one filled cell."""

    name: str
    header: Header


class XlsxReader(TableReader):
    """Rows of the one sheet of a workbook that holds the table."""

    def __init__(self, stream: BinaryIO, contract: Contract) -> None:
        super().__init__()
        self._book = OpenWorkbook(stream)
        filled = list(self._book.sheets(contract))
        complete = [sheet for sheet in filled if sheet.header.is_complete]
        if not filled:
            raise UnreadableFileError("no filled sheet")
        if len(complete) > 1:
            raise UnreadableFileError("several sheets hold the table", quarantine.SEVERAL_TABLES)
        self._sheet = (complete or filled)[0]
        self.names = named_columns(self._sheet.header.names)
        if self._sheet.header.position:
            self._remarks.add(TITLE_ROWS)
        if len(filled) > 1:
            self._remarks.add(OTHER_SHEETS)

    def __iter__(self) -> Iterator[Chunk]:
        """The rows below the header."""
        rows = self._book.filled_rows(self._sheet.name)
        for _ in range(self._sheet.header.position + 1):
            next(rows)
        first, waiting = 1, []
        for row in rows:
            waiting.append(row)
            if len(waiting) * len(row) >= _CHUNK_CELLS:
                yield self._chunk(waiting, first)
                first, waiting = first + len(waiting), []
        if waiting:
            yield self._chunk(waiting, first)

    def _chunk(self, rows: Sequence[Sequence[object]], first: int) -> Chunk:
        columns = zip(self._sheet.header.names, zip(*rows, strict=True), strict=True)
        named = {name: [_value(cell) for cell in cells] for name, cells in columns if name}
        return Chunk(named, range(first, first + len(rows)))


class OpenWorkbook:
    """A checked workbook, open; one sheet of it is held in memory at a time.

    sheet_names: of its worksheets, in order. Raises `UnreadableFileError` for a file that may not be opened.
    """

    def __init__(self, stream: BinaryIO) -> None:
        from python_calamine import CalamineWorkbook, SheetTypeEnum

        checked = checked_workbook(stream)
        self._error_cells = checked.error_cells
        self._book = _guarded(lambda: CalamineWorkbook.from_object(checked.content))
        kinds = self._book.sheets_metadata
        self.sheet_names = [sheet.name for sheet in kinds if sheet.typ == SheetTypeEnum.WorkSheet]
        self._open: tuple[str | None, Any] = (None, None)

    def sheets(self, contract: Contract) -> Iterator[_Sheet]:
        """The filled sheets, in order."""
        for name in self.sheet_names:
            header = find_header(map(_without_errors, self.filled_rows(name)), contract)
            if header is not None:
                yield _Sheet(name, header)

    def filled_rows(self, name: str) -> Iterator[list[object]]:
        """Rows of a sheet that are not blank, all equally long; an empty cell is None."""
        sheet = self._sheet(name)
        for values in _with_error_cells(sheet, self._error_cells[name]):
            if not is_blank(values):
                _require_short(values)
                yield values

    def _sheet(self, name: str) -> Any:
        if self._open[0] != name:
            self._open = (None, None)  # lets go of the sheet before
            self._open = (name, _guarded(lambda: self._book.get_sheet_by_name(name)))
        return self._open[1]


def _guarded(call: Any) -> Any:
    """What a call of the library gives; ``UnreadableFileError`` for its errors and for its panics."""
    from python_calamine import CalamineError

    try:
        return call()
    except (CalamineError, OSError, ValueError):
        raise UnreadableFileError("not an Excel workbook") from None
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise UnreadableFileError("not an Excel workbook") from None
        raise


def _rows(sheet: Any) -> Iterator[list[object]]:
    cells = sheet.iter_rows()
    while (row := _guarded(lambda: next(cells, None))) is not None:
        yield [None if cell == "" else cell for cell in row]


def _with_error_cells(sheet: Any, error_cells: array[int]) -> Iterator[list[object]]:
    """All rows of a sheet. The library gives cells with an error as empty ones, or leaves their rows out."""
    rows = _rows(sheet)
    if not error_cells:
        yield from rows
        return
    places = [divmod(cell, COUNT_COLUMNS) for cell in (error_cells[0], error_cells[-1])]
    columns = {cell % COUNT_COLUMNS for cell in error_cells}
    (top, left), (bottom, right) = sheet.start or (COUNT_ROWS, COUNT_COLUMNS), sheet.end or (-1, -1)
    first_column = min(left, *columns)
    width = max(right, *columns) + 1 - first_column
    position = 0
    for row in range(min(top, places[0][0]), max(bottom, places[1][0]) + 1):
        values: list[object] = [None] * width
        if top <= row <= bottom:
            values[left - first_column : right + 1 - first_column] = next(rows)
        while position < len(error_cells) and error_cells[position] // COUNT_COLUMNS == row:
            values[error_cells[position] % COUNT_COLUMNS - first_column] = ERROR_CELL
            position += 1
        yield values


def _without_errors(cells: Sequence[object]) -> list[object]:
    return [None if cell is ERROR_CELL else cell for cell in cells]


def _require_short(cells: Sequence[object]) -> None:
    if sum(len(cell) for cell in cells if isinstance(cell, str)) > limits.MAX_RECORD_BYTES:
        raise UnreadableFileError("a row is too long", quarantine.LINE_TOO_LONG)


def _value(cell: object) -> object:
    if isinstance(cell, datetime):
        milliseconds = round(cell.microsecond / 1000)
        return cell.replace(microsecond=0) + timedelta(milliseconds=milliseconds)
    return cell
