"""Recordings of drawn sittings, as browsers and platforms write them, with what happens in them known.

Belongs here: containers, codecs, timestamps, pieces, manifests; the sound track. Does not belong here:
reading recordings (`frames.py`), what happens (`script.py`). Nothing heavy is imported before something is
written.

    script = SceneScript("S1", 60, (KnownIncident("phone", 20, 28), KnownIncident("speech", 40, 46)))
    made = write_recording(script, folder, "S25-000123-text_test-1", BROWSER_VP8)
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proctoring_jobs.manifest import file_sha256
from proctoring_jobs.scenes.parts import HEIGHT, WIDTH
from proctoring_jobs.scenes.script import SPEECH, VIDEO_MISSING, KnownIncident, SceneScript

if TYPE_CHECKING:
    import numpy as np

MILLISECONDS = Fraction(1, 1000)


@dataclass(frozen=True)
class RecordingForm:
    """How a recording is written.

    `options` go to the container. `rate` is frames a second; where it `is_variable`, frames come early,
    late or not at all, as a browser writes them. `sound`: "with" the picture, "apart" in a file of its own,
    "none". `split_at` cuts the sitting into files at these seconds; every `video_missing` cuts it too, and
    leaves a gap.
    """

    suffix: str
    codec: str
    sound_codec: str
    options: tuple[tuple[str, str], ...] = ()
    rate: float = 5.0
    is_variable: bool = True
    sound: str = "with"
    split_at: tuple[float, ...] = ()
    size: tuple[int, int] = (WIDTH, HEIGHT)


#: `MediaRecorder` of Chrome and Firefox: a live WebM without a length in its header.
BROWSER_VP8 = RecordingForm(".webm", "libvpx", "libopus", (("live", "1"),))
BROWSER_VP9 = RecordingForm(".webm", "libvpx-vp9", "libopus", (("live", "1"),))
#: `MediaRecorder` of Safari: MP4 in fragments, without a length.
BROWSER_MP4 = RecordingForm(
    ".mp4", "libx264", "aac", (("movflags", "frag_keyframe+empty_moov+default_base_moof"),)
)
#: A platform that has converted what it received: an even rate, the index in front.
PLATFORM_MP4 = RecordingForm(".mp4", "libx264", "aac", (("movflags", "+faststart"),), is_variable=False)
FORMS = {"vp8": BROWSER_VP8, "vp9": BROWSER_VP9, "fragments": BROWSER_MP4, "h264": PLATFORM_MP4}

#: Settings of the encoders: quick, and a keyframe each 10 seconds as live recorders write them.
CODEC_OPTIONS = {
    "libvpx": {"deadline": "realtime", "cpu-used": "8", "crf": "12", "b": "1500k"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "crf": "30", "b": "0", "row-mt": "0"},
    "libx264": {"preset": "ultrafast", "crf": "24"},
}


@dataclass(frozen=True)
class MadeRecording:
    """What was written: the manifest, files with the picture, files with the sound alone, and the truth."""

    manifest: Path
    files: tuple[Path, ...]
    sound_files: tuple[Path, ...]
    incidents: tuple[KnownIncident, ...]


def write_recording(script: SceneScript, folder: Path, sitting_id: str, form: RecordingForm) -> MadeRecording:
    """Draw and write the recording of a sitting, with a manifest beside it; raises `OSError`.

    The same script and form give the same pictures, times and sound; bytes may differ between versions of
    codecs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    spans = pieces(script, form)
    files, sounds = [], []
    for number, (start, end) in enumerate(spans, 1):
        stem = sitting_id if len(spans) == 1 else f"{sitting_id}.part{number}"
        files.append(_write_piece(script, folder / f"{stem}{form.suffix}", form, start, end))
        if form.sound == "apart":
            sounds.append(_write_sound(script, folder / f"{stem}.sound{form.suffix}", form, start, end))
    starts = [round(start, 3) for start, _ in spans]
    listed = [
        {"path": file.name, "started_seconds": start, "sha256": file_sha256(file)}
        for held in (files, sounds)
        for file, start in zip(held, starts, strict=False)
    ]
    manifest = folder / f"{sitting_id}.json"
    content = {"sitting_id": sitting_id, "duration_seconds": script.duration, "files": listed}
    manifest.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return MadeRecording(manifest, tuple(files), tuple(sounds), script.incidents)


def pieces(script: SceneScript, form: RecordingForm) -> list[tuple[float, float]]:
    """Stretches of the sitting that become one file each: (start, end) in seconds."""
    gaps = sorted((one.started, one.ended) for one in script.incidents if one.kind == VIDEO_MISSING)
    kept, at = [], 0.0
    for start, end in [*gaps, (script.duration, script.duration)]:
        if start > at:
            kept.append((at, min(start, script.duration)))
        at = max(at, end)
    cuts = sorted(form.split_at)
    result = []
    for start, end in kept:
        edges = [start, *(cut for cut in cuts if start < cut < end), end]
        result += list(zip(edges, edges[1:], strict=False))
    return result


def frame_times(script: SceneScript, form: RecordingForm, start: float, end: float) -> list[int]:
    """Times of the frames of a piece, milliseconds from its beginning, rising; the first is 0."""
    rng = random.Random(f"times {script.seed} {start}")
    step, times, number = 1000 / form.rate, [0], 1
    while number * step < (end - start) * 1000 - 1:
        at = number * step
        if form.is_variable:
            at += rng.uniform(-0.35, 0.35) * step
        if round(at) > times[-1] and not (form.is_variable and rng.random() < 0.06):
            times.append(round(at))
        number += 1
    return times


def sound_of(script: SceneScript, start: float, end: float) -> np.ndarray:
    """The sound of a stretch: the room, keys while the candidate types silently, speech where scripted."""
    import numpy as np

    from proctoring_jobs.scenes.sound import RATE, keyboard, room_tone, speech

    seed = random.Random(f"sound {script.seed}").randrange(1 << 30)
    track = room_tone(script.duration, seed)
    if script.is_typing:
        keys = keyboard(script.duration, seed, level=0.06)
        for _, one in script.of_kind(SPEECH):
            keys[round(one.started * RATE) : round(one.ended * RATE)] = 0
        track += keys
    for number, one in script.of_kind(SPEECH):
        first = round(one.started * RATE)
        said = speech(one.ended - one.started, seed + number)[: max(0, len(track) - first)]
        track[first : first + len(said)] += said
    return np.clip(track, -1, 1)[round(start * RATE) : round(end * RATE)]


def _write_piece(script: SceneScript, path: Path, form: RecordingForm, start: float, end: float) -> Path:
    """One file with the picture, and the sound where it goes with it."""
    import av

    with av.open(str(path), "w", options=dict(form.options)) as container:
        video = container.add_stream(form.codec, rate=round(form.rate), options=CODEC_OPTIONS[form.codec])
        video.width, video.height = form.size
        video.pix_fmt = "yuv420p"
        video.time_base = video.codec_context.time_base = MILLISECONDS
        video.codec_context.gop_size = round(10 * form.rate)
        video.codec_context.thread_count = 1
        sound = _sound_stream(container, form) if form.sound == "with" else None
        samples = _sound_frames(script, sound, start, end) if sound else iter(())
        following = next(samples, None)
        for at in frame_times(script, form, start, end):
            while sound and following is not None and following.pts * 1000 <= at * following.sample_rate:
                container.mux(sound.encode(following))
                following = next(samples, None)
            frame = av.VideoFrame.from_ndarray(_picture(script, form, start + at / 1000), format="bgr24")
            frame.pts, frame.time_base = at, MILLISECONDS
            container.mux(video.encode(frame))
        while sound and following is not None:
            container.mux(sound.encode(following))
            following = next(samples, None)
        container.mux(video.encode())
        if sound:
            container.mux(sound.encode())
    return path


def _write_sound(script: SceneScript, path: Path, form: RecordingForm, start: float, end: float) -> Path:
    """One file with the sound alone."""
    import av

    with av.open(str(path), "w", options=dict(form.options)) as container:
        stream = _sound_stream(container, form)
        for frame in _sound_frames(script, stream, start, end):
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def _picture(script: SceneScript, form: RecordingForm, seconds: float) -> np.ndarray:
    """The picture at a moment of the sitting, in the size of the recording."""
    import cv2

    from proctoring_jobs.scenes.render import draw

    image = draw(script.scene_at(seconds)).image
    if form.size != (WIDTH, HEIGHT):
        image = cv2.resize(image, form.size, interpolation=cv2.INTER_AREA)
    return image


def _sound_stream(container: Any, form: RecordingForm) -> Any:
    """A stream for speech: one channel."""
    from proctoring_jobs.scenes.sound import RATE

    stream = container.add_stream(form.sound_codec, rate=RATE)
    stream.layout = "mono"
    return stream


def _sound_frames(script: SceneScript, stream: Any, start: float, end: float) -> Iterator[Any]:
    """The sound of a stretch in frames of the codec's size."""
    import av
    import numpy as np

    from proctoring_jobs.scenes.sound import RATE

    samples = np.round(sound_of(script, start, end) * 32767).astype(np.int16)
    stream.codec_context.open()
    size = stream.codec_context.frame_size or 1024
    for first in range(0, len(samples), size):
        frame = av.AudioFrame.from_ndarray(samples[None, first : first + size], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, first, Fraction(1, RATE)
        yield frame


def seconds_of(incident: KnownIncident) -> tuple[Decimal, Decimal]:
    """Start and length of an incident as the signals feed writes them."""
    started = Decimal(str(incident.started))
    return started, Decimal(str(incident.ended)) - started
