"""Pictures out of a recording: decode with PyAV, sample by timestamp, count what is lost.

Belongs here: everything that knows containers, codecs and timestamps; the only importer of `av`. Does not
belong here: what is in a picture (`detector.py`), what a hole in the recording means (`incidents.py`,
`session.py`).

Timestamps decide, never frame counts: browsers write variable frame rates, and no length in the header.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proctoring_jobs.errors import RecordingUnreadableError, RetryableProctoringError

if TYPE_CHECKING:
    import numpy as np

logger = logging.getLogger(__name__)

MILLISECOND = Decimal("0.001")

#: Containers as browsers and platforms write them. Others stay closed: a playlist named .mp4 could open other
#: files.
CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi"


@dataclass(frozen=True)
class SampledFrame:
    """A picture (rows × columns × blue-green-red, `uint8`) and its time, seconds from the start."""

    at_seconds: Decimal
    image: np.ndarray


@dataclass
class DecodeStats:
    """What became of one recording; filled while its frames are read.

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


def sample_frames(
    path: Path, rate: Decimal, *, stats: DecodeStats, until: Decimal | None = None
) -> Iterator[SampledFrame]:
    """The first frame at or after each tick of `rate` per second; ticks without a frame are left out.

    Times count from the start of the container, so that sound and picture share one clock. Frames at or after
    `until` (seconds) are passed over: a wild timestamp must not swallow the samples after it. Undecodable
    packets are counted in `stats` and skipped. Raises `RecordingUnreadableError` when there is no picture at
    all, `RetryableProctoringError` when the storage fails.
    """
    with closing(_open(path)) as container:
        stream = _video_stream(container)
        stats.codec = stream.codec_context.name
        stats.length_seconds = Decimal(container.duration) / 1_000_000 if container.duration else None
        start = _start(container, stream)
        next_tick = 0
        for frame in _frames(container, stream, stats):
            at = _seconds(frame, start)
            if at is None or at < 0 or (until is not None and at >= until):
                continue
            stats.last_seconds = at if stats.last_seconds is None else max(at, stats.last_seconds)
            if at * rate >= next_tick:
                next_tick = int(at * rate) + 1
                stats.count_sampled += 1
                yield SampledFrame(at, frame.to_ndarray(format="bgr24"))
    if not stats.count_frames:
        raise RecordingUnreadableError("recording_no_frames")


def _open(path: Path) -> Any:
    """Open a local file as a container, or say why that is impossible."""
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
        return av.open(f"file:{path.resolve()}", options=options)
    except av.error.FFmpegError as error:
        raise RecordingUnreadableError("recording_damaged") from error


def _video_stream(container: Any) -> Any:
    """The first video stream with a known codec."""
    if not container.streams.video:
        raise RecordingUnreadableError("recording_no_video")
    stream = container.streams.video[0]
    if stream.codec_context is None:
        raise RecordingUnreadableError("recording_unknown_codec")
    return stream


def _start(container: Any, stream: Any) -> Fraction:
    """Where the recording's clock begins, in seconds of its own timestamps."""
    if container.start_time is not None:
        return Fraction(container.start_time, 1_000_000)
    return Fraction(stream.start_time or 0) * stream.time_base


def _seconds(frame: Any, start: Fraction) -> Decimal | None:
    """Time of a frame from the recording's start, to the millisecond; `None` if the frame carries none."""
    ticks = frame.pts if frame.pts is not None else frame.dts
    if ticks is None:
        return None
    exact = ticks * frame.time_base - start
    seconds = Decimal(exact.numerator) / Decimal(exact.denominator)
    return seconds.quantize(MILLISECOND, ROUND_HALF_EVEN)


def _packets(container: Any, stream: Any, stats: DecodeStats) -> Iterator[Any]:
    """Packets of the stream until its end, or until the container can be followed no further."""
    import av

    try:
        yield from container.demux(stream)
    except av.error.FFmpegError as error:
        stats.is_cut_short = True
        logger.warning(
            "container cannot be followed further after %s packets: %s", stats.count_packets, type(error)
        )


def _frames(container: Any, stream: Any, stats: DecodeStats) -> Iterator[Any]:
    """Frames that can be trusted; undecodable packets and frames marked corrupt are counted and skipped."""
    import av

    for packet in _packets(container, stream, stats):
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
