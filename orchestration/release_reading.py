"""The current release, open for questions: what the reading commands on documents and the calendar share.

Belongs here: finding the release and refusing one that is too old for what is asked. Not here: the questions
(`documents_reports.py`, `calendar_reports.py`) and drawing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestration.errors import OrchestrationError
from orchestration.reports import require_release
from orchestration.vetting_reports import Reading

if TYPE_CHECKING:
    from orchestration.releases import CurrentRelease
    from orchestration.settings import Settings


@dataclass(frozen=True)
class OpenRelease:
    """The current release and a reading of its file."""

    release: CurrentRelease
    reading: Reading


def open_release(settings: Settings, tables: tuple[str, ...]) -> OpenRelease:
    """The current release; `UserError` without one, `OrchestrationError` if it lacks one of the tables."""
    release = require_release(settings)
    reading = Reading(release.file, settings.language)
    missing = reading.lacks(tables)
    if missing:
        raise OrchestrationError("error.release_older", release=release.release_id, tables=", ".join(missing))
    return OpenRelease(release, reading)
