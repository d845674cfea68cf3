"""One writer at a time.

Belongs here: the lock that whatever writes the warehouse holds (landing, dbt build, release). It is a file
beside the warehouse; it is released when its process ends, however it ends. Within a thread it may be taken
again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingestion.errors import RetryableError

DEFAULT_TIMEOUT_SECONDS = 30.0


def lock_path(warehouse: Path) -> Path:
    """Path of the lock file of a warehouse."""
    return warehouse.with_name(warehouse.name + ".lock")


@contextmanager
def warehouse_lock(path: Path, timeout: float = DEFAULT_TIMEOUT_SECONDS) -> Iterator[None]:
    """Hold the writer's lock of the warehouse at ``path``.

    Waits up to ``timeout`` seconds, then fails with ``RetryableError('warehouse_locked')``.
    """
    from filelock import FileLock, Timeout

    warehouse = path.resolve()
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(str(lock_path(warehouse)), is_singleton=True)
    try:
        lock.acquire(timeout=timeout)
    except Timeout:
        raise RetryableError("warehouse_locked", path=path, seconds=round(timeout)) from None
    try:
        yield
    finally:
        lock.release()
