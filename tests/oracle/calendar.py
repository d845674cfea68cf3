"""Days of the season: local dates, working days, due days, the days of the weekly lists (`docs/rules.md`).

What belongs here: arithmetic on days, with the days off of Kazakhstan from the `holidays` package, which
nobody here wrote. What does not: moments of stages (`order.py`), and whose request is due (`vetting.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import holidays

from tests.oracle import order

_DAY = timedelta(days=1)
_YEAR = int(order.SEASON)
DAYS_OFF = frozenset(holidays.country_holidays("KZ", years=_YEAR))


@dataclass(frozen=True)
class ListDay:
    """A day on which lists go to the bodies (§4.3), and whether it is the one after the intake."""

    list_on: date
    is_after_intake: bool


def local_date(moment: datetime) -> date:
    """The date of a moment in Astana."""
    return moment.astimezone(order.LOCAL).date()


def is_working(day: date) -> bool:
    """Monday to Friday, no day off."""
    return day.weekday() < 5 and day not in DAYS_OFF


def rolled(day: date) -> date:
    """The day itself, or the next working day."""
    while not is_working(day):
        day += _DAY
    return day


def next_working_day(day: date) -> date:
    """The first working day after a day."""
    return rolled(day + _DAY)


def due_on(sent_on: date) -> date:
    """A32: a week after sending, rolled."""
    return rolled(sent_on + order.REPLY_DAYS * _DAY)


def list_days() -> list[ListDay]:
    """§4.3: of each week the first working day within the window, and the first one after the intake."""
    after_intake = rolled(local_date(order.INTAKE_ENDS_AT))
    firsts: dict[tuple[int, int], date] = {}
    for day in _window():
        if is_working(day):
            firsts.setdefault(day.isocalendar()[:2], day)
    return [ListDay(day, day == after_intake) for day in sorted({*firsts.values(), after_intake})]


def _window() -> Iterator[date]:
    day = order.VETTING_FIRST_DAY
    while day <= order.VETTING_LAST_DAY:
        yield day
        day += _DAY


def add_years(day: date, years: int) -> date:
    """The same day of a later year; 29 February becomes 28 February in a year without one."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def completed_years(since: date, day: date) -> int:
    """Whole years from a day to another; the day itself completes one."""
    years = day.year - since.year
    return years if add_years(since, years) <= day else years - 1
