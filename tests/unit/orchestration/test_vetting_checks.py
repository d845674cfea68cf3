"""Standing checks of vetting, documents and the calendar: passing, failing, and before anything is built."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest
import yaml

from orchestration.checks.vetting import NOT_BUILT, QUESTIONS, answers, vetting_checks
from orchestration.settings import Settings
from tests.unit.orchestration.conftest import make_settings

MODELS = Path(__file__).parents[3] / "dbt_project" / "models"
NAMES = {question.name for question in QUESTIONS}
TABLES = sorted({table for question in QUESTIONS for table in question.tables})
Row = dict[str, Any]


def build(settings: Settings, **rows: list[Row]) -> None:
    """A warehouse with the tables that the checks read, as their models promise them, and these rows."""
    with duckdb.connect(str(settings.warehouse)) as connection:
        for table in TABLES:
            schema, name = table.split(".")
            connection.execute(f"create schema if not exists {schema}")
            (model,) = yaml.safe_load((MODELS / schema / f"{name}.yml").read_text(encoding="utf-8"))["models"]
            columns = ", ".join(f"{column['name']} {column['data_type']}" for column in model["columns"])
            connection.execute(f"create table {table} ({columns})")
            for row in rows.get(name, []):
                values = {"season_code": "2025", **row}
                marks = ", ".join("?" * len(values))
                connection.execute(
                    f"insert into {table} ({', '.join(values)}) values ({marks})", list(values.values())
                )


def asked(settings: Settings, as_of: str = "2025-07-16") -> dict[str, dg.AssetCheckResult]:
    at = make_settings(settings.home, REZERV_AS_OF=as_of)
    return {str(result.check_name): result for result in answers(at, list(QUESTIONS))}


def counts(result: dg.AssetCheckResult) -> Row:
    return {name: value.value for name, value in (result.metadata or {}).items()}


BODY = {
    "addressee_body_code": "GPO", "body_code": "GPO", "count_open": 0, "count_overdue": 0,
    "count_answered": 5, "has_successor": True, "forecast_code": "kept", "count_at_risk": 0,
}  # fmt: skip
LIST = {"body_code": "GPO", "addressee_body_code": "GPO", "sent_on": date(2025, 7, 14), "count_overdue": 0,
        "days_overdue": 0}  # fmt: skip
DAYS = [{"list_on": date(2025, 7, day)} for day in (8, 14, 21)]
WAITING = {"body_code": "GPO", "addressee_body_code": "GPO", "change_code": "new", "count_candidates": 2}
HELD = {"candidate_no": "R25-000001", "is_hold": True}
ALERT = {"candidate_no": "R25-000001", "alert_code": "ADVERSE_AFTER_PASS", "is_open": True}
WORK = {"candidate_no": "R25-000001", "work_code": "checker_must_check", "is_about_to_close": True}
NEED = {"candidate_no": "R25-000001", "is_counted": True, "is_eligible": True, "need_state_code": "unchecked"}
FINDING = {"finding_code": "RESIT_TIME_SHORT", "severity_code": "warn",
           "first_at_local": datetime(2025, 8, 4, 23, 59, 59),
           "second_at_local": datetime(2025, 8, 9)}  # fmt: skip


def test_before_the_first_build_they_say_so_and_pass(settings: Settings) -> None:
    found = asked(settings)
    assert {name: (one.passed, counts(one)) for name, one in found.items()} == {
        name: (True, {"note": NOT_BUILT}) for name in NAMES
    }


def test_where_only_a_part_is_built_the_rest_is_named(settings: Settings) -> None:
    build(settings)
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("drop table reporting.rpt_vetting_due")
    found = asked(settings)
    assert counts(found["lists_were_sent"]) == {"note": NOT_BUILT, "missing": "reporting.rpt_vetting_due"}
    assert all(one.passed for one in found.values())
    assert "note" not in counts(found["replies_came_in_time"])


def test_where_nothing_is_open_all_pass(settings: Settings) -> None:
    build(settings, rpt_vetting_bodies=[BODY], rpt_vetting_board=[LIST], rpt_vetting_list_days=DAYS)
    for as_of in ("2025-05-20", "2025-07-16", "2025-08-01", "2025-12-01"):
        assert {name for name, one in asked(settings, as_of).items() if one.passed} == NAMES


# check, the clock, rows, and what it must count
FAILING: list[tuple[str, str, dict[str, list[Row]], Row]] = [
    (
        "replies_came_in_time", "2025-07-16",
        {"rpt_vetting_board": [LIST | {"count_overdue": 3, "days_overdue": 2},
                               LIST | {"count_overdue": 1, "days_overdue": 5, "addressee_body_code": "NSC"}]},
        {"count_overdue": 4, "days_overdue": 5, "by_body": "GPO 3, NSC 1"},
    ),
    (
        "lists_were_sent", "2025-07-15",
        {"rpt_vetting_board": [LIST | {"sent_on": date(2025, 7, 8)}], "rpt_vetting_list_days": DAYS,
         "rpt_vetting_due": [WAITING, WAITING | {"change_code": "changed", "count_candidates": 1}]},
        {"count_waiting": 3, "list_on": "2025-07-14", "by_body": "GPO 3"},
    ),
    (
        "lists_were_sent", "2025-07-09",
        {"rpt_vetting_list_days": DAYS, "rpt_vetting_due": [WAITING]},
        {"count_waiting": 2, "list_on": "2025-07-08", "by_body": "GPO 2"},
    ),
    (
        "bodies_speak", "2025-07-16",
        {"rpt_vetting_bodies": [BODY | {"count_open": 2, "has_successor": False},
                                BODY | {"body_code": "NSC", "count_open": 5, "count_overdue": 5,
                                        "count_answered": 0}]},
        {"count_open": 7, "without_successor": "GPO", "never_answered": "NSC"},
    ),
    (
        "vetting_can_close", "2025-07-30",
        {"rpt_vetting_bodies": [BODY | {"forecast_code": "at_risk", "count_at_risk": 4, "count_open": 6},
                                BODY | {"body_code": "NSC", "forecast_code": "missed", "count_open": 1}]},
        {"count_at_risk": 4, "count_open": 7, "by_body": "GPO at_risk, NSC missed"},
    ),
    (
        "hold_list_is_empty", "2025-08-01",
        {"rpt_vetting_hold": [HELD, HELD, HELD | {"candidate_no": "R25-000002", "is_hold": False}]},
        {"count_candidates": 1, "is_vetting_over": True},
    ),
    (
        "no_alert_is_open", "2025-09-01",
        {"rpt_vetting_alerts": [ALERT, ALERT | {"is_open": False},
                                ALERT | {"alert_code": "CLEAR_AFTER_CLOSE"}]},
        {"count_alerts": 2, "by_alert": "ADVERSE_AFTER_PASS 1, CLEAR_AFTER_CLOSE 1"},
    ),
    (
        "documents_are_checked", "2025-07-30",
        {"rpt_document_work": [WORK, WORK | {"is_about_to_close": False}], "fct_document_needs": [NEED]},
        {"count_about_to_close": 1, "count_unchecked": 1, "by_work": "checker_must_check 2"},
    ),
    (
        "documents_are_checked", "2025-08-01",
        {"fct_document_needs": [NEED, NEED | {"is_eligible": False}]},
        {"count_about_to_close": 0, "count_unchecked": 1, "by_work": ""},
    ),
    (
        "calendar_is_consistent", "2025-08-08",
        {"rpt_calendar_findings": [FINDING, FINDING | {"finding_code": "LIST_DAY_OFF",
                                                       "first_at_local": datetime(2025, 6, 6),
                                                       "second_at_local": datetime(2025, 6, 9)}]},
        {"count_findings": 2, "finding_codes": "LIST_DAY_OFF, RESIT_TIME_SHORT",
         "still_ahead": "RESIT_TIME_SHORT"},
    ),
    (
        "calendar_is_consistent", "2025-12-01",
        {"rpt_calendar_findings": [FINDING | {"severity_code": "error", "finding_code": "NOT_PUBLISHED",
                                              "first_at_local": None, "second_at_local": None}]},
        {"count_findings": 1, "finding_codes": "NOT_PUBLISHED", "still_ahead": "NOT_PUBLISHED"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "as_of", "rows", "expected"), FAILING)
def test_a_check_fails_on_its_own_and_counts(
    settings: Settings, name: str, as_of: str, rows: dict[str, list[Row]], expected: Row
) -> None:
    build(settings, **rows)
    found = asked(settings, as_of)
    assert {one for one, result in found.items() if not result.passed} == {name}
    assert counts(found[name]) == expected
    assert found[name].severity == dg.AssetCheckSeverity.WARN


# What is no failure: check, the clock, rows.
PASSING: list[tuple[str, str, dict[str, list[Row]]]] = [
    ("hold_list_is_empty", "2025-07-31T18:59:59Z", {"rpt_vetting_hold": [HELD]}),
    ("lists_were_sent", "2025-07-14T18:00:00Z",
     {"rpt_vetting_board": [LIST | {"sent_on": date(2025, 7, 8)}], "rpt_vetting_list_days": DAYS,
      "rpt_vetting_due": [WAITING]}),
    ("lists_were_sent", "2025-07-16", {"rpt_vetting_board": [LIST], "rpt_vetting_list_days": DAYS,
                                       "rpt_vetting_due": [WAITING]}),
    ("lists_were_sent", "2025-06-01", {"rpt_vetting_list_days": DAYS, "rpt_vetting_due": [WAITING]}),
    ("lists_were_sent", "2025-08-05", {"rpt_vetting_list_days": DAYS, "rpt_vetting_due": [WAITING]}),
    ("bodies_speak", "2025-07-16", {"rpt_vetting_bodies": [BODY | {"has_successor": False}]}),
    ("documents_are_checked", "2025-06-29",
     {"rpt_document_work": [WORK | {"work_code": "candidate_must_upload"}]}),
    ("documents_are_checked", "2025-07-10", {"fct_document_needs": [NEED]}),
    ("calendar_is_consistent", "2025-08-10", {"rpt_calendar_findings": [FINDING]}),
    ("no_alert_is_open", "2025-08-10", {"rpt_vetting_alerts": [{**ALERT, "season_code": "2023"}]}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "as_of", "rows"), PASSING)
def test_what_is_in_order_passes(
    settings: Settings, name: str, as_of: str, rows: dict[str, list[Row]]
) -> None:
    build(settings, **rows)
    assert asked(settings, as_of)[name].passed


def test_they_run_as_checks_of_their_assets(settings: Settings) -> None:
    build(settings, rpt_vetting_alerts=[ALERT])
    definitions = dg.Definitions(
        assets=[dg.AssetSpec(key) for key in {question.key for question in QUESTIONS}],
        asset_checks=vetting_checks(),
        resources={"settings": make_settings(settings.home, REZERV_AS_OF="2025-09-01")},
        jobs=[dg.define_asset_job("all", selection=dg.AssetSelection.all_asset_checks())],
    )
    done = definitions.resolve_job_def("all").execute_in_process(raise_on_error=True)
    evaluations = {one.check_name: one for one in done.get_asset_check_evaluations()}
    assert evaluations.keys() == NAMES
    assert [name for name, one in evaluations.items() if not one.passed] == ["no_alert_is_open"]
    assert evaluations["no_alert_is_open"].asset_key == dg.AssetKey(["reporting", "rpt_vetting_alerts"])
