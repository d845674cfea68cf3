"""Which code made a release: the project's version and, in a checkout, its commit."""

from __future__ import annotations

import functools
import importlib.metadata
import subprocess
import tomllib

from orchestration.settings import PROJECT_ROOT


@functools.cache
def code_version() -> str:
    """`<version>` or `<version>+<commit>`, with `.dirty` when tracked files differ from the commit."""
    version = _project_version()
    commit = _git("rev-parse", "--short=12", "HEAD")
    if not commit:
        return version
    changed = _git("status", "--porcelain", "--untracked-files=no")
    return f"{version}+{commit}" + (".dirty" if changed else "")


def _project_version() -> str:
    file = PROJECT_ROOT / "pyproject.toml"
    if file.is_file():
        return str(tomllib.loads(file.read_text(encoding="utf-8"))["project"]["version"])
    return importlib.metadata.version("rezerv")


def _git(*arguments: str) -> str:
    if not (PROJECT_ROOT / ".git").exists():
        return ""
    try:
        done = subprocess.run(
            ["git", "-C", str(PROJECT_ROOT), *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
