"""Deliveries of proctoring at the door: what is delivered lands, and nothing is held or taken for a copy."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

import proctoring_jobs.delivery
from ingestion.batches import BatchResult
from ingestion.loader import land_files, pending_files
from orchestration.proctoring_runs import deliver_results
from orchestration.settings import Settings
from tests.unit.orchestration.conftest import make_settings
from tests.unit.proctoring_jobs.test_delivery import result

FEEDS = ("proctoring__coverage", "proctoring__signals")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path / "home")


def landed(settings: Settings) -> list[BatchResult]:
    """Deliver what is new, and land what waits."""
    deliver_results(settings)
    config = settings.ingestion_config()
    return land_files(config, pending_files(config), engine="duckdb")


def states(batches: list[BatchResult]) -> list[tuple[str, str, int]]:
    return [(batch.feed, batch.state, batch.count_landed) for batch in batches]


def test_a_small_delivery_after_a_large_one_is_not_held(settings: Settings) -> None:
    for number in range(30):
        result(settings.proctoring_dir, f"S{number:02}", "r1", 4, 9)
    assert states(landed(settings)) == [(FEEDS[0], "landed", 30), (FEEDS[1], "landed", 60)]
    result(settings.proctoring_dir, "S30", "r1")
    assert states(landed(settings)) == [(FEEDS[0], "landed", 1), (FEEDS[1], "landed", 0)]
    assert landed(settings) == []


def test_a_return_to_an_earlier_run_lands_and_is_the_latest(settings: Settings) -> None:
    for run in ("r1", "r2", "r1"):
        result(settings.proctoring_dir, "S1", run, 4)
        assert states(landed(settings)) == [(FEEDS[0], "landed", 1), (FEEDS[1], "landed", 1)]
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select c.run_id from raw.proctoring__coverage as c"
            " inner join raw._batches as b on c._batch_id = b.batch_id order by b.landed_seq"
        ).fetchall()
    assert rows == [("r1",), ("r2",), ("r1",)]


def test_who_was_killed_before_the_book_lands_nothing_twice(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def note(*_: object) -> None:
        raise Killed

    result(settings.proctoring_dir, "S1", "r1", 4)
    with monkeypatch.context() as patched:
        patched.setattr(proctoring_jobs.delivery, "_note", note)
        with pytest.raises(Killed):
            deliver_results(settings)
    assert sorted(states(landed(settings))) == [
        (FEEDS[0], "duplicate", 0),
        (FEEDS[0], "landed", 1),
        (FEEDS[1], "duplicate", 0),
        (FEEDS[1], "landed", 1),
    ]
