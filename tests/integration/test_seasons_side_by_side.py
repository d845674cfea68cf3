"""Two seasons in one warehouse: the second is rows of the seeds, and neither touches the other.

The second season (tests/support/second_season.py) has other tracks, stages, places and policies; what comes
out of it is worked out by hand below.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from ingestion import derivation, expectations
from ingestion.contracts import odcs
from ingestion.sample_season import write_season
from tests.support import second_season
from tests.support.season import AFTER_THE_SEASON, CompiledProject, TestSeason, compile_project, open_season


@dataclass(frozen=True)
class Seasons:
    """The dbt project with both seasons, a warehouse of both and one of the sample season alone."""

    project: Path
    both: TestSeason
    alone: TestSeason


def _forget_seeds() -> None:
    for module in (odcs, derivation, expectations):
        for member in vars(module).values():
            if hasattr(member, "cache_clear"):
                member.cache_clear()


@pytest.fixture(scope="module")
def seasons(compiled_project: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> Seasons:
    """The sample season of 80 accounts, alone and beside thirteen candidates of another season."""
    folder = tmp_path_factory.mktemp("seasons")
    write_season(folder / "alone" / "landing", size=80, seed=4)
    alone = _computed(compiled_project, folder / "alone")
    project = second_season.copy_project(folder)
    with pytest.MonkeyPatch.context() as patch:
        # the door reads its code lists from the seeds
        patch.setattr(odcs, "SEEDS_DIR", project / "seeds")
        patch.setattr(derivation, "SEEDS_DIR", project / "seeds")
        _forget_seeds()
        write_season(folder / "both" / "landing", size=80, seed=4)
        second_season.write_files(folder / "both" / "landing")
        both = _computed(compile_project(folder / "compiled", project), folder / "both")
    _forget_seeds()
    return Seasons(project, both, alone)


def _computed(compiled: CompiledProject, folder: Path) -> TestSeason:
    season = open_season(compiled, folder / "home", folder / "landing")
    season.land()
    season.build(AFTER_THE_SEASON)
    return season


# stage, candidate: reason, score, rank, cut-off, limit
EXPECTED = {
    # 12 lacks a consent; 13 is 38, and the limit of this season is 30
    **{("registration", number): ("ELIGIBLE", None, None, None, None) for number in range(1, 12)},
    ("registration", 12): ("CONSENTS", None, None, None, None),
    ("registration", 13): ("AGE", None, None, None, None),
    # social: 5 is excluded before the list, two thirds of four are 2 (rounded down), 2 and 3 are equal
    ("text_test", 1): ("WITHIN_LIMIT", (3, 1), 1, (2, 1), 2),
    ("text_test", 2): ("BY_TIE", (2, 1), 2, (2, 1), 2),
    ("text_test", 3): ("BY_TIE", (2, 1), 2, (2, 1), 2),
    ("text_test", 4): ("BELOW_CUTOFF", (1, 1), 4, (2, 1), 2),
    ("text_test", 5): ("EXCLUDED", None, None, (2, 1), 2),
    # economy: two thirds of three; digital: one did not come, two thirds of two are 1
    ("text_test", 6): ("WITHIN_LIMIT", (3, 1), 1, (2, 1), 2),
    ("text_test", 7): ("WITHIN_LIMIT", (2, 1), 2, (2, 1), 2),
    ("text_test", 8): ("BELOW_CUTOFF", (1, 1), 3, (2, 1), 2),
    ("text_test", 9): ("WITHIN_LIMIT", (3, 1), 1, (3, 1), 1),
    ("text_test", 10): ("BELOW_CUTOFF", (2, 1), 2, (3, 1), 1),
    ("text_test", 11): ("ABSENT", None, None, (3, 1), 1),
    # social: two places, 2 and 3 are equal for the second, and equals who do not fit stay out (A4)
    ("interview", 1): ("WITHIN_LIMIT", (16, 4), 1, (4, 1), 2),
    ("interview", 2): ("BELOW_CUTOFF", (12, 4), 2, (4, 1), 2),
    ("interview", 3): ("BELOW_CUTOFF", (12, 4), 2, (4, 1), 2),
    ("interview", 6): ("WITHIN_LIMIT", (18, 4), 1, (9, 2), 1),
    ("interview", 7): ("BELOW_CUTOFF", (16, 4), 2, (9, 2), 1),
    # digital: two places, one person
    ("interview", 9): ("SHORTFALL", (5, 4), 1, None, 2),
    ("national_commission", 1): ("ENROLLED", None, None, None, 1),
    ("national_commission", 6): ("NOT_ENROLLED", None, None, None, 1),
    ("national_commission", 9): ("DECISION_PENDING", None, None, None, 1),
}


def test_the_second_season_person_by_person(seasons: Seasons) -> None:
    def pair(numerator: int | None, denominator: int | None) -> tuple[int, int] | None:
        return None if numerator is None or denominator is None else (numerator, denominator)

    rows = seasons.both.query("""
        select
            results.stage_code, results.candidate_no[5:]::integer, results.reason_code,
            results.score_numerator, results.score_denominator, results.rank,
            results.cutoff_numerator, results.cutoff_denominator, cutoffs.limit_places
        from selection.sel_stage_results as results
        left join selection.sel_cutoffs as cutoffs using (season_code, stage_code, track_code)
        where season_code = '2024'
    """)
    found = {
        (stage, number): (reason, pair(*score), rank, pair(*cutoff), limit)
        for stage, number, reason, *score, rank, cutoff_numerator, cutoff_denominator, limit in rows
        for cutoff in [(cutoff_numerator, cutoff_denominator)]
    }
    assert found == EXPECTED


def test_the_second_season_has_its_own_tracks_and_stages(seasons: Seasons) -> None:
    cuts = seasons.both.query("""
        select stage_code, track_code, count_entered, count_admitted, is_shortfall
        from selection.sel_cutoffs where season_code = '2024' order by stage_order, track_code
    """)
    assert cuts == [
        ("registration", "digital", 3, 3, False),
        ("registration", "economy", 5, 3, False),
        ("registration", "social", 5, 5, False),
        ("text_test", "digital", 3, 1, False),
        ("text_test", "economy", 3, 2, False),
        ("text_test", "social", 5, 3, False),
        ("interview", "digital", 1, 1, True),
        ("interview", "economy", 2, 1, False),
        ("interview", "social", 3, 1, False),
        ("national_commission", "digital", 1, 0, False),
        ("national_commission", "economy", 1, 0, False),
        ("national_commission", "social", 1, 1, False),
    ]


def test_the_first_season_is_what_it_is_alone(seasons: Seasons) -> None:
    """Every row of every table that says its season, but for counts of files, which no season tells apart."""
    tables = seasons.alone.query("""
        select schema_name || '.' || table_name
        from duckdb_columns()
        where column_name = 'season_code'
            and schema_name in ('core', 'selection', 'reporting', 'restricted')
            and table_name not in ('fct_feeds', 'rpt_feeds')
        order by all
    """)
    assert len(tables) > 30
    changed = []
    for (table,) in tables:
        rows = f"select * from {table} where season_code = '2025' order by all"
        if seasons.both.query(rows) != seasons.alone.query(rows):
            changed.append(table)
    assert changed == []


def test_every_claim_holds_of_both(seasons: Seasons) -> None:
    """The tests of the seeds and models, as dbt runs them before a release."""
    folder = seasons.both.config.warehouse.parent
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")),
            "test",
            "--no-use-colors",
            "--quiet",
            "--exclude-resource-type",
            "unit_test",
            "--vars",
            json.dumps({"as_of": AFTER_THE_SEASON.strftime("%Y-%m-%d %H:%M:%S")}),
            "--target-path",
            str(folder / "target"),
            "--log-path",
            str(folder / "logs"),
        ],
        cwd=seasons.project,
        env={
            **os.environ,
            "REZERV_WAREHOUSE": str(seasons.both.config.warehouse),
            "DBT_PROFILES_DIR": str(seasons.project),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    results = json.loads((folder / "target" / "run_results.json").read_text())["results"]
    failed = [result["unique_id"] for result in results if result["status"] in ("fail", "error")]
    assert not failed, "\n".join([*failed, done.stdout[-3000:]])
    assert len(results) > 100
