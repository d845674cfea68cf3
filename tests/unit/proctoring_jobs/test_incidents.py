from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal

import pytest

from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.incidents import (
    Incident,
    Rule,
    Span,
    find_incidents,
    hysteresis,
    incident_rules,
    merge_spans,
    missing_incidents,
    supported,
    unbroken_runs,
    unseen_spans,
    without,
)
from proctoring_jobs.signals import Detection, Frozen, Observation, Seen

BOX = (0.0, 0.0, 1.0, 1.0)
ONE = Decimal(1)


def seconds(*values: int | str) -> list[Decimal]:
    return [Decimal(value) for value in values]


def bits(text: str) -> list[bool]:
    return [letter == "1" for letter in text]


def observe(scores: Sequence[float | None], label: str = "person", start: int = 0) -> list[Observation]:
    """One observation a second; `None` is a second without a sample."""
    return [
        Observation(Decimal(start + at), (Detection(label, score, BOX),) if score else ())
        for at, score in enumerate(scores)
        if score is not None
    ]


def find(
    observations: list[Observation], duration: int = 60, **changes: object
) -> list[tuple[str, str, str, float]]:
    config = ProctoringConfig(**changes)  # type: ignore[arg-type]
    incidents = find_incidents(
        observations,
        incident_rules(config),
        period=config.sample_period,
        gap=config.merge_gap_seconds,
        duration=Decimal(duration),
    )
    return [
        (i.signal_type_code, str(i.started_seconds), str(i.duration_seconds), round(i.confidence, 4))
        for i in incidents
    ]


@pytest.mark.parametrize(
    ("scores", "before", "expected"),
    [
        ([], False, ""),
        ([0.5], False, "1"),  # the upper threshold is included
        ([0.49], False, "0"),
        (
            [0.9, 0.35, 0.34, 0.4],
            False,
            "1100",
        ),  # the lower one keeps the state; between them nothing turns on
        ([0.4, 0.34, 0.4, 0.5], True, "1001"),
    ],
)
def test_hysteresis(scores: list[float], before: bool, expected: str) -> None:
    assert hysteresis(scores, 0.5, 0.35, is_on=before) == bits(expected)


@pytest.mark.parametrize(
    ("states", "votes", "window", "expected"),
    [
        ("", 2, 3, ""),
        ("1", 2, 3, "0"),
        ("11", 2, 3, "11"),  # shorter than the window: one window
        ("00100", 2, 3, "00000"),
        ("01010", 2, 3, "01010"),
        ("10010", 2, 3, "00000"),
        ("10010", 2, 5, "10010"),
        ("100010000", 2, 5, "100010000"),
        ("1000010000", 2, 5, "0000000000"),
        ("0110001", 2, 3, "0110000"),
        ("0101", 1, 1, "0101"),
    ],
)
def test_supported(states: str, votes: int, window: int, expected: str) -> None:
    assert supported(bits(states), votes, window) == bits(expected)


@pytest.mark.parametrize(
    ("spans", "gap", "expected"),
    [
        ([], 5, []),
        ([(0, 3), (8, 9)], 5, [(0, 9)]),  # the gap itself is included
        ([(0, 3), (8, 9)], 4, [(0, 3), (8, 9)]),
        ([(8, 9), (0, 3)], 5, [(0, 9)]),  # unsorted
        ([(0, 10), (2, 3)], 0, [(0, 10)]),  # one in the other
        ([(0, 2), (4, 6), (8, 10)], 2, [(0, 10)]),  # a chain
    ],
)
def test_merge_spans(spans: list[tuple[int, int]], gap: int, expected: list[tuple[int, int]]) -> None:
    merged = merge_spans([Span(Decimal(a), Decimal(b), 0.5) for a, b in spans], Decimal(gap))
    assert [(span.started, span.ended) for span in merged] == [tuple(seconds(a, b)) for a, b in expected]


def test_merged_span_has_the_highest_confidence() -> None:
    assert merge_spans([Span(ONE, ONE, 0.4), Span(ONE, ONE, 0.7)], ONE)[0].confidence == 0.7


def test_runs_are_cut_where_more_than_the_gap_lies_unseen() -> None:
    times = seconds(0, 6, 1, "12.001")
    runs = unbroken_runs([Observation(at) for at in times], ONE, Decimal(5))
    assert [[o.at_seconds for o in run] for run in runs] == [seconds(0, 1, 6), seconds("12.001")]


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([], []),
        ([0.9] * 5, []),
        ([0.9, 0, 0, 0.9, 0.9], []),  # two seconds
        ([0.9, 0, 0, 0, 0.9], [("absence", "1", "3", 1.0)]),  # three: the minimum is included
        ([0, 0, 0, 0.9], [("absence", "0", "3", 1.0)]),  # from the beginning
        ([0.4, 0.4, 0.4, 0.4], []),  # in doubt, for the candidate
        ([0.9, 0.34, 0.49, 0.49, 0.5], [("absence", "1", "3", 0.66)]),  # gone below .35, back from .5
        (
            [0.9, 0, 0, 0, *[0.9] * 5, 0, 0, 0, 0.9],
            [("absence", "1", "11", 1.0)],
        ),  # five seconds between: one item
        ([0.9, 0, 0, 0, *[0.9] * 6, 0, 0, 0, 0.9], [("absence", "1", "3", 1.0), ("absence", "10", "3", 1.0)]),
        ([0, 0.9, 0.9, 0, 0.9, 0.9, 0, 0.9], []),  # single misses never add up
    ],
)
def test_absence(scores: list[float], expected: list[tuple[str, str, str, float]]) -> None:
    assert find(observe(scores)) == expected


def test_an_absence_ends_with_the_sitting() -> None:
    assert find(observe([0.9, *[0] * 20]), duration=10) == [("absence", "1", "9", 1.0)]
    assert find(observe([0.9] * 8 + [0] * 20), duration=10) == []


def test_nothing_is_claimed_about_a_hole_in_the_recording() -> None:
    assert find(observe([0.9, 0, 0, *[None] * 10, 0, 0, 0.9])) == []
    assert find(observe([0.9, 0, 0, 0, *[None] * 10, 0, 0, 0])) == [
        ("absence", "1", "3", 1.0),
        ("absence", "14", "3", 1.0),
    ]


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([0, 0.7, 0, 0, 0], []),  # one of three
        ([0, 0.7, 0, 0.8, 0], [("second_person", "1", "3", 0.8)]),
        ([0, 0.5, 0.35, 0.3], [("second_person", "1", "2", 0.5)]),
        ([0, 0.49, 0.49, 0.49], []),
    ],
)
def test_second_person(scores: list[float], expected: list[tuple[str, str, str, float]]) -> None:
    candidate = Detection("person", 0.9, BOX)
    seen = [Observation(o.at_seconds, (candidate, *o.detections)) for o in observe(scores)]
    assert find(seen) == expected


@pytest.mark.parametrize(
    ("label", "scores", "expected"),
    [
        ("cell phone", [0, 0.4, 0, 0, 0, 0], []),
        ("cell phone", [0, 0.4, 0, 0, 0, 0.45], [("phone", "1", "5", 0.45)]),  # two of five
        ("cell phone", [0, 0.4, 0, 0, 0, 0, 0.45], []),
        ("cell phone", [0.39, 0.39, 0.39], []),
        ("book", [0, 0.4, 0.25, 0], []),
        ("book", [0, 0.4, 0.25, 0.3, 0], [("book", "1", "3", 0.4)]),
        ("laptop", [0.8, 0.8, 0.8], [("screen", "0", "3", 0.8)]),
        ("teddy bear", [0.9] * 6, []),
    ],
)
def test_things(label: str, scores: list[float], expected: list[tuple[str, str, str, float]]) -> None:
    person = Detection("person", 0.9, BOX)
    seen = [Observation(o.at_seconds, (person, *o.detections)) for o in observe(scores, label)]
    assert find(seen) == expected


def test_order_of_the_input_does_not_matter() -> None:
    seen = observe([0.9, 0, 0, 0, 0.9, 0.9, 0, 0, 0.9, 0, 0, 0, 0])
    expected = find(seen)
    assert expected
    for seed in range(20):
        assert find(random.Random(seed).sample(seen, len(seen))) == expected


def test_incidents_come_in_order_of_start_and_type() -> None:
    book = Detection("book", 0.9, BOX)
    seen = [Observation(Decimal(at), (book,)) for at in range(5)]
    assert [row[:2] for row in find(seen)] == [("absence", "0"), ("book", "0")]


def test_a_finer_rate_keeps_exact_lengths() -> None:
    seen = [Observation(Decimal(at) / 10) for at in range(30)]
    assert find(seen, duration=3, sample_rate=Decimal(10)) == [("absence", "0", "3.0", 1.0)]
    assert find(seen[:-1], duration=3, sample_rate=Decimal(10)) == []


def test_rules_carry_the_numbers_of_the_configuration() -> None:
    rules = {rule.signal_type_code: rule for rule in incident_rules(ProctoringConfig(phone_votes=3))}
    pictures = {"picture_covered", "picture_frozen"}
    assert set(rules) == {"absence", "second_person", "phone", "book", "screen"} | pictures
    assert rules["phone"] == Rule("phone", Seen("cell phone"), 0.4, 0.25, votes=3, window=5)
    assert rules["second_person"].score == Seen("person", 2)
    assert (rules["picture_frozen"].score, rules["picture_frozen"].minimum_seconds) == (Frozen(0.02), 10)


@pytest.mark.parametrize(
    ("times", "duration", "expected"),
    [
        ([], 30, [(0, 30)]),
        ([], 2, [(0, 2)]),  # nothing seen: the whole sitting, however short
        ([], 0, [(0, 0)]),
        (range(30), 30, []),
        (range(20), 30, [(20, 30)]),
        (range(21), 30, []),  # nine seconds
        (range(10, 30), 30, [(0, 10)]),
        ([*range(5), *range(15, 30)], 30, [(5, 15)]),
        ([*range(15, 30), *range(5)], 30, [(5, 15)]),  # unsorted
        ([*range(20), 40], 30, [(20, 30)]),  # after the sitting
    ],
)
def test_unseen_spans(times: Sequence[int], duration: int, expected: list[tuple[int, int]]) -> None:
    spans = unseen_spans(seconds(*times), duration=Decimal(duration), period=ONE, minimum=Decimal(10))
    assert [(int(span.started), int(span.ended)) for span in spans] == expected


def test_overlapping_unseen_spans_are_one_missing_recording() -> None:
    spans = [Span(Decimal(10), Decimal(20), 1.0), Span(Decimal(0), Decimal(12), 1.0)]
    assert missing_incidents(spans) == [Incident("video_missing", Decimal(0), Decimal(20), 1.0)]
    assert missing_incidents([]) == []


@pytest.mark.parametrize(
    ("spans", "others", "expected"),
    [
        ([], [(0, 5)], []),
        ([(0, 10)], [], [(0, 10)]),
        ([(0, 10)], [(0, 10)], []),
        ([(0, 10)], [(3, 4)], [(0, 3), (4, 10)]),
        ([(0, 10), (20, 30)], [(5, 25), (28, 40)], [(0, 5), (25, 28)]),
        ([(0, 10)], [(10, 20)], [(0, 10)]),
    ],
)
def test_what_lies_outside_other_spans(spans: list, others: list, expected: list) -> None:
    def made(pairs: list) -> list[Span]:
        return [Span(Decimal(start), Decimal(end), 1.0) for start, end in pairs]

    assert without(made(spans), made(others)) == made(expected)
