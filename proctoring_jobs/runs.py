"""One run over many sittings: given to an engine, noted in the journal, told to who waits.

Belongs here: what is said about each sitting and the exit code. Does not belong here: where sittings run
(`engines/`), arguments (`__main__.py`).
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, TextIO

from proctoring_jobs import worker
from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.done import remove_leftovers
from proctoring_jobs.engines import engine_of
from proctoring_jobs.errors import ProctoringError
from proctoring_jobs.journal import Journal, video_seconds
from proctoring_jobs.manifest import SittingManifest
from proctoring_jobs.pace import Pace
from proctoring_jobs.progress import ProgressDisplay
from proctoring_jobs.texts import text
from proctoring_jobs.worker import FailureKind, SittingOutcome, SittingTask

if TYPE_CHECKING:
    from proctoring_jobs.session import SittingReport

EXIT_DONE = 0
EXIT_NOT_DONE = 1
EXIT_RETRY = 75  # EX_TEMPFAIL of sysexits.h
EXIT_SIGNAL = 128  # and the signal's number, as shells say it


@dataclass
class Tally:
    """What became of the sittings so far."""

    total: int
    done: int = 0
    already_done: int = 0
    inconclusive: int = 0
    failures: list[FailureKind] = field(default_factory=list)

    def note(self, outcome: SittingOutcome) -> None:
        """Count one sitting."""
        if outcome.failure is not None:
            self.failures.append(outcome.failure.kind)
        elif outcome.report is not None:
            self.done += 1
            self.already_done += outcome.is_already_done
            self.inconclusive += outcome.report.is_inconclusive

    @property
    def exit_code(self) -> int:
        """75 while another run may do what is not done, 1 where somebody must look, else 0."""
        if FailureKind.STORAGE in self.failures:
            return EXIT_RETRY
        return EXIT_NOT_DONE if self.failures else EXIT_DONE


def run_sittings(
    manifests: Sequence[SittingManifest],
    config: ProctoringConfig,
    out_dir: Path,
    language: str,
    *,
    is_again: bool = False,
    log_level: int,
) -> int:
    """Do the sittings that are not done yet and return the exit code; one that fails stops no other.

    Ended by a signal, it leaves what is done and says so. Raises `ProctoringError` where nothing can be done:
    settings or weights are refused, or the journal cannot be written.
    """
    tally, signals = Tally(len(manifests)), _Signals()
    ids = [manifest.sitting_id for manifest in manifests]
    remove_leftovers(out_dir, ids, config.sitting_limit_seconds)
    task = SittingTask(
        manifests[0],
        replace(config, weights=config.weights and config.weights.absolute()),
        out_dir.absolute(),
        is_again=is_again,
        detector_factory=worker.DETECTOR_FACTORY,
        log_level=log_level,
    )
    tasks = (replace(task, manifest=_from_anywhere(manifest)) for manifest in manifests)
    try:
        with signals.caught(), closing(engine_of(config).run(tasks)) as outcomes:
            _follow(outcomes, manifests, tally, Journal(out_dir, config), language, signals)
    except KeyboardInterrupt:
        if signals.number is None:
            raise
        say(sys.stderr, language, "run_stopped", done=tally.done, total=tally.total)
        return EXIT_SIGNAL + signals.number
    parts = {"done": tally.done, "total": tally.total, "inconclusive": tally.inconclusive}
    say(sys.stdout, language, "all_done", already=tally.already_done, **parts)
    return tally.exit_code


def _from_anywhere(manifest: SittingManifest) -> SittingManifest:
    """The manifest with paths that mean the same in a process that works in another folder."""
    files = tuple(replace(file, path=file.path.absolute()) for file in manifest.files)
    return replace(manifest, files=files)


def _follow(
    outcomes: Iterator[SittingOutcome],
    manifests: Sequence[SittingManifest],
    tally: Tally,
    journal: Journal,
    language: str,
    signals: _Signals,
) -> None:
    """Note and tell each sitting as it comes, whole even if a signal comes meanwhile."""
    pace = Pace({manifest.sitting_id: manifest.duration_seconds for manifest in manifests})
    with ProgressDisplay(pace, language) as display:
        for outcome in outcomes:
            failure = outcome.failure
            if failure is not None and failure.kind is FailureKind.REFUSED:
                raise ProctoringError(failure.message_key, **failure.params)
            with signals.held():
                tally.note(outcome)
                journal.note(outcome)
                is_worked = failure is None and not outcome.is_already_done
                pace.note(outcome.sitting_id, video_seconds(outcome), is_worked=is_worked)
                _tell(outcome, language)
                display.update()


class _Signals:
    """Ctrl-C and a request to end stop the run where it stands, but never within `held`.

    `number` is the first signal's. Later ones count for nothing: while the engine ends its processes, they
    would only leave some behind. What is raised is a `KeyboardInterrupt`: Ray's own code lets nothing else
    through.
    """

    def __init__(self) -> None:
        self.number: int | None = None
        self._is_held = False

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Within it signals stop the run; in another thread than the first, whoever runs it has them."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._receive) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Within it a signal waits."""
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False
        if self.number is not None:
            raise KeyboardInterrupt

    def _receive(self, number: int, _: FrameType | None) -> None:
        """What Python calls on a signal."""
        if self.number is None:
            self.number = number
            if not self._is_held:
                raise KeyboardInterrupt


def _tell(outcome: SittingOutcome, language: str) -> None:
    """What became of a sitting."""
    failure, report = outcome.failure, outcome.report
    if failure is not None:
        problem = text(language, failure.message_key, **failure.params)
        say(sys.stderr, language, "sitting_failed", sitting=outcome.sitting_id, problem=problem)
    elif report is not None:
        _show(report, "sitting_already_done" if outcome.is_already_done else "sitting_done", language)


def _show(report: SittingReport, key: str, language: str) -> None:
    """A sitting that is done, in one line, and a line more for each thing that a person must decide on."""
    sitting = report.sitting_id
    unseen, unheard, duration = (
        f"{value:.1f}" for value in (report.unseen_seconds, report.unheard_seconds, report.duration_seconds)
    )
    signals = sum(report.count_by_type.values())
    say(
        sys.stdout,
        language,
        key,
        sitting=sitting,
        signals=signals,
        samples=report.count_samples,
        unseen=unseen,
        duration=duration,
        file=report.path,
    )
    for problem in report.problems:
        say(sys.stdout, language, "sitting_file_problem", sitting=sitting, problem=text(language, problem))
    if report.is_inconclusive:
        parts = {"unseen": unseen, "unheard": unheard, "duration": duration}
        say(sys.stdout, language, "sitting_inconclusive", sitting=sitting, **parts)


def say(stream: TextIO, language: str, key: str, **params: object) -> None:
    """One line of text for the person at the console."""
    stream.write(text(language, key, **params) + "\n")
    stream.flush()
