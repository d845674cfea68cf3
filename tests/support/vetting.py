"""The officers' tables of a test season against the oracle, row by row.

What belongs here: which table answers which of the oracle's, by which key, and differences that a person can
read. What does not: the seasons (`season.py`) and what is right (`tests/oracle/`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.oracle import OracleVetting, run_vetting_oracle
from tests.support.season import TestSeason

Line = dict[str, Any]
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Compared:
    """A table of the warehouse, what the oracle calls it, and the columns that name a row."""

    relation: str
    field: str
    key: tuple[str, ...]


COMPARED = (
    Compared("core.fct_eligibility_checks", "checks", ("candidate_no", "rule_code")),
    Compared(
        "core.fct_eligibility_findings",
        "findings",
        ("candidate_no", "rule_code", "finding_code", "input_feed", "input_id"),
    ),
    Compared(
        "core.fct_eligibility_warnings",
        "warnings",
        ("candidate_no", "warning_code", "input_feed", "input_id"),
    ),
    Compared("core.fct_track_changes", "track_changes", ("candidate_no", "change_no")),
    Compared("core.fct_vetting_requests", "requests", ("list_no", "candidate_no")),
    Compared("core.fct_vetting_states", "states", ("candidate_no", "body_code")),
    Compared("core.fct_vetting_replies", "replies", ("reply_no", "list_no", "candidate_no")),
    Compared("core.fct_vetting_to_send", "to_send", ("candidate_no", "body_code")),
    Compared("core.fct_document_needs", "document_needs", ("candidate_no", "document_type_code")),
    Compared("reporting.rpt_vetting_board", "board", ("list_no", "body_code")),
    Compared("reporting.rpt_vetting_bodies", "bodies", ("body_code",)),
    Compared("reporting.rpt_vetting_hold", "hold", ("candidate_no", "body_code")),
    Compared("reporting.rpt_vetting_alerts", "alerts", ("candidate_no", "alert_code", "list_no")),
    Compared("reporting.rpt_vetting_alert_stages", "alert_stages", ("candidate_no", "stage_code")),
    Compared("reporting.rpt_vetting_due", "due", ("body_code", "change_code")),
    Compared("reporting.rpt_vetting_list_days", "list_days", ("list_on",)),
    Compared("reporting.rpt_document_work", "document_work", ("candidate_no", "document_type_code")),
)


def identity_keys(season: TestSeason) -> dict[str, str]:
    """The key of what each counted submission says of its person, as the warehouse made it."""
    rows = season.query("select candidate_no, identity_key from intermediate.int_accounts__counted")
    return {candidate_no: key for candidate_no, key in rows if key is not None}


def oracle_of(season: TestSeason, as_of: datetime) -> OracleVetting:
    """What the oracle says of a season as of a moment, with the warehouse's identity keys."""
    return run_vetting_oracle(season.config.landing_dir, as_of, identity_keys=identity_keys(season))


def officers_differences(season: TestSeason, oracle: OracleVetting, *relations: str) -> list[str]:
    """What the warehouse and the oracle say differently, in all tables or those named; empty if nothing."""
    return [
        difference
        for table in COMPARED
        if not relations or table.relation in relations
        for difference in _differences(season, table, getattr(oracle, table.field))
    ]


def _differences(season: TestSeason, table: Compared, expected: Sequence[Line]) -> list[str]:
    columns = _columns(season, table, expected)
    rows = season.query(f"select {', '.join(columns)} from {table.relation}")
    theirs = [dict(zip(columns, row, strict=True)) for row in rows]
    return [f"{table.relation} {text}" for text in lines_apart(table.key, theirs, expected)]


def _columns(season: TestSeason, table: Compared, expected: Sequence[Line]) -> list[str]:
    """Those that the oracle speaks of: an alert of no single body names none."""
    named = list(dict.fromkeys(name for line in expected for name in line))
    if named:
        return named
    schema, name = table.relation.split(".")
    rows = season.query(
        f"select column_name from duckdb_columns() where schema_name = '{schema}' and table_name = '{name}'"
    )
    return [column for (column,) in rows if not column.startswith("_")]


def lines_apart(key: tuple[str, ...], ours: Iterable[Line], theirs: Iterable[Line]) -> list[str]:
    """Rows that only one side has, and columns in which two rows of one key differ."""
    warehouse, oracle = _by_key(key, ours), _by_key(key, theirs)
    found = []
    for name in sorted(warehouse.keys() | oracle.keys(), key=repr):
        given, expected = warehouse.get(name, []), oracle.get(name, [])
        if len(given) != len(expected):
            found.append(f"{name}: warehouse {given or 'has none'}, oracle {expected or 'has none'}")
        for one, other in zip(given, expected, strict=False):
            found += [
                f"{name} {column}: warehouse {one[column]!r}, oracle {value!r}"
                for column, value in other.items()
                if one[column] != value
            ]
    return found


def _by_key(key: tuple[str, ...], lines: Iterable[Line]) -> dict[Key, list[Line]]:
    """Lines by key; several of one key in an order of their own."""
    found: dict[Key, list[Line]] = {}
    for line in lines:
        found.setdefault(tuple(line[column] for column in key), []).append(line)
    return {name: sorted(own, key=lambda line: repr(sorted(line.items()))) for name, own in found.items()}
