from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import av
import numpy as np
import pyarrow.parquet as pq
import pytest

from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.errors import RecordingUnreadableError
from proctoring_jobs.evidence import cut_clip
from proctoring_jobs.manifest import RecordingFile, SittingManifest
from proctoring_jobs.session import run_sitting
from tests.unit.proctoring_jobs.videos import (
    ALONE,
    EMPTY,
    PHONE,
    TWO,
    BrightnessDetector,
    steady,
    write_sound,
    write_video,
)

CONFIG = ProctoringConfig(batch_size=4, sound="if_there")
SCENE = [(ALONE, 5), (EMPTY, 4), (ALONE, 7), (TWO, 3), (ALONE, 7), (PHONE, 4)]


def evidence_of(out: Path) -> tuple[Path, dict]:
    folder = out / "evidence" / "S1"
    return folder, json.loads((folder / "evidence.json").read_text())


def run(out: Path, path: Path, config: ProctoringConfig = CONFIG) -> tuple[Path, dict]:
    manifest = SittingManifest("S1", Decimal(30), (RecordingFile(path),))
    run_sitting(manifest, config, BrightnessDetector(), out)
    return evidence_of(out)


@pytest.fixture(scope="module", params=["libvpx", "libx264"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("evidence")
    name = "a.webm" if request.param == "libvpx" else "a.mp4"
    path = write_video(folder / name, steady(SCENE), codec=request.param)
    run(folder / "out", path)
    return folder / "out", path


def test_each_signal_has_its_picture_and_its_clip(made: tuple[Path, Path]) -> None:
    out, path = made
    folder, index = evidence_of(out)
    rows = pq.read_table(out / "proctoring__signals__S1.parquet").to_pylist()
    assert [item["signal_id"] for item in index["signals"]] == [row["signal_id"] for row in rows]
    for item in index["signals"]:
        for part in (item["frame"], item["clip"]):
            assert hashlib.sha256((folder / part["file"]).read_bytes()).hexdigest() == part["sha256"]
        assert (folder / item["clip"]["file"]).suffix == path.suffix
    assert {file.name for file in folder.iterdir()} == {
        "evidence.json",
        *(part["file"] for item in index["signals"] for part in (item["frame"], item["clip"])),
    }


def test_the_picture_shows_the_moment_with_its_boxes(made: tuple[Path, Path]) -> None:
    import cv2

    folder, index = evidence_of(made[0])
    by_kind = {item["signal_type_code"]: item for item in index["signals"]}
    for kind, shade in (("absence", EMPTY), ("second_person", TWO), ("phone", PHONE)):
        frame = by_kind[kind]["frame"]
        started = Decimal(by_kind[kind]["started_seconds"])
        assert started <= Decimal(frame["at_seconds"]) < started + Decimal(by_kind[kind]["duration_seconds"])
        picture = cv2.imread(str(folder / frame["file"]))
        assert abs(float(np.median(picture)) - shade) < 25, kind
    assert [box["label"] for box in by_kind["phone"]["frame"]["boxes"]] == ["person", "cell phone"]
    assert by_kind["second_person"]["frame"]["persons"] == 2
    assert by_kind["absence"]["frame"]["boxes"] == []


def test_boxes_are_drawn(tmp_path: Path) -> None:
    import cv2

    path = write_video(tmp_path / "a.webm", steady([(PHONE, 10)]), size=(320, 240))
    folder, index = run(tmp_path / "out", path)
    picture = cv2.imread(str(folder / index["signals"][0]["frame"]["file"])).astype(int)
    coloured = (picture.max(axis=2) - picture.min(axis=2)) > 60
    assert coloured.sum() > 50  # the recording is grey, the boxes are not


def test_the_clip_begins_before_the_incident_and_holds_it(made: tuple[Path, Path]) -> None:
    folder, index = evidence_of(made[0])
    for item in index["signals"]:
        started = float(item["started_seconds"])
        before = started - float(item["clip"]["started_seconds"])
        assert 3 <= before <= 5 or started < 3, item  # three seconds, and back to the keyframe
        with av.open(str(folder / item["clip"]["file"])) as clip:
            start = (clip.start_time or 0) / 1_000_000
            shades = [
                (float(f.pts * f.time_base) - start, float(f.to_ndarray(format="gray").mean()))
                for f in clip.decode(video=0)
            ]
        kind = {"absence": EMPTY, "second_person": TWO, "phone": PHONE}[item["signal_type_code"]]
        inside = [shade for at, shade in shades if before + 0.4 < at < before + 2.4]
        assert all(abs(shade - kind) < 25 for shade in inside), item
        assert len(inside) >= 8
        assert shades[0][0] == pytest.approx(0, abs=0.05)


def test_the_index_says_why_and_by_what(made: tuple[Path, Path]) -> None:
    _, index = evidence_of(made[0])
    assert {"run_id", "model_code", "speech_model_code", "device", "batch_size", "config_hash"} <= set(index)
    phone = next(item for item in index["signals"] if item["signal_type_code"] == "phone")
    assert phone["rule"] == {
        "kind": "phone", "on": 0.4, "off": 0.25, "votes": 2, "window": 5, "minimum_seconds": "0",
        "merge_gap_seconds": "5", "sample_rate": "1", "second_look": 4,
    }  # fmt: skip


def test_the_same_run_writes_the_same_bytes(made: tuple[Path, Path], tmp_path: Path) -> None:
    out, path = made
    first, _ = evidence_of(out)
    again, _ = run(tmp_path, path)
    assert {f.name: f.read_bytes() for f in first.iterdir()} == {
        f.name: f.read_bytes() for f in again.iterdir()
    }


def test_a_later_run_replaces_it_whole(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.webm", steady(SCENE))
    folder, _ = run(tmp_path / "out", path)
    (folder / "of an earlier run.jpg").write_bytes(b"x")
    _, index = run(tmp_path / "out", path, replace(CONFIG, object_on=0.9))
    assert {item["signal_type_code"] for item in index["signals"]} == {"absence", "second_person"}
    assert not (folder / "of an earlier run.jpg").exists()
    assert [item.name for item in folder.parent.iterdir()] == ["S1"]


def test_what_is_missing_has_nothing_to_show(tmp_path: Path) -> None:
    manifest = SittingManifest("S1", Decimal(30), (RecordingFile(tmp_path / "lost.webm"),))
    run_sitting(manifest, CONFIG, BrightnessDetector(), tmp_path)
    _, index = evidence_of(tmp_path)
    (item,) = index["signals"]
    assert (item["signal_type_code"], item["frame"], item["clip"]) == ("video_missing", None, None)


def test_speech_has_its_sound(tmp_path: Path) -> None:
    from proctoring_jobs.scenes.sound import speech

    samples = np.zeros(16_000 * 12, np.float32)
    samples[16_000 * 4 : 16_000 * 8] = speech(4.0, 5)[: 16_000 * 4]
    path = write_sound(tmp_path / "s.webm", samples=np.repeat(samples, 3))
    picture = write_video(tmp_path / "a.webm", steady([(ALONE, 12)]))
    files = (RecordingFile(picture), RecordingFile(path))
    run_sitting(SittingManifest("S1", Decimal(12), files), CONFIG, BrightnessDetector(), tmp_path / "out")
    folder, index = evidence_of(tmp_path / "out")
    (item,) = index["signals"]
    assert (item["signal_type_code"], item["frame"]) == ("speech", None)
    with av.open(str(folder / item["clip"]["file"])) as clip:
        heard = np.concatenate([f.to_ndarray().reshape(-1) for f in clip.decode(audio=0)])
    assert float(np.abs(heard).max()) > 0.02


def test_a_stretch_without_packets_is_no_clip(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.webm", steady([(ALONE, 4)]))
    with pytest.raises(RecordingUnreadableError) as raised:
        cut_clip(path, tmp_path / "clip", Decimal(-30), Decimal(-20))
    assert raised.value.message_key == "clip_empty"
