"""What the raw bookkeeping tables say of the files that came in, in counts.

Belongs here: read-only questions about `raw._batches` and `raw._door_checks`, for checks, `status` and the
release; a warehouse whose books are of an earlier version is understood. Not here: landing itself and what is
open in quarantine (`ingestion/`). Never a value of a row, never a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.quarantine_books import held_files, open_files
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
class DoorCheck:
    """What one check at the door found in one file, in rows; without column it is of the file as such."""

    check_name: str
    column_name: str | None
    count_evaluated: int
    count_failed: int
    is_passed: bool


@dataclass(frozen=True)
class FeedState:
    """How a feed stands: its newest batch that was no duplicate with its checks, and what waits of it.

    count_open: rows in quarantine now, a file that stays outside whole counting as one. held: files that wait
    until a person accepts them. engine: what evaluated the newest batch's expectations; empty if unknown.
    """

    feed: str
    newest: BatchRow | None = None
    count_batches: int = 0
    count_open: int = 0
    held: tuple[str, ...] = ()
    checks: tuple[DoorCheck, ...] = ()
    engine: str = ""

    @property
    def is_newest_accepted(self) -> bool:
        """False when the feed's newest file was refused as a whole or held, and nothing has landed since."""
        return self.newest is None or self.newest.state not in ("quarantined", "held")

    @property
    def failing_checks(self) -> dict[str, int]:
        """Failures of the newest batch by check and column."""
        return {
            f"{check.check_name}.{check.column_name}" if check.column_name else check.check_name: (
                check.count_failed
            )
            for check in self.checks
            if not check.is_passed
        }


def read_feed_states(warehouse: Path, feeds: tuple[str, ...]) -> dict[str, FeedState]:
    """State of each feed; a feed that never landed has no newest batch. The warehouse may not exist yet."""
    if not warehouse.is_file():
        return {feed: FeedState(feed) for feed in feeds}
    import duckdb

    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {feed: feed_state(connection, feed) for feed in feeds}


def feed_state(connection: duckdb.DuckDBPyConnection, feed: str) -> FeedState:
    """State of one feed, from an open connection to the warehouse."""
    if not has_table(connection, "raw", "_batches"):
        return FeedState(feed)
    not_duplicate = "where feed = ? and state <> 'duplicate'"
    count = connection.execute(f"select count(*) from raw._batches {not_duplicate}", [feed]).fetchone()
    newest = next(iter(_batches(connection, not_duplicate, [feed], 1)), None)
    return FeedState(
        feed=feed,
        newest=newest,
        count_batches=int(count[0]) if count else 0,
        count_open=sum(file.count_rows or 1 for file in open_files(connection, feed)),
        held=tuple(file.source_file for file in held_files(connection, feed)),
        checks=_door_checks(connection, newest.batch_id) if newest else (),
        engine=_engine(connection, newest.batch_id) if newest else "",
    )


def _door_checks(connection: duckdb.DuckDBPyConnection, batch_id: str) -> tuple[DoorCheck, ...]:
    rows = connection.execute(
        "select check_name, column_name, count_evaluated, count_failed, is_passed from raw._door_checks"
        " where batch_id = ? order by check_name, column_name",
        [batch_id],
    ).fetchall()
    return tuple(DoorCheck(*row) for row in rows)


def _engine(connection: duckdb.DuckDBPyConnection, batch_id: str) -> str:
    """What evaluated a batch's expectations; empty for batches from before that was written down."""
    if not has_column(connection, "_batches", "engine"):
        return ""
    row = connection.execute("select engine from raw._batches where batch_id = ?", [batch_id]).fetchone()
    return str(row[0] or "") if row else ""


def has_column(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> bool:
    """Whether a table of schema `raw` has the column: older books have fewer."""
    row = connection.execute(
        "select 1 from information_schema.columns where table_catalog = current_database()"
        " and table_schema = 'raw' and table_name = ? and column_name = ?",
        [table, column],
    ).fetchone()
    return row is not None


def count_mended(connection: duckdb.DuckDBPyConnection, batch_ids: Sequence[str]) -> int:
    """Rows and files of earlier batches that these batches took out of quarantine."""
    if not has_table(connection, "raw", "_quarantine_closed"):
        return 0
    row = connection.execute(
        "select count(*) from raw._quarantine_closed"
        " where closed_by_batch_id in (select unnest(?)) and batch_id <> closed_by_batch_id",
        [list(batch_ids)],
    ).fetchone()
    return int(row[0]) if row else 0


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
