"""Results of methods of measurement as files, written without the code that writes them in earnest.

Belongs here: the layout that the dashboards read (docs/decisions/0024). Not here: what stands in them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Rows = Sequence[Mapping[str, Any]]


def write_results(
    folder: Path, release_id: str, method: str, tables: Mapping[str, Rows], version: int = 2
) -> Path:
    """Write `<folder>/<release>/<method>-v<N>/` and return it."""
    target = folder / release_id / f"{method}-v{version}"
    target.mkdir(parents=True)
    files = {}
    for name, rows in tables.items():
        file = target / f"{name}.parquet"
        pq.write_table(pa.Table.from_pylist([dict(row) for row in rows]), file)
        files[name] = {"rows": len(rows), "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
    manifest = {"method": method, "version": version, "release_id": release_id, "tables": files}
    (target / "manifest.json").write_text(json.dumps(manifest))
    return target


FORM = {"stage_code": "text_test", "form_code": "TEX-KK-1", "language_code": "kk"}


def dif_row(item_no: int, delta: float | None, class_code: str | None, **more: Any) -> dict[str, Any]:
    """One item compared by language, in the columns of the method."""
    return {
        "stage_code": "text_test", "kind_code": "language", "form_code": "TEX-1", "reference_code": "kk",
        "focal_code": "ru", "item_no": item_no, "count_reference": 400, "count_focal": 300,
        "count_outside": 2, "odds_ratio": 1.0, "delta": delta, "delta_error": 0.2, "chi_square": 1.0,
        "p_value": 0.00001, "class_code": class_code, "favours_code": None, "not_computable_code": None,
    } | more  # fmt: skip


def drift_row(item_no: int | None, **more: Any) -> dict[str, Any]:
    """One item over the hours, or the whole form."""
    return {
        **FORM, "item_no": item_no, "count_takers": 400, "share_early": 0.4, "share_late": 0.5,
        "slope_per_hour": 0.01, "chi_square": 1.0, "p_value": 0.2, "p_adjusted": 0.5, "flag_code": None,
        "not_computable_code": None,
    } | more  # fmt: skip


def pair_row(first: str, second: str, **more: Any) -> dict[str, Any]:
    """One flagged pair."""
    return {
        **FORM, "first_candidate_no": first, "second_candidate_no": second, "count_items": 25,
        "count_equal": 24, "count_equal_wrong": 9, "expected_equal": 9.5, "p_answers": 0.001,
        "time_correlation": None, "p_times": None,
    } | more  # fmt: skip


def rater_row(rater: str, severity: float | None, **more: Any) -> dict[str, Any]:
    """One expert of the facet model."""
    return {
        "stage_code": "situational", "network_no": 1, "rater_code": rater, "count_works": 20,
        "count_marks": 80, "severity_logits": severity, "severity_error": None if severity is None else 0.2,
        "infit": 1.0, "outfit": 1.1, "centrality": 0.0, "halo": 0.1, "flag_codes": None,
        "not_computable_code": None,
    } | more  # fmt: skip


def agreement_row(criterion: str, **more: Any) -> dict[str, Any]:
    """One criterion's agreement."""
    return {
        "stage_code": "situational", "criterion_code": criterion, "count_works": 100, "count_raters": 12,
        "count_marks": 300, "icc_single": 0.5, "icc_average": 0.75, "marks_a_work": 3.0, "alpha": 0.55,
        "alpha_low": 0.45, "alpha_high": 0.65, "not_computable_code": None,
    } | more  # fmt: skip


def shadow_row(track: str, enter: int, leave: int) -> dict[str, Any]:
    """One track's list without severity."""
    return {
        "stage_code": "situational", "track_code": track, "count_works": 60, "count_places": 40,
        "count_would_enter": enter, "count_would_leave": leave, "count_moved": 30, "largest_move": 9,
    }  # fmt: skip


def side_row(track: str, candidate: str, would_enter: bool) -> dict[str, Any]:
    """One person whose side of the cut depends on the draw."""
    return {
        "stage_code": "situational", "track_code": track, "candidate_no": candidate,
        "official_rank": 41 if would_enter else 40, "shadow_rank": 39 if would_enter else 44,
        "would_enter": would_enter,
    }  # fmt: skip
