"""Books of a folder of results: files of one JSON object a line, to which lines are only added.

Belongs here: adding lines so that a process that is killed tears at most its own, and reading them back. Does
not belong here: what the lines say (`journal.py`, `delivery.py`), books that must prove that nothing in them
was changed (`retention_book.py`).
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from proctoring_jobs.errors import RetryableProctoringError

logger = logging.getLogger(__name__)


def append_lines(path: Path, lines: Sequence[str]) -> None:
    """Add lines in one write, down to the disk; raises `RetryableProctoringError` when the storage fails."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab+") as stream:
            # where a process was killed in the middle of its last line, that line is given its end first
            content = ("\n" if _is_torn(stream) else "") + "".join(f"{line}\n" for line in lines)
            stream.write(content.encode())
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise RetryableProctoringError("storage_failed", file=path, detail=error.strerror) from error


def read_entries(path: Path, names: set[str], since: int = 0) -> Iterator[dict[str, Any]]:
    """The lines that can be read and have these names, in their order; none where there is no file.

    `since`: bytes at the beginning to pass over. Of the others the log says how many there are. Raises
    `RetryableProctoringError` when the storage fails.
    """
    try:
        lines = path.read_bytes()[since:].decode("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return
    except OSError as error:
        raise RetryableProctoringError("storage_failed", file=path, detail=error.strerror) from error
    torn = 0
    for line in lines:
        entry = _entry(line)
        if entry is not None and entry.keys() >= names:
            yield entry
        else:
            torn += bool(line)
    if torn:
        logger.warning("%s: %s lines cannot be read and are left out", path, torn)


def _entry(line: str) -> dict[str, Any] | None:
    """The object of a line; None if it is none."""
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None


def _is_torn(stream: Any) -> bool:
    """Whether the file ends in the middle of a line."""
    if not stream.seek(0, 2):
        return False
    stream.seek(-1, 2)
    return bool(stream.read(1) != b"\n")
