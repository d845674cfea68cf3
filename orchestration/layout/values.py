"""How numbers, shares, days and moments are written in each language.

Belongs here: pure functions from a plain value to its text, by Babel's tables of the locales. Not here:
rounding that decides anything: scores come as they are shown, two decimals, halves up (A22). Terminals write
days as 2025-07-16 (`console_values.py`); people who read a paper get 16.07.2025, in English 16 Jul 2025.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from ingestion.clock import local_zone
from ingestion.messages import plain
from orchestration.layout.content import Fewer, Kind, Value

if TYPE_CHECKING:
    from babel import Locale

NOTHING = "–"
PERCENT_DIGITS = 1
# English as it is written where dates begin with the day.
LOCALES = {"kk": "kk", "ru": "ru", "en": "en_GB"}
_SHORT_DAYS = {"kk": "dd.MM.yyyy", "ru": "dd.MM.yyyy", "en": "d MMM yyyy"}


@lru_cache(maxsize=len(LOCALES))
def locale_of(language: str) -> Locale:
    """Babel's locale of a language of the reports."""
    from babel import Locale

    return Locale.parse(LOCALES[language])


def written(value: Value, kind: Kind, language: str, digits: int = 2) -> str:
    """A value as its reader sees it; a dash for nothing. digits: of a decimal, after the point.

    Raises `TypeError` for a value that is not of the kind.
    """
    if value is None:
        return NOTHING
    if isinstance(value, Fewer):
        return f"< {whole(value.limit, language)}"
    if kind is Kind.TEXT and isinstance(value, str):
        return plain(value)
    if kind is Kind.WHOLE and isinstance(value, int):
        return whole(value, language)
    if kind is Kind.DECIMAL and isinstance(value, int | Decimal):
        return decimal(Decimal(value), digits, language)
    if kind is Kind.PERCENT and isinstance(value, int | Decimal):
        return decimal(Decimal(value) * 100, PERCENT_DIGITS, language) + percent_sign(language)
    if kind is Kind.DAY and isinstance(value, date) and not isinstance(value, datetime):
        return short_day(value, language)
    if kind is Kind.MOMENT and isinstance(value, datetime):
        return short_moment(value, language)
    raise TypeError(f"{type(value).__name__} is not a value of kind {kind}")


def rounded(value: Decimal, digits: int) -> Decimal:
    """A number for the eye: halves go up, away from zero."""
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def whole(value: int, language: str) -> str:
    """A whole number with its thousands apart: 4,876, in Kazakh and Russian 4 876."""
    from babel.numbers import format_decimal

    return format_decimal(value, locale=locale_of(language))


def decimal(value: Decimal, digits: int, language: str) -> str:
    """A number with so many decimals, halves up: 12.50, in Kazakh and Russian 12,50."""
    from babel.numbers import format_decimal

    pattern = "#,##0." + "0" * digits if digits else "#,##0"
    return format_decimal(rounded(value, digits), format=pattern, locale=locale_of(language))


def percent_sign(language: str) -> str:
    """The sign with the blank that the locale's pattern puts before it."""
    return str(locale_of(language).percent_formats[None].suffix[0])


def short_day(value: date, language: str) -> str:
    """A day in a table: 16.07.2025, in English 16 Jul 2025."""
    from babel.dates import format_date

    return format_date(value, _SHORT_DAYS[language], locale=locale_of(language))


def day_of_season(value: date, language: str) -> str:
    """A day without its year, at the axis of a chart: 16.07, in English 16 Jul."""
    from babel.dates import format_date

    return format_date(value, "d MMM" if language == "en" else "dd.MM", locale=locale_of(language))


def long_day(value: date, language: str) -> str:
    """A day in a sentence: 2025 ж. 16 шілде, 16 июля 2025 г., 16 July 2025."""
    from babel.dates import format_date

    return format_date(value, "long", locale=locale_of(language))


def astana(value: datetime) -> datetime:
    """A UTC moment without zone as Astana time without zone."""
    return value.replace(tzinfo=UTC).astimezone(local_zone()).replace(tzinfo=None)


def short_moment(value: datetime, language: str) -> str:
    """A UTC moment in Astana time to the minute: 16.07.2025 09:00, in English 16 Jul 2025, 09:00."""
    local = astana(value)
    return f"{short_day(local.date(), language)}{', ' if language == 'en' else ' '}{local:%H:%M}"


def long_moment(value: datetime, language: str) -> str:
    """A UTC moment in Astana time, for the identity of a document."""
    local = astana(value)
    return f"{long_day(local.date(), language)}, {local:%H:%M}"
