"""A release of many candidates, made from a real one by repeating its people.

Belongs here: multiplying a release for measurements of speed. Every person is repeated under numbers of their
own with everything that stands by candidate number; counts of the funnel grow as much. Ranks and cut-offs
are not computed anew, so what it says is not true of anybody: it is only large.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb

from orchestration.audiences import write_audiences
from orchestration.releases import POINTER_NAME, current_release

#: Counts of people by group, which grow with the people.
GROUPED = ("reporting.rpt_funnel", "reporting.rpt_funnel_days", "reporting.rpt_outreach_days")


def multiplied(releases: Path, folder: Path, times: int) -> Path:
    """Write the current release of `releases` into `folder`, its people repeated; return the file."""
    current = current_release(releases)
    if current is None:
        raise SystemExit(f"no release in {releases}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    file = folder / current.file.name
    shutil.copyfile(current.file, file)
    with duckdb.connect(str(file)) as connection:
        tables = connection.execute(
            """
            select schema_name || '.' || table_name, list(column_name order by column_index)
            from duckdb_columns()
            where schema_name in ('core', 'selection', 'reporting')
            group by all
            """
        ).fetchall()
        for table, columns in tables:
            if "candidate_no" in columns:
                _repeat(connection, table, columns, times)
            elif table in GROUPED:
                counts = [f"{name} = {name} * {times}" for name in columns if name.startswith("count_")]
                connection.execute(f"update {table} set {', '.join(counts)}")
        connection.execute(f"update release.manifest set count_candidates = count_candidates * {times}")
        connection.execute("checkpoint")
    file.chmod(0o444)
    write_audiences(file)
    pointer = json.loads((releases / POINTER_NAME).read_text())
    (folder / POINTER_NAME).write_text(json.dumps(pointer))
    return file


def _repeat(connection: duckdb.DuckDBPyConnection, table: str, columns: list[str], times: int) -> None:
    changed = {
        "candidate_no": "candidate_no || '-' || copy",
        "display_order": "display_order + copy * 100000",
        "sitting_id": "sitting_id || '-' || copy",
    }
    shown = ", ".join(f"{changed[name]} as {name}" if name in changed else name for name in columns)
    connection.execute(
        f"insert into {table} select {shown} from {table} cross join range(1, {times}) as copies(copy)"
        " where candidate_no is not null"
    )
