"""Results whose sittings nobody saw (A30): when they count, and since when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.oracle import order
from tests.oracle.policy import Policy
from tests.unit.oracle.builders import decision
from tests.unit.oracle.seasons import candidate, play, who

LIST = order.STAGE["text_test"].published_at
IN_TIME, AFTERWARDS = LIST - timedelta(hours=9), LIST + timedelta(hours=9)


def coverage(number: int, received: datetime = IN_TIME, blind: bool = False) -> dict[str, Any]:
    """A row of coverage of somebody's text test."""
    return {
        "sitting_id": f"{who(number)}-text_test-1",
        "is_inconclusive": blind,
        "run_id": f"{received}",
        "_received": received,
    }


def accepted(number: int, at: datetime, **changes: Any) -> dict[str, Any]:
    """A decision that somebody's text test counts."""
    return (
        decision(f"WG-{number}-{at}", who(number), "accept_recording", decided_at=at, stage_code="text_test")
        | changes
    )


def reason(*rows: dict[str, Any], decisions: tuple[dict[str, Any], ...] = (), **options: Any) -> str:
    """What becomes of the first of three who sat the text test; the other two were seen."""
    seen = [coverage(2), coverage(3)]
    season = play(
        *(candidate(number, text=3 - number // 3) for number in (1, 2, 3)),
        {"proctoring__coverage": [*seen, *rows], "agency__working_group_decisions": decisions},
        **options,
    )
    return season.results["text_test", who(1)].reason


def test_a_sitting_that_was_seen_counts() -> None:
    assert reason(coverage(1)) == "WITHIN_LIMIT"


@pytest.mark.parametrize(
    "rows", [(), (coverage(1, blind=True),), (coverage(1), coverage(1, AFTERWARDS, True))]
)
def test_a_sitting_that_nobody_saw_does_not_count(rows: tuple[dict[str, Any], ...]) -> None:
    assert reason(*rows) == "RECORDING_UNSEEN"


def test_a_sitting_seen_after_the_list_is_late() -> None:
    assert reason(coverage(1, blind=True), coverage(1, AFTERWARDS)) == "SUPERNUMERARY"


def test_a_sitting_seen_again_after_the_list_was_known_before() -> None:
    assert reason(coverage(1), coverage(1, AFTERWARDS)) == "WITHIN_LIMIT"


def test_a_decision_lets_a_result_count_from_its_moment_on() -> None:
    assert reason(decisions=(accepted(1, IN_TIME),)) == "WITHIN_LIMIT"
    assert reason(decisions=(accepted(1, AFTERWARDS),)) == "SUPERNUMERARY"


def test_a_decision_on_another_stage_or_a_reversed_one_changes_nothing() -> None:
    assert reason(decisions=(accepted(1, IN_TIME, stage_code="numeric_test"),)) == "RECORDING_UNSEEN"
    first = accepted(1, IN_TIME)
    reverse = decision(
        "WG-R", who(1), "reverse", decided_at=AFTERWARDS, reversed_decision_no=first["decision_no"]
    )
    assert reason(decisions=(first, reverse)) == "RECORDING_UNSEEN"


def test_the_policy_can_do_without() -> None:
    assert reason(policy=Policy(missing_video="counts")) == "WITHIN_LIMIT"


def test_a_list_made_before_anything_was_gone_through_stands() -> None:
    people = [candidate(number, text=3) for number in (1, 2)]
    for received, expected in ((LIST, "RECORDING_UNSEEN"), (LIST + timedelta(seconds=1), "BY_TIE")):
        season = play(*people, {"proctoring__coverage": [coverage(2, received)]})
        assert season.results["text_test", who(1)].reason == expected
