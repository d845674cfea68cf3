"""What every reader gives back.

Belongs here: the table as received and the failure to read one, and what the readers of text formats share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


class UnreadableFileError(Exception):
    """The file cannot be read in its format.

    It is quarantined whole. Says what is wrong, never quotes the file.
    """


@dataclass(frozen=True)
class RawTable:
    """A file's rows as received, by column.

    columns: values by column name in the file's order, each as long as ``row_numbers`` (a list, or an Arrow
    array from Parquet). row_numbers: number of each row in the file, from 1, header and blank rows not
    counted. broken_rows: rows that could not be split into columns, as text by row number. naive_is_utc:
    whether a typed moment without zone is UTC (Parquet) and not local time.
    """

    columns: Mapping[str, Sequence[Any]]
    row_numbers: Sequence[int]
    broken_rows: Mapping[int, str] = field(default_factory=dict)
    naive_is_utc: bool = False

    @property
    def count_rows(self) -> int:
        """Rows of the file, broken ones included."""
        return len(self.row_numbers) + len(self.broken_rows)

    def row(self, position: int) -> dict[str, object]:
        """The row at a position (from 0) as received."""
        values = {name: column[position] for name, column in self.columns.items()}
        return {name: value.as_py() if hasattr(value, "as_py") else value for name, value in values.items()}


def decode_utf8(content: bytes) -> str:
    """UTF-8 text, with or without a byte order mark."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableFileError("not UTF-8") from None


def header_names(cells: Sequence[object]) -> list[str]:
    """Column names from a header row; a name that stands twice makes the file unreadable."""
    names = ["" if cell is None else str(cell).strip() for cell in cells]
    named = [name for name in names if name]
    if not named:
        raise UnreadableFileError("no header")
    if len(set(named)) != len(named):
        raise UnreadableFileError("a column name stands twice")
    return names


def by_column(names: Sequence[str], rows: Sequence[Sequence[object]]) -> dict[str, Sequence[object]]:
    """Rows turned into columns by name; cells under an empty name are dropped."""
    values: Sequence[Sequence[object]] = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return {name: column for name, column in zip(names, values, strict=True) if name}
