"""Scenarios of proctoring that are no violations: sittings nobody could see, and signals still being judged.

Belongs here: coverage and verdicts that are the case, with what the working group decides. Does not belong
here: violations and exclusions (sitting.py).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ingestion.sample_season.decisions import decide
from ingestion.sample_season.proctoring import Recording, coverage_row, signal_row
from ingestion.sample_season.world import Scenario, World

HOUR = timedelta(hours=1)
BLIND_CASES = {
    "text_test": ("undecided", "accepted", "accepted_late", "not_gone_through", "seen_later"),
    "numeric_test": ("undecided", "accepted"),
    "situational": ("undecided", "not_gone_through"),
}
JUDGED_CASES = {
    "text_test": {
        "disagreed": ["confirmed", "dismissed"],
        "found_no_violation": ["inconclusive", "dismissed"],
        "second_awaited": ["confirmed"],
        "not_reviewed": [],
        "run_again": [],
    },
    "numeric_test": {"disagreed": ["inconclusive", "confirmed"]},
}


def _blind(world: World, recording: Recording) -> None:
    """Recordings that are missing or unreadable: the result counts by a decision only (A30)."""
    run = recording.run
    for case in BLIND_CASES.get(run.stage, ()):
        free = [
            idx
            for idx in run.sitters()
            if run.counted_attempt(idx) is run.attempts[idx, 1] and not world.is_stopped(idx, run.published)
        ]
        for idx in world.pick("blind_sittings", f"{run.stage}_{case}", free):
            _lose(world, recording, idx, case)


def _lose(world: World, recording: Recording, idx: int, case: str) -> None:
    run = recording.run
    attempt = run.attempts[idx, 1]
    if case == "not_gone_through":
        recording.signals = [signal for signal in recording.signals if signal["idx"] != idx]
        del recording.coverage[attempt.key]
        run.seen_at[idx] = None
        return
    recording.lose_picture(attempt)
    for signal in recording.signals:
        if signal["idx"] == idx:
            recording.verdicts[signal["signal_id"]] = ["inconclusive", "inconclusive"]
    run.seen_at[idx] = _settled_at(world, recording, idx, case)
    if case in ("accepted_late", "seen_later"):
        world.not_before[idx] = run.published + 28 * HOUR


def _settled_at(world: World, recording: Recording, idx: int, case: str) -> datetime | None:
    """From when the result counts: by decision, or because the recording was found; None if it does not."""
    run = recording.run
    if case == "seen_later":
        at = run.published + 20 * HOUR
        row = coverage_row(run, run.attempts[idx, 1]) | {"run_id": "found again"}
        run.world.outbox.put("proctoring__coverage", at, [row], f"{run.stage}__found")
        return at
    if case in ("accepted", "accepted_late"):
        at = run.published + (20 if case == "accepted_late" else -6) * HOUR
        decide(world, idx, at, "accept_recording", "recording_inconclusive", stage=run.stage)
        return at
    return None


def _judge(world: World, recording: Recording) -> None:
    """Signals on which the reviewers differ, or that wait for one of them; one found by an earlier run."""
    run = recording.run
    for case, verdicts in JUDGED_CASES.get(run.stage, {}).items():
        free = [idx for idx in recording.flagged() if idx not in recording.confirmed]
        sitters = set(run.sitters())
        for idx in world.pick(
            "signals_in_judgement", f"{run.stage}_{case}", [i for i in free if i in sitters]
        ):
            for signal in recording.signals:
                if signal["idx"] == idx:
                    recording.verdicts[signal["signal_id"]] = verdicts
            if case == "found_no_violation":
                at = run.published - 6 * HOUR
                decide(world, idx, at, "accept_recording", "no_violation", stage=run.stage)
            if case == "run_again":
                _run_again(recording, idx)


def _run_again(recording: Recording, idx: int) -> None:
    """Another run of the sitting finds one other signal; nobody had reviewed the first ones."""
    run = recording.run
    attempt = run.attempts[idx, 1]
    _, ends = run.world.rules.window(run.stage, "proctoring")
    at = ends - 10 * HOUR
    label = f"{run.stage}__run_again"
    rng = run.world.streams.rng("run_again", run.stage, run.world.candidate_no[idx])
    found = signal_row(run, attempt, 7, rng, "book") | {"run_id": "again"}
    run.world.outbox.put("proctoring__signals", at, [found], label)
    run.world.outbox.put(
        "proctoring__coverage", at, [coverage_row(run, attempt) | {"run_id": "again"}], label
    )


SCENARIOS = (
    Scenario(
        "signals_in_judgement",
        "Reviewers differ, or have not judged yet; a second run of a sitting replaces what the first found.",
        "Order §5.1, A28",
        {"proctored": _judge},
    ),
    Scenario(
        "blind_sittings",
        "Recordings are missing or unreadable; some results count by decision or once they are found.",
        "A13, A30",
        {"proctored": _blind},
    ),
)
