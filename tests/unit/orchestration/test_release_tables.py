"""What a release says of its making: each table against the books, and nothing of it in the content hash."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb

from ingestion.contracts import feed_names, load_contract
from ingestion.messages import message
from orchestration.builds import BuildRecord, CheckOutcome
from orchestration.release_tables import TABLES, check_rows, lineage_rows
from orchestration.releases import publish
from orchestration.settings import Settings
from tests.unit.orchestration.conftest import AS_OF, RESULTS, add_batch, record_build, write_warehouse

ANSWERS = "platform__answers"
MANIFEST: dict[str, Any] = {
    "nodes": {
        "model.rezerv.sel_stage_results": {
            "resource_type": "model", "name": "sel_stage_results", "schema": "selection",
            "alias": "sel_stage_results",
            "depends_on": {"nodes": ["model.rezerv.int_one", "seed.rezerv.stages"]},
        },
        "model.rezerv.int_one": {
            "resource_type": "model", "name": "int_one", "schema": "intermediate", "alias": "int_one",
            "depends_on": {"nodes": ["source.rezerv.raw.platform__answers"]},
        },
        "seed.rezerv.stages": {
            "resource_type": "seed", "name": "stages", "schema": "seeds", "alias": "stages",
        },
        "test.rezerv.unique_candidates.1": {
            "resource_type": "test", "name": "unique_candidates", "description": "Nobody\n  twice.",
            "schema": "tests", "depends_on": {"nodes": ["model.rezerv.sel_stage_results"]},
        },
    },
    "sources": {
        "source.rezerv.raw.platform__answers": {
            "resource_type": "source", "name": "platform__answers", "schema": "raw",
            "identifier": "platform__answers",
        }
    },
}  # fmt: skip


def rows(file: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def published(settings: Settings, *checks: CheckOutcome) -> Path:
    record_build(settings, *checks)
    return publish(settings, code_version="test").file


def test_every_table_is_there_and_every_column_is_described(settings: Settings) -> None:
    write_warehouse(settings)
    file = published(settings)
    described = rows(
        file,
        "select table_name, column_name, comment from duckdb_columns()"
        " where schema_name = 'release' and comment is not null",
    )
    assert {(table, column) for table, column, _ in described} == {
        (table, column) for table, (_, columns) in TABLES.items() for column in columns
    }
    comments = dict(rows(file, "select table_name, comment from duckdb_tables() where schema_name='release'"))
    assert all(comments[table] == comment for table, (comment, _) in TABLES.items())


def test_checks_carry_their_tables_outcome_and_meaning(settings: Settings) -> None:
    write_warehouse(settings)
    manifest = settings.home / "dbt" / "manifest.json"
    manifest.parent.mkdir()
    manifest.write_text(json.dumps(MANIFEST))
    file = published(
        settings,
        CheckOutcome("test.unique_candidates", "ERROR", "pass", 0),
        CheckOutcome("test.assert_gone", "WARN", "warn", 3),
    )
    assert rows(file, "from release.checks order by check_name") == [
        ("assert_gone", "test", "", "WARN", "warn", 3, ""),
        ("unique_candidates", "test", "selection.sel_stage_results", "ERROR", "pass", 0, "Nobody twice."),
    ]
    assert rows(file, "from release.lineage order by all") == [
        ("intermediate.int_one", "selection.sel_stage_results"),
        ("raw.platform__answers", "intermediate.int_one"),
        ("seeds.stages", "selection.sel_stage_results"),
    ]


def test_a_model_that_failed_is_told_from_a_test() -> None:
    build = BuildRecord(
        "b",
        AS_OF,
        AS_OF,
        AS_OF,
        1,
        True,
        False,
        "test",
        (CheckOutcome("model.int_one", "ERROR", "error", None),),
    )
    assert check_rows(build, MANIFEST) == [("int_one", "model", "", "ERROR", "error", None, "")]


def test_the_lineage_holds_relations_only() -> None:
    found = lineage_rows(MANIFEST)
    assert len(found) == 3 and not any("unique" in name for edge in found for name in edge)
    assert lineage_rows({}) == []


def test_feeds_tell_their_newest_file_and_what_waits(settings: Settings) -> None:
    write_warehouse(settings, batches=("b1",))
    with duckdb.connect(str(settings.warehouse)) as connection:
        add_batch(connection, "b2", 2, quarantined=4)
        add_batch(connection, "b3", 3, state="duplicate")
    file = published(settings)
    found = {row[0]: row for row in rows(file, "from release.feeds")}
    assert set(found) == set(feed_names())
    sender = load_contract(ANSWERS).sender
    assert found[ANSWERS] == (ANSWERS, sender, 2, AS_OF, AS_OF, "landed", 6, 4, 4, 0)
    assert found["vetting__replies"][2:] == (0, None, None, None, None, None, 0, 0)


def test_quarantine_is_counted_and_never_shown(settings: Settings) -> None:
    write_warehouse(settings, batches=("b1",))
    with duckdb.connect(str(settings.warehouse)) as connection:
        add_batch(connection, "b2", 2, quarantined=4)
        add_batch(connection, "b3", 3, quarantined=2)
        connection.execute(
            "insert into raw._quarantine_closed"
            " select batch_id, row_number, ?, 'person', null, 'officer', 'note'"
            " from raw._quarantine where batch_id = 'b3'",
            [AS_OF],
        )
    file = published(settings)
    [row] = rows(file, "from release.quarantine")
    texts = tuple(message("MISSING_VALUE", language) for language in ("kk", "ru", "en"))
    sender = load_contract(ANSWERS).sender
    assert row == (ANSWERS, sender, "item_no", "MISSING_VALUE", 2, 6, 4, *texts)
    with duckdb.connect(str(file), read_only=True) as connection:
        names = [row[0] for row in connection.execute("describe release.quarantine").fetchall()]
    assert not {"row_number", "row_key", "source_file"} & set(names)


def test_the_door_is_counted_over_files_and_by_the_newest(settings: Settings) -> None:
    write_warehouse(settings, batches=("b1", "b2"))
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.executemany(
            "insert into raw._door_checks values (?, ?, 'parses', 'item_no', 10, ?, ?)",
            [("b1", ANSWERS, 3, False), ("b2", ANSWERS, 0, True)],
        )
        connection.execute(
            "insert into raw._door_checks values ('b1', ?, 'has_rows', null, 10, 0, true)", [ANSWERS]
        )
    file = published(settings)
    found = rows(file, "select * exclude (text_kk, text_ru) from release.door_checks order by check_name")
    assert [row[:-1] for row in found] == [
        (ANSWERS, "has_rows", None, 1, 0, 10, 0, None),
        (ANSWERS, "parses", "item_no", 2, 1, 20, 3, True),
    ]
    assert [row[-1] for row in found] == [message("has_rows", "en"), message("parses", "en")]


def test_corrections_say_who_and_why(settings: Settings) -> None:
    write_warehouse(settings, batches=("b1",))
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(
            "create table raw._corrections"
            " (batch_id varchar, asked_by varchar, reason varchar, applied_at timestamp)"
        )
        connection.execute(
            "insert into raw._corrections values ('b1', 'officer 7', 'told by phone', ?)", [AS_OF]
        )
    assert rows(published(settings), "from release.corrections") == [
        (AS_OF, "officer 7", "told by phone", ANSWERS, "b1.csv", "landed", 10, 0)
    ]


def explain(settings: Settings, *lines: tuple[str, str]) -> None:
    """Give each candidate the batches that their line at the interview rests on."""
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(
            "create table selection.sel_explanations (season_code varchar, stage_code varchar,"
            " stage_order integer, candidate_no varchar, _batch_ids varchar)"
        )
        for candidate, batches in lines:
            connection.execute(
                "insert into selection.sel_explanations values ('2025', 'interview', 7, ?, ?)",
                [candidate, batches],
            )


def test_a_change_is_caused_by_new_files_that_the_line_rests_on(settings: Settings) -> None:
    write_warehouse(settings, batches=("b1",))
    explain(settings, ("R25-000001", "b1"), ("R25-000002", "b1"), ("R25-000003", "b1"))
    published(settings)
    moved = (("R25-000001", "admitted", 14, 3, 1), ("R25-000002", "admitted", 5, 1, 1), RESULTS[2])
    write_warehouse(settings, moved, batches=("b1", "b2", "b3"))
    explain(settings, ("R25-000001", "b1, b2, b3"), ("R25-000002", "b1"), ("R25-000003", "b1, b2"))
    file = published(settings)
    changed = {row[0] for row in rows(file, "select candidate_no from release.changes")}
    assert changed == {"R25-000001", "R25-000002"}
    # the first rests on two new files, the second on none, the third did not change
    assert rows(file, "from release.change_causes") == [
        ("2025", "interview", "R25-000001", ANSWERS, "b2.csv, b3.csv")
    ]


def test_what_is_said_of_the_making_makes_no_release(settings: Settings) -> None:
    write_warehouse(settings)
    first = published(settings)
    record_build(settings, CheckOutcome("test.another", "WARN", "warn", 5), build_id="build-2")
    again = publish(settings, code_version="test")
    assert not again.is_new and again.file == first


def test_a_warehouse_without_corrections_or_door_checks_has_none(settings: Settings) -> None:
    write_warehouse(settings)
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("drop table raw._door_checks")
    file = published(settings)
    assert rows(file, "select count(*) from release.corrections") == [(0,)]
    assert rows(file, "select count(*) from release.door_checks") == [(0,)]
