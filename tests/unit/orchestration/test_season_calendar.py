"""The season's calendar as schedules read it: moments are local, and the dates are the seed's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from orchestration.season_calendar import (
    find_event,
    is_during,
    is_in_season,
    published_between,
    read_calendar,
)

EVENTS = read_calendar("2025")


def test_moments_are_in_the_country_s_zone() -> None:
    intake = find_event(EVENTS, "registration", "intake")
    assert intake is not None
    assert intake.starts_at.utcoffset() == timedelta(hours=5)
    assert intake.starts_at.astimezone(UTC) == datetime(2025, 5, 31, 19, 0, tzinfo=UTC)


def test_another_season_has_no_events() -> None:
    assert read_calendar("1999") == ()
    assert not is_in_season((), datetime(2025, 7, 1, tzinfo=UTC))


def test_the_season_lasts_from_its_first_to_its_last_event() -> None:
    assert not is_in_season(EVENTS, datetime(2025, 5, 1, tzinfo=UTC))
    assert is_in_season(EVENTS, datetime(2025, 7, 20, tzinfo=UTC))
    assert not is_in_season(EVENTS, datetime(2026, 1, 1, tzinfo=UTC))


def test_an_event_s_end_is_excluded() -> None:
    intake = find_event(EVENTS, "registration", "intake")
    assert intake is not None and intake.ends_at is not None
    assert is_during(EVENTS, "registration", "intake", intake.starts_at)
    assert is_during(EVENTS, "registration", "intake", intake.ends_at - timedelta(seconds=1))
    assert not is_during(EVENTS, "registration", "intake", intake.ends_at)


def test_publications_after_one_moment_and_up_to_another() -> None:
    published = find_event(EVENTS, "interview", "published")
    assert published is not None
    hour = timedelta(hours=1)
    assert published_between(EVENTS, published.starts_at - hour, published.starts_at) == (published,)
    assert published_between(EVENTS, published.starts_at, published.starts_at + hour) == ()
