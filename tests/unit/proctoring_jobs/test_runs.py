from __future__ import annotations

import os
import signal
from collections.abc import Generator, Iterable
from decimal import Decimal
from pathlib import Path

import pytest

import proctoring_jobs.runs
from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.errors import ProctoringError
from proctoring_jobs.manifest import SittingManifest
from proctoring_jobs.runs import Tally, run_sittings
from proctoring_jobs.session import SittingReport
from proctoring_jobs.worker import Failure, FailureKind, SittingOutcome, SittingTask

MANIFESTS = [SittingManifest(name, Decimal(60), ()) for name in "ABC"]


def failed(kind: FailureKind, key: str = "storage_failed") -> SittingOutcome:
    params = {"file": "x", "detail": "full", "lacking": "book"}
    return SittingOutcome("A", failure=Failure(kind, key, params))


def done(task: SittingTask) -> SittingOutcome:
    name, nothing = task.manifest.sitting_id, Decimal(0)
    return SittingOutcome(name, SittingReport(name, Path(name), Decimal(60), nothing, nothing, 60, 0, {}, ()))


class FakeEngine:
    """Gives outcomes without doing anything; tells whether it was closed, and sends signals on the way."""

    def __init__(self, outcome: object = done, signals: Iterable[int] = ()) -> None:
        self.outcome = outcome
        self.signals = signals
        self.is_closed = False
        self.tasks: list[SittingTask] = []

    def run(self, tasks: Iterable[SittingTask]) -> Generator[SittingOutcome]:
        try:
            for task in tasks:
                self.tasks.append(task)
                yield self.outcome(task) if callable(self.outcome) else self.outcome
                for number in self.signals:
                    os.kill(os.getpid(), number)
        finally:
            self.is_closed = True


def run(engine: FakeEngine, out: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(proctoring_jobs.runs, "engine_of", lambda config: engine)
    return run_sittings(MANIFESTS, ProctoringConfig(), out, "en", log_level=30)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_engine_and_keeps_what_is_done(
    number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = FakeEngine(signals=[number])
    before = signal.getsignal(number)
    assert run(engine, tmp_path, monkeypatch) == 128 + number
    assert engine.is_closed
    assert "1 of 3 sittings are done" in capsys.readouterr().err
    assert signal.getsignal(number) == before


def test_a_signal_waits_until_a_sitting_is_noted_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = proctoring_jobs.runs.Journal.note

    def note(journal: proctoring_jobs.runs.Journal, outcome: SittingOutcome) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)
        real(journal, outcome)

    monkeypatch.setattr(proctoring_jobs.runs.Journal, "note", note)
    assert run(FakeEngine(), tmp_path, monkeypatch) in (128 + signal.SIGTERM, 128 + signal.SIGINT)
    told = capsys.readouterr()
    assert told.out.count("A: 0 signals") == 1
    assert "1 of 3 sittings are done" in told.err
    assert (tmp_path / ".run" / "journal.jsonl").read_text().count("\n") == 1


def test_refused_weights_end_the_run_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = FakeEngine(failed(FailureKind.REFUSED, "weights_classes"))
    with pytest.raises(ProctoringError, match="weights_classes"):
        run(engine, tmp_path, monkeypatch)
    assert engine.is_closed
    assert len(engine.tasks) == 1
    assert not (tmp_path / ".run").exists()


def test_tasks_mean_the_same_in_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    engine = FakeEngine()
    assert run(engine, Path("out"), monkeypatch) == 0
    assert {task.out_dir for task in engine.tasks} == {tmp_path / "out"}
    assert [task.manifest.sitting_id for task in engine.tasks] == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("kinds", "code"),
    [
        ([], 0),
        ([FailureKind.WORKER], 1),
        ([FailureKind.SITTING], 1),
        ([FailureKind.STORAGE], 75),
        ([FailureKind.WORKER, FailureKind.STORAGE], 75),
    ],
)
def test_the_exit_code_says_whether_another_run_may_help(kinds: list[FailureKind], code: int) -> None:
    tally = Tally(3)
    for kind in kinds:
        tally.note(failed(kind))
    assert tally.exit_code == code
