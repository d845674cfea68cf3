"""One writer at a time."""

import threading
from pathlib import Path

import pytest

from ingestion.errors import RetryableError
from ingestion.locking import lock_path, warehouse_lock


def test_the_lock_lies_beside_the_warehouse(tmp_path: Path) -> None:
    with warehouse_lock(tmp_path / "deep" / "w.duckdb"):
        assert lock_path(tmp_path / "deep" / "w.duckdb").exists()


def test_a_thread_may_take_it_again(tmp_path: Path) -> None:
    with warehouse_lock(tmp_path / "w.duckdb"), warehouse_lock(tmp_path / "w.duckdb", timeout=0):
        pass


def test_another_writer_waits_and_then_is_told(tmp_path: Path) -> None:
    failures: list[BaseException] = []

    def try_it() -> None:
        try:
            with warehouse_lock(tmp_path / "w.duckdb", timeout=0.1):
                pass
        except RetryableError as error:
            failures.append(error)

    with warehouse_lock(tmp_path / "w.duckdb"):
        other = threading.Thread(target=try_it)
        other.start()
        other.join()
    assert [type(failure) for failure in failures] == [RetryableError]
    try_it()
    assert len(failures) == 1


def test_it_is_released_after_a_failure(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="x"), warehouse_lock(tmp_path / "w.duckdb"):
        raise ValueError("x")
    with warehouse_lock(tmp_path / "w.duckdb", timeout=0):
        pass
