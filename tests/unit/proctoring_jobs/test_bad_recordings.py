"""Recordings that are none, or damaged, or made to break things: each is a result that says what it is."""

from __future__ import annotations

import random
import resource
import struct
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from proctoring_jobs import frames
from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.manifest import RecordingFile, SittingManifest
from proctoring_jobs.session import SittingReport, run_sitting
from tests.unit.proctoring_jobs.videos import ALONE, BrightnessDetector, steady, write_sound, write_video

CONFIG = ProctoringConfig(batch_size=4, sound="if_there")
LENGTH = 20


def truncated(folder: Path) -> Path:
    path = write_video(folder / "a.webm", steady([(ALONE, LENGTH)]), noise=True)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def without_index(folder: Path) -> Path:
    """An MP4 whose index was to come at its end, which never came."""
    path = write_video(folder / "a.mp4", steady([(ALONE, LENGTH)]), codec="libx264", noise=True)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 3 // 4])
    return path


def zero_bytes(folder: Path) -> Path:
    path = folder / "a.webm"
    path.touch()
    return path


def text(folder: Path) -> Path:
    path = folder / "a.mp4"
    path.write_text("Здесь должна быть запись.\n" * 200, encoding="utf-8")
    return path


def noise(folder: Path) -> Path:
    path = folder / "a.webm"
    path.write_bytes(b"\x1a\x45\xdf\xa3" + random.Random(5).randbytes(50_000))
    return path


def playlist(folder: Path) -> Path:
    """A list of other files under the name of a recording: it must open none of them."""
    path = folder / "a.mp4"
    path.write_text("#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n", encoding="utf-8")
    return path


def sound_only(folder: Path) -> Path:
    return write_sound(folder / "a.webm", LENGTH)


def wrong_extension(folder: Path) -> Path:
    made = write_video(folder / "a.webm", steady([(ALONE, LENGTH)]))
    return made.rename(folder / "a.mp4")


def huge_picture(folder: Path) -> Path:
    """A recording whose every keyframe says that it is 16,383 pixels in square: 400 MB a picture."""
    path = write_video(folder / "a.webm", steady([(ALONE, LENGTH)]))
    content, start = bytearray(path.read_bytes()), b"\x9d\x01\x2a"
    place = content.find(start)
    assert place > 0
    while place > 0:
        content[place + 3 : place + 7] = struct.pack("<HH", 0x3FFF, 0x3FFF)
        place = content.find(start, place + 3)
    path.write_bytes(content)
    return path


def folder_of_that_name(folder: Path) -> Path:
    (folder / "a.webm").mkdir()
    return folder / "a.webm"


def absent(folder: Path) -> Path:
    return folder / "a.webm"


UNREADABLE: dict[Callable[[Path], Path], str] = {
    without_index: "recording_damaged",
    zero_bytes: "recording_empty",
    text: "recording_damaged",
    noise: "recording_damaged",
    playlist: "recording_damaged",
    folder_of_that_name: "recording_absent",
    absent: "recording_absent",
}


def run(path: Path, out: Path, length: int | None = LENGTH) -> tuple[SittingReport, list[dict]]:
    manifest = SittingManifest("S1", None if length is None else Decimal(length), (RecordingFile(path),))
    report = run_sitting(manifest, CONFIG, BrightnessDetector(), out)
    return report, pq.read_table(report.path).to_pylist()


@pytest.mark.parametrize("make", UNREADABLE, ids=lambda make: make.__name__)
def test_what_cannot_be_read_is_missing_and_says_why(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    report, rows = run(make(tmp_path), tmp_path / "out")
    assert report.problems == (UNREADABLE[make],)
    assert report.is_inconclusive
    assert [(row["signal_type_code"], row["duration_seconds"]) for row in rows] == [("video_missing", LENGTH)]
    (coverage,) = pq.read_table(tmp_path / "out" / "proctoring__coverage__S1.parquet").to_pylist()
    assert (coverage["seen_seconds"], coverage["unseen_seconds"]) == (0, LENGTH)
    assert coverage["problem_codes"] == UNREADABLE[make]
    assert coverage["is_inconclusive"]


def test_a_recording_cut_off_is_missing_from_there_on(tmp_path: Path) -> None:
    report, rows = run(truncated(tmp_path), tmp_path / "out", LENGTH * 2)
    assert [row["signal_type_code"] for row in rows] == ["video_missing"]
    assert 5 < rows[0]["started_seconds"] < LENGTH
    assert rows[0]["started_seconds"] + rows[0]["duration_seconds"] == LENGTH * 2
    assert report.is_inconclusive


def test_sound_alone_is_a_sitting_nobody_saw(tmp_path: Path) -> None:
    report, rows = run(sound_only(tmp_path), tmp_path / "out")
    assert [row["signal_type_code"] for row in rows] == ["video_missing"]
    assert report.unseen_seconds == LENGTH


def test_the_content_decides_not_the_extension(tmp_path: Path) -> None:
    report, rows = run(wrong_extension(tmp_path), tmp_path / "out")
    assert (rows, report.unseen_seconds, report.problems) == ([], 0, ())


def test_a_huge_picture_is_never_made(tmp_path: Path) -> None:
    path = huge_picture(tmp_path)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report, rows = run(path, tmp_path / "out")
    assert report.problems in (("recording_huge",), ("recording_no_frames",))
    assert [(row["signal_type_code"], row["duration_seconds"]) for row in rows] == [("video_missing", LENGTH)]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000  # kB; a picture has 400,000


def test_a_bomb_of_frames_is_looked_at_so_far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "MAXIMUM_FRAMES", 150)
    bomb = [(n, ALONE) for n in range(400)]  # a thousand frames a second
    path = write_video(tmp_path / "a.webm", bomb)
    report, rows = run(path, tmp_path / "out")
    assert report.count_samples == 1
    assert [row["signal_type_code"] for row in rows] == ["video_missing"]


def test_three_hours_are_a_recording_like_any_other(tmp_path: Path) -> None:
    moments = [(second * 1000, ALONE) for second in range(3 * 3600)]
    path = write_video(tmp_path / "a.mp4", moments, codec="mpeg4")
    report, rows = run(path, tmp_path / "out", None)
    assert report.duration_seconds >= 3 * 3600 - 1
    assert (report.unseen_seconds, report.count_samples) == (0, 3 * 3600)
    assert rows == []
