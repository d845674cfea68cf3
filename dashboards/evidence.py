"""The evidence of a signal: its picture, its clip, and the rule that raised it, from the folder of evidence.

Belongs here: reading `<proctoring>/evidence/<sitting>/`, and whether its files are those that were written.
Does not belong here: writing or deleting evidence (`proctoring_jobs/`), showing it (dashboards/views/). This
module does not know Streamlit.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dashboards.reviews import proctoring_dir

INDEX = "evidence.json"
CLIP_FORMATS: Mapping[str, str] = {".webm": "video/webm", ".mp4": "video/mp4"}

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shown:
    """A file of the evidence as it was written; `started_seconds` (of the sitting) of a clip or picture."""

    name: str
    content: bytes
    at_seconds: str
    format: str = ""


@dataclass(frozen=True)
class Evidence:
    """What there is of one signal; nothing of it where it was deleted or nothing could be recorded.

    `rule`: thresholds as they stood in the run; `model_code`: what found it; `problems`: keys of texts.
    """

    frame: Shown | None = None
    clip: Shown | None = None
    rule: Mapping[str, Any] = field(default_factory=dict)
    model_code: str | None = None
    rules_version: str | None = None
    labels: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing can be looked at: then nobody can say what was there."""
        return self.frame is None and self.clip is None

    @property
    def files(self) -> list[str]:
        """Names of the files that are shown."""
        return [one.name for one in (self.frame, self.clip) if one is not None]


def read_evidence(sitting_id: str, signal_id: str, folder: Path | None = None) -> Evidence:
    """Return the evidence of a signal; what is not there, or not as it was written, is a problem."""
    own = _folder(sitting_id, folder)
    entry, top = _entry(own, signal_id)
    if entry is None:
        return Evidence(problems=("proctoring.no_evidence",))
    problems: list[str] = []
    frame = _shown(own, entry.get("frame"), "at_seconds", problems)
    clip = _shown(own, entry.get("clip"), "started_seconds", problems)
    boxes = (entry.get("frame") or {}).get("boxes") or []
    return Evidence(
        frame,
        clip,
        entry.get("rule") or {},
        entry.get("found_by"),
        None if top.get("rules_version") is None else str(top["rules_version"]),
        tuple(sorted({str(box["label"]) for box in boxes})),
        tuple(dict.fromkeys(problems)) or (() if frame or clip else ("proctoring.no_evidence",)),
    )


def has_clip(sitting_id: str, signal_id: str, folder: Path | None = None) -> bool:
    """Whether there is a clip of a signal or control, without reading it."""
    own = _folder(sitting_id, folder)
    entry, _ = _entry(own, signal_id)
    name = ((entry or {}).get("clip") or {}).get("file")
    return isinstance(name, str) and Path(name).name == name and (own / name).is_file()


def _folder(sitting_id: str, folder: Path | None) -> Path:
    """The folder of a sitting; a number that is no plain name leads nowhere."""
    root = (folder or proctoring_dir()) / "evidence"
    return root / sitting_id if sitting_id and Path(sitting_id).name == sitting_id else root / ".unknown"


def _entry(own: Path, signal_id: str) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """What the index says of a signal, and of the whole sitting."""
    try:
        content = json.loads((own / INDEX).read_text(encoding="utf-8"))
        found = [one for one in content["signals"] if one["signal_id"] == signal_id]
    except FileNotFoundError:
        return None, {}
    except (OSError, ValueError, KeyError, TypeError) as error:
        _log.error("the index of evidence %s cannot be read: %s", own.name, error)
        return None, {}
    return (found[0] if found else None), content


def _shown(own: Path, said: Mapping[str, Any] | None, at: str, problems: list[str]) -> Shown | None:
    """A file that the index names, if its content is the one that was written."""
    if not said or not said.get("file"):
        return None
    name = str(said["file"])
    try:
        if Path(name).name != name:
            raise OSError(name)
        content = (own / name).read_bytes()
    except OSError as error:
        _log.warning("evidence %s of %s cannot be read: %s", name, own.name, error)
        problems.append("proctoring.evidence_gone")
        return None
    if hashlib.sha256(content).hexdigest() != said.get("sha256"):
        _log.error("evidence %s of %s is not what was written", name, own.name)
        problems.append("proctoring.evidence_changed")
        return None
    return Shown(name, content, str(said.get(at, "0")), CLIP_FORMATS.get(Path(name).suffix, ""))
