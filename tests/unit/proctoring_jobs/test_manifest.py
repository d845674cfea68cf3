from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from proctoring_jobs.errors import ManifestInvalidError
from proctoring_jobs.manifest import RecordingFile, SittingManifest, file_sha256, read_manifest

GOOD: dict[str, Any] = {
    "sitting_id": "S25-1",
    "duration_seconds": 1500.5,
    "files": [{"path": "a.webm", "sha256": "a" * 64}, {"path": "b/c.webm", "started_seconds": 700}],
}


def written(folder: Path, content: object) -> Path:
    path = folder / "sitting.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_paths_are_relative_to_the_manifest(tmp_path: Path) -> None:
    manifest = read_manifest(written(tmp_path, GOOD))
    assert manifest.duration_seconds == Decimal("1500.5")
    assert manifest.files == (
        RecordingFile(tmp_path / "a.webm", Decimal(0), "a" * 64),
        RecordingFile(tmp_path / "b/c.webm", Decimal(700), None),
    )


def test_no_files_is_a_lost_recording_not_an_error(tmp_path: Path) -> None:
    assert read_manifest(written(tmp_path, GOOD | {"files": []})).files == ()


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        {"sitting_id": "S25-1"},
        GOOD | {"sitting_id": 7},
        GOOD | {"sitting_id": ""},
        GOOD | {"sitting_id": "../S25-1"},
        GOOD | {"duration_seconds": None},
        GOOD | {"duration_seconds": -1},
        GOOD | {"duration_seconds": 1_500_000},  # milliseconds
        GOOD | {"duration_seconds": True},
        GOOD | {"lenght": 1},
        GOOD | {"files": "a.webm"},
        GOOD | {"files": ["a.webm"]},
        GOOD | {"files": [{"file": "a.webm"}]},
        GOOD | {"files": [{"path": "a.webm", "sha256": "A" * 64}]},
        GOOD | {"files": [{"path": "a.webm", "started_seconds": "0"}]},
        '{"sitting_id": "S", "duration_seconds": NaN, "files": []}',
    ],
)
def test_a_wrong_manifest_is_refused(tmp_path: Path, content: object) -> None:
    with pytest.raises(ManifestInvalidError):
        read_manifest(written(tmp_path, content))


def test_an_absent_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestInvalidError):
        read_manifest(tmp_path / "none.json")


@pytest.mark.parametrize("sitting", ["", "a/b", ".hidden", "a" * 101, "сеанс", "a\n"])
def test_a_sitting_number_must_fit_into_a_file_name(sitting: str) -> None:
    with pytest.raises(ManifestInvalidError):
        SittingManifest(sitting, None, ())


def test_file_sha256(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"abc")
    assert file_sha256(tmp_path / "x") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
