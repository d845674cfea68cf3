"""Files as senders would deliver them, made from the contracts' synthetic example rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from ingestion.config import IngestionConfig
from ingestion.contracts import load_contract
from ingestion.contracts.examples import example_rows, written
from ingestion.door import Inspection, inspect

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


def inspected(feed: str, rows: Sequence[dict[str, Any]], file_format: str | None = None) -> Inspection:
    """What the door says of rows sent as a file of the feed."""
    contract = load_contract(feed)
    file_format = file_format or contract.file_format
    return inspect(f"{feed}.{file_format}", written(contract, rows, file_format), contract)


def reasons(inspection: Inspection) -> list[tuple[int | None, str | None, str]]:
    """(row number, column, reason) of everything quarantined."""
    return [(entry.row_number, entry.column_name, entry.reason_code) for entry in inspection.entries]


def failed_checks(inspection: Inspection) -> dict[tuple[str, str | None], int]:
    """Number of failures of the checks that failed."""
    return {
        (check.check_name, check.column_name): check.count_failed
        for check in inspection.checks
        if not check.is_passed
    }
