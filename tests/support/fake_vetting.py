"""The vetting, documents and calendar tables of the made-up release: lists, answers, holds, alerts, work.

Belongs here: rows so that each kind occurs: bodies that answer early and late, one dissolved in the middle,
overdue and unanswered lists, replies that cannot count, every alert. Does not belong here: the rules; what is
correct is proved by the oracle (tests/oracle/) against the warehouse, not by this file.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import duckdb

SEASON = "2025"
LIST_DAYS = (date(2025, 6, 2), date(2025, 6, 9), date(2025, 6, 16), date(2025, 6, 23), date(2025, 6, 30),
             date(2025, 7, 1))  # fmt: skip
LAST_DAY = date(2025, 7, 31)
# body -> days that a usual answer takes, and how often a candidate is answered a fortnight later than others
PACE: Mapping[str, tuple[int, float]] = {
    "GPO": (4, 0.0), "NSC": (6, 0.0), "ACS": (7, 0.1), "FMA": (3, 0.0), "MIA": (5, 0.0), "MOJ": (9, 0.15),
    "MOF": (7, 0.3),
}  # fmt: skip

_TABLES = """
create table core.fct_working_group_decisions (
    season_code varchar, decision_no varchar, candidate_no varchar, decided_at timestamp, action_code varchar,
    basis_code varchar, stage_code varchar, reversed_decision_no varchar, _batch_id varchar);
create table core.fct_vetting_requests (
    season_code varchar, list_no varchar, candidate_no varchar, body_code varchar,
    addressee_body_code varchar, sent_on date, due_on date, state_code varchar, reply_no varchar,
    replied_on date, days_to_answer integer, is_late boolean, is_overdue boolean, days_overdue integer,
    _batch_id varchar);
create table reporting.rpt_vetting_problems (
    season_code varchar, reply_no varchar, candidate_no varchar, list_no varchar, sender_body_code varchar,
    replied_on date, received_at timestamp, result_code varchar, handling_code varchar, is_late boolean,
    is_corrected boolean);
create table reporting.rpt_vetting_alerts (
    season_code varchar, candidate_no varchar, track_code varchar, alert_code varchar, body_code varchar,
    reply_no varchar, replied_on date, received_at timestamp, count_stages_passed integer,
    last_stage_passed_code varchar, current_stage_code varchar, current_status_code varchar,
    count_published_lists integer, is_open boolean, closed_by_decision_no varchar);
create table reporting.rpt_vetting_due (
    season_code varchar, body_code varchar, addressee_body_code varchar, change_code varchar,
    count_candidates integer, next_list_on date);
create table reporting.rpt_vetting_list_days (
    season_code varchar, list_on date, due_on date, is_after_intake boolean);
create table reporting.rpt_document_work (
    season_code varchar, candidate_no varchar, track_code varchar, region_code varchar,
    document_type_code varchar, need_state_code varchar, document_id varchar, checker_code varchar,
    remark_code varchar, closes_at timestamp, hours_left integer, is_about_to_close boolean,
    work_code varchar);
create table reporting.rpt_document_checkers (
    season_code varchar, checker_code varchar, count_checked integer, count_confirmed integer,
    count_rejected integer, count_unclear integer, first_checked_at timestamp, last_checked_at timestamp,
    count_overturned integer);
create table reporting.rpt_calendar_findings (
    season_code varchar, finding_code varchar, stage_code varchar, event_code varchar,
    first_at_local timestamp, second_at_local timestamp, other_stage_code varchar,
    other_event_code varchar, count_hours integer, severity_code varchar);
"""

_REPORTS = """
create table reporting.rpt_vetting_board as
select season_code, body_code, list_no, addressee_body_code, sent_on, due_on,
    count(*)::integer as count_sent,
    (count(*) filter (reply_no is not null))::integer as count_answered,
    (count(*) filter (state_code = 'clear'))::integer as count_clear,
    (count(*) filter (state_code = 'adverse'))::integer as count_adverse,
    (count(*) filter (state_code = 'unclear'))::integer as count_unclear,
    (count(*) filter (state_code = 'sent'))::integer as count_open,
    (count(*) filter (state_code = 'replaced'))::integer as count_replaced,
    (count(*) filter (is_overdue))::integer as count_overdue,
    (count(*) filter (is_late))::integer as count_late,
    coalesce(max(days_overdue), 0)::integer as days_overdue,
    (max(date $today - sent_on) filter (state_code = 'sent'))::integer as age_days,
    min(replied_on) as first_replied_on, max(replied_on) as last_replied_on
from core.fct_vetting_requests group by all;
create table reporting.rpt_vetting_bodies as
with counted as (
    select season_code, body_code, max(addressee_body_code) as addressee_body_code,
        count(distinct list_no)::integer as count_lists, count(*)::integer as count_sent,
        (count(reply_no))::integer as count_answered,
        (count(*) filter (state_code = 'sent'))::integer as count_open,
        (count(*) filter (is_overdue))::integer as count_overdue,
        (count(*) filter (state_code = 'adverse'))::integer as count_adverse,
        (count(*) filter (state_code = 'unclear'))::integer as count_unclear,
        (count(*) filter (replied_on < due_on))::integer as count_early,
        (count(*) filter (replied_on = due_on))::integer as count_on_due_day,
        (count(*) filter (replied_on > due_on))::integer as count_late,
        max(due_on - replied_on) filter (replied_on < due_on) as lead_days_max,
        max(replied_on - due_on) filter (replied_on > due_on) as lag_days_max,
        median(days_to_answer)::decimal(9, 1) as days_to_answer_median,
        quantile_disc(days_to_answer, 0.9)::integer as days_to_answer_p90,
        max(sent_on) filter (state_code = 'sent') as open_since
    from core.fct_vetting_requests group by all
), forecast as (
    select *, if(open_since is null or date $today > date '2025-07-31', null,
            greatest(open_since + days_to_answer_p90, date $today + 1)) as expected_last_on,
        date '2025-07-31' as last_day_on
    from counted
)
select season_code, body_code, addressee_body_code, body_order, count_lists, count_sent, count_answered,
    count_open, count_overdue, count_adverse, count_unclear, count_early, count_on_due_day, count_late,
    lead_days_max, lag_days_max, days_to_answer_median, days_to_answer_p90, expected_last_on, last_day_on,
    if(expected_last_on > last_day_on and last_day_on >= date $today, count_open, 0)::integer
        as count_at_risk,
    case
        when date $today > last_day_on then if(count_open > 0, 'missed', 'done')
        when count_open > 0 and count_answered = 0 then 'no_basis'
        when expected_last_on > last_day_on then 'at_risk' else 'kept'
    end as forecast_code,
    true as has_successor
from forecast inner join (select body_code, body_order from seeds.vetting_bodies) using (body_code);
create table core.fct_vetting_states as
select season_code, candidate_no, body_code, addressee_body_code, state_code,
    if(replied_on > date '2025-07-31', 'sent', state_code) as state_at_close_code,
    state_at_close_code = 'clear' as is_settled, list_no, sent_on, due_on, replied_on, reply_no,
    if(reply_no is null, null, addressee_body_code) as sender_body_code,
    if(replied_on > date '2025-07-31', null, replied_on) as replied_on_at_close,
    if(replied_on > date '2025-07-31', null, reply_no) as reply_no_at_close, _batch_id
from core.fct_vetting_requests where state_code <> 'replaced';
create table reporting.rpt_vetting_hold as
with unsettled as (
    select *, bool_or(state_at_close_code = 'adverse') over person as has_adverse,
        bool_or(state_at_close_code = 'unclear') over person as has_unclear
    from core.fct_vetting_states where not is_settled window person as (partition by candidate_no)
)
select season_code, candidate_no, track_code,
    case when has_adverse then 'VETTING_ADVERSE' when has_unclear then 'VETTING_UNCLEAR'
        else 'VETTING_HOLD' end as reason_code,
    body_code, addressee_body_code, state_at_close_code as state_code, list_no, sent_on, due_on,
    greatest(date $today - due_on, 0)::integer as days_overdue, reason_code = 'VETTING_HOLD' as is_hold
from unsettled inner join (select candidate_no, track_code from core.dim_candidates) using (candidate_no);
create table reporting.rpt_vetting_alert_stages as
select r.season_code, r.candidate_no, r.stage_code, r.stage_order, r.status_code, r.rank,
    r.is_admitted as goes_on
from selection.sel_stage_results as r
inner join (select distinct candidate_no from reporting.rpt_vetting_alerts) using (candidate_no)
inner join (select distinct stage_code from selection.sel_cutoffs where is_published) using (stage_code)
where r.stage_order > 1;
update reporting.rpt_vetting_alerts as a
set current_stage_code = s.stage_code, current_status_code = s.status_code, count_published_lists = s.lists
from (
    select candidate_no, arg_max(stage_code, stage_order) as stage_code,
        arg_max(status_code, stage_order) as status_code, count(*)::integer as lists
    from reporting.rpt_vetting_alert_stages group by candidate_no
) as s
where s.candidate_no = a.candidate_no;
"""


def write_vetting(
    connection: duckdb.DuckDBPyConnection, as_of: datetime, outcomes: Mapping[str, str], *, seed: int = 11
) -> None:
    """Write the tables as of `as_of` (UTC); `outcomes`: reason at vetting at vetting by candidate."""
    rng = random.Random(seed)
    today = (as_of + timedelta(hours=5)).date()
    connection.execute(_TABLES)
    requests = _requests(rng, today, outcomes)
    _insert(connection, "core.fct_vetting_requests", requests)
    if today > LAST_DAY:
        _write_alerts(connection, list(outcomes))
    _write_problems(connection, list(outcomes))
    _write_due(connection, today)
    _write_documents(connection, today)
    _write_calendar(connection)
    connection.execute(_REPORTS.replace("$today", f"'{today}'"))


def _requests(rng: random.Random, today: date, outcomes: Mapping[str, str]) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for candidate, reason in sorted(outcomes.items()):
        number = rng.choices(range(len(LIST_DAYS)), (2, 3, 4, 6, 12, 5))[0]
        odd_body = rng.choice(list(PACE))
        for body in PACE:
            if LIST_DAYS[number] <= today:
                rows.append(_request(rng, today, candidate, body, number, reason, odd_body))
    return rows


def _request(
    rng: random.Random, today: date, candidate: str, body: str, number: int, reason: str, odd_body: str
) -> tuple[object, ...]:
    sent_on = LIST_DAYS[number]
    due_on = sent_on + timedelta(days=8 if sent_on == date(2025, 6, 30) else 7)
    usual, share_slow = PACE[body]
    replied_on = sent_on + timedelta(days=max(1, usual + rng.choice((-1, 0, 0, 1))))
    if rng.random() < share_slow:
        replied_on += timedelta(days=14)
    result = "clear"
    if body == odd_body and reason == "VETTING_ADVERSE":
        result = "adverse"
    is_answered = replied_on <= today and not (body == odd_body and reason == "VETTING_HOLD")
    is_overdue = not is_answered and today > due_on
    return (
        SEASON, f"{body}-{SEASON}-{number + 1:02d}", candidate, body,
        "NSC" if body == "ACS" and today > date(2025, 7, 13) else body, sent_on, due_on,
        result if is_answered else "sent", f"{body}-R-{candidate}" if is_answered else None,
        replied_on if is_answered else None, (replied_on - sent_on).days if is_answered else None,
        is_answered and replied_on > due_on, is_overdue, (today - due_on).days if is_overdue else 0, "b1",
    )  # fmt: skip


def _write_alerts(connection: duckdb.DuckDBPyConnection, people: Sequence[str]) -> None:
    """One alert of each kind, an open and a closed one among those who were admitted."""
    passed = connection.execute(
        "select candidate_no, track_code from selection.sel_stage_results"
        " where stage_code = 'vetting' and is_admitted order by candidate_no limit 3"
    ).fetchall()
    refused = connection.execute(
        "select candidate_no, track_code from selection.sel_stage_results"
        " where stage_code = 'vetting' and reason_code = 'VETTING_HOLD' order by candidate_no limit 1"
    ).fetchall()
    kinds = ("ADVERSE_AFTER_PASS", "UNCLEAR_AFTER_PASS", "ADVERSE_AFTER_PASS", "CLEAR_AFTER_CLOSE")
    rows: list[tuple[object, ...]] = []
    for position, ((candidate, track), kind) in enumerate(zip([*passed, *refused], kinds, strict=False)):
        has_reply = kind != "CLEAR_AFTER_CLOSE"
        is_open = position != 2
        rows.append((
            SEASON, candidate, track, kind, "MOJ" if has_reply else None,
            f"MOJ-R-9{position}" if has_reply else None, date(2025, 8, 5) if has_reply else None,
            datetime(2025, 8, 6, 5) if has_reply else None, 2 if has_reply else 1,
            "text_test" if has_reply else "registration", "text_test" if has_reply else "vetting",
            "admitted" if has_reply else "not_admitted", 2 if has_reply else 1, is_open,
            None if is_open else "WG-2025-0031",
        ))  # fmt: skip
    _insert(connection, "reporting.rpt_vetting_alerts", rows)
    _insert(
        connection, "core.fct_working_group_decisions",
        [(SEASON, "WG-2025-0031", row[1], datetime(2025, 8, 9, 6), "keep", "vetting", "vetting", None, "b1")
         for row in rows if not row[13]],
    )  # fmt: skip


def _write_problems(connection: duckdb.DuckDBPyConnection, people: Sequence[str]) -> None:
    kinds = ("unknown_candidate", "not_on_list", "wrong_sender", "dated_ahead", "overruled", "counted")
    rows = [
        (
            SEASON, f"MIA-R-8{position}", "999999" if kind == "unknown_candidate" else people[position],
            "MIA-2025-01", "MIA", date(2025, 6, 7), datetime(2025, 6, 8, 6), "clear", kind,
            kind == "overruled", kind == "counted",
        )
        for position, kind in enumerate(kinds)
    ]  # fmt: skip
    _insert(connection, "reporting.rpt_vetting_problems", rows)


def _write_due(connection: duckdb.DuckDBPyConnection, today: date) -> None:
    days = [(SEASON, day, day + timedelta(days=7), day == LIST_DAYS[-1]) for day in LIST_DAYS]
    _insert(connection, "reporting.rpt_vetting_list_days", days)
    coming = next((day for day in LIST_DAYS if day > today), None)
    if coming is not None:
        rows = [(SEASON, body, body, kind, count, coming) for body in PACE
                for kind, count in (("new", 41), ("changed", 2))]  # fmt: skip
        _insert(connection, "reporting.rpt_vetting_due", rows)


_WORK = (
    ("education", "missing", "candidate_must_upload", None, None),
    ("employment_proof", "unchecked", "checker_must_check", None, None),
    ("language_certificate", "rejected", "working_group_must_decide", "CH-02", "unreadable"),
)  # fmt: skip


def _write_documents(connection: duckdb.DuckDBPyConnection, today: date) -> None:
    people = connection.execute(
        "select candidate_no, track_code, region_code from core.dim_candidates order by all limit 60"
    ).fetchall()
    work = [
        (SEASON, *person, *_WORK[position % 3][:2], f"D-{position}" if position % 3 else None,
         *_WORK[position % 3][3:], *((None, None) if position % 6 == 5 else (datetime(2025, 6, 30, 19), 34)),
         position % 3 == 0, _WORK[position % 3][2])
        for position, person in enumerate(people)
    ]  # fmt: skip
    if today <= LAST_DAY:
        _insert(connection, "reporting.rpt_document_work", work)
    checkers = [
        (SEASON, f"CH-{number:02d}", 40 + number, 30, 6, 4 + number, datetime(2025, 6, 3, 4),
         datetime(2025, 6, 19, 11), number)
        for number in range(1, 4)
    ]  # fmt: skip
    _insert(connection, "reporting.rpt_document_checkers", checkers)


def _write_calendar(connection: duckdb.DuckDBPyConnection) -> None:
    codes = connection.execute(
        "select finding_code, severity_code from seeds.calendar_rules order by finding_code limit 2"
    ).fetchall()
    rows = [
        (SEASON, code, "expert_commission", "preparation", datetime(2025, 10, 3), datetime(2025, 10, 8),
         "interview", "published", 9, severity)
        for code, severity in codes
    ]  # fmt: skip
    _insert(connection, "reporting.rpt_calendar_findings", rows)


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    if not rows:
        return
    places = ", ".join(["(" + ", ".join("?" * len(rows[0])) + ")"] * len(rows))
    connection.execute(f"insert into {table} values {places}", [value for row in rows for value in row])
