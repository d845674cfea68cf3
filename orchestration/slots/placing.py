"""Placing people in free slots from a seed, as anybody can repeat it (Order §7.1; docs/decisions/0029).

Belongs here: pure functions of seed, people and free places, and how both are written as bytes. Not here: who
is placed and what is free (`dbt_project/`), keeping an act (`placements.py`).

The algorithm, for another language: people are ordered by the SHA-256, in lower-case hex, of the UTF-8 text
`<seed>|candidate|<candidate_no>`, slots by start and number. One after another gets a place in the first slot
open to them that has one free. Who finds none is searched a way, shortest first: a slot open to them, one of
those placed there who can be placed in another slot, and so on to a free place; slots in their order, people
in theirs. Each on the way moves on by one. Who has no way stays without a place.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from orchestration.assignment.dealing import list_bytes, ordered

PEOPLE_COLUMNS = ("candidate_no", "track_code", "language_code", "is_resit", "barred_slots")
FREE_COLUMNS = ("slot_no", "starts_at", "track_code", "language_code", "is_resit", "places")
PLACE_COLUMNS = ("candidate_no", "slot_no")
_YES, _NO = "true", "false"


@dataclass(frozen=True)
class Person:
    """Somebody to be placed; barred: numbers of slots that another place of theirs leaves no room for."""

    candidate_no: str
    track: str
    language: str
    is_resit: bool = False
    barred: frozenset[str] = frozenset()


@dataclass(frozen=True)
class FreeSlot:
    """A slot with free places; starts_at as text that orders as time does. Empty: any track, any language."""

    slot_no: str
    starts_at: str
    places: int
    track: str = ""
    language: str = ""
    is_resit: bool = False

    def takes(self, person: Person) -> bool:
        """Whether the slot is open to somebody, free or not."""
        return (
            self.is_resit == person.is_resit
            and self.track in ("", person.track)
            and self.language in ("", person.language)
            and self.slot_no not in person.barred
        )


@dataclass(frozen=True)
class Placed:
    """Slot of each person by candidate number, and who has none, in the order of the seed."""

    slots: Mapping[str, str]
    without: tuple[Person, ...]


def place(seed: str, people: Iterable[Person], free: Iterable[FreeSlot]) -> Placed:
    """Place as many as places allow; everybody if places suffice. Any order of the input gives the same."""
    by_number = {person.candidate_no: person for person in people}
    in_order = [by_number[number] for number in ordered(seed, "candidate", by_number)]
    slots = sorted(free, key=lambda slot: (slot.starts_at, slot.slot_no))
    desk = _Desk(slots, in_order)
    without = tuple(person for person in in_order if not desk.seat(person))
    return Placed({number: desk.slot_of[number] for number in sorted(desk.slot_of)}, without)


class _Desk:
    def __init__(self, slots: Sequence[FreeSlot], in_order: Sequence[Person]) -> None:
        self._rank = {person.candidate_no: rank for rank, person in enumerate(in_order)}
        self._left = {slot.slot_no: slot.places for slot in slots}
        self._seated: dict[str, dict[str, Person]] = {slot.slot_no: {} for slot in slots}
        self._slots = slots
        self._open: dict[tuple[str, str, bool, frozenset[str]], tuple[str, ...]] = {}
        self.slot_of: dict[str, str] = {}

    def seat(self, person: Person) -> bool:
        """Give a place, others moving on where they must; false, and nothing changed, where no way leads."""
        for number in self._open_to(person):
            if self._left[number] > 0:
                self._left[number] -= 1
                self._sit(person, number)
                return True
        return self._move_on(person)

    def _move_on(self, person: Person) -> bool:
        came: dict[str, tuple[str, Person]] = {}
        ahead = deque((number, "", person) for number in self._open_to(person))
        while ahead:
            number, from_slot, mover = ahead.popleft()
            if number in came:
                continue
            came[number] = (from_slot, mover)
            if self._left[number] > 0:
                self._left[number] -= 1
                self._walk_back(number, came)
                return True
            seated = sorted(self._seated[number].values(), key=lambda one: self._rank[one.candidate_no])
            ahead.extend((other, number, one) for one in seated for other in self._open_to(one))
        return False

    def _walk_back(self, number: str, came: Mapping[str, tuple[str, Person]]) -> None:
        while number:
            from_slot, mover = came[number]
            if from_slot:
                del self._seated[from_slot][mover.candidate_no]
            self._sit(mover, number)
            number = from_slot

    def _sit(self, person: Person, number: str) -> None:
        self._seated[number][person.candidate_no] = person
        self.slot_of[person.candidate_no] = number

    def _open_to(self, person: Person) -> tuple[str, ...]:
        kind = (person.track, person.language, person.is_resit, person.barred)
        if kind not in self._open:
            self._open[kind] = tuple(slot.slot_no for slot in self._slots if slot.takes(person))
        return self._open[kind]


def people_bytes(people: Iterable[Person]) -> bytes:
    """The list of people as its hash is taken."""
    return list_bytes(
        PEOPLE_COLUMNS,
        [
            (one.candidate_no, one.track, one.language, _flag(one.is_resit), "|".join(sorted(one.barred)))
            for one in people
        ],
    )


def free_bytes(free: Iterable[FreeSlot]) -> bytes:
    """The list of free places as its hash is taken."""
    return list_bytes(
        FREE_COLUMNS,
        [
            (one.slot_no, one.starts_at, one.track, one.language, _flag(one.is_resit), str(one.places))
            for one in free
        ],
    )


def place_bytes(slots: Mapping[str, str]) -> bytes:
    """The places given as their hash is taken."""
    return list_bytes(PLACE_COLUMNS, slots.items())


def read_people(content: bytes) -> list[Person]:
    """People of such a list; `ValueError` for other columns."""
    return [
        Person(number, track, language, resit == _YES, frozenset(filter(None, barred.split("|"))))
        for number, track, language, resit, barred in read_rows(PEOPLE_COLUMNS, content)
    ]


def read_free(content: bytes) -> list[FreeSlot]:
    """Free places of such a list; `ValueError` for other columns."""
    return [
        FreeSlot(number, starts_at, int(places), track, language, resit == _YES)
        for number, starts_at, track, language, resit, places in read_rows(FREE_COLUMNS, content)
    ]


def read_rows(columns: Sequence[str], content: bytes) -> list[list[str]]:
    """Rows of a list with exactly these columns; `ValueError` otherwise."""
    header, *rows = list(csv.reader(io.StringIO(content.decode(), newline=""))) or [[]]
    if tuple(header) != tuple(columns) or any(len(row) != len(columns) for row in rows):
        raise ValueError("other columns")
    return rows


def _flag(value: bool) -> str:
    return _YES if value else _NO
