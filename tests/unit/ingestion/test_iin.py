"""The twelve digits of an IIN against the vectors of FACTS §4; whole columns against single numbers."""

from __future__ import annotations

import itertools
import random
from datetime import date

import pyarrow as pa
import pytest

from ingestion.iin import (
    are_valid,
    birth_date,
    birth_dates,
    check_digit,
    has_iin_form,
    is_valid_iin,
    sex_code,
    sex_codes,
)

FIRST_PASS = ["920615400001", "920615300005", "900515350024", "850203450012", "061211600012"]
SECOND_PASS = ["920615400202", "920615400214"]
NEVER_ISSUED = "92061540024"


def with_check_digit(prefix: str) -> str:
    return f"{prefix}{check_digit(prefix)}"


@pytest.mark.parametrize("iin", FIRST_PASS + SECOND_PASS)
def test_vectors_are_valid(iin: str) -> None:
    assert is_valid_iin(iin)


def test_a_prefix_without_check_digit_is_never_valid() -> None:
    assert check_digit(NEVER_ISSUED) is None
    assert not any(is_valid_iin(NEVER_ISSUED + str(digit)) for digit in range(10))


@pytest.mark.parametrize("iin", FIRST_PASS + SECOND_PASS)
@pytest.mark.parametrize("step", [1, 9])
def test_another_last_digit_is_not_valid(iin: str, step: int) -> None:
    assert not is_valid_iin(iin[:11] + str((int(iin[11]) + step) % 10))


def settles_on_first_pass(iin: str) -> bool:
    return sum(int(digit) * weight for digit, weight in zip(iin, range(1, 12), strict=False)) % 11 < 10


def swaps(iin: str) -> dict[tuple[int, int], str]:
    """The number with two different digits swapped, by their places (from 1)."""
    found = {}
    for a, b in itertools.combinations(range(12), 2):
        if iin[a] != iin[b]:
            digits = list(iin)
            digits[a], digits[b] = digits[b], digits[a]
            found[a + 1, b + 1] = "".join(digits)
    return found


def can_escape(iin: str, swapped: str, places: tuple[int, int]) -> bool:
    """Whether the arithmetic lets a swap through: see the docstring of ``iin.py``."""
    if settles_on_first_pass(iin) != settles_on_first_pass(swapped):
        return True
    return places == (10, 12) and settles_on_first_pass(iin)


@pytest.mark.parametrize("iin", FIRST_PASS)
def test_swapped_neighbours_are_not_valid(iin: str) -> None:
    assert not any(is_valid_iin(swapped) for (a, b), swapped in swaps(iin).items() if b == a + 1)


@pytest.mark.parametrize("iin", FIRST_PASS + SECOND_PASS)
def test_swapped_digits_are_not_valid(iin: str) -> None:
    for places, swapped in swaps(iin).items():
        assert not is_valid_iin(swapped) or can_escape(iin, swapped, places)


def test_a_swap_escapes_only_where_the_arithmetic_lets_it() -> None:
    rng = random.Random(4)
    count_open = count_escaped = 0
    for prefix in (f"92061540{rng.randint(0, 999):03}" for _ in range(3_000)):
        if check_digit(prefix) is None:
            continue
        number = with_check_digit(prefix)
        for places, swapped in swaps(number).items():
            escapes = check_digit(swapped[:11]) == int(swapped[11])
            assert not escapes or can_escape(number, swapped, places)
            if places == (10, 12):
                assert escapes or not settles_on_first_pass(number)
            elif can_escape(number, swapped, places):
                count_open, count_escaped = count_open + 1, count_escaped + escapes
    assert 0.05 < count_escaped / count_open < 0.15


def test_the_eleventh_digit_weighs_nothing_in_the_first_pass() -> None:
    assert all(is_valid_iin(f"9206154000{digit}1") for digit in range(10))


@pytest.mark.parametrize("digit", "0789")
def test_century_digit_of_no_citizen_is_not_valid(digit: str) -> None:
    assert not is_valid_iin(with_check_digit(f"920615{digit}0000"))


@pytest.mark.parametrize("day", ["921315", "920230", "920600", "930229"])
def test_a_day_that_does_not_exist_is_not_valid(day: str) -> None:
    assert not is_valid_iin(with_check_digit(f"{day}40000"))


@pytest.mark.parametrize(
    "text", ["", "92061540000", "9206154000011", "92061540000a", "٩٢٠٦١٥٤٠٠٠٠١", "920615400001\n"]
)
def test_anything_but_twelve_ascii_digits_has_not_the_form(text: str) -> None:
    assert not has_iin_form(text)
    assert not is_valid_iin(text)


def test_birth_date_and_sex_by_the_seventh_digit() -> None:
    assert birth_date("920615400001") == date(1992, 6, 15)
    assert birth_date("061211600012") == date(2006, 12, 11)
    assert birth_date("850203150010") == date(1885, 2, 3)
    assert sex_code("920615400001") == "female"
    assert sex_code("900515350024") == "male"


@pytest.mark.parametrize("century", "3456")
def test_year_00_is_2000_whatever_the_century_digit(century: str) -> None:
    # 29 February existed in 2000 and not in 1900.
    assert birth_date(f"000229{century}00000") == date(2000, 2, 29)


# -- whole columns


def random_number(rng: random.Random) -> str:
    """A number near to valid ones: some with a day that there is not, some with a wrong check digit."""
    year, month, day = (
        rng.choice([0, 0, 4, 85, 92, 99]),
        rng.randint(0, 13),
        rng.choice([0, 1, 15, *range(28, 33)]),
    )
    prefix = f"{year:02}{month:02}{day:02}{rng.randint(0, 9)}{rng.randint(0, 9999):04}"
    digit = check_digit(prefix)
    return prefix + str(digit if digit is not None and rng.random() < 0.8 else rng.randint(0, 9))


def odd_text(rng: random.Random) -> str | None:
    number = random_number(rng)
    place = rng.randrange(12)
    return rng.choice(
        [
            None,
            "",
            number[:11],
            number + "0",
            number + "\n",
            number[:place] + rng.choice("/:aO ,") + number[place + 1 :],
            number[:place] + rng.choice("٣３") + number[place + 1 :],
            "жсн123456",  # twelve bytes
            "жсннжс",  # twelve bytes
        ]
    )


def test_columns_say_what_single_numbers_say() -> None:
    rng = random.Random(565)
    texts = [random_number(rng) if rng.random() < 0.9 else odd_text(rng) for _ in range(30_000)]
    texts += [*FIRST_PASS, *SECOND_PASS, *(NEVER_ISSUED + str(digit) for digit in range(10))]
    formed = [text if text is not None and has_iin_form(text) else None for text in texts]
    expected_valid = [text and is_valid_iin(text) for text in formed]
    for column in (pa.array(texts), pa.array(texts, pa.large_string()), pa.array(["x", *texts]).slice(1)):
        assert are_valid(column).to_pylist() == expected_valid
        assert birth_dates(column).to_pylist() == [text and birth_date(text) for text in formed]
        assert sex_codes(column).to_pylist() == [text and sex_code(text) for text in formed]
    assert {True, False, None} == set(expected_valid)


def test_every_day_of_every_century() -> None:
    days = [
        f"{year:02}{month:02}{day:02}{century}00000"
        for year, month, day, century in itertools.product((0, 1, 4, 96), range(14), range(33), range(10))
    ]
    assert birth_dates(pa.array(days)).to_pylist() == [birth_date(day) for day in days]


@pytest.mark.parametrize("texts", [[], [None], ["", None], ["жсн"], ["12345678901"]])
def test_columns_without_a_number(texts: list[str | None]) -> None:
    column = pa.array(texts, pa.string())
    for judged, kind in (
        (are_valid(column), pa.bool_()),
        (birth_dates(column), pa.date32()),
        (sex_codes(column), pa.string()),
    ):
        assert judged.type == kind
        assert judged.null_count == len(judged) == len(texts)
