"""A release of the season as it was known at a moment, in a folder of its own.

Belongs here: computing a copy at that moment, asking it every claim, and releasing it beside the season's
releases, which stay as they are. Not here: what a release is (`releases.py`), copies (`scratch.py`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.builds import CheckOutcome, finish_build, start_build
from orchestration.corrections import season_clock
from orchestration.errors import UserError
from orchestration.progress import COMPUTING, Progress
from orchestration.releases import POINTER_NAME, ReleaseInfo, publish
from orchestration.scratch import compute, copy_comments, failed_claims, require_build, scratch_home

if TYPE_CHECKING:
    from orchestration.settings import Settings


def own_folder(settings: Settings, moment: datetime) -> Path:
    """Folder of this home for the season as of a moment (UTC), used by the dashboards."""
    return settings.home / "as_of" / f"{moment:%Y%m%dT%H%M%SZ}"


def release_as_of(settings: Settings, progress: Progress, moment: datetime, folder: Path) -> ReleaseInfo:
    """Make a release of the season as known at a moment (UTC); asked again, an equal one stands.

    Its data are today's books up to the moment: rules, seeds and quarantine are those of now. Raises
    `UserError` for a folder that holds other things or the season's own releases and for a moment ahead,
    `ReleaseRefusedError` where a claim does not hold.
    """
    from orchestration.code_version import code_version
    from orchestration.runs import logging_to_file

    season_clock(settings, moment)
    require_build(settings.warehouse)
    _require_free(settings, folder)
    with logging_to_file(settings), scratch_home(settings) as scratch:
        progress.start(COMPUTING, 2)
        version = code_version()
        build = "as-of"
        start_build(scratch.warehouse, build, as_of=moment, is_full=True, code_version=version)
        compute(settings, scratch.warehouse, as_of=moment)
        copy_comments(settings.warehouse, scratch.warehouse)
        progress.advance(COMPUTING)
        failed = [
            CheckOutcome(f"test.{claim.name}", "ERROR", "fail", claim.count_rows)
            for claim in failed_claims(settings, scratch.warehouse, as_of=moment)
        ]
        finish_build(scratch.warehouse, build, is_successful=not failed, checks=failed, as_of=moment)
        progress.advance(COMPUTING)
        return publish(replace(scratch, releases_dir=folder.absolute()), code_version=version)


def _require_free(settings: Settings, folder: Path) -> None:
    """A folder that is new, empty, or of an earlier question; never the season's own."""
    own = settings.releases_dir.resolve()
    asked = folder.resolve()
    if asked == own or own in asked.parents:
        raise UserError("error.as_of_folder", folder=folder)
    if folder.exists() and (
        not folder.is_dir() or (any(folder.iterdir()) and not (folder / POINTER_NAME).is_file())
    ):
        raise UserError("error.folder_not_empty", folder=folder)
