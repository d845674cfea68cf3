"""The platform's database as tests need it: its tables, and rows in them.

Belongs here: tables made from the contracts, filling them with rows of senders' files, and reading those
files without the project's readers. The server is in `postgres.py`.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.contracts import Contract, load_contract
from ingestion.platform_database import database_feeds
from tests.support.postgres import run_sql

TYPES = {
    "string": "text",
    "integer": "integer",
    "number": "numeric",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamptz",
}


def make_tables(dsn: str, feeds: Sequence[str] | None = None, *, as_sent: bool = False) -> None:
    """The tables of the feeds in the contracts' types; as_sent: all columns text, so that all goes in."""
    statements = ["create schema if not exists platform"]
    for feed in feeds or database_feeds():
        contract = load_contract(feed)
        columns = [
            f"{column.name} {'text' if as_sent else TYPES[column.logical_type]}"
            for column in contract.columns
        ]
        statements.append(f"create table {contract.database_table} ({', '.join(columns)})")
    run_sql(dsn, *statements)


def insert(
    cursor: Any, feed: str, rows: Sequence[Mapping[str, str | None]], *, as_sent: bool = False
) -> None:
    """Add rows of text in one transaction of an open connection; PostgreSQL reads the types."""
    contract = load_contract(feed)
    names = contract.column_names
    table = pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in names})
    values = ", ".join(_cast(contract, name, as_sent) for name in names)
    target = f"{contract.database_table} ({', '.join(names)})"
    cursor.execute("begin")
    cursor.adbc_ingest("arriving", table, mode="create", temporary=True)
    cursor.execute(f"insert into {target} select {values} from arriving")
    cursor.execute("drop table arriving")
    cursor.execute("commit")


def _cast(contract: Contract, name: str, as_sent: bool) -> str:
    return name if as_sent else f"nullif({name}, '')::{TYPES[contract.column(name).logical_type]}"


def sent_rows(path: Path) -> list[dict[str, str | None]]:
    """The rows of a sender's file as text, whatever is in them; rows that are none are left out."""
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    if ".jsonl" in path.name:
        rows: Sequence[Mapping[str, Any]] = [one for line in content.splitlines() if (one := _parsed(line))]
    elif ".csv" in path.name:
        # A row with too few or too many values has a None among them, or as a name.
        found = csv.DictReader(io.StringIO(content.decode(), newline=""))
        rows = [row for row in found if None not in row and None not in row.values()]
    else:
        rows = pq.read_table(io.BytesIO(content)).to_pylist()
    return [{name: _text(value) for name, value in row.items()} for row in rows]


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        return dict(json.loads(line))
    except ValueError:
        return None


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, datetime) else str(value)
