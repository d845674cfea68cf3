"""The folder in which senders' files arrive.

Belongs here: which files stand in it, to which feed each belongs by its name, and when it was received. What
is in the files is not looked at. Layout: ``<landing>/<YYYY-MM-DDTHHMMSS
local>/<source>__<entity>[__anything].<ext>``, or a file directly in the landing folder, which is received
when it is landed (docs/rules.md, Time).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ingestion.batches import PendingFile
from ingestion.clock import folder_stamp_to_utc
from ingestion.contracts import feed_names
from ingestion.readers import file_format

_IGNORED_STARTS = (".", "~")
_IGNORED_ENDS = (".part", ".tmp")


def feed_of(name: str) -> str | None:
    """Feed to which a file belongs by its name; None if to none."""
    if file_format(name) is None:
        return None
    parts = name.split(".")[0].split("__")
    feed = "__".join(parts[:2])
    return feed if len(parts) >= 2 and feed in feed_names() else None


def is_ignored(path: Path) -> bool:
    """Whether the file is hidden or not finished (``.`` or ``~`` in front, ``.part`` or ``.tmp`` behind)."""
    return path.name.startswith(_IGNORED_STARTS) or path.name.lower().endswith(_IGNORED_ENDS)


def source_file(path: Path, landing_dir: Path) -> str:
    """Name of a file in the warehouse: relative to the landing folder, or the bare name outside it."""
    resolved, root = path.resolve(), landing_dir.resolve()
    return resolved.relative_to(root).as_posix() if resolved.is_relative_to(root) else path.name


def describe(path: Path, landing_dir: Path) -> PendingFile | None:
    """The file as one to be landed.

    It is None if its name belongs to no feed or its folder is not a moment of receipt.
    """
    feed = feed_of(path.name)
    if feed is None:
        return None
    name = source_file(path, landing_dir)
    folders = name.split("/")[:-1]
    if not folders:
        return PendingFile(path, feed, None, name)
    received_at = folder_stamp_to_utc(folders[0]) if len(folders) == 1 else None
    return None if received_at is None else PendingFile(path, feed, received_at, name)


def known_files(landing_dir: Path) -> list[PendingFile]:
    """Files of feeds in the landing folder by (moment of receipt, name).

    Those received when landed come last.
    """
    found = [file for path in _files(landing_dir) if (file := describe(path, landing_dir)) is not None]
    return sorted(found, key=_order)


def unknown_files(landing_dir: Path) -> list[Path]:
    """Files in the landing folder that belong to no feed, or whose folder is not a moment of receipt."""
    return [path for path in _files(landing_dir) if describe(path, landing_dir) is None]


def _order(file: PendingFile) -> tuple[bool, str, str]:
    received = "" if file.received_at is None else file.received_at.isoformat()
    return file.received_at is None, received, file.source_file


def _files(landing_dir: Path) -> Iterator[Path]:
    if not landing_dir.is_dir():
        return
    for path in sorted(landing_dir.rglob("*")):
        inside = path.relative_to(landing_dir).parts
        if path.is_file() and not is_ignored(path) and not any(part.startswith(".") for part in inside[:-1]):
            yield path
