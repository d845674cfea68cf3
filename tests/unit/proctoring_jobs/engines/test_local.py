from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import psutil
import pytest

from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.engines import engine_of
from proctoring_jobs.engines.local import LocalEngine
from proctoring_jobs.errors import ConfigInvalidError
from proctoring_jobs.manifest import SittingManifest, read_manifest
from proctoring_jobs.worker import FailureKind, SittingOutcome, SittingTask
from tests.support.proctoring import HERE, results, write_sittings

CONFIG = ProctoringConfig(
    batch_size=4, sound="if_there", workers=2, retry_wait_seconds=Decimal(0), sitting_attempts=2
)


@pytest.fixture(scope="module")
def manifests(tmp_path_factory: pytest.TempPathFactory) -> list[SittingManifest]:
    """S00 and S02 show a second person, S01 an empty chair, S03 has no recording."""
    folder = write_sittings(tmp_path_factory.mktemp("sittings"), 4)
    return [read_manifest(path) for path in sorted(folder.glob("*.json"))]


def outcomes(manifests: Sequence[SittingManifest], out: Path, detector: str) -> dict[str, SittingOutcome]:
    tasks = [SittingTask(each, CONFIG, out, detector_factory=f"{HERE}:{detector}") for each in manifests]
    with closing(LocalEngine(CONFIG).run(tasks)) as found:
        listed = list(found)
    assert len({outcome.sitting_id for outcome in listed}) == len(listed)
    return {outcome.sitting_id: outcome for outcome in listed}


def test_a_sitting_whose_process_dies_is_tried_again_and_takes_no_other_with_it(
    manifests: list[SittingManifest], tmp_path: Path
) -> None:
    found = outcomes(manifests, tmp_path, "deadly_detector")
    assert {name for name, outcome in found.items() if outcome.report} == {"S01", "S03"}
    for name in ("S00", "S02"):
        failure = found[name].failure
        assert failure is not None
        assert (failure.kind, failure.message_key) == (FailureKind.WORKER, "worker_died")
        assert failure.params == {"attempts": "2", "detail": "exit -9"}
    assert len(results(tmp_path)) == 2


def test_a_stuck_sitting_is_ended_at_the_limit(manifests: list[SittingManifest], tmp_path: Path) -> None:
    one = replace(CONFIG, workers=1)
    quick = replace(one, sitting_limit_seconds=2)
    # the first one begins the process, which may take its time
    tasks = [
        SittingTask(manifest, config, tmp_path, detector_factory=f"{HERE}:stuck_detector")
        for manifest, config in ((manifests[3], one), (manifests[2], quick), (manifests[3], one))
    ]
    with closing(LocalEngine(one).run(tasks)) as found:
        first, stuck, last = found
    assert stuck.failure is not None
    assert (stuck.failure.message_key, stuck.failure.params) == ("sitting_too_long", {"limit": "2"})
    assert (first.is_already_done, last.is_already_done) == (False, True)


def test_closing_ends_everything_that_is_at_work(manifests: list[SittingManifest], tmp_path: Path) -> None:
    tasks = [
        SittingTask(each, CONFIG, tmp_path, detector_factory=f"{HERE}:stuck_detector") for each in manifests
    ]
    running = LocalEngine(CONFIG).run([tasks[3], *tasks[:3]])
    assert next(running).sitting_id == "S03"
    workers = [child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())]
    assert workers
    running.close()
    assert [worker for worker in workers if worker.is_running()] == []


def test_the_setting_chooses_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    import proctoring_jobs.engines.ray as ray_engine

    assert isinstance(engine_of(ProctoringConfig()), LocalEngine)
    assert LocalEngine(ProctoringConfig()).workers >= 1
    assert isinstance(engine_of(ProctoringConfig(engine="ray")), ray_engine.RayEngine)
    monkeypatch.setattr(ray_engine.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigInvalidError, match="ray_absent"):
        engine_of(ProctoringConfig(engine="ray"))
