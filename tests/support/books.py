"""The books of schema raw, made by hand: for tests of what only reads them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb

RECEIVED_AT = datetime(2025, 6, 10, 13)
_OLD_BOOKS = """
create schema if not exists raw;
create table raw._batches (
    batch_id varchar, feed varchar, source_file varchar, content_sha256 varchar, received_at timestamp,
    landed_at timestamp, landed_seq bigint, state varchar, reason_code varchar, count_read bigint,
    count_landed bigint, count_quarantined bigint, contract_version varchar);
create table raw._quarantine (
    batch_id varchar, feed varchar, source_file varchar, row_number integer, column_name varchar,
    reason_code varchar, check_name varchar);
create table raw._door_checks (
    batch_id varchar, feed varchar, check_name varchar, column_name varchar, count_evaluated bigint,
    count_failed bigint, is_passed boolean);
"""
_NEW_BOOKS = """
alter table raw._batches add column engine varchar;
alter table raw._batches add column accepted_by varchar;
alter table raw._batches add column accepted_reason varchar;
alter table raw._quarantine add column row_key varchar;
create table raw._quarantine_closed (
    batch_id varchar, row_number integer, closed_at timestamp, how varchar, closed_by_batch_id varchar,
    closed_by varchar, note varchar);
create view raw._quarantine_open as
    select * from raw._quarantine as q where not exists (
        select 1 from raw._quarantine_closed as c
        where c.batch_id = q.batch_id and c.row_number is not distinct from q.row_number);
"""


def create_books(connection: duckdb.DuckDBPyConnection, *, is_old: bool = False) -> None:
    """The books of schema raw, empty; `is_old`: as they were before entries could be closed."""
    connection.execute(_OLD_BOOKS if is_old else _OLD_BOOKS + _NEW_BOOKS)


class Books:
    """A warehouse with nothing but its books; `is_old`: as they were before entries could be closed."""

    def __init__(self, path: Path, *, is_old: bool = False) -> None:
        self.path = path
        self.is_old = is_old
        self.count_batches = 0
        with duckdb.connect(str(path)) as connection:
            create_books(connection, is_old=is_old)

    def run(self, sql: str, values: list[object] | None = None) -> None:
        with duckdb.connect(str(self.path)) as connection:
            connection.execute(sql, values)

    def read(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(str(self.path), read_only=True)

    def batch(
        self,
        batch_id: str,
        *,
        feed: str = "vetting__replies",
        file: str = "",
        state: str = "landed",
        reason: str | None = None,
        read: int = 10,
        quarantined: int = 0,
        sha256: str = "",
        engine: str | None = "duckdb",
    ) -> None:
        self.count_batches += 1
        landed = read - quarantined if state == "landed" else 0
        name = file or f"2025-06-10T180000/{feed}.xlsx"
        when = [RECEIVED_AT, RECEIVED_AT, self.count_batches]
        values = [batch_id, feed, name, sha256 or batch_id, *when, state, reason, read, landed, quarantined]
        values.append("1.0.0")
        values += [] if self.is_old else [engine, None, None]
        self.run(f"insert into raw._batches values ({', '.join('?' * len(values))})", values)

    def entry(
        self,
        batch_id: str,
        row: int | None,
        column: str | None,
        reason: str,
        check: str = "in_set",
        key: str | None = None,
    ) -> None:
        more = "" if self.is_old else ", ?"
        self.run(
            f"insert into raw._quarantine select batch_id, feed, source_file, ?, ?, ?, ?{more}"
            " from raw._batches where batch_id = ?",
            [row, column, reason, check, *([] if self.is_old else [key]), batch_id],
        )

    def check(self, batch_id: str, check: str, column: str | None, evaluated: int, failed: int) -> None:
        self.run(
            "insert into raw._door_checks select batch_id, feed, ?, ?, ?, ?, ? from raw._batches"
            " where batch_id = ?",
            [check, column, evaluated, failed, failed == 0, batch_id],
        )

    def close(self, batch_id: str, row: int | None, how: str, by: str | None = None, note: str = "") -> None:
        self.run(
            "insert into raw._quarantine_closed values (?, ?, ?, ?, ?, ?, ?)",
            [batch_id, row, RECEIVED_AT, how, None if by else "later", by, note],
        )
