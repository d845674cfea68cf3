"""What a release says of its own making: checks, the door, quarantine, feeds, corrections, causes, lineage.

Belongs here: the tables of schema `release` that pages about quality and corrections read, in counts and
codes. Not here: the manifest and the changes (`releases.py`), what the books mean (`ingestion/`). No table
holds a row of a file or a value of one; people stand by candidate number in `change_causes` only. Nothing
here is part of the content hash: a release that shows nothing new is not made again because a check took its
place (docs/decisions/0041).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.contracts import feed_names, load_contract
from ingestion.messages import LANGUAGES, catalogue
from ingestion.quarantine_books import open_entries_table, open_files
from orchestration.builds import BuildRecord, has_table

if TYPE_CHECKING:
    import duckdb

Row = tuple[Any, ...]
# What dbt builds and reads; everything else of its manifest is no relation.
_RELATIONS = ("model", "seed", "snapshot", "source")
_TEST_KINDS = ("test", "unit_test")

# Table -> its comment, and of each column the type and the comment.
TABLES: Mapping[str, tuple[str, Mapping[str, tuple[str, str]]]] = {
    "checks": (
        "One row per check of the build that was published.",
        {
            "check_name": ("varchar", "Name of the check in dbt; of a model that failed, the model's."),
            "check_kind": ("varchar", "test (of the data), or model (that could not be built)."),
            "tables": ("varchar", "Tables that the check reads, comma-separated."),
            "severity": ("varchar", "ERROR blocks a release, WARN is shown and blocks nothing."),
            "outcome": ("varchar", "How the check ended, in dbt's word: pass, warn, fail or error."),
            "count_failed": ("bigint", "Rows that the check found; empty where it could not be evaluated."),
            "description": ("varchar", "What the check claims, where its author wrote it down."),
        },
    ),
    "door_checks": (
        "One row per feed, check at the door and column: how often it was asked and failed, over all files.",
        {
            "feed": ("varchar", "Feed of the files."),
            "check_name": ("varchar", "Code of the check at the door."),
            "column_name": ("varchar", "Column that is checked; empty for a check of the file as such."),
            "count_files": ("bigint", "Files that were checked."),
            "count_files_failed": ("bigint", "Files in which the check failed."),
            "count_evaluated": ("bigint", "Rows that were checked, over all files."),
            "count_failed": ("bigint", "Rows that failed, over all files."),
            "is_newest_passed": ("boolean", "Whether the feed's newest file passed; empty if not asked."),
            **{f"text_{code}": ("varchar", f"What the check asks, in words ({code}).") for code in LANGUAGES},
        },
    ),
    "quarantine": (
        "One row per feed, column and reason for which rows or whole files were kept outside.",
        {
            "feed": ("varchar", "Feed of the files."),
            "sender": ("varchar", "Who sends the feed, by its contract."),
            "column_name": ("varchar", "Column with the reason; empty where it is the whole row's."),
            "reason_code": ("varchar", "Why it stays outside."),
            "count_files": ("bigint", "Files with such an entry, closed ones included."),
            "count_rows": ("bigint", "Entries, closed ones included; a whole file counts as one."),
            "count_open": ("bigint", "Entries that nobody has mended or closed yet."),
            **{f"text_{code}": ("varchar", f"The reason in words ({code}).") for code in LANGUAGES},
        },
    ),
    "feeds": (
        "One row per feed: its newest file, and what waits of it.",
        {
            "feed": ("varchar", "Feed: source and entity."),
            "sender": ("varchar", "Who sends it, by its contract."),
            "count_files": ("bigint", "Files received, without exact duplicates."),
            "newest_received_at": ("timestamp", "When the newest of them was received (UTC)."),
            "newest_landed_at": ("timestamp", "When the newest of them landed (UTC)."),
            "newest_state": ("varchar", "What became of it: landed, quarantined or held."),
            "count_landed": ("bigint", "Rows of it that landed."),
            "count_outside": ("bigint", "Rows of it that stay outside."),
            "count_open": ("bigint", "Entries of the feed open in quarantine, over all files."),
            "count_held": ("bigint", "Files of the feed that wait until a person accepts them."),
        },
    ),
    "corrections": (
        "One row per file that was applied as a correction.",
        {
            "applied_at": ("timestamp", "When it was applied (UTC)."),
            "asked_by": ("varchar", "Who asked for it, or approved it."),
            "reason": ("varchar", "Why."),
            "feed": ("varchar", "Feed of the file."),
            "source_file": ("varchar", "The file, below the landing folder."),
            "state": ("varchar", "What became of it: landed, duplicate, quarantined or held."),
            "count_landed": ("bigint", "Rows that landed."),
            "count_quarantined": ("bigint", "Rows that stay outside."),
        },
    ),
    "change_causes": (
        "One row per change of this release that files new in it speak of: a person's own rows.",
        {
            "season_code": ("varchar", "Season of the selection."),
            "stage_code": ("varchar", "Stage at which the standing changed."),
            "candidate_no": ("varchar", "Candidate number."),
            "feeds": ("varchar", "Feeds of the new files on which the line at this stage or before rests."),
            "files": ("varchar", "The files themselves, in the order of receipt."),
        },
    ),
    "lineage": (
        "One row per table and table that it is made from, by dbt's graph.",
        {
            "parent": ("varchar", "Table that is read: schema and name; raw tables are the feeds."),
            "child": ("varchar", "Table that is made from it."),
        },
    ),
}  # fmt: skip


def write_release_tables(
    connection: duckdb.DuckDBPyConnection, build: BuildRecord, manifest_file: Path
) -> None:
    """Write the tables above into schema `release` of a draft that has the warehouse attached.

    `manifest_file`: dbt's manifest of the build; without one checks have no tables and lineage is empty.
    """
    manifest = json.loads(manifest_file.read_text(encoding="utf-8")) if manifest_file.is_file() else {}
    with _reading_warehouse(connection):
        content: dict[str, Sequence[Row]] = {
            "checks": check_rows(build, manifest),
            "door_checks": _door_check_rows(connection),
            "quarantine": _quarantine_rows(connection),
            "feeds": _feed_rows(connection),
            "corrections": _correction_rows(connection),
            "lineage": lineage_rows(manifest),
        }
    for table in TABLES:
        _create(connection, table)
        _insert(connection, table, content.get(table, ()))
    _write_causes(connection)


@contextmanager
def _reading_warehouse(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    row = connection.execute("select current_database()").fetchone()
    home = str(row[0]) if row else ""
    connection.execute("use warehouse")
    try:
        yield
    finally:
        connection.execute(f'use "{home}"')


def check_rows(build: BuildRecord, manifest: Mapping[str, Any]) -> list[Row]:
    """The checks of a build, each with the tables that it reads, in the order of their names."""
    nodes = {
        (node["resource_type"], node["name"]): node
        for node in manifest.get("nodes", {}).values()
        if node["resource_type"] in _TEST_KINDS
    }
    rows = []
    for check in build.checks:
        kind, _, name = check.check_name.partition(".")
        node = nodes.get((kind, name), {})
        reads = node.get("depends_on", {}).get("nodes", ())
        tables = sorted({table for parent in reads if (table := _relation(manifest, parent))})
        is_test = kind in _TEST_KINDS
        rows.append(
            (
                name or check.check_name, "test" if is_test else "model", ", ".join(tables), check.severity,
                check.outcome, check.count_failed, _one_line(node.get("description", "")),
            )
        )  # fmt: skip
    return sorted(rows, key=lambda row: (row[0], row[1]))


def lineage_rows(manifest: Mapping[str, Any]) -> list[Row]:
    """Each table with each table that it is made from, in order."""
    found = {
        (parent, child)
        for name, node in manifest.get("nodes", {}).items()
        if node["resource_type"] in _RELATIONS and (child := _relation(manifest, name))
        for one in node.get("depends_on", {}).get("nodes", ())
        if (parent := _relation(manifest, one))
    }
    return sorted(found)


def _relation(manifest: Mapping[str, Any], unique_id: str) -> str:
    """`schema.name` of a relation of dbt's; empty for what is none."""
    node = manifest.get("nodes", {}).get(unique_id) or manifest.get("sources", {}).get(unique_id) or {}
    if node.get("resource_type") not in _RELATIONS:
        return ""
    return f"{node['schema']}.{node.get('alias') or node.get('identifier') or node['name']}"


def _feed_rows(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """Each feed with its newest file; quarantine is asked once for all of them."""
    newest: dict[str, Row] = {}
    if has_table(connection, "raw", "_batches"):
        found = connection.execute(_NEWEST).fetchall()
        newest = {feed: tuple(values) for feed, *values in found}
    count_open: Counter[str] = Counter()
    count_held: Counter[str] = Counter()
    for file in open_files(connection):
        count_open[file.feed] += file.count_rows or 1
        count_held[file.feed] += file.is_held
    return [
        (feed, _sender(feed), *newest.get(feed, _NEVER), count_open[feed], count_held[feed])
        for feed in sorted(feed_names())
    ]


_NEWEST = """
select
    feed, count(*), arg_max(received_at, landed_seq), arg_max(landed_at, landed_seq),
    arg_max(state, landed_seq), arg_max(count_landed, landed_seq), arg_max(count_quarantined, landed_seq)
from raw._batches where state <> 'duplicate' group by feed
"""
_NEVER: Row = (0, None, None, None, None, None)


def _sender(feed: str) -> str | None:
    return load_contract(feed).sender if feed in feed_names() else None


def _door_check_rows(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    if not has_table(connection, "raw", "_door_checks"):
        return []
    rows = connection.execute(
        """
        with newest as (
            select feed, arg_max(batch_id, landed_seq) as batch_id
            from raw._batches where state <> 'duplicate' group by feed
        )
        select
            c.feed, c.check_name, c.column_name, count(*), count(*) filter (not c.is_passed),
            sum(c.count_evaluated)::bigint, sum(c.count_failed)::bigint,
            bool_and(c.is_passed) filter (c.batch_id = newest.batch_id)
        from raw._door_checks as c
        left join newest on c.feed = newest.feed
        group by c.feed, c.check_name, c.column_name
        order by c.feed, c.check_name, c.column_name
        """
    ).fetchall()
    return [(*row, *_texts("checks", row[1])) for row in rows]


def _quarantine_rows(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    if not has_table(connection, "raw", "_quarantine"):
        return []
    entries = "count(distinct (batch_id, coalesce(row_number, -1)))"
    rows = connection.execute(
        f"""
        with every as (
            select feed, column_name, reason_code, count(distinct batch_id) as files, {entries} as entries
            from raw._quarantine group by all
        ),
        still as (
            select feed, column_name, reason_code, {entries} as entries
            from {open_entries_table(connection)} group by all
        )
        select every.feed, every.column_name, every.reason_code, every.files, every.entries,
            coalesce(still.entries, 0)
        from every
        left join still
            on every.feed = still.feed and every.reason_code = still.reason_code
            and every.column_name is not distinct from still.column_name
        order by every.feed, every.column_name, every.reason_code
        """
    ).fetchall()
    return [(row[0], _sender(row[0]), *row[1:], *_texts("reasons", row[2])) for row in rows]


def _texts(section: str, code: str) -> tuple[str, ...]:
    """A code in words in each language; the code itself where older books have one that is gone."""
    return tuple(catalogue(language)[section].get(code, code) for language in LANGUAGES)


def _correction_rows(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    if not has_table(connection, "raw", "_corrections"):
        return []
    return connection.execute(
        "select c.applied_at, c.asked_by, c.reason, b.feed, b.source_file, b.state, b.count_landed,"
        " b.count_quarantined from raw._corrections as c"
        " inner join raw._batches as b on b.batch_id = c.batch_id order by b.landed_seq"
    ).fetchall()


def _write_causes(connection: duckdb.DuckDBPyConnection) -> None:
    """Which new files the line of a person whose standing changed rests on, at that stage or one before it.

    A person who left a stage has no line there any more: what took them out is told by an earlier one.
    """
    known = {
        f"{schema}.{table}"
        for schema, table in connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = current_database()"
        ).fetchall()
    }
    if not {"selection.sel_explanations", "release.changes", "release.new_batches"} <= known:
        return
    connection.execute(
        """
        insert into release.change_causes
        with changed as (
            select c.season_code, c.stage_code, s.stage_order, c.candidate_no
            from release.changes as c
            inner join seeds.stages as s
                on c.season_code = s.season_code::varchar and c.stage_code = s.stage_code
        ),
        rests_on as (
            select distinct changed.season_code, changed.stage_code, changed.candidate_no,
                unnest(string_split(e._batch_ids, ', ')) as batch_id
            from changed
            inner join selection.sel_explanations as e
                on changed.season_code = e.season_code::varchar and changed.candidate_no = e.candidate_no
                and e.stage_order <= changed.stage_order
        ),
        caused as (
            select distinct
                r.season_code, r.stage_code, r.candidate_no, b.feed, b.source_file, b.received_at
            from rests_on as r inner join release.new_batches as b on r.batch_id = b.batch_id
        )
        select season_code, stage_code, candidate_no,
            string_agg(distinct feed, ', ' order by feed),
            string_agg(source_file, ', ' order by received_at, source_file)
        from caused
        group by season_code, stage_code, candidate_no
        order by season_code, stage_code, candidate_no
        """
    )


def _create(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    comment, columns = TABLES[table]
    fields = ", ".join(f"{name} {kind}" for name, (kind, _) in columns.items())
    connection.execute(f"create table release.{table} ({fields})")
    connection.execute(f"comment on table release.{table} is {_literal(comment)}")
    for name, (_, meaning) in columns.items():
        connection.execute(f"comment on column release.{table}.{name} is {_literal(meaning)}")


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Row]) -> None:
    if not rows:
        return
    places = "(" + ", ".join("?" for _ in TABLES[table][1]) + ")"
    values = [value for row in rows for value in row]
    connection.execute(f"insert into release.{table} values {', '.join([places] * len(rows))}", values)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
