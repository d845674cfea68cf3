"""Computed copies: what dbt compiled, what is removed, the clock, the policy, what depends on what."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration import scratch
from orchestration.errors import UserError
from orchestration.scratch import CLOCK_MARK, PUBLISHING_MARK, Step
from orchestration.settings import Settings

CLOCK = datetime(2025, 8, 20, 12)
STEPS = (
    Step("stg_a", "view", '"selection"."stg_a"', "select 1 as a", reads=("raw.feed_a",)),
    Step(
        "int_policy__by_season", "table", '"selection"."int_policy"',
        "select value from seeds.policy where parameter_code = 'share_rounding'",
    ),
    Step(
        "sel_a", "table", '"selection"."sel_a"',
        f"select timestamp '{CLOCK_MARK}' as clock, '{PUBLISHING_MARK}' as publishing, value,"
        " random() as made from selection.int_policy", reads=("int_policy__by_season", "stg_a"),
    ),
    Step("alone", "table", '"selection"."alone"', "select random() as made"),
    Step("holds", "test", "holds", "select * from selection.sel_a where value = 'ceiling'"),
    Step("warns", "test", "warns", "select 1", "WARN"),
)  # fmt: skip


@pytest.fixture
def built(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home with seeds, and a project of a few steps."""
    with duckdb.connect(str(settings.warehouse)) as connection:
        for schema in ("seeds", "selection"):
            connection.execute(f"create schema {schema}")
        connection.execute("create table seeds.stages as select 'interview' as stage_code")
        connection.execute(
            "create table seeds.policy as select '2025' as season_code, 'A2' as policy_code,"
            " 'share_rounding' as parameter_code, 'ceiling' as value, 'floor' as alternatives"
        )
    monkeypatch.setattr(scratch, "_compile", lambda settings: list(STEPS))
    (settings.home / "dbt").mkdir()
    return settings


def row(file: Path, table: str) -> tuple[Any, ...]:
    with duckdb.connect(str(file), read_only=True) as connection:
        found = connection.execute(f"select * from selection.{table}").fetchone()
    assert found is not None
    return found


def test_a_copy_is_computed_at_its_own_clock_and_the_home_stays(built: Settings) -> None:
    before = built.warehouse.read_bytes()
    with scratch.scratch_home(built) as copy:
        assert scratch.compute(built, copy.warehouse, as_of=CLOCK, publishing="interview") == CLOCK
        assert row(copy.warehouse, "sel_a")[:3] == (CLOCK, "2025/interview", "ceiling")
        folder = copy.home
    assert not folder.exists()
    assert built.warehouse.read_bytes() == before


def test_another_policy_reaches_only_what_depends_on_it(built: Settings) -> None:
    with scratch.scratch_home(built) as copy:
        scratch.compute(built, copy.warehouse, as_of=CLOCK)
        alone = row(copy.warehouse, "alone")
        floor, model = {"share_rounding": "floor"}, "int_policy__by_season"
        scratch.compute(built, copy.warehouse, as_of=CLOCK, policy=floor, only=[model])
        assert row(copy.warehouse, "sel_a")[2] == "floor"
        assert row(copy.warehouse, "alone") == alone


def test_what_depends_on_a_source_is_found_through_its_models() -> None:
    assert [step.name for step in scratch.downstream_of(STEPS, ["raw.feed_a"])] == ["stg_a", "sel_a"]
    assert scratch.downstream_of(STEPS, ["raw.unknown"]) == []


def test_claims_of_severity_error_are_counted(built: Settings) -> None:
    with scratch.scratch_home(built) as copy:
        scratch.compute(built, copy.warehouse, as_of=CLOCK)
        [failed] = scratch.failed_claims(built, copy.warehouse, as_of=CLOCK)
        assert (failed.name, failed.count_rows) == ("holds", 1)


def test_what_a_killed_process_left_is_removed_and_what_a_live_one_has_stays(built: Settings) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    root = built.home / "scratch"
    left, own, foreign = root / f"{gone.pid}-abc", root / f"{os.getpid()}-abc", root / "notes"
    for folder in (left, own, foreign):
        folder.mkdir(parents=True)
        (folder / "warehouse.duckdb").touch()
    with scratch.scratch_home(built):
        assert not left.exists()
        assert own.exists() and foreign.exists()


def test_what_a_killed_writer_left_beside_the_warehouse_is_copied_with_it(built: Settings) -> None:
    Path(f"{built.warehouse}.wal").write_bytes(b"log")
    with scratch.scratch_home(built) as copy:
        assert Path(f"{copy.warehouse}.wal").read_bytes() == b"log"


def test_compiled_steps_are_kept_until_a_source_changes(
    built: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled: list[int] = []
    monkeypatch.setattr(scratch, "_compile", lambda settings: compiled.append(1) or list(STEPS))
    assert scratch.compiled_steps(built) == list(STEPS)
    assert scratch.compiled_steps(built) == list(STEPS)
    assert len(compiled) == 1
    cache = built.home / "dbt" / "compiled_steps.json"
    os.utime(cache, (0, 0))
    scratch.compiled_steps(built)
    assert len(compiled) == 2
    cache.write_text(json.dumps({"format": 0, "steps": []}))
    assert scratch.compiled_steps(built) == list(STEPS)
    assert len(compiled) == 3


def test_before_the_first_build_there_is_nothing_to_compute(settings: Settings) -> None:
    with pytest.raises(UserError) as caught, scratch.computed_copy(settings):
        pass
    assert caught.value.message_key == "error.copy_no_build"


def test_a_copy_gets_the_descriptions_that_dbt_gave(built: Settings) -> None:
    with duckdb.connect(str(built.warehouse)) as connection:
        connection.execute("create table selection.sel_a as select 1 as value, 2 as gone")
        connection.execute("comment on table selection.sel_a is 'One row: it''s new.'")
        connection.execute("comment on column selection.sel_a.value is 'The value.'")
        connection.execute("comment on column selection.sel_a.gone is 'No longer there.'")
    with scratch.scratch_home(built) as copy:
        scratch.compute(built, copy.warehouse, as_of=CLOCK)
        scratch.copy_comments(built.warehouse, copy.warehouse)
        with duckdb.connect(str(copy.warehouse), read_only=True) as connection:
            tables = connection.execute("select comment from duckdb_tables() where table_name = 'sel_a'")
            assert tables.fetchall() == [("One row: it's new.",)]
            columns = connection.execute("select column_name from duckdb_columns() where comment is not null")
            assert columns.fetchall() == [("value",)]


def test_steps_of_a_manifest_stand_after_what_they_read() -> None:
    def node(name: str, reads: list[str], kind: str = "model", **config: str) -> dict[str, Any]:
        return {
            "resource_type": kind, "compiled_code": f"select '{name}'", "name": name, "schema": "s",
            "alias": name,
            "config": {"materialized": "table", **config}, "depends_on": {"nodes": reads},
        }  # fmt: skip

    nodes = {
        "model.a": node("a", ["model.b", "seed.x"]),
        "model.b": node("b", ["source.rezerv.raw.feed_a"], materialized="view"),
        "test.t": node("t", ["model.a"], "test", severity="warn"),
        "seed.x": node("x", [], "seed"),
    }
    steps = scratch.steps_of({"nodes": nodes})
    assert [(step.name, step.kind, step.reads) for step in steps] == [
        ("b", "view", ("raw.feed_a",)), ("a", "table", ("b",)), ("t", "test", ("a",)),
    ]  # fmt: skip
    assert steps[2].severity == "WARN"
