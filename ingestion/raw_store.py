"""Schema ``raw`` of the warehouse: tables, and writing one batch.

Belongs here: the SQL of raw tables and of the books about batches (``_batches``, ``_quarantine``,
``_quarantine_closed``, ``_door_checks``, ``_corrections``). Rows are only ever added. What may be added is
decided in ``door.py``; the order of steps, in ``loader.py``; what rows mean, in ``dbt_project/``. The SQL
reads the stage's tables on the same connection (``stage.py``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.batches import STATE_HELD, STATE_LANDED, BatchResult, Correction
from ingestion.contracts import BOOKKEEPING_COLUMNS, Contract, feed_names, load_contract
from ingestion.derivation import derived_expression
from ingestion.errors import RetryableError, RezervError
from ingestion.stage import INNER, OUTER, ROW_NUMBER
from ingestion.vault import PersonKeys
from ingestion.workbench import quoted, transaction

if TYPE_CHECKING:
    import duckdb

_BOOKS = """
create schema if not exists raw;
create table if not exists raw._batches (
    batch_id varchar not null, feed varchar not null, source_file varchar not null, content_sha256 varchar not
    null, received_at timestamp not null, landed_at timestamp not null, landed_seq bigint not null, state
    varchar not null, reason_code varchar, count_read bigint not null, count_landed bigint not null,
    count_quarantined bigint not null, contract_version varchar not null
);
alter table raw._batches add column if not exists engine varchar;
alter table raw._batches add column if not exists accepted_by varchar;
alter table raw._batches add column if not exists accepted_reason varchar;
create table if not exists raw._quarantine (
    batch_id varchar not null, feed varchar not null, source_file varchar not null, row_number integer,
    column_name varchar, reason_code varchar not null, check_name varchar not null
);
alter table raw._quarantine add column if not exists row_key varchar;
create table if not exists raw._quarantine_closed (
    batch_id varchar not null, row_number integer, closed_at timestamp not null, how varchar not null,
    closed_by_batch_id varchar, closed_by varchar, note varchar
);
create table if not exists raw._door_checks (
    batch_id varchar not null, feed varchar not null, check_name varchar not null, column_name varchar,
    count_evaluated bigint not null, count_failed bigint not null, is_passed boolean not null
);
create table if not exists raw._corrections (
    batch_id varchar not null, asked_by varchar not null, reason varchar not null, applied_at timestamp not
    null
);
create or replace view raw._quarantine_open as
    select * from raw._quarantine as entry
    where not exists (
        select 1 from raw._quarantine_closed as closed
        where closed.batch_id = entry.batch_id and closed.row_number is not distinct from entry.row_number
    );
"""
# What was received later is not mended by this.
_EARLIER_OR_SAME = (
    "select batch_id from raw._batches where feed = $feed and received_at <= $received::timestamp"
)
# Enough that two different rows of one key never share it; twice as long costs a tenth of the landing.
ROW_HASH_LENGTH = 32
# Ways out of quarantine.
KEY_LANDED, SAME_PLACE, FILE_LANDED, BY_PERSON = "key_landed", "same_place", "file_landed", "person"


@contextmanager
def open_warehouse(path: Path, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the warehouse alone, closed at the end.

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

    ``RezervError``: ``raw_column_differs`` if a column exists with another type than its contract says,
    ``raw_column_not_allowed`` if one holds what the contract keeps in the vault.
    """
    with transaction(connection):
        connection.execute(_BOOKS)
        existing = _existing_columns(connection)
        for feed in feed_names():
            _create_raw_table(connection, load_contract(feed), existing.get(feed, {}))


def _existing_columns(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    query = """
        select table_name, column_name, data_type from duckdb_columns()
        where schema_name = 'raw' and database_name = current_database()
    """
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
    for name in contract.columns_no_longer_allowed(existing):
        raise RezervError("raw_column_not_allowed", column=name, table=table)
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
    connection: duckdb.DuckDBPyConnection, feed: str, content_sha256: str, contract_version: str
) -> tuple[int, bool]:
    """Number of batches of a feed with these bytes, and whether one of them landed.

    One from which rows stayed outside under another version of the contract does not count: by the present
    one they may be good.
    """
    query = """
        select count(*), coalesce(bool_or(state = ? and (
            contract_version = ? or batch_id not in (select batch_id from raw._quarantine_open)
        )), false)
        from raw._batches where feed = ? and content_sha256 = ?
    """
    values = [STATE_LANDED, contract_version, feed, content_sha256]
    row = connection.execute(query, values).fetchone()
    return (0, False) if row is None else (int(row[0]), bool(row[1]))


def held_since(connection: duckdb.DuckDBPyConnection, feed: str, content_sha256: str) -> datetime | None:
    """Moment of receipt of a held file with these bytes; None if none was held."""
    query = """
        select min(received_at) from raw._batches where feed = ? and content_sha256 = ? and state = ?
    """
    row = connection.execute(query, [feed, content_sha256, STATE_HELD]).fetchone()
    return None if row is None else row[0]


def write_batch(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    result: BatchResult,
    keys: PersonKeys,
    *,
    content_sha256: str,
    landed_at: datetime,
    has_stage: bool,
    columns_outside: Sequence[str | None] = (),
    check_outside: str = "",
    accepted: tuple[str | None, str | None] = (None, None),
    mended: str | None = None,
    correction: Correction | None = None,
) -> int:
    """Write one batch whole or not at all: its rows and its lines in the books, in one transaction.

    has_stage: whether the stage's tables hold the file; if its state is landed, its accepted rows are added.
    columns_outside, check_outside: why a file without stage stays outside. accepted: who accepted a held
    file,
    and why. mended: the batch that the file says it mends. correction: who asked for it, and why, kept
    whatever becomes of the file. Gives the number of rows and files of earlier
    batches that this one takes out of quarantine.
    """
    with transaction(connection):
        landed_seq = _insert_books(connection, result, contract.version, content_sha256, landed_at, accepted)
        if correction is not None:
            _insert_correction(connection, result, correction, landed_at)
        if not has_stage:
            _refuse_whole(connection, result, columns_outside, check_outside)
            return 0
        if result.state != STATE_LANDED:
            return 0
        if result.count_landed:
            _insert_rows(connection, contract, result, landed_seq)
        if result.count_quarantined:
            _insert_entries(connection, contract, result, keys)
        return _close_entries(connection, contract, result, keys, landed_at, mended)


def write_refused(
    connection: duckdb.DuckDBPyConnection, result: BatchResult, marker: str, landed_at: datetime
) -> None:
    """Write down what was not even read; ``marker`` stands for its content."""
    with transaction(connection):
        _insert_books(connection, result, "", marker, landed_at, (None, None))
        _refuse_whole(connection, result, [None], result.checks[0].check_name)


def _insert_books(
    connection: duckdb.DuckDBPyConnection,
    result: BatchResult,
    contract_version: str,
    content_sha256: str,
    landed_at: datetime,
    accepted: tuple[str | None, str | None],
) -> int:
    landed_seq = _next_landed_seq(connection)
    values = [content_sha256, result.received_at, landed_at, landed_seq]
    _insert_batch(connection, contract_version, result, values, accepted)
    _insert_checks(connection, result)
    return landed_seq


def _insert_correction(
    connection: duckdb.DuckDBPyConnection, result: BatchResult, correction: Correction, applied_at: datetime
) -> None:
    values = [result.batch_id, correction.asked_by.strip(), correction.reason.strip(), applied_at]
    connection.execute("insert into raw._corrections values (?, ?, ?, ?)", values)


def _next_landed_seq(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("select coalesce(max(landed_seq), 0) + 1 from raw._batches").fetchone()
    return 1 if row is None else int(row[0])


def _insert_rows(
    connection: duckdb.DuckDBPyConnection, contract: Contract, result: BatchResult, landed_seq: int
) -> None:
    names = [column.name for column in contract.content_columns()]
    bookkeeping = [column.name for column in BOOKKEEPING_COLUMNS]
    derived = {column.name: derived_expression(column, OUTER, INNER) for column in contract.derived_columns}
    values = ", ".join(f"{derived[name]} as {name}" if name in derived else name for name in names)
    # Values are separated and an empty one is marked, by characters that no value holds, so that no two rows
    # hash alike by shifting.
    marked = ", ".join(f"coalesce({name}::varchar, chr(30))" for name in names)
    hashed = f"left(sha256(concat_ws(chr(31), {marked})), {ROW_HASH_LENGTH})"
    connection.execute(
        f"""
        insert into raw.{contract.feed} ({", ".join(names + bookkeeping)})
        select {", ".join(names)}, ?, ?, {ROW_NUMBER}, ?, ?, {hashed}
        from (select {values}, {ROW_NUMBER} from accepted)
        """,
        [result.batch_id, result.source_file, result.received_at, landed_seq],
    )


def _insert_batch(
    connection: duckdb.DuckDBPyConnection,
    contract_version: str,
    result: BatchResult,
    content_and_moments: Sequence[object],
    accepted: tuple[str | None, str | None],
) -> None:
    what = [
        result.state,
        result.reason_code,
        result.count_read,
        result.count_landed,
        result.count_quarantined,
    ]
    own = [result.batch_id, result.feed, result.source_file]
    values = [*own, *content_and_moments, *what, contract_version, result.engine, *accepted]
    names = (
        "batch_id, feed, source_file, content_sha256, received_at, landed_at, landed_seq, state, reason_code,"
        " count_read, count_landed, count_quarantined, contract_version, engine, accepted_by, accepted_reason"
    )
    connection.execute(f"insert into raw._batches ({names}) values ({', '.join('?' * len(values))})", values)


def _insert_checks(connection: duckdb.DuckDBPyConnection, result: BatchResult) -> None:
    import pyarrow as pa

    if not result.checks:
        return
    names = ("check_name", "column_name", "count_evaluated", "count_failed", "is_passed")
    arriving: dict[str, Any] = {name: [getattr(check, name) for check in result.checks] for name in names}
    arriving["column_name"] = pa.array(arriving["column_name"], type=pa.string())
    connection.register("arriving", pa.table(arriving))
    connection.execute(
        f"insert into raw._door_checks select ?, ?, {', '.join(names)} from arriving",
        [result.batch_id, result.feed],
    )
    connection.unregister("arriving")


# -- quarantine: rows and files that stay outside, and how they come out again


def _refuse_whole(
    connection: duckdb.DuckDBPyConnection, result: BatchResult, columns: Sequence[str | None], check: str
) -> None:
    for column in columns:
        values = [result.batch_id, result.feed, result.source_file, column, result.reason_code, check]
        connection.execute("insert into raw._quarantine values (?, ?, ?, null, ?, ?, ?, null)", values)


def _row_key(contract: Contract, outer: str = "?::blob", inner: str = "?::blob") -> str:
    """Keyed hash of a row's key in SQL; null where a part of the key is missing."""
    parts = " || chr(31) || ".join(f"{name}::varchar" for name in contract.raw_key)
    return PersonKeys.expression(f"'{contract.feed}' || chr(31) || {parts}", outer, inner)


def _insert_entries(
    connection: duckdb.DuckDBPyConnection, contract: Contract, result: BatchResult, keys: PersonKeys
) -> None:
    connection.execute(
        f"""
        insert into raw._quarantine
            (batch_id, feed, source_file, row_number, column_name, reason_code, check_name, row_key)
        select ?, ?, ?, o.row_number, o.column_name, o.reason_code, o.check_name, k.row_key
        from outside as o
        left join (
            select {ROW_NUMBER}, {_row_key(contract)} as row_key from keyed
            where {ROW_NUMBER} in (select row_number from outside)
        ) as k on k.{ROW_NUMBER} = o.row_number
        order by o.row_number, o.column_name, o.reason_code
        """,
        [result.batch_id, result.feed, result.source_file, *keys.blocks],
    )


def _close_entries(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    result: BatchResult,
    keys: PersonKeys,
    closed_at: datetime,
    mended: str | None,
) -> int:
    """Take out of quarantine what this batch brings right; gives their number, own duplicates not counted."""
    open_now = connection.execute(
        "select count(*) from raw._quarantine_open where feed = ?", [result.feed]
    ).fetchone()
    if open_now is None or open_now[0] == 0:
        return 0
    ways = (
        (KEY_LANDED, _rows_with_landed_keys(contract, keys)),
        (SAME_PLACE, _rows_in_same_places(contract, mended)),
        (FILE_LANDED, _files_that_landed(result, mended)),
    )
    for how, (query, values) in ways:
        own = {"feed": result.feed, "batch": result.batch_id, "file": result.source_file, "mended": mended}
        query = f"select * from ({query}) where batch_id in ({_EARLIER_OR_SAME})"
        values = values | {"received": result.received_at}
        parameters = {name: own[name] for name in own if f"${name}" in query} | values
        connection.execute(
            f"""
            insert into raw._quarantine_closed
            select distinct batch_id, row_number, $closed_at::timestamp, $how, $by, null, null from ({query})
            """,
            {**parameters, "closed_at": closed_at, "how": how, "by": result.batch_id},
        )
    row = connection.execute(
        "select count(*) from raw._quarantine_closed where closed_by_batch_id = ? and batch_id <> ?",
        [result.batch_id, result.batch_id],
    ).fetchone()
    return 0 if row is None else int(row[0])


def _rows_with_landed_keys(contract: Contract, keys: PersonKeys) -> tuple[str, dict[str, object]]:
    """Rows whose key is among those that landed; of this batch itself only repetitions of a landed row."""
    outer, inner = keys.blocks
    query = f"""
        select batch_id, row_number from raw._quarantine_open
        where feed = $feed and (batch_id <> $batch or reason_code = 'DUPLICATE_ROW')
          and row_key in (select {_row_key(contract, "$outer", "$inner")} from accepted)
    """
    return query, {"outer": outer, "inner": inner}


def _rows_in_same_places(contract: Contract, mended: str | None) -> tuple[str, dict[str, object]]:
    """Rows of an earlier delivery of the same file without a key to be known by, where a new row stands now.

    It is the same file when more than half of the rows that landed from the earlier one stand in the same
    places; where none landed, when it was replaced under its path. A row that landed then already is not new.
    """
    same_key = " and ".join(f"r.{name} is not distinct from a.{name}" for name in contract.raw_key)
    key_columns = ", ".join(quoted(name) for name in contract.key)
    query = f"""
        with earlier as (
            select b.batch_id, b.count_landed, b.source_file from raw._batches as b
            where b.feed = $feed and b.batch_id <> $batch
              and (split_part(b.source_file, '/', -1) = split_part($file, '/', -1)
                   {"or b.batch_id = $mended" if mended else ""})
        ),
        kept as (
            select r._batch_id as batch_id, count(*) as count_kept
            from raw.{contract.feed} as r
            join accepted as a on a.{ROW_NUMBER} = r.{ROW_NUMBER} and {same_key}
            where r._batch_id in (select batch_id from earlier)
            group by all
        ),
        same as (
            select earlier.batch_id from earlier left join kept using (batch_id)
            where (count_landed > 0 and coalesce(count_kept, 0) * 2 > count_landed)
               or (count_landed = 0 and earlier.source_file = $file and contains($file, '/'))
        )
        select q.batch_id, q.row_number
        from raw._quarantine_open as q join accepted as a on a.{ROW_NUMBER} = q.row_number
        where q.feed = $feed and q.batch_id in (select batch_id from same)
          and (q.row_key is null or exists (
              select 1 from raw._quarantine as w
              where w.batch_id = q.batch_id and w.row_number = q.row_number
                and w.column_name in ({key_columns})
          ))
          and not exists (
              select 1 from raw.{contract.feed} as r where r._batch_id = q.batch_id and {same_key}
          )
    """
    return query, {}


def _files_that_landed(result: BatchResult, mended: str | None) -> tuple[str, dict[str, object]]:
    """Files quarantined whole that came again: replaced under their path, or named by the one that mends.

    Only if something landed, and not far fewer rows than the earlier file had.
    """
    query = f"""
        select q.batch_id, q.row_number
        from raw._quarantine_open as q join raw._batches as b using (batch_id)
        where q.feed = $feed and q.batch_id <> $batch and q.row_number is null
          and {result.count_landed} > 0 and {result.count_landed} * 2 >= b.count_read
          and ((q.source_file = $file and contains($file, '/')) {"or q.batch_id = $mended" if mended else ""})
    """
    return query, {}


def close_by_person(
    connection: duckdb.DuckDBPyConnection,
    batch_id: str,
    row_number: int | None,
    closed_at: datetime,
    by: str,
    note: str,
) -> None:
    """Record that a person takes a row, or a file quarantined whole or held, out of quarantine.

    ``RezervError('quarantine_unknown')`` if it is not there.
    """
    query = """
        select (
            select count(*) from raw._quarantine_open
            where batch_id = $batch and row_number is not distinct from $row::integer
        ) + (
            select count(*) from raw._batches as b
            where b.batch_id = $batch and b.state = 'held' and $row::integer is null
              and b.batch_id not in (
                  select batch_id from raw._quarantine_closed where row_number is null
              )
        )
    """
    row = connection.execute(query, {"batch": batch_id, "row": row_number}).fetchone()
    if row is None or row[0] == 0:
        entry = batch_id if row_number is None else f"{batch_id} {row_number}"
        raise RezervError("quarantine_unknown", entry=entry)
    values = [batch_id, row_number, closed_at, BY_PERSON, by, note]
    connection.execute("insert into raw._quarantine_closed values (?, ?, ?, ?, null, ?, ?)", values)
