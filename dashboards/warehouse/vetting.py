"""The questions of the vetting page to a release: board, bodies, holds, alerts, replies, documents, calendar.

Belongs here: all SQL of that page, with parameters. Does not belong here: opening the release
(dashboards/warehouse/), what states and forecasts mean (dbt_project/), how they look (dashboards/views/).
This module does not know Streamlit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dashboards.warehouse import Release, Row
from dashboards.warehouse import require_tables as require

# What the page asks for; a release of an older build lacks some of them.
NEEDED_TABLES: tuple[str, ...] = (
    "reporting.rpt_calendar_findings",
    "reporting.rpt_document_checkers",
    "reporting.rpt_document_work",
    "reporting.rpt_vetting_alert_stages",
    "reporting.rpt_vetting_alerts",
    "reporting.rpt_vetting_board",
    "reporting.rpt_vetting_bodies",
    "reporting.rpt_vetting_due",
    "reporting.rpt_vetting_hold",
    "reporting.rpt_vetting_list_days",
    "reporting.rpt_vetting_problems",
    "seeds.calendar_rules",
    "seeds.document_needs",
    "seeds.document_works",
    "seeds.need_states",
    "seeds.reply_handlings",
    "seeds.vetting_alerts",
    "seeds.vetting_forecasts",
    "seeds.vetting_states",
)


@dataclass(frozen=True)
class VettingFilters:
    """Codes that the page is narrowed to; an empty tuple leaves that side open."""

    bodies: tuple[str, ...] = ()
    tracks: tuple[str, ...] = ()

    def params(self, release: Release) -> dict[str, object]:
        """Return the named query parameters, None for an open side."""
        return {
            "season": release.manifest.season_code,
            "bodies": list(self.bodies) or None,
            "tracks": list(self.tracks) or None,
        }


# A body is looked for as the one asked and as the one that answers for it now.
_BODY = """
    ($bodies::varchar[] is null or list_contains($bodies::varchar[], body_code)
        or list_contains($bodies::varchar[], addressee_body_code))
"""
_TRACK = "($tracks::varchar[] is null or list_contains($tracks::varchar[], track_code))"
_SEASON = "season_code::varchar = $season"
_BODY_ORDERS = f"(select body_code, body_order from seeds.vetting_bodies where {_SEASON})"


def require_tables(release: Release) -> None:
    """Raise TablesMissing where the release is of a build that did not have what the page shows."""
    require(release, NEEDED_TABLES)


def board(release: Release, filters: VettingFilters) -> list[Row]:
    """Return one row per list, in the order of bodies and days."""
    return release.rows(
        f"""
        select
            body_code, list_no, addressee_body_code, sent_on, due_on, count_sent, count_answered, count_clear,
            count_adverse, count_unclear, count_open, count_replaced, count_overdue, count_late, days_overdue,
            age_days, first_replied_on, last_replied_on
        from reporting.rpt_vetting_board
        left join {_BODY_ORDERS} using (body_code)
        where {_SEASON} and {_BODY}
        order by body_order, body_code, sent_on, list_no
        """,
        _only(filters.params(release), "season", "bodies"),
    )


def bodies(release: Release, filters: VettingFilters) -> list[Row]:
    """Return one row per body in their order: counts, lead and lag, times of answer, forecast."""
    return release.rows(
        f"""
        select
            body_code, addressee_body_code, count_lists, count_sent, count_answered, count_open,
            count_overdue, count_adverse, count_unclear, count_early, count_on_due_day, count_late,
            lead_days_max, lag_days_max, days_to_answer_median, days_to_answer_p90, expected_last_on,
            last_day_on, count_at_risk, forecast_code, forecast_order, has_successor
        from reporting.rpt_vetting_bodies
        left join (select forecast_code, forecast_order from seeds.vetting_forecasts) using (forecast_code)
        where {_SEASON} and {_BODY}
        order by body_order, body_code
        """,
        _only(filters.params(release), "season", "bodies"),
    )


def due(release: Release, filters: VettingFilters) -> list[Row]:
    """Return what the next lists will hold: candidates by body, those new and those whose data changed."""
    return release.rows(
        f"""
        select
            body_code, max(addressee_body_code) as addressee_body_code, max(next_list_on) as next_list_on,
            coalesce(sum(count_candidates) filter (change_code = 'new'), 0)::bigint as count_new,
            coalesce(sum(count_candidates) filter (change_code = 'changed'), 0)::bigint as count_changed
        from reporting.rpt_vetting_due
        left join {_BODY_ORDERS} using (body_code)
        where {_SEASON} and {_BODY}
        group by body_code, body_order
        order by body_order, body_code
        """,
        _only(filters.params(release), "season", "bodies"),
    )


def list_days(release: Release) -> list[Row]:
    """Return the days on which lists are to be sent: list_on, due_on, is_after_intake."""
    return release.rows(
        f"select list_on, due_on, is_after_intake from reporting.rpt_vetting_list_days where {_SEASON}"
        " order by list_on",
        {"season": release.manifest.season_code},
    )


def hold(release: Release, filters: VettingFilters) -> list[Row]:
    """Return a row per candidate not passed (before the close: who would not) and unsettled body."""
    return release.rows(
        f"""
        select
            candidate_no, track_code, reason_code, body_code, addressee_body_code, state_code, list_no,
            sent_on, due_on, days_overdue, is_hold
        from reporting.rpt_vetting_hold
        where {_SEASON} and {_BODY} and {_TRACK}
        order by is_hold desc, candidate_no, body_code
        """,
        filters.params(release),
    )


def alerts(release: Release, filters: VettingFilters) -> list[Row]:
    """Return alerts, open ones first, with their paragraph and policy."""
    return release.rows(
        f"""
        select
            candidate_no, track_code, alert_code, body_code, reply_no, replied_on, received_at,
            count_published_lists, current_stage_code, current_status_code, is_open, closed_by_decision_no,
            paragraph, policy_code
        from reporting.rpt_vetting_alerts
        left join (select alert_code, paragraph, policy_code from seeds.vetting_alerts) using (alert_code)
        where {_SEASON} and {_TRACK}
            and ($bodies::varchar[] is null or list_contains($bodies::varchar[], body_code))
        order by is_open desc, count_published_lists desc, candidate_no, alert_code
        """,
        filters.params(release),
    )


def alert_stages(release: Release) -> dict[str, list[Row]]:
    """Return the published lists on which each alert's candidate stands, by candidate number, in order."""
    rows = release.rows(
        f"""
        select candidate_no, stage_code, status_code, rank, goes_on from reporting.rpt_vetting_alert_stages
        where {_SEASON} order by candidate_no, stage_order
        """,
        {"season": release.manifest.season_code},
    )
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["candidate_no"], []).append(row)
    return found


def problems(release: Release, filters: VettingFilters) -> list[Row]:
    """Return the replies that a person must look at, those that cannot count first."""
    return release.rows(
        f"""
        select
            reply_no, candidate_no, list_no, sender_body_code, replied_on, received_at, result_code,
            handling_code, is_problem, is_late, is_corrected
        from reporting.rpt_vetting_problems
        left join (select handling_code, is_problem from seeds.reply_handlings) using (handling_code)
        where {_SEASON}
            and ($bodies::varchar[] is null or list_contains($bodies::varchar[], sender_body_code))
        order by is_problem desc, handling_code, received_at, reply_no, candidate_no
        """,
        _only(filters.params(release), "season", "bodies"),
    )


def document_work(release: Release, filters: VettingFilters) -> list[Row]:
    """Return the work on documents: what is about to close first."""
    return release.rows(
        f"""
        select
            candidate_no, track_code, region_code, document_type_code, need_state_code, document_id,
            checker_code, remark_code, closes_at, hours_left, is_about_to_close, work_code
        from reporting.rpt_document_work
        where {_SEASON} and {_TRACK}
        order by is_about_to_close desc, closes_at, candidate_no, document_type_code
        """,
        _only(filters.params(release), "season", "tracks"),
    )


def document_checkers(release: Release) -> list[Row]:
    """Return what each checker has checked."""
    return release.rows(
        f"""
        select
            checker_code, count_checked, count_confirmed, count_rejected, count_unclear, count_overturned,
            first_checked_at, last_checked_at
        from reporting.rpt_document_checkers
        where {_SEASON} order by checker_code
        """,
        {"season": release.manifest.season_code},
    )


def calendar_findings(release: Release) -> list[Row]:
    """Return what is wrong or tight in the season's dates, errors first."""
    return release.rows(
        f"""
        select
            finding_code, stage_code, event_code, first_at_local, second_at_local, other_stage_code,
            other_event_code, count_hours, shown.severity_code, paragraph, policy_code
        from reporting.rpt_calendar_findings as shown
        left join (select finding_code, paragraph, policy_code from seeds.calendar_rules) using (finding_code)
        where {_SEASON}
        order by shown.severity_code, first_at_local, finding_code
        """,
        {"season": release.manifest.season_code},
    )


def last_day(release: Release) -> date | None:
    """Return the last day of the vetting window (Order §4)."""
    [row] = release.rows(
        f"select max(last_day_on) as day from reporting.rpt_vetting_bodies where {_SEASON}",
        {"season": release.manifest.season_code},
    )
    found: date | None = row["day"]
    return found


def words(release: Release, seed: str, code: str, column: str, language: str) -> dict[str, str]:
    """Return `column` of a seed in `language` by code: texts, names, or decisions needed."""
    rows = release.rows(f"select {code} as code, {column}_{language} as words from seeds.{seed}")
    return {row["code"]: row["words"] for row in rows}


def _only(params: Mapping[str, object], *names: str) -> dict[str, object]:
    """Return the parameters that a query names; DuckDB refuses others."""
    return {name: params[name] for name in names}
