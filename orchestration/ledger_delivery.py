"""From the ledger to the landing folder: every act comes into the warehouse as two files of its feeds.

Belongs here: which acts are not there yet, and delivering them. Not here: landing (`ingestion/`), the ledger
itself (`ledger.py`). Whoever lands or publishes calls this first, so an act whose process was killed after
its line reaches the warehouse with the next run.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.clock import FOLDER_STAMP, local_zone
from orchestration.ledger import (
    ACTS_FEED,
    KEPT,
    LEDGER_NAME,
    LISTS_FEED,
    LISTS_NAME,
    Act,
    acts_content,
    flush_folder,
    ledger_folder,
    ledger_lock,
    read_acts,
    read_list,
    write_new,
)

if TYPE_CHECKING:
    from orchestration.settings import Settings

_DRAFT = ".part"
_FILE_MODE = 0o644


def source_files(act: Act) -> tuple[str, ...]:
    """Names below the landing folder of an act's files: its list, then the act itself."""
    stamp = act.moment.replace(tzinfo=UTC).astimezone(local_zone()).strftime(FOLDER_STAMP)
    feeds = (ACTS_FEED,) if act.kind == KEPT else (LISTS_FEED, ACTS_FEED)
    return tuple(f"{stamp}/{feed}__{act.act_no:04d}.parquet" for feed in feeds)


def deliver_acts(settings: Settings) -> list[Path]:
    """Deliver what is in the ledger and neither in the landing folder nor landed; returns the new files.

    Each file is there whole or not at all. Raises the errors of reading the ledger and its lists.
    """
    folder = ledger_folder(settings)
    if not (folder / LEDGER_NAME).is_file():
        return []
    with ledger_lock(folder):
        acts = read_acts(folder)
        missing = [act for act in acts if _missing(settings.landing_dir, act)]
        if not missing:
            return []
        landed = landed_files(settings.warehouse)
        return [path for act in missing for path in _deliver(folder, settings.landing_dir, act, landed)]


def _missing(landing_dir: Path, act: Act) -> bool:
    return any(not (landing_dir / name).is_file() for name in source_files(act))


def _deliver(folder: Path, landing_dir: Path, act: Act, landed: Collection[str]) -> list[Path]:
    delivered = []
    for name in source_files(act):
        path = landing_dir / name
        if name in landed or path.is_file():
            continue
        if f"/{LISTS_FEED}" in name:
            read_list(folder, act)  # never deliver a list that is not the act's
            content = (folder / LISTS_NAME / str(act.list_name)).read_bytes()
        else:
            content = acts_content(act)
        _write(path, content)
        delivered.append(path)
    return delivered


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + _DRAFT)
    draft.unlink(missing_ok=True)
    write_new(draft, content, _FILE_MODE)
    draft.rename(path)
    for folder in (path.parent, path.parent.parent):
        flush_folder(folder)


def landed_files(warehouse: Path) -> frozenset[str]:
    """Names of the files of acts and lists that have landed."""
    if not warehouse.is_file():
        return frozenset()
    from ingestion.raw_store import open_warehouse
    from orchestration.builds import has_table

    with open_warehouse(warehouse, read_only=True) as connection:
        if not has_table(connection, "raw", "_batches"):
            return frozenset()
        rows = connection.execute(
            "select source_file from raw._batches where feed in (?, ?) and state = 'landed'",
            [ACTS_FEED, LISTS_FEED],
        ).fetchall()
    return frozenset(name for (name,) in rows)


def unlanded(acts: Sequence[Act], landed: Collection[str]) -> list[Act]:
    """Acts of which the warehouse lacks a file."""
    return [act for act in acts if not set(source_files(act)) <= set(landed)]
