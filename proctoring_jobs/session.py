"""One sitting from recording to signals, coverage and evidence: joins pieces, incidents and output.

Belongs here: the order of the steps for one sitting, and what a recording that cannot be read leads to. Does
not belong here: one file (`pieces.py`), many sittings at once, retries (`engines/`), decisions about
candidates (people; policy A28).
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.containers import DecodeStats, library_version
from proctoring_jobs.detector import Detector
from proctoring_jobs.evidence import exhibits, write_evidence
from proctoring_jobs.incidents import (
    SOUND_MISSING,
    SPEECH,
    VIDEO_MISSING,
    Incident,
    Rule,
    Span,
    changes,
    find_incidents,
    incident_rules,
    missing_incidents,
    speech_incidents,
    unseen_spans,
    without,
)
from proctoring_jobs.manifest import RecordingFile, SittingManifest, fingerprints
from proctoring_jobs.output import (
    Coverage,
    build_signals,
    coverage_path,
    four_places,
    signals_path,
    write_coverage,
    write_signals,
)
from proctoring_jobs.pieces import Piece
from proctoring_jobs.signals import Hearing
from proctoring_jobs.sound import WINDOW_SECONDS, SpeechModel

logger = logging.getLogger(__name__)


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
    """Find the incidents of one sitting and write signals, coverage and evidence into `out_dir`.

    They replace earlier ones; the signals file is written last, and says that the sitting is done. A piece
    that is absent, altered or undecodable becomes `video_missing` for its whole stretch, and so does any
    stretch without picture of `missing_seconds` or more; without sound, where it is expected, it becomes
    `sound_missing`. Raises `RetryableProctoringError` when the storage fails.
    """
    prints = fingerprints(manifest)  # before reading: what changes meanwhile is done again
    speech, rules = SpeechModel(), incident_rules(config)
    pieces = [Piece(file, _until(file, manifest)) for file in manifest.files]
    for piece in pieces:
        piece.read(config, detector, speech)
    if config.second_look > 1:
        windows = changes(
            (o for piece in pieces for o in piece.observations),
            rules,
            period=config.sample_period,
            gap=config.merge_gap_seconds,
        )
        for piece in pieces:
            piece.look_again(windows, config, detector)
    for number, piece in enumerate(pieces, 1):
        _log(manifest.sitting_id, number, piece)
    duration = _duration(manifest, pieces, config)
    incidents = _incidents(pieces, rules, config, duration)
    report = _report(manifest, out_dir, duration, pieces, incidents)
    codes = Codes(
        fingerprint=prints.as_found if report.problems else prints.by_content,
        seen_by=model_code(detector, config),
        heard_by=speech_code(speech),
        config_hash=config.config_hash(),
    )
    _write(report, incidents, pieces, rules, config, codes)
    return report


#: Version of what this project's own code makes of a recording: sampling, rules, clips. Raise it with every
#: change that can give another result; each sitting is then done, and delivered, anew.
RULES_VERSION = 1


@dataclass(frozen=True)
class Codes:
    """What a result rests on, besides `RULES_VERSION`: identity of the recording, models, configuration."""

    fingerprint: str
    seen_by: str
    heard_by: str
    config_hash: str

    @property
    def run_id(self) -> str:
        """One number for all of it, 16 hex digits: which run of the sitting this is."""
        rests_on = (self.fingerprint, self.seen_by, self.heard_by, self.config_hash, f"rules {RULES_VERSION}")
        parts = "|".join(rests_on)
        return hashlib.sha256(parts.encode()).hexdigest()[:16]

    def of(self, incident: Incident) -> str:
        """The model that found an incident."""
        return self.heard_by if incident.signal_type_code in (SPEECH, SOUND_MISSING) else self.seen_by


def _incidents(
    pieces: Sequence[Piece], rules: Sequence[Rule], config: ProctoringConfig, duration: Decimal
) -> list[Incident]:
    """Everything found in the pieces of a sitting, in order of (start, type)."""
    observations = [observation for piece in pieces for observation in piece.observations]
    unseen = [
        *_unreadable_spans(pieces, duration),
        *unseen_spans(
            (o.at_seconds for o in observations if o.period is None),
            duration=duration,
            period=config.sample_period,
            minimum=config.missing_seconds,
        ),
    ]
    heard = [hearing for piece in pieces for hearing in piece.hearings]
    found = [
        *missing_incidents(unseen),
        *missing_incidents(_unheard(heard, config, duration, unseen), SOUND_MISSING),
        *speech_incidents(heard, config, window=WINDOW_SECONDS, duration=duration),
        *find_incidents(
            observations,
            rules,
            period=config.sample_period,
            gap=config.merge_gap_seconds,
            duration=duration,
        ),
    ]
    return sorted(found, key=lambda i: (i.started_seconds, i.signal_type_code))


def _until(file: RecordingFile, manifest: SittingManifest) -> Decimal | None:
    """Seconds of a piece after which the sitting is over; None where nobody said how long it was."""
    return None if manifest.duration_seconds is None else manifest.duration_seconds - file.started_seconds


def _log(sitting_id: str, number: int, piece: Piece) -> None:
    """Say in the log what became of a piece, without the name of a file."""
    stats = piece.stats
    if piece.problem is not None:
        logger.warning("sitting %s, file %s: %s; inconclusive (A30)", sitting_id, number, piece.problem)
    logger.info("sitting %s, file %s: %s", sitting_id, number, stats)
    if stats.count_packets_lost or stats.count_frames_corrupt or stats.is_cut_short:
        logger.warning(
            "sitting %s, file %s is damaged: %s of %s packets lost, %s frames corrupt, cut short: %s",
            sitting_id,
            number,
            stats.count_packets_lost,
            stats.count_packets,
            stats.count_frames_corrupt,
            stats.is_cut_short,
        )


def model_code(detector: Detector, config: ProctoringConfig) -> str:
    """Model, weights hash, library versions, device and batch size in one code: enough to repeat a row."""
    identity = detector.identity
    libraries = (*identity.libraries, ("av", library_version()))
    versions = "/".join(f"{name}-{number}" for name, number in libraries)
    return f"{identity.name}/sha256-{identity.sha256}/{versions}/{config.device}/batch-{config.batch_size}"


def speech_code(speech: SpeechModel) -> str:
    """The same of the model that hears."""
    return f"{speech.code}/av-{library_version()}/cpu"


def _duration(manifest: SittingManifest, pieces: Sequence[Piece], config: ProctoringConfig) -> Decimal:
    """Length of the sitting in seconds: the manifest's, else up to the end of its last piece, else 0."""
    if manifest.duration_seconds is not None:
        return manifest.duration_seconds
    return max(
        (
            piece.file.started_seconds
            + max(_length(piece.stats, config.sample_period), _length(piece.sound, WINDOW_SECONDS))
            for piece in pieces
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


def _unreadable_spans(pieces: Sequence[Piece], duration: Decimal) -> Iterator[Span]:
    """Stretch of each unreadable piece: from its start to the next piece's, or to the end of the sitting."""
    for piece in pieces:
        if piece.problem is not None:
            started = piece.file.started_seconds
            later = [other.file.started_seconds for other in pieces if other.file.started_seconds > started]
            ended = min([*later, duration])
            if ended > started:
                yield Span(started, ended, 1.0)


def _report(
    manifest: SittingManifest,
    out_dir: Path,
    duration: Decimal,
    pieces: Sequence[Piece],
    incidents: Sequence[Incident],
) -> SittingReport:
    """Counts of one sitting; a manifest without files is a problem of its own."""
    problems = tuple(piece.problem for piece in pieces if piece.problem is not None)
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
        count_samples=sum(piece.stats.count_sampled for piece in pieces),
        count_packets_lost=sum(piece.stats.count_packets_lost for piece in pieces),
        count_by_type=dict(sorted(counts.items())),
        problems=problems if manifest.files else ("recording_absent",),
    )


def _write(
    report: SittingReport,
    incidents: Sequence[Incident],
    pieces: Sequence[Piece],
    rules: Sequence[Rule],
    config: ProctoringConfig,
    codes: Codes,
) -> None:
    """Write evidence, coverage and, last, signals: whoever sees those finds the rest."""
    signals = [
        signal
        for incident in incidents
        for signal in build_signals(
            report.sitting_id,
            [incident],
            model_code=codes.of(incident),
            config_hash=codes.config_hash,
            run_id=codes.run_id,
        )
    ]
    out_dir = report.path.parent
    facts = {"run_id": codes.run_id, "model_code": codes.seen_by, "speech_model_code": codes.heard_by,
             "device": config.device, "batch_size": config.batch_size,
             "config_hash": codes.config_hash, "rules_version": RULES_VERSION}  # fmt: skip
    write_evidence(out_dir, report.sitting_id, exhibits(signals, pieces, rules, config), config, facts)
    write_coverage(coverage_path(out_dir, report.sitting_id), _coverage(report, pieces, config, codes))
    write_signals(report.path, signals, _facts(report, config, codes))
    if report.is_inconclusive:
        logger.warning(
            "sitting %s: of %s seconds %s unseen, %s unheard; inconclusive, a decision is required (A30)",
            report.sitting_id,
            report.duration_seconds,
            report.unseen_seconds,
            report.unheard_seconds,
        )
    logger.info("sitting %s: %s signals in %s", report.sitting_id, len(signals), report.path.name)


def _facts(report: SittingReport, config: ProctoringConfig, codes: Codes) -> dict[str, str]:
    """What the signals file says of the run in its metadata: enough to know whether it is to be done."""
    return {
        "sitting_id": report.sitting_id,
        "run_id": codes.run_id,
        "fingerprint": codes.fingerprint,
        "model_code": codes.seen_by,
        "speech_model_code": codes.heard_by,
        "config": config.as_json(),
        "rules_version": str(RULES_VERSION),
        "duration_seconds": str(report.duration_seconds),
        "unseen_seconds": str(report.unseen_seconds),
        "unheard_seconds": str(report.unheard_seconds),
        "count_samples": str(report.count_samples),
        "count_packets_lost": str(report.count_packets_lost),
        "problems": " ".join(report.problems),
    }


def _coverage(
    report: SittingReport, pieces: Sequence[Piece], config: ProctoringConfig, codes: Codes
) -> Coverage:
    """The row of coverage: seconds seen and heard against the length of the sitting (A30)."""
    duration, period = report.duration_seconds, config.sample_period
    looked = [o.at_seconds for piece in pieces for o in piece.observations if o.period is None]
    listened = [hearing.at_seconds for piece in pieces for hearing in piece.hearings]
    unseen = _uncovered(looked, period, duration, period)
    unheard = _uncovered(listened, WINDOW_SECONDS, duration, period)
    hashes = [piece.sha256 or "" for piece in pieces]
    return Coverage(
        sitting_id=report.sitting_id,
        duration_seconds=four_places(duration),
        seen_seconds=four_places(duration - unseen),
        heard_seconds=four_places(duration - unheard),
        unseen_seconds=four_places(unseen),
        unheard_seconds=four_places(unheard if config.sound == "expected" else Decimal(0)),
        count_files=len(pieces),
        count_samples=report.count_samples,
        count_packets_lost=report.count_packets_lost,
        is_inconclusive=report.is_inconclusive,
        problem_codes=",".join(sorted(set(report.problems))) or None,
        run_id=codes.run_id,
        model_code=codes.seen_by,
        speech_model_code=None if config.sound == "ignored" else codes.heard_by,
        config_hash=codes.config_hash,
        recording_sha256=hashlib.sha256("".join(hashes).encode()).hexdigest() if any(hashes) else None,
    )


def _uncovered(times: Iterable[Decimal], period: Decimal, duration: Decimal, minimum: Decimal) -> Decimal:
    """Seconds of the sitting in holes of `minimum` or more between samples that stand for `period` each."""
    holes = unseen_spans(times, duration=duration, period=period, minimum=minimum)
    return sum((hole.duration for hole in holes), Decimal(0))
