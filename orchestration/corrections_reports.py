"""Corrections in the books, and what one changed as an Excel file.

Belongs here: the list of applied corrections, and the sheets of a workbook with a topic each. Not here: what
differs (`corrections.py`), how a workbook looks (`ingestion/sheets.py`). People stand by candidate number;
every text of a file is written as a text, whatever it begins with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.clock import utc_now
from ingestion.messages import message
from orchestration.builds import has_table
from orchestration.console_values import local

if TYPE_CHECKING:
    from orchestration.corrections import Outcome, Row
    from orchestration.settings import Settings
    from orchestration.texts import Texts

_CORRECTIONS = """
select
    c.applied_at, c.asked_by, c.reason, b.feed, b.source_file, b.state, b.count_landed, b.count_quarantined,
    c.batch_id
from raw._corrections as c
inner join raw._batches as b on b.batch_id = c.batch_id
order by b.landed_seq desc
"""
Cell = str | int | Decimal
# Heading, column of the row, and width in characters.
Column = tuple[str, str, int]

_WHO: tuple[Column, ...] = (
    ("column.stage", "stage_code", 20), ("column.track", "track_code", 16),
    ("column.candidate", "candidate_no", 14), ("column.change", "change_code", 12),
)  # fmt: skip
STANDINGS: tuple[Column, ...] = (
    *_WHO,
    ("corrections.status_before", "status_before", 16), ("corrections.status_after", "status_after", 16),
    ("corrections.reason_before", "reason_before", 20), ("corrections.reason_after", "reason_after", 20),
    ("corrections.points_before", "points_before", 11), ("corrections.points_after", "points_after", 11),
    ("corrections.rank_before", "rank_before", 9), ("corrections.rank_after", "rank_after", 9),
)  # fmt: skip
CUTS: tuple[Column, ...] = (
    ("column.stage", "stage_code", 20), ("column.track", "track_code", 16),
    *(
        (f"corrections.{name}_{when}", f"{name}_{when}", 11)
        for name in ("entered", "pool", "places", "cutoff", "admitted", "by_tie", "supernumerary")
        for when in ("before", "after")
    ),
)  # fmt: skip
LISTS: tuple[Column, ...] = (
    ("column.stage", "stage_code", 20), ("column.people", "count_people", 10),
    ("corrections.would_go_on", "count_on", 14), ("corrections.would_not", "count_off", 14),
    ("corrections.by_act", "is_published_by_act", 14), ("corrections.drift_before", "drift_before", 14),
    ("corrections.drift_after", "drift_after", 14), ("corrections.restatable_until", "restatable_until", 18),
)  # fmt: skip
DRIFT: tuple[Column, ...] = (
    *_WHO,
    ("corrections.status_before", "status_before", 16), ("corrections.status_after", "status_after", 16),
    ("corrections.reason_before", "reason_before", 20), ("corrections.reason_after", "reason_after", 20),
    ("corrections.rank_before", "rank_before", 9), ("corrections.rank_after", "rank_after", 9),
)  # fmt: skip
AFFECTED: tuple[Column, ...] = (
    *_WHO,
    ("corrections.bookings", "count_bookings", 11), ("corrections.slot", "slot_starts_at", 18),
    ("corrections.works", "count_works", 11), ("corrections.marks", "count_marks", 11),
    ("corrections.status_before", "status_before", 16), ("corrections.points_before", "points_before", 11),
    ("corrections.rank_before", "rank_before", 9),
)  # fmt: skip
OUTSIDE: tuple[Column, ...] = (
    ("corrections.feed", "feed", 32), ("corrections.column", "column_name", 24),
    ("corrections.wrong", "reason_code", 60), ("column.rows", "count_rows", 10),
)  # fmt: skip
TOPICS: tuple[tuple[str, Sequence[Column]], ...] = (
    ("standings", STANDINGS), ("cuts", CUTS), ("lists", LISTS), ("drift", DRIFT), ("affected", AFFECTED),
)  # fmt: skip


def read_corrections(settings: Settings) -> list[Row]:
    """Applied corrections, newest first: who asked, why, and what became of each file."""
    from orchestration.reports import _open

    if not settings.warehouse.is_file():
        return []
    with _open(settings.warehouse) as connection:
        if not has_table(connection, "raw", "_corrections"):
            return []
        cursor = connection.execute(_CORRECTIONS)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def shown_value(say: Texts, name: str, value: Any) -> Cell:
    """A value of a difference as a cell: codes of changes and reasons in words, moments local."""
    if value is None:
        return ""
    if name == "change_code":
        return say(f"change.{value}")
    if name == "reason_code":
        return message(str(value), say.language)
    if isinstance(value, bool):
        return say("corrections.yes" if value else "corrections.no")
    if isinstance(value, datetime):
        return local(value)
    return value if isinstance(value, int | Decimal) else str(value)


def write_outcome(path: Path, outcome: Outcome, say: Texts, title: str) -> None:
    """Write what a correction would change, or did, as a workbook; one that is there is replaced.

    title: key of the text that says which of the two it is.
    """
    from ingestion.sheets import Book, write_whole

    heading = say(title, as_of=local(outcome.moment))
    book = Book(heading, say("corrections.page", page="&P", pages="&N"), utc_now())
    summary = book.listing(
        say("corrections.sheet_summary"),
        [say(key) for key in ("column.stage", "column.track", "column.change", "column.people")],
        (24, 20, 20, 10),
    )
    for stage, track, change, count in outcome.difference.counts():
        summary.line((stage, track, say(f"change.{change}"), count), ruled=True)
    summary.filtered()
    for topic, columns in TOPICS:
        write_listing(book, say, f"corrections.sheet_{topic}", columns, getattr(outcome.difference, topic))
    write_listing(book, say, "corrections.sheet_outside", OUTSIDE, outcome.reasons)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, book.content())


def write_listing(
    book: Any,
    say: Texts,
    name: str,
    columns: Sequence[Column],
    rows: Sequence[Row],
    shown: Callable[[Texts, str, Any], Cell] = shown_value,
) -> None:
    """A sheet of rows with a header that stays in view and can be filtered; none where there is no row."""
    if not rows:
        return
    sheet = book.listing(say(name), [say(key) for key, _, _ in columns], [width for _, _, width in columns])
    for row in rows:
        sheet.line([shown(say, column, row[column]) for _, column, _ in columns], ruled=True)
    sheet.filtered()
