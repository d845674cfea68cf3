"""Schedules: when runs start by themselves, from the season's calendar.

Belongs here: clock times of the day. Not here: dates of the season, which are the seed's
(`season_calendar.py`). A schedule outside the season skips and says so. All run as soon as Dagster does.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import dagster as dg

from orchestration.jobs import (
    DATA_DOCS_JOB,
    PULL_JOB,
    STANDING_CHECKS_JOB,
    UPDATE_JOB,
    VETTING_LISTS_JOB,
)
from orchestration.season_calendar import is_during, is_in_season, published_between, read_calendar
from orchestration.settings import LOCAL_ZONE, Settings

RUNNING = dg.DefaultScheduleStatus.RUNNING
DAILY_AT = "0 6 * * *"
# When the daily update is over: what is still broken, and the pages that show it.
REMINDERS_AT = "30 6 * * *"
# Publications fall on full hours; five minutes later the files of the hour have arrived.
AFTER_EACH_HOUR = "5 * * * *"
# Shortly before the full hours on which publications fall: what is pulled after one was received after it.
BEFORE_EACH_HOUR = "58 * * * *"
# The weekly lists to the vetting bodies (Order §4.3); the warehouse knows which of these days is a list day.
WEEKDAYS_AT = "0 8 * * 1-5"


def build_schedules(jobs: dict[str, Any]) -> list[dg.ScheduleDefinition]:
    """All schedules."""
    schedule = partial(
        dg.schedule, job=jobs[UPDATE_JOB], execution_timezone=LOCAL_ZONE, default_status=RUNNING
    )

    @schedule(name="daily_update", cron_schedule=DAILY_AT)
    def daily_update(
        context: dg.ScheduleEvaluationContext, settings: dg.ResourceParam[Settings]
    ) -> dg.RunRequest | dg.SkipReason:
        """Every morning of the season: land what waits, build, release."""
        moment = _moment(context)
        if not is_in_season(read_calendar(settings.season), moment):
            return dg.SkipReason("outside the season's calendar")
        return dg.RunRequest(run_key=f"daily-{moment:%Y-%m-%d}")

    @schedule(name="publication_update", cron_schedule=AFTER_EACH_HOUR)
    def publication_update(
        context: dg.ScheduleEvaluationContext, settings: dg.ResourceParam[Settings]
    ) -> dg.RunRequest | dg.SkipReason:
        """After the hour in which a stage's list is published: the season clock has moved past it."""
        moment = _moment(context)
        events = published_between(read_calendar(settings.season), moment - timedelta(hours=1), moment)
        if not events:
            return dg.SkipReason("no stage was published in the last hour")
        stages = "-".join(event.stage_code for event in events)
        return dg.RunRequest(run_key=f"published-{stages}-{moment:%Y-%m-%dT%H}", tags={"published": stages})

    reminders = [
        dg.ScheduleDefinition(
            name=name,
            job=jobs[job],
            cron_schedule=REMINDERS_AT,
            execution_timezone=LOCAL_ZONE,
            default_status=RUNNING,
        )
        for name, job in (("standing_checks", STANDING_CHECKS_JOB), ("data_docs", DATA_DOCS_JOB))
    ]
    lists = _lists_schedule(jobs[VETTING_LISTS_JOB])
    schedules = [daily_update, publication_update, lists, *reminders]
    return [*schedules, _pull_schedule(jobs[PULL_JOB])] if PULL_JOB in jobs else schedules


def _lists_schedule(job: Any) -> dg.ScheduleDefinition:
    @dg.schedule(
        name="vetting_lists",
        cron_schedule=WEEKDAYS_AT,
        job=job,
        execution_timezone=LOCAL_ZONE,
        default_status=RUNNING,
    )
    def vetting_lists(
        context: dg.ScheduleEvaluationContext, settings: dg.ResourceParam[Settings]
    ) -> dg.RunRequest | dg.SkipReason:
        """Each weekday morning of vetting: land and build; on a list day draw up the lists (Order §4.3)."""
        moment = _moment(context)
        if not is_during(read_calendar(settings.season), "vetting", "vetting", moment):
            return dg.SkipReason("outside the vetting window")
        return dg.RunRequest(run_key=f"vetting-lists-{moment:%Y-%m-%d}")

    return vetting_lists


def _pull_schedule(job: Any) -> dg.ScheduleDefinition:
    @dg.schedule(
        name="platform_pull",
        cron_schedule=BEFORE_EACH_HOUR,
        job=job,
        execution_timezone=LOCAL_ZONE,
        default_status=RUNNING,
    )
    def platform_pull(
        context: dg.ScheduleEvaluationContext, settings: dg.ResourceParam[Settings]
    ) -> dg.RunRequest | dg.SkipReason:
        """Each hour of the season: what is new in the platform's database goes to the landing folder."""
        moment = _moment(context)
        if not is_in_season(read_calendar(settings.season), moment):
            return dg.SkipReason("outside the season's calendar")
        return dg.RunRequest(run_key=f"pull-{moment:%Y-%m-%dT%H%M}")

    return platform_pull


def _moment(context: dg.ScheduleEvaluationContext) -> datetime:
    return context.scheduled_execution_time
