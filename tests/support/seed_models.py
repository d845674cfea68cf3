"""Models that follow from the season's seeds alone, built in memory from the committed SQL.

What belongs here: the seeds as tables, typed as dbt types them, and a model with all that it reads. What does
not: models of rows as received (`season.py`) and what a test expects.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import yaml

DBT_PROJECT = Path(__file__).parents[2] / "dbt_project"
MACROS = ("as_of", "local_time", "latest_version")
VARIABLES = {"as_of": "2025-05-01 00:00:00", "local_timezone": "Asia/Almaty", "publishing": ""}


def open_seeds() -> duckdb.DuckDBPyConnection:
    """A database in memory that holds the committed seeds."""
    connection = duckdb.connect()
    document = yaml.safe_load((DBT_PROJECT / "seeds" / "_seeds.yml").read_text(encoding="utf-8"))
    for seed in document["seeds"]:
        path = DBT_PROJECT / "seeds" / f"{seed['name']}.csv"
        types = seed["config"]["column_types"]
        connection.read_csv(str(path), header=True, dtype=types).create(seed["name"])
    connection.execute("create table stg_agency__vetting_requests (list_no varchar, sent_on date)")
    connection.execute("""
        create table stg_publication__acts (
            act_no integer, season_code varchar, stage_code varchar, kind_code varchar, version integer,
            acted_at timestamp, approved_by varchar, decision_no varchar, act_hash varchar, count_rows bigint,
            drift_hash varchar
        )
    """)
    return connection


def rendered(body: str) -> str:
    """SQL of a model: a ref is the table of that name."""
    macros = "".join((DBT_PROJECT / "macros" / f"{name}.sql").read_text(encoding="utf-8") for name in MACROS)
    return (
        jinja2.Environment()
        .from_string(macros + body)
        .render(
            ref=lambda name: name,
            config=lambda **_: "",
            var=VARIABLES.__getitem__,
            run_started_at=datetime(2025, 5, 1, tzinfo=UTC),
        )
    )


def build(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Make a model and everything below it, as views."""
    (path,) = DBT_PROJECT.glob(f"models/**/{name}.sql")
    body = path.read_text(encoding="utf-8")
    for parent in re.findall(r"ref\('(\w+)'\)", body):
        if not _exists(connection, parent):
            build(connection, parent)
    connection.execute(f"create or replace view {name} as {rendered(body)}")


def _exists(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    found: Any = connection.execute(
        "select count(*) from information_schema.tables where table_name = ?", [name]
    ).fetchone()
    return bool(found[0])
