"""Which rows stay outside, and why.

Belongs here: reason codes, the record of a quarantined row or file, and the rule for rows of one file that
share a key. Records carry row numbers and column names, never values; the rows' content goes to the vault
(``vault.py``). Texts of the reasons are in ``i18n/``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

MISSING_VALUE = "MISSING_VALUE"
NOT_PARSEABLE = "NOT_PARSEABLE"
UNKNOWN_CODE = "UNKNOWN_CODE"
OUT_OF_RANGE = "OUT_OF_RANGE"
BAD_PATTERN = "BAD_PATTERN"
BAD_IIN = "BAD_IIN"
WRONG_ORDER = "WRONG_ORDER"
FORBIDDEN_CHARACTERS = "FORBIDDEN_CHARACTERS"
TOO_LONG = "TOO_LONG"
AMBIGUOUS_LETTERS = "AMBIGUOUS_LETTERS"
HOLDS_IIN = "HOLDS_IIN"
BROKEN_ROW = "BROKEN_ROW"
DUPLICATE_ROW = "DUPLICATE_ROW"
CONFLICTING_ROWS = "CONFLICTING_ROWS"

UNREADABLE_FILE = "UNREADABLE_FILE"
UNREADABLE_ENCODING = "UNREADABLE_ENCODING"
LINE_TOO_LONG = "LINE_TOO_LONG"
EXPANDS_TOO_MUCH = "EXPANDS_TOO_MUCH"
SEVERAL_TABLES = "SEVERAL_TABLES"
MISSING_COLUMN = "MISSING_COLUMN"
EMPTY_FILE = "EMPTY_FILE"

SYMBOLIC_LINK = "SYMBOLIC_LINK"
NOT_A_FILE = "NOT_A_FILE"
NO_PERMISSION = "NO_PERMISSION"
UNKNOWN_NAME = "UNKNOWN_NAME"
WRONG_FOLDER = "WRONG_FOLDER"
UNSAFE_NAME = "UNSAFE_NAME"
FROM_FUTURE = "FROM_FUTURE"

FEWER_ROWS = "FEWER_ROWS"
KEYS_GONE = "KEYS_GONE"

# Why one row stays outside.
ROW_REASONS = (
    MISSING_VALUE,
    NOT_PARSEABLE,
    UNKNOWN_CODE,
    OUT_OF_RANGE,
    BAD_PATTERN,
    BAD_IIN,
    WRONG_ORDER,
    FORBIDDEN_CHARACTERS,
    TOO_LONG,
    AMBIGUOUS_LETTERS,
    HOLDS_IIN,
    BROKEN_ROW,
    DUPLICATE_ROW,
    CONFLICTING_ROWS,
)
# Why a file that was read stays outside whole.
FILE_REASONS = (
    UNREADABLE_FILE,
    UNREADABLE_ENCODING,
    LINE_TOO_LONG,
    EXPANDS_TOO_MUCH,
    SEVERAL_TABLES,
    MISSING_COLUMN,
)
# Why something in the landing folder is not even read.
PLACE_REASONS = (
    SYMBOLIC_LINK,
    NOT_A_FILE,
    NO_PERMISSION,
    UNKNOWN_NAME,
    WRONG_FOLDER,
    UNSAFE_NAME,
    FROM_FUTURE,
)
# Why a file waits until a person accepts it.
HOLD_REASONS = (FEWER_ROWS, KEYS_GONE)
REASON_CODES = (*ROW_REASONS, *FILE_REASONS, EMPTY_FILE, *PLACE_REASONS, *HOLD_REASONS)


@dataclass(frozen=True)
class QuarantineEntry:
    """One reason for which a row (or, without row number, the whole file) stays outside."""

    row_number: int | None
    column_name: str | None
    reason_code: str
    check_name: str


@dataclass(frozen=True)
class Repeats:
    """Row numbers of rows that share their key with another row of the file.

    duplicates: equal in every column to an earlier row. conflicting: all rows of keys whose rows differ.
    """

    duplicates: tuple[int, ...]
    conflicting: tuple[int, ...]


def find_repeats(frame: pd.DataFrame, key: Sequence[str], row_number: str) -> Repeats:
    """Repeated keys among the rows of one file that passed every other check.

    Of rows equal in all columns the first stays. Where rows of a key differ none can be preferred: all of
    them go. frame: the contract's columns and ``row_number``, in the file's order.
    """
    shared = frame[frame.duplicated(list(key), keep=False)]
    if shared.empty:
        return Repeats((), ())
    columns = [name for name in frame.columns if name != row_number]
    distinct = shared.drop_duplicates(columns)
    differing = distinct[distinct.duplicated(list(key), keep=False)]
    keys = shared[list(key)].apply(tuple, axis=1)
    conflicting_keys = set(differing[list(key)].apply(tuple, axis=1)) if not differing.empty else set()
    is_conflicting = keys.isin(conflicting_keys)
    is_duplicate = shared.duplicated(columns) & ~is_conflicting
    return Repeats(tuple(shared.loc[is_duplicate, row_number]), tuple(shared.loc[is_conflicting, row_number]))
