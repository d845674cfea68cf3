"""The season's dates as the seeds give them, for deciding when things run.

Belongs here: reading `dbt_project/seeds/calendar.csv` and asking it for moments, and reading which feeds must
have come by which event. The dates themselves are data; none stands in this package.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from ingestion.clock import local_zone
from orchestration.settings import PROJECT_ROOT

CALENDAR_FILE = PROJECT_ROOT / "dbt_project" / "seeds" / "calendar.csv"
FEEDS_FILE = CALENDAR_FILE.with_name("feeds.csv")


@dataclass(frozen=True)
class CalendarEvent:
    """One line of the calendar; moments are aware, in the country's zone.

    `ends_at` is None for a single moment.
    """

    stage_code: str
    event_code: str
    starts_at: datetime
    ends_at: datetime | None

    @property
    def closes_at(self) -> datetime:
        """When the event is over."""
        return self.ends_at or self.starts_at


def read_calendar(season: str, file: Path = CALENDAR_FILE) -> tuple[CalendarEvent, ...]:
    """Events of one season in the order of their start."""
    with file.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["season_code"] == season]
    events = (
        CalendarEvent(
            row["stage_code"],
            row["event_code"],
            _local(row["starts_local"]),
            _local_or_none(row["ends_local"]),
        )
        for row in rows
    )
    return tuple(sorted(events, key=lambda event: (event.starts_at, event.stage_code, event.event_code)))


@cache
def read_feed_deadlines(file: Path = FEEDS_FILE) -> Mapping[str, tuple[str, str]]:
    """By the end of which event (stage, event) a feed must have brought something; silent ones are absent."""
    with file.open(encoding="utf-8", newline="") as stream:
        return {
            row["feed"]: (row["stage_code"], row["event_code"])
            for row in csv.DictReader(stream)
            if row["event_code"]
        }


def is_in_season(events: Iterable[CalendarEvent], moment: datetime) -> bool:
    """Whether an aware moment lies between the calendar's first start and its last end, ends included."""
    events = tuple(events)
    if not events:
        return False
    return min(e.starts_at for e in events) <= moment <= max(e.closes_at for e in events)


def is_during(events: Iterable[CalendarEvent], stage_code: str, event_code: str, moment: datetime) -> bool:
    """Whether an aware moment lies within one event of the calendar, its end excluded."""
    return any(
        e.starts_at <= moment < e.closes_at
        for e in events
        if (e.stage_code, e.event_code) == (stage_code, event_code)
    )


def published_between(
    events: Iterable[CalendarEvent], after: datetime, until: datetime
) -> tuple[CalendarEvent, ...]:
    """Publications in the half-open interval (after, until]."""
    return tuple(e for e in events if e.event_code == "published" and after < e.starts_at <= until)


def find_event(events: Iterable[CalendarEvent], stage_code: str, event_code: str) -> CalendarEvent | None:
    """The event of a stage, or None if the calendar does not have it."""
    return next((e for e in events if (e.stage_code, e.event_code) == (stage_code, event_code)), None)


def _local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=local_zone())


def _local_or_none(text: str) -> datetime | None:
    return _local(text) if text else None
