"""Seasons for tests: write, land and build one quickly, and compare the warehouse with the oracle.

The quick build runs the very SQL that dbt compiled, in dbt's order, without starting dbt again for every
season. What dbt adds (contracts, tests) is exercised by the end-to-end test.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import duckdb

from ingestion.batches import Acceptance
from ingestion.config import IngestionConfig
from ingestion.expectations import ENGINE_DUCKDB
from ingestion.loader import ensure_raw_tables, land_files, pending_files
from tests.oracle import OracleSeason

PROJECT = Path(__file__).parents[2] / "dbt_project"
CLOCK = "1999-12-31 23:59:59"
PUBLISHING = "nothing is being published"
AFTER_THE_SEASON = datetime(2025, 12, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Step:
    """One relation that dbt builds: where, how, and the SQL it compiled."""

    relation: str
    materialization: str
    sql: str


@dataclass(frozen=True)
class CompiledProject:
    """The dbt project compiled once: its SQL in building order, and a database that holds the seeds."""

    template: Path
    steps: tuple[Step, ...]


def ingestion_config(home: Path, landing: Path) -> IngestionConfig:
    """Settings of a test season below `home`."""
    return IngestionConfig(
        warehouse=home / "warehouse.duckdb",
        vault=home / "vault.duckdb",
        vault_key="test-vault-key",
        person_secret="test-person-secret",
        landing_dir=landing,
    )


def compile_project(folder: Path, project: Path = PROJECT) -> CompiledProject:
    """Build a project once with dbt on empty raw tables and keep what it compiled."""
    folder.mkdir(parents=True, exist_ok=True)
    config = ingestion_config(folder, folder / "landing")
    ensure_raw_tables(config)
    target = folder / "target"
    dbt = Path(sys.executable).with_name("dbt")
    done = subprocess.run(
        [
            str(dbt),
            "build",
            "--no-use-colors",
            "--exclude-resource-type",
            "test",
            "unit_test",
            "--vars",
            json.dumps({"as_of": CLOCK, "publishing": PUBLISHING}),
            "--target-path",
            str(target),
            "--log-path",
            str(folder / "logs"),
        ],
        cwd=project,
        env={**os.environ, "REZERV_WAREHOUSE": str(config.warehouse), "DBT_PROFILES_DIR": str(project)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise AssertionError(f"dbt could not build the empty project:\n{done.stdout[-4000:]}")
    manifest = json.loads((target / "manifest.json").read_text())
    results = json.loads((target / "run_results.json").read_text())["results"]
    steps = []
    for result in results:
        node = manifest["nodes"][result["unique_id"]]
        if node["resource_type"] == "model":
            relation = f'"{node["schema"]}"."{node["alias"]}"'
            steps.append(Step(relation, node["config"]["materialized"], result["compiled_code"]))
    return CompiledProject(config.warehouse, tuple(steps))


def saved(project: CompiledProject, file: Path) -> None:
    """Write a compiled project down, so that other test processes need not compile it."""
    steps = [[step.relation, step.materialization, step.sql] for step in project.steps]
    file.write_text(json.dumps({"template": str(project.template), "steps": steps}))


def restored(file: Path) -> CompiledProject:
    """A compiled project that `saved` wrote."""
    held = json.loads(file.read_text())
    return CompiledProject(Path(held["template"]), tuple(Step(*step) for step in held["steps"]))


@dataclass
class TestSeason:
    """A season on disk: its landing folder and its warehouse."""

    __test__ = False

    config: IngestionConfig
    project: CompiledProject
    # Both engines judge alike (tests/integration/test_engines.py); this one is much quicker on small files.
    engine: str = ENGINE_DUCKDB

    def land(self) -> list[object]:
        """Land everything that waits in the landing folder."""
        word = Acceptance("a test", "corrections of this test may be smaller than what they correct")
        files = pending_files(self.config)
        return list(land_files(self.config, files, None, acceptance=word, engine=self.engine))

    def build(self, as_of: datetime = AFTER_THE_SEASON, publishing: str = "") -> None:
        """Build every model as of a moment, or to publish a stage (`<season>/<stage>`) at that moment."""
        clock = as_of.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        with duckdb.connect(str(self.config.warehouse)) as connection:
            connection.execute("set threads = 1")
            for step in self.project.steps:
                kind = "view" if step.materialization == "view" else "table"
                sql = step.sql.replace(CLOCK, clock).replace(PUBLISHING, publishing)
                connection.execute(f"create or replace {kind} {step.relation} as {sql}")

    def query(self, sql: str) -> list[tuple]:
        """Rows of a query on the warehouse."""
        with duckdb.connect(str(self.config.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()


def open_season(project: CompiledProject, home: Path, landing: Path) -> TestSeason:
    """A warehouse with seeds and empty raw tables over a landing folder."""
    home.mkdir(parents=True, exist_ok=True)
    config = ingestion_config(home, landing)
    shutil.copy(project.template, config.warehouse)
    return TestSeason(config, project)


def differences(season: TestSeason, oracle: OracleSeason) -> list[str]:
    """What the warehouse and the oracle say differently, by person and by cut; empty if nothing."""
    return _result_differences(season, oracle) + _cutoff_differences(season, oracle)


def drift_differences(season: TestSeason, oracle: OracleSeason) -> list[str]:
    """What the warehouse and the oracle say differently of the drift of published lists."""
    rows = season.query("select stage_code, candidate_no, change_code from selection.sel_drift")
    warehouse = {(stage, candidate): change for stage, candidate, change in rows}
    return [
        f"drift {key}: warehouse {warehouse.get(key)}, oracle {oracle.drift.get(key)}"
        for key in sorted(warehouse.keys() | oracle.drift.keys())
        if warehouse.get(key) != oracle.drift.get(key)
    ]


def mark_differences(season: TestSeason, oracle: OracleSeason) -> list[str]:
    """What the warehouse and the oracle say differently of the versions of experts' marks (A20)."""
    rows = season.query(
        "select work_no, expert_code, criterion_code, version_no, mark_handling_code"
        " from core.fct_expert_mark_versions"
    )
    warehouse = {tuple(row[:4]): row[4] for row in rows}
    return [
        f"mark {key}: warehouse {warehouse.get(key)}, oracle {oracle.marks.get(key)}"
        for key in sorted(warehouse.keys() | oracle.marks.keys())
        if warehouse.get(key) != oracle.marks.get(key)
    ]


def _fraction(numerator: int | None, denominator: int | None) -> Fraction | None:
    return None if numerator is None or denominator is None else Fraction(numerator, denominator)


def _result_differences(season: TestSeason, oracle: OracleSeason) -> list[str]:
    rows = season.query("""
        select stage_code, candidate_no, status_code, reason_code, track_code, score_numerator,
            score_denominator, rank, decision_no
        from selection.sel_stage_results
    """)
    warehouse = {
        (stage, candidate): (status, reason, track, _fraction(numerator, denominator), rank, decision)
        for stage, candidate, status, reason, track, numerator, denominator, rank, decision in rows
    }
    expected = {
        key: (r.status, r.reason, r.track, r.score, r.rank, r.decision_no)
        for key, r in oracle.results.items()
    }
    keys = sorted(warehouse.keys() | expected.keys())
    return [
        f"{key}: warehouse {warehouse.get(key)}, oracle {expected.get(key)}"
        for key in keys
        if not same_standing(warehouse.get(key), expected.get(key))
    ]


def same_standing(ours: tuple | None, theirs: tuple | None) -> bool:
    """Equal, except that a score that ranked nobody need not be shown by both."""
    if ours is None or theirs is None:
        return ours is theirs
    ranked = ours[4] is not None or theirs[4] is not None or "supernumerary" in (ours[0], theirs[0])
    return ours == theirs if ranked else ours[:3] + ours[4:] == theirs[:3] + theirs[4:]


def _cutoff_differences(season: TestSeason, oracle: OracleSeason) -> list[str]:
    rows = season.query("""
        select stage_code, track_code, count_pool, limit_places, cutoff_numerator, cutoff_denominator,
            count_admitted, count_by_tie, count_supernumerary, is_shortfall
        from selection.sel_cutoffs
        where is_published and stage_code in (
            select stage_code from seeds.stages where admits_by_code in ('share', 'places')
        )
    """)
    found = []
    for stage, track, pool, limit, numerator, denominator, admitted, by_tie, extra, shortfall in rows:
        ours = (pool, limit, _fraction(numerator, denominator), admitted, by_tie, extra, shortfall)
        cut = oracle.cutoffs.get((stage, track))
        theirs = cut and (
            cut.pool,
            cut.limit,
            cut.cutoff,
            cut.admitted,
            cut.by_tie,
            cut.supernumerary,
            cut.is_shortfall,
        )
        if ours != theirs:
            found.append(f"cut {stage} {track}: warehouse {ours}, oracle {theirs}")
    return found
