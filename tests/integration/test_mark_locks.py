"""Experts' marks and their lock (A20): every version in the warehouse against the oracle.

Here: seasons with random changes of marks and decisions that record them, as of any moment, and what is
shown of the refused. Not here: hand-worked cases (`tests/unit/oracle/test_marks.py`).
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from ingestion.sample_season import write_season
from tests.oracle import order, run_oracle
from tests.support.corrections import gather, write_corrections
from tests.support.season import (
    AFTER_THE_SEASON,
    CompiledProject,
    differences,
    mark_differences,
    open_season,
)


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.long) for n in (2, 3))])
def test_random_changes_of_marks(compiled_project: CompiledProject, tmp_path: Path, seed: int) -> None:
    write_season(tmp_path / "season", size=90, seed=seed)
    gather(tmp_path / "season", tmp_path / "landing")
    write_corrections(tmp_path / "landing", seed)
    season = open_season(compiled_project, tmp_path / "home", tmp_path / "landing")
    season.land()
    listed = order.STAGE["situational"].published_at
    near = listed + Random(seed).choice((-1, 0, 1)) * timedelta(hours=6)
    for moment in (near, AFTER_THE_SEASON):
        season.build(moment)
        oracle = run_oracle(tmp_path / "landing", moment)
        assert oracle.marks or moment == near
        assert mark_differences(season, oracle) + differences(season, oracle) == []


def test_each_way_of_a_mark_is_in_the_sample_season_and_shown(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    write_season(tmp_path / "landing", size=420, seed=6, scenarios=["corrected_file"])
    season = open_season(compiled_project, tmp_path / "home", tmp_path / "landing")
    season.land()
    season.build()
    ways = dict(
        season.query("select mark_handling_code, count(*) from core.fct_expert_mark_versions group by 1")
    )
    assert ways.pop("counted") > 100
    criteria = len(order.CRITERIA["situational"])
    assert ways == dict.fromkeys(("replaced", "without_record", "after_lock", "after_panel"), criteria)
    refused = season.query(
        "select mark_handling_code, count(*), bool_and(points != points_counted), any_value(text_kk)"
        " from reporting.rpt_refused_marks group by 1 order by 1"
    )
    assert [row[:2] for row in refused] == [
        ("after_lock", criteria), ("after_panel", criteria), ("without_record", criteria)
    ]  # fmt: skip
    assert all(is_other for code, _, is_other, _ in refused if code != "after_panel")
    ((recorded,),) = season.query(
        "select count(*) from core.fct_expert_mark_versions as versions"
        " join core.fct_working_group_decisions as decisions using (candidate_no, decision_no)"
        " where decisions.action_code = 'correct_mark' and versions.mark_handling_code = 'counted'"
    )
    assert recorded == criteria
