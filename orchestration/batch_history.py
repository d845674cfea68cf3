"""What the raw bookkeeping tables say of the files that came in, in counts.

Belongs here: read-only questions about `raw._batches` and `raw._door_checks`, for checks, `status` and the
release. Not here: landing itself (`ingestion/`). Never a value of a row, never a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.builds import has_table

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class BatchRow:
    """One line of the bookkeeping of batches."""

    batch_id: str
    feed: str
    source_file: str
    received_at: datetime
    landed_at: datetime
    state: str
    reason_code: str | None
    count_read: int
    count_landed: int
    count_quarantined: int


@dataclass(frozen=True)
class FeedState:
    """How a feed stands: its newest batch that was no duplicate, and all its rows in quarantine."""

    feed: str
    newest: BatchRow | None
    count_batches: int
    count_quarantined: int
    failing_checks: dict[str, int]

    @property
    def is_newest_accepted(self) -> bool:
        """False when the feed's newest file was refused as a whole and nothing has landed since."""
        return self.newest is None or self.newest.state != "quarantined"


def read_feed_states(warehouse: Path, feeds: tuple[str, ...]) -> dict[str, FeedState]:
    """State of each feed; a feed that never landed has no newest batch. The warehouse may not exist yet."""
    if not warehouse.is_file():
        return {feed: FeedState(feed, None, 0, 0, {}) for feed in feeds}
    import duckdb

    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {feed: feed_state(connection, feed) for feed in feeds}


def feed_state(connection: duckdb.DuckDBPyConnection, feed: str) -> FeedState:
    """State of one feed, from an open connection to the warehouse."""
    if not has_table(connection, "raw", "_batches"):
        return FeedState(feed, None, 0, 0, {})
    totals = connection.execute(
        "select count(*), coalesce(sum(count_quarantined), 0) from raw._batches"
        " where feed = ? and state <> 'duplicate'",
        [feed],
    ).fetchone()
    newest = _batches(connection, "where feed = ? and state <> 'duplicate'", [feed], 1)
    failing: dict[str, int] = {}
    if newest:
        failing = dict(
            connection.execute(
                "select check_name || coalesce('.' || column_name, ''), sum(count_failed)::bigint"
                " from raw._door_checks where batch_id = ? and not is_passed group by 1 order by 1",
                [newest[0].batch_id],
            ).fetchall()
        )
    count, quarantined = totals or (0, 0)
    return FeedState(feed, newest[0] if newest else None, int(count), int(quarantined), failing)


def last_batches(connection: duckdb.DuckDBPyConnection, limit: int) -> list[BatchRow]:
    """The newest batches of all feeds, newest first."""
    return _batches(connection, "", [], limit) if has_table(connection, "raw", "_batches") else []


def batches_after(connection: duckdb.DuckDBPyConnection, landed_seq: int) -> list[BatchRow]:
    """Batches recorded after a landing number, in the order of landing."""
    return _batches(connection, "where landed_seq > ?", [landed_seq], None)[::-1]


def last_recorded_seq(connection: duckdb.DuckDBPyConnection) -> int:
    """Landing number of the newest recorded batch of any state; 0 before the first."""
    if not has_table(connection, "raw", "_batches"):
        return 0
    row = connection.execute("select coalesce(max(landed_seq), 0) from raw._batches").fetchone()
    return int(row[0]) if row else 0


def _batches(
    connection: duckdb.DuckDBPyConnection, where: str, values: Sequence[object], limit: int | None
) -> list[BatchRow]:
    rows = connection.execute(
        "select batch_id, feed, source_file, received_at, landed_at, state, reason_code,"
        " count_read, count_landed, count_quarantined"
        f" from raw._batches {where} order by landed_seq desc limit ?",
        [*values, limit],
    ).fetchall()
    return [BatchRow(*row) for row in rows]
