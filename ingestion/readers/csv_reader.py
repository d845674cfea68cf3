"""Comma-separated text, UTF-8, header in the first line.

Belongs here: splitting CSV into cells. A line with another number of cells than the header is a broken row;
blank lines are skipped and not counted.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from ingestion.readers.base import RawTable, UnreadableFileError, by_column, decode_utf8, header_names


def read(content: bytes) -> RawTable:
    """The table of a CSV file; every value is text."""
    lines = _lines(decode_utf8(content))
    names = header_names(next(lines, []))
    rows: list[list[str]] = []
    row_numbers: list[int] = []
    broken: dict[int, str] = {}
    for number, cells in enumerate(lines, start=1):
        if len(cells) == len(names):
            rows.append(cells)
            row_numbers.append(number)
        else:
            broken[number] = ",".join(cells)
    return RawTable(by_column(names, rows), row_numbers, broken)


def _lines(text: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        yield from (cells for cells in reader if cells)
    except csv.Error:
        raise UnreadableFileError("not well-formed CSV") from None
