"""The platform's PostgreSQL database as a sender: what is new in it becomes a delivery of files.

Belongs here: connecting, deciding which rows are new, and reading them in the types of their contracts. Names
and files of deliveries are in ``platform_deliveries.py``; the files then land through the same door as any
other (``loader.py``). When to pull is decided in ``orchestration/``.

Which rows are new is decided by transaction ids. A row version carries the id of the transaction that wrote
it (``xmin``). A pull reads one snapshot and takes the rows with ``first`` <= id < ``end``: ``end`` is the
oldest transaction that is still open in that very snapshot, ``first`` the ``end`` of the pull before.

- *Nothing is lost*: every transaction below ``end`` has ended, so what it wrote is in the snapshot or never
  will be. A row that a younger transaction has changed again comes with that one.
- *Nothing is doubled*: a row version has one id, and the intervals of a feed leave no gap and do not overlap.
- A transaction that stays open delays what was written after it began; a pull says how much that is.
- What a transaction does after a savepoint has an id of its own, greater than the transaction's: below
  ``end`` nothing of that kind can be open either. ``pg_visible_in_snapshot`` does not know such ids and calls
  them ended while their transaction is open.

``updated_at > watermark`` loses rows: it is filled when a statement runs and seen when its transaction ends,
so a row can appear below a watermark that has moved on. Deletions are not seen, as in files: a row once
delivered stays. Why this way, and what was compared: docs/decisions/0009.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.clock import as_utc, folder_stamp_to_utc
from ingestion.config import IngestionConfig
from ingestion.contracts import Column, Contract, feed_names, load_contract
from ingestion.errors import RetryableError, RezervError
from ingestion.platform_deliveries import (
    Interval,
    KnownDelivery,
    covered_until,
    finish,
    known_deliveries,
    new_folder,
    pull_lock,
    without_unfinished,
    write_unfinished,
)

if TYPE_CHECKING:
    import pyarrow as pa

logger = logging.getLogger(__name__)

# What the server itself says begins with its severity, a colon and two blanks; the client's words do not.
_ANSWERED = re.compile(r":  ")
_COMES_BACK = re.compile(r"starting up|shutting down|not yet accepting|recovery mode|too many|slots")
_NO_PERMISSION = ("42501",)
# Too long a wait for a lock, cancelled or shut down, conflict with recovery on a replica, connection gone;
# a table or column that was there a moment ago.
_PASSES_BY_ITSELF = ("55P03", "57", "40", "08", "42P01", "42703")

_TEXT_TYPES = {"text", "character varying", "character", "uuid", "name", "citext"}
_WHOLE_TYPES = {"smallint", "integer", "bigint"}
_READABLE_TYPES = {
    "string": {*_TEXT_TYPES, *_WHOLE_TYPES, "numeric"},
    "integer": {*_TEXT_TYPES, *_WHOLE_TYPES, "numeric"},
    "number": {*_TEXT_TYPES, *_WHOLE_TYPES, "numeric", "real", "double precision"},
    "boolean": {*_TEXT_TYPES, "boolean"},
    "date": {*_TEXT_TYPES, "date"},
    "timestamp": {*_TEXT_TYPES, "timestamp with time zone", "timestamp without time zone"},
}
# Days and moments outside are delivered as text: the driver would make some day or other of 'infinity'.
_RANGES = {
    "date": "date '0001-01-01' and date '9999-12-31'",
    "timestamp with time zone": "timestamptz '0001-01-03 00:00Z' and timestamptz '9999-12-29 00:00Z'",
}
_TABLE_KINDS = {"r", "p"}
_CATALOG = "pg_catalog"
# A table that somebody is altering is not waited for much longer.
_LOCK_TIMEOUT = "10s"


@dataclass(frozen=True)
class Delivery:
    """One file that a pull has made: what it covers, where it lies, its moment of receipt (UTC), its rows."""

    interval: Interval
    path: Path
    received_at: datetime
    count_rows: int

    @property
    def feed(self) -> str:
        """Feed of the file."""
        return self.interval.feed


@dataclass(frozen=True)
class Pull:
    """What a pull has brought, and what it could not bring yet.

    count_waiting: rows that are committed and wait for an older transaction that is still open. open_since:
    when that one began (UTC), if the database tells our role.
    """

    deliveries: tuple[Delivery, ...]
    count_waiting: int
    open_since: datetime | None


@dataclass(frozen=True)
class _Snapshot:
    """The one state of the database that a pull reads: all transactions below ``end`` have ended in it."""

    cursor: Any
    end: int
    next: int
    identity: str
    open_since: datetime | None

    def rows(self, query: str, table: str) -> list[tuple[Any, ...]]:
        """All rows of a small answer."""
        return _rows(self.cursor, query, table)

    def stream(self, query: str, table: str) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        """An answer of any size: its columns, and its rows in pieces."""
        with _told(table):
            self.cursor.execute(query)
            reader = self.cursor.fetch_record_batch()
        return reader.schema, _batches(reader, table)


@dataclass(frozen=True)
class _Source:
    """A feed's table: the types of its columns, and what of it is new."""

    contract: Contract
    table: str
    types: dict[str, str]
    interval: Interval

    def new_rows(self, snapshot: _Snapshot, values: str) -> str:
        """SQL: the interval's rows, and those younger than it, with their transaction id ``_xid``."""
        xid = _row_xid("xmin::text::bigint", snapshot.next)
        return f"(select {xid} as _xid, {values} from {_quoted_table(self.table)}) as new_rows"


@dataclass(frozen=True)
class _Content:
    """How much of a source is new, how much waits, and in which columns days or moments lie too far away."""

    source: _Source
    count_new: int
    count_waiting: int
    far_columns: frozenset[str]


def pull(
    config: IngestionConfig,
    dsn: str,
    now: datetime,
    feeds: Iterable[str] | None = None,
    *,
    whole: bool = False,
) -> Pull:
    """Make a delivery of what the platform's database has that was not delivered before.

    All feeds are read in one snapshot, into one folder received at ``now``; a feed without new rows gets no
    file. feeds: only these (None: all that stand in the database). whole: everything again. Whatever stops
    it, a file that has its name is whole, and the next pull goes on from there.

    ``RetryableError``: platform_unreachable, platform_interrupted, platform_behind, pull_running,
    pull_not_written, warehouse_locked, warehouse_busy. ``RezervError``: platform_not_set, platform_refused,
    platform_table_refused, platform_table_missing, platform_not_a_table, platform_column_missing,
    platform_column_type, platform_failed, feed_unknown, feed_not_in_database. No message holds the connection
    string or a value.
    """
    contracts = _contracts(feeds)
    if not dsn.strip():
        raise RezervError("platform_not_set")
    with pull_lock(config.landing_dir):
        known = known_deliveries(config)
        with without_unfinished(config.landing_dir), _snapshot(dsn) as snapshot:
            sources = [_source(snapshot, contract, known, whole) for contract in contracts]
            contents = [_content(snapshot, source) for source in sources]
            deliveries = _deliver(config, snapshot, contents, as_utc(now), known)
    waiting = sum(content.count_waiting for content in contents)
    _report(deliveries, waiting)
    return Pull(deliveries, waiting, snapshot.open_since if waiting else None)


def database_feeds() -> tuple[str, ...]:
    """Feeds that stand in the platform's database by their contracts."""
    return tuple(feed for feed in feed_names() if load_contract(feed).database_table is not None)


def _contracts(feeds: Iterable[str] | None) -> list[Contract]:
    names = database_feeds() if feeds is None else dict.fromkeys(feeds)
    contracts = [load_contract(name) for name in names]
    for contract in contracts:
        if contract.database_table is None:
            raise RezervError("feed_not_in_database", feed=contract.feed)
    return contracts


def _deliver(
    config: IngestionConfig,
    snapshot: _Snapshot,
    contents: Sequence[_Content],
    now: datetime,
    known: Sequence[KnownDelivery],
) -> tuple[Delivery, ...]:
    """Write all files, and only then give them their names."""
    new = [content for content in contents if content.count_new]
    if not new:
        return ()
    try:
        folder = new_folder(config.landing_dir, now, known)
        for content in new:
            _write(snapshot, content, folder)
        finish(folder, [content.source.interval for content in new])
    except OSError as error:
        raise RetryableError("pull_not_written", path=config.landing_dir, kind=type(error).__name__) from None
    received_at = folder_stamp_to_utc(folder.name) or now
    return tuple(
        Delivery(one.source.interval, folder / one.source.interval.file_name, received_at, one.count_new)
        for one in new
    )


def _write(snapshot: _Snapshot, content: _Content, folder: Path) -> None:
    source = content.source
    schema, batches = snapshot.stream(_rows_query(snapshot, content), source.table)
    written = write_unfinished(folder, source.interval, schema, batches)
    if written != content.count_new:
        raise RetryableError("platform_interrupted", table=source.table, kind="count")


def _report(deliveries: Sequence[Delivery], waiting: int) -> None:
    for delivery in deliveries:
        logger.info("%s: %d new rows in the platform's database", delivery.feed, delivery.count_rows)
    if waiting:
        logger.warning("rows that wait for an open transaction of the platform's database: %d", waiting)


# -- connection and snapshot


@contextmanager
def _snapshot(dsn: str) -> Iterator[_Snapshot]:
    """One read-only transaction that sees one state of the database, and changes nothing of it."""
    import adbc_driver_manager
    import adbc_driver_postgresql.dbapi as driver

    try:
        connection = driver.connect(_with_timeout(dsn), autocommit=True)
    except adbc_driver_manager.Error as error:
        if _ANSWERED.search(str(error)) and not _COMES_BACK.search(str(error)):
            raise RezervError("platform_refused") from None
        raise RetryableError("platform_unreachable") from None
    with connection, connection.cursor() as cursor:
        with _told(_CATALOG):
            cursor.execute("begin transaction isolation level repeatable read read only")
        yield _open(cursor)


def _open(cursor: Any) -> _Snapshot:
    query = f"""
        select set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO', true),
            set_config('lock_timeout', '{_LOCK_TIMEOUT}', true), set_config('row_security', 'off', true)
    """
    oldest = "pg_snapshot_xmin(pg_current_snapshot())"
    state = f"""
        select {oldest}::text::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
            (select system_identifier from pg_control_system())::text || '/' || case
                when pg_is_in_recovery() then greatest(
                    (select timeline_id from pg_control_checkpoint()),
                    (select min_recovery_end_timeline from pg_control_recovery()))::bigint
                else ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint
            end || '/' || (select oid from pg_database where datname = current_database()),
            (select min(since) from (
                select backend_xid as xid, xact_start as since from pg_stat_activity
                union all select transaction, prepared from pg_prepared_xacts
            ) as open_ones where xid::text::bigint = ({oldest}::text::bigint & 4294967295))
    """
    _rows(cursor, query, _CATALOG)
    ((end, following, identity, since),) = _rows(cursor, state, _CATALOG)
    return _Snapshot(cursor, end, following, identity, None if since is None else as_utc(since))


def _rows(cursor: Any, query: str, table: str) -> list[tuple[Any, ...]]:
    with _told(table):
        cursor.execute(query)
        return list(cursor.fetchall())


def _batches(reader: pa.RecordBatchReader, table: str) -> Iterator[pa.RecordBatch]:
    while True:
        with _told(table):
            try:
                batch = reader.read_next_batch()
            except StopIteration:
                return
        yield batch


def _with_timeout(dsn: str) -> str:
    """The connection string with ten seconds to connect in, unless it says otherwise."""
    if "connect_timeout" in dsn:
        return dsn
    if "://" not in dsn:
        return f"{dsn} connect_timeout=10"
    return f"{dsn}{'&' if '?' in dsn else '?'}connect_timeout=10"


@contextmanager
def _told(table: str) -> Iterator[None]:
    """Errors of the database in our words: its own may quote values."""
    import adbc_driver_manager
    import pyarrow as pa

    try:
        yield
    except (adbc_driver_manager.Error, pa.ArrowException, OSError) as error:
        state = getattr(error, "sqlstate", None)
        if state in _NO_PERMISSION:
            raise RezervError("platform_table_refused", table=table) from None
        if state is None or state.startswith(_PASSES_BY_ITSELF):
            raise RetryableError("platform_interrupted", table=table, kind=state or "connection") from None
        raise RezervError("platform_failed", table=table, kind=state) from None


# -- tables and columns


def _source(snapshot: _Snapshot, contract: Contract, known: Sequence[KnownDelivery], whole: bool) -> _Source:
    table = contract.database_table or ""
    oids, types = _described(snapshot, table)
    _check_columns(contract, table, types)
    database = hashlib.sha256(f"{snapshot.identity}/{oids}".encode()).hexdigest()[:12]
    covered = covered_until(known, contract.feed, database)
    if covered > snapshot.end and not whole:
        raise RetryableError("platform_behind", table=table)
    interval = Interval(contract.feed, database, 0 if whole else covered, snapshot.end)
    return _Source(contract, table, types, interval)


def _described(snapshot: _Snapshot, table: str) -> tuple[str, dict[str, str]]:
    """Object ids of a table with its parts, and the types of its columns.

    Another object id is another table: what takes the name of the first may hold rows written long before.
    """
    schema, name = table.split(".")
    found = snapshot.rows(
        f"""
        select c.oid::text || coalesce((select string_agg(relid::oid::text, ',' order by relid::oid)
                                        from pg_partition_tree(c.oid)), ''),
            c.relkind::text, has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select'),
            c.oid::bigint
        from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        where n.nspname = {_literal(schema)} and c.relname = {_literal(name)}
        """,
        table,
    )
    if not found:
        raise RezervError("platform_table_missing", table=table)
    ((oids, kind, is_allowed, oid),) = found
    if kind not in _TABLE_KINDS:
        raise RezervError("platform_not_a_table", table=table)
    if not is_allowed:
        raise RezervError("platform_table_refused", table=table)
    columns = snapshot.rows(
        f"""
        select a.attname::text,
            case t.typtype when 'e' then 'text'
                else format_type(coalesce(nullif(t.typbasetype, 0), t.oid), null) end
        from pg_attribute as a join pg_type as t on t.oid = a.atttypid
        where a.attrelid = {oid} and a.attnum > 0 and not a.attisdropped
        """,
        table,
    )
    return oids, dict(columns)


def _check_columns(contract: Contract, table: str, types: dict[str, str]) -> None:
    for column in contract.columns:
        found = types.get(column.name)
        if found is None:
            raise RezervError("platform_column_missing", column=column.name, table=table)
        if found not in _READABLE_TYPES[column.logical_type]:
            names = {"column": column.name, "table": table, "found": found}
            raise RezervError("platform_column_type", **names, expected=column.logical_type)


def _content(snapshot: _Snapshot, source: _Source) -> _Content:
    ranged = [name for name in source.contract.column_names if source.types[name] in _RANGES]
    is_new = f"_xid < {source.interval.end}"
    far = [f"{_quoted(name)} not between {_RANGES[source.types[name]]}" for name in ranged]
    far = [f"coalesce(bool_or({one}) filter (where {is_new}), false)" for one in far]
    counts = [f"count(*) filter (where {is_new})", f"count(*) filter (where not {is_new})"]
    values = ", ".join(_quoted(name) for name in source.contract.column_names)
    query = f"""
        select {", ".join([*counts, *far])} from {source.new_rows(snapshot, values)}
        where _xid >= {source.interval.first}
    """
    ((count_new, count_waiting, *is_far),) = snapshot.rows(query, source.table)
    far_columns = frozenset(name for name, one in zip(ranged, is_far, strict=True) if one)
    return _Content(source, int(count_new), int(count_waiting), far_columns)


def _rows_query(snapshot: _Snapshot, content: _Content) -> str:
    source, far = content.source, content.far_columns
    columns = source.contract.columns
    values = ", ".join(
        f"{_value(column, source.types[column.name], column.name in far)} as {_quoted(column.name)}"
        for column in columns
    )
    names = ", ".join(_quoted(column.name) for column in columns)
    return f"""
        select {names} from {source.new_rows(snapshot, values)}
        where _xid >= {source.interval.first} and _xid < {source.interval.end}
    """


def _value(column: Column, found: str, is_far: bool) -> str:
    """SQL of a value: in the contract's type where that cannot fail, else as text, for the door to judge."""
    name = _quoted(column.name)
    if found == "timestamp with time zone" and is_far:
        moment = f"to_char({name} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
        return f"case when {name} between {_RANGES[found]} then {moment} else {name}::text end"
    if found == "smallint" and column.logical_type == "integer":
        return f"{name}::integer"
    kept = {
        "integer": {"integer", "bigint"},
        "boolean": {"boolean"},
        "date": {"date"},
        # A moment without zone is text, and so local like any other text (docs/rules.md, Time).
        "timestamp": {"timestamp with time zone"},
    }
    return name if found in kept.get(column.logical_type, set()) and not is_far else f"{name}::text"


def _row_xid(xid: str, following: int) -> str:
    """SQL: the transaction id of 64 bits that a row's ``xid`` of 32 bits stands for.

    It is the last one before ``following``, the next id of the snapshot, that ends in these bits. A row
    written more than 2^32 transactions ago looks younger than it is and may come a second time; none is lost.
    """
    return f"greatest(0, {following} - (({following} - {xid}) & 4294967295))"


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def _quoted_table(table: str) -> str:
    return ".".join(_quoted(part) for part in table.split("."))


def _literal(text: str) -> str:
    escaped = text.replace("'", "''")
    return f"'{escaped}'"
