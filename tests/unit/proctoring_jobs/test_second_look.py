"""The second look: what happens is found and timed alike, wherever the ticks of the first look fall."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.incidents import changes, find_incidents, incident_rules, supported
from proctoring_jobs.signals import Detection, Observation, Window

CONFIG = ProctoringConfig()
BOX = (0.0, 0.0, 10.0, 10.0)
SECOND, QUARTER = Decimal(1), Decimal("0.25")


def seen(at: Decimal, phone: tuple[Decimal, Decimal], period: Decimal | None) -> Observation:
    things = [Detection("person", 0.9, BOX)]
    if phone[0] <= at < phone[1]:
        things.append(Detection("cell phone", 0.6, BOX))
    return Observation(at, tuple(things), None, period)


def incidents(started: str, seconds: str, *, looks: int) -> list[tuple[str, Decimal, Decimal]]:
    """What is found of a phone in a sitting of 40 seconds."""
    phone = (Decimal(started), Decimal(started) + Decimal(seconds))
    rules = incident_rules(CONFIG)
    first = [seen(Decimal(n), phone, None) for n in range(40)]
    gap = CONFIG.merge_gap_seconds
    closer = [
        seen(n * QUARTER, phone, QUARTER)
        for window in (changes(first, rules, period=SECOND, gap=gap) if looks > 1 else ())
        for n in range(160)
        if n % 4 and window.holds(n * QUARTER)
    ]
    found = find_incidents([*first, *closer], rules, period=SECOND, gap=gap, duration=Decimal(40))
    return [(i.signal_type_code, i.started_seconds, i.duration_seconds) for i in found]


@pytest.mark.parametrize("phase", ["10", "10.1", "10.25", "10.5", "10.75", "10.9"])
def test_a_phone_of_two_seconds_is_found_and_timed_to_a_quarter(phase: str) -> None:
    ((code, started, length),) = incidents(phase, "2", looks=4)
    assert code == "phone"
    assert 0 <= started - Decimal(phase) <= QUARTER
    assert abs(started + length - Decimal(phase) - 2) <= QUARTER


def test_the_first_look_alone_times_to_a_second() -> None:
    assert incidents("10.25", "2", looks=1) == [("phone", Decimal(11), Decimal(2))]


@pytest.mark.parametrize("phase", ["10", "10.25", "10.5", "10.75"])
def test_a_phone_of_a_moment_is_no_incident_for_either(phase: str) -> None:
    assert incidents(phase, "1", looks=1) == incidents(phase, "1", looks=4) == []


def test_a_state_that_lasts_is_looked_at_only_where_it_begins_and_ends() -> None:
    phone = (Decimal(10), Decimal(30))
    first = [seen(Decimal(n), phone, None) for n in range(40)]
    found = changes(first, incident_rules(CONFIG), period=SECOND, gap=Decimal(5))
    assert found == [Window(Decimal(9), Decimal(11)), Window(Decimal(29), Decimal(31))]


def test_nothing_that_changes_is_nothing_to_look_at() -> None:
    first = [seen(Decimal(n), (Decimal(99), Decimal(99)), None) for n in range(40)]
    assert changes(first, incident_rules(CONFIG), period=SECOND, gap=Decimal(5)) == []


def test_weights_of_one_are_votes_by_number() -> None:
    from itertools import product

    for states in product([False, True], repeat=7):
        for votes, window in ((1, 1), (2, 3), (2, 5), (3, 5), (5, 5), (2, 9)):
            by_number = [False] * 7
            for first in range(max(1, 7 - window + 1)):
                places = range(first, min(first + window, 7))
                if sum(states[place] for place in places) >= votes:
                    for place in places:
                        by_number[place] = by_number[place] or states[place]
            assert supported(states, votes, window) == by_number, (states, votes, window)


def test_covered_and_frozen_compare_pictures_of_the_first_look() -> None:
    rules = [rule for rule in incident_rules(CONFIG) if not rule.is_looked_at_again]
    assert [rule.signal_type_code for rule in rules] == ["picture_covered", "picture_frozen"]


def test_the_second_look_is_part_of_what_a_result_rests_on() -> None:
    assert replace(CONFIG, second_look=1).config_hash() != CONFIG.config_hash()
