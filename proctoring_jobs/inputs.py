"""What to run: the sittings that a command line names, as manifests.

Belongs here: manifests, folders of manifests, or video files paired with sittings; what contradicts itself in
them. Does not belong here: the content of a manifest (`manifest.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

from proctoring_jobs.errors import ManifestInvalidError
from proctoring_jobs.manifest import MAXIMUM_SECONDS, RecordingFile, SittingManifest, read_manifest


def sittings_named(
    recordings: Sequence[Path], sittings: Sequence[str] = (), duration: str | None = None
) -> list[SittingManifest]:
    """The sittings of manifests (.json), folders of them, or video files; raises `ManifestInvalidError`.

    `sittings`: of video files, their numbers in their order; of manifests, which of them, else all.
    `duration`: seconds of each video file's sitting, as it was typed.
    """
    is_manifest = [path.suffix.lower() == ".json" or path.is_dir() for path in recordings]
    if any(is_manifest) and not all(is_manifest):
        raise ManifestInvalidError("recordings_mixed")
    if all(is_manifest):
        if duration is not None:
            raise ManifestInvalidError("duration_with_manifest")
        manifests = [read_manifest(path) for path in _files(recordings)]
    else:
        manifests = _videos(recordings, sittings, _seconds(duration))
    ids = {manifest.sitting_id for manifest in manifests}
    _refuse_twice(manifest.sitting_id for manifest in manifests)
    unknown = [sitting for sitting in sittings if sitting not in ids]
    if unknown:
        raise ManifestInvalidError("sitting_unknown", sitting=", ".join(unknown))
    return [manifest for manifest in manifests if not sittings or manifest.sitting_id in sittings]


def _files(paths: Iterable[Path]) -> list[Path]:
    """The manifests, those of a folder by name."""
    found = []
    for path in paths:
        inside = sorted(path.glob("*.json")) if path.is_dir() else [path]
        if not inside:
            raise ManifestInvalidError("folder_without_manifests", folder=path)
        found += inside
    return found


def _refuse_twice(ids: Iterable[str]) -> None:
    """Refuse a sitting that two recordings are about; of many, the first few are named."""
    twice = [sitting for sitting, count in Counter(ids).items() if count > 1]
    if twice:
        raise ManifestInvalidError("sitting_twice", sitting=", ".join(twice[:5]))


def _videos(
    recordings: Sequence[Path], sittings: Sequence[str], duration: Decimal | None
) -> list[SittingManifest]:
    """One sitting per video file. A file that is not there is a typing mistake, not a lost recording."""
    if len(sittings) != len(recordings):
        raise ManifestInvalidError("sitting_count", recordings=len(recordings), sittings=len(sittings))
    for path in recordings:
        if not path.is_file():
            raise ManifestInvalidError("recording_not_found", file=path)
    pairs = zip(recordings, sittings, strict=True)
    return [SittingManifest(sitting, duration, (RecordingFile(path),)) for path, sitting in pairs]


def _seconds(value: str | None) -> Decimal | None:
    """The value of `--duration`."""
    if value is None:
        return None
    try:
        seconds = Decimal(value)
    except InvalidOperation as error:
        raise ManifestInvalidError("duration_invalid") from error
    if not seconds.is_finite() or not 0 <= seconds <= MAXIMUM_SECONDS:
        raise ManifestInvalidError("duration_invalid")
    return seconds
