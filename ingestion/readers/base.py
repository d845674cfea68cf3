"""What every reader gives: rows in chunks, and one way to say that a file cannot be read.

Belongs here: the interface that the door sees. Not here: any format (one module each), what values mean
(``ingestion/parsing.py``), or whether they are good (``ingestion/door.py``).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingestion import quarantine

WINDOWS_1251 = "windows_1251"
OTHER_DELIMITER = "other_delimiter"
TITLE_ROWS = "title_rows"
OTHER_SHEETS = "other_sheets"
# What a reader tolerates and reports.
REMARKS = (WINDOWS_1251, OTHER_DELIMITER, TITLE_ROWS, OTHER_SHEETS)

# Stands for a cell of a workbook that shows an error (#N/A) or a formula that was never calculated: something
# is there, and nobody can say what. No parser accepts it.
ERROR_CELL: Mapping[str, str] = {"_cell": "error"}


class UnreadableFileError(Exception):
    """The file cannot be read in its format; it is quarantined whole.

    ``reason_code`` is one of ``quarantine.FILE_REASONS``. The text says what is wrong and never quotes the
    file.
    """

    def __init__(self, problem: str, reason_code: str = quarantine.UNREADABLE_FILE) -> None:
        self.reason_code = reason_code
        super().__init__(problem)


@dataclass(frozen=True)
class Chunk:
    """Some rows of a file as received, by column.

    columns: values by column name, each as long as ``row_numbers`` (Arrow arrays, or lists of Python values).
    row_numbers: number of each row in the file, from 1; header and blank rows are not counted. broken_rows:
    rows that could not be split into columns, their text by row number. ambiguous_rows: numbers of rows (they
    stand in ``columns`` too) with letters that Windows-1251 and its Kazakh version KZ-1048 read differently.
    """

    columns: Mapping[str, Any]
    row_numbers: Sequence[int]
    broken_rows: Mapping[int, str] = field(default_factory=dict)
    ambiguous_rows: frozenset[int] = frozenset()

    def row(self, position: int) -> dict[str, object]:
        """The row at a position (from 0) as received, in Python values."""
        return {name: _python_value(column[position]) for name, column in self.columns.items()}


class TableReader(ABC):
    """A file's rows, once from the top; ``UnreadableFileError`` may also come while iterating.

    naive_is_utc: whether a typed moment without zone is UTC (Parquet) and not local time. names: columns
    that have a name, in the file's order; complete after iteration, in all formats but JSON Lines at once.
    """

    naive_is_utc = False

    def __init__(self, names: Sequence[str] = ()) -> None:
        self.names = tuple(names)
        self._remarks: set[str] = set()

    @property
    def remarks(self) -> frozenset[str]:
        """What was tolerated, see ``REMARKS``; complete after iteration."""
        return frozenset(self._remarks)

    @abstractmethod
    def __iter__(self) -> Iterator[Chunk]:
        """The rows in chunks of bounded size."""


def _python_value(value: object) -> object:
    if not hasattr(value, "as_py"):
        return value
    try:
        return value.as_py()
    except (ValueError, OverflowError):  # a moment that Python's types cannot hold
        return str(value.cast("string").as_py())  # type: ignore[attr-defined]
