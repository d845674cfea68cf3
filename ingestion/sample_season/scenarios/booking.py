"""Scenarios of booking: slots that are full, moved, cancelled, or not open to who books them.

Belongs here: bookings that come to nothing, each before the regular one, so that nobody's attendance
changes. Does not belong here: regular bookings and the catalogue (the parent package).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ingestion.sample_season.slot_catalogue import SLOTS, opens_at, slot_row
from ingestion.sample_season.stage import Booked
from ingestion.sample_season.timetable import HOUR
from ingestion.sample_season.world import Scenario, World

NAME = "slot_bookings"
MINUTE = timedelta(minutes=1)


@dataclass
class _Desk:
    """Where the scenario books at one stage: people are taken in a stable order, each once."""

    world: World
    booked: Booked
    people: list[int]
    count: int = 0

    @property
    def stage(self) -> str:
        return self.booked.stage

    def take(self, case: str) -> int:
        """The next person, under the name of a case."""
        idx = self.people.pop(0)
        self.world.note(NAME, f"{self.stage}_{case}", idx)
        return idx

    def ask(self, idx: int, slot: str, minutes: int, *, is_auto: bool = False) -> None:
        """A booking so many minutes after booking opens, before the person's regular one."""
        self.count += 1
        number = self.world.candidate_no[idx]
        code = self.world.streams.code("extra booking", self.stage, number, self.count)
        self.booked.rows.append(
            {
                "booking_id": f"B-{code}",
                "candidate_no": number,
                "stage_code": self.stage,
                "slot_starts_at": self.booked.slots[0]["starts_at"],
                "slot_no": slot,
                "booked_at": opens_at(self.world, self.stage) + minutes * MINUTE,
                "is_auto_assigned": is_auto,
            }
        )

    def add_slot(self, extra: str, capacity: int, **changes: Any) -> str:
        """A slot beside the first of the catalogue."""
        first = self.booked.slots[0]
        row = slot_row(self.world, self.stage, first["starts_at"], capacity, extra=extra) | changes
        self.booked.slots.append(row)
        self.world.outbox.put(SLOTS, opens_at(self.world, self.stage) - 12 * HOUR, [row], self.stage)
        return str(row["slot_no"])


def _crowd(world: World, booked: Booked) -> None:
    """Bookings before the regular ones of people who book late enough."""
    opens = opens_at(world, booked.stage)
    late = [idx for idx, at in booked.booked_at.items() if at >= opens + 90 * MINUTE]
    late.sort(key=lambda idx: world.streams.code(NAME, booked.stage, world.candidate_no[idx]))
    case = {"text_test": _text_test, "numeric_test": _numeric_test, "expert_commission": _commission}
    if booked.stage in case and len(late) >= 12:
        case[booked.stage](_Desk(world, booked, late))


def _text_test(desk: _Desk) -> None:
    """Full, tied, freed by a move, cancelled after booking, the same again, unknown, without a claim."""
    closed = desk.add_slot("FULL", 0)
    desk.ask(desk.take("no_place"), closed, 5)
    narrow = desk.add_slot("ONE", 1)
    tied = [desk.take("tied"), desk.take("tied")]
    for idx in tied:
        desk.ask(idx, narrow, 10)
    single = desk.add_slot("MOVED", 1)
    mover, early, later = desk.take("moves"), desk.take("before_the_move"), desk.take("after_the_move")
    desk.ask(mover, single, 10)
    desk.ask(early, single, 11)
    desk.ask(mover, desk.add_slot("OTHER", 1), 12)
    desk.ask(later, single, 13)
    gone = desk.add_slot("GONE", 5, cancelled_at=opens_at(desk.world, desk.stage) + 30 * MINUTE)
    desk.ask(desk.take("cancelled_after"), gone, 20)
    desk.ask(desk.take("cancelled_before"), gone, 40)
    twice = desk.take("twice")
    again = desk.add_slot("TWICE", 1)
    desk.ask(twice, again, 20)
    desk.ask(twice, again, 21)
    desk.ask(desk.take("unknown"), "TT-NOWHERE", 20)
    resits = next(row["slot_no"] for row in desk.booked.slots if row["is_resit"])
    desk.ask(desk.take("without_claim"), resits, 20)


def _numeric_test(desk: _Desk) -> None:
    """Too early, by the platform although nobody is placed at tests, in the other language."""
    regular = desk.booked.slots[0]["slot_no"]
    desk.ask(desk.take("too_early"), regular, -5)
    desk.ask(desk.take("by_platform"), regular, 15, is_auto=True)
    idx = desk.take("other_language")
    spoken = str(desk.world.people.at[idx, "test_language_code"])
    other = "kk" if spoken == "ru" else "ru"
    desk.ask(idx, desk.add_slot("LANG", 3, language_code=other), 15)


def _commission(desk: _Desk) -> None:
    """A slot of another track; a slot that begins before it is asked for."""
    idx = desk.take("other_track")
    row = next(row for row in desk.booked.slots if row["track_code"] != desk.world.track[idx])
    desk.ask(idx, row["slot_no"], 15)
    past = opens_at(desk.world, desk.stage)
    desk.ask(desk.take("begun"), desk.add_slot("PAST", 3, starts_at=past, ends_at=past + HOUR), 15)


SCENARIOS = (
    Scenario(
        NAME,
        "Slots that are full, tied, freed by a move, cancelled, unknown, or not open to who books them.",
        "Order §2.7, §5.4, §7.1, A42",
        {"booked": _crowd},
    ),
)
