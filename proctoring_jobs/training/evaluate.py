"""Measuring a model as it runs in production: on pictures it has not seen, and on whole recordings.

Belongs here: what is measured and on which seeds. Does not belong here: the arithmetic of scores
(`measure.py`), how recordings are drawn (`scenes/`), how incidents are found (`incidents.py`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.detector import Detector
from proctoring_jobs.manifest import read_manifest
from proctoring_jobs.scenes.chance import random_scene
from proctoring_jobs.scenes.parts import LIGHTINGS
from proctoring_jobs.scenes.recording import BROWSER_VP8, write_recording
from proctoring_jobs.scenes.render import DrawnFrame, draw
from proctoring_jobs.scenes.script import (
    ABSENCE,
    BOOK,
    PHONE,
    SCREEN,
    SECOND_PERSON,
    KnownIncident,
    random_script,
)
from proctoring_jobs.session import run_sitting
from proctoring_jobs.training.measure import ClassScore, Truth, score

#: Kinds of incidents that are told from pictures by the classes of the model.
KINDS = (ABSENCE, SECOND_PERSON, PHONE, BOOK, SCREEN)

#: A found incident is the known one if they overlap, or if less than this lies between them, seconds.
TOLERANCE = 1.0
BATCH = 16


@dataclass
class IncidentCount:
    """Of one kind: incidents played, found, and reported where nothing happened."""

    played: int = 0
    found: int = 0
    invented: int = 0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall of the incidents, 0 to 1; 1 where there was nothing to find.

        van Rijsbergen, Information Retrieval (1979), chapter 7, with both weighed alike.
        """
        wrong = self.played - self.found + self.invented
        return 2 * self.found / (2 * self.found + wrong) if self.found or wrong else 1.0

    def plus(self, other: IncidentCount) -> IncidentCount:
        """The counts of both together."""
        return IncidentCount(
            self.played + other.played, self.found + other.found, self.invented + other.invented
        )


def scores_by_light(detector: Detector, set_name: str, count: int) -> dict[str, dict[str, ClassScore]]:
    """Scores on `count` scenes of a set, over all of them ("all") and by kind of light, which take turns."""
    truths: list[Truth] = []
    found: list[tuple] = []
    for first in range(0, count, BATCH):
        frames = [_frame(set_name, number) for number in range(first, min(first + BATCH, count))]
        truths += [[(one.label, one.box) for one in frame.boxes] for frame in frames]
        found += detector.detect([frame.image for frame in frames])
    result = {"all": score(truths, found)}
    for place, light in enumerate(LIGHTINGS):
        result[light] = score(truths[place :: len(LIGHTINGS)], found[place :: len(LIGHTINGS)])
    return result


def incidents_in_recordings(
    detector: Detector, config: ProctoringConfig, set_name: str, count: int
) -> dict[str, dict[str, IncidentCount]]:
    """Play `count` recordings with one incident of each kind, and count what the whole chain finds.

    By kind of light, which take turns, and in it by kind of incident; "all" has all recordings.
    """
    import pyarrow.parquet as pq

    by_light = {light: {kind: IncidentCount() for kind in KINDS} for light in LIGHTINGS[:count]}
    form = replace(BROWSER_VP8, rate=3, sound="none")
    for number in range(count):
        light = LIGHTINGS[number % len(LIGHTINGS)]
        with tempfile.TemporaryDirectory() as folder:
            script = random_script(f"{set_name} {number}", 75, KINDS, lighting=light)
            made = write_recording(script, Path(folder), f"R{number}", form)
            report = run_sitting(read_manifest(made.manifest), config, detector, Path(folder))
            rows = pq.read_table(report.path).to_pylist()
        spans = [
            (
                row["signal_type_code"],
                float(row["started_seconds"]),
                float(row["started_seconds"] + row["duration_seconds"]),
            )
            for row in rows
        ]
        _count(by_light[light], script.incidents, spans)
    whole = {kind: IncidentCount() for kind in KINDS}
    for counts in by_light.values():
        whole = {kind: one.plus(counts[kind]) for kind, one in whole.items()}
    return {"all": whole, **by_light}


def _count(
    counts: dict[str, IncidentCount],
    known: Sequence[KnownIncident],
    spans: Sequence[tuple[str, float, float]],
) -> None:
    """Add one recording to the counts."""
    for kind in KINDS:
        played = [one for one in known if one.kind == kind]
        reported = [(start, end) for code, start, end in spans if code == kind]
        counts[kind].played += len(played)
        counts[kind].found += sum(any(_meets(one, *span) for span in reported) for one in played)
        counts[kind].invented += sum(not any(_meets(one, *span) for one in played) for span in reported)


def _meets(one: KnownIncident, start: float, end: float) -> bool:
    """Whether a reported stretch is about a known incident."""
    return start <= one.ended + TOLERANCE and end >= one.started - TOLERANCE


def _frame(set_name: str, number: int) -> DrawnFrame:
    """A scene of a set with the kinds of light in turn."""
    return draw(random_scene(f"{set_name} {number}", LIGHTINGS[number % len(LIGHTINGS)]))


def seconds_per_picture(detector: Detector, images: Iterator[np.ndarray]) -> float:
    """Processor time of detection alone, one thread; the first batch is not counted."""
    import time

    pictures = list(images)
    detector.detect(pictures[:BATCH])
    began = time.process_time()
    for first in range(0, len(pictures), BATCH):
        detector.detect(pictures[first : first + BATCH])
    return (time.process_time() - began) / len(pictures)
