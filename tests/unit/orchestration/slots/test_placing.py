"""Placing people in free slots, proved by a checker that shares no code with it (docs/decisions/0029)."""

from __future__ import annotations

import hashlib
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.slots.placing import (
    FreeSlot,
    Person,
    free_bytes,
    people_bytes,
    place,
    read_free,
    read_people,
)
from tests.support.place_checker import Case, faults, most_placed

SEED = "7c" * 32
TRACKS, LANGUAGES = ("agro", "digital"), ("kk", "ru")

Problem = tuple[tuple[Person, ...], tuple[FreeSlot, ...]]


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Few slots, kept for tracks, languages and resits, people who are barred: many have too few places."""
    slots = tuple(
        FreeSlot(
            f"S{n}",
            draw(st.sampled_from(["2025-08-22T04:00:00", "2025-08-22T05:00:00", "2025-08-23T04:00:00"])),
            draw(st.integers(0, 3)),
            draw(st.sampled_from(["", "", *TRACKS])),
            draw(st.sampled_from(["", "", *LANGUAGES])),
            draw(st.booleans()),
        )
        for n in range(draw(st.integers(0, 6)))
    )
    numbers = [slot.slot_no for slot in slots]
    people = tuple(
        Person(
            f"R25-{n:06d}",
            draw(st.sampled_from(TRACKS)),
            draw(st.sampled_from(LANGUAGES)),
            draw(st.booleans()),
            frozenset(draw(st.sets(st.sampled_from(numbers), max_size=2)) if numbers else ()),
        )
        for n in range(draw(st.integers(0, 10)))
    )
    return people, slots


def case_of(problem: Problem) -> Case:
    people, slots = problem
    return Case(
        {one.candidate_no: (one.track, one.language, one.is_resit, one.barred) for one in people},
        {one.slot_no: (one.starts_at, one.places, one.track, one.language, one.is_resit) for one in slots},
    )


@given(problems(), st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_everybody_is_placed_where_places_suffice_and_nobody_where_they_may_not(
    problem: Problem, rng: Random
) -> None:
    case, (people, slots) = case_of(problem), problem
    placed = place(SEED, people, slots)
    assert faults(case, placed.slots) == []
    assert len(placed.slots) == most_placed(case)
    assert {one.candidate_no for one in placed.without} == case.people.keys() - placed.slots.keys()
    shuffled = rng.sample(people, len(people)), rng.sample(slots, len(slots))
    assert place(SEED, *shuffled) == placed
    assert read_people(people_bytes(shuffled[0])) == sorted(people, key=lambda one: one.candidate_no)
    assert sorted(read_free(free_bytes(shuffled[1])), key=str) == sorted(slots, key=str)


def test_the_seed_orders_people_and_the_earliest_places_go_first() -> None:
    """Written from decision 0029 anew: any language can repeat it."""
    people = [Person(f"R25-{n:06d}", "agro", "kk") for n in range(20)]
    slots = [FreeSlot("B", "2025-08-22T04:00:00", 3), FreeSlot("A", "2025-08-22T04:00:00", 5),
             FreeSlot("C", "2025-08-21T04:00:00", 4), FreeSlot("D", "2025-09-01T04:00:00", 100)]  # fmt: skip
    in_turn = ["C"] * 4 + ["A"] * 5 + ["B"] * 3 + ["D"] * 8
    keys = sorted(
        (hashlib.sha256(f"{SEED}|candidate|{one.candidate_no}".encode()).hexdigest(), one.candidate_no)
        for one in people
    )
    expected = {number: slot for (_, number), slot in zip(keys, in_turn, strict=True)}
    assert place(SEED, people, slots).slots == expected
    other = place("8d" * 32, people, slots).slots
    assert other != expected and sorted(other.values()) == sorted(expected.values())


def test_somebody_is_handed_on_where_another_would_have_no_place() -> None:
    """Whoever comes first, the agrarian must take the slot of agro and leave the open one."""
    open_slot = FreeSlot("A-OPEN", "2025-08-22T04:00:00", 1)
    of_track = FreeSlot("B-AGRO", "2025-08-22T05:00:00", 1, track="agro")
    people = [Person("R25-000001", "agro", "kk"), Person("R25-000002", "digital", "kk")]
    for seed in ("00" * 32, "11" * 32, "22" * 32, "33" * 32):
        placed = place(seed, people, [open_slot, of_track])
        assert placed.slots == {"R25-000001": "B-AGRO", "R25-000002": "A-OPEN"}


@pytest.mark.parametrize("places", [0, 1])
def test_no_place_and_one(places: int) -> None:
    people = [Person("R25-000001", "agro", "kk"), Person("R25-000002", "agro", "kk")]
    placed = place(SEED, people, [FreeSlot("A", "2025-08-22T04:00:00", places)])
    assert (len(placed.slots), len(placed.without)) == (places, 2 - places)


def test_lists_of_other_columns_are_refused() -> None:
    with pytest.raises(ValueError, match="columns"):
        read_people(b"candidate_no,track_code\nR25-000001,agro\n")
    with pytest.raises(ValueError, match="columns"):
        read_free(b"")
