"""Pictures out of a recording: an index of its packets, the wanted pictures decoded, and measured.

Belongs here: reading the index, decoding no more than the wanted pictures need, what a picture is as numbers.
Does not belong here: containers and clocks (`containers.py`), which packets are needed (`timeline.py`), what
is in a picture (`detector.py`), what a hole means (`incidents.py`, `session.py`).

Timestamps decide, never frame counts: browsers write variable frame rates, and no length in the header. A
recording is never sought in: seeking needs an index that live recorders do not write. Its packets are passed
over instead, which costs next to nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proctoring_jobs.containers import (
    DecodeStats,
    open_recording,
    packets_of,
    seconds_of,
    start_of,
)
from proctoring_jobs.errors import RecordingUnreadableError
from proctoring_jobs.signals import Picture
from proctoring_jobs.timeline import PacketMark, Wanted, groups, slots_by_group, wanted_pictures

if TYPE_CHECKING:
    import numpy as np

logger = logging.getLogger(__name__)

#: Every fourth pixel in both directions is measured: enough to tell a flat picture, and one from another.
MEASURED_EVERY = 4
#: Nobody records a sitting in larger pictures (8K); a file that says so would fill the memory.
MAXIMUM_PIXELS = 7680 * 4320
#: More pictures a second than any camera takes, and more than six hours at 60 a second: beyond, a file is a
#: bomb, or no sitting.
MAXIMUM_FRAMES_A_SECOND, MAXIMUM_FRAMES = 240, 1_500_000


@dataclass(frozen=True)
class SampledFrame:
    """A picture, its time in seconds, and its numbers.

    `image`: rows × columns × blue-green-red, `uint8`, no longer than asked; `scale` is its size as a share of
    the recording's (1 where nothing was made smaller). `grey`: every fourth pixel as levels, `float32`.
    """

    at_seconds: Decimal
    image: np.ndarray
    picture: Picture
    grey: np.ndarray
    scale: float = 1.0


@dataclass
class FrameIndex:
    """The packets of a recording's picture in the order of the file, and what is known of the whole."""

    path: Path
    marks: list[PacketMark] = field(default_factory=list)


def sample_frames(
    path: Path,
    rate: Decimal,
    *,
    stats: DecodeStats,
    until: Decimal | None = None,
    longest: int | None = None,
) -> Iterator[SampledFrame]:
    """The first frame at or after each tick of `rate` per second; ticks without a frame are left out.

    Frames at or after `until` (seconds) are passed over: a wild timestamp must not swallow the samples after
    it. `longest` is the longest side that a picture may have, pixels. Raises `RecordingUnreadableError` when
    there is no picture at all, `RetryableProctoringError` when the storage fails.
    """
    index = read_index(path, stats=stats, until=until)
    wanted = wanted_pictures(index.marks, rate, until=until)
    yield from decode_pictures(index, wanted, stats=stats, longest=longest)
    if not stats.count_frames and wanted.slots:
        raise RecordingUnreadableError("recording_no_frames")


def read_index(path: Path, *, stats: DecodeStats, until: Decimal | None = None) -> FrameIndex:
    """Read where every picture lies, without decoding one. Raises as `containers.open_recording` does.

    Times count from the start of the container, so that sound and picture share one clock. A recording with
    more pictures than any camera takes is read so far and counts as cut short.
    """
    index = FrameIndex(path)
    most = MAXIMUM_FRAMES
    if until is not None:
        most = min(most, int((until + 60) * MAXIMUM_FRAMES_A_SECOND))
    with closing(open_recording(path)) as container:
        stream = _video_stream(container)
        stats.codec = stream.codec_context.name
        stats.length_seconds = Decimal(container.duration) / 1_000_000 if container.duration else None
        start = start_of(container, stream)
        for packet in packets_of(container, stream, stats):
            if not packet.size:
                continue
            if len(index.marks) >= most:
                logger.warning("more than %s pictures: the rest is not looked at", most)
                stats.is_cut_short = True
                break
            at = seconds_of(packet, start)
            index.marks.append(PacketMark(at, bool(packet.is_keyframe)))
            if at is not None and at >= 0 and (until is None or at < until):
                stats.last_seconds = at if stats.last_seconds is None else max(at, stats.last_seconds)
    stats.count_packets = len(index.marks)
    if not index.marks:
        raise RecordingUnreadableError("recording_no_frames")
    return index


def decode_pictures(
    index: FrameIndex, wanted: Wanted, *, stats: DecodeStats, longest: int | None = None
) -> Iterator[SampledFrame]:
    """The wanted pictures in order of time, and no more decoded than they need.

    Where a wanted picture cannot be decoded, the next one of its slot that can stands in. Undecodable packets
    are counted in `stats` and skipped.
    """
    from av.video.reformatter import VideoReformatter

    open_slots, before = dict(wanted.slots), None
    converter = VideoReformatter()  # one for all: making one costs more than using it
    with closing(open_recording(index.path)) as container:
        stream = _video_stream(container)
        _refuse_huge(stream.codec_context)
        start = start_of(container, stream)
        for frame in _frames_for(container, stream, index, wanted, open_slots, stats):
            at = seconds_of(frame, start)
            if at is None or at < 0:
                continue
            slot = wanted.slot_of(at)
            if slot not in open_slots or at < open_slots[slot]:
                continue
            del open_slots[slot]
            stats.count_sampled += 1
            grey = grey_of(frame)
            image, scale = _image(frame, longest, converter)
            yield SampledFrame(at, image, measured(grey, before), grey, scale)
            before = grey


def grey_of(frame: Any) -> np.ndarray:
    """The measured pixels of a frame as levels of grey, 0 to 255 (`float32`, rows × columns)."""
    import numpy as np

    if frame.format.name not in _PLANAR:
        frame = frame.reformat(format="yuv420p")
    plane = frame.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
    light = rows[::MEASURED_EVERY, : plane.width : MEASURED_EVERY].astype(np.float32)
    if frame.format.name.startswith("yuvj") or int(frame.color_range) == _FULL_RANGE:
        return light
    return np.clip((light - 16) * (255 / 219), 0, 255)


#: Formats whose first plane is the light of the picture, a byte a pixel; and FFmpeg's number for a plane that
#: uses all its levels.
_PLANAR = frozenset({"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12"})
_FULL_RANGE = 2


def measured(grey: np.ndarray, before: np.ndarray | None) -> Picture:
    """Level, contrast and change of a picture; a picture of another size than the one before has changed."""
    change = None
    if before is not None:
        change = float(abs(grey - before).mean()) if grey.shape == before.shape else 255.0
    return Picture(float(grey.mean()), float(grey.std()), change)


def changed_most(grey: np.ndarray, before: np.ndarray) -> float:
    """How much the mean of the part of a picture that changed most did, levels of grey.

    Parts are 8 × 8 measured pixels: the mean of a whole picture hardly notices a small thing, and the mean of
    a part evens out a camera's noise.
    """
    import numpy as np

    if grey.shape != before.shape:
        return 255.0
    rows, columns = (max(1, side // 8) for side in grey.shape)
    difference = grey - before
    if min(grey.shape) < 8:
        return float(abs(difference.mean()))
    parts = difference[: rows * 8, : columns * 8].reshape(rows, 8, columns, 8)
    return float(np.max(abs(parts.mean(axis=(1, 3)))))


def _image(frame: Any, longest: int | None, converter: Any) -> tuple[np.ndarray, float]:
    """The frame as an array no longer than asked, and its size as a share of the recording's."""
    side = max(frame.width, frame.height)
    scale = 1.0 if longest is None or side <= longest else longest / side
    width, height = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
    form = {"interpolation": "AREA"} if scale < 1 else {}
    return converter.reformat(frame, width, height, "bgr24", threads=1, **form).to_ndarray(), scale


def _frames_for(
    container: Any,
    stream: Any,
    index: FrameIndex,
    wanted: Wanted,
    open_slots: dict[int, Decimal],
    stats: DecodeStats,
) -> Iterator[Any]:
    """Decoded frames: of each group with a wanted picture, until its last wanted one came out.

    Frames that no other needs are not decoded unless they are wanted themselves.
    """
    decoder, in_group = stream.codec_context, slots_by_group(index.marks, wanted)
    numbers, times = groups(index.marks), set(wanted.slots.values())
    last, place = None, -1
    for packet in packets_of(container, stream, stats):
        if not packet.size:
            continue
        place += 1
        if place >= len(index.marks):
            break
        group, mark = numbers[place], index.marks[place]
        is_needed = not open_slots.keys().isdisjoint(in_group.get(group, ()))
        if last is not None and mark.is_keyframe and not (is_needed and last == place - 1):
            # what the decoder holds back belongs to pictures before the jump
            yield from _decoded(stream, None, stats)
            decoder.flush_buffers()
            last = None
        if not is_needed:
            continue
        decoder.skip_frame = "DEFAULT" if mark.at_seconds in times else "NONREF"
        last = place
        yield from _decoded(stream, packet, stats)
    if last is not None:
        yield from _decoded(stream, None, stats)


def _decoded(stream: Any, packet: Any, stats: DecodeStats) -> Iterator[Any]:
    """Frames that can be trusted out of a packet, or (None) all that the decoder still holds."""
    import av

    try:
        frames = stream.codec_context.decode(packet)
    except av.error.EOFError:
        return
    except av.error.FFmpegError:
        stats.count_packets_lost += 1
        return
    for frame in frames:
        if frame.is_corrupt:
            stats.count_frames_corrupt += 1
            continue
        stats.count_frames += 1
        frame.time_base = stream.time_base
        yield frame


def _refuse_huge(decoder: Any) -> None:
    """Refuse pictures that would fill the memory, by what the file says and as they come."""
    if (decoder.width or 0) * (decoder.height or 0) > MAXIMUM_PIXELS:
        raise RecordingUnreadableError("recording_huge")
    decoder.options = {**decoder.options, "max_pixels": str(MAXIMUM_PIXELS)}
    decoder.thread_count = 1


def _video_stream(container: Any) -> Any:
    """The first video stream with a known codec."""
    if not container.streams.video:
        raise RecordingUnreadableError("recording_no_video")
    stream = container.streams.video[0]
    if stream.codec_context is None:
        raise RecordingUnreadableError("recording_unknown_codec")
    return stream
