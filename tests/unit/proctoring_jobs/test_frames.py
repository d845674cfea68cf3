from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path

import pytest

from proctoring_jobs.containers import DecodeStats, library_version
from proctoring_jobs.errors import RecordingUnreadableError, RetryableProctoringError
from proctoring_jobs.frames import sample_frames
from tests.unit.proctoring_jobs.videos import ALONE, EMPTY, TWO, steady, write_sound, write_video


def times(path: Path, rate: str = "1", until: int | None = None) -> tuple[list[float], DecodeStats]:
    stats = DecodeStats()
    limit = None if until is None else Decimal(until)
    return [float(f.at_seconds) for f in sample_frames(path, Decimal(rate), stats=stats, until=limit)], stats


def problem(path: Path) -> str:
    with pytest.raises(RecordingUnreadableError) as raised:
        times(path)
    return raised.value.message_key


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.webm", "libvpx"),
        ("a.webm", "libvpx-vp9"),
        ("a.mp4", "libx264"),
        ("a.mkv", "libx264"),
        ("a.mp4", "mpeg4"),
    ],
)
def test_a_steady_recording_gives_one_frame_a_second(tmp_path: Path, name: str, codec: str) -> None:
    path = write_video(tmp_path / name, steady([(ALONE, 4)]), codec=codec)
    found, stats = times(path)
    assert found == [0, 1, 2, 3]
    # a keyframe every two seconds: the frames after the second tick of each group are not decoded
    assert (stats.count_packets, stats.count_frames) == (20, 12)
    assert (stats.count_sampled, stats.count_packets_lost) == (4, 0)
    assert stats.last_seconds == Decimal("3.8")


@pytest.mark.parametrize(("rate", "expected"), [("0.5", [0, 2]), ("2", [0, 0.6, 1, 1.6, 2, 2.6, 3, 3.6])])
def test_the_first_frame_at_or_after_each_tick(tmp_path: Path, rate: str, expected: list[float]) -> None:
    assert times(write_video(tmp_path / "a.webm", steady([(ALONE, 4)])), rate)[0] == expected


def test_pictures_are_the_ones_of_their_time(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.webm", steady([(ALONE, 2), (TWO, 1), (EMPTY, 1)]))
    frames = list(sample_frames(path, Decimal(1), stats=DecodeStats()))
    assert [frame.image.shape for frame in frames] == [(64, 64, 3)] * 4
    assert [round(float(frame.image.mean()) / 60) for frame in frames] == [1, 1, 3, 2]


def test_variable_frame_rate_is_sampled_by_timestamp(tmp_path: Path) -> None:
    moments = [0, 40, 80, 900, 1010, 1900, 2500, 6200, 6210, 6990, 7005, 39_000]
    path = write_video(tmp_path / "a.webm", [(moment, ALONE) for moment in moments])
    assert times(path)[0] == [0, 1.01, 2.5, 6.2, 7.005, 39]


@pytest.mark.parametrize("name", ["a.webm", "a.mp4"])
def test_the_clock_begins_with_the_recording(tmp_path: Path, name: str) -> None:
    late = [(moment + 5000, shade) for moment, shade in steady([(ALONE, 3)])]
    codec = "libvpx" if name.endswith("webm") else "libx264"
    assert times(write_video(tmp_path / name, late, codec=codec))[0] == [0, 1, 2]


def test_a_live_recording_without_length_is_read(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.webm", steady([(ALONE, 3)]), options={"live": "1"})
    found, stats = times(path)
    assert (found, stats.length_seconds) == ([0, 1, 2], None)


def test_frames_after_the_end_of_the_sitting_are_passed_over(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.webm", steady([(ALONE, 4)]))
    assert times(path, until=2)[0] == [0, 1]
    assert times(path, until=0)[0] == []


def test_a_damaged_tail_keeps_what_came_before_and_counts_what_is_lost(tmp_path: Path) -> None:
    path = write_video(
        tmp_path / "a.mp4",
        steady([(ALONE, 20)]),
        codec="libx264",
        noise=True,
        options={"movflags": "+faststart"},
    )
    content = bytearray(path.read_bytes())
    half = len(content) // 2
    content[half:] = random.Random(1).randbytes(len(content) - half)
    path.write_bytes(content)
    found, stats = times(path)
    assert found == [float(second) for second in range(len(found))]
    assert 5 <= len(found) <= 12
    assert stats.count_packets == 100
    assert stats.count_packets_lost + stats.count_frames + stats.count_frames_corrupt <= 100
    assert stats.count_packets_lost > 30


def test_a_hole_in_the_middle_loses_packets_not_the_rest(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", steady([(ALONE, 20)]), codec="libx264", noise=True)
    content = bytearray(path.read_bytes())
    start, end = len(content) * 4 // 10, len(content) * 5 // 10
    content[start:end] = random.Random(1).randbytes(end - start)
    path.write_bytes(content)
    found, stats = times(path)
    assert found[-1] == 19
    assert 0 < stats.count_packets_lost < 40


def test_a_recording_cut_off_gives_its_first_part(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.webm", steady([(ALONE, 20)]), noise=True)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    found, stats = times(path)
    assert found == [float(second) for second in range(len(found))]
    assert 5 <= len(found) <= 14


def test_recordings_without_a_picture_say_why(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mp4").write_text("ffconcat version 1.0\nfile other.mp4\n")
    (tmp_path / "list.mp4").write_text("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nother.mp4\n")
    good = write_video(tmp_path / "good.mp4", steady([(ALONE, 9)]), codec="libx264", noise=True).read_bytes()
    (tmp_path / "headless.mp4").write_bytes(good[: len(good) // 2])
    assert problem(tmp_path / "absent.mp4") == "recording_absent"
    assert problem(tmp_path) == "recording_absent"
    assert problem(tmp_path / "empty.mp4") == "recording_empty"
    assert problem(tmp_path / "text.mp4") == "recording_damaged"
    assert problem(tmp_path / "list.mp4") == "recording_damaged"
    assert problem(tmp_path / "headless.mp4") == "recording_damaged"
    assert problem(write_sound(tmp_path / "sound.webm")) == "recording_no_video"


def test_an_unknown_codec_is_named(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.webm", steady([(ALONE, 2)]))
    content = path.read_bytes()
    assert content.count(b"V_VP8") == 1
    path.write_bytes(content.replace(b"V_VP8", b"V_XYZ"))
    assert problem(path) == "recording_unknown_codec"


def test_a_recording_of_noise_only_has_no_frames(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", steady([(ALONE, 4)]), codec="libx264", noise=True)
    content = bytearray(path.read_bytes())
    start, end = content.index(b"mdat") + 4, content.index(b"moov") - 4
    content[start:end] = bytes(end - start)
    path.write_bytes(content)
    assert problem(path) == "recording_no_frames"


def test_failing_storage_is_not_a_missing_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_video(tmp_path / "a.webm", steady([(ALONE, 1)]))

    def fail(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", fail)
    with pytest.raises(RetryableProctoringError):
        times(path)


def test_reading_twice_gives_the_same(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.webm", steady([(ALONE, 3)]), noise=True)
    first, second = (
        [(f.at_seconds, f.image.tobytes()) for f in sample_frames(path, Decimal(1), stats=DecodeStats())]
        for _ in range(2)
    )
    assert first == second


def test_library_version_is_known() -> None:
    assert library_version()[0].isdigit()
