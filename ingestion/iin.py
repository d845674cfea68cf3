"""The individual identification number (IIN, ЖСН): pure arithmetic.

Belongs here: what the twelve digits say and whether they can have been issued (FACTS §4). What happens to a
row with a wrong number is decided in ``door.py``; where valid numbers are kept, in ``vault.py``. Nothing here
logs or quotes a number.
"""

from __future__ import annotations

import re
from datetime import date

_TWELVE_DIGITS = re.compile(r"[0-9]{12}")
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
