from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest

from dashboards.components import board
from dashboards.i18n import LANGUAGES, load_texts

SENT, DUE = date(2025, 6, 9), date(2025, 6, 16)
NAMES = {"GPO": "General <Prosecutor>", "ACS": "Service", "NSC": "Committee"}


def _list(**more: Any) -> dict[str, Any]:
    row = {
        "body_code": "GPO", "addressee_body_code": "GPO", "list_no": "GPO-2025-02", "sent_on": SENT,
        "due_on": DUE, "count_sent": 40, "count_answered": 30, "count_clear": 29, "count_adverse": 1,
        "count_unclear": 0, "count_open": 10, "count_overdue": 0, "days_overdue": 0, "age_days": 3,
    }  # fmt: skip
    return row | more


@pytest.mark.parametrize(
    ("days", "more", "state"),
    [
        (-5, {}, "waiting"),
        (-2, {}, "soon"),
        (0, {}, "soon"),
        (1, {"count_overdue": 10, "days_overdue": 1}, "overdue"),
        (7, {"count_overdue": 10, "days_overdue": 7}, "overdue"),
        (8, {"count_overdue": 10, "days_overdue": 8}, "long"),
        (90, {"count_open": 0}, "done"),
    ],
)
def test_the_state_of_a_list_follows_its_due_day(days: int, more: dict[str, int], state: str) -> None:
    assert board.list_state(_list(**more), DUE + timedelta(days=days)) == state


def test_a_box_says_in_signs_and_words_what_its_colour_says() -> None:
    overdue = _list(count_overdue=10, days_overdue=3)
    html = board.matrix([overdue], NAMES, DUE + timedelta(days=3), load_texts("en"))
    assert "<b>30/40</b><span>! 10 · 3 d</span>" in html
    assert 'title="GPO-2025-02: overdue. Sent 40, answered 30 (clear 29, adverse 1, unclear 0)' in html
    assert "General &lt;Prosecutor&gt;" in html
    assert "<small>due 16 Jun</small>" in html


def test_bodies_stand_in_their_order_with_totals_and_who_answers_now() -> None:
    rows = [
        _list(body_code="ACS", addressee_body_code="NSC", list_no="ACS-2025-01"),
        _list(body_code="ACS", addressee_body_code="NSC", list_no="ACS-2025-02", sent_on=date(2025, 6, 16)),
        _list(),
    ]
    html = board.matrix(rows, NAMES, DUE, load_texts("en"))
    lines = re.findall(r"<tr class=\"[^\"]*\">.*?</tr>", html)
    assert [re.sub("<.*?>", " ", line).split()[0] for line in lines] == ["General", "Service", "All"]
    assert "answers now: Committee" in lines[1]
    assert "60/80" in lines[1] and "90/120" in lines[2]
    assert lines[0].count("rz-list") == 1, "a body without a list that day has an empty place"


def test_two_lists_of_one_day_share_a_place() -> None:
    rows = [_list(), _list(list_no="GPO-2025-03")]
    html = board.matrix(rows, NAMES, DUE, load_texts("en"))
    assert html.count("rz-list") == 2 and html.count("rz-day") >= 2
    assert "60/80" in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_legend_explains_every_sign(language: str) -> None:
    texts = load_texts(language)
    shown = board.legend(texts)
    for state, sign in board.SIGNS.items():
        assert sign in shown and texts(f"vetting.sign_{state}") in shown
    assert len(set(board.SIGNS.values())) == len(board.SIGNS)
