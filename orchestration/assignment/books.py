"""Append-only books of acts: one line an act, each holding the hash of the line before.

Belongs here: reading a book, appending to it, and the files beside it that only their owner reads. The
appended line is the commit, as in the ledger of publications (docs/decisions/0015), whose pieces are used.
Not here: what a line of a book says (`draws.py`, `panels.py`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.errors import OrchestrationError, UserError
from orchestration.ledger import (
    FIRST_HASH,
    append_line,
    canonical,
    flush_folder,
    set_aside,
    split_lines,
    write_new,
)

BOOK_NAME = "book.jsonl"
# What a person reads while somebody else draws or assigns.
BUSY = "error.book_locked"
OWNER_ONLY, OWNERS_FOLDER, READ_ONLY = 0o600, 0o700, 0o444
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"

# One line of a book: `line_no`, `previous_hash`, `line_hash`, and what its act says.
Line = Mapping[str, Any]


def line_hash(content: Line) -> str:
    """What `line_hash` of a line has to be."""
    return hashlib.sha256(
        canonical({name: value for name, value in content.items() if name != "line_hash"})
    ).hexdigest()


def read_lines(content: bytes) -> list[dict[str, Any]]:
    """The finished lines of a book; `ValueError(line number)` for the first that breaks the chain.

    What follows the last line end never counted and is passed over.
    """
    lines, _ = split_lines(content)
    found: list[dict[str, Any]] = []
    previous = FIRST_HASH
    for number, line in enumerate(lines, start=1):
        try:
            values = json.loads(line.decode())
            holds = (
                isinstance(values, dict)
                and canonical(values) == line
                and values.get("line_no") == number
                and values.get("previous_hash") == previous
                and values.get("line_hash") == line_hash(values)
            )
        except ValueError:
            holds = False
        if not holds:
            raise ValueError(number)
        previous = values["line_hash"]
        found.append(values)
    return found


def read_book(folder: Path) -> list[dict[str, Any]]:
    """The acts of the book in a folder, in order; none where there is no book.

    `OrchestrationError('error.book_broken')` where its chain does not hold.
    """
    file = folder / BOOK_NAME
    if not file.is_file():
        return []
    try:
        return read_lines(file.read_bytes())
    except ValueError as error:
        raise OrchestrationError("error.book_broken", file=file, line=error.args[0]) from None


def append(folder: Path, content: Line) -> dict[str, Any]:
    """Append an act: from then on it counts. The book's lock is held by the caller."""
    set_aside(folder / BOOK_NAME)
    lines = read_book(folder)
    line = {
        **content,
        "line_no": len(lines) + 1,
        "previous_hash": lines[-1]["line_hash"] if lines else FIRST_HASH,
    }
    line["line_hash"] = line_hash(line)
    append_line(folder / BOOK_NAME, canonical(line) + b"\n")
    return line


def write_beside(path: Path, content: bytes, mode: int) -> None:
    """Write a file of an act that does not count yet, down to the disk; a killed act's is replaced."""
    make_owners_folder(path.parent)
    path.unlink(missing_ok=True)
    write_new(path, content, mode)
    flush_folder(path.parent)


def make_owners_folder(folder: Path) -> None:
    """A folder that nobody but its owner enters, with those above it that are missing."""
    for one in (*reversed(folder.parents), folder):
        if not one.is_dir():
            one.mkdir(mode=OWNERS_FOLDER)


def shown_moment(moment: datetime) -> str:
    """A naive UTC moment as books write it: `2025-08-15T05:00:00Z`."""
    return moment.replace(microsecond=0).strftime(_MOMENT)


def read_moment(text: str) -> datetime:
    """A moment of a book as naive UTC."""
    return datetime.strptime(text, _MOMENT).replace(tzinfo=UTC).replace(tzinfo=None)


def person(by: str) -> str:
    """Who acts, as a book keeps it; `UserError` without one, or with an IIN or hidden signs in it."""
    from ingestion.iin import holds_iin

    name = by.strip()
    if not name:
        raise UserError("error.book_by_missing")
    if not name.isprintable() or holds_iin(name):
        raise UserError("error.book_by_unfit")
    return name
