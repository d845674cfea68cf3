"""Standing checks of vetting, documents and the calendar: what a person must still see to, in counts.

Belongs here: questions to what the latest build of the warehouse reports, measured against the calendar's
moments. Not here: files at the door (`standing.py`), what a state or a forecast means (`dbt_project/`). All
of severity WARN: they remind, a person decides. Before the first build they say so and pass.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import dagster as dg

from ingestion.clock import local_zone
from orchestration.assets.landing import raw_key
from orchestration.builds import has_table
from orchestration.resources import WRITER_POOL
from orchestration.season_calendar import find_event, read_calendar
from orchestration.settings import Settings

if TYPE_CHECKING:
    import duckdb

NOT_BUILT = "not built yet"
Counts = dict[str, Any]


@dataclass(frozen=True)
class Books:
    """What a question is asked of: the warehouse, the season, now, and when vetting closes (C, aware)."""

    connection: "duckdb.DuckDBPyConnection"
    season: str
    now: datetime
    closes_at: datetime | None

    @property
    def today(self) -> date:
        """The local date of now."""
        return self.now.astimezone(local_zone()).date()

    @property
    def is_over(self) -> bool:
        """Whether the vetting window is over; a calendar without one never is."""
        return self.closes_at is not None and self.now >= self.closes_at

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of a query; `$1` in it is the season, the rest follow."""
        return self.connection.execute(sql, [self.season, *values]).fetchall()

    def number(self, sql: str, *values: object) -> int:
        """The one count that a query gives."""
        return int(self.rows(sql, *values)[0][0] or 0)


@dataclass(frozen=True)
class Question:
    """One check: where it stands, what it reads, and the answer (passed, counts)."""

    name: str
    key: dg.AssetKey
    description: str
    tables: tuple[str, ...]
    ask: Callable[[Books], tuple[bool, Counts]]


def _replies_in_time(books: Books) -> tuple[bool, Counts]:
    rows = books.rows(
        "select addressee_body_code, sum(count_overdue), max(days_overdue) from reporting.rpt_vetting_board"
        " where season_code = $1 and count_overdue > 0 group by 1 order by 1"
    )
    return not rows, {
        "count_overdue": sum(count for _, count, _ in rows),
        "days_overdue": max((days for _, _, days in rows), default=0),
        "by_body": _listed(rows),
    }


def _lists_sent(books: Books) -> tuple[bool, Counts]:
    """Bodies whose newest list is older than the last list day that has passed, and who waits for them."""
    rows = books.rows(
        "with passed as ("
        "  select max(list_on) as list_on from reporting.rpt_vetting_list_days"
        "  where season_code = $1 and list_on < $2),"
        " newest as ("
        "  select body_code, max(sent_on) as sent_on from reporting.rpt_vetting_board"
        "  where season_code = $1 group by body_code)"
        " select due.addressee_body_code, sum(due.count_candidates), max(passed.list_on)"
        " from reporting.rpt_vetting_due as due cross join passed"
        " left join newest on due.body_code = newest.body_code"
        " where due.season_code = $1"
        "   and coalesce(newest.sent_on < passed.list_on, passed.list_on is not null)"
        " group by 1 order by 1",
        books.today,
    )
    waiting = sum(count for _, count, _ in rows)
    return books.is_over or not rows, {
        "count_waiting": waiting,
        "list_on": str(max((day for *_, day in rows), default="")),
        "by_body": _listed(rows),
    }


def _bodies_speak(books: Books) -> tuple[bool, Counts]:
    rows = books.rows(
        "select body_code, count_open, not has_successor from reporting.rpt_vetting_bodies"
        " where season_code = $1 and ((count_open > 0 and not has_successor)"
        "   or (count_overdue > 0 and count_answered = 0)) order by body_code"
    )
    return not rows, {
        "count_open": sum(count for _, count, _ in rows),
        "without_successor": ", ".join(body for body, _, is_gone in rows if is_gone),
        "never_answered": ", ".join(body for body, _, is_gone in rows if not is_gone),
    }


def _can_close(books: Books) -> tuple[bool, Counts]:
    rows = books.rows(
        "select body_code, forecast_code, count_at_risk, count_open from reporting.rpt_vetting_bodies"
        " where season_code = $1 and forecast_code in ('at_risk', 'missed') order by body_code"
    )
    return not rows, {
        "count_at_risk": sum(at_risk or 0 for _, _, at_risk, _ in rows),
        "count_open": sum(count for *_, count in rows),
        "by_body": ", ".join(f"{body} {forecast}" for body, forecast, *_ in rows),
    }


def _hold_empty(books: Books) -> tuple[bool, Counts]:
    count = books.number(
        "select count(distinct candidate_no) from reporting.rpt_vetting_hold"
        " where season_code = $1 and is_hold"
    )
    return not books.is_over or not count, {"count_candidates": count, "is_vetting_over": books.is_over}


def _no_alert(books: Books) -> tuple[bool, Counts]:
    rows = books.rows(
        "select alert_code, count(*) from reporting.rpt_vetting_alerts where season_code = $1 and is_open"
        " group by 1 order by 1"
    )
    return not rows, {"count_alerts": sum(count for _, count in rows), "by_alert": _listed(rows)}


def _documents_checked(books: Books) -> tuple[bool, Counts]:
    """Work of the Agency in its last days; and after vetting, documents that nobody looked at."""
    urgent = books.number(
        "select count(*) from reporting.rpt_document_work"
        " where season_code = $1 and work_code <> 'candidate_must_upload' and is_about_to_close"
    )
    unchecked = books.number(
        "select count(*) from core.fct_document_needs"
        " where season_code = $1 and is_counted and is_eligible and need_state_code = 'unchecked'"
    )
    waiting = books.rows(
        "select work_code, count(*) from reporting.rpt_document_work where season_code = $1"
        " group by 1 order by 1"
    )
    return not urgent and not (books.is_over and unchecked), {
        "count_about_to_close": urgent,
        "count_unchecked": unchecked,
        "by_work": _listed(waiting),
    }


def _calendar_consistent(books: Books) -> tuple[bool, Counts]:
    """What must be corrected, and what is still ahead and must be provided for."""
    local_now = books.now.astimezone(local_zone()).replace(tzinfo=None)
    rows = books.rows(
        "select finding_code, count(*), bool_or(severity_code = 'error'"
        "   or coalesce(greatest(first_at_local, second_at_local) >= $2, true))"
        " from reporting.rpt_calendar_findings where season_code = $1 group by 1 order by 1",
        local_now,
    )
    ahead = [code for code, _, is_ahead in rows if is_ahead]
    return not ahead, {
        "count_findings": sum(count for _, count, _ in rows),
        "finding_codes": ", ".join(code for code, *_ in rows),
        "still_ahead": ", ".join(ahead),
    }


def _listed(rows: list[tuple[Any, ...]]) -> str:
    """Codes with their counts: `GPO 3, NSC 1`."""
    return ", ".join(f"{code} {count}" for code, count, *_ in rows)


_BOARD, _BODIES = "reporting.rpt_vetting_board", "reporting.rpt_vetting_bodies"
_WORK, _FINDINGS = "reporting.rpt_document_work", "reporting.rpt_calendar_findings"
_HOLD, _ALERTS = "reporting.rpt_vetting_hold", "reporting.rpt_vetting_alerts"

QUESTIONS = (
    Question(
        "replies_came_in_time",
        raw_key("vetting__replies"),
        "No body has a request open whose day has passed (Order §4.4).",
        (_BOARD,),
        _replies_in_time,
    ),
    Question(
        "bodies_speak",
        raw_key("vetting__replies"),
        "Every body with open requests exists or has a successor, and none of those overdue never answered"
        " (A34).",
        (_BODIES,),
        _bodies_speak,
    ),
    Question(
        "lists_were_sent",
        raw_key("agency__vetting_requests"),
        "No candidate waits for a list after a list day has passed (Order §4.3).",
        (_BOARD, "reporting.rpt_vetting_due", "reporting.rpt_vetting_list_days"),
        _lists_sent,
    ),
    Question(
        "vetting_can_close",
        dg.AssetKey(_BODIES.split(".")),
        "By what each body has done so far, its last answer comes before vetting ends (Order §4).",
        (_BODIES,),
        _can_close,
    ),
    Question(
        "hold_list_is_empty",
        dg.AssetKey(_HOLD.split(".")),
        "When vetting is over, nobody is held for want of an answer (A31).",
        (_HOLD,),
        _hold_empty,
    ),
    Question(
        "no_alert_is_open",
        dg.AssetKey(_ALERTS.split(".")),
        "No answer that came after the list waits for a decision (A33).",
        (_ALERTS,),
        _no_alert,
    ),
    Question(
        "documents_are_checked",
        dg.AssetKey(_WORK.split(".")),
        "The Agency's work on documents is done before its last days (Order §4.1).",
        (_WORK, "core.fct_document_needs"),
        _documents_checked,
    ),
    Question(
        "calendar_is_consistent",
        dg.AssetKey(_FINDINGS.split(".")),
        "The calendar has no mistake, and no contradiction that is still ahead (docs/rules.md).",
        (_FINDINGS,),
        _calendar_consistent,
    ),
)


def vetting_checks() -> list[dg.AssetChecksDefinition]:
    """The checks as Dagster definitions."""
    specs = [dg.AssetCheckSpec(one.name, asset=one.key, description=one.description) for one in QUESTIONS]

    @dg.multi_asset_check(name="vetting_standing", specs=specs, can_subset=True, pool=WRITER_POOL)
    def vetting_standing(
        context: dg.AssetCheckExecutionContext, settings: dg.ResourceParam[Settings]
    ) -> Iterator[Any]:
        asked = {key.name for key in context.selected_asset_check_keys}
        yield from answers(settings, [one for one in QUESTIONS if one.name in asked])

    return [vetting_standing]


def answers(settings: Settings, questions: list[Question]) -> Iterator[dg.AssetCheckResult]:
    """The result of each question, as of the settings' season clock or now."""
    if not settings.warehouse.is_file():
        yield from (_result(one, True, {"note": NOT_BUILT}) for one in questions)
        return
    import duckdb

    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        books = _books(settings, connection)
        for one in questions:
            missing = [name for name in one.tables if not has_table(connection, *name.split("."))]
            if missing:
                yield _result(one, True, {"note": NOT_BUILT, "missing": ", ".join(missing)})
            else:
                yield _result(one, *one.ask(books))


def _books(settings: Settings, connection: "duckdb.DuckDBPyConnection") -> Books:
    now = settings.as_of.replace(tzinfo=UTC) if settings.as_of else datetime.now(UTC)
    window = find_event(read_calendar(settings.season), "vetting", "vetting")
    return Books(connection, settings.season, now, window.closes_at if window else None)


def _result(question: Question, passed: bool, metadata: Counts) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=question.name,
        asset_key=question.key,
        passed=passed,
        severity=dg.AssetCheckSeverity.WARN,
        metadata=metadata,
    )
