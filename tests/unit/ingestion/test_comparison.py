"""When a file has to wait because it lost too much of what the last one held."""

from __future__ import annotations

import pytest

from ingestion.comparison import SMALLEST_COMPARED, Comparison
from ingestion.quarantine import FEWER_ROWS, KEYS_GONE


@pytest.mark.parametrize(
    ("then", "now", "common", "whole_list", "added"),
    [
        (100, 100, 100, None, None),
        (100, 51, 51, None, None),
        (100, 50, 50, KEYS_GONE, KEYS_GONE),
        (100, 49, 49, FEWER_ROWS, FEWER_ROWS),
        (100, 1, 1, FEWER_ROWS, FEWER_ROWS),
        (100, 0, 0, FEWER_ROWS, None),
        (100, 100, 0, KEYS_GONE, None),
        (100, 100, 50, KEYS_GONE, KEYS_GONE),
        (100, 100, 49, KEYS_GONE, None),
        (100, 30, 14, FEWER_ROWS, None),
        (100, 30, 15, FEWER_ROWS, FEWER_ROWS),
        (SMALLEST_COMPARED, 0, 0, FEWER_ROWS, None),
        (SMALLEST_COMPARED - 1, 0, 0, None, None),
        (0, 5, 0, None, None),
    ],
)
def test_a_file_waits_when_half_is_gone(
    then: int, now: int, common: int, whole_list: str | None, added: str | None
) -> None:
    """A list of everything waits whenever half is gone; one of news only if it repeats the last file."""
    comparison = Comparison(then, now, common)
    assert comparison.hold_reason(is_whole_list=True) == whole_list
    assert comparison.hold_reason(is_whole_list=False) == added


def test_checks_count_what_is_missing() -> None:
    rows, keys = Comparison(100, 40, 30).checks()
    assert (rows.check_name, rows.count_evaluated, rows.count_failed, rows.is_passed) == (
        "enough_rows",
        100,
        60,
        False,
    )
    assert (keys.check_name, keys.count_evaluated, keys.count_failed, keys.is_passed) == (
        "keys_kept",
        100,
        70,
        False,
    )
    assert all(check.is_passed for check in Comparison(100, 120, 60).checks())
