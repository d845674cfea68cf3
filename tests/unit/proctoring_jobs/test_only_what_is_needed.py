"""What is decoded is what decoding everything would give: against PyAV alone, which shares no code."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import av
import numpy as np
import pytest

from proctoring_jobs.containers import DecodeStats
from proctoring_jobs.frames import grey_of, sample_frames

FORMS = {
    "keyframes each second": ("a.mp4", "libx264", 10, {"preset": "ultrafast"}),
    "sparse keyframes": ("a.mp4", "libx264", 80, {"preset": "ultrafast", "tune": "zerolatency"}),
    "frames out of order": ("a.mp4", "libx264", 20, {"preset": "medium", "bf": "3"}),
    "open groups": ("a.mp4", "libx264", 20, {"preset": "medium", "bf": "3", "x264-params": "open-gop=1"}),
    "VP8": ("a.webm", "libvpx", 40, {"deadline": "realtime", "cpu-used": "8"}),
    "VP8, hidden frames": ("a.webm", "libvpx", 40, {"auto-alt-ref": "1", "lag-in-frames": "12"}),
    "VP9": ("a.webm", "libvpx-vp9", 40, {"deadline": "realtime", "cpu-used": "8"}),
    "VP9, hidden frames": ("a.webm", "libvpx-vp9", 40, {"auto-alt-ref": "1", "lag-in-frames": "12"}),
}


def written(folder: Path, form: str) -> Path:
    """Eight seconds of moving shapes in noise, ten frames a second."""
    name, codec, group, options = FORMS[form]
    rng = np.random.default_rng(3)
    with av.open(str(folder / name), "w") as container:
        stream = container.add_stream(codec, rate=10, options=options)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        stream.codec_context.gop_size = group
        for number in range(80):
            image = rng.integers(80, 120, (64, 96, 3)).astype(np.uint8)
            image[10:40, (number * 3) % 80 : (number * 3) % 80 + 16] = (200, number * 3 % 255, 50)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode())
    return folder / name


def all_decoded(path: Path, rate: int) -> list[tuple[float, bytes]]:
    found, following = [], 0.0
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            at = float(frame.pts * frame.time_base) - container.start_time / 1_000_000
            if at * rate >= following - 1e-6:
                following = int(at * rate + 1e-6) + 1
                found.append((round(at, 3), frame.to_ndarray(format="bgr24").tobytes()))
    return found


@pytest.mark.parametrize("form", FORMS)
def test_the_pictures_are_those_of_a_whole_decoding(tmp_path: Path, form: str) -> None:
    path = written(tmp_path, form)
    for rate in (1, 2):
        stats = DecodeStats()
        ours = [
            (float(f.at_seconds), f.image.tobytes()) for f in sample_frames(path, Decimal(rate), stats=stats)
        ]
        assert ours == all_decoded(path, rate)
        assert len(ours) == 8 * rate
        assert stats.count_packets_lost == 0


def test_where_keyframes_are_dense_they_alone_are_decoded(tmp_path: Path) -> None:
    stats = DecodeStats()
    assert len(list(sample_frames(written(tmp_path, "keyframes each second"), Decimal(1), stats=stats))) == 8
    assert (stats.count_packets, stats.count_frames) == (80, 8)


def test_levels_of_grey_are_those_of_the_picture(tmp_path: Path) -> None:
    with av.open(str(written(tmp_path, "VP8"))) as container:
        frame = next(container.decode(video=0))
    expected = frame.to_ndarray(format="gray").astype(float)[::4, ::4]
    assert np.abs(grey_of(frame) - expected).mean() < 2
    high = frame.reformat(format="yuv420p10le")
    assert np.abs(grey_of(high) - expected).mean() < 2


def test_pictures_are_made_no_longer_than_asked(tmp_path: Path) -> None:
    path = written(tmp_path, "VP8")
    frame = next(iter(sample_frames(path, Decimal(1), stats=DecodeStats(), longest=48)))
    assert (frame.image.shape, frame.scale) == ((32, 48, 3), 0.5)
    whole = next(iter(sample_frames(path, Decimal(1), stats=DecodeStats(), longest=480)))
    assert (whole.image.shape, whole.scale) == ((64, 96, 3), 1.0)
