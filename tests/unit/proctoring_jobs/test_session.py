from __future__ import annotations

import logging
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.errors import RetryableProctoringError
from proctoring_jobs.manifest import RecordingFile, SittingManifest, file_sha256
from proctoring_jobs.session import SittingReport, model_code, run_sitting
from tests.unit.proctoring_jobs.videos import (
    ALONE,
    EMPTY,
    PHONE,
    TWO,
    BrightnessDetector,
    steady,
    write_video,
)

# these recordings have no sound track
CONFIG = ProctoringConfig(batch_size=4, sound="if_there")
SCENE = [(ALONE, 5), (EMPTY, 4), (ALONE, 7), (TWO, 3), (ALONE, 7), (PHONE, 4)]


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a minute: away for 4 s, a second person for 3 s, a phone for 4 s."""
    return write_video(tmp_path_factory.mktemp("recordings") / "a.webm", steady(SCENE))


def sitting(duration: int | None, *files: RecordingFile) -> SittingManifest:
    return SittingManifest("S1", None if duration is None else Decimal(duration), files)


def run(
    manifest: SittingManifest, out: Path, config: ProctoringConfig = CONFIG
) -> tuple[SittingReport, list[tuple]]:
    report = run_sitting(manifest, config, BrightnessDetector(), out)
    rows = pq.read_table(report.path).to_pylist()
    return report, [
        (row["signal_type_code"], float(row["started_seconds"]), float(row["duration_seconds"]))
        for row in rows
    ]


def test_a_recording_becomes_its_incidents(recording: Path, tmp_path: Path) -> None:
    report, rows = run(sitting(30, RecordingFile(recording, sha256=file_sha256(recording))), tmp_path)
    assert rows == [("absence", 5, 4), ("second_person", 16, 3), ("phone", 26, 4)]
    assert report.count_by_type == {"absence": 1, "phone": 1, "second_person": 1}
    # thirty of the first look, and thirty around the six changes
    assert (report.count_samples, report.unseen_seconds, report.problems) == (60, 0, ())


def test_every_row_says_what_found_it(recording: Path, tmp_path: Path) -> None:
    report, _ = run(sitting(30, RecordingFile(recording)), tmp_path)
    table = pq.read_table(report.path)
    code = model_code(BrightnessDetector(), CONFIG)
    assert set(table["model_code"].to_pylist()) == {code}
    assert set(table["config_hash"].to_pylist()) == {CONFIG.config_hash()}
    assert set(table["sitting_id"].to_pylist()) == {"S1"}
    assert table.schema.metadata[b"config"].decode() == CONFIG.as_json()
    for part in ("brightness", "0" * 64, "fake-1", "av-", "cpu", "batch-4"):
        assert part in code


def test_confidences_are_the_detections(recording: Path, tmp_path: Path) -> None:
    report, _ = run(sitting(30, RecordingFile(recording)), tmp_path)
    found = pq.read_table(report.path)["confidence"].to_pylist()
    assert found == [Decimal("1.0000"), Decimal("0.7500"), Decimal("0.6000")]


def test_running_again_gives_the_same_bytes(recording: Path, tmp_path: Path) -> None:
    manifest = sitting(30, RecordingFile(recording))
    first = run(manifest, tmp_path / "a")[0].path.read_bytes()
    assert run(manifest, tmp_path / "b")[0].path.read_bytes() == first
    assert run(manifest, tmp_path / "a")[0].path.read_bytes() == first


def test_incidents_do_not_depend_on_the_batch(recording: Path, tmp_path: Path) -> None:
    manifest = sitting(30, RecordingFile(recording))
    found = [run(manifest, tmp_path, replace(CONFIG, batch_size=size))[1] for size in (1, 7, 64)]
    assert found[0] == found[1] == found[2]


def test_pictures_are_held_one_batch_at_a_time(recording: Path, tmp_path: Path) -> None:
    detector = BrightnessDetector()
    run_sitting(sitting(30, RecordingFile(recording)), CONFIG, detector, tmp_path)
    assert detector.batches[:8] == [4] * 7 + [2]
    assert max(detector.batches) == 4


def test_a_clean_sitting_gives_a_file_without_rows(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clean.webm", steady([(ALONE, 6)]))
    report, rows = run(sitting(6, RecordingFile(path)), tmp_path)
    assert (rows, report.count_by_type, report.unseen_seconds) == ([], {}, 0)


def test_a_covered_lens_is_no_absence(tmp_path: Path) -> None:
    path = write_video(tmp_path / "covered.webm", steady([(EMPTY, 6)]), camera="covered")
    _, rows = run(sitting(6, RecordingFile(path)), tmp_path)
    assert rows == [("picture_covered", 0, 6)]


def test_a_dark_picture_shows_nothing(tmp_path: Path) -> None:
    path = write_video(tmp_path / "dark.webm", steady([(ALONE, 5), (0, 4), (ALONE, 5)]))
    assert ("picture_covered", 5, 4) in run(sitting(14, RecordingFile(path)), tmp_path)[1]


def test_a_picture_that_stands_still_is_found_from_its_second_sample(tmp_path: Path) -> None:
    path = write_video(tmp_path / "still.webm", steady([(ALONE, 12)]), camera="still")
    assert run(sitting(12, RecordingFile(path)), tmp_path)[1] == [("picture_frozen", 1, 11)]
    short = write_video(tmp_path / "short.webm", steady([(ALONE, 9)]), camera="still")
    assert run(sitting(9, RecordingFile(short)), tmp_path)[1] == []


def test_pieces_are_placed_in_the_sitting(tmp_path: Path) -> None:
    first = write_video(tmp_path / "1.webm", steady([(ALONE, 6), (EMPTY, 4)]))
    second = write_video(tmp_path / "2.webm", steady([(EMPTY, 4), (ALONE, 6)]))
    files = (RecordingFile(second, Decimal(12)), RecordingFile(first))
    report, rows = run(sitting(22, *files), tmp_path)
    assert rows == [("absence", 6, 10)]
    assert report.problems == ()


@pytest.mark.parametrize("content", [None, b"", b"this is no video", b"\x00" * 5000])
def test_an_unreadable_recording_is_inconclusive_for_its_whole_length(
    tmp_path: Path, content: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "a.mp4"
    if content is not None:
        path.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        report, rows = run(sitting(1500, RecordingFile(path)), tmp_path)
    assert rows == [("video_missing", 0, 1500)]
    assert report.unseen_seconds == 1500
    assert len(report.problems) == 1
    assert "of 1500 seconds 1500 unseen" in caplog.text
    assert "A30" in caplog.text


def test_a_manifest_without_files_is_inconclusive(tmp_path: Path) -> None:
    report, rows = run(sitting(8), tmp_path)
    assert rows == [("video_missing", 0, 8)]
    assert report.problems == ("recording_absent",)


def test_an_altered_recording_is_not_looked_at(recording: Path, tmp_path: Path) -> None:
    report, rows = run(sitting(30, RecordingFile(recording, sha256="0" * 64)), tmp_path)
    assert rows == [("video_missing", 0, 30)]
    assert report.problems == ("recording_altered",)
    absent = RecordingFile(tmp_path / "absent.webm", sha256="0" * 64)
    assert run(sitting(30, absent), tmp_path)[0].problems == ("recording_absent",)


def test_an_unreadable_piece_costs_its_own_stretch_however_short(recording: Path, tmp_path: Path) -> None:
    lost = tmp_path / "lost.webm"
    files = (RecordingFile(lost), RecordingFile(recording, Decimal(4)), RecordingFile(lost, Decimal(34)))
    report, rows = run(sitting(40, *files), tmp_path)
    assert [row for row in rows if row[0] == "video_missing"] == [
        ("video_missing", 0, 4),
        ("video_missing", 34, 6),
    ]
    assert [row[0] for row in rows].count("absence") == 1
    assert report.unseen_seconds == 10


def test_a_short_recording_leaves_the_rest_unseen(recording: Path, tmp_path: Path) -> None:
    assert ("video_missing", 30, 20) in run(sitting(50, RecordingFile(recording)), tmp_path)[1]
    assert (
        run(sitting(39, RecordingFile(recording)), tmp_path)[0].unseen_seconds == 0
    )  # under missing_seconds


def test_what_comes_after_the_sitting_does_not_count(recording: Path, tmp_path: Path) -> None:
    report, rows = run(sitting(20, RecordingFile(recording)), tmp_path)
    assert rows == [("absence", 5, 4), ("second_person", 16, 3)]
    assert report.count_samples == 20 + 24  # two looks, four changes


def test_without_a_length_the_recording_says_how_long_it_is(recording: Path, tmp_path: Path) -> None:
    report, rows = run(sitting(None, RecordingFile(recording)), tmp_path)
    assert report.duration_seconds == 30
    assert rows[-1] == ("phone", 26, 4)
    live = write_video(tmp_path / "live.webm", steady([(ALONE, 5)]), options={"live": "1"})
    assert run(sitting(None, RecordingFile(live)), tmp_path)[0].duration_seconds == Decimal("5.8")
    report, rows = run(sitting(None, RecordingFile(tmp_path / "absent.webm")), tmp_path)
    assert rows == [("video_missing", 0, 0)]


def test_failing_storage_writes_nothing(recording: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RetryableProctoringError):
        run_sitting(
            sitting(30, RecordingFile(recording)), CONFIG, BrightnessDetector(), tmp_path / "file" / "out"
        )
