"""Speech in the sound of a recording: decoded with PyAV, heard by silero-vad, 32 milliseconds at a time.

Belongs here: the samples of a recording on its clock, and the model that says how likely speech is. Does not
belong here: how long speech must last to be an incident (`incidents.py`). It finds speech, not whose: a
candidate who reads aloud is heard too, and more than one voice is never claimed. Nothing that is said is
recognised or kept.

The model is silero-vad's `silero_vad_16k_sequence.onnx` (MIT), from its package, run by onnxruntime without
torch; one call takes 512 windows (16.4 s), each with the end of the window before it as context.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proctoring_jobs.containers import DecodeStats, frames_of, open_recording, seconds_of, start_of
from proctoring_jobs.errors import RecordingUnreadableError, WeightsRefusedError
from proctoring_jobs.manifest import file_sha256
from proctoring_jobs.signals import Hearing

if TYPE_CHECKING:
    import numpy as np

#: Samples a second, in a window, and before it as context; windows in one call: as the model was exported.
RATE, WINDOW, CONTEXT, BLOCK = 16_000, 512, 64, 512
#: Seconds of one window.
WINDOW_SECONDS = Decimal(WINDOW) / RATE
#: A break in the timestamps longer than this (seconds) is a hole in the sound; encoders round to less.
HOLE_SECONDS = Decimal("0.1")

_FILE = "data/silero_vad_16k_sequence.onnx"
_SHA256 = "9ccdacc4719d8aa7e45a77536bfabec45a03ba1f2fad5e241ab4060b24238a85"


@dataclass(frozen=True)
class SoundStretch:
    """Unbroken sound: mono samples (`float32`, −1 to 1) at 16 kHz, the first of them at `at_seconds`."""

    at_seconds: Decimal
    samples: np.ndarray


class SpeechModel:
    """silero-vad: how likely each window of 32 milliseconds holds speech. Same samples, same numbers."""

    @property
    def code(self) -> str:
        """Model, hash of its weights and versions: part of every row it leads to."""
        versions = [f"{name}-{importlib.metadata.version(name)}" for name in ("silero-vad", "onnxruntime")]
        return f"{Path(_FILE).stem}/sha256-{_SHA256}/{'/'.join(versions)}"

    @cached_property
    def _session(self) -> Any:
        """The model, loaded when needed; raises `WeightsRefusedError` for another file than was tried."""
        import onnxruntime

        package = importlib.util.find_spec("silero_vad")
        if package is None or not package.submodule_search_locations:
            raise WeightsRefusedError("weights_absent", file="silero_vad")
        path = Path(package.submodule_search_locations[0]) / _FILE
        try:
            found = file_sha256(path)
        except OSError as error:
            raise WeightsRefusedError("weights_absent", file=path.name) from error
        if found != _SHA256:
            raise WeightsRefusedError("weights_unknown_hash", file=path.name, found=found)
        options = onnxruntime.SessionOptions()
        options.inter_op_num_threads = options.intra_op_num_threads = 1
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def probabilities(self, samples: np.ndarray) -> np.ndarray:
        """Of each window in turn (the last filled up with silence), 0 to 1; the model starts afresh."""
        import numpy as np

        count = -(-samples.size // WINDOW)
        windows = np.zeros((count, WINDOW), np.float32)
        windows.reshape(-1)[: samples.size] = samples
        before = np.zeros((count, CONTEXT), np.float32)
        before[1:] = windows[:-1, -CONTEXT:]
        framed = np.concatenate([before, windows], axis=1)
        hidden = cell = np.zeros((1, 1, 128), np.float32)
        found = [np.zeros(0, np.float32)]
        for first in range(0, count, BLOCK):
            inputs = {"input": framed[first : first + BLOCK], "h": hidden, "c": cell}
            values, hidden, cell = self._session.run(["speech_probs", "hn", "cn"], inputs)
            found.append(values.reshape(-1))
        return np.concatenate(found)


def hearings(
    path: Path, model: SpeechModel, *, stats: DecodeStats, until: Decimal | None = None
) -> Iterator[Hearing]:
    """What each window of the sound holds, in order, on the recording's clock; none without a sound track.

    Sound from `until` (seconds) on is passed over. Undecodable packets are counted in `stats` and leave a
    hole. Raises as `containers.open_recording` does.
    """
    for stretch in sound_stretches(path, stats=stats, until=until):
        for number, likely in enumerate(model.probabilities(stretch.samples).tolist()):
            yield Hearing(stretch.at_seconds + number * WINDOW_SECONDS, likely)


def sound_stretches(
    path: Path, *, stats: DecodeStats, until: Decimal | None = None
) -> Iterator[SoundStretch]:
    """The sound between its holes, in pieces of ten minutes at most: memory stays bounded."""
    import numpy as np

    most = 600 * RATE
    with closing(open_recording(path)) as container:
        stream = _sound_stream(container, stats)
        if stream is None:
            return
        held: list[np.ndarray] = []
        began, size = Decimal(0), 0
        for at, samples in _samples(container, stream, stats, until):
            is_broken = bool(held) and abs(at - began - Decimal(size) / RATE) > HOLE_SECONDS
            if held and (is_broken or size >= most):
                yield SoundStretch(began, np.concatenate(held))
                held, size = [], 0
            if not held:
                began = at
            held.append(samples)
            size += samples.size
        if held:
            yield SoundStretch(began, np.concatenate(held))


def _sound_stream(container: Any, stats: DecodeStats) -> Any:
    """The first sound track; None where there is none, or none that can be decoded."""
    for stream in container.streams.audio:
        if stream.codec_context is not None:
            stats.codec = stream.codec_context.name
            return stream
    return None


def _samples(
    container: Any, stream: Any, stats: DecodeStats, until: Decimal | None
) -> Iterator[tuple[Decimal, np.ndarray]]:
    """Each decoded frame as mono samples at 16 kHz, with its time; frames without a time are passed over."""
    import av

    start = start_of(container, stream)
    resampler, form = None, None
    for frame in frames_of(container, stream, stats):
        at = seconds_of(frame, start)
        if at is None or at < 0 or (until is not None and at >= until):
            continue
        if form != (frame.sample_rate, frame.layout.name, frame.format.name):
            # a recorder may change its form on the way; a resampler knows one
            form = (frame.sample_rate, frame.layout.name, frame.format.name)
            resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        frame.pts = None  # holes are ours to see: the resampler would fill them
        for one in resampler.resample(frame) if resampler else ():
            stats.last_seconds = at if stats.last_seconds is None else max(at, stats.last_seconds)
            yield at, one.to_ndarray().reshape(-1)


def has_picture(path: Path) -> bool:
    """Whether a recording has a picture at all: sound may come in a file of its own."""
    try:
        with closing(open_recording(path)) as container:
            return bool(container.streams.video)
    except RecordingUnreadableError:
        return True  # whoever reads the picture says what is wrong
