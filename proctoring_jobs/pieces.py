"""One piece of a recording: heard, looked at, and looked at again where something changes, in sitting time.

Belongs here: what a file gives, batch by batch, and why it gives nothing. Does not belong here: what the
findings of all pieces together mean (`incidents.py`), the order of the steps (`session.py`).

Memory stays bounded: one batch of pictures at a time; detections and numbers are kept, and the index of the
packets.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.containers import DecodeStats
from proctoring_jobs.detector import Detector
from proctoring_jobs.errors import RecordingUnreadableError, RetryableProctoringError
from proctoring_jobs.frames import FrameIndex, SampledFrame, changed_most, decode_pictures, read_index
from proctoring_jobs.manifest import RecordingFile, file_sha256
from proctoring_jobs.signals import Detection, Hearing, Observation, Window
from proctoring_jobs.sound import SpeechModel, has_picture, hearings
from proctoring_jobs.timeline import wanted_pictures

if TYPE_CHECKING:
    import numpy as np

logger = logging.getLogger(__name__)


@dataclass
class Piece:
    """A file of the recording and what was found in it; `problem` is a key of the texts, if it is unreadable.

    `until`: seconds of the file after which the sitting is over. `sha256`: of the file as it was read.
    `has_picture`: a piece may hold the sound alone. `count_gated`: pictures that the gate let pass.
    """

    file: RecordingFile
    until: Decimal | None = None
    stats: DecodeStats = field(default_factory=DecodeStats)
    sound: DecodeStats = field(default_factory=DecodeStats)
    observations: list[Observation] = field(default_factory=list)
    hearings: list[Hearing] = field(default_factory=list)
    index: FrameIndex | None = None
    problem: str | None = None
    has_picture: bool = True
    sha256: str | None = None
    count_gated: int = 0

    def read(self, config: ProctoringConfig, detector: Detector, speech: SpeechModel) -> None:
        """Listen and look, once. An unreadable piece is a result, not a failure.

        Raises `RetryableProctoringError` when the storage fails.
        """
        try:
            self.sha256 = _checked_sha256(self.file)
            if config.sound != "ignored":
                self.hearings = [
                    Hearing(self.file.started_seconds + hearing.at_seconds, hearing.speech)
                    for hearing in hearings(self.file.path, speech, stats=self.sound, until=self.until)
                ]
                self.has_picture = not self.hearings or has_picture(self.file.path)
            if self.has_picture:
                self._look(config, detector)
        except RecordingUnreadableError as error:
            self.problem = error.message_key

    def look_again(self, windows: Iterable[Window], config: ProctoringConfig, detector: Detector) -> None:
        """See the stretches `windows` (sitting time) more closely; what was seen before is not seen twice."""
        if self.index is None or self.problem is not None:
            return
        started = self.file.started_seconds
        own = [
            Window(w.started - started, w.ended - started)
            for w in windows
            if w.ended >= started and (self.until is None or w.started <= started + self.until)
        ]
        if not own:
            return
        wanted = wanted_pictures(
            self.index.marks,
            config.sample_rate * config.second_look,
            windows=own,
            until=self.until,
            known=frozenset(o.at_seconds - started for o in self.observations),
        )
        again = DecodeStats()  # of its own: what is lost is counted once, by the first look
        frames = decode_pictures(self.index, wanted, stats=again, longest=config.image_size)
        period = config.sample_period / config.second_look
        for batch in _batches(frames, config.batch_size):
            found = detector.detect([frame.image for frame in batch])
            self.observations += [
                _observation(frame, detections, started, period)
                for frame, detections in zip(batch, found, strict=True)
            ]
        self.stats.count_sampled += again.count_sampled

    def _look(self, config: ProctoringConfig, detector: Detector) -> None:
        """The first look: a picture each period, inferred unless the gate lets it pass."""
        self.index = read_index(self.file.path, stats=self.stats, until=self.until)
        wanted = wanted_pictures(self.index.marks, config.sample_rate, until=self.until)
        frames = decode_pictures(self.index, wanted, stats=self.stats, longest=config.image_size)
        gate = Gate(config)
        for batch in _batches(frames, config.batch_size):
            for frame, detections in gate.through(batch, detector):
                self.observations.append(_observation(frame, detections, self.file.started_seconds, None))
        self.count_gated = gate.count_passed
        if wanted.slots and not self.stats.count_frames:
            raise RecordingUnreadableError("recording_no_frames")


class Gate:
    """Spares pictures in which barely anything changed since the last inferred one (Frigate's idea).

    Such a picture has the detections of that one. Off unless configured: it is for recordings on which the
    incidents were seen to stay the same.
    """

    def __init__(self, config: ProctoringConfig) -> None:
        self._limit, self._most = config.gate_change, config.gate_seconds
        self._grey: np.ndarray | None = None
        self._at = Decimal(0)
        self._detections: tuple[Detection, ...] = ()
        self.count_passed = 0

    def through(
        self, batch: Sequence[SampledFrame], detector: Detector
    ) -> Iterator[tuple[SampledFrame, tuple[Detection, ...]]]:
        """The frames of a batch with their detections, in order."""
        is_inferred = [self._is_to_infer(frame) for frame in batch]
        chosen = [frame.image for frame, chosen in zip(batch, is_inferred, strict=True) if chosen]
        found = iter(detector.detect(chosen) if chosen else ())
        for frame, is_new in zip(batch, is_inferred, strict=True):
            if is_new:
                self._detections = next(found)
            yield frame, self._detections

    def _is_to_infer(self, frame: SampledFrame) -> bool:
        """Whether a frame differs enough from the last inferred one, or comes late enough after it."""
        if (
            self._limit > 0
            and self._grey is not None
            and frame.at_seconds - self._at < self._most
            and changed_most(frame.grey, self._grey) <= self._limit
        ):
            self.count_passed += 1
            return False
        self._grey, self._at = frame.grey, frame.at_seconds
        return True


def _observation(
    frame: SampledFrame, detections: Iterable[Detection], started: Decimal, period: Decimal | None
) -> Observation:
    """What a frame shows at its time in the sitting, boxes in the pixels of the recording."""
    own_size = tuple(
        Detection(d.label, d.confidence, tuple(side / frame.scale for side in d.box))  # type: ignore[arg-type]
        for d in detections
    )
    return Observation(started + frame.at_seconds, own_size, frame.picture, period)


def _batches(frames: Iterable[SampledFrame], size: int) -> Iterator[list[SampledFrame]]:
    """Frames in lists of `size`, the last one shorter."""
    batch: list[SampledFrame] = []
    for frame in frames:
        batch.append(frame)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _checked_sha256(file: RecordingFile) -> str:
    """SHA-256 of the piece; refuses one that is not the one the manifest names."""
    try:
        found = file_sha256(file.path)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise RecordingUnreadableError("recording_absent") from error
    except OSError as error:
        raise RetryableProctoringError(
            "storage_failed", file=file.path.name, detail=error.strerror
        ) from error
    if file.sha256 is not None and found != file.sha256:
        raise RecordingUnreadableError("recording_altered")
    return found
