"""Verdicts given in the app come back as a feed: a signal is confirmed, a control becomes a miss (A28)."""

from __future__ import annotations

from dashboards.reviews import ReviewBook, Waiting
from tests.support.home import Home


def judge(home: Home, who: str, item: str, verdict: str, reason: str) -> str:
    """Take an item as the release has it and judge it; the reviewer's code."""
    [(sitting, state, first)] = home.query(
        "select sitting_id, signal_state_code, first_reviewer_code"
        f" from reporting.rpt_proctoring_review_items where item_id = '{item}'"
    )
    book = ReviewBook(home.path / "proctoring" / "reviews")
    code = book.reviewer_code(who)
    assert book.take(code, [[Waiting(item, state == "open", first)]]) is not None
    book.judge(code, item, sitting, verdict, reason, "a note for the Agency alone")
    return code


def updated(home: Home) -> str:
    done = home.rezerv("update")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def state(home: Home, signal: str) -> tuple:
    [row] = home.query(
        "select signal_state_code, first_reviewer_code, first_verdict_code, second_reviewer_code,"
        f" is_awaiting_decision from core.fct_proctoring_signals where signal_id = '{signal}'"
    )
    return row


def misses(home: Home) -> tuple:
    [row] = home.query(
        "select sum(count_controls_looked_at), sum(count_controls_found), sum(count_controls_confirmed)"
        " from reporting.rpt_proctoring_misses"
    )
    return row


def test_verdicts_of_the_app_move_a_signal_and_count_a_miss(home: Home) -> None:
    items = home.query(
        "select item_id, is_control from reporting.rpt_proctoring_review_items"
        " where signal_state_code = 'open' order by is_control, item_order"
    )
    signal = next(item for item, is_control in items if not is_control)
    control = next(item for item, is_control in items if is_control)
    assert misses(home) == (0, 0, 0)
    first = judge(home, "first@example.kz", signal, "confirmed", "forbidden_object")
    judge(home, "first@example.kz", control, "confirmed", "other_person")
    updated(home)
    assert state(home, signal) == ("second_review", first, "confirmed", None, False)
    assert misses(home) == (1, 1, 0)
    reasons = dict(home.query("select signal_id, review_reason_code from core.fct_proctoring_reviews"))
    assert (reasons[signal], reasons[control]) == ("forbidden_object", "other_person")

    second = judge(home, "second@example.kz", signal, "confirmed", "forbidden_object")
    judge(home, "second@example.kz", control, "confirmed", "other_person")
    updated(home)
    assert state(home, signal) == ("confirmed", first, "confirmed", second, True)
    assert misses(home) == (1, 1, 1)
    waiting = home.query(
        "select count(*) from reporting.rpt_proctoring_decisions as d"
        " inner join core.fct_proctoring_signals as s"
        f" on d.sitting_id = s.sitting_id where s.signal_id = '{signal}'"
        " and d.decision_reason_code = 'signal_confirmed'"
    )
    assert waiting == [(1,)]
    left = {item for (item,) in home.query("select item_id from reporting.rpt_proctoring_review_items")}
    assert not {signal, control} & left


def test_nothing_of_it_lands_twice_and_no_note_lands(home: Home) -> None:
    files = sorted(home.landing.glob("*/proctoring__reviews__0*.jsonl"))
    assert [path.name for path in files] == [
        "proctoring__reviews__0001.jsonl",
        "proctoring__reviews__0002.jsonl",
    ]
    home.rezerv("land")
    assert sorted(home.landing.glob("*/proctoring__reviews__0*.jsonl")) == files
    assert all("note" not in path.read_text() and "example.kz" not in path.read_text() for path in files)
    assert home.query(
        "select count(*), count(distinct review_id) from core.fct_proctoring_reviews"
        " where reviewer_code like 'PR-____%'"
    ) == [(4, 4)]
    shown = home.rezerv("proctoring", "reviews").stdout
    assert "not delivered: 0" in shown and "example.kz" not in shown
    assert "100.0" in home.rezerv("proctoring", "controls").stdout
