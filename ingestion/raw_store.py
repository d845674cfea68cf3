"""Schema ``raw`` of the warehouse: tables, and writing one batch.

Belongs here: the SQL of raw tables and of the books about batches (``_batches``, ``_quarantine``,
``_door_checks``). Rows are only ever added. What may be added is decided in ``door.py``; the order of steps,
in ``loader.py``; what rows mean, in ``dbt_project/``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.batches import STATE_LANDED, BatchResult
from ingestion.contracts import BOOKKEEPING_COLUMNS, Contract, feed_names, load_contract
from ingestion.errors import RetryableError, RezervError
from ingestion.expectations import ROW_NUMBER
from ingestion.quarantine import QuarantineEntry

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_BOOKS = """
create schema if not exists raw;
create table if not exists raw._batches (
    batch_id varchar not null, feed varchar not null, source_file varchar not null, content_sha256 varchar not
    null, received_at timestamp not null, landed_at timestamp not null, landed_seq bigint not null, state
    varchar not null, reason_code varchar, count_read bigint not null, count_landed bigint not null,
    count_quarantined bigint not null, contract_version varchar not null
);
create table if not exists raw._quarantine (
    batch_id varchar not null, feed varchar not null, source_file varchar not null, row_number integer,
    column_name varchar, reason_code varchar not null, check_name varchar not null
);
create table if not exists raw._door_checks (
    batch_id varchar not null, feed varchar not null, check_name varchar not null, column_name varchar,
    count_evaluated bigint not null, count_failed bigint not null, is_passed boolean not null
);
"""


@contextmanager
def open_warehouse(path: Path, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the warehouse, closed at the end.

    ``RetryableError('warehouse_busy')`` while another process has it open;
    ``RezervError('warehouse_unreadable')`` if it is no database.
    """
    import duckdb

    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        connection = duckdb.connect(str(path), read_only=read_only)
    except duckdb.Error as error:
        if isinstance(error, duckdb.IOException) and "lock on file" not in str(error).lower():
            raise RezervError("warehouse_unreadable", path=path) from None
        raise RetryableError("warehouse_busy", path=path) from None
    try:
        yield connection
    finally:
        connection.close()


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the books and the raw table of every feed where they are missing; a column new in a contract is
    added.

    ``RezervError('raw_column_differs')`` if a column exists with another type than its contract says.
    """
    with _transaction(connection):
        connection.execute(_BOOKS)
        existing = _existing_columns(connection)
        for feed in feed_names():
            _create_raw_table(connection, load_contract(feed), existing.get(feed, {}))


@contextmanager
def _transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All that is written inside, or nothing of it."""
    connection.execute("begin")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def _existing_columns(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    query = "select table_name, column_name, data_type from duckdb_columns() where schema_name = 'raw'"
    tables: dict[str, dict[str, str]] = {}
    for table, column, data_type in connection.execute(query).fetchall():
        tables.setdefault(table, {})[column] = data_type
    return tables


def _create_raw_table(
    connection: duckdb.DuckDBPyConnection, contract: Contract, existing: dict[str, str]
) -> None:
    columns = contract.raw_columns()
    table = f"raw.{contract.feed}"
    if not existing:
        definition = ", ".join(f"{column.name} {column.physical_type}" for column in columns)
        connection.execute(f"create table {table} ({definition})")
        return
    for column in columns:
        found = existing.get(column.name)
        if found is None:
            connection.execute(f"alter table {table} add column {column.name} {column.physical_type}")
        elif found != column.physical_type:
            names = {"column": column.name, "table": table}
            raise RezervError("raw_column_differs", **names, found=found, expected=column.physical_type)


def recorded_files(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str, str]]:
    """(feed, source file, SHA-256 of the bytes) of every batch recorded."""
    return set(connection.execute("select feed, source_file, content_sha256 from raw._batches").fetchall())


def has_books(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the warehouse has the books about batches yet."""
    query = "select count(*) from duckdb_tables() where schema_name = 'raw' and table_name = '_batches'"
    row = connection.execute(query).fetchone()
    return row is not None and row[0] > 0


def earlier_batches(
    connection: duckdb.DuckDBPyConnection, feed: str, content_sha256: str
) -> tuple[int, bool]:
    """Number of batches of a feed with these bytes, and whether one of them landed."""
    query = """
        select count(*), coalesce(bool_or(state = ?), false)
        from raw._batches where feed = ? and content_sha256 = ?
    """
    row = connection.execute(query, [STATE_LANDED, feed, content_sha256]).fetchone()
    return (0, False) if row is None else (int(row[0]), bool(row[1]))


def write_batch(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    result: BatchResult,
    *,
    content_sha256: str,
    landed_at: datetime,
    rows: pa.Table | None,
    entries: Sequence[QuarantineEntry],
) -> None:
    """Write one batch whole or not at all: its rows and its lines in the books, in one transaction.

    rows: the raw rows' content columns and ``_row_number`` (None if nothing lands).
    """
    with _transaction(connection):
        landed_seq = _next_landed_seq(connection)
        if rows is not None and rows.num_rows:
            _insert_rows(connection, contract, result, landed_seq, rows)
        _insert_batch(connection, contract, result, content_sha256, landed_at, landed_seq)
        _insert_entries(connection, result, entries)
        _insert_checks(connection, result)


def _next_landed_seq(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("select coalesce(max(landed_seq), 0) + 1 from raw._batches").fetchone()
    return 1 if row is None else int(row[0])


def _insert_rows(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    result: BatchResult,
    landed_seq: int,
    rows: pa.Table,
) -> None:
    names = [column.name for column in contract.content_columns()]
    bookkeeping = [column.name for column in BOOKKEEPING_COLUMNS]
    # Every value is followed by a separator and an empty one is marked, so that no two rows hash alike by
    # shifting.
    hashed = " || ".join(f"coalesce({name}::varchar || chr(31), chr(30))" for name in names)
    connection.register("arriving", rows)
    connection.execute(
        f"""
        insert into raw.{contract.feed} ({", ".join(names + bookkeeping)})
        select {", ".join(names)}, ?, ?, {ROW_NUMBER}, ?, ?, sha256({hashed})
        from arriving order by {ROW_NUMBER}
        """,
        [result.batch_id, result.source_file, result.received_at, landed_seq],
    )
    connection.unregister("arriving")


def _insert_batch(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    result: BatchResult,
    content_sha256: str,
    landed_at: datetime,
    landed_seq: int,
) -> None:
    who = [result.batch_id, result.feed, result.source_file, content_sha256]
    when = [result.received_at, landed_at, landed_seq]
    what = [
        result.state,
        result.reason_code,
        result.count_read,
        result.count_landed,
        result.count_quarantined,
    ]
    values = [*who, *when, *what, contract.version]
    connection.execute(f"insert into raw._batches values ({', '.join('?' * len(values))})", values)


def _insert_entries(
    connection: duckdb.DuckDBPyConnection, result: BatchResult, entries: Sequence[QuarantineEntry]
) -> None:
    own = (result.batch_id, result.feed, result.source_file)
    columns = ("row_number", "column_name", "reason_code", "check_name")
    _insert_records(connection, "_quarantine", own, entries, columns)


def _insert_checks(connection: duckdb.DuckDBPyConnection, result: BatchResult) -> None:
    columns = ("check_name", "column_name", "count_evaluated", "count_failed", "is_passed")
    _insert_records(connection, "_door_checks", (result.batch_id, result.feed), result.checks, columns)


def _insert_records(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    own: Sequence[str],
    records: Sequence[Any],
    columns: Sequence[str],
) -> None:
    import pyarrow as pa

    if not records:
        return
    arriving = pa.table({column: [getattr(record, column) for record in records] for column in columns})
    connection.register("arriving", arriving)
    connection.execute(
        f"insert into raw.{table} select {', '.join('?' * len(own))}, {', '.join(columns)} from arriving",
        list(own),
    )
    connection.unregister("arriving")
