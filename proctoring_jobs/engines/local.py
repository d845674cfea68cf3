"""The engine on the cores of this machine: a pool of processes, each with its detector loaded once.

Belongs here: everything that knows the pool's library, Pebble. Does not belong here: attempts (`agenda.py`).

Processes are begun afresh (`spawn`), never forked: the libraries they load have threads. Pebble was chosen
because a process that dies fails its own task and no other, and because a task can be given a time limit
(docs/decisions/0020).
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import threading
import time
from collections.abc import Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection
from typing import TYPE_CHECKING

from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.engines.agenda import Agenda, died, took_too_long
from proctoring_jobs.worker import SittingOutcome, SittingTask, do_sitting, prepare_process

if TYPE_CHECKING:
    from pebble import ProcessPool

logger = logging.getLogger(__name__)

Flights = dict[Future[SittingOutcome], SittingTask]


class LocalEngine:
    """Runs `workers` sittings at once, by default one per core that this process may use."""

    def __init__(self, config: ProctoringConfig) -> None:
        self._config = config
        self.workers = config.workers or _cores()

    def run(self, tasks: Iterable[SittingTask]) -> Generator[SittingOutcome]:
        """See `Engine.run`."""
        agenda = Agenda(tasks, self._config)
        flights: Flights = {}
        pool = _Pool(self.workers)
        try:
            while True:
                while len(flights) < self.workers and (task := agenda.next_task()) is not None:
                    flights[pool.schedule(task)] = task
                pause = agenda.wait_seconds()
                if not flights and pause is None:
                    return
                is_full = len(flights) >= self.workers  # then nothing can begin before something ends
                for future in _landed(flights, None if is_full else pause):
                    task = flights.pop(future)
                    outcome = agenda.settle(task, pool.outcome(future, task))
                    if outcome is not None:
                        yield outcome
        finally:
            pool.stop()


def _cores() -> int:
    """How many cores this process may use; some systems only know how many there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Pool:
    """Pebble's pool, replaced when it breaks: it does so when a process dies that has no task yet."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool: ProcessPool | None = None

    def schedule(self, task: SittingTask) -> Future[SittingOutcome]:
        """Begin a task; nobody else waits in front of it, so that its limit counts from here."""
        if self._pool is not None and not self._pool.active:
            self.stop()
        if self._pool is None:
            self._pool = _new_pool(self._workers, task.log_level)
        return self._pool.schedule(do_sitting, args=[task], timeout=task.config.sitting_limit_seconds)

    def outcome(self, future: Future[SittingOutcome], task: SittingTask) -> SittingOutcome:
        """What became of a task, if need be of the process that had it."""
        from pebble import ProcessExpired

        try:
            return future.result()
        except TimeoutError:
            return took_too_long(task)
        except ProcessExpired as error:
            return died(task, f"exit {error.exitcode}")
        except BrokenProcessPool as error:
            self.stop()
            return died(task, str(error) or type(error).__name__)

    def stop(self) -> None:
        """End all processes, whatever they do."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            pool.stop()
            pool.join()


def _new_pool(workers: int, log_level: int) -> ProcessPool:
    """Processes that have loaded nothing yet."""
    from pebble import ProcessPool

    context = multiprocessing.get_context("spawn")
    return ProcessPool(workers, initializer=_begin, initargs=(log_level,), context=context)


def _landed(flights: Flights, pause: float | None) -> Iterable[Future[SittingOutcome]]:
    """The tasks that ended, at the latest after `pause` seconds."""
    if not flights:
        time.sleep(pause or 0)
        return ()
    return wait(flights, timeout=pause, return_when=FIRST_COMPLETED).done


def _begin(log_level: int) -> None:
    """What each process does first. It ends with the process that began it, however that one ended."""
    prepare_process(log_level)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    """Leave at once when the parent is gone: an orphan would hold a core and write beside the next run."""
    connection.wait([sentinel])
    os._exit(1)
