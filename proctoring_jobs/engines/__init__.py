"""Where sittings run: engines behind one interface, chosen by the setting `engine`.

Belongs here: the interface and the choice. Does not belong here: how one sitting is done (`worker.py`), what
is told about it (`runs.py`). An engine decides where and when, never what: all of them give the same bytes.

`local` runs on the cores of this machine, `ray` on those of a cluster. Both hold one sitting per worker at
once, keep no queue beside, and try again what died (`agenda.py`).
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Protocol

from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.worker import SittingOutcome, SittingTask


class Engine(Protocol):
    """Does sittings in processes of its own."""

    def run(self, tasks: Iterable[SittingTask]) -> Generator[SittingOutcome]:
        """The outcome of each task, once, as it comes; tasks are taken one by one, when there is room.

        A process that dies fails its own sitting only, which is tried again a bounded number of times. Close
        the iterator to end everything that is at work. Raises `ConfigInvalidError` where the engine itself is
        not to be had.
        """
        ...


def engine_of(config: ProctoringConfig) -> Engine:
    """The engine that the configuration names; raises `ConfigInvalidError` if it is not installed."""
    if config.engine == "ray":
        from proctoring_jobs.engines.ray import RayEngine

        return RayEngine(config)
    from proctoring_jobs.engines.local import LocalEngine

    return LocalEngine(config)
