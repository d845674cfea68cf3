"""The macros and generic tests of the warehouse, on small tables that pass and that fail.

Here: macros that need no model. Whole models are tested by dbt's own unit tests, beside the models.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import pytest

DBT_PROJECT = Path(__file__).parents[3] / "dbt_project"
BASE_MACROS = ("as_of", "local_time", "latest_version")
DEFAULTS = {"as_of": "", "local_timezone": "Asia/Almaty"}


class _Modules:
    class pytz:
        utc = UTC


def _render(body: str, **context: Any) -> str:
    """SQL of a template after the project's base macros, with dbt's context in small."""
    variables = {**DEFAULTS, **context.pop("variables", {})}
    macros = "".join(
        (DBT_PROJECT / "macros" / f"{name}.sql").read_text(encoding="utf-8") for name in BASE_MACROS
    )
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, extensions=["jinja2.ext.do"])
    template = environment.from_string(macros + body)
    return template.render(
        var=variables.__getitem__,
        run_started_at=datetime(2025, 9, 1, 7, 30, tzinfo=UTC),
        modules=_Modules,
        config=lambda **_: "",
        **context,
    )


def _render_test(name: str, **arguments: Any) -> str:
    text = (DBT_PROJECT / "tests" / "generic" / f"{name}.sql").read_text(encoding="utf-8")
    body = re.sub(r"{%-? (end)?test[^%]*%}", "", text)
    return _render(body, **arguments)


@pytest.fixture()
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def _value(connection: duckdb.DuckDBPyConnection, sql: str) -> Any:
    row = connection.sql(sql).fetchone()
    assert row is not None
    return row[0]


def test_as_of_reads_the_variable(connection: duckdb.DuckDBPyConnection) -> None:
    sql = _render("select {{ as_of() }}", variables={"as_of": "2025-08-08 04:00:00"})
    assert _value(connection, sql) == datetime(2025, 8, 8, 4)


def test_as_of_defaults_to_the_start_of_the_run(connection: duckdb.DuckDBPyConnection) -> None:
    assert _value(connection, _render("select {{ as_of() }}")) == datetime(2025, 9, 1, 7, 30)


def test_local_time_is_five_hours_ahead_in_the_season(connection: duckdb.DuckDBPyConnection) -> None:
    sql = _render("select {{ local_at(\"timestamp '2025-06-30 18:59:59'\") }}")
    assert _value(connection, sql) == datetime(2025, 6, 30, 23, 59, 59)


def test_local_date_turns_at_local_midnight(connection: duckdb.DuckDBPyConnection) -> None:
    before = _render("select {{ local_date(\"timestamp '2025-06-30 18:59:59'\") }}")
    after = _render("select {{ local_date(\"timestamp '2025-06-30 19:00:00'\") }}")
    assert _value(connection, before) == date(2025, 6, 30)
    assert _value(connection, after) == date(2025, 7, 1)


def test_utc_at_undoes_local_at(connection: duckdb.DuckDBPyConnection) -> None:
    sql = _render("select {{ utc_at(local_at(\"timestamp '2025-08-02 03:04:05'\")) }}")
    assert _value(connection, sql) == datetime(2025, 8, 2, 3, 4, 5)


VERSIONS = """
create table versions as
select * from (values
    ('a', 1, timestamp '2025-08-01', 1, 1),
    ('a', 2, timestamp '2025-08-03', 2, 1),
    ('a', 3, timestamp '2025-08-03', 3, 1),
    ('a', 4, timestamp '2025-08-03', 3, 2),
    ('a', 5, timestamp '2025-08-09', 4, 1),
    ('b', 6, timestamp '2025-08-09', 4, 2)
) as versions (key, content, _received_at, _landed_seq, _row_number)
"""


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2025-07-31 00:00:00", []),
        ("2025-08-01 00:00:00", [("a", 1)]),
        # one receipt: landing order first, then the row of the file
        ("2025-08-05 00:00:00", [("a", 4)]),
        ("2025-08-10 00:00:00", [("a", 5), ("b", 6)]),
    ],
)
def test_latest_version_knows_only_what_was_received(
    connection: duckdb.DuckDBPyConnection, as_of: str, expected: list[tuple[str, int]]
) -> None:
    connection.execute(VERSIONS)
    latest = _render("{{ latest_version('versions', ['key']) }}", variables={"as_of": as_of})
    assert connection.sql(f"select key, content from ({latest}) order by key").fetchall() == expected


def test_latest_version_keeps_the_first_receipt(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(VERSIONS)
    latest = _render("{{ latest_version('versions', ['key']) }}", variables={"as_of": "2025-08-10 00:00:00"})
    sql = f"select _first_received_at from ({latest}) where key = 'a'"
    assert _value(connection, sql) == datetime(2025, 8, 1)


@pytest.mark.parametrize(
    ("rows", "count_failures"),
    [
        ("('x', 1), ('x', 2), ('y', 1)", 0),
        ("('x', 1), ('x', 1), ('y', 1)", 1),
        ("('x', null), ('x', null)", 1),
    ],
)
def test_unique_combination(connection: duckdb.DuckDBPyConnection, rows: str, count_failures: int) -> None:
    connection.execute(f"create table model as select * from (values {rows}) as model (a, b)")
    sql = _render_test("unique_combination", model="model", columns=["a", "b"])
    assert len(connection.sql(sql).fetchall()) == count_failures


@pytest.mark.parametrize(
    ("rows", "failing"),
    [
        ("('x', 1), ('y', 2)", []),
        ("('x', null), (null, null)", [("a", 1), ("b", 2)]),
        ("('x', null), ('y', 1)", [("b", 1)]),
    ],
)
def test_not_null_columns(
    connection: duckdb.DuckDBPyConnection, rows: str, failing: list[tuple[str, int]]
) -> None:
    connection.execute(f"create table model as select * from (values {rows}) as model (a, b)")
    sql = _render_test("not_null_columns", model="model", columns=["a", "b"])
    assert connection.sql(f"select * from ({sql}) order by column_name").fetchall() == failing


def test_no_row_has_no_empty_columns(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create table model (a varchar, b integer)")
    assert not connection.sql(_render_test("not_null_columns", model="model", columns=["a", "b"])).fetchall()


@pytest.mark.parametrize(
    ("rows", "count_failures"),
    [("('x', 1), ('x', 1), ('x', null)", 0), ("('x', 1), ('x', 2), ('y', 1)", 2)],
)
def test_combination_exists(connection: duckdb.DuckDBPyConnection, rows: str, count_failures: int) -> None:
    connection.execute("create table parents as select 'x' as a, 1 as b")
    connection.execute(f"create table model as select * from (values {rows}) as model (a, b)")
    sql = _render_test("combination_exists", model="model", columns=["a", "b"], to="parents")
    assert len(connection.sql(sql).fetchall()) == count_failures
