"""Deliveries that we make ourselves of the platform's database: their names, what they cover, their files.

Belongs here: what a delivery is called, reading back from the names how far the database has been pulled, and
writing files so that a crash leaves nothing half-done. What is read and why it is complete is in
``platform_database.py``. There is no state of its own: a name in the landing folder or in the books of the
warehouse says what has been delivered, and a delivery whose file is gone from both is delivered again.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.clock import FOLDER_STAMP, folder_stamp_to_utc, local_zone
from ingestion.config import IngestionConfig
from ingestion.errors import RetryableError

if TYPE_CHECKING:
    import pyarrow as pa

UNFINISHED = ".part"
_LOCK_FILE = ".pull.lock"
_LOCK_SECONDS = 10.0
_NAME = re.compile(
    r"(?P<feed>[a-z0-9_]+)__db-(?P<database>[0-9a-f]{12})-(?P<first>[0-9]{1,19})-(?P<end>[0-9]{1,19})\.parquet"
)
# Longest wait for the second of one's own folder; it is further away only after the clock was set back.
_LONGEST_WAIT = timedelta(seconds=5)


@dataclass(frozen=True)
class Interval:
    """Rows of a feed that transactions ``first`` <= id < ``end`` wrote in one database.

    database: which table of which database it is; another one counts its transactions anew.
    """

    feed: str
    database: str
    first: int
    end: int

    @property
    def file_name(self) -> str:
        """Name of the file that delivers it."""
        return f"{self.feed}__db-{self.database}-{self.first}-{self.end}.parquet"


@dataclass(frozen=True)
class KnownDelivery:
    """An interval delivered before, and its moment of receipt (UTC; None if its folder names none)."""

    interval: Interval
    received_at: datetime | None


def interval_of(name: str) -> Interval | None:
    """The interval that a file delivers, by its name; None for a file that is no delivery of a database."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    return Interval(found["feed"], found["database"], int(found["first"]), int(found["end"]))


def covered_until(known: Iterable[KnownDelivery], feed: str, database: str) -> int:
    """How far a table has been delivered without a gap, from its first transaction on; 0 if not at all.

    What lies behind a gap counts for nothing: it is delivered again, together with what is missing.
    """
    own = [one.interval for one in known if one.interval.feed == feed and one.interval.database == database]
    end = 0
    for interval in sorted(own, key=lambda interval: interval.first):
        if interval.first <= end:
            end = max(end, interval.end)
    return end


def known_deliveries(config: IngestionConfig) -> list[KnownDelivery]:
    """Deliveries in the landing folder and in the books of the warehouse.

    ``RetryableError`` (``warehouse_locked``, ``warehouse_busy``) while another process writes the warehouse.
    """
    in_folder = [path.relative_to(config.landing_dir).as_posix() for path in _files(config.landing_dir, "")]
    known = []
    for name in {*in_folder, *_recorded_names(config.warehouse)}:
        *folders, file_name = name.split("/")
        interval = interval_of(file_name)
        if interval is not None:
            known.append(KnownDelivery(interval, folder_stamp_to_utc(folders[0]) if folders else None))
    return known


def _recorded_names(warehouse: Path) -> list[str]:
    from ingestion import raw_store
    from ingestion.locking import warehouse_lock

    if not warehouse.is_file():
        return []
    query = "select distinct source_file from raw._batches where contains(source_file, '__db-')"
    with warehouse_lock(warehouse), raw_store.open_warehouse(warehouse, read_only=True) as connection:
        if not raw_store.has_books(connection):
            return []
        return [name for (name,) in connection.execute(query).fetchall()]


@contextmanager
def pull_lock(landing_dir: Path) -> Iterator[None]:
    """One pull at a time; ``RetryableError('pull_running')`` while another goes on."""
    from filelock import FileLock, Timeout

    landing_dir.mkdir(parents=True, exist_ok=True)
    lock = FileLock(str(landing_dir / _LOCK_FILE))
    try:
        lock.acquire(timeout=_LOCK_SECONDS)
    except Timeout:
        raise RetryableError("pull_running") from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def without_unfinished(landing_dir: Path) -> Iterator[None]:
    """No unfinished file before and none after, whether what is done inside succeeds or not; needs the lock.

    A process that is killed leaves some; no one takes them for whole, and the next pull removes them.
    """
    _remove_unfinished(landing_dir)
    try:
        yield
    finally:
        _remove_unfinished(landing_dir)


def _remove_unfinished(landing_dir: Path) -> None:
    for path in list(_files(landing_dir, UNFINISHED)):
        path.unlink()
        if not any(path.parent.iterdir()):
            path.parent.rmdir()


def _files(landing_dir: Path, ending: str) -> Iterator[Path]:
    for path in landing_dir.glob(f"*/*__db-*.parquet{ending}"):
        if interval_of(path.name.removesuffix(ending)) is not None:
            yield path


def new_folder(landing_dir: Path, now: datetime, known: Iterable[KnownDelivery]) -> Path:
    """Make the folder of a delivery received at ``now`` (UTC): one that is new, and later than those before.

    Later rows have to be received later, whatever the clock does: where the second is taken, the next one is,
    and waited for.
    """
    last = max((one.received_at for one in known if one.received_at is not None), default=datetime.min)
    moment = max(now.replace(microsecond=0), last + timedelta(seconds=1))
    while True:
        folder = landing_dir / _stamp(moment)
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            moment += timedelta(seconds=1)
            continue
        time.sleep(min(max(moment - now, timedelta()), _LONGEST_WAIT).total_seconds())
        return folder


def _stamp(moment: datetime) -> str:
    return moment.replace(tzinfo=UTC).astimezone(local_zone()).strftime(FOLDER_STAMP)


def write_unfinished(
    folder: Path, interval: Interval, schema: pa.Schema, batches: Iterable[pa.RecordBatch]
) -> int:
    """Write rows to a file that does not count yet, readable by its owner alone; gives their number."""
    import pyarrow.parquet as pq

    path = folder / (interval.file_name + UNFINISHED)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    count = 0
    with os.fdopen(descriptor, "wb") as file:
        with pq.ParquetWriter(file, schema) as writer:
            for batch in batches:
                writer.write_batch(batch)
                count += batch.num_rows
        file.flush()
        os.fsync(file.fileno())
    return count


def finish(folder: Path, intervals: Iterable[Interval]) -> None:
    """Give the files of a delivery their names: from now on they count as delivered, whatever happens."""
    for interval in intervals:
        (folder / (interval.file_name + UNFINISHED)).rename(folder / interval.file_name)
    for changed in (folder, folder.parent):
        descriptor = os.open(changed, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
