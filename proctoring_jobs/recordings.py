"""The folder in which the platform puts recordings: which sittings have a manifest below it.

Belongs here: finding manifests, and saying which files are none. Does not belong here: the content of a
manifest (`manifest.py`), what a command line names (`inputs.py`).
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proctoring_jobs.errors import ManifestInvalidError
from proctoring_jobs.manifest import SittingManifest, read_manifest


@dataclass(frozen=True)
class RefusedManifest:
    """A file that tells nothing of a sitting, and the text that says why, with what fills it."""

    path: Path
    message_key: str
    params: dict[str, Any]


@dataclass(frozen=True)
class Recordings:
    """What lies below a folder: the manifest of each sitting, and the files that are refused."""

    paths: dict[str, Path] = field(default_factory=dict)
    manifests: dict[str, SittingManifest] = field(default_factory=dict)
    refused: tuple[RefusedManifest, ...] = ()


def find_recordings(folder: Path) -> Recordings:
    """All manifests (`*.json`) below a folder, by sitting; none where there is no such folder.

    Hidden files and folders are passed over, links to folders are not followed. Of a sitting that two
    manifests are about both are refused: nobody knows which one is right. Raises `RetryableProctoringError`
    when the storage fails.
    """
    found: defaultdict[str, list[tuple[Path, SittingManifest]]] = defaultdict(list)
    refused = []
    for path in _manifests(folder):
        if len(str(path).splitlines()) > 1:  # a list of manifests has one a line
            wrong = {"file": repr(path.name), "detail": "name"}
            refused.append(RefusedManifest(path, "manifest_invalid", wrong))
            continue
        try:
            manifest = read_manifest(path)
        except ManifestInvalidError as error:
            refused.append(RefusedManifest(path, error.message_key, error.params))
            continue
        found[manifest.sitting_id].append((path, manifest))
    for sitting_id, several in found.items():
        if len(several) > 1:
            refused += [
                RefusedManifest(path, "sitting_twice", {"sitting": sitting_id}) for path, _ in several
            ]
    single = {sitting_id: several[0] for sitting_id, several in found.items() if len(several) == 1}
    return Recordings(
        {sitting_id: path for sitting_id, (path, _) in sorted(single.items())},
        {sitting_id: manifest for sitting_id, (_, manifest) in sorted(single.items())},
        tuple(sorted(refused, key=lambda one: one.path)),
    )


def _manifests(folder: Path) -> Iterator[Path]:
    """Files that should be manifests, whichever order the storage has them in."""
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if name.lower().endswith(".json") and not name.startswith("."):
                yield Path(root, name)
