"""Landing killed at random moments: a batch is there whole or not at all, and the next run goes on."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.config import IngestionConfig
from ingestion.contracts import feed_names
from ingestion.loader import pending_files
from ingestion.vault import open_vault
from tests.unit.ingestion.deliveries import deliver, rows_of

ROOT = Path(__file__).parents[2]
KILLS = 12
# What may differ between a run that was killed and one that was not.
NOT_COMPARED = {"landed_at"}
SCRIPT = """
import sys
from datetime import datetime
from pathlib import Path
from ingestion.config import IngestionConfig
from ingestion.loader import land_files, pending_files
import ingestion.door, duckdb, pyarrow.compute
folder, landing = Path(sys.argv[1]), Path(sys.argv[2])
config = IngestionConfig(folder / "w.duckdb", folder / "v.duckdb", "test key", "test secret", landing)
print("ready", flush=True)
# Which engine checks does not matter here, and this one starts at once.
land_files(config, pending_files(config), datetime(2025, 12, 1), engine="duckdb")
print("done", flush=True)
"""


def fill(landing: IngestionConfig) -> None:
    """Eight files of three feeds, good and bad rows, one far larger than the others."""
    people = rows_of("platform__registrations")
    sittings, stops = rows_of("platform__sittings"), rows_of("registers__stop_list")
    many = [
        sittings[0] | {"sitting_id": f"S{n:05}", "ended_code": "?" if n % 50 == 0 else "completed"}
        for n in range(20_000)
    ]
    deliver(landing, "platform__sittings", many, stamp="2025-06-10T180000")
    for day in range(1, 4):
        bad = people[1] | {"track_code": "none", "submission_no": day}
        again = [row | {"submission_no": day} for row in (people[0], people[2])]
        deliver(landing, "platform__registrations", [*again, bad], stamp=f"2025-06-1{day}T190000")
        deliver(
            landing, "registers__stop_list", stops[:day], stamp=f"2025-06-1{day}T200000", name=_named(day)
        )
    mended = [row | {"ended_code": "completed"} for row in many[::50]]
    deliver(
        landing, "platform__sittings", mended, stamp="2025-06-15T180000", name="platform__sittings__m.csv"
    )


def _named(day: int) -> str:
    return f"registers__stop_list__{day}.xlsx"


def start(home: Path, landing: Path) -> subprocess.Popen[str]:
    """A process that lands what waits, as soon as it has said that it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(home), str(landing)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line == "ready\n", process.communicate()[1][-2000:]
    return process


def everything(config: IngestionConfig) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of the warehouse and of the vault, without moments of the run."""
    tables = [*feed_names(), "_batches", "_quarantine", "_quarantine_closed", "_door_checks"]
    found: dict[str, list[tuple[Any, ...]]] = {}
    with duckdb.connect(str(config.warehouse), read_only=True) as connection:
        for table in tables:
            described = connection.execute(f"describe raw.{table}").fetchall()
            names = ", ".join(name for name, *_ in described if name not in NOT_COMPARED)
            found[table] = connection.execute(f"select {names} from raw.{table} order by all").fetchall()
    with open_vault(config.vault, config.vault_key, config.person_secret) as vault:
        for table in ("platform__registrations", "registers__stop_list", "quarantined_rows"):
            found[f"vault.{table}"] = vault.rows(f"select * from vault.{table} order by all")
    return found


def half_landed(config: IngestionConfig) -> list[str]:
    """Batches of which the warehouse has not exactly the rows that its books say."""
    if not config.warehouse.is_file():
        return []
    wrong = []
    with duckdb.connect(str(config.warehouse), read_only=True) as connection:
        tables = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
        if "_batches" not in tables:
            return []
        for feed in sorted(tables & set(feed_names())):
            query = f"""
                select coalesce(b.batch_id, r._batch_id)
                from (select * from raw._batches where feed = '{feed}') as b
                full join (select _batch_id, count(*) as n from raw.{feed} group by 1) as r
                    on r._batch_id = b.batch_id
                where coalesce(b.count_landed, -1) <> coalesce(r.n, 0)
            """
            wrong += [name for (name,) in connection.execute(query).fetchall()]
    return wrong


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> IngestionConfig:
    folder = tmp_path_factory.mktemp("landing")
    config = IngestionConfig(
        folder / "w.duckdb", folder / "v.duckdb", "test key", "test secret", folder / "in"
    )
    fill(config)
    return config


def test_killed_at_random_moments_it_ends_as_if_nothing_had_happened(
    landing: IngestionConfig, tmp_path: Path
) -> None:
    began = time.monotonic()
    process = start(landing.warehouse.parent, landing.landing_dir)
    ready = time.monotonic()
    out, err = process.communicate()
    seconds = time.monotonic() - ready
    assert out == "done\n", err[-2000:]
    expected = everything(landing)
    assert len(expected["platform__sittings"]) == 20_000
    assert began < ready
    chance = random.Random(2025)
    config = replace(landing, warehouse=tmp_path / "w.duckdb", vault=tmp_path / "v.duckdb")
    count_killed = 0
    while count_killed < KILLS and not _is_finished(config):
        process = start(tmp_path, landing.landing_dir)
        time.sleep(chance.uniform(0, seconds / 3))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        count_killed += process.returncode == -signal.SIGKILL
        assert half_landed(config) == []
    assert count_killed >= 3
    out, err = start(tmp_path, landing.landing_dir).communicate()
    assert out == "done\n", err[-2000:]
    assert pending_files(config) == []
    assert everything(config) == expected


def _is_finished(config: IngestionConfig) -> bool:
    return config.warehouse.is_file() and pending_files(config) == []
