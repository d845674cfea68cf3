"""The text and numeric tests: attendances, answers per item, answer keys (Order §5).

Belongs here: how ability becomes right answers and rows. Does not belong here: who comes and who goes on
(stage.py), recordings (proctoring.py), power cuts and wrong keys (scenarios/).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from math import erf, sqrt

import numpy as np
import pandas as pd

from ingestion.sample_season.proctoring import proctor
from ingestion.sample_season.stage import (
    Attempt,
    Result,
    StageRun,
    attend,
    book,
    enter,
    latent,
    publish,
    slots,
    write_sittings,
)
from ingestion.sample_season.world import World

OPTIONS = np.array(["A", "B", "C", "D", "E"], dtype=object)
# Mean and standard deviation of the number of right answers, of 25 (FACTS §3 for the text test).
DIFFICULTY = {"text_test": (13.2, 4.0), "numeric_test": (11.6, 4.5)}
SHARE_UNANSWERED = 0.15


@dataclass
class TestRun(StageRun):
    """A test while it runs."""

    __test__ = False
    form_keys: dict[str, np.ndarray] = field(default_factory=dict)

    def result_of(self, idx: int) -> Result | None:
        """Number of right answers of the sitting that counts."""
        attempt = self.counted_attempt(idx)
        if attempt is None or attempt.correct is None:
            return None
        known = max(attempt.received, attempt.answers_received or attempt.received)
        return Result(Fraction(int(attempt.correct.sum())), known)

    def set_score(self, attempt: Attempt, score: int) -> None:
        """Give an attempt a number of right answers, changing as few items as possible."""
        assert attempt.correct is not None
        items = len(attempt.correct)
        order = self.world.streams.rng(
            "set_score", self.stage, self.world.candidate_no[attempt.idx]
        ).permutation(items)
        missing = min(max(score, 0), items) - int(attempt.correct.sum())
        for item in order[attempt.correct[order] == (missing < 0)][: abs(missing)]:
            attempt.correct[item] = missing > 0

    def add_resit(self, idx: int, started_at: datetime, received: datetime, score: int) -> Attempt:
        """Add a second attempt with a number of right answers; it does not count by itself."""
        first = self.attempts[(idx, 1)]
        assert first.correct is not None
        resit = Attempt(
            idx=idx,
            attempt_no=2,
            started_at=started_at,
            finished_at=started_at + timedelta(minutes=24),
            received=received,
            answers_received=received,
            form_code=form_code(self.stage, str(first.language_code), 3),
            language_code=first.language_code,
            correct=first.correct.copy(),
        )
        self.attempts[resit.key] = resit
        self.set_score(resit, score)
        return resit


def form_code(stage: str, language: str, number: int) -> str:
    """Code of a form: test, language, number; number 3 is kept for resits."""
    return f"{stage[:3].upper()}-{language.upper()}-{number}"


def form_keys(world: World, stage: str) -> dict[str, np.ndarray]:
    """The right options of every form (indices of OPTIONS)."""
    items = world.rules.item_count[stage]
    return {
        form_code(stage, language, number): world.streams.rng("key", stage, language, number).integers(
            0, 5, items
        )
        for language in ("kk", "ru")
        for number in (1, 2, 3)
    }


def run_test(world: World, stage: str) -> None:
    """Hold a test, write its feeds and record who goes on."""
    entry = enter(world, stage)
    slot_of = slots(world, stage)
    book(world, entry, slot_of)
    who = [i for i in entry.entrants if i not in entry.absent]
    attempts = attend(world, entry, [*who, *world.outsiders[stage]], slot_of)
    run = TestRun(world, stage, entry.entrants, attempts, form_keys=form_keys(world, stage))
    _answer(run)
    world.fire("sat", run)
    proctor(run)
    publish(run)
    write_sittings(run)
    _write_answers(run)
    _write_keys(run)


def _answer(run: TestRun) -> None:
    """Draw the items that each attempt gets right: beta-binomial, tied to ability."""
    world, stage = run.world, run.stage
    items = world.rules.item_count[stage]
    chance = _beta_quantiles(latent(world, stage), *_beta_shape(items, *DIFFICULTY[stage]))
    luck = world.draws.uniform(f"items_{stage}", items)
    form = 1 + world.draws.integers(f"form_no_{stage}", 2)
    for (idx, _), attempt in run.attempts.items():
        attempt.correct = luck[idx] < chance[idx]
        attempt.form_code = form_code(stage, str(attempt.language_code), int(form[idx]))
        attempt.answers_received = attempt.received


def _beta_shape(items: int, mean: float, deviation: float) -> tuple[float, float]:
    """Parameters of the beta distribution whose beta-binomial has a mean and standard deviation."""
    share = mean / items
    overdispersion = (deviation**2 / (items * share * (1 - share)) - 1) / (items - 1)
    total = 1 / overdispersion - 1
    return share * total, (1 - share) * total


def _beta_quantiles(normal: np.ndarray, alpha: float, beta: float) -> np.ndarray:
    """Beta quantiles of standard normal values, by a table of the distribution function."""
    grid = np.linspace(0.0005, 0.9995, 2000)
    density = np.exp((alpha - 1) * np.log(grid) + (beta - 1) * np.log1p(-grid))
    table = np.cumsum(density) / density.sum()
    levels = np.array([0.5 * (1 + erf(value / sqrt(2))) for value in normal])
    return np.interp(levels, table, grid)


def answer_sheets(run: TestRun) -> tuple[list[Attempt], np.ndarray, np.ndarray]:
    """All attempts with the options chosen (None: unanswered) and the seconds taken, one row an attempt."""
    items = run.world.rules.item_count[run.stage]
    attempts = [attempt for attempt in run.attempts.values() if attempt.answers_received is not None]
    draw = _answer_draws(run, attempts)
    correct = np.stack([np.asarray(a.correct) for a in attempts])
    key = np.stack([run.form_keys[str(a.form_code)] for a in attempts])
    wrong = (key + 1 + (draw[:, :, 0] * 4).astype(int)) % 5
    chosen = OPTIONS[np.where(correct, key, wrong)]
    until = np.array([items if a.answered is None else a.answered for a in attempts])[:, None]
    empty = (~correct & (draw[:, :, 1] < SHARE_UNANSWERED)) | (np.arange(items)[None, :] >= until)
    chosen[empty] = None
    return attempts, chosen, (15 + 65 * draw[:, :, 2]).astype(int)


def _answer_draws(run: TestRun, attempts: list[Attempt]) -> np.ndarray:
    """Three uniform numbers an item of each attempt."""
    items, people = run.world.rules.item_count[run.stage], len(run.world.people)
    by_number = {
        number: run.world.streams.rng("answers", run.stage, number).random((people, items, 3))
        for number in sorted({attempt.attempt_no for attempt in attempts})
    }
    return np.stack([by_number[a.attempt_no][a.idx] for a in attempts])


def _write_answers(run: TestRun) -> None:
    if not run.attempts:
        return
    attempts, chosen, seconds = answer_sheets(run)
    items = chosen.shape[1]
    frame = pd.DataFrame(
        {
            "sitting_id": np.repeat([run.sitting_id(a) for a in attempts], items),
            "item_no": np.tile(np.arange(1, items + 1), len(attempts)),
            "chosen_option_code": chosen.ravel(),
            "response_seconds": seconds.ravel(),
            "received": np.repeat(
                np.array([a.answers_received for a in attempts], dtype="datetime64[s]"), items
            ),
        }
    )
    run.world.outbox.put_by_receipt("platform__answers", frame, label=run.stage)


def _write_keys(run: TestRun) -> None:
    """The administrator's keys, sent after the last sitting; a scenario may have sent a wrong one."""
    world = run.world
    _, ends = world.rules.window(run.stage)
    rows = [
        {
            "season_code": world.rules.season_code,
            "stage_code": run.stage,
            "form_code": form,
            "item_no": item,
            "correct_option_code": OPTIONS[option],
        }
        for form, key in run.form_keys.items()
        for item, option in enumerate(key.tolist(), start=1)
    ]
    world.fire("keyed", (run, rows))
    world.outbox.put("academy__answer_keys", ends + timedelta(hours=10), rows, run.stage)
