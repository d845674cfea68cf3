"""What `rezerv draw show` and `rezerv assign show` tell: draws and their use, loads, pairs, who lacks what.

Belongs here: measures of the acts that stand, beside what the release says today. Nothing is changed. Not
here: the acts (`draws.py`, `panels.py`), tables and sentences (`draw_console.py`, `assign_console.py`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orchestration.assignment.dealing import DEALT_COLUMNS, read_list_bytes
from orchestration.assignment.draws import Draw, draws_folder, list_file, read_draws, read_list
from orchestration.assignment.panel_problem import count_parts, pair_counts, shared_works
from orchestration.assignment.panels import Seat, read_acts, read_pool, read_seats
from orchestration.errors import UserError

if TYPE_CHECKING:
    from orchestration.settings import Settings


@dataclass(frozen=True)
class Use:
    """How often the cases of a track were dealt in a draw."""

    draw_no: int
    track: str
    count_candidates: int
    count_cases: int
    least: int
    most: int


@dataclass(frozen=True)
class DrawsShown:
    """All draws of the season, and for those that were dealt the use of the cases."""

    draws: tuple[Draw, ...]
    uses: tuple[Use, ...]


@dataclass(frozen=True)
class ExpertLoad:
    """An expert of the pool: works given, of these marked whole, and the most they take.

    is_gone: an act said that they are not coming back.
    """

    code: str
    tracks: tuple[str, ...]
    given: int
    marked: int
    capacity: int
    is_available: bool
    is_gone: bool

    @property
    def owed(self) -> int:
        """Works given and not marked whole yet."""
        return self.given - self.marked


@dataclass(frozen=True)
class PanelsShown:
    """How an assignment stands by today's release; works by number where something is wrong with them.

    lacking: with fewer experts than there should be. in_conflict: with an expert who may not mark them by
    now. squares: the measure of pairs (`shared_works`). most_shared: works of the pair with the most.
    """

    acts: tuple[Mapping[str, Any], ...]
    loads: tuple[ExpertLoad, ...]
    count_works: int
    raters: int
    count_pairs: int
    most_shared: int
    squares: int
    parts: int
    lacking: tuple[str, ...]
    in_conflict: tuple[str, ...]


def read_draws_shown(settings: Settings) -> DrawsShown:
    """The season's draws; `OrchestrationError` where a list beside the book is not the committed one."""
    folder = draws_folder(settings)
    draws = tuple(read_draws(settings))
    uses: list[Use] = []
    for draw in draws:
        if draw.revealed is None:
            continue
        cases = read_list(folder, draw, "cases")
        content = list_file(folder, draw.draw_no, "dealt").read_bytes()
        dealt = Counter(code for _, code in read_list_bytes(DEALT_COLUMNS, content))
        by_track: dict[str, list[int]] = defaultdict(list)
        for code, track in cases:
            by_track[track].append(dealt[code])
        uses += [
            Use(draw.draw_no, track, sum(counts), len(counts), min(counts), max(counts))
            for track, counts in sorted(by_track.items())
        ]
    return DrawsShown(draws, tuple(uses))


def read_panels_shown(settings: Settings, stage: str) -> PanelsShown:
    """The assignment of a stage as it stands; `UserError` before the first act."""
    acts = read_acts(settings, stage)
    if not acts:
        raise UserError("error.assign_not_yet", stage=stage)
    pool = read_pool(settings, stage)
    seats = read_seats(settings, acts[-1])
    panels: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for seat in seats:
        panels[seat.work_no] += (seat.expert_code,)
    common = pair_counts(panels.values())
    given = Counter(seat.expert_code for seat in seats)
    marked = Counter(code for number, code in pool.whole if code in panels.get(number, ()))
    gone = {act["missing_expert"] for act in acts}
    unknown: Mapping[str, Any] = {"tracks": (), "capacity": 0, "is_available": False}
    loads = [
        ExpertLoad(
            code,
            tuple(row["tracks"]),
            given[code],
            marked[code],
            row["capacity"],
            row["is_available"],
            code in gone,
        )
        for code in sorted({*pool.experts, *given})
        for row in [pool.experts.get(code, unknown)]
    ]
    return PanelsShown(
        acts=tuple(acts),
        loads=tuple(loads),
        count_works=len(pool.works),
        raters=pool.raters,
        count_pairs=len(common),
        most_shared=max(common.values(), default=0),
        squares=shared_works(panels.values()),
        parts=count_parts(panels),
        lacking=tuple(number for number in pool.works if len(panels.get(number, ())) < pool.raters),
        in_conflict=_in_conflict(seats, pool.barred),
    )


def _in_conflict(seats: tuple[Seat, ...], barred: frozenset[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(sorted({seat.work_no for seat in seats if (seat.work_no, seat.expert_code) in barred}))
