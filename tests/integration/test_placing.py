"""Placing through a whole season: acts read a release, land as a feed, and the warehouse says what they gave.

Here: from who is owed a place to nobody owed one, against the oracle. Not here: when an act is refused
(`tests/unit/orchestration/slots/`), crowds (`test_slots.py`).
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from ingestion.sample_season import write_season
from orchestration.settings import Settings
from orchestration.slots.delivery import deliver_placements
from orchestration.slots.placements import commit, give, place_owed, slots_folder
from orchestration.slots.verification import verify_book
from tests.integration.test_slots import place_differences
from tests.oracle import order
from tests.support.fake_release import write_pointer
from tests.support.privacy import people_of
from tests.support.season import CompiledProject, TestSeason, open_season
from tests.unit.orchestration.conftest import make_settings

BY = "A. Engineer"
# Each stage when its booking is over, in the order of the season.
ACTS = (
    ("text_test", order.local(2025, 8, 7, 8)),
    ("assessment_centre", order.local(2025, 8, 21, 23, 30)),
    ("interview", order.local(2025, 9, 23, 0, 30)),
    ("expert_commission", order.local(2025, 10, 7, 23, 30)),
)


def released(season: TestSeason, settings: Settings, as_of: datetime) -> Settings:
    """Build as of a moment, and release the build as it is."""
    season.build(as_of)
    file = settings.releases_dir / "2025-r0001.duckdb"
    file.unlink(missing_ok=True)
    shutil.copy(season.config.warehouse, file)
    moment = as_of.astimezone(UTC).replace(tzinfo=None)
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema if not exists release")
        connection.execute(
            "create or replace table release.manifest as select '2025' as season_code, ?::timestamp as as_of",
            [moment],
        )
    write_pointer(settings.releases_dir, file)
    return replace(settings, as_of=moment)


def owed(season: TestSeason, stage: str) -> set[str]:
    rows = season.query(
        f"select candidate_no from core.fct_places_owed where stage_code = '{stage}'"
        " and owed_code <> 'to_choose'"
    )
    return {who for (who,) in rows}


@pytest.fixture
def opened(compiled_project: CompiledProject, tmp_path: Path) -> tuple[TestSeason, Settings]:
    settings = make_settings(tmp_path / "home")
    write_season(settings.landing_dir, size=420, seed=9)
    for file in settings.landing_dir.glob("*/platform__bookings*.csv"):
        # the platform assigns nothing by itself
        lines = [line for line in file.read_text().splitlines() if not line.endswith(",true")]
        file.write_text("\n".join(lines) + "\n")
    season = open_season(compiled_project, tmp_path / "warehouse", settings.landing_dir)
    season.land()
    return season, settings


def test_who_did_not_choose_is_placed_and_lands(opened: tuple[TestSeason, Settings]) -> None:
    season, settings = opened
    count = 0
    for stage, moment in ACTS:
        at = released(season, settings, moment)
        waiting = owed(season, stage)
        before = set(season.query("select candidate_no, stage_code, is_resit, slot_no from core.fct_places"))
        commit(at, stage, BY)
        act = place_owed(at, stage, BY)
        assert act is not None and act.is_new and act.slots.keys() == waiting, stage
        count += len(waiting)
        assert len(deliver_placements(at)) == 1
        season.land()
        again = released(season, settings, moment)
        assert owed(season, stage) == set()
        after = set(season.query("select candidate_no, stage_code, is_resit, slot_no from core.fct_places"))
        assert before < after and len(after) - len(before) == len(waiting)
        over = season.query("select count(*) from core.fct_slot_loads where count_over > 0")
        assert over == [(0,)]
        same = place_owed(again, stage, BY)
        assert same is not None and not same.is_new
        assert place_differences(season, settings.landing_dir, moment) == []
    assert count >= 20
    found = verify_book(slots_folder(settings) / "book.jsonl")
    assert (found.finding, found.count_places) == (None, count)
    people = people_of(settings.landing_dir)
    files = [file for file in slots_folder(settings).rglob("*") if file.is_file()]
    assert len(files) >= 4 * 4
    for file in files:
        assert people.kinds_in(file.read_text()) == set(), file.name


def test_support_sets_the_time_of_a_resit(opened: tuple[TestSeason, Settings]) -> None:
    """§5.7: the slot that was decided is the candidate's; nobody is owed one any more."""
    season, settings = opened
    stage, moment = ACTS[0]
    at = released(season, settings, moment)
    who = min(owed(season, stage))
    [(slot,)] = season.query(
        "select max(slot_no) from core.fct_slot_loads"
        " where stage_code = 'text_test' and is_resit and is_offered"
    )
    give(at, stage, who, slot, BY, "support, by telephone")
    deliver_placements(at)
    season.land()
    released(season, settings, moment)
    assert who not in owed(season, stage)
    held = season.query(
        f"select slot_no, arrival_code from core.fct_places where candidate_no = '{who}' and is_resit"
    )
    assert held == [(slot, "decided")]
    assert place_differences(season, settings.landing_dir, moment) == []
