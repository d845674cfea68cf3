from __future__ import annotations

import heapq
import random
from decimal import Decimal

import pytest

from proctoring_jobs.errors import ManifestInvalidError
from proctoring_jobs.manifest import SittingManifest
from proctoring_jobs.plan import plan


def sittings(*hours: float | None) -> list[SittingManifest]:
    return [
        SittingManifest(f"S{n}", None if h is None else Decimal(round(h * 3600)), ())
        for n, h in enumerate(hours)
    ]


def test_machines_for_a_stage() -> None:
    # 9,000 hours of video at 15 an hour: 600 core-hours, 780 with the reserve, in 72 hours
    found = plan(sittings(*[0.5] * 18_000), rate=15, within_hours=72, cores=4, reserve=0.3)
    assert (found.count_sittings, found.video_hours) == (18_000, 9000)
    assert found.core_hours == pytest.approx(600)
    assert found.machines == 3
    assert 65 < found.finish_hours <= 72


def finish(lengths: list[float], cores: int) -> float:
    """When the last sitting ends, each begun by the first core that is free."""
    free = [0.0] * cores
    for length in lengths:
        heapq.heappush(free, heapq.heappop(free) + length)
    return max(free)


@pytest.mark.parametrize("seed", range(30))
def test_the_plan_holds_in_whatever_order_and_one_machine_less_does_not(seed: int) -> None:
    chance = random.Random(seed)
    hours = [chance.choice([0.4, 0.75, 3]) for _ in range(chance.randint(1, 120))]
    cores, within = chance.randint(1, 8), chance.uniform(3, 20)
    found = plan(sittings(*hours), rate=1, within_hours=within, cores=cores, reserve=0)
    took = finish(hours, found.machines * cores)
    assert took <= found.finish_hours + 1e-9
    assert found.finish_hours <= within + 1e-9
    if found.machines > 1 and sum(hours) > (found.machines - 1) * cores * within:
        assert finish(sorted(hours, reverse=True), (found.machines - 1) * cores) > within


def test_without_a_length_the_longest_counts() -> None:
    found = plan(sittings(1, None, 3), rate=1, within_hours=100, cores=1, reserve=0)
    assert (found.count_assumed, found.video_hours) == (1, 7)
    with pytest.raises(ManifestInvalidError, match="plan_no_length"):
        plan(sittings(None), rate=1, within_hours=1, cores=1, reserve=0)


def test_a_sitting_is_not_split() -> None:
    with pytest.raises(ManifestInvalidError, match="plan_sitting_too_long"):
        plan(sittings(2), rate=1, within_hours=1.9, cores=64, reserve=0)
    found = plan(sittings(*[2] * 10), rate=1, within_hours=2, cores=4, reserve=0)
    assert (found.machines, found.finish_hours) == (3, 2)
