"""Recordings opened with PyAV: containers, clocks, packets, and what became of them.

Belongs here: everything that knows containers and codecs, for pictures (`frames.py`) and sound (`sound.py`);
those three alone import `av`. Does not belong here: choosing frames, what a hole means (`incidents.py`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from proctoring_jobs.errors import RecordingUnreadableError, RetryableProctoringError

logger = logging.getLogger(__name__)

MILLISECOND = Decimal("0.001")

#: Containers as browsers and platforms write them. Others stay closed: a playlist named .mp4 could open other
#: files.
CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi"


@dataclass
class DecodeStats:
    """What became of the picture, or of the sound, of one recording; filled while its frames are read.

    `length_seconds` is the header's length, `None` where the header has none (live recorders write none).
    """

    count_packets: int = 0
    count_packets_lost: int = 0
    count_frames: int = 0
    count_frames_corrupt: int = 0
    count_sampled: int = 0
    length_seconds: Decimal | None = None
    last_seconds: Decimal | None = None
    is_cut_short: bool = False
    codec: str = field(default="")


def library_version() -> str:
    """Version of PyAV."""
    import av

    return str(av.__version__)


def open_recording(path: Path) -> Any:
    """A local file as an open container, decoded in the calling thread; the caller closes it.

    Raises `RecordingUnreadableError` for what is no recording, `RetryableProctoringError` when the storage
    fails.
    """
    import av

    try:
        with path.open("rb") as stream:
            is_empty = not stream.read(1)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise RecordingUnreadableError("recording_absent") from error
    except OSError as error:
        raise RetryableProctoringError("storage_failed", file=path.name, detail=error.strerror) from error
    if is_empty:
        raise RecordingUnreadableError("recording_empty")
    options = {"format_whitelist": CONTAINERS, "protocol_whitelist": "file"}
    try:
        container = av.open(f"file:{path.resolve()}", options=options)
    except av.error.FFmpegError as error:
        raise RecordingUnreadableError("recording_damaged") from error
    for stream in (*container.streams.video, *container.streams.audio):
        if stream.codec_context is not None:
            stream.codec_context.thread_count = 1  # cores are shared out between sittings, not within one
    return container


def start_of(container: Any, stream: Any) -> Fraction:
    """Where the recording's clock begins, in seconds of its own timestamps."""
    if container.start_time is not None:
        return Fraction(container.start_time, 1_000_000)
    return Fraction(stream.start_time or 0) * stream.time_base


def seconds_of(frame: Any, start: Fraction) -> Decimal | None:
    """Time of a frame from the recording's start, to the millisecond; `None` if the frame carries none."""
    ticks = frame.pts if frame.pts is not None else frame.dts
    if ticks is None:
        return None
    exact = ticks * frame.time_base - start
    seconds = Decimal(exact.numerator) / Decimal(exact.denominator)
    return seconds.quantize(MILLISECOND, ROUND_HALF_EVEN)


def packets_of(container: Any, stream: Any, stats: DecodeStats) -> Iterator[Any]:
    """Packets of the stream until its end, or until the container can be followed no further."""
    import av

    try:
        yield from container.demux(stream)
    except av.error.FFmpegError as error:
        stats.is_cut_short = True
        logger.warning(
            "container cannot be followed further after %s packets: %s", stats.count_packets, type(error)
        )


def frames_of(container: Any, stream: Any, stats: DecodeStats) -> Iterator[Any]:
    """Frames that can be trusted; undecodable packets and frames marked corrupt are counted and skipped."""
    import av

    for packet in packets_of(container, stream, stats):
        stats.count_packets += 1 if packet.size else 0
        try:
            frames = packet.decode()
        except av.error.FFmpegError:
            stats.count_packets_lost += 1
            continue
        for frame in frames:
            if frame.is_corrupt:
                stats.count_frames_corrupt += 1
                continue
            stats.count_frames += 1
            yield frame
