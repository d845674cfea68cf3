"""Differential item functioning: whether equally able people of two groups find an item equally hard.

Belongs here: the Mantel-Haenszel procedure (Holland and Thayer 1988) with the classes A, B and C of ETS
(Zieky 1993), on arrays, and the table of all items. Not here: who is compared (`methods.py`), reading.
People are matched on the score of the whole form, the item studied included, as Holland and Thayer do.
A score at which only one group has people, or everybody answers alike, says nothing and adds nothing; how
many people stand at scores of one group only is told. The matching score is not purified.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orchestration.measurement import reasons

if TYPE_CHECKING:
    import numpy as np

    from orchestration.measurement.responses import Responses

DELTA = -2.35
"""ETS delta of a log odds ratio of 1: 4 / 1.7, negative where harder for the focal group."""
NEGLIGIBLE, LARGE = 1.0, 1.5
"""Bounds of |delta| between classes A and B, and B and C (Zieky 1993)."""
ONE_SIDED_5_PERCENT = 1.645
"""Class C asks for |delta| above 1 at the one-sided level of 5 %: so many standard errors."""


@dataclass(frozen=True)
class MantelHaenszel:
    """One item between a reference and a focal group.

    odds_ratio: common odds of being right, reference to focal. delta: ETS delta; negative: harder for the
    focal group. delta_error: its standard error (Robins, Breslow and Greenland 1986). chi_square: with
    continuity correction, 1 degree of freedom. p_value: of it. count_outside: people at scores that only
    one group has. not_computable_code: why the rest is None.
    """

    count_reference: int
    count_focal: int
    count_outside: int
    odds_ratio: float | None = None
    delta: float | None = None
    delta_error: float | None = None
    chi_square: float | None = None
    p_value: float | None = None
    not_computable_code: str | None = None


def mantel_haenszel(
    right: np.ndarray[Any, Any], is_focal: np.ndarray[Any, Any], matching: np.ndarray[Any, Any]
) -> MantelHaenszel:
    """Compare two groups at one item; three arrays (n,): right or not, focal or reference, matching score."""
    import numpy as np
    from statsmodels.stats.contingency_tables import StratifiedTable

    sides = (int((~is_focal).sum()), int(is_focal.sum()))
    if len(right) == 0:
        return MantelHaenszel(*sides, 0, not_computable_code=reasons.NO_ANSWERS)
    tables = two_by_two(right, is_focal, matching)
    shared = (tables.sum(axis=1) > 0).all(axis=0)
    outside = int(tables[:, :, ~shared].sum())
    tables = tables[:, :, shared]
    if min(sides) == 0 or tables.shape[2] == 0:
        return MantelHaenszel(*sides, outside, not_computable_code=reasons.ONE_GROUP)
    if right.all() or not right.any():
        return MantelHaenszel(*sides, outside, not_computable_code=reasons.ALL_EQUAL)
    totals = tables.sum(axis=(0, 1))
    above = (tables[0, 0] * tables[1, 1] / totals).sum()
    below = (tables[0, 1] * tables[1, 0] / totals).sum()
    if above == 0 and below == 0:
        return MantelHaenszel(*sides, outside, not_computable_code=reasons.NO_VARIANCE)
    if above == 0 or below == 0:
        return MantelHaenszel(*sides, outside, not_computable_code=reasons.ONE_SIDED)
    pooled = StratifiedTable(np.asarray(tables, dtype=float))
    test = pooled.test_null_odds(correction=True)
    log_odds = float(pooled.logodds_pooled)
    return MantelHaenszel(
        *sides, outside,
        odds_ratio=math.exp(log_odds), delta=DELTA * log_odds,
        delta_error=abs(DELTA) * float(pooled.logodds_pooled_se),
        chi_square=float(test.statistic), p_value=float(test.pvalue),
    )  # fmt: skip


def two_by_two(
    right: np.ndarray[Any, Any], is_focal: np.ndarray[Any, Any], matching: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    """Counts (2, 2, strata): reference and focal by right and wrong at each matching score, least first."""
    import numpy as np

    levels, stratum = np.unique(matching, return_inverse=True)
    cell = (is_focal.astype(int) * 2 + (~right).astype(int)) * len(levels) + stratum
    return np.bincount(cell, minlength=4 * len(levels)).reshape(2, 2, len(levels))


def ets_class(found: MantelHaenszel, alpha: float) -> str | None:
    """A (negligible), B or C (large) of an item; None where there is no statistic (Zieky 1993)."""
    if found.delta is None or found.delta_error is None or found.p_value is None:
        return None
    size = abs(found.delta)
    if size < NEGLIGIBLE or found.p_value >= alpha:
        return "A"
    if size >= LARGE and size - NEGLIGIBLE > ONE_SIDED_5_PERCENT * found.delta_error:
        return "C"
    return "B"


def dif_rows(
    form: Responses, group_column: str, reference: str, focal: str, *, min_group: int, alpha: float
) -> list[dict[str, Any]]:
    """Every item of a form between two groups of its people, one row an item.

    group_column: column of `form.people` that holds the groups' codes; people of neither are left out.
    min_group: the least number of people in each group. favours_code: the group for which the item is
    easier, where the class is B or C.
    """
    groups = form.people[group_column].to_numpy(dtype=str)
    kept = (groups == reference) | (groups == focal)
    right, is_focal, scores = form.right[kept], groups[kept] == focal, form.scores[kept]
    too_few = min(int(is_focal.sum()), int((~is_focal).sum())) < min_group
    rows = []
    for position, item in enumerate(form.items.tolist()):
        if len(form.items) == 1 or too_few:
            code = reasons.TOO_FEW if too_few else reasons.ONE_ITEM
            found = MantelHaenszel(int((~is_focal).sum()), int(is_focal.sum()), 0, not_computable_code=code)
        else:
            found = mantel_haenszel(right[:, position], is_focal, scores)
        grade = ets_class(found, alpha)
        favours = focal if (found.delta or 0) > 0 else reference
        rows.append(
            {
                "reference_code": reference, "focal_code": focal, "item_no": item, **vars(found),
                "class_code": grade, "favours_code": favours if grade in ("B", "C") else None,
            }
        )  # fmt: skip
    return rows
