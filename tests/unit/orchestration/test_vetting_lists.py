"""When lists are drawn and when not, the asset's counts, and the reminders that a release gives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import duckdb
import pytest

from ingestion.clock import utc_now
from ingestion.loader import ensure_raw_tables, land_files, pending_files
from orchestration import vetting_lists
from orchestration.assets.vetting import _metadata, draw_due
from orchestration.builds import finish_build, start_build
from orchestration.errors import OrchestrationError
from orchestration.settings import Settings
from orchestration.texts import LANGUAGES
from orchestration.vetting_lists import draw, lists_folder, refuse_future
from tests.support.vetting_lists import people_on
from tests.unit.orchestration.conftest import deliver

MONDAY, TUESDAY = datetime(2025, 6, 16, 3), datetime(2025, 6, 17, 3)
SATURDAY, HOLIDAY = datetime(2025, 6, 14, 5), datetime(2025, 7, 7, 3)
LAST_DAY, AFTERWARDS = datetime(2025, 7, 31, 3), datetime(2025, 8, 1, 3)
DECEMBER = datetime(2025, 12, 1)
_TABLES = """
create schema if not exists intermediate;
create schema if not exists seeds;
create or replace table intermediate.int_vetting__clocked as select
    '2025' as season_code, $now::timestamp as clock_at, ($now::timestamp + interval 5 hour)::date as today_on,
    date '2025-06-01' as first_day_on, date '2025-07-31' as last_day_on;
create or replace table intermediate.int_calendar__days as select
    day::date as day_on, isodow(day) < 6 and day <> date '2025-07-07' as is_working
    from generate_series(date '2025-06-01', date '2025-12-31', interval 1 day) as days(day);
create or replace table intermediate.int_vetting__due_days as select
    '2025' as season_code, day_on as sent_on, day_on + 7 as due_on from intermediate.int_calendar__days;
create or replace table intermediate.int_vetting__list_days as select
    '2025' as season_code, day_on as list_on, day_on + 7 as due_on, false as is_after_intake
    from intermediate.int_calendar__days where day_on in ('2025-06-16', '2025-06-23', '2025-07-08');
create or replace table seeds.vetting_bodies as select
    2025 as season_code, code as body_code, place as body_order, language as language_code,
    code || ' kk' as name_kk, code || ' ru' as name_ru, code || ' en' as name_en, null::date as valid_to
    from (values ('GPO', 1, 'kk'), ('NSC', 2, 'ru')) as bodies(code, place, language);
create or replace table intermediate.int_vetting__to_send as select
    season_code, candidate_no, body_code, body_code as addressee_body_code, 'new' as change_code,
    null::varchar as previous_list_no, identity_key, _batch_id, _row_number
    from raw.platform__registrations cross join (values ('GPO'), ('NSC')) as bodies(body_code)
    where (body_code, candidate_no) not in (select body_code, candidate_no from raw.agency__vetting_requests);
"""


def built(settings: Settings, now: datetime, **more: Any) -> None:
    """The warehouse as a build leaves what a drawing reads."""
    start_build(
        settings.warehouse, "build", as_of=now, is_full=more.get("is_full", True), code_version="test"
    )
    with duckdb.connect(str(settings.warehouse)) as connection:
        for statement in _TABLES.split(";\n"):
            connection.execute(statement.replace("$now", f"'{now}'"))
    finish_build(settings.warehouse, "build", is_successful=more.get("is_successful", True), checks=())


@pytest.fixture
def season(settings: Settings) -> Settings:
    """Four people have registered, and nobody has been sent."""
    config = settings.ingestion_config()
    ensure_raw_tables(config)
    deliver(settings.home, "platform__registrations", 4, "2025-06-15T230000")
    land_files(config, pending_files(config), DECEMBER)
    return settings


def key_of_refusal(settings: Settings, **more: bool) -> str:
    before = sorted(path for path in settings.home.rglob("*") if path.is_file())
    with pytest.raises(OrchestrationError) as caught:
        draw(settings, "officer", **more)
    assert sorted(path for path in settings.home.rglob("*") if path.is_file()) == before
    for language in LANGUAGES:
        assert caught.value.message(language).strip() and caught.value.exit_code == 1
    return caught.value.message_key


def test_lists_are_drawn_once(season: Settings) -> None:
    built(season, MONDAY)
    drawing = draw(season, "officer")
    assert [(one.list_no, len(one.candidates)) for one in drawing.lists] == [
        ("GPO-2025-01", 4),
        ("NSC-2025-01", 4),
    ]
    assert drawing.count_people == 4 and drawing.day.is_list_day
    assert {one.due_on for one in drawing.lists} == {date(2025, 6, 23)}
    assert len(people_on(lists_folder(season) / "NSC-2025-01.xlsx")) == 4
    before = {path: path.stat().st_mtime_ns for path in lists_folder(season).iterdir()}
    built(season, MONDAY)
    again = draw(season, "officer")
    assert (again.lists, again.files, again.source_file) == ((), (), "")
    assert {path: path.stat().st_mtime_ns for path in lists_folder(season).iterdir()} == before


def test_a_dry_run_writes_nothing(season: Settings) -> None:
    built(season, MONDAY)
    before = sorted(season.home.rglob("*"))
    drawing = draw(season, "officer", is_dry_run=True)
    assert [one.list_no for one in drawing.lists] == ["GPO-2025-01", "NSC-2025-01"]
    assert not drawing.source_file and sorted(season.home.rglob("*")) == before


def outside(settings: Settings) -> None:
    built(settings, AFTERWARDS)


def on_a_saturday(settings: Settings) -> None:
    built(settings, SATURDAY)


def on_a_holiday(settings: Settings) -> None:
    built(settings, HOLIDAY)


def never_built(settings: Settings) -> None:
    return


def failed(settings: Settings) -> None:
    built(settings, MONDAY, is_successful=False)


def built_in_part(settings: Settings) -> None:
    built(settings, MONDAY, is_full=False)


def built_before_a_register(settings: Settings) -> None:
    built(settings, MONDAY)
    draw(settings, "somebody else")


def as_of_before_a_register(settings: Settings) -> None:
    built(settings, TUESDAY)
    draw(settings, "somebody else")
    built(settings, MONDAY)


def while_a_register_waits(settings: Settings) -> None:
    built(settings, MONDAY)
    deliver(settings.home, "agency__vetting_requests", 1, "2025-06-09T120000")


def as_of_the_future(settings: Settings) -> None:
    built(settings, MONDAY)
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(
            "update intermediate.int_vetting__clocked set clock_at = clock_at + interval 99 year"
        )


REFUSALS: tuple[tuple[Callable[[Settings], None], str], ...] = (
    (outside, "error.lists_outside_window"),
    (on_a_saturday, "error.lists_day_off"),
    (on_a_holiday, "error.lists_day_off"),
    (never_built, "error.lists_no_build"),
    (failed, "error.lists_bad_build"),
    (built_in_part, "error.lists_bad_build"),
    (built_before_a_register, "error.lists_stale_build"),
    (as_of_before_a_register, "error.lists_later_sent"),
    (while_a_register_waits, "error.lists_register_waits"),
    (as_of_the_future, "error.lists_future"),
)


@pytest.mark.parametrize(("happens", "key"), REFUSALS, ids=lambda value: getattr(value, "__name__", ""))
def test_refused(season: Settings, happens: Callable[[Settings], None], key: str) -> None:
    happens(season)
    assert key_of_refusal(season) == key


def test_the_next_working_day_is_named(season: Settings) -> None:
    built(season, SATURDAY)
    with pytest.raises(OrchestrationError, match="next working day is 2025-06-16"):
        draw(season, "officer")


def test_a_register_that_did_not_land_whole_stops_further_lists(season: Settings) -> None:
    built(season, MONDAY)
    path = season.landing_dir / "2025-06-09T120000" / "agency__vetting_requests__lists-2025-06-09T120000.csv"
    path.parent.mkdir()
    path.write_text("list_no,body_code,candidate_no,sent_on\nGPO-2025-01,GPO,nobody,2025-06-09\n")
    config = season.ingestion_config()
    land_files(config, pending_files(config), DECEMBER)
    assert key_of_refusal(season) == "error.lists_register_outside"


def test_lists_may_be_drawn_on_other_working_days_but_not_by_the_schedule(season: Settings) -> None:
    built(season, TUESDAY)
    assert draw_due(season).lists == ()
    drawing = draw(season, "officer")
    assert len(drawing.lists) == 2 and not drawing.day.is_list_day
    assert drawing.day.next_list_on == date(2025, 6, 23)


def test_the_schedule_skips_days_off_and_days_outside_the_window(season: Settings) -> None:
    for now in (HOLIDAY, AFTERWARDS):
        built(season, now)
        assert draw_due(season).lists == ()


def test_the_asset_draws_on_list_days_and_shows_counts(season: Settings) -> None:
    built(season, MONDAY)
    drawing = draw_due(season)
    shown = _metadata(drawing)
    assert (shown["count_lists"], shown["count_requests"], shown["count_people"]) == (2, 8, 4)
    assert shown["is_list_day"] and shown["register"] == drawing.source_file
    assert "GPO-2025-01" in shown["lists"].value and "R25-" not in str(shown)
    built(season, MONDAY)
    assert _metadata(draw_due(season))["count_lists"] == 0


def test_on_the_last_day_nothing_follows(season: Settings) -> None:
    built(season, LAST_DAY)
    assert draw(season, "officer").day.next_working_on is None


def test_a_moment_that_has_not_come_is_refused() -> None:
    refuse_future(None)
    refuse_future(datetime(2025, 6, 16))
    with pytest.raises(OrchestrationError, match="has not come"):
        refuse_future(utc_now().replace(year=2125))


def test_an_interrupted_drawing_is_finished_before_anything_is_refused(
    season: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def kill(*_: Any) -> None:
        raise Killed

    built(season, MONDAY)
    with monkeypatch.context() as patched:
        patched.setattr("ingestion.vetting_lists._reveal", kill)
        with pytest.raises(Killed):
            draw(season, "officer")
    finished = vetting_lists.finish(season)
    assert sorted(path.name for path in finished) == [
        "2025-06-16__summary.xlsx", "GPO-2025-01.xlsx", "NSC-2025-01.xlsx"
    ]  # fmt: skip
    assert key_of_refusal(season) == "error.lists_register_waits"


def test_a_home_without_a_warehouse_has_nothing_to_finish(settings: Settings) -> None:
    assert vetting_lists.finish(settings) == []
