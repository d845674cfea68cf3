"""People who come in otherwise than by the cut: by an override (A44), or after a reversed exclusion.

Here: the whole way through landing, models, claims and acts. Not here: hand-worked cases
(`tests/unit/oracle/`).
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.sample_season import write_season
from tests.integration.test_claims import failures
from tests.oracle import order, run_oracle
from tests.support.acts import Acts
from tests.support.corrections import stamp
from tests.support.season import (
    AFTER_THE_SEASON,
    CompiledProject,
    TestSeason,
    differences,
    drift_differences,
    open_season,
)
from tests.unit.oracle.builders import csv_of, decision, land

HOUR = timedelta(hours=1)


@pytest.fixture()
def season(compiled_project: CompiledProject, tmp_path: Path) -> TestSeason:
    """A small season without scenarios."""
    write_season(tmp_path / "landing", size=200, seed=8, scenarios=())
    opened = open_season(compiled_project, tmp_path / "home", tmp_path / "landing")
    opened.land()
    opened.build()
    return opened


def deliver(season: TestSeason, feed: str, at: Any, *rows: dict[str, Any]) -> None:
    """Land rows of a feed, received at a moment."""
    count = len(list(season.config.landing_dir.rglob("*")))
    land(season.config.landing_dir, stamp(at), f"{feed}__more_{count}.csv", csv_of(feed, rows))
    season.land()


def broken(season: TestSeason, claim: str) -> list[tuple[Any, ...]]:
    """Rows that a claim finds wrong."""
    with duckdb.connect(str(season.config.warehouse), read_only=True) as connection:
        return failures(connection, claim)


def agree(season: TestSeason) -> None:
    """Build; the oracle says the same."""
    season.build()
    oracle = run_oracle(season.config.landing_dir, AFTER_THE_SEASON)
    assert differences(season, oracle) + drift_differences(season, oracle) == []


def test_an_override_takes_somebody_from_outside_the_list(season: TestSeason) -> None:
    proposed, admitted = (
        "assert_national_commission_takes_only_proposed",
        "assert_admitted_was_admitted_before",
    )
    ((outsider,),) = season.query(
        "select min(candidate_no) from selection.sel_stage_results"
        " where stage_code = 'text_test' and status_code = 'not_admitted'"
    )
    at = order.local(2025, 10, 24, 18)
    row = {"decision_no": "NC-X", "candidate_no": outsider, "decided_at": at, "decision_code": "enrol"}
    deliver(season, "agency__national_decisions", at, row)
    agree(season)
    assert broken(season, proposed) == [(outsider, "NC-X")]
    half = row | {"override_by": "A. Chair"}
    deliver(season, "agency__national_decisions", at + HOUR, half)
    agree(season)
    assert broken(season, proposed) == [(outsider, "NC-X")], "who, but not why"

    deliver(
        season,
        "agency__national_decisions",
        at + 2 * HOUR,
        half | {"override_reason": "item 4 of the minutes"},
    )
    agree(season)
    for claim in (
        proposed,
        admitted,
        "assert_overrides_say_who_and_why",
        "assert_nobody_stopped_is_admitted",
    ):
        assert broken(season, claim) == [], claim
    reserve = season.query(
        "select candidate_no, is_by_override, override_by, override_reason, decision_no"
        " from reporting.rpt_reserve where is_by_override"
    )
    assert reserve == [(outsider, True, "A. Chair", "item 4 of the minutes", "NC-X")]
    explained = season.query(
        "select reason_code, policy_codes, decision_no from selection.sel_explanations"
        f" where stage_code = 'national_commission' and candidate_no = '{outsider}'"
    )
    assert explained == [("ENROLLED_BY_OVERRIDE", "A44", "NC-X")]
    listed = season.query(
        "select status_code, reason_code from intermediate.int_lists__next"
        f" where stage_code = 'national_commission' and candidate_no = '{outsider}'"
    )
    assert listed == [("admitted", "ENROLLED_BY_OVERRIDE")]


def test_a_reversed_exclusion_comes_back_by_an_act(season: TestSeason) -> None:
    listed = order.STAGE["text_test"].published_at
    ((best,),) = season.query(
        "select min(candidate_no) from selection.sel_stage_results"
        " where stage_code = 'text_test' and rank = 1"
    )
    feed = "agency__working_group_decisions"
    deliver(season, feed, listed - HOUR, decision("WG-X", best, "exclude", decided_at=listed - 2 * HOUR))
    acts = Acts(season)
    for stage in order.STAGES[:3]:
        acts.publish(stage.code, stage.published_at)
    reversal = {"decided_at": listed + 48 * HOUR, "reversed_decision_no": "WG-X", "basis_code": "error_found"}
    deliver(season, feed, listed + 49 * HOUR, decision("WG-R", best, "reverse", **reversal))
    agree(season)
    shown = f"where stage_code = 'text_test' and candidate_no = '{best}'"
    assert season.query(f"select status_code from selection.sel_stage_results {shown}") == [("excluded",)]
    assert season.query(f"select change_code, status_after, is_late from selection.sel_drift {shown}") == [
        ("status", "supernumerary", True)
    ]

    acts.publish("text_test", listed + 50 * HOUR, "only_late")
    agree(season)
    assert season.query(f"select status_code, decision_no from selection.sel_stage_results {shown}") == [
        ("supernumerary", "WG-R")
    ]
    assert season.query(f"select change_code from selection.sel_drift {shown}") == []
    following = f"where stage_code = 'numeric_test' and candidate_no = '{best}'"
    ((status,),) = season.query(f"select status_code from selection.sel_stage_results {following}")
    assert status in ("admitted", "not_admitted"), (
        "the next stage was sat, and its list came after the reversal"
    )
    for claim in ("assert_nobody_stopped_is_admitted", "assert_late_result_displaces_nobody"):
        assert broken(season, claim) == [], claim
