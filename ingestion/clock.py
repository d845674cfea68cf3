"""Local and universal time.

Belongs here: the zone of the season (``Asia/Almaty``), read from the pinned ``tzdata`` package and never from
the system's tables, because a table older than 2024 gives UTC+6 and moves the close of the intake by an hour
(FACTS §7). All moments inside the project are UTC without zone. How a text becomes a moment is in
``parsing.py``.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

from ingestion.errors import RezervError

LOCAL_ZONE = "Asia/Almaty"
FOLDER_STAMP = "%Y-%m-%dT%H%M%S"
_PROBE = datetime(2025, 6, 30, 23, 59)
_EXPECTED_OFFSET = timedelta(hours=5)


@lru_cache(maxsize=1)
def local_zone() -> ZoneInfo:
    """The season's zone from the pinned tzdata.

    ``RezervError('zone_data_wrong')`` unless it is UTC+5 in 2025.
    """
    area, city = LOCAL_ZONE.split("/")
    with resources.files("tzdata.zoneinfo").joinpath(area, city).open("rb") as file:
        zone = ZoneInfo.from_file(file, key=LOCAL_ZONE)
    if zone.utcoffset(_PROBE) != _EXPECTED_OFFSET:
        raise RezervError("zone_data_wrong", zone=LOCAL_ZONE)
    return zone


def local_offset() -> timedelta:
    """How far the season's zone is ahead of UTC."""
    return local_zone().utcoffset(_PROBE) or _EXPECTED_OFFSET


def as_utc(moment: datetime) -> datetime:
    """A moment as UTC without zone; one that has no zone is taken to be UTC already."""
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(UTC).replace(tzinfo=None)


def local_to_utc(moment: datetime) -> datetime:
    """A local wall-clock moment without zone as UTC without zone."""
    return as_utc(moment.replace(tzinfo=local_zone()))


def utc_now() -> datetime:
    """The present moment as UTC without zone."""
    return as_utc(datetime.now(UTC))


def folder_stamp_to_utc(name: str) -> datetime | None:
    """Moment of receipt that a landing folder named ``YYYY-MM-DDTHHMMSS`` (local) stands for.

    None for another name.
    """
    try:
        moment = datetime.strptime(name, FOLDER_STAMP)
    except ValueError:
        return None
    return local_to_utc(moment) if moment.strftime(FOLDER_STAMP) == name else None
