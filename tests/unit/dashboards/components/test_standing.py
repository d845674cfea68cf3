from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Any

import pytest

from dashboards.components import standing
from dashboards.i18n import LANGUAGES, load_texts


def _row(**more: Any) -> dict[str, Any]:
    return {
        "stage_code": "text_test", "is_published_by_act": True, "is_provisional": False, "version": 7,
        "published_at": datetime(2025, 8, 8, 4), "approved_by": "A. <Chair>", "decision_no": None,
        "count_drift": 0, "count_would_go_on": 0, "count_would_stay_out": 0, "is_drift_kept": False,
        "kept_at": None, "kept_by": None, "kept_reason": None,
    } | more  # fmt: skip


BY_NOBODY = {"is_published_by_act": False, "version": None}


@pytest.mark.parametrize(
    ("row", "state", "look"),
    [
        (_row(**BY_NOBODY), "unpublished", "… "),
        (_row(**BY_NOBODY, is_provisional=True), "provisional", "~ "),
        (_row(), "published", "✓ "),
        (_row(count_drift=12), "drift", "! "),
        (_row(count_drift=12, is_drift_kept=True), "kept", "✓ "),
    ],
)
def test_each_state_has_its_name_and_sign(row: dict[str, Any], state: str, look: str) -> None:
    assert standing.state(row) == state
    said = set()
    for language in LANGUAGES:
        texts = load_texts(language)
        words = standing.state_text(row, texts)
        said.add(words)
        assert f">{look}{words}<" in standing.mark(row, texts).markup
        assert ("7" in words) == row["is_published_by_act"]
        assert ("12" in words) == bool(row["count_drift"])
    assert len(said) == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_a_drift_that_nobody_answered_warns(language: str) -> None:
    texts = load_texts(language)
    names = {"text_test": "Text & test"}
    quiet = [_row(), _row(count_drift=3, is_drift_kept=True), _row(**BY_NOBODY, is_provisional=True)]
    assert standing.drift_box(quiet, names, texts) == ""
    drifted = _row(count_drift=31, count_would_go_on=4, count_would_stay_out=5)
    box = standing.drift_box([*quiet, drifted], names, texts)
    assert box.count("<li>") == 1 and "Text &amp; test" in box
    assert all(number in box for number in ("31", "4", "5", "7"))
    page = escape(texts("standing.warning_page"))
    assert page in box
    assert page not in standing.drift_box([drifted], names, texts, leads_on=False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_published_and_who_kept_is_said(language: str) -> None:
    texts = load_texts(language)
    said = standing.published_text(_row(decision_no="WG-1"), texts)
    assert "A. <Chair>" in said and "WG-1" in said and "09:00" in said
    assert "WG-1" not in standing.published_text(_row(), texts)
    kept = standing.kept_text(
        _row(kept_at=datetime(2025, 8, 9, 5), kept_by="B. Member", kept_reason="a slip"), texts
    )
    assert "B. Member" in kept and "a slip" in kept and "10:00" in kept
