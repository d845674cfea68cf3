"""Giving works to experts: the act, what it rests on, and what it keeps below `<home>/assignments`.

Belongs here: the problem as the release and the acts before it have it, when an act is refused, and the files
of an act. An act counts when its line stands in the book; what experts and platform receive is made from it
afterwards, and again by the next run where it is missing. Not here: choosing (`panel_solver.py`), what a
packet says (`packets.py`), who is an expert or in conflict (`dbt_project/`).
"""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.clock import utc_now
from orchestration.assignment.books import (
    BUSY,
    OWNER_ONLY,
    append,
    make_owners_folder,
    person,
    read_book,
    shown_moment,
    write_beside,
)
from orchestration.assignment.dealing import list_bytes, sha256
from orchestration.assignment.draws import require_marked_stage
from orchestration.assignment.panel_problem import Expert, Problem, Work
from orchestration.assignment.panel_shortage import Lack, find_lacks
from orchestration.errors import OrchestrationError, UserError
from orchestration.ledger import ledger_lock
from orchestration.release_reading import open_release
from orchestration.texts import LANGUAGES

if TYPE_CHECKING:
    from orchestration.release_reading import OpenRelease
    from orchestration.settings import Settings

ASSIGNED, REASSIGNED = "assigned", "reassigned"
SEED_BYTES = 32
PANEL_COLUMNS = ("work_no", "expert_code", "form_no", "act_no")
PLATFORM_COLUMNS = ("work_no", "expert_code", "form_no")
NEEDED_TABLES = (
    "core.dim_cases", "core.dim_expert_tracks", "core.dim_experts", "core.fct_expert_conflicts",
    "core.fct_rater_marks", "core.fct_works_to_mark", "seeds.stage_criteria", "seeds.stage_scoring",
)  # fmt: skip

_WORKS = """
select w.*, c.case_title
from core.fct_works_to_mark as w
left join core.dim_cases as c on c.season_code = w.season_code and c.case_code = w.case_code
where w.season_code::varchar = $season and w.stage_code = $stage
order by w.work_no
"""
_TRACKS = """
select track_code, name_kk, name_ru, name_en from seeds.tracks where season_code::varchar = $season
"""
_EXPERTS = """
select e.expert_code, e.capacity, e.is_available, list(t.track_code order by t.track_code) as tracks
from core.dim_experts as e
inner join core.dim_expert_tracks as t on t.season_code = e.season_code and t.expert_code = e.expert_code
where e.season_code::varchar = $season
group by all
order by e.expert_code
"""
_BARRED = """
select distinct w.work_no, c.expert_code
from core.fct_works_to_mark as w
inner join core.fct_expert_conflicts as c
    on c.season_code = w.season_code and c.candidate_no = w.candidate_no
where w.season_code::varchar = $season and w.stage_code = $stage
"""
_RATERS = """
select raters_expected from seeds.stage_scoring
where season_code::varchar = $season and stage_code = $stage
"""
# Whole sets: a mark for every criterion of the stage (A20, A23).
_WHOLE = """
select w.work_no, m.rater_code as expert_code
from core.fct_rater_marks as m
inner join core.fct_works_to_mark as w
    on w.season_code = m.season_code and w.stage_code = m.stage_code and w.candidate_no = m.candidate_no
inner join seeds.stage_criteria as k
    on
        k.season_code::varchar = m.season_code::varchar and k.stage_code = m.stage_code
        and k.criterion_code = m.criterion_code
where m.season_code::varchar = $season and m.stage_code = $stage and m.points is not null
group by all
having count(distinct m.criterion_code) = (
    select count(*) from seeds.stage_criteria
    where season_code::varchar = $season and stage_code = $stage
)
"""


class PlacesLackError(OrchestrationError):
    """No assignment keeps every constraint; `lacks` says of which fields and works.

    tracks: names of the fields by code and language (kk, ru, en).
    """

    def __init__(self, lacks: Sequence[Lack], tracks: Mapping[str, Mapping[str, str]]) -> None:
        super().__init__("error.assign_lacks", places=sum(lack.places for lack in lacks))
        self.lacks, self.tracks = tuple(lacks), tracks

    def message(self, language: str) -> str:
        """How many places are lacking in all, then a line for each lack."""
        from orchestration.texts import texts_of

        say, lines = texts_of(language), [super().message(language)]
        for lack in self.lacks:
            names = "; ".join(self.tracks[code][language] for code in lack.tracks)
            key = "assign.lack_conflicts" if lack.works else "assign.lack_pool"
            lines.append(say(key, tracks=names, places=lack.places, works=", ".join(lack.works)))
        return "\n".join(lines)


@dataclass(frozen=True)
class Seat:
    """A work given to an expert, under the number by which this expert knows it, by an act of the book."""

    work_no: str
    expert_code: str
    form_no: str
    act_no: int


@dataclass(frozen=True)
class Pool:
    """What the release says of a stage's works, experts and marks; works and experts by number and code.

    tracks: their names by code and language. whole: pairs (work, expert) with a mark for every criterion.
    """

    source: OpenRelease
    raters: int
    tracks: Mapping[str, Mapping[str, str]]
    works: Mapping[str, Mapping[str, Any]]
    experts: Mapping[str, Mapping[str, Any]]
    barred: frozenset[tuple[str, str]]
    whole: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Given:
    """What came of an act: the book's latest line of the stage, all seats, and those that this act gave.

    is_new: whether this run made the act. seats: of all acts so far, in the order of works and experts.
    """

    line: Mapping[str, Any]
    seats: tuple[Seat, ...]
    is_new: bool

    @property
    def of_act(self) -> tuple[Seat, ...]:
        """Seats that the latest act gave."""
        return tuple(seat for seat in self.seats if seat.act_no == self.line["act_no"])


def assignments_folder(settings: Settings) -> Path:
    """Where the book of assignments is kept, for its owner alone."""
    return settings.home / "assignments"


def read_acts(settings: Settings, stage: str) -> list[dict[str, Any]]:
    """The acts of a stage of the season, in order."""
    return [
        line
        for line in read_book(assignments_folder(settings))
        if (line["season"], line["stage"]) == (settings.season, stage)
    ]


def read_pool(settings: Settings, stage: str) -> Pool:
    """Works, experts, conflicts and whole sets of marks, from the current release."""
    source = open_release(settings, NEEDED_TABLES)
    require_marked_stage(settings, source, stage)

    def rows(sql: str) -> list[dict[str, Any]]:
        params = {"season": settings.season, **({"stage": stage} if "$stage" in sql else {})}
        return [dict(row) for row in source.reading.rows(sql, params)]

    return Pool(
        source=source,
        raters=int(rows(_RATERS)[0]["raters_expected"]),
        tracks={
            row["track_code"]: {name: row[f"name_{name}"] for name in LANGUAGES} for row in rows(_TRACKS)
        },
        works={row["work_no"]: row for row in rows(_WORKS)},
        experts={row["expert_code"]: row for row in rows(_EXPERTS)},
        barred=frozenset((row["work_no"], row["expert_code"]) for row in rows(_BARRED)),
        whole=frozenset((row["work_no"], row["expert_code"]) for row in rows(_WHOLE)),
    )


def read_seats(settings: Settings, line: Mapping[str, Any]) -> tuple[Seat, ...]:
    """All seats after an act; `OrchestrationError` unless they are those that the act wrote."""
    import csv
    import io

    file = _panels_file(assignments_folder(settings), line["act_no"])
    content = file.read_bytes() if file.is_file() else b""
    if sha256(content) != line["panels_hash"]:
        raise OrchestrationError("error.assign_panels_changed", act=line["act_no"], file=file)
    rows = list(csv.reader(io.StringIO(content.decode(), newline="")))[1:]
    return tuple(Seat(work, expert, form, int(act)) for work, expert, form, act in rows)


def assign_experts(settings: Settings, stage: str, by: str, missing: str | None = None) -> Given:
    """Give every work of the stage that lacks experts the experts it lacks; what was given stays.

    missing: an expert who is not coming back: their works without a whole set of marks go to others, nobody
    else's change, and they get no further ones. Where nothing is to be given, the latest act again.
    `PlacesLackError` if the pool is too small, `UserError` without works or for an expert who has none.
    """
    from orchestration.assignment.panel_solver import TooFewPlacesError, assign

    name = person(by)
    pool = read_pool(settings, stage)
    folder = assignments_folder(settings)
    make_owners_folder(folder)
    with ledger_lock(folder, BUSY):
        acts = read_acts(settings, stage)
        seats = read_seats(settings, acts[-1]) if acts else ()
        if missing is not None:
            _refuse_missing(missing, seats, acts)
        staying = _staying(pool, seats, missing)
        problem = problem_of(pool, staying, {*_gone(acts), *([missing] if missing else ())})
        if not pool.works:
            raise UserError("error.assign_no_works", stage=stage)
        if acts and missing is None and not any(work.needs for work in problem.works):
            return Given(acts[-1], seats, is_new=False)
        seed = secrets.token_hex(SEED_BYTES)
        try:
            panels = assign(problem, seed)
        except TooFewPlacesError:
            raise PlacesLackError(find_lacks(problem), pool.tracks) from None
        act_no = len(read_book(folder)) + 1
        seats = seats_of(panels, staying, seed, act_no)
        line = _commit(settings, folder, problem, seats, seed=seed, act_no=act_no, stage=stage, by=name,
                       missing=missing, release=pool.source.release.release_id)  # fmt: skip
    return Given(line, seats, is_new=True)


def _refuse_missing(missing: str, seats: Iterable[Seat], acts: Sequence[Mapping[str, Any]]) -> None:
    if missing in _gone(acts):
        raise UserError("error.assign_gone", expert=missing)
    if missing not in {seat.expert_code for seat in seats}:
        raise UserError("error.assign_no_such_expert", expert=missing)


def _gone(acts: Iterable[Mapping[str, Any]]) -> set[str]:
    """Experts of whom an act said that they are not coming back."""
    return {act["missing_expert"] for act in acts if act["missing_expert"]}


def _staying(pool: Pool, seats: Iterable[Seat], missing: str | None) -> tuple[Seat, ...]:
    """Seats that an act leaves as they are; whatever was marked whole is among them.

    With a missing expert all but theirs; else all but those for which a conflict has become known since.
    """
    return tuple(
        seat
        for seat in seats
        if (seat.work_no, seat.expert_code) in pool.whole
        or (
            seat.expert_code != missing
            if missing is not None
            else (seat.work_no, seat.expert_code) not in pool.barred
        )
    )


def problem_of(pool: Pool, staying: Iterable[Seat], gone: Iterable[str]) -> Problem:
    """What is still to be given, with who has what already; gone: experts who get nothing more."""
    kept: dict[str, list[str]] = defaultdict(list)
    loads: Counter[str] = Counter()
    for seat in staying:
        kept[seat.work_no].append(seat.expert_code)
        loads[seat.expert_code] += 1
    away = set(gone)
    works = tuple(
        Work(number, row["track_code"], max(pool.raters - len(kept[number]), 0), tuple(sorted(kept[number])))
        for number, row in pool.works.items()
    )
    experts = tuple(
        Expert(
            code,
            frozenset(row["tracks"]),
            max(row["capacity"] - loads[code], 0) if row["is_available"] and code not in away else 0,
            loads[code],
        )
        for code, row in pool.experts.items()
    )
    return Problem(works, experts, pool.barred)


def seats_of(
    panels: Mapping[str, Sequence[str]], staying: Iterable[Seat], seed: str, act_no: int
) -> tuple[Seat, ...]:
    """All seats after an act: those that stay, and the new ones with numbers that the seed draws."""
    before = {(seat.work_no, seat.expert_code): seat for seat in staying}
    given = {(work_no, code) for work_no, codes in panels.items() for code in codes}
    seats = dict(before)
    for work_no, code in given - before.keys():
        seats[work_no, code] = Seat(work_no, code, form_number(seed, work_no, code), act_no)
    numbers = [seat.form_no for seat in seats.values()]
    if len(set(numbers)) != len(numbers):
        raise OrchestrationError("error.assign_numbers_met")
    return tuple(seats[key] for key in sorted(seats))


def form_number(seed: str, work_no: str, expert_code: str) -> str:
    """Number under which one expert knows one work: only who has the seed can make it of the work's number.

    Two experts of one work know it by different numbers, and nothing of a candidate goes into either.
    """
    return f"F-{hashlib.sha256(f'{seed}|form|{work_no}|{expert_code}'.encode()).hexdigest()[:12].upper()}"


def _commit(
    settings: Settings, folder: Path, problem: Problem, seats: Sequence[Seat], *, seed: str, act_no: int,
    stage: str, by: str, missing: str | None, release: str,
) -> dict[str, Any]:  # fmt: skip
    write_beside(folder / "seeds" / f"{act_no:04d}.seed", seed.encode(), OWNER_ONLY)
    rows = [(seat.work_no, seat.expert_code, seat.form_no, str(seat.act_no)) for seat in seats]
    content = list_bytes(PANEL_COLUMNS, rows)
    write_beside(_panels_file(folder, act_no), content, OWNER_ONLY)
    return append(
        folder,
        {
            "act_no": act_no,
            "count_given": sum(seat.act_no == act_no for seat in seats),
            "count_seats": len(seats),
            "count_works": len({seat.work_no for seat in seats}),
            "kind": REASSIGNED if missing else ASSIGNED,
            "made_at": shown_moment(utc_now()),
            "made_by": by,
            "missing_expert": missing,
            "panels_hash": sha256(content),
            "problem_hash": problem_hash(problem),
            "release": release,
            "season": settings.season,
            "seed_hash": sha256(seed.encode()),
            "stage": stage,
        },
    )


def problem_hash(problem: Problem) -> str:
    """Hash of what an act rested on, whatever order it came in."""
    rows = [
        *(("work", w.work_no, w.track, str(w.needs), " ".join(w.kept)) for w in problem.works),
        *(
            ("expert", e.code, " ".join(sorted(e.tracks)), str(e.places), str(e.load))
            for e in problem.experts
        ),
        *(("barred", number, code, "", "") for number, code in problem.barred),
    ]
    return sha256(list_bytes(("kind", "code", "a", "b", "c"), rows))


def _panels_file(folder: Path, act_no: int) -> Path:
    return folder / "panels" / f"{act_no:04d}-panels.csv"
