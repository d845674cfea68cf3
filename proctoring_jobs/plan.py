"""How many machines go through the recordings of a stage in its window (Order §5.3, §5.4, §6).

Belongs here: the arithmetic. Does not belong here: where lengths and rate come from (`inputs.py`,
`journal.py`), the window of a stage (the season's calendar; who plans gives the hours).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from proctoring_jobs.errors import ManifestInvalidError
from proctoring_jobs.manifest import SittingManifest

SECONDS_AN_HOUR = 3600


@dataclass(frozen=True)
class Plan:
    """What a stage needs; hours of video, of cores, of the clock.

    `core_hours` is without the reserve; `machines` and `finish_hours` are with it. `count_assumed` sittings
    say no length in their manifest and were taken to be as long as the longest.
    """

    count_sittings: int
    count_assumed: int
    video_hours: float
    core_hours: float
    machines: int
    finish_hours: float


def plan(
    manifests: Sequence[SittingManifest], *, rate: float, within_hours: float, cores: int, reserve: float
) -> Plan:
    """The least number of machines of `cores` cores that finish within `within_hours`, whatever the order.

    `rate`: hours of video per hour of a core. `reserve`: share added to the work. A sitting is never split,
    so the last one may begin when all else is done: its length is taken off the window. Raises
    `ManifestInvalidError` where no length is known, or one sitting alone does not fit into the window.
    """
    lengths, assumed = _lengths(manifests)
    video = sum(lengths) / SECONDS_AN_HOUR
    work = video / rate * (1 + reserve)
    longest = max(lengths) / SECONDS_AN_HOUR / rate * (1 + reserve)
    if longest > within_hours:
        raise ManifestInvalidError(
            "plan_sitting_too_long", hours=f"{longest:.1f}", within=f"{within_hours:g}"
        )
    one_core_each = math.ceil(len(lengths) / cores)
    room = within_hours - longest
    shared = math.ceil((work - longest) / (cores * room)) if room > 0 else one_core_each
    machines = max(1, min(shared, one_core_each))
    finish = longest if machines == one_core_each else (work - longest) / (machines * cores) + longest
    return Plan(len(manifests), assumed, video, video / rate, machines, finish)


def _lengths(manifests: Sequence[SittingManifest]) -> tuple[list[float], int]:
    """Length of each sitting in seconds, and how many of them are assumed."""
    known = [m.duration_seconds for m in manifests if m.duration_seconds is not None]
    longest = max(known, default=Decimal(0))
    if not longest:
        raise ManifestInvalidError("plan_no_length")
    lengths = [longest if m.duration_seconds is None else m.duration_seconds for m in manifests]
    return [float(length) for length in lengths], len(manifests) - len(known)
