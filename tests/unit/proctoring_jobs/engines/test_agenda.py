from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.engines.agenda import Agenda, died, took_too_long
from proctoring_jobs.manifest import SittingManifest
from proctoring_jobs.worker import Failure, FailureKind, SittingOutcome, SittingTask

CONFIG = ProctoringConfig(sitting_attempts=3, retry_wait_seconds=Decimal(5))


class Clock:
    """A clock that is set by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def task(name: str) -> SittingTask:
    return SittingTask(SittingManifest(name, None, ()), CONFIG, Path("out"))


def failed(one: SittingTask, kind: FailureKind) -> SittingOutcome:
    return SittingOutcome(one.manifest.sitting_id, failure=Failure(kind, "storage_failed", {}))


def test_tasks_are_taken_one_by_one_and_only_when_asked_for() -> None:
    taken = []

    def tasks():
        for name in "AB":
            taken.append(name)
            yield task(name)

    agenda = Agenda(tasks(), CONFIG)
    first = agenda.next_task()
    assert first is not None
    assert (first.manifest.sitting_id, taken) == ("A", ["A"])
    assert agenda.next_task() is not None
    assert (agenda.next_task(), agenda.wait_seconds()) == (None, None)


@pytest.mark.parametrize("kind", [FailureKind.STORAGE, FailureKind.WORKER])
def test_each_wait_is_twice_the_one_before_and_the_last_attempt_is_final(kind: FailureKind) -> None:
    clock = Clock()
    agenda = Agenda([task("A")], CONFIG, clock)
    one = agenda.next_task()
    for attempt, wait in ((1, 5), (2, 10)):
        assert one is not None
        assert one.attempt == attempt
        assert agenda.settle(one, failed(one, kind)) is None
        assert agenda.wait_seconds() == wait
        assert agenda.next_task() is None
        clock.now += wait
        assert agenda.wait_seconds() == 0
        one = agenda.next_task()
    assert one is not None
    assert one.attempt == 3
    final = agenda.settle(one, failed(one, kind))
    assert final is not None
    assert final.failure is not None
    assert (agenda.next_task(), agenda.wait_seconds()) == (None, None)


def test_what_waits_goes_before_what_is_new_once_its_time_has_come() -> None:
    clock = Clock()
    agenda = Agenda([task("A"), task("B"), task("C")], CONFIG, clock)
    first = agenda.next_task()
    assert first is not None
    agenda.settle(first, failed(first, FailureKind.WORKER))
    order = []
    for _ in range(3):
        one = agenda.next_task()
        assert one is not None
        order.append(one.manifest.sitting_id)
        clock.now += 5
    assert order == ["B", "A", "C"]


@pytest.mark.parametrize("kind", [FailureKind.SITTING, FailureKind.REFUSED])
def test_what_would_fail_again_is_not_tried_again(kind: FailureKind) -> None:
    agenda = Agenda([task("A")], CONFIG)
    one = agenda.next_task()
    assert one is not None
    outcome = failed(one, kind)
    assert agenda.settle(one, outcome) is outcome
    assert agenda.wait_seconds() is None


def test_what_became_of_the_process_is_said() -> None:
    last = replace(task("A"), attempt=3)
    dead, stuck = died(last, "exit -9").failure, took_too_long(last).failure
    assert dead is not None
    assert stuck is not None
    assert (dead.kind, dead.params) == (FailureKind.WORKER, {"attempts": "3", "detail": "exit -9"})
    assert (stuck.kind, stuck.params) == (FailureKind.SITTING, {"limit": "3600"})
