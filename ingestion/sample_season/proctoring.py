"""Proctoring of the online stages: the model's signals and the reviewers' verdicts (Order §5.1, A28).

Belongs here: signals, mostly false alarms, and two rounds of review. Does not belong here: exclusions, which
take a decision (decisions.py), and the violations themselves (scenarios/).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from ingestion.sample_season.stage import Attempt, StageRun

SIGNAL_WEIGHTS = (("absence", 0.2), ("second_person", 0.1), ("phone", 0.12), ("book", 0.13), ("screen", 0.1),
                  ("speech", 0.33), ("video_missing", 0.02))  # fmt: skip
SHARE_FLAGGED = 0.22
MODEL_CODE = "yolo26-demo@1.0.0"
CONFIG_HASH = "c0ffee5e2025"


@dataclass
class Recording:
    """Signals and verdicts of a stage; `confirmed` names sittings whose signals both reviewers confirm."""

    run: StageRun
    signals: list[dict[str, Any]]
    confirmed: set[int]

    def flagged(self) -> list[int]:
        """Candidates with a signal, in order."""
        return sorted({signal["idx"] for signal in self.signals})


def proctor(run: StageRun) -> None:
    """Write signals and reviews of a stage; scenarios confirm some and exclude."""
    recording = Recording(run, _signals(run), set())
    run.world.fire("proctored", recording)
    starts, ends = run.world.rules.window(run.stage, "proctoring")
    half = starts + (ends - starts) / 2
    by_receipt: dict[datetime, list[dict[str, Any]]] = {}
    for signal in recording.signals:
        received = half if signal["started_at"] < half else ends - timedelta(hours=14)
        by_receipt.setdefault(received.replace(microsecond=0), []).append(signal)
    for received, signals in sorted(by_receipt.items()):
        run.world.outbox.put("proctoring__signals", received, signals, run.stage)
    reviews = _reviews(recording)
    run.world.outbox.put("proctoring__reviews", ends - timedelta(hours=9), reviews, run.stage)


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
    }


def _decimal(value: float) -> Decimal:
    return Decimal(f"{value:.4f}")


def _reviews(recording: Recording) -> list[dict[str, Any]]:
    """First verdicts on all signals, second ones on what the first reviewer did not dismiss."""
    run = recording.run
    starts, ends = run.world.rules.window(run.stage, "proctoring")
    rows = []
    for signal in recording.signals:
        rng = run.world.streams.rng("review", signal["signal_id"])
        is_confirmed = signal["idx"] in recording.confirmed
        first = "confirmed" if is_confirmed else ("inconclusive" if rng.random() < 0.06 else "dismissed")
        verdicts = [first] if first == "dismissed" else [first, "confirmed" if is_confirmed else "dismissed"]
        at = starts + (ends - starts - timedelta(hours=18)) * float(0.3 + 0.6 * rng.random())
        for turn, verdict in enumerate(verdicts, start=1):
            rows.append(
                {
                    "review_id": f"RV-{run.world.streams.code('review', signal['signal_id'], turn)}",
                    "signal_id": signal["signal_id"],
                    "sitting_id": signal["sitting_id"],
                    "review_round": turn,
                    "reviewer_code": f"PR-{int(rng.integers(1, 15)):02d}",
                    "verdict_code": verdict,
                    "reviewed_at": (at + timedelta(hours=turn)).replace(microsecond=0),
                }
            )
    return rows
