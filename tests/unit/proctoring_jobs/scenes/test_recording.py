from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from proctoring_jobs.containers import DecodeStats
from proctoring_jobs.frames import sample_frames
from proctoring_jobs.manifest import file_sha256, read_manifest
from proctoring_jobs.scenes.recording import (
    BROWSER_VP8,
    FORMS,
    PLATFORM_MP4,
    RecordingForm,
    frame_times,
    pieces,
    seconds_of,
    write_recording,
)
from proctoring_jobs.scenes.script import KnownIncident, SceneScript

SMALL = (160, 120)
QUIET = SceneScript("quiet", 5)


def decoded(path: Path) -> tuple[list[Decimal], DecodeStats]:
    stats = DecodeStats()
    return [frame.at_seconds for frame in sample_frames(path, Decimal(1), stats=stats)], stats


def sound_seconds(path: Path) -> float:
    import av

    with av.open(str(path)) as container:
        return sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))


@pytest.mark.parametrize(
    ("name", "codec", "has_length"),
    [("vp8", "vp8", False), ("vp9", "vp9", False), ("fragments", "h264", True), ("h264", "h264", True)],
)
def test_each_form_is_what_browsers_and_platforms_write(
    tmp_path: Path, name: str, codec: str, has_length: bool
) -> None:
    made = write_recording(QUIET, tmp_path, "S1", replace(FORMS[name], size=SMALL, rate=4))
    times, stats = decoded(made.files[0])
    assert (stats.codec, stats.length_seconds is not None) == (codec, has_length)
    assert (len(times), stats.count_packets_lost) == (5, 0)
    assert sound_seconds(made.files[0]) == pytest.approx(5, abs=0.15)


def test_fragments_carry_no_length_in_front(tmp_path: Path) -> None:
    made = write_recording(QUIET, tmp_path, "S1", replace(FORMS["fragments"], size=SMALL, rate=4))
    header = made.files[0].read_bytes()
    at = header.index(b"mvhd") + 4
    assert int.from_bytes(header[at + 16 : at + 20], "big") == 0


def test_a_browsers_frames_come_irregularly_and_a_platforms_evenly() -> None:
    times = frame_times(QUIET, BROWSER_VP8, 0, 60)
    steps = {after - before for before, after in zip(times, times[1:], strict=False)}
    assert times[0] == 0
    assert min(steps) > 0
    assert len(steps) > 20
    even = frame_times(QUIET, PLATFORM_MP4, 0, 60)
    assert even == [200 * number for number in range(300)]


def test_a_sitting_in_pieces_with_a_gap(tmp_path: Path) -> None:
    script = SceneScript("gap", 12, (KnownIncident("video_missing", 4, 8),))
    form = replace(PLATFORM_MP4, size=SMALL, rate=2, split_at=(2.0,))
    made = write_recording(script, tmp_path, "S-2", form)
    manifest = read_manifest(made.manifest)
    assert [float(file.started_seconds) for file in manifest.files] == [0, 2, 8]
    assert [len(decoded(file.path)[0]) for file in manifest.files] == [2, 2, 4]
    assert [file.sha256 for file in manifest.files] == [file_sha256(path) for path in made.files]
    assert (manifest.sitting_id, manifest.duration_seconds) == ("S-2", 12)


@pytest.mark.parametrize(
    ("gaps", "cuts", "expected"),
    [
        ([], (), [(0, 20)]),
        ([(5, 9)], (), [(0, 5), (9, 20)]),
        ([(0, 3), (18, 20)], (10,), [(3, 10), (10, 18)]),
        ([(0, 20)], (), []),
    ],
)
def test_pieces(gaps: list[tuple], cuts: tuple, expected: list[tuple]) -> None:
    script = SceneScript("p", 20, tuple(KnownIncident("video_missing", *gap) for gap in gaps))
    assert pieces(script, replace(BROWSER_VP8, split_at=cuts)) == expected


def test_sound_in_a_file_of_its_own(tmp_path: Path) -> None:
    form: RecordingForm = replace(BROWSER_VP8, size=SMALL, rate=2, sound="apart")
    made = write_recording(QUIET, tmp_path, "S1", form)
    assert [path.name for path in (*made.files, *made.sound_files)] == ["S1.webm", "S1.sound.webm"]
    assert sound_seconds(made.sound_files[0]) == pytest.approx(5, abs=0.15)
    with pytest.raises(IndexError):
        sound_seconds(made.files[0])


def test_the_same_script_is_the_same_recording(tmp_path: Path) -> None:
    form = replace(BROWSER_VP8, size=SMALL, rate=2)
    first, second = (write_recording(QUIET, tmp_path / name, "S1", form) for name in "ab")
    assert decoded(first.files[0])[0] == decoded(second.files[0])[0]
    images = [
        [frame.image.tobytes() for frame in sample_frames(made.files[0], Decimal(1), stats=DecodeStats())]
        for made in (first, second)
    ]
    assert images[0] == images[1]


def test_an_incident_as_the_feed_writes_it() -> None:
    assert seconds_of(KnownIncident("phone", 7.3, 12.1)) == (Decimal("7.3"), Decimal("4.8"))
