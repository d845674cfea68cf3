"""Proctoring of the online stages: what was seen and heard, the model's signals, the reviewers' verdicts
(Order §5.1, A28, A30).

Belongs here: coverage of every sitting, signals, mostly false alarms, and two rounds of review. Does not
belong here: decisions (decisions.py), the violations, blind sittings and disputes themselves (scenarios/).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import numpy as np

from ingestion.sample_season.stage import Attempt, StageRun

SIGNAL_WEIGHTS = (("absence", 0.2), ("second_person", 0.1), ("phone", 0.12), ("book", 0.13), ("screen", 0.1),
                  ("speech", 0.33), ("picture_frozen", 0.02))  # fmt: skip
SHARE_FLAGGED = 0.22
MODEL_CODE = "yolo26-demo@1.0.0"
SPEECH_MODEL_CODE = "silero-vad@6.2.3"
CONFIG_HASH = "c0ffee5e2025"
ZERO = Decimal("0.0000")


@dataclass
class Recording:
    """What proctoring says of a stage.

    confirmed: candidates whose signals both reviewers confirm. verdicts: what the reviewers say of a signal
    instead, in the order of the rounds. coverage: rows by attempt; one without a row was not gone through.
    """

    run: StageRun
    signals: list[dict[str, Any]]
    confirmed: set[int]
    coverage: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict)
    verdicts: dict[str, list[str]] = field(default_factory=dict)

    def flagged(self) -> list[int]:
        """Candidates with a signal, in order."""
        return sorted({signal["idx"] for signal in self.signals})

    def lose_picture(self, attempt: Attempt) -> None:
        """Nothing of a sitting can be seen or heard: its recording is there and cannot be read."""
        row = self.coverage[attempt.key]
        length = row["duration_seconds"]
        row |= {"seen_seconds": ZERO, "heard_seconds": ZERO, "unseen_seconds": length}
        row |= {"unheard_seconds": length, "count_samples": 0, "is_inconclusive": True}
        row |= {"problem_codes": "unreadable"}
        rng = self.run.world.streams.rng("blind", self.run.stage, self.run.world.candidate_no[attempt.idx])
        signal = signal_row(self.run, attempt, 8, rng, "video_missing")
        self.signals.append(signal | {"started_seconds": ZERO, "duration_seconds": length})


def proctor(run: StageRun) -> None:
    """Write coverage, signals and reviews of a stage; scenarios confirm some and exclude."""
    recording = Recording(run, _signals(run), set(), _coverage(run))
    run.world.fire("proctored", recording)
    starts, ends = run.world.rules.window(run.stage, "proctoring")
    half = starts + (ends - starts) / 2
    by_receipt: dict[datetime, list[dict[str, Any]]] = {}
    for signal in recording.signals:
        received = half if signal["started_at"] < half else ends - timedelta(hours=14)
        by_receipt.setdefault(received.replace(microsecond=0), []).append(signal)
    for received, signals in sorted(by_receipt.items()):
        run.world.outbox.put("proctoring__signals", received, signals, run.stage)
    _write_coverage(recording, half.replace(microsecond=0))
    reviews = _reviews(recording)
    run.world.outbox.put("proctoring__reviews", ends - timedelta(hours=9), reviews, run.stage)


def _write_coverage(recording: Recording, at: datetime) -> None:
    """What was seen comes with the signals, of a sitting after that when it is received itself."""
    by_receipt: dict[datetime, list[dict[str, Any]]] = defaultdict(list)
    for key, row in recording.coverage.items():
        by_receipt[max(at, recording.run.attempts[key].received)].append(row)
    for received, rows in sorted(by_receipt.items()):
        recording.run.world.outbox.put("proctoring__coverage", received, rows, recording.run.stage)


def _coverage(run: StageRun) -> dict[tuple[int, int], dict[str, Any]]:
    """One row a sitting: all of it was seen and heard."""
    return {attempt.key: coverage_row(run, attempt) for attempt in run.attempts.values()}


def coverage_row(run: StageRun, attempt: Attempt) -> dict[str, Any]:
    """A sitting seen and heard from its beginning to its end, one picture a second."""
    sitting = run.sitting_id(attempt)
    seconds = int((attempt.finished_at - attempt.started_at).total_seconds())
    length = _decimal(seconds)
    return {
        "sitting_id": sitting,
        "duration_seconds": length,
        "seen_seconds": length,
        "heard_seconds": length,
        "unseen_seconds": ZERO,
        "unheard_seconds": ZERO,
        "count_files": 1,
        "count_samples": seconds,
        "count_packets_lost": 0,
        "is_inconclusive": False,
        "problem_codes": None,
        "run_id": run_id(run, attempt),
        "model_code": MODEL_CODE,
        "speech_model_code": SPEECH_MODEL_CODE,
        "config_hash": CONFIG_HASH,
        "recording_sha256": sha256(f"synthetic recording {sitting}".encode()).hexdigest(),
    }


def run_id(run: StageRun, attempt: Attempt) -> str:
    """The run that went through a sitting."""
    return run.world.streams.code("run", run.sitting_id(attempt), length=16).lower()


def _signals(run: StageRun) -> list[dict[str, Any]]:
    """One to four incidents in about a fifth of the recordings."""
    world = run.world
    chance = world.draws.uniform(f"flagged_{run.stage}")
    rows = []
    for attempt in run.attempts.values():
        if chance[attempt.idx] >= SHARE_FLAGGED:
            continue
        rng = world.streams.rng("signals", run.stage, world.candidate_no[attempt.idx], attempt.attempt_no)
        rows += [signal_row(run, attempt, number, rng) for number in range(1 + int(rng.integers(0, 4)))]
    return rows


def signal_row(
    run: StageRun, attempt: Attempt, number: int, rng: np.random.Generator, kind: str = ""
) -> dict[str, Any]:
    """A signal somewhere in a sitting, of a kind or of a random one."""
    length = (attempt.finished_at - attempt.started_at).total_seconds()
    kinds = [name for name, _ in SIGNAL_WEIGHTS]
    sitting = run.sitting_id(attempt)
    return {
        "idx": attempt.idx,
        "started_at": attempt.started_at,
        "signal_id": f"SG-{run.world.streams.code('signal', sitting, number)}",
        "sitting_id": sitting,
        "signal_type_code": kind or str(rng.choice(kinds, p=[weight for _, weight in SIGNAL_WEIGHTS])),
        "started_seconds": _decimal(rng.random() * length * 0.95),
        "duration_seconds": _decimal(1 + rng.random() * 20),
        "confidence": _decimal(0.4 + 0.59 * rng.random()),
        "model_code": MODEL_CODE,
        "config_hash": CONFIG_HASH,
        "run_id": run_id(run, attempt),
    }


def _reason(verdict: str, kind: str) -> str:
    """The reason that fits a verdict on a kind of signal best."""
    if verdict == "inconclusive":
        return "no_evidence" if kind in ("video_missing", "sound_missing") else "not_visible"
    confirmed = {"second_person": "other_person", "absence": "left_frame", "speech": "outside_help"}
    if verdict == "confirmed":
        return confirmed.get(kind, "picture_hidden" if kind.startswith("picture_") else "forbidden_object")
    return "reads_aloud" if kind == "speech" else "nothing_seen"


def _decimal(value: float) -> Decimal:
    return Decimal(f"{value:.4f}")


def _reviews(recording: Recording) -> list[dict[str, Any]]:
    """First verdicts on all signals, second ones on what the first reviewer did not dismiss (A28)."""
    run = recording.run
    starts, ends = run.world.rules.window(run.stage, "proctoring")
    rows = []
    for signal in recording.signals:
        rng = run.world.streams.rng("review", signal["signal_id"])
        regular = ["confirmed", "confirmed"] if signal["idx"] in recording.confirmed else ["dismissed"]
        at = starts + (ends - starts - timedelta(hours=18)) * float(0.3 + 0.6 * rng.random())
        first = int(rng.integers(0, 14))
        for turn, verdict in enumerate(recording.verdicts.get(signal["signal_id"], regular)):
            reviewer = (first + turn * int(rng.integers(1, 14))) % 14
            rows.append(
                {
                    "review_id": f"RV-{run.world.streams.code('review', signal['signal_id'], turn + 1)}",
                    "signal_id": signal["signal_id"],
                    "sitting_id": signal["sitting_id"],
                    "review_round": turn + 1,
                    "reviewer_code": f"PR-{reviewer + 1:02d}",
                    "verdict_code": verdict,
                    "review_reason_code": _reason(verdict, signal["signal_type_code"]),
                    "reviewed_at": (at + timedelta(hours=turn + 1)).replace(microsecond=0),
                }
            )
    return rows
