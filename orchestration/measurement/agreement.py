"""Agreement of experts who mark the same work: intraclass correlation and Krippendorff's alpha.

Belongs here: the two coefficients and the bootstrap interval, on arrays. Not here: severity and the other
effects of single experts (`facets.py`), reading. Each work is marked by experts of its own, so the design is
one-way random: ICC(1) of one expert's mark, ICC(1,k) of the mean of k (Shrout and Fleiss 1979, case 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from orchestration.measurement import reasons

if TYPE_CHECKING:
    import numpy as np

Units = Sequence[Sequence[int]]
"""Marks by work: whole points, in any order. A work with fewer than two marks says nothing of agreement."""

BOOTSTRAP_SAMPLES, BOOTSTRAP_SEED = 1000, 2025


@dataclass(frozen=True)
class IntraclassCorrelation:
    """ICC(1) and ICC(1,k), with k marks a work, or what stands for k where it varies."""

    single: float | None = None
    average: float | None = None
    marks_a_work: float | None = None
    not_computable_code: str | None = None


def intraclass_correlation(units: Units) -> IntraclassCorrelation:
    """One-way random intraclass correlation of marks by work (Shrout and Fleiss 1979, Psych. Bulletin 86).

    Where works have different numbers of marks, k is (N - sum of squares / N) / (works - 1), the coefficient
    of the analysis of variance. Mean squares are exact fractions: the order of marks changes nothing.
    """
    kept = [list(unit) for unit in units if len(unit) > 1]
    if not kept:
        return IntraclassCorrelation(
            not_computable_code=reasons.ONE_RATER if any(units) else reasons.NO_ANSWERS
        )
    if len(kept) < 2:
        return IntraclassCorrelation(not_computable_code=reasons.TOO_FEW)
    marks = sum(len(unit) for unit in kept)
    grand = Fraction(sum(sum(unit) for unit in kept), marks)
    means = [Fraction(sum(unit), len(unit)) for unit in kept]
    pairs = list(zip(kept, means, strict=True))
    between = sum((len(unit) * (mean - grand) ** 2 for unit, mean in pairs), Fraction(0)) / (len(kept) - 1)
    within = sum(((mark - mean) ** 2 for unit, mean in pairs for mark in unit), Fraction(0)) / (
        marks - len(kept)
    )
    size = (marks - Fraction(sum(len(unit) ** 2 for unit in kept), marks)) / (len(kept) - 1)
    if between == 0 and within == 0:
        return IntraclassCorrelation(not_computable_code=reasons.NO_VARIANCE)
    divisor = between + (size - 1) * within
    single = float((between - within) / divisor) if divisor else None
    average = float((between - within) / between) if between else None
    code = reasons.NO_VARIANCE if single is None or average is None else None
    return IntraclassCorrelation(single, average, float(size), code)


@dataclass(frozen=True)
class Alpha:
    """Krippendorff's alpha for ordinal marks, with the interval of 95 % of a bootstrap over works."""

    alpha: float | None = None
    low: float | None = None
    high: float | None = None
    not_computable_code: str | None = None


def krippendorff_alpha(units: Units, *, ordinal: bool = True, samples: int = BOOTSTRAP_SAMPLES) -> Alpha:
    """Krippendorff's alpha of marks by work (Krippendorff 2011, Computing Krippendorff's Alpha-Reliability).

    ordinal: the ordinal difference of ranks, else the nominal one. samples: works drawn anew, with
    replacement and a fixed seed, so often; 0: no interval. Works are sorted first: their order changes
    nothing.
    """
    import numpy as np

    kept = sorted(sorted(unit) for unit in units if len(unit) > 1)
    if not kept:
        return Alpha(not_computable_code=reasons.ONE_RATER if any(units) else reasons.NO_ANSWERS)
    values = sorted({mark for unit in kept for mark in unit})
    if len(values) < 2:
        return Alpha(not_computable_code=reasons.NO_VARIANCE)
    parts = np.stack([_coincidences(unit, values) for unit in kept])
    alpha = float(_alpha_of(parts.sum(axis=0)[None], ordinal)[0])
    if not samples or len(kept) < 2:
        return Alpha(alpha)
    draws = np.random.default_rng(BOOTSTRAP_SEED).multinomial(len(kept), [1 / len(kept)] * len(kept), samples)
    resampled = _alpha_of(np.tensordot(draws.astype(float), parts, axes=1), ordinal)
    low, high = np.nanpercentile(resampled, [2.5, 97.5])
    return Alpha(alpha, float(low), float(high))


def _coincidences(unit: Sequence[int], values: Sequence[int]) -> np.ndarray[Any, Any]:
    """What a work adds to the matrix of coincidences: ordered pairs of marks over one less their number."""
    import numpy as np

    counts = np.array([unit.count(value) for value in values], dtype=float)
    result: np.ndarray[Any, Any] = (np.outer(counts, counts) - np.diag(counts)) / (len(unit) - 1)
    return result


def _alpha_of(matrices: np.ndarray[Any, Any], ordinal: bool) -> np.ndarray[Any, Any]:
    """Alpha of each matrix of coincidences, (samples, values, values); not a number where nothing varies."""
    import numpy as np

    margin = matrices.sum(axis=2)
    if ordinal:
        rank = np.cumsum(margin, axis=1) - margin / 2
        difference = (rank[:, :, None] - rank[:, None, :]) ** 2
    else:
        difference = np.broadcast_to(1 - np.eye(matrices.shape[1]), matrices.shape)
    observed = (matrices * difference).sum(axis=(1, 2))
    expected = (margin[:, :, None] * margin[:, None, :] * difference).sum(axis=(1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        result: np.ndarray[Any, Any] = 1 - (margin.sum(axis=1) - 1) * observed / expected
    return result
