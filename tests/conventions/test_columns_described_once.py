"""One name, one meaning: each column is described once, in a block of dbt_project/docs/.

Here: that models and seeds refer to those blocks by the column's own name, and that no block is idle.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

DBT_PROJECT = Path(__file__).parents[2] / "dbt_project"
BLOCKS = [
    name
    for path in sorted(DBT_PROJECT.glob("docs/*.md"))
    for name in re.findall(r"{% docs (\w+) %}", path.read_text(encoding="utf-8"))
]


def _documented(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from document.get("models", [])
    yield from document.get("seeds", [])


def _property_files() -> list[Path]:
    return sorted([*DBT_PROJECT.glob("models/**/*.yml"), *DBT_PROJECT.glob("seeds/*.yml")])


def _described_columns() -> list[tuple[str, str, str]]:
    """(model or seed, column, description) of everything that dbt builds."""
    found = []
    for path in _property_files():
        for node in _documented(yaml.safe_load(path.read_text(encoding="utf-8"))):
            found += [(node["name"], column["name"], column["description"]) for column in node["columns"]]
    return found


def test_a_name_is_described_once() -> None:
    assert [name for name, count in Counter(BLOCKS).items() if count > 1] == []


def test_columns_refer_to_the_block_of_their_own_name() -> None:
    strangers = [
        f"{node}.{column}"
        for node, column, description in _described_columns()
        if description != f"{{{{ doc('{column}') }}}}" or column not in BLOCKS
    ]
    assert strangers == []


def test_no_block_is_idle() -> None:
    assert sorted(set(BLOCKS) - {column for _, column, _ in _described_columns()}) == []


@pytest.mark.parametrize("path", _property_files(), ids=lambda path: path.stem)
def test_descriptions_state_the_grain_first(path: Path) -> None:
    for node in _documented(yaml.safe_load(path.read_text(encoding="utf-8"))):
        assert node["description"].startswith("One row"), node["name"]
