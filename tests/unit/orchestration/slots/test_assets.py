"""The asset and the standing checks of slots: what they give and warn of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest
import yaml

from orchestration.assets.publication import RELEASE_KEY
from orchestration.assets.slots import PLACES_KEY, slot_places_asset
from orchestration.checks.slots import QUESTIONS, slot_checks
from orchestration.checks.vetting import NOT_BUILT, answers
from orchestration.settings import Settings
from orchestration.slots.placements import commit, latest_act
from tests.support.slot_releases import STAGE, Slots, write_slots

MODELS = Path(__file__).parents[4] / "dbt_project" / "models"


def test_the_job_places_every_stage_whose_seed_is_committed(settings: Settings, slots: Slots) -> None:
    def materialise() -> dict[str, Any]:
        release = dg.AssetSpec(RELEASE_KEY)
        done = dg.materialize([slot_places_asset(), release], resources={"settings": settings})
        [event] = done.get_asset_materialization_events()
        assert event.asset_key == PLACES_KEY
        return {name: value.value for name, value in event.materialization.metadata.items()}

    assert materialise() == {"count_files": 0}
    commit(settings, STAGE, "A. Engineer")
    assert materialise() == {"count_files": 1, f"count_{STAGE}": 6}
    act = latest_act(settings, STAGE)
    assert act is not None and act.line["made_by"] == "dagster"
    write_slots(settings, Slots(slots.slots, []))
    assert materialise() == {"count_files": 0, f"count_{STAGE}": 0}


def build(settings: Settings, **rows: list[dict[str, Any]]) -> None:
    """A warehouse with the tables that the checks read, as their models promise them, and these rows."""
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("create schema core")
        for name in ("fct_places_owed", "fct_slot_loads", "fct_commission_sessions", "fct_commission_turns"):
            (model,) = yaml.safe_load((MODELS / "core" / f"{name}.yml").read_text(encoding="utf-8"))["models"]
            columns = ", ".join(f"{column['name']} {column['data_type']}" for column in model["columns"])
            connection.execute(f"create table core.{name} ({columns})")
            for row in rows.get(name, []):
                values = {"season_code": "2025", **row}
                marks = ", ".join("?" * len(values))
                connection.execute(
                    f"insert into core.{name} ({', '.join(values)}) values ({marks})", list(values.values())
                )


def asked(settings: Settings) -> dict[str, dg.AssetCheckResult]:
    return {str(result.check_name): result for result in answers(settings, list(QUESTIONS))}


def test_nothing_is_warned_of_before_the_first_build_and_where_all_is_well(settings: Settings) -> None:
    for result in asked(settings).values():
        assert result.passed
        assert result.metadata["note"].value == NOT_BUILT
    build(settings, fct_places_owed=[{"stage_code": "text_test", "owed_code": "to_choose"}])
    assert all(result.passed for result in asked(settings).values())
    [checks] = slot_checks()
    assert {key.name for key in checks.check_keys} == {one.name for one in QUESTIONS}


@pytest.mark.parametrize(
    ("name", "table", "row", "count"),
    [
        ("everybody_owed_has_a_place", "fct_places_owed",
         {"stage_code": "interview", "owed_code": "to_place"},
         {"count_without": 1, "by_stage": "interview to_place 1"}),
        ("everybody_owed_has_a_place", "fct_places_owed", {"stage_code": "text_test", "owed_code": "resit"},
         {"count_without": 1, "by_stage": "text_test resit 1"}),
        ("no_slot_is_over", "fct_slot_loads", {"slot_no": "A", "count_over": 2}, {"count_slots": 1}),
        ("sessions_can_sit", "fct_commission_sessions", {"is_below_quorum": True},
         {"count_below_quorum": 1, "count_turns_too_short": 0}),
        ("sessions_can_sit", "fct_commission_turns", {"is_too_short": True},
         {"count_below_quorum": 0, "count_turns_too_short": 1}),
    ],
)  # fmt: skip
def test_what_people_have_to_look_at_is_warned_of(
    settings: Settings, name: str, table: str, row: dict[str, Any], count: dict[str, Any]
) -> None:
    build(settings, **{table: [row]})
    results = asked(settings)
    assert [found for found, result in results.items() if not result.passed] == [name]
    assert results[name].severity is dg.AssetCheckSeverity.WARN
    assert {key: value.value for key, value in results[name].metadata.items()} == count
