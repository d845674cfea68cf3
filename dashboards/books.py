"""Books of lines that are only appended to: each line is one act, with the hash of the line before it.

Belongs here: appending one line so that it is on the disk before anything follows from it, and reading a book
back with its chain. Does not belong here: what the lines of a book say (dashboards/access_log.py,
dashboards/approvals.py).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FIRST = "0" * 64


class BookBroken(Exception):
    """A line of a book cannot be read, or does not follow the line before it; params: file name, line."""


def append(book: Path, facts: Mapping[str, object]) -> None:
    """Append one line: the moment, the facts, and the hash of the line before; raises OSError.

    One writer at a time, whatever the process; half a line that a killed writer left is cut off first.
    """
    book.parent.mkdir(parents=True, exist_ok=True)
    with _locked(book) as descriptor:
        size, last = _last_line(descriptor)
        line = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            **facts,
            "previous": hashlib.sha256(last).hexdigest() if last else FIRST,
        }
        os.lseek(descriptor, size, os.SEEK_SET)
        os.write(descriptor, json.dumps(line, ensure_ascii=False).encode() + b"\n")
        os.fsync(descriptor)


def read(book: Path) -> list[dict[str, Any]]:
    """Return the finished lines of a book in their order; none where there is no book yet.

    Raises BookBroken where a line cannot be read or does not follow the one before it.
    """
    try:
        lines = book.read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return []
    found: list[dict[str, Any]] = []
    previous = FIRST
    for number, line in enumerate(lines, start=1):
        try:
            content = json.loads(line)
            follows = content["previous"] == previous
        except (ValueError, KeyError, TypeError) as error:
            raise BookBroken(f"{book.name}:{number}") from error
        if not follows:
            raise BookBroken(f"{book.name}:{number}")
        previous = hashlib.sha256(line).hexdigest()
        found.append(content)
    return found


@contextmanager
def _locked(file: Path) -> Iterator[int]:
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _last_line(descriptor: int) -> tuple[int, bytes]:
    """Return where the next line begins and the last whole line; half a line is cut off."""
    size = os.lseek(descriptor, 0, os.SEEK_END)
    block, found = 4096, b""
    while True:
        start = max(0, size - block)
        os.lseek(descriptor, start, os.SEEK_SET)
        found = os.read(descriptor, size - start)
        if start == 0 or found.rstrip(b"\n").count(b"\n") >= 2:
            break
        block *= 2
    if found and not found.endswith(b"\n"):
        whole = found.rfind(b"\n") + 1
        size, found = start + whole, found[:whole]
        os.ftruncate(descriptor, size)
    lines = found.splitlines()
    return size, lines[-1] if lines else b""
