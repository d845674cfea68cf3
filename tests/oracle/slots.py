"""Who has which place: Order §2.7, §5.4, §7.1, §8.1, A42, A47 (`docs/rules.md`, "Slots and places").

What belongs here: requests for places played one after another, who is owed one, and the Commission's
sessions. What does not: who enters a stage (`season.py`), valid claims (`sittings.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.oracle import order
from tests.oracle.calendar import is_working, local_date
from tests.oracle.people import accounts_of
from tests.oracle.publication import ACTS, Publications
from tests.oracle.reading import Row, Tables
from tests.oracle.season import OracleSeason
from tests.oracle.sittings import Sittings
from tests.oracle.stops import Stops

#: §5.4, §7.1, §8.1: the list that opens booking; of the text test it is the intake (§2.7).
LIST_BEFORE = {
    "text_test": "vetting",
    "numeric_test": "text_test",
    "situational": "numeric_test",
    "assessment_centre": "situational",
    "interview": "assessment_centre",
    "expert_commission": "interview",
}
#: §7.4: the one window that the calendar has.
BOOKING = {"interview": (order.local(2025, 9, 22, 9), order.local(2025, 9, 23))}
#: §7.1, A42.
PLACED_AUTOMATICALLY = frozenset({"assessment_centre", "interview", "expert_commission"})
#: §7.2.
WHOLE_DAYS = frozenset({"assessment_centre"})
#: §8.1, A47.
PREPARATION_DAYS = 7
PREPARATION_FROM = date(2025, 10, 3)
_DAY = timedelta(days=1)

Seat = tuple[str, str, bool]


@dataclass(frozen=True)
class Request:
    """Somebody asks for a place, or an act gives one; `by` is booking, platform, placed or decided."""

    name: str
    by: str
    candidate_no: str
    stage_code: str
    slot: Row | None
    moment: datetime
    acts_before: int

    @property
    def is_act(self) -> bool:
        """Whether an act of the book gives the place."""
        return self.by in ("placed", "decided")

    @property
    def seat(self) -> Seat:
        """What a candidate has one place of."""
        assert self.slot is not None
        return self.candidate_no, self.stage_code, self.slot["is_resit"]


@dataclass
class OraclePlaces:
    """What became of each request by name; the slot and turn of each seat; what each candidate is owed."""

    outcomes: dict[str, str] = field(default_factory=dict)
    places: dict[Seat, tuple[str, int]] = field(default_factory=dict)
    owed: dict[tuple[str, str], str] = field(default_factory=dict)


class Desk:
    """The requests of a season and everything that they are judged by."""

    def __init__(self, tables: Tables, as_of: datetime, season: OracleSeason) -> None:
        self.tables, self.as_of = tables, as_of
        self.accounts = accounts_of(tables, as_of)
        self.stops = Stops(tables, self.accounts)
        self.sittings = Sittings(tables)
        self.publications = Publications(tables, as_of)
        self.entrants = {
            stage: {who for code, who in season.computed if code == stage} for stage in LIST_BEFORE
        }
        self.slots = {row["slot_no"]: row for row in tables.rows("platform__slots")}
        self.acts: dict[str, dict[int, datetime]] = defaultdict(dict)
        for row in tables.rows("placement__places"):
            self.acts[row["stage_code"]][row["act_no"]] = row["read_until"]

    def listed_at(self, stage: str) -> datetime | None:
        """Moment of the list in force that says who enters the stage; None while there is none."""
        before = LIST_BEFORE[stage]
        first = self.publications.moment(before)
        if first > self.as_of:
            return None
        makers = [
            row
            for row in self.tables.rows(ACTS)
            if row["stage_code"] == before and row["kind_code"] != "kept" and row.received_at <= self.as_of
        ]
        if not self.publications.by_act(before):
            return first
        moment: datetime = max(makers, key=lambda row: row["version"])["acted_at"]
        return moment

    def opens_at(self, stage: str) -> datetime:
        """From when slots of the stage are booked."""
        opens = (
            order.INTAKE_STARTS_AT if stage == "text_test" else self.publications.moment(LIST_BEFORE[stage])
        )
        return max(opens, BOOKING[stage][0]) if stage in BOOKING else opens

    def requests(self) -> list[Request]:
        """All requests of people who have an account, at stages with slots."""
        found = []
        for row in self.tables.rows("platform__bookings"):
            stage, who = row["stage_code"], row["candidate_no"]
            if stage in LIST_BEFORE and who in self.accounts:
                before = sum(1 for until in self.acts[stage].values() if until < row.first_received_at)
                by = "platform" if row["is_auto_assigned"] else "booking"
                name = f"booking/{row['booking_id']}"
                found.append(Request(name, by, who, stage, self._meant(row), row["booked_at"], before))
        for row in self.tables.rows("placement__places"):
            stage, who = row["stage_code"], row["candidate_no"]
            if stage in LIST_BEFORE and who in self.accounts:
                before = sum(1 for number in self.acts[stage] if number < row["act_no"])
                slot = self._slot(row["slot_no"], stage)
                name = f"act/{row['act_no']}/{who}"
                found.append(Request(name, row["placement_code"], who, stage, slot, row["placed_at"], before))
        return found

    def _slot(self, number: str, stage: str) -> Row | None:
        slot = self.slots.get(number)
        return slot if slot is not None and slot["stage_code"] == stage else None

    def _meant(self, booking: Row) -> Row | None:
        if booking["slot_no"] is not None:
            return self._slot(booking["slot_no"], booking["stage_code"])
        fitting = [
            slot
            for number, slot in sorted(self.slots.items())
            if slot["stage_code"] == booking["stage_code"]
            and slot["starts_at"] == booking["slot_starts_at"]
            and not slot["is_resit"]
            and self.is_open_to(slot, booking["candidate_no"]) is None
        ]
        return fitting[0] if fitting else None

    def is_open_to(self, slot: Row, candidate_no: str) -> str | None:
        """What closes a slot to a candidate, whenever it is asked for."""
        account = self.accounts[candidate_no]
        if slot["track_code"] not in (None, account.track):
            return "other_track"
        if slot["language_code"] not in (None, account.row["test_language_code"]):
            return "other_language"
        return None

    def refused(self, request: Request) -> str | None:
        """Points 1 to 8: why a request is refused whoever else asks."""
        slot, at, stage = request.slot, request.moment, request.stage_code
        if slot is None:
            return "unknown_slot"
        closed = self.is_open_to(slot, request.candidate_no)
        if closed is not None:
            return closed
        if slot["cancelled_at"] is not None and slot["cancelled_at"] <= at:
            return "slot_cancelled"
        asks_window = request.by == "booking" and not slot["is_resit"]
        if asks_window and at < self.opens_at(stage):
            return "before_window"
        if slot["starts_at"] <= at or (asks_window and stage in BOOKING and at >= BOOKING[stage][1]):
            return "after_window"
        if any(stop.is_in_force(at) for stop in self.stops.of(request.candidate_no)):
            return "stopped"
        listed_at = self.listed_at(stage)
        if listed_at is not None and listed_at <= at and request.candidate_no not in self.entrants[stage]:
            return "not_admitted"
        if slot["is_resit"]:
            return self._refused_resit(request, slot)
        if request.by == "platform" and stage not in PLACED_AUTOMATICALLY:
            return "no_placement"
        return None

    def _refused_resit(self, request: Request, slot: Row) -> str | None:
        if (request.candidate_no, request.stage_code) not in self.sittings.entitled:
            return "no_resit"
        stage = request.stage_code
        if stage not in order.PROCTORING:
            return "outside_resit_window"
        first, last = order.SITTING_STARTS_AT[stage], order.PROCTORING[stage][1]
        is_within = first <= slot["starts_at"] and slot["ends_at"] <= last
        return None if is_within else "outside_resit_window"

    def given_up(self, request: Request) -> tuple[datetime, str] | None:
        """When and why a place is given up although nobody asks for another."""
        slot = request.slot
        assert slot is not None
        goes = [stop.starts_at for stop in self.stops.of(request.candidate_no)]
        listed_at = self.listed_at(request.stage_code)
        if listed_at is not None and request.candidate_no not in self.entrants[request.stage_code]:
            goes.append(listed_at)
        first = min((at for at in goes if request.moment < at <= self.as_of), default=None)
        ways = [(first, "released")] if first is not None and first < slot["starts_at"] else []
        if slot["cancelled_at"] is not None and slot["cancelled_at"] > request.moment:
            ways.append((slot["cancelled_at"], "cancelled"))
        return min(ways, default=None)


def places_of(tables: Tables, as_of: datetime, season: OracleSeason) -> OraclePlaces:
    """Every request in the one order, then what is held and owed."""
    desk, found = Desk(tables, as_of, season), OraclePlaces()
    events: list[tuple[int, bool, datetime, bool, str, Request, str]] = []
    for one in desk.requests():
        refusal = desk.refused(one)
        if refusal is not None:
            found.outcomes[one.name] = refusal
            continue
        events.append((one.acts_before, one.is_act, one.moment, True, one.name, one, ""))
        left = desk.given_up(one)
        if left is not None:
            at, way = left
            known = sum(1 for until in desk.acts[one.stage_code].values() if until < at)
            events.append((max(known, one.acts_before + one.is_act), False, at, False, one.name, one, way))
    held: dict[Seat, Request] = {}
    for *_, is_arrival, name, one, way in sorted(events, key=lambda event: event[:5]):
        if not is_arrival:
            if held.get(one.seat) is one:
                del held[one.seat]
                found.outcomes[name] = way
            continue
        refusal = _against_others(one, held)
        if refusal is not None:
            found.outcomes[name] = refusal
            continue
        if one.seat in held:
            found.outcomes[held.pop(one.seat).name] = "moved"
        held[one.seat] = one
        found.outcomes[name] = "held"
    _number(found, held)
    _owe(desk, found, held)
    return found


def _against_others(one: Request, held: Mapping[Seat, Request]) -> str | None:
    """Points 9 to 11: why a request is refused by what others, or the candidate, have at that time."""
    own, slot = held.get(one.seat), one.slot
    assert slot is not None
    if own is not None and own.slot is slot:
        return "already_held"
    if own is not None and one.by in ("platform", "placed"):
        return "already_placed"
    for seat, other in held.items():
        if seat[0] == one.candidate_no and seat != one.seat and _clash(one, other):
            return "same_day"
    taken = sum(1 for other in held.values() if other.slot is slot)
    return "slot_full" if not one.is_act and taken >= slot["capacity"] else None


def _clash(one: Request, other: Request) -> bool:
    mine, theirs = one.slot, other.slot
    assert mine is not None and theirs is not None
    if mine["starts_at"] < theirs["ends_at"] and theirs["starts_at"] < mine["ends_at"]:
        return True
    is_whole_day = one.stage_code in WHOLE_DAYS or other.stage_code in WHOLE_DAYS
    return is_whole_day and local_date(mine["starts_at"]) == local_date(theirs["starts_at"])


def _number(found: OraclePlaces, held: Mapping[Seat, Request]) -> None:
    """Turns within each slot, in the one order."""
    queues: dict[str, list[Request]] = defaultdict(list)
    for one in held.values():
        assert one.slot is not None
        queues[one.slot["slot_no"]].append(one)
    for number, queue in queues.items():
        queue.sort(key=lambda one: (one.acts_before, one.is_act, one.moment, one.name))
        for turn, one in enumerate(queue, start=1):
            found.places[one.seat] = (number, turn)


def _owe(desk: Desk, found: OraclePlaces, held: Mapping[Seat, Request]) -> None:
    for stage, entrants in desk.entrants.items():
        if desk.listed_at(stage) is None:
            continue
        for who in entrants:
            if any(stop.is_in_force(desk.as_of) for stop in desk.stops.of(who)):
                continue
            attendance = desk.sittings.attendance(who, stage)
            is_resit = attendance.counted is None and not attendance.is_absent
            if attendance.is_absent and desk.publications.moment(stage) <= desk.as_of:
                continue
            if attendance.counted is not None:
                continue
            has = held.get((who, stage, is_resit))
            last = desk.sittings.last_started_at(who, stage)
            if has is not None and has.slot is not None and (last is None or has.slot["starts_at"] > last):
                continue
            otherwise = "to_place" if stage in PLACED_AUTOMATICALLY else "to_choose"
            found.owed[stage, who] = "resit" if is_resit else otherwise


def preparation_on(session_on: date, listed_on: date) -> date:
    """A47: the day of the preparation meeting."""
    day = max(session_on - PREPARATION_DAYS * _DAY, listed_on, PREPARATION_FROM)
    while not is_working(day):
        day += _DAY
    return day
