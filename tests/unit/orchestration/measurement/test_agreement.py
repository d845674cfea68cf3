"""ICC and alpha against the tables of the papers they come from, and what cannot be computed."""

from __future__ import annotations

import random

import numpy as np
import pytest

from orchestration.measurement import reasons
from orchestration.measurement.agreement import intraclass_correlation, krippendorff_alpha
from tests.support.measurement import marks

# Shrout and Fleiss 1979, Table 2: six targets, four judges. Table 4 gives ICC(1,1) = .17, ICC(1,4) = .44.
SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]

# Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", example C: four observers, twelve units,
# some missing. Nominal alpha .743, ordinal .815.
OBSERVERS = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)
KRIPPENDORFF = [[mark for mark in unit if mark is not None] for unit in zip(*OBSERVERS, strict=True)]


def test_icc_of_shrout_and_fleiss() -> None:
    found = intraclass_correlation(SHROUT_FLEISS)
    assert found.single is not None and round(found.single, 2) == 0.17
    assert found.average is not None and round(found.average, 2) == 0.44
    assert found.marks_a_work == 4


def test_icc_of_unequal_works_is_that_of_the_analysis_of_variance() -> None:
    """Against statsmodels' table of variances and the harmonic-like size of the works."""
    import pandas as pd
    import statsmodels.api as sm
    from statsmodels.formula.api import ols

    units = [[1, 2, 2], [4, 5], [3, 3, 2, 4], [5, 4, 5]]
    frame = pd.DataFrame(
        [(str(n), mark) for n, unit in enumerate(units) for mark in unit], columns=["work", "y"]
    )
    table = sm.stats.anova_lm(ols("y ~ C(work)", frame).fit())
    between, within = table["mean_sq"]
    size = (12 - (9 + 4 + 16 + 9) / 12) / 3
    found = intraclass_correlation(units)
    assert found.single == pytest.approx((between - within) / (between + (size - 1) * within))
    assert found.average == pytest.approx((between - within) / between)


def test_alpha_of_krippendorff() -> None:
    assert krippendorff_alpha(KRIPPENDORFF, ordinal=False, samples=0).alpha == pytest.approx(0.743, abs=5e-4)
    assert krippendorff_alpha(KRIPPENDORFF, samples=0).alpha == pytest.approx(0.815, abs=5e-4)


def test_the_interval_is_the_same_each_time_and_holds_alpha() -> None:
    units = [list(unit) for unit in np.random.default_rng(1).integers(1, 6, (60, 3)).tolist()]
    one, again = krippendorff_alpha(units), krippendorff_alpha(units)
    assert one == again
    assert one.low is not None and one.high is not None and one.alpha is not None
    assert one.low < one.alpha < one.high and one.low < 0 < one.high, "marks at random agree by chance"


def test_the_interval_covers_what_is_true() -> None:
    """Of 40 samples of 80 works the 95 % interval holds the alpha of 4,000 works in 34 at least."""
    frame = marks(works=4000, criteria=1, seed=5)
    units = [part["points"].tolist() for _, part in frame.groupby("candidate_no")]
    truth = krippendorff_alpha(units, samples=0).alpha
    assert truth is not None
    held = 0
    for start in range(0, 3200, 80):
        found = krippendorff_alpha(units[start : start + 80], samples=300)
        assert found.low is not None and found.high is not None
        held += found.low <= truth <= found.high
    assert held >= 34


def test_the_order_of_works_and_marks_changes_nothing() -> None:
    mixed = [random.Random(1).sample(unit, len(unit)) for unit in KRIPPENDORFF]
    random.Random(2).shuffle(mixed)
    assert krippendorff_alpha(mixed) == krippendorff_alpha(KRIPPENDORFF)
    assert intraclass_correlation(mixed) == intraclass_correlation(KRIPPENDORFF)


def test_perfect_agreement_is_one() -> None:
    units = [[value] * 3 for value in (1, 2, 3, 4, 5)]
    assert krippendorff_alpha(units, samples=0).alpha == 1
    assert intraclass_correlation(units).single == 1


@pytest.mark.parametrize(
    ("units", "code"),
    [
        ([], reasons.NO_ANSWERS),
        ([[]], reasons.NO_ANSWERS),
        ([[3], [4]], reasons.ONE_RATER),
        ([[3, 3], [3, 3]], reasons.NO_VARIANCE),
    ],
)
def test_what_cannot_be_computed_says_why(units: list[list[int]], code: str) -> None:
    assert krippendorff_alpha(units).not_computable_code == code
    assert intraclass_correlation(units).not_computable_code == code


def test_one_work_has_agreement_but_no_correlation_and_no_interval() -> None:
    assert intraclass_correlation([[3, 4]]).not_computable_code == reasons.TOO_FEW
    found = krippendorff_alpha([[3, 4]])
    assert found.alpha is not None and found.low is None
