"""From values as received to values of the contract's types.

Belongs here: one tolerant but exact parser per logical type. Tolerant of how formats write a value (3.0 for 3
in Excel, a date as text or as an Excel date); exact in that nothing is guessed or rounded: what does not fit
is not parseable. Blank text is an empty value. Whether a value that parsed is allowed is decided in
``expectations.py``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from ingestion.clock import as_utc, local_to_utc
from ingestion.contracts.model import Column

if TYPE_CHECKING:
    import pyarrow as pa

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}(?:\.0+)?")
_DECIMAL = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]"
    r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_DECIMAL_TYPE = re.compile(r"DECIMAL\(([0-9]+),\s*([0-9]+)\)")
_INTEGER_MINIMUM, _INTEGER_MAXIMUM = -(2**31), 2**31 - 1
_FIRST_MOMENT, _LAST_MOMENT = datetime(1, 1, 2), datetime(9999, 12, 30)
_EXACT_FLOATS = 2**53
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


def parse_column(values: Sequence[Any], column: Column, *, naive_is_utc: bool) -> ParsedColumn:
    """Parse a column as received; typed Arrow columns of the very type are taken over whole.

    naive_is_utc: whether a typed moment without zone is UTC (Parquet) or local (Excel). Text without zone is
    local.
    """
    import pyarrow as pa

    if isinstance(values, pa.ChunkedArray):
        converted = _take_over(values.combine_chunks(), column)
        if converted is not None:
            return ParsedColumn(converted, ())
        values = _python_values(values)
    parse = parser_for(column, naive_is_utc=naive_is_utc)
    parsed, failed = _parse_each(values, parse)
    return ParsedColumn(pa.array(parsed, type=arrow_type(column)), tuple(failed))


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
    """Text as received; whole numbers (codes that Excel or JSON holds as numbers) in plain digits."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise NotParseableError
    if isinstance(value, int):
        return str(value)
    if not math.isfinite(value) or not -_EXACT_FLOATS < value < _EXACT_FLOATS:
        raise NotParseableError
    return str(int(value)) if value == int(value) else str(value)


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
    """A number that ``DECIMAL(precision, scale)`` holds exactly; one with more decimals is not parseable."""
    if isinstance(value, str):
        if not _DECIMAL.fullmatch(value):
            raise NotParseableError
        number = Decimal(value)
    elif isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise NotParseableError
    else:
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    try:
        exact = number.quantize(Decimal(1).scaleb(-scale))
    except InvalidOperation:
        raise NotParseableError from None
    if exact != number or abs(exact) >= Decimal(10) ** (precision - scale):
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
    """A day: ``YYYY-MM-DD``, or a typed date; a typed moment only at midnight without zone."""
    if isinstance(value, datetime):
        if value.tzinfo is not None or value.time() != time():
            raise NotParseableError
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str) and _DATE.fullmatch(value):
        return _from_iso(date.fromisoformat, value)
    raise NotParseableError


def parse_timestamp(value: object, *, naive_is_utc: bool) -> datetime:
    """A moment as UTC without zone (microseconds).

    Text is ISO 8601 with offset, or without one local time (FACTS §7). A typed moment without zone is UTC if
    ``naive_is_utc``, else local; a typed date (Excel's midnight) is the start of that day.
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
    if not _MOMENT.fullmatch(text):
        raise NotParseableError
    return _from_iso(datetime.fromisoformat, text)


def _from_iso(parse: Callable[[str], Any], text: str) -> Any:
    try:
        return parse(text)
    except ValueError:
        raise NotParseableError from None


def _parse_each(values: Sequence[Any], parse: Callable[[object], object]) -> tuple[list[object], list[int]]:
    """Parse every value, each distinct one once.

    Gives the values (None where missing or failed) and failed positions.
    """
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
    return parsed, failed


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


def _python_values(values: pa.ChunkedArray) -> list[object]:
    """Values of an Arrow column; a 32-bit float keeps its own shortest digits."""
    import pyarrow as pa

    if pa.types.is_float32(values.type) or pa.types.is_float16(values.type):
        is_null = values.is_null().to_pylist()
        return [
            None if null else float(str(value))
            for value, null in zip(values.to_numpy(), is_null, strict=True)
        ]
    return values.to_pylist()


def _take_over(values: pa.Array, column: Column) -> pa.Array | None:
    """The array in the column's type if it is of that type already, else None."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind, target = values.type, arrow_type(column)
    if column.logical_type == "string" and (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        text = values.cast(pa.string())
        is_blank = pc.equal(pc.utf8_trim_whitespace(text), "")
        return pc.if_else(is_blank, pa.scalar(None, pa.string()), text)
    if column.logical_type == "timestamp" and pa.types.is_timestamp(kind):
        return values.cast(pa.timestamp("us", kind.tz), safe=False).cast(target)
    same = {"integer": pa.types.is_int32, "boolean": pa.types.is_boolean, "date": pa.types.is_date32}
    if column.logical_type in same and same[column.logical_type](kind):
        return values
    if column.logical_type == "integer" and pa.types.is_integer(kind):
        return _cast_if_exact(values, target)
    return None


def _cast_if_exact(values: pa.Array, target: pa.DataType) -> pa.Array | None:
    import pyarrow as pa

    try:
        return values.cast(target)
    except pa.ArrowInvalid:
        return None
