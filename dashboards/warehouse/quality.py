"""The questions about quality: checks, the door, quarantine, feeds, and what tables and columns mean.

Belongs here: all SQL of these, with parameters. Does not belong here: the books that the numbers come from
(orchestration writes them into schema `release` at publication), how it looks (dashboards/views/quality.py).
This module does not know Streamlit. None of these tables has a season: builds, files and columns have none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dashboards.warehouse.releases import Release, Row, require_tables

CHECK_TABLES: tuple[str, ...] = ("release.checks",)
DOOR_TABLES: tuple[str, ...] = ("release.door_checks",)
QUARANTINE_TABLES: tuple[str, ...] = ("release.quarantine",)
FEED_TABLES: tuple[str, ...] = ("release.feeds",)
LINEAGE_TABLES: tuple[str, ...] = ("release.lineage",)
# Schemas of a release whose tables the dictionary describes.
SCHEMAS: tuple[str, ...] = ("core", "selection", "reporting", "seeds", "release")


def checks(release: Release) -> list[Row]:
    """Return the checks of the build: those that did not pass first, then by name."""
    require_tables(release, CHECK_TABLES)
    return release.rows(
        """
        select check_name, check_kind, tables, severity, outcome, count_failed, description
        from release.checks
        order by outcome = 'pass', severity = 'WARN', check_name
        """
    )


def check_counts(release: Release) -> Row:
    """Return how many checks passed, warned and failed, and how many there are."""
    require_tables(release, CHECK_TABLES)
    [row] = release.rows(
        """
        select
            count(*) as checks, count(*) filter (outcome = 'pass') as passed,
            count(*) filter (outcome = 'warn') as warned,
            count(*) filter (outcome not in ('pass', 'warn')) as failed
        from release.checks
        """
    )
    return row


def door_feeds(release: Release) -> list[Row]:
    """Return by feed how many checks are asked at the door, how many ever failed, and rows with both."""
    require_tables(release, DOOR_TABLES)
    return release.rows(
        """
        select
            feed, count(*) as checks, count(*) filter (count_files_failed > 0) as checks_failed,
            max(count_files) as count_files, sum(count_evaluated)::bigint as count_evaluated,
            sum(count_failed)::bigint as count_failed,
            count(*) filter (not is_newest_passed) as newest_failed
        from release.door_checks group by feed order by feed
        """
    )


def door_checks(release: Release, feeds: Sequence[str], is_failed_only: bool) -> list[Row]:
    """Return the checks at the door of `feeds`, or of all; with `is_failed_only` those that ever failed."""
    require_tables(release, DOOR_TABLES)
    return release.rows(
        """
        from release.door_checks
        where ($feeds::varchar[] is null or list_contains($feeds::varchar[], feed))
            and (not $failed or count_files_failed > 0)
        order by feed, column_name nulls first, check_name
        """,
        {"feeds": list(feeds) or None, "failed": is_failed_only},
    )


def quarantine(release: Release, senders: Sequence[str], is_open_only: bool) -> list[Row]:
    """Return what stays outside by feed, column and reason, the most that is open first."""
    require_tables(release, QUARANTINE_TABLES)
    return release.rows(
        """
        from release.quarantine
        where ($senders::varchar[] is null or list_contains($senders::varchar[], sender))
            and (not $open or count_open > 0)
        order by count_open desc, count_rows desc, feed, column_name, reason_code
        """,
        {"senders": list(senders) or None, "open": is_open_only},
    )


def quarantine_senders(release: Release) -> list[str]:
    """Return the senders of whose files something was kept outside, by name."""
    require_tables(release, QUARANTINE_TABLES)
    rows = release.rows(
        "select distinct sender from release.quarantine where sender is not null order by sender"
    )
    return [row["sender"] for row in rows]


def quarantine_counts(release: Release) -> Row:
    """Return how many entries there are, how many are open, and of how many feeds."""
    require_tables(release, QUARANTINE_TABLES)
    [row] = release.rows(
        """
        select
            coalesce(sum(count_rows), 0)::bigint as count_rows,
            coalesce(sum(count_open), 0)::bigint as count_open,
            count(distinct feed) filter (count_open > 0) as feeds
        from release.quarantine
        """
    )
    return row


def feeds(release: Release) -> list[Row]:
    """Return each feed with its newest file and its age in whole days on the season clock, newest first."""
    require_tables(release, FEED_TABLES)
    moment: datetime = release.manifest.as_of or release.manifest.published_at
    return release.rows(
        """
        select *, date_diff('hour', newest_received_at, $moment::timestamp) // 24 as age_days
        from release.feeds order by newest_received_at desc nulls last, feed
        """,
        {"moment": moment},
    )


def table_names(release: Release) -> list[str]:
    """Return the tables of the release (schema.table) in the order of their names."""
    rows = release.rows(
        """
        select schema_name || '.' || table_name as name from duckdb_tables()
        where list_contains($schemas, schema_name) order by name
        """,
        {"schemas": list(SCHEMAS)},
    )
    return [row["name"] for row in rows]


def found_columns(release: Release, text: str, limit: int) -> list[Row]:
    """Return the columns whose name or meaning holds `text`, each with its tables; whole names first."""
    return release.rows(
        """
        select
            column_name, min(comment) as meaning, min(data_type) as data_type,
            count(*) as tables_count, string_agg(schema_name || '.' || table_name, ', '
                order by schema_name, table_name) as tables,
            count(*) over () as total
        from duckdb_columns()
        where list_contains($schemas, schema_name)
            and (contains(lower(column_name), lower($text)) or contains(lower(comment), lower($text)))
        group by column_name
        order by lower(column_name) <> lower($text), not contains(lower(column_name), lower($text)),
            column_name
        limit $limit
        """,
        {"schemas": list(SCHEMAS), "text": text, "limit": limit},
    )


def found_tables(release: Release, text: str, limit: int) -> list[Row]:
    """Return the tables whose name or meaning holds `text`."""
    return release.rows(
        """
        select schema_name || '.' || table_name as table_name, comment as meaning, column_count,
            estimated_size as count_rows
        from duckdb_tables()
        where list_contains($schemas, schema_name)
            and (contains(lower(schema_name || '.' || table_name), lower($text))
                or contains(lower(comment), lower($text)))
        order by not contains(lower(table_name), lower($text)), schema_name, table_name
        limit $limit
        """,
        {"schemas": list(SCHEMAS), "text": text, "limit": limit},
    )


def table_meaning(release: Release, table: str) -> str:
    """Return what a table (schema.table) is described as; empty where it has no description."""
    rows = release.rows(
        "select comment from duckdb_tables() where schema_name || '.' || table_name = $table",
        {"table": table},
    )
    return str(rows[0]["comment"] or "") if rows else ""


def columns_of(release: Release, table: str) -> list[Row]:
    """Return the columns of a table (schema.table) in their order, with type and meaning."""
    return release.rows(
        """
        select column_name, data_type, comment as meaning from duckdb_columns()
        where schema_name || '.' || table_name = $table order by column_index
        """,
        {"table": table},
    )


def lineage(release: Release, table: str, steps: int) -> list[Row]:
    """Return the edges of what `table` is made from and what is made from it, up to `steps` away.

    `side` is `up` or `down`, `step` how far away from the table the edge lies.
    """
    require_tables(release, LINEAGE_TABLES)
    return release.rows(
        """
        with recursive
        above as (
            select parent, child, 1 as step from release.lineage where child = $table
            union
            select l.parent, l.child, a.step + 1 from release.lineage as l
            inner join above as a on l.child = a.parent where a.step < $steps
        ),
        below as (
            select parent, child, 1 as step from release.lineage where parent = $table
            union
            select l.parent, l.child, b.step + 1 from release.lineage as l
            inner join below as b on l.parent = b.child where b.step < $steps
        )
        select 'up' as side, parent, child, min(step) as step from above group by parent, child
        union all
        select 'down' as side, parent, child, min(step) as step from below group by parent, child
        order by side, step, parent, child
        """,
        {"table": table, "steps": steps},
    )
