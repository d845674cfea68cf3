"""Similar pairs: the tail against every outcome, the model against its margins, planted and clean pairs."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from orchestration.measurement import reasons, similarity
from orchestration.measurement.responses import responses
from orchestration.measurement.similarity import (
    answer_model,
    not_computable,
    rasch_chances,
    similar_answers,
    similar_pairs,
    upper_tail,
)
from tests.support.measurement import answers


def test_the_tail_is_that_of_every_outcome() -> None:
    chance = np.array([0.1, 0.35, 0.5, 0.8, 0.95])
    every = [
        (sum(outcome), np.prod([p if hit else 1 - p for p, hit in zip(chance, outcome, strict=True)]))
        for outcome in product((0, 1), repeat=5)
    ]
    for least in range(7):
        expected = sum(weight for count, weight in every if count >= least)
        assert upper_tail(chance[None], np.array([least]))[0] == pytest.approx(expected)


def test_the_tail_of_equal_chances_is_the_binomial() -> None:
    from scipy.stats import binom

    found = upper_tail(np.full((1, 25), 0.3), np.array([20]))[0]
    assert found == pytest.approx(binom.sf(19, 25, 0.3), rel=1e-9)


def test_the_model_gives_each_score_and_each_item_its_right_answers() -> None:
    right = responses(answers(400, seed=1)).right
    chance = rasch_chances(right)
    assert chance.sum(axis=0) == pytest.approx(right.sum(axis=0), abs=1e-3)
    scores = right.sum(axis=1)
    inside = (scores > 0) & (scores < 25)
    assert chance.sum(axis=1)[inside] == pytest.approx(scores[inside], abs=1e-3)


def test_the_chances_of_the_options_make_one() -> None:
    chances = answer_model(responses(answers(120, seed=2))).chances
    assert chances.sum(axis=2) == pytest.approx(np.ones(chances.shape[:2]))


def test_the_screen_loses_no_pair_that_would_be_flagged(monkeypatch: pytest.MonkeyPatch) -> None:
    form = responses(answers(150, seed=3, copied=(4, 90)))
    screened = similar_pairs(form, count_pairs=11175, alpha=0.05)
    monkeypatch.setattr(similarity, "SCREEN_DEVIATIONS", -99.0)
    assert len(similar_answers(form)) == 150 * 149 // 2
    assert similar_pairs(form, count_pairs=11175, alpha=0.05) == screened


def test_planted_pairs_are_found_and_nobody_else() -> None:
    """Of ten pairs of one person's answers, 19 of 20, seven are found at least; one false pair at most.

    Who answers much right shares much with others: such pairs are hard to tell apart.
    """
    found = []
    for seed in range(30, 40):
        form = responses(answers(400, seed=seed, copied=(17, 330)))
        found += [(r["first"], r["second"]) for r in similar_pairs(form, count_pairs=79800, alpha=0.05)]
    assert found.count((17, 330)) >= 7
    assert len(found) - found.count((17, 330)) <= 1


def test_a_flagged_pair_says_what_it_shares() -> None:
    form = responses(answers(400, seed=31, copied=(17, 330)))
    [row] = similar_pairs(form, count_pairs=79800, alpha=0.05)
    assert (row["first_candidate_no"], row["second_candidate_no"]) == ("R25-000017", "R25-000330")
    same = form.chosen[17] == form.chosen[330]
    assert (row["count_equal"], row["count_items"]) == (same.sum(), 25)
    assert row["count_equal_wrong"] == (same & ~form.right[17]).sum()
    assert row["count_equal"] > 2 * row["expected_equal"] and row["p_answers"] < 0.05


def test_planted_times_are_found_and_nobody_else() -> None:
    form = responses(answers(300, seed=14, copied_times=(3, 200)))
    found = similar_pairs(form, count_pairs=44850, alpha=0.05)
    assert [(row["first_candidate_no"], row["second_candidate_no"]) for row in found] == [
        ("R25-000003", "R25-000200")
    ]
    assert found[0]["time_correlation"] > 0.9 and found[0]["p_answers"] is None


def test_clean_forms_raise_few_alarms() -> None:
    """Bonferroni holds the chance of an alarm in a form at 5 %: of 20 forms, three at most."""
    alarms = [
        bool(similar_pairs(responses(answers(250, seed=s)), count_pairs=250 * 249 // 2, alpha=0.05))
        for s in range(300, 320)
    ]
    assert sum(alarms) <= 3


def test_empty_answers_are_no_agreement() -> None:
    frame = answers(200, seed=15)
    cut_off = frame["candidate_no"].isin(["R25-000001", "R25-000002"]) & (frame["item_no"] > 2)
    frame.loc[cut_off, ["chosen_option_code", "is_right"]] = [None, False]
    assert similar_pairs(responses(frame), count_pairs=19900, alpha=0.05) == []


def test_the_order_of_rows_changes_nothing() -> None:
    frame = answers(300, seed=16, copied=(7, 200), copied_times=(8, 9))
    one = similar_pairs(responses(frame), count_pairs=44850, alpha=0.05)
    other = similar_pairs(responses(frame.sample(frac=1, random_state=1)), count_pairs=44850, alpha=0.05)
    assert len(one) == 2 and one == other


def test_what_cannot_be_compared_says_why() -> None:
    frame = answers(50, seed=17)
    assert not_computable(responses(frame), 30) is None
    assert not_computable(responses(frame), 60) == reasons.TOO_FEW
    assert not_computable(responses(frame[frame["candidate_no"] == "R25-000001"]), 0) == reasons.TOO_FEW
    assert not_computable(responses(frame[frame["item_no"] == 1]), 30) == reasons.ONE_ITEM
    assert not_computable(responses(frame.assign(chosen_option_code=None, is_right=False)), 30) == (
        reasons.NO_ANSWERS
    )
    assert not_computable(responses(frame.assign(is_right=True)), 30) == reasons.NO_VARIANCE
