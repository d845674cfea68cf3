"""The questions about registrations and the campaign to a release: by day and hour, by region, events.

Belongs here: SQL of the page of registrations, with parameters. Does not belong here: what counts as an
application or a complete file (dbt_project/), how it looks (dashboards/components/). Order §1, §2.
"""

from __future__ import annotations

from dashboards.warehouse.releases import Release, Row

TABLES: tuple[str, ...] = (
    "reporting.rpt_registration_hours",
    "reporting.rpt_outreach_days",
    "reporting.rpt_outreach_events",
    "reporting.rpt_outreach_regions",
    "seeds.calendar",
)

#: By what the events of the campaign can be counted.
EVENT_SIDES: tuple[str, ...] = ("kind", "organiser", "audience", "region")
#: Applications of a region are compared for so many residents.
RESIDENTS = 100_000

_SEASON = "season_code::varchar = $season"
# What each day holds, and how things stood at its end.
_DAY_COLUMNS = """
    activity_hour_local::date as activity_on,
    sum(count_accounts)::bigint as count_accounts,
    sum(count_registrations)::bigint as count_registrations,
    sum(count_complete)::bigint as count_complete,
    sum(count_registrations - count_complete)::bigint as count_incomplete,
    arg_max(count_accounts_so_far, activity_hour_local)::bigint as count_accounts_so_far,
    arg_max(count_registrations_so_far, activity_hour_local)::bigint as count_registrations_so_far,
    arg_max(count_complete_so_far, activity_hour_local)::bigint as count_complete_so_far,
    arg_max(count_drafts, activity_hour_local)::bigint as count_drafts
"""


def _season(release: Release) -> dict[str, object]:
    return {"season": release.manifest.season_code}


def totals(release: Release) -> Row | None:
    """Return accounts, drafts, applications and complete ones so far; None before the first hour."""
    rows = release.rows(
        f"""
        select
            count_accounts_so_far, count_registrations_so_far, count_complete_so_far, count_drafts,
            count_registrations_so_far - count_complete_so_far as count_incomplete
        from reporting.rpt_registration_hours
        where {_SEASON}
        order by activity_hour_local desc
        limit 1
        """,
        _season(release),
    )
    return rows[0] if rows else None


def last_day(release: Release) -> Row:
    """Return the last day of the intake, its applications and their share in per cent of all (one decimal).

    activity_on is the calendar's; the counts are those of that day, 0 before it; share is None without any.
    """
    [row] = release.rows(
        f"""
        with intake as (
            select (ends_local - interval '1 second')::date as activity_on
            from seeds.calendar
            where {_SEASON} and event_code = 'intake'
        )

        select
            any_value(intake.activity_on) as activity_on,
            coalesce(sum(hours.count_registrations) filter (
                where hours.activity_hour_local::date = intake.activity_on
            ), 0)::bigint as count_registrations,
            (round(1000 * sum(hours.count_registrations) filter (
                where hours.activity_hour_local::date = intake.activity_on
            ) / nullif(sum(hours.count_registrations), 0)) / 10)::decimal(9, 1) as share
        from intake
        left join reporting.rpt_registration_hours as hours on hours.{_SEASON}
        """,
        _season(release),
    )
    return row


def days(release: Release) -> list[Row]:
    """Return each day of events or registrations: what came, how it stood at its end, events and reached.

    Before the first account and after the last hour there are events only; the other counts are empty then.
    """
    return release.rows(
        f"""
        with registered as (
            select {_DAY_COLUMNS}
            from reporting.rpt_registration_hours
            where {_SEASON}
            group by activity_hour_local::date
        ),

        held as (
            select activity_on, count_events, count_reached
            from reporting.rpt_outreach_days
            where {_SEASON} and count_events > 0
        )

        select
            coalesce(registered.activity_on, held.activity_on) as activity_on,
            registered.* exclude (activity_on),
            coalesce(held.count_events, 0)::bigint as count_events,
            coalesce(held.count_reached, 0)::bigint as count_reached
        from registered
        full outer join held on registered.activity_on = held.activity_on
        order by 1
        """,
        _season(release),
    )


def hours(release: Release) -> list[Row]:
    """Return the hours of the intake and others in which something happened, with day and hour of the day."""
    return release.rows(
        f"""
        select
            activity_hour_local, activity_hour_local::date as activity_on,
            hour(activity_hour_local)::integer as hour_no,
            count_accounts, count_registrations, count_complete, count_accounts_so_far,
            count_registrations_so_far, count_complete_so_far, count_drafts,
            count_registrations - count_complete as count_incomplete,
            count_registrations_so_far - count_complete_so_far as count_incomplete_so_far
        from reporting.rpt_registration_hours
        where {_SEASON}
        order by activity_hour_local
        """,
        _season(release),
    )


def regions(release: Release) -> list[Row]:
    """Return each region with applications, residents and applications per 100,000 residents, most first.

    What is too few to be shown (A45) is None, and so is what follows from it.
    """
    return release.rows(
        f"""
        select
            region_code, count_registrations, count_residents, count_events, count_reached,
            (
                ($per::hugeint * count_registrations * 200 + count_residents)
                // (2 * count_residents) * 0.01
            )::decimal(12, 2) as registrations_per_residents
        from reporting.rpt_outreach_regions
        where {_SEASON}
        order by registrations_per_residents desc nulls last, region_code
        """,
        {**_season(release), "per": RESIDENTS},
    )


def events(release: Release, side: str) -> list[Row]:
    """Return the events of the campaign by one of EVENT_SIDES: `code`, events and people reached, most first.

    Raises ValueError for another side.
    """
    if side not in EVENT_SIDES:
        raise ValueError(side)
    return release.rows(
        f"""
        select
            {side}_code as code, sum(count_events)::bigint as count_events,
            sum(count_reached)::bigint as count_reached
        from reporting.rpt_outreach_events
        where {_SEASON}
        group by {side}_code
        order by count_events desc, code
        """,
        _season(release),
    )
