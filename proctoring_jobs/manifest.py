"""Which files hold a sitting: the manifest that the platform writes beside the recordings.

Belongs here: reading and checking manifests. Does not belong here: opening the recordings (`frames.py`).

A manifest is one JSON file per sitting, paths relative to it:

    {"sitting_id": "S25-000123-text_test-1", "duration_seconds": 1500,
     "files": [{"path": "part1.webm", "started_seconds": 0, "sha256": "…"}]}

`duration_seconds` is how long the sitting lasted. `started_seconds` (default 0) is when in the sitting a
piece begins, `sha256` (optional) is the piece's hash at the platform. An empty list says that the recording
is lost.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from proctoring_jobs.errors import ManifestInvalidError, RetryableProctoringError

#: A sitting's number becomes part of a file name.
SITTING_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
SHA256 = re.compile(r"[0-9a-f]{64}")

#: No sitting lasts a day; a larger number is milliseconds or a moment by mistake.
MAXIMUM_SECONDS = 86_400


@dataclass(frozen=True)
class RecordingFile:
    """One piece of a sitting: where it lies, when in the sitting it begins (seconds), its hash if known."""

    path: Path
    started_seconds: Decimal = Decimal(0)
    sha256: str | None = None


@dataclass(frozen=True)
class SittingManifest:
    """The recording of one sitting; `duration_seconds` is `None` when nobody said how long it was."""

    sitting_id: str
    duration_seconds: Decimal | None
    files: tuple[RecordingFile, ...]

    def __post_init__(self) -> None:
        """Refuse a sitting number that cannot be part of a file name."""
        if not SITTING_ID.fullmatch(self.sitting_id):
            raise ManifestInvalidError("sitting_invalid", sitting=self.sitting_id)


class Fingerprints(NamedTuple):
    """What a sitting's result rests on, as SHA-256 (64 hex digits); where the files lie is no part of it.

    `by_content` knows a piece by its SHA-256, where the manifest gives one, else by its size and the moment
    it was changed; `as_found` knows every piece by those two as well. A result that rests on a piece that was
    absent or altered is kept under `as_found`, so that it no longer counts once the piece turns up.
    """

    by_content: str
    as_found: str


def fingerprints(manifest: SittingManifest) -> Fingerprints:
    """Identity of the sitting's number, length and pieces; raises `RetryableProctoringError`."""
    by_content, as_found = [], []
    for file in manifest.files:
        state = _state(file.path)
        by_content.append([_plain(file.started_seconds), file.sha256 or state])
        as_found.append([_plain(file.started_seconds), file.sha256, state])
    top = [manifest.sitting_id, _plain(manifest.duration_seconds)]
    return Fingerprints(_digest([*top, by_content]), _digest([*top, "as found", as_found]))


def _state(path: Path) -> list[int] | None:
    """Size (bytes) and moment of the last change (nanoseconds) of a file; None where there is none."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise RetryableProctoringError("storage_failed", file=path.name, detail=error.strerror) from error
    return [found.st_size, found.st_mtime_ns]


def _plain(seconds: Decimal | None) -> str | None:
    """One spelling per number of seconds: 5, 5.0 and 5E0 are the same."""
    return None if seconds is None else format(seconds.normalize(), "f")


def _digest(value: list[Any]) -> str:
    """SHA-256 of a value as JSON."""
    return hashlib.sha256(json.dumps(value, separators=(",", ":")).encode()).hexdigest()


def read_manifest(path: Path) -> SittingManifest:
    """Read a manifest; raises `ManifestInvalidError` naming the file and what is wrong with it."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except FileNotFoundError as error:
        raise ManifestInvalidError("recording_not_found", file=path) from error
    except OSError as error:
        raise RetryableProctoringError("storage_failed", file=path, detail=error.strerror) from error
    except ValueError as error:
        raise ManifestInvalidError("manifest_invalid", file=path, detail="JSON") from error
    try:
        top = _known(content, {"sitting_id", "duration_seconds", "files"})
        files = top["files"]
        if not isinstance(files, list):
            raise ValueError("files")
        return SittingManifest(
            sitting_id=_text(top, "sitting_id"),
            duration_seconds=_seconds(top, "duration_seconds"),
            files=tuple(_file(item, path.parent) for item in files),
        )
    except (KeyError, ValueError) as error:
        raise ManifestInvalidError("manifest_invalid", file=path, detail=error.args[0]) from error


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, 64 hex digits; raises `OSError`."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _file(item: Any, folder: Path) -> RecordingFile:
    """One entry of `files`."""
    entry = _known(item, {"path", "started_seconds", "sha256"})
    digest = _text(entry, "sha256") if entry.get("sha256") is not None else None
    if digest is not None and not SHA256.fullmatch(digest):
        raise ValueError("sha256")
    started = _seconds(entry, "started_seconds") if "started_seconds" in entry else Decimal(0)
    return RecordingFile(folder / _text(entry, "path"), started, digest)


def _known(value: Any, names: set[str]) -> Mapping[str, Any]:
    """The value as an object that has no other names than these; a misspelt one must not be ignored."""
    if not isinstance(value, dict):
        raise ValueError("object")
    unknown = sorted(set(value) - names)
    if unknown:
        raise ValueError(unknown[0])
    return value


def _text(entry: Mapping[str, Any], name: str) -> str:
    """A text that is not empty."""
    value = entry[name]
    if not isinstance(value, str) or not value:
        raise ValueError(name)
    return value


def _seconds(entry: Mapping[str, Any], name: str) -> Decimal:
    """A number of seconds from 0 to a day."""
    value = entry[name]
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise ValueError(name)
    seconds = Decimal(value)
    if not 0 <= seconds <= MAXIMUM_SECONDS:
        raise ValueError(name)
    return seconds
