"""The engine on a Ray cluster: one task without state per sitting, on any node that has a core free.

Belongs here: everything that knows Ray; the only importer of it, and only when chosen. Does not belong here:
attempts (`agenda.py`): they are counted here and not by Ray, so that both engines mean the same by them.

Recordings, weights and the folder of the results must lie under the same paths on every node: the driver
sends descriptions of sittings, never pictures. Tasks instead of actors, because a lost node took a pool of
actors with it and no stateless task (docs/decisions/0020).
"""

from __future__ import annotations

import importlib.util
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Generator, Iterable
from typing import Any

from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.engines.agenda import Agenda, died, took_too_long
from proctoring_jobs.errors import ConfigInvalidError
from proctoring_jobs.worker import SittingOutcome, SittingTask, do_sitting, prepare_process

logger = logging.getLogger(__name__)

#: How long to wait for an outcome before the size of the cluster is asked for again, in seconds.
LOOK_SECONDS = 1.0

#: How long the head of a cluster may take to answer at all, in seconds.
KNOCK_SECONDS = 10.0

Flights = dict[Any, tuple[SittingTask, float]]


class RayEngine:
    """Runs one sitting per core of the cluster at once, at most `workers` where that is set."""

    def __init__(self, config: ProctoringConfig) -> None:
        if importlib.util.find_spec("ray") is None:
            raise ConfigInvalidError("ray_absent")
        self._config = config
        self._unit = "GPU" if config.device.startswith("cuda") else "CPU"

    def run(self, tasks: Iterable[SittingTask]) -> Generator[SittingOutcome]:
        """See `Engine.run`."""
        ray = _connected(self._config.ray_address)
        needs = {"num_cpus": 1, "num_gpus": 1 if self._unit == "GPU" else 0, "max_retries": 0}
        begin = ray.remote(**needs)(do_within_limit).remote
        agenda = Agenda(tasks, self._config)
        flights: Flights = {}
        try:
            while True:
                slots = self._slots(ray)
                while len(flights) < slots and (task := agenda.next_task()) is not None:
                    flights[begin(task)] = (task, time.monotonic())
                pause = agenda.wait_seconds()
                if not flights and pause is None:
                    return
                is_full = len(flights) >= slots  # then nothing can begin before something ends
                for flight in _landed(ray, flights, None if is_full else pause):
                    task, since = flights.pop(flight)
                    outcome = agenda.settle(task, _outcome(ray, flight, task, since))
                    if outcome is not None:
                        yield outcome
        finally:
            for flight in flights:
                ray.cancel(flight, force=True)
            ray.shutdown()

    def _slots(self, ray: Any) -> int:
        """How many sittings may be at work: nodes come and go. At least one, which then waits for a node."""
        cores = int(ray.cluster_resources().get(self._unit, 0))
        return max(1, min(cores, self._config.workers or cores))


def do_within_limit(task: SittingTask) -> SittingOutcome:
    """Do one sitting in a process of Ray's, which the system ends at the limit, whatever it is stuck in."""
    prepare_process(task.log_level)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, task.config.sitting_limit_seconds)
    try:
        return do_sitting(task)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _connected(address: str) -> Any:
    """Ray, connected to the cluster; raises `ConfigInvalidError` where there is none."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is sent home
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    import ray

    local = {"include_dashboard": False} if address == "local" else {}
    stops = signal.getsignal(signal.SIGTERM)
    try:
        _knock(address)
        ray.init(address, logging_level=logging.WARNING, namespace="proctoring", **local)
    except (OSError, ValueError, RuntimeError) as error:
        logger.info("no Ray cluster at %s", address, exc_info=True)
        raise ConfigInvalidError("ray_unreachable", address=address, detail=type(error).__name__) from error
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, stops)  # Ray puts one of its own there, which leaves with a trace
    return ray


def _knock(address: str) -> None:
    """Raise `OSError` if nobody listens at an address with a port: Ray would ask there for many minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host, int(port)), timeout=KNOCK_SECONDS).close()


def _landed(ray: Any, flights: Flights, pause: float | None) -> list[Any]:
    """The tasks that ended, at the latest after `pause` seconds."""
    longest = LOOK_SECONDS if pause is None else min(pause, LOOK_SECONDS)
    if not flights:
        time.sleep(longest)
        return []
    ended, _ = ray.wait(list(flights), num_returns=1, timeout=longest)
    return list(ended)


def _outcome(ray: Any, flight: Any, task: SittingTask, since: float) -> SittingOutcome:
    """What became of a task, if need be of the process or the node that had it.

    Ray does not say that a process was ended by its own alarm: one that died after the limit was.
    """
    try:
        outcome: SittingOutcome = ray.get(flight)
    except ray.exceptions.RayError as error:
        logger.info("sitting %s: %s", task.manifest.sitting_id, error)
        if time.monotonic() - since >= task.config.sitting_limit_seconds:
            return took_too_long(task)
        return died(task, type(error).__name__)
    return outcome
