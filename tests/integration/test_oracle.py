"""The warehouse against the oracle: two independent computations of a season agree person by person.

Each scenario is tried alone and all together, for several seeds and sizes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingestion.sample_season import SCENARIOS, write_season
from tests.oracle import run_oracle
from tests.support.season import AFTER_THE_SEASON, CompiledProject, TestSeason, differences, open_season


def landed(project: CompiledProject, folder: Path, **season: object) -> TestSeason:
    """A season written by the generator and landed."""
    landing = folder / "landing"
    write_season(landing, **season)  # type: ignore[arg-type]
    opened = open_season(project, folder / "home", landing)
    opened.land()
    return opened


def agree(season: TestSeason, as_of: datetime = AFTER_THE_SEASON) -> None:
    """Fail with the first differences between the warehouse and the oracle."""
    season.build(as_of)
    oracle = run_oracle(season.config.landing_dir, as_of)
    assert oracle.results, "the oracle found nobody: the comparison would prove nothing"
    found = differences(season, oracle)
    assert not found, f"{len(found)} differences:\n" + "\n".join(found[:15])


#: Every scenario, in groups that are small enough to say which one is at fault.
GROUPS = [sorted(SCENARIOS)[first::4] for first in range(4)]


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group[0])
def test_scenarios_in_groups(compiled_project: CompiledProject, tmp_path: Path, group: list[str]) -> None:
    agree(landed(compiled_project, tmp_path, size=260, seed=7, scenarios=group))


@pytest.mark.long
@pytest.mark.parametrize("scenario", sorted(SCENARIOS))
def test_each_scenario_alone(compiled_project: CompiledProject, tmp_path: Path, scenario: str) -> None:
    agree(landed(compiled_project, tmp_path, size=260, seed=7, scenarios=[scenario]))


@pytest.mark.parametrize(("size", "seed"), [(40, 1), (600, 2), pytest.param(1500, 3, marks=pytest.mark.long)])
def test_all_scenarios_together(
    compiled_project: CompiledProject, tmp_path: Path, size: int, seed: int
) -> None:
    agree(landed(compiled_project, tmp_path, size=size, seed=seed))


def test_a_clean_season(compiled_project: CompiledProject, tmp_path: Path) -> None:
    agree(landed(compiled_project, tmp_path, size=500, seed=11, scenarios=()))


MOMENTS = [
    datetime(2025, 5, 1, tzinfo=UTC),
    datetime(2025, 6, 20, 7, tzinfo=UTC),
    datetime(2025, 8, 1, 3, 59, 59, tzinfo=UTC),
    datetime(2025, 8, 1, 4, tzinfo=UTC),
    datetime(2025, 8, 8, 4, tzinfo=UTC),
    datetime(2025, 8, 13, 12, tzinfo=UTC),
    datetime(2025, 9, 22, 12, tzinfo=UTC),
    datetime(2025, 10, 20, tzinfo=UTC),
]


def test_as_it_stood_on_any_day(compiled_project: CompiledProject, tmp_path: Path) -> None:
    season = landed(compiled_project, tmp_path, size=400, seed=5)
    for moment in MOMENTS[1:]:
        agree(season, moment)


def test_before_the_season_there_is_nobody(compiled_project: CompiledProject, tmp_path: Path) -> None:
    season = landed(compiled_project, tmp_path, size=40, seed=5)
    season.build(MOMENTS[0])
    assert season.query("select count(*) from selection.sel_stage_results") == [(0,)]


@pytest.mark.long
def test_the_real_size(compiled_project: CompiledProject, tmp_path: Path) -> None:
    season = landed(compiled_project, tmp_path, size=9000, seed=2025)
    agree(season)
    sat, passed = season.query("""
        select sum(count_pool), sum(count_admitted)
        from selection.sel_cutoffs where stage_code = 'text_test'
    """)[0]
    assert abs(sat - 4876) <= 100, "the size of 2025 (FACTS §3)"
    assert 0.53 <= passed / sat <= 0.57, "the share of 2025, ties included"
