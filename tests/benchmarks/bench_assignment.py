"""How long 600 works take to be given to 40 experts, beside the solver alone.

Run by hand: `.venv/bin/python -m tests.benchmarks.bench_assignment`. The ratio of both times travels from one
machine to another, and the measures of the result are the same everywhere.
"""

from __future__ import annotations

import sys
from collections import Counter
from random import Random
from time import perf_counter

from orchestration.assignment import panel_solver
from orchestration.assignment.panel_problem import (
    Expert,
    Problem,
    Work,
    count_parts,
    pair_counts,
    shared_works,
)

COUNT_WORKS, COUNT_EXPERTS = 600, 40
TRACKS = ("agro", "digital", "economy", "foreign", "infrastructure", "social")
SHARE_OF_TWO_FIELDS, SHARE_BARRED = 0.3, 0.05
CAPACITIES = (40, 45, 60, 80)
SEED = "ab" * 32
TIMES = 3


def problem(seed: int = 1) -> Problem:
    """A pool of the size of a season: some experts of two fields, one pair of twenty in conflict."""
    rng = Random(seed)
    experts = tuple(
        Expert(
            f"E{n:02d}",
            frozenset(
                {TRACKS[n % 6]} | ({rng.choice(TRACKS)} if rng.random() < SHARE_OF_TWO_FIELDS else set())
            ),
            rng.choice(CAPACITIES),
        )
        for n in range(COUNT_EXPERTS)
    )
    works = tuple(Work(f"W{n:04d}", TRACKS[n % 6], 3) for n in range(COUNT_WORKS))
    barred = frozenset(
        (work.work_no, expert.code) for work in works for expert in experts if rng.random() < SHARE_BARRED
    )
    return Problem(works, experts, barred)


def main() -> None:
    """Time both and print what came out."""
    case = problem()
    whole = min(_time(lambda: panel_solver.assign(case, SEED)) for _ in range(TIMES))
    bare = min(_time(lambda: panel_solver.even_loads(case.in_order_of(SEED))) for _ in range(TIMES))
    panels = panel_solver.assign(case, SEED)
    flow = panel_solver.even_loads(case.in_order_of(SEED))
    loads = Counter(code for codes in panels.values() for code in codes)
    common = pair_counts(panels.values())
    sys.stdout.write(
        f"{COUNT_WORKS} works, {COUNT_EXPERTS} experts: {whole:.2f} s, the flow alone {bare:.2f} s,"
        f" ratio {whole / bare:.1f}\n"
        f"loads {min(loads.values())} to {max(loads.values())}; parts {count_parts(panels)}\n"
        f"sum of squares {shared_works(flow.values())} after the flow, {shared_works(panels.values())} at the"
        f" end; a pair shares at most {max(common.values())}\n"
    )


def _time(run: object) -> float:
    assert callable(run)
    started = perf_counter()
    run()
    return perf_counter() - started


if __name__ == "__main__":
    main()
