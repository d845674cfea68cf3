"""How numbers, scores and moments are written in each language.

Belongs here: pure functions from a value to its text. Does not belong here: rounding that decides anything;
scores arrive rounded for the eye (two decimals, halves up) beside their exact fractions.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import resources
from zoneinfo import ZoneInfo

# From the pinned tables and never from the machine's: one older than 2024 shows every moment an hour late.
with resources.files("tzdata.zoneinfo").joinpath("Asia", "Almaty").open("rb") as _table:
    ASTANA = ZoneInfo.from_file(_table, key="Asia/Almaty")
NOTHING = "–"
_NO_BREAK_SPACE = "\u00a0"


def number(value: int | None, language: str) -> str:
    """Write a count: 4,876 in English, 4 876 in Kazakh and Russian; a dash for None."""
    if value is None:
        return NOTHING
    text = f"{value:,}"
    return text if language == "en" else text.replace(",", _NO_BREAK_SPACE)


def points(value: Decimal | None, language: str) -> str:
    """Write a score with two decimals, with a decimal comma in Kazakh and Russian; a dash for None."""
    if value is None:
        return NOTHING
    text = f"{value:.2f}"
    return text if language == "en" else text.replace(".", ",")


def fraction(numerator: int | None, denominator: int | None) -> str:
    """Write an exact score: 13/3, or 17 where the denominator is 1; a dash where there is no score."""
    if numerator is None or denominator is None:
        return NOTHING
    return str(numerator) if denominator == 1 else f"{numerator}/{denominator}"


def astana(moment: datetime) -> datetime:
    """Turn a UTC moment (without zone) into Astana local time (UTC+5)."""
    return moment.replace(tzinfo=UTC).astimezone(ASTANA)


def moment_text(moment: datetime | None, language: str) -> str:
    """Write a UTC moment in Astana time to the minute: 28.10.2025 14:00, in English 28 Oct 2025, 14:00."""
    if moment is None:
        return NOTHING
    local = astana(moment)
    return f"{local:%-d %b %Y, %H:%M}" if language == "en" else f"{local:%d.%m.%Y %H:%M}"


def day_text(day: date | None, language: str) -> str:
    """Write a day: 28.10.2025, in English 28 Oct 2025; a dash for None."""
    if day is None:
        return NOTHING
    return f"{day:%-d %b %Y}" if language == "en" else f"{day:%d.%m.%Y}"


def short_day_text(day: date, language: str) -> str:
    """Write a day of the season without its year: 28.10, in English 28 Oct."""
    return f"{day:%-d %b}" if language == "en" else f"{day:%d.%m}"


def local_text(moment: datetime | None, language: str) -> str:
    """Write a moment that is local already, as the season's calendar has it, to the minute."""
    if moment is None:
        return NOTHING
    return f"{day_text(moment.date(), language)}{', ' if language == 'en' else ' '}{moment:%H:%M}"


def local_moment(moment: datetime | None) -> datetime | None:
    """Turn a UTC moment into local time without a zone, which a grid sorts and shows as it is."""
    return None if moment is None else astana(moment).replace(tzinfo=None)


def csv_bytes(header: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """Write a CSV that spreadsheets open with the right letters: UTF-8 with its mark; None becomes empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([["" if value is None else value for value in row] for row in rows])
    return out.getvalue().encode("utf-8-sig")


def file_name(*parts: str) -> str:
    """Join parts into the name of a CSV file, with only letters, digits, dots, dashes and underscores."""
    return "_".join(re.sub(r"[^0-9A-Za-z.-]+", "-", part) for part in parts) + ".csv"


def named(names: Mapping[str, str], code: str | None) -> str:
    """Return the name of a code, the code itself where its seed has no row for it, a dash for None."""
    return NOTHING if code is None else names.get(code, code)
