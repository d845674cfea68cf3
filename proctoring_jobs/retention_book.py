"""The book of deletions: what was to be deleted, and that it was, in lines that prove each other.

Belongs here: reading, checking and adding lines of `<out>/retention.jsonl`. Does not belong here: what is
deleted and when (`retention.py`).

Each line is a JSON object with its `number` from 1, the `previous_hash` and its own `hash`: SHA-256 of the
rest of it in one spelling. Whoever changes or takes out a line breaks the chain at it; who notes the last
hash elsewhere also sees that the end was cut off. A line without an end was being written when its process
was killed; nothing was done on its strength, and it is cut off before the next one.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from pathlib import Path
from typing import Any

from proctoring_jobs.errors import ProctoringError, RetryableProctoringError

logger = logging.getLogger(__name__)

BOOK = "retention.jsonl"
FIRST_HASH = "0" * 64


class RetentionBook:
    """The lines of one folder's book, read and checked when it is opened."""

    def __init__(self, out_dir: Path) -> None:
        """Read the book; raises `ProctoringError` where the chain is broken, `RetryableProctoringError`."""
        self.path = out_dir / BOOK
        self._whole_bytes = 0
        self.lines: list[dict[str, Any]] = []
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            raise RetryableProctoringError("storage_failed", file=self.path, detail=error.strerror) from error
        *whole, torn = content.split(b"\n")
        if torn:
            logger.warning("%s: its last line has no end and does not count", self.path)
        self._whole_bytes = len(content) - len(torn)
        for number, line in enumerate(whole, 1):
            self.lines.append(self._checked(line, number))

    @property
    def last_hash(self) -> str:
        """Hash of the last line: it stands for all of them."""
        return str(self.lines[-1]["hash"]) if self.lines else FIRST_HASH

    def append(self, **content: Any) -> dict[str, Any]:
        """Add a line, down to the disk, and return it; raises `RetryableProctoringError`."""
        line = {**content, "number": len(self.lines) + 1, "previous_hash": self.last_hash}
        line["hash"] = hash_of(line)
        written = canonical(line) + b"\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "r+b") as stream:
                stream.truncate(self._whole_bytes)
                stream.seek(self._whole_bytes)
                stream.write(written)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise RetryableProctoringError("storage_failed", file=self.path, detail=error.strerror) from error
        self._whole_bytes += len(written)
        self.lines.append(line)
        return line

    def _checked(self, line: bytes, number: int) -> dict[str, Any]:
        """A line that continues the chain."""
        try:
            entry = json.loads(line)
        except ValueError as error:
            raise ProctoringError("retention_book_broken", file=self.path, line=number) from error
        is_next = (
            isinstance(entry, dict)
            and entry.get("number") == number
            and entry.get("previous_hash") == self.last_hash
            and entry.get("hash") == hash_of(entry)
        )
        if not is_next:
            raise ProctoringError("retention_book_broken", file=self.path, line=number)
        return dict(entry)


def canonical(content: Any) -> bytes:
    """One spelling of a JSON value."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def hash_of(line: dict[str, Any]) -> str:
    """SHA-256 of a line without its own hash."""
    return hashlib.sha256(canonical({k: v for k, v in line.items() if k != "hash"})).hexdigest()
