"""Going through recordings and delivering the results: what Dagster and the console command share.

Belongs here: starting `python -m proctoring_jobs run` on the sittings of the recordings folder, reading from
its journal what became of each, and delivering into the landing folder. Not here: the work
(`proctoring_jobs/`), when it is done (`assets/proctoring.py`, `sensors.py`), drawing. The work is a process
of its own: its libraries never come into this one, and what it loses, such as its memory, is not ours.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.errors import OrchestrationError, UserError

if TYPE_CHECKING:
    from orchestration.settings import Settings
    from proctoring_jobs.delivery import Delivery
    from proctoring_jobs.recordings import Recordings

#: The module whose command line goes through recordings. Tests put one here that needs no weights.
PROGRAM = "proctoring_jobs"
USAGE = 2
MODEL_VARIABLE = "PROCTORING_MODEL"


@dataclass(frozen=True)
class RecordingsRun:
    """What became of the sittings of one run, by their numbers.

    absent: without a manifest in the recordings folder. problems: why files there are no manifests, in words.
    video_seconds: of the sittings done now, less what could not be seen; core_seconds: for which they took a
    core, computing or waiting. exit_code: of the process; 0 where none was needed.
    """

    done: tuple[str, ...] = ()
    already_done: tuple[str, ...] = ()
    inconclusive: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    video_seconds: float = 0.0
    core_seconds: float = 0.0
    exit_code: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether everything that was asked for is done."""
        return not (self.failed or self.absent or self.exit_code)

    @property
    def rate(self) -> float | None:
        """Hours of video per hour of a core; None where nothing was measured."""
        return self.video_seconds / self.core_seconds if self.core_seconds else None


def read_recordings(settings: Settings) -> Recordings:
    """The manifests below the recordings folder; none where there is no such folder."""
    from proctoring_jobs.recordings import find_recordings

    with in_our_words(settings):
        return find_recordings(settings.recordings_dir)


def problems_of(settings: Settings, found: Recordings) -> tuple[str, ...]:
    """The files of the recordings folder that are no manifests, and why, in words."""
    from proctoring_jobs.texts import text

    return tuple(
        f"{one.path}: {text(settings.language, one.message_key, **one.params)}" for one in found.refused
    )


def run_recordings(
    settings: Settings,
    sittings: Sequence[str] | None = None,
    *,
    is_again: bool = False,
    on_line: Callable[[str], None] | None = None,
    model: str = "",
) -> RecordingsRun:
    """Go through the recordings of these sittings, or of all; what an earlier run did stays as it is.

    is_again: also what was done. on_line: gets each line that the process says; without it the process has
    this one's streams. model: of the registry, instead of the one in force. Raises `UserError` where there is
    no recordings folder, and ends the process before anything that interrupts this one goes on.
    """
    if not settings.recordings_dir.is_dir():
        raise UserError("error.recordings_missing", folder=settings.recordings_dir)
    found = read_recordings(settings)
    wanted = list(found.paths) if sittings is None else list(dict.fromkeys(sittings))
    present = [sitting for sitting in wanted if sitting in found.paths]
    absent = tuple(sitting for sitting in wanted if sitting not in found.paths)
    problems = problems_of(settings, found)
    if not present:
        return RecordingsRun(absent=absent, problems=problems)
    from proctoring_jobs.journal import journal_size, noted_since

    before = journal_size(settings.proctoring_dir)
    exit_code = _run(settings, [found.paths[sitting] for sitting in present], is_again, on_line, model)
    with in_our_words(settings):
        noted = noted_since(settings.proctoring_dir, before)
    return _outcome(present, noted, absent, problems, exit_code)


def deliver_results(settings: Settings) -> Delivery:
    """Deliver what is done and not delivered yet into a new folder of the landing folder.

    Raises `OrchestrationError` when the storage fails or another delivery is going on.
    """
    from ingestion.clock import utc_now
    from ingestion.platform_deliveries import new_folder
    from proctoring_jobs.delivery import Delivery, deliver

    if not settings.proctoring_dir.is_dir():
        return Delivery()
    with in_our_words(settings):
        return deliver(settings.proctoring_dir, lambda: new_folder(settings.landing_dir, utc_now(), ()))


@contextmanager
def in_our_words(settings: Settings) -> Iterator[None]:
    """Within it an error of `proctoring_jobs`, or of the storage, becomes one of this package, in words."""
    from proctoring_jobs.errors import ProctoringError
    from proctoring_jobs.texts import text

    try:
        yield
    except ProctoringError as error:
        detail = text(settings.language, error.message_key, **error.params)
        raise OrchestrationError("error.proctoring", detail=detail) from error
    except OSError as error:
        detail = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        raise OrchestrationError("error.proctoring", detail=detail) from error


def _outcome(
    present: Sequence[str],
    noted: dict[str, dict[str, Any]],
    absent: tuple[str, ...],
    problems: tuple[str, ...],
    exit_code: int,
) -> RecordingsRun:
    """The run as the journal tells it; of what it does not mention nothing is done."""

    def having(status: str) -> tuple[str, ...]:
        return tuple(sitting for sitting in present if noted.get(sitting, {}).get("status") == status)

    done, already = having("done"), having("already_done")
    finished = {*done, *already}
    return RecordingsRun(
        done=done,
        already_done=already,
        inconclusive=tuple(one for one in present if noted.get(one, {}).get("is_inconclusive")),
        failed=tuple(one for one in present if one not in finished),
        absent=absent,
        problems=problems,
        video_seconds=sum(noted[one]["video_seconds"] for one in done),
        core_seconds=sum(max(noted[one]["core_seconds"], noted[one]["taken_seconds"]) for one in done),
        exit_code=exit_code,
    )


def _run(
    settings: Settings,
    manifests: Sequence[Path],
    is_again: bool,
    on_line: Callable[[str], None] | None,
    model: str,
) -> int:
    """Run the process on manifests and return its exit code; a season's are named in a file."""
    with _list_file(settings, manifests) as listed:
        command = [
            sys.executable,
            "-m",
            PROGRAM,
            "run",
            f"@{listed}",
            "--out",
            str(settings.proctoring_dir),
        ]
        process = subprocess.Popen(
            [*command, "--again"] if is_again else command,
            env={**os.environ, **settings.child_environment(), **({MODEL_VARIABLE: model} if model else {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if on_line else None,
            stderr=subprocess.STDOUT if on_line else None,
        )
        try:
            if on_line is not None and process.stdout is not None:
                for line in process.stdout:
                    on_line(line.decode("utf-8", "replace").rstrip())
            return process.wait()
        finally:
            if process.poll() is None:  # we were interrupted: it keeps what is done and ends
                process.terminate()
                process.wait()


@contextmanager
def _list_file(settings: Settings, manifests: Sequence[Path]) -> Iterator[str]:
    """A file with the paths of manifests, one a line, that is gone afterwards."""
    with in_our_words(settings):
        books = settings.proctoring_dir / ".run"
        books.mkdir(parents=True, exist_ok=True)
        named = tempfile.NamedTemporaryFile(dir=books, prefix=".sittings-", suffix=".txt")  # noqa: SIM115
        named.write(b"".join(os.fsencode(path) + b"\n" for path in manifests))
        named.flush()
    with named:
        yield named.name
