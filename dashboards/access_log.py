"""The access log: who took which file, opened which person's path or which evidence, and when.

Belongs here: appending one line and reading it back. Does not belong here: who may do it
(dashboards/access.py), showing the log (`rezerv access log`).

A line is written and on the disk before what it tells of is handed over; where it cannot be written, nothing
is handed over. Each line carries the hash of the one before it, so that a removed or changed line shows.
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

from dashboards.access import access_dir

LOG_NAME = "access_log.jsonl"
FIRST = "0" * 64
ACTIONS: tuple[str, ...] = ("export", "candidate", "evidence", "verdict", "approval")


class LogUnavailable(Exception):
    """The log cannot be written: what was asked for is not handed over."""


def record(
    identity: str,
    role: str,
    action: str,
    facts: Mapping[str, object],
    folder: Path | None = None,
) -> None:
    """Append one line: `action` is one of ACTIONS, `facts` say of what (codes and numbers, never names).

    Raises LogUnavailable where the line could not be written, ValueError for an unknown action.
    """
    if action not in ACTIONS:
        raise ValueError(action)
    folder = folder or access_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder / LOG_NAME) as descriptor:
            size, last = _last_line(descriptor)
            line = {
                "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "identity": identity,
                "role": role,
                "action": action,
                **facts,
                "previous": hashlib.sha256(last).hexdigest() if last else FIRST,
            }
            os.lseek(descriptor, size, os.SEEK_SET)
            os.write(descriptor, json.dumps(line, ensure_ascii=False).encode() + b"\n")
            os.fsync(descriptor)
    except OSError as error:
        raise LogUnavailable(str(error)) from error


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
