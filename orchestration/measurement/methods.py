"""The methods by name: who is compared with whom, and the tables that each method gives.

Belongs here: taking a release's frames apart by stage, form and group, and the columns of results. Not here:
formulas (a module each), files (`store.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orchestration.measurement import reasons
from orchestration.measurement.agreement import intraclass_correlation, krippendorff_alpha
from orchestration.measurement.dif import dif_rows
from orchestration.measurement.drift import drift_rows, flag
from orchestration.measurement.facets import FacetModel, fit, networks, shadow_ranking, shadow_sides, usable
from orchestration.measurement.responses import Responses, by_group
from orchestration.measurement.similarity import not_computable, similar_pairs

if TYPE_CHECKING:
    import pandas as pd

    from orchestration.measurement.frames import Frames

Rows = list[dict[str, Any]]
TEXT, NUMBER, FRACTION, FLAG = "string", "int64", "double", "bool"

LANGUAGE, SEX = "language", "sex"
# kind of comparison -> column of people, reference group, focal group
GROUPS = {LANGUAGE: ("language_code", "kk", "ru"), SEX: ("sex_code", "male", "female")}
ALL_CRITERIA = "all"

_FORM = {"stage_code": TEXT, "form_code": TEXT, "language_code": TEXT}
_DIF = {
    "stage_code": TEXT, "kind_code": TEXT, "form_code": TEXT, "reference_code": TEXT, "focal_code": TEXT,
    "item_no": NUMBER, "count_reference": NUMBER, "count_focal": NUMBER, "count_outside": NUMBER,
    "odds_ratio": FRACTION, "delta": FRACTION, "delta_error": FRACTION, "chi_square": FRACTION,
    "p_value": FRACTION, "class_code": TEXT, "favours_code": TEXT, "not_computable_code": TEXT,
}  # fmt: skip
_DRIFT = {
    **_FORM, "item_no": NUMBER, "count_takers": NUMBER, "share_early": FRACTION, "share_late": FRACTION,
    "slope_per_hour": FRACTION, "chi_square": FRACTION, "p_value": FRACTION, "p_adjusted": FRACTION,
    "flag_code": TEXT, "not_computable_code": TEXT,
}  # fmt: skip
_PAIRS = {
    **_FORM, "first_candidate_no": TEXT, "second_candidate_no": TEXT, "count_items": NUMBER,
    "count_equal": NUMBER, "count_equal_wrong": NUMBER, "expected_equal": FRACTION, "p_answers": FRACTION,
    "time_correlation": FRACTION, "p_times": FRACTION,
}  # fmt: skip
_SIMILARITY_FORMS = {
    **_FORM, "count_takers": NUMBER, "count_pairs": NUMBER, "count_flagged": NUMBER,
    "not_computable_code": TEXT,
}  # fmt: skip
_AGREEMENT = {
    "stage_code": TEXT, "criterion_code": TEXT, "count_works": NUMBER, "count_raters": NUMBER,
    "count_marks": NUMBER, "icc_single": FRACTION, "icc_average": FRACTION, "marks_a_work": FRACTION,
    "alpha": FRACTION, "alpha_low": FRACTION, "alpha_high": FRACTION, "not_computable_code": TEXT,
}  # fmt: skip
_RATERS = {
    "stage_code": TEXT, "network_no": NUMBER, "rater_code": TEXT, "count_works": NUMBER,
    "count_marks": NUMBER,
    "severity_logits": FRACTION, "severity_error": FRACTION, "infit": FRACTION, "outfit": FRACTION,
    "centrality": FRACTION, "halo": FRACTION, "flag_codes": TEXT, "not_computable_code": TEXT,
}  # fmt: skip
_SHADOW = {
    "stage_code": TEXT, "track_code": TEXT, "count_works": NUMBER, "count_places": NUMBER,
    "count_would_enter": NUMBER, "count_would_leave": NUMBER, "count_moved": NUMBER, "largest_move": NUMBER,
}  # fmt: skip
_SIDES = {
    "stage_code": TEXT, "track_code": TEXT, "candidate_no": TEXT, "official_rank": NUMBER,
    "shadow_rank": NUMBER, "would_enter": FLAG,
}  # fmt: skip
_MODELS = {
    "stage_code": TEXT, "network_no": NUMBER, "count_works": NUMBER, "count_raters": NUMBER,
    "not_computable_code": TEXT,
}  # fmt: skip


@dataclass(frozen=True)
class Method:
    """One method. tables: columns by table, each with its type. compute: rows by table, in their order."""

    name: str
    tables: Mapping[str, Mapping[str, str]]
    compute: Callable[[Frames], dict[str, Rows]]


def dif(frames: Frames) -> dict[str, Rows]:
    """Between languages within a family of translated forms, between sexes within a form."""
    valid = frames.answers[frames.answers["is_valid"].astype(bool)]
    rows: Rows = []
    for kind, column in ((LANGUAGE, "form_family_code"), (SEX, "form_code")):
        for place, form in by_group(valid, ("stage_code", column)):
            group, reference, focal = GROUPS[kind]
            if kind == LANGUAGE and form.people["form_code"].nunique() < 2:
                continue  # a form without a translation
            found = dif_rows(
                form, group, reference, focal, min_group=frames.terms.min_group, alpha=frames.terms.alpha
            )
            where = {"stage_code": place["stage_code"], "kind_code": kind, "form_code": place[column]}
            rows += [{**where, **row} for row in found]
    return {"items": rows}


def drift(frames: Frames) -> dict[str, Rows]:
    """Within each form and language; p-values are adjusted over all items and forms of a stage."""
    valid = frames.answers[frames.answers["is_valid"].astype(bool)]
    rows: Rows = []
    for _, of_stage in valid.groupby("stage_code", sort=True):
        stage_rows = [
            {**place, **row}
            for place, form in by_group(of_stage, tuple(_FORM))
            for row in drift_rows(form, min_group=frames.terms.min_group)
        ]
        rows += flag(stage_rows, frames.terms.alpha)
    return {"items": rows}


def similarity(frames: Frames) -> dict[str, Rows]:
    """All pairs within each form and language, those whose result no longer counts too."""
    pairs: Rows = []
    forms: Rows = []
    for _, of_stage in frames.answers.groupby("stage_code", sort=True):
        found = [
            (place, form, not_computable(form, frames.terms.min_group))
            for place, form in by_group(of_stage, tuple(_FORM))
        ]
        count_pairs = sum(_pairs_of(form) for _, form, code in found if code is None)
        for place, form, code in found:
            flagged = (
                similar_pairs(form, count_pairs=count_pairs, alpha=frames.terms.alpha) if code is None else []
            )
            pairs += [{**place, **row} for row in flagged]
            forms.append(
                {
                    **place, "count_takers": len(form.candidates),
                    "count_pairs": _pairs_of(form) if code is None else 0,
                    "count_flagged": len(flagged), "not_computable_code": code,
                }
            )  # fmt: skip
    return {"pairs": pairs, "forms": forms}


def _pairs_of(form: Responses) -> int:
    return len(form.candidates) * (len(form.candidates) - 1) // 2


def agreement(frames: Frames) -> dict[str, Rows]:
    """Each criterion of each panel stage, and all criteria together: the sum of an expert's whole set."""
    rows: Rows = []
    for stage, marks in frames.marks.groupby("stage_code", sort=True):
        criteria = marks["criterion_code"].nunique()
        sets = marks.groupby(["candidate_no", "rater_code"])["points"].agg(["sum", "count"])
        whole = sets[sets["count"] == criteria]["sum"].rename("points").reset_index()
        groups = [(ALL_CRITERIA, whole)] if criteria > 1 else []
        groups += [(str(code), part) for code, part in marks.groupby("criterion_code", sort=True)]
        for criterion, part in groups:
            found = _agreement_row(part, frames.terms.min_group)
            rows.append({"stage_code": stage, "criterion_code": criterion, **found})
    return {"criteria": rows}


def _agreement_row(marks: pd.DataFrame, min_group: int) -> dict[str, Any]:
    units = [points.astype(int).tolist() for _, points in marks.groupby("candidate_no")["points"]]
    row: dict[str, Any] = {
        "count_works": len(units), "count_raters": int(marks["rater_code"].nunique()),
        "count_marks": len(marks), "not_computable_code": reasons.TOO_FEW,
    }  # fmt: skip
    if len(units) < min_group:
        return row
    icc, alpha = intraclass_correlation(units), krippendorff_alpha(units)
    return row | {
        "icc_single": icc.single, "icc_average": icc.average, "marks_a_work": icc.marks_a_work,
        "alpha": alpha.alpha, "alpha_low": alpha.low, "alpha_high": alpha.high,
        "not_computable_code": icc.not_computable_code or alpha.not_computable_code,
    }  # fmt: skip


def facets(frames: Frames) -> dict[str, Rows]:
    """A model for each panel stage and network of experts, and the stage's list without their severity."""
    tables: dict[str, Rows] = {"models": [], "raters": [], "shadow": [], "sides": []}
    for stage, of_stage in frames.marks.groupby("stage_code", sort=True):
        works: dict[str, int] = {}
        scale = frames.scales[str(stage)]
        modelled, others = usable(of_stage, *scale)
        tables["raters"] += [{"stage_code": stage, "network_no": None, **row} for row in others]
        for number, marks in enumerate(networks(modelled), start=1):
            place = {"stage_code": stage, "network_no": number}
            count_works = int(marks["candidate_no"].nunique())
            model = (
                FacetModel([], {}, reasons.TOO_FEW)
                if count_works < frames.terms.min_group
                else fit(marks, *scale, frames.terms.alpha)
            )
            counts = {"count_works": count_works, "count_raters": int(marks["rater_code"].nunique())}
            tables["models"].append({**place, **counts, "not_computable_code": model.not_computable_code})
            tables["raters"] += [{**place, **row} for row in model.raters]
            works |= model.works
        if works:
            official = frames.official[frames.official["stage_code"] == stage]
            tables["shadow"] += [{"stage_code": stage, **row} for row in shadow_ranking(official, works)]
            tables["sides"] += [{"stage_code": stage, **row} for row in shadow_sides(official, works)]
    return tables


METHODS = {
    method.name: method
    for method in (
        Method("dif", {"items": _DIF}, dif),
        Method("drift", {"items": _DRIFT}, drift),
        Method("similarity", {"pairs": _PAIRS, "forms": _SIMILARITY_FORMS}, similarity),
        Method("agreement", {"criteria": _AGREEMENT}, agreement),
        Method("facets", {"models": _MODELS, "raters": _RATERS, "shadow": _SHADOW, "sides": _SIDES}, facets),
    )
}
