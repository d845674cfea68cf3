"""How fast a run goes and when it will end: arithmetic on what is done so far.

Belongs here: the numbers of the progress display. Does not belong here: showing them (`progress.py`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from decimal import Decimal


class Pace:
    """Counts sittings and hours of video from the moment it is made.

    `durations`: length of each sitting in seconds, `None` where the manifest does not say. Sittings that an
    earlier run had done count as done and not as speed.
    """

    def __init__(
        self, durations: Mapping[str, Decimal | None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._left = dict(durations)
        self._clock = clock
        self._began = clock()
        self.count_total = len(durations)
        self.count_done = 0
        self._count_worked = 0
        self._video_seconds = 0.0

    def note(self, sitting_id: str, video_seconds: float, *, is_worked: bool) -> None:
        """A sitting is over; `is_worked`: in this run. `video_seconds`: what there was to look at."""
        self._left.pop(sitting_id)
        self.count_done += 1
        if is_worked:
            self._count_worked += 1
            self._video_seconds += video_seconds

    @property
    def video_per_hour(self) -> float | None:
        """Hours of video per hour of the clock; `None` before anything was done."""
        elapsed = self._clock() - self._began
        return self._video_seconds / elapsed if self._video_seconds and elapsed > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """Until the last sitting is over, at the rate so far; `None` while there is no rate.

        By the length of what is left, where it is known of all, else by the number of sittings.
        """
        if not self._left:
            return 0.0
        lengths = [length for length in self._left.values() if length is not None]
        if len(lengths) == len(self._left):
            rate = self.video_per_hour
            return float(sum(lengths)) / rate if rate else None
        elapsed = self._clock() - self._began
        return elapsed / self._count_worked * len(self._left) if self._count_worked else None


def clock_text(seconds: float) -> str:
    """A time span as hours:minutes:seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
