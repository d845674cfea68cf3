"""How long it takes to judge 5,000 bookings, and to place 1,500 people.

Run by hand: `.venv/bin/python -m tests.benchmarks.bench_slots`. A crowd in which one booking of ten moves,
one person of fifty leaves and slots are short; beside it the same requests played one by one in plain
Python. The counts are the same everywhere; times are the processor's, without other work.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random
from time import process_time

from orchestration.slots.placing import FreeSlot, Person, place
from tests.support.season import compile_project
from tests.support.small_slots import BY_HOUR, HOUR, OPENS, Ask, Crowd, Slot, SmallSlots, audit

COUNT_BOOKINGS, COUNT_PEOPLE, COUNT_SLOTS = 5_000, 4_500, 120
SHARE_MOVED, SHARE_LEAVING = 0.1, 0.02
COUNT_PLACED = 1_500
TIMES = 3


def crowd(seed: int = 1) -> Crowd:
    """5,000 bookings of 4,500 people in slots that take nine tenths of them."""
    rng = Random(seed)
    slots = tuple(
        Slot(f"S-{n:03d}", BY_HOUR, OPENS + (24 + n) * HOUR, COUNT_PEOPLE * 9 // (10 * COUNT_SLOTS))
        for n in range(COUNT_SLOTS)
    )
    people = [
        *range(COUNT_PEOPLE),
        *(rng.randrange(COUNT_PEOPLE) for _ in range(COUNT_BOOKINGS - COUNT_PEOPLE)),
    ]
    asks = tuple(
        Ask(f"B-{n:05d}", who, rng.choice(slots).slot_no, OPENS + timedelta(seconds=rng.randrange(40_000)))
        for n, who in enumerate(people)
    )
    leaves = tuple(
        (who, OPENS + timedelta(seconds=rng.randrange(40_000)))
        for who in rng.sample(range(COUNT_PEOPLE), int(COUNT_PEOPLE * SHARE_LEAVING))
    )
    return Crowd(slots, asks, (), leaves, COUNT_PEOPLE)


def main() -> None:
    """Time both and print what came out."""
    with tempfile.TemporaryDirectory() as folder:
        small, case = SmallSlots(compile_project(Path(folder) / "project")), crowd()
        outcomes = small.compute(case)
        judged = min(_time(small.run) for _ in range(TIMES))
        wrong: list[str] = []
        played = min(_time(lambda: wrong.extend(audit(case, outcomes))) for _ in range(TIMES))
    rng = Random(2)
    tracks = ("agro", "digital", "economy", "foreign", "infrastructure", "social")
    people = [
        Person(f"R25-{n:06d}", rng.choice(tracks), rng.choice(("kk", "ru"))) for n in range(COUNT_PLACED)
    ]
    free = [FreeSlot(f"S-{n:03d}", f"{n:03d}", 13, rng.choice(("", *tracks))) for n in range(COUNT_SLOTS)]
    placing = min(_time(lambda: place("ab" * 32, people, free)) for _ in range(TIMES))
    without = len(place("ab" * 32, people, free).without)
    counts = {code: list(outcomes.values()).count(code) for code in sorted(set(outcomes.values()))}
    sys.stdout.write(
        f"{len(case.asks)} bookings in SQL: {judged:.2f} s; one after another in Python: {played:.2f} s;"
        f" differences {len(wrong)}\n{counts}\n"
        f"{COUNT_PLACED} people placed: {placing:.2f} s, {without} without a place\n"
    )


def _time(run: Callable[[], object]) -> float:
    started = process_time()
    run()
    return process_time() - started


if __name__ == "__main__":
    main()
