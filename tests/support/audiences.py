"""Release files that hold a part of a release, as a role's file does, for tests of pages.

Belongs here: copying tables, whole or some rows of them, and a folder of releases with such a file. Does not
belong here: which role holds what.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import duckdb

from tests.support.fake_release import write_pointer

#: What every file holds: names of codes, and what release it is.
OF_ALL = ("seeds", "release")


def current_file(releases: Path) -> Path:
    """The file of the release that a folder's pointer names."""
    named = json.loads((releases / "CURRENT.json").read_text(encoding="utf-8"))["file"]
    return releases / Path(named).name


def write_part(source: Path, target: Path, tables: Mapping[str, str]) -> Path:
    """Write a release file with the seeds and the manifest of `source` and some of its tables.

    tables: `schema.table` -> which of its rows, a condition, empty for all.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(target)) as connection:
        connection.execute(f"attach '{source}' as whole (read_only)")
        kept = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables()"
            " where database_name = 'whole' and list_contains(?, schema_name)",
            [list(OF_ALL)],
        ).fetchall()
        for name, where in {**{name: "" for (name,) in kept}, **tables}.items():
            connection.execute(f"create schema if not exists {name.split('.')[0]}")
            condition = f"where {where}" if where else ""
            connection.execute(f"create table {name} as from whole.{name} {condition}")
        connection.execute("detach whole")
    return target


def folder_with(releases: Path, folder: Path, audience: str, tables: Mapping[str, str]) -> Path:
    """A folder with the current release of `releases` and the file of one audience; returns it."""
    source = current_file(releases)
    folder.mkdir(parents=True, exist_ok=True)
    write_pointer(folder, Path(shutil.copyfile(source, folder / source.name)))
    write_part(source, folder / audience / source.name, tables)
    return folder


def without(releases: Path, folder: Path, *tables: str) -> Path:
    """A folder of releases whose release lacks `tables`, as one of an older build; returns it."""
    source = current_file(releases)
    folder.mkdir(parents=True, exist_ok=True)
    file = Path(shutil.copyfile(source, folder / source.name))
    with duckdb.connect(str(file)) as connection:
        for table in tables:
            connection.execute(f"drop table {table}")
    write_pointer(folder, file)
    return folder
