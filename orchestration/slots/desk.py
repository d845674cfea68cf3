"""What an act of placing rests on, from the current release and the acts that it does not know yet.

Belongs here: who is owed a place at a stage, what is free for them, and by which moment all that was known.
What an act gave counts at once, also before it has landed. Not here: placing (`placing.py`), the acts
(`placements.py`), what a place or a debt is (`dbt_project/`, docs/rules.md).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ingestion.clock import local_zone, utc_now
from orchestration.errors import OrchestrationError, UserError
from orchestration.release_reading import open_release
from orchestration.slots.placing import FreeSlot, Person
from orchestration.texts import LANGUAGES

if TYPE_CHECKING:
    from orchestration.release_reading import OpenRelease
    from orchestration.settings import Settings

TO_PLACE, RESIT = "to_place", "resit"
NEEDED_TABLES = (
    "core.dim_slots", "core.fct_booking_outcomes", "core.fct_places", "core.fct_places_owed",
    "core.fct_slot_loads", "reporting.rpt_slot_stages", "seeds.stage_slots",
)  # fmt: skip

_STAGES = """
select stage_code, is_whole_day from seeds.stage_slots
where season_code::varchar = $season order by stage_code
"""
_TRACKS = (
    "select track_code, name_kk, name_ru, name_en from seeds.tracks where season_code::varchar = $season"
)
_OWED = """
select candidate_no, track_code, test_language_code, is_resit, owed_code from core.fct_places_owed
where season_code::varchar = $season and stage_code = $stage and owed_code in ('to_place', 'resit')
order by candidate_no
"""
_SLOTS = """
select slot_no, starts_at, ends_at, slot_on, track_code, language_code, is_resit, is_offered, count_free
from core.fct_slot_loads where season_code::varchar = $season and stage_code = $stage order by slot_no
"""
_ELSEWHERE = """
select p.candidate_no, p.starts_at, p.ends_at, p.slot_on, p.is_resit, p.stage_code, s.is_whole_day
from core.fct_places as p
inner join seeds.stage_slots as s
    on s.season_code::varchar = p.season_code::varchar and s.stage_code = p.stage_code
where p.season_code::varchar = $season
"""
_KNOWN_ACTS = """
select distinct act_no from core.fct_booking_outcomes
where season_code::varchar = $season and stage_code = $stage and act_no is not null
"""
_READ_UNTIL = "select as_of from release.manifest"


@dataclass(frozen=True)
class Desk:
    """A stage as an act finds it; moments are naive UTC.

    slots: of the catalogue by number, free or not. elsewhere: the places that the season's candidates have.
    """

    source: OpenRelease
    stage: str
    is_whole_day: bool
    at: datetime
    read_until: datetime
    people: tuple[Person, ...]
    free: tuple[FreeSlot, ...]
    slots: Mapping[str, Mapping[str, Any]]
    elsewhere: tuple[Mapping[str, Any], ...]
    tracks: Mapping[str, Mapping[str, str]]

    def barred(self, candidate_no: str, is_resit: bool) -> frozenset[str]:
        """Slots that overlap another place of the candidate, or share a day that one of both takes whole."""
        busy = [place for place in self.elsewhere if place["candidate_no"] == candidate_no]
        return frozenset(_barred(self.stage, self.is_whole_day, is_resit, self.slots.values(), busy))


def act_moment(settings: Settings) -> datetime:
    """The season clock to the second; `OrchestrationError('error.slots_future')` if it has not come."""
    now = utc_now()
    if settings.as_of is not None and settings.as_of > now:
        raise OrchestrationError("error.slots_future")
    return (settings.as_of or now).replace(microsecond=0)


def read_desk(settings: Settings, stage: str, given: Mapping[int, Mapping[str, str]]) -> Desk:
    """The stage by the current release, after the acts that it does not know.

    given: slot by candidate number of each act of the book at this stage. `UserError` where the stage has no
    slots.
    """
    source = open_release(settings, NEEDED_TABLES)

    def rows(sql: str) -> list[dict[str, Any]]:
        params = {
            name: value
            for name, value in (("season", settings.season), ("stage", stage))
            if f"${name}" in sql
        }
        return [dict(row) for row in source.reading.rows(sql, params)]

    stages = {row["stage_code"]: row for row in rows(_STAGES)}
    if stage not in stages:
        raise UserError("error.slots_stage", stage=stage, stages=", ".join(stages))
    at = act_moment(settings)
    known = {row["act_no"] for row in rows(_KNOWN_ACTS)}
    fresh = {
        who: slot for act, slots in sorted(given.items()) if act not in known for who, slot in slots.items()
    }
    slots = {row["slot_no"]: row for row in rows(_SLOTS)}
    owed = [row for row in rows(_OWED) if row["candidate_no"] not in fresh]
    elsewhere = rows(_ELSEWHERE)
    busy = _busy(elsewhere, {row["candidate_no"] for row in owed})
    is_whole_day = bool(stages[stage]["is_whole_day"])
    people = tuple(
        Person(
            row["candidate_no"],
            row["track_code"],
            row["test_language_code"],
            row["is_resit"],
            frozenset(
                _barred(stage, is_whole_day, row["is_resit"], slots.values(), busy[row["candidate_no"]])
            ),
        )
        for row in owed
    )
    [manifest] = rows(_READ_UNTIL)
    return Desk(
        source=source,
        stage=stage,
        is_whole_day=is_whole_day,
        at=at,
        read_until=manifest["as_of"],
        people=people,
        free=_free(slots.values(), Counter(fresh.values()), at),
        slots=slots,
        elsewhere=tuple(elsewhere),
        tracks={
            row["track_code"]: {name: row[f"name_{name}"] for name in LANGUAGES} for row in rows(_TRACKS)
        },
    )


def _busy(places: Iterable[Mapping[str, Any]], people: set[str]) -> Mapping[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for place in places:
        if place["candidate_no"] in people:
            found[place["candidate_no"]].append(place)
    return found


def _barred(
    stage: str, is_whole_day: bool, is_resit: bool, slots: Iterable[Mapping[str, Any]],
    busy: Iterable[Mapping[str, Any]],
) -> Iterable[str]:  # fmt: skip
    others = [place for place in busy if (place["stage_code"], place["is_resit"]) != (stage, is_resit)]
    for slot in slots:
        for place in others:
            overlaps = slot["starts_at"] < place["ends_at"] and place["starts_at"] < slot["ends_at"]
            takes_day = is_whole_day or place["is_whole_day"]
            if overlaps or (takes_day and slot["slot_on"] == place["slot_on"]):
                yield slot["slot_no"]
                break


def _free(slots: Iterable[Mapping[str, Any]], taken: Counter[str], at: datetime) -> tuple[FreeSlot, ...]:
    return tuple(
        FreeSlot(
            slot["slot_no"], slot["starts_at"].isoformat(), slot["count_free"] - taken[slot["slot_no"]],
            slot["track_code"] or "", slot["language_code"] or "", slot["is_resit"],
        )
        for slot in slots
        if slot["is_offered"] and slot["starts_at"] > at and slot["count_free"] > taken[slot["slot_no"]]
    )  # fmt: skip


def booking_closes_at(settings: Settings, stage: str) -> datetime | None:
    """When the calendar's window for booking the stage closes, naive UTC; None where it has none (§7.4)."""
    from datetime import UTC

    from orchestration.season_calendar import find_event, read_calendar

    event = find_event(read_calendar(settings.season), stage, "booking")
    return event.closes_at.astimezone(UTC).replace(tzinfo=None) if event else None


def local_text(moment: datetime) -> str:
    """A naive UTC moment as the platform reads it: local, with its offset."""
    from datetime import UTC

    return moment.replace(tzinfo=UTC).astimezone(local_zone()).isoformat()
