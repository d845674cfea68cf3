"""Runs of commands: what Dagster keeps of them, and what one failing file does to the others."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.batches import Acceptance
from ingestion.contracts import Contract
from ingestion.door import inspect
from ingestion.errors import RetryableError, RezervError
from ingestion.loader import pending_files
from ingestion.sources import Source
from orchestration import runs
from orchestration.assets.landing import _files_to_land
from orchestration.builds import latest_build
from orchestration.command_run import CommandRun
from orchestration.errors import UserError
from orchestration.ledger import ledger_folder
from orchestration.ledger_delivery import deliver_acts
from orchestration.ledger_verification import verify
from orchestration.progress import SilentProgress
from orchestration.settings import Settings
from tests.support.ledgers import make_ledger
from tests.unit.orchestration.conftest import deliver

SITTINGS, REGISTRATIONS = "platform__sittings", "platform__registrations"
SURNAME, IIN = "Синтетиков", "850101300017"


@pytest.fixture
def ready(settings: Settings, definitions_settings: Settings) -> Settings:
    """An empty home whose dbt manifest is there already."""
    (settings.home / "dbt").mkdir()
    manifest = definitions_settings.home / "dbt" / "manifest.json"
    shutil.copyfile(manifest, settings.home / "dbt" / "manifest.json")
    return settings


@pytest.fixture
def unreadable_registrations(ready: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Two files wait, and landing the first of them fails."""

    def fail_or_inspect(connection: Any, source: Source, contract: Contract, *more: Any) -> Any:
        if contract.feed == REGISTRATIONS:
            raise OSError("the disk does not answer")
        return inspect(connection, source, contract, *more)

    for feed in (REGISTRATIONS, SITTINGS):
        deliver(ready.home, feed, 3, "2025-06-10T180000")
    monkeypatch.setattr("ingestion.loader.inspect", fail_or_inspect)
    return ready


def landed_feeds(settings: Settings) -> list[str]:
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        found = connection.execute("select feed from raw._batches where state = 'landed' order by feed")
        return [feed for (feed,) in found.fetchall()]


def test_the_name_of_a_chosen_file_is_kept_nowhere(ready: Settings, tmp_path: Path) -> None:
    delivered = deliver(ready.home, SITTINGS, 3, "2025-06-10T180000")
    chosen = delivered.rename(tmp_path / f"{SITTINGS}__{SURNAME}_{IIN}.csv")
    runs.land(ready, SilentProgress(), [chosen])
    assert landed_feeds(ready) == [SITTINGS]
    history = {path for path in ready.dagster_home.rglob("*") if path.is_file()}
    assert any(path.suffix == ".db" for path in history)
    escaped = SURNAME.encode("unicode_escape")
    for path in (path for path in ready.home.rglob("*") if path.is_file()):
        content = path.read_bytes()
        assert not [word for word in (SURNAME.encode(), escaped, IIN.encode()) if word in content], path.name


def test_acts_land_by_a_run_that_names_their_files(ready: Settings) -> None:
    make_ledger(ledger_folder(ready))
    files = deliver_acts(ready)
    deliver(ready.home, SITTINGS, 3, "2025-06-10T180000")
    runs.land(ready, SilentProgress(), files)
    assert sorted(set(landed_feeds(ready))) == ["publication__acts", "publication__lists"]
    assert verify(ready).finding is None and verify(ready).count_waiting == 0


def test_the_config_of_a_run_names_no_file() -> None:
    word = Acceptance("officer 7", "told by phone")
    config = runs._run_config([SITTINGS], "", "land_job", word)["ops"]
    assert config == {
        f"raw__{SITTINGS}": {"config": {"accepted_by": "officer 7", "accepted_reason": "told by phone"}}
    }
    assert runs._run_config([SITTINGS], "", "land_job")["ops"] == {}


def test_a_file_of_another_feed_is_named_as_the_books_name_it(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / f"{SITTINGS}__{SURNAME}.csv"
    file.write_text("a\n")
    with pytest.raises(UserError) as caught:
        _files_to_land(REGISTRATIONS, [str(file)], settings)
    assert SURNAME not in str(caught.value) and f"{SITTINGS}__(" in str(caught.value)


def test_a_file_that_cannot_land_keeps_no_other_feed_from_landing(
    unreadable_registrations: Settings,
) -> None:
    ready = unreadable_registrations
    with pytest.raises(RezervError) as caught:
        runs.land(ready, SilentProgress())
    assert caught.value.message_key == "landing_failed"
    assert landed_feeds(ready) == [SITTINGS]
    assert [file.feed for file in pending_files(ready.ingestion_config())] == [REGISTRATIONS]


def test_an_update_builds_and_releases_nothing_when_a_landing_failed(
    unreadable_registrations: Settings,
) -> None:
    ready = unreadable_registrations
    with pytest.raises(RezervError) as caught:
        runs.update(ready, SilentProgress())
    assert caught.value.message_key == "landing_failed"
    assert landed_feeds(ready) == [SITTINGS]
    with duckdb.connect(str(ready.warehouse), read_only=True) as connection:
        assert latest_build(connection) is None
    assert not list(ready.releases_dir.glob("*.duckdb"))


def test_what_fails_for_every_file_is_tried_once(ready: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def locked(*_: object, **__: object) -> None:
        tried.append(1)
        raise RetryableError("warehouse_locked", path="w", seconds=30)

    deliver(ready.home, REGISTRATIONS, 3, "2025-06-10T180000")
    deliver(ready.home, SITTINGS, 3, "2025-06-10T180000")
    monkeypatch.setattr("ingestion.loader.ensure_raw_tables", locked)
    with pytest.raises(RetryableError):
        runs.land(ready, SilentProgress())
    assert len(tried) == 1


def test_only_an_error_about_one_file_lets_others_go_on() -> None:
    of_a_file = RezervError("landing_failed", file="a.csv", kind="OSError")
    CommandRun(errors=[of_a_file]).require_no_general_error()
    for error in (RetryableError("warehouse_locked", path="w", seconds=30), ValueError("a bug")):
        with pytest.raises(type(error)):
            CommandRun(errors=[error]).require_no_general_error()
