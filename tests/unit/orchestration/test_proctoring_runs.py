"""Going through recordings and delivering the results, from Dagster and from the console command."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow.parquet as pq
import pytest

from ingestion.landing_folder import known_files
from orchestration import proctoring_runs
from orchestration.assets.proctoring import DELIVERY_KEY, SITTINGS, SITTINGS_KEY, proctoring_assets
from orchestration.cli import run as command
from orchestration.errors import OrchestrationError, UserError
from orchestration.jobs import PROCTORING_DELIVERY_JOB, PROCTORING_JOB
from orchestration.proctoring_runs import deliver_results, run_recordings
from orchestration.sensors import FIRST_TAG, LAST_TAG, after_proctoring_sensors, recordings_sensor
from orchestration.settings import Settings
from orchestration.texts import LANGUAGES, texts_of
from proctoring_jobs.delivery import LOCK
from tests.support import proctoring
from tests.unit.orchestration.conftest import SECRETS, make_settings

ALL = ("S00", "S01", "S02", "S03")


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four sittings, the last one without its recording."""
    folder = proctoring.write_sittings(tmp_path_factory.mktemp("recordings"), len(ALL), seconds=6)
    for path in folder.iterdir():
        os.utime(path, (time.time() - 600,) * 2)
    return folder


@pytest.fixture
def settings(recordings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home whose recordings go through a detector without weights, in a process of its own."""
    monkeypatch.setattr(proctoring_runs, "PROGRAM", "tests.support.proctoring")
    given = proctoring.settings(tmp_path, workers="1", sitting_attempts="1")
    for name, value in {**given, "TEST_DETECTOR": "brightness_detector"}.items():
        monkeypatch.setenv(name, value)
    return make_settings(tmp_path / "home", REZERV_RECORDINGS_DIR=str(recordings))


def test_all_sittings_are_gone_through_once(settings: Settings) -> None:
    lines: list[str] = []
    first = run_recordings(settings, on_line=lines.append)
    assert (first.done, first.already_done, first.failed) == (ALL, (), ())
    assert first.inconclusive == ("S03",)
    assert first.is_whole and first.exit_code == 0
    assert first.rate is not None and first.rate > 0
    assert sum("signals" in line for line in lines) == len(ALL)
    second = run_recordings(settings, on_line=lines.append)
    assert (second.done, second.already_done, second.inconclusive) == ((), ALL, ("S03",))
    assert second.rate is None
    again = run_recordings(settings, ["S01"], is_again=True, on_line=lines.append)
    assert (again.done, again.already_done) == (("S01",), ())
    assert [path.name for path in (settings.proctoring_dir / ".run").iterdir()] == ["journal.jsonl"]


def test_a_sitting_that_fails_stops_no_other(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_DETECTOR", "broken_detector")
    run = run_recordings(settings, [*ALL, "S99"], on_line=lambda _: None)
    assert (run.done, run.failed, run.absent) == (("S03",), ALL[:3], ("S99",))
    assert not run.is_whole and run.exit_code == 1


def test_refused_weights_are_no_result(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROCTORING_WEIGHTS_SHA256", "0" * 64)
    lines: list[str] = []
    run = run_recordings(settings, on_line=lines.append)
    assert (run.done, run.failed, run.exit_code) == ((), ALL, 2)
    assert any("refused" in line for line in lines)


def test_no_folder_is_told_and_no_manifest_starts_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = make_settings(tmp_path / "home")
    with pytest.raises(UserError, match="REZERV_RECORDINGS_DIR"):
        run_recordings(settings)
    settings.recordings_dir.mkdir()
    (settings.recordings_dir / "notes.json").write_text("[]")
    monkeypatch.setattr(proctoring_runs, "_run", lambda *_: pytest.fail("a process was started"))
    run = run_recordings(settings, ["S1"])
    assert run.absent == ("S1",) and not run.is_whole
    assert len(run.problems) == 1 and "notes.json" in run.problems[0]


def test_who_interrupts_leaves_no_process_behind(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Watched(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            started.append(self)

    def interrupt(line: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "Popen", Watched)
    with pytest.raises(KeyboardInterrupt):
        run_recordings(settings, on_line=interrupt)
    assert [process.poll() is None for process in started] == [False]


def test_a_delivery_lies_in_a_new_folder_of_the_landing_folder(settings: Settings) -> None:
    assert deliver_results(settings).count_sittings == 0
    assert list(settings.landing_dir.iterdir()) == []
    run_recordings(settings, on_line=lambda _: None)
    made = deliver_results(settings)
    assert made.count_sittings == len(ALL)
    waiting = known_files(settings.landing_dir)
    assert [file.feed for file in waiting] == ["proctoring__coverage", "proctoring__signals"]
    assert all(file.received_at is not None for file in waiting)
    assert made.coverage is not None
    assert pq.read_table(made.coverage)["sitting_id"].to_pylist() == list(ALL)
    assert deliver_results(settings).count_sittings == 0
    assert len(list(settings.landing_dir.iterdir())) == 1


def test_what_fails_in_proctoring_is_told_in_the_language(settings: Settings) -> None:
    (settings.proctoring_dir / LOCK).mkdir(parents=True)
    with pytest.raises(OrchestrationError, match="Proctoring: ") as caught:
        deliver_results(make_settings(settings.home, REZERV_LANGUAGE="kk"))
    assert "Сақтау орны істен шықты" in caught.value.message("kk")


# -- Dagster


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def materialize(
    settings: Settings, instance: dg.DagsterInstance, request: dg.RunRequest
) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        [proctoring_assets()[0]],
        instance=instance,
        resources={"settings": settings},
        partition_key=request.partition_key,
        tags=request.tags,
        raise_on_error=False,
    )


def evaluate(settings: Settings, instance: dg.DagsterInstance) -> dg.SensorResult | dg.SkipReason:
    job = dg.define_asset_job(PROCTORING_JOB, selection=[SITTINGS_KEY])
    sensor = recordings_sensor({PROCTORING_JOB: job})
    context = dg.build_sensor_context(instance=instance, resources={"settings": settings})
    result = sensor(context)
    assert isinstance(result, dg.SensorResult | dg.SkipReason)
    return result


def asked(settings: Settings, instance: dg.DagsterInstance) -> dg.RunRequest:
    """What the sensor asks for, with the partitions added as the daemon adds them."""
    result = evaluate(settings, instance)
    assert isinstance(result, dg.SensorResult)
    for addition in result.dynamic_partitions_requests or ():
        instance.add_dynamic_partitions(addition.partitions_def_name, list(addition.partition_keys))
    (request,) = result.run_requests or ()
    return request


def test_one_run_takes_all_new_sittings(settings: Settings, instance: dg.DagsterInstance) -> None:
    instance.add_dynamic_partitions(str(SITTINGS.name), ["S02"])
    request = asked(settings, instance)
    assert (request.tags[FIRST_TAG], request.tags[LAST_TAG]) == ("S00", "S03")
    done = materialize(settings, instance, request)
    assert done.success
    assert instance.get_materialized_partitions(SITTINGS_KEY) == {"S00", "S01", "S03"}
    (event, *_) = done.asset_materializations_for_node("proctoring__sittings")
    found = {name: value.value for name, value in event.metadata.items()}
    assert found["count_done"] == 3 and found["count_inconclusive"] == 1 and found["count_failed"] == 0
    assert found["video_hours_per_core_hour"] > 0
    assert isinstance(evaluate(settings, instance), dg.SkipReason)


def test_a_run_with_a_failing_sitting_fails_and_keeps_the_others(
    settings: Settings, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_DETECTOR", "broken_detector")
    done = materialize(settings, instance, asked(settings, instance))
    assert not done.success
    assert instance.get_materialized_partitions(SITTINGS_KEY) == {"S03"}
    failure = done.failure_data_for_node("proctoring__sittings")
    assert failure is not None and failure.user_failure_data is not None
    found = {name: value.value for name, value in failure.user_failure_data.metadata.items()}
    assert (found["count_done"], found["count_failed"], found["failed"]) == (1, 3, "S00, S01, S02")


def test_a_sitting_waits_until_its_files_have_settled(tmp_path: Path, instance: dg.DagsterInstance) -> None:
    settings = make_settings(tmp_path / "home")
    assert isinstance(evaluate(settings, instance), dg.SkipReason), "there is no folder"
    folder = proctoring.write_sittings(tmp_path, 4, seconds=1)
    settings = make_settings(tmp_path / "home", REZERV_RECORDINGS_DIR=str(folder))
    assert isinstance(evaluate(settings, instance), dg.SkipReason), "just written"
    for path in folder.glob("*.json"):
        os.utime(path, (time.time() - 600,) * 2)
    assert asked(settings, instance).partition_key == "S03", "which has no recording to wait for"
    for path in folder.iterdir():
        os.utime(path, (time.time() - 600,) * 2)
    request = asked(settings, instance)
    assert (request.tags[FIRST_TAG], request.tags[LAST_TAG]) == ("S00", "S02")


def test_a_delivery_follows_a_run_however_it_ended() -> None:
    jobs = {
        PROCTORING_JOB: dg.define_asset_job(PROCTORING_JOB, selection=[SITTINGS_KEY]),
        PROCTORING_DELIVERY_JOB: dg.define_asset_job(PROCTORING_DELIVERY_JOB, selection=[DELIVERY_KEY]),
    }
    sensors = after_proctoring_sensors(jobs)
    assert len(sensors) == 3
    for sensor in sensors:
        assert sensor.default_status == dg.DefaultSensorStatus.RUNNING
        assert [target.job_name for target in sensor.targets] == [PROCTORING_DELIVERY_JOB]


def test_the_delivery_asset_shows_what_it_delivered(settings: Settings, instance: dg.DagsterInstance) -> None:
    run_recordings(settings, on_line=lambda _: None)

    def delivered() -> dict[str, Any]:
        done = dg.materialize(
            proctoring_assets(),
            selection=[DELIVERY_KEY],
            instance=instance,
            resources={"settings": settings},
            raise_on_error=False,
        )
        assert done.success
        (event,) = done.asset_materializations_for_node("proctoring__delivery")
        return {name: value.value for name, value in event.metadata.items()}

    assert delivered()["count_sittings"] == len(ALL)
    assert delivered()["count_sittings"] == 0


# -- the console command


@pytest.fixture
def home(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The environment of that home."""
    monkeypatch.delenv("REZERV_LANGUAGE", raising=False)
    given = {"REZERV_HOME": settings.home, "REZERV_RECORDINGS_DIR": settings.recordings_dir, **SECRETS}
    for name, value in given.items():
        monkeypatch.setenv(name, str(value))
    return settings


def test_the_command_runs_and_delivers(home: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    assert command(["proctoring", "run"]) == 0
    said = capfd.readouterr().out
    assert "S03: INCONCLUSIVE" in said, "what the process says"
    assert "Sittings done: 4; done before: 0; inconclusive: 1; not done: 0." in said
    assert command(["proctoring", "deliver"]) == 0
    assert "sittings – 4" in capfd.readouterr().out
    for language in LANGUAGES:
        assert command(["proctoring", "deliver", "--lang", language]) == 0
        assert capfd.readouterr().out.strip() == texts_of(language)("proctoring.delivery_nothing_new")
    assert command(["proctoring", "run", "--again"]) == 0
    assert "Sittings done: 4; done before: 0" in capfd.readouterr().out


def test_the_command_says_what_is_not_done(
    home: Settings, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_DETECTOR", "broken_detector")
    assert command(["proctoring", "run"]) == 1
    shown = capfd.readouterr()
    assert "not done: 3" in shown.out and "S00: not done" in shown.err
    monkeypatch.setenv("PROCTORING_WEIGHTS_SHA256", "0" * 64)
    assert command(["proctoring", "run"]) == 2
    monkeypatch.setenv("REZERV_RECORDINGS_DIR", str(home.home / "none"))
    assert command(["proctoring", "run"]) == 2
    assert "REZERV_RECORDINGS_DIR" in capfd.readouterr().err


def test_a_file_that_is_no_manifest_is_told(
    home: Settings, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = home.home / "recordings"
    folder.mkdir()
    (folder / "a.json").write_text("{")
    monkeypatch.setenv("REZERV_RECORDINGS_DIR", str(folder))
    assert command(["proctoring", "run"]) == 1
    said = capfd.readouterr().out
    assert "No manifest" in said and "a.json" in said
    assert "no manifest of a sitting" in said


def test_a_result_that_cannot_be_delivered_is_told(home: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    home.proctoring_dir.mkdir()
    (home.proctoring_dir / "proctoring__signals__S1.parquet").write_bytes(b"none")
    assert command(["proctoring", "deliver"]) == 1
    assert "S1: not delivered" in capfd.readouterr().out
