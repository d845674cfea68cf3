"""The data dictionary: dbt's descriptions as one page for readers.

Belongs here: rendering the manifest to Markdown. Not here: the descriptions (YAML beside each model,
`docs/columns.md` of dbt), which are the only source; a test fails when the page on disk differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestration.settings import PROJECT_ROOT

DICTIONARY_FILE = PROJECT_ROOT / "docs" / "dictionary.md"
ROOMS = ("core", "selection", "reporting", "seeds")


def render_dictionary(manifest: Mapping[str, Any]) -> str:
    """Markdown of every released table: its description, and its columns with types and descriptions."""
    nodes = [
        n
        for n in manifest["nodes"].values()
        if n["resource_type"] in ("model", "seed") and n["schema"] in ROOMS
    ]
    lines = [
        "# Data dictionary",
        "",
        "Made by `make dictionary` from the descriptions in `dbt_project/`; do not edit.",
        "Tables of a release, by schema.",
    ]
    for room in ROOMS:
        lines += ["", f"## {room}"]
        for node in sorted((n for n in nodes if n["schema"] == room), key=lambda n: n["name"]):
            lines += _table(node)
    return "\n".join(lines) + "\n"


def write_dictionary(manifest: Mapping[str, Any], file: Path = DICTIONARY_FILE) -> int:
    """Write the page; returns how many tables it describes."""
    text = render_dictionary(manifest)
    file.write_text(text, encoding="utf-8")
    return text.count("\n### ")


def _table(node: Mapping[str, Any]) -> list[str]:
    lines = ["", f"### {node['schema']}.{node['name']}", "", _one_line(node["description"]), ""]
    lines += ["| column | type | meaning |", "|---|---|---|"]
    for column in node["columns"].values():
        meaning = _one_line(column["description"]).replace("|", "\\|")
        lines.append(f"| `{column['name']}` | {column.get('data_type') or ''} | {meaning} |")
    return lines


def _one_line(text: str) -> str:
    return " ".join(text.split())
