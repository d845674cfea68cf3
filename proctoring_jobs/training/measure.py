"""How good a detector is on drawn scenes: average precision, precision and recall, by class and by light.

Belongs here: arithmetic on boxes. Does not belong here: any library of models; what is measured is a
`Detector`, as it runs in production. Average precision is the area under the precision envelope (all
points), at an overlap of .5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from proctoring_jobs.signals import REQUIRED_LABELS, Detection, intersection_over_union

OVERLAP = 0.5

#: Confidence from which on a thing counts as there for precision and recall: where the rules begin
#: (`config.py`).
COUNTS_FROM = {"person": 0.5}
COUNTS_FROM_ELSE = 0.4

#: What is there (class and box in the detector's pixels) and what was found, of one picture.
Truth = Sequence[tuple[str, tuple[float, float, float, float]]]


@dataclass(frozen=True)
class ClassScore:
    """Of one class: average precision at .5, precision and recall at the rules' threshold, true boxes."""

    average_precision: float
    precision: float
    recall: float
    count: int


def score(truths: Sequence[Truth], found: Sequence[Sequence[Detection]]) -> dict[str, ClassScore]:
    """Scores of every class of the rules over all pictures."""
    return {label: _score_class(label, truths, found) for label in REQUIRED_LABELS}


def mean_average_precision(scores: dict[str, ClassScore]) -> float:
    """Mean over the classes that occur."""
    values = [one.average_precision for one in scores.values() if one.count]
    return float(np.mean(values)) if values else 0.0


def _score_class(label: str, truths: Sequence[Truth], found: Sequence[Sequence[Detection]]) -> ClassScore:
    """Match the detections of a class, most confident first, each true box once."""
    open_boxes = [[box for name, box in truth if name == label] for truth in truths]
    total = sum(map(len, open_boxes))
    ranked = sorted(
        ((d.confidence, number, d.box) for number, one in enumerate(found) for d in one if d.label == label),
        key=lambda item: (-item[0], item[1], item[2]),
    )
    hits = np.zeros(len(ranked), bool)
    for place, (_, number, box) in enumerate(ranked):
        overlaps = [intersection_over_union(box, other) for other in open_boxes[number]]
        if overlaps and max(overlaps) >= OVERLAP:
            hits[place] = True
            open_boxes[number].pop(int(np.argmax(overlaps)))
    counted = sum(confidence >= COUNTS_FROM.get(label, COUNTS_FROM_ELSE) for confidence, _, _ in ranked)
    right = int(hits[:counted].sum())
    return ClassScore(
        average_precision(hits, total),
        right / counted if counted else 1.0,
        right / total if total else 1.0,
        total,
    )


def average_precision(hits: np.ndarray, total: int) -> float:
    """Area under the envelope of precision over recall; `hits` in order of falling confidence."""
    if not total or not len(hits):
        return 0.0
    right = np.cumsum(hits)
    recall = np.concatenate([[0.0], right / total])
    precision = right / np.arange(1, len(hits) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(recall) * envelope))
