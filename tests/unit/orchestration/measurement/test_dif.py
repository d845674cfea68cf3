"""Mantel-Haenszel: a published table, the formulas written out, planted items, what cannot be computed."""

from __future__ import annotations

import math

import numpy as np
import pytest

from orchestration.measurement import reasons
from orchestration.measurement.dif import MantelHaenszel, dif_rows, ets_class, mantel_haenszel, two_by_two
from orchestration.measurement.responses import responses
from tests.support.measurement import answers

# UC Berkeley's graduate admissions of 1973 (Bickel, Hammel and O'Connell 1975), six departments, as in R's
# data set UCBAdmissions: men admitted and rejected, women admitted and rejected.
BERKELEY = {
    "A": (512, 313, 89, 19), "B": (353, 207, 17, 8), "C": (120, 205, 202, 391),
    "D": (138, 279, 131, 244), "E": (53, 138, 94, 299), "F": (22, 351, 24, 317),
}  # fmt: skip


def people(strata: dict[str, tuple[int, int, int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    right, focal, level = [], [], []
    for number, cells in enumerate(strata.values()):
        for (is_right, is_focal), count in zip(
            [(True, False), (False, False), (True, True), (False, True)], cells, strict=True
        ):
            right += [is_right] * count
            focal += [is_focal] * count
            level += [number] * count
    return np.array(right), np.array(focal), np.array(level)


def test_berkeley_as_r_computes_it() -> None:
    """`mantelhaen.test(UCBAdmissions)`: X-squared 1.4269, p 0.2323, common odds ratio 0.9046968."""
    found = mantel_haenszel(*people(BERKELEY))
    assert found.chi_square == pytest.approx(1.4269, abs=5e-5)
    assert found.p_value == pytest.approx(0.2323, abs=5e-5)
    assert found.odds_ratio == pytest.approx(0.9046968, abs=5e-8)
    assert (found.count_reference, found.count_focal, found.count_outside) == (2691, 1835, 0)


def test_the_textbook_formula_gives_the_same() -> None:
    """Holland and Thayer's sums, written out: alpha from cross products, chi-square less one half."""
    tables = two_by_two(*people(BERKELEY)).astype(float)
    a, b, c, d = tables[0, 0], tables[0, 1], tables[1, 0], tables[1, 1]
    total = a + b + c + d
    odds = (a * d / total).sum() / (b * c / total).sum()
    expected = (a + b) * (a + c) / total
    variance = (a + b) * (c + d) * (a + c) * (b + d) / (total**2 * (total - 1))
    chi_square = (abs((a - expected).sum()) - 0.5) ** 2 / variance.sum()
    found = mantel_haenszel(*people(BERKELEY))
    assert found.odds_ratio == pytest.approx(odds)
    assert found.chi_square == pytest.approx(chi_square)
    assert found.delta == pytest.approx(-2.35 * math.log(odds))


def test_the_order_of_people_changes_nothing() -> None:
    right, focal, level = people(BERKELEY)
    order = np.random.default_rng(1).permutation(len(right))
    assert mantel_haenszel(right[order], focal[order], level[order]) == mantel_haenszel(right, focal, level)


def test_exchanging_the_groups_turns_the_sign() -> None:
    right, focal, level = people(BERKELEY)
    one, other = mantel_haenszel(right, focal, level), mantel_haenszel(right, ~focal, level)
    assert one.delta is not None and other.delta == pytest.approx(-one.delta)
    assert other.chi_square == pytest.approx(one.chi_square)


def test_scores_of_one_group_only_are_told_and_add_nothing() -> None:
    alone = {**BERKELEY, "G": (10, 5, 0, 0), "H": (0, 0, 3, 4)}
    found, without = mantel_haenszel(*people(alone)), mantel_haenszel(*people(BERKELEY))
    assert found.count_outside == 22
    assert (found.chi_square, found.delta) == (without.chi_square, without.delta)


@pytest.mark.parametrize(
    ("strata", "code"),
    [
        ({}, reasons.NO_ANSWERS),
        ({"A": (3, 2, 0, 0)}, reasons.ONE_GROUP),
        ({"A": (3, 2, 0, 0), "B": (0, 0, 3, 2)}, reasons.ONE_GROUP),
        ({"A": (3, 0, 4, 0)}, reasons.ALL_EQUAL),
        ({"A": (0, 3, 0, 4)}, reasons.ALL_EQUAL),
        ({"A": (3, 0, 4, 0), "B": (0, 3, 0, 4)}, reasons.NO_VARIANCE),
        ({"A": (3, 0, 0, 4)}, reasons.ONE_SIDED),
    ],
)
def test_what_cannot_be_computed_says_why(strata: dict[str, tuple[int, int, int, int]], code: str) -> None:
    right, focal, level = people(strata)
    found = mantel_haenszel(right.astype(bool), focal.astype(bool), level)
    assert found.not_computable_code == code
    assert (found.delta, found.chi_square, found.p_value, found.odds_ratio) == (None,) * 4


@pytest.mark.parametrize(
    ("delta", "error", "p_value", "grade"),
    [
        (0.9, 0.1, 0.001, "A"),  # less than one delta, however certain
        (2.5, 2.0, 0.2, "A"),  # not significant
        (-1.2, 0.2, 0.001, "B"),
        (1.6, 0.5, 0.001, "B"),  # large, but not surely above one
        (-1.6, 0.3, 0.001, "C"),
    ],
)
def test_classes_of_ets(delta: float, error: float, p_value: float, grade: str) -> None:
    found = MantelHaenszel(50, 50, 0, 1.0, delta, error, 9.0, p_value)
    assert ets_class(found, 0.05) == grade


def test_a_planted_item_is_found_and_the_others_are_not() -> None:
    form = responses(answers(1500, seed=3, dif=(7, 1.2)))
    rows = dif_rows(form, "sex_code", "male", "female", min_group=30, alpha=0.05)
    assert [row["item_no"] for row in rows if row["class_code"] == "C"] == [8]
    assert rows[7]["favours_code"] == "male" and rows[7]["delta"] < -1.5


def test_clean_forms_raise_few_alarms() -> None:
    """Of 250 items without any difference none is of class C, and no more than 2 % of class B."""
    grades = [
        row["class_code"]
        for seed in range(10)
        for row in dif_rows(
            responses(answers(900, seed=100 + seed)), "sex_code", "male", "female", min_group=30, alpha=0.05
        )
    ]
    assert len(grades) == 250 and grades.count("C") == 0 and grades.count("B") <= 5


def test_small_groups_and_single_items_are_not_compared() -> None:
    few = dif_rows(responses(answers(40, seed=1)), "sex_code", "male", "female", min_group=30, alpha=0.05)
    assert {row["not_computable_code"] for row in few} == {reasons.TOO_FEW}
    one = dif_rows(responses(answers(200, 1)), "sex_code", "male", "female", min_group=30, alpha=0.05)
    assert [row["not_computable_code"] for row in one] == [reasons.ONE_ITEM]
