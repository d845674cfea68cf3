"""The sensor asks once for each set of new files, for their feeds and what depends on them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest

from ingestion.loader import pending_files
from orchestration.assets.landing import raw_key
from orchestration.assets.publication import RELEASE_KEY
from orchestration.definitions import build_definitions
from orchestration.ledger import ledger_folder
from orchestration.sensors import files_key, settled
from orchestration.settings import Settings
from tests.support.ledgers import make_ledger
from tests.unit.orchestration.conftest import write_warehouse

Evaluate = Callable[[], dg.RunRequest | str]


@pytest.fixture
def evaluate(definitions_settings: Settings, settings: Settings) -> Evaluate:
    repository = build_definitions(settings=definitions_settings).get_repository_def()
    sensor = repository.get_sensor_def("landing_files")

    def run() -> dg.RunRequest | str:
        with dg.DagsterInstance.ephemeral() as instance:
            context = dg.build_sensor_context(
                instance=instance, repository_def=repository, resources={"settings": settings}
            )
            data = sensor.evaluate_tick(context)
        return data.run_requests[0] if data.run_requests else str(data.skip_message)

    return run


def deliver(settings: Settings, name: str, text: str, *, age_seconds: int = 120) -> Path:
    file = settings.landing_dir / "2025-08-05T100000" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    moment = time.time() - age_seconds
    os.utime(file, (moment, moment))
    return file


def test_an_empty_folder_asks_for_nothing(evaluate: Evaluate) -> None:
    assert "no new file" in str(evaluate())


def test_acts_that_were_not_delivered_are(evaluate: Evaluate, settings: Settings) -> None:
    make_ledger(ledger_folder(settings))
    assert "no new file" in str(evaluate())
    assert len(list(settings.landing_dir.rglob("publication__*.parquet"))) == 7


def test_new_files_are_landed_with_what_depends_on_them(evaluate: Evaluate, settings: Settings) -> None:
    deliver(settings, "platform__withdrawals.csv", "a\n")
    deliver(settings, "academy__answer_keys__text.csv", "b\n")
    request = evaluate()
    assert isinstance(request, dg.RunRequest) and request.asset_selection is not None
    keys = set(request.asset_selection)
    assert {key for key in keys if key.path[0] == "raw"} == {
        raw_key("platform__withdrawals"),
        raw_key("academy__answer_keys"),
    }
    assert RELEASE_KEY in keys and dg.AssetKey(["reporting", "rpt_funnel"]) in keys
    assert request.tags["feeds"] == "academy__answer_keys,platform__withdrawals"


def test_while_a_run_writes_the_warehouse_the_next_tick_is_waited_for(
    evaluate: Evaluate, settings: Settings
) -> None:
    deliver(settings, "platform__withdrawals.csv", "a\n")
    write_warehouse(settings)
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(settings.warehouse)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout and writer.stdout.readline() == b"open\n"
        assert "writing the warehouse" in str(evaluate())
        writer.kill()
    assert isinstance(evaluate(), dg.RunRequest)


def test_the_same_files_are_asked_for_once_an_hour_and_other_content_at_once(
    evaluate: Evaluate, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    hour = time.time() // 3600 * 3600 + 7200

    def key_at(moment: float) -> str | None:
        monkeypatch.setattr("orchestration.sensors.time", SimpleNamespace(time=lambda: moment))
        asked = evaluate()
        assert isinstance(asked, dg.RunRequest)
        return asked.run_key

    deliver(settings, "platform__withdrawals.csv", "a\n")
    first = key_at(hour)
    assert key_at(hour + 3599) == first, "not asked for again at once"
    assert key_at(hour + 3600) != first, "a run that failed is tried again"
    deliver(settings, "platform__withdrawals.csv", "b\n")
    assert key_at(hour) != first


def test_a_file_that_is_gone_by_now_is_left_out(settings: Settings) -> None:
    deliver(settings, "academy__answer_keys__text.csv", "b\n")
    gone = deliver(settings, "platform__withdrawals.csv", "a\n")
    pending = pending_files(settings.ingestion_config())
    gone.unlink()
    (left,) = settled(pending, time.time())
    assert left.feed == "academy__answer_keys"
    assert files_key(pending) != files_key([left])


def test_a_file_that_is_still_being_written_waits(evaluate: Evaluate, settings: Settings) -> None:
    deliver(settings, "platform__withdrawals.csv", "a\n", age_seconds=0)
    assert "settled" in str(evaluate())


def test_an_update_follows_the_weekly_lists(definitions_settings: Settings) -> None:
    repository = build_definitions(settings=definitions_settings).get_repository_def()
    sensor = repository.get_sensor_def("after_weekly_lists")
    assert sensor.default_status == dg.DefaultSensorStatus.RUNNING
    assert [target.job_name for target in sensor.targets] == ["update_job"]


def test_the_quality_of_measurement_follows_a_release_once(
    definitions_settings: Settings, settings: Settings
) -> None:
    repository = build_definitions(settings=definitions_settings).get_repository_def()
    sensor = repository.get_sensor_def("after_release")
    assert sensor.default_status == dg.DefaultSensorStatus.RUNNING
    assert [target.job_name for target in sensor.targets] == ["measurement_job"]


def test_the_reports_of_stages_follow_a_release(definitions_settings: Settings) -> None:
    repository = build_definitions(settings=definitions_settings).get_repository_def()
    sensor = repository.get_sensor_def("reports_after_release")
    assert sensor.default_status == dg.DefaultSensorStatus.RUNNING
    assert [target.job_name for target in sensor.targets] == ["stage_reports_job"]
