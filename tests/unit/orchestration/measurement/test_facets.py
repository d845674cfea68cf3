"""Effects of experts: planted ones are found and clean ones are not; the shadow ranking by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from orchestration.errors import OrchestrationError
from orchestration.measurement import reasons
from orchestration.measurement.facets import (
    SCALE,
    correlation,
    fit,
    halo,
    networks,
    not_computable,
    shadow_ranking,
    shadow_sides,
    usable,
)
from orchestration.measurement.frames import Frames, Terms
from orchestration.measurement.methods import METHODS
from tests.support.measurement import marks

pytest.importorskip("raschpy")

ALPHA = 0.05
WORKS, RATERS = 150, 10
OFFICIAL = pd.DataFrame(columns=["stage_code", "track_code", "candidate_no", "rank", "is_admitted"])


@pytest.fixture(scope="module")
def planted() -> dict[str, dict[str, object]]:
    """A severe, a lenient, a central and a haloed expert among ten; the rest alike."""
    frame = marks(WORKS, RATERS, seed=1, severity={1: 1.5, 2: -1.5}, halo=4, central=6)
    return {str(row["rater_code"]): row for row in fit(frame, 1, 5, ALPHA).raters}


def test_planted_experts_are_found(planted: dict[str, dict[str, object]]) -> None:
    flags = {code: str(row["flag_codes"]).split(", ") for code, row in planted.items()}
    assert "SEVERE" in flags["EX-01"] and "LENIENT" in flags["EX-02"]
    assert "HALO" in flags["EX-04"] and "CENTRAL" in flags["EX-06"]
    clean = [code for code in planted if code not in ("EX-01", "EX-02", "EX-04", "EX-06")]
    assert [planted[code]["flag_codes"] for code in clean] == [None] * 6


def test_severity_is_about_what_was_planted(planted: dict[str, dict[str, object]]) -> None:
    severe, lenient = planted["EX-01"]["severity_logits"], planted["EX-02"]["severity_logits"]
    assert isinstance(severe, float) and isinstance(lenient, float)
    assert 1.0 < severe < 2.2 and -2.2 < lenient < -1.0


def test_experts_without_effects_are_hardly_ever_flagged() -> None:
    """Of 30 experts, with no effect planted, one at most is flagged."""
    rows = [row for seed in (21, 22, 23) for row in fit(marks(WORKS, RATERS, seed=seed), 1, 5, ALPHA).raters]
    assert len(rows) == 30 and sum(row["flag_codes"] is not None for row in rows) <= 1


def test_adjusted_marks_undo_severity() -> None:
    """Adjusted marks lie closer to the quality of works than means do, where experts differ much."""
    frame = marks(WORKS, RATERS, seed=3, spread=1.2)
    quality = np.random.default_rng(3).normal(0, 1.3, WORKS)
    means = frame.groupby("candidate_no")["points"].mean()
    works = fit(frame, 1, 5, ALPHA).works
    adjusted = np.array([works[code] for code in means.index]) / SCALE
    assert adjusted.min() >= 1 and adjusted.max() <= 5
    raw, better = np.corrcoef(means, quality)[0, 1], np.corrcoef(adjusted, quality)[0, 1]
    assert better > raw + 0.02


def test_the_order_of_rows_changes_nothing() -> None:
    frame = marks(60, 6, seed=4)
    assert fit(frame.sample(frac=1, random_state=1), 1, 5, ALPHA) == fit(frame, 1, 5, ALPHA)


def test_experts_of_different_fields_are_different_networks() -> None:
    frame = marks(40, 5, seed=5)
    other = frame.assign(
        rater_code=frame["rater_code"].str.replace("EX", "ZZ"),
        candidate_no=frame["candidate_no"].str.replace("R25-0", "R25-9"),
    )
    both = pd.concat([other, frame], ignore_index=True)
    assert not_computable(both) == reasons.DISCONNECTED
    first, second = networks(both)
    assert set(first["rater_code"]) == set(frame["rater_code"])
    assert set(second["rater_code"]) == set(other["rater_code"])


def test_what_cannot_be_modelled_says_why() -> None:
    frame = marks(40, 5, seed=6)
    assert not_computable(frame) is None
    assert not_computable(frame[:0]) == reasons.NO_ANSWERS
    assert not_computable(frame[frame["criterion_code"] == "c0"]) == reasons.ONE_CRITERION
    assert not_computable(frame[frame["candidate_no"] < "R25-000005"]) == reasons.TOO_FEW
    assert not_computable(frame.assign(rater_code="EX-00")) == reasons.ONE_RATER
    assert not_computable(frame.assign(points=3)) == reasons.NO_VARIANCE
    assert fit(frame.assign(points=3), 1, 5, ALPHA).raters == []


def test_of_an_expert_with_few_works_nothing_is_told() -> None:
    frame = marks(60, 6, seed=7)
    kept = frame[(frame["rater_code"] != "EX-05") | (frame["candidate_no"] < "R25-000012")]
    rows = {row["rater_code"]: row for row in fit(kept, 1, 5, ALPHA).raters}
    assert rows["EX-05"]["not_computable_code"] == reasons.TOO_FEW
    assert rows["EX-05"]["severity_logits"] is None and rows["EX-05"]["flag_codes"] is None


def test_experts_whose_severity_is_unknown_are_left_out_and_told() -> None:
    """One work only, or always the best mark: the model would not know how severe they are."""
    frame = marks(60, 6, seed=8)
    once = frame[frame["candidate_no"] == "R25-000001"].assign(rater_code="EX-80", points=5)
    kind = frame[frame["candidate_no"] < "R25-000006"].assign(rater_code="EX-90", points=5)
    both = pd.concat([frame, once, kind]).drop_duplicates(["candidate_no", "rater_code", "criterion_code"])
    modelled, others = usable(both, 1, 5)
    assert set(modelled["rater_code"]) == set(frame["rater_code"])
    assert [(row["rater_code"], row["not_computable_code"]) for row in others] == [
        ("EX-80", reasons.TOO_FEW), ("EX-90", reasons.NO_VARIANCE),
    ]  # fmt: skip
    answers = pd.DataFrame()
    made = Frames("2025", "hash", Terms(30, ALPHA), {"situational": (1, 5)}, answers, both, OFFICIAL)
    tables = METHODS["facets"].compute(made)
    assert [row["network_no"] for row in tables["raters"]] == [None, None, *[1] * 6]
    assert tables["models"][0]["not_computable_code"] is None and len(tables["raters"]) == 8


def test_a_model_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyError("EX-00")

    monkeypatch.setattr("raschpy.MFRM.calibrate", fail)
    with pytest.raises(OrchestrationError, match="raschpy.*KeyError"):
        fit(marks(40, 5, seed=6), 1, 5, ALPHA)


def test_halo_and_correlation_by_hand() -> None:
    same = np.array([[1.0, 1.0], [2.0, 2.0], [4.0, 4.0]])
    assert halo(same) == pytest.approx(1) and halo(same * [1, -1]) == pytest.approx(-1)
    assert halo(np.ones((3, 2))) is None
    assert correlation(np.array([1.0, 2.0]), np.array([1.0, 2.0])) is None
    assert correlation(np.array([1, 2, 3, np.nan]), np.array([1, 2, 4, 9.0])) == pytest.approx(
        0.98198, abs=1e-5
    )


def test_the_shadow_ranking_by_hand() -> None:
    """Two places: B comes in for A; in the other track C and D are equal at the cut and both go on."""
    official = pd.DataFrame(
        [
            ("agro", "A", 1, True), ("agro", "Z", 2, True), ("agro", "B", 3, False),
            ("digital", "C", 1, True), ("digital", "D", 2, False), ("digital", "X", 3, False),
        ],
        columns=["track_code", "candidate_no", "rank", "is_admitted"],
    )  # fmt: skip
    rows = shadow_ranking(official, {"A": 10, "B": 30, "Z": 20, "C": 5, "D": 5})
    assert rows[0] == {
        "track_code": "agro", "count_works": 3, "count_places": 2, "count_would_enter": 1,
        "count_would_leave": 1, "count_moved": 2, "largest_move": 2,
    }  # fmt: skip
    assert rows[1] == {
        "track_code": "digital", "count_works": 2, "count_places": 1, "count_would_enter": 1,
        "count_would_leave": 0, "count_moved": 1, "largest_move": 1,
    }  # fmt: skip


def test_whose_side_depends_on_the_draw_by_hand() -> None:
    """The people that the shadow ranking counts: who leaves before who enters; equals at the cut enter."""
    official = pd.DataFrame(
        [
            ("agro", "A", 1, True), ("agro", "Z", 2, True), ("agro", "B", 3, False), ("agro", "Y", 4, False),
            ("digital", "C", 1, True), ("digital", "D", 2, False), ("digital", "X", 3, False),
        ],
        columns=["track_code", "candidate_no", "rank", "is_admitted"],
    )  # fmt: skip
    rows = shadow_sides(official, {"A": 10, "B": 30, "Z": 20, "Y": 5, "C": 5, "D": 5})
    assert [tuple(row.values()) for row in rows] == [
        ("agro", "A", 1, 3, False), ("agro", "B", 3, 1, True), ("digital", "D", 2, 1, True),
    ]  # fmt: skip
    assert [type(value) for value in rows[0].values()] == [str, str, int, int, bool]
    assert shadow_sides(official, {}) == []
