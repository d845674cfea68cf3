"""A release with a situational task and nothing else, for tests of drawing and assigning.

Belongs here: the tables that the acts read, filled by hand. What a real warehouse puts into them is asked of
a whole season (tests/integration/test_assignment.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from orchestration.settings import Settings
from tests.support.fake_release import SEASON, seed_rows, write_pointer

STAGE = "situational"
CRITERIA = [row["criterion_code"] for row in seed_rows("stage_criteria") if row["stage_code"] == STAGE]
SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"
_TABLES = """
create schema seeds; create schema core; create schema selection; create schema release;
create table release.manifest as select '2025' as season_code;
create table selection.sel_stage_results (
    season_code varchar, stage_code varchar, candidate_no varchar, track_code varchar, status_code varchar);
create table core.dim_cases (
    season_code varchar, case_code varchar, track_code varchar, case_title varchar);
create table core.dim_experts (
    season_code varchar, expert_code varchar, capacity integer, is_available boolean);
create table core.dim_expert_tracks (season_code varchar, expert_code varchar, track_code varchar);
create table core.fct_expert_conflicts (season_code varchar, expert_code varchar, candidate_no varchar);
create table core.fct_works_to_mark (
    season_code varchar, stage_code varchar, work_no varchar, candidate_no varchar, track_code varchar,
    case_code varchar, language_code varchar, count_words integer, is_over_words boolean,
    duration_seconds integer, is_over_time boolean);
create table core.fct_rater_marks (
    season_code varchar, stage_code varchar, candidate_no varchar, rater_code varchar,
    criterion_code varchar, points integer);
"""


@dataclass
class Situation:
    """What a release holds: works per track, experts by code as (tracks, capacity), conflicts, whole marks.

    conflicts and marks: (expert code, number of the work from 0 in its track, track).
    """

    works: Mapping[str, int]
    experts: Mapping[str, tuple[Sequence[str], int]]
    cases_per_track: int = 3
    conflicts: Sequence[tuple[str, str, int]] = ()
    marks: Sequence[tuple[str, str, int]] = ()
    away: Sequence[str] = ()
    out: Mapping[str, str] = field(default_factory=dict)


def candidate_no(track: str, number: int) -> str:
    """Candidate number of the author of a work."""
    place = [row["track_code"] for row in seed_rows("tracks")].index(track)
    return f"R25-{place + 1}7{number:04d}"


def work_no(track: str, number: int) -> str:
    """Number under which the platform knows a work."""
    return f"W-{track[:3].upper()}{number:04d}"


def write_situation(settings: Settings, situation: Situation, release_id: str = "2025-r0001") -> Path:
    """Write the release and point at it; another of the same number takes its place."""
    settings.releases_dir.mkdir(parents=True, exist_ok=True)
    file = settings.releases_dir / f"{release_id}.duckdb"
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as connection:
        connection.execute(_TABLES)
        for name in ("stage_scoring", "stage_criteria", "tracks"):
            connection.execute(
                f"create table seeds.{name} as from read_csv(?, header = true, nullstr = '')",
                [str(SEEDS / f"{name}.csv")],
            )
        for table, rows in _rows(situation).items():
            _insert(connection, table, rows)
    write_pointer(settings.releases_dir, file)
    return file


def _rows(situation: Situation) -> dict[str, list[tuple[Any, ...]]]:
    people = [(track, number) for track, count in situation.works.items() for number in range(count)]
    cases = [
        (SEASON, f"CASE-{track[:3].upper()}-{n + 1}", track, f"Title {n + 1}")
        for track in situation.works
        for n in range(situation.cases_per_track)
    ]
    return {
        "selection.sel_stage_results": [
            (SEASON, STAGE, candidate_no(*one), one[0], situation.out.get(candidate_no(*one), "admitted"))
            for one in people
        ],
        "core.dim_cases": cases,
        "core.dim_experts": [
            (SEASON, code, capacity, code not in situation.away)
            for code, (_, capacity) in situation.experts.items()
        ],
        "core.dim_expert_tracks": [
            (SEASON, code, track) for code, (tracks, _) in situation.experts.items() for track in tracks
        ],
        "core.fct_expert_conflicts": [
            (SEASON, code, candidate_no(track, number)) for code, track, number in situation.conflicts
        ],
        "core.fct_works_to_mark": [
            (SEASON, STAGE, work_no(*one), candidate_no(*one), one[0], f"CASE-{one[0][:3].upper()}-1", "kk",
             400 + one[1], one[1] % 5 == 4, 2600, one[1] % 7 == 6)
            for one in people
        ],
        "core.fct_rater_marks": [
            (SEASON, STAGE, candidate_no(track, number), code, criterion, 4)
            for code, track, number in situation.marks
            for criterion in CRITERIA
        ],
    }  # fmt: skip


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    found = list(rows)
    if found:
        places = ", ".join(["(" + ", ".join("?" * len(found[0])) + ")"] * len(found))
        connection.execute(f"insert into {table} values {places}", [value for row in found for value in row])
