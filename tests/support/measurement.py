"""Made-up answers and marks with known faults, for the methods of the quality of measurement.

Belongs here: simulating people, items and experts, and planting one fault. What a method must find of it is
in the tests (tests/unit/orchestration/measurement/).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

OPTIONS = np.array(["A", "B", "C", "D", "E"])
FIRST_START = datetime(2025, 8, 2, 4)
HOURS = 16


def answers(
    people: int,
    items: int = 25,
    seed: int = 0,
    *,
    form: str = "TEX-KK-1",
    language: str = "kk",
    stage: str = "text_test",
    dif: tuple[int, float] | None = None,
    leaked: tuple[int, float] | None = None,
    copied: tuple[int, int] | None = None,
    copied_share: float = 0.95,
    copied_times: tuple[int, int] | None = None,
) -> pd.DataFrame:
    """One row a person and item, answers by the Rasch model, sexes and hours independent of ability.

    dif: item and logits by which it is harder for women. leaked: item and logits that it gets easier with
    each hour. copied: two people of middle ability, the second of whom has the answers of the first at a
    share `copied_share` of the items. copied_times: the second takes the times of the first, half as long and
    two seconds more.
    """
    rng = np.random.default_rng(seed)
    ability, difficulty = rng.normal(0, 1, people), rng.normal(0, 0.7, items)
    if copied:
        ability[list(copied)] = 0.0
    is_female, hour = rng.random(people) < 0.5, rng.integers(0, HOURS, people)
    logits = ability[:, None] - difficulty
    if dif:
        logits[is_female, dif[0]] -= dif[1]
    if leaked:
        logits[:, leaked[0]] += leaked[1] * hour
    right = rng.random((people, items)) < 1 / (1 + np.exp(-logits))
    key = rng.integers(0, 5, items)
    wrong = (key + 1 + (rng.random((people, items)) * 4).astype(int)) % 5
    chosen = np.where(right, key, wrong)
    seconds = np.round(np.exp(rng.normal(3.6, 0.5, (people, items)) + rng.normal(0, 0.3, items))).clip(1)
    if copied:
        taken = rng.random(items) < copied_share
        chosen[copied[1], taken] = chosen[copied[0], taken]
        right = chosen == key
    if copied_times:
        seconds[copied_times[1]] = np.round(seconds[copied_times[0]] * 0.5 + 2)
    numbers = [f"R25-{person:06d}" for person in range(people)]
    return pd.DataFrame(
        {
            "stage_code": stage, "form_code": form,
            "form_family_code": form.replace("KK-", "").replace("RU-", ""),
            "language_code": language, "sex_code": np.repeat(np.where(is_female, "female", "male"), items),
            "candidate_no": np.repeat(numbers, items), "item_no": np.tile(np.arange(1, items + 1), people),
            "chosen_option_code": OPTIONS[chosen].ravel().astype(object), "is_right": right.ravel(),
            "response_seconds": seconds.ravel(),
            "started_at": np.repeat([FIRST_START + timedelta(hours=int(h), minutes=7) for h in hour], items),
            "is_valid": True,
        }
    )  # fmt: skip


def two_languages(people: int, seed: int, dif: tuple[int, float] | None = None) -> pd.DataFrame:
    """A form and its translation; dif: item and logits by which it is harder in Russian."""
    kazakh = answers(people, seed=seed)
    russian = answers(people, seed=seed, form="TEX-RU-1", language="ru")
    if dif:
        rng = np.random.default_rng(seed + 1)
        at = (russian["item_no"] == dif[0] + 1) & russian["is_right"] & (rng.random(len(russian)) < dif[1])
        russian.loc[at, "is_right"] = False
    russian["candidate_no"] = russian["candidate_no"].str.replace("R25-0", "R25-9")
    return pd.concat([kazakh, russian], ignore_index=True)


def marks(
    works: int = 120,
    raters: int = 12,
    criteria: int = 4,
    seed: int = 0,
    *,
    severity: dict[int, float] | None = None,
    spread: float = 0.0,
    halo: int | None = None,
    central: int | None = None,
) -> pd.DataFrame:
    """One row an expert, work and criterion, three experts a work, marks 1 to 5 by the rating scale model.

    severity: logits of single experts; spread: standard deviation of the others' severity. halo: an expert
    who gives the mark of the first criterion to all. central: one who gives 3 nine times of ten.
    """
    rng = np.random.default_rng(seed)
    quality, harshness = (
        rng.normal(0, 1.3, works),
        rng.normal(0, spread, raters) if spread else np.zeros(raters),
    )
    for rater, logits in (severity or {}).items():
        harshness[rater] = logits
    criterion = np.linspace(-0.4, 0.4, criteria)
    steps = np.concatenate([[0.0], np.cumsum([-2.0, -0.7, 0.7, 2.0])])
    rows: list[dict[str, Any]] = []
    for work in range(works):
        for rater in rng.choice(raters, 3, replace=False):
            logits = np.arange(5) * (quality[work] - criterion[:, None] - harshness[rater]) - steps
            chance = np.exp(logits - logits.max(axis=1, keepdims=True))
            chance /= chance.sum(axis=1, keepdims=True)
            points = 1 + (rng.random((criteria, 1)) > chance.cumsum(axis=1)).sum(axis=1)
            if rater == halo:
                points[:] = points[0]
            if rater == central:
                points[:] = np.where(rng.random(criteria) < 0.9, 3, points)
            rows += [
                {
                    "stage_code": "situational", "candidate_no": f"R25-{work:06d}",
                    "rater_code": f"EX-{rater:02d}", "criterion_code": f"c{position}", "points": int(value),
                }
                for position, value in enumerate(points)
            ]  # fmt: skip
    return pd.DataFrame(rows)
