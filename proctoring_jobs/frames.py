"""Pictures out of a recording: sampled by timestamp, and measured for whether they show anything.

Belongs here: choosing frames, what a picture is as numbers. Does not belong here: containers and clocks
(`containers.py`), what is in a picture (`detector.py`), what a hole means (`incidents.py`, `session.py`).

Timestamps decide, never frame counts: browsers write variable frame rates, and no length in the header.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proctoring_jobs.containers import DecodeStats, frames_of, open_recording, seconds_of, start_of
from proctoring_jobs.errors import RecordingUnreadableError
from proctoring_jobs.signals import Picture

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class SampledFrame:
    """A picture (rows × columns × blue-green-red, `uint8`), its time in seconds, and its numbers."""

    at_seconds: Decimal
    image: np.ndarray
    picture: Picture


#: Every fourth pixel in both directions is measured: enough to tell a flat picture, and one from another.
MEASURED_EVERY = 4


def sample_frames(
    path: Path, rate: Decimal, *, stats: DecodeStats, until: Decimal | None = None
) -> Iterator[SampledFrame]:
    """The first frame at or after each tick of `rate` per second; ticks without a frame are left out.

    Times count from the start of the container, so that sound and picture share one clock. Frames at or after
    `until` (seconds) are passed over: a wild timestamp must not swallow the samples after it. Undecodable
    packets are counted in `stats` and skipped. Raises `RecordingUnreadableError` when there is no picture at
    all, `RetryableProctoringError` when the storage fails.
    """
    with closing(open_recording(path)) as container:
        stream = _video_stream(container)
        stats.codec = stream.codec_context.name
        stats.length_seconds = Decimal(container.duration) / 1_000_000 if container.duration else None
        start = start_of(container, stream)
        next_tick, before = 0, None
        for frame in frames_of(container, stream, stats):
            at = seconds_of(frame, start)
            if at is None or at < 0 or (until is not None and at >= until):
                continue
            stats.last_seconds = at if stats.last_seconds is None else max(at, stats.last_seconds)
            if at * rate >= next_tick:
                next_tick = int(at * rate) + 1
                stats.count_sampled += 1
                image = frame.to_ndarray(format="bgr24")
                grey = grey_of(image)
                yield SampledFrame(at, image, measured(grey, before))
                before = grey
    if not stats.count_frames:
        raise RecordingUnreadableError("recording_no_frames")


def grey_of(image: np.ndarray) -> np.ndarray:
    """The measured pixels of a picture as levels of grey, 0 to 255 (`float32`, rows × columns)."""
    return image[::MEASURED_EVERY, ::MEASURED_EVERY].mean(axis=2, dtype="float32")


def measured(grey: np.ndarray, before: np.ndarray | None) -> Picture:
    """Level, contrast and change of a picture; a picture of another size than the one before has changed."""
    change = None
    if before is not None:
        change = float(abs(grey - before).mean()) if grey.shape == before.shape else 255.0
    return Picture(float(grey.mean()), float(grey.std()), change)


def _video_stream(container: Any) -> Any:
    """The first video stream with a known codec."""
    if not container.streams.video:
        raise RecordingUnreadableError("recording_no_video")
    stream = container.streams.video[0]
    if stream.codec_context is None:
        raise RecordingUnreadableError("recording_unknown_codec")
    return stream
