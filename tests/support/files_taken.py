"""Files that pages offer, taken as a person takes them, and read back."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from streamlit.delta_generator import DeltaGenerator


def read_csv(content: bytes) -> list[list[str]]:
    """Headings and rows of a CSV; the lines of facts above them are left out."""
    lines = content.decode("utf-8-sig").splitlines(keepends=True)
    return list(csv.reader(io.StringIO("".join(line for line in lines if not line.startswith("# ")))))


def rows_of_csv(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV by their headings."""
    heading, *rows = read_csv(content)
    return [dict(zip(heading, row, strict=True)) for row in rows]


def keep_files(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """Every file that is offered from now on, by its name; those that cannot be written fail the test."""
    kept: dict[str, bytes] = {}
    original = DeltaGenerator.download_button

    def keeping(self: DeltaGenerator, label: str, data: Any, *others: Any, **options: Any) -> bool:
        kept[options["file_name"]] = data() if callable(data) else data
        return original(self, label, data, *others, **options)

    monkeypatch.setattr(DeltaGenerator, "download_button", keeping)
    return kept
