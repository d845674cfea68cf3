"""The journal of a folder's runs: one line of JSON per sitting, from which a plan takes its rate.

Belongs here: writing and reading `<out>/.run/journal.jsonl`, and the rate that it shows. Does not belong
here: results. How long a sitting took differs from run to run, and results are the same bytes whenever and
wherever they are made: so it stands here and not there. The folder is hidden: the door takes no notice of it.

A line holds no picture, no finding and no person: `sitting_id`, `status` (done, already_done, failed),
`finished_at` (UTC), `engine`, `attempt`, `core_seconds` (the processor's), `taken_seconds` (the clock's),
`video_seconds` (of the sitting, less what could not be seen), `is_inconclusive` (a person must decide, A30),
`config_hash`, `model_code`, and of a failure its `message_key`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from proctoring_jobs.books import append_lines, read_entries
from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.errors import ManifestInvalidError
from proctoring_jobs.worker import SittingOutcome

JOURNAL = Path(".run") / "journal.jsonl"


@dataclass(frozen=True)
class MeasuredRate:
    """How fast earlier sittings went: `rate` in hours of video per hour of a core, and what it rests on."""

    rate: float
    count_sittings: int
    video_seconds: float
    busy_share: float


class Journal:
    """Appends to the journal of a folder of results; the file appears with its first line."""

    def __init__(self, out_dir: Path, config: ProctoringConfig) -> None:
        self._path = out_dir / JOURNAL
        self._run = {"engine": config.engine, "config_hash": config.config_hash()}

    def note(self, outcome: SittingOutcome) -> None:
        """Append one line in one write; raises `RetryableProctoringError` when the storage fails."""
        append_lines(self._path, [json.dumps(_entry(outcome) | self._run, sort_keys=True)])


def measured_rate(out_dir: Path) -> MeasuredRate:
    """The rate of the sittings that the journal of `out_dir` says were done with its latest settings.

    A core is taken for as long as a sitting needs it, computing or waiting for storage: the longer of the two
    counts. Raises `ManifestInvalidError` where nothing was measured.
    """
    entries = [entry for entry in read_entries(out_dir / JOURNAL, NUMBERS) if entry["status"] == "done"]
    if not entries:
        raise ManifestInvalidError("plan_not_measured", folder=out_dir)
    alike = [entry for entry in entries if entry["config_hash"] == entries[-1]["config_hash"]]
    taken = sum(max(entry["core_seconds"], entry["taken_seconds"]) for entry in alike)
    video = sum(entry["video_seconds"] for entry in alike)
    if not taken or not video:
        raise ManifestInvalidError("plan_not_measured", folder=out_dir)
    core = sum(entry["core_seconds"] for entry in alike)
    return MeasuredRate(video / taken, len(alike), video, core / taken)


def journal_size(out_dir: Path) -> int:
    """Bytes of the journal as it stands, 0 where there is none; a mark for `noted_since`."""
    try:
        return (out_dir / JOURNAL).stat().st_size
    except FileNotFoundError:
        return 0


def noted_since(out_dir: Path, size: int) -> dict[str, dict[str, Any]]:
    """The last line of each sitting that was written since the journal had that size."""
    entries = read_entries(out_dir / JOURNAL, {"sitting_id", *NUMBERS}, since=size)
    return {str(entry["sitting_id"]): entry for entry in entries}


def video_seconds(outcome: SittingOutcome) -> float:
    """Seconds of the sitting that there was a picture of; 0 if it was not done."""
    report = outcome.report
    return float(report.duration_seconds - report.unseen_seconds) if report else 0.0


def _entry(outcome: SittingOutcome) -> dict[str, Any]:
    """The line of an outcome."""
    status = "failed" if outcome.failure else "already_done" if outcome.is_already_done else "done"
    return {
        "sitting_id": outcome.sitting_id,
        "status": status,
        "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "attempt": outcome.attempt,
        "core_seconds": round(outcome.core_seconds, 3),
        "taken_seconds": round(outcome.taken_seconds, 3),
        "video_seconds": round(video_seconds(outcome), 3),
        "is_inconclusive": bool(outcome.report and outcome.report.is_inconclusive),
        "model_code": outcome.model_code,
        "message_key": outcome.failure.message_key if outcome.failure else None,
    }


#: Without these a line says nothing about speed.
NUMBERS = {"status", "config_hash", "core_seconds", "taken_seconds", "video_seconds"}
