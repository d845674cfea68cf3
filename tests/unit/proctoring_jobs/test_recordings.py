from __future__ import annotations

import json
from pathlib import Path

import pytest

from proctoring_jobs.recordings import find_recordings


def manifest(path: Path, sitting: str, *files: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"sitting_id": sitting, "duration_seconds": 60, "files": [{"path": name} for name in files]}
    path.write_text(json.dumps(content))
    return path


def test_manifests_are_found_however_deep_they_lie(tmp_path: Path) -> None:
    second = manifest(tmp_path / "day-2" / "room" / "b.json", "S2", "b.webm")
    first = manifest(tmp_path / "Z.JSON", "S1")
    (tmp_path / "a.webm").write_bytes(b"video")
    found = find_recordings(tmp_path)
    assert list(found.paths.items()) == [("S1", first), ("S2", second)]
    assert found.manifests["S2"].files[0].path == second.parent / "b.webm"
    assert found.refused == ()


def test_what_is_hidden_or_behind_a_link_is_passed_over(tmp_path: Path) -> None:
    manifest(tmp_path / "outside" / "a.json", "S1")
    folder = tmp_path / "recordings"
    manifest(folder / ".partial" / "b.json", "S2")
    manifest(folder / ".c.json", "S3")
    (folder / "link").symlink_to(tmp_path / "outside", target_is_directory=True)
    assert find_recordings(folder).paths == {}


def test_files_that_are_no_manifests_are_named_and_hide_no_other(tmp_path: Path) -> None:
    good = manifest(tmp_path / "good.json", "S1")
    (tmp_path / "bad.json").write_text('{"sitting_id": "S2"')
    manifest(tmp_path / "two\nlines.json", "S3")
    found = find_recordings(tmp_path)
    assert found.paths == {"S1": good}
    assert [(one.path.name, one.message_key, one.params["detail"]) for one in found.refused] == [
        ("bad.json", "manifest_invalid", "JSON"),
        ("two\nlines.json", "manifest_invalid", "name"),
    ]


def test_of_two_manifests_of_a_sitting_neither_counts(tmp_path: Path) -> None:
    two = [manifest(tmp_path / name, "S1") for name in ("a.json", "b.json")]
    found = find_recordings(tmp_path)
    assert found.paths == found.manifests == {}
    assert [(one.path, one.message_key) for one in found.refused] == [(path, "sitting_twice") for path in two]


@pytest.mark.parametrize("make", [lambda _: None, Path.mkdir])
def test_no_folder_and_an_empty_one_hold_nothing(tmp_path: Path, make: object) -> None:
    assert callable(make)
    make(tmp_path / "recordings")
    assert find_recordings(tmp_path / "recordings").paths == {}
