"""What every command begins with: the settings of this invocation, and the screen in its language.

Belongs here: what the modules of commands (`cli.py`, `*_cli.py`) share. Not here: commands, texts
(`cli_help.py`), drawing (`console.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.cli_help import texts
from orchestration.settings import Settings, load_settings

if TYPE_CHECKING:
    from orchestration.console import Screen


def current_settings() -> Settings:
    """The checked settings, in the language of this invocation."""
    return load_settings(overrides={"REZERV_LANGUAGE": texts().language})


def current_screen() -> Screen:
    """Where this invocation writes."""
    from orchestration.console import Screen

    return Screen(texts())
