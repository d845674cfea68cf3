"""Standing checks: quarantine, deadlines of the calendar, unknown files; and the state behind them."""

from __future__ import annotations

import csv
from datetime import UTC, datetime

import dagster as dg
import duckdb

from ingestion.contracts import feed_names
from ingestion.landing_folder import kept
from orchestration.assets.landing import door_check_results, raw_key
from orchestration.batch_history import batches_after, last_batches, last_recorded_seq, read_feed_states
from orchestration.checks.standing import overdue_event, standing_checks
from orchestration.season_calendar import FEEDS_FILE, find_event, read_calendar, read_feed_deadlines
from orchestration.settings import Settings
from tests.support.books import Books
from tests.unit.orchestration.conftest import add_batch, make_settings, write_warehouse

EVENTS = read_calendar("2025")


def test_every_expectation_names_a_feed_and_an_event_of_the_calendar() -> None:
    with FEEDS_FILE.open(encoding="utf-8") as file:
        feeds = [row["feed"] for row in csv.DictReader(file)]
    assert sorted(feeds) == sorted(feed_names())
    deadlines = read_feed_deadlines()
    assert set(feeds) - set(deadlines) >= {"platform__withdrawals", "agency__quota_revisions"}
    for event in deadlines.values():
        assert find_event(EVENTS, *event) is not None


def test_a_feed_is_overdue_when_its_event_has_ended() -> None:
    assert overdue_event("vetting__replies", EVENTS, datetime(2025, 7, 20, tzinfo=UTC)) is None
    assert overdue_event("vetting__replies", EVENTS, datetime(2025, 8, 2, tzinfo=UTC)) is not None
    assert overdue_event("platform__withdrawals", EVENTS, datetime(2026, 1, 1, tzinfo=UTC)) is None


def evaluate(settings: Settings) -> dict[tuple[str, str], dg.AssetCheckEvaluation]:
    specs = [dg.AssetSpec(raw_key(feed)) for feed in feed_names()] + [dg.AssetSpec(["landing", "folder"])]
    definitions = dg.Definitions(
        assets=specs,
        asset_checks=standing_checks(),
        resources={"settings": settings},
        jobs=[dg.define_asset_job("all", selection=dg.AssetSelection.all_asset_checks())],
    )
    done = definitions.resolve_job_def("all").execute_in_process(raise_on_error=True)
    return {(e.asset_key.path[-1], e.check_name): e for e in done.get_asset_check_evaluations()}


def test_what_is_still_broken_is_named(settings: Settings) -> None:
    write_warehouse(settings, batches=())
    with duckdb.connect(str(settings.warehouse)) as connection:
        add_batch(connection, "one", 1, feed="platform__answers", quarantined=3)
        add_batch(connection, "two", 2, feed="platform__documents")
        add_batch(connection, "short", 3, feed="vetting__replies", state="held", reason="KEYS_GONE")
        connection.execute(
            "insert into raw._quarantine_closed values ('one', 1, now(), 'key_landed', 'two', null, null)"
        )
    (settings.landing_dir / "notes.txt").write_text("?")
    (settings.landing_dir / "link.csv").symlink_to("notes.txt")
    found = evaluate(make_settings(settings.home, REZERV_AS_OF="2025-07-20"))
    assert not found["platform__answers", "quarantine_is_empty"].passed
    assert found["platform__answers", "quarantine_is_empty"].metadata["count_rows_quarantined"].value == 2
    assert found["platform__documents", "quarantine_is_empty"].passed
    assert not found["vetting__replies", "no_file_is_held"].passed
    assert found["vetting__replies", "no_file_is_held"].metadata["count_files"].value == 1
    assert found["platform__documents", "no_file_is_held"].passed
    assert found["platform__documents", "arrived_in_time"].passed
    assert not found["platform__registrations", "arrived_in_time"].passed
    assert found["vetting__replies", "arrived_in_time"].passed
    assert not found["folder", "no_unknown_files"].passed
    named = found["folder", "no_unknown_files"].metadata["files"].value
    assert named == f"{kept('link.csv')} (SYMBOLIC_LINK), {kept('notes.txt')} (UNKNOWN_NAME)"
    assert {evaluation.severity for evaluation in found.values()} == {dg.AssetCheckSeverity.WARN}


def test_a_home_without_a_warehouse_can_be_asked(settings: Settings) -> None:
    states = read_feed_states(settings.warehouse, ("platform__answers",))
    assert states["platform__answers"].newest is None
    assert states["platform__answers"].is_newest_accepted


def test_a_refused_file_is_forgotten_when_a_good_one_has_landed(settings: Settings) -> None:
    write_warehouse(settings, batches=())
    feed = "platform__answers"
    with duckdb.connect(str(settings.warehouse)) as connection:
        add_batch(connection, "cut", 1, state="quarantined", reason="UNREADABLE_FILE", quarantined=0)
    assert not read_feed_states(settings.warehouse, (feed,))[feed].is_newest_accepted
    with duckdb.connect(str(settings.warehouse)) as connection:
        add_batch(connection, "whole", 2, quarantined=2)
        add_batch(connection, "again", 3, state="duplicate")
        connection.execute(
            "insert into raw._door_checks values ('whole', ?, 'in_set', 'item_no', 10, 2, false)", [feed]
        )
        assert [batch.batch_id for batch in last_batches(connection, 2)] == ["again", "whole"]
        assert [batch.batch_id for batch in batches_after(connection, 1)] == ["whole", "again"]
        assert last_recorded_seq(connection) == 3
    state = read_feed_states(settings.warehouse, (feed,))[feed]
    files, rows, _ = door_check_results(raw_key(feed), state)
    assert files.passed and not rows.passed
    assert state.failing_checks == {"in_set.item_no": 2}
    assert {files.severity, rows.severity} == {dg.AssetCheckSeverity.WARN}


def test_expectations_are_told_one_by_one_in_numbers(settings: Settings) -> None:
    write_warehouse(settings, batches=())
    feed = "vetting__replies"
    with duckdb.connect(str(settings.warehouse)) as connection:
        add_batch(connection, "one", 1, feed=feed, quarantined=2)
        connection.execute("update raw._batches set engine = 'duckdb'")
        for check, column, failed in (
            ("in_set", "body_code", 2),
            ("not_null", "reply_no", 0),
            ("file_readable", None, 1),
        ):
            connection.execute(
                "insert into raw._door_checks values ('one', ?, ?, ?, 10, ?, ?)",
                [feed, check, column, failed, failed == 0],
            )
    *_, result = door_check_results(raw_key(feed), read_feed_states(settings.warehouse, (feed,))[feed])
    assert (result.check_name, result.passed) == ("expectations", False)
    table = result.metadata["expectations"]
    assert isinstance(table, dg.TableMetadataValue)
    assert [record.data for record in table.records] == [
        {
            "check": "in_set",
            "column": "body_code",
            "rows_evaluated": 10,
            "rows_failed": 2,
            "engine": "duckdb",
        },
        {
            "check": "not_null",
            "column": "reply_no",
            "rows_evaluated": 10,
            "rows_failed": 0,
            "engine": "duckdb",
        },
    ]


def test_a_held_file_is_not_accepted_and_counts_no_rows(settings: Settings) -> None:
    write_warehouse(settings, batches=())
    with duckdb.connect(str(settings.warehouse)) as connection:
        add_batch(connection, "short", 1, state="held", reason="KEYS_GONE")
        connection.execute("update raw._batches set count_quarantined = 10, count_landed = 0")
    state = read_feed_states(settings.warehouse, ("platform__answers",))["platform__answers"]
    files, rows, expectations = door_check_results(raw_key("platform__answers"), state)
    assert not files.passed and rows.passed and expectations.passed
    assert state.held == ("short.csv",) and state.count_open == 1


def test_older_books_are_understood(settings: Settings) -> None:
    books = Books(settings.warehouse, is_old=True)
    books.batch("b1", quarantined=1)
    books.entry("b1", 3, "body_code", "UNKNOWN_CODE")
    state = read_feed_states(settings.warehouse, ("vetting__replies",))["vetting__replies"]
    assert (state.count_open, state.held, state.engine) == (1, (), "")
