"""Publication: an immutable, uniquely named copy of what the warehouse says, behind a pointer file.

Belongs here: deciding whether the latest build may be published, copying it, the difference to the release
before, and the pointer. Not here: the files of audiences (`audiences.py`), building
(`assets/warehouse.py`), showing (`dashboards/`), the Dagster asset that calls this
(`assets/publication.py`). A release is never rewritten (policy A49); a crash at any moment leaves the
release before it in force, because the pointer is replaced last and atomically.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.clock import utc_now
from orchestration.audiences import write_audiences, write_missing_audiences
from orchestration.builds import (
    BuildRecord,
    has_table,
    latest_build,
    list_checks,
    newest_landed_seq,
)
from orchestration.comparison import changed_standings
from orchestration.errors import ReleaseRefusedError, UserError
from orchestration.release_tables import write_release_tables

if TYPE_CHECKING:
    import duckdb

    from orchestration.settings import Settings

logger = logging.getLogger(__name__)

RELEASED_SCHEMAS = ("core", "selection", "reporting", "seeds")
# Bookkeeping of files, with moments of landing: it travels with the release but does not make a new one, and
# neither do the columns that begin with an underscore.
NOT_HASHED = (("core", "fct_batches"), ("reporting", "rpt_batches"))
REQUIRED_TABLES = (
    ("selection", "sel_stage_results"),
    ("selection", "sel_cutoffs"),
    ("reporting", "rpt_batches"),
    ("core", "dim_commissions"),
    ("seeds", "audience_tables"),
    ("seeds", "audience_hidden_columns"),
)
POINTER_NAME = "CURRENT.json"
CHANGE_CODES = ("entered", "left", "status", "score", "rank")


@dataclass(frozen=True)
class ReleaseInfo:
    """What publishing did.

    `is_new` is False when nothing that a release shows has changed: the old one stands.
    """

    release_id: str
    file: Path
    is_new: bool
    published_at: datetime
    as_of: datetime | None
    previous_release_id: str | None
    content_hash: str
    count_candidates: int
    changes: dict[str, int]
    count_new_batches: int


@dataclass(frozen=True)
class CurrentRelease:
    """The release that the pointer names.

    confirmed_at: when it was last found to be what the latest build would give; None of an older pointer.
    """

    release_id: str
    file: Path
    published_at: datetime
    as_of: datetime | None
    confirmed_at: datetime | None = None


def current_release(releases_dir: Path) -> CurrentRelease | None:
    """Read the pointer; None before the first release.

    Raises `UserError` when the pointer cannot be read or names a file that is gone.
    """
    pointer = releases_dir / POINTER_NAME
    if not pointer.is_file():
        return None
    try:
        content = json.loads(pointer.read_text(encoding="utf-8"))
        release = CurrentRelease(
            release_id=content["release_id"],
            file=releases_dir / content["file"],
            published_at=_read_moment(content["published_at"]),
            as_of=_read_moment(content["as_of"]) if content.get("as_of") else None,
            confirmed_at=_read_moment(content["confirmed_at"]) if content.get("confirmed_at") else None,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise UserError("error.pointer_broken", file=pointer) from error
    if not release.file.is_file():
        raise UserError("error.release_gone", file=release.file)
    return release


def publish(settings: Settings, *, code_version: str) -> ReleaseInfo:
    """Publish the latest build as a new release, unless it shows nothing new.

    Raises `ReleaseRefusedError` when the latest build is missing, unfinished, partial, older than the
    newest landed batch or has a failing check of severity ERROR (house rule 12), and the errors of waiting
    for the warehouse.
    """
    from ingestion.locking import warehouse_lock

    if not settings.warehouse.is_file():
        raise ReleaseRefusedError("error.release_no_build")
    settings.releases_dir.mkdir(parents=True, exist_ok=True)
    with warehouse_lock(settings.warehouse):
        _remove_leftovers(settings.releases_dir)
        previous = current_release(settings.releases_dir)
        with _candidate_file(settings) as draft:
            build = _publishable_build(draft.connection)
            return _publish_draft(settings, draft, build, previous, code_version)


def summarise_changes(file: Path) -> list[tuple[str, str, int]]:
    """(stage, change, people) of a release against the one before it, in the order of the stages."""
    import duckdb

    with duckdb.connect(str(file), read_only=True) as connection:
        rows = connection.execute(
            "select c.stage_code, c.change_code, count(*) from release.changes as c"
            " left join seeds.stages as s on s.season_code = c.season_code and s.stage_code = c.stage_code"
            " group by s.stage_order, c.stage_code, c.change_code"
            " order by s.stage_order, c.stage_code, list_position(?, c.change_code)",
            [list(CHANGE_CODES)],
        ).fetchall()
    return [(stage, change, count) for stage, change, count in rows]


@dataclass
class _Draft:
    connection: duckdb.DuckDBPyConnection
    file: Path


@contextmanager
def _candidate_file(settings: Settings) -> Iterator[_Draft]:
    """A new database file with the warehouse attached read-only as `warehouse`.

    Removed unless it was renamed.
    """
    import duckdb

    file = settings.releases_dir / f"{settings.season}-{utc_now():%Y%m%dT%H%M%SZ}-{os.getpid()}.duckdb.tmp"
    config: dict[str, Any] = {"threads": settings.threads, "memory_limit": settings.memory_limit}
    connection = duckdb.connect(str(file), config=config)
    try:
        connection.execute(f"attach {_literal(str(settings.warehouse))} as warehouse (read_only)")
        yield _Draft(connection, file)
    finally:
        connection.close()
        file.unlink(missing_ok=True)
        Path(f"{file}.wal").unlink(missing_ok=True)


def _publishable_build(connection: duckdb.DuckDBPyConnection) -> BuildRecord:
    """The latest build, or `ReleaseRefusedError` with the reason why it may not be published."""
    home = _current_database(connection)
    connection.execute("use warehouse")
    try:
        build = latest_build(connection)
        newest = newest_landed_seq(connection)
        missing = [".".join(table) for table in REQUIRED_TABLES if not has_table(connection, *table)]
    finally:
        connection.execute(f"use {home}")
    if build is None:
        raise ReleaseRefusedError("error.release_no_build")
    refuse_unpublishable(build, newest)
    if missing:
        raise ReleaseRefusedError("error.release_tables_missing", tables=", ".join(missing))
    return build


def refuse_unpublishable(build: BuildRecord, newest_seq: int) -> None:
    """Raise `ReleaseRefusedError` unless this build may be published.

    `newest_seq` is the newest landed batch. The order of the questions is the order of their use to the
    reader: failing checks first, since they are also why a build was not successful. A file that was
    refused at the door blocks nothing: it is as if it had not come
    (docs/decisions/0002-what-publication-trusts.md).
    """
    failing = [check for check in build.checks if check.is_blocking]
    if failing:
        listed = list_checks(failing)
        raise ReleaseRefusedError("error.release_checks_failed", count=len(failing), checks=listed)
    if build.finished_at is None:
        raise ReleaseRefusedError("error.release_unfinished", started_at=build.started_at)
    if not build.is_successful:
        raise ReleaseRefusedError("error.release_build_failed")
    if not build.is_full:
        raise ReleaseRefusedError("error.release_partial")
    if build.newest_landed_seq < newest_seq:
        raise ReleaseRefusedError("error.release_stale", count=newest_seq - build.newest_landed_seq)


def _publish_draft(
    settings: Settings, draft: _Draft, build: BuildRecord, previous: CurrentRelease | None, code_version: str
) -> ReleaseInfo:
    connection = draft.connection
    fingerprint = _content_hash(connection)
    before = _manifest_of(previous.file) if previous else None
    if previous and before and before["content_hash"] == fingerprint:
        write_missing_audiences(previous.file)
        _point_to(settings.releases_dir, previous)
        return _unchanged(previous, before)
    published_at = utc_now().replace(microsecond=0)
    release_id = _free_release_id(settings, published_at, fingerprint)
    _copy_tables(connection)
    _write_changes(connection, previous)
    count = _one(connection, "select count(distinct candidate_no) from warehouse.selection.sel_stage_results")
    connection.execute(
        "create table release.manifest as select ? as release_id, ? as season_code, ?::timestamp as as_of,"
        " ?::timestamp as published_at, ?::varchar as previous_release_id, ? as code_version,"
        " ?::bigint as count_candidates, ? as content_hash",
        [
            release_id, settings.season, build.as_of, published_at,
            previous.release_id if previous else None, code_version, count, fingerprint,
        ],
    )  # fmt: skip
    _describe(connection)
    write_release_tables(connection, build, settings.home / "dbt" / "manifest.json")
    changes = dict(
        connection.execute("select change_code, count(*) from release.changes group by 1").fetchall()
    )
    new_batches = _one(connection, "select count(*) from release.new_batches")
    file = settings.releases_dir / f"{release_id}.duckdb"
    _seal(draft, file)
    write_audiences(file)
    _point_to(settings.releases_dir, CurrentRelease(release_id, file, published_at, build.as_of))
    logger.info("release published: %s", release_id)
    return ReleaseInfo(
        release_id, file, True, published_at, build.as_of,
        previous.release_id if previous else None, fingerprint, count, changes, new_batches,
    )  # fmt: skip


def _unchanged(previous: CurrentRelease, manifest: dict[str, Any]) -> ReleaseInfo:
    logger.info("release unchanged: %s", previous.release_id)
    return ReleaseInfo(
        previous.release_id, previous.file, False, previous.published_at, previous.as_of,
        manifest["previous_release_id"], manifest["content_hash"], manifest["count_candidates"], {}, 0,
    )  # fmt: skip


def _copy_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Copy the released schemas, views as tables, with the comments of tables and columns."""
    for schema in RELEASED_SCHEMAS:
        connection.execute(f"create schema if not exists {_name(schema)}")
        for table in _tables(connection, schema):
            target = f"{_name(schema)}.{_name(table)}"
            connection.execute(f"create table {target} as select * from warehouse.{target}")
    connection.execute("create schema release")
    _copy_comments(connection)


def _copy_comments(connection: duckdb.DuckDBPyConnection) -> None:
    placeholders = ", ".join("?" for _ in RELEASED_SCHEMAS)
    relations = connection.execute(
        "select schema_name, table_name, comment from duckdb_tables() where database_name = 'warehouse'"
        f" and comment is not null and schema_name in ({placeholders})"
        " union all select schema_name, view_name, comment from duckdb_views()"
        " where database_name = 'warehouse'"
        f" and comment is not null and schema_name in ({placeholders})",
        [*RELEASED_SCHEMAS, *RELEASED_SCHEMAS],
    ).fetchall()
    columns = connection.execute(
        "select schema_name, table_name, column_name, comment from duckdb_columns()"
        f" where database_name = 'warehouse' and comment is not null and schema_name in ({placeholders})",
        list(RELEASED_SCHEMAS),
    ).fetchall()
    connection.begin()
    for schema, table, comment in relations:
        connection.execute(f"comment on table {_name(schema)}.{_name(table)} is {_literal(comment)}")
    for schema, table, column, comment in columns:
        target = f"{_name(schema)}.{_name(table)}.{_name(column)}"
        connection.execute(f"comment on column {target} is {_literal(comment)}")
    connection.commit()


# Comments of the tables that only a release has, in the language of the other comments.
_RELEASE_COMMENTS = {
    "manifest": "One row: which release this is, of which season clock, made when and by which code.",
    "changes": "One row per season, stage and candidate whose standing differs from the release before.",
    "new_batches": "One row per batch that the release before did not know.",
}


def _describe(connection: duckdb.DuckDBPyConnection) -> None:
    for table, comment in _RELEASE_COMMENTS.items():
        connection.execute(f"comment on table release.{table} is {_literal(comment)}")


def _write_changes(connection: duckdb.DuckDBPyConnection, previous: CurrentRelease | None) -> None:
    """Write `release.changes` and `release.new_batches` against the previous release.

    One row per (season, stage, candidate) that differs; `change_code` is the first that holds of: entered
    or left the stage, another status, another score (exact fractions), another rank. Without a previous
    release nothing has changed, and every batch is new.
    """
    if previous:
        connection.execute(f"attach {_literal(str(previous.file))} as before_release (read_only)")
    known = "before_release.reporting.rpt_batches" if previous else "reporting.rpt_batches where false"
    connection.execute(
        f"create table release.new_batches as select * from reporting.rpt_batches"
        f" where batch_id not in (select batch_id from {known})"
    )
    after = "from selection.sel_stage_results"
    before = "from before_release.selection.sel_stage_results" if previous else after
    connection.execute(
        f"create table release.changes as select {_CHANGES} from ({changed_standings(before, after)})"
        " order by season_code, stage_order, track_code, candidate_no"
    )
    if previous:
        connection.execute("detach before_release")


_CHANGES = (
    "season_code, stage_code, track_code, candidate_no, change_code, status_before, status_after,"
    " points_before, points_after, rank_before, rank_after"
)


def _content_hash(connection: duckdb.DuckDBPyConnection) -> str:
    """Exact hash of what a release says: every row of its tables, texts of the seeds included, in any order.

    Each row becomes text column by column with marks for columns and nulls, each row text is hashed, and
    the sorted hashes are hashed per table. Batches are left out: moments of landing differ from home to home.
    """
    import hashlib

    digest = hashlib.sha256()
    for schema in RELEASED_SCHEMAS:
        for table in _tables(connection, schema):
            if (schema, table) in NOT_HASHED:
                continue
            columns = [
                row[0]
                for row in connection.execute(
                    "select column_name from duckdb_columns() where database_name = 'warehouse'"
                    " and schema_name = ? and table_name = ? and not starts_with(column_name, '_')"
                    " order by column_name",
                    [schema, table],
                ).fetchall()
            ]
            row_text = ", ".join(f"coalesce({_name(c)}::varchar, chr(30))" for c in columns)
            value = _one(
                connection,
                f"select sha256(coalesce(string_agg(h, '' order by h), '')) from"
                f" (select sha256(concat_ws(chr(31), {row_text})) as h"
                f" from warehouse.{_name(schema)}.{_name(table)})",
            )
            digest.update(f"{schema}.{table}({','.join(columns)})={value}\n".encode())
    return digest.hexdigest()


def _seal(draft: _Draft, file: Path) -> None:
    """Make the draft durable under its final name."""
    draft.connection.execute("detach warehouse")
    draft.connection.execute("checkpoint")
    draft.connection.close()
    _sync(draft.file)
    draft.file.rename(file)
    file.chmod(0o444)
    _sync(file.parent)


def _point_to(folder: Path, release: CurrentRelease) -> None:
    """Replace the pointer in one step; readers see the old release or the new one, never neither."""
    content = {
        "release_id": release.release_id,
        "file": release.file.name,
        "published_at": _moment(release.published_at),
        "as_of": _moment(release.as_of) if release.as_of else None,
        "confirmed_at": _moment(utc_now().replace(microsecond=0)),
    }
    draft = folder / f"{POINTER_NAME}.tmp"
    draft.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    _sync(draft)
    draft.replace(folder / POINTER_NAME)
    _sync(folder)


def _remove_leftovers(folder: Path) -> None:
    """Remove what a killed publication left; called under the warehouse lock, so nobody is writing them."""
    for leftover in (
        *folder.glob("*.duckdb.tmp"),
        *folder.glob("*.duckdb.tmp.wal"),
        *folder.glob("*.json.tmp"),
    ):
        logger.warning("removed the leftover of an interrupted publication: %s", leftover.name)
        leftover.unlink()


def _free_release_id(settings: Settings, published_at: datetime, fingerprint: str) -> str:
    """`<season>-<UTC second>-<content>`.

    A repetition within one second gets a number, no name is used twice.
    """
    stem = f"{settings.season}-{published_at:%Y%m%dT%H%M%SZ}-{fingerprint[:8]}"
    release_id, number = stem, 1
    while (settings.releases_dir / f"{release_id}.duckdb").exists():
        number += 1
        release_id = f"{stem}-{number}"
    return release_id


def _manifest_of(file: Path) -> dict[str, Any]:
    import duckdb

    with duckdb.connect(str(file), read_only=True) as connection:
        cursor = connection.execute("select * from release.manifest")
        row = cursor.fetchone()
        if row is None:
            raise UserError("error.release_gone", file=file)
        return dict(zip([column[0] for column in cursor.description or []], row, strict=True))


def _tables(connection: duckdb.DuckDBPyConnection, schema: str) -> list[str]:
    rows = connection.execute(
        "select table_name from information_schema.tables where table_catalog = 'warehouse'"
        " and table_schema = ? order by table_name",
        [schema],
    ).fetchall()
    return [row[0] for row in rows]


def _current_database(connection: duckdb.DuckDBPyConnection) -> str:
    return _name(str(_one(connection, "select current_database()")))


def _one(connection: duckdb.DuckDBPyConnection, sql: str) -> Any:
    row = connection.execute(sql).fetchone()
    return row[0] if row else None


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds") + "Z"


def _read_moment(text: str) -> datetime:
    return datetime.fromisoformat(text.removesuffix("Z"))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
