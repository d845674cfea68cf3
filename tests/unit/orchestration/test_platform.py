"""The platform's database from the console command and from Dagster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from ingestion.loader import pending_files
from orchestration import cli
from orchestration.assets.platform import platform_assets
from orchestration.resources import WRITER_POOL
from orchestration.settings import Settings
from tests.support.platform_database import make_tables
from tests.support.postgres import PostgresServer, connected, run_sql
from tests.unit.orchestration.conftest import SECRETS

BOOKING = "insert into platform.bookings (booking_id) values ('B-1')"


@pytest.fixture(scope="module")
def dsn(postgres: PostgresServer) -> str:
    made = postgres.new_database()
    make_tables(made)
    run_sql(made, BOOKING)
    return made


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dsn: str) -> Path:
    """The environment of a home whose settings name the database."""
    monkeypatch.setattr("orchestration.cli.PROJECT_ROOT", tmp_path)
    monkeypatch.setattr("orchestration.settings.PROJECT_ROOT", tmp_path)
    for name, value in {**SECRETS, "REZERV_HOME": str(tmp_path / "home"), "REZERV_PLATFORM_DSN": dsn}.items():
        monkeypatch.setenv(name, value)
    return tmp_path / "home"


def test_a_pull_says_what_it_brought(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["pull"]) == 0
    said = capsys.readouterr().out
    assert "platform__bookings__db-" in said and "1 rows" in said
    assert len(list((home / "landing").glob("*/platform__bookings__db-*.parquet"))) == 1
    assert cli.run(["pull", "--lang", "ru"]) == 0
    assert "нет ничего нового" in capsys.readouterr().out
    assert cli.run(["pull", "--whole", "--feed", "platform__bookings"]) == 0
    assert len(list((home / "landing").glob("*/platform__bookings__db-*.parquet"))) == 2
    assert cli.run(["pull", "--feed", "platform__nothing"]) == 1


def test_what_a_pull_brought_can_land_at_once(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    landed: list[list[str]] = []

    def files_to_land(settings: Settings, files: Sequence[Path]) -> list[object]:
        waiting = [file.feed for file in pending_files(settings.ingestion_config())]
        landed.append([*map(str, files), *waiting])
        return []

    monkeypatch.setattr("orchestration.runs.files_to_land", files_to_land)
    assert cli.run(["pull", "--land"]) == 0
    assert cli.run(["pull", "--land"]) == 0  # nothing came: nothing to land
    assert landed == [["platform__bookings"]]
    assert "platform__bookings__db-" in capsys.readouterr().out


def test_a_pull_says_what_waits(home: Path, dsn: str, capsys: pytest.CaptureFixture[str]) -> None:
    with connected(dsn) as other:
        other.execute("begin")
        other.execute(BOOKING)
        run_sql(dsn, BOOKING)
        assert cli.run(["pull"]) == 0
        other.execute("rollback")
    said = capsys.readouterr().out
    assert "Rows that wait for a transaction" in said and "UTC: 1" in said


def test_without_a_database_there_is_nothing_to_pull(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("REZERV_PLATFORM_DSN")
    assert cli.run(["pull"]) == 1
    assert "REZERV_PLATFORM_DSN" in capsys.readouterr().err


def test_settings_show_no_password(home: Path, dsn: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check-settings"]) == 0
    said = capsys.readouterr().out
    (line,) = [line for line in said.splitlines() if "REZERV_PLATFORM_DSN" in line]
    assert line.split()[-1] == "set"
    assert "postgresql" not in said


def test_without_a_database_dagster_has_no_such_asset(settings: Settings) -> None:
    assert platform_assets(settings) == []


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as made:
        yield made


def test_the_pull_waits_for_its_turn_and_counts(
    settings: Settings, dsn: str, instance: dg.DagsterInstance
) -> None:
    given = replace(settings, platform_dsn=dsn)
    (asset,) = platform_assets(given)
    assert asset.node_def.pool == WRITER_POOL  # type: ignore[union-attr]
    result = dg.materialize([asset], instance=instance, resources={"settings": given})
    (event,) = result.asset_materializations_for_node("landing__platform_pull")
    assert event.metadata["count_files"].value == 1
    assert event.metadata["count_rows_waiting"].value == 0
