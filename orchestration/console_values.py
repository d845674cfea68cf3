"""How values are written on a terminal: foreign texts, counts, days and moments; a dash for nothing.

Belongs here: pure functions from a value to what a cell of a table holds. Not here: tables and screens
(`console.py` and the `*_console.py` of an area).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from ingestion.clock import local_zone
from ingestion.messages import plain

NOTHING = "–"


def cell(text: object) -> Any:
    """A foreign text as a cell: nothing in it is taken for a style or for an order to the terminal."""
    from rich.text import Text

    return Text(NOTHING if text is None else plain(str(text)))


def number(value: int | None) -> str:
    """A count with its thousands apart."""
    return NOTHING if value is None else f"{value:,}".replace(",", "\u00a0")


def day(value: date | None) -> str:
    """A date: 2025-07-16."""
    return NOTHING if value is None else value.isoformat()


def local(moment: datetime | None) -> str:
    """A naive UTC moment as local time to the minute."""
    if moment is None:
        return NOTHING
    return moment.replace(tzinfo=UTC).astimezone(local_zone()).strftime("%Y-%m-%d %H:%M")
