"""What the door computes of a person before their values go to the vault.

Belongs here: the SQL of each kind of derived column (``DerivedColumn`` of a contract) over the staged columns
of a file, whose moments are UTC without zone. Nothing downstream sees what a derived column was computed
from. Which columns are derived says the contract; what they decide, ``dbt_project/``.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

from ingestion.clock import local_offset
from ingestion.contracts.model import (
    COMPLETED_YEARS,
    COMPLETED_YEARS_ON_CLOSE,
    KEYED_HASH,
    DerivedColumn,
)
from ingestion.contracts.odcs import SEASONS, SEEDS_DIR, seed_codes
from ingestion.errors import RezervError
from ingestion.vault import PersonKeys

# The event of seed ``calendar`` whose end is the end of the selection.
CLOSE_STAGE, CLOSE_EVENT = "national_commission", "sitting"


def derived_expression(column: DerivedColumn, outer: str = "?::blob", inner: str = "?::blob") -> str:
    """DuckDB SQL of a derived column, over the columns that it reads by their names.

    outer, inner: SQL of the blocks of the person's secret (``PersonKeys.blocks``). ``ValueError`` for a kind
    that nobody knows, which the contract refuses before; ``RezervError('calendar_incomplete')``.
    """
    return f"cast({_expression(column, outer, inner)} as {column.physical_type})"


def _expression(column: DerivedColumn, outer: str, inner: str) -> str:
    if column.kind == COMPLETED_YEARS:
        born_on, *moments = column.source_columns
        return _completed_years(born_on, f"cast(coalesce({', '.join(moments)}) + {_offset()} as date)")
    if column.kind == COMPLETED_YEARS_ON_CLOSE:
        born_on, season = column.source_columns
        return _completed_years(born_on, _close_day(season))
    if column.kind == KEYED_HASH:
        return PersonKeys.expression(_told_apart(column.name, column.source_columns), outer, inner)
    raise ValueError(f"no way to derive {column.kind}")


def _completed_years(born_on: str, day: str) -> str:
    """Birthdays reached on a day (SQL of a date).

    The day itself counts; of somebody born on 29 February 28 February does where a year has no 29th
    (docs/rules.md, AGE).
    """
    turned = f"cast(year({day}) - year({born_on}) as integer)"
    return f"{turned} - cast({day} < {born_on} + to_years({turned}) as integer)"


def _offset() -> str:
    return f"to_seconds({int(local_offset().total_seconds())})"


def _close_day(season: str) -> str:
    """Last day of the selection of a season (SQL)."""
    days = "".join(f" when '{code}' then date '{day}'" for code, day in close_days().items())
    return f"(case {season}{days} end)"


@lru_cache(maxsize=1)
def close_days() -> dict[str, date]:
    """Last day of the selection of each season: the one before the National Commission's sitting ends.

    ``RezervError('calendar_incomplete')`` if the calendar does not say it.
    """
    with (SEEDS_DIR / "calendar.csv").open(encoding="utf-8", newline="") as file:
        ends = {
            row["season_code"]: row["ends_local"]
            for row in csv.DictReader(file)
            if (row["stage_code"], row["event_code"]) == (CLOSE_STAGE, CLOSE_EVENT) and row["ends_local"]
        }
    for season in seed_codes(SEASONS):
        if season not in ends:
            raise RezervError("calendar_incomplete", season=season, event=f"{CLOSE_STAGE} {CLOSE_EVENT}")
    return {
        season: datetime.fromisoformat(moment).date() - timedelta(days=1) for season, moment in ends.items()
    }


def _told_apart(name: str, columns: Sequence[str]) -> str:
    """One text of several values (SQL) that differs whenever one of them does.

    Values are separated and an empty one is marked, by characters that the door lets into no value, so that
    no two rows give one text by shifting. The name keeps it apart from other hashes under the secret.
    """
    marked = ", ".join(f"coalesce({column}::varchar, chr(30))" for column in columns)
    return f"concat_ws(chr(31), '{name}', {marked})"
