"""Proctoring runs without a model: detectors by name for processes of their own, tiny sittings, a driver.

`python -m tests.support.proctoring run …` is the command line of proctoring with the detector that
`TEST_DETECTOR` names, so that runs of other processes can be killed.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.signals import Detection
from tests.unit.proctoring_jobs.videos import ALONE, EMPTY, TWO, BrightnessDetector, steady, write_video

HERE = "tests.support.proctoring"


def brightness_detector(config: ProctoringConfig) -> BrightnessDetector:
    """A detector without a model."""
    return BrightnessDetector()


class SlowDetector(BrightnessDetector):
    """The same, long enough at work to be killed: a fifth of a second for each batch."""

    def detect(self, images: Sequence[np.ndarray]) -> list[tuple[Detection, ...]]:
        time.sleep(0.2)
        return super().detect(images)


def slow_detector(config: ProctoringConfig) -> SlowDetector:
    """A detector that takes its time."""
    return SlowDetector()


class StuckDetector(BrightnessDetector):
    """A detector that never ends."""

    def detect(self, images: Sequence[np.ndarray]) -> list[tuple[Detection, ...]]:
        time.sleep(3600)
        return []


def stuck_detector(config: ProctoringConfig) -> StuckDetector:
    """A detector that never ends."""
    return StuckDetector()


class BrokenDetector(BrightnessDetector):
    """A detector with a fault in its program."""

    def detect(self, images: Sequence[np.ndarray]) -> list[tuple[Detection, ...]]:
        raise ZeroDivisionError("a fault")


def broken_detector(config: ProctoringConfig) -> BrokenDetector:
    """A detector with a fault in its program."""
    return BrokenDetector()


class DeadlyDetector(BrightnessDetector):
    """A detector that takes its process with it where a second person is in the picture."""

    def detect(self, images: Sequence[np.ndarray]) -> list[tuple[Detection, ...]]:
        found = super().detect(images)
        if any(len(detections) == 2 for detections in found):
            os.kill(os.getpid(), 9)
        return found


def deadly_detector(config: ProctoringConfig) -> DeadlyDetector:
    """A detector that kills."""
    return DeadlyDetector()


def settings(folder: Path, **more: str) -> dict[str, str]:
    """Variables of the environment for a run whose weights are never opened."""
    weights = folder / "none.onnx"
    weights.write_bytes(b"no weights")
    given = {
        "weights": str(weights),
        "weights_sha256": hashlib.sha256(b"no weights").hexdigest(),
        "sound": "if_there",
        "batch_size": "4",
        "retry_wait_seconds": "0",
        "sitting_attempts": "10",
    }
    return {f"PROCTORING_{name.upper()}": value for name, value in (given | more).items()}


def write_sittings(folder: Path, count: int, seconds: int = 12) -> Path:
    """A folder of manifests of sittings that differ, every fourth without its recording."""
    manifests = folder / "manifests"
    manifests.mkdir()
    for number in range(count):
        shades = [(ALONE, 2 + number % 4), (EMPTY if number % 2 else TWO, 5), (ALONE, seconds)]
        name = f"S{number:02}"
        if number % 4 != 3:
            write_video(manifests / f"{name}.webm", steady(shades)[: seconds * 5])
        content = {"sitting_id": name, "duration_seconds": seconds, "files": [{"path": f"{name}.webm"}]}
        (manifests / f"{name}.json").write_text(json.dumps(content))
    return manifests


def results(out: Path) -> dict[str, bytes]:
    """Name and bytes of each signals file of a folder."""
    return {path.name: path.read_bytes() for path in sorted(out.glob("proctoring__signals__*.parquet"))}


def everything(out: Path) -> dict[str, bytes]:
    """Path and bytes of all that is written of sittings: signals, coverage, evidence; not the run's books."""
    found = {path.relative_to(out): path for path in sorted(out.rglob("*")) if path.is_file()}
    return {
        str(name): path.read_bytes()
        for name, path in found.items()
        if not any(part.startswith(".") for part in name.parts)
    }


def main() -> int:
    """The command line with another detector."""
    import proctoring_jobs.worker
    from proctoring_jobs.__main__ import main as command_line

    proctoring_jobs.worker.DETECTOR_FACTORY = f"{HERE}:{os.environ['TEST_DETECTOR']}"
    return command_line(sys.argv[1:])


if __name__ == "__main__":
    raise SystemExit(main())
