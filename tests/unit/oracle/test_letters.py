"""How each reply is handled, and what a body says of a candidate (Order §4.4, A32–A34)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from tests.oracle import letters
from tests.oracle.letters import State
from tests.oracle.order import BODIES, BODY, local
from tests.oracle.people import accounts_of
from tests.oracle.reading import Tables
from tests.oracle.vetting import Outcome, Vetting
from tests.unit.oracle.builders import list_no, registration, reply, requests, tables

WHO, OTHER = "R25-000001", "R25-000002"
SECOND = timedelta(seconds=1)
CLOSING = local(2025, 8, 1)
AFTERWARDS = local(2026, 1, 1)


def _given(replies: Iterable[Mapping[str, Any]], more_requests: Iterable[Mapping[str, Any]] = ()) -> Tables:
    return tables(
        {
            "platform__registrations": [registration(WHO), registration(OTHER)],
            "agency__vetting_requests": [*requests(WHO), *more_requests],
            "vetting__replies": replies,
        }
    )


def _handling(row: dict[str, Any]) -> str:
    (letter,) = letters.now(_given([row])).letters.values()
    return letter.handling


@pytest.mark.parametrize(
    ("changes", "handling"),
    (
        ({}, "counted"),
        ({"candidate_no": "R25-000009"}, "unknown_candidate"),
        ({"candidate_no": "R25-000009", "list_no": "MIA-2025-77"}, "unknown_candidate"),
        ({"list_no": "MIA-2025-77"}, "unknown_list"),
        ({"candidate_no": OTHER}, "not_on_list"),
        ({"body_code": "GPO"}, "wrong_sender"),
        ({"replied_on": date(2025, 6, 15)}, "dated_before_list"),
        ({"replied_on": date(2025, 6, 16)}, "counted"),
        ({"_received": local(2025, 6, 20)}, "counted"),
        ({"_received": local(2025, 6, 20) - SECOND}, "dated_ahead"),
        ({"replied_on": date(2025, 6, 15), "body_code": "GPO"}, "wrong_sender"),
    ),
)
def test_a_reply_answers_or_says_why_not(changes: dict[str, Any], handling: str) -> None:
    assert _handling(reply(WHO, "MIA", **changes)) == handling


@pytest.mark.parametrize(
    ("sender", "replied_on", "handling"),
    (
        ("ACS", date(2025, 7, 13), "counted"),
        ("ACS", date(2025, 7, 14), "wrong_sender"),
        ("NSC", date(2025, 7, 13), "wrong_sender"),
        ("NSC", date(2025, 7, 14), "counted"),
        ("GPO", date(2025, 7, 14), "wrong_sender"),
    ),
)
def test_the_successor_answers_from_its_first_day(sender: str, replied_on: date, handling: str) -> None:
    assert _handling(reply(WHO, "ACS", body_code=sender, replied_on=replied_on)) == handling


def _says(replies: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    reading = letters.now(_given(replies))
    assert reading.state(WHO, BODY["MIA"]).request is not None
    return {letter.row["reply_no"]: letter.handling for letter in reading.letters.values()}


def test_the_last_day_counts_then_the_worst_whenever_it_came() -> None:
    first = reply(WHO, "MIA", "adverse", reply_no="Z", replied_on=date(2025, 6, 19))
    last = reply(WHO, "MIA", reply_no="B")
    assert _says([last, first]) == {"B": "counted", "Z": "overruled"}
    same_day = reply(WHO, "MIA", "adverse", reply_no="A", _received=local(2025, 6, 20, 18) + SECOND)
    assert _says([same_day, last]) == {"A": "counted", "B": "overruled"}
    came_first = same_day | {"_received": local(2025, 6, 20, 9)}
    assert _says([came_first, last]) == {"A": "counted", "B": "overruled"}
    copy = last | {"_received": local(2025, 7, 20)}
    assert _says([last, same_day, copy]) == {"A": "counted", "B": "overruled"}, "a copy clears nobody"
    same_word = reply(WHO, "MIA", reply_no="C", replied_on=date(2025, 6, 18))
    assert _says([same_word, last]) == {"B": "counted", "C": "repeated"}


def test_of_one_day_the_worst_counts_in_whatever_order_they_come() -> None:
    rows = [
        reply(WHO, "MIA", "clear", reply_no="D"),
        reply(WHO, "MIA", "unclear", reply_no="C"),
        reply(WHO, "MIA", "adverse", reply_no="A"),
        reply(WHO, "MIA", "adverse", reply_no="B"),
    ]
    for given in permutations(rows):
        assert _says(given) == {"A": "repeated", "B": "counted", "C": "overruled", "D": "overruled"}


def test_what_is_not_valid_overrules_nothing() -> None:
    ahead = reply(
        WHO, "MIA", "clear", reply_no="Z", replied_on=date(2025, 7, 9), _received=local(2025, 6, 30)
    )
    adverse = reply(WHO, "MIA", "adverse")
    assert _says([ahead, adverse]) == {"Z": "dated_ahead", "MIA-1": "counted"}


def test_a_reply_after_the_due_day_is_late() -> None:
    """The list of 30 June is due on 8 July: a week later is Capital Day (observed)."""
    sent = requests(WHO, "MIA", number=5, sent_on=date(2025, 6, 30))
    for day, is_late in ((8, False), (9, True)):
        row = reply(WHO, "MIA", list_no=list_no("MIA", 5), replied_on=date(2025, 7, day))
        (letter,) = letters.now(_given([row], sent)).letters.values()
        assert letter.is_late is is_late
    wrong = reply(WHO, "MIA", body_code="GPO", list_no=list_no("MIA", 5), replied_on=date(2025, 7, 9))
    (letter,) = letters.now(_given([wrong], sent)).letters.values()
    assert not letter.is_late, "what answers nothing is not late"


def _states(given: Tables) -> tuple[str, str]:
    now, closing = letters.now(given), letters.at_close(given)
    return now.state(WHO, BODY["MIA"]).code, closing.state(WHO, BODY["MIA"]).code


def test_who_is_asked_anew_is_answered_anew() -> None:
    again = requests(WHO, "MIA", number=4, sent_on=date(2025, 6, 23))
    assert _states(_given([reply(WHO, "MIA", "adverse")], again)) == ("sent", "sent")
    answer = reply(WHO, "MIA", reply_no="MIA-2", list_no=list_no("MIA", 4), replied_on=date(2025, 6, 25))
    assert _states(_given([reply(WHO, "MIA", "adverse"), answer], again)) == ("clear", "clear")
    after = requests(WHO, "MIA", number=9, sent_on=date(2025, 8, 1))
    assert _states(_given([reply(WHO, "MIA")], after)) == ("sent", "clear"), "asked after the close"


def test_no_request_is_not_sent() -> None:
    given = tables({"platform__registrations": [registration(WHO)]})
    assert letters.now(given).state(WHO, BODY["MIA"]) == State("not_sent")


@pytest.mark.parametrize(
    ("changes", "states"),
    (
        ({"replied_on": date(2025, 7, 31)}, ("clear", "clear")),
        ({"replied_on": date(2025, 7, 31), "_received": CLOSING - SECOND}, ("clear", "clear")),
        ({"replied_on": date(2025, 7, 31), "_received": CLOSING}, ("clear", "sent")),
        ({"replied_on": date(2025, 8, 1)}, ("clear", "sent")),
    ),
)
def test_at_close_only_what_had_come(changes: dict[str, Any], states: tuple[str, str]) -> None:
    assert _states(_given([reply(WHO, "MIA", **changes)])) == states


def test_a_correction_counts_from_its_receipt() -> None:
    first = reply(WHO, "MIA")
    corrected = reply(WHO, "MIA", "adverse", _received=CLOSING + SECOND)
    assert _states(_given([first, corrected])) == ("adverse", "clear")
    in_time = corrected | {"_received": CLOSING - SECOND}
    assert _states(_given([first, in_time])) == ("adverse", "adverse")
    ahead = in_time | {"replied_on": date(2025, 8, 2)}
    assert _states(_given([first, ahead])) == ("sent", "sent"), "the version at close is dated ahead"


def test_one_letter_answers_two_lists() -> None:
    """The NSC writes once, of its own list and of that of the body that became part of it."""
    day = {"reply_no": "NSC-7", "body_code": "NSC", "replied_on": date(2025, 7, 21)}
    given = _given([reply(WHO, "NSC", **day), reply(WHO, "ACS", "adverse", **day)])
    reading = letters.now(given)
    assert [letter.handling for letter in reading.letters.values()] == ["counted", "counted"]
    assert [reading.state(WHO, BODY[body]).code for body in ("NSC", "ACS")] == ["clear", "adverse"]


KEY, OTHER_KEY = "0" * 32, "f" * 32


def _keyed(key: str | None, identities: Mapping[str, str | None]) -> str:
    asked = requests(WHO, "MIA", identity_key=key)
    given = tables(
        {
            "platform__registrations": [registration(WHO)],
            "agency__vetting_requests": asked,
            "vetting__replies": [reply(WHO, "MIA", "adverse")],
        }
    )
    return letters.now(given, identities).state(WHO, BODY["MIA"]).code


def test_a_list_about_who_is_named_otherwise_by_now_is_no_request() -> None:
    assert _keyed(KEY, {WHO: KEY}) == "adverse"
    assert _keyed(KEY, {WHO: OTHER_KEY}) == "not_sent"
    assert _keyed(None, {WHO: OTHER_KEY}) == "adverse", "a list without keys says nothing of it"


def test_at_close_the_identity_is_that_known_then() -> None:
    given = {
        "agency__vetting_requests": requests(WHO, identity_key=KEY),
        "vetting__replies": [reply(WHO, body.code) for body in BODIES],
    }

    def outcome(received: datetime, key: str) -> Outcome:
        rows = tables(given | {"platform__registrations": [registration(WHO, _received=received)]})
        accounts = accounts_of(rows, AFTERWARDS)
        return Vetting(rows, AFTERWARDS, accounts, {WHO: key}).outcome(WHO, date(2025, 6, 10))

    assert outcome(CLOSING - SECOND, KEY).reason == "VETTING_CLEARED"
    assert outcome(CLOSING - SECOND, OTHER_KEY).reason == "VETTING_HOLD"
    assert outcome(CLOSING, OTHER_KEY).reason == "VETTING_CLEARED", "corrected after the close"


def test_a_list_that_reached_the_register_after_the_close_was_not_sent_by_then() -> None:
    for received, states in ((CLOSING - SECOND, ("clear", "clear")), (CLOSING, ("clear", "not_sent"))):
        asked = requests(WHO, "MIA", _received=received)
        rows = tables(
            {
                "platform__registrations": [registration(WHO)],
                "agency__vetting_requests": asked,
                "vetting__replies": [reply(WHO, "MIA")],
            }
        )
        assert _states(rows) == states
