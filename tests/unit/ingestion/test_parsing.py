"""Values as received to values of their type: tolerant of how a format writes, exact in what it says."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from ingestion.contracts import Column, load_contract
from ingestion.parsing import (
    NotParseableError,
    arrow_type,
    parse_boolean,
    parse_column,
    parse_date,
    parse_decimal,
    parse_integer,
    parse_string,
    parse_timestamp,
)


def column(logical_type: str, physical_type: str = "VARCHAR") -> Column:
    return Column("x", logical_type, physical_type, False, False, "internal", "")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Әлия Ұ", "Әлия Ұ"),
        (" A", " A"),
        (2025, "2025"),
        (2025.0, "2025"),
        (12.5, "12.5"),
        (Decimal("7"), "7"),
        (10**20, "1" + "0" * 20),
    ],
)
def test_string(value: Any, expected: str) -> None:
    assert parse_string(value) == expected


@pytest.mark.parametrize(
    "value",
    [True, date(2025, 1, 1), datetime(2025, 1, 1), float("nan"), 1e18, Decimal("1e999999"), b"a", "a\ud800"],
)
def test_not_a_string(value: Any) -> None:
    with pytest.raises(NotParseableError):
        parse_string(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("3", 3), ("3.0", 3), ("+3", 3), ("-03", -3), (3, 3), (3.0, 3), (Decimal("3.00"), 3)],
)
def test_integer(value: Any, expected: int) -> None:
    assert parse_integer(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "3.5",
        "3.0.0",
        " 3",
        "3 ",
        "x",
        "1e3",
        "1_000",
        "٣",
        "9" * 5000,
        3.5,
        True,
        2**31,
        float("inf"),
        Decimal("1e999999"),
        date(2025, 1, 1),
    ],
)
def test_not_an_integer(value: Any) -> None:
    with pytest.raises(NotParseableError):
        parse_integer(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("12.5", "12.5000"),
        (12.5, "12.5000"),
        (0.1, "0.1000"),
        (7, "7.0000"),
        (Decimal("0.12340"), "0.1234"),
        ("-0.5", "-0.5000"),
        ("12,5", "12.5000"),
        ("-0,1234", "-0.1234"),
    ],
)
def test_decimal(value: Any, expected: str) -> None:
    assert str(parse_decimal(value, 12, 4)) == expected


@pytest.mark.parametrize(
    "value",
    [
        "0.12345",
        0.12345,
        "1e3",
        "1,500",
        "0,125",
        "1.250,5",
        "1,5,5",
        ",5",
        "5,",
        "x",
        True,
        float("nan"),
        10**8,
        "9" * 40,
        Decimal("1e-9999"),
    ],
)
def test_not_a_decimal_that_fits(value: Any) -> None:
    with pytest.raises(NotParseableError):
        parse_decimal(value, 12, 4)


def test_the_widest_decimal() -> None:
    assert parse_decimal("9" * 34 + ".9999", 38, 4) == Decimal("9" * 34 + ".9999")


@pytest.mark.parametrize(
    ("value", "expected"), [("true", True), ("FALSE", False), (True, True), (False, False)]
)
def test_boolean(value: Any, expected: bool) -> None:
    assert parse_boolean(value) is expected


@pytest.mark.parametrize("value", ["1", "yes", 1, 0, 1.0, " true"])
def test_not_a_boolean(value: Any) -> None:
    with pytest.raises(NotParseableError):
        parse_boolean(value)


@pytest.mark.parametrize("value", ["2025-06-03", "03.06.2025", date(2025, 6, 3), datetime(2025, 6, 3)])
def test_date(value: Any) -> None:
    assert parse_date(value) == date(2025, 6, 3)


@pytest.mark.parametrize(
    "value",
    [
        "3.6.2025",
        "03.06.25",
        "06.31.2025",
        "29.02.2025",
        "03.06.2025 00:00",
        "03/06/2025",
        "2025-6-3",
        "20250603",
        "2025-06-31",
        "2025-06-03T00:00:00",
        45811.0,
        datetime(2025, 6, 3, 1),
        datetime(2025, 6, 3, tzinfo=UTC),
    ],
)
def test_not_a_date(value: Any) -> None:
    with pytest.raises(NotParseableError):
        parse_date(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2025-06-30T23:59:00+05:00", datetime(2025, 6, 30, 18, 59)),
        ("2025-06-30T18:59:00Z", datetime(2025, 6, 30, 18, 59)),
        ("2025-06-30T23:59:00", datetime(2025, 6, 30, 18, 59)),
        ("2025-06-30 23:59", datetime(2025, 6, 30, 18, 59)),
        ("30.06.2025 23:59", datetime(2025, 6, 30, 18, 59)),
        ("30.06.2025 23:59:30", datetime(2025, 6, 30, 18, 59, 30)),
        ("30.06.2025 9:05", datetime(2025, 6, 30, 4, 5)),
        ("2025-06-30T23:59:00.250000+05:00", datetime(2025, 6, 30, 18, 59, 0, 250000)),
        # Before 1 March 2024 Almaty was at UTC+6.
        ("2024-01-15T12:00:00", datetime(2024, 1, 15, 6)),
        (datetime(2025, 6, 30, 23, 59), datetime(2025, 6, 30, 18, 59)),
        (datetime(2025, 6, 30, 23, 59, tzinfo=timezone(timedelta(hours=6))), datetime(2025, 6, 30, 17, 59)),
        (date(2025, 7, 1), datetime(2025, 6, 30, 19)),
    ],
)
def test_timestamp(value: Any, expected: datetime) -> None:
    assert parse_timestamp(value, naive_is_utc=False) == expected


def test_typed_moment_without_zone_is_utc_where_the_format_says_so() -> None:
    assert parse_timestamp(datetime(2025, 6, 30, 18, 59), naive_is_utc=True) == datetime(2025, 6, 30, 18, 59)
    assert parse_timestamp("2025-06-30T23:59:00", naive_is_utc=True) == datetime(2025, 6, 30, 18, 59)


@pytest.mark.parametrize(
    "value",
    [
        "2025-06-30",
        "30.06.2025",
        "30.06.2025T23:59",
        "30.06.2025 24:00",
        "31.06.2025 10:00",
        "30.06.2025 23:59+05:00",
        "30.06.2025 23:59:00.5",
        "2025-06-31T00:00:00",
        "2025-06-30T24:61:00",
        "0001-01-01T00:00:00+05:00",
        "9999-12-31T23:59:59-05:00",
        45811.5,
        True,
    ],
)
def test_not_a_timestamp(value: Any) -> None:
    with pytest.raises(NotParseableError):
        parse_timestamp(value, naive_is_utc=False)


@pytest.mark.parametrize("logical_type", ["string", "integer", "boolean", "date", "timestamp"])
def test_blank_is_empty_and_not_a_failure(logical_type: str) -> None:
    parsed = parse_column(["", "  ", None, "\u00a0"], column(logical_type), naive_is_utc=False)
    assert parsed.values.null_count == 4
    assert parsed.failed == ()


def test_failures_are_told_by_position() -> None:
    parsed = parse_column(["1", "x", None, "2", ["3"]], column("integer"), naive_is_utc=False)
    assert parsed.values.to_pylist() == [1, None, None, 2, None]
    assert parsed.failed == (1, 4)


def test_equal_values_of_different_types_are_told_apart() -> None:
    parsed = parse_column([True, 1, 1.0], column("integer"), naive_is_utc=False)
    assert parsed.values.to_pylist() == [None, 1, 1]


@pytest.mark.parametrize(
    ("kind", "values", "target", "expected"),
    [
        (pa.string(), ["a", " ", None], column("string"), ["a", None, None]),
        (pa.large_string(), ["ә"], column("string"), ["ә"]),
        (pa.dictionary(pa.int32(), pa.string()), ["a", None], column("string"), ["a", None]),
        (pa.int64(), [1, None, 2**40], column("integer"), [1, None, None]),
        (pa.int8(), [1, None], column("integer"), [1, None]),
        (pa.float64(), [3.0, 3.5, None], column("integer"), [3, None, None]),
        (pa.bool_(), [True, None], column("boolean"), [True, None]),
        (pa.date32(), [date(2025, 6, 3)], column("date"), [date(2025, 6, 3)]),
        (pa.timestamp("us"), [datetime(2025, 6, 3, 1)], column("timestamp"), [datetime(2025, 6, 3, 1)]),
        (
            pa.timestamp("ns", "Asia/Almaty"),
            [datetime(2025, 6, 3, 1, tzinfo=UTC)],
            column("timestamp"),
            [datetime(2025, 6, 3, 1)],
        ),
        (pa.float32(), [0.8734, None], column("number", "DECIMAL(12,4)"), [Decimal("0.8734"), None]),
        (pa.decimal128(9, 2), [Decimal("1.25")], column("number", "DECIMAL(12,4)"), [Decimal("1.25")]),
        (pa.string(), ["2025-06-03", "x"], column("date"), [date(2025, 6, 3), None]),
    ],
)
def test_typed_columns(kind: pa.DataType, values: list[Any], target: Column, expected: list[Any]) -> None:
    parsed = parse_column(pa.chunked_array([pa.array(values, type=kind)]), target, naive_is_utc=True)
    assert parsed.values.to_pylist() == expected
    assert parsed.values.type == arrow_type(target)


def test_every_contract_column_has_a_type() -> None:
    assert arrow_type(load_contract("proctoring__signals").column("confidence")) == pa.decimal128(12, 4)


def test_blanks_around_a_value_mean_nothing_except_in_text() -> None:
    integers = parse_column([" 3", "3 "], column("integer", "INTEGER"), naive_is_utc=False)
    assert integers.values.to_pylist() == [3, 3]
    texts = parse_column([" a", "b "], column("string"), naive_is_utc=False)
    assert texts.values.to_pylist() == [" a", "b "]
