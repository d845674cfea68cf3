"""What `rezerv vetting …` reads: the board, the bodies, holds, alerts, replies, one candidate, grounds.

Belongs here: read-only questions to the current release and, for grounds alone, to the warehouse. Not here:
drawing (`vetting_console.py`), what a state or a handling means (`dbt_project/`, Order §4).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.clock import local_zone
from orchestration.errors import OrchestrationError, UserError
from orchestration.reports import require_release

if TYPE_CHECKING:
    from orchestration.releases import CurrentRelease
    from orchestration.settings import Settings

Row = dict[str, Any]

# What the reading commands ask for; a release of an older build lacks some of them.
NEEDED_TABLES = (
    "core.fct_vetting_states",
    "core.fct_working_group_decisions",
    "reporting.rpt_vetting_alert_stages",
    "reporting.rpt_vetting_alerts",
    "reporting.rpt_vetting_board",
    "reporting.rpt_vetting_bodies",
    "reporting.rpt_vetting_hold",
    "reporting.rpt_vetting_problems",
    "seeds.reply_handlings",
    "seeds.vetting_alerts",
    "seeds.vetting_forecasts",
    "seeds.vetting_states",
)
GROUND_TABLES = ("restricted.res_adverse_replies", "restricted.res_decision_grounds")


class Reading:
    """One open database file, read-only, and the language in which names are taken from seeds."""

    def __init__(self, file: Path, language: str) -> None:
        self.file, self.language = file, language

    def rows(self, sql: str, params: Mapping[str, object] | None = None) -> list[Row]:
        """The rows of one query; `{language}` in it gives names. `UserError` while the file is written."""
        import duckdb

        try:
            with duckdb.connect(str(self.file), read_only=True) as connection:
                cursor = connection.execute(sql.replace("{language}", self.language), dict(params or {}))
                names = [column[0] for column in cursor.description or ()]
                return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
        except duckdb.IOException as error:
            raise UserError("error.database_busy", file=self.file) from error

    def lacks(self, tables: tuple[str, ...]) -> list[str]:
        """Which of `tables` (schema.table) the file does not have."""
        found = self.rows("select table_schema || '.' || table_name as name from information_schema.tables")
        return sorted(set(tables) - {row["name"] for row in found})


@dataclass(frozen=True)
class Vetting:
    """The current release, open for questions about vetting; each keeps to the release's season."""

    release: CurrentRelease
    reading: Reading

    def rows(self, sql: str, **params: object) -> list[Row]:
        """The rows of one query, which names `$season` and `params`."""
        return self.reading.rows(sql, {"season": self.season, **params})

    @cached_property
    def season(self) -> str:
        """The season of the release."""
        [row] = self.reading.rows("select season_code::varchar as season from release.manifest")
        return str(row["season"])

    @property
    def is_window_over(self) -> bool:
        """Whether the vetting window had ended by the clock of the release (Order §4)."""
        [row] = self.reading.rows("select as_of from release.manifest")
        return row["as_of"] is None or self.is_after_window(row["as_of"])

    def is_after_window(self, moment: datetime) -> bool:
        """Whether a moment (UTC) lies after the last day of the vetting window."""
        day = self._last_day
        return day is None or moment.replace(tzinfo=UTC).astimezone(local_zone()).date() > day

    @cached_property
    def _last_day(self) -> date | None:
        [row] = self.rows(
            "select max(last_day_on) as day from reporting.rpt_vetting_bodies"
            " where season_code::varchar = $season"
        )
        found: date | None = row["day"]
        return found


def open_vetting(settings: Settings) -> Vetting:
    """The current release; `UserError` without one, `OrchestrationError` for one of an older build."""
    release = require_release(settings)
    reading = Reading(release.file, settings.language)
    missing = reading.lacks(NEEDED_TABLES)
    if missing:
        raise OrchestrationError("error.release_older", release=release.release_id, tables=", ".join(missing))
    return Vetting(release, reading)


_BOARD = """
select
    b.body_code, n.name_{language} as body_name, b.list_no, b.addressee_body_code, b.sent_on, b.due_on,
    b.count_sent, b.count_answered, b.count_clear, b.count_adverse, b.count_unclear, b.count_open,
    b.count_overdue, b.days_overdue, b.age_days
from reporting.rpt_vetting_board as b
left join seeds.vetting_bodies as n
    on n.season_code::varchar = b.season_code::varchar and n.body_code = b.body_code
where b.season_code::varchar = $season
    and ($body is null or b.body_code = $body or b.addressee_body_code = $body)
order by n.body_order, b.body_code, b.sent_on, b.list_no
"""

_BODIES = """
select
    b.body_code, n.name_{language} as body_name, b.addressee_body_code, b.count_lists, b.count_sent,
    b.count_answered, b.count_open, b.count_overdue, b.count_early, b.count_on_due_day, b.count_late,
    b.lead_days_max, b.lag_days_max, b.days_to_answer_median, b.days_to_answer_p90, b.expected_last_on,
    b.last_day_on, b.count_at_risk, b.has_successor, b.forecast_code, f.forecast_order,
    f.name_{language} as forecast_name
from reporting.rpt_vetting_bodies as b
left join seeds.vetting_bodies as n
    on n.season_code::varchar = b.season_code::varchar and n.body_code = b.body_code
left join seeds.vetting_forecasts as f on f.forecast_code = b.forecast_code
where b.season_code::varchar = $season
order by b.body_order, b.body_code
"""

_HOLD = """
select
    h.candidate_no, h.track_code, h.reason_code, h.body_code, h.addressee_body_code, h.state_code,
    s.name_{language} as state_name, h.list_no, h.sent_on, h.due_on, h.days_overdue, h.is_hold
from reporting.rpt_vetting_hold as h
left join seeds.vetting_states as s on s.state_code = h.state_code
where h.season_code::varchar = $season
    and ($body is null or h.body_code = $body or h.addressee_body_code = $body) and (h.is_hold or $everybody)
order by h.is_hold desc, h.candidate_no, h.body_code
"""

_HOLD_COUNTS = """
select
    count(distinct candidate_no) filter (is_hold) as count_on_hold,
    count(distinct candidate_no) filter (reason_code = 'VETTING_ADVERSE') as count_adverse,
    count(distinct candidate_no) filter (reason_code = 'VETTING_UNCLEAR') as count_unclear
from reporting.rpt_vetting_hold
where season_code::varchar = $season
"""

_ALERTS = """
select
    a.candidate_no, coalesce(t.name_{language}, a.track_code) as track_name, a.alert_code, a.body_code,
    a.reply_no, a.replied_on, a.received_at, a.count_published_lists, a.is_open, a.closed_by_decision_no,
    coalesce(g.name_{language}, a.current_stage_code) as stage_name,
    coalesce(s.name_{language}, a.current_status_code) as status_name,
    w.text_{language} as alert_text, w.decision_{language} as decision_text, w.paragraph, w.policy_code
from reporting.rpt_vetting_alerts as a
left join seeds.vetting_alerts as w on w.alert_code = a.alert_code
left join seeds.tracks as t
    on t.season_code::varchar = a.season_code::varchar and t.track_code = a.track_code
left join seeds.stages as g
    on g.season_code::varchar = a.season_code::varchar and g.stage_code = a.current_stage_code
left join seeds.statuses as s on s.status_code = a.current_status_code
where a.season_code::varchar = $season
order by a.is_open desc, a.count_published_lists desc, a.candidate_no, a.alert_code
"""

_ALERT_STAGES = """
select
    a.candidate_no, coalesce(g.name_{language}, a.stage_code) as stage_name,
    coalesce(s.name_{language}, a.status_code) as status_name, a.rank, a.goes_on
from reporting.rpt_vetting_alert_stages as a
left join seeds.stages as g
    on g.season_code::varchar = a.season_code::varchar and g.stage_code = a.stage_code
left join seeds.statuses as s on s.status_code = a.status_code
where a.season_code::varchar = $season
order by a.candidate_no, a.stage_order
"""

_PROBLEMS = """
select
    p.reply_no, p.candidate_no, p.list_no, p.sender_body_code, p.replied_on, p.received_at,
    coalesce(s.name_{language}, p.result_code) as result_name, p.handling_code, p.is_late, p.is_corrected,
    h.text_{language} as handling_text, h.is_problem
from reporting.rpt_vetting_problems as p
left join seeds.reply_handlings as h on h.handling_code = p.handling_code
left join seeds.vetting_states as s on s.state_code = p.result_code
where p.season_code::varchar = $season
order by h.is_problem desc, p.handling_code, p.received_at, p.reply_no, p.candidate_no
"""

_CANDIDATE = """
select
    d.candidate_no, coalesce(t.name_{language}, d.track_code) as track_name,
    coalesce(s.name_{language}, r.status_code) as status_name, w.text_{language} as reason_text,
    r.decision_no
from core.dim_candidates as d
left join seeds.tracks as t
    on t.season_code::varchar = d.season_code::varchar and t.track_code = d.track_code
left join selection.sel_stage_results as r
    on r.season_code::varchar = d.season_code::varchar and r.candidate_no = d.candidate_no
    and r.stage_code = 'vetting'
left join seeds.statuses as s on s.status_code = r.status_code
left join seeds.reason_codes as w on w.reason_code = r.reason_code
where d.season_code::varchar = $season and d.candidate_no = $candidate
"""

_STATES = """
select
    v.body_code, n.name_{language} as body_name, v.addressee_body_code, v.list_no, v.sent_on, v.due_on,
    v.reply_no, v.replied_on, v.sender_body_code, v.reply_no_at_close, v.is_settled, v.state_at_close_code,
    coalesce(s.name_{language}, v.state_code) as state_name,
    coalesce(c.name_{language}, v.state_at_close_code) as state_at_close_name
from core.fct_vetting_states as v
left join seeds.vetting_bodies as n
    on n.season_code::varchar = v.season_code::varchar and n.body_code = v.body_code
left join seeds.vetting_states as s on s.state_code = v.state_code
left join seeds.vetting_states as c on c.state_code = v.state_at_close_code
where v.season_code::varchar = $season and v.candidate_no = $candidate
order by n.body_order, v.body_code
"""

_DECISIONS = """
select decision_no, decided_at, action_code, reversed_decision_no
from core.fct_working_group_decisions
where season_code::varchar = $season and candidate_no = $candidate
    and action_code in ('keep', 'admit_conditionally', 'exclude', 'reverse')
order by decided_at, decision_no
"""

_GROUNDS = """
select
    reply_no, candidate_no, list_no, sender_body_code, replied_on, ground_code, fact_on, ground_state_code,
    expires_on, is_verified
from restricted.res_adverse_replies
where season_code::varchar = $season
order by candidate_no, replied_on, reply_no
"""

_DECISION_GROUNDS = """
select decision_no, candidate_no, action_code, basis_code, ground_code, decided_at
from restricted.res_decision_grounds
where ground_code is not null
order by decided_at, decision_no, candidate_no
"""


def read_body_names(vetting: Vetting) -> dict[str, str]:
    """Names of the bodies by code, in their order."""
    rows = vetting.rows(
        "select body_code, name_{language} as name from seeds.vetting_bodies"
        " where season_code::varchar = $season order by body_order"
    )
    return {row["body_code"]: row["name"] for row in rows}


def require_body(vetting: Vetting, body: str) -> str | None:
    """The code of a body that exists, None for an empty one; `UserError` for any other."""
    if not body:
        return None
    known = read_body_names(vetting)
    if body.upper() not in known:
        raise UserError("error.body_unknown", body=body, known=", ".join(known))
    return body.upper()


def read_board(vetting: Vetting, body: str | None = None) -> list[Row]:
    """Lists with their counts, in the order of bodies and days; of one body, as its own or addressee."""
    return vetting.rows(_BOARD, body=body)


def read_bodies(vetting: Vetting) -> list[Row]:
    """Bodies with lead, lag, times of answer and forecast."""
    return vetting.rows(_BODIES)


def read_hold(vetting: Vetting, body: str | None = None, *, everybody: bool = False) -> list[Row]:
    """Who waits for which body (A31); with `everybody` also those not passed for another reason."""
    return vetting.rows(_HOLD, body=body, everybody=everybody)


def read_hold_counts(vetting: Vetting) -> Row:
    """People on hold, with an unsettled adverse reply, with an unsettled unclear one."""
    return vetting.rows(_HOLD_COUNTS)[0]


def read_alerts(vetting: Vetting) -> list[Row]:
    """Alerts, open ones first, each with `stages`: the published lists that the candidate stands on."""
    stages: dict[str, list[Row]] = {}
    for row in vetting.rows(_ALERT_STAGES):
        stages.setdefault(row["candidate_no"], []).append(row)
    alerts = vetting.rows(_ALERTS)
    return [{**alert, "stages": stages.get(alert["candidate_no"], [])} for alert in alerts]


def read_problems(vetting: Vetting) -> list[Row]:
    """Replies that a person must look at, what cannot count first, each with its `kind`: its handling, or
    for a reply with which nothing is wrong why it must be looked at all the same.
    """
    rows = vetting.rows(_PROBLEMS)
    return [{**row, "kind": _kind_of(vetting, row)} for row in rows]


def _kind_of(vetting: Vetting, row: Row) -> str:
    if row["is_problem"]:
        return str(row["handling_code"])
    if row["is_corrected"]:
        return "corrected"
    return "after_close" if vetting.is_after_window(row["received_at"]) else "earlier_list"


def read_candidate(vetting: Vetting, candidate_no: str) -> Row:
    """One candidate: how they stand in vetting, with `states` by body and `decisions` of the working group.

    `OrchestrationError('error.candidate_unknown')` for a number that the release does not know.
    """
    found = vetting.rows(_CANDIDATE, candidate=candidate_no)
    if not found:
        raise OrchestrationError("error.candidate_unknown", candidate=candidate_no)
    states = vetting.rows(_STATES, candidate=candidate_no)
    decisions = vetting.rows(_DECISIONS, candidate=candidate_no)
    return {**found[0], "states": states, "decisions": decisions}


@dataclass(frozen=True)
class Grounds:
    """Adverse replies with their grounds, decisions that name one, and when the warehouse was built."""

    replies: list[Row]
    decisions: list[Row]
    as_of: datetime | None


def read_grounds(settings: Settings) -> Grounds:
    """Grounds from the warehouse's restricted schema, which no release holds; `UserError` without a build."""
    from orchestration.reports import read_build

    reading = Reading(settings.warehouse, settings.language)
    if not settings.warehouse.is_file() or reading.lacks(GROUND_TABLES):
        raise UserError("error.grounds_not_built", file=settings.warehouse)
    build = read_build(settings)
    replies = reading.rows(_GROUNDS, {"season": settings.season})
    return Grounds(replies, reading.rows(_DECISION_GROUNDS), build.as_of if build else None)
