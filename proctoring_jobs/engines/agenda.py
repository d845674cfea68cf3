"""What is still to be done, and what is to be tried again.

Belongs here: the order of tasks, attempts and waits, the same for every engine; no process, no clock but the
one it is given. Does not belong here: how a failure is noticed (the engines).
"""

from __future__ import annotations

import heapq
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import count

from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.worker import Failure, FailureKind, SittingOutcome, SittingTask

logger = logging.getLogger(__name__)

TRIED_AGAIN = frozenset({FailureKind.STORAGE, FailureKind.WORKER})


class Agenda:
    """New tasks in their order, after those whose wait for another attempt is over."""

    def __init__(
        self,
        tasks: Iterable[SittingTask],
        config: ProctoringConfig,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._new = iter(tasks)
        self._config = config
        self._clock = clock
        self._waiting: list[tuple[float, int, SittingTask]] = []
        self._number = count()

    def next_task(self) -> SittingTask | None:
        """A task to begin now; `None` while there is none, or none any more."""
        if self._waiting and self._waiting[0][0] <= self._clock():
            return heapq.heappop(self._waiting)[2]
        return next(self._new, None)

    def wait_seconds(self) -> float | None:
        """How long until a task that waits may begin, 0 or more; `None` if none waits."""
        return max(0.0, self._waiting[0][0] - self._clock()) if self._waiting else None

    def settle(self, task: SittingTask, outcome: SittingOutcome) -> SittingOutcome | None:
        """The outcome if it is final; `None` if the task is to be tried again, which is noted."""
        failure = outcome.failure
        if failure is None or failure.kind not in TRIED_AGAIN:
            return outcome
        logger.warning(
            "sitting %s, attempt %s of %s: %s %s",
            task.manifest.sitting_id,
            task.attempt,
            self._config.sitting_attempts,
            failure.message_key,
            failure.params,
        )
        if task.attempt >= self._config.sitting_attempts:
            return outcome
        wait = float(self._config.retry_wait_seconds) * 2 ** (task.attempt - 1)
        entry = (self._clock() + wait, next(self._number), replace(task, attempt=task.attempt + 1))
        heapq.heappush(self._waiting, entry)
        return None


def died(task: SittingTask, detail: str) -> SittingOutcome:
    """The outcome of a task whose process died; `detail` is what is known of it, no text of a recording."""
    params = {"attempts": str(task.attempt), "detail": detail}
    return _failed(task, Failure(FailureKind.WORKER, "worker_died", params))


def took_too_long(task: SittingTask) -> SittingOutcome:
    """The outcome of a task that was ended at the limit. It is not tried again: it would take as long."""
    params = {"limit": str(task.config.sitting_limit_seconds)}
    return _failed(task, Failure(FailureKind.SITTING, "sitting_too_long", params))


def _failed(task: SittingTask, failure: Failure) -> SittingOutcome:
    return SittingOutcome(task.manifest.sitting_id, failure=failure, attempt=task.attempt)
