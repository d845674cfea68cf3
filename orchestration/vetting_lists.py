"""A drawing of the weekly lists to the vetting bodies, from the built warehouse (Order §4.3).

Belongs here: what is asked of the warehouse, when a drawing is refused, and the one way of the command and of
the Dagster asset to `ingestion/vetting_lists.py`. Not here: who is to be sent, which days are working or list
days, when a reply is due (`dbt_project/`); landing and building before and after (the command and the job).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.clock import utc_now
from ingestion.vetting_records import Body, Candidate, WeeklyList
from orchestration.builds import latest_build
from orchestration.errors import OrchestrationError

if TYPE_CHECKING:
    import duckdb

    from ingestion.vetting_register import Register
    from orchestration.settings import Settings

DRAWN_BY_SCHEDULE = "dagster"
NEEDED_TABLES = (
    "intermediate.int_vetting__clocked", "intermediate.int_vetting__due_days",
    "intermediate.int_vetting__list_days", "intermediate.int_vetting__to_send",
)  # fmt: skip

_DAY = """
select
    clock.clock_at, clock.today_on, clock.first_day_on, clock.last_day_on, coalesce(days.is_working, false),
    (
        select min(later.day_on) from intermediate.int_calendar__days as later
        where later.is_working and later.day_on > clock.today_on and later.day_on <= clock.last_day_on
    ),
    due_days.due_on,
    exists (from list_days where list_on = clock.today_on),
    (select min(list_on) from list_days where list_on > clock.today_on)
from intermediate.int_vetting__clocked as clock
left join intermediate.int_calendar__days as days on days.day_on = clock.today_on
left join intermediate.int_vetting__due_days as due_days
    on due_days.season_code = clock.season_code and due_days.sent_on = clock.today_on
where clock.season_code::varchar = $season
"""
_LIST_DAYS = """
with list_days as (
    select list_on from intermediate.int_vetting__list_days where season_code::varchar = $season
)
"""
_TO_SEND = """
select
    candidate_no, body_code, addressee_body_code, change_code, previous_list_no, _batch_id, _row_number,
    identity_key
from intermediate.int_vetting__to_send
where season_code::varchar = $season
order by body_code, candidate_no
"""
_BODIES = """
select body_code, body_order, language_code, name_kk, name_ru, name_en, valid_to
from seeds.vetting_bodies
where season_code::varchar = $season
"""


@dataclass(frozen=True)
class SendingDay:
    """The day of a drawing as the warehouse has it: T, its local day, and what may be done on it.

    due_on: when replies to a list of this day are due. next_working_on: within the vetting window;
    next_list_on: the list day after this one. None where there is none.
    """

    clock_at: datetime
    today_on: date
    first_day_on: date
    last_day_on: date
    is_working: bool
    next_working_on: date | None
    due_on: date
    is_list_day: bool
    next_list_on: date | None


@dataclass(frozen=True)
class Drawing:
    """What came of a drawing. Without `source_file` nothing was drawn: `lists` are those that would be.

    finished: files that an interrupted drawing before had left to be named.
    """

    day: SendingDay
    lists: tuple[WeeklyList, ...]
    files: tuple[Path, ...] = ()
    source_file: str = ""
    finished: tuple[Path, ...] = ()

    @property
    def count_people(self) -> int:
        """Different candidates on the lists."""
        return len({one.candidate_no for about in self.lists for one in about.candidates})


def lists_folder(settings: Settings) -> Path:
    """Where the lists are kept, for their owner alone."""
    return settings.home / "vetting" / "lists"


def refuse_future(as_of: datetime | None) -> None:
    """Nothing can be received at a moment that has not come: `OrchestrationError`. None is now."""
    if as_of is not None and as_of > utc_now():
        raise OrchestrationError("error.lists_future", as_of=_shown(as_of))


def draw(
    settings: Settings, by: str, *, is_dry_run: bool = False, on_list_days_only: bool = False
) -> Drawing:
    """Draw up and register the lists that are due, as of the season clock of the latest build.

    is_dry_run: only say which. on_list_days_only: nothing on other days, and no error either. Raises
    `OrchestrationError` if the day or the build do not allow it, and the errors of `draw_lists`.
    """
    from ingestion.locking import warehouse_lock
    from ingestion.vetting_lists import Letterhead, draw_lists, finish_interrupted

    config, folder = settings.ingestion_config(), lists_folder(settings)
    with warehouse_lock(settings.warehouse):
        register = _register(settings)
        finished = [] if is_dry_run else finish_interrupted(config, folder, register)
        _refuse_unregistered(settings, register)
        day, lists = _read_plan(settings, register, on_list_days_only)
        if is_dry_run or not lists:
            return Drawing(day, tuple(lists), finished=tuple(finished))
        head = Letterhead(by, settings.language, settings.contact, day.clock_at)
        drawn = draw_lists(config, folder, lists, register, head)
    return Drawing(day, drawn.lists, drawn.files, drawn.source_file, tuple(finished))


def finish(settings: Settings) -> list[Path]:
    """Finish what a killed drawing left: name the files of one that counts, remove one that does not.

    Returns the files that were named.
    """
    from ingestion.locking import warehouse_lock
    from ingestion.vetting_lists import finish_interrupted

    if not settings.warehouse.is_file():
        return []
    with warehouse_lock(settings.warehouse):
        return finish_interrupted(settings.ingestion_config(), lists_folder(settings), _register(settings))


def _register(settings: Settings) -> Register:
    from ingestion.loader import ensure_raw_tables
    from ingestion.raw_store import open_warehouse
    from ingestion.vetting_register import read_register

    ensure_raw_tables(settings.ingestion_config())
    with open_warehouse(settings.warehouse, read_only=True) as connection:
        return read_register(connection)


def _refuse_unregistered(settings: Settings, register: Register) -> None:
    """Refuse while lists that were sent are not all in the raw rows: they would be drawn twice."""
    from ingestion.loader import pending_files
    from ingestion.vetting_register import FEED

    if register.outside:
        raise OrchestrationError("error.lists_register_outside", file=register.outside[0])
    waiting = pending_files(settings.ingestion_config(), [FEED])
    if waiting:
        raise OrchestrationError("error.lists_register_waits", file=waiting[0].source_file)


def _read_plan(
    settings: Settings, register: Register, on_list_days_only: bool
) -> tuple[SendingDay, list[WeeklyList]]:
    """The day, and the lists to be drawn on it."""
    from ingestion.raw_store import open_warehouse
    from ingestion.vetting_lists import plan_lists

    with open_warehouse(settings.warehouse, read_only=True) as connection:
        _refuse_build(connection, register)
        day = _read_day(connection, settings.season)
        if on_list_days_only and not day.is_list_day:
            return day, []
        _refuse_day(day, register)
        candidates = _rows(connection, _TO_SEND, settings.season)
        bodies = {row[0]: _body(row) for row in _rows(connection, _BODIES, settings.season)}
    plan = plan_lists(
        [_candidate(row) for row in candidates],
        bodies,
        register,
        season=settings.season,
        sent_on=day.today_on,
        due_on=day.due_on,
    )
    return day, plan


def _refuse_build(connection: duckdb.DuckDBPyConnection, register: Register) -> None:
    """The lists are taken from a whole and successful build that knows every registered list."""
    build = latest_build(connection)
    if build is None:
        raise OrchestrationError("error.lists_no_build")
    if not (build.finished_at and build.is_successful and build.is_full):
        raise OrchestrationError("error.lists_bad_build", at=f"{build.started_at:%Y-%m-%d %H:%M}")
    if build.newest_landed_seq < register.newest_seq:
        raise OrchestrationError("error.lists_stale_build", at=f"{build.started_at:%Y-%m-%d %H:%M}")
    found = connection.execute(
        "select table_schema || '.' || table_name from information_schema.tables"
    ).fetchall()
    missing = sorted(set(NEEDED_TABLES) - {name for (name,) in found})
    if missing:
        raise OrchestrationError("error.lists_old_build", tables=", ".join(missing))


def _read_day(connection: duckdb.DuckDBPyConnection, season: str) -> SendingDay:
    rows = _rows(connection, _LIST_DAYS + _DAY, season)
    if not rows:
        raise OrchestrationError("error.lists_no_window", season=season)
    return SendingDay(*rows[0])


def _refuse_day(day: SendingDay, register: Register) -> None:
    """Lists are drawn on working days of the vetting window, and none before one that was sent."""
    if not day.first_day_on <= day.today_on <= day.last_day_on:
        raise OrchestrationError(
            "error.lists_outside_window", day=day.today_on, first=day.first_day_on, last=day.last_day_on
        )
    if not day.is_working:
        key = "error.lists_day_off" if day.next_working_on else "error.lists_day_off_last"
        raise OrchestrationError(key, day=day.today_on, next=day.next_working_on, last=day.last_day_on)
    refuse_future(day.clock_at)
    newest = register.newest_received_at
    if newest is not None and day.clock_at < newest:
        raise OrchestrationError("error.lists_later_sent", as_of=_shown(day.clock_at), sent_at=_shown(newest))


def _shown(moment: datetime) -> str:
    from orchestration.console_values import local

    return local(moment)


def _candidate(row: Sequence[Any]) -> Candidate:
    from ingestion.list_identities import VaultRow

    candidate_no, body_code, addressee_code, change_code, previous, batch_id, row_number, key = row
    vault_row = VaultRow(batch_id, row_number, key)
    return Candidate(candidate_no, body_code, addressee_code, change_code, previous, vault_row)


def _body(row: Sequence[Any]) -> Body:
    code, order, language, name_kk, name_ru, name_en, last_day_on = row
    return Body(code, order, language, {"kk": name_kk, "ru": name_ru, "en": name_en}, last_day_on)


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, season: str) -> list[tuple[Any, ...]]:
    return connection.execute(sql, {"season": season}).fetchall()
