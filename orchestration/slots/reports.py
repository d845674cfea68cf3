"""What `rezerv slots show`, `timetable` and `export` tell, from the current release.

Belongs here: read-only questions about capacity, places and the Commission's sessions. Not here: drawing
(`console.py`), files for the platform (`exports.py`), what a place is (`dbt_project/`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orchestration.errors import UserError
from orchestration.release_reading import open_release

if TYPE_CHECKING:
    from orchestration.settings import Settings

Row = dict[str, Any]
NEEDED_TABLES = (
    "core.fct_commission_seats", "core.fct_commission_sessions", "core.fct_commission_turns",
    "core.fct_places", "core.fct_places_owed", "core.fct_slot_loads", "reporting.rpt_refused_bookings",
    "reporting.rpt_slot_stages", "seeds.stage_slots",
)  # fmt: skip

_STAGES = """
select s.*, t.name_{language} as name from reporting.rpt_slot_stages as s
inner join seeds.stages as t
    on t.season_code::varchar = s.season_code and t.stage_code = s.stage_code
where s.season_code = $season and (s.count_slots > 0 or s.count_without > 0)
order by s.stage_order, s.is_resit
"""
_SLOTS = """
select * from core.fct_slot_loads where season_code::varchar = $season and stage_code = $stage
order by starts_at, slot_no
"""
_REFUSED = """
select text_{language} as text, count(*) as count from reporting.rpt_refused_bookings
where season_code = $season and stage_code = $stage group by all order by count desc, text
"""
_OWED = """
select owed_code, candidate_no, track_code from core.fct_places_owed
where season_code::varchar = $season and stage_code = $stage order by owed_code, candidate_no
"""
_SESSIONS = """
select s.*, t.name_{language} as track from core.fct_commission_sessions as s
inner join seeds.tracks as t on t.season_code::varchar = s.season_code and t.track_code = s.track_code
where s.season_code = $season order by s.slot_on, s.track_code, s.room_code
"""
_SEATS = """
select slot_on, track_code, room_code, member_code, role_code, count_recused from core.fct_commission_seats
where season_code = $season
order by slot_on, track_code, room_code,
    case role_code when 'permanent' then 1 when 'track' then 2 else 3 end, member_code
"""
_TURNS = """
select * from core.fct_commission_turns where season_code = $season
order by starts_at, track_code, room_code, candidate_no
"""
_PLACES = """
select p.candidate_no, p.slot_no, p.starts_at, p.ends_at, p.room_code, p.is_resit, p.arrival_code
from core.fct_places as p
where p.season_code = $season and p.stage_code = $stage
order by p.candidate_no, p.is_resit
"""


@dataclass(frozen=True)
class StageShown:
    """A stage's slots one by one, why requests were refused, and who has no place."""

    stage: str
    slots: list[Row]
    refused: list[Row]
    owed: list[Row]


@dataclass(frozen=True)
class Timetable:
    """Sessions of the Expert Commission, who sits at them, and the turns of candidates."""

    sessions: list[Row]
    seats: list[Row]
    turns: list[Row]

    def seats_of(self, session: Row) -> list[Row]:
        """Who sits at a session."""
        return [seat for seat in self.seats if _session(seat) == _session(session)]

    def turns_of(self, session: Row) -> list[Row]:
        """The turns of a session, in order."""
        return [turn for turn in self.turns if _session(turn) == _session(session)]


def _session(row: Row) -> tuple[Any, Any, Any]:
    return row["slot_on"], row["track_code"], row["room_code"]


def read_stages(settings: Settings) -> list[Row]:
    """The capacity picture of every stage that has slots or people without one."""
    source = open_release(settings, NEEDED_TABLES)
    return source.reading.rows(_STAGES, {"season": settings.season})


def read_stage(settings: Settings, stage: str) -> StageShown:
    """One stage slot by slot; `UserError` for a stage without slots."""
    source = open_release(settings, NEEDED_TABLES)
    require_stage(settings, stage)
    params = {"season": settings.season, "stage": stage}
    slots, refused, owed = (source.reading.rows(sql, params) for sql in (_SLOTS, _REFUSED, _OWED))
    return StageShown(stage, slots, refused, owed)


def read_timetable(settings: Settings) -> Timetable:
    """The Expert Commission's timetable as places stand."""
    source = open_release(settings, NEEDED_TABLES)
    params = {"season": settings.season}
    sessions, seats, turns = (source.reading.rows(sql, params) for sql in (_SESSIONS, _SEATS, _TURNS))
    return Timetable(sessions, seats, turns)


def read_places(settings: Settings, stage: str) -> list[Row]:
    """Who has which place at a stage; `UserError` for a stage without slots."""
    source = open_release(settings, NEEDED_TABLES)
    require_stage(settings, stage)
    return source.reading.rows(_PLACES, {"season": settings.season, "stage": stage})


def require_stage(settings: Settings, stage: str) -> None:
    """`UserError` unless places are chosen at the stage."""
    source = open_release(settings, NEEDED_TABLES)
    rows = source.reading.rows(
        "select stage_code from seeds.stage_slots where season_code::varchar = $season order by stage_code",
        {"season": settings.season},
    )
    codes = [row["stage_code"] for row in rows]
    if stage not in codes:
        raise UserError("error.slots_stage", stage=stage, stages=", ".join(codes))
