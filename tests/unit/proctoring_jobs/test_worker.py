from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

import proctoring_jobs.session
from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.errors import WeightsRefusedError
from proctoring_jobs.manifest import RecordingFile, SittingManifest
from proctoring_jobs.texts import text
from proctoring_jobs.worker import FailureKind, SittingTask, do_sitting
from tests.support.proctoring import HERE, results
from tests.unit.proctoring_jobs.videos import ALONE, EMPTY, steady, write_video

CONFIG = ProctoringConfig(batch_size=4, sound="if_there")


@pytest.fixture
def task(tmp_path: Path) -> SittingTask:
    video = write_video(tmp_path / "a.webm", steady([(ALONE, 4), (EMPTY, 5)]))
    manifest = SittingManifest("S1", Decimal(9), (RecordingFile(video),))
    factory = f"{HERE}:brightness_detector"
    return SittingTask(manifest, CONFIG, tmp_path / "out", detector_factory=factory)


def test_a_task_and_its_outcome_survive_the_way_to_another_process(task: SittingTask) -> None:
    outcome = do_sitting(pickle.loads(pickle.dumps(task)))
    assert pickle.loads(pickle.dumps(outcome)) == outcome
    assert outcome.report is not None
    assert outcome.report.count_by_type == {"absence": 1}
    assert (outcome.failure, outcome.is_already_done) == (None, False)
    assert outcome.core_seconds > 0
    assert outcome.taken_seconds > 0


def test_a_sitting_is_done_once_and_again_on_request(
    task: SittingTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = do_sitting(task)
    before = results(task.out_dir)
    path = next(task.out_dir.glob("*.parquet"))
    written = path.stat().st_mtime_ns
    second = do_sitting(task)
    assert (second.is_already_done, second.report, second.core_seconds) == (True, first.report, 0)
    assert path.stat().st_mtime_ns == written
    third = do_sitting(replace(task, is_again=True))
    assert not third.is_already_done
    assert path.stat().st_mtime_ns > written
    assert results(task.out_dir) == before


def test_failing_storage_is_an_outcome_that_can_be_told(task: SittingTask) -> None:
    task.out_dir.touch()  # a file where the folder should be
    failure = do_sitting(task).failure
    assert failure is not None
    assert failure.kind is FailureKind.STORAGE
    assert "Storage failed" in text("en", failure.message_key, **failure.params)


@pytest.mark.parametrize(
    ("error", "kind", "key"),
    [
        (WeightsRefusedError("weights_absent", file="w.onnx"), FailureKind.REFUSED, "weights_absent"),
        (MemoryError(), FailureKind.WORKER, "sitting_crashed"),
        (ZeroDivisionError("S1 is secret"), FailureKind.SITTING, "sitting_crashed"),
    ],
)
def test_other_failures_are_outcomes_too(
    task: SittingTask, monkeypatch: pytest.MonkeyPatch, error: Exception, kind: FailureKind, key: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(proctoring_jobs.session, "run_sitting", fail)
    failure = do_sitting(task).failure
    assert failure is not None
    assert (failure.kind, failure.message_key) == (kind, key)
    assert "secret" not in text("en", key, **failure.params)


def test_a_process_of_an_engine_has_one_thread_for_each_library() -> None:
    code = (
        "import logging, os\n"
        "from proctoring_jobs.worker import prepare_process\n"
        "prepare_process(logging.WARNING)\n"
        "import onnxruntime\n"
        "from proctoring_jobs.registry import registered\n"
        "session = onnxruntime.InferenceSession(str(registered('demo-yolo26').path))\n"
        "options = session.get_session_options()\n"
        "print(os.environ['OMP_NUM_THREADS'], options.intra_op_num_threads, options.inter_op_num_threads)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "1", "1"]
