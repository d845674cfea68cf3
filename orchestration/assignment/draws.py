"""The draw of cases: committing to a seed, dealing from it, revealing it (Order §6.3; docs/decisions/0022).

Belongs here: the two acts of a draw, the files they keep below `<home>/draws`, and when they are refused. An
act counts when its line stands in the book. Not here: the algorithm (`dealing.py`), running a book again
(`draw_verification.py`), who enters a stage (`dbt_project/`).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.clock import utc_now
from orchestration.assignment.books import (
    BUSY,
    OWNER_ONLY,
    READ_ONLY,
    append,
    make_owners_folder,
    person,
    read_book,
    shown_moment,
    write_beside,
)
from orchestration.assignment.dealing import (
    CANDIDATE_COLUMNS,
    CASE_COLUMNS,
    DEALT_COLUMNS,
    Pair,
    deal,
    list_bytes,
    read_list_bytes,
    sha256,
)
from orchestration.errors import OrchestrationError, UserError
from orchestration.ledger import ledger_lock
from orchestration.release_reading import open_release

if TYPE_CHECKING:
    from orchestration.release_reading import OpenRelease
    from orchestration.settings import Settings

COMMITTED, REVEALED = "committed", "revealed"
SEED_BYTES = 32
NEEDED_TABLES = ("core.dim_cases", "seeds.stage_scoring", "selection.sel_stage_results")

_STAGES = """
select stage_code from seeds.stage_scoring
where season_code::varchar = $season and raters_expected is not null
order by stage_code
"""
# Who is out for good needs no case; whoever else entered the stage does, whatever became of it since.
_ENTRANTS = """
select candidate_no, track_code from selection.sel_stage_results
where
    season_code::varchar = $season and stage_code = $stage
    and status_code not in ('annulled', 'excluded', 'withdrawn')
"""
_CASES = "select case_code, track_code from core.dim_cases where season_code::varchar = $season"


@dataclass(frozen=True)
class Draw:
    """One draw of the book: its committed line, and the line that revealed its seed, if there is one."""

    committed: Mapping[str, Any]
    revealed: Mapping[str, Any] | None

    @property
    def draw_no(self) -> int:
        """Number of the draw, from 1."""
        return int(self.committed["draw_no"])


def draws_folder(settings: Settings) -> Path:
    """Where the book of draws is kept, with its lists and seeds."""
    return settings.home / "draws"


def list_file(folder: Path, draw_no: int, what: str) -> Path:
    """File of a draw's `candidates`, `cases` or `dealt` list."""
    return folder / "lists" / f"{draw_no:04d}-{what}.csv"


def _seed_file(folder: Path, draw_no: int) -> Path:
    return folder / "seeds" / f"{draw_no:04d}.seed"


def draws_of(lines: Iterable[Mapping[str, Any]]) -> list[Draw]:
    """The draws of a book's lines, in order."""
    made = list(lines)
    revealed = {line["draw_no"]: line for line in made if line["kind"] == REVEALED}
    return [Draw(line, revealed.get(line["draw_no"])) for line in made if line["kind"] == COMMITTED]


def read_draws(settings: Settings, stage: str | None = None) -> list[Draw]:
    """The draws of the season (and of a stage)."""
    return [
        draw
        for draw in draws_of(read_book(draws_folder(settings)))
        if draw.committed["season"] == settings.season and stage in (None, draw.committed["stage"])
    ]


def commit(settings: Settings, stage: str, by: str) -> Draw:
    """Make a seed and commit to it, to who is drawn and to the catalogue; the seed stays with the owner.

    Drawn are the entrants of the stage, by the release, whom no draw before holds. `UserError` for a stage
    without cases or nobody to draw, `OrchestrationError` while a draw waits or a track has no case.
    """
    name = person(by)
    source = open_release(settings, NEEDED_TABLES)
    require_marked_stage(settings, source, stage)
    folder = draws_folder(settings)
    make_owners_folder(folder)
    with ledger_lock(folder, BUSY):
        draws = read_draws(settings, stage)
        waiting = [draw.draw_no for draw in draws if draw.revealed is None]
        if waiting:
            raise OrchestrationError("error.draw_waits", draw=waiting[0], stage=stage)
        drawn = {number for draw in draws for number, _ in read_list(folder, draw, "candidates")}
        candidates = [pair for pair in _pairs(settings, source, _ENTRANTS, stage) if pair[0] not in drawn]
        cases = _pairs(settings, source, _CASES, stage)
        _refuse(stage, candidates, cases, has_drawn=bool(drawn))
        line = _commit(settings, folder, candidates, cases, stage=stage, by=name, source=source)
    return Draw(line, None)


def _refuse(stage: str, candidates: Sequence[Pair], cases: Sequence[Pair], *, has_drawn: bool) -> None:
    if not candidates:
        raise UserError("error.draw_nobody_more" if has_drawn else "error.draw_nobody", stage=stage)
    lacking = sorted({track for _, track in candidates} - {track for _, track in cases})
    if lacking:
        raise OrchestrationError("error.draw_no_cases", tracks=", ".join(lacking))


def _commit(
    settings: Settings,
    folder: Path,
    candidates: Sequence[Pair],
    cases: Sequence[Pair],
    *,
    stage: str,
    by: str,
    source: OpenRelease,
) -> dict[str, Any]:
    draw_no = len(draws_of(read_book(folder))) + 1
    seed = secrets.token_hex(SEED_BYTES)
    write_beside(_seed_file(folder, draw_no), seed.encode(), OWNER_ONLY)
    hashes = {}
    lists = {"candidates": (CANDIDATE_COLUMNS, candidates), "cases": (CASE_COLUMNS, cases)}
    for what, (columns, rows) in lists.items():
        content = list_bytes(columns, rows)
        write_beside(list_file(folder, draw_no, what), content, READ_ONLY)
        hashes[what] = sha256(content)
    return append(
        folder,
        {
            "candidates_hash": hashes["candidates"],
            "cases_hash": hashes["cases"],
            "count_candidates": len(candidates),
            "count_cases": len(cases),
            "draw_no": draw_no,
            "kind": COMMITTED,
            "made_at": shown_moment(utc_now()),
            "made_by": by,
            "release": source.release.release_id,
            "season": settings.season,
            "seed_hash": sha256(seed.encode()),
            "stage": stage,
        },
    )


def reveal(settings: Settings, stage: str) -> Draw:
    """Deal the cases of the draw that waits, write the platform's file and reveal the seed in the book.

    Where none waits, the latest draw again: what it wrote stands. `UserError` where nothing was committed,
    `OrchestrationError` where its seed or lists are not those that were committed.
    """
    folder = draws_folder(settings)
    if not read_draws(settings, stage):
        raise UserError("error.draw_not_committed", stage=stage)
    with ledger_lock(folder, BUSY):
        draw = read_draws(settings, stage)[-1]
        if draw.revealed is not None:
            return draw
        seed = _read_seed(folder, draw)
        dealt = deal(seed, read_list(folder, draw, "candidates"), read_list(folder, draw, "cases"))
        content = list_bytes(DEALT_COLUMNS, dealt)
        write_beside(list_file(folder, draw.draw_no, "dealt"), content, READ_ONLY)
        line = append(
            folder,
            {
                "count_candidates": len(dealt),
                "dealt_hash": sha256(content),
                "draw_no": draw.draw_no,
                "kind": REVEALED,
                "made_at": shown_moment(utc_now()),
                "season": settings.season,
                "seed": seed,
                "stage": stage,
            },
        )
    return Draw(draw.committed, line)


def _read_seed(folder: Path, draw: Draw) -> str:
    file = _seed_file(folder, draw.draw_no)
    content = file.read_bytes() if file.is_file() else b""
    if sha256(content) != draw.committed["seed_hash"]:
        raise OrchestrationError("error.draw_seed_lost", draw=draw.draw_no, file=file)
    return content.decode()


def read_list(folder: Path, draw: Draw, what: str) -> list[Pair]:
    """`candidates` or `cases` of a draw; `OrchestrationError` unless it is the list that was committed."""
    file = list_file(folder, draw.draw_no, what)
    content = file.read_bytes() if file.is_file() else b""
    if sha256(content) != draw.committed[f"{what}_hash"]:
        raise OrchestrationError("error.draw_list_changed", draw=draw.draw_no, file=file)
    return read_list_bytes({"candidates": CANDIDATE_COLUMNS, "cases": CASE_COLUMNS}[what], content)


def require_marked_stage(settings: Settings, source: OpenRelease, stage: str) -> None:
    """`UserError` unless it is a stage of the season whose works experts mark."""
    codes = [row["stage_code"] for row in source.reading.rows(_STAGES, {"season": settings.season})]
    if stage not in codes:
        raise UserError("error.draw_stage", stage=stage, stages=", ".join(codes))


def _pairs(settings: Settings, source: OpenRelease, sql: str, stage: str) -> list[Pair]:
    params = {"season": settings.season, **({"stage": stage} if "$stage" in sql else {})}
    return [(first, second) for first, second in (row.values() for row in source.reading.rows(sql, params))]
