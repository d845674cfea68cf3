"""How long recordings and evidence are kept: which sittings are due for deletion, and deleting them.

Belongs here: the choice (pure), and the order of the steps of a deletion. Does not belong here: what lies
where (`retention_files.py`), the book (`retention_book.py`), where the terms come from: dates and what is
open are the warehouse's, and `orchestration/` hands them in.

A deletion is a line of the book with each file's size and SHA-256, then the files, then a look that nothing
is left, then a line that says so. Who is killed in between leaves a line without its answer; the next
deletion completes it. Signals and coverage stay: they hold no picture and no voice.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from proctoring_jobs.errors import ConfigInvalidError, RetryableProctoringError
from proctoring_jobs.recordings import find_recordings
from proctoring_jobs.retention_book import RetentionBook, canonical
from proctoring_jobs.retention_files import (
    Holding,
    Kind,
    RefusedFileError,
    evidence_holdings,
    fact_of,
    is_there,
    recordings_holdings,
    remove,
    remove_folders,
    strays,
)

logger = logging.getLogger(__name__)

LOCK = Path(".run") / "retention.lock"
LOCK_SECONDS = 10.0
INTENT, DONE = "intent", "done"


class Verdict(StrEnum):
    """Whether something may be deleted, and if not, why."""

    DUE = "due"
    NOT_YET = "not_yet"  #: its day has not come
    NOT_PUBLISHED = "not_published"  #: the list from which the days count is not published
    OPEN = "open"  #: somebody must still judge or decide something about the sitting
    UNKNOWN = "unknown"  #: the warehouse does not know the sitting


@dataclass(frozen=True)
class Terms:
    """What the warehouse says: since when each kind is due (naive UTC), who is known, what is open and why.

    `due_at` is empty until the list is published from which the days count. `basis` names what this rests on,
    for the book: the release.
    """

    basis: str
    due_at: Mapping[Kind, datetime] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    open: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Item:
    """What there is of a sitting, and whether it may be deleted."""

    holding: Holding
    verdict: Verdict


@dataclass(frozen=True)
class Problem:
    """Something that could not be deleted, and the text that says why, with what fills it."""

    sitting_id: str
    kind: Kind
    message_key: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """All that lies in the two folders, what of it is due, and deletions that were interrupted."""

    items: tuple[Item, ...]
    interrupted: tuple[tuple[str, Kind], ...]
    strays: tuple[Path, ...]
    count_lines: int
    last_hash: str

    @property
    def due(self) -> tuple[Holding, ...]:
        """What a deletion would delete."""
        due = (one.holding for one in self.items if one.verdict is Verdict.DUE)
        return tuple(holding for holding in due if not holding.problem)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is due and cannot be deleted by a program."""
        return tuple(
            Problem(one.holding.sitting_id, one.holding.kind, one.holding.problem)
            for one in self.items
            if one.verdict is Verdict.DUE and one.holding.problem
        )


@dataclass(frozen=True)
class Deleted:
    """One deletion; `is_completed`: begun by an earlier one that was interrupted."""

    sitting_id: str
    kind: Kind
    count_files: int
    size_bytes: int
    is_completed: bool = False


@dataclass(frozen=True)
class Outcome:
    """What a deletion did, and what it could not."""

    deleted: tuple[Deleted, ...]
    problems: tuple[Problem, ...]


def verdict(sitting_id: str, kind: Kind, terms: Terms, now: datetime) -> Verdict:
    """Whether one kind of a sitting may be deleted at `now` (naive UTC)."""
    if sitting_id not in terms.known:
        return Verdict.UNKNOWN
    if sitting_id in terms.open:
        return Verdict.OPEN
    due_at = terms.due_at.get(kind)
    if due_at is None:
        return Verdict.NOT_PUBLISHED
    return Verdict.DUE if due_at <= now else Verdict.NOT_YET


def plan(recordings_dir: Path, out_dir: Path, terms: Terms, now: datetime) -> Plan:
    """What lies in the folders, and what of it is due; changes nothing.

    Raises `ConfigInvalidError` where one folder lies in the other, `ProctoringError` where the book was
    changed, `RetryableProctoringError` when the storage fails.
    """
    _require_apart(recordings_dir, out_dir)
    book = RetentionBook(out_dir)
    with _storage(out_dir):
        recordings = find_recordings(recordings_dir)
        holdings = [*recordings_holdings(recordings_dir, recordings), *evidence_holdings(out_dir)]
        left = tuple(strays(recordings_dir, recordings))
    items = [Item(one, verdict(one.sitting_id, one.kind, terms, now)) for one in holdings]
    interrupted = tuple((str(line["sitting_id"]), Kind(line["what"])) for line in _unanswered(book))
    return Plan(tuple(items), interrupted, left, len(book.lines), book.last_hash)


def delete_due(recordings_dir: Path, out_dir: Path, terms: Terms, now: datetime, by: str) -> Outcome:
    """Complete what was interrupted, then delete what is due; `by` is who answers for it.

    What cannot be deleted keeps nothing else. Raises as `plan` does, and `RetryableProctoringError` while
    another deletion is going on.
    """
    _require_apart(recordings_dir, out_dir)
    roots = {Kind.RECORDINGS: recordings_dir, Kind.EVIDENCE: out_dir}
    with _lock(out_dir):
        book = RetentionBook(out_dir)
        deleted: list[Deleted] = []
        problems: list[Problem] = []
        for intent in _unanswered(book):
            sitting_id, kind = str(intent["sitting_id"]), Kind(intent["what"])
            with _noting(sitting_id, kind, problems):
                if verdict(sitting_id, kind, terms, now) is not Verdict.DUE:
                    raise RefusedFileError("retention_interrupted")
                deleted.append(_carry_out(book, intent, roots[kind], by, is_completed=True))
        found = plan(recordings_dir, out_dir, terms, now)
        problems += found.problems
        for holding in found.due:
            with _noting(holding.sitting_id, holding.kind, problems):
                intent = _intent(book, holding, terms, by)
                deleted.append(_carry_out(book, intent, holding.root, by))
    return Outcome(tuple(deleted), tuple(problems))


def _intent(book: RetentionBook, holding: Holding, terms: Terms, by: str) -> dict[str, Any]:
    """Say in the book what is to be deleted, file by file."""
    files = [fact_of(holding.root, place) for place in holding.files]
    return book.append(
        act=INTENT,
        at=_now(),
        by=by,
        sitting_id=holding.sitting_id,
        what=str(holding.kind),
        due_at=terms.due_at[holding.kind].isoformat(),
        basis=terms.basis,
        files=files,
        folders=list(holding.folders),
        list_sha256=_list_sha256(files),
    )


def _carry_out(
    book: RetentionBook, intent: dict[str, Any], root: Path, by: str, *, is_completed: bool = False
) -> Deleted:
    """Delete the files of an intent, look that nothing is left, and say so in the book."""
    files, kind = intent["files"], Kind(intent["what"])
    places = [str(file["path"]) for file in files]
    if not root.is_dir():  # storage that is not there would look as if all were deleted
        raise RefusedFileError("retention_no_folder")
    if is_completed:
        _require_unchanged(root, files)
    for place in places:
        remove(root, place)
    remove_folders(root, intent["folders"])
    # folders of recordings may hold other sittings', those of evidence are the sitting's own
    must_be_gone = [*places, *(intent["folders"] if kind is Kind.EVIDENCE else ())]
    if any(is_there(root, place) for place in must_be_gone):
        raise RefusedFileError("retention_left")
    size = sum(int(file["bytes"]) for file in files)
    book.append(
        act=DONE,
        at=_now(),
        by=by,
        intent=intent["number"],
        sitting_id=intent["sitting_id"],
        what=str(kind),
        count_files=len(files),
        bytes=size,
        list_sha256=intent["list_sha256"],
        is_completed=is_completed,
    )
    return Deleted(str(intent["sitting_id"]), kind, len(files), size, is_completed)


def _require_unchanged(root: Path, files: list[dict[str, Any]]) -> None:
    """What an interrupted deletion has left must be what it was to delete."""
    for file in files:
        try:
            found = fact_of(root, str(file["path"]))
        except FileNotFoundError:
            continue
        if found != file:
            raise RefusedFileError("retention_changed")


def _unanswered(book: RetentionBook) -> list[dict[str, Any]]:
    """Intents that no line says were carried out."""
    done = {line.get("intent") for line in book.lines if line.get("act") == DONE}
    return [line for line in book.lines if line.get("act") == INTENT and line["number"] not in done]


@contextmanager
def _noting(sitting_id: str, kind: Kind, problems: list[Problem]) -> Iterator[None]:
    """Within it, what cannot be deleted is noted; the next goes on."""
    try:
        yield
    except RefusedFileError as error:
        problems.append(Problem(sitting_id, kind, error.message_key))
    except OSError as error:
        detail = error.strerror or type(error).__name__
        problems.append(Problem(sitting_id, kind, "storage_failed", {"file": sitting_id, "detail": detail}))


@contextmanager
def _storage(out_dir: Path) -> Iterator[None]:
    """Within it storage that fails ends all."""
    try:
        yield
    except OSError as error:
        raise RetryableProctoringError("storage_failed", file=out_dir, detail=error.strerror) from error


@contextmanager
def _lock(out_dir: Path) -> Iterator[None]:
    """One deletion at a time."""
    from filelock import FileLock, Timeout

    with _storage(out_dir):
        (out_dir / LOCK).parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(str(out_dir / LOCK))
        try:
            lock.acquire(timeout=LOCK_SECONDS)
        except Timeout as error:
            raise RetryableProctoringError("retention_running", folder=out_dir) from error
    try:
        yield
    finally:
        lock.release()


def _require_apart(recordings_dir: Path, out_dir: Path) -> None:
    """Neither folder may lie in the other: what is one sitting's evidence would be another's stray file."""
    one, other = recordings_dir.resolve(), out_dir.resolve()
    if one.is_relative_to(other) or other.is_relative_to(one):
        raise ConfigInvalidError("retention_nested", recordings=recordings_dir, results=out_dir)


def _list_sha256(files: list[dict[str, Any]]) -> str:
    """Hash of a list of files: what was deleted can be checked without the files."""
    return hashlib.sha256(canonical(files)).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
