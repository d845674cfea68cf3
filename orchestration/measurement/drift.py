"""Drift of items over the hours of the sittings: an item that leaked becomes easier for those who sit later.

Belongs here: the test for trend of one item at equal ability (Mantel 1963), on arrays, and the table of all
items. Not here: reading. People are matched on the score on the *other* items of the form: those who sit
later may simply be abler. So what is found is an item that moves against the rest; a form whose every item
leaked shows in the trend of its scores only, which is told beside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orchestration.measurement import reasons
from orchestration.measurement.multiplicity import BENJAMINI_HOCHBERG, adjusted

if TYPE_CHECKING:
    import numpy as np

    from orchestration.measurement.responses import Responses

EASIER_LATER, HARDER_LATER = "EASIER_LATER", "HARDER_LATER"


@dataclass(frozen=True)
class Trend:
    """The trend of one item over hours among people of equal ability.

    slope_per_hour: change of the share of right answers with an hour, people matched. chi_square: 1 degree
    of freedom, no continuity correction (Mantel 1963, Journal of the American Statistical Association 58).
    p_value: of it, two-sided. not_computable_code: why the rest is None.
    """

    slope_per_hour: float | None = None
    chi_square: float | None = None
    p_value: float | None = None
    not_computable_code: str | None = None


def mantel_trend(
    right: np.ndarray[Any, Any], hour: np.ndarray[Any, Any], matching: np.ndarray[Any, Any]
) -> Trend:
    """Mantel's extension of the Mantel-Haenszel test to an ordered exposure; three arrays (n,).

    hour: whole hours from any origin. At each matching score with n people, r of them right, the sum of the
    hours of those who are right has mean r x mean(hour) and variance r (n - r) / (n - 1) x variance(hour).
    """
    import numpy as np
    from scipy.stats import chi2

    if len(right) == 0:
        return Trend(not_computable_code=reasons.NO_ANSWERS)
    if right.all() or not right.any():
        return Trend(not_computable_code=reasons.ALL_EQUAL)
    if (hour == hour[0]).all():
        return Trend(not_computable_code=reasons.ONE_HOUR)
    _, stratum = np.unique(matching, return_inverse=True)
    # whole numbers up to the divisions, so that the order of people changes nothing
    count, was_right, hours, squares, hours_right = (
        np.bincount(stratum, weights=weights)
        for weights in (None, right, hour, hour.astype(float) ** 2, hour * right)
    )
    spread = squares - hours**2 / count
    excess = (hours_right - was_right * hours / count).sum()
    informative = count > 1
    variance = (
        (was_right * (count - was_right) / np.maximum(count - 1, 1) * spread / count)[informative]
    ).sum()
    if variance <= 0:
        return Trend(not_computable_code=reasons.NO_VARIANCE)
    statistic = float(excess**2 / variance)
    slope = float(excess / spread.sum())
    return Trend(slope, statistic, float(chi2.sf(statistic, 1)))


def hours_since_first(people_started_at: Any) -> np.ndarray[Any, Any]:
    """Whole hours from the first start to each one's, (n,)."""
    started = people_started_at.to_numpy(dtype="datetime64[s]").astype("int64")
    return (started - started.min()) // 3600 if len(started) else started


def drift_rows(form: Responses, *, min_group: int) -> list[dict[str, Any]]:
    """The trend of each item of a form, one row an item, and of its scores in the row without an item.

    min_group: the least number of people. share_early, share_late: share of right answers of those who sat in
    the first and in the second half of the hours (the item), not matched.
    """
    import numpy as np
    from scipy.stats import linregress

    hours, scores = hours_since_first(form.people["started_at"]), form.scores
    too_few, one_item = len(scores) < min_group, len(form.items) == 1
    late = hours > np.median(hours) if len(hours) else hours.astype(bool)
    rows = []
    for position, item in enumerate(form.items.tolist()):
        right = form.right[:, position]
        if too_few or one_item:
            found = Trend(not_computable_code=reasons.TOO_FEW if too_few else reasons.ONE_ITEM)
        else:
            found = mantel_trend(right, hours, scores - right)
        rows.append(
            {"item_no": item, "count_takers": len(scores), **vars(found), **_shares(right, late, too_few)}
        )
    whole = Trend(not_computable_code=reasons.TOO_FEW)
    if not too_few and (scores == scores[0]).all():
        whole = Trend(not_computable_code=reasons.NO_VARIANCE)
    elif not too_few and (hours == hours[0]).all():
        whole = Trend(not_computable_code=reasons.ONE_HOUR)
    elif not too_few:
        line = linregress(hours, scores)
        whole = Trend(float(line.slope), None, float(line.pvalue))
    return [
        *rows,
        {"item_no": None, "count_takers": len(scores), **vars(whole), **_shares(None, late, too_few)},
    ]


def _shares(right: np.ndarray[Any, Any] | None, late: np.ndarray[Any, Any], hidden: bool) -> dict[str, Any]:
    if right is None or hidden or late.all() or not late.any():
        return {"share_early": None, "share_late": None}
    return {"share_early": float(right[~late].mean()), "share_late": float(right[late].mean())}


def flag(rows: list[dict[str, Any]], alpha: float) -> list[dict[str, Any]]:
    """Add the adjusted p-value (Benjamini and Hochberg over all rows) and the flag of what drifted."""
    for row, p_value in zip(
        rows, adjusted([row["p_value"] for row in rows], BENJAMINI_HOCHBERG), strict=True
    ):
        row["p_adjusted"] = p_value
        drifted = p_value is not None and p_value < alpha
        row["flag_code"] = (EASIER_LATER if row["slope_per_hour"] > 0 else HARDER_LATER) if drifted else None
    return rows
