"""Scores as exact fractions, and when they were known (Order §5.5, §6.6, A19–A26)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from tests.oracle.order import CRITERIA, STAGE, local
from tests.oracle.scores import Result, Scores
from tests.unit.oracle.builders import RECEIVED, decision, sitting, tables

WHO = "R25-000001"


def _result(stage: str, feeds: Mapping[str, Iterable[Mapping[str, Any]]], **sitting_changes: Any) -> Result:
    given = tables({"platform__sittings": [sitting(WHO, stage, **sitting_changes)], **feeds})
    (sat,) = given.rows("platform__sittings")
    return Scores(given).result(WHO, STAGE[stage], sat)


def _answers(options: str, **changes: Any) -> list[dict[str, Any]]:
    return [
        {
            "sitting_id": f"{WHO}-text_test-1",
            "item_no": number,
            "chosen_option_code": None if option == "-" else option,
        }
        | changes
        for number, option in enumerate(options, start=1)
    ]


def _key(options: str, stage: str = "text_test", form: str = "F1") -> list[dict[str, Any]]:
    return [
        {"season_code": "2025", "stage_code": stage, "form_code": form, "item_no": number}
        | {"correct_option_code": option}
        for number, option in enumerate(options, start=1)
    ]


def test_items_right() -> None:
    feeds = {"platform__answers": _answers("ABC-E"), "academy__answer_keys": _key("ABDD")}
    assert _result("text_test", feeds).score == 2, "an unanswered item and one without a key score nothing"
    feeds = {"platform__answers": _answers("--"), "academy__answer_keys": _key("AB")}
    assert _result("text_test", feeds).score == 0


@pytest.mark.parametrize(
    ("answers", "key", "form"),
    (
        ([], _key("A"), "F1"),
        (_answers("A"), [], "F1"),
        (_answers("A"), _key("A", form="F2"), "F1"),
        (_answers("A"), _key("A", stage="numeric_test"), "F1"),
        (_answers("A"), _key("A"), None),
    ),
)
def test_no_answers_or_no_key(answers: list[Any], key: list[Any], form: str | None) -> None:
    result = _result("text_test", {"platform__answers": answers, "academy__answer_keys": key}, form_code=form)
    assert (result.score, result.reason) == (None, "NO_RESULT")


def test_known_when_the_last_answer_was_first_received() -> None:
    late, corrected = local(2025, 8, 9), local(2025, 8, 20)
    answers = [*_answers("A"), _answers("AB", _received=corrected, _first=late)[1]]
    key = [row | {"_received": corrected} for row in _key("AB")]
    result = _result("text_test", {"platform__answers": answers, "academy__answer_keys": key})
    assert (result.score, result.known_at) == (2, late)


def _work(**changes: Any) -> dict[str, Any]:
    return {"work_no": "W1", "candidate_no": WHO, "sitting_id": f"{WHO}-situational-1", **changes}


def _marks(expert: str, points: Iterable[int], minute: int = 0, **changes: Any) -> list[dict[str, Any]]:
    marked_at = local(2025, 8, 18) + timedelta(minutes=minute)
    return [
        {"work_no": "W1", "expert_code": expert, "criterion_code": criterion, "points": value}
        | {"marked_at": marked_at}
        | changes
        for criterion, value in zip(CRITERIA["situational"], points, strict=False)
    ]


def _situational(marks: Iterable[Mapping[str, Any]], decisions: Iterable[Mapping[str, Any]] = ()) -> Result:
    feeds = {
        "platform__solutions": [_work()],
        "platform__expert_marks": marks,
        "agency__working_group_decisions": decisions,
    }
    return _result("situational", feeds)


THREE = [*_marks("E1", (5, 5, 5, 4), 1), *_marks("E2", (4, 4, 4, 4), 2), *_marks("E3", (3, 3, 3, 4), 3)]


def test_mean_of_three_experts() -> None:
    assert _situational(THREE).score == Fraction(19 + 16 + 13, 12)
    assert _situational([*_marks("E1", (5, 4, 4, 4)), *THREE[4:]]).score == Fraction(17 + 16 + 13, 12)


def test_fourth_expert_is_too_late() -> None:
    assert _situational([*_marks("E4", (1, 1, 1, 1), 4), *THREE]).score == Fraction(4)
    tie = _marks("E0", (1, 1, 1, 1), 3)
    assert _situational([*THREE, *tie]).score == Fraction(19 + 16 + 4, 12), "of one moment, the lesser code"


def test_an_expert_counts_from_the_last_mark() -> None:
    slow = _marks("E1", (5, 5, 5, 5), 1)
    slow[-1]["marked_at"] = local(2025, 8, 19)
    marks = [*slow, *THREE[4:], *_marks("E4", (4, 4, 4, 4), 4)]
    assert _situational(marks).score == Fraction(16 + 13 + 16, 12)


def test_part_of_a_set_is_no_mark() -> None:
    part = [*THREE[:8], *_marks("E3", (3, 3, 3), 3)]
    assert _situational(part).reason == "MARK_MISSING"
    assert _situational([*part, *_marks("E4", (4, 4, 4, 4), 4)]).score == Fraction(19 + 16 + 16, 12)


def test_two_marks_by_decision() -> None:
    accepted = [decision("WG-1", WHO, "accept_two_marks")]
    assert _situational(THREE[:8]).reason == "MARK_MISSING"
    assert _situational(THREE[:8], accepted).score == Fraction(19 + 16, 8)
    assert _situational(THREE[:4], accepted).reason == "MARK_MISSING", "one is not two"
    assert _situational(THREE, accepted).score == Fraction(4), "three are the rule"


def test_no_work() -> None:
    feeds = {"platform__solutions": [_work(sitting_id="other")], "platform__expert_marks": THREE}
    assert _result("situational", feeds).reason == "NO_RESULT"


def test_situational_known_by_counted_parts_only() -> None:
    late = local(2025, 8, 22)
    ignored = _marks("E4", (1, 1, 1, 1), 4, _received=late)
    assert _situational([*THREE, *ignored]).known_at == RECEIVED
    counted = [*THREE[:8], *_marks("E3", (3, 3, 3, 4), 3, _received=late)]
    assert _situational(counted).known_at == late


def _assessor(
    code: str, points: Iterable[int | None], is_recused: bool = False, **changes: Any
) -> list[dict[str, Any]]:
    return [
        {"candidate_no": WHO, "assessor_code": code, "competency_code": criterion, "is_recused": is_recused}
        | {"points": value, "observed_on": date(2025, 8, 25)}
        | changes
        for criterion, value in zip(CRITERIA["assessment_centre"], points, strict=False)
    ]


def _centre(*raters: list[dict[str, Any]]) -> Result:
    return _result("assessment_centre", {"academy__assessor_marks": [row for own in raters for row in own]})


def test_panel_mean_without_the_recused() -> None:
    first, second = _assessor("A1", (5, 4, 4, 4, 4)), _assessor("A2", (3, 3, 3, 3, 4))
    recused = _assessor("A3", (None,) * 5, is_recused=True)
    assert _centre(first, second).score == Fraction(21 + 16, 10)
    assert _centre(first, second, recused).score == Fraction(37, 10)
    one_row_recused = _assessor("A3", (1, 1, 1, 1, 1))
    one_row_recused[2]["is_recused"] = True
    assert _centre(first, second, one_row_recused).score == Fraction(37, 10)


def test_panel_that_cannot_be_published() -> None:
    first, second = _assessor("A1", (5, 4, 4, 4, 4)), _assessor("A2", (3, 3, 3, 3, 4))
    assert _centre().reason == "NO_RESULT"
    assert _centre(_assessor("A3", (None,), is_recused=True)).reason == "NO_RESULT"
    assert _centre(first).reason == "NO_QUORUM"
    assert _centre(first, second, _assessor("A3", (3, 3, 3, 3, None))).reason == "MARK_MISSING"
    assert _centre(first, second, _assessor("A3", (3, 3, 3, 3))).reason == "MARK_MISSING"
    assert _centre(_assessor("A1", (3,))).reason == "MARK_MISSING", "a mark owed comes before the quorum"


def _member(code: str, points: int | None, role: str = "permanent", **changes: Any) -> dict[str, Any]:
    return {
        "candidate_no": WHO,
        "member_code": code,
        "role_code": role,
        "is_recused": False,
        "points": points,
        "session_on": date(2025, 10, 9),
        **changes,
    }


def _commission(members: Iterable[Mapping[str, Any]]) -> Result:
    return _result("expert_commission", {"agency__commission_marks": members})


def test_commission() -> None:
    five = [_member(f"M{number}", points) for number, points in enumerate((10, 9, 8, 7, 7))]
    assert _commission(five).score == Fraction(41, 5)
    assert _commission([*five, _member("O", None, "observer")]).score == Fraction(41, 5)
    assert _commission([*five, _member("R", None, "track", is_recused=True)]).score == Fraction(41, 5)
    assert _commission([*five, _member("T", None, "track")]).reason == "MARK_MISSING"
    assert _commission([*five[:4], _member("O", 9, "observer")]).reason == "NO_QUORUM"
    assert _commission([_member("O", None, "observer")]).reason == "NO_RESULT"


def test_panel_known_when_the_last_counted_mark_came() -> None:
    late: datetime = local(2025, 9, 23)
    first, second = _assessor("A1", (5, 4, 4, 4, 4)), _assessor("A2", (3, 3, 3, 3, 4), _received=late)
    assert _centre(first, second).known_at == late
    recused = _assessor("A2", (None,), is_recused=True, _received=late)
    assert _centre(first, _assessor("A3", (1, 1, 1, 1, 1)), recused).known_at == RECEIVED
