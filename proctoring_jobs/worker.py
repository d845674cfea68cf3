"""One sitting in one process, wherever that process is: what an engine gives it and what it gives back.

Belongs here: the task, the outcome, and the one function between them; what a process needs before it works
(one thread, a detector that stays loaded). Does not belong here: which processes there are and what happens
when one dies (`engines/`), the steps of a sitting (`session.py`).

Nothing is raised to the engine: what goes wrong is part of the outcome, because exceptions lose their
parameters between processes.
"""

from __future__ import annotations

import logging
import os
import time
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.errors import (
    ConfigInvalidError,
    ProctoringError,
    RetryableProctoringError,
    WeightsRefusedError,
)
from proctoring_jobs.manifest import SittingManifest

if TYPE_CHECKING:
    from proctoring_jobs.detector import Detector
    from proctoring_jobs.session import SittingReport

logger = logging.getLogger(__name__)

#: What makes the detector of a configuration, as `module:function`. Tests put one here that needs no weights.
DETECTOR_FACTORY = "proctoring_jobs.detector:load_detector"

LOG_FORMAT = "%(asctime)s %(levelname)s %(message)s"

#: Libraries of numbers read these when they are imported. The cores are shared out between processes: more
#: threads than one each would only wait for each other.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


class FailureKind(StrEnum):
    """What a failure means for the rest of the run."""

    STORAGE = "storage"  #: the surroundings failed: tried again, then another run may succeed
    WORKER = "worker"  #: the process died: tried again, then somebody must look
    SITTING = "sitting"  #: this sitting cannot be done: not tried again, somebody must look
    REFUSED = "refused"  #: settings or weights are refused: no sitting can be done


@dataclass(frozen=True)
class Failure:
    """Why a sitting is not done: a text of the catalogue with what fills its placeholders."""

    kind: FailureKind
    message_key: str
    params: dict[str, str]


@dataclass(frozen=True)
class SittingTask:
    """One sitting to be done, with everything that is needed for it, ready to be sent to another process.

    `attempt` counts from 1. `is_again`: also where an earlier run has done it. `log_level`: of `logging`.
    """

    manifest: SittingManifest
    config: ProctoringConfig
    out_dir: Path
    is_again: bool = False
    attempt: int = 1
    detector_factory: str = DETECTOR_FACTORY
    log_level: int = logging.WARNING


@dataclass(frozen=True)
class SittingOutcome:
    """What became of a task: its report, or why there is none.

    `core_seconds` is the processor's time for the sitting, `taken_seconds` the clock's, both without loading
    the models; 0 where nothing was done.
    """

    sitting_id: str
    report: SittingReport | None = None
    failure: Failure | None = None
    is_already_done: bool = False
    attempt: int = 1
    core_seconds: float = 0.0
    taken_seconds: float = 0.0
    model_code: str = ""


def do_sitting(task: SittingTask) -> SittingOutcome:
    """Do one sitting in this process, or find that its result is there already.

    The check is made here and not where the run was started: only here is it known which models and
    libraries would do it. So a task that runs twice, because its process died after writing, does nothing
    the second time.
    """
    outcome = SittingOutcome(task.manifest.sitting_id, attempt=task.attempt)
    try:
        return _done_or_do(task, outcome)
    except (WeightsRefusedError, ConfigInvalidError) as error:
        return replace(outcome, failure=failure_of(error, FailureKind.REFUSED))
    except RetryableProctoringError as error:
        return replace(outcome, failure=failure_of(error, FailureKind.STORAGE))
    except ProctoringError as error:
        return replace(outcome, failure=failure_of(error, FailureKind.SITTING))
    except MemoryError as error:
        logger.exception("sitting %s: no memory left", outcome.sitting_id)
        return replace(outcome, failure=crash(error, FailureKind.WORKER))
    except Exception as error:
        # one sitting that meets a fault of the program must not take the others with it
        logger.exception("sitting %s failed", outcome.sitting_id)
        return replace(outcome, failure=crash(error, FailureKind.SITTING))


def failure_of(error: ProctoringError, kind: FailureKind) -> Failure:
    """An error of this package as part of an outcome."""
    return Failure(kind, error.message_key, {name: str(value) for name, value in error.params.items()})


def crash(error: BaseException, kind: FailureKind) -> Failure:
    """Any other error, by the name of its kind: its words may hold anything."""
    return Failure(kind, "sitting_crashed", {"detail": type(error).__name__})


@cache
def prepare_process(log_level: int) -> None:
    """One thread for each library, and a log like the caller's; once per process, before anything heavy."""
    os.environ.update(dict.fromkeys(THREADS, "1"))
    _limit_onnxruntime()
    logging.basicConfig(level=log_level, format=LOG_FORMAT)


def _done_or_do(task: SittingTask, outcome: SittingOutcome) -> SittingOutcome:
    """The outcome of an earlier run's result, or of the work."""
    from proctoring_jobs.done import done_report
    from proctoring_jobs.session import model_code, run_sitting, speech_code
    from proctoring_jobs.sound import SpeechModel

    config = task.config
    detector = _detector(task.detector_factory, config)
    code = model_code(detector, config)
    if not task.is_again:
        report = done_report(
            task.manifest,
            config,
            task.out_dir,
            model_code=code,
            speech_code=speech_code(SpeechModel()),
        )
        if report is not None:
            return replace(outcome, report=report, is_already_done=True, model_code=code)
    clock, processor = time.monotonic(), time.process_time()
    report = run_sitting(task.manifest, config, detector, task.out_dir)
    return replace(
        outcome,
        report=report,
        core_seconds=time.process_time() - processor,
        taken_seconds=time.monotonic() - clock,
        model_code=code,
    )


@cache
def _detector(factory: str, config: ProctoringConfig) -> Detector:
    """The detector of a configuration, loaded once per process; the weights' hash is part of the key."""
    module, _, name = factory.partition(":")
    detector: Detector = getattr(import_module(module), name)(config)
    return detector


def _limit_onnxruntime() -> None:
    """Give onnxruntime's sessions in this process one thread.

    It reads no variable of the environment, and Ultralytics opens its sessions with all cores of the machine.
    """
    import onnxruntime

    class OneThreadSession(onnxruntime.InferenceSession):
        """A session that computes in the thread that calls it."""

        def __init__(self, model: Any, sess_options: Any = None, *rest: Any, **named: Any) -> None:
            options = sess_options or onnxruntime.SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = 1
            super().__init__(model, options, *rest, **named)

    onnxruntime.InferenceSession = OneThreadSession
