from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np

from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.frames import SampledFrame, changed_most
from proctoring_jobs.pieces import Gate
from proctoring_jobs.signals import Picture
from tests.unit.proctoring_jobs.videos import BrightnessDetector

CONFIG = ProctoringConfig(gate_change=3)
STILL = np.full((120, 160), 40, np.float32)


def small_thing() -> np.ndarray:
    """A picture in which a phone's size has changed: a hundredth of it."""
    changed = STILL.copy()
    changed[40:56, 60:72] = 220
    return changed


def frames(*greys: np.ndarray) -> list[SampledFrame]:
    return [
        SampledFrame(Decimal(n), np.full((8, 8, 3), grey.mean(), np.uint8), Picture(0, 0), grey)
        for n, grey in enumerate(greys)
    ]


def inferred(config: ProctoringConfig, *greys: np.ndarray) -> tuple[int, int]:
    """How many pictures the detector got, and how many had detections in the end."""
    detector, gate = BrightnessDetector(), Gate(config)
    passed = list(gate.through(frames(*greys), detector))
    assert len(passed) == len(greys)
    assert gate.count_passed == len(greys) - sum(detector.batches)
    return sum(detector.batches), sum(bool(detections) for _, detections in passed)


def test_without_it_every_picture_is_inferred() -> None:
    assert inferred(replace(CONFIG, gate_change=0), *[STILL] * 4) == (4, 4)


def test_pictures_that_barely_change_keep_what_was_seen() -> None:
    noise = np.random.default_rng(1).normal(0, 4, STILL.shape).astype(np.float32)
    assert inferred(CONFIG, STILL, STILL + noise, STILL - noise) == (1, 3)


def test_a_small_thing_that_comes_is_inferred() -> None:
    assert abs(small_thing() - STILL).mean() < 3  # the mean of the whole picture would not notice
    assert changed_most(small_thing(), STILL) > 60
    assert inferred(CONFIG, STILL, small_thing(), small_thing(), STILL)[0] == 3


def test_what_drifts_slowly_is_inferred_now_and_then() -> None:
    assert inferred(CONFIG, *[STILL + n * 0.01 for n in range(12)])[0] == 3
    assert inferred(CONFIG, *[STILL + n for n in range(12)])[0] == 3  # each fourth is 4 levels away


def test_a_picture_of_another_size_has_changed() -> None:
    assert changed_most(STILL, STILL[:60]) == 255
    assert changed_most(np.zeros((4, 4)), np.ones((4, 4))) == 1
