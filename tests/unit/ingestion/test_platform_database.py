"""Pulls from a real PostgreSQL server: what is new comes once, in the contract's types, whatever happens."""

from __future__ import annotations

import re
import stat
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion import platform_database
from ingestion.config import IngestionConfig
from ingestion.contracts import load_contract
from ingestion.errors import RetryableError, RezervError
from ingestion.messages import LANGUAGES
from ingestion.platform_database import Pull, database_feeds, pull
from ingestion.platform_deliveries import interval_of
from tests.support.platform_database import make_tables
from tests.support.postgres import ROUND, PostgresServer, connected, emptied, run_sql

ANSWERS, PERIODS, SITTINGS = "platform__answers", "platform__employment_periods", "platform__sittings"
NOW = datetime(2025, 6, 30, 7, 0, 0)
NO_ONE = "00000000-0000-0000-0000-000000000001"


@pytest.fixture(scope="module")
def database(postgres: PostgresServer) -> str:
    return postgres.new_database()


@pytest.fixture
def dsn(database: str) -> str:
    return emptied(database)


class Puller:
    """Pulls again and again, each a minute after the one before."""

    def __init__(self, config: IngestionConfig, dsn: str, *feeds: str) -> None:
        self.config, self.dsn, self.feeds, self.now = config, dsn, feeds or None, NOW

    def __call__(self, **options: bool) -> Pull:
        self.now += timedelta(minutes=1)
        return pull(self.config, self.dsn, self.now, self.feeds, **options)

    def rows(self, **options: bool) -> list[dict[str, Any]]:
        """Rows of the only feed that a pull brings; none if it brings nothing."""
        found = self(**options).deliveries
        assert len(found) <= 1
        return pq.read_table(found[0].path).to_pylist() if found else []


@pytest.fixture
def answers(config: IngestionConfig, dsn: str) -> Puller:
    """A puller of answers alone, from a table without rows."""
    make_tables(dsn, [ANSWERS])
    return Puller(config, dsn, ANSWERS)


def answer(sitting: str, item: int, option: str = "A") -> str:
    return f"insert into platform.answers values ('{sitting}', {item}, '{option}', 30)"


def sittings_of(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(row["sitting_id"] for row in rows)


# -- what comes


def test_the_contracts_say_what_stands_in_the_database() -> None:
    assert len(database_feeds()) == 13
    assert load_contract(ANSWERS).database_table == "platform.answers"
    assert all(feed.startswith("platform__") for feed in database_feeds())


def test_only_what_is_new_comes(answers: Puller) -> None:
    assert answers.rows() == []
    run_sql(answers.dsn, answer("S-1", 1), answer("S-1", 2))
    assert len(answers.rows()) == 2
    assert answers.rows() == []
    run_sql(
        answers.dsn,
        answer("S-2", 1),
        "update platform.answers set chosen_option_code = 'B' where item_no = 2",
    )
    rows = answers.rows()
    assert sorted((row["sitting_id"], row["chosen_option_code"]) for row in rows) == [
        ("S-1", "B"),
        ("S-2", "A"),
    ]
    assert answers.rows() == []
    assert len(answers.rows(whole=True)) == 3
    assert answers.rows() == []


def test_all_feeds_come_in_one_delivery(config: IngestionConfig, dsn: str) -> None:
    make_tables(dsn)
    run_sql(dsn, answer("S-1", 1), "insert into platform.bookings (booking_id) values ('B-1')")
    found = Puller(config, dsn)()
    assert [delivery.feed for delivery in found.deliveries] == [ANSWERS, "platform__bookings"]
    assert {delivery.path.parent.name for delivery in found.deliveries} == {"2025-06-30T120100"}
    assert {delivery.received_at for delivery in found.deliveries} == {NOW + timedelta(minutes=1)}
    assert all(stat.S_IMODE(delivery.path.stat().st_mode) == 0o600 for delivery in found.deliveries)
    assert all(interval_of(delivery.path.name) == delivery.interval for delivery in found.deliveries)
    assert (found.count_waiting, found.open_since) == (0, None)


def test_values_have_the_types_of_the_contract(config: IngestionConfig, dsn: str) -> None:
    make_tables(dsn, [PERIODS, SITTINGS])
    run_sql(
        dsn,
        "insert into platform.employment_periods values ('R25-000001', 1, 'private', '2020-02-29', null)",
        "insert into platform.sittings (sitting_id, started_at) values ('S-1', '2025-08-02 10:00:00.25+05')",
    )
    periods, sittings = (
        pq.read_table(one.path) for one in Puller(config, dsn, PERIODS, SITTINGS)().deliveries
    )
    assert periods.schema.types == [pa.string(), pa.int32(), pa.string(), pa.date32(), pa.date32()]
    assert periods.to_pylist()[0]["started_on"] == date(2020, 2, 29)
    assert sittings.schema.field("started_at").type == pa.timestamp("us", "UTC")
    assert sittings.to_pylist()[0]["started_at"] == datetime(2025, 8, 2, 5, 0, 0, 250_000, UTC)
    assert sittings.schema.names == list(load_contract(SITTINGS).column_names)


def test_other_types_of_a_database_are_read(config: IngestionConfig, dsn: str) -> None:
    run_sql(
        dsn,
        "create schema platform",
        "create type option as enum ('A', 'B')",
        "create domain seconds as bigint",
        """create table platform.answers (note jsonb, sitting_id uuid, item_no smallint, "dropped" date,
            chosen_option_code option, response_seconds seconds)""",
        "alter table platform.answers drop column dropped",
        f"insert into platform.answers values ('{{}}', '{NO_ONE}', 7, 'B', 5000000000)",
    )
    (row,) = Puller(config, dsn, ANSWERS).rows()
    assert row == {
        "sitting_id": NO_ONE,
        "item_no": 7,
        "chosen_option_code": "B",
        "response_seconds": 5_000_000_000,  # too great for the contract: the door says so
    }


def test_a_value_that_may_fail_comes_as_text(config: IngestionConfig, dsn: str) -> None:
    make_tables(dsn, [SITTINGS], as_sent=True)
    run_sql(
        dsn, "insert into platform.sittings (sitting_id, attempt_no, started_at) values ('S', 'one', 'soon')"
    )
    (row,) = Puller(config, dsn, SITTINGS).rows()
    assert (row["attempt_no"], row["started_at"], row["finished_at"]) == ("one", "soon", None)


def test_a_moment_without_zone_is_local_text(config: IngestionConfig, dsn: str) -> None:
    make_tables(dsn, [SITTINGS])
    run_sql(
        dsn,
        "alter table platform.sittings alter started_at type timestamp",
        "insert into platform.sittings (started_at) values ('2025-08-02 10:00')",
    )
    (row,) = Puller(config, dsn, SITTINGS).rows()
    assert row["started_at"] == "2025-08-02 10:00:00"


@pytest.mark.parametrize(
    "value", ["infinity", "-infinity", "0044-03-15 00:00:00+00 BC", "12000-01-01 00:00:00+00"]
)
def test_moments_too_far_away_do_not_become_others(config: IngestionConfig, dsn: str, value: str) -> None:
    make_tables(dsn, [SITTINGS, PERIODS])
    run_sql(
        dsn,
        f"insert into platform.sittings (sitting_id, started_at) values ('S-1', '{value}')",
        "insert into platform.sittings (sitting_id, started_at) values ('S-2', '2025-08-02 10:00+05')",
        "insert into platform.employment_periods (started_on) "
        f"values (timestamptz '{value}'::date), ('2025-01-31')",
    )
    periods, sittings = (
        pq.read_table(one.path) for one in Puller(config, dsn, PERIODS, SITTINGS)().deliveries
    )
    assert sittings.column("started_at").to_pylist() == [value, "2025-08-02T05:00:00.000000Z"]
    assert sittings.column("finished_at").type == pa.timestamp("us", "UTC")
    assert periods.column("started_on").to_pylist()[1] == "2025-01-31"


def test_parts_of_a_table_are_one_feed(config: IngestionConfig, dsn: str) -> None:
    make_tables(dsn, [SITTINGS])
    run_sql(
        dsn,
        """create table platform.answers (sitting_id text, item_no integer, chosen_option_code text,
            response_seconds integer) partition by range (item_no)""",
        "create table platform.answers_1 partition of platform.answers for values from (0) to (10)",
        answer("S-1", 1),
    )
    puller = Puller(config, dsn, ANSWERS)
    assert len(puller.rows()) == 1
    # A part that was filled before it joined: its rows are older than the pull before. All comes again.
    run_sql(
        dsn,
        "create table platform.answers_2 (like platform.answers)",
        "insert into platform.answers_2 values ('S-2', 11, 'A', 1)",
    )
    assert puller.rows() == []
    run_sql(
        dsn, "alter table platform.answers attach partition platform.answers_2 for values from (10) to (20)"
    )
    assert sittings_of(puller.rows()) == ["S-1", "S-2"]
    assert puller.rows() == []


# -- transactions


def test_an_open_transaction_delays_and_loses_nothing(answers: Puller) -> None:
    run_sql(answers.dsn, answer("before", 1))
    with connected(answers.dsn) as other:
        other.execute("begin")
        other.execute(answer("open", 1))
        run_sql(answers.dsn, answer("later", 1), answer("later", 2))
        found = answers()
        assert sittings_of(pq.read_table(found.deliveries[0].path).to_pylist()) == ["before"]
        assert found.count_waiting == 2
        assert found.open_since is not None
        assert abs(found.open_since - datetime.now(UTC).replace(tzinfo=None)) < timedelta(minutes=1)
        other.execute("commit")
    assert sittings_of(answers.rows()) == ["later", "later", "open"]


def test_savepoints_and_rollbacks(answers: Puller) -> None:
    with connected(answers.dsn) as other:
        for statement in (
            "begin",
            answer("kept", 1),
            "savepoint one",
            answer("kept", 2),
            "savepoint two",
            answer("gone", 1),
            "rollback to two",
            answer("kept", 3),
        ):
            other.execute(statement)
        run_sql(answers.dsn, answer("later", 1))
        assert answers.rows() == []
        other.execute("commit")
        assert sittings_of(answers.rows()) == ["kept", "kept", "kept", "later"]
        other.execute("begin")
        other.execute(answer("gone", 2))
        other.execute("rollback")
    assert answers.rows() == []


def test_a_row_changed_by_a_younger_open_transaction_comes_as_it_stands(answers: Puller) -> None:
    run_sql(answers.dsn, answer("S-1", 1))
    with connected(answers.dsn) as other:
        other.execute("begin")
        other.execute("update platform.answers set chosen_option_code = 'B'")
        assert [row["chosen_option_code"] for row in answers.rows()] == ["A"]
        other.execute("commit")
    assert [row["chosen_option_code"] for row in answers.rows()] == ["B"]


def test_a_prepared_transaction_is_an_open_one(answers: Puller) -> None:
    with connected(answers.dsn) as other:
        for statement in ("begin", answer("prepared", 1), "prepare transaction 'test'"):
            other.execute(statement)
    run_sql(answers.dsn, answer("later", 1))
    found = answers()
    assert (found.deliveries, found.count_waiting, found.open_since is not None) == ((), 1, True)
    run_sql(answers.dsn, "commit prepared 'test'")
    assert sittings_of(answers.rows()) == ["later", "prepared"]


def test_rows_that_change_during_a_pull_come_with_the_next(
    answers: Puller, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_sql(answers.dsn, answer("S-1", 1), answer("S-2", 1))
    reading = platform_database._write

    def change_and_read(*arguments: Any) -> None:
        run_sql(answers.dsn, "update platform.answers set chosen_option_code = 'C'", answer("S-3", 1))
        reading(*arguments)

    with monkeypatch.context() as changed:
        changed.setattr(platform_database, "_write", change_and_read)
        assert {row["chosen_option_code"] for row in answers.rows()} == {"A"}
    assert sittings_of(answers.rows()) == ["S-1", "S-2", "S-3"]


def test_ids_of_transactions_are_extended_to_64_bits(postgres: PostgresServer) -> None:
    round_of_ids = 2**32
    following = ROUND * round_of_ids + 1000
    expected = {
        999: following - 1,
        3: ROUND * round_of_ids + 3,
        1001: (ROUND - 1) * round_of_ids + 1001,
        round_of_ids - 1: ROUND * round_of_ids - 1,
        2**31: (ROUND - 1) * round_of_ids + 2**31,
    }
    values = ", ".join(f"({xid}::bigint)" for xid in expected)
    query = f"select xid, {platform_database._row_xid('xid', following)} from (values {values}) as ids (xid)"
    assert dict(run_sql(postgres.dsn("postgres"), query)) == expected
    first_round = f"select {platform_database._row_xid('4294967000::bigint', 1000)}"
    assert run_sql(postgres.dsn("postgres"), first_round) == [(0,)]


# -- which database it is


def test_a_table_of_the_same_name_is_another_table(answers: Puller) -> None:
    run_sql(answers.dsn, answer("S-1", 1), "create table platform.fresh (like platform.answers)")
    run_sql(answers.dsn, "insert into platform.fresh select 'S-2', 1, 'A', 1")
    assert sittings_of(answers.rows()) == ["S-1"]
    run_sql(
        answers.dsn,
        "alter table platform.answers rename to old",
        "alter table platform.fresh rename to answers",
    )
    assert sittings_of(answers.rows()) == ["S-2"]


def test_a_delivery_that_is_gone_comes_again(answers: Puller) -> None:
    run_sql(answers.dsn, answer("S-1", 1))
    (first,) = answers().deliveries
    run_sql(answers.dsn, answer("S-2", 1))
    assert sittings_of(answers.rows()) == ["S-2"]
    first.path.unlink()
    assert sittings_of(answers.rows()) == ["S-1", "S-2"]


def test_a_database_older_than_the_last_pull_is_not_read(answers: Puller) -> None:
    run_sql(answers.dsn, answer("S-1", 1))
    (first,) = answers().deliveries
    ahead = first.interval.file_name.replace(str(first.interval.end), str(first.interval.end + 1000))
    first.path.rename(first.path.with_name(ahead))
    with pytest.raises(RetryableError) as caught:
        answers()
    assert caught.value.message_key == "platform_behind"
    assert len(answers.rows(whole=True)) == 1


# -- what goes wrong


def failure(config: IngestionConfig, dsn: str, *feeds: str) -> RezervError:
    """The error of a pull, after looking whether its texts keep the connection string to themselves."""
    with pytest.raises(RezervError) as caught:
        pull(config, dsn, NOW, feeds or [ANSWERS])
    for language in LANGUAGES:
        text = caught.value.message(language)
        assert not any(part in text for part in ("postgresql://", "127.0.0.1", "wrong", "reader"))
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    assert not list(config.landing_dir.rglob("*.part"))
    return caught.value


def test_without_connection_string(config: IngestionConfig) -> None:
    assert failure(config, " ").message_key == "platform_not_set"


def test_a_server_that_does_not_answer(config: IngestionConfig, dsn: str) -> None:
    for target in (re.sub(r":\d+/", ":9/", dsn), "host=127.0.0.1 port=9 user=reader"):
        error = failure(config, target)
        assert (error.message_key, error.is_retryable) == ("platform_unreachable", True)


def test_a_server_that_refuses(config: IngestionConfig, dsn: str) -> None:
    for target in (re.sub(r":[0-9a-f]+@", ":wrong@", dsn), f"{dsn}_wrong"):
        error = failure(config, target)
        assert (error.message_key, error.is_retryable) == ("platform_refused", False)


def test_a_table_that_is_not_there_or_no_table(config: IngestionConfig, dsn: str) -> None:
    error = failure(config, dsn)
    assert (error.message_key, error.params) == ("platform_table_missing", {"table": "platform.answers"})
    run_sql(dsn, "create schema platform", "create view platform.answers as select 1 as item_no")
    assert failure(config, dsn).message_key == "platform_not_a_table"


def test_a_column_that_is_not_there_or_of_another_kind(config: IngestionConfig, dsn: str) -> None:
    make_tables(dsn, [ANSWERS])
    run_sql(dsn, "alter table platform.answers alter item_no type jsonb using null")
    error = failure(config, dsn)
    assert error.message_key == "platform_column_type"
    assert (error.params["column"], error.params["table"]) == ("item_no", "platform.answers")
    run_sql(dsn, "alter table platform.answers drop column item_no")
    error = failure(config, dsn)
    assert error.message_key == "platform_column_missing"
    assert error.params == {"column": "item_no", "table": "platform.answers"}


@pytest.fixture
def reader(postgres: PostgresServer, dsn: str) -> Iterator[str]:
    """Connection string of a role that may do nothing yet, for the same database."""
    run_sql(dsn, "create role reader login password 'reader-password'")
    yield postgres.dsn(dsn.rsplit("/", 1)[1], "reader", "reader-password")
    run_sql(dsn, "drop owned by reader", "drop role reader")


def test_a_role_needs_to_read_the_table_and_no_more(config: IngestionConfig, dsn: str, reader: str) -> None:
    make_tables(dsn, [ANSWERS])
    run_sql(dsn, answer("S-1", 1))
    refused = ("platform_table_refused", {"table": "platform.answers"})
    error = failure(config, reader)
    assert (error.message_key, error.params) == refused
    run_sql(dsn, "grant select on platform.answers to reader")
    error = failure(config, reader)
    assert (error.message_key, error.params) == refused
    run_sql(dsn, "grant usage on schema platform to reader")
    assert len(Puller(config, reader, ANSWERS).rows()) == 1
    # Rows that a policy hides now may be shown later, below the last id: half a table is not read at all.
    run_sql(dsn, "alter table platform.answers enable row level security", answer("S-2", 1))
    error = failure(config, reader)
    assert (error.message_key, error.params) == refused


def test_a_pull_writes_nothing(config: IngestionConfig, dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make_tables(dsn, [ANSWERS])
    monkeypatch.setattr(platform_database, "_row_xid", lambda *_: "nextval('platform.numbers')")
    run_sql(dsn, "create sequence platform.numbers", answer("S-1", 1))
    assert failure(config, dsn).message_key == "platform_failed"


def test_a_connection_that_breaks_in_the_middle(answers: Puller, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = "generate_series(1, 300000) as numbers (i)"
    many = f"insert into platform.answers select 'S-' || i, 1, 'A', 1 from {numbers}"
    run_sql(answers.dsn, many)
    writing = platform_database.write_unfinished

    def break_and_write(*arguments: Any) -> int:
        run_sql(
            answers.dsn,
            """select pg_terminate_backend(pid) from pg_stat_activity
               where datname = current_database() and pid <> pg_backend_pid()""",
        )
        return writing(*arguments)

    with monkeypatch.context() as changed:
        changed.setattr(platform_database, "write_unfinished", break_and_write)
        error = failure(answers.config, answers.dsn)
    assert (error.message_key, error.is_retryable) == ("platform_interrupted", True)
    assert len(answers.rows()) == 300_000


def test_a_locked_table_is_waited_for_not_forever(answers: Puller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform_database, "_LOCK_TIMEOUT", "50ms")
    with connected(answers.dsn) as other:
        other.execute("begin")
        other.execute("lock table platform.answers in access exclusive mode")
        started = time.monotonic()
        error = failure(answers.config, answers.dsn)
        assert time.monotonic() - started < 5
    assert (error.message_key, error.is_retryable) == ("platform_interrupted", True)


def test_a_feed_that_does_not_stand_in_the_database(config: IngestionConfig, dsn: str) -> None:
    assert failure(config, dsn, "registers__stop_list").message_key == "feed_not_in_database"
    assert failure(config, dsn, "platform__nothing").message_key == "feed_unknown"


def test_a_landing_folder_that_cannot_be_written(
    answers: Puller, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run_sql(answers.dsn, answer("S-1", 1))

    def full(*_: Any) -> int:
        raise OSError("no space left on device")

    with monkeypatch.context() as changed:
        changed.setattr(platform_database, "write_unfinished", full)
        assert failure(answers.config, answers.dsn).message_key == "pull_not_written"
    assert len(answers.rows()) == 1


def test_exact_numbers_come_exactly(config: IngestionConfig, dsn: str) -> None:
    make_tables(dsn, [ANSWERS])
    run_sql(
        dsn,
        "alter table platform.answers alter response_seconds type numeric",
        "insert into platform.answers values ('S-1', 1, 'A', 0.1)",
    )
    (row,) = Puller(config, dsn, ANSWERS).rows()
    assert Decimal(row["response_seconds"]) == Decimal("0.1")
