"""What must hold of places in any crowd (Order §7.1; docs/rules.md, Slots and places): properties, and cases
worked by hand.

Hypothesis makes small crowds up and the compiled SQL judges them; an audit that shares no code replays what
it says. Each property is shown to be able to fail over SQL that is wrong on purpose.
"""

from __future__ import annotations

import os
from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.season import CompiledProject
from tests.support.small_slots import (
    BY_HOUR,
    HOUR,
    OPENS,
    WHOLE_DAY,
    Ask,
    Crowd,
    Given,
    Slot,
    SmallSlots,
    audit,
    busy,
)

EXAMPLES = int(os.environ.get("CUT_EXAMPLES", "25"))
MINUTE = timedelta(minutes=1)
DAY = OPENS + 15 * HOUR


@pytest.fixture(scope="module")
def small(compiled_project: CompiledProject) -> SmallSlots:
    return SmallSlots(compiled_project)


@st.composite
def crowds(draw: st.DrawFn) -> Crowd:
    """Few slots of two stages, many equal moments, moves, cancellations, people who leave."""
    moments = [OPENS + n * HOUR for n in range(-1, 8)]
    slots = tuple(
        Slot(
            f"S-{n}",
            draw(st.sampled_from([WHOLE_DAY, BY_HOUR, BY_HOUR])),
            draw(st.sampled_from([DAY, DAY + HOUR, DAY + 24 * HOUR, OPENS + 5 * HOUR])),
            draw(st.integers(0, 3)),
            draw(st.sampled_from([1, 2, 6])),
            draw(st.sampled_from([None, None, None, *moments[2:]])),
        )
        for n in range(draw(st.integers(1, 5)))
    )
    people = draw(st.integers(2, 6))
    asks = tuple(
        Ask(
            f"B-{n:03d}",
            draw(st.integers(0, people - 1)),
            draw(st.sampled_from(slots)).slot_no,
            draw(st.sampled_from(moments)),
            draw(st.integers(0, 6)) == 0,
        )
        for n in range(draw(st.integers(1, 24)))
    )
    leaves = tuple(
        (who, draw(st.sampled_from(moments))) for who in range(people) if draw(st.integers(0, 4)) == 0
    )
    closes = {BY_HOUR: moments[6]} if draw(st.booleans()) else {}
    return Crowd(slots, asks, (), leaves, people, closes)


def judge(small: SmallSlots, crowd: Crowd) -> list[str]:
    outcomes = small.compute(crowd)
    return audit(crowd, outcomes) + busy(crowd, small.places())


@given(crowds())
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_first_come_first_served_within_capacity(small: SmallSlots, crowd: Crowd) -> None:
    assert judge(small, crowd) == []


@given(crowds(), st.integers(0, 99))
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_rows_and_the_threads_change_nothing(small: SmallSlots, crowd: Crowd, seed: int) -> None:
    outcomes, places = small.compute(crowd), small.places()
    rng = Random(seed)
    shuffled = Crowd(
        tuple(rng.sample(crowd.slots, len(crowd.slots))),
        tuple(rng.sample(crowd.asks, len(crowd.asks))),
        (),
        tuple(rng.sample(crowd.leaves, len(crowd.leaves))),
        crowd.people,
        crowd.closes_at,
    )
    assert (small.compute(shuffled, threads=4), small.places()) == (outcomes, places)


@pytest.mark.parametrize(
    "broken",
    [
        (">= placed.capacity", "> placed.capacity"),
        ("least(out_no, min(accepted_no)", "coalesce(null, min(accepted_no)"),
        ("'same_day'", "null"),
        ("order by count_acts_before, is_act, happened_at, is_arrival, arrival_id",
         "order by count_acts_before, is_act, happened_at desc, is_arrival, arrival_id"),
        ("when placed.held_slot_no = placed.slot_no then 'already_held'", ""),
    ],
    ids=["one too many", "who leaves stays", "two on a day", "last come first served", "twice the same"],
)  # fmt: skip
def test_the_audit_finds_sql_that_is_wrong(
    compiled_project: CompiledProject, broken: tuple[str, str]
) -> None:
    wrong = SmallSlots(compiled_project, broken)
    rng = Random(5)
    found: list[str] = []
    for _ in range(60):
        slots = tuple(
            Slot(f"S-{n}", stage, DAY + n * HOUR, rng.randint(1, 2), 2)
            for n, stage in enumerate((WHOLE_DAY, BY_HOUR, BY_HOUR))
        )
        asks = tuple(
            Ask(f"B-{n:03d}", rng.randrange(4), rng.choice(slots).slot_no, OPENS + rng.randrange(4) * HOUR)
            for n in range(16)
        )
        found += judge(wrong, Crowd(slots, asks, (), ((0, OPENS + 2 * HOUR),), 4))
    assert found


# -- worked by hand

ONE = Slot("ONE", BY_HOUR, DAY, 1)
OTHER = Slot("OTHER", BY_HOUR, DAY + HOUR, 1)
T = [OPENS + n * MINUTE for n in range(10)]


def test_equal_moments_are_decided_by_the_number_of_the_booking(small: SmallSlots) -> None:
    asks = (Ask("B-2", 1, "ONE", T[1]), Ask("B-1", 2, "ONE", T[1]))
    assert small.compute(Crowd((ONE,), asks)) == {"B-1": "held", "B-2": "slot_full"}


def test_no_place_and_one(small: SmallSlots) -> None:
    none = Slot("NONE", BY_HOUR, DAY, 0)
    asks = (Ask("B-1", 1, "NONE", T[1]), Ask("B-2", 1, "ONE", T[2]), Ask("B-3", 2, "ONE", T[3]))
    assert small.compute(Crowd((none, ONE), asks)) == {"B-1": "slot_full", "B-2": "held", "B-3": "slot_full"}


def test_the_last_second_of_the_window(small: SmallSlots) -> None:
    closes = OPENS + HOUR
    second = timedelta(seconds=1)
    asks = (
        Ask("B-1", 1, "ONE", closes - second), Ask("B-2", 2, "OTHER", closes),
        Ask("B-3", 3, "OTHER", OPENS - second),
        Ask("B-4", 4, "OTHER", OPENS),
    )  # fmt: skip
    found = small.compute(Crowd((ONE, OTHER), asks, closes_at={BY_HOUR: closes}))
    assert found == {"B-1": "held", "B-2": "after_window", "B-3": "before_window", "B-4": "held"}


def test_a_move_frees_the_place_for_who_comes_after_and_for_nobody_before(small: SmallSlots) -> None:
    asks = (
        Ask("B-1", 1, "ONE", T[1]), Ask("B-2", 2, "ONE", T[2]), Ask("B-3", 1, "OTHER", T[3]),
        Ask("B-4", 3, "ONE", T[4]),
    )  # fmt: skip
    found = small.compute(Crowd((ONE, OTHER), asks))
    assert found == {"B-1": "moved", "B-2": "slot_full", "B-3": "held", "B-4": "held"}


def test_who_cannot_move_keeps_what_they_have(small: SmallSlots) -> None:
    asks = (Ask("B-1", 1, "ONE", T[1]), Ask("B-2", 2, "OTHER", T[2]), Ask("B-3", 1, "OTHER", T[3]))
    found = small.compute(Crowd((ONE, OTHER), asks))
    assert found == {"B-1": "held", "B-2": "held", "B-3": "slot_full"}


def test_a_slot_cancelled_after_bookings_is_nobodys_and_an_earlier_place_does_not_come_back(
    small: SmallSlots,
) -> None:
    gone = Slot("GONE", BY_HOUR, DAY + 2 * HOUR, 5, cancelled_at=T[4])
    asks = (
        Ask("B-1", 1, "ONE", T[1]), Ask("B-2", 1, "GONE", T[2]), Ask("B-3", 2, "ONE", T[3]),
        Ask("B-4", 3, "GONE", T[5]), Ask("B-5", 1, "OTHER", T[6]),
    )  # fmt: skip
    assert small.compute(Crowd((ONE, OTHER, gone), asks)) == {
        "B-1": "moved", "B-2": "cancelled", "B-3": "held", "B-4": "slot_cancelled", "B-5": "held",
    }  # fmt: skip


def test_who_is_excluded_frees_the_place_from_that_moment_on(small: SmallSlots) -> None:
    asks = (
        Ask("B-1", 1, "ONE", T[1]), Ask("B-2", 2, "ONE", T[2]), Ask("B-3", 3, "ONE", T[3]),
        Ask("B-4", 1, "OTHER", T[4]),
    )  # fmt: skip
    found = small.compute(Crowd((ONE, OTHER), asks, leaves=((1, T[3]),)))
    assert found == {"B-1": "released", "B-2": "slot_full", "B-3": "held", "B-4": "stopped"}


def test_who_leaves_after_the_slot_has_begun_frees_nothing(small: SmallSlots) -> None:
    asks = (Ask("B-1", 1, "ONE", T[1]), Ask("B-2", 2, "OTHER", T[1]))
    found = small.compute(Crowd((ONE, OTHER), asks, leaves=((1, DAY), (2, DAY))))
    assert found == {"B-1": "held", "B-2": "released"}


def test_an_assessment_day_leaves_room_for_nothing_else_on_it(small: SmallSlots) -> None:
    whole = Slot("AC", WHOLE_DAY, DAY, 5, hours=6)
    evening = Slot("EVENING", BY_HOUR, DAY + 8 * HOUR, 5)
    next_day = Slot("NEXT", BY_HOUR, DAY + 24 * HOUR, 5)
    asks = (
        Ask("B-1", 1, "AC", T[1]), Ask("B-2", 1, "EVENING", T[2]), Ask("B-3", 1, "NEXT", T[3]),
        Ask("B-4", 2, "EVENING", T[1]), Ask("B-5", 2, "AC", T[2]),
    )  # fmt: skip
    assert small.compute(Crowd((whole, evening, next_day), asks)) == {
        "B-1": "held", "B-2": "same_day", "B-3": "held", "B-4": "held", "B-5": "same_day",
    }  # fmt: skip


def test_a_booking_that_the_act_did_not_know_takes_no_place_from_who_was_placed(small: SmallSlots) -> None:
    """It was made before the act and came after it: it has what the act left."""
    act = OPENS + HOUR
    asks = (
        Ask("B-1", 1, "ONE", T[1], received=act + MINUTE),
        Ask("B-2", 1, "OTHER", T[2], received=act + MINUTE),
    )  # fmt: skip
    crowd = Crowd((ONE, OTHER), asks, (Given(1, 2, "ONE", act),))
    assert small.compute(crowd) == {"B-1": "slot_full", "B-2": "held", "1/R25-000002": "held"}
    known = Crowd((ONE, OTHER), tuple(Ask(a.booking_id, a.who, a.slot_no, a.at) for a in asks), crowd.given)
    assert small.compute(known) == {"B-1": "moved", "B-2": "held", "1/R25-000002": "held"}


def test_what_an_act_gave_stands_where_the_catalogue_names_less_afterwards(small: SmallSlots) -> None:
    act = OPENS + HOUR
    less = Slot("ONE", BY_HOUR, DAY, 0)
    crowd = Crowd((less,), (Ask("B-1", 1, "ONE", T[1]),), (Given(1, 2, "ONE", act),))
    assert small.compute(crowd) == {"B-1": "slot_full", "1/R25-000002": "held"}


def test_by_order_an_act_moves_nobody_and_by_a_persons_word_it_does(small: SmallSlots) -> None:
    act = OPENS + HOUR
    asks = (Ask("B-1", 1, "ONE", T[1]),)
    placed = Crowd((ONE, OTHER), asks, (Given(1, 1, "OTHER", act),))
    assert small.compute(placed) == {"B-1": "held", "1/R25-000001": "already_placed"}
    decided = Crowd((ONE, OTHER), asks, (Given(1, 1, "OTHER", act, "decided"),))
    assert small.compute(decided) == {"B-1": "moved", "1/R25-000001": "held"}
