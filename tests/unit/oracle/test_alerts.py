"""Who is held, and what turns after the list of vetting (Order §4.2, §4.5, A31, A33)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from tests.oracle import alerts
from tests.oracle.office import Line, Office
from tests.oracle.order import BODIES, STAGE, local
from tests.oracle.season import compute
from tests.unit.oracle.builders import decision, documents, job, registration, reply, requests, tables

WHO = "R25-000001"
SECOND = timedelta(seconds=1)
PUBLISHED_AT = STAGE["vetting"].published_at
AFTERWARDS = local(2025, 9, 1)


def _given(
    replies: Iterable[Mapping[str, Any]], without: tuple[str, ...], decisions: Iterable[Mapping[str, Any]]
) -> dict[str, Iterable[Mapping[str, Any]]]:
    clear = [reply(WHO, body.code) for body in BODIES if body.code not in without]
    return {
        "platform__registrations": [registration(WHO)],
        "platform__documents": documents(WHO),
        "platform__employment_periods": [job(WHO)],
        "agency__vetting_requests": requests(WHO),
        "vetting__replies": [*clear, *replies],
        "agency__working_group_decisions": decisions,
    }


def _hold(
    as_of: datetime = AFTERWARDS,
    replies: Iterable[Mapping[str, Any]] = (),
    without: tuple[str, ...] = (),
    decisions: Iterable[Mapping[str, Any]] = (),
) -> list[tuple[str, str, str, bool]]:
    office = Office(tables(_given(replies, without, decisions)), as_of, {})
    return [
        (line["body_code"], line["state_code"], line["reason_code"], line["is_hold"])
        for line in alerts.hold(office)
    ]


def _alerts(
    as_of: datetime = AFTERWARDS,
    replies: Iterable[Mapping[str, Any]] = (),
    without: tuple[str, ...] = (),
    decisions: Iterable[Mapping[str, Any]] = (),
) -> list[Line]:
    given = tables(_given(replies, without, decisions))
    return alerts.alerts(Office(given, as_of, {}), compute(given, as_of))


def _codes(**given: Any) -> list[tuple[str, bool, str | None]]:
    return [(line["alert_code"], line["is_open"], line["closed_by_decision_no"]) for line in _alerts(**given)]


def test_nobody_is_held_when_all_is_clear() -> None:
    assert _hold() == []


def test_the_hold_list_names_the_bodies_that_are_missing() -> None:
    assert _hold(without=("NSC", "MOF")) == [
        ("NSC", "sent", "VETTING_HOLD", True),
        ("MOF", "sent", "VETTING_HOLD", True),
    ]
    nobody_yet = _hold(local(2025, 6, 17), without=tuple(body.code for body in BODIES))
    assert nobody_yet == [(body.code, "sent", "VETTING_HOLD", True) for body in BODIES]


def test_who_fails_for_another_reason_is_not_held() -> None:
    adverse = [reply(WHO, "MIA", "adverse")]
    assert _hold(replies=adverse, without=("MIA", "MOF")) == [
        ("MIA", "adverse", "VETTING_ADVERSE", False),
        ("MOF", "sent", "VETTING_ADVERSE", False),
    ]


def test_who_is_stopped_is_not_on_the_list() -> None:
    stop = decision("WG-1", WHO, "exclude", decided_at=PUBLISHED_AT)
    assert _hold(without=("MOF",), decisions=[stop]) == []
    assert len(_hold(without=("MOF",), decisions=[stop | {"decided_at": PUBLISHED_AT + SECOND}])) == 1


LATER = {"reply_no": "MIA-2", "replied_on": date(2025, 8, 18)}


def test_adverse_after_passing() -> None:
    adverse = [reply(WHO, "MIA", "adverse", **LATER)]
    assert _codes(replies=adverse) == [("ADVERSE_AFTER_PASS", True, None)]
    assert _codes(replies=[reply(WHO, "MIA", "unclear", **LATER)]) == [("UNCLEAR_AFTER_PASS", True, None)]
    assert _codes(replies=adverse, as_of=PUBLISHED_AT - SECOND) == []
    (line,) = _alerts(replies=adverse)
    assert (line["last_stage_passed_code"], line["current_stage_code"]) == ("vetting", "text_test")
    assert (line["count_stages_passed"], line["count_published_lists"]) == (2, 3)


def test_what_was_known_and_settled_is_no_alert() -> None:
    adverse = reply(WHO, "MIA", "adverse")
    kept = decision("WG-1", WHO, "keep")
    assert _codes(replies=[adverse], without=("MIA",), decisions=[kept]) == []
    assert _codes(replies=[adverse], without=("MIA",), decisions=[kept], as_of=PUBLISHED_AT) == []
    sent_again = adverse | {"_received": local(2025, 8, 5)}
    assert _codes(replies=[adverse, sent_again], without=("MIA",), decisions=[kept]) == []
    another = reply(WHO, "MIA", "adverse", **LATER)
    assert _codes(replies=[adverse, another], without=("MIA",), decisions=[kept]) == [
        ("ADVERSE_AFTER_PASS", True, None)
    ]


def test_a_decision_taken_back_afterwards_no_longer_covers() -> None:
    adverse, kept = reply(WHO, "MIA", "adverse"), decision("WG-1", WHO, "keep")
    back = decision("WG-2", WHO, "reverse", reversed_decision_no="WG-1", decided_at=local(2025, 8, 20))
    given = {"replies": [adverse], "without": ("MIA",), "decisions": [kept, back]}
    assert _codes(as_of=local(2025, 8, 20) - SECOND, **given) == []
    assert _codes(**given) == [("ADVERSE_AFTER_PASS", True, None)]
    again = decision("WG-3", WHO, "keep", decided_at=local(2025, 8, 21))
    given["decisions"] = [kept, back, again]
    assert _codes(**given) == [("ADVERSE_AFTER_PASS", False, "WG-3")]


def test_unclear_and_admitted_is_no_alert() -> None:
    unclear, admitted = reply(WHO, "MIA", "unclear"), decision("WG-1", WHO, "admit_conditionally")
    assert _codes(replies=[unclear], without=("MIA",), decisions=[admitted]) == []


def test_what_the_answer_to_a_replaced_list_says_is_an_alert() -> None:
    """Sent to the body again, which clears the second request; of the first it says adverse, and late."""
    given = _given([], (), ())
    again = requests(WHO, "MIA", number=5, sent_on=date(2025, 6, 30))
    given["agency__vetting_requests"] = [*requests(WHO), *again]
    clear = [reply(WHO, body.code) for body in BODIES]
    second = reply(WHO, "MIA", list_no="MIA-2025-05", reply_no="MIA-2", replied_on=date(2025, 7, 3))
    late = reply(WHO, "MIA", "adverse", reply_no="MIA-3", replied_on=date(2025, 8, 18))
    given["vetting__replies"] = [*clear, second, late]
    rows = tables(given)
    (line,) = alerts.alerts(Office(rows, AFTERWARDS, {}), compute(rows, AFTERWARDS))
    assert (line["alert_code"], line["reply_no"]) == ("ADVERSE_AFTER_PASS", "MIA-3")


def test_adverse_of_july_that_came_in_august_is_an_alert() -> None:
    late = reply(WHO, "MIA", "adverse", reply_no="MIA-2", replied_on=date(2025, 7, 30))
    late["_received"] = local(2025, 8, 5)
    assert _codes(replies=[late]) == [("ADVERSE_AFTER_PASS", True, None)]
    before_it_came = decision("WG-1", WHO, "keep", decided_at=local(2025, 7, 31))
    assert _codes(replies=[late], decisions=[before_it_came]) == [("ADVERSE_AFTER_PASS", True, None)]


def test_kept_after_the_list() -> None:
    """Who did not pass and is kept afterwards: nothing speaks against them any more."""
    adverse, kept = reply(WHO, "MIA", "adverse"), decision("WG-1", WHO, "keep", decided_at=local(2025, 8, 5))
    assert _codes(replies=[adverse], without=("MIA",)) == []
    assert _codes(replies=[adverse], without=("MIA",), decisions=[kept]) == [
        ("CLEAR_AFTER_CLOSE", True, None)
    ]


def test_a_correction_after_the_close_is_another_reply() -> None:
    corrected = [reply(WHO, "MIA", "adverse", _received=local(2025, 8, 5))]
    assert _codes(replies=corrected) == [("ADVERSE_AFTER_PASS", True, None)]


def test_what_closes_an_alert() -> None:
    adverse = [reply(WHO, "MIA", "adverse", **LATER)]

    def closed(**changes: Any) -> tuple[str, bool, str | None]:
        (found,) = _codes(replies=adverse, decisions=[decision("WG-1", WHO, **changes)])
        return found

    came = local(2025, 8, 18, 18)
    after, before = {"decided_at": came}, {"decided_at": came - SECOND}
    is_closed, is_open = ("ADVERSE_AFTER_PASS", False, "WG-1"), ("ADVERSE_AFTER_PASS", True, None)
    assert closed(action_code="keep", **after) == is_closed
    assert closed(action_code="keep", **before) == is_open
    assert closed(action_code="exclude", **before) == is_closed, "whatever for"
    assert closed(action_code="admit_conditionally", **after) == is_open
    exclusion = decision("WG-1", WHO, "exclude", **after)
    reversal = decision("WG-2", WHO, "reverse", reversed_decision_no="WG-1", decided_at=local(2025, 8, 20))
    assert _codes(replies=adverse, decisions=[exclusion, reversal]) == [is_open]


def test_clear_after_the_close() -> None:
    late = reply(WHO, "MIA", replied_on=date(2025, 8, 4))
    assert _codes(replies=[late], without=("MIA",)) == [("CLEAR_AFTER_CLOSE", True, None)]
    assert _codes(replies=[late], without=("MIA", "MOF")) == []
    (line,) = _alerts(replies=[late], without=("MIA",))
    assert (line["count_stages_passed"], line["current_stage_code"]) == (1, "vetting")


def test_the_published_lists_that_hold_the_person() -> None:
    given = tables(_given([reply(WHO, "MIA", "adverse", **LATER)], (), ()))
    office = Office(given, AFTERWARDS, {})
    lines = alerts.alert_stages(office, compute(given, AFTERWARDS))
    assert [(line["stage_code"], line["status_code"], line["goes_on"]) for line in lines] == [
        ("registration", "admitted", True),
        ("vetting", "admitted", True),
        ("text_test", "absent", False),
    ]
