"""The case catalogue, the pool of experts, their conflicts and the candidates' employers (Order §6.3, §6.5).

Belongs here: the four feeds from which cases and experts are assigned, made so that what the season's marks
say keeps every rule: whoever marked a work is in the pool, of its field, and in no conflict with its author.
Does not belong here: cases drawn, solutions and marks themselves (panels.py). All draws are from streams of
their own: nobody else's change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from ingestion.sample_season.timetable import DAY, HOUR
from ingestion.sample_season.world import World

if TYPE_CHECKING:
    from ingestion.sample_season.panels import PanelRun

CASES, EXPERTS = "academy__cases", "academy__experts"
CONFLICTS, EMPLOYERS = "academy__expert_conflicts", "platform__candidate_employers"
PERIODS = "platform__employment_periods"
CASES_PER_TRACK = 6
# Beyond those who mark: experts in reserve, and experts who cannot take part.
RESERVE_PER_TRACK, AWAY_PER_TRACK = 2, 1
COUNT_EMPLOYERS = 400
LEAST_CAPACITY, MOST_CAPACITY = 34, 45
CONFLICT_KINDS = ("declared", "kin", "former_superior")
CONFLICTS_PER_EXPERT = 2


def write_expert_pool(run: PanelRun, entrants: list[int]) -> None:
    """Write the four feeds; `run` is the situational task after its marks were given."""
    world = run.world
    starts, _ = world.rules.window(run.stage)
    periods = _periods(world, entrants)
    marked = _marked(run)
    pool = _pool(world, marked)
    world.outbox.put(CASES, starts - 5 * DAY + 9 * HOUR, _cases(world))
    world.outbox.put(EXPERTS, starts - 4 * DAY + 10 * HOUR, _experts(world, pool, marked, periods))
    declared_on = starts - DAY
    world.outbox.put(EMPLOYERS, declared_on + 17 * HOUR, _employers(world, periods))
    rows = _conflicts(world, pool, marked, entrants, declared_on)
    world.outbox.put(CONFLICTS, declared_on + 18 * HOUR, rows)


def case_codes(track: str) -> list[str]:
    """Codes of the cases of a track."""
    return [f"CASE-{track[:3].upper()}-{number + 1}" for number in range(CASES_PER_TRACK)]


def _cases(world: World) -> list[dict[str, Any]]:
    return [
        {
            "season_code": world.rules.season_code,
            "case_code": code,
            "track_code": track,
            "case_title": f"СИНТЕТИКА: {code}",
        }
        for track in world.rules.tracks
        for code in case_codes(track)
    ]


def _marked(run: PanelRun) -> dict[str, set[int]]:
    """Whose works each expert marked."""
    marked: dict[str, set[int]] = defaultdict(set)
    for idx, ratings in run.ratings.items():
        for rating in ratings:
            marked[rating.rater].add(idx)
    return marked


def _pool(world: World, marked: dict[str, set[int]]) -> dict[str, tuple[list[str], bool]]:
    """Fields of each expert, and whether the expert is available."""
    from ingestion.sample_season.panels import POOL_SIZES, PREFIXES

    tracks = world.rules.tracks
    pool: dict[str, tuple[list[str], bool]] = {}
    for place, track in enumerate(tracks):
        prefix = f"{PREFIXES['situational']}-{track[:3].upper()}-"
        regular = POOL_SIZES["situational"]
        for number in range(1, regular + RESERVE_PER_TRACK + AWAY_PER_TRACK + 1):
            # An expert in reserve knows the field that follows too.
            fields = [track, tracks[(place + 1) % len(tracks)]] if number > regular else [track]
            pool[f"{prefix}{number:02d}"] = (fields, number <= regular + RESERVE_PER_TRACK)
    for rater in sorted(set(marked) - set(pool)):
        seen = {world.track[idx] for idx in marked[rater]}
        pool[rater] = ([track for track in tracks if track in seen], True)
    return pool


def _experts(
    world: World,
    pool: dict[str, tuple[list[str], bool]],
    marked: dict[str, set[int]],
    periods: pd.DataFrame,
) -> list[dict[str, Any]]:
    worked: dict[int, set[str]] = defaultdict(set)
    for idx, period_no in zip(periods["idx"], periods["period_no"], strict=True):
        worked[int(idx)].add(_employer_of(world, int(idx), int(period_no)))
    rows = []
    for code in sorted(pool):
        fields, is_available = pool[code]
        rng = world.streams.rng("expert_pool", code)
        barred: set[str] = set().union(*(worked[idx] for idx in marked.get(code, ())))
        free = [bin_ for bin_ in _employer_numbers() if bin_ not in barred]
        capacity = int(rng.integers(LEAST_CAPACITY, MOST_CAPACITY + 1))
        rows.append(
            {
                "season_code": world.rules.season_code,
                "expert_code": code,
                "track_codes": "|".join(fields),
                "capacity": max(capacity, len(marked.get(code, ()))),
                "employer_bin": free[int(rng.integers(0, len(free)))] if free else None,
                "is_available": is_available,
            }
        )
    return rows


def _employer_numbers() -> list[str]:
    """Identification numbers of synthetic employers: no day of birth can be read in them."""
    return [f"{1 + n % 24:02d}{1 + n % 12:02d}40{n:06d}" for n in range(COUNT_EMPLOYERS)]


def _employer_of(world: World, idx: int, period_no: int) -> str:
    drawn = int(world.streams.code("employer_bin", world.candidate_no[idx], period_no, length=8), 16)
    return _employer_numbers()[drawn % COUNT_EMPLOYERS]


def _periods(world: World, entrants: Iterable[int]) -> pd.DataFrame:
    """Employment periods that the entrants declared, each once."""
    frames = [
        frame[["idx", "period_no"]]
        for (_, feed, _), delivery in sorted(world.outbox.files.items(), key=lambda item: item[0])
        if feed == PERIODS
        for frame in delivery.frames
    ]
    periods = pd.concat(frames, ignore_index=True).drop_duplicates()
    kept = periods[periods["idx"].isin(set(entrants))]
    return kept.sort_values(["idx", "period_no"]).reset_index(drop=True)


def _employers(world: World, periods: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {
            "candidate_no": world.candidate_no[int(idx)],
            "period_no": int(period_no),
            "employer_bin": _employer_of(world, int(idx), int(period_no)),
        }
        for idx, period_no in zip(periods["idx"], periods["period_no"], strict=True)
    ]


def _conflicts(
    world: World,
    pool: dict[str, tuple[list[str], bool]],
    marked: dict[str, set[int]],
    entrants: list[int],
    declared_on: datetime,
) -> list[dict[str, Any]]:
    """Some conflicts with candidates whose work the expert did not mark."""
    rows = []
    for code in sorted(pool):
        fields, _ = pool[code]
        rng = world.streams.rng("expert_conflicts", code)
        free = [i for i in sorted(entrants) if world.track[i] in fields and i not in marked.get(code, ())]
        count = min(int(rng.integers(0, CONFLICTS_PER_EXPERT + 1)), len(free))
        for place in rng.permutation(len(free))[:count].tolist():
            rows.append(
                {
                    "expert_code": code,
                    "candidate_no": world.candidate_no[free[place]],
                    "conflict_kind_code": CONFLICT_KINDS[int(rng.integers(0, len(CONFLICT_KINDS)))],
                    "declared_on": declared_on - timedelta(days=int(rng.integers(0, 3))),
                }
            )
    return rows
