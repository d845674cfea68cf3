"""Small recordings for tests, and a detector that reads what they show from their brightness.

Each shade of grey stands for a scene, far enough apart to survive lossy codecs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from proctoring_jobs.detector import ModelIdentity
from proctoring_jobs.signals import Detection

ALONE, EMPTY, TWO, PHONE = 40, 100, 160, 220

LEFT, RIGHT, SMALL = (0.0, 0.0, 30.0, 60.0), (40.0, 0.0, 80.0, 60.0), (5.0, 5.0, 15.0, 25.0)
SCENES = {
    ALONE: (Detection("person", 0.9, LEFT),),
    EMPTY: (),
    TWO: (Detection("person", 0.9, LEFT), Detection("person", 0.75, RIGHT)),
    PHONE: (Detection("person", 0.9, LEFT), Detection("cell phone", 0.6, SMALL)),
}


#: Encoders as browsers set them: quick, which is what tests need too.
QUICK = {
    "libvpx": {"deadline": "realtime", "cpu-used": "8"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
    "libx264": {"preset": "ultrafast"},
}


class BrightnessDetector:
    """A detector without a model: the shade of the picture names the scene."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.identity = ModelIdentity("brightness", "0" * 64, (("fake", "1"),))

    def detect(self, images: Sequence[np.ndarray]) -> list[tuple[Detection, ...]]:
        self.batches.append(len(images))
        return [SCENES[min(SCENES, key=lambda shade: abs(shade - float(image.mean())))] for image in images]


def steady(shades: Iterable[tuple[int, int]], fps: int = 5) -> list[tuple[int, int]]:
    """(milliseconds, shade) of every frame at a constant rate, from (shade, seconds) pieces."""
    frames = [shade for shade, seconds in shades for _ in range(seconds * fps)]
    return [(number * 1000 // fps, shade) for number, shade in enumerate(frames)]


def write_video(
    path: Path,
    frames: Iterable[tuple[int, int]],
    *,
    codec: str = "libvpx",
    size: tuple[int, int] = (64, 64),
    noise: bool = False,
    camera: str = "live",
    options: dict[str, str] | None = None,
) -> Path:
    """Write frames given as (milliseconds, shade of grey); the container follows from the suffix.

    camera: live, still (it repeats its picture), covered.
    """
    import av

    random = np.random.default_rng(7)
    with av.open(str(path), "w", options=options or {}) as container:
        stream = container.add_stream(codec, rate=5, options=QUICK.get(codec, {}))
        stream.codec_context.thread_count = 1
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, 1000)
        stream.codec_context.time_base = Fraction(1, 1000)
        stream.codec_context.gop_size = 10
        for number, (milliseconds, shade) in enumerate(frames):
            # a live camera has stripes that move, so that nothing is flat or still; a covered one none
            moved = number if camera == "live" else 0
            stripes = ((np.arange(size[0]) // 8 + moved) % 2 * 40 - 20) * (camera != "covered")
            image = np.clip(np.full((size[1], size[0], 3), shade) + stripes[None, :, None], 0, 255)
            image = image.astype(np.uint8)
            if noise:
                image += random.integers(0, 30, image.shape, dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            frame.pts, frame.time_base = milliseconds, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def write_sound(path: Path, seconds: int = 1, samples: np.ndarray | None = None) -> Path:
    """A recording with sound only: silence, or samples from -1 to 1 at 48 kHz."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("libopus", rate=48_000)
        whole = np.zeros(seconds * 48_000) if samples is None else samples
        for number in range(len(whole) // 960):
            part = np.round(whole[None, number * 960 : (number + 1) * 960] * 32_767).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(part, format="s16", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = 48_000, number * 960, Fraction(1, 48_000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
