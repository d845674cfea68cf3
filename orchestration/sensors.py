"""Sensors: what starts a run because something arrived.

Belongs here: noticing files in the landing folder and asking for one run that lands those feeds and
rebuilds what depends on them. Not here: reading the files.
"""

import hashlib
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg

from orchestration.assets.landing import raw_key
from orchestration.jobs import UPDATE_JOB
from orchestration.settings import Settings

if TYPE_CHECKING:
    from ingestion.loader import PendingFile

# A file that changed within this time may still be being written by its sender.
SETTLE_SECONDS = 30


def build_sensors(jobs: dict[str, Any], always: Sequence[dg.AssetKey]) -> list[dg.SensorDefinition]:
    """All sensors; `always` are the assets that every such run rebuilds: the warehouse and the release."""

    @dg.sensor(
        name="landing_files",
        job=jobs[UPDATE_JOB],
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def landing_files(settings: dg.ResourceParam[Settings]) -> dg.RunRequest | dg.SkipReason:
        """New files in the landing folder: land their feeds, rebuild, release."""
        from ingestion.loader import pending_files

        pending = settled(pending_files(settings.ingestion_config()), time.time())
        if not pending:
            return dg.SkipReason("no new file has settled in the landing folder")
        feeds = sorted({file.feed for file in pending})
        return dg.RunRequest(
            run_key=files_key(pending),
            asset_selection=[*(raw_key(feed) for feed in feeds), *always],
            tags={"feeds": ",".join(feeds)[:250]},
        )

    return [landing_files]


def settled(files: "Iterable[PendingFile]", now: float) -> "list[PendingFile]":
    """Files that have not changed for `SETTLE_SECONDS`; `now` in seconds since the epoch."""
    return [file for file in files if now - Path(file.path).stat().st_mtime >= SETTLE_SECONDS]


def files_key(files: "Iterable[PendingFile]") -> str:
    """One name for a set of files by their contents and paths: the same set is never asked for twice."""
    digest = hashlib.sha256()
    for file in sorted(files, key=lambda file: str(file.path)):
        with Path(file.path).open("rb") as stream:
            content = hashlib.file_digest(stream, "sha256").hexdigest()
        digest.update(f"{file.path}\0{content}\n".encode())
    return f"files-{digest.hexdigest()[:32]}"
