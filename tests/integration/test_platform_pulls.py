"""The platform's database under load, pulls that are killed, and a season from both sources.

Belongs here: what only shows while others write, and what lands in the end. Single pulls are in
`tests/unit/ingestion/test_platform_database.py`.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from ingestion.config import IngestionConfig
from ingestion.loader import land_files, pending_files
from ingestion.platform_database import database_feeds, pull
from ingestion.platform_deliveries import interval_of
from ingestion.sample_season import write_season
from tests.support.platform_database import insert, make_tables, sent_rows
from tests.support.postgres import COUNT_XIDS, ROUND, PostgresServer, connected, run_sql, running_server
from tests.support.season import ingestion_config

ANSWERS = "platform__answers"
COUNT_SITTINGS, COUNT_ITEMS = 60, 20
COUNT_KILLS = 10
NOW = datetime(2025, 8, 2, 5, 0, 0)

# A process that pulls without end, in children that can be killed: only they hold threads and connections.
PULLING = """
import os, sys
from datetime import datetime, timedelta
from pathlib import Path
from ingestion.config import IngestionConfig
from ingestion.loader import land_files, pending_files
from ingestion.platform_database import database_feeds, pull
import adbc_driver_postgresql.dbapi, ingestion.raw_store

home, dsn = Path(sys.argv[1]), sys.argv[2]
config = IngestionConfig(home / "w.duckdb", home / "v.duckdb", "", "", home / "landing")
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        now = datetime.fromisoformat(line.strip())
        while True:
            pull(config, dsn, now, ["platform__answers"])
            now += timedelta(seconds=1)
    print(child, flush=True)
    os.waitpid(child, 0)
"""


class Writers:
    """Threads that change answers in every way that a platform does, until they are stopped.

    Each version of a row has a `response_seconds` of its own, so that a version can be told from all others.
    """

    def __init__(self, dsn: str, seed: int) -> None:
        self.dsn, self.seed, self.stopping = dsn, seed, threading.Event()
        self.failures: list[BaseException] = []
        kinds = (self.short, self.long, self.with_savepoints, self.with_savepoints)
        self.threads = [
            threading.Thread(target=self.run, args=(kind, seed + number)) for number, kind in enumerate(kinds)
        ]

    def __enter__(self) -> Writers:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        assert not self.failures, f"a writer failed: {self.failures[0]}"

    def run(self, kind: Callable[[Callable[[str], None], random.Random], None], seed: int) -> None:
        draw = random.Random(seed)
        try:
            with connected(self.dsn) as cursor:
                while not self.stopping.is_set():
                    kind(cursor.execute, draw)
        except BaseException as error:
            self.failures.append(error)

    @staticmethod
    def change(draw: random.Random) -> str:
        """A statement that changes some rows, or adds one."""
        sitting, item = draw.randrange(COUNT_SITTINGS), draw.randrange(1, COUNT_ITEMS)
        which = draw.choice((f"item_no = {item}", f"item_no <= {item}", f"item_no % 7 = {item % 7}"))
        return f"""
            with changed as (
                update platform.answers set response_seconds = nextval('version')
                where sitting_id = 'S-{sitting}' and {which} returning 1)
            insert into platform.answers
            select 'S-{sitting}', coalesce((select max(item_no) from platform.answers
                                            where sitting_id = 'S-{sitting}'), 0) + 1, 'A', nextval('version')
            where not exists (select 1 from changed)
        """

    def short(self, execute: Callable[[str], None], draw: random.Random) -> None:
        execute(self.change(draw))

    def long(self, execute: Callable[[str], None], draw: random.Random) -> None:
        execute("begin")
        # One sitting only: two that wait for each other's rows would be ended by the server.
        execute(self.change(draw))
        time.sleep(draw.uniform(0.05, 0.3))
        execute(draw.choice(("commit", "commit", "rollback")))

    def with_savepoints(self, execute: Callable[[str], None], draw: random.Random) -> None:
        execute("begin")
        statement = self.change(draw)
        for name in ("one", "two", "three"):
            execute(f"savepoint {name}")
            execute(statement)
            if draw.random() < 0.4:
                execute(f"rollback to {name}")
        time.sleep(draw.uniform(0, 0.02))
        execute(draw.choice(("commit", "commit", "commit", "rollback")))


@pytest.fixture
def crossing_dsn() -> Iterator[str]:
    """A database whose transactions cross the end of their 32 bits during the test."""
    with running_server(first_xid=COUNT_XIDS - 500) as server:
        dsn = server.new_database()
        make_tables(dsn, [ANSWERS])
        run_sql(
            dsn,
            "create sequence version",
            f"""insert into platform.answers select 'S-' || s, i, 'A', nextval('version')
                from generate_series(0, {COUNT_SITTINGS - 1}) as sittings (s),
                     generate_series(1, {COUNT_ITEMS}) as items (i)""",
            "alter table platform.answers add primary key (sitting_id, item_no)",
        )
        yield dsn


def test_nothing_is_lost_or_doubled_while_others_write_and_pulls_are_killed(
    tmp_path: Path, crossing_dsn: str
) -> None:
    config = IngestionConfig(tmp_path / "w.duckdb", tmp_path / "v.duckdb", "", "", tmp_path / "landing")
    draw = random.Random(20250802)
    pulling = subprocess.Popen(
        [sys.executable, "-c", PULLING, str(tmp_path), crossing_dsn],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert pulling.stdin is not None and pulling.stdout is not None
    now = NOW + timedelta(minutes=1)
    count_waiting = pull(config, crossing_dsn, NOW, [ANSWERS]).count_waiting
    with pulling, Writers(crossing_dsn, 1):
        for _ in range(COUNT_KILLS):
            pulling.stdin.write(f"{now.isoformat()}\n")
            pulling.stdin.flush()
            child = int(pulling.stdout.readline())
            time.sleep(draw.uniform(0.02, 0.35))
            os.kill(child, signal.SIGKILL)
            now += timedelta(minutes=1)
            count_waiting += pull(config, crossing_dsn, now, [ANSWERS]).count_waiting
            now += timedelta(minutes=1)
        pulling.stdin.close()
    last = pull(config, crossing_dsn, now, [ANSWERS])
    assert last.count_waiting == 0
    assert pull(config, crossing_dsn, now + timedelta(minutes=1), [ANSWERS]).deliveries == ()
    _compare(config.landing_dir, crossing_dsn)
    assert count_waiting > 0


def _compare(landing_dir: Path, dsn: str) -> None:
    """All deliveries against the table as it stands."""
    files = sorted(path for path in landing_dir.glob("*/*") if interval_of(path.name))
    assert len(files) > COUNT_KILLS
    assert sorted(path for path in landing_dir.glob("*/*")) == files
    versions: Counter[tuple[str, int, int]] = Counter()
    latest: dict[tuple[str, int], int] = {}
    for path in files:
        columns = pq.read_table(path).to_pydict()
        keys = list(zip(columns["sitting_id"], columns["item_no"], strict=True))
        assert len(set(keys)) == len(keys)
        seconds = columns["response_seconds"]
        versions.update((*key, second) for key, second in zip(keys, seconds, strict=True))
        latest.update(zip(keys, seconds, strict=True))
    stands = run_sql(dsn, "select sitting_id, item_no, response_seconds from platform.answers")
    assert max(versions.values()) == 1
    assert latest == {(sitting, item): second for sitting, item, second in stands}
    ends = [interval.end for path in files if (interval := interval_of(path.name)) is not None]
    assert min(ends) < (ROUND + 1) * COUNT_XIDS < max(ends)


# Rows that break their contract, a corrected file, a file sent twice, submissions that change.
SCENARIOS = ("broken_rows", "corrected_file", "file_sent_twice", "late_track_change", "withdrawals")


def test_a_season_from_the_database_is_the_season_from_files(
    tmp_path: Path, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.door.engine_for", lambda _: "duckdb")  # the quicker one for small files
    write_season(tmp_path / "sent", size=50, scenarios=SCENARIOS)
    by_file = ingestion_config(tmp_path / "by_file", tmp_path / "sent")
    feeds = database_feeds()
    land_files(by_file, pending_files(by_file, feeds))
    by_pull = ingestion_config(tmp_path / "by_pull", tmp_path / "by_pull" / "landing")
    dsn = postgres.new_database()
    # Where a row cannot be of its type the platform keeps text; elsewhere its columns have the types.
    kept_as_text = {feed for (feed,) in _query(by_file, "select distinct feed from raw._quarantine")}
    make_tables(dsn, sorted(kept_as_text), as_sent=True)
    make_tables(dsn, sorted(set(feeds) - kept_as_text))
    assert 2 < len(kept_as_text) < len(feeds)
    with connected(dsn) as platform:
        for received_at, files in _landed_files(by_file):
            for feed, name in files:
                insert(platform, feed, sent_rows(tmp_path / "sent" / name), as_sent=feed in kept_as_text)
            assert len(pull(by_pull, dsn, received_at).deliveries) == len({feed for feed, _ in files})
    land_files(by_pull, pending_files(by_pull))
    for feed in feeds:
        rows = f"select _row_hash, _received_at from raw.{feed} order by all"
        assert _query(by_pull, rows) == _query(by_file, rows), f"other rows of {feed}"
    # Lines that are no rows at all cannot stand in a table.
    reasons = """
        select q.feed, b.received_at, q.reason_code, q.check_name, q.column_name, count(*)
        from raw._quarantine as q join raw._batches as b using (batch_id)
        where b.state = 'landed' and q.reason_code <> 'BROKEN_ROW' group by all order by all
    """
    assert _query(by_pull, reasons) == _query(by_file, reasons)
    assert len(_query(by_file, reasons)) > 10
    # A file that we make ourselves is not of the wrong format.
    formats = "select bool_and(is_passed) from raw._door_checks where check_name = 'agreed_format'"
    assert _query(by_pull, formats) == [(True,)]
    assert pull(by_pull, dsn, datetime(2026, 1, 1)).deliveries == ()


def _query(config: IngestionConfig, query: str) -> list[tuple]:
    with duckdb.connect(str(config.warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


def _landed_files(config: IngestionConfig) -> list[tuple[datetime, list[tuple[str, str]]]]:
    """Files that landed, by moment of receipt: what the platform wrote since the moment before."""
    query = """
        select received_at, list((feed, source_file) order by landed_seq) from raw._batches
        where state = 'landed' group by all order by all
    """
    return [(received_at, list(files)) for received_at, files in _query(config, query)]
