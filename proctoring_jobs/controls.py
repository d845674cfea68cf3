"""Clips of controls: stretches of sittings in which nothing was found, for reviewers who do not know that.

Belongs here: cutting the stretch that was drawn out of a recording, and noting it in the index of the
sitting's evidence. Does not belong here: which sittings are drawn (`dbt_project/`, docs/decisions/0035), how
a clip is cut (`evidence.py`). In the index a control stands like a signal of which only a clip is shown.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from proctoring_jobs.errors import RecordingUnreadableError, RetryableProctoringError
from proctoring_jobs.evidence import INDEX, cut_clip
from proctoring_jobs.manifest import RecordingFile, SittingManifest
from proctoring_jobs.output import EVIDENCE

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Control:
    """A stretch of a sitting, seconds from its beginning."""

    control_id: str
    sitting_id: str
    started_seconds: Decimal
    duration_seconds: Decimal


@dataclass(frozen=True)
class ControlsCut:
    """Numbers of controls: cut now, there before, and without a clip, each with the text that says why."""

    cut: tuple[str, ...] = ()
    already: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()


def cut_controls(
    out_dir: Path, controls: Iterable[Control], manifests: Mapping[str, SittingManifest]
) -> ControlsCut:
    """Cut the clips of controls that have none yet; one that cannot be cut stops no other.

    Raises `RetryableProctoringError` when the storage fails.
    """
    cut: list[str] = []
    already: list[str] = []
    left_out: list[tuple[str, str]] = []
    for control in controls:
        try:
            (cut if _cut(out_dir, control, manifests.get(control.sitting_id)) else already).append(
                control.control_id
            )
        except RecordingUnreadableError as error:
            logger.info("no clip of control %s: %s", control.control_id, error.message_key)
            left_out.append((control.control_id, error.message_key))
        except OSError as error:
            raise RetryableProctoringError(
                "storage_failed", file=control.sitting_id, detail=error.strerror
            ) from error
    return ControlsCut(tuple(cut), tuple(already), tuple(left_out))


def _cut(out_dir: Path, control: Control, manifest: SittingManifest | None) -> bool:
    """Cut one clip and note it; False where it was noted before and its file is there."""
    folder = out_dir / EVIDENCE / control.sitting_id
    content = _index(folder / INDEX)
    noted = [one for one in content["signals"] if one["signal_id"] == control.control_id]
    if any((folder / one["clip"]["file"]).is_file() for one in noted):
        return False
    if manifest is None:
        raise RecordingUnreadableError("recording_not_found", file=control.sitting_id)
    piece = _piece_at(manifest, control.started_seconds)
    own = control.started_seconds - piece.started_seconds
    clip = cut_clip(piece.path, folder / control.control_id, own, own + control.duration_seconds)
    item = {
        "signal_id": control.control_id,
        "started_seconds": str(control.started_seconds),
        "duration_seconds": str(control.duration_seconds),
        "rule": {},
        "frame": None,
        "clip": {
            "file": clip.path.name,
            "sha256": hashlib.sha256(clip.path.read_bytes()).hexdigest(),
            "started_seconds": str(piece.started_seconds + clip.started),
        },
    }
    others = [one for one in content["signals"] if one["signal_id"] != control.control_id]
    _replace(folder / INDEX, {**content, "signals": [*others, item]})
    return True


def _index(path: Path) -> dict[str, Any]:
    """The index of a sitting's evidence; every sitting that was gone through has one."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise RecordingUnreadableError("control_no_evidence") from None


def _piece_at(manifest: SittingManifest, at: Decimal) -> RecordingFile:
    """The piece of a recording in which a moment of the sitting lies."""
    begun = [file for file in manifest.files if file.started_seconds <= at]
    if not begun:
        raise RecordingUnreadableError("clip_empty")
    return max(begun, key=lambda file: file.started_seconds)


def _replace(path: Path, content: Mapping[str, Any]) -> None:
    """Write an index whole or not at all."""
    draft = path.with_name(path.name + ".part")
    draft.write_text(
        json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    draft.replace(path)
