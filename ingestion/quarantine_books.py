"""What the books say of quarantine: what is open, what is held, and what was closed.

Belongs here: read-only questions to ``raw._batches``, ``raw._quarantine``, ``raw._quarantine_closed`` and
``raw._door_checks``, in counts, row numbers and column names; the books hold no values. A warehouse that has
not landed anything since the books knew of closing is read as one in which nothing was closed. Writing the
books is in ``raw_store.py``; what a sender is told, in ``mending.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from ingestion.batches import STATE_HELD, mended_batch
from ingestion.contracts import feed_names, load_contract

if TYPE_CHECKING:
    import duckdb

ENOUGH_ROWS, KEYS_KEPT = "enough_rows", "keys_kept"
# Row numbers that a line of the history names; of more it gives the count.
ROWS_NAMED = 10

_FILE_FIELDS = (
    "batch_id", "feed", "source_file", "received_at", "state", "reason_code", "count_read", "count_landed",
    "content_sha256",
)  # fmt: skip


@dataclass(frozen=True)
class OpenFile:
    """One file with something to mend: its batch, its rows in quarantine, and how many for each reason.

    count_rows: rows that are open, each once; 0 where the file as a whole is. reasons: (code, rows), most
    frequent first.
    """

    batch_id: str
    feed: str
    source_file: str
    received_at: datetime
    state: str
    reason_code: str | None
    count_read: int
    count_landed: int
    content_sha256: str
    count_rows: int
    reasons: tuple[tuple[str, int], ...]

    @property
    def is_held(self) -> bool:
        """Whether the file waits until a person accepts it."""
        return self.state == STATE_HELD

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the file has landed."""
        return self.state != "landed"


@dataclass(frozen=True)
class OpenRow:
    """One reason for which a row (without row number: the file) stays outside, open.

    row_key: keyed hash by which rows of one key are known; None where it is not known.
    """

    row_number: int | None
    column_name: str | None
    reason_code: str
    check_name: str
    row_key: str | None


@dataclass(frozen=True)
class ClosedRows:
    """Entries of one file that were closed in one way at one moment.

    row_numbers: the first ``ROWS_NAMED``; none where the file as a whole was closed. by, note: the person and
    their reason, or the batch that brought the mended rows.
    """

    feed: str
    source_file: str
    batch_id: str
    how: str
    closed_at: datetime
    count_rows: int
    row_numbers: tuple[int, ...]
    reason_codes: tuple[str, ...]
    by: str
    note: str


@dataclass(frozen=True)
class Shrinkage:
    """By how much a file is smaller than the last one of its name, in records.

    count_then: records of the last file. count_fewer: how many less this one has. count_gone: how many of the
    last file's are missing in this one.
    """

    count_then: int
    count_fewer: int
    count_gone: int

    @property
    def count_now(self) -> int:
        """Records of the file, where they are fewer."""
        return self.count_then - self.count_fewer


def open_files(connection: duckdb.DuckDBPyConnection, feed: str | None = None) -> list[OpenFile]:
    """Files with open entries and files that are held, by feed and receipt; of one feed if it is named."""
    if not _columns(connection, "_batches"):
        return []
    entries = f"select batch_id, row_number, reason_code from {open_entries_table(connection)}"
    files = connection.execute(
        f"""
        with entries as ({entries}), held as (select unnest($held::varchar[]) as batch_id),
        reasons as (
            select batch_id, reason_code, count(distinct coalesce(row_number, -1)) as count_rows
            from entries group by all
        ),
        counted as (select batch_id, count(distinct row_number) as count_rows from entries group by all)
        select {", ".join(f"b.{name}" for name in _FILE_FIELDS)}, coalesce(c.count_rows, 0),
            (select list((reason_code, count_rows) order by count_rows desc, reason_code)
             from reasons as r where r.batch_id = b.batch_id)
        from raw._batches as b left join counted as c on c.batch_id = b.batch_id
        where (c.batch_id is not null or b.batch_id in (from held))
            and (b.state <> 'held' or b.batch_id in (from held)) and coalesce(b.feed = $feed, true)
        order by b.feed, b.received_at, b.source_file, b.landed_seq
        """,
        {"feed": feed, "held": _held_batches(connection)},
    ).fetchall()
    return [_open_file(row) for row in files]


def _open_file(row: Sequence[Any]) -> OpenFile:
    *of_batch, count_rows, counted = row
    own: dict[str, Any] = dict(zip(_FILE_FIELDS, of_batch, strict=True))
    reasons = tuple((code, int(count)) for code, count in counted or ())
    if not reasons and own["reason_code"]:
        reasons = ((own["reason_code"], 1),)
    return OpenFile(**own, count_rows=count_rows, reasons=reasons)


def held_files(connection: duckdb.DuckDBPyConnection, feed: str | None = None) -> list[OpenFile]:
    """Files that wait until a person accepts them."""
    return [file for file in open_files(connection, feed) if file.is_held]


def open_rows(connection: duckdb.DuckDBPyConnection, batch_id: str, limit: int) -> list[OpenRow]:
    """Open entries of one file in the order of its rows, at most ``limit``."""
    table = open_entries_table(connection)
    known = _columns(connection, "_quarantine_open") or _columns(connection, "_quarantine")
    row_key = "row_key" if "row_key" in known else "null"
    rows = connection.execute(
        f"select row_number, column_name, reason_code, check_name, {row_key} from {table}"
        " where batch_id = ? order by row_number nulls first, column_name, reason_code limit ?",
        [batch_id, limit],
    ).fetchall()
    return [OpenRow(*row) for row in rows]


def count_open_by_place(
    connection: duckdb.DuckDBPyConnection, batch_id: str
) -> list[tuple[str | None, str, int]]:
    """(column, reason, rows) of the open entries of one file, most frequent first."""
    return connection.execute(
        "select column_name, reason_code, count(distinct coalesce(row_number, -1)) as count_rows"
        f" from {open_entries_table(connection)} where batch_id = ? group by all"
        " order by count_rows desc, column_name, reason_code",
        [batch_id],
    ).fetchall()


def count_open_rows(connection: duckdb.DuckDBPyConnection, feed: str) -> int:
    """Rows of a feed that are in quarantine now; a file that is refused whole or held counts as one."""
    return sum(file.count_rows or 1 for file in open_files(connection, feed))


def shrinkage(connection: duckdb.DuckDBPyConnection, batch_id: str) -> Shrinkage | None:
    """By how much a held file is smaller than the last one of its name; None where nothing was compared."""
    counts = {
        check: (int(evaluated), int(failed))
        for check, evaluated, failed in connection.execute(
            "select check_name, count_evaluated, count_failed from raw._door_checks"
            " where batch_id = ? and check_name in (?, ?)",
            [batch_id, ENOUGH_ROWS, KEYS_KEPT],
        ).fetchall()
    }
    then, fewer = counts.get(ENOUGH_ROWS, (0, 0))
    then, gone = counts.get(KEYS_KEPT, (then, 0))
    return Shrinkage(then, fewer, gone) if then else None


def closed_rows(connection: duckdb.DuckDBPyConnection, feed: str | None = None) -> list[ClosedRows]:
    """What was closed, newest first, together what was closed together; of one feed if it is named."""
    if not _columns(connection, "_quarantine_closed"):
        return []
    rows = connection.execute(
        """
        select b.feed, b.source_file, b.batch_id, c.how, c.closed_at, count(distinct c.row_number),
            list(distinct c.row_number order by c.row_number) filter (c.row_number is not null),
            list(distinct q.reason_code order by q.reason_code) filter (q.reason_code is not null),
            coalesce(c.closed_by, c.closed_by_batch_id, ''), coalesce(c.note, '')
        from raw._quarantine_closed as c
        inner join raw._batches as b on b.batch_id = c.batch_id
        left join raw._quarantine as q
            on q.batch_id = c.batch_id and (c.row_number is null or q.row_number = c.row_number)
        where coalesce(b.feed = ?, true)
        group by b.feed, b.source_file, b.batch_id, c.how, c.closed_at, c.row_number is null, c.closed_by,
            c.closed_by_batch_id, c.note
        order by c.closed_at desc, b.feed, b.source_file, min(c.row_number)
        """,
        [feed],
    ).fetchall()
    return [_closed_rows(row) for row in rows]


def _closed_rows(row: Sequence[Any]) -> ClosedRows:
    feed, source_file, batch_id, how, closed_at, count, numbers, reasons, by, note = row
    named = tuple(numbers or ())[:ROWS_NAMED]
    return ClosedRows(
        feed, source_file, batch_id, how, closed_at, count, named, tuple(reasons or ()), by, note
    )


def open_entries_table(connection: duckdb.DuckDBPyConnection) -> str:
    """Relation of the open entries: the view of the books, or in older books all entries there are."""
    if _columns(connection, "_quarantine_open"):
        return "raw._quarantine_open"
    if _columns(connection, "_quarantine"):
        return "raw._quarantine"
    nothing = ("batch_id", "feed", "source_file", "column_name", "reason_code", "check_name")
    columns = ", ".join(f"null::varchar as {name}" for name in nothing)
    return f"(select {columns}, null::integer as row_number where false)"


def _held_batches(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Held files that nobody accepted, sent again or closed."""
    closed = "select batch_id from raw._quarantine_closed where row_number is null"
    still = f"and batch_id not in ({closed})" if _columns(connection, "_quarantine_closed") else ""
    held = connection.execute(
        "select batch_id, feed, source_file, content_sha256, landed_seq from raw._batches"
        f" where state = ? {still} order by landed_seq",
        [STATE_HELD],
    ).fetchall()
    return [batch_id for batch_id, *of_file in held if not _came_later(connection, batch_id, *of_file)]


def _came_later(
    connection: duckdb.DuckDBPyConnection,
    batch_id: str,
    feed: str,
    source_file: str,
    content_sha256: str,
    landed_seq: int,
) -> bool:
    """Whether a held file has landed after all: accepted, replaced, or sent again as its mending.

    Replaced is what stood at the same place. A name without a folder is no place: every file of that name
    from outside the landing folder, or from its root, has it. Of a feed whose files say everything there is,
    a later file of its name takes its place too.
    """
    later = connection.execute(
        "select source_file, content_sha256 from raw._batches"
        " where feed = ? and state = 'landed' and landed_seq > ?",
        [feed, landed_seq],
    ).fetchall()
    is_whole_list = bool(later) and feed in feed_names() and load_contract(feed).is_whole_list
    return any(
        sha256 == content_sha256
        or (file == source_file and "/" in source_file)
        or mended_batch(file) == batch_id
        or (is_whole_list and PurePosixPath(file).name == PurePosixPath(source_file).name)
        for file, sha256 in later
    )


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    """Columns of a table or view of schema ``raw``; none if it is not there."""
    query = """
        select column_name from information_schema.columns
        where table_catalog = current_database() and table_schema = 'raw' and table_name = ?
    """
    return {name for (name,) in connection.execute(query, [table]).fetchall()}
