"""Places in the warehouse against the oracle, request by request (Order §7.1; docs/rules.md, Slots).

Here: whole seasons as of several moments, and small hand-made catalogues with crowds of bookings, moves,
cancellations, stops and acts in any order. Not here: placing (`tests/unit/orchestration/slots/`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ingestion.sample_season import write_season
from tests.oracle import order
from tests.oracle.reading import read_landing
from tests.oracle.season import compute
from tests.oracle.slots import LIST_BEFORE, places_of, preparation_on
from tests.support.crowds import write_crowd
from tests.support.season import AFTER_THE_SEASON, CompiledProject, TestSeason, open_season

MOMENTS = (
    order.local(2025, 7, 20),
    order.local(2025, 8, 8, 12),
    order.local(2025, 9, 22, 20),
    order.local(2025, 10, 4),
    AFTER_THE_SEASON,
)


def place_differences(season: TestSeason, landing: Path, as_of: datetime) -> list[str]:
    """What the warehouse and the oracle say differently of requests, places and what is owed."""
    tables = read_landing(landing, as_of, as_of)
    found = places_of(tables, as_of, compute(tables, as_of))
    outcomes = dict(season.query("select arrival_id, booking_handling_code from core.fct_booking_outcomes"))
    places = {
        (who, stage, is_resit): (slot, turn)
        for who, stage, is_resit, slot, turn in season.query(
            "select candidate_no, stage_code, is_resit, slot_no, turn_no from core.fct_places"
        )
    }
    owed = {
        (stage, who): code
        for stage, who, code in season.query(
            "select stage_code, candidate_no, owed_code from core.fct_places_owed"
        )
    }
    return [
        f"{key}: warehouse {ours.get(key)}, oracle {theirs.get(key)}"
        for ours, theirs in ((outcomes, found.outcomes), (places, found.places), (owed, found.owed))
        for key in sorted(ours.keys() | theirs.keys())
        if ours.get(key) != theirs.get(key)
    ]


def landed(project: CompiledProject, folder: Path, landing: Path) -> TestSeason:
    season = open_season(project, folder / "home", landing)
    season.land()
    return season


def test_a_whole_season_at_any_moment(compiled_project: CompiledProject, tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    write_season(landing, size=260, seed=5)
    season = landed(compiled_project, tmp_path, landing)
    seen: set[str] = set()
    for moment in MOMENTS:
        season.build(moment)
        assert place_differences(season, landing, moment) == []
        seen |= {code for (code,) in season.query("select owed_code from core.fct_places_owed")}
    assert seen == {"to_place", "to_choose", "resit"}
    codes = {code for (code,) in season.query("select booking_handling_code from core.fct_booking_outcomes")}
    assert len(codes) >= 12


@pytest.mark.parametrize(
    "seed", [*range(4), *(pytest.param(n, marks=pytest.mark.long) for n in range(4, 60))]
)
def test_crowds(compiled_project: CompiledProject, tmp_path: Path, seed: int) -> None:
    landing = tmp_path / "landing"
    write_season(landing, size=60, seed=seed, scenarios=("power_cut_resit", "withdrawals"))
    moment = write_crowd(landing, seed)
    season = landed(compiled_project, tmp_path, landing)
    season.build(moment)
    assert place_differences(season, landing, moment) == []
    over = season.query("select count(*) from core.fct_slot_loads where count_over > 0 and count_placed = 0")
    assert over == [(0,)]


def test_the_timetable_of_the_commission(compiled_project: CompiledProject, tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    write_season(landing, size=400, seed=4)
    season = landed(compiled_project, tmp_path, landing)
    season.build()
    turns = season.query(
        "select t.slot_no, t.starts_at, t.questions_at, t.ends_at, s.starts_at, s.ends_at, s.capacity"
        " from core.fct_commission_turns as t join core.dim_slots as s using (slot_no)"
        " order by t.slot_no, t.turn_no"
    )
    assert len(turns) > 20
    ends: dict[str, datetime] = {}
    for slot, starts, questions, until, opens, closes, capacity in turns:
        assert starts == ends.get(slot, opens)
        assert questions - starts == timedelta(minutes=5)
        assert (
            (until - starts) * capacity <= closes - opens < (until - starts + timedelta(minutes=1)) * capacity
        )
        ends[slot] = until
    listed_on = (order.STAGE[LIST_BEFORE["expert_commission"]].published_at).astimezone(order.LOCAL).date()
    sessions = season.query(
        "select slot_on, track_code, count_members, count_observers, preparation_on, is_before_list,"
        " is_below_quorum from core.fct_commission_sessions"
    )
    assert len(sessions) >= 5
    for slot_on, _, members, observers, prepared_on, is_before, is_below in sessions:
        assert prepared_on == preparation_on(slot_on, listed_on)
        assert is_before == (slot_on - timedelta(days=7) < listed_on)
        assert (members, observers, is_below) == (8, 1, False)
    seats = set(season.query("select track_code, member_code, role_code from core.fct_commission_seats"))
    for track, code, role in seats:
        assert role == "permanent" or track[:3].upper() in code
        assert not code.endswith("-05"), "away"
    recused = season.query(
        "select count(*) from core.fct_commission_turns as t, core.fct_rater_marks as m"
        " where m.stage_code = t.stage_code and m.candidate_no = t.candidate_no and m.is_recused"
        " and not list_contains(string_split(coalesce(t.recused_member_codes, ''), '|'), m.rater_code)"
    )
    assert recused == [(0,)]
