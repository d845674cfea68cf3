"""The record of builds: what it keeps, and how dbt's results become outcomes."""

from __future__ import annotations

from typing import Any

import duckdb

from orchestration.builds import (
    CheckOutcome,
    finish_build,
    latest_build,
    list_checks,
    newest_landed_seq,
    outcomes_from_run_results,
    start_build,
)
from orchestration.settings import Settings
from tests.unit.orchestration.conftest import AS_OF, PASSED, add_batch, record_build, write_warehouse


def test_a_warehouse_without_builds_has_no_latest(settings: Settings) -> None:
    with duckdb.connect(str(settings.warehouse)) as connection:
        assert latest_build(connection) is None
        assert newest_landed_seq(connection) == 0


def test_a_build_that_has_begun_is_unfinished(settings: Settings) -> None:
    write_warehouse(settings, batches=("b1", "b2"))
    start_build(settings.warehouse, "one", as_of=None, is_full=True, code_version="v")
    with duckdb.connect(str(settings.warehouse)) as connection:
        build = latest_build(connection)
    assert build is not None
    assert (build.finished_at, build.is_successful, build.newest_landed_seq) == (None, None, 2)


def test_an_ended_build_keeps_its_checks_and_the_clock_of_dbt(settings: Settings) -> None:
    write_warehouse(settings)
    warned = CheckOutcome("test.some_reminder", "WARN", "warn", 2)
    start_build(settings.warehouse, "one", as_of=None, is_full=True, code_version="v")
    finish_build(settings.warehouse, "one", is_successful=True, checks=[PASSED, warned], as_of=AS_OF)
    with duckdb.connect(str(settings.warehouse)) as connection:
        build = latest_build(connection)
    assert build is not None
    assert build.is_successful and build.as_of == AS_OF
    assert set(build.checks) == {PASSED, warned}


def test_the_latest_build_is_the_one_that_began_last(settings: Settings) -> None:
    write_warehouse(settings)
    record_build(settings, build_id="z-first")
    record_build(settings, build_id="a-second", is_successful=False)
    with duckdb.connect(str(settings.warehouse)) as connection:
        build = latest_build(connection)
    assert build is not None and build.build_id == "a-second"


def test_only_landed_batches_make_a_build_old(settings: Settings) -> None:
    write_warehouse(settings)
    with duckdb.connect(str(settings.warehouse)) as connection:
        add_batch(connection, "again", 2, state="duplicate")
        add_batch(connection, "broken", 3, state="quarantined", reason="UNREADABLE_FILE")
        assert newest_landed_seq(connection) == 1


def test_outcomes_of_dbt_keep_tests_and_failures() -> None:
    manifest: dict[str, Any] = {
        "nodes": {
            "test.p.unique_x.1a": {"name": "unique_x", "config": {"severity": "error"}},
            "test.p.reminder.2b": {"name": "reminder", "config": {"severity": "WARN"}},
        }
    }
    results = {
        "results": [
            {"unique_id": "model.p.good", "status": "success", "failures": None},
            {"unique_id": "model.p.bad", "status": "error", "failures": None},
            {"unique_id": "model.p.behind_bad", "status": "skipped", "failures": None},
            {"unique_id": "test.p.unique_x.1a", "status": "fail", "failures": 3},
            {"unique_id": "test.p.reminder.2b", "status": "warn", "failures": 1},
            {"unique_id": "unit_test.p.rank.case_1", "status": "pass", "failures": 0},
        ]
    }
    outcomes = {o.check_name: o for o in outcomes_from_run_results(results, manifest)}
    assert set(outcomes) == {"model.bad", "test.unique_x", "test.reminder", "unit_test.rank.case_1"}
    assert [name for name, outcome in outcomes.items() if outcome.is_blocking] == [
        "model.bad",
        "test.unique_x",
    ]


def test_a_list_of_checks_names_each_with_its_count() -> None:
    failing = [CheckOutcome("test.a", "ERROR", "fail", 2), CheckOutcome("model.b", "ERROR", "error", None)]
    assert list_checks(failing) == "test.a (2); model.b (–)"
