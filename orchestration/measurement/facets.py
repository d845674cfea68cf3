"""What single experts do to marks, by a many-facet Rasch model; the order of works without severity.

Belongs here: fitting the model (Linacre 1989; package raschpy, an optional extra), the effects of each expert
read from it, and the shadow ranking. Not here: agreement (`agreement.py`), reading. Advisory only: the mark
that counts is the mean (Order §6.6, A25).

Severity in logits, above nothing: stricter. Infit and outfit: mean squares of standardised residuals, 1 as
the model expects. Centrality: correlation of an expert's residuals with what the model expects (Wolfe and
Song 2015, Journal of Applied Measurement 16); below nothing: marks stay near the middle. Halo: mean
correlation of an expert's standardised residuals between criteria of the same work (Saal, Downey and Lahey
1980, Psychological Bulletin 88); above nothing: all criteria get the same mark.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orchestration.errors import OrchestrationError
from orchestration.measurement import reasons
from orchestration.measurement.multiplicity import HOLM, adjusted

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

PACKAGE = "raschpy"
SEED = 2025
MIN_WORKS = 10
"""Of an expert with fewer works no effect is told."""
LEAST_WORKS = 3
"""An expert with fewer works, or with marks at one end of the scale only, is left out of the model."""
LARGE_SEVERITY = 0.5
"""Logits from the mean of all experts; less is not flagged however certain it is."""
FIT_LOW, FIT_HIGH = 0.5, 1.5
"""Mean squares that are productive for measurement (Linacre 2002, Rasch Measurement Transactions 16)."""
SCALE = 10_000
"""Adjusted marks are compared in whole parts of a point: 4 places."""


def is_installed() -> bool:
    """Whether the optional package is there."""
    return importlib.util.find_spec(PACKAGE) is not None


@dataclass(frozen=True)
class FacetModel:
    """A fitted model. raters: one row an expert. works: adjusted mark of each work, in parts of SCALE.

    not_computable_code: why both are empty.
    """

    raters: list[dict[str, Any]]
    works: dict[str, int]
    not_computable_code: str | None = None


def fit(marks: pd.DataFrame, points_min: int, points_max: int, alpha: float) -> FacetModel:
    """Fit the model to the marks of one network of experts at one stage.

    marks: one row an expert, work and criterion: `rater_code`, `candidate_no`, `criterion_code`, `points`.
    points_min, points_max: the scale (seed `stage_scoring`). alpha: chance of one false flag among the
    experts, for each kind of effect (Holm). Needs raschpy; `OrchestrationError` where that fails.
    """
    code = not_computable(marks)
    if code:
        return FacetModel([], {}, code)
    wide = marks.pivot_table(
        index=["rater_code", "candidate_no"], columns="criterion_code", values="points", aggfunc="first"
    )
    wide = wide.sort_index().sort_index(axis=1).astype(float) - points_min
    model = _fitted(wide, points_max - points_min)
    raters = _rater_rows(model, wide)
    _flag(raters, alpha)
    return FacetModel(raters, _adjusted_marks(model, points_min))


def not_computable(marks: pd.DataFrame) -> str | None:
    """Why no model can be fitted to these marks, if none can."""
    if marks.empty:
        return reasons.NO_ANSWERS
    if marks["criterion_code"].nunique() < 2:
        return reasons.ONE_CRITERION
    if marks["candidate_no"].nunique() < MIN_WORKS:
        return reasons.TOO_FEW
    if marks["rater_code"].nunique() < 2:
        return reasons.ONE_RATER
    if marks["points"].nunique() < 2:
        return reasons.NO_VARIANCE
    return None if len(networks(marks)) == 1 else reasons.DISCONNECTED


def usable(
    marks: pd.DataFrame, points_min: int, points_max: int
) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """The marks of experts whose severity can be estimated; for each other one a row that says why not."""
    kept, others = [], []
    for rater, own in marks.groupby("rater_code", sort=True):
        works = int(own["candidate_no"].nunique())
        is_extreme = bool((own["points"] == points_min).all() or (own["points"] == points_max).all())
        if works >= LEAST_WORKS and not is_extreme:
            kept.append(rater)
            continue
        code = reasons.TOO_FEW if works < LEAST_WORKS else reasons.NO_VARIANCE
        counts = {"rater_code": str(rater), "count_works": works, "count_marks": len(own)}
        others.append({**_NO_EFFECTS, **counts, "flag_codes": None, "not_computable_code": code})
    return marks[marks["rater_code"].isin(kept)], others


def networks(marks: pd.DataFrame) -> list[pd.DataFrame]:
    """The marks of each group of experts who share works, directly or through others, by least code.

    Severity can be compared within such a group only: experts of one field who mark its works alone are one.
    """
    import numpy as np
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    if marks.empty:
        return []
    raters, rater = np.unique(marks["rater_code"].to_numpy(dtype=str), return_inverse=True)
    works, work = np.unique(marks["candidate_no"].to_numpy(dtype=str), return_inverse=True)
    size = len(raters) + len(works)
    links = coo_matrix((np.ones(len(rater)), (rater, work + len(raters))), shape=(size, size))
    _, label = connected_components(links, directed=False)
    order = list(dict.fromkeys(label[: len(raters)].tolist()))
    return [marks[label[rater] == one] for one in order]


def _fitted(wide: pd.DataFrame, max_score: int) -> Any:
    """The model with estimates, errors and residuals; the package's warnings are of plots and thin data."""
    import warnings

    import pandas as pd
    from raschpy import MFRM

    everybody: pd.MultiIndex = pd.MultiIndex.from_product(
        [wide.index.levels[0], wide.index.levels[1]],  # type: ignore[attr-defined]
        names=["Rater", "Person"],
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model = MFRM(wide.rename_axis(["Rater", "Person"]).reindex(everybody), max_score=max_score)
            model.calibrate("global")
            model.std_errors("global", seed=SEED)
            model.person_estimates("global")
            model.fit_statistics("global", se=False, test_stats=False, seed=SEED)
        except (ArithmeticError, LookupError, ValueError) as error:
            raise OrchestrationError(
                "error.measurement_model", package=PACKAGE, detail=type(error).__name__
            ) from error
    return model


def _rater_rows(model: Any, wide: pd.DataFrame) -> list[dict[str, Any]]:
    rows = []
    severity = model.facet_effects_global
    residuals, standardised = model.residual_df_global, model.std_residual_df_global
    expected = model.exp_score_df_global
    for rater, marked in wide.groupby(level=0):
        works = len(marked)
        row: dict[str, Any] = {
            "rater_code": str(rater), "count_works": works, "count_marks": int(marked.notna().sum().sum()),
        }  # fmt: skip
        if works >= MIN_WORKS:
            people = marked.index.get_level_values(1)
            row |= {
                "severity_logits": float(severity[rater]),
                "severity_error": float(model.rater_se_global[rater]),
                "infit": float(model.rater_infit_ms_global[rater]),
                "outfit": float(model.rater_outfit_ms_global[rater]),
                "centrality": correlation(
                    residuals.loc[rater].loc[people].to_numpy(), expected.loc[rater].loc[people].to_numpy()
                ),
                "halo": halo(standardised.loc[rater].loc[people].to_numpy()),
            }
        rows.append(
            {**_NO_EFFECTS, **row, "not_computable_code": None if works >= MIN_WORKS else reasons.TOO_FEW}
        )
    return rows


_NO_EFFECTS = dict.fromkeys(
    ("severity_logits", "severity_error", "infit", "outfit", "centrality", "halo"), None
)


def correlation(first: np.ndarray[Any, Any], second: np.ndarray[Any, Any]) -> float | None:
    """Pearson correlation over the cells that both have; None where one of them does not vary."""
    import numpy as np

    both = np.isfinite(first) & np.isfinite(second)
    first, second = first[both], second[both]
    if len(first) < 3 or first.std() < 1e-12 or second.std() < 1e-12:
        return None
    return float(np.corrcoef(first, second)[0, 1])


def halo(standardised: np.ndarray[Any, Any]) -> float | None:
    """Mean correlation between criteria of an expert's standardised residuals, (works, criteria)."""
    import numpy as np

    whole = standardised[np.isfinite(standardised).all(axis=1)]
    pairs = [
        value
        for a in range(whole.shape[1])
        for b in range(a + 1, whole.shape[1])
        if (value := correlation(whole[:, a], whole[:, b])) is not None
    ]
    return float(np.mean(pairs)) if pairs else None


def _flag(rows: list[dict[str, Any]], alpha: float) -> None:
    """Add `flag_codes`: what stands out among all experts, Holm's correction for their number."""
    from scipy.stats import norm

    def p_values(size: Any) -> list[float | None]:
        return adjusted([None if (z := size(row)) is None else float(norm.sf(z)) for row in rows], HOLM)

    severity = p_values(lambda row: _ratio(row["severity_logits"], row["severity_error"]))
    lenience = p_values(lambda row: _ratio(row["severity_logits"], row["severity_error"], -1))
    central = p_values(lambda row: _fisher(row["centrality"], row["count_marks"], -1))
    halos = p_values(lambda row: _fisher(row["halo"], row["count_works"], 1))
    for row, strict, lenient, middle, same in zip(rows, severity, lenience, central, halos, strict=True):
        large = abs(row["severity_logits"] or 0) >= LARGE_SEVERITY
        misfit = max(row["infit"] or 1, row["outfit"] or 1)
        flags = {
            "SEVERE": large and strict is not None and strict < alpha,
            "LENIENT": large and lenient is not None and lenient < alpha,
            "ERRATIC": misfit > FIT_HIGH,
            "OVERFIT": row["infit"] is not None and row["infit"] < FIT_LOW,
            "CENTRAL": middle is not None and middle < alpha,
            "HALO": same is not None and same < alpha,
        }
        row["flag_codes"] = ", ".join(name for name, is_on in flags.items() if is_on) or None


def _ratio(value: float | None, error: float | None, sign: int = 1) -> float | None:
    return None if value is None or not error else sign * value / error


def _fisher(value: float | None, count: int, sign: int) -> float | None:
    """Fisher's z of a correlation over so many pairs, in standard errors."""
    import math

    if value is None or count <= 3:
        return None
    return sign * math.atanh(max(-0.999999, min(0.999999, value))) * math.sqrt(count - 3)


def _adjusted_marks(model: Any, points_min: int) -> dict[str, int]:
    """The mean mark that each work would get from experts of mean severity, in whole parts of SCALE."""
    import numpy as np

    thresholds = np.concatenate([[0.0], np.cumsum(model.thresholds_global.to_numpy(dtype=float))])
    items = model.items_global.to_numpy(dtype=float)
    people = model.persons_global
    levels = np.arange(len(thresholds))
    log_chance = levels * (people.to_numpy(dtype=float)[:, None, None] - items[None, :, None]) - thresholds
    chance = np.exp(log_chance - log_chance.max(axis=2, keepdims=True))
    mean = ((chance * levels).sum(axis=2) / chance.sum(axis=2)).mean(axis=1) + points_min
    return {
        str(person): round(value * SCALE)
        for person, value in zip(people.index, mean.tolist(), strict=True)
        if np.isfinite(value)
    }


def shadow_ranking(official: pd.DataFrame, adjusted_marks: dict[str, int]) -> list[dict[str, Any]]:
    """Who would go on at the same number of places if marks were adjusted for severity, one row a track.

    official: one row a work with `track_code`, `candidate_no`, `rank`, `is_admitted` of the pool of a stage.
    The limit is the number of those admitted; equals at the adjusted cut go on together, as in the official
    list (A3), so more may enter than leave. count_moved: works whose rank differs among those that are known
    both ways. Adjusted marks are compared in whole parts.
    """
    rows = []
    for track, known in _both_ways(official, adjusted_marks):
        moves = known["shadow_rank"] - known["official_rank"]
        rows.append(
            {
                "track_code": track, "count_works": len(known), "count_places": int(known["is_in"].sum()),
                "count_would_enter": int((known["would_be_in"] & ~known["is_in"]).sum()),
                "count_would_leave": int((known["is_in"] & ~known["would_be_in"]).sum()),
                "count_moved": int((moves != 0).sum()),
                "largest_move": int(moves.abs().max()),
            }
        )  # fmt: skip
    return rows


def shadow_sides(official: pd.DataFrame, adjusted_marks: dict[str, int]) -> list[dict[str, Any]]:
    """Whose side of the cut depends on which experts were drawn: the people that `shadow_ranking` counts.

    One row a person: both ranks among the works that are known both ways, and `would_enter`: true for whom
    the adjusted list would take in, false for whom it would leave out. In order of tracks, sides and ranks.
    """
    rows = []
    for track, known in _both_ways(official, adjusted_marks):
        crossing = known[known["is_in"] != known["would_be_in"]]
        crossing = crossing.sort_values(["would_be_in", "official_rank", "candidate_no"])
        names = ["candidate_no", "official_rank", "shadow_rank", "would_be_in"]
        for candidate, official_rank, shadow_rank, would_enter in crossing[names].to_numpy().tolist():
            rows.append(
                {
                    "track_code": track, "candidate_no": candidate, "official_rank": official_rank,
                    "shadow_rank": shadow_rank, "would_enter": would_enter,
                }
            )  # fmt: skip
    return rows


def _both_ways(official: pd.DataFrame, adjusted_marks: dict[str, int]) -> Iterator[tuple[str, pd.DataFrame]]:
    """By track the works that have a rank and an adjusted mark: their ranks and sides both ways."""
    for track, pool in official.groupby("track_code", sort=True):
        known = pool[pool["candidate_no"].isin(adjusted_marks.keys())]
        if known.empty:
            continue
        marks = known["candidate_no"].map(adjusted_marks)
        is_in = known["is_admitted"].astype(bool)
        shadow = marks.rank(method="min", ascending=False).astype(int)
        yield (
            str(track),
            known.assign(
                official_rank=known["rank"].rank(method="min").astype(int),
                shadow_rank=shadow,
                is_in=is_in,
                would_be_in=shadow <= int(is_in.sum()),
            ),
        )
