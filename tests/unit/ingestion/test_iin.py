"""The twelve digits of an IIN against the vectors of FACTS §4."""

from datetime import date

import pytest

from ingestion.iin import birth_date, check_digit, has_iin_form, is_valid_iin, sex_code

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


@pytest.mark.parametrize("iin", FIRST_PASS)
def test_swapped_neighbours_are_not_valid(iin: str) -> None:
    for position in range(11):
        swapped = iin[:position] + iin[position + 1] + iin[position] + iin[position + 2 :]
        assert swapped == iin or not is_valid_iin(swapped)


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
