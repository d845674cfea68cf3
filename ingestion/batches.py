"""What a batch is: one file, landed, recognised as a duplicate, or quarantined.

Belongs here: the records that describe files and batches, and how a batch gets its name. Writing batches is
in ``raw_store.py``; the order of steps, in ``loader.py``. All moments are UTC without zone.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

STATE_LANDED = "landed"
STATE_DUPLICATE = "duplicate"
STATE_QUARANTINED = "quarantined"
STATE_HELD = "held"
_MENDS = re.compile(r"__mends-([0-9a-f]{16}(?:-[0-9]+)?)(?=[._])")


@dataclass(frozen=True)
class PendingFile:
    """A file that waits to be landed.

    source_file: its name in the warehouse, relative to the landing folder. received_at: moment of receipt by
    the folder's name (UTC); None for a file that is received when it is landed.
    """

    path: Path
    feed: str
    received_at: datetime | None
    source_file: str


@dataclass(frozen=True)
class CheckResult:
    """Outcome of one check at the door.

    Counts only, never values. ``column_name`` is None for a check of the whole file.
    """

    check_name: str
    column_name: str | None
    count_evaluated: int
    count_failed: int
    is_passed: bool


@dataclass(frozen=True)
class BatchResult:
    """What became of one file; counts are of rows.

    state: landed, duplicate (of bytes landed before), quarantined (whole) or held (until a person accepts
    it). reason_code: why it did not land, or ``EMPTY_FILE`` for one that landed without rows. engine: what
    evaluated its expectations. is_accepted: whether it landed on a person's word. count_closed: rows and
    files of earlier batches that it took out of quarantine.
    """

    batch_id: str
    feed: str
    source_file: str
    received_at: datetime
    state: str
    reason_code: str | None
    count_read: int
    count_landed: int
    count_quarantined: int
    checks: tuple[CheckResult, ...]
    engine: str | None = None
    is_accepted: bool = False
    count_closed: int = 0


@dataclass(frozen=True)
class Acceptance:
    """A person's word that a held file may land: who, and why."""

    by: str
    reason: str


@dataclass(frozen=True)
class Correction:
    """Who asked that a file lands as a correction, and why; kept in the books for ever."""

    asked_by: str
    reason: str


def batch_id(feed: str, content_sha256: str, count_before: int) -> str:
    """Name of a batch: the same bytes of a feed get the same name, then ``-2``, ``-3``, … when they come
    again.

    count_before: batches of these bytes already recorded. After a crash before the record was made it is
    unchanged, so the next run uses the name again and what the vault has of it is replaced, not doubled.
    """
    base = hashlib.sha256(f"{feed}\n{content_sha256}".encode()).hexdigest()[:16]
    return base if count_before == 0 else f"{base}-{count_before + 1}"


def mended_batch(source_file: str) -> str | None:
    """Batch that a file says it mends: ``<feed>__mends-<batch>.<ext>``; None if it says none."""
    found = _MENDS.search(source_file.rsplit("/", 1)[-1])
    return None if found is None else found[1]
