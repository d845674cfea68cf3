"""The header: which row holds the names of the columns.

Belongs here: finding it by the contract's required columns, below titles if need be, and refusing headers
that name no column or one twice. How a format yields its rows is in that format's module.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from ingestion import limits
from ingestion.contracts.model import Contract
from ingestion.readers.base import UnreadableFileError

# What a cell may hold and still be blank. Not more, so that every way of splitting text agrees on it.
BLANKS = " \t"


@dataclass(frozen=True)
class Header:
    """A header row: its names (empty where a cell is), how many filled rows stand above it.

    count_found: columns of the contract among the names. is_complete: whether all required ones are.
    """

    names: tuple[str, ...]
    position: int
    count_found: int
    is_complete: bool


def find_header(rows: Iterable[Sequence[object]], contract: Contract) -> Header | None:
    """The first of the filled rows that holds all required columns of the contract.

    If none of the first ``limits.MAX_TITLE_ROWS`` + 1 does, the one that holds most of its columns, so that
    the door can say which are missing; the very first if none holds any. None without rows.
    """
    required = {column.name for column in contract.columns if column.required}
    known = set(contract.column_names)
    best: Header | None = None
    for position, cells in enumerate(islice(rows, limits.MAX_TITLE_ROWS + 1)):
        names = tuple("" if cell is None else str(cell).strip() for cell in cells)
        found = known.intersection(names)
        header = Header(names, position, len(found), required <= found)
        if header.is_complete:
            return header
        if best is None or header.count_found > best.count_found:
            best = header
    return best


def named_columns(names: Sequence[str]) -> tuple[str, ...]:
    """The names that are not empty; ``UnreadableFileError`` if there is none, too many, or one twice."""
    named = tuple(name for name in names if name)
    if not named:
        raise UnreadableFileError("no header")
    if len(set(named)) != len(named):
        raise UnreadableFileError("a column name stands twice")
    if len(names) > limits.MAX_COLUMNS:
        raise UnreadableFileError("too many columns")
    return named


def is_blank(cells: Iterable[object]) -> bool:
    """Whether a row holds nothing: every cell is empty, or text of spaces and tabs."""
    return all(cell is None or (isinstance(cell, str) and not cell.strip(BLANKS)) for cell in cells)
