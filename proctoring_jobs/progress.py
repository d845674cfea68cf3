"""What a person sees while a run goes on: a bar on a terminal, a line now and then elsewhere.

Belongs here: showing the numbers of `pace.py`. Does not belong here: what is said about a sitting
(`runs.py`).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from proctoring_jobs.pace import Pace, clock_text
from proctoring_jobs.texts import text

if TYPE_CHECKING:
    from rich.progress import Progress

#: Seconds between two lines where there is no terminal: a log stays readable.
LINE_EVERY_SECONDS = 30.0


class ProgressDisplay:
    """Shows a run's progress on the error stream, which leaves the results' lines on the other clean."""

    def __init__(
        self,
        pace: Pace,
        language: str,
        clock: Callable[[], float] = time.monotonic,
        *,
        is_bar: bool | None = None,
    ) -> None:
        self._pace = pace
        self._language = language
        self._clock = clock
        self._is_bar = sys.stderr.isatty() if is_bar is None else is_bar
        self._last = clock()
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        """Begin to show."""
        if self._is_bar:
            self._bar = _bar()
            self._bar.start()
            self._bar.add_task(self._text(), total=self._pace.count_total)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the terminal as it was."""
        if self._bar is not None:
            self._bar.stop()

    def update(self) -> None:
        """Show where the run stands now."""
        if self._bar is not None:
            task = self._bar.task_ids[0]
            self._bar.update(task, completed=self._pace.count_done, description=self._text())
        elif self._clock() - self._last >= LINE_EVERY_SECONDS:
            self._last = self._clock()
            sys.stderr.write(self._text() + "\n")
            sys.stderr.flush()

    def _text(self) -> str:
        """Sittings done, rate, time left."""
        pace = self._pace
        rate, left = pace.video_per_hour, pace.seconds_left
        return text(
            self._language,
            "progress",
            done=pace.count_done,
            total=pace.count_total,
            rate="–" if rate is None else f"{rate:.1f}",
            left="–" if left is None else clock_text(left),
        )


def _bar() -> Progress:
    """A bar on the error stream; lines written to a terminal meanwhile appear above it."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        redirect_stdout=sys.stdout.isatty(),
    )
