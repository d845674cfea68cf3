"""Policies and publication: the warehouse against the oracle, person by person.

Each alternative of each policy of the cuts on a season with every scenario; seasons published by acts, with
random corrections between them, restated, kept, and looked at as of any moment.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import duckdb
import pytest

from ingestion.sample_season import write_season
from tests.oracle import order, run_oracle
from tests.oracle.policy import DEFAULT, VALUES, Policy
from tests.support.acts import Acts
from tests.support.corrections import gather, write_corrections
from tests.support.season import (
    AFTER_THE_SEASON,
    CompiledProject,
    TestSeason,
    differences,
    drift_differences,
    open_season,
)

ALTERNATIVES = [
    (name, value) for name, values in VALUES.items() for value in values if value != getattr(DEFAULT, name)
]
SHOWN = 10


@pytest.fixture(scope="module")
def season(compiled_project: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> TestSeason:
    """A landed season with every scenario."""
    folder = tmp_path_factory.mktemp("policies")
    write_season(folder / "landing", size=420, seed=6)
    opened = open_season(compiled_project, folder / "home", folder / "landing")
    opened.land()
    return opened


def set_policy(season: TestSeason, policy: Policy) -> None:
    """The seed of the warehouse says what the oracle's policy says."""
    with duckdb.connect(str(season.config.warehouse)) as connection:
        for name in VALUES:
            connection.execute(
                "update seeds.policy set value = ? where parameter_code = ?",
                [str(getattr(policy, name)), name],
            )


def compare(season: TestSeason, as_of: datetime, policy: Policy = DEFAULT) -> None:
    """Official results, cut-offs and drift are the oracle's."""
    season.build(as_of)
    oracle = run_oracle(season.config.landing_dir, as_of, policy=policy)
    found = differences(season, oracle) + drift_differences(season, oracle)
    assert not found, f"{policy}\n{len(found)} differences:\n" + "\n".join(found[:SHOWN])


@pytest.mark.parametrize(("name", "value"), ALTERNATIVES)
def test_each_policy_alone(season: TestSeason, name: str, value: object) -> None:
    policy = Policy(**{name: value})
    set_policy(season, policy)
    compare(season, AFTER_THE_SEASON, policy)


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(n, marks=pytest.mark.long) for n in range(2, 6))])
def test_policies_together(season: TestSeason, seed: int) -> None:
    chance = Random(seed)
    policy = Policy(**{name: chance.choice(values) for name, values in VALUES.items()})
    set_policy(season, policy)
    compare(season, AFTER_THE_SEASON, policy)


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.long) for n in (2, 3))])
def test_a_season_published_by_acts(compiled_project: CompiledProject, tmp_path: Path, seed: int) -> None:
    """Lists at or after their moment, corrections of every feed, restatements and kept lists in between."""
    chance = Random(seed)
    landing = tmp_path / "landing"
    write_season(tmp_path / "season", size=90, seed=seed)
    gather(tmp_path / "season", landing)
    write_corrections(landing, seed)
    season = open_season(compiled_project, tmp_path / "home", landing)
    season.land()
    acts, moments = Acts(season), []
    at = order.STAGES[0].published_at
    for stage in order.STAGES:
        at = max(at, stage.published_at) + chance.choice((0, 0, 1, 7, 30)) * timedelta(hours=1)
        acts.publish(stage.code, at)
        moments.append(at)
        if chance.random() < 0.5:
            at += timedelta(minutes=5)
            restated = chance.choice(list(acts.versions))
            kind = chance.choice(("whole", "only_late"))
            season.build(at)
            if season.query(
                "select 1 from intermediate.int_lists__next"
                f" where stage_code = '{restated}' and kind_code = '{kind}' limit 1"
            ):
                acts.publish(restated, at, kind)
                moments.append(at)
    compare(season, AFTER_THE_SEASON)
    for moment in chance.sample(moments, 3):
        compare(season, moment + chance.choice((-1, 0, 1)) * timedelta(seconds=1))


def test_a_list_just_published_has_no_drift_and_a_kept_one_is_kept(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    landing = tmp_path / "landing"
    write_season(landing, size=260, seed=5)
    season = open_season(compiled_project, tmp_path / "home", landing)
    season.land()
    acts = Acts(season)
    for stage in order.STAGES[:4]:
        acts.publish(stage.code, stage.published_at + timedelta(hours=2))
        season.build(stage.published_at + timedelta(hours=2))
        assert season.query(f"select * from selection.sel_drift where stage_code = '{stage.code}'") == []
    season.build()
    text_test = "from reporting.rpt_publications where stage_code = 'text_test'"
    assert season.query(f"select count_drift > 0, is_drift_kept {text_test}") == [(True, False)]
    acts.keep("text_test", AFTER_THE_SEASON - timedelta(minutes=2))
    season.build()
    assert season.query(f"select count_drift > 0, is_drift_kept {text_test}") == [(True, True)]
