"""The version of the rules: a change that gives another result has to raise it, and then all is done anew."""

from __future__ import annotations

import hashlib
import random
from decimal import Decimal

import pytest

from proctoring_jobs import session
from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.incidents import changes, find_incidents, incident_rules, speech_incidents
from proctoring_jobs.session import RULES_VERSION, Codes
from proctoring_jobs.signals import REQUIRED_LABELS, Detection, Hearing, Observation, Picture

#: What the rules of each version made of the sitting below, with the settings by default.
RESULTS = {1: "41568141c21b8e9941c3c2b120f4d62def21b7397d385403d99abdcd26af6f18"}
DURATION = Decimal(900)


def _sitting() -> tuple[list[Observation], list[Hearing]]:
    """A quarter of an hour in which everything comes and goes, by a generator that Python keeps the same."""
    rng = random.Random("version of the rules")
    observations, there = [], dict.fromkeys(REQUIRED_LABELS, 0)
    for second in range(int(DURATION)):
        if 300 <= second < 330:  # a hole
            continue
        for label in REQUIRED_LABELS:
            if rng.random() < 0.05:
                there[label] = rng.randrange(3)
        found = tuple(
            Detection(label, round(rng.uniform(0.2, 1), 3), (10.0 * n, 0.0, 10.0 * n + 8, 8.0))
            for label, count in there.items()
            for n in range(count)
        )
        contrast = 2.0 if 600 <= second < 615 else 40.0
        picture = Picture(level=90.0, contrast=contrast, change=0.0 if 700 <= second < 730 else 1.0)
        observations.append(Observation(Decimal(second), found, picture))
    hearings = [
        Hearing(Decimal(number) * Decimal("0.032"), round(rng.random() if number % 700 < 200 else 0.1, 3))
        for number in range(int(DURATION / Decimal("0.032")))
    ]
    return observations, hearings


def _results(config: ProctoringConfig) -> str:
    observations, hearings = _sitting()
    rules, period, gap = incident_rules(config), config.sample_period, config.merge_gap_seconds
    found = [
        *find_incidents(observations, rules, period=period, gap=gap, duration=DURATION),
        *speech_incidents(hearings, config, window=Decimal("0.032"), duration=DURATION),
    ]
    assert {incident.signal_type_code for incident in found} > {"absence", "phone", "book", "speech"}
    looked_at = changes(observations, rules, period=period, gap=gap)
    return hashlib.sha256(f"{found}{looked_at}".encode()).hexdigest()


def test_another_result_needs_another_version() -> None:
    assert RESULTS[RULES_VERSION] == _results(ProctoringConfig()), "raise RULES_VERSION, then note the result"


def test_other_rules_are_another_run(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = Codes("recording", "model", "speech", "config")
    before = codes.run_id
    assert before == Codes("recording", "model", "speech", "config").run_id
    monkeypatch.setattr(session, "RULES_VERSION", RULES_VERSION + 1)
    assert codes.run_id != before
