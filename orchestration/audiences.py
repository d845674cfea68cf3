"""Release files of audiences: for each role a file that holds what the role may see and nothing else.

Belongs here: which audiences there are, and writing their files from a release. Not here: which tables an
audience has (seeds `audience_tables` and `audience_hidden_columns`), who is of which audience
(`dashboards/access.py`), the release itself (`releases.py`).

A file is written before the pointer moves, at `<releases>/<audience>/<release>.duckdb`, so one pointer moves
all audiences at once. What the seeds do not grant is not in the file: a page that asks for it fails.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.errors import OrchestrationError

if TYPE_CHECKING:
    import duckdb

logger = logging.getLogger(__name__)

COMMISSION_MEMBER = "commission_member"
ROLES = ("analyst", "vetting_officer", "proctoring_reviewer", COMMISSION_MEMBER, "publisher")
ALL, OWN = "all", "own"
#: Smallest block of a database file: most tables of an audience are small, and one takes a block a column.
BLOCK_BYTES = 16384

#: Schema and name.
Table = tuple[str, str]


@dataclass(frozen=True)
class Audience:
    """Who reads a file: a role, of a commission also the stage and, unless all of them, the track."""

    role: str
    stage: str | None = None
    track: str | None = None

    @property
    def code(self) -> str:
        """Name of the folder: `analyst`, `commission_member.expert_commission.agro`."""
        return ".".join(part for part in (self.role, self.stage, self.track) if part)


def write_audiences(release: Path) -> list[Path]:
    """Write the files of all audiences of a sealed release and return them, in order.

    A file that exists already is replaced: the release has not been pointed to. Raises `OrchestrationError`
    where the seeds name a table or a column that the release does not have.
    """
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(f"attach {_literal(str(release))} as source (read_only)")
        source = _source(connection)
        granted, hidden = _granted(connection, source), _hidden(connection, source)
        return [
            _write(connection, release, audience, source, granted[audience.role], hidden[audience.role])
            for audience in audiences(connection)
        ]


def write_missing_audiences(release: Path) -> list[Path]:
    """Write the files of all audiences of a release that stands, unless all of them are there.

    One that was published before audiences had files, or whose files were removed, gets them anew.
    """
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(f"attach {_literal(str(release))} as source (read_only)")
        expected = [release.parent / audience.code / release.name for audience in audiences(connection)]
    return [] if all(file.is_file() for file in expected) else write_audiences(release)


def audiences(connection: duckdb.DuckDBPyConnection) -> Iterator[Audience]:
    """Every audience of the release that is attached as `source`: the roles, and each commission's lists."""
    for role in ROLES:
        if role != COMMISSION_MEMBER:
            yield Audience(role)
    lists = connection.execute(
        """
        select commissions.stage_code, tracks.track_code
        from source.core.dim_commissions as commissions
        inner join source.seeds.stages as stages
            on commissions.season_code = stages.season_code and commissions.stage_code = stages.stage_code
        inner join source.seeds.tracks as tracks on commissions.season_code = tracks.season_code
        where commissions.season_code in (select season_code from source.release.manifest)
        order by stages.stage_order, tracks.track_order
        """
    ).fetchall()
    for stage in dict.fromkeys(stage for stage, _ in lists):
        yield Audience(COMMISSION_MEMBER, stage)
    for stage, track in lists:
        yield Audience(COMMISSION_MEMBER, stage, track)


def _source(connection: duckdb.DuckDBPyConnection) -> dict[Table, dict[str, str | None]]:
    """The tables of the release: columns in order, with what they mean; the table's own meaning under ''."""
    tables: dict[Table, dict[str, str | None]] = {
        (schema, table): {"": comment}
        for schema, table, comment in connection.execute(
            "select schema_name, table_name, comment from duckdb_tables() where database_name = 'source'"
        ).fetchall()
    }
    columns = connection.execute(
        "select schema_name, table_name, column_name, comment from duckdb_columns()"
        " where database_name = 'source' and not internal order by schema_name, table_name, column_index"
    ).fetchall()
    for schema, table, column, comment in columns:
        if (schema, table) in tables:
            tables[schema, table][column] = comment
    return tables


def _granted(
    connection: duckdb.DuckDBPyConnection, source: Mapping[Table, object]
) -> dict[str, dict[Table, str]]:
    """Of each role: table -> which rows; every table exists."""
    rows = connection.execute(
        f"select table_schema, table_name, {', '.join(ROLES)} from source.seeds.audience_tables"
    ).fetchall()
    granted: dict[str, dict[Table, str]] = {role: {} for role in ROLES}
    for schema, table, *cells in rows:
        if (schema, table) not in source:
            raise OrchestrationError("error.audience_table", table=f"{schema}.{table}")
        for role, cell in zip(ROLES, cells, strict=True):
            if cell:
                granted[role][schema, table] = cell
    return granted


def _hidden(
    connection: duckdb.DuckDBPyConnection, source: Mapping[Table, Mapping[str, object]]
) -> dict[str, set[tuple[str, str, str]]]:
    """Of each role the columns (schema, table, column) that its file lacks; every column exists."""
    rows = connection.execute(
        "select reader_code, table_schema, table_name, column_name from source.seeds.audience_hidden_columns"
    ).fetchall()
    hidden: dict[str, set[tuple[str, str, str]]] = {role: set() for role in ROLES}
    for role, schema, table, column in rows:
        if column not in source.get((schema, table), {}):
            raise OrchestrationError("error.audience_table", table=f"{schema}.{table}.{column}")
        hidden[role].add((schema, table, column))
    return hidden


def _write(
    connection: duckdb.DuckDBPyConnection,
    release: Path,
    audience: Audience,
    source: Mapping[Table, Mapping[str, str | None]],
    granted: Mapping[Table, str],
    hidden: set[tuple[str, str, str]],
) -> Path:
    folder = release.parent / audience.code
    folder.mkdir(exist_ok=True)
    draft, file = folder / f"{release.name}.tmp", folder / release.name
    for leftover in folder.glob("*.tmp*"):
        leftover.unlink()
    connection.execute(f"attach {_literal(str(draft))} as audience (block_size {BLOCK_BYTES})")
    connection.begin()
    for schema in sorted({schema for schema, _ in granted}):
        connection.execute(f"create schema audience.{_name(schema)}")
    for table, cell in sorted(granted.items()):
        meanings = {
            column: meaning for column, meaning in source[table].items() if (*table, column) not in hidden
        }
        _copy(connection, audience, table, cell, list(source[table]), meanings)
    connection.commit()
    connection.execute("checkpoint audience")
    connection.execute("detach audience")
    file.unlink(missing_ok=True)
    draft.rename(file)
    file.chmod(0o444)
    return file


def _copy(
    connection: duckdb.DuckDBPyConnection,
    audience: Audience,
    table: Table,
    cell: str,
    columns: list[str],
    meanings: Mapping[str, str | None],
) -> None:
    rows, values = rows_of(audience, cell, columns)
    if rows is None:
        return
    shown = ", ".join(_name(column) for column in meanings if column)
    target = ".".join(_name(part) for part in table)
    connection.execute(
        f"create table audience.{target} as select {shown} from source.{target} where {rows}", values
    )
    told = [
        f"comment on {'column' if column else 'table'} audience."
        f"{target}{'.' if column else ''}{_name(column) if column else ''} is {_literal(meaning)}"
        for column, meaning in meanings.items()
        if meaning is not None
    ]
    if told:
        connection.execute("; ".join(told))


def rows_of(audience: Audience, cell: str, columns: list[str]) -> tuple[str | None, list[object]]:
    """The condition on a table's rows that a cell of `audience_tables` means, and its values; None: no table.

    `all`; `own`: of a commission's stage and track, by whichever of the two columns the table has, the table
    only for that stage where one is named (`own@national_commission`); otherwise stages joined by `+`.
    Raises `OrchestrationError` where the table has no column that could tell.
    """
    if cell == ALL:
        return "true", []
    kind, _, only_stage = cell.partition("@")
    if kind == OWN:
        if only_stage and only_stage != audience.stage:
            return None, []
        wanted = {"stage_code": audience.stage, "track_code": audience.track}
        told = {column: value for column, value in wanted.items() if column in columns}
        if not told:
            raise OrchestrationError("error.audience_rows", cell=cell)
        known = {column: value for column, value in told.items() if value is not None}
        return " and ".join(f"{column} = ?" for column in known) or "true", list(known.values())
    if "stage_code" not in columns:
        raise OrchestrationError("error.audience_rows", cell=cell)
    stages = cell.split("+")
    return f"stage_code in ({', '.join('?' for _ in stages)})", list(stages)


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
