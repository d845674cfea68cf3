"""Who is held, and whose vetting says something else now than when they were let through (A31, A33, §4.5).

What belongs here: the hold list and the alerts with the lists that hold the person. What does not: the
states themselves (`letters.py`), and the lists (`season.py`).
"""

from __future__ import annotations

from tests.oracle import order
from tests.oracle.board import naive
from tests.oracle.decisions import Decision, latest
from tests.oracle.letters import State
from tests.oracle.office import Line, Office
from tests.oracle.people import Account
from tests.oracle.season import GOES_ON, OracleResult, OracleSeason
from tests.oracle.vetting import required_bodies

_AFTER_PASS = {"adverse": "ADVERSE_AFTER_PASS", "unclear": "UNCLEAR_AFTER_PASS"}


def hold(office: Office) -> list[Line]:
    """One line a candidate who does not pass and a body whose state at close nobody settled."""
    lines = []
    for account in office.entrants():
        outcome = office.outcome(account)
        if outcome.is_passed:
            continue
        for body in required_bodies(account.submitted_on):
            state = office.vetting.at_close.state(account.candidate_no, body)
            if not office.vetting.is_settled(account.candidate_no, state):
                lines.append(
                    {
                        "season_code": order.SEASON,
                        "candidate_no": account.candidate_no,
                        "track_code": account.track,
                        "reason_code": outcome.reason,
                        "body_code": body.code,
                        "addressee_body_code": office.addressee(body),
                        **_open_since(office, state),
                        "is_hold": outcome.reason == "VETTING_HOLD",
                    }
                )
    return lines


def _open_since(office: Office, state: State) -> Line:
    request, now = state.request, office.vetting.now
    is_open = request is not None and now.answer(request) is None and not now.register.is_replaced(request)
    days = (office.today - request.due_on).days if request is not None and is_open else 0
    return {
        "state_code": state.code,
        "list_no": None if request is None else request.list_no,
        "sent_on": None if request is None else request.sent_on,
        "due_on": None if request is None else request.due_on,
        "days_overdue": max(days, 0),
    }


def alerts(office: Office, season: OracleSeason) -> list[Line]:
    """One line a candidate and alert, of those who were on the list of vetting."""
    if office.as_of < office.vetting.published_at:
        return []
    lines = []
    for account in office.entrants():
        if office.outcome(account).is_passed:
            found = _after_pass(office, account)
        else:
            found = _after_close(office, account)
        lines += [line | _standing(season, account) for line in found]
    return lines


def _after_pass(office: Office, account: Account) -> list[Line]:
    """What speaks against somebody who was let through, but what was known and decided on, and still is."""
    lines, vetting = [], office.vetting
    for state in vetting.now.of_candidate(account.candidate_no):
        if state.code not in _AFTER_PASS or state.request is None or state.reply is None:
            continue
        settled = vetting.covering(account.candidate_no, state, vetting.moment)
        if any(decision.is_in_force(office.as_of) for decision in settled):
            continue
        kept = vetting.keeps(account.candidate_no, state, office.as_of)
        lines.append(
            {
                **_alert(office, account, _AFTER_PASS[state.code], kept),
                **_named(state),
            }
        )
    return lines


def _after_close(office: Office, account: Account) -> list[Line]:
    """Somebody who did not pass, and of whom every body says clear by now, or what no longer bars.

    The reply that is named is the last to be heard of those that vetting lacked.
    """
    number, vetting = account.candidate_no, office.vetting
    bodies = required_bodies(account.submitted_on)
    states = [vetting.now.state(number, body) for body in bodies]
    if any(one.code != "clear" and not vetting.covering(number, one, office.as_of) for one in states):
        return []
    lacked = [
        state
        for body, state in zip(bodies, states, strict=True)
        if not vetting.is_settled(number, vetting.at_close.state(number, body))
    ]
    return [_alert(office, account, "CLEAR_AFTER_CLOSE", []) | _named(max(lacked, key=_heard_order))]


def _named(state: State) -> Line:
    """The list and the reply of which an alert speaks."""
    assert state.request is not None
    assert state.reply is not None
    assert state.heard_at is not None
    return {
        "body_code": state.request.body.code,
        "list_no": state.request.list_no,
        "reply_no": state.reply["reply_no"],
        "replied_on": state.reply["replied_on"],
        "received_at": naive(state.heard_at),
    }


def _heard_order(state: State) -> tuple[object, ...]:
    assert state.request is not None
    assert state.reply is not None
    return state.heard_at, state.reply["replied_on"], state.request.body.code


def _alert(office: Office, account: Account, code: str, kept: list[Decision]) -> Line:
    """An alert, open until the person is stopped or the information is found not to bar them.

    It is closed by the exclusion that began first, if there is one, else by the latest `keep`; a withdrawal
    has no number.
    """
    excluded = office.stops.exclusions(account.candidate_no, office.as_of)
    by = min(excluded, key=lambda one: (one.starts_at, one.number), default=latest(kept))
    return {
        "season_code": order.SEASON,
        "candidate_no": account.candidate_no,
        "track_code": account.track,
        "alert_code": code,
        "is_open": by is None and not office.is_stopped(account, office.as_of),
        "closed_by_decision_no": None if by is None else by.number,
    }


def _standing(season: OracleSeason, account: Account) -> Line:
    """How far the person has come, and in how many published lists they stand."""
    published = _published(season, account)
    passed = [stage for stage, result in published if result.status in GOES_ON]
    current = [
        (stage, season.results[stage.code, account.candidate_no])
        for stage in order.STAGES
        if (stage.code, account.candidate_no) in season.results
    ]
    return {
        "count_stages_passed": len(passed),
        "last_stage_passed_code": passed[-1].code if passed else None,
        "current_stage_code": current[-1][0].code,
        "current_status_code": current[-1][1].status,
        "count_published_lists": len(published),
    }


def _published(season: OracleSeason, account: Account) -> list[tuple[order.Stage, OracleResult]]:
    """The published stages that the person entered, with their result."""
    own = [(stage, season.results.get((stage.code, account.candidate_no))) for stage in order.STAGES]
    return [(stage, result) for stage, result in own if result is not None and season.is_published(stage)]


def alert_stages(office: Office, season: OracleSeason) -> list[Line]:
    """One line a person with an alert and a published stage."""
    people = dict.fromkeys(line["candidate_no"] for line in alerts(office, season))
    return [
        {
            "season_code": order.SEASON,
            "candidate_no": candidate_no,
            "stage_code": stage.code,
            "stage_order": order.STAGES.index(stage) + 1,
            "status_code": result.status,
            "rank": result.rank,
            "goes_on": result.status in GOES_ON,
        }
        for candidate_no in people
        for stage, result in _published(season, office.accounts[candidate_no])
    ]
