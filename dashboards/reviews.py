"""The book of reviews: who holds which signal, and every verdict that was given (A28).

Belongs here: taking a signal, putting it back, giving a verdict, reading one's own; the file
`<proctoring>/reviews/reviews.sqlite`. Does not belong here: which signals wait (the release,
dashboards/warehouse/proctoring.py), how they look (dashboards/views/), delivering verdicts into the landing
folder (`orchestration/`, which reads the table `verdicts` of this file). This module does not know Streamlit.

One transaction of SQLite is what makes taking and judging atomic for any number of readers and processes
(docs/decisions/0034). Verdicts are only ever appended: triggers refuse everything else. A reviewer stands
in the book under the address that their provider has verified; outside it there is only their code.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

BOOK_NAME = "reviews.sqlite"
FOLDER_NAME = "reviews"

#: How long somebody holds a signal without doing anything, minutes; then others may take it.
CLAIM_MINUTES = 15
#: How long a writer waits for another one, seconds.
_BUSY_SECONDS = 10
#: The signs of codes: without vowels they make no words, without digits no numbers of people.
_CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"

CONFIRMED, DISMISSED, INCONCLUSIVE = "confirmed", "dismissed", "inconclusive"
VERDICTS = (CONFIRMED, DISMISSED, INCONCLUSIVE)

_TABLES = """
create table if not exists reviewers (
    reviewer_code text primary key,
    identity text not null unique,
    since_at text not null
) strict;
create table if not exists claims (
    signal_id text primary key,
    reviewer_code text not null unique references reviewers,
    review_round integer not null,
    taken_at text not null,
    expires_at text not null
) strict;
create table if not exists put_back (
    signal_id text not null,
    reviewer_code text not null references reviewers,
    put_back_at text not null,
    primary key (signal_id, reviewer_code)
) strict;
create table if not exists verdicts (
    verdict_no integer primary key autoincrement,
    review_id text not null unique,
    signal_id text not null,
    sitting_id text not null,
    review_round integer not null check (review_round in (1, 2)),
    reviewer_code text not null references reviewers,
    verdict_code text not null check (verdict_code in ('confirmed', 'dismissed', 'inconclusive')),
    review_reason_code text not null,
    note text not null,
    is_unnamed integer not null check (is_unnamed in (0, 1)),
    reviewed_at text not null,
    unique (signal_id, review_round),
    unique (signal_id, reviewer_code)
) strict;
create trigger if not exists verdicts_are_not_changed before update on verdicts
begin select raise(abort, 'verdicts are only appended'); end;
create trigger if not exists verdicts_are_not_deleted before delete on verdicts
begin select raise(abort, 'verdicts are only appended'); end;
"""

# Of a piece of the queue, in its order: what this reviewer may take, and for which round. After a first
# review a signal waits for a second one unless that dismissed it; nobody makes both.
_FREE = """
select
    queue.value ->> 'signal_id' as signal_id,
    case when queue.value ->> 'is_open' and first_verdict.signal_id is null then 1 else 2 end as review_round,
    coalesce(put_back.put_back_at > :recently, 0) as is_put_back
from json_each(:queue) as queue
left join verdicts as first_verdict
    on first_verdict.signal_id = queue.value ->> 'signal_id' and first_verdict.review_round = 1
left join put_back
    on put_back.signal_id = queue.value ->> 'signal_id' and put_back.reviewer_code = :me
where
    (
        not queue.value ->> 'is_open'
        or first_verdict.signal_id is null
        or first_verdict.verdict_code <> 'dismissed'
    )
    and coalesce(queue.value ->> 'first_reviewer_code', '') <> :me
    and not exists (
        select 1 from verdicts as given
        where given.signal_id = queue.value ->> 'signal_id'
            and (given.review_round = 2 or given.reviewer_code = :me)
    )
    and not exists (
        select 1 from claims
        where claims.signal_id = queue.value ->> 'signal_id'
            and claims.reviewer_code <> :me and claims.expires_at > :now
    )
order by is_put_back, queue.key
limit 1
"""


class ReviewError(Exception):
    """Why a verdict was not taken: `key` names the text."""

    key = "proctoring.error_book"


class ClaimLost(ReviewError):
    """The signal is not this reviewer's any more: the time was over, and somebody else took or judged it."""

    key = "proctoring.error_lost"


class AlreadyJudged(ReviewError):
    """This reviewer has given another verdict on the signal before; it stands."""

    key = "proctoring.error_judged"


class BookUnavailable(ReviewError):
    """The book cannot be opened or written: nothing was recorded."""


@dataclass(frozen=True)
class Waiting:
    """A signal of the queue as a release has it: without a first review (`is_open`), or with whose it is."""

    signal_id: str
    is_open: bool
    first_reviewer_code: str | None = None


@dataclass(frozen=True)
class Claim:
    """A signal that a reviewer holds. Nothing on it may tell them the round: a second review is blind."""

    signal_id: str
    review_round: int
    taken_at: str


@dataclass(frozen=True)
class Verdict:
    """One verdict as it stands in the book; `reviewed_at` in UTC, the note for the Agency's eyes alone.

    `is_unnamed`: the reviewer was not told what was found, nor whether anything was.
    """

    review_id: str
    signal_id: str
    sitting_id: str
    review_round: int
    reviewer_code: str
    verdict_code: str
    review_reason_code: str
    note: str
    is_unnamed: bool
    reviewed_at: str


def proctoring_dir() -> Path:
    """Return the folder of evidence and reviews: REZERV_PROCTORING_DIR, else `proctoring` of the home."""
    named = os.environ.get("REZERV_PROCTORING_DIR", "").strip()
    return Path(named) if named else Path(os.environ.get("REZERV_HOME", "").strip() or "data") / "proctoring"


class ReviewBook:
    """The book in one folder; every call opens it anew, so any thread and any process may make it.

    All methods raise BookUnavailable where the file cannot be opened or written.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or proctoring_dir() / FOLDER_NAME
        self.file = self.folder / BOOK_NAME

    def reviewer_code(self, identity: str) -> str:
        """Return the code under which `identity` reviews, drawn at random at the first visit."""
        with self._writing() as book:
            found = book.execute(
                "select reviewer_code from reviewers where identity = ?", (identity,)
            ).fetchone()
            if found:
                return str(found["reviewer_code"])
            code = "PR-" + "".join(secrets.choice(_CODE_LETTERS) for _ in range(8))
            book.execute("insert into reviewers values (?, ?, ?)", (code, identity, _text(_now())))
            return code

    def held(self, reviewer_code: str, now: datetime | None = None) -> Claim | None:
        """Return what the reviewer holds, for as long again; their own claim never runs out by itself."""
        with self._writing() as book:
            return _held(book, reviewer_code, now or _now())

    def take(
        self, reviewer_code: str, queue: Iterable[Sequence[Waiting]], now: datetime | None = None
    ) -> Claim | None:
        """Take the first signal of the queue that this reviewer may judge and nobody else holds.

        `queue` comes in pieces, in order, and is read only as far as needed. What they hold already comes
        first, what they put back lately last. None where there is nothing for them.
        """
        now = now or _now()
        with self._writing() as book:
            if held := _held(book, reviewer_code, now):
                return held
            spare = None
            for piece in queue:
                row = book.execute(_FREE, _free_params(reviewer_code, piece, now)).fetchone()
                if row and not row["is_put_back"]:
                    return _claim(book, reviewer_code, row, now)
                spare = spare or row
            return _claim(book, reviewer_code, spare, now) if spare else None

    def put_back(self, reviewer_code: str, signal_id: str, now: datetime | None = None) -> None:
        """Give a signal back unjudged; others may take it at once. What they do not hold is passed over."""
        with self._writing() as book:
            gone = book.execute(
                "delete from claims where signal_id = ? and reviewer_code = ?", (signal_id, reviewer_code)
            )
            if gone.rowcount:
                book.execute(
                    "insert or replace into put_back values (?, ?, ?)",
                    (signal_id, reviewer_code, _text(now or _now())),
                )

    def judge(
        self,
        reviewer_code: str,
        signal_id: str,
        sitting_id: str,
        verdict_code: str,
        review_reason_code: str,
        note: str = "",
        *,
        is_unnamed: bool = False,
        now: datetime | None = None,
    ) -> Verdict:
        """Append a verdict and end the claim; the same verdict once more changes nothing.

        Raises ClaimLost where somebody else holds the signal by now or has judged it, AlreadyJudged where
        the reviewer gave another verdict before, ValueError for an unknown verdict.
        """
        if verdict_code not in VERDICTS:
            raise ValueError(verdict_code)
        with self._writing() as book:
            given = _given(book, signal_id, reviewer_code)
            if given is not None:
                if (given.verdict_code, given.review_reason_code) != (verdict_code, review_reason_code):
                    raise AlreadyJudged(signal_id)
                return given
            claim = book.execute(
                "select review_round from claims where signal_id = ? and reviewer_code = ?",
                (signal_id, reviewer_code),
            ).fetchone()
            if claim is None or _is_judged(book, signal_id, claim["review_round"]):
                raise ClaimLost(signal_id)
            verdict = Verdict(
                f"RV-{secrets.token_hex(8)}",
                signal_id,
                sitting_id,
                claim["review_round"],
                reviewer_code,
                verdict_code,
                review_reason_code,
                note.strip(),
                is_unnamed,
                _text(now or _now()),
            )
            names = list(verdict.__dataclass_fields__)
            book.execute(
                f"insert into verdicts ({', '.join(names)}) values ({', '.join('?' * len(names))})",
                [getattr(verdict, name) for name in names],
            )
            book.execute("delete from claims where signal_id = ?", (signal_id,))
            return verdict

    def mine(self, reviewer_code: str) -> list[Verdict]:
        """Return the verdicts of a reviewer, latest first."""
        with self._reading() as book:
            rows = book.execute(
                "select * from verdicts where reviewer_code = ? order by verdict_no desc", (reviewer_code,)
            )
            return [_verdict(row) for row in rows]

    def others(self, reviewer_code: str) -> dict[str, Verdict]:
        """Return the other reviewer's verdict by signal, of those that this reviewer has judged too."""
        with self._reading() as book:
            rows = book.execute(
                "select other.* from verdicts as other inner join verdicts as own"
                " on own.signal_id = other.signal_id"
                " where own.reviewer_code = :me and other.reviewer_code <> :me",
                {"me": reviewer_code},
            )
            return {row["signal_id"]: _verdict(row) for row in rows}

    def count_since(self, moment: datetime) -> int:
        """Return how many verdicts, of everybody, were given after a moment (naive UTC)."""
        with self._reading() as book:
            since = _text(moment.replace(tzinfo=UTC))
            found = book.execute("select count(*) from verdicts where reviewed_at > ?", (since,))
            return int(found.fetchone()[0])

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction that shuts out every other writer from its beginning."""
        with self._opened() as book:
            book.execute("begin immediate")
            try:
                yield book
            except BaseException:
                book.execute("rollback")
                raise
            book.execute("commit")

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._opened() as book:
            yield book

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            book = sqlite3.connect(self.file, timeout=_BUSY_SECONDS, isolation_level=None)
            try:
                book.row_factory = sqlite3.Row
                book.execute("pragma synchronous = full")
                book.execute("pragma foreign_keys = on")
                if not _has_tables(book):
                    self._make(book)
                yield book
            finally:
                book.close()
        except (sqlite3.Error, OSError) as error:
            raise BookUnavailable(str(error)) from error

    def _make(self, book: sqlite3.Connection) -> None:
        """Make the tables, one process at a time: changing to the write-ahead log waits for nobody."""
        with (self.folder / ".making").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.file.chmod(0o600)
            book.execute("pragma journal_mode = wal")
            book.executescript(_TABLES)


def _has_tables(book: sqlite3.Connection) -> bool:
    found = book.execute("select count(*) from sqlite_master where name = 'verdicts_are_not_deleted'")
    return bool(found.fetchone()[0])


def _held(book: sqlite3.Connection, reviewer_code: str, now: datetime) -> Claim | None:
    row = book.execute("select * from claims where reviewer_code = ?", (reviewer_code,)).fetchone()
    if row is None:
        return None
    book.execute(
        "update claims set expires_at = ? where signal_id = ?", (_text(now + _CLAIM), row["signal_id"])
    )
    return Claim(row["signal_id"], row["review_round"], row["taken_at"])


def _free_params(reviewer_code: str, piece: Sequence[Waiting], now: datetime) -> dict[str, str]:
    queue = json.dumps([vars(one) for one in piece])
    return {
        "queue": queue, "me": reviewer_code, "now": _text(now), "recently": _text(now - _CLAIM),
    }  # fmt: skip


def _claim(book: sqlite3.Connection, reviewer_code: str, row: Mapping[str, object], now: datetime) -> Claim:
    """Write the claim; one of somebody else that ran out gives way."""
    signal_id, review_round = str(row["signal_id"]), int(str(row["review_round"]))
    book.execute(
        "insert or replace into claims values (?, ?, ?, ?, ?)",
        (signal_id, reviewer_code, review_round, _text(now), _text(now + _CLAIM)),
    )
    return Claim(signal_id, review_round, _text(now))


def _is_judged(book: sqlite3.Connection, signal_id: str, review_round: int) -> bool:
    found = book.execute(
        "select 1 from verdicts where signal_id = ? and review_round = ?", (signal_id, review_round)
    )
    return found.fetchone() is not None


def _given(book: sqlite3.Connection, signal_id: str, reviewer_code: str) -> Verdict | None:
    row = book.execute(
        "select * from verdicts where signal_id = ? and reviewer_code = ?", (signal_id, reviewer_code)
    ).fetchone()
    return _verdict(row) if row else None


def _verdict(row: sqlite3.Row) -> Verdict:
    values = {name: row[name] for name in Verdict.__dataclass_fields__}
    return Verdict(**{**values, "is_unnamed": bool(row["is_unnamed"])})


_CLAIM = timedelta(minutes=CLAIM_MINUTES)


def _now() -> datetime:
    return datetime.now(UTC)


def _text(moment: datetime) -> str:
    """A moment as the book writes it: in UTC, to the millisecond, so that texts sort as moments do."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
