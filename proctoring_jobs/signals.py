"""What was seen, as numbers: detections of single frames and the score series that rules look at.

Belongs here: pure arithmetic on detections of one frame. Does not belong here: time (`incidents.py`), pixels
(`frames.py`), the model (`detector.py`). Seconds are `Decimal` from the beginning of the sitting; confidences
are `float` from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

PERSON = "person"
PHONE = "cell phone"
BOOK = "book"
LAPTOP = "laptop"

#: Classes by their COCO names. A model that lacks one is refused: it would report nothing, which reads as
#: "clean".
REQUIRED_LABELS: tuple[str, ...] = (PERSON, PHONE, BOOK, LAPTOP)

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class ModelIdentity:
    """Which model ran: its name, the SHA-256 of its weights, the versions of the libraries that ran it."""

    name: str
    sha256: str
    libraries: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Detection:
    """One object in one frame: COCO class, confidence 0 to 1, box (left, top, right, bottom) in pixels."""

    label: str
    confidence: float
    box: Box


@dataclass(frozen=True)
class Picture:
    """One sampled frame as numbers, in levels of grey (0 black to 255 white).

    `level` is the mean, `contrast` the standard deviation, `change` the mean difference to the sample before;
    `None` for the first of a recording.
    """

    level: float
    contrast: float
    change: float | None = None


@dataclass(frozen=True)
class Observation:
    """All detections of one sampled frame; `at_seconds` counts from the beginning of the sitting.

    `picture` is `None` where nobody measured it. `period` is the time to the next sample of the same look,
    seconds; `None` for the first look, which has the period of the configuration.
    """

    at_seconds: Decimal
    detections: tuple[Detection, ...] = ()
    picture: Picture | None = None
    period: Decimal | None = None


@dataclass(frozen=True)
class Window:
    """A stretch of time, seconds, both ends included."""

    started: Decimal
    ended: Decimal

    def holds(self, at_seconds: Decimal) -> bool:
        """Whether a moment lies in it."""
        return self.started <= at_seconds <= self.ended


@dataclass(frozen=True)
class Hearing:
    """One window of sound: where it begins, seconds, and how likely it holds speech, 0 to 1."""

    at_seconds: Decimal
    speech: float


def box_area(box: Box) -> float:
    """Area in square pixels; 0 for a box without extent."""
    left, top, right, bottom = box
    return max(0.0, right - left) * max(0.0, bottom - top)


def intersection_over_union(first: Box, second: Box) -> float:
    """Overlap of two boxes, 0 (apart) to 1 (the same); two boxes without extent do not overlap."""
    shared = box_area(
        (
            max(first[0], second[0]),
            max(first[1], second[1]),
            min(first[2], second[2]),
            min(first[3], second[3]),
        )
    )
    union = box_area(first) + box_area(second) - shared
    return shared / union if union > 0 else 0.0


def suppress_duplicates(detections: Iterable[Detection], iou: float) -> tuple[Detection, ...]:
    """Drop boxes that overlap a more confident one of their class by more than `iou`; most confident first.

    YOLO26's end-to-end head gives several boxes for one person, which would count as several persons. The
    order is total (confidence, then class and box), so equal confidences give the same answer every time.
    """
    kept: list[Detection] = []
    for candidate in sorted(detections, key=lambda d: (-d.confidence, d.label, d.box)):
        is_duplicate = any(
            other.label == candidate.label and intersection_over_union(other.box, candidate.box) > iou
            for other in kept
        )
        if not is_duplicate:
            kept.append(candidate)
    return tuple(kept)


def nth_confidence(observation: Observation, label: str, nth: int = 1) -> float:
    """Confidence of the `nth` most confident object of a class in a frame; 0.0 where there are fewer.

    `nth=2` of `person` is the evidence for a second person (Order §5.1).
    """
    confidences = sorted((d.confidence for d in observation.detections if d.label == label), reverse=True)
    return confidences[nth - 1] if len(confidences) >= nth else 0.0


@dataclass(frozen=True)
class Seen:
    """Score of an observation: confidence of the `nth` most confident object of a class."""

    label: str
    nth: int = 1

    def __call__(self, observation: Observation) -> float:
        """0 to 1."""
        return nth_confidence(observation, self.label, self.nth)


@dataclass(frozen=True)
class Covered:
    """Score of an observation: 1 where the picture shows nothing, for it is flat or dark, else 0."""

    contrast: float
    level: float

    def __call__(self, observation: Observation) -> float:
        """0 or 1."""
        picture = observation.picture
        return float(picture is not None and (picture.contrast < self.contrast or picture.level < self.level))


@dataclass(frozen=True)
class Frozen:
    """Score of an observation: 1 where the picture is the one before; a camera's own noise changes it."""

    change: float

    def __call__(self, observation: Observation) -> float:
        """0 or 1."""
        picture = observation.picture
        return float(picture is not None and picture.change is not None and picture.change <= self.change)


@dataclass(frozen=True)
class Present:
    """Score of an observation: confidence in the best person; 1 where the lens is covered, for who knows."""

    covered: Covered

    def __call__(self, observation: Observation) -> float:
        """0 to 1."""
        return self.covered(observation) or nth_confidence(observation, PERSON)
