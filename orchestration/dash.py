"""How the dashboards are started: with a provider of identities, or for one person on one machine.

Belongs here: the command line of Streamlit and what it must be told. Not here: who may read what
(`dashboards/access.py`), replacing the process (`cli.py`).
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from orchestration.errors import UserError
from orchestration.settings import PROJECT_ROOT, require_private

if TYPE_CHECKING:
    from orchestration.settings import Settings

SIGN_IN_NAME = "sign_in.toml"
LOCAL_ADDRESS = "127.0.0.1"


def app_command(settings: Settings, port: int, *, is_local: bool) -> tuple[list[str], dict[str, str]]:
    """The command that serves the dashboards, and the variables that it needs besides the settings.

    Without `is_local`, `<access>/sign_in.toml` must name the provider of identities: Streamlit's own
    `[auth]` (docs/runbooks/dashboards.md). The local mode identifies nobody and listens on this machine
    alone, whatever the environment says. `UserError`: no provider is set up, or others can read its secret.
    """
    options = {
        "server.port": str(port),
        "server.showEmailPrompt": "false",
        "browser.gatherUsageStats": "false",
        "client.showErrorDetails": "none",
        "client.toolbarMode": "viewer",
        "server.fileWatcherType": "none",
    }
    if is_local:
        options["server.address"] = LOCAL_ADDRESS
    else:
        file = settings.access_dir / SIGN_IN_NAME
        if not file.is_file():
            raise UserError("error.no_sign_in", file=file)
        require_private(file)
        options["secrets.files"] = str(file)
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    app = PROJECT_ROOT / "dashboards" / "app.py"
    environment = {"REZERV_DASH_LOCAL": "1" if is_local else ""}
    return [sys.executable, "-m", "dashboards.serve", "run", str(app), *arguments], environment
