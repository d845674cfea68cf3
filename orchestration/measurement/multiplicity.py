"""Many tests at once: p-values as they read after the number of tests is taken into account.

Belongs here: the two corrections that the methods name. Holm (1979) holds the chance of one false alarm in
the whole family; Benjamini and Hochberg (1995) hold the share of false alarms among the alarms.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

HOLM, BENJAMINI_HOCHBERG = "holm", "fdr_bh"


def adjusted(p_values: Sequence[float | None], method: str) -> list[float | None]:
    """Adjusted p-values in the same order; None stays None and counts for no test."""
    from statsmodels.stats.multitest import multipletests

    known = [value for value in p_values if value is not None]
    if not known:
        return [None] * len(p_values)
    changed: Any = iter(multipletests(known, method=method)[1].tolist())
    return [None if value is None else min(float(next(changed)), 1.0) for value in p_values]
