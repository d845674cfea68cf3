"""Single values: from what a file holds to a typed value, and the check digit of an IIN.

What belongs here: pure functions on one cell. What does not: rows, keys and files (`reading.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.oracle import feeds, order

_INTEGER = re.compile(r"[+-]?[0-9]+(\.0+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?", re.ASCII)
_DOTTED = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})(?: (\d{1,2}:\d{2}(?::\d{2})?))?", re.ASCII)
_COMMA = re.compile(r"([+-]?[0-9]+),([0-9]{1,2}|[0-9]{4,})")
_HIDDEN = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\ufffd")
_LONGEST_TEXT = 32_767


class BadValueError(ValueError):
    """A cell that does not hold a value of its column. Carries no value: cells may hold personal data."""


def is_empty(cell: Any) -> bool:
    """Whether a cell holds nothing: null, or a blank text."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def is_plain_text(text: str) -> bool:
    """Whether free text shows what it holds: no hidden, turning or replacement characters, not too long."""
    seen = not any(
        mark in _HIDDEN or (ord(mark) < 32 and mark not in "\t\n\r") or 127 <= ord(mark) < 160
        for mark in text
    )
    return seen and len(text) <= _LONGEST_TEXT


def parse(kind: str, cell: Any) -> Any:
    """The value of a cell of the kind (see `feeds`). Raises BadValueError if it holds none of that kind."""
    if isinstance(cell, str) and kind != feeds.TEXT:
        cell = cell.strip()
    try:
        return _PARSERS[kind](cell)
    except (ValueError, OverflowError, InvalidOperation):
        raise BadValueError(kind) from None


def _text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise BadValueError(feeds.TEXT)
    return str(int(cell)) if float(cell).is_integer() else str(cell)


def _integer(cell: Any) -> int:
    """A whole number of 32 bits."""
    is_whole = isinstance(cell, int) or (isinstance(cell, float) and cell.is_integer())
    if isinstance(cell, str) and _INTEGER.fullmatch(cell):
        cell, is_whole = cell.split(".")[0], True
    if isinstance(cell, bool) or not is_whole:
        raise BadValueError(feeds.INTEGER)
    value = int(cell)
    if not -(2**31) <= value < 2**31:
        raise BadValueError(feeds.INTEGER)
    return value


def _number(cell: Any) -> Decimal:
    if isinstance(cell, bool) or not isinstance(cell, int | float | str | Decimal):
        raise BadValueError(feeds.NUMBER)
    comma = _COMMA.fullmatch(cell) if isinstance(cell, str) else None
    value = Decimal(f"{comma[1]}.{comma[2]}" if comma else str(cell))
    if not value.is_finite():
        raise BadValueError(feeds.NUMBER)
    return value


def _boolean(cell: Any) -> bool:
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, str) and cell.lower() in ("true", "false"):
        return cell.lower() == "true"
    raise BadValueError(feeds.BOOLEAN)


def _date(cell: Any) -> date:
    if isinstance(cell, datetime):
        if (cell.hour, cell.minute, cell.second, cell.microsecond) != (0, 0, 0, 0):
            raise BadValueError(feeds.DATE)
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, str) and _DATE.fullmatch(cell):
        return date.fromisoformat(cell)
    if isinstance(cell, str) and (dotted := _DOTTED.fullmatch(cell)) and dotted[4] is None:
        return date(int(dotted[3]), int(dotted[2]), int(dotted[1]))
    raise BadValueError(feeds.DATE)


def _moment(cell: Any) -> datetime:
    """A moment; without an offset it is local time. Always returned in UTC."""
    if isinstance(cell, str) and _MOMENT.fullmatch(cell):
        cell = datetime.fromisoformat(cell)
    elif isinstance(cell, str) and (dotted := _DOTTED.fullmatch(cell)) and dotted[4] is not None:
        hour, minute, *second = (int(part) for part in dotted[4].split(":"))
        cell = datetime(int(dotted[3]), int(dotted[2]), int(dotted[1]), hour, minute, *second)
    elif isinstance(cell, date) and not isinstance(cell, datetime):
        cell = datetime(cell.year, cell.month, cell.day)
    if not isinstance(cell, datetime):
        raise BadValueError(feeds.MOMENT)
    if cell.tzinfo is None:
        cell = cell.replace(tzinfo=order.LOCAL)
    return cell.astimezone(UTC)


_PARSERS: dict[str, Callable[[Any], Any]] = {
    feeds.TEXT: _text,
    feeds.INTEGER: _integer,
    feeds.NUMBER: _number,
    feeds.BOOLEAN: _boolean,
    feeds.DATE: _date,
    feeds.MOMENT: _moment,
}

_WEIGHTS_FIRST = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
_WEIGHTS_SECOND = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)


def is_iin(text: str) -> bool:
    """Whether a text is a well-formed IIN of a candidate (FACTS §4).

    Twelve digits, the seventh 1 to 6, a date of birth that exists, and the check digit of the first pass, or
    of the second where the first gives 10; where both give 10 the number was never issued.
    """
    if not re.fullmatch(r"[0-9]{12}", text) or text[6] not in "123456" or not _has_birth_date(text):
        return False
    digits = [int(character) for character in text]
    control = sum(d * w for d, w in zip(digits[:11], _WEIGHTS_FIRST, strict=True)) % 11
    if control == 10:
        control = sum(d * w for d, w in zip(digits[:11], _WEIGHTS_SECOND, strict=True)) % 11
    return control < 10 and control == digits[11]


def _has_birth_date(text: str) -> bool:
    """Whether the first six digits are a date in the seventh's century; year 00 under 3 or 4 is 2000."""
    century = 1800 + 100 * ((int(text[6]) - 1) // 2)
    year = century + int(text[0:2])
    if year == 1900:
        year = 2000
    try:
        date(year, int(text[2:4]), int(text[4:6]))
    except ValueError:
        return False
    return True
