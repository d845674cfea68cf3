"""What assets are given: the settings, the dbt command, a listener for progress, the command that runs them.

Belongs here: making resources. Not here: the settings themselves (`settings.py`) or what assets do with them.
"""

import importlib.metadata
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dagster_dbt import DbtCliResource
from packaging.version import Version

from orchestration.command_run import CommandRun
from orchestration.errors import OrchestrationError, UserError
from orchestration.progress import SilentProgress
from orchestration.settings import PROJECT_ROOT, Settings

DBT_PROJECT_DIR = PROJECT_ROOT / "dbt_project"
WRITER_POOL = "duckdb_writer"
_GENERATED = {"target", "logs", "dbt_packages"}
_READ_BY_DBT = {".sql", ".yml", ".yaml", ".csv", ".md"}


class DbtCommand(DbtCliResource):
    """dbt as a process of its own, and nothing of it in ours.

    The inherited class also asks `dbt --version` and opens an adapter in this process, for column metadata
    that we do not use; both cost seconds and memory at each build.
    """

    @property
    def _cli_version(self) -> Version:
        return Version(importlib.metadata.version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:
        return None


def build_resources(settings: Settings, overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Resources by name; `overrides` replaces single ones (tests, the console command)."""
    resources: dict[str, Any] = {
        "settings": settings,
        "progress": SilentProgress(),
        "command": CommandRun(),
        "dbt": DbtCommand(
            project_dir=str(DBT_PROJECT_DIR),
            profiles_dir=str(DBT_PROJECT_DIR),
            dbt_executable=dbt_executable(),
        ),
    }
    return {**resources, **(overrides or {})}


def dbt_executable() -> str:
    """Path of the dbt that belongs to this Python.

    Raises `UserError` when the requirements are not installed.
    """
    beside = Path(sys.executable).parent / "dbt"
    found = str(beside) if beside.exists() else shutil.which("dbt")
    if not found:
        raise UserError("error.dbt_missing")
    return found


def dbt_target(settings: Settings) -> Path:
    """Folder of dbt's artifacts of this home: manifest, run results, log, parse cache."""
    return settings.home / "dbt"


def dbt_environment(settings: Settings) -> dict[str, str]:
    """Variables that the dbt profile reads."""
    names = ("REZERV_WAREHOUSE", "REZERV_THREADS", "REZERV_MEMORY_LIMIT", "REZERV_SEASON")
    values = settings.child_environment()
    return {name: values[name] for name in names} | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}


def ensure_manifest(settings: Settings) -> Path:
    """Path of an up-to-date dbt manifest; parses the project when a file of it is newer. Offline.

    Raises `OrchestrationError` with dbt's last words when the project cannot be parsed.
    """
    import os

    manifest = dbt_target(settings) / "manifest.json"
    if manifest.is_file() and manifest.stat().st_mtime >= newest_source():
        return manifest
    manifest.parent.mkdir(parents=True, exist_ok=True)
    command = [
        dbt_executable(), "--no-use-colors", "parse", "--project-dir", str(DBT_PROJECT_DIR),
        "--profiles-dir", str(DBT_PROJECT_DIR), "--target-path", str(manifest.parent),
        "--log-path", str(manifest.parent),
    ]  # fmt: skip
    environment = {**os.environ, **dbt_environment(settings)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0 or not manifest.is_file():
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise OrchestrationError(
            "error.dbt_parse", detail=" | ".join(lines[-6:]), log=manifest.parent / "dbt.log"
        )
    manifest.touch()
    return manifest


def newest_source() -> float:
    """When a file that dbt reads last changed, in seconds since the epoch."""
    files = (
        path
        for path in DBT_PROJECT_DIR.rglob("*")
        if path.suffix in _READ_BY_DBT
        and not _GENERATED.intersection(path.relative_to(DBT_PROJECT_DIR).parts)
    )
    return max((path.stat().st_mtime for path in files), default=0.0)
