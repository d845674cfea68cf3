"""Lists, bodies, what is to be sent, the forecast (Order §4.3, §4.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import pytest

from tests.oracle import board
from tests.oracle.board import ninetieth_percentile
from tests.oracle.office import Office
from tests.oracle.order import local
from tests.unit.oracle.builders import (
    IIN,
    OTHER_IIN,
    decision,
    documents,
    job,
    list_no,
    registration,
    reply,
    requests,
    tables,
)

ONE, TWO = "R25-000001", "R25-000002"
AFTERWARDS = local(2025, 9, 1)


def _office(
    as_of: datetime = AFTERWARDS,
    sent: Iterable[Mapping[str, Any]] = (),
    replies: Iterable[Mapping[str, Any]] = (),
    decisions: Iterable[Mapping[str, Any]] = (),
    keys: Mapping[str, str] | None = None,
) -> Office:
    people = [registration(ONE, iin=IIN), registration(TWO, iin=OTHER_IIN)]
    given = {
        "platform__registrations": people,
        "platform__documents": [*documents(ONE), *documents(TWO)],
        "platform__employment_periods": [job(ONE), job(TWO)],
        "agency__vetting_requests": sent,
        "vetting__replies": replies,
        "agency__working_group_decisions": decisions,
    }
    return Office(tables(given), as_of, keys or {})


BOTH = [*requests(ONE, "MIA"), *requests(TWO, "MIA")]


def test_a_list_half_answered() -> None:
    """The list of Monday 16 June is due on the 23rd; one answer comes a day late, one is a week overdue."""
    late = reply(ONE, "MIA", replied_on=date(2025, 6, 24))
    (line,) = board.board(_office(local(2025, 6, 30, 12), BOTH, [late]))
    assert line == {
        "season_code": "2025",
        "body_code": "MIA",
        "list_no": "MIA-2025-03",
        "addressee_body_code": "MIA",
        "sent_on": date(2025, 6, 16),
        "due_on": date(2025, 6, 23),
        "count_sent": 2,
        "count_answered": 1,
        "count_clear": 1,
        "count_adverse": 0,
        "count_unclear": 0,
        "count_open": 1,
        "count_replaced": 0,
        "count_overdue": 1,
        "count_late": 1,
        "days_overdue": 7,
        "age_days": 14,
        "first_replied_on": date(2025, 6, 24),
        "last_replied_on": date(2025, 6, 24),
    }


def test_a_request_is_overdue_after_its_day() -> None:
    def overdue(as_of: datetime) -> bool:
        (line,) = board.requests(_office(as_of, requests(ONE, "MIA")))
        return bool(line["is_overdue"])

    assert not overdue(local(2025, 6, 23, 23, 59))
    assert overdue(local(2025, 6, 24))


def test_a_replaced_request_is_no_longer_open() -> None:
    again = requests(ONE, "MIA", number=4, sent_on=date(2025, 6, 23))
    office = _office(sent=[*requests(ONE, "MIA"), *again])
    assert [line["state_code"] for line in board.requests(office)] == ["replaced", "sent"]
    office = _office(sent=[*requests(ONE, "MIA"), *again], replies=[reply(ONE, "MIA", "adverse")])
    assert [line["state_code"] for line in board.requests(office)] == ["adverse", "sent"]


def test_lists_of_a_dissolved_body_go_to_its_successor() -> None:
    for as_of, addressee in ((local(2025, 7, 13, 23, 59), "ACS"), (local(2025, 7, 14), "NSC")):
        (line,) = board.board(_office(as_of, requests(ONE, "ACS")))
        assert (line["body_code"], line["addressee_body_code"]) == ("ACS", addressee)


@pytest.mark.parametrize(
    ("days", "expected"),
    (([], None), ([4], 4), ([1, 9], 9), ([*range(1, 11)], 9), ([*range(1, 12)], 10), ([1] * 9 + [30], 1)),
)
def test_nine_in_ten(days: list[int], expected: int | None) -> None:
    assert ninetieth_percentile(days) == expected


def _body(body: str, office: Office) -> dict[str, Any]:
    (line,) = [line for line in board.bodies(office) if line["body_code"] == body]
    return line


def test_lead_and_lag() -> None:
    early = reply(ONE, "MIA", replied_on=date(2025, 6, 18))
    late = reply(TWO, "MIA", replied_on=date(2025, 6, 26))
    line = _body("MIA", _office(sent=BOTH, replies=[early, late]))
    assert (line["count_early"], line["count_on_due_day"], line["count_late"]) == (1, 0, 1)
    assert (line["lead_days_max"], line["lag_days_max"]) == (5, 3)
    assert (line["days_to_answer_median"], line["days_to_answer_p90"]) == (6, 10)


def _out(who: str) -> dict[str, Any]:
    """Excluded: not to be sent any more."""
    return decision(f"WG-{who}", who, "exclude", decided_at=local(2025, 6, 20))


def _forecast(as_of: datetime, replied: bool = True, sent_on: date = date(2025, 6, 16)) -> tuple[Any, ...]:
    """One request answered after ten days and one open, or both open."""
    answer = reply(ONE, "MIA", replied_on=date(2025, 6, 26)) if replied else None
    sent = [*requests(ONE, "MIA"), *requests(TWO, "MIA", number=6, sent_on=sent_on)]
    line = _body("MIA", _office(as_of, sent, [answer] if answer else []))
    return line["forecast_code"], line["expected_last_on"], line["count_at_risk"]


def test_forecast() -> None:
    assert _forecast(local(2025, 7, 10), sent_on=date(2025, 7, 8)) == ("kept", date(2025, 7, 18), 0)
    assert _forecast(local(2025, 7, 24), sent_on=date(2025, 7, 21)) == ("kept", date(2025, 7, 31), 0)
    assert _forecast(local(2025, 7, 24), sent_on=date(2025, 7, 22)) == ("at_risk", date(2025, 8, 1), 1)
    assert _forecast(local(2025, 7, 11), sent_on=date(2025, 7, 1)) == ("kept", date(2025, 7, 11), 0)
    nobody_knows = ("at_risk", None, 1)
    assert _forecast(local(2025, 7, 12), sent_on=date(2025, 7, 1)) == nobody_knows, "it never took so long"
    assert _forecast(local(2025, 7, 10), replied=False) == ("no_basis", None, 0)
    assert _forecast(local(2025, 8, 1))[0] == "missed"
    answered = [reply(ONE, "MIA"), reply(TWO, "MIA")]
    assert _body("MIA", _office(local(2025, 8, 1), BOTH, answered))["forecast_code"] == "done"
    alone = _office(local(2025, 7, 10), BOTH, decisions=[_out(ONE), _out(TWO)])
    assert _body("GPO", alone)["forecast_code"] == "kept", "nothing is expected"


def test_who_waited_longer_than_usual_is_expected_after_the_longest() -> None:
    """Nine answers after four days and one after thirty: an open request of 23 June."""
    people = [registration(f"R25-{number:06d}", iin=IIN) for number in range(1, 12)]
    sent = [row for person in people for row in requests(person["candidate_no"], "MIA")]
    sent[10] = sent[10] | {"sent_on": date(2025, 6, 23), "list_no": list_no("MIA", 4)}
    days = [date(2025, 6, 20)] * 9 + [date(2025, 7, 16)]
    replies = [
        reply(person["candidate_no"], "MIA", replied_on=day)
        for person, day in zip(people[:10], days, strict=True)
    ]
    to_come = requests(ONE, "MIA", number=9, sent_on=date(2025, 7, 1))
    to_come[0]["_received"] = local(2025, 7, 1)
    given = {"platform__registrations": people, "agency__vetting_requests": sent, "vetting__replies": replies}

    def expected(as_of: datetime) -> tuple[Any, ...]:
        line = _body("MIA", Office(tables(given), as_of, {}))
        return line["days_to_answer_p90"], line["expected_last_on"], line["count_at_risk"]

    given["agency__vetting_requests"] = [*sent, *requests("R25-000010", "MIA", number=9)]
    given["agency__vetting_requests"][-1]["sent_on"] = date(2025, 7, 1)
    given["vetting__replies"] = [
        *replies,
        reply("R25-000010", "MIA", reply_no="MIA-9", list_no=list_no("MIA", 9), replied_on=date(2025, 7, 5)),
    ]
    assert expected(local(2025, 6, 27)) == (4, date(2025, 6, 27), 0)
    assert expected(local(2025, 7, 10)) == (4, date(2025, 7, 23), 0)
    assert expected(local(2025, 7, 24)) == (4, None, 1)


def test_the_days_of_an_answer_go_to_the_day_it_was_heard() -> None:
    dated_early = reply(ONE, "MIA", _received=local(2025, 7, 16, 9))
    line = _body("MIA", _office(local(2025, 7, 20), requests(ONE, "MIA"), [dated_early]))
    assert line["days_to_answer_p90"] == 30
    sent_again = dated_early | {"_received": local(2025, 7, 18)}
    line = _body("MIA", _office(local(2025, 7, 20), requests(ONE, "MIA"), [dated_early, sent_again]))
    assert line["days_to_answer_p90"] == 30, "a copy is not news"


def test_the_list_for_the_end_of_the_intake_is_still_to_come() -> None:
    """It is expected from the next list day, while nothing was sent on or after its own, 1 July."""
    answered = [reply(ONE, "MIA", replied_on=date(2025, 6, 26)), reply(TWO, "MIA")]
    before = _body("MIA", _office(local(2025, 6, 29), BOTH, answered))
    assert (before["expected_last_on"], before["forecast_code"]) == (date(2025, 7, 10), "kept")
    missed = _body("MIA", _office(local(2025, 7, 2), BOTH, answered))
    assert missed["expected_last_on"] == date(2025, 7, 18), "nobody drew it up; 7 July is a day off"
    late = _body("MIA", _office(local(2025, 7, 29), BOTH, answered))
    assert (late["expected_last_on"], late["forecast_code"]) == (date(2025, 8, 9), "at_risk")
    drawn_up = [*BOTH, *requests(ONE, "MIA", number=5, sent_on=date(2025, 7, 1))]
    last = reply(ONE, "MIA", list_no=list_no("MIA", 5), replied_on=date(2025, 7, 4), reply_no="MIA-5")
    after = _body("MIA", _office(local(2025, 7, 6), drawn_up, [*answered, last]))
    assert after["expected_last_on"] is None


def test_who_is_still_to_be_sent_is_waited_for() -> None:
    sent = [*requests(ONE), *requests(ONE, "MIA", number=5, sent_on=date(2025, 7, 1))]
    nobody_answered = _body("GPO", _office(local(2025, 7, 10), sent))
    assert nobody_answered["forecast_code"] == "no_basis"
    over = _body("MIA", _office(local(2025, 8, 1), requests(ONE, "MIA"), [reply(ONE, "MIA")]))
    assert over["forecast_code"] == "missed", "TWO was never sent"


def _waiting(**given: Any) -> dict[tuple[str, str], int]:
    lines = board.due(_office(local(2025, 6, 24), **given))
    assert {line["next_list_on"] for line in lines} <= {date(2025, 6, 30)}
    return {(line["body_code"], line["change_code"]): line["count_candidates"] for line in lines}


def test_who_is_to_be_sent() -> None:
    everywhere = [*requests(ONE), *requests(TWO)]
    assert _waiting(sent=everywhere) == {}
    assert _waiting(sent=[*requests(ONE), *requests(TWO)[1:]]) == {("GPO", "new"): 1}
    stop = decision("WG-1", TWO, "exclude", decided_at=local(2025, 6, 20))
    assert _waiting(sent=requests(ONE), decisions=[stop]) == {}


def test_who_is_to_be_sent_again() -> None:
    """Whose names changed since their latest list; a list without keys says nothing of it."""
    key, other = "0" * 32, "f" * 32
    unchanged = [*requests(ONE, identity_key=key), *requests(TWO)]
    assert _waiting(sent=unchanged, keys={ONE: key, TWO: key}) == {}
    changed = _waiting(sent=unchanged, keys={ONE: other, TWO: key})
    assert set(changed) == {(row["body_code"], "changed") for row in requests(ONE)}
    again = requests(ONE, "MIA", number=4, sent_on=date(2025, 6, 23), identity_key=other)
    assert ("MIA", "changed") not in _waiting(sent=[*unchanged, *again], keys={ONE: other, TWO: key})


def test_replies_keep_what_they_said() -> None:
    first = reply(ONE, "MIA", "unclear")
    corrected = reply(ONE, "MIA", "clear", _received=local(2025, 6, 25))
    stray = reply(ONE, "GPO", list_no=list_no("GPO", 9))
    again = reply(TWO, "MIA"), reply(TWO, "MIA")
    lines = board.replies(_office(sent=BOTH, replies=[first, corrected, stray, *again]))
    told = [(line["handling_code"], line["is_corrected"], line["count_versions"]) for line in lines]
    assert sorted(told) == [("counted", False, 2), ("counted", True, 2), ("unknown_list", False, 1)]
