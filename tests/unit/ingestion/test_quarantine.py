"""Repeated rows of one file."""

import pandas as pd

from ingestion.quarantine import find_repeats


def repeats(*rows: tuple[object, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    frame = pd.DataFrame(list(rows), columns=["k", "l", "x", "n"])
    found = find_repeats(frame, ["k", "l"], "n")
    return found.duplicates, found.conflicting


def test_no_repeats() -> None:
    assert repeats(("a", 1, "x", 1), ("a", 2, "x", 2)) == ((), ())


def test_the_first_of_equal_rows_stays() -> None:
    assert repeats(("a", 1, "x", 1), ("b", 1, "x", 2), ("a", 1, "x", 3), ("a", 1, "x", 4)) == ((3, 4), ())


def test_rows_that_differ_all_go_even_if_two_of_them_are_equal() -> None:
    assert repeats(("a", 1, "x", 1), ("a", 1, "y", 2), ("a", 1, "x", 3)) == ((), (1, 2, 3))


def test_empty_values_are_equal_to_each_other_and_to_nothing_else() -> None:
    assert repeats(("a", 1, None, 1), ("a", 1, None, 2)) == ((2,), ())
    assert repeats(("a", 1, None, 1), ("a", 1, "x", 2)) == ((), (1, 2))
