"""Mantel's test for trend: against its exact distribution, planted items, what cannot be computed."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from orchestration.measurement import reasons
from orchestration.measurement.drift import EASIER_LATER, drift_rows, flag, mantel_trend
from orchestration.measurement.responses import responses
from tests.support.measurement import answers


def test_one_stratum_is_the_test_for_trend() -> None:
    """With one stratum the statistic is (n - 1) r squared, r Pearson's of right with the hour."""
    rng = np.random.default_rng(4)
    right, hour = rng.random(80) < 0.4, rng.integers(0, 9, 80)
    found = mantel_trend(right, hour, np.zeros(80, dtype=int))
    r = np.corrcoef(right, hour)[0, 1]
    assert found.chi_square == pytest.approx(79 * r**2)
    assert found.slope_per_hour == pytest.approx(np.polyfit(hour, right.astype(float), 1)[0])


def test_mean_and_variance_are_those_of_every_way_to_be_right() -> None:
    """Two strata of four: the hours of those who are right over all choices of two of four people."""
    hour = np.array([0, 1, 3, 6, 2, 2, 5, 9])
    right = np.array([0, 0, 1, 1, 0, 1, 0, 1], dtype=bool)
    stratum = np.array([0] * 4 + [1] * 4)
    sums = [[sum(chosen) for chosen in combinations(part, 2)] for part in (hour[:4], hour[4:])]
    expected = sum(np.mean(one) for one in sums)
    variance = sum(np.var(one) for one in sums)
    found = mantel_trend(right, hour, stratum)
    assert found.chi_square == pytest.approx((hour[right].sum() - expected) ** 2 / variance)


def test_the_order_of_people_and_the_origin_of_hours_change_nothing() -> None:
    rng = np.random.default_rng(5)
    right, hour, score = rng.random(300) < 0.5, rng.integers(0, 10, 300), rng.integers(0, 20, 300)
    order = rng.permutation(300)
    one = mantel_trend(right, hour, score)
    assert mantel_trend(right[order], hour[order], score[order]) == one
    moved = mantel_trend(right, hour + 1000, score)
    assert (moved.chi_square, moved.slope_per_hour) == (
        pytest.approx(one.chi_square), pytest.approx(one.slope_per_hour)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("right", "hour", "score", "code"),
    [
        ([], [], [], reasons.NO_ANSWERS),
        ([1, 1, 1], [0, 1, 2], [3, 3, 3], reasons.ALL_EQUAL),
        ([0, 0, 0], [0, 1, 2], [3, 3, 3], reasons.ALL_EQUAL),
        ([0, 1, 0], [4, 4, 4], [3, 3, 3], reasons.ONE_HOUR),
        ([0, 1, 1], [0, 1, 2], [1, 2, 3], reasons.NO_VARIANCE),
    ],
)
def test_what_cannot_be_computed_says_why(
    right: list[int], hour: list[int], score: list[int], code: str
) -> None:
    found = mantel_trend(np.array(right, dtype=bool), np.array(hour), np.array(score))
    assert found.not_computable_code == code and found.p_value is None and found.slope_per_hour is None


def test_a_planted_leak_is_found_and_the_other_items_are_not() -> None:
    form = responses(answers(1500, seed=6, leaked=(11, 0.12)))
    rows = flag(drift_rows(form, min_group=30), 0.05)
    assert [(row["item_no"], row["flag_code"]) for row in rows if row["flag_code"]] == [(12, EASIER_LATER)]
    assert rows[11]["share_late"] > rows[11]["share_early"] + 0.1


def test_clean_forms_raise_few_alarms() -> None:
    """Forms of 25 items, 20 of them: Benjamini and Hochberg's 5 % give about one form with an alarm."""
    alarms = [
        any(row["flag_code"] for row in flag(drift_rows(responses(answers(600, seed=s)), min_group=30), 0.05))
        for s in range(200, 220)
    ]
    assert sum(alarms) <= 3


def test_a_form_that_leaked_as_a_whole_shows_in_its_scores() -> None:
    frame = answers(800, seed=8)
    late = frame["started_at"] > frame["started_at"].median()
    gift = np.random.default_rng(1).random(len(frame)) < 0.3
    frame.loc[late & gift, "is_right"] = True
    rows = flag(drift_rows(responses(frame), min_group=30), 0.05)
    assert rows[-1]["item_no"] is None and rows[-1]["flag_code"] == EASIER_LATER


@pytest.mark.parametrize(
    ("people", "items", "code"),
    [(20, 25, reasons.TOO_FEW), (1, 25, reasons.TOO_FEW), (60, 1, reasons.ONE_ITEM)],
)
def test_forms_that_cannot_be_judged_say_why(people: int, items: int, code: str) -> None:
    rows = drift_rows(responses(answers(people, items, seed=2)), min_group=30)
    assert {row["not_computable_code"] for row in rows[:-1]} == {code}


def test_equal_answers_and_equal_hours_say_why() -> None:
    frame = answers(60, seed=9)
    frame["is_right"] = True
    rows = drift_rows(responses(frame), min_group=30)
    assert [row["not_computable_code"] for row in rows] == [reasons.ALL_EQUAL] * 25 + [reasons.NO_VARIANCE]
    frame = answers(60, seed=9)
    frame["started_at"] = frame["started_at"].min()
    assert {row["not_computable_code"] for row in drift_rows(responses(frame), min_group=30)} == {
        reasons.ONE_HOUR
    }
