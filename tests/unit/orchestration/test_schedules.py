"""Schedules run in the season and skip outside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import dagster as dg
import pytest

from ingestion.clock import local_zone
from orchestration.definitions import build_definitions
from orchestration.season_calendar import find_event, read_calendar
from orchestration.settings import Settings


@pytest.fixture(scope="module")
def schedules(definitions_settings: Settings) -> dict[str, dg.ScheduleDefinition]:
    repository = build_definitions(settings=definitions_settings).get_repository_def()
    return {schedule.name: schedule for schedule in repository.schedule_defs}


def tick(schedule: dg.ScheduleDefinition, moment: datetime, settings: Settings) -> dg.RunRequest | str:
    context = dg.build_schedule_context(scheduled_execution_time=moment, resources={"settings": settings})
    data = schedule.evaluate_tick(context)
    return data.run_requests[0] if data.run_requests else str(data.skip_message)


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=local_zone())  # type: ignore[arg-type, misc]


def test_all_run_on_local_time(schedules: dict[str, dg.ScheduleDefinition]) -> None:
    assert set(schedules) == {
        "daily_update",
        "publication_update",
        "vetting_lists",
        "standing_checks",
        "data_docs",
    }
    assert {schedule.execution_timezone for schedule in schedules.values()} == {"Asia/Almaty"}
    assert schedules["daily_update"].cron_schedule == "0 6 * * *"
    assert schedules["data_docs"].cron_schedule == schedules["standing_checks"].cron_schedule


def test_the_daily_update_runs_in_the_season_only(
    schedules: dict[str, dg.ScheduleDefinition], definitions_settings: Settings
) -> None:
    request = tick(schedules["daily_update"], local(2025, 8, 5, 6), definitions_settings)
    assert isinstance(request, dg.RunRequest) and request.run_key == "daily-2025-08-05"
    assert "outside" in str(tick(schedules["daily_update"], local(2026, 2, 1, 6), definitions_settings))


def test_an_update_follows_each_publication(
    schedules: dict[str, dg.ScheduleDefinition], definitions_settings: Settings
) -> None:
    published = find_event(read_calendar("2025"), "text_test", "published")
    assert published is not None
    after = published.starts_at + timedelta(minutes=5)
    request = tick(schedules["publication_update"], after, definitions_settings)
    assert isinstance(request, dg.RunRequest) and request.tags["published"] == "text_test"
    later = tick(schedules["publication_update"], after + timedelta(hours=1), definitions_settings)
    assert "no stage" in str(later)


def test_the_weekly_lists_are_asked_for_on_each_morning_of_vetting(
    schedules: dict[str, dg.ScheduleDefinition], definitions_settings: Settings
) -> None:
    schedule = schedules["vetting_lists"]
    assert schedule.cron_schedule == "0 8 * * 1-5" and schedule.job_name == "vetting_lists_job"
    for day in (local(2025, 6, 2, 8), local(2025, 6, 17, 8), local(2025, 7, 31, 8)):
        request = tick(schedule, day, definitions_settings)
        assert isinstance(request, dg.RunRequest) and request.run_key == f"vetting-lists-{day:%Y-%m-%d}"
    for day in (local(2025, 5, 30, 8), local(2025, 8, 1, 8)):
        assert "vetting window" in str(tick(schedule, day, definitions_settings))


def test_the_platform_is_asked_each_hour_of_the_season_where_it_has_a_database(
    schedules: dict[str, dg.ScheduleDefinition], definitions_settings: Settings
) -> None:
    assert "platform_pull" not in schedules
    settings = replace(definitions_settings, platform_dsn="postgresql://nowhere")
    definitions = build_definitions(settings=settings)
    dg.Definitions.validate_loadable(definitions)
    schedule = definitions.get_repository_def().get_schedule_def("platform_pull")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("58 * * * *", "Asia/Almaty")
    request = tick(schedule, local(2025, 6, 15, 10, 58), settings)
    assert isinstance(request, dg.RunRequest) and request.run_key == "pull-2025-06-15T1058"
    assert "outside" in str(tick(schedule, local(2026, 2, 1, 10, 58), settings))
