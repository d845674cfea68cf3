"""Pairs of people whose answers, or times, agree more than independent work explains: a flag only.

Belongs here: the generalised binomial test on the number of equal answers (van der Linden and Sotaridona
2006, Journal of Educational and Behavioral Statistics 31) over a response model fitted to the form, and the
likeness of the times that two people took, on arrays. Not here: reading, and what a person decides.

The model of answers: the chance to be right is the Rasch model's, fitted jointly to the form; who is not
right chooses among the other options, no answer among them, as everybody who was not right at that item.
Two people who work apart agree at item i with chance m_i = sum over options of the product of their chances,
and the number of agreements is a sum of such independent draws; its upper tail is computed exactly. Two empty
answers are no agreement: both may have been cut off. All pairs of a stage's forms are compared, so p-values
are multiplied by their number (Bonferroni).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orchestration.measurement import reasons

if TYPE_CHECKING:
    import numpy as np

    from orchestration.measurement.responses import Responses

SCREEN_DEVIATIONS = 3.5
"""The exact tail is computed for pairs this far above what is expected; a pair below it is no candidate."""
BLOCK = 512
"""People compared at once with all others: bounds memory to a few matrices of BLOCK x people."""
SMOOTHING = 0.5
"""Added to the count of each option, so that no choice is impossible."""
ITERATIONS, TOLERANCE = 200, 1e-9


@dataclass(frozen=True)
class AnswerModel:
    """Chances of each person, item and option. chances: (n, k, options); options: codes in that order."""

    chances: np.ndarray[Any, Any]
    options: tuple[str, ...]


def answer_model(form: Responses) -> AnswerModel:
    """Fit the model of answers to a form with two items and two different scores at least."""
    import numpy as np

    options = tuple(np.unique(form.chosen).tolist())
    people, items = form.right.shape
    chance_right = rasch_chances(form.right)
    chances = np.zeros((people, items, len(options)))
    for item in range(items):
        right, chosen = form.right[:, item], form.chosen[:, item]
        wrong = np.array([((chosen == option) & ~right).sum() for option in options]) + SMOOTHING
        is_key = np.array([option in set(chosen[right].tolist()) for option in options])
        wrong = np.where(is_key, 0.0, wrong)
        share = wrong / wrong.sum() if wrong.sum() > 0 else wrong
        chances[:, item, :] = (1 - chance_right[:, item])[:, None] * share
        chances[:, item, is_key] = chance_right[:, item][:, None]
    return AnswerModel(chances, options)


def rasch_chances(right: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Chance of each person to be right at each item, (n, k): joint maximum likelihood of the Rasch model.

    Scores of none or all are moved inwards by 0.3, as is usual, so that their abilities are finite; items
    that all or nobody has right likewise.
    """
    import numpy as np
    from scipy.special import expit, logit

    people, items = right.shape
    scores, of_person, count = np.unique(right.sum(axis=1), return_inverse=True, return_counts=True)
    wanted_score = np.clip(scores.astype(float), 0.3, items - 0.3)
    wanted_item = np.clip(right.sum(axis=0).astype(float), 0.3, people - 0.3)
    ability = logit(wanted_score / items)
    easiness = logit(wanted_item / people)
    easiness -= easiness.mean()
    for _ in range(ITERATIONS):
        chance = expit(ability[:, None] + easiness)
        step_ability = (wanted_score - chance.sum(axis=1)) / (chance * (1 - chance)).sum(axis=1)
        ability += np.clip(step_ability, -1, 1)
        chance = expit(ability[:, None] + easiness)
        weight = count[:, None] * chance
        step_item = (wanted_item - weight.sum(axis=0)) / (weight * (1 - chance)).sum(axis=0)
        easiness += np.clip(step_item, -1, 1)
        easiness -= easiness.mean()
        if max(np.abs(step_ability).max(), np.abs(step_item).max()) < TOLERANCE:
            break
    result: np.ndarray[Any, Any] = expit(ability[:, None] + easiness)[of_person]
    return result


def upper_tail(chances: np.ndarray[Any, Any], at_least: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Chance of so many successes or more of independent draws; chances (pairs, k), at_least (pairs,)."""
    import numpy as np

    pairs, items = chances.shape
    mass = np.zeros((pairs, items + 1))
    mass[:, 0] = 1.0
    for item in range(items):
        chance = chances[:, item][:, None]
        mass[:, 1:] = mass[:, 1:] * (1 - chance) + mass[:, :-1] * chance
        mass[:, :1] *= 1 - chance
    kept: np.ndarray[Any, Any] = np.where(np.arange(items + 1) >= at_least[:, None], mass, 0.0).sum(axis=1)
    return kept


def similar_answers(form: Responses) -> list[dict[str, Any]]:
    """Pairs whose answers agree more than the screen lets pass, with the exact tail, one row a pair.

    Rows: first and second (positions in `form.candidates`), count_equal, count_equal_wrong (the same wrong
    option), expected_equal, p_value (not corrected for the number of pairs).
    """
    import numpy as np

    model = answer_model(form)
    people, items = form.right.shape
    answered = [position for position, option in enumerate(model.options) if option]
    options = [model.options[position] for position in answered]
    chances_of = model.chances[:, :, answered]
    codes = np.stack([form.chosen == option for option in options], axis=2).astype(np.float32)
    flat_codes, flat = codes.reshape(people, -1), chances_of.reshape(people, -1)
    wrong = (codes * ~form.right[:, :, None]).reshape(people, -1)
    rows: list[dict[str, Any]] = []
    for start in range(0, people, BLOCK):
        part = slice(start, min(start + BLOCK, people))
        equal = np.rint(flat_codes[part] @ flat_codes.T)
        expected = flat[part] @ flat.T
        squares = np.zeros_like(expected)
        for item in range(items):
            squares += (chances_of[part, item] @ chances_of[:, item].T) ** 2
        deviation = np.sqrt(np.maximum(expected - squares, 1e-12))
        above = (equal - expected) / deviation >= SCREEN_DEVIATIONS
        above &= np.arange(people)[None, :] > np.arange(part.start, part.stop)[:, None]
        first, second = np.nonzero(above)
        first += start
        if not len(first):
            continue
        chances = np.einsum("pio,pio->pi", chances_of[first], chances_of[second])
        count = equal[first - start, second]
        tail = upper_tail(chances, count)
        wrong_alike = np.rint((wrong[first] * wrong[second]).sum(axis=1))
        rows += [
            {
                "first": int(a), "second": int(b), "count_equal": int(m), "count_equal_wrong": int(w),
                "expected_equal": float(e), "p_value": float(p),
            }
            for a, b, m, w, e, p in zip(
                first, second, count, wrong_alike, chances.sum(axis=1), tail, strict=True
            )
        ]  # fmt: skip
    return rows


def similar_times(form: Responses, at_most: float) -> list[dict[str, Any]]:
    """Pairs whose times on the items rise and fall together, with a p-value of at most `at_most`.

    Compared are logarithms of seconds less what the item and the person take on the average; the p-value is
    that of Pearson's correlation with k - 3 degrees of freedom (one is spent on the items' means), upper
    side. People without a time above nothing at every item are left out. Rows: first, second,
    time_correlation, p_value.
    """
    import numpy as np
    from scipy.stats import t

    timed = np.flatnonzero((form.seconds > 0).all(axis=1))
    items = form.right.shape[1]
    if len(timed) < 2 or items < 4:
        return []
    logs = np.log(form.seconds[timed])
    rest = logs - logs.mean(axis=0) - logs.mean(axis=1)[:, None] + logs.mean()
    length = np.sqrt((rest**2).sum(axis=1))
    timed, rest = timed[length > 1e-9], rest[length > 1e-9] / length[length > 1e-9][:, None]
    freedom = items - 3
    quantile = t.isf(at_most, freedom)
    bound = quantile / np.sqrt(freedom + quantile**2)
    rows = []
    for start in range(0, len(timed), BLOCK):
        alike = rest[start : start + BLOCK] @ rest.T
        alike[np.arange(len(timed))[None, :] <= np.arange(start, start + len(alike))[:, None]] = -1
        for a, b in zip(*np.nonzero(alike >= bound), strict=True):
            value = min(float(alike[a, b]), 1.0)
            ratio = value * np.sqrt(freedom / max(1 - value**2, 1e-12))
            rows.append(
                {
                    "first": int(timed[a + start]), "second": int(timed[b]), "time_correlation": value,
                    "p_value": float(t.sf(ratio, freedom)),
                }
            )  # fmt: skip
    return rows


def not_computable(form: Responses, min_group: int) -> str | None:
    """Why a form's pairs cannot be compared, if they cannot."""
    if len(form.candidates) < max(min_group, 2):
        return reasons.TOO_FEW
    if len(form.items) < 2:
        return reasons.ONE_ITEM
    if not (form.chosen != "").any():
        return reasons.NO_ANSWERS
    return reasons.NO_VARIANCE if (form.scores == form.scores[0]).all() else None


def similar_pairs(form: Responses, *, count_pairs: int, alpha: float) -> list[dict[str, Any]]:
    """The flagged pairs of a form, one row a pair, candidates by number.

    count_pairs: pairs compared in the whole family of tests, by which p-values are multiplied. alpha: the
    chance of one false flag in that family, split evenly between answers and times.
    """
    limit = alpha / 2 / max(count_pairs, 1)
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for row in similar_answers(form):
        if row["p_value"] <= limit:
            p_value = row.pop("p_value")
            found[row["first"], row["second"]] = {**row, "p_answers": min(p_value * 2 * count_pairs, 1.0)}
    for row in similar_times(form, limit):
        key = (row["first"], row["second"])
        p_value = row.pop("p_value")
        found[key] = {**found.get(key, {}), **row, "p_times": min(p_value * 2 * count_pairs, 1.0)}
    empty = dict.fromkeys(
        ("count_equal", "count_equal_wrong", "expected_equal", "p_answers", "time_correlation", "p_times")
    )
    return [
        {
            **empty, **row,
            "first_candidate_no": str(form.candidates[row["first"]]),
            "second_candidate_no": str(form.candidates[row["second"]]),
            "count_items": len(form.items),
        }
        for _, row in sorted(found.items())
    ]  # fmt: skip
