"""The individual identification number (IIN, ЖСН): pure arithmetic.

Belongs here: what the twelve digits say and whether they can have been issued (FACTS §4), for one number and
for whole columns. What happens to a row with a wrong number is decided in ``door.py``; where valid numbers
are kept, in ``vault.py``. Nothing here logs or quotes a number.

What the check digit catches: any other last digit, and any swap of two different digits, as long as both
numbers settle on the same pass. One swap escapes it always: of the tenth and the twelfth digit in the first
pass (they weigh 10 and -1, which is the same by 11). Of the swaps that take a number from one pass to the
other about one in ten escapes, of all swaps one in sixty. In the first pass the eleventh digit weighs 11,
that is nothing: any digit in its place passes. The arithmetic is the law's; nothing here can make it
stronger.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

_TWELVE_DIGITS = re.compile(r"[0-9]{12}")
_TWELVE_ALONE = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
_WEIGHTS_FIRST = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
_WEIGHTS_SECOND = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
_CENTURY_BY_DIGIT = {1: 1800, 2: 1800, 3: 1900, 4: 1900, 5: 2000, 6: 2000}


def has_iin_form(text: str) -> bool:
    """Whether the text is twelve ASCII digits."""
    return _TWELVE_DIGITS.fullmatch(text) is not None


def check_digit(prefix: str) -> int | None:
    """Twelfth digit for the first eleven; None for a prefix that is never issued (both passes give 10)."""
    digits = [int(character) for character in prefix]
    for weights in (_WEIGHTS_FIRST, _WEIGHTS_SECOND):
        remainder = sum(digit * weight for digit, weight in zip(digits, weights, strict=True)) % 11
        if remainder < 10:
            return remainder
    return None


def birth_date(iin: str) -> date | None:
    """Date of birth in a twelve-digit number; None if there is no such date or no citizen's century digit.

    Year 00 with century digit 3 or 4 is the year 2000, as with 5 or 6: issuers disagree about it (FACTS §4).
    """
    century = _CENTURY_BY_DIGIT.get(int(iin[6]))
    if century is None:
        return None
    year = century + int(iin[:2])
    try:
        return date(2000 if year == 1900 else year, int(iin[2:4]), int(iin[4:6]))
    except ValueError:
        return None


def sex_code(iin: str) -> str:
    """``male`` or ``female`` by the parity of the seventh digit (codes of seed ``sexes``)."""
    return "male" if int(iin[6]) % 2 else "female"


def is_valid_iin(text: str) -> bool:
    """Whether the number can have been issued to a citizen: form, date, century digit 1–6 and check digit."""
    if not has_iin_form(text) or birth_date(text) is None:
        return False
    return check_digit(text[:11]) == int(text[11])


def holds_iin(text: str) -> bool:
    """Whether a valid number stands somewhere in a text, as twelve digits and no more."""
    return any(is_valid_iin(digits) for digits in _TWELVE_ALONE.findall(text))


# -- whole columns


def hold_none(values: pa.Array) -> pa.BooleanArray:
    """Whether texts hold no IIN (``holds_iin``); null of null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    free = pc.invert(pc.match_substring_regex(values, "[0-9]{12}"))
    if pc.all(free, min_count=0).as_py():
        return free
    suspects = zip(free.to_pylist(), values.to_pylist(), strict=True)
    verdicts = [is_free if is_free is not False else not holds_iin(text) for is_free, text in suspects]
    return pa.array(verdicts, type=pa.bool_())


def are_valid(values: pa.Array) -> pa.BooleanArray:
    """``is_valid_iin`` of texts; null where there is none or it has not the form (another check speaks)."""
    import pyarrow as pa

    numbers = _Numbers.of(values)
    _, is_date = _days(numbers.digits)
    return pa.array(numbers.spread(is_date & _has_right_check_digit(numbers.digits)), mask=~numbers.has_form)


def birth_dates(values: pa.Array) -> pa.Date32Array:
    """``birth_date`` of texts; null too where there is no text or it has not the form."""
    import pyarrow as pa

    numbers = _Numbers.of(values)
    days, is_date = _days(numbers.digits)
    return pa.array(numbers.spread(days), mask=~numbers.spread(is_date)).cast(pa.date32())


def sex_codes(values: pa.Array) -> pa.StringArray:
    """``sex_code`` of texts; null where there is none or it has not the form."""
    import pyarrow as pa
    import pyarrow.compute as pc

    numbers = _Numbers.of(values)
    is_male = pa.array(numbers.spread(numbers.digits[6] % 2 == 1), mask=~numbers.has_form)
    return pc.if_else(is_male, "male", "female")


@dataclass(frozen=True)
class _Numbers:
    """The texts of a column that have the form of an IIN.

    has_form: one for every text of the column. digits: twelve rows, in which every number is a column.
    """

    has_form: np.ndarray
    digits: np.ndarray

    @classmethod
    def of(cls, values: pa.Array) -> _Numbers:
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        raw = values.cast(pa.binary())
        has_form = pc.fill_null(pc.equal(pc.binary_length(raw), 12), False).to_numpy(zero_copy_only=False)
        # Equal lengths: the texts lie side by side, twelve bytes each.
        twelve = raw.filter(pa.array(has_form)).cast(pa.binary(12))
        digits = np.frombuffer(twelve.buffers()[1] or b"", dtype=np.uint8)[: 12 * len(twelve)]
        digits = np.ascontiguousarray(digits.reshape(-1, 12).T) - np.uint8(
            ord("0")
        )  # what lies before 0 wraps round to above 9
        are_digits = (digits <= 9).all(axis=0)
        has_form[has_form] = are_digits
        return cls(has_form, digits if are_digits.all() else digits[:, are_digits])

    def spread(self, of_numbers: np.ndarray) -> np.ndarray:
        """Something known of each number, put in the places of the texts of the column; else 0 or false."""
        import numpy as np

        result = np.zeros(len(self.has_form), dtype=of_numbers.dtype)
        result[self.has_form] = of_numbers
        return result


def _has_right_check_digit(digits: np.ndarray) -> np.ndarray:
    import numpy as np

    first, second = (
        sum(np.uint16(weight) * row for weight, row in zip(weights, digits, strict=False)) % np.uint16(11)
        for weights in (_WEIGHTS_FIRST, _WEIGHTS_SECOND)
    )
    return np.where(first < 10, first, second) == digits[11]  # a digit is never 10


def _days(digits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Birth dates as days since 1970 (int32), and whether there is such a date."""
    import numpy as np

    centuries = np.array([_CENTURY_BY_DIGIT.get(digit, 0) for digit in range(10)])[digits[6]]
    years, months, days = (np.int32(10) * digits[place] + digits[place + 1] for place in (0, 2, 4))
    years = years + centuries
    years[years == 1900] = 2000
    is_month = (months >= 1) & (months <= 12)
    starts = ((years - 1970) * 12 + np.where(is_month, months - 1, 0)).astype("datetime64[M]")
    first_days, next_days = (start.astype("datetime64[D]").astype(np.int64) for start in (starts, starts + 1))
    is_date = (centuries > 0) & is_month & (days >= 1) & (days <= next_days - first_days)
    return (first_days + days - 1).astype(np.int32), is_date
