"""One sitting from recording to signals file: joins frames, sound, detector, incidents and output.

Belongs here: the order of the steps for one sitting, and what a recording that cannot be read leads to. Does
not belong here: many sittings at once, retries (callers), decisions about candidates (people; policy A28).

Memory stays bounded: one batch of pictures at a time, detections only are kept.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.containers import DecodeStats, library_version
from proctoring_jobs.detector import Detector
from proctoring_jobs.errors import RecordingUnreadableError, RetryableProctoringError
from proctoring_jobs.frames import SampledFrame, sample_frames
from proctoring_jobs.incidents import (
    SOUND_MISSING,
    SPEECH,
    VIDEO_MISSING,
    Incident,
    Span,
    find_incidents,
    incident_rules,
    missing_incidents,
    speech_incidents,
    unseen_spans,
    without,
)
from proctoring_jobs.manifest import RecordingFile, SittingManifest, file_sha256, fingerprints
from proctoring_jobs.output import build_signals, signals_path, write_signals
from proctoring_jobs.signals import Hearing, Observation
from proctoring_jobs.sound import WINDOW_SECONDS, SpeechModel, has_picture, hearings

if TYPE_CHECKING:
    from collections.abc import Sequence

logger = logging.getLogger(__name__)


@dataclass
class FileOutcome:
    """What one piece of a recording gave, in sitting time, and why it could not be read.

    `has_picture`: a piece may hold the sound alone.
    """

    stats: DecodeStats = field(default_factory=DecodeStats)
    sound: DecodeStats = field(default_factory=DecodeStats)
    observations: list[Observation] = field(default_factory=list)
    hearings: list[Hearing] = field(default_factory=list)
    problem: str | None = None
    has_picture: bool = True


@dataclass(frozen=True)
class SittingReport:
    """What a run made of one sitting. On what is unseen or unheard a person decides (A30)."""

    sitting_id: str
    path: Path
    duration_seconds: Decimal
    unseen_seconds: Decimal
    unheard_seconds: Decimal
    count_samples: int
    count_packets_lost: int
    count_by_type: dict[str, int]
    problems: tuple[str, ...]

    @property
    def is_inconclusive(self) -> bool:
        """Whether anything could not be seen or heard: a person must decide (A30)."""
        return bool(self.unseen_seconds or self.unheard_seconds or self.problems)


def run_sitting(
    manifest: SittingManifest, config: ProctoringConfig, detector: Detector, out_dir: Path
) -> SittingReport:
    """Find the incidents of one sitting and write its signals file into `out_dir`, replacing an earlier one.

    A piece that is absent, altered or undecodable becomes `video_missing` for its whole stretch, and so does
    any stretch without picture of `missing_seconds` or more; without sound, where it is expected, it becomes
    `sound_missing`. Raises `RetryableProctoringError` when the storage fails; then nothing is written.
    """
    prints = fingerprints(manifest)  # before reading: what changes meanwhile is done again
    speech = SpeechModel()
    outcomes = [
        _read_file(file, number, manifest, config, detector, speech)
        for number, file in enumerate(manifest.files, 1)
    ]
    observations = [observation for outcome in outcomes for observation in outcome.observations]
    duration = _duration(manifest, outcomes, config)
    unseen = [
        *_unreadable_spans(manifest.files, outcomes, duration),
        *unseen_spans(
            (o.at_seconds for o in observations),
            duration=duration,
            period=config.sample_period,
            minimum=config.missing_seconds,
        ),
    ]
    heard = [hearing for outcome in outcomes for hearing in outcome.hearings]
    missing = missing_incidents(unseen) + missing_incidents(
        _unheard(heard, config, duration, unseen), SOUND_MISSING
    )
    said = speech_incidents(heard, config, window=WINDOW_SECONDS, duration=duration)
    found = find_incidents(
        observations,
        incident_rules(config),
        period=config.sample_period,
        gap=config.merge_gap_seconds,
        duration=duration,
    )
    incidents = [*missing, *found, *said]
    report = _report(manifest, out_dir, duration, outcomes, incidents)
    fingerprint = prints.as_found if report.problems else prints.by_content
    _write(report, incidents, config, fingerprint, model_code(detector, config), speech_code(speech))
    return report


def model_code(detector: Detector, config: ProctoringConfig) -> str:
    """Model, weights hash, library versions, device and batch size in one code: enough to repeat a row."""
    identity = detector.identity
    libraries = (*identity.libraries, ("av", library_version()))
    versions = "/".join(f"{name}-{number}" for name, number in libraries)
    return f"{identity.name}/sha256-{identity.sha256}/{versions}/{config.device}/batch-{config.batch_size}"


def speech_code(speech: SpeechModel) -> str:
    """The same of the model that hears."""
    return f"{speech.code}/av-{library_version()}/cpu"


def _read_file(
    file: RecordingFile,
    number: int,
    manifest: SittingManifest,
    config: ProctoringConfig,
    detector: Detector,
    speech: SpeechModel,
) -> FileOutcome:
    """What one piece holds, in sitting time. An unreadable piece is a result, not a failure."""
    outcome = FileOutcome()
    until = None if manifest.duration_seconds is None else manifest.duration_seconds - file.started_seconds
    try:
        _check_hash(file)
        if config.sound != "ignored":
            outcome.hearings = [
                Hearing(file.started_seconds + hearing.at_seconds, hearing.speech)
                for hearing in hearings(file.path, speech, stats=outcome.sound, until=until)
            ]
            outcome.has_picture = not outcome.hearings or has_picture(file.path)
        if outcome.has_picture:
            frames = sample_frames(file.path, config.sample_rate, stats=outcome.stats, until=until)
            for batch in _batches(frames, config.batch_size):
                outcome.observations += _observe(batch, file.started_seconds, detector)
    except RecordingUnreadableError as error:
        outcome.problem = error.message_key
        logger.warning(
            "sitting %s, file %s: %s; inconclusive (A30)", manifest.sitting_id, number, error.message_key
        )
    stats = outcome.stats
    logger.info("sitting %s, file %s: %s", manifest.sitting_id, number, stats)
    if stats.count_packets_lost or stats.count_frames_corrupt or stats.is_cut_short:
        logger.warning(
            "sitting %s, file %s is damaged: %s of %s packets lost, %s frames corrupt, cut short: %s",
            manifest.sitting_id,
            number,
            stats.count_packets_lost,
            stats.count_packets,
            stats.count_frames_corrupt,
            stats.is_cut_short,
        )
    return outcome


def _check_hash(file: RecordingFile) -> None:
    """Refuse a piece that is not the one the manifest names."""
    if file.sha256 is None:
        return
    try:
        found = file_sha256(file.path)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise RecordingUnreadableError("recording_absent") from error
    except OSError as error:
        raise RetryableProctoringError(
            "storage_failed", file=file.path.name, detail=error.strerror
        ) from error
    if found != file.sha256:
        raise RecordingUnreadableError("recording_altered")


def _batches(frames: Iterable[SampledFrame], size: int) -> Iterator[list[SampledFrame]]:
    """Frames in lists of `size`, the last one shorter."""
    batch: list[SampledFrame] = []
    for frame in frames:
        batch.append(frame)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _observe(batch: Sequence[SampledFrame], started: Decimal, detector: Detector) -> list[Observation]:
    """Detections of a batch, at their times in the sitting."""
    found = detector.detect([frame.image for frame in batch])
    return [
        Observation(started + frame.at_seconds, detections, frame.picture)
        for frame, detections in zip(batch, found, strict=True)
    ]


def _duration(
    manifest: SittingManifest, outcomes: Sequence[FileOutcome], config: ProctoringConfig
) -> Decimal:
    """Length of the sitting in seconds: the manifest's, else up to the end of its last piece, else 0."""
    if manifest.duration_seconds is not None:
        return manifest.duration_seconds
    pairs = zip(manifest.files, outcomes, strict=True)
    return max(
        (
            file.started_seconds
            + max(_length(outcome.stats, config.sample_period), _length(outcome.sound, WINDOW_SECONDS))
            for file, outcome in pairs
        ),
        default=Decimal(0),
    )


def _length(stats: DecodeStats, period: Decimal) -> Decimal:
    """Length of a piece in seconds: its header's, else up to one sample past its last frame, else 0."""
    last = stats.last_seconds
    if stats.length_seconds is not None:
        return stats.length_seconds if last is None else max(stats.length_seconds, last)
    return Decimal(0) if last is None else last + period


def _unheard(
    heard: Sequence[Hearing], config: ProctoringConfig, duration: Decimal, unseen: Sequence[Span]
) -> Sequence[Span]:
    """Stretches without sound of `missing_seconds` or more, where sound is expected and there was a picture.

    Where both are missing a person is asked once, for the picture.
    """
    if config.sound != "expected":
        return ()
    silent = unseen_spans(
        (hearing.at_seconds for hearing in heard),
        duration=duration,
        period=WINDOW_SECONDS,
        minimum=config.missing_seconds,
    )
    return [span for span in without(silent, unseen) if span.duration >= config.missing_seconds]


def _unreadable_spans(
    files: Sequence[RecordingFile], outcomes: Sequence[FileOutcome], duration: Decimal
) -> Iterator[Span]:
    """Stretch of each unreadable piece: from its start to the next piece's, or to the end of the sitting."""
    for file, outcome in zip(files, outcomes, strict=True):
        if outcome.problem is not None:
            later = [other.started_seconds for other in files if other.started_seconds > file.started_seconds]
            ended = min([*later, duration])
            if ended > file.started_seconds:
                yield Span(file.started_seconds, ended, 1.0)


def _report(
    manifest: SittingManifest,
    out_dir: Path,
    duration: Decimal,
    outcomes: Sequence[FileOutcome],
    incidents: Sequence[Incident],
) -> SittingReport:
    """Counts of one sitting; a manifest without files is a problem of its own."""
    problems = tuple(outcome.problem for outcome in outcomes if outcome.problem is not None)
    counts = Counter(incident.signal_type_code for incident in incidents)
    lengths: defaultdict[str, Decimal] = defaultdict(Decimal)
    for incident in incidents:
        lengths[incident.signal_type_code] += incident.duration_seconds
    return SittingReport(
        sitting_id=manifest.sitting_id,
        path=signals_path(out_dir, manifest.sitting_id),
        duration_seconds=duration,
        unseen_seconds=lengths[VIDEO_MISSING],
        unheard_seconds=lengths[SOUND_MISSING],
        count_samples=sum(outcome.stats.count_sampled for outcome in outcomes),
        count_packets_lost=sum(outcome.stats.count_packets_lost for outcome in outcomes),
        count_by_type=dict(sorted(counts.items())),
        problems=problems if manifest.files else ("recording_absent",),
    )


def _write(
    report: SittingReport,
    incidents: Sequence[Incident],
    config: ProctoringConfig,
    fingerprint: str,
    seen_by: str,
    heard_by: str,
) -> None:
    """Write the signals file, the run's provenance and coverage in its metadata, and say so in the log.

    `seen_by` and `heard_by` are the codes of the models: each row says which of them found it.
    """
    signals = [
        signal
        for incident in sorted(incidents, key=lambda i: (i.started_seconds, i.signal_type_code))
        for signal in build_signals(
            report.sitting_id,
            [incident],
            model_code=heard_by if incident.signal_type_code in (SPEECH, SOUND_MISSING) else seen_by,
            config_hash=config.config_hash(),
        )
    ]
    facts = {
        "sitting_id": report.sitting_id,
        "fingerprint": fingerprint,
        "model_code": seen_by,
        "speech_model_code": heard_by,
        "config": config.as_json(),
        "duration_seconds": str(report.duration_seconds),
        "unseen_seconds": str(report.unseen_seconds),
        "unheard_seconds": str(report.unheard_seconds),
        "count_samples": str(report.count_samples),
        "count_packets_lost": str(report.count_packets_lost),
        "problems": " ".join(report.problems),
    }
    write_signals(report.path, signals, facts)
    if report.is_inconclusive:
        logger.warning(
            "sitting %s: of %s seconds %s unseen, %s unheard; inconclusive, a decision is required (A30)",
            report.sitting_id,
            report.duration_seconds,
            report.unseen_seconds,
            report.unheard_seconds,
        )
    logger.info("sitting %s: %s signals in %s", report.sitting_id, len(signals), report.path.name)
