"""Experts' marks and their lock, by hand (Order §6.5–6.7, A20)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.oracle.marks import ExpertMarks
from tests.oracle.order import CRITERIA, STAGE, local
from tests.oracle.policy import Policy
from tests.unit.oracle.builders import decision, tables

WHO, OTHER = "R25-000001", "R25-000002"
LISTED = STAGE["situational"].published_at
FIRST, SECOND, THIRD, FOURTH = (local(2025, 8, 18, hour) for hour in (10, 12, 14, 16))
SECOND_OF_TIME = timedelta(seconds=1)


def _set(expert: str, points: int, at: datetime, criteria: Iterable[str] = CRITERIA["situational"]) -> Any:
    return [
        {"work_no": "W1", "expert_code": expert, "criterion_code": criterion, "points": points}
        | {"marked_at": at, "_received": at}
        for criterion in criteria
    ]


def _change(expert: str, points: int, at: datetime, marked_at: datetime) -> dict[str, Any]:
    (row,) = _set(expert, points, at, CRITERIA["situational"][:1])
    return row | {"marked_at": marked_at}


def _record(at: datetime, candidate_no: str = WHO, **changes: Any) -> dict[str, Any]:
    return decision("K1", candidate_no, "correct_mark", decided_at=at, stage_code="situational", **changes)


def _ways(
    marks: Iterable[Mapping[str, Any]],
    decisions: Iterable[Mapping[str, Any]] = (),
    policy: Policy | None = None,
) -> dict[tuple[str, int], set[str]]:
    """Handlings by expert and number of the version; `_first` is that of the key."""
    first: dict[tuple[str, str], datetime] = {}
    given = []
    for row in marks:
        key = (row["expert_code"], row["criterion_code"])
        first.setdefault(key, row["_received"])
        given.append(dict(row) | {"_first": first[key]})
    known = tables({"platform__expert_marks": given, "agency__working_group_decisions": decisions})
    found: dict[tuple[str, int], set[str]] = {}
    for one in ExpertMarks(known, policy or Policy(), LISTED).judged("W1", WHO):
        found.setdefault((one.row["expert_code"], one.number), set()).add(one.handling)
    return found


TWO = [*_set("E1", 4, FIRST), *_set("E2", 4, SECOND)]
THREE = [*TWO, *_set("E3", 4, THIRD)]


@pytest.mark.parametrize(
    ("received", "decided", "way"),
    (
        (SECOND, SECOND, "counted"),
        (THIRD, THIRD, "counted"),
        (THIRD + SECOND_OF_TIME, FIRST, "after_lock"),
        (SECOND, THIRD + SECOND_OF_TIME, "without_record"),
    ),
)
def test_a_change_before_the_panel_is_complete(received: datetime, decided: datetime, way: str) -> None:
    ways = _ways([*THREE, _change("E1", 1, received, FIRST)], [_record(decided)])
    assert ways["E1", 2] == {way}
    assert ways["E1", 1] == ({"replaced", "counted"} if way == "counted" else {"counted"})


def test_whose_decision_and_of_which_stage() -> None:
    change = [*THREE, _change("E1", 1, SECOND, FIRST)]
    for record in (
        _record(SECOND, OTHER),
        _record(SECOND) | {"stage_code": "interview"},
        _record(SECOND) | {"stage_code": None},
        _record(SECOND) | {"action_code": "keep"},
    ):
        assert _ways(change, [record])["E1", 2] == {"without_record"}
    reversal = decision("K2", WHO, "reverse", reversed_decision_no="K1", decided_at=THIRD)
    assert _ways(change, [_record(SECOND), reversal])["E1", 2] == {"without_record"}
    late = reversal | {"decided_at": THIRD + SECOND_OF_TIME}
    assert _ways(change, [_record(SECOND), late])["E1", 2] == {"counted"}


def test_the_list_locks_a_panel_that_is_not_complete() -> None:
    for received, way in ((LISTED, "counted"), (LISTED + SECOND_OF_TIME, "after_lock")):
        late = _set("E3", 4, LISTED + timedelta(days=1))
        ways = _ways([*TWO, _change("E1", 1, received, FIRST), *late], [_record(SECOND)])
        assert ways["E1", 2] == {way}
        assert ways["E3", 1] == {"counted"}, "the third set is no change"


def test_what_is_sent_again_as_it_was_is_no_change() -> None:
    again = _change("E1", 4, FOURTH, FIRST)
    assert _ways([*THREE, again])["E1", 2] == {"repeated"}
    assert _ways([*THREE, again | {"marked_at": FOURTH}])["E1", 2] == {"after_lock"}
    ways = _ways([*THREE, _change("E1", 1, SECOND, FIRST), _change("E1", 4, FOURTH, FIRST)])
    assert (ways["E1", 2], ways["E1", 3]) == ({"without_record"}, {"repeated"})


def test_a_set_after_the_panel_counts_for_nothing() -> None:
    early = [row | {"marked_at": local(2025, 8, 17)} for row in _set("E0", 1, FOURTH)]
    assert _ways([*THREE, *early])["E0", 1] == {"after_panel"}
    owed = _set("E0", 1, FIRST, CRITERIA["situational"][1:])
    assert _ways([*THREE, *owed])["E0", 1] == {"counted"}, "not whole, it is in nobody's way"
    rest = _set("E0", 1, FOURTH, CRITERIA["situational"][:1])
    assert _ways([*THREE, *owed, *rest])["E0", 1] == {"after_panel"}
    together = _set("E0", 1, THIRD)
    assert _ways([*THREE, *together])["E0", 1] == {"counted"}, "four at one moment are judged by `marked_at`"


def test_policies() -> None:
    marks = [*THREE, *_set("E0", 1, FOURTH), _change("E1", 1, FOURTH, FIRST)]
    ways = _ways(marks, policy=Policy(mark_changes="latest"))
    assert (ways["E0", 1], ways["E1", 2]) == ({"counted"}, {"counted"})
    ways = _ways(marks, policy=Policy(counted_marks="last_three"))
    assert (ways["E0", 1], ways["E1", 2]) == ({"counted"}, {"after_lock"})
