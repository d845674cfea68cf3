"""The access log: who took which file, opened which person's path or which evidence, and when.

Belongs here: what a line says. Does not belong here: appending it (dashboards/books.py), who may do it
(dashboards/access.py), showing the log (`rezerv access log`).

A line is written and on the disk before what it tells of is handed over; where it cannot be written, nothing
is handed over. Each line carries the hash of the one before it, so that a removed or changed line shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dashboards import books
from dashboards.access import access_dir

LOG_NAME = "access_log.jsonl"
FIRST = books.FIRST
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
    line = {"identity": identity, "role": role, "action": action, **facts}
    try:
        books.append((folder or access_dir()) / LOG_NAME, line)
    except OSError as error:
        raise LogUnavailable(str(error)) from error
