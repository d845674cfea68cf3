"""Settings, a hand-made warehouse, and definitions for the tests of orchestration."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.contracts import load_contract
from ingestion.contracts.examples import example_rows, written
from orchestration.builds import CheckOutcome, finish_build, start_build
from orchestration.settings import Settings, load_settings
from tests.support.books import create_books
from tests.support.season import CompiledProject

SECRETS = {"REZERV_VAULT_KEY": "k" * 32, "REZERV_PERSON_SECRET": "s" * 32}
AS_OF = datetime(2025, 12, 1)
PASSED = CheckOutcome("test.unique_candidates", "ERROR", "pass", 0)

# candidate, status, score numerator, denominator, rank
Result = tuple[str, str, int | None, int | None, int | None]
RESULTS: tuple[Result, ...] = (
    ("R25-000001", "admitted", 13, 3, 1),
    ("R25-000002", "admitted", 4, 1, 2),
    ("R25-000003", "not_admitted", 7, 2, 3),
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an empty home, with secrets."""
    return make_settings(tmp_path / "home")


def make_settings(home: Path, **more: str) -> Settings:
    made = load_settings({"REZERV_HOME": str(home), **SECRETS, **more}, env_file=home / "no.env")
    made.make_folders()
    return made


def deliver(home: Path, feed: str, count: int, stamp: str) -> Path:
    """So many made-up rows of a feed as a file in the landing folder."""
    contract = load_contract(feed)
    model = example_rows(contract)[0]
    key = next(name for name in contract.key if contract.column(name).logical_type == "string")
    rows = [{**model, key: f"{model[key][:-4]}{number:04d}"} for number in range(count)]
    path = home / "landing" / stamp / f"{feed}.{contract.file_format}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written(contract, rows))
    return path


def write_warehouse(
    settings: Settings, results: Sequence[Result] = RESULTS, batches: Sequence[str] = ("b1",)
) -> None:
    """A warehouse with just what a release copies, and one landed batch per name."""
    settings.warehouse.unlink(missing_ok=True)
    with duckdb.connect(str(settings.warehouse)) as connection:
        for schema in ("raw", "core", "selection", "reporting", "seeds", "staging"):
            connection.execute(f"create schema {schema}")
        _write_raw(connection, batches)
        _write_results(connection, results)
        connection.execute("create table staging.stg_hidden as select 1 as one")
        connection.execute(
            "create table seeds.stages as select '2025' as season_code, 'interview' as stage_code,"
            " 7 as stage_order, 'Interview' as name_en, 'Сұхбат' as name_kk, 'Интервью' as name_ru"
        )
        _write_audiences(connection)
        connection.execute(
            "create view reporting.rpt_candidates as select candidate_no from selection.sel_stage_results"
        )
        connection.execute(
            "comment on table selection.sel_stage_results is 'One row per candidate''s stage.'"
        )
        connection.execute(
            "comment on column selection.sel_stage_results.rank is 'Competition rank; 1 is best.'"
        )


def _write_audiences(connection: duckdb.DuckDBPyConnection) -> None:
    """Analysts see the standings without ranks, the interview's commission the cut of its stage."""
    connection.execute(
        "create table seeds.audience_tables as from (values"
        " ('release', 'manifest', 'all', 'all', 'all', 'all', 'all'),"
        " ('selection', 'sel_stage_results', 'all', null, null, 'own', 'all'),"
        " ('selection', 'sel_cutoffs', 'all', null, null, 'own', 'all')) as t"
        " (table_schema, table_name, analyst, vetting_officer, proctoring_reviewer, commission_member,"
        " publisher)"
    )
    connection.execute(
        "create table seeds.audience_hidden_columns as select 'analyst' as reader_code,"
        " 'selection' as table_schema, 'sel_stage_results' as table_name, 'rank' as column_name"
    )
    connection.execute(
        "create table core.dim_commissions as select '2025' as season_code, 'interview' as stage_code"
    )
    connection.execute(
        "create table seeds.tracks as select '2025' as season_code, unnest(['agro', 'digital'])"
        " as track_code, unnest([1, 2]) as track_order"
    )


def _write_raw(connection: duckdb.DuckDBPyConnection, batches: Sequence[str]) -> None:
    create_books(connection)
    for number, batch in enumerate(batches, start=1):
        add_batch(connection, batch, number)
    connection.execute(
        "create view reporting.rpt_batches as select batch_id, feed, source_file, received_at, landed_at,"
        " state, count_read, count_landed, count_quarantined from raw._batches"
    )


def add_batch(
    connection: duckdb.DuckDBPyConnection,
    batch: str,
    number: int,
    *,
    feed: str = "platform__answers",
    state: str = "landed",
    reason: str | None = None,
    quarantined: int = 0,
) -> None:
    """One batch of ten rows; those in quarantine are the first ones, for want of a value."""
    connection.execute(
        "insert into raw._quarantine select ?, ?, ?, n, 'item_no', 'MISSING_VALUE', 'not_null', null"
        " from range(1, ? + 1) as numbers(n)",
        [batch, feed, f"{batch}.csv", quarantined],
    )
    connection.execute(
        "insert into raw._batches values (?, ?, ?, ?, ?, ?, ?, ?, ?, 10, ?, ?, '1.0.0', null, null, null)",
        [
            batch,
            feed,
            f"{batch}.csv",
            batch,
            AS_OF,
            AS_OF,
            number,
            state,
            reason,
            10 - quarantined,
            quarantined,
        ],
    )


def _write_results(connection: duckdb.DuckDBPyConnection, results: Sequence[Result]) -> None:
    connection.execute(
        "create table selection.sel_stage_results (season_code varchar, stage_code varchar,"
        " stage_order integer,"
        " track_code varchar, candidate_no varchar, status_code varchar, score_numerator bigint,"
        " score_denominator bigint, rank integer, reason_code varchar, is_admitted boolean)"
    )
    connection.execute(
        "create table selection.sel_cutoffs as select 'interview' as stage_code, 2 as limit_places"
    )
    for candidate, status, numerator, denominator, rank in results:
        connection.execute(
            "insert into selection.sel_stage_results"
            " values ('2025', 'interview', 7, 'agro', ?, ?, ?, ?, ?, null, ?)",
            [candidate, status, numerator, denominator, rank, status == "admitted"],
        )


def record_build(settings: Settings, *checks: CheckOutcome, is_successful: bool = True, **more: Any) -> None:
    """A build that ended, as the warehouse asset records it."""
    start_build(
        settings.warehouse,
        more.get("build_id", "build-1"),
        as_of=AS_OF,
        is_full=more.get("is_full", True),
        code_version="test",
    )
    finish_build(
        settings.warehouse,
        more.get("build_id", "build-1"),
        is_successful=is_successful,
        checks=checks or (PASSED,),
    )


@pytest.fixture(scope="session")
def definitions_settings(
    compiled_project: CompiledProject, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """Settings of a home whose dbt manifest is there already."""
    settings = make_settings(tmp_path_factory.mktemp("definitions"))
    target = settings.home / "dbt"
    target.mkdir()
    shutil.copyfile(compiled_project.template.parent / "target" / "manifest.json", target / "manifest.json")
    return settings
