"""The quick way over whole columns against the parsers, value by value: it may never say anything else."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pyarrow as pa
import pytest

from ingestion import columnwise
from ingestion.clock import local_to_utc
from ingestion.contracts import Column
from ingestion.parsing import (
    NotParseableError,
    arrow_type,
    is_missing,
    parse_column,
    parse_string,
    parser_for,
)

TYPES = {
    "string": "VARCHAR",
    "integer": "INTEGER",
    "number": "DECIMAL(12,4)",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}
BLANKS = ["", " ", "  ", "\t", "\u00a0", "\u2003", "\x1f", "\x85", "\ufeff", "\n"]
AROUND = [" ", "\u00a0", "\u3000", "\n", "\x00"]


def column(logical_type: str, physical_type: str | None = None) -> Column:
    physical_type = physical_type or TYPES[logical_type]
    return Column("x", logical_type, physical_type, False, False, "internal", "")


def exactly(values: list[Any], wanted: Column, *, naive_is_utc: bool) -> tuple[list[Any], list[int]]:
    """What the parser of the type says, value by value."""
    parse, parsed, failed = parser_for(wanted, naive_is_utc=naive_is_utc), [], []
    for position, value in enumerate(values):
        result = None
        if not is_missing(value):
            stripped = value.strip() if isinstance(value, str) and parse is not parse_string else value
            try:
                result = parse(stripped)
            except NotParseableError:
                failed.append(position)
        parsed.append(result)
    return pa.array(parsed, type=arrow_type(wanted)).to_pylist(), failed


def assert_same(
    array: pa.Array, values: list[Any], wanted: Column, *, naive_is_utc: bool = False
) -> pa.Array:
    parsed = parse_column(array, wanted, naive_is_utc=naive_is_utc)
    expected, failed = exactly(values, wanted, naive_is_utc=naive_is_utc)
    got = parsed.values.to_pylist()
    differing = [values[i] for i, pair in enumerate(zip(got, expected, strict=True)) if pair[0] != pair[1]]
    assert differing == []
    assert [values[i] for i in set(parsed.failed) ^ set(failed)] == []
    assert list(parsed.failed) == failed
    assert parsed.values.type == arrow_type(wanted)
    parsed.values.validate(full=True)
    return parsed.values


# -- texts of many shapes


def digits(rng: random.Random, most: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(rng.randint(1, most)))


def number_text(rng: random.Random) -> str:
    sign = rng.choice(["", "", "", "-", "+", "--", "−"])
    whole = rng.choice([digits(rng, 4), digits(rng, 12), "0" * rng.randint(1, 20) + digits(rng, 3), ""])
    point = rng.choice(["", "", ".", ",", ",,", ".,", " ", "'", "e", "E+"])
    rest = digits(rng, 6) if rng.random() < 0.8 else rng.choice(["0", "000", "0000000", ""])
    special = ["1e3", "0x1", "0x1F", "３", "٣", "1_000", "2147483647", "2147483648", "-2147483648", "nan"]
    special += ["-2147483649", "inf", "99999999.9999", "100000000", "1.50000", "9" * 40, "-0", "-0.0", "+5"]
    return rng.choice(special) if rng.random() < 0.2 else sign + whole + point + (rest if point else "")


def mostly(rng: random.Random, good: list[Any], bad: list[Any]) -> Any:
    return rng.choice(good if rng.random() < 0.9 else bad)


def day_text(rng: random.Random) -> str:
    year = mostly(
        rng, ["1000", "1899", "2000", "2024", "2025", "2999"], ["0000", "0001", "0999", "3000", "9999"]
    )
    month, day = (
        mostly(rng, list(range(1, 13)), [0, 13]),
        mostly(rng, list(range(1, 32)), [0, 29, 30, 31, 32]),
    )
    bad = ["{y}{m}{d}", "{y}/{m}/{d}", "{d}-{m}-{y}", "{y}-{m}", "+{y}-{m}-{d}", "{d}.{m}.25", "{m}.{d}.{y}"]
    shape = mostly(rng, ["{y}-{m}-{d}"] * 3 + ["{d}.{m}.{y}"], bad)
    text = shape.format(y=year, m=f"{month:02}", d=f"{day:02}")
    return text.replace("1", "１") if rng.random() < 0.02 else text


def moment_text(rng: random.Random) -> str:
    time = mostly(rng, ["00", "09", "12", "23"], ["9", "24", "25"])
    if rng.random() < 0.95:
        time += mostly(rng, [":00", ":30", ":59"], [":60", ":5", "30"])
    if rng.random() < 0.7:
        time += mostly(rng, [":00", ":01", ":59"], [":60", ":61", "00"])
        if rng.random() < 0.4:
            time += mostly(rng, ["."], [",", ""]) + digits(rng, 9)
    good = ["", "", "Z", "+05:00", "+05:30", "+0500", "-00:00", "+23:59", "-23:59"]
    bad = ["z", "+05", "+24:00", " +05:00", "+5:00", "+05:60", " Asia/Almaty", "+05:00:30", "UTC"]
    return day_text(rng) + mostly(rng, ["T", " "], ["t", "", "  ", "_"]) + time + mostly(rng, good, bad)


@cache
def changing_days() -> list[str]:
    """Days of the season's zone on which the clocks were changed, and their neighbours."""
    starts = [datetime(1900, 1, 1) + timedelta(days=number) for number in range(131 * 365)]
    changed = [
        day
        for day in starts
        if local_to_utc(day + timedelta(days=1)) - local_to_utc(day) != timedelta(days=1)
    ]
    assert changed
    near = [day + timedelta(days=step) for day in changed for step in (-1, 0, 1)]
    return [day.date().isoformat() for day in near]


def changing_day_text(rng: random.Random) -> str:
    return f"{rng.choice(changing_days())}T{rng.randint(0, 23):02}:{rng.randint(0, 59):02}:00"


def truth_text(rng: random.Random) -> str:
    return rng.choice(
        ["true", "false", "TRUE", "False", "tRuE", "1", "0", "yes", "t", "ſalse", "true\n", "иә"]
    )


def any_text(rng: random.Random) -> str:
    return "".join(rng.choice("aЖә «é\u00a0\u2028\u3000\u1680\x1f\x85.0") for _ in range(rng.randint(0, 4)))


MAKERS: dict[str, list[Callable[[random.Random], str]]] = {
    "string": [any_text, number_text, day_text],
    "integer": [number_text, any_text],
    "number": [number_text, any_text],
    "boolean": [truth_text, any_text],
    "date": [day_text, moment_text, number_text],
    "timestamp": [moment_text, changing_day_text, day_text],
}


def texts(logical_type: str, seed: int, count: int) -> Iterator[str | None]:
    rng = random.Random(seed)
    for _ in range(count):
        if rng.random() < 0.05:
            yield rng.choice([None, *BLANKS])
        else:
            text = rng.choice(MAKERS[logical_type])(rng)
            yield mostly(rng, [""], AROUND) + text + mostly(rng, [""], AROUND)


@pytest.mark.parametrize("logical_type", TYPES)
@pytest.mark.parametrize("naive_is_utc", [True, False])
def test_texts(logical_type: str, naive_is_utc: bool) -> None:
    values = list(texts(logical_type, 2025, 12_000))
    assert_same(pa.array(values, pa.string()), values, column(logical_type), naive_is_utc=naive_is_utc)
    assert_same(values, values, column(logical_type), naive_is_utc=naive_is_utc)


@pytest.mark.parametrize("logical_type", TYPES)
def test_texts_in_every_arrow_layout(logical_type: str) -> None:
    values = list(texts(logical_type, 7, 400))
    text, wanted = pa.array(values, pa.string()), column(logical_type)
    layouts = [
        text.cast(pa.large_string()),
        text.cast(pa.string_view()),
        text.dictionary_encode(),
        pa.chunked_array([text.slice(0, 100), text.slice(100)]),
        pa.chunked_array([text.slice(0, 100).dictionary_encode(), text.slice(100).dictionary_encode()]),
        pa.ExtensionArray.from_storage(pa.opaque(pa.string(), "text", "test"), text),
        pa.array(["x", *values, "y"], pa.string()).slice(1, len(values)),
    ]
    for layout in layouts:
        assert_same(layout, values, wanted)
    for length in (0, 1, 2):
        assert_same(text.slice(5, length), values[5 : 5 + length], wanted)


@pytest.mark.parametrize("physical_type", ["DECIMAL(9,0)", "DECIMAL(4,4)", "DECIMAL(5,2)", "DECIMAL(38,10)"])
def test_decimals_of_every_size(physical_type: str) -> None:
    values = list(texts("number", 11, 4_000))
    assert_same(pa.array(values), values, column("number", physical_type))
    numbers = [0, 1, -1, 9, 10, 99_999, 10**9, 10**18, -(2**63)]
    assert_same(pa.array(numbers, pa.int64()), numbers, column("number", physical_type))


@pytest.mark.parametrize("shape", ["{y}-{m:02}-{d:02}", "{d:02}.{m:02}.{y}"])
def test_every_day_of_the_calendar_and_no_other(shape: str) -> None:
    years, months, days = (1900, 2000, 2023, 2024), range(14), range(33)
    values = [shape.format(y=y, m=m, d=d) for y in years for m in months for d in days]
    assert_same(pa.array(values), values, column("date"))
    moments = [f"{value} 10:30" for value in values]
    assert_same(pa.array(moments), moments, column("timestamp"))


def test_canonical_texts_need_no_parser() -> None:
    canonical = {
        "string": ["Әлия", "a b"],
        "integer": ["0", "-12", "007"],
        "number": ["12", "12.5", "-0.1234", "12,5"],
        "date": ["2025-06-30", "30.06.2025"],
        "timestamp": [
            "2025-06-30T23:59:00+05:00",
            "2025-06-30 23:59:00.25Z",
            "2025-06-30T23:59",
            "30.06.2025 23:59",
        ],
    }
    for logical_type, values in canonical.items():
        array = pa.array(values)
        converted = columnwise.convert(array, arrow_type(column(logical_type)), naive_is_utc=False)
        assert not converted.left.any()
        assert converted.values.null_count == 0


def test_first_bytes_of_every_blank_are_known() -> None:
    blanks = [chr(code) for code in range(sys.maxunicode + 1) if chr(code).isspace()]
    assert {blank.encode()[0] for blank in blanks} == set(columnwise._FIRST_BYTES_OF_BLANKS)


def test_text_that_is_not_utf8_fails_alone() -> None:
    array = pa.array([b"a", b"\xff", None, b" ", "ә".encode()]).cast(pa.string(), safe=False)
    parsed = parse_column(array, column("string"), naive_is_utc=True)
    assert parsed.values.to_pylist() == ["a", None, None, None, "ә"]
    assert parsed.failed == (1,)
    assert parse_column(array, column("integer"), naive_is_utc=True).failed == (0, 1, 4)


def test_half_a_character_fails_alone() -> None:
    parsed = parse_column(["a", "\ud800", None], column("string"), naive_is_utc=True)
    assert parsed.values.to_pylist() == ["a", None, None]
    assert parsed.failed == (1,)


# -- columns that have a type already


def whole(rng: random.Random, bits: int, *, signed: bool) -> int | None:
    first, last = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    edges = [first, last, 0, 1, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 99_999_999, 100_000_000]
    value = rng.choice(edges) if rng.random() < 0.4 else rng.randint(first, last) >> rng.randint(0, bits)
    return value if first <= value <= last and rng.random() > 0.05 else None


@pytest.mark.parametrize("logical_type", TYPES)
@pytest.mark.parametrize(
    "kind", [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint32(), pa.uint64()]
)
def test_integers(logical_type: str, kind: pa.DataType) -> None:
    rng = random.Random(3)
    signed = pa.types.is_signed_integer(kind)
    values = [whole(rng, kind.bit_width, signed=signed) for _ in range(500)]
    assert_same(pa.array(values, kind), values, column(logical_type))
    assert_same(values, values, column(logical_type))


FLOATS = [
    0.0,
    -0.0,
    1.0,
    3.5,
    0.1,
    0.8734,
    1e-5,
    1e-7,
    12345678.5,
    2.0**31,
    2.0**31 - 1,
    -(2.0**31),
    1e15,
    1e16,
]
FLOATS += [
    2.0**24,
    2.0**24 + 2,
    2.0**53,
    2.0**53 - 1,
    1e22,
    1e300,
    float("inf"),
    float("-inf"),
    99999999.9999,
]


@pytest.mark.parametrize("logical_type", TYPES)
@pytest.mark.parametrize("kind", [pa.float16(), pa.float32(), pa.float64()])
def test_floats(logical_type: str, kind: pa.DataType) -> None:
    rng = random.Random(5)
    numbers: list[float | None] = [*FLOATS, None, float("nan")]
    numbers += [round(rng.uniform(-1e6, 1e6), rng.randint(0, 6)) for _ in range(2_000)]
    numbers = [number for number in numbers if kind != pa.float16() or number is None or abs(number) < 60_000]
    array = pa.array(numbers, pa.float64()).cast(kind, safe=False)
    values = [None if one.as_py() is None else float(str(one.as_py())) for one in array]
    if kind != pa.float64():  # its own shortest digits
        shortest = array.to_numpy(zero_copy_only=False)
        values = [None if v is None else float(str(s)) for v, s in zip(values, shortest, strict=True)]
    assert_same(array, values, column(logical_type))


@pytest.mark.parametrize("logical_type", TYPES)
@pytest.mark.parametrize(
    "kind", [pa.decimal128(9, 2), pa.decimal128(20, 6), pa.decimal256(50, 4), pa.decimal128(5, 0)]
)
def test_decimals(logical_type: str, kind: pa.DataType) -> None:
    rng, step = random.Random(6), Decimal(1).scaleb(-kind.scale)
    values: list[Any] = [rng.randint(-99_999, 99_999) * step for _ in range(300)]
    values += [None, Decimal(3), 10 ** (kind.precision - kind.scale - 1) * Decimal(1)]
    assert_same(pa.array(values, kind), pa.array(values, kind).to_pylist(), column(logical_type))


@pytest.mark.parametrize("logical_type", TYPES)
@pytest.mark.parametrize("naive_is_utc", [True, False])
def test_days_and_moments(logical_type: str, naive_is_utc: bool) -> None:
    rng, wanted = random.Random(8), column(logical_type)
    moments: list[datetime | None] = [
        None,
        datetime(1, 1, 1),
        datetime(9999, 12, 31, 5),
        datetime(2024, 2, 29, 23, 30),
    ]
    for _ in range(500):
        day = datetime(2, 1, 1) + timedelta(days=rng.randint(0, 9990 * 365))
        exact = timedelta(microseconds=rng.randint(0, 86_399_999_999)) if rng.random() < 0.7 else timedelta()
        moments.append(day + exact)
    assert_same(pa.array(moments, pa.timestamp("us")), moments, wanted, naive_is_utc=naive_is_utc)
    assert_same(moments, moments, wanted, naive_is_utc=naive_is_utc)
    for unit in ("s", "ms"):
        cut = pa.array(moments, pa.timestamp("us")).cast(pa.timestamp(unit), safe=False)
        assert_same(cut, cut.to_pylist(), wanted, naive_is_utc=naive_is_utc)
    inside = [moment.replace(tzinfo=UTC) for moment in moments[3:] if moment]
    for zone in ("UTC", "+05:00"):
        assert_same(pa.array(inside, pa.timestamp("us", zone)), inside, wanted, naive_is_utc=naive_is_utc)
    days = [moment and moment.date() for moment in moments]
    assert_same(pa.array(days, pa.date32()), days, wanted, naive_is_utc=naive_is_utc)
    assert_same(pa.array(days, pa.date64()), days, wanted, naive_is_utc=naive_is_utc)


def test_finer_than_a_microsecond_is_dropped() -> None:
    array = pa.array([1_999, -1, -1_000, 0, None], pa.int64()).cast(pa.timestamp("ns"))
    got = parse_column(array, column("timestamp"), naive_is_utc=True).values.cast(pa.int64()).to_pylist()
    assert got == [1, -1, -1, 0, None]


@pytest.mark.parametrize(
    "kind", [pa.timestamp("s"), pa.timestamp("us"), pa.timestamp("s", "UTC"), pa.date64()]
)
def test_moments_beyond_all_years_fail(kind: pa.DataType) -> None:
    array = pa.array([2**62, -(2**62), 0], pa.int64()).view(kind)
    for logical_type in ("date", "timestamp"):
        parsed = parse_column(array, column(logical_type), naive_is_utc=False)
        assert {0, 1} <= set(parsed.failed)
    days = pa.array([2**31 - 1, -(2**31), 2_932_896, 2_932_897, -719_162, -719_163], pa.int32()).view(
        pa.date32()
    )
    parsed = parse_column(days, column("date"), naive_is_utc=True)
    assert parsed.failed == (0, 1, 3, 5)
    assert [parsed.values[2].as_py(), parsed.values[4].as_py()] == [date(9999, 12, 31), date(1, 1, 1)]


@pytest.mark.parametrize("logical_type", TYPES)
@pytest.mark.parametrize(
    "array",
    [
        pa.array([b"1", None]),
        pa.array([[1], None]),
        pa.array([{"a": 1}, None]),
        pa.array([1, None], pa.time32("s")),
        pa.array([1, None], pa.duration("us")),
        pa.array([[("a", 1)], None], pa.map_(pa.string(), pa.int32())),
    ],
)
def test_types_that_no_parser_takes_fail(logical_type: str, array: pa.Array) -> None:
    parsed = parse_column(array, column(logical_type), naive_is_utc=True)
    assert parsed.failed == (0,)
    assert parsed.values.null_count == 2


@pytest.mark.parametrize("logical_type", TYPES)
def test_columns_of_nothing(logical_type: str) -> None:
    for array in (pa.nulls(3), pa.nulls(3, pa.string()), [None] * 3, pa.nulls(3, pa.float64())):
        parsed = parse_column(array, column(logical_type), naive_is_utc=True)
        assert (parsed.values.null_count, parsed.failed) == (3, ())
    for empty in (pa.nulls(0), [], pa.chunked_array([], pa.string()), pa.array([], pa.timestamp("us"))):
        assert len(parse_column(empty, column(logical_type), naive_is_utc=False).values) == 0


@pytest.mark.parametrize("kind", [pa.bool_()])
def test_truth_values(kind: pa.DataType) -> None:
    values = [True, False, None]
    for logical_type in TYPES:
        assert_same(pa.array(values, kind), values, column(logical_type))
        assert_same(values, values, column(logical_type))
