from __future__ import annotations

import os
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.done import done_report, remove_leftovers
from proctoring_jobs.manifest import RecordingFile, SittingManifest, file_sha256
from proctoring_jobs.session import SittingReport, model_code, run_sitting, speech_code
from proctoring_jobs.sound import SpeechModel
from tests.unit.proctoring_jobs.videos import ALONE, EMPTY, TWO, BrightnessDetector, steady, write_video

CONFIG = ProctoringConfig(batch_size=4, sound="if_there")
CODES = {
    "model_code": model_code(BrightnessDetector(), CONFIG),
    "speech_code": speech_code(SpeechModel()),
}


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return write_video(tmp_path / "a.webm", steady([(ALONE, 4), (EMPTY, 5), (TWO, 4)]))


def sitting(*files: RecordingFile) -> SittingManifest:
    return SittingManifest("S1", Decimal(13), files)


def run(manifest: SittingManifest, out: Path) -> SittingReport:
    return run_sitting(manifest, CONFIG, BrightnessDetector(), out)


def test_the_report_is_the_one_that_was_given(video: Path, tmp_path: Path) -> None:
    for manifest in (
        sitting(RecordingFile(video)),
        sitting(RecordingFile(video), RecordingFile(tmp_path / "lost.webm", Decimal(13))),
        sitting(),
    ):
        report = run(manifest, tmp_path)
        found = done_report(manifest, CONFIG, tmp_path, **CODES)
        assert found == report
        assert found.is_inconclusive == report.is_inconclusive


def test_nothing_is_done_where_nothing_was_written(video: Path, tmp_path: Path) -> None:
    assert done_report(sitting(RecordingFile(video)), CONFIG, tmp_path, **CODES) is None


def test_what_a_result_rests_on_must_be_the_same(video: Path, tmp_path: Path) -> None:
    manifest = sitting(RecordingFile(video))
    run(manifest, tmp_path)
    others = [
        (replace(manifest, duration_seconds=Decimal(14)), CONFIG, CODES),
        (sitting(RecordingFile(video, Decimal(1))), CONFIG, CODES),
        (sitting(RecordingFile(video), RecordingFile(video)), CONFIG, CODES),
        (manifest, replace(CONFIG, absence_seconds=Decimal(4)), CODES),
        (manifest, CONFIG, CODES | {"model_code": "another"}),
        (manifest, CONFIG, CODES | {"speech_code": "another"}),
    ]
    for other, config, codes in others:
        assert done_report(other, config, tmp_path, **codes) is None
    settings_of_running = replace(CONFIG, workers=7, engine="ray", sitting_limit_seconds=60)
    assert done_report(manifest, settings_of_running, tmp_path, **CODES) is not None


def test_a_recording_without_a_hash_is_known_by_size_and_time(video: Path, tmp_path: Path) -> None:
    manifest = sitting(RecordingFile(video))
    run(manifest, tmp_path)
    os.utime(video, ns=(1, 1))
    assert done_report(manifest, CONFIG, tmp_path, **CODES) is None


def test_a_recording_with_a_hash_may_be_copied_elsewhere(video: Path, tmp_path: Path) -> None:
    digest = file_sha256(video)
    run(sitting(RecordingFile(video, sha256=digest)), tmp_path)
    copy = tmp_path / "copy.webm"
    copy.write_bytes(video.read_bytes())
    os.utime(copy, ns=(1, 1))
    assert done_report(sitting(RecordingFile(copy, sha256=digest)), CONFIG, tmp_path, **CODES) is not None


@pytest.mark.parametrize("before", [None, b"altered"])
def test_a_recording_that_turns_up_is_looked_at(video: Path, tmp_path: Path, before: bytes | None) -> None:
    path = tmp_path / "b.webm"
    if before is not None:
        path.write_bytes(before)
    manifest = sitting(RecordingFile(path, sha256=file_sha256(video)))
    assert run(manifest, tmp_path).is_inconclusive
    assert done_report(manifest, CONFIG, tmp_path, **CODES) is not None
    path.write_bytes(video.read_bytes())
    assert done_report(manifest, CONFIG, tmp_path, **CODES) is None
    assert not run(manifest, tmp_path).is_inconclusive
    assert done_report(manifest, CONFIG, tmp_path, **CODES) is not None


@pytest.mark.parametrize("content", [b"", b"no parquet", b"PAR1" + b"\xff" * 50 + b"PAR1"])
def test_a_file_that_is_no_result_is_done_anew(
    video: Path, tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    manifest = sitting(RecordingFile(video))
    path = run(manifest, tmp_path).path
    path.write_bytes(content)
    assert done_report(manifest, CONFIG, tmp_path, **CODES) is None
    assert "is no signals file" in caplog.text


def test_a_table_of_something_else_is_no_result(video: Path, tmp_path: Path) -> None:
    manifest = sitting(RecordingFile(video))
    pq.write_table(pa.table({"a": [1]}), run(manifest, tmp_path).path)
    assert done_report(manifest, CONFIG, tmp_path, **CODES) is None


def test_only_old_leftovers_of_these_sittings_are_removed(tmp_path: Path) -> None:
    names = {
        "old": ".proctoring__signals__S1.parquet.0a1b2c3d.tmp",
        "new": ".proctoring__signals__S1.parquet.ffffffff.tmp",
        "other": ".proctoring__signals__S2.parquet.0a1b2c3d.tmp",
        "result": "proctoring__signals__S1.parquet",
    }
    for kind, name in names.items():
        (tmp_path / name).touch()
        if kind != "new":
            os.utime(tmp_path / name, (time.time() - 100,) * 2)
    remove_leftovers(tmp_path, ["S1"], 60)
    assert {path.name for path in tmp_path.iterdir()} == set(names.values()) - {names["old"]}
    remove_leftovers(tmp_path / "none", ["S1"], 60)
