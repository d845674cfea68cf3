"""From the book of reviews to the landing folder: reviewers' verdicts as files of their feed (A28).

Belongs here: which verdicts a delivery holds, the book of deliveries, what the files say, and counting what
stands. Not here: giving verdicts (the dashboards, which write the book of reviews), writing a file of a
delivery (`orchestration/delivery.py`). The note beside a verdict is about a person in free words: it stays.

A delivery is a line of `<proctoring>/reviews/book.jsonl` that names the first and the last verdict in it
and the SHA-256 of its rows. The line is the commit, as for the other books: a file that a killed process
did not write is written by the next run, with the same name and the same rows (docs/decisions/0034).
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.assignment.books import append, read_book, read_moment, shown_moment
from orchestration.delivery import BookFile, deliver_book, source_file
from orchestration.errors import OrchestrationError

if TYPE_CHECKING:
    from orchestration.settings import Settings

FEED = "proctoring__reviews"
REVIEWS_NAME = "reviews.sqlite"
COLUMNS = (
    "review_id", "signal_id", "sitting_id", "review_round", "reviewer_code", "verdict_code",
    "review_reason_code", "reviewed_at",
)  # fmt: skip
#: How long verdicts wait at most for a delivery that nobody asked for, minutes.
UNASKED_MINUTES = 30
_BUSY_SECONDS = 10


@dataclass(frozen=True)
class ReviewsHeld:
    """What the book of reviews holds: verdicts by (round, verdict), signals taken now, reviewers."""

    verdicts: Mapping[tuple[int, str], int]
    count_claims: int
    count_reviewers: int
    count_undelivered: int
    last_reviewed_at: datetime | None
    last_delivered_at: datetime | None


def reviews_folder(settings: Settings) -> Path:
    """Where the book of reviews and that of its deliveries are."""
    return settings.proctoring_dir / "reviews"


def deliver_reviews(settings: Settings, *, is_unasked: bool = False) -> list[Path]:
    """Deliver every verdict that the warehouse lacks; returns the new files.

    `is_unasked`: new verdicts wait until the last delivery is `UNASKED_MINUTES` old, for each delivery makes
    the warehouse anew.
    `OrchestrationError` where the verdicts of an earlier delivery are not those that were delivered, or the
    book cannot be read.
    """
    return deliver_book(
        settings, reviews_folder(settings), FEED, partial(_review_files, is_unasked=is_unasked)
    )


def reviews_held(settings: Settings) -> ReviewsHeld:
    """Count what the book of reviews holds; all of it nothing where there is no book."""
    folder = reviews_folder(settings)
    lines = read_book(folder)
    delivered = max((line["last_no"] for line in lines), default=0)
    last_delivered_at = read_moment(lines[-1]["made_at"]) if lines else None
    if not (folder / REVIEWS_NAME).is_file():
        return ReviewsHeld({}, 0, 0, 0, None, last_delivered_at)
    counts = _rows(folder, "select review_round, verdict_code, count(*) as n from verdicts group by 1, 2")
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    [other] = _rows(
        folder,
        "select (select count(*) from claims where expires_at > :now) as claims,"
        " (select count(*) from reviewers) as reviewers,"
        " (select count(*) from verdicts where verdict_no > :delivered) as undelivered,"
        " (select max(reviewed_at) from verdicts) as last",
        {"now": now, "delivered": delivered},
    )
    last = (
        datetime.fromisoformat(other["last"]).astimezone(UTC).replace(tzinfo=None) if other["last"] else None
    )
    return ReviewsHeld(
        {(row["review_round"], row["verdict_code"]): row["n"] for row in counts},
        other["claims"],
        other["reviewers"],
        other["undelivered"],
        last,
        last_delivered_at,
    )


def _review_files(settings: Settings, *, is_unasked: bool) -> Iterator[BookFile]:
    folder = reviews_folder(settings)
    if not (folder / REVIEWS_NAME).is_file():
        return
    if not (is_unasked and _is_recent(folder)):
        _close_delivery(folder)
    for line in read_book(folder):
        name = source_file(read_moment(line["made_at"]), FEED, line["delivery_no"], "jsonl")
        yield name, partial(_content, folder, line)


def _is_recent(folder: Path) -> bool:
    """Whether a delivery was made so lately that the next one can wait."""
    lines = read_book(folder)
    now = datetime.now(UTC).replace(tzinfo=None)
    return bool(lines) and now - read_moment(lines[-1]["made_at"]) < timedelta(minutes=UNASKED_MINUTES)


def _close_delivery(folder: Path) -> None:
    """Put the verdicts that no delivery holds into one. The lock is the caller's."""
    lines = read_book(folder)
    last = max((line["last_no"] for line in lines), default=0)
    rows = _verdicts(folder, last + 1, None)
    if not rows:
        return
    append(
        folder,
        {
            "delivery_no": len(lines) + 1,
            "first_no": last + 1,
            "last_no": rows[-1]["verdict_no"],
            "rows_hash": _hash(_lines(rows)),
            "made_at": shown_moment(datetime.now(UTC)),
        },
    )


def _content(folder: Path, line: Mapping[str, Any]) -> bytes:
    content = _lines(_verdicts(folder, line["first_no"], line["last_no"]))
    if _hash(content) != line["rows_hash"]:
        raise OrchestrationError(
            "error.reviews_changed", delivery=line["delivery_no"], file=folder / REVIEWS_NAME
        )
    return content


def _lines(rows: list[dict[str, Any]]) -> bytes:
    """Verdicts as the feed holds them, one JSON object a line."""
    texts = [json.dumps({name: row[name] for name in COLUMNS}) + "\n" for row in rows]
    return "".join(texts).encode()


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _verdicts(folder: Path, first: int, last: int | None) -> list[dict[str, Any]]:
    """Verdicts in the order in which they were given; they are numbered in the order of their commits."""
    return _rows(
        folder,
        f"select verdict_no, {', '.join(COLUMNS)} from verdicts"
        " where verdict_no >= :first and (:last is null or verdict_no <= :last) order by verdict_no",
        {"first": first, "last": last},
    )


def _rows(folder: Path, sql: str, params: Mapping[str, object] | None = None) -> list[dict[str, Any]]:
    file = folder / REVIEWS_NAME
    try:
        with closing(
            sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=_BUSY_SECONDS)
        ) as book:
            book.row_factory = sqlite3.Row
            return [dict(row) for row in book.execute(sql, dict(params or {}))]
    except sqlite3.Error as error:
        raise OrchestrationError("error.reviews_unreadable", file=file, detail=error) from error
