"""The vetting board: requests, replies, states, lists and bodies, who is to be sent next (`docs/rules.md`).

What belongs here: one function a report, each a list of lines with the columns' names. What does not: what a
reply answers (`letters.py`), and who is held or reported (`alerts.py`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from statistics import median

from tests.oracle import order
from tests.oracle.calendar import due_on, list_days, local_date, next_working_day
from tests.oracle.letters import Request
from tests.oracle.office import Line, Office
from tests.oracle.reading import Row
from tests.oracle.vetting import required_bodies

_SAID = ("clear", "adverse", "unclear")


def naive(moment: datetime) -> datetime:
    """A moment as the warehouse stores it: UTC without zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def requests(office: Office) -> list[Line]:
    """One line a request."""
    return [_request(office, request) for request in office.vetting.now.register.requests.values()]


def _request(office: Office, request: Request) -> Line:
    reply = office.vetting.now.answer(request)
    is_replaced = office.vetting.now.register.is_replaced(request)
    unanswered = "replaced" if is_replaced else "sent"
    state = unanswered if reply is None else str(reply["result_code"])
    days = (office.today - request.due_on).days if state == "sent" else 0
    return {
        "season_code": order.SEASON,
        "list_no": request.list_no,
        "candidate_no": request.candidate_no,
        "body_code": request.body.code,
        "addressee_body_code": office.addressee(request.body),
        "sent_on": request.sent_on,
        "due_on": request.due_on,
        "state_code": state,
        "reply_no": None if reply is None else reply["reply_no"],
        "replied_on": None if reply is None else reply["replied_on"],
        "days_to_answer": None if reply is None else (reply["replied_on"] - request.sent_on).days,
        "is_late": reply is not None and reply["replied_on"] > request.due_on,
        "is_overdue": days > 0,
        "days_overdue": max(days, 0),
    }


def replies(office: Office) -> list[Line]:
    """One line a reply and candidate, as its latest version says."""
    versions = office.tables.versions("vetting__replies")
    lines = []
    for key, letter in office.vetting.now.letters.items():
        row = letter.row
        lines.append(
            {
                "season_code": order.SEASON,
                "reply_no": row["reply_no"],
                "candidate_no": row["candidate_no"],
                "list_no": row["list_no"],
                "body_code": letter.body_code,
                "sender_body_code": row["body_code"],
                "replied_on": row["replied_on"],
                "received_at": naive(row.received_at),
                "result_code": row["result_code"],
                "handling_code": letter.handling,
                "is_late": letter.is_late,
                "is_corrected": _differ(versions[key]),
                "count_versions": len(versions[key]),
            }
        )
    return lines


def _differ(versions: Sequence[Row]) -> bool:
    """Whether the versions of a reply say different things."""
    return any(row.values != versions[0].values for row in versions)


def states(office: Office) -> list[Line]:
    """One line a counted candidate and required body, now and at close."""
    vetting, lines = office.vetting, []
    for account in office.counted():
        for body in required_bodies(account.submitted_on):
            state = vetting.now.state(account.candidate_no, body)
            closing = vetting.at_close.state(account.candidate_no, body)
            request, reply = state.request, state.reply
            lines.append(
                {
                    "season_code": order.SEASON,
                    "candidate_no": account.candidate_no,
                    "body_code": body.code,
                    "addressee_body_code": office.addressee(body),
                    "state_code": state.code,
                    "state_at_close_code": closing.code,
                    "is_settled": vetting.is_settled(account.candidate_no, closing),
                    "list_no": None if request is None else request.list_no,
                    "sent_on": None if request is None else request.sent_on,
                    "due_on": None if request is None else request.due_on,
                    "replied_on": None if reply is None else reply["replied_on"],
                    "reply_no": None if reply is None else reply["reply_no"],
                    "sender_body_code": None if reply is None else reply["body_code"],
                    "replied_on_at_close": None if closing.reply is None else closing.reply["replied_on"],
                    "reply_no_at_close": None if closing.reply is None else closing.reply["reply_no"],
                }
            )
    return lines


def board(office: Office) -> list[Line]:
    """One line a list; a number that went to several bodies is a list of each."""
    by_list: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in requests(office):
        by_list[line["list_no"], line["body_code"]].append(line)
    return [_board_line(office, lines) for lines in by_list.values()]


def _board_line(office: Office, lines: Sequence[Line]) -> Line:
    first, counts = lines[0], _counts(lines)
    replied = [line["replied_on"] for line in lines if line["replied_on"] is not None]
    return {
        **{name: first[name] for name in ("season_code", "body_code", "list_no", "addressee_body_code")},
        "sent_on": first["sent_on"],
        "due_on": first["due_on"],
        **counts,
        "days_overdue": max(line["days_overdue"] for line in lines),
        "age_days": (office.today - first["sent_on"]).days if counts["count_open"] else None,
        "first_replied_on": min(replied, default=None),
        "last_replied_on": max(replied, default=None),
    }


def _counts(lines: Iterable[Line]) -> Line:
    lines = list(lines)
    by_state = Counter(line["state_code"] for line in lines)
    return {
        "count_sent": len(lines),
        "count_answered": sum(by_state[code] for code in _SAID),
        "count_clear": by_state["clear"],
        "count_adverse": by_state["adverse"],
        "count_unclear": by_state["unclear"],
        "count_open": by_state["sent"],
        "count_replaced": by_state["replaced"],
        "count_overdue": sum(line["is_overdue"] for line in lines),
        "count_late": sum(line["is_late"] for line in lines),
    }


def bodies(office: Office) -> list[Line]:
    """One line a body of the season."""
    by_body: dict[str, list[Line]] = defaultdict(list)
    for line in requests(office):
        by_body[line["body_code"]].append(line)
    waiting = Counter(line["body_code"] for line in to_send(office))
    return [
        _body_line(office, place, body, by_body[body.code], waiting[body.code])
        for place, body in enumerate(order.BODIES, 1)
    ]


def _body_line(
    office: Office, place: int, body: order.Body, lines: Sequence[Line], count_waiting: int
) -> Line:
    answered = [line for line in lines if line["replied_on"] is not None]
    lags = [(line["replied_on"] - line["due_on"]).days for line in answered]
    days = sorted(line["days_to_answer"] for line in answered)
    heard, counts = _days_until_heard(office, body), _counts(lines)
    return {
        "season_code": order.SEASON,
        "body_code": body.code,
        "addressee_body_code": office.addressee(body),
        "body_order": place,
        "count_lists": len({line["list_no"] for line in lines}),
        **{name: counts[name] for name in ("count_sent", "count_answered", "count_open", "count_overdue")},
        **{name: counts[name] for name in ("count_adverse", "count_unclear")},
        "count_early": sum(lag < 0 for lag in lags),
        "count_on_due_day": sum(lag == 0 for lag in lags),
        "count_late": sum(lag > 0 for lag in lags),
        "lead_days_max": max((-lag for lag in lags if lag < 0), default=None),
        "lag_days_max": max((lag for lag in lags if lag > 0), default=None),
        "days_to_answer_median": median(days) if days else None,
        "days_to_answer_p90": ninetieth_percentile(heard),
        **_forecast(office, lines, heard, count_waiting),
        "last_day_on": order.VETTING_LAST_DAY,
    }


def ninetieth_percentile(days: Sequence[int]) -> int | None:
    """The smallest of sorted numbers that at least nine in ten do not exceed."""
    return next(
        (number for place, number in enumerate(days, start=1) if place * 10 >= len(days) * 9),
        None,
    )


def _days_until_heard(office: Office, body: order.Body) -> list[int]:
    """Of each answered request the days from its sending to the local day on which its answer was heard."""
    reading = office.vetting.now
    own = [request for request in reading.register.requests.values() if request.body == body]
    answered = [(request.sent_on, reading.answered(request).heard_at) for request in own]
    return sorted((local_date(heard) - sent_on).days for sent_on, heard in answered if heard is not None)


def _forecast(office: Office, lines: Sequence[Line], heard: Sequence[int], count_waiting: int) -> Line:
    """When the last answer of a body is to be expected, and whether that is in time.

    `heard` are the days that its answers took, in order; `count_waiting` people are still to be sent to it.
    """
    sent = [line["sent_on"] for line in lines if line["state_code"] == "sent"]
    expected = [_expected_on(office.today, day, heard) for day in sent] if heard else []
    usual, soon = ninetieth_percentile(heard), _next_list_on(office.today)
    is_to_come = bool(count_waiting) or _is_a_list_to_come(lines)
    later = [soon + timedelta(days=usual)] if usual is not None and is_to_come else []
    at_risk = [day for day in expected if day is None or day > order.VETTING_LAST_DAY]
    is_awaited = bool(sent) or bool(count_waiting)
    if office.as_of >= order.VETTING_CLOSES_AT:
        code = "missed" if is_awaited else "done"
    elif is_awaited and not heard:
        code = "no_basis"
    else:
        is_at_risk = bool(at_risk) or any(day > order.VETTING_LAST_DAY for day in later)
        code = "at_risk" if is_at_risk else "kept"
    known = [day for day in [*expected, *later] if day is not None]
    return {
        "expected_last_on": max(known, default=None),
        "count_at_risk": len(at_risk),
        "forecast_code": code,
    }


def _expected_on(today: date, sent_on: date, heard: Sequence[int]) -> date | None:
    """When an open request is to be answered; None where it has waited longer than any answer took."""
    waited = (today - sent_on).days
    days = next(
        (days for days in (ninetieth_percentile(heard), heard[-1]) if days is not None and waited <= days),
        None,
    )
    return None if days is None else sent_on + timedelta(days=days)


def _next_list_on(today: date) -> date:
    """The next list day, or the next working day after the last of them."""
    coming = [day.list_on for day in list_days() if day.list_on >= today]
    return min(coming, default=next_working_day(today))


def _is_a_list_to_come(lines: Sequence[Line]) -> bool:
    """Whether the list for the end of the intake is still to be drawn up."""
    list_on = next(day.list_on for day in list_days() if day.is_after_intake)
    return not any(line["sent_on"] >= list_on for line in lines)


def to_send(office: Office) -> list[Line]:
    """One line a candidate and required body to be put on the next list."""
    lines = []
    for account in office.to_be_vetted():
        for body in required_bodies(account.submitted_on):
            request = office.vetting.now.register.latest(account.candidate_no, body.code)
            key = office.identity_keys.get(account.candidate_no)
            if request is not None and request.identity_key in (None, key):
                continue
            lines.append(
                {
                    "season_code": order.SEASON,
                    "candidate_no": account.candidate_no,
                    "body_code": body.code,
                    "addressee_body_code": office.addressee(body),
                    "change_code": "new" if request is None else "changed",
                    "previous_list_no": None if request is None else request.list_no,
                }
            )
    return lines


def due(office: Office) -> list[Line]:
    """One line a body and kind of change that waits for the next list."""
    counts = Counter((line["body_code"], line["change_code"]) for line in to_send(office))
    coming = [day.list_on for day in list_days() if day.list_on >= office.today]
    return [
        {
            "season_code": order.SEASON,
            "body_code": body_code,
            "addressee_body_code": office.addressee(order.BODY[body_code]),
            "change_code": change_code,
            "count_candidates": count,
            "next_list_on": min(coming, default=None),
        }
        for (body_code, change_code), count in counts.items()
    ]


def days() -> list[Line]:
    """One line a day on which lists are drawn up."""
    return [
        {
            "season_code": order.SEASON,
            "list_on": day.list_on,
            "due_on": due_on(day.list_on),
            "is_after_intake": day.is_after_intake,
        }
        for day in list_days()
    ]
