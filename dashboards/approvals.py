"""Approvals of previews of corrections: a publisher's word that exactly this may be applied.

Belongs here: the book `<access>/approvals.jsonl`, appending to it and reading it. Does not belong here: what
a preview says (dashboards/warehouse/previews.py), applying it (`rezerv apply --approved` reads this book).

An approval names the hash of a preview. Where the files, the data or the rules give another difference, the
preview has another hash, and the approval says nothing of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dashboards import books
from dashboards.access import access_dir

BOOK_NAME = "approvals.jsonl"
LONGEST_REASON = 500
# A personal number has twelve digits; what is written here is kept for ever and leaves with the corrections.
_PERSONAL_NUMBER = re.compile(r"(?<!\d)\d{12}(?!\d)")


class ReasonRefused(ValueError):
    """A reason is missing, too long, or holds what may be a personal number; `key` names which."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True)
class Approval:
    """One approval: who, in which role, when (UTC without zone), of which preview, and why."""

    identity: str
    role: str
    approved_at: datetime
    preview_hash: str
    reason: str


def approve(identity: str, role: str, preview_hash: str, reason: str, folder: Path | None = None) -> None:
    """Append an approval; raises ReasonRefused for the reason, OSError where the book cannot be written."""
    checked = checked_reason(reason)
    books.append(
        (folder or access_dir()) / BOOK_NAME,
        {"identity": identity, "role": role, "preview_hash": preview_hash, "reason": checked},
    )


def checked_reason(reason: str) -> str:
    """Return a reason on one line; raises ReasonRefused where it cannot be kept."""
    checked = " ".join(reason.split())
    if not checked:
        raise ReasonRefused("empty")
    if len(checked) > LONGEST_REASON:
        raise ReasonRefused("long")
    if _PERSONAL_NUMBER.search(checked) or not checked.isprintable():
        raise ReasonRefused("number")
    return checked


def approvals(folder: Path | None = None) -> list[Approval]:
    """Return the approvals given so far, the newest first; raises books.BookBroken for a broken book."""
    book = (folder or access_dir()) / BOOK_NAME
    found = []
    for number, line in enumerate(books.read(book), start=1):
        try:
            moment = datetime.fromisoformat(line["at"]).astimezone(UTC).replace(tzinfo=None)
            given = Approval(line["identity"], line["role"], moment, line["preview_hash"], line["reason"])
        except (KeyError, TypeError, ValueError) as error:
            raise books.BookBroken(f"{book.name}:{number}") from error
        found.append(given)
    return found[::-1]
