"""Options that all commands share that write papers: languages, formats, folder.

Belongs here: the options and what their values mean. Not here: papers (`layout/` and the rooms that use it).
`--lang kk` anywhere in a command line is the language of the invocation (`cli.py`); only `all` gets here.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestration.errors import UserError
from orchestration.settings import LANGUAGES

if TYPE_CHECKING:
    from orchestration.settings import Settings

EVERY = "all"
LANG = click.option("--lang", "paper_lang", metavar="kk|ru|en|all", default="")
FORMAT = click.option("--format", "paper_format", metavar="pdf|xlsx|html|all", default=EVERY)
OUT = click.option("--out", "paper_folder", type=click.Path(path_type=Path), metavar="FOLDER", default=None)


def chosen_languages(asked: str, settings: Settings) -> tuple[str, ...]:
    """Every language for `all`, the one named, or for nothing that of the invocation.

    `UserError` for an unknown one.
    """
    if asked == EVERY:
        return LANGUAGES
    if asked and asked not in LANGUAGES:
        raise UserError("error.language", value=asked, allowed=", ".join((*LANGUAGES, EVERY)))
    return (asked or settings.language,)


def chosen_formats(asked: str) -> tuple[str, ...]:
    """Every format for `all`, or the one named; `UserError` for an unknown one."""
    from orchestration.layout.rendering import FORMATS

    if asked == EVERY:
        return FORMATS
    if asked not in FORMATS:
        raise UserError("error.paper_format", value=asked, allowed=", ".join((*FORMATS, EVERY)))
    return (asked,)


def chosen_folder(folder: Path) -> Path:
    """The folder; `UserError` where a file has its name."""
    if folder.exists() and not folder.is_dir():
        raise UserError("error.paper_folder", folder=folder)
    return folder
