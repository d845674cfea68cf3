"""Names of deliveries, how far they say a database has been pulled, and files that are whole or not there."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from filelock import FileLock

from ingestion import platform_deliveries
from ingestion.config import IngestionConfig
from ingestion.errors import RetryableError
from ingestion.landing_folder import known_files
from ingestion.platform_deliveries import (
    Interval,
    KnownDelivery,
    covered_until,
    finish,
    interval_of,
    known_deliveries,
    new_folder,
    pull_lock,
    without_unfinished,
    write_unfinished,
)

ANSWERS, SITTINGS = "platform__answers", "platform__sittings"
TABLE, OTHER_TABLE = "0123456789ab", "ba9876543210"
NOW = datetime(2025, 6, 30, 7, 0, 0)
FOLDER = "2025-06-30T120000"


def delivered(
    first: int, end: int, feed: str = ANSWERS, table: str = TABLE, at: datetime | None = NOW
) -> KnownDelivery:
    return KnownDelivery(Interval(feed, table, first, end), at)


def test_a_name_says_what_it_delivers() -> None:
    interval = Interval(ANSWERS, TABLE, 0, 2**33 + 5)
    assert interval.file_name == f"platform__answers__db-{TABLE}-0-8589934597.parquet"
    assert interval_of(interval.file_name) == interval


@pytest.mark.parametrize(
    "name",
    [
        "platform__answers.parquet",
        f"platform__answers__db-{TABLE}-0-5.parquet.part",
        f"platform__answers__db-{TABLE}-0.parquet",
        f"platform__answers__db-{TABLE}--1-5.parquet",
        f"platform__answers__db-{TABLE}-0-5.csv",
        "platform__answers__db-2025.parquet",
    ],
)
def test_other_names_deliver_nothing_of_a_database(name: str) -> None:
    assert interval_of(name) is None


@pytest.mark.parametrize(
    ("known", "end"),
    [
        ([], 0),
        ([(0, 10)], 10),
        ([(10, 20), (0, 10), (20, 21)], 21),
        ([(0, 10), (20, 30)], 10),  # what lies behind a gap comes again
        ([(5, 10)], 0),
        ([(0, 10), (0, 30), (10, 12)], 30),  # everything again, in between
        ([(0, 10), (4, 8), (9, 15)], 15),
    ],
)
def test_an_unbroken_chain_counts(known: list[tuple[int, int]], end: int) -> None:
    assert covered_until([delivered(*one) for one in known], ANSWERS, TABLE) == end


def test_each_table_of_each_feed_has_its_own_chain() -> None:
    known = [delivered(0, 10), delivered(0, 20, table=OTHER_TABLE), delivered(0, 30, feed=SITTINGS)]
    assert covered_until(known, ANSWERS, TABLE) == 10
    assert covered_until(known, ANSWERS, OTHER_TABLE) == 20
    assert covered_until(known, SITTINGS, TABLE) == 30


def test_the_folder_and_the_books_say_what_is_known(config: IngestionConfig) -> None:
    first, second = Interval(ANSWERS, TABLE, 0, 10), Interval(ANSWERS, TABLE, 10, 20)
    (config.landing_dir / FOLDER).mkdir()
    (config.landing_dir / FOLDER / second.file_name).touch()
    (config.landing_dir / FOLDER / f"{ANSWERS}.parquet").touch()
    with duckdb.connect(str(config.warehouse)) as connection:
        connection.execute("create schema raw")
        connection.execute(
            "create table raw._batches as select ? as source_file", [f"{FOLDER}/{first.file_name}"]
        )
    known = sorted(known_deliveries(config), key=lambda one: one.interval.first)
    assert known == [KnownDelivery(first, NOW), KnownDelivery(second, NOW)]
    assert covered_until(known, ANSWERS, TABLE) == 20


def test_a_warehouse_without_books_knows_nothing(config: IngestionConfig) -> None:
    assert known_deliveries(config) == []
    duckdb.connect(str(config.warehouse)).close()
    assert known_deliveries(config) == []


def test_a_delivery_gets_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform_deliveries.time, "sleep", lambda _: None)
    assert new_folder(tmp_path, NOW.replace(microsecond=999_999), []).name == FOLDER
    assert new_folder(tmp_path, NOW, []).name == "2025-06-30T120001"


def test_later_rows_are_received_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(platform_deliveries.time, "sleep", waits.append)
    known = [delivered(0, 10, at=NOW), delivered(0, 10, feed=SITTINGS, at=None)]
    assert new_folder(tmp_path, NOW.replace(microsecond=400_000), known).name == "2025-06-30T120001"
    assert waits == [0.6]
    # A clock that was set back by an hour: the order of receipt holds, and nobody waits for an hour.
    assert new_folder(tmp_path, NOW.replace(hour=6), known).name == "2025-06-30T120002"
    assert waits[1] == 5


def test_a_file_counts_when_it_is_whole(tmp_path: Path) -> None:
    interval = Interval(ANSWERS, TABLE, 0, 10)
    folder = new_folder(tmp_path, NOW, [])
    table = pa.table({"sitting_id": ["S-1", "S-2"]})
    assert write_unfinished(folder, interval, table.schema, table.to_batches(max_chunksize=1)) == 2
    (unfinished,) = folder.iterdir()
    assert unfinished.suffix == ".part"
    assert stat.S_IMODE(unfinished.stat().st_mode) == 0o600
    assert known_files(tmp_path) == []
    finish(folder, [interval])
    (file,) = known_files(tmp_path)
    assert (file.feed, file.received_at, file.source_file) == (ANSWERS, NOW, f"{FOLDER}/{interval.file_name}")
    assert pq.read_table(file.path) == table


def test_what_a_killed_pull_leaves_is_removed_and_nothing_else(tmp_path: Path) -> None:
    left, mixed = tmp_path / FOLDER, tmp_path / "2025-06-30T120001"
    for folder in (left, mixed):
        folder.mkdir()
        (folder / f"{Interval(ANSWERS, TABLE, 0, 10).file_name}.part").touch()
    (mixed / f"{ANSWERS}.parquet.part").touch()
    with without_unfinished(tmp_path):
        assert not left.exists()
        assert [path.name for path in mixed.iterdir()] == [f"{ANSWERS}.parquet.part"]
    assert mixed.exists()


def test_a_failed_pull_leaves_no_unfinished_file(tmp_path: Path) -> None:
    folder = tmp_path / FOLDER
    folder.mkdir()
    with pytest.raises(ZeroDivisionError), without_unfinished(tmp_path):
        (folder / f"{Interval(ANSWERS, TABLE, 0, 10).file_name}.part").touch()
        raise ZeroDivisionError
    assert not folder.exists()


def test_one_pull_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform_deliveries, "_LOCK_SECONDS", 0.05)
    with (
        FileLock(str(tmp_path / ".pull.lock")),
        pytest.raises(RetryableError) as caught,
        pull_lock(tmp_path),
    ):
        pass
    assert caught.value.message_key == "pull_running"
    with pull_lock(tmp_path):
        assert known_files(tmp_path) == []


def test_moments_are_local_in_names(tmp_path: Path) -> None:
    moment = datetime(2025, 6, 30, 18, 59, 59, tzinfo=UTC).replace(tzinfo=None)
    assert new_folder(tmp_path, moment, []).name == "2025-06-30T235959"
