"""From the ledger to the landing folder and the raw rows, after whatever went before."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from ingestion.loader import land_files, pending_files
from orchestration import runs
from orchestration.delivery import landed_files
from orchestration.errors import OrchestrationError
from orchestration.ledger import ledger_folder, read_acts
from orchestration.ledger_delivery import FEEDS, deliver_acts, source_files, unlanded
from orchestration.settings import Settings
from tests.support.ledgers import make_ledger

NAMES = [
    "2025-07-01T100000/publication__acts__0001.parquet", "2025-07-01T100000/publication__lists__0001.parquet",
    "2025-07-02T100000/publication__acts__0002.parquet", "2025-07-02T100000/publication__lists__0002.parquet",
    "2025-07-03T100000/publication__acts__0003.parquet", "2025-07-03T100000/publication__lists__0003.parquet",
    "2025-07-04T100000/publication__acts__0004.parquet",
]  # fmt: skip


def delivered(settings: Settings) -> list[str]:
    return sorted(str(p.relative_to(settings.landing_dir)) for p in settings.landing_dir.rglob("*.parquet"))


def land(settings: Settings) -> None:
    config = settings.ingestion_config()
    land_files(config, pending_files(config), datetime(2025, 12, 1), engine="duckdb")


def test_without_a_ledger_nothing_is_made(settings: Settings) -> None:
    assert deliver_acts(settings) == []
    assert not ledger_folder(settings).exists()


def test_every_act_is_delivered_once_and_received_at_its_moment(settings: Settings) -> None:
    acts = make_ledger(ledger_folder(settings))
    assert len(deliver_acts(settings)) == 7 and delivered(settings) == NAMES
    assert unlanded(acts, landed_files(settings.warehouse, FEEDS)) == acts
    land(settings)
    assert unlanded(acts, landed_files(settings.warehouse, FEEDS)) == []
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        states = connection.execute("select distinct state, count_quarantined from raw._batches").fetchall()
        wrong = connection.execute(
            "select act_no from raw.publication__acts where acted_at <> _received_at"
        ).fetchall()
        lists = connection.execute(
            "select act_no, count(*) from raw.publication__lists group by all order by all"
        ).fetchall()
    assert (states, wrong, lists) == ([("landed", 0)], [], [(1, 3), (2, 2), (3, 1)])
    assert deliver_acts(settings) == []


def test_what_has_landed_is_not_delivered_again(settings: Settings) -> None:
    make_ledger(ledger_folder(settings))
    deliver_acts(settings)
    land(settings)
    for name in NAMES[:3]:
        (settings.landing_dir / name).unlink()
    assert deliver_acts(settings) == []


def test_a_delivery_that_was_killed_is_finished(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    make_ledger(ledger_folder(settings))
    real, done = Path.rename, []

    def dying(self: Path, target: Path) -> Path:
        done.append(1)
        if len(done) == 4:
            raise KeyboardInterrupt
        return real(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", dying)
        with pytest.raises(KeyboardInterrupt):
            deliver_acts(settings)
    assert len(delivered(settings)) == 3 and list(settings.landing_dir.rglob("*.part"))
    runs.deliver_books(settings)
    assert delivered(settings) == NAMES and not list(settings.landing_dir.rglob("*.part"))


def test_a_changed_list_is_not_delivered(settings: Settings) -> None:
    folder = ledger_folder(settings)
    make_ledger(folder)
    file = folder / "lists" / str(read_acts(folder)[0].list_name)
    file.chmod(0o644)
    file.write_bytes(b"other")
    with pytest.raises(OrchestrationError) as caught:
        deliver_acts(settings)
    assert caught.value.message_key == "error.list_changed" and delivered(settings) == []


def test_names_of_files(settings: Settings) -> None:
    acts = make_ledger(ledger_folder(settings))
    assert sorted(name for act in acts for name in source_files(act)) == NAMES
    assert landed_files(settings.warehouse, FEEDS) == frozenset()
