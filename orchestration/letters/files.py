"""Writing a letter in the formats that were asked for.

Belongs here: which formats a letter has, and its files. Not here: what it says (`quarantine_letters.py`,
`reminder_letters.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestration.layout.content import Document

# To print and send; its tables to work with.
LETTER_FORMATS = ("pdf", "xlsx")


def letter_formats(asked: str | None) -> tuple[str, ...]:
    """The formats of `--format`, both of a letter where it is not given; `UserError` for an unknown one."""
    from orchestration.paper_options import chosen_formats

    return LETTER_FORMATS if asked is None else chosen_formats(asked)


def write_letter(
    documents: Mapping[str, Document], folder: Path, name: str, mode: int = 0o666
) -> tuple[Path, ...]:
    """Write the document of each format to `<folder>/<name>.<format>`; returns the paths.

    All are rendered before the first is written, and each is written whole or not at all; one that is there
    is replaced. mode: the rights of the files, less those that the process gives to no file.
    """
    from ingestion.sheets import write_whole
    from orchestration.layout.rendering import render

    contents = {folder / f"{name}.{ending}": render(one, ending) for ending, one in documents.items()}
    for path, content in contents.items():
        write_whole(path, content, mode)
    return tuple(contents)
