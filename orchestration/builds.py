"""What became of each build of the warehouse: the one record that publication trusts.

Belongs here: schema `builds` of the warehouse, written before and after dbt runs, read by the release and
`status`. Not here: running dbt (`assets/warehouse.py`), deciding what may be published (`releases.py`). The
record lives in the file it speaks of, so a copied or restored warehouse carries its own truth
(docs/decisions/0002-what-publication-trusts.md). Check names and counts only, never people's values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.clock import utc_now

if TYPE_CHECKING:
    import duckdb

_TABLES = (
    "create schema if not exists builds",
    """create table if not exists builds.builds (
        build_id varchar primary key, started_at timestamp not null, finished_at timestamp, as_of timestamp,
        newest_landed_seq bigint not null, is_full boolean not null, is_successful boolean,
        code_version varchar
    )""",
    """create table if not exists builds.checks (
        build_id varchar not null, check_name varchar not null, severity varchar not null,
        outcome varchar not null, count_failed bigint, primary key (build_id, check_name)
    )""",
)
FAILED_OUTCOMES = ("fail", "error", "runtime error")


@dataclass(frozen=True)
class CheckOutcome:
    """Result of one dbt node or test: `outcome` is dbt's status, `severity` is ERROR or WARN."""

    check_name: str
    severity: str
    outcome: str
    count_failed: int | None

    @property
    def is_failed(self) -> bool:
        """Whether the check failed or could not be evaluated."""
        return self.outcome in FAILED_OUTCOMES

    @property
    def is_blocking(self) -> bool:
        """Whether this outcome alone forbids a release."""
        return self.is_failed and self.severity == "ERROR"


@dataclass(frozen=True)
class BuildRecord:
    """One build. `finished_at` and `is_successful` are None while it runs, and for ever if it was killed."""

    build_id: str
    started_at: datetime
    finished_at: datetime | None
    as_of: datetime | None
    newest_landed_seq: int
    is_full: bool
    is_successful: bool | None
    code_version: str | None
    checks: tuple[CheckOutcome, ...]


def list_checks(checks: Iterable[CheckOutcome]) -> str:
    """Names with counts of failures, for messages."""
    return "; ".join(f"{c.check_name} ({'–' if c.count_failed is None else c.count_failed})" for c in checks)


def start_build(
    warehouse: Path, build_id: str, *, as_of: datetime | None, is_full: bool, code_version: str
) -> None:
    """Record that a build begins, and up to which landed batch it can know.

    A second start of an id replaces it.
    """
    import duckdb

    with duckdb.connect(str(warehouse)) as connection:
        for statement in _TABLES:
            connection.execute(statement)
        connection.execute("delete from builds.checks where build_id = ?", [build_id])
        connection.execute(
            "insert or replace into builds.builds values (?, ?, null, ?, ?, ?, null, ?)",
            [build_id, utc_now(), as_of, newest_landed_seq(connection), is_full, code_version],
        )


def finish_build(
    warehouse: Path,
    build_id: str,
    *,
    is_successful: bool,
    checks: Iterable[CheckOutcome],
    as_of: datetime | None = None,
) -> None:
    """Record how a build ended; `as_of` replaces an unknown season clock by the moment that dbt used."""
    import duckdb

    rows = [
        (build_id, check.check_name, check.severity, check.outcome, check.count_failed) for check in checks
    ]
    with duckdb.connect(str(warehouse)) as connection:
        connection.begin()
        if rows:
            connection.executemany("insert or replace into builds.checks values (?, ?, ?, ?, ?)", rows)
        connection.execute(
            "update builds.builds set finished_at = ?, is_successful = ?, as_of = coalesce(as_of, ?)"
            " where build_id = ?",
            [utc_now(), is_successful, as_of, build_id],
        )
        connection.commit()


def latest_build(connection: duckdb.DuckDBPyConnection) -> BuildRecord | None:
    """The build that started last, or None when there was none.

    `connection` has the warehouse as its database.
    """
    if not has_table(connection, "builds", "builds"):
        return None
    row = connection.execute(
        "select build_id, started_at, finished_at, as_of, newest_landed_seq, is_full, is_successful,"
        " code_version from builds.builds order by started_at desc, build_id desc limit 1"
    ).fetchone()
    if row is None:
        return None
    checks = connection.execute(
        "select check_name, severity, outcome, count_failed from builds.checks where build_id = ?"
        " order by check_name",
        [row[0]],
    ).fetchall()
    fields: tuple[Any, ...] = (*row, tuple(CheckOutcome(*check) for check in checks))
    return BuildRecord(*fields)


def newest_landed_seq(connection: duckdb.DuckDBPyConnection) -> int:
    """Landing number of the newest batch whose rows are in the raw tables; 0 when nothing has landed."""
    if not has_table(connection, "raw", "_batches"):
        return 0
    row = connection.execute("select max(landed_seq) from raw._batches where state = 'landed'").fetchone()
    return int(row[0]) if row and row[0] is not None else 0


def has_table(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    """Whether the connection's database has this table or view."""
    row = connection.execute(
        "select 1 from information_schema.tables"
        " where table_catalog = current_database() and table_schema = ? and table_name = ?",
        [schema, table],
    ).fetchone()
    return row is not None


def outcomes_from_run_results(
    run_results: Mapping[str, Any], manifest: Mapping[str, Any]
) -> tuple[CheckOutcome, ...]:
    """Turn dbt's `run_results.json` into outcomes: every test, and every model or seed that did not succeed.

    A model that fails counts as ERROR; a test has the severity of its configuration. What was skipped
    because of an earlier failure is left out: the failure itself is there.
    """
    outcomes = []
    for result in run_results.get("results", []):
        unique_id, status = result["unique_id"], result["status"]
        kind = unique_id.split(".", 1)[0]
        if status == "skipped" or (kind not in ("test", "unit_test") and status == "success"):
            continue
        node = manifest.get("nodes", {}).get(unique_id, {})
        severity = str(node.get("config", {}).get("severity") or "ERROR").upper()
        name = node.get("name") or unique_id.split(".", 2)[-1]
        outcomes.append(CheckOutcome(f"{kind}.{name}", severity, status, result.get("failures")))
    return tuple({outcome.check_name: outcome for outcome in outcomes}.values())
