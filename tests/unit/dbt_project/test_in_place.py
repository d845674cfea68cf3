"""The project's own materializations: replaced in place, described, and of another kind than before."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb

from tests.support.season import PROJECT

PROJECT_FILE = """
name: small
version: "1.0.0"
config-version: 2
profile: rezerv
macro-paths: ["{macros}", "{materializations}"]
models:
  small: {{+persist_docs: {{relation: true, columns: true}}}}
vars: {{local_timezone: Asia/Almaty, as_of: "", publishing: ""}}
"""
MODELS = """
version: 2
models:
  - name: one
    description: The first
    config: {{materialized: {one}, contract: {{enforced: true}}}}
    columns:
      - {{name: n, data_type: integer, description: "A number; it's counted"}}
  - name: two
    description: The second
    config: {{materialized: {two}}}
    columns:
      - {{name: n, description: The same number}}
{more}
"""


class SmallProject:
    """Two models that are written to a warehouse by dbt with the macros of the project."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.warehouse = folder / "warehouse.duckdb"
        (folder / "models").mkdir()
        (folder / "dbt_project.yml").write_text(
            PROJECT_FILE.format(macros=PROJECT / "macros", materializations=PROJECT / "materializations")
        )
        (folder / "models" / "one.sql").write_text("select 1::integer as n")
        (folder / "models" / "two.sql").write_text("select n + 1 as n from {{ ref('one') }}")

    def run(self, one: str, two: str, more: str = "") -> subprocess.CompletedProcess[str]:
        (self.folder / "models" / "models.yml").write_text(MODELS.format(one=one, two=two, more=more))
        return subprocess.run(
            [str(Path(sys.executable).with_name("dbt")), "run", "--no-use-colors"],
            cwd=self.folder,
            env={
                **os.environ,
                "REZERV_WAREHOUSE": str(self.warehouse),
                "DBT_PROFILES_DIR": str(PROJECT),
                "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def query(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def relations(self) -> dict[str, tuple[str, str]]:
        """Kind and comment of every relation; a name held twice would show."""
        rows = self.query("""
            select table_name, 'table', comment from duckdb_tables() where not internal
            union all
            select view_name, 'view', comment from duckdb_views() where not internal
        """)
        assert len({name for name, *_ in rows}) == len(rows)
        return {name: (kind, comment) for name, kind, comment in rows}


def test_a_relation_is_replaced_and_described_whatever_it_was(tmp_path: Path) -> None:
    project = SmallProject(tmp_path)
    for one, two in (("table", "view"), ("table", "view"), ("view", "table")):
        done = project.run(one, two)
        assert done.returncode == 0, done.stdout
        assert project.relations() == {"one": (one, "The first"), "two": (two, "The second")}
        assert project.query("select n from two") == [(2,)]
        comments = project.query("select table_name, comment from duckdb_columns() where comment is not null")
        assert sorted(comments) == [("one", "A number; it's counted"), ("two", "The same number")]


def test_a_described_column_that_does_not_exist_fails_its_model_and_leaves_the_old(tmp_path: Path) -> None:
    project = SmallProject(tmp_path)
    assert project.run("table", "table").returncode == 0
    (tmp_path / "models" / "one.sql").write_text("select 7::integer as n")
    (tmp_path / "models" / "two.sql").write_text("select n + 100 as n from {{ ref('one') }}")
    done = project.run("table", "table", "      - {name: gone, description: Nowhere}")
    assert done.returncode == 1
    assert "gone" in done.stdout
    # the model that failed is as it was, comments included: its transaction was not committed
    assert project.query("select n from one union all select n from two") == [(7,), (2,)]
    assert project.relations()["two"] == ("table", "The second")
