"""Files as senders would deliver them, made from the contracts' synthetic example rows."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.config import IngestionConfig
from ingestion.contracts import Contract, load_contract
from ingestion.contracts.examples import example_rows, written
from ingestion.door import Inspection, inspect
from ingestion.vault import PersonKeys
from ingestion.workbench import open_memory

STAMP = "2025-06-10T180000"
AFTERWARDS = datetime(2025, 12, 1)


def rows_of(feed: str) -> list[dict[str, Any]]:
    """Three synthetic rows of a feed."""
    return example_rows(load_contract(feed))


def deliver(
    config: IngestionConfig,
    feed: str,
    rows: Sequence[dict[str, Any]],
    *,
    stamp: str = STAMP,
    name: str | None = None,
    file_format: str | None = None,
) -> Path:
    """Write rows as a file of the feed into the landing folder."""
    contract = load_contract(feed)
    file_format = file_format or contract.file_format
    path = config.landing_dir / stamp / (name or f"{feed}.{file_format}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written(contract, rows, file_format))
    return path


@dataclass(frozen=True)
class Judged:
    """What the door says of bytes: the inspection, and what the stage's tables held afterwards."""

    inspection: Inspection
    entries: tuple[tuple[int | None, str | None, str, str], ...]
    accepted: pa.Table | None
    rows_outside: dict[int, dict[str, Any]]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inspection, name)


@dataclass(frozen=True)
class Bytes:
    """A file that never was on a disk."""

    name: str
    content: bytes

    def stream(self) -> io.BytesIO:
        """The bytes from the beginning."""
        return io.BytesIO(self.content)


_OPEN = ExitStack()


@lru_cache(maxsize=1)
def _connection() -> duckdb.DuckDBPyConnection:
    connection = _OPEN.enter_context(open_memory())
    connection.execute("set threads = 1")
    return connection


def judged(name: str, content: bytes, contract: Contract | None = None, engine: str | None = None) -> Judged:
    """What the door says of a file of these bytes; its feed is told by its name."""
    contract = contract or load_contract("__".join(name.split(".")[0].split("__")[:2]))
    connection = _connection()
    found = inspect(connection, Bytes(name, content), contract, PersonKeys("test secret"), engine)
    if found.stage is None:
        whole = [
            (None, column, found.reason_code or "", found.check_outside) for column in found.columns_outside
        ]
        return Judged(found, tuple(whole), None, {})
    entries = connection.execute(
        "from outside order by row_number, column_name nulls first, reason_code"
    ).fetchall()
    kept = connection.execute("select row_number, content from outside_content").fetchall()
    accepted = connection.execute("from accepted order by _row_number").to_arrow_table()
    return Judged(found, tuple(entries), accepted, {row: json.loads(text) for row, text in kept})


def inspected(
    feed: str, rows: Sequence[dict[str, Any]], file_format: str | None = None, engine: str | None = None
) -> Judged:
    """What the door says of rows sent as a file of the feed."""
    contract = load_contract(feed)
    file_format = file_format or contract.file_format
    return judged(f"{feed}.{file_format}", written(contract, rows, file_format), contract, engine)


def reasons(found: Judged) -> list[tuple[int | None, str | None, str]]:
    """(row number, column, reason) of everything quarantined."""
    return [(row, column, reason) for row, column, reason, _ in found.entries]


def failed_checks(inspection: Judged) -> dict[tuple[str, str | None], int]:
    """Number of failures of the checks that failed."""
    return {
        (check.check_name, check.column_name): check.count_failed
        for check in inspection.checks
        if not check.is_passed
    }
