"""From values as received to values of the contract's types.

Belongs here: one tolerant but exact parser per logical type. Tolerant of how formats write a value (3.0 for 3
in Excel, a date as text or as an Excel date, 30.06.2025 and 12,5 as Excel in Kazakhstan writes them); exact
in that nothing is guessed or rounded: what does not fit is not parseable. Blank text is an empty value. These
parsers alone say what a type accepts; ``columnwise.py`` converts what is beyond doubt without them, since it
is many times quicker. Whether a value that parsed is allowed is decided in ``expectations.py``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Context, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from ingestion import columnwise
from ingestion.clock import as_utc, local_to_utc
from ingestion.contracts.model import Column

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}(?:\.0+)?")
_DECIMAL = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+|,(?![0-9]{3}\Z)[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DOTTED_DATE = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})")
_DOTTED_MOMENT = re.compile(rf"{_DOTTED_DATE.pattern} ([0-9]{{1,2}}):([0-9]{{2}})(?::([0-9]{{2}}))?")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]"
    r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_DECIMAL_TYPE = re.compile(r"DECIMAL\(([0-9]+),\s*([0-9]+)\)")
_INTEGER_MINIMUM, _INTEGER_MAXIMUM = -(2**31), 2**31 - 1
_FIRST_MOMENT, _LAST_MOMENT = datetime(1, 1, 2), datetime(9999, 12, 30)
_EXACT_FLOATS = 2**53
_MANY_DIGITS = Context(prec=80)  # more than any DECIMAL(p,s) has before and after the point
_BOOLEANS = {"true": True, "false": False}


class NotParseableError(ValueError):
    """The value is not of the type that the contract asks for. Carries no value."""


@dataclass(frozen=True)
class ParsedColumn:
    """Values of a column as an Arrow array of its type.

    failed: positions (from 0) of values that could not be parsed; they are null in ``values``.
    """

    values: pa.Array
    failed: tuple[int, ...]


def parse_column(
    values: pa.Array | pa.ChunkedArray | Sequence[Any], column: Column, *, naive_is_utc: bool
) -> ParsedColumn:
    """Parse a column as received.

    naive_is_utc: whether a typed moment without zone is UTC (Parquet) or local (Excel). Text without zone is
    local.
    """
    target = arrow_type(column)
    parse = parser_for(column, naive_is_utc=naive_is_utc)
    array = columnwise.as_arrow(values)
    if array is None:
        return _parse_each(values, parse, target)
    readable = columnwise.without_broken_text(array)
    converted = columnwise.convert(readable, target, naive_is_utc=naive_is_utc)
    return _decide_rest(array, readable, converted, parse)


def _decide_rest(
    received: pa.Array,
    readable: pa.Array,
    converted: columnwise.Converted,
    parse: Callable[[object], object],
) -> ParsedColumn:
    """Let the parser decide the values that were left."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    values, left = converted.values, converted.left
    missing_or_there = pc.or_(received.is_null(), values.is_valid())
    is_open = ~missing_or_there.to_numpy(zero_copy_only=False)
    if not is_open.any():
        return ParsedColumn(values, ())
    if left.any():
        rest = _parse_distinct(readable.filter(pa.array(left)), parse, values.type)
        values = pc.replace_with_mask(values, pa.array(left), rest.values)
        is_open[left] = False
        is_open[np.flatnonzero(left)[list(rest.failed)]] = True
    return ParsedColumn(values, tuple(np.flatnonzero(is_open).tolist()))


def arrow_type(column: Column) -> pa.DataType:
    """Arrow type of a parsed column."""
    import pyarrow as pa

    match column.logical_type:
        case "string":
            return pa.string()
        case "integer":
            return pa.int32()
        case "number":
            return pa.decimal128(*decimal_size(column.physical_type))
        case "boolean":
            return pa.bool_()
        case "date":
            return pa.date32()
        case "timestamp":
            return pa.timestamp("us")
    raise ValueError(f"no Arrow type for {column.logical_type}")


def decimal_size(physical_type: str) -> tuple[int, int]:
    """Precision and scale of ``DECIMAL(p,s)``."""
    match = _DECIMAL_TYPE.fullmatch(physical_type)
    if match is None:
        raise ValueError(f"{physical_type} is not DECIMAL(p,s)")
    return int(match[1]), int(match[2])


def parser_for(column: Column, *, naive_is_utc: bool) -> Callable[[object], object]:
    """Parser of one value that is there; it raises ``NotParseableError``."""
    match column.logical_type:
        case "string":
            return parse_string
        case "integer":
            return parse_integer
        case "number":
            precision, scale = decimal_size(column.physical_type)
            return lambda value: parse_decimal(value, precision, scale)
        case "boolean":
            return parse_boolean
        case "date":
            return parse_date
        case "timestamp":
            return lambda value: parse_timestamp(value, naive_is_utc=naive_is_utc)
    raise ValueError(f"no parser for {column.logical_type}")


def is_missing(value: object) -> bool:
    """Whether nothing was sent: empty, or text that is blank."""
    return value is None or (isinstance(value, str) and not value.strip())


def parse_string(value: object) -> str:
    """Text as received; whole numbers (codes that Excel or JSON holds as numbers) in plain digits.

    Halves of a character, which JSON can name (an escaped surrogate), are no text.
    """
    if isinstance(value, str):
        return _encodable(value)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise NotParseableError
    if isinstance(value, int):
        return str(value)
    if not math.isfinite(value) or not -_EXACT_FLOATS < value < _EXACT_FLOATS:
        raise NotParseableError
    return str(int(value)) if value == int(value) else str(value)


def _encodable(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise NotParseableError from None
    return text


def parse_integer(value: object) -> int:
    """A whole number of 32 bits; ``3.0``, as spreadsheets write it, is 3; ``3.5`` is not parseable."""
    if isinstance(value, str):
        if not _INTEGER.fullmatch(value):
            raise NotParseableError
        value = Decimal(value)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise NotParseableError
    # The range first: it settles infinities and numbers too long to be turned into an int.
    if not math.isfinite(value) or value < _INTEGER_MINIMUM or value > _INTEGER_MAXIMUM:
        raise NotParseableError
    if value != int(value):
        raise NotParseableError
    return int(value)


def parse_decimal(value: object, precision: int, scale: int) -> Decimal:
    """A number that ``DECIMAL(precision, scale)`` holds exactly; one with more decimals is not parseable.

    Text may have a comma as decimal mark, unless exactly three digits follow it: they could be thousands.
    """
    if isinstance(value, str):
        if not _DECIMAL.fullmatch(value):
            raise NotParseableError
        number = Decimal(value.replace(",", "."))
    elif isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise NotParseableError
    else:
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    try:
        exact = number.quantize(Decimal(1).scaleb(-scale), context=_MANY_DIGITS)
    except InvalidOperation:
        raise NotParseableError from None
    if exact != number or exact.copy_abs() >= Decimal(10) ** (precision - scale):
        raise NotParseableError
    return exact


def parse_boolean(value: object) -> bool:
    """true or false, as text in any case or as a typed value; 0 and 1 are not parseable."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in _BOOLEANS:
        return _BOOLEANS[value.lower()]
    raise NotParseableError


def parse_date(value: object) -> date:
    """A day: ``YYYY-MM-DD``, ``DD.MM.YYYY`` or a typed date; a typed moment only at midnight without zone."""
    if isinstance(value, datetime):
        if value.tzinfo is not None or value.time() != time():
            raise NotParseableError
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str) and _DATE.fullmatch(value):
        return _from_iso(date.fromisoformat, value)
    if isinstance(value, str) and (dotted := _DOTTED_DATE.fullmatch(value)):
        return _from_numbers(date, dotted[3], dotted[2], dotted[1])
    raise NotParseableError


def parse_timestamp(value: object, *, naive_is_utc: bool) -> datetime:
    """A moment as UTC without zone (microseconds).

    Text is ISO 8601 with offset, or without one local time (FACTS §7), or ``DD.MM.YYYY HH:MM[:SS]``, local,
    in which the hour may lack its zero. A typed moment without zone is UTC if ``naive_is_utc``, else local; a
    typed date (Excel's midnight) is the start of that day.
    """
    if isinstance(value, str):
        moment, is_utc = _parse_moment_text(value), False
    elif isinstance(value, datetime):
        moment, is_utc = value, naive_is_utc
    elif isinstance(value, date):
        moment, is_utc = datetime.combine(value, time()), naive_is_utc
    else:
        raise NotParseableError
    if not _FIRST_MOMENT <= moment.replace(tzinfo=None) <= _LAST_MOMENT:
        raise NotParseableError
    return as_utc(moment) if is_utc or moment.tzinfo is not None else local_to_utc(moment)


def _parse_moment_text(text: str) -> datetime:
    if dotted := _DOTTED_MOMENT.fullmatch(text):
        day, month, year, hour, minute, second = dotted.groups(default="0")
        return _from_numbers(datetime, year, month, day, hour, minute, second)
    if not _MOMENT.fullmatch(text):
        raise NotParseableError
    return _from_iso(datetime.fromisoformat, text)


def _from_iso(parse: Callable[[str], Any], text: str) -> Any:
    try:
        return parse(text)
    except ValueError:
        raise NotParseableError from None


def _from_numbers(make: Callable[..., Any], *numbers: str) -> Any:
    try:
        return make(*map(int, numbers))
    except ValueError:
        raise NotParseableError from None


def _parse_distinct(values: pa.Array, parse: Callable[[object], object], target: pa.DataType) -> ParsedColumn:
    """Parse the values of an Arrow array; texts are first reduced to those that differ."""
    import numpy as np
    import pyarrow as pa

    if not pa.types.is_string(values.type):
        return _parse_each(_python_values(values), parse, target)
    coded = values.dictionary_encode()
    words = _parse_each(coded.dictionary.to_pylist(), parse, target)
    is_failed: np.ndarray = np.zeros(len(words.values), dtype=bool)
    is_failed[list(words.failed)] = True
    failed = np.flatnonzero(is_failed[coded.indices.to_numpy()])
    return ParsedColumn(words.values.take(coded.indices), tuple(failed.tolist()))


def _parse_each(
    values: Sequence[Any], parse: Callable[[object], object], target: pa.DataType
) -> ParsedColumn:
    """Parse every value, each distinct one once: null where missing or failed."""
    import pyarrow as pa

    known: dict[tuple[type, object], object] = {}
    parsed: list[object] = []
    failed: list[int] = []
    for position, value in enumerate(values):
        result: object = None
        if not is_missing(value):
            if isinstance(value, str) and parse is not parse_string:
                value = value.strip()  # blanks around a number or a date mean nothing; text is taken as it is
            result = _parse_known(value, parse, known)
            if result is NotParseableError:
                failed.append(position)
                result = None
        parsed.append(result)
    return ParsedColumn(pa.array(parsed, type=target), tuple(failed))


def _parse_known(
    value: Any, parse: Callable[[object], object], known: dict[tuple[type, object], object]
) -> object:
    if isinstance(value, list | dict):
        return NotParseableError
    key = (type(value), value)
    if key not in known:
        try:
            known[key] = parse(value)
        except NotParseableError:
            known[key] = NotParseableError
    return known[key]


def _python_values(values: pa.Array) -> list[object]:
    """Values of an Arrow array; a 32-bit float keeps its own shortest digits."""
    import pyarrow as pa

    if pa.types.is_float32(values.type) or pa.types.is_float16(values.type):
        is_null = values.is_null().to_pylist()
        return [
            None if null else float(str(value))
            for value, null in zip(values.to_numpy(zero_copy_only=False), is_null, strict=True)
        ]
    return values.to_pylist()
