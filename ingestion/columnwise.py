"""Whole Arrow columns at once: the quick way to what ``parsing.py`` does value by value.

Belongs here: conversions by Arrow of values whose meaning is beyond doubt (text in canonical form, columns of
a type that holds the very value). What a type accepts is said once, in ``parsing.py``; here is only what is
certain to come out the same, and everything else is left to the parsers there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ingestion.clock import local_zone

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

# Days that every year has, so that no form needs a calendar: 29 February is left to the parsers, and so are
# the years near the ends of what a date can hold.
_MONTH_DAY = (
    "(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
)
_DAY_MONTH = (
    r"(?:(?:0[1-9]|1[0-9]|2[0-8])\.(?:0[1-9]|1[0-2])|(?:29|30)\.(?:0[13-9]|1[0-2])|31\.(?:0[13578]|1[02]))"
)
_YEAR = "[12][0-9]{3}"
_HOUR, _SIXTY = "(?:[01][0-9]|2[0-3])", "[0-5][0-9]"
_ISO_DATE = f"{_YEAR}-{_MONTH_DAY}"
_ISO_LOCAL = rf"{_ISO_DATE}[T ]{_HOUR}:{_SIXTY}(?::{_SIXTY}(?:\.[0-9]{{1,6}})?)?"
_ISO_ZONED = f"{_ISO_LOCAL}(?:Z|[+-]{_HOUR}:?{_SIXTY})"
_DOTTED_DATE = rf"{_DAY_MONTH}\.{_YEAR}"
_DOTTED_MOMENT = f"{_DOTTED_DATE} {_HOUR}:{_SIXTY}(?::{_SIXTY})?"
_INTEGER = "-?[0-9]{1,9}"
_FROM_DOTTED = (r"\A(..)\.(..)\.(....)", r"\3-\2-\1")

# First bytes (UTF-8) of the characters that are blanks to ``str.strip``.
_FIRST_BYTES_OF_BLANKS = (*range(0x09, 0x0E), *range(0x1C, 0x21), 0xC2, 0xE1, 0xE2, 0xE3)
_EXACT_FLOATS = {"float": 2**24, "double": 2**53}
_INTEGERS_32 = (-(2**31), 2**31 - 1)
_TICKS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_DAY = timedelta(days=1)
_DAY_MICROSECONDS = 86_400 * 10**6
_EPOCH = datetime(1970, 1, 1)
# As in ``parsing.py``: a day inside what a moment can hold.
_FIRST_MOMENT, _LAST_MOMENT = datetime(1, 1, 2), datetime(9999, 12, 30)
_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896


@dataclass(frozen=True)
class Converted:
    """A column on its way.

    values: of the target type, null where nothing is there yet. left: a mask of values that a parser has to
    decide. What is there, null in ``values`` and not left has failed.
    """

    values: pa.Array
    left: np.ndarray


def as_arrow(values: Any) -> pa.Array | None:
    """Values as one plain Arrow array; None for Python values that are not all of one simple type."""
    import pyarrow as pa

    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if isinstance(values, pa.Array):
        return _plain(values)
    kinds = set(map(type, values)) - {type(None)}
    simple = {str: pa.string(), bool: pa.bool_(), int: pa.int64()}
    if len(kinds) > 1 or not kinds <= set(simple):
        return None
    try:
        return pa.array(values, type=simple[kinds.pop()] if kinds else pa.null())
    except (OverflowError, UnicodeEncodeError):
        return None


def _plain(array: pa.Array) -> pa.Array:
    """The array without extension, dictionary or runs; text with 32-bit offsets."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(array, pa.ExtensionArray):
        return _plain(array.storage)
    if pa.types.is_dictionary(array.type):
        return _plain(array.dictionary_decode())
    if pa.types.is_run_end_encoded(array.type):
        return _plain(pc.run_end_decode(array))
    if pa.types.is_large_string(array.type) or pa.types.is_string_view(array.type):
        return array.cast(pa.string())
    return array


def without_broken_text(array: pa.Array) -> pa.Array:
    """The array; text has null where its bytes are not UTF-8, since Parquet may hold anything."""
    import pyarrow as pa

    if not pa.types.is_string(array.type):
        return array
    try:
        array.validate(full=True)
    except pa.ArrowInvalid:
        return pa.array([_decoded(value) for value in array.cast(pa.binary()).to_pylist()], type=pa.string())
    return array


def _decoded(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode("utf-8")
    except UnicodeDecodeError:
        return None


def convert(array: pa.Array, target: pa.DataType, *, naive_is_utc: bool) -> Converted:
    """What can be converted at once; the rest is left, or failed where no parser takes the type."""
    import pyarrow as pa

    kind = array.type
    if pa.types.is_string(kind):
        return _leave_empty(array, _from_text(array, target))
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return _from_time(array, target, naive_is_utc)
    if pa.types.is_boolean(kind) and pa.types.is_boolean(target):
        return _leave_none(array)
    is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    if is_number and (pa.types.is_string(target) or pa.types.is_int32(target) or pa.types.is_decimal(target)):
        return _leave_empty(array, _from_number(array, target))
    return _leave_none(pa.nulls(len(array), target))


def _leave_empty(array: pa.Array, values: pa.Array) -> Converted:
    return Converted(values, _mask(array.is_valid()) & _mask(values.is_null()))


def _leave_none(values: pa.Array) -> Converted:
    import numpy as np

    return Converted(values, np.zeros(len(values), dtype=bool))


def _mask(array: pa.Array) -> np.ndarray:
    return array.to_numpy(zero_copy_only=False)


# -- text


def _from_text(text: pa.Array, target: pa.DataType) -> pa.Array:
    import pyarrow as pa

    if pa.types.is_string(target):
        return _surely_not_blank(text)
    values = pa.nulls(len(text), target)
    for form, read in _spellings(target):
        values = _read_spelling(text, values, form, read)
        if values.null_count == text.null_count:
            break
    return values


def _read_spelling(
    text: pa.Array, values: pa.Array, form: str, read: Callable[[pa.Array], pa.Array]
) -> pa.Array:
    """``values`` filled where they are null and the whole text is of a form."""
    import pyarrow.compute as pc

    is_of_form = pc.match_substring_regex(text, rf"\A(?:{form})\z")
    if is_of_form.false_count == 0:
        return read(text)
    fills = pc.and_(pc.fill_null(is_of_form, False), values.is_null())
    if fills.true_count == 0:
        return values
    return pc.replace_with_mask(values, fills, read(text.filter(fills)))


def _spellings(target: pa.DataType) -> list[tuple[str, Callable[[pa.Array], pa.Array]]]:
    """Canonical forms of a type, the commonest first, each with the way to read texts of it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    def plain(text: pa.Array) -> pa.Array:
        return pc.cast(text, target)

    def dotted(text: pa.Array) -> pa.Array:
        pattern, replacement = _FROM_DOTTED
        return pc.replace_substring_regex(text, pattern=pattern, replacement=replacement)

    if pa.types.is_int32(target):
        return [(_INTEGER, plain)]
    if pa.types.is_decimal(target):
        pointed, *commaed = _decimal_forms(target.precision, target.scale)
        return [
            (pointed, plain),
            *((form, lambda text: plain(pc.replace_substring(text, ",", "."))) for form in commaed),
        ]
    if pa.types.is_date32(target):
        return [(_ISO_DATE, plain), (_DOTTED_DATE, lambda text: plain(dotted(text)))]
    if pa.types.is_timestamp(target):
        zoned = pa.timestamp(target.unit, "UTC")
        return [
            (_ISO_ZONED, lambda text: pc.cast(pc.cast(text, zoned), target)),
            (_ISO_LOCAL, lambda text: _local_to_utc(plain(text))),
            (_DOTTED_MOMENT, lambda text: _local_to_utc(plain(dotted(text)))),
        ]
    return []  # the few ways to write a truth value are few: each is parsed once


def _decimal_forms(precision: int, scale: int) -> tuple[str, ...]:
    """Numbers that the type holds: with a point, and with a comma that cannot set thousands apart."""
    whole = f"-?[0-9]{{1,{precision - scale}}}" if precision > scale else "-?0"
    if scale == 0:
        return (whole,)
    widths = [f"[0-9]{{{width}}}" for width in range(1, scale + 1) if width != 3]
    return rf"{whole}(?:\.[0-9]{{1,{scale}}})?", f"{whole},(?:{'|'.join(widths)})"


def _surely_not_blank(text: pa.Array) -> pa.Array:
    """The text, null where it is empty or begins as a blank might."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if len(text) == text.null_count:
        return text
    _, offsets_buffer, data_buffer = text.buffers()
    offsets = np.frombuffer(offsets_buffer, dtype=np.int32)[text.offset : text.offset + len(text) + 1]
    data = np.frombuffer(data_buffer or b"", dtype=np.uint8)
    if len(data) == 0:
        return pa.nulls(len(text), pa.string())
    begins_a_blank = np.zeros(256, dtype=bool)
    begins_a_blank[list(_FIRST_BYTES_OF_BLANKS)] = True
    starts = offsets[:-1]
    may_be_blank = (starts == offsets[1:]) | begins_a_blank[data[np.minimum(starts, len(data) - 1)]]
    if not may_be_blank.any():
        return text
    return pc.if_else(pa.array(may_be_blank), pa.scalar(None, pa.string()), text)


# -- numbers


def _from_number(array: pa.Array, target: pa.DataType) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = array.type
    if pa.types.is_decimal(kind):
        return _rescaled(array, target)
    if pa.types.is_floating(kind):
        if str(kind) not in _EXACT_FLOATS:
            return pa.nulls(len(array), target)
        if pa.types.is_decimal(target):
            return _from_text(pc.cast(array, pa.string()), target)
        whole = _whole_numbers(array)
    elif pa.types.is_uint64(kind):
        fits = pc.less_equal(array, pa.scalar(2**63 - 1, pa.uint64()))
        whole = pc.cast(pc.if_else(fits, array, pa.scalar(None, kind)), pa.int64())
    else:
        whole = pc.cast(array, pa.int64())
    if pa.types.is_string(target):
        return pc.cast(whole, target)
    if pa.types.is_int32(target):
        return pc.cast(_between(whole, *_INTEGERS_32), target)
    return _whole_decimals(whole, target)


def _whole_numbers(floats: pa.Array) -> pa.Array:
    """Whole numbers that the float type tells apart, as 64-bit integers; others are null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    bound = _EXACT_FLOATS[str(floats.type)]
    is_exact = pc.and_(pc.less(pc.abs(floats), bound), pc.equal(floats, pc.trunc(floats)))
    return pc.cast(pc.if_else(is_exact, floats, pa.scalar(None, floats.type)), pa.int64())


def _whole_decimals(whole: pa.Array, target: pa.DataType) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    if target.scale > 19:
        return pa.nulls(len(whole), target)
    largest = min(10 ** (target.precision - target.scale), 2**63) - 1
    wide = pc.cast(_between(whole, -largest, largest), pa.decimal128(19 + target.scale, target.scale))
    return pc.cast(wide, target)


def _rescaled(array: pa.Array, target: pa.DataType) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        return pc.cast(array, target) if pa.types.is_decimal(target) else pa.nulls(len(array), target)
    except pa.ArrowInvalid:
        return pa.nulls(len(array), target)


def _between(array: pa.Array, first: int, last: int) -> pa.Array:
    """The array, null outside the bounds."""
    import pyarrow as pa
    import pyarrow.compute as pc

    inside = pc.and_(
        pc.greater_equal(array, pa.scalar(first, array.type)),
        pc.less_equal(array, pa.scalar(last, array.type)),
    )
    return pc.if_else(inside, array, pa.scalar(None, array.type))


# -- days and moments


def _from_time(array: pa.Array, target: pa.DataType, naive_is_utc: bool) -> Converted:
    """Typed days and moments. All are decided here, but for local moments of days on which clocks changed."""
    import pyarrow as pa
    import pyarrow.compute as pc

    has_zone = pa.types.is_timestamp(array.type) and array.type.tz is not None
    if pa.types.is_date32(target) and not has_zone:
        return _leave_none(pc.cast(_between(_days(array), _FIRST_DAY, _LAST_DAY), pa.int32()).view(target))
    if not pa.types.is_timestamp(target):
        return _leave_none(pa.nulls(len(array), target))
    moments = _microseconds(array).cast(target)
    if has_zone or naive_is_utc:
        return _leave_none(moments)
    return _leave_empty(moments, _local_to_utc(moments))


def _days(array: pa.Array) -> pa.Array:
    """Days since 1970 as 64-bit integers; a moment is one only at midnight."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_date32(array.type):
        return array.view(pa.int32()).cast(pa.int64())
    ticks, per_day = array.view(pa.int64()), 86_400 * _ticks_a_second(array.type)
    days = pc.divide(ticks, per_day)
    is_midnight = pc.equal(pc.multiply(days, per_day), ticks)
    return pc.if_else(is_midnight, days, pa.scalar(None, pa.int64()))


def _microseconds(array: pa.Array) -> pa.Array:
    """Microseconds since 1970, what is finer dropped; null outside what a moment can hold."""
    import pyarrow as pa
    import pyarrow.compute as pc

    first, last = ((moment - _EPOCH) // timedelta(seconds=1) for moment in (_FIRST_MOMENT, _LAST_MOMENT))
    if pa.types.is_date(array.type):
        days = _between(_days(array), first // 86_400, last // 86_400)
        return pc.multiply(days, _DAY_MICROSECONDS)
    per_second = _ticks_a_second(array.type)
    if per_second > 10**6:
        ticks = array.view(pa.int64())
        thousands = pc.divide(ticks, 1000)  # towards zero
        is_rounded_up = pc.less(ticks, pc.multiply(thousands, 1000))
        return pc.subtract(thousands, is_rounded_up.cast(pa.int64()))
    ticks = _between(array.view(pa.int64()), first * per_second, last * per_second)
    return pc.multiply(ticks, 10**6 // per_second)


def _ticks_a_second(kind: pa.DataType) -> int:
    import pyarrow as pa

    return _TICKS["ms" if pa.types.is_date64(kind) else kind.unit]


def _local_to_utc(moments: pa.Array) -> pa.Array:
    """Local moments as UTC; null on days on which the clocks of the season's zone were changed."""
    import numpy as np
    import pyarrow as pa

    if len(moments) == 0:
        return moments
    ticks = moments.view(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    days, which = np.unique(ticks // _DAY_MICROSECONDS, return_inverse=True)
    offsets = [_offset_of_day(int(day)) for day in days]
    is_changed = np.array([offset is None for offset in offsets])[which]
    shifts = np.array([offset or 0 for offset in offsets], dtype=np.int64)[which]
    return pa.array(ticks - shifts, mask=is_changed | _mask(moments.is_null())).cast(moments.type)


@lru_cache(maxsize=4096)
def _offset_of_day(day: int) -> int | None:
    """Offset of a local day (days since 1970) in microseconds; None if it changes in the course of it."""
    start = _EPOCH + timedelta(days=day)
    offsets: Sequence[timedelta | None] = [
        moment.replace(tzinfo=local_zone()).utcoffset() for moment in (start, start + _DAY)
    ]
    if offsets[0] is None or offsets[0] != offsets[1]:
        return None
    return offsets[0] // timedelta(microseconds=1)
