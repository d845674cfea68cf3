from __future__ import annotations

import hashlib
import json
from pathlib import Path

from dashboards.evidence import Evidence, has_clip, read_evidence

CLIP, FRAME = b"webm" * 50, b"jpeg" * 50


def write(folder: Path, **changes: object) -> Path:
    own = folder / "evidence" / "S1"
    own.mkdir(parents=True)
    (own / "s1.jpg").write_bytes(FRAME)
    (own / "s1.webm").write_bytes(CLIP)
    item = {
        "signal_id": "s1",
        "found_by": "m/sha256-00/lib",
        "rule": {"on": 0.4},
        "frame": {
            "file": "s1.jpg",
            "sha256": hashlib.sha256(FRAME).hexdigest(),
            "at_seconds": "3.5",
            "boxes": [{"label": "person"}, {"label": "book"}, {"label": "person"}],
        },
        "clip": {"file": "s1.webm", "sha256": hashlib.sha256(CLIP).hexdigest(), "started_seconds": "1"},
        **changes,
    }
    (own / "evidence.json").write_text(json.dumps({"rules_version": 1, "signals": [item]}))
    return own


def test_picture_clip_and_rule_are_read(tmp_path: Path) -> None:
    write(tmp_path)
    found = read_evidence("S1", "s1", tmp_path)
    assert found.frame is not None and (found.frame.content, found.frame.at_seconds) == (FRAME, "3.5")
    assert found.clip is not None and (found.clip.content, found.clip.format) == (CLIP, "video/webm")
    assert (found.rule, found.model_code, found.rules_version) == ({"on": 0.4}, "m/sha256-00/lib", "1")
    assert found.labels == ("book", "person")
    assert found.files == ["s1.jpg", "s1.webm"] and not found.problems and not found.is_empty
    assert has_clip("S1", "s1", tmp_path)


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    nothing = Evidence(problems=("proctoring.no_evidence",))
    assert read_evidence("S1", "s1", tmp_path) == nothing
    own = write(tmp_path, frame=None)
    assert read_evidence("S1", "other", tmp_path) == nothing
    (own / "s1.webm").unlink()
    gone = read_evidence("S1", "s1", tmp_path)
    assert gone.is_empty and gone.problems == ("proctoring.evidence_gone",)
    assert not has_clip("S1", "s1", tmp_path)
    (own / "evidence.json").write_text("{")
    assert read_evidence("S1", "s1", tmp_path) == nothing


def test_a_file_that_was_changed_is_not_shown(tmp_path: Path) -> None:
    own = write(tmp_path)
    (own / "s1.jpg").write_bytes(b"another picture")
    found = read_evidence("S1", "s1", tmp_path)
    assert found.frame is None and found.clip is not None
    assert found.problems == ("proctoring.evidence_changed",)


def test_no_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    write(tmp_path, clip={"file": "../../secret.webm", "sha256": hashlib.sha256(b"x").hexdigest()})
    (tmp_path / "secret.webm").write_bytes(b"x")
    assert read_evidence("S1", "s1", tmp_path).clip is None
    assert not has_clip("S1", "s1", tmp_path)
    assert read_evidence("../evidence/S1", "s1", tmp_path).is_empty
    assert not has_clip("", "s1", tmp_path)
