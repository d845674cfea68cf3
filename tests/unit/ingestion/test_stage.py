"""Rows of one file that share their key."""

from __future__ import annotations

from typing import Any

import pytest

from ingestion.quarantine import CONFLICTING_ROWS, DUPLICATE_ROW
from tests.unit.ingestion.deliveries import inspected, reasons, rows_of

SITTINGS = "platform__sittings"


def repeated(*rows: tuple[str, str | None]) -> tuple[list[int], list[int]]:
    """Row numbers that are duplicates, and that contradict, among rows of (key, optional value)."""
    sent: list[dict[str, Any]] = [
        rows_of(SITTINGS)[0] | {"sitting_id": key, "form_code": value} for key, value in rows
    ]
    found = reasons(inspected(SITTINGS, sent))
    return (
        [row for row, _, reason in found if row and reason == DUPLICATE_ROW],
        [row for row, _, reason in found if row and reason == CONFLICTING_ROWS],
    )


@pytest.mark.parametrize(
    ("rows", "duplicates", "conflicting"),
    [
        ((("a", "x"), ("b", "x")), [], []),
        ((("a", "x"), ("b", "x"), ("a", "x"), ("a", "x")), [3, 4], []),
        ((("a", "x"), ("a", "y"), ("a", "x")), [], [1, 2, 3]),
        ((("a", None), ("a", None)), [2], []),
        ((("a", None), ("a", "x")), [], [1, 2]),
        ((("a", "x"), ("a", "x"), ("b", "x"), ("b", "y"), ("c", "x")), [2], [3, 4]),
    ],
)
def test_the_first_of_equal_rows_stays_and_rows_that_differ_all_go(
    rows: tuple[tuple[str, str | None], ...], duplicates: list[int], conflicting: list[int]
) -> None:
    assert repeated(*rows) == (duplicates, conflicting)
