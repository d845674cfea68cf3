"""What every command begins with: the settings of this invocation, and the screen in its language.

Belongs here: what the modules of commands (`cli.py`, `*_cli.py`) share. Not here: commands, texts
(`cli_help.py`), drawing (`console.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.cli_help import texts
from orchestration.errors import UserError
from orchestration.settings import Settings, load_settings

if TYPE_CHECKING:
    from orchestration.console import Screen


def current_settings() -> Settings:
    """The checked settings, in the language of this invocation."""
    return load_settings(overrides={"REZERV_LANGUAGE": texts().language})


def account_name() -> str:
    """Who runs this invocation, by the name of the account; `UserError` where the machine cannot tell."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        raise UserError("error.lists_by_missing") from None


def current_screen() -> Screen:
    """Where this invocation writes."""
    from orchestration.console import Screen

    return Screen(texts())
