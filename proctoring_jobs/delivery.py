"""Results to the landing folder: what is done and not delivered yet, as one file of each feed.

Belongs here: which sittings a delivery holds, its two files, and the book of deliveries. Does not belong
here: the shapes of the feeds (`output.py`), doing sittings (`session.py`), landing (`ingestion/`).

One file per sitting would be thousands of batches at the door. A delivery is named after what it holds, so
that the door, which compares a file with the last one of its name, never holds one for being smaller than
the last. The book, `<out>/.run/delivered.jsonl`, has a line for each sitting of a delivery: `sitting_id`,
`run_id`, `delivery` and `delivered_at` (UTC). It is written last: whoever is killed before that delivers the
same names and the same bytes again, which the door knows as a duplicate.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from proctoring_jobs.books import append_lines, read_entries
from proctoring_jobs.errors import ConfigInvalidError, RetryableProctoringError
from proctoring_jobs.output import (
    COVERAGE_FEED,
    FEED,
    Coverage,
    Signal,
    coverage_path,
    feed_schema,
    write_table,
)

logger = logging.getLogger(__name__)

BOOK = Path(".run") / "delivered.jsonl"
LOCK = Path(".run") / "delivery.lock"
LOCK_SECONDS = 10.0
#: A name of a delivery has letters only: twelve digits in a row could be read as the number of a person.
LETTERS = str.maketrans("0123456789", "ghijklmnop")


@dataclass(frozen=True)
class LeftOut:
    """A sitting that is not delivered, and the text that says why.

    `is_unfinished`: a run is at work on it, or was killed; the next run finishes it.
    """

    sitting_id: str
    message_key: str
    is_unfinished: bool = False


@dataclass(frozen=True)
class Delivery:
    """What was delivered: two files, or none where nothing was new; and the sittings that were left out."""

    name: str = ""
    coverage: Path | None = None
    signals: Path | None = None
    count_sittings: int = 0
    count_signals: int = 0
    left_out: tuple[LeftOut, ...] = ()

    @property
    def must_be_looked_at(self) -> bool:
        """Whether a sitting was left out that no further run will finish by itself."""
        return any(not one.is_unfinished for one in self.left_out)


@dataclass(frozen=True)
class _Result:
    """One sitting's result: its run, its signals and its row of coverage as Arrow tables."""

    sitting_id: str
    run_id: str
    signals: Any
    coverage: Any


class _NotDeliverableError(Exception):
    """Why a sitting is left out."""

    def __init__(self, message_key: str, *, is_unfinished: bool = False) -> None:
        super().__init__(message_key)
        self.message_key, self.is_unfinished = message_key, is_unfinished


def deliver(out_dir: Path, folder: Callable[[], Path]) -> Delivery:
    """Deliver all sittings of `out_dir` that are done and whose latest run was not delivered.

    `folder` gives where the files go, and is asked only if there are any. Raises `ConfigInvalidError` if
    there is no `out_dir` or the files would come to lie among its own, `RetryableProctoringError` when the
    storage fails or another delivery is going on.
    """
    if not out_dir.is_dir():
        raise ConfigInvalidError("delivery_no_folder", folder=out_dir)
    with _lock(out_dir):
        book = _book(out_dir)
        results, left_out = _new(out_dir, {sitting: run for sitting, run, _ in book})
        if not results:
            return Delivery(left_out=left_out)
        to = folder()
        if to.resolve() == out_dir.resolve():
            raise ConfigInvalidError("delivery_same_folder", folder=to)
        name = _name(results, Counter(sitting for sitting, _, _ in book))
        written = _write(to, name, results)
        _note(out_dir, name, results)
    return Delivery(name, *written, len(results), sum(one.signals.num_rows for one in results), left_out)


@contextmanager
def _lock(out_dir: Path) -> Iterator[None]:
    """One delivery of a folder at a time: two would deliver the same sittings under two names."""
    from filelock import FileLock, Timeout

    try:
        (out_dir / LOCK).parent.mkdir(exist_ok=True)
        lock = FileLock(str(out_dir / LOCK))
        lock.acquire(timeout=LOCK_SECONDS)
    except Timeout as error:
        raise RetryableProctoringError("delivery_running", folder=out_dir) from error
    except OSError as error:
        raise RetryableProctoringError("storage_failed", file=LOCK, detail=error.strerror) from error
    try:
        yield
    finally:
        lock.release()


def _book(out_dir: Path) -> list[tuple[str, str, str]]:
    """(sitting, run, delivery) of everything that was delivered, in its order."""
    names = ("sitting_id", "run_id", "delivery")
    entries = read_entries(out_dir / BOOK, set(names))
    return [(str(one["sitting_id"]), str(one["run_id"]), str(one["delivery"])) for one in entries]


def _new(out_dir: Path, delivered: dict[str, str]) -> tuple[list[_Result], tuple[LeftOut, ...]]:
    """Results whose run is not the one last delivered of their sitting, by sitting; who is left out."""
    results: list[_Result] = []
    left_out: list[LeftOut] = []
    for path in sorted(path for path in out_dir.glob(f"{FEED}__*.parquet") if path.is_file()):
        sitting_id = path.name.removeprefix(f"{FEED}__").removesuffix(".parquet")
        try:
            facts = _facts(path)
            if facts.get("run_id") != delivered.get(sitting_id) or "run_id" not in facts:
                results.append(_result(path, sitting_id))
        except _NotDeliverableError as error:
            left_out.append(LeftOut(sitting_id, error.message_key, error.is_unfinished))
    return results, tuple(left_out)


def _facts(path: Path) -> dict[str, str]:
    """What a signals file says of its run."""
    import pyarrow.parquet as pq

    with _read(path):
        metadata = pq.read_schema(path).metadata or {}
        return {name.decode(): value.decode() for name, value in metadata.items()}


def _result(path: Path, sitting_id: str) -> _Result:
    """A sitting's result; the run that its two files speak of must be the same one."""
    signals = _table(path, Signal)
    facts = {name.decode(): value.decode() for name, value in (signals.schema.metadata or {}).items()}
    run_id = facts.get("run_id")
    if run_id is None or facts.get("sitting_id") != sitting_id:
        raise _NotDeliverableError("delivery_unreadable")
    coverage = _table(coverage_path(path.parent, sitting_id), Coverage)
    runs = {*coverage["run_id"].to_pylist(), *signals["run_id"].to_pylist()}
    sittings = {*coverage["sitting_id"].to_pylist(), *signals["sitting_id"].to_pylist()}
    if coverage.num_rows != 1 or sittings != {sitting_id}:
        raise _NotDeliverableError("delivery_unreadable")
    if runs != {run_id}:  # coverage is written first: this run has not come to its end
        raise _NotDeliverableError("delivery_unfinished", is_unfinished=True)
    return _Result(sitting_id, run_id, signals, coverage)


def _table(path: Path, shape: type) -> Any:
    """The rows of a file, which must have exactly the columns of the shape."""
    import pyarrow.parquet as pq

    with _read(path):
        table = pq.ParquetFile(path).read()
    if not table.schema.equals(feed_schema(shape), check_metadata=False):
        raise _NotDeliverableError("delivery_unreadable")
    return table


@contextmanager
def _read(path: Path) -> Iterator[None]:
    """Within it, what a file cannot be read for leaves its sitting out, and storage that fails ends all."""
    import pyarrow as pa

    try:
        yield
    except FileNotFoundError as error:
        raise _NotDeliverableError("delivery_no_coverage") from error
    except (pa.ArrowException, UnicodeDecodeError, OSError) as error:
        if getattr(error, "errno", None) is not None:  # of the storage: what is wrong in a file has no number
            raise RetryableProctoringError("storage_failed", file=path.name, detail=error) from error
        logger.warning("%s cannot be read: %s", path.name, error)
        raise _NotDeliverableError("delivery_unreadable") from error


def _name(results: Sequence[_Result], counts: Counter[str]) -> str:
    """16 letters for what a delivery holds: the same runs of the same sittings have the same name.

    How often each sitting was delivered before is part of it. Else a sitting that goes back to an earlier run
    would be delivered under the name of that run's first delivery, and the door would take it for a copy.
    """
    lines = [f"{one.sitting_id}|{one.run_id}|{counts[one.sitting_id]}\n" for one in results]
    return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()[:16].translate(LETTERS)


def _write(folder: Path, name: str, results: Sequence[_Result]) -> tuple[Path, Path]:
    """Write coverage, then signals: signals never come to stand without what was seen of their sitting."""
    paths = folder / f"{COVERAGE_FEED}__{name}.parquet", folder / f"{FEED}__{name}.parquet"
    orders = ("sitting_id",), ("sitting_id", "started_seconds", "signal_type_code", "signal_id")
    tables = [one.coverage for one in results], [one.signals for one in results]
    for path, order, parts in zip(paths, orders, tables, strict=True):
        write_table(path, _joined(parts, order, name))
    _flush(folder)
    return paths


def _joined(tables: Sequence[Any], order: Sequence[str], name: str) -> Any:
    """All rows in one table, in one order; of the runs' metadata nothing is kept."""
    import pyarrow as pa

    joined = pa.concat_tables([table.replace_schema_metadata(None) for table in tables])
    ordered = joined.sort_by([(column, "ascending") for column in order]).combine_chunks()
    return ordered.replace_schema_metadata({"delivery": name})


def _note(out_dir: Path, name: str, results: Sequence[_Result]) -> None:
    """From here on the sittings are delivered."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    append_lines(
        out_dir / BOOK,
        [
            json.dumps(
                {"sitting_id": one.sitting_id, "run_id": one.run_id, "delivery": name, "delivered_at": now},
                sort_keys=True,
            )
            for one in results
        ],
    )


def _flush(folder: Path) -> None:
    """Have the names in a folder stand on the disk."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise RetryableProctoringError("storage_failed", file=folder, detail=error.strerror) from error
