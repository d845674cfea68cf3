"""Who sees what is decided for every table that a release holds: none is forgotten."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from dashboards.access import ENGINEER, ROLES
from orchestration import audiences
from orchestration.release_tables import TABLES
from orchestration.releases import RELEASED_SCHEMAS
from tests.support.season import CompiledProject

SEEDS = Path(__file__).parents[2] / "dbt_project" / "seeds"
#: Tables that only a release has.
OF_THE_RELEASE = {("release", name) for name in ("manifest", "changes", "new_batches", *TABLES)}
#: What nobody but an engineer reads: who answered what and who gave which mark, by person.
OF_ENGINEERS = {
    ("core", "fct_item_answers"),
    ("core", "fct_expert_mark_versions"),
    ("core", "fct_rater_marks"),
}


def _rows(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _nodes(project: CompiledProject) -> list[dict]:
    """Models and seeds of the project."""
    manifest = json.loads((project.template.parent / "target" / "manifest.json").read_text())
    return [node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "seed")]


def test_every_released_table_is_decided_once(compiled_project: CompiledProject) -> None:
    named = [(row["table_schema"], row["table_name"]) for row in _rows("audience_tables")]
    released = {
        (node["schema"], node["name"])
        for node in _nodes(compiled_project)
        if node["schema"] in RELEASED_SCHEMAS
    } | OF_THE_RELEASE
    assert len(named) == len(set(named))
    assert set(named) == released


def test_single_answers_and_marks_are_granted_to_nobody() -> None:
    cells = {(row["table_schema"], row["table_name"]): row for row in _rows("audience_tables")}
    for table in OF_ENGINEERS:
        assert not any(cells[table][role] for role in audiences.ROLES), table


def test_the_roles_of_the_files_are_those_of_the_dashboards() -> None:
    assert {*audiences.ROLES, ENGINEER} == set(ROLES)
    assert set(audiences.ROLES) <= set(_rows("audience_tables")[0])
    assert {row["reader_code"] for row in _rows("audience_hidden_columns")} <= set(audiences.ROLES)


def test_a_reviewer_of_proctoring_reads_neither_people_nor_verdicts(
    compiled_project: CompiledProject,
) -> None:
    """A28: the second reviewer judges alone, and nobody knows whose sitting it is."""
    hidden = {
        (row["table_schema"], row["table_name"], row["column_name"])
        for row in _rows("audience_hidden_columns")
        if row["reader_code"] == "proctoring_reviewer"
    }
    granted = {
        (row["table_schema"], row["table_name"])
        for row in _rows("audience_tables")
        if row["proctoring_reviewer"]
    }
    for node in _nodes(compiled_project):
        if (node["schema"], node["name"]) not in granted or node["resource_type"] == "seed":
            continue
        told = {column for column in node["columns"] if column == "candidate_no" or "verdict" in column}
        shown = {column for column in told if (node["schema"], node["name"], column) not in hidden}
        assert not shown, (node["name"], shown)
