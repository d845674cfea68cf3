"""Who passes vetting, and by which decision (Order §4, A31, A33)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.oracle.order import BODIES, STAGE, local
from tests.oracle.vetting import Outcome, Vetting, required_bodies
from tests.unit.oracle.builders import decision, registration, reply, requests, tables

WHO = "R25-000001"
DAY = date(2025, 6, 10)
SECOND = timedelta(seconds=1)
AFTERWARDS = local(2026, 1, 1)
PUBLISHED_AT = STAGE["vetting"].published_at
CLEARED = Outcome(True, "VETTING_CLEARED")


def _vetting(
    replies: Iterable[Mapping[str, Any]] = (),
    without: tuple[str, ...] = (),
    decisions: Iterable[Mapping[str, Any]] = (),
    as_of: datetime = AFTERWARDS,
) -> Outcome:
    """The outcome where every body but those named said clear, with further replies after that."""
    clear = [reply(WHO, body.code) for body in BODIES if body.code not in without]
    given = tables(
        {
            "platform__registrations": [registration(WHO)],
            "agency__vetting_requests": requests(WHO),
            "vetting__replies": [*clear, *replies],
            "agency__working_group_decisions": decisions,
        }
    )
    return Vetting(given, as_of, {}, {}).outcome(WHO, DAY)


def _by(number: str) -> Outcome:
    return Outcome(True, "VETTING_BY_DECISION", number)


def _not(reason: str) -> Outcome:
    return Outcome(False, f"VETTING_{reason}")


def test_all_clear_passes() -> None:
    assert _vetting() == CLEARED


def test_no_reply_is_never_clear() -> None:
    assert _vetting(without=("MOF",)) == _not("HOLD")


@pytest.mark.parametrize("result", ("adverse", "unclear"))
def test_the_worst_state_is_the_reason(result: str) -> None:
    assert _vetting([reply(WHO, "GPO", result)], without=("GPO", "MOF")) == _not(result.upper())


def test_adverse_is_worse_than_unclear() -> None:
    both = [reply(WHO, "GPO", "unclear"), reply(WHO, "MIA", "adverse")]
    assert _vetting(both, without=("GPO", "MIA")) == _not("ADVERSE")


def _decided(action: str, day: int = 10, **changes: Any) -> dict[str, Any]:
    return decision("WG-1", WHO, action, decided_at=local(2025, 7, day, 18), **changes)


SAID_ON_9_JULY = {"replied_on": date(2025, 7, 9)}


@pytest.mark.parametrize(
    ("result", "action", "day", "is_settled"),
    (
        ("adverse", "keep", 9, True),
        ("adverse", "keep", 8, False),
        ("unclear", "keep", 9, True),
        ("unclear", "keep", 8, False),
        ("unclear", "admit_conditionally", 9, True),
        ("unclear", "admit_conditionally", 8, False),
        ("adverse", "admit_conditionally", 31, False),
        ("adverse", "allow_resit", 31, False),
    ),
)
def test_a_decision_settles_what_it_knew(result: str, action: str, day: int, is_settled: bool) -> None:
    given = reply(WHO, "MIA", result, **SAID_ON_9_JULY)
    outcome = _vetting([given], ("MIA",), [_decided(action, day)])
    assert outcome == (_by("WG-1") if is_settled else _not(result.upper()))


def test_nobody_decides_on_what_has_not_arrived() -> None:
    """A letter of 9 July comes on the 14th; a copy that says the same is not news, another word is."""
    came = local(2025, 7, 14)
    adverse = reply(WHO, "MIA", "adverse", **SAID_ON_9_JULY) | {"_received": came}

    def kept(at: datetime, *replies: Mapping[str, Any]) -> Outcome:
        return _vetting(replies, ("MIA",), [decision("WG-1", WHO, "keep", decided_at=at)])

    assert kept(came - SECOND, adverse) == _not("ADVERSE")
    assert kept(came, adverse) == _by("WG-1")
    copy = adverse | {"_received": local(2025, 7, 20)}
    assert kept(came, adverse, copy) == _by("WG-1")
    unclear = adverse | {"result_code": "unclear", "_received": local(2025, 7, 16)}
    assert kept(came, adverse, unclear) == _not("UNCLEAR")
    assert kept(came, adverse, unclear, copy) == _not("ADVERSE"), "said anew on the 20th"
    assert kept(local(2025, 7, 20), adverse, unclear, copy) == _by("WG-1")


@pytest.mark.parametrize(
    ("action", "is_settled"), (("admit_conditionally", True), ("keep", False), ("allow_resit", False))
)
def test_a_missing_reply_needs_a_conditional_admission(action: str, is_settled: bool) -> None:
    outcome = _vetting(without=("MOF",), decisions=[_decided(action, 1)])
    assert outcome == (_by("WG-1") if is_settled else _not("HOLD"))


def test_admitted_conditionally_and_then_adverse() -> None:
    """The reply that was missing comes and is adverse: the earlier decision does not cover it."""
    admitted = _decided("admit_conditionally", 8)
    assert _vetting(without=("MIA",), decisions=[admitted]) == _by("WG-1")
    adverse = reply(WHO, "MIA", "adverse", **SAID_ON_9_JULY)
    assert _vetting([adverse], ("MIA",), [admitted]) == _not("ADVERSE")
    kept = decision("WG-0", WHO, "keep", decided_at=local(2025, 7, 9, 18))
    assert _vetting([adverse], ("MIA",), [admitted, kept]) == _by("WG-0"), "the one that settles is shown"


def test_every_state_needs_its_own_settling() -> None:
    adverse = reply(WHO, "MIA", "adverse", **SAID_ON_9_JULY)
    assert _vetting([adverse], ("MIA", "MOF"), [_decided("keep")]) == _not("HOLD")
    conditional = decision("WG-2", WHO, "admit_conditionally", decided_at=local(2025, 7, 1))
    assert _vetting([adverse], ("MIA", "MOF"), [_decided("keep"), conditional]) == _by("WG-1")
    of_one_moment = conditional | {"decided_at": local(2025, 7, 10, 18)}
    assert _vetting([adverse], ("MIA", "MOF"), [_decided("keep"), of_one_moment]) == _by("WG-2")


@pytest.mark.parametrize("action", ("keep", "admit_conditionally"))
def test_decisions_count_up_to_publication(action: str) -> None:
    given = [reply(WHO, "MIA", "unclear")]
    in_time = decision("WG-1", WHO, action, decided_at=PUBLISHED_AT)
    assert _vetting(given, ("MIA",), [in_time]) == _by("WG-1")
    assert _vetting(decisions=[in_time]) == CLEARED
    late = in_time | {"decided_at": PUBLISHED_AT + SECOND}
    assert _vetting(given, ("MIA",), [late]) == _not("UNCLEAR")
    assert _vetting(given, ("MIA",), [in_time], as_of=PUBLISHED_AT - SECOND) == _not("UNCLEAR")


@pytest.mark.parametrize("action", ("keep", "admit_conditionally"))
def test_a_reversed_decision_settles_nothing(action: str) -> None:
    given = [reply(WHO, "MIA", "unclear")]
    reversal = decision("WG-2", WHO, "reverse", reversed_decision_no="WG-1", decided_at=PUBLISHED_AT)
    assert _vetting(given, ("MIA",), [_decided(action), reversal]) == _not("UNCLEAR")
    later = reversal | {"decided_at": PUBLISHED_AT + SECOND}
    assert _vetting(given, ("MIA",), [_decided(action), later]) == _by("WG-1")
    of_another = reversal | {"candidate_no": "R25-000002"}
    assert _vetting(given, ("MIA",), [_decided(action), of_another]) == _by("WG-1")


def test_what_comes_after_the_close_moves_nothing() -> None:
    after = {"reply_no": "MIA-2", "replied_on": date(2025, 8, 4)}
    assert _vetting([reply(WHO, "MIA", "adverse", **after)]) == CLEARED
    assert _vetting([reply(WHO, "MIA", **after)], without=("MIA",)) == _not("HOLD")


def test_adverse_of_july_that_came_in_august_changes_no_list() -> None:
    late = reply(WHO, "MIA", "adverse", reply_no="MIA-2", replied_on=date(2025, 7, 30))
    assert _vetting([late | {"_received": local(2025, 8, 1)}]) == CLEARED
    assert _vetting([late | {"_received": local(2025, 8, 1) - SECOND}]) == _not("ADVERSE")


def test_decisions_about_others_settle_nothing() -> None:
    other = decision("WG-1", "R25-000009", "admit_conditionally")
    assert _vetting(without=("MOF",), decisions=[other]) == _not("HOLD")


def test_the_bodies_are_those_of_the_day_of_submission() -> None:
    assert len(required_bodies(DAY)) == 7
    assert [body.code for body in required_bodies(date(2025, 7, 14))] == [
        "GPO",
        "NSC",
        "FMA",
        "MIA",
        "MOJ",
        "MOF",
    ]
