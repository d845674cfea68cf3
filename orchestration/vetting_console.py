"""What `rezerv vetting …` draws: tables and sentences about lists, bodies, holds, alerts and replies.

Belongs here: what the terminal shows of vetting, in the language of the catalogue. Not here: questions to the
release (`vetting_reports.py`), what a screen is (`console.py`). People are shown by candidate number only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.console_values import NOTHING, cell, day, local, number

if TYPE_CHECKING:
    from orchestration.console import Screen
    from orchestration.releases import CurrentRelease
    from orchestration.vetting_reports import Grounds, Row, Vetting

_BOARD_COUNTS = (
    "count_sent", "count_answered", "count_clear", "count_adverse", "count_unclear", "count_open",
    "count_overdue",
)  # fmt: skip
# Of the board: what all but its first column take, and how far that one may be cut on a narrow terminal.
_BOARD_NUMBERS_WIDTH = 97
_SHORTEST_NAME = 22


def show_board(screen: Screen, release: CurrentRelease, rows: Sequence[Row]) -> None:
    """Bodies with their totals, below each its lists by day; then the totals of all."""
    _heading(screen, "vetting.board_title", release)
    if not rows:
        screen.say("vetting.no_lists")
        return
    table = _table(
        screen, ("body_and_list",), ("sent_and_due", *_BOARD_COUNTS, "days_overdue", "age_days"),
        name_width=max(_SHORTEST_NAME, screen.console.width - _BOARD_NUMBERS_WIDTH),
    )  # fmt: skip
    for lists in _by(rows, "body_code").values():
        table.add_row(cell(_body(lists[0])), "", *_board_totals(lists), style="bold")
        for row in lists:
            table.add_row(
                cell(f"  {row['list_no']}{_to_successor(row)}"),
                f"{row['sent_on']:%m-%d} → {row['due_on']:%m-%d}",
                *(number(row[count]) for count in _BOARD_COUNTS),
                number(row["days_overdue"] or None), number(row["age_days"]),
                end_section=row is lists[-1],
            )  # fmt: skip
    table.add_row(screen.texts("vetting.all_bodies"), "", *_board_totals(rows), style="bold")
    screen.console.print(table)
    screen.say("vetting.board_signs")


def _board_totals(rows: Sequence[Row]) -> list[str]:
    oldest = max((row["age_days"] for row in rows if row["age_days"] is not None), default=None)
    return [
        *(number(sum(row[count] for row in rows)) for count in _BOARD_COUNTS),
        number(max((row["days_overdue"] or 0 for row in rows), default=0) or None),
        number(oldest),
    ]


def show_bodies(screen: Screen, release: CurrentRelease, rows: Sequence[Row]) -> None:
    """How quickly each body answers, what is forecast of it in words, and the worst forecast of all."""
    _heading(screen, "vetting.bodies_title", release)
    table = _table(
        screen, ("body",),
        ("count_lists", "count_sent", "count_answered", "count_open", "count_early", "count_on_due_day",
         "count_late", "lead_days", "lag_days", "median_days", "p90_days"),
    )  # fmt: skip
    for row in rows:
        table.add_row(
            cell(_body(row)), number(row["count_lists"]), number(row["count_sent"]),
            number(row["count_answered"]), number(row["count_open"]), number(row["count_early"]),
            number(row["count_on_due_day"]), number(row["count_late"]), number(row["lead_days_max"]),
            number(row["lag_days_max"]), _days(row["days_to_answer_median"]),
            _days(row["days_to_answer_p90"]),
        )  # fmt: skip
    screen.console.print(table)
    screen.say("vetting.bodies_signs")
    _show_forecasts(screen, rows)


def _show_forecasts(screen: Screen, rows: Sequence[Row]) -> None:
    known = [row for row in rows if row["forecast_code"] is not None]
    if not known:
        return
    screen.gap()
    worst = min(known, key=lambda row: row["forecast_order"])
    screen.say("vetting.forecast_all", day=day(worst["last_day_on"]), forecast=worst["forecast_name"])
    if worst["forecast_code"] == "at_risk":
        screen.say("vetting.forecast_risk", count=number(sum(row["count_at_risk"] or 0 for row in known)))
    if overdue := sum(row["count_overdue"] for row in known):
        screen.say("vetting.forecast_overdue_all", count=number(overdue))
    for row in known:
        screen.say("vetting.forecast_body", body=_body(row), forecast=row["forecast_name"])
        _say_expected(screen, row)
        if row["count_overdue"]:
            screen.say("vetting.forecast_overdue", count=number(row["count_overdue"]))
        if not row["has_successor"]:
            screen.say("vetting.no_successor")


def _say_expected(screen: Screen, row: Row) -> None:
    """What a forecast rests on: how many are late or missing, and when the last answer is expected."""
    count, expected, last_day = row["count_at_risk"], row["expected_last_on"], row["last_day_on"]
    if row["forecast_code"] in ("missed", "no_basis") and not row["count_open"]:
        screen.say("vetting.forecast_unsent")
    elif row["forecast_code"] == "missed":
        screen.say("vetting.forecast_missed", count=number(row["count_open"]))
    elif row["forecast_code"] == "at_risk" and count and (expected is None or expected <= last_day):
        screen.say("vetting.forecast_undated", count=number(count))
    elif row["forecast_code"] == "at_risk":
        key = "vetting.forecast_late" if count else "vetting.forecast_to_come"
        screen.say(key, count=number(count), day=day(last_day), expected=day(expected))
    elif row["count_open"] and expected:
        screen.say("vetting.forecast_expected", expected=day(expected))


def show_hold(
    screen: Screen, vetting: Vetting, rows: Sequence[Row], counts: Row, bodies: Mapping[str, str], lines: int
) -> None:
    """Who waits for which body; how many did not pass for another reason; whether the window is open."""
    _heading(screen, "vetting.hold_title", vetting.release)
    screen.say("vetting.hold_final" if vetting.is_window_over else "vetting.hold_if_closed")
    screen.say(
        "vetting.hold_counts", hold=number(counts["count_on_hold"]),
        adverse=number(counts["count_adverse"]), unclear=number(counts["count_unclear"]),
    )  # fmt: skip
    if not rows:
        screen.say("vetting.nobody")
        return
    table = _table(
        screen, ("candidate", "track", "body", "state", "list", "sent_on", "due_on"), ("days_overdue",)
    )
    for row in _first(rows, lines):
        table.add_row(
            row["candidate_no"], row["track_code"], _codes(row), cell(row["state_name"] or row["state_code"]),
            cell(row["list_no"]), day(row["sent_on"]), day(row["due_on"]),
            number(row["days_overdue"] or None),
        )  # fmt: skip
    screen.console.print(table)
    _say_more(screen, rows, lines)
    _explain(screen, {code: name for code, name in bodies.items() if code in _codes_of(rows)})


def show_alerts(
    screen: Screen, release: CurrentRelease, alerts: Sequence[Row], bodies: Mapping[str, str]
) -> None:
    """Each alert: what happened, on which published lists the candidate stands, what has to be decided."""
    _heading(screen, "vetting.alerts_title", release)
    if not alerts:
        screen.say("vetting.no_alerts")
        return
    screen.say(
        "vetting.alerts_counts", count=number(len(alerts)),
        open=number(sum(bool(alert["is_open"]) for alert in alerts)),
    )  # fmt: skip
    for alert in alerts:
        screen.gap()
        _show_alert(screen, alert, bodies)


def _show_alert(screen: Screen, alert: Row, bodies: Mapping[str, str]) -> None:
    how = "open" if alert["is_open"] else "closed_by" if alert["closed_by_decision_no"] else "closed"
    state = screen.texts(f"vetting.alert_{how}", decision=alert["closed_by_decision_no"] or NOTHING)
    screen.say(
        "vetting.alert", candidate=alert["candidate_no"], track=alert["track_name"], state=state,
        text=alert["alert_text"] or alert["alert_code"],
        rules=", ".join(filter(None, (alert["paragraph"], alert["policy_code"]))) or NOTHING,
    )  # fmt: skip
    if alert["reply_no"]:
        screen.say(
            "vetting.alert_reply", reply=alert["reply_no"], body=_named(bodies, alert["body_code"]),
            replied=day(alert["replied_on"]), received=local(alert["received_at"]),
        )  # fmt: skip
    if alert["stages"]:
        screen.say("vetting.alert_lists", count=number(alert["count_published_lists"]))
    for stage in alert["stages"]:
        rank = screen.texts("vetting.rank", rank=stage["rank"]) if stage["rank"] is not None else ""
        screen.say("vetting.alert_stage", stage=stage["stage_name"], status=stage["status_name"], rank=rank)
    if alert["stage_name"]:
        screen.say("vetting.alert_now", stage=alert["stage_name"], status=alert["status_name"] or NOTHING)
    if alert["is_open"] and alert["decision_text"]:
        screen.say("vetting.alert_decision", text=alert["decision_text"])


def show_replies(screen: Screen, release: CurrentRelease, rows: Sequence[Row], lines: int) -> None:
    """Replies by handling: what happened and what to do, then the replies."""
    _heading(screen, "vetting.replies_title", release)
    if not rows:
        screen.say("vetting.no_problems")
        return
    for kind, replies in _by(rows, "kind").items():
        screen.gap()
        key = f"vetting.kind_{kind}"
        text = screen.texts(key) if screen.texts.has(key) else replies[0]["handling_text"] or kind
        screen.say("vetting.handling", code=kind, count=number(len(replies)), text=text)
        table = _table(
            screen, ("reply", "candidate", "list", "sender", "replied_on", "received", "result", "remark"), ()
        )
        for row in _first(replies, lines):
            table.add_row(
                cell(row["reply_no"]), cell(row["candidate_no"]), cell(row["list_no"]),
                row["sender_body_code"], day(row["replied_on"]), local(row["received_at"]),
                cell(row["result_name"]), _remark(screen, row),
            )  # fmt: skip
        screen.console.print(table)
        _say_more(screen, replies, lines)


def _remark(screen: Screen, row: Row) -> str:
    names = [name for name in ("is_late", "is_corrected") if row[name]]
    return ", ".join(screen.texts(f"vetting.{name}") for name in names)


def show_states(screen: Screen, release: CurrentRelease, candidate: Row) -> None:
    """One candidate body by body, now and at close, and the decisions of the working group about them."""
    _heading(screen, "vetting.states_title", release)
    screen.say(
        "vetting.candidate", candidate=candidate["candidate_no"], track=candidate["track_name"] or NOTHING,
        status=candidate["status_name"] or screen.texts("vetting.not_in_stage"),
        reason=candidate["reason_text"] or "", decision=candidate["decision_no"] or NOTHING,
    )  # fmt: skip
    if not candidate["states"]:
        screen.say("vetting.no_states")
    else:
        _show_states(screen, candidate["states"])
        _explain(screen, {row["body_code"]: row["body_name"] for row in candidate["states"]})
    for decision in candidate["decisions"]:
        key = "vetting.decision_reverse" if decision["action_code"] == "reverse" else "vetting.decision"
        screen.say(
            key, decision=decision["decision_no"], at=local(decision["decided_at"]),
            action=_action(screen, decision["action_code"]),
            reversed=decision["reversed_decision_no"] or NOTHING,
        )  # fmt: skip


def _action(screen: Screen, code: str) -> str:
    key = f"vetting.action_{code}"
    return screen.texts(key) if screen.texts.has(key) else code


def _show_states(screen: Screen, states: Sequence[Row]) -> None:
    table = _table(
        screen, ("body", "list", "sent_on", "due_on", "reply", "replied_on", "state_now", "state_at_close",
                 "settled"), (),
    )  # fmt: skip
    for row in states:
        table.add_row(
            _codes(row), cell(row["list_no"]), day(row["sent_on"]),
            day(row["due_on"]), cell(row["reply_no"]), day(row["replied_on"]), cell(row["state_name"]),
            cell(row["state_at_close_name"]), _settled(screen, row),
        )  # fmt: skip
    screen.console.print(table)


def _settled(screen: Screen, row: Row) -> str:
    if not row["is_settled"]:
        return screen.texts("vetting.no")
    is_by_itself = row["state_at_close_code"] == "clear"
    return screen.texts("vetting.yes" if is_by_itself else "vetting.by_decision")


def show_grounds(screen: Screen, grounds: Grounds, warehouse: Path) -> None:
    """Adverse replies and decisions with the codes of their grounds; no title, no person."""
    from orchestration.console import shown_path

    screen.say("vetting.adverse_title", file=shown_path(warehouse), as_of=local(grounds.as_of))
    screen.say("vetting.adverse_note")
    if not grounds.replies and not grounds.decisions:
        screen.say("vetting.no_grounds")
        return
    if grounds.replies:
        _show_ground_replies(screen, grounds.replies)
    if grounds.decisions:
        screen.say("vetting.ground_decisions")
        table = _table(screen, ("decision", "candidate", "action", "ground", "decided"), ())
        for row in grounds.decisions:
            table.add_row(
                cell(row["decision_no"]), cell(row["candidate_no"]),
                _action(screen, row["action_code"]), cell(row["ground_code"]), local(row["decided_at"]),
            )  # fmt: skip
        screen.console.print(table)


def _show_ground_replies(screen: Screen, rows: Sequence[Row]) -> None:
    table = _table(
        screen, ("reply", "candidate", "sender", "replied_on", "ground", "fact_on", "ground_state",
                 "verified"), (),
    )  # fmt: skip
    for row in rows:
        state = screen.texts(f"vetting.ground_{row['ground_state_code']}", day=day(row["expires_on"]))
        table.add_row(
            cell(row["reply_no"]), cell(row["candidate_no"]), row["sender_body_code"], day(row["replied_on"]),
            cell(row["ground_code"]), day(row["fact_on"]), state,
            screen.texts("vetting.yes" if row["is_verified"] else "vetting.no"),
        )  # fmt: skip
    screen.console.print(table)


def _heading(screen: Screen, key: str, release: CurrentRelease) -> None:
    screen.say(
        "vetting.heading", title=screen.texts(key), release=release.release_id, as_of=local(release.as_of)
    )


def _table(
    screen: Screen, words: Iterable[str], numbers: Iterable[str], *, name_width: int | None = None
) -> Any:
    return screen.table(
        [
            *((f"vetting.col_{name}", "left") for name in words),
            *((f"vetting.col_{name}", "right") for name in numbers),
        ],
        name_width=name_width,
    )


def _by(rows: Sequence[Row], name: str) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(row[name], []).append(row)
    return found


def _body(row: Row) -> str:
    return f"{row['body_code']} {row['body_name'] or ''}".strip()


def _named(bodies: Mapping[str, str], code: str | None) -> str:
    return NOTHING if code is None else bodies.get(code, code)


def _to_successor(row: Row) -> str:
    return f" → {row['addressee_body_code']}" if row["addressee_body_code"] != row["body_code"] else ""


def _codes(row: Row) -> str:
    return f"{row['body_code']}{_to_successor(row)}"


def _codes_of(rows: Sequence[Row]) -> set[str]:
    return {row[name] for row in rows for name in ("body_code", "addressee_body_code")}


def _explain(screen: Screen, bodies: Mapping[str, str]) -> None:
    """The names behind the codes of a table."""
    for code, name in bodies.items():
        screen.say("vetting.body", code=code, name=name)


def _days(value: object) -> str:
    """Days as they come: whole, or a median with a half."""
    return NOTHING if value is None else f"{float(str(value)):g}"


def _first(rows: Sequence[Row], lines: int) -> Sequence[Row]:
    return rows[:lines] if lines else rows


def _say_more(screen: Screen, rows: Sequence[Row], lines: int) -> None:
    more = len(rows) - len(_first(rows, lines))
    if more:
        screen.say("vetting.more", count=number(more))
