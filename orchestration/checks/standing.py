"""Standing checks: what is still broken, whenever it is asked.

Belongs here: rows that sit in quarantine, files that are held, feeds whose date has passed, what stands in
the landing folder and is not taken. Not here: checks of a file as it lands (`ingestion/`) or of the numbers
(dbt tests). All of severity WARN: they remind, a person decides.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from ingestion.contracts import feed_names
from ingestion.loader import folder_problems
from orchestration.assets.landing import LANDING_FOLDER_KEY, raw_key
from orchestration.batch_history import FeedState, read_feed_states
from orchestration.resources import WRITER_POOL
from orchestration.season_calendar import (
    CalendarEvent,
    find_event,
    read_calendar,
    read_feed_deadlines,
)
from orchestration.settings import Settings

QUARANTINE_CHECK = "quarantine_is_empty"
DEADLINE_CHECK = "arrived_in_time"
HELD_CHECK = "no_file_is_held"
UNKNOWN_FILES_CHECK = "no_unknown_files"


def overdue_event(feed: str, events: Iterable[CalendarEvent], now: datetime) -> CalendarEvent | None:
    """The event by whose end the feed should have arrived, if that has passed at the aware moment `now`."""
    expected_by = read_feed_deadlines()
    if feed not in expected_by:
        return None
    event = find_event(events, *expected_by[feed])
    return event if event and event.closes_at <= now else None


def standing_checks() -> list[dg.AssetChecksDefinition]:
    """The checks as Dagster definitions."""
    feeds = feed_names()
    expected_by = read_feed_deadlines()
    specs = (
        [
            dg.AssetCheckSpec(
                QUARANTINE_CHECK, asset=raw_key(feed), description="No row of the feed is in quarantine now."
            )
            for feed in feeds
        ]
        + [
            dg.AssetCheckSpec(
                HELD_CHECK, asset=raw_key(feed), description="No file waits until a person accepts it."
            )
            for feed in feeds
        ]
        + [
            dg.AssetCheckSpec(
                DEADLINE_CHECK, asset=raw_key(feed), description="Something arrived by the calendar's date."
            )
            for feed in feeds
            if feed in expected_by
        ]
    )

    @dg.multi_asset_check(name="feeds_standing", specs=specs, can_subset=True, pool=WRITER_POOL)
    def feeds_standing(
        context: dg.AssetCheckExecutionContext, settings: dg.ResourceParam[Settings]
    ) -> Iterator[Any]:
        states = read_feed_states(settings.warehouse, feeds)
        events = read_calendar(settings.season)
        now = settings.as_of.replace(tzinfo=UTC) if settings.as_of else datetime.now(UTC)
        for key in sorted(context.selected_asset_check_keys):
            state = states[key.asset_key.path[-1]]
            if key.name == QUARANTINE_CHECK:
                yield _quarantine_result(state)
            elif key.name == HELD_CHECK:
                yield _held_result(state)
            else:
                yield _deadline_result(state, events, now)

    @dg.asset_check(
        name=UNKNOWN_FILES_CHECK,
        asset=LANDING_FOLDER_KEY,
        description="Everything in the landing folder can be taken and is named after a feed: none is"
        " overlooked.",
    )
    def unknown_files_check(settings: dg.ResourceParam[Settings]) -> dg.AssetCheckResult:
        problems = folder_problems(settings.reading_config())
        named = [f"{problem.source_file} ({problem.reason_code})" for problem in problems[:20]]
        return _result(
            UNKNOWN_FILES_CHECK,
            LANDING_FOLDER_KEY,
            not problems,
            {"count_files": len(problems), "files": ", ".join(named)},
        )

    return [feeds_standing, unknown_files_check]


def _quarantine_result(state: FeedState) -> dg.AssetCheckResult:
    counts = {"count_rows_quarantined": state.count_open}
    return _result(QUARANTINE_CHECK, raw_key(state.feed), state.count_open == 0, counts)


def _held_result(state: FeedState) -> dg.AssetCheckResult:
    held = {"count_files": len(state.held), "files": ", ".join(state.held[:20])}
    return _result(HELD_CHECK, raw_key(state.feed), not state.held, held)


def _deadline_result(state: FeedState, events: Iterable[CalendarEvent], now: datetime) -> dg.AssetCheckResult:
    event = overdue_event(state.feed, events, now)
    due = {"due_at": event.closes_at.isoformat() if event else ""}
    return _result(DEADLINE_CHECK, raw_key(state.feed), event is None or state.newest is not None, due)


def _result(check: str, key: dg.AssetKey, passed: bool, metadata: dict[str, Any]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=check, asset_key=key, passed=passed, severity=dg.AssetCheckSeverity.WARN, metadata=metadata
    )
