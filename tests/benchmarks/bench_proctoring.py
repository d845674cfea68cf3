"""What going through a recording costs, as ratios against the bare thing underneath.

Run: `.venv/bin/python -m tests.benchmarks.bench_proctoring [--minutes 25] [--forms vp9 h264]`. For each form
of recording, core-seconds of

- (a) `YOLO(...).predict(source=video, stream=True, vid_stride=…)`, as somebody would write it first;
- (b) ours: sound, hashes, incidents, second look, evidence and files included; without the sound; and with
  the gate, which is off by default: whether the incidents stay the same is to be seen here;
- (c) the limit: bare PyAV decoding of the frames needed, and bare OpenVINO inference of the same frames.

All with the shipped model at its size, one picture a second. Each way runs in a process of its own, on one
core. Results are kept in docs/performance.md. Not a test: nothing here passes or fails. People are drawn.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

RATE = 20
MODEL = "demo-yolo26"
#: Form → codec, seconds between keyframes: sparse, so that every frame must be decoded, and dense.
FORMS = {"vp9": ("libvpx-vp9", 10, ".webm"), "h264": ("libx264", 1, ".mp4"), "vp8": ("libvpx", 10, ".webm")}
WAYS = (
    *("a: predict(video)", "b: ours", "b: ours, no sound", "b: ours, no sound, gate"),
    *("c: decode", "c: decode and infer"),
)
#: Of the gate, levels of grey: above the noise of the drawn recordings.
GATE = 3.0


def write_drawn(folder: Path, form: str, minutes: float) -> Path:
    """A recording with incidents, drawn twice a second and with new noise in each of 20 frames a second."""
    import av
    import numpy as np

    from proctoring_jobs.scenes.recording import CODEC_OPTIONS, sound_of
    from proctoring_jobs.scenes.render import draw
    from proctoring_jobs.scenes.script import KINDS, SPEECH, random_script

    codec, group, suffix = FORMS[form]
    seconds = round(minutes * 60)
    script = random_script(f"bench {form}", seconds, [*KINDS[:5], SPEECH])
    noises = np.random.default_rng(4).integers(0, 7, (16, 480, 640, 3), dtype=np.uint8)
    path = folder / f"{form}{suffix}"
    with av.open(str(path), "w") as container:
        video = container.add_stream(codec, rate=RATE, options=CODEC_OPTIONS[codec])
        video.width, video.height, video.pix_fmt = 640, 480, "yuv420p"
        video.codec_context.gop_size = group * RATE
        sound = container.add_stream("libopus" if suffix == ".webm" else "aac", rate=16_000)
        sound.layout = "mono"
        for number in range(seconds * RATE):
            if number % (RATE // 2) == 0:
                image = np.minimum(draw(script.scene_at(number / RATE)).image, 248)
            frame = av.VideoFrame.from_ndarray(image + noises[number % 16], format="bgr24")
            container.mux(video.encode(frame))
        container.mux(video.encode())
        if not sound.codec_context.is_open:
            sound.codec_context.open()
        size = sound.codec_context.frame_size or 1024
        samples = np.round(sound_of(script, 0, seconds) * 32_767).astype(np.int16)
        for first in range(0, len(samples) - size, size):
            piece = samples[None, first : first + size]
            part = av.AudioFrame.from_ndarray(piece, format="s16", layout="mono")
            part.sample_rate, part.pts = 16_000, first
            container.mux(sound.encode(part))
        container.mux(sound.encode())
    return path


def predict_video(path: Path) -> dict[str, Any]:
    """(a): every frame through the library's own reader; each twentieth is inferred.

    Ultralytics imports torchvision there for an operator that `nms=False` leaves unused; beside a Torch for
    the processor it often cannot be loaded, so that an empty module stands for it.
    """
    sys.modules["torchvision"] = ModuleType("torchvision")
    from proctoring_jobs.config import config_for_model
    from proctoring_jobs.detector import _import_yolo

    config = config_for_model(MODEL)
    model = _import_yolo()(str(config.weights), task="detect")
    count = 0
    for _ in model.predict(
        source=str(path), stream=True, vid_stride=RATE, imgsz=config.image_size, nms=False, verbose=False
    ):
        count += 1
    return {"samples": count}


def ours(path: Path, sound: str, gate: float = 0) -> dict[str, Any]:
    """(b): the whole sitting, everything written."""
    from proctoring_jobs.config import config_for_model
    from proctoring_jobs.detector import load_detector
    from proctoring_jobs.manifest import RecordingFile, SittingManifest
    from proctoring_jobs.session import run_sitting

    config = replace(config_for_model(MODEL), sound=sound, gate_change=gate)
    with tempfile.TemporaryDirectory() as folder:
        manifest = SittingManifest("B1", None, (RecordingFile(path),))
        report = run_sitting(manifest, config, load_detector(config), Path(folder))
    return {"samples": report.count_samples, "found": report.count_by_type}


def bare(path: Path, *, infers: bool) -> dict[str, Any]:
    """(c): no clock but the stream's, no rule, no file; the frames that the first look needs, in batches."""
    import av
    import numpy as np
    import openvino

    from proctoring_jobs.config import config_for_model
    from proctoring_jobs.containers import DecodeStats
    from proctoring_jobs.frames import read_index
    from proctoring_jobs.openvino_detector import EXACT
    from proctoring_jobs.timeline import groups, slots_by_group, wanted_pictures

    index = read_index(path, stats=DecodeStats())
    wanted = wanted_pictures(index.marks, Decimal(1))
    times, numbers = set(wanted.slots.values()), groups(index.marks)
    slots_of = slots_by_group(index.marks, wanted).items()
    last = {group: max(wanted.slots[slot] for slot in slots) for group, slots in slots_of}
    needed = [m.at_seconds <= last.get(g, -1) for m, g in zip(index.marks, numbers, strict=True)]
    config = config_for_model(MODEL)
    compiled = openvino.Core().compile_model(str(config.weights), "CPU", EXACT) if infers else None
    count, held = 0, []
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        place = -1
        for packet in container.demux(stream):
            place += 1
            if packet.size and not needed[place]:
                continue
            for frame in packet.decode():
                at = Decimal(frame.pts * frame.time_base.numerator) / frame.time_base.denominator
                if round(at, 3) not in times:
                    continue
                count += 1
                if compiled is None:
                    continue
                held.append(frame.reformat(384, 288, "rgb24").to_ndarray())
                if len(held) == 16:
                    compiled(np.ascontiguousarray(np.stack(held).transpose(0, 3, 1, 2), np.float32) / 255)
                    held = []
        if held and compiled is not None:
            compiled(np.ascontiguousarray(np.stack(held).transpose(0, 3, 1, 2), np.float32) / 255)
    return {"samples": count}


def one_way(way: str, path: Path) -> None:
    """Run one way in this process and print what it cost."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    work = {
        WAYS[0]: lambda: predict_video(path),
        WAYS[1]: lambda: ours(path, "expected"),
        WAYS[2]: lambda: ours(path, "ignored"),
        WAYS[3]: lambda: ours(path, "ignored", GATE),
        WAYS[4]: lambda: bare(path, infers=False),
        WAYS[5]: lambda: bare(path, infers=True),
    }[way]
    found = work()
    used = resource.getrusage(resource.RUSAGE_SELF)
    # not ru_maxrss, which begins with the memory of the process that started this one
    status = Path("/proc/self/status").read_text(encoding="utf-8").split()
    peak = int(status[status.index("VmHWM:") + 1]) // 1024
    found |= {"core_seconds": used.ru_utime + used.ru_stime, "peak_mb": peak}
    sys.stdout.write("\n" + json.dumps(found) + "\n")


def main() -> None:
    """Write the recordings, measure each way, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=25)
    parser.add_argument("--forms", nargs="+", default=["vp9", "h264"], choices=FORMS)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--way", choices=WAYS)
    parser.add_argument("--recording", type=Path)
    options = parser.parse_args()
    if options.way:
        one_way(options.way, options.recording)
        return
    with tempfile.TemporaryDirectory() as folder:
        for form in options.forms:
            path = write_drawn(Path(folder), form, options.minutes)
            sys.stdout.write(f"{form}: {path.stat().st_size / 1e6:.0f} MB\n")
            costs = {way: _cost(way, path, options.rounds) for way in WAYS}
            limit = costs[WAYS[5]]["core_seconds"]
            for way, cost in costs.items():
                ratio = cost["core_seconds"] / limit
                sys.stdout.write(f"  {way:22} {cost['core_seconds']:7.1f} core-s  {ratio:5.2f} × c  {cost}\n")


def _cost(way: str, path: Path, rounds: int) -> dict[str, Any]:
    """The cheapest of some rounds, each in a process of its own."""
    module = "tests.benchmarks.bench_proctoring"
    command = [sys.executable, "-m", module, "--way", way, "--recording", str(path)]
    found = []
    for _ in range(rounds):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.stderr.write(done.stderr[-2000:])
            raise SystemExit(f"{way} failed")
        found.append(json.loads(done.stdout.strip().splitlines()[-1]))
    return min(found, key=lambda cost: cost["core_seconds"])


if __name__ == "__main__":
    main()
