"""Due days, list days and ages (Order §4.3, §4.4, A32, A35)."""

from __future__ import annotations

from datetime import date

import pytest

from tests.oracle.calendar import (
    add_years,
    completed_years,
    due_on,
    is_working,
    list_days,
    local_date,
    next_working_day,
    rolled,
)
from tests.oracle.order import local


@pytest.mark.parametrize(
    ("sent_on", "due"),
    (
        (date(2025, 6, 9), date(2025, 6, 16)),
        (date(2025, 6, 30), date(2025, 7, 8)),
        (date(2025, 5, 30), date(2025, 6, 9)),
        (date(2025, 6, 28), date(2025, 7, 8)),
        (date(2025, 8, 25), date(2025, 9, 2)),
    ),
)
def test_due_a_week_later_on_a_working_day(sent_on: date, due: date) -> None:
    assert due_on(sent_on) == due


def test_working_days() -> None:
    """FACTS §7: the days off of the season on weekdays, and 102 working days from 1 June to 25 October."""
    off = (date(2025, 6, 6), date(2025, 7, 7), date(2025, 9, 1), date(2025, 10, 27))
    assert not any(is_working(day) for day in off)
    days = [date.fromordinal(n) for n in range(date(2025, 6, 1).toordinal(), date(2025, 10, 26).toordinal())]
    assert sum(is_working(day) for day in days) == 102
    assert rolled(date(2025, 7, 4)) == date(2025, 7, 4)
    assert next_working_day(date(2025, 7, 4)) == date(2025, 7, 8)


def test_list_days() -> None:
    """Mondays of the window, the Tuesday after Capital Day, and the day after the intake."""
    days = {day.list_on: day.is_after_intake for day in list_days()}
    june = [date(2025, 6, day) for day in (2, 9, 16, 23, 30)]
    july = [date(2025, 7, day) for day in (1, 8, 14, 21, 28)]
    assert list(days) == june + july
    assert [day for day, is_after in days.items() if is_after] == [date(2025, 7, 1)]


def test_local_dates() -> None:
    assert local_date(local(2025, 7, 1)) == date(2025, 7, 1)
    assert local_date(local(2025, 6, 30, 23, 59)) == date(2025, 6, 30)


def test_completed_years() -> None:
    assert completed_years(date(1989, 10, 24), date(2025, 10, 24)) == 36
    assert completed_years(date(1989, 10, 25), date(2025, 10, 24)) == 35
    assert completed_years(date(1992, 2, 29), date(2025, 2, 28)) == 33
    assert completed_years(date(1992, 2, 29), date(2025, 2, 27)) == 32
    assert add_years(date(2024, 2, 29), 5) == date(2029, 2, 28)
