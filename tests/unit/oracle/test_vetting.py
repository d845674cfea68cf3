"""Replies of the seven bodies, and the one that became part of another (Order §4, A31–A34)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from tests.oracle.order import BODIES, local
from tests.oracle.vetting import Outcome, Vetting
from tests.unit.oracle.builders import decision, tables

WHO = "R25-000001"
DAY = date(2025, 6, 10)


def _requests() -> list[dict[str, Any]]:
    common = {"candidate_no": WHO, "sent_on": date(2025, 6, 16)}
    return [common | {"list_no": f"{body.code}-2025-03", "body_code": body.code} for body in BODIES]


def _reply(body: str, result: str = "clear", sender: str | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "reply_no": f"{body}-1",
        "list_no": f"{body}-2025-03",
        "body_code": sender or body,
        "candidate_no": WHO,
        "replied_on": date(2025, 6, 20),
        "result_code": result,
        **changes,
    }


def _outcome(
    replies: Iterable[Mapping[str, Any]] = (),
    without: tuple[str, ...] = (),
    decisions: Iterable[Mapping[str, Any]] = (),
) -> Outcome:
    """The outcome where every body but those named said clear, with further replies after that."""
    clear = [_reply(body.code) for body in BODIES if body.code not in without]
    given = tables(
        {
            "agency__vetting_requests": _requests(),
            "vetting__replies": [*clear, *replies],
            "agency__working_group_decisions": decisions,
        }
    )
    return Vetting(given).outcome(WHO, DAY)


def test_all_clear_passes() -> None:
    assert _outcome() == Outcome(True, "VETTING_CLEARED")


def test_no_reply_is_never_clear() -> None:
    assert _outcome(without=("MOF",)) == Outcome(False, "VETTING_HOLD")


@pytest.mark.parametrize(
    ("result", "reason"), (("adverse", "VETTING_ADVERSE"), ("unclear", "VETTING_UNCLEAR"))
)
def test_the_worst_state_is_the_reason(result: str, reason: str) -> None:
    assert _outcome([_reply("GPO", result)], without=("GPO", "MOF")) == Outcome(False, reason)


def test_later_reply_stands() -> None:
    adverse = _reply("MIA", "adverse", reply_no="MIA-0", replied_on=date(2025, 6, 19))
    assert _outcome([adverse]).reason == "VETTING_CLEARED", "dated earlier, though received later"
    later = _reply("MIA", "adverse", reply_no="MIA-2", replied_on=date(2025, 6, 21))
    assert _outcome([later]).reason == "VETTING_ADVERSE"
    same_day = _reply("MIA", "adverse", reply_no="MIA-0")
    assert _outcome([same_day]).reason == "VETTING_ADVERSE", "of one day, the last received"


@pytest.mark.parametrize(
    ("replied_on", "reason"),
    (
        (date(2025, 7, 31), "VETTING_CLEARED"),
        (date(2025, 8, 1), "VETTING_HOLD"),
        (date(2025, 6, 1), "VETTING_CLEARED"),
        (date(2025, 5, 31), "VETTING_HOLD"),
    ),
)
def test_replies_count_within_the_window(replied_on: date, reason: str) -> None:
    assert _outcome([_reply("MOF", replied_on=replied_on)], without=("MOF",)).reason == reason


@pytest.mark.parametrize(
    ("sender", "replied_on", "reason"),
    (
        ("ACS", date(2025, 7, 13), "VETTING_CLEARED"),
        ("ACS", date(2025, 7, 14), "VETTING_HOLD"),
        ("NSC", date(2025, 7, 13), "VETTING_HOLD"),
        ("NSC", date(2025, 7, 14), "VETTING_CLEARED"),
        ("GPO", date(2025, 7, 14), "VETTING_HOLD"),
    ),
)
def test_successor_answers_open_lists(sender: str, replied_on: date, reason: str) -> None:
    reply = _reply("ACS", sender=sender, replied_on=replied_on, reply_no="L-7")
    assert _outcome([reply], without=("ACS",)).reason == reason


def test_reply_to_a_list_without_the_candidate_does_not_count() -> None:
    assert _outcome([_reply("MOF", list_no="MOF-2025-04")], without=("MOF",)).reason == "VETTING_HOLD"
    assert _outcome([_reply("MOF", list_no="GPO-2025-03")], without=("MOF",)).reason == "VETTING_HOLD"


@pytest.mark.parametrize("action", ("keep", "admit_conditionally"))
def test_decision_admits_up_to_publication(action: str) -> None:
    in_time = decision("WG-1", WHO, action, decided_at=local(2025, 8, 1, 9))
    assert _outcome(without=("MOF",), decisions=[in_time]) == Outcome(True, "VETTING_BY_DECISION", "WG-1")
    assert _outcome(decisions=[in_time]) == Outcome(True, "VETTING_CLEARED")
    late = in_time | {"decided_at": local(2025, 8, 1, 9) + timedelta(seconds=1)}
    assert _outcome(without=("MOF",), decisions=[late]) == Outcome(False, "VETTING_HOLD")


def test_other_decisions_admit_nobody() -> None:
    assert not _outcome(without=("MOF",), decisions=[decision("WG-1", WHO, "allow_resit")]).is_passed
    assert not _outcome(without=("MOF",), decisions=[decision("WG-1", "R25-000009", "keep")]).is_passed
