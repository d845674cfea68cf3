"""The questions about where the season is to a release: dates, what is due, and how the feeds stand.

Belongs here: SQL of the season's page, with parameters. Does not belong here: when something is due and whose
turn it is (dbt_project/, rpt_season_tasks), how it looks (dashboards/components/).
"""

from __future__ import annotations

from datetime import datetime

from dashboards.warehouse.releases import Release, Row

TABLES: tuple[str, ...] = (
    "reporting.rpt_season_tasks",
    "reporting.rpt_feeds",
    "reporting.rpt_stage_dates",
    "reporting.rpt_calendar_findings",
    "seeds.season_tasks",
    "seeds.feeds",
)

_SEASON = "season_code::varchar = $season"


def _season(release: Release) -> dict[str, object]:
    return {"season": release.manifest.season_code}


def events(release: Release, now_local: datetime) -> list[Row]:
    """Return the events of the calendar by their start, with `state` at the local moment `now_local`.

    state: over, now or to_come; a publication is never now. Moments are local.
    """
    return release.rows(
        f"""
        select
            dates.stage_code, dates.event_code, dates.starts_local, dates.ends_local, dates.is_planned,
            dates.paragraph, dates.count_seen, dates.first_seen_local, dates.last_seen_local,
            dates.count_before, dates.count_after,
            case
                when coalesce(dates.ends_local, dates.starts_local) <= $now then 'over'
                when dates.starts_local <= $now then 'now'
                else 'to_come'
            end as state
        from reporting.rpt_stage_dates as dates
        left join seeds.stages as stages
            on dates.season_code = stages.season_code and dates.stage_code = stages.stage_code
        where dates.{_SEASON}
        order by dates.starts_local, stages.stage_order nulls first, dates.event_code
        """,
        {**_season(release), "now": now_local},
    )


def clock(release: Release, now_local: datetime) -> Row:
    """Return which day of the season it is: day_no (1 on the first, 0 or less before), count_days."""
    [row] = release.rows(
        f"""
        select
            date_diff('day', min(starts_local)::date, $now::date) + 1 as day_no,
            date_diff(
                'day', min(starts_local)::date,
                max(coalesce(ends_local - interval '1 second', starts_local))::date
            ) + 1 as count_days
        from reporting.rpt_stage_dates
        where {_SEASON}
        """,
        {**_season(release), "now": now_local},
    )
    return row


def task_totals(release: Release) -> Row:
    """Return how much is due and past due, of how many kinds, and how many feeds are overdue or refused."""
    [row] = release.rows(
        f"""
        select
            coalesce(sum(count_due), 0)::bigint as count_due,
            coalesce(sum(count_past_due), 0)::bigint as count_past_due,
            (
                select count(*) from reporting.rpt_feeds
                where {_SEASON} and feed_state_code in ('overdue', 'refused')
            ) as count_feeds
        from reporting.rpt_season_tasks
        where {_SEASON}
        """,
        _season(release),
    )
    return row


def turns(release: Release) -> list[str]:
    """Return the codes of those whose turn it is for something, in order of their codes."""
    rows = release.rows(
        f"select distinct turn_code from reporting.rpt_season_tasks where {_SEASON} order by turn_code",
        _season(release),
    )
    return [row["turn_code"] for row in rows]


def tasks(release: Release, turn: str | None = None, *, only_overdue: bool = False) -> list[Row]:
    """Return what is due (of one whose turn it is), overdue first, then by the moment; no moment last."""
    return release.rows(
        f"""
        select
            shown.task_code, shown.stage_code, shown.subject_code, shown.turn_code, shown.due_at,
            shown.count_due, shown.count_past_due, shown.is_overdue, kinds.paragraph, kinds.policy_code
        from reporting.rpt_season_tasks as shown
        inner join seeds.season_tasks as kinds on shown.task_code = kinds.task_code
        where
            {_SEASON}
            and ($turn::varchar is null or shown.turn_code = $turn)
            and (not $only_overdue or shown.is_overdue)
        order by
            shown.is_overdue desc, shown.due_at nulls last, shown.task_order, shown.stage_code,
            shown.subject_code
        """,
        {**_season(release), "turn": turn, "only_overdue": only_overdue},
    )


def subject_names(release: Release, language: str) -> dict[str, str]:
    """Return what a subject of something due is called: feed, vetting body, kind of alert or finding."""
    rows = release.rows(
        f"""
        select feed as code, name_{language} as words from seeds.feeds
        union all
        select body_code, name_{language} from seeds.vetting_bodies where {_SEASON}
        union all
        select alert_code, text_{language} from seeds.vetting_alerts
        union all
        select finding_code, text_{language} from seeds.calendar_rules
        """,
        _season(release),
    )
    return {row["code"]: row["words"][:1].upper() + row["words"][1:] for row in rows}


def feeds(release: Release) -> list[Row]:
    """Return how the feeds stand: overdue and refused ones first, then in the order of the season."""
    return release.rows(
        f"""
        select
            feed, stage_code, event_code, due_at, feed_state_code, count_files, count_files_refused,
            first_received_at, last_received_at, count_landed, count_quarantined
        from reporting.rpt_feeds
        where {_SEASON}
        order by
            case feed_state_code when 'overdue' then 0 when 'refused' then 1 else 2 end, feed_order
        """,
        _season(release),
    )
