"""What a reviewer sees of an incident: its clearest picture with boxes, a short clip, and why it was raised.

Belongs here: choosing, drawing and cutting evidence, its files. Does not belong here: finding incidents
(`incidents.py`), deleting evidence (`retention.py`).

A sitting's evidence is one folder, `evidence/SITTING/`: `SIGNAL.jpg`, `SIGNAL.webm` or `.mp4`, and
`evidence.json`, which says of each signal the rule and thresholds that raised it, what saw it, and the
SHA-256 of its files. Clips are cut, not encoded anew: what a reviewer sees is what the camera wrote.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.containers import DecodeStats, open_recording, packets_of, seconds_of, start_of
from proctoring_jobs.errors import RecordingUnreadableError, RetryableProctoringError
from proctoring_jobs.frames import SampledFrame, decode_pictures
from proctoring_jobs.incidents import SOUND_MISSING, SPEECH, VIDEO_MISSING, Rule, raw_states
from proctoring_jobs.output import EVIDENCE, Signal
from proctoring_jobs.pieces import Piece
from proctoring_jobs.signals import PERSON, REQUIRED_LABELS, Observation
from proctoring_jobs.timeline import Wanted

logger = logging.getLogger(__name__)

INDEX = "evidence.json"

#: Keyframes further apart than this (seconds) would make a clip of minutes: then there is a picture only.
LONGEST_LEAD = Decimal(120)
#: Longest side of an evidence picture, pixels, and its quality in the words of JPEG.
LONGEST, QUALITY = 1280, 85
#: Colours of the boxes (blue, green, red), one a class, told apart by people who see no red or green too.
COLOURS = dict(
    zip(REQUIRED_LABELS, ((178, 114, 0), (0, 94, 213), (0, 159, 230), (167, 121, 204)), strict=True)
)


@dataclass(frozen=True)
class Exhibit:
    """One signal with what is to be shown of it: the piece, the observation, the rule that raised it."""

    signal: Signal
    piece: Piece | None
    observation: Observation | None
    rule: Mapping[str, Any]


def exhibits(
    signals: Iterable[Signal], pieces: Sequence[Piece], rules: Sequence[Rule], config: ProctoringConfig
) -> list[Exhibit]:
    """What is to be shown of each signal; nothing of what could not be seen or heard."""
    by_code = {rule.signal_type_code: rule for rule in rules}
    return [_exhibit(signal, pieces, by_code.get(signal.signal_type_code), config) for signal in signals]


def _exhibit(signal: Signal, pieces: Sequence[Piece], rule: Rule | None, config: ProctoringConfig) -> Exhibit:
    """The observation within the signal that shows it best: of the highest score, the first of equals."""
    code = signal.signal_type_code
    said = thresholds(code, rule, config)
    if code in (VIDEO_MISSING, SOUND_MISSING):
        return Exhibit(signal, None, None, said)
    started, ended = signal.started_seconds, signal.started_seconds + signal.duration_seconds
    best: tuple[float, Decimal] | None = None
    shown: tuple[Piece | None, Observation | None] = (None, None)
    for piece in pieces:
        inside = [o for o in piece.observations if started <= o.at_seconds < ended]
        scores = raw_states(inside, rule)[1] if rule else [0.0] * len(inside)
        for observation, score in zip(inside, scores, strict=True):
            if best is None or (-score, observation.at_seconds) < best:
                best, shown = (-score, observation.at_seconds), (piece, observation)
    if code == SPEECH:
        shown = (_piece_heard_at(pieces, started), None)
    return Exhibit(signal, *shown, said)


def _piece_heard_at(pieces: Sequence[Piece], at: Decimal) -> Piece | None:
    """The piece whose sound holds a moment of the sitting; sound may be in a file without a picture."""
    heard = [p for p in pieces if p.hearings and p.hearings[0].at_seconds <= at]
    return max(heard, key=lambda p: p.file.started_seconds, default=None)


def thresholds(code: str, rule: Rule | None, config: ProctoringConfig) -> dict[str, Any]:
    """The rule behind a kind of signal and its numbers, as they stood in the run."""
    shared = {"kind": code, "merge_gap_seconds": str(config.merge_gap_seconds)}
    if rule is not None:
        return shared | {
            "on": rule.on,
            "off": rule.off,
            "votes": rule.votes,
            "window": rule.window,
            "minimum_seconds": str(rule.minimum_seconds),
            "sample_rate": str(config.sample_rate),
            "second_look": config.second_look if rule.is_looked_at_again else 1,
        }
    if code == SPEECH:
        return shared | {
            "on": config.speech_on,
            "off": config.speech_off,
            "pause_seconds": str(config.speech_pause_seconds),
            "minimum_seconds": str(config.speech_seconds),
        }
    return shared | {"minimum_seconds": str(config.missing_seconds)}


def write_evidence(
    out_dir: Path,
    sitting_id: str,
    shown: Sequence[Exhibit],
    config: ProctoringConfig,
    facts: Mapping[str, Any],
) -> Path:
    """Write a sitting's evidence, all of it or nothing, in place of an earlier one; the folder's path.

    `facts` are about the run: models, libraries, device, batch size, hash of the configuration. What cannot
    be shown is named in the index with the reason. Raises `RetryableProctoringError` when the storage fails.
    """
    folder = out_dir / EVIDENCE / sitting_id
    temporary = folder.with_name(f".{sitting_id}.{secrets.token_hex(4)}.tmp")
    try:
        temporary.mkdir(parents=True)
        try:
            pictures = _pictures(shown)
            items = [_item(one, pictures.get(one.signal.signal_id), temporary, config) for one in shown]
            content = {"sitting_id": sitting_id, **facts, "signals": items}
            index = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
            (temporary / INDEX).write_text(index, encoding="utf-8")
            _replace(temporary, folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    except OSError as error:
        raise RetryableProctoringError("storage_failed", file=folder.name, detail=error.strerror) from error
    return folder


def _replace(new: Path, folder: Path) -> None:
    """Put a folder in the place of another; the time without either is that of two renames."""
    if folder.exists():
        old = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.tmp")
        folder.rename(old)
        new.rename(folder)
        shutil.rmtree(old)
    else:
        new.rename(folder)


def _item(
    one: Exhibit, picture: SampledFrame | None, folder: Path, config: ProctoringConfig
) -> dict[str, Any]:
    """Write the files of one signal; its entry in the index."""
    signal = one.signal
    item: dict[str, Any] = {
        "signal_id": signal.signal_id,
        "signal_type_code": signal.signal_type_code,
        "started_seconds": str(signal.started_seconds),
        "duration_seconds": str(signal.duration_seconds),
        "confidence": str(signal.confidence),
        "found_by": signal.model_code,
        "rule": dict(one.rule),
        "frame": None,
        "clip": None,
    }
    if picture is not None and one.observation is not None:
        item["frame"] = _write_frame(folder / f"{signal.signal_id}.jpg", picture, one.observation)
    if one.piece is not None and one.piece.problem is None:
        item["clip"] = _write_clip(folder, one, config)
    return item


def _pictures(shown: Sequence[Exhibit]) -> dict[str, SampledFrame]:
    """The picture of each signal, out of one more pass over each piece that has any to show."""
    found: dict[str, SampledFrame] = {}
    pieces = {id(one.piece): one.piece for one in shown if one.piece is not None}
    for key, piece in pieces.items():
        wanted: dict[Decimal, list[str]] = {}
        for one in shown:
            if id(one.piece) == key and one.observation is not None:
                at = one.observation.at_seconds - piece.file.started_seconds
                wanted.setdefault(at, []).append(one.signal.signal_id)
        if not wanted or piece.index is None:
            continue
        rate = Decimal(1000)  # times are whole milliseconds: each has a slot of its own
        slots = Wanted(rate, {int(at * rate): at for at in wanted})
        for frame in decode_pictures(piece.index, slots, stats=DecodeStats(), longest=LONGEST):
            for signal_id in wanted.get(frame.at_seconds, ()):
                found[signal_id] = frame
    return found


def _write_frame(path: Path, picture: SampledFrame, observation: Observation) -> dict[str, Any]:
    """The picture with the boxes of what was seen, as JPEG; what is said of it in the index.

    Boxes are in the pixels of the recording; the picture may be smaller.
    """
    import cv2
    import numpy as np

    drawn = np.ascontiguousarray(picture.image)
    for detection in observation.detections:
        left, top, right, bottom = (round(side * picture.scale) for side in detection.box)
        colour = COLOURS[detection.label]
        cv2.rectangle(drawn, (left, top), (right, bottom), colour, 2)
        label = f"{detection.label} {detection.confidence:.2f}"
        cv2.putText(drawn, label, (left + 3, max(12, top - 4)), cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, 1)
    written, content = cv2.imencode(".jpg", drawn, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not written:
        raise OSError(0, "JPEG", str(path.name))
    path.write_bytes(content.tobytes())
    return {
        "file": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "at_seconds": str(observation.at_seconds),
        "boxes": [
            {
                "label": d.label,
                "confidence": round(d.confidence, 4),
                "box": [round(side, 1) for side in d.box],
            }
            for d in observation.detections
        ],
        "persons": sum(d.label == PERSON for d in observation.detections),
    }


def _write_clip(folder: Path, one: Exhibit, config: ProctoringConfig) -> dict[str, Any]:
    """Cut the clip of a signal out of its piece; what is said of it in the index, or why there is none."""
    piece, signal = one.piece, one.signal
    assert piece is not None
    own = signal.started_seconds - piece.file.started_seconds
    ended = own + min(signal.duration_seconds, config.clip_seconds)
    try:
        cut = cut_clip(
            piece.file.path,
            folder / signal.signal_id,
            own - config.clip_before_seconds,
            ended + config.sample_period,
        )
    except RecordingUnreadableError as error:
        logger.warning("no clip of signal %s: %s", signal.signal_id, error.message_key)
        return {"file": None, "reason": error.message_key}
    return {
        "file": cut.path.name,
        "sha256": hashlib.sha256(cut.path.read_bytes()).hexdigest(),
        "started_seconds": str(piece.file.started_seconds + cut.started),
    }


@dataclass(frozen=True)
class Clip:
    """A clip's file, and where in the piece it begins, seconds."""

    path: Path
    started: Decimal


def cut_clip(recording: Path, stem: Path, started: Decimal, ended: Decimal) -> Clip:
    """Copy a stretch (seconds of the recording) with its sound to `stem` and a suffix, without encoding anew.

    It begins at the last keyframe at or before `started`. Raises `RecordingUnreadableError` when nothing of
    the stretch can be copied.
    """
    import av

    with closing(open_recording(recording)) as source:
        streams = [s for s in (*source.streams.video[:1], *source.streams.audio[:1]) if s.codec_context]
        if not streams:
            raise RecordingUnreadableError("recording_no_video")
        start = start_of(source, streams[0])
        packets = _packets_between(source, streams, start, started, ended)
        if not packets:
            raise RecordingUnreadableError("clip_empty")
        if started - min(at for at, _ in packets) > LONGEST_LEAD:
            raise RecordingUnreadableError("clip_no_keyframe")
        codecs = {s.codec_context.name for s in streams}
        is_web = codecs <= {"vp8", "libvpx", "vp9", "libvpx-vp9", "av1", "opus", "libopus", "vorbis"}
        path = stem.with_name(f"{stem.name}{'.webm' if is_web else '.mp4'}")
        first = min(at for at, _ in packets)
        try:
            with av.open(str(path), "w", options={"fflags": "+bitexact"}) as target:
                copies = {s.index: target.add_stream_from_template(s) for s in streams}
                for _, packet in packets:
                    _shift(packet, start + Fraction(first))
                    packet.stream = copies[packet.stream.index]
                    target.mux(packet)
        except (av.error.FFmpegError, ValueError) as error:
            path.unlink(missing_ok=True)
            raise RecordingUnreadableError("clip_refused") from error
    return Clip(path, Decimal(str(round(float(first), 3))))


def _packets_between(
    source: Any, streams: Sequence[Any], start: Any, started: Decimal, ended: Decimal
) -> list[tuple[Decimal, Any]]:
    """(seconds of the recording, packet) of a stretch, from the keyframe before it on, as in the file."""
    stats, last_key = DecodeStats(), Decimal(0)
    held: list[tuple[Decimal, Any]] = []
    leading = streams[0]
    for packet in packets_of(source, list(streams), stats):
        at = seconds_of(packet, start)
        if not packet.size or at is None or packet.dts is None:
            continue
        if packet.stream.index == leading.index and packet.is_keyframe and at <= started:
            held, last_key = [], at
        if at > ended:
            if at > ended + 10:
                break
            continue
        held.append((at, packet))
    return [(at, packet) for at, packet in held if at >= last_key]


def _shift(packet: Any, seconds: Any) -> None:
    """Move a packet so that its clip begins at 0."""
    ticks = int(seconds / packet.time_base)
    packet.pts = None if packet.pts is None else packet.pts - ticks
    packet.dts = packet.dts - ticks
