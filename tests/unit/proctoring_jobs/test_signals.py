from __future__ import annotations

from decimal import Decimal
from itertools import permutations

import pytest

from proctoring_jobs.signals import (
    Box,
    Covered,
    Detection,
    Frozen,
    Observation,
    Picture,
    Present,
    Seen,
    box_area,
    intersection_over_union,
    nth_confidence,
    suppress_duplicates,
)

SQUARE: Box = (0, 0, 10, 10)


def person(confidence: float, box: Box = SQUARE) -> Detection:
    return Detection("person", confidence, box)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (SQUARE, SQUARE, 1.0),
        (SQUARE, (20, 20, 30, 30), 0.0),
        (SQUARE, (10, 0, 20, 10), 0.0),  # touching
        (SQUARE, (0, 0, 10, 5), 0.5),  # one in the other
        (SQUARE, (5, 0, 15, 10), 1 / 3),
        ((3, 3, 3, 3), (3, 3, 3, 3), 0.0),  # no extent
        (SQUARE, (8, 8, 2, 2), 0.0),  # inside out
    ],
)
def test_intersection_over_union(first: Box, second: Box, expected: float) -> None:
    assert intersection_over_union(first, second) == pytest.approx(expected)
    assert intersection_over_union(second, first) == pytest.approx(expected)


def test_area_is_never_negative() -> None:
    assert box_area((5, 0, 0, 10)) == 0


def test_one_person_boxed_twice_counts_once_and_the_surer_box_stays() -> None:
    twice = [person(0.14, (741, 35, 1149, 720)), person(0.86, (744, 36, 1147, 720))]
    assert suppress_duplicates(twice, 0.6) == (twice[1],)


def test_two_people_side_by_side_both_stay() -> None:
    people = [person(0.9, (119, 193, 931, 720)), person(0.86, (744, 36, 1147, 720))]
    assert suppress_duplicates(people, 0.6) == tuple(people)


def test_overlap_at_the_threshold_is_kept_and_above_it_dropped() -> None:
    half = [person(0.9), person(0.8, (0, 0, 10, 5))]
    assert len(suppress_duplicates(half, 0.5)) == 2
    assert len(suppress_duplicates(half, 0.49)) == 1


def test_other_classes_never_suppress() -> None:
    pair = [person(0.9), Detection("cell phone", 0.3, SQUARE)]
    assert suppress_duplicates(pair, 0.6) == tuple(pair)


def test_suppression_does_not_depend_on_the_order_of_boxes() -> None:
    boxes = [
        person(0.5),
        person(0.5, (1, 0, 11, 10)),
        person(0.5, (6, 0, 16, 10)),
        person(0.7, (30, 0, 40, 10)),
    ]
    assert len({suppress_duplicates(order, 0.6) for order in permutations(boxes)}) == 1


@pytest.mark.parametrize(("nth", "expected"), [(1, 0.9), (2, 0.4), (3, 0.0)])
def test_nth_confidence(nth: int, expected: float) -> None:
    seen = Observation(Decimal(0), (person(0.4), Detection("book", 0.99, SQUARE), person(0.9)))
    assert nth_confidence(seen, "person", nth) == expected


def test_a_score_says_what_an_observation_shows() -> None:
    alone = Observation(Decimal(1), (person(0.2),))
    assert (Seen("person")(alone), Seen("person", 2)(alone), Seen("book")(alone)) == (0.2, 0.0, 0.0)


@pytest.mark.parametrize(
    ("picture", "is_covered", "is_frozen"),
    [
        (None, 0, 0),
        (Picture(100, 30), 0, 0),
        (Picture(100, 30, 0.5), 0, 0),
        (Picture(100, 30, 0.1), 0, 1),
        (Picture(100, 5.9, 2), 1, 0),
        (Picture(100, 6, 2), 0, 0),
        (Picture(11, 30, 2), 1, 0),
        (Picture(0, 0, 0), 1, 1),
    ],
)
def test_a_picture_that_shows_nothing_or_stands_still(
    picture: Picture | None, is_covered: int, is_frozen: int
) -> None:
    seen = Observation(Decimal(0), (person(0.7),), picture)
    covered = Covered(contrast=6, level=12)
    assert (covered(seen), Frozen(0.1)(seen)) == (is_covered, is_frozen)
    # who knows whether somebody sits behind a covered lens: in doubt for the candidate
    assert Present(covered)(seen) == (1 if is_covered else 0.7)
