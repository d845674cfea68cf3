"""From the ledger to the landing folder: every act comes into the warehouse as two files of its feeds.

Belongs here: which acts are not there yet, and delivering them. Not here: the ledger itself (`ledger.py`),
how a file is delivered (`delivery.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.delivery import landed_files, source_file, write_delivery
from orchestration.ledger import (
    ACTS_FEED,
    KEPT,
    LEDGER_NAME,
    LISTS_FEED,
    LISTS_NAME,
    Act,
    acts_content,
    ledger_folder,
    ledger_lock,
    read_acts,
    read_list,
)

if TYPE_CHECKING:
    from orchestration.settings import Settings

FEEDS = (ACTS_FEED, LISTS_FEED)


def source_files(act: Act) -> tuple[str, ...]:
    """Names below the landing folder of an act's files: its list, then the act itself."""
    feeds = (ACTS_FEED,) if act.kind == KEPT else (LISTS_FEED, ACTS_FEED)
    return tuple(source_file(act.moment, feed, act.act_no, "parquet") for feed in feeds)


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
        landed = landed_files(settings.warehouse, FEEDS)
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
        write_delivery(path, content)
        delivered.append(path)
    return delivered


def unlanded(acts: Sequence[Act], landed: Collection[str]) -> list[Act]:
    """Acts of which the warehouse lacks a file."""
    return [act for act in acts if not set(source_files(act)) <= set(landed)]
