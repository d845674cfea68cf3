"""Choosing experts, proved by a checker that shares no code with it."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.assignment.panel_problem import Expert, Problem, Work, count_parts, shared_works
from orchestration.assignment.panel_shortage import find_lacks
from orchestration.assignment.panel_solver import TooFewPlacesError, assign
from tests.support.panel_checker import Case, evened, faults, loads, most_places, parts, squares

SEED = "5e" * 32
TRACKS = ("agro", "digital", "social")


def case_of(problem: Problem) -> Case:
    return Case(
        {work.work_no: (work.track, work.needs, work.kept) for work in problem.works},
        {expert.code: (expert.tracks, expert.places, expert.load) for expert in problem.experts},
        problem.barred,
    )


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Small pools: several fields, kept experts, unequal loads and places, conflicts; many are too small."""
    experts = [
        Expert(
            f"E{n}",
            frozenset(draw(st.sets(st.sampled_from(TRACKS), min_size=1, max_size=2))),
            draw(st.integers(0, 6)),
            draw(st.integers(0, 3)),
        )
        for n in range(draw(st.integers(0, 9)))
    ]
    codes = [expert.code for expert in experts]
    works = []
    for n in range(draw(st.integers(0, 9))):
        kept = draw(st.sets(st.sampled_from(codes), max_size=3)) if codes else set()
        works.append(Work(f"W{n}", draw(st.sampled_from(TRACKS)), 3 - len(kept), tuple(sorted(kept))))
    barred = {(work.work_no, code) for work in works for code in codes if draw(st.integers(0, 9)) == 0}
    return Problem(tuple(works), tuple(experts), frozenset(barred))


@given(problems())
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_constraint_holds_or_nothing_fits(problem: Problem) -> None:
    case = case_of(problem)
    needed = sum(work.needs for work in problem.works)
    possible = most_places(case)
    try:
        panels = assign(problem, SEED)
    except TooFewPlacesError:
        assert possible < needed
        assert sum(lack.places for lack in find_lacks(problem)) == needed - possible
        return
    assert possible == needed
    assert find_lacks(problem) == []
    assert faults(case, panels) == []
    even, mine = evened(case, panels), loads(case, panels)
    assert all(abs(a - b) <= 1 for a, b in zip(sorted(even.values()), sorted(mine.values()), strict=True))
    if all(len(expert.tracks) == 1 for expert in problem.experts):
        assert sorted(even.values()) == sorted(mine.values())
    assert shared_works(panels.values()) == squares(panels)
    assert count_parts(panels) == parts(panels)


@given(problems(), st.integers(0, 2**32))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_order_of_works_and_experts_changes_nothing(problem: Problem, shuffled: int) -> None:
    rng = Random(shuffled)
    works, experts = list(problem.works), list(problem.experts)
    rng.shuffle(works)
    rng.shuffle(experts)
    other = Problem(tuple(works), tuple(experts), problem.barred)

    def result(one: Problem) -> Any:
        try:
            return list(assign(one, SEED).items())
        except TooFewPlacesError:
            return None

    assert result(problem) == result(other)


def pool(count: int, places: int, tracks: tuple[str, ...] = ("agro",)) -> tuple[Expert, ...]:
    return tuple(Expert(f"E{n:02d}", frozenset(tracks), places) for n in range(count))


def works(count: int, track: str = "agro") -> tuple[Work, ...]:
    return tuple(Work(f"{track}-{n:03d}", track, 3) for n in range(count))


def test_exactly_enough_places_are_enough_and_one_fewer_is_not() -> None:
    tight = Problem(works(10), pool(5, 6))
    panels = assign(tight, SEED)
    assert faults(case_of(tight), panels) == []
    assert set(loads(case_of(tight), panels).values()) == {6}
    short = Problem(works(10), (*pool(4, 6), Expert("E04", frozenset({"agro"}), 5)))
    with pytest.raises(TooFewPlacesError):
        assign(short, SEED)
    [lack] = find_lacks(short)
    assert (lack.tracks, lack.places, lack.works) == (("agro",), 1, ())


@pytest.mark.parametrize("experts", [0, 1, 2])
def test_fewer_than_three_experts_are_never_enough(experts: int) -> None:
    problem = Problem(works(4), pool(experts, 100))
    with pytest.raises(TooFewPlacesError):
        assign(problem, SEED)
    [lack] = find_lacks(problem)
    assert lack.places == 4 * (3 - experts)


def test_no_work_needs_nobody() -> None:
    assert assign(Problem((), pool(3, 1)), SEED) == {}


def test_a_lack_through_conflicts_names_the_works_and_no_others() -> None:
    barred = frozenset({("agro-002", "E00"), ("agro-002", "E01"), ("agro-004", "E02")})
    problem = Problem(works(5), pool(4, 5), barred)
    with pytest.raises(TooFewPlacesError):
        assign(problem, SEED)
    [lack] = find_lacks(problem)
    assert (lack.tracks, lack.places, lack.works) == (("agro",), 1, ("agro-002",))


def test_lacks_of_pool_and_of_conflicts_stand_apart() -> None:
    problem = Problem(
        (*works(5), *works(4, "digital"), *works(2, "social")),
        (*pool(4, 5), *(Expert(f"D{n}", frozenset({"digital"}), 3) for n in range(3)),
         *(Expert(f"S{n}", frozenset({"social"}), 2) for n in range(3))),
        frozenset({("agro-002", "E00"), ("agro-002", "E01")}),
    )  # fmt: skip
    found = [(lack.tracks, lack.places, lack.works) for lack in find_lacks(problem)]
    assert found == [(("digital",), 3, ()), (("agro",), 1, ("agro-002",))]


def test_pairs_are_spread_over_all_that_there_are() -> None:
    """35 works, 7 experts: each of the 35 triples once is the best that can be; equal loads allow it."""
    problem = Problem(works(35), pool(7, 15))
    panels = assign(problem, SEED)
    assert set(loads(case_of(problem), panels).values()) == {15}
    assert squares(panels) <= 21 * 25 + 6
    assert parts(panels) == 1


@pytest.mark.parametrize("seed", [f"{n:064x}" for n in range(20)])
def test_one_field_hangs_together_where_there_are_links_enough(seed: str) -> None:
    """12 works and 20 experts have 36 links; a graph of 32 nodes needs 31."""
    problem = Problem(works(12), pool(20, 3))
    panels = assign(problem, seed)
    assert parts(panels) == 1
    assert set(loads(case_of(problem), panels).values()) == {1, 2}


def test_an_expert_of_two_fields_links_them() -> None:
    """By loads alone the expert of both would mark works of the fuller field only."""
    both = Expert("X", frozenset({"agro", "digital"}), 40)
    digital = tuple(Expert(f"D{n}", frozenset({"digital"}), 40) for n in range(6))
    problem = Problem((*works(40), *works(8, "digital")), (*pool(5, 40), *digital, both))
    panels = assign(problem, SEED)
    case = case_of(problem)
    assert faults(case, panels) == []
    assert parts(panels) == 1
    even, mine = evened(case, panels), loads(case, panels)
    assert all(abs(a - b) <= 1 for a, b in zip(sorted(even.values()), sorted(mine.values()), strict=True))


def test_another_seed_gives_others_the_works() -> None:
    problem = Problem(works(30), pool(7, 30))
    assert assign(problem, SEED) != assign(problem, "00" * 32)
