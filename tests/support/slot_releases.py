"""A release with slots and people without a place and nothing else, for tests of placing.

Belongs here: the tables that acts and reports read, filled by hand. What a real warehouse puts into them is
asked of whole seasons (tests/integration/test_slots.py, test_placing.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from orchestration.settings import Settings
from tests.support.fake_release import SEASON, write_pointer

SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"
STAGE = "assessment_centre"
AS_OF = datetime(2025, 8, 21, 15, 0)
FIRST = datetime(2025, 8, 22, 4, 0)
_TABLES = """
create schema seeds; create schema core; create schema selection; create schema reporting;
create schema release;
create table release.manifest as select '2025' as season_code, ?::timestamp as as_of;
create table core.dim_slots (season_code varchar, slot_no varchar);
create table core.fct_booking_outcomes (
    season_code varchar, stage_code varchar, candidate_no varchar, act_no integer);
create table core.fct_places (
    season_code varchar, stage_code varchar, candidate_no varchar, is_resit boolean, slot_no varchar,
    starts_at timestamp, ends_at timestamp, slot_on date, room_code varchar, arrival_code varchar);
create table core.fct_places_owed (
    season_code varchar, stage_code varchar, candidate_no varchar, track_code varchar,
    test_language_code varchar, is_resit boolean, owed_code varchar);
create table core.fct_slot_loads (
    season_code varchar, stage_code varchar, slot_no varchar, is_resit boolean, slot_on date,
    starts_at timestamp, ends_at timestamp, room_code varchar, track_code varchar, language_code varchar,
    is_cancelled boolean, is_offered boolean, capacity integer, count_booked integer, count_placed integer,
    count_free integer, count_over integer, count_refused_full integer);
create table core.dim_candidates (
    season_code varchar, candidate_no varchar, track_code varchar, test_language_code varchar);
create table selection.sel_stage_results (
    season_code varchar, stage_code varchar, candidate_no varchar, status_code varchar);
create table core.fct_commission_sessions (
    season_code varchar, stage_code varchar, slot_on date, track_code varchar, room_code varchar,
    starts_at timestamp, ends_at timestamp, count_candidates integer, count_members integer,
    count_observers integer, quorum integer, is_below_quorum boolean, week_before_on date,
    is_before_list boolean, preparation_on date);
create table core.fct_commission_seats (
    season_code varchar, stage_code varchar, slot_on date, track_code varchar, room_code varchar,
    member_code varchar, role_code varchar, count_recused integer);
create table core.fct_commission_turns (
    season_code varchar, stage_code varchar, candidate_no varchar, track_code varchar, slot_on date,
    room_code varchar, slot_no varchar, turn_no integer, turn_minutes integer, starts_at timestamp,
    questions_at timestamp, ends_at timestamp, is_too_short boolean, recused_member_codes varchar);
create table reporting.rpt_refused_bookings (
    season_code varchar, stage_code varchar, text_kk varchar, text_ru varchar, text_en varchar);
create table reporting.rpt_slot_stages (
    season_code varchar, stage_code varchar, stage_order integer, is_resit boolean, count_slots integer,
    capacity integer, count_booked integer, count_placed integer, count_free integer, count_over integer,
    count_without integer);
"""


@dataclass
class Slots:
    """What a release holds: slots by number as (track or "", capacity, free places), people without a place.

    owed: (number of the candidate, track). elsewhere: (number, day) of places at the interview on a day.
    known_acts: acts whose places the release knows; placed: their (number, slot).
    """

    slots: dict[str, tuple[str, int, int]]
    owed: Sequence[tuple[int, str]]
    resits: Sequence[tuple[int, str]] = ()
    known_acts: Sequence[int] = ()
    placed: Sequence[tuple[int, str]] = ()
    elsewhere: Sequence[tuple[int, date]] = ()
    resit_slots: Sequence[str] = ()
    stage: str = STAGE
    as_of: datetime = AS_OF
    starts: dict[str, datetime] = field(default_factory=dict)


def candidate_no(number: int) -> str:
    """Candidate number of somebody."""
    return f"R25-{number:06d}"


def write_slots(settings: Settings, slots: Slots, release_id: str = "2025-r0001") -> Path:
    """Write the release and point at it; another of the same number takes its place."""
    settings.releases_dir.mkdir(parents=True, exist_ok=True)
    file = settings.releases_dir / f"{release_id}.duckdb"
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as connection:
        head, *rest = _TABLES.strip().split(";\n")
        for statement in [head, *rest]:
            for one in statement.split(";"):
                if one.strip():
                    connection.execute(one, [slots.as_of] if "?" in one else [])
        for name in ("stages", "stage_slots", "tracks"):
            connection.execute(
                f"create table seeds.{name} as from read_csv(?, header = true, nullstr = '')",
                [str(SEEDS / f"{name}.csv")],
            )
        for table, rows in _rows(slots).items():
            for row in rows:
                marks = ", ".join("?" * len(row))
                connection.execute(f"insert into {table} values ({marks})", list(row))
    write_pointer(settings.releases_dir, file)
    return file


def _rows(slots: Slots) -> dict[str, list[tuple[Any, ...]]]:
    people = [*slots.owed, *slots.resits, *((n, "agro") for n, _ in slots.placed)]
    starts = {
        number: slots.starts.get(number, FIRST + timedelta(days=n))
        for n, number in enumerate(sorted(slots.slots))
    }
    loads = [
        (
            SEASON, slots.stage, number, number in slots.resit_slots, starts[number].date(), starts[number],
            starts[number] + timedelta(hours=6), "R-1", track or None, None, False, True, capacity,
            capacity - free, 0, free, 0, 0,
        )
        for number, (track, capacity, free) in slots.slots.items()
    ]  # fmt: skip
    free = sum(free for _, _, free in slots.slots.values())
    capacity = sum(capacity for _, capacity, _ in slots.slots.values())
    return {
        "core.fct_slot_loads": loads,
        "core.fct_places_owed": [
            (SEASON, slots.stage, candidate_no(n), track, "kk", is_resit, code)
            for rows, is_resit, code in ((slots.owed, False, "to_place"), (slots.resits, True, "resit"))
            for n, track in rows
        ],
        "core.fct_booking_outcomes": [
            (SEASON, slots.stage, candidate_no(1), act) for act in slots.known_acts
        ],
        "core.fct_places": [
            (SEASON, slots.stage, candidate_no(n), False, slot, starts[slot],
             starts[slot] + timedelta(hours=6), starts[slot].date(), "R-1", "placed")
            for n, slot in slots.placed
        ] + [
            (SEASON, "interview", candidate_no(n), False, "IV", datetime.combine(day, FIRST.time()),
             datetime.combine(day, FIRST.time()) + timedelta(hours=1), day, "R-2", "booking")
            for n, day in slots.elsewhere
        ],
        "core.dim_candidates": [(SEASON, candidate_no(n), track, "kk") for n, track in people],
        "selection.sel_stage_results": [
            (SEASON, slots.stage, candidate_no(n), "pending") for n, _ in people
        ],
        "reporting.rpt_slot_stages": [
            (SEASON, slots.stage, 6, False, len(loads), capacity, capacity - free, 0, free, 0,
             len(slots.owed))
        ],
        "reporting.rpt_refused_bookings": [(SEASON, slots.stage, "толық", "занято", "full")],
        "core.fct_commission_sessions": [
            (SEASON, "expert_commission", date(2025, 10, 8), "agro", "R-3", datetime(2025, 10, 8, 4),
             datetime(2025, 10, 8, 5), 1, 4, 1, 5, True, date(2025, 10, 1), True, date(2025, 10, 3))
        ],
        "core.fct_commission_seats": [
            (SEASON, "expert_commission", date(2025, 10, 8), "agro", "R-3", code, role, recused)
            for code, role, recused in (("PM-01", "permanent", 1), ("TM-AGR-01", "track", 0),
                                        ("OB-AGR-01", "observer", 0))
        ],
        "core.fct_commission_turns": [
            (SEASON, "expert_commission", candidate_no(77), "agro", date(2025, 10, 8), "R-3", "EC-1", 1, 15,
             datetime(2025, 10, 8, 4), datetime(2025, 10, 8, 4, 5), datetime(2025, 10, 8, 4, 15), False,
             "PM-01")
        ],
    }  # fmt: skip
