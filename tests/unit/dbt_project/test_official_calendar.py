"""The days off and the time zone of the season, against sources that are not ours."""

from __future__ import annotations

import csv
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import holidays

SEEDS = Path(__file__).parents[3] / "dbt_project" / "seeds"


def test_non_working_days_are_the_official_ones() -> None:
    with (SEEDS / "non_working_days.csv").open() as file:
        ours = {date.fromisoformat(row["day_on"]) for row in csv.DictReader(file)}
    with (SEEDS / "calendar.csv").open() as file:
        days = [datetime.fromisoformat(row["starts_local"]).date() for row in csv.DictReader(file)]
    official = holidays.country_holidays("KZ", years={day.year for day in days})
    first, last = date(2025, 6, 1), max(days)
    season = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    assert ours == {day for day in season if day in official and day.weekday() < 5}
    assert sum(day.weekday() < 5 and day not in ours for day in season if day <= date(2025, 10, 25)) == 102


def test_the_country_has_one_zone_five_hours_ahead() -> None:
    """An old tzdata says six, and moves the end of the intake by an hour."""
    end_of_intake = datetime(2025, 7, 1, tzinfo=ZoneInfo("Asia/Almaty"))
    assert end_of_intake.utcoffset() == timedelta(hours=5)
    in_duckdb = duckdb.sql("""
        select timezone('UTC', timezone('Asia/Almaty', timestamp '2025-07-01 00:00:00'))
    """).fetchall()
    assert in_duckdb == [(datetime(2025, 6, 30, 19),)]
