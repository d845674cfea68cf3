"""Single values and the IIN's check digit (FACTS §4)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.oracle import feeds
from tests.oracle.values import BadValueError, is_empty, is_iin, is_plain_text, parse

FIRST_PASS = ("920615400001", "920615300005", "900515350024", "850203450012", "061211600012")
SECOND_PASS = ("920615400202", "920615400214")


@pytest.mark.parametrize("text", FIRST_PASS + SECOND_PASS)
def test_issued_numbers_are_valid(text: str) -> None:
    assert is_iin(text)


@pytest.mark.parametrize("text", FIRST_PASS + SECOND_PASS)
def test_last_digit_off_by_one_is_invalid(text: str) -> None:
    last = int(text[-1])
    assert not is_iin(text[:-1] + str((last + 1) % 10))
    assert not is_iin(text[:-1] + str((last - 1) % 10))


def test_swapped_digits_are_invalid() -> None:
    assert not is_iin("926015400001")
    assert not is_iin("920615400010")


@pytest.mark.parametrize("last", range(10))
def test_prefix_never_issued_is_invalid(last: int) -> None:
    assert not is_iin(f"92061540024{last}")


@pytest.mark.parametrize("text", ("", "92061540000", "9206154000011", "92061540000a", "920615 00001"))
def test_other_shapes_are_invalid(text: str) -> None:
    assert not is_iin(text)


def _with_check_digit(prefix: str) -> list[str]:
    return [text for text in (f"{prefix}{last}" for last in range(10)) if is_iin(text)]


def test_seventh_digit_and_birth_date() -> None:
    assert len(_with_check_digit("92061530000")) == 1
    assert not _with_check_digit("92061500000"), "0 as the seventh digit"
    assert not _with_check_digit("92061570000"), "7 as the seventh digit"
    assert not _with_check_digit("92023040000"), "30 February"
    assert not _with_check_digit("91022940000"), "29 February 1991"
    assert _with_check_digit("92022940000"), "29 February 1992"
    assert _with_check_digit("00022940001"), "year 00 under 4 is 2000, a leap year"
    assert not _with_check_digit("00022920000"), "1800 was none"


def test_moments() -> None:
    expected = datetime(2025, 6, 3, 5, 15, tzinfo=UTC)
    assert parse(feeds.MOMENT, "2025-06-03T10:15:00+05:00") == expected
    assert parse(feeds.MOMENT, "2025-06-03T05:15:00Z") == expected
    assert parse(feeds.MOMENT, "2025-06-03T10:15:00") == expected, "without offset: local"
    assert parse(feeds.MOMENT, "2025-06-03 10:15") == expected
    assert parse(feeds.MOMENT, datetime(2025, 6, 3, 10, 15)) == expected, "a sheet's cell: local"
    assert parse(feeds.MOMENT, "03.06.2025 10:15") == expected, "as Excel writes it as text: local"
    for bad in ("2025-06-03", "03.06.2025", "03.06.2025 25:15", "2025-06-31T10:00:00", "yesterday", 45810.5):
        with pytest.raises(BadValueError):
            parse(feeds.MOMENT, bad)


def test_dates() -> None:
    assert parse(feeds.DATE, "2025-06-03") == date(2025, 6, 3)
    assert parse(feeds.DATE, datetime(2025, 6, 3)) == date(2025, 6, 3)
    assert parse(feeds.DATE, "03.06.2025") == date(2025, 6, 3)
    for bad in ("31.06.2025", "3.6.2025", "20250603", "2025-02-29", datetime(2025, 6, 3, 1), 45810.0):
        with pytest.raises(BadValueError):
            parse(feeds.DATE, bad)


def test_free_text_hides_nothing() -> None:
    assert is_plain_text("Ә\tі\nң")
    for bad in ("a\u202eb", "a\x00", "\ufffd", "x" * 32_768):
        assert not is_plain_text(bad)


def test_integers_and_booleans() -> None:
    assert parse(feeds.INTEGER, "5") == parse(feeds.INTEGER, 5.0) == parse(feeds.INTEGER, " 5.0") == 5
    assert parse(feeds.BOOLEAN, "true") is parse(feeds.BOOLEAN, "TRUE") is parse(feeds.BOOLEAN, True) is True
    assert parse(feeds.BOOLEAN, "false") is False
    for kind, bad in (
        (feeds.INTEGER, "5.5"),
        (feeds.INTEGER, 5.5),
        (feeds.INTEGER, True),
        (feeds.INTEGER, "five"),
        (feeds.INTEGER, 2**31),
    ):
        with pytest.raises(BadValueError):
            parse(kind, bad)
    for bad in ("yes", "1", 1):
        with pytest.raises(BadValueError):
            parse(feeds.BOOLEAN, bad)


def test_empty_and_text() -> None:
    assert is_empty("") and is_empty(None)
    assert is_empty(" ")
    assert not is_empty(0) and not is_empty(False)
    assert parse(feeds.TEXT, 7.0) == "7"
