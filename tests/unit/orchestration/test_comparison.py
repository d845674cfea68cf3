"""What counts as a change of a standing, on rows made by hand."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

from orchestration.comparison import changed_standings, is_same_fraction, points

COLUMNS = (
    "season_code", "stage_order", "stage_code", "track_code", "candidate_no", "status_code", "reason_code",
    "score_numerator", "score_denominator", "rank", "is_admitted",
)  # fmt: skip
STANDING = {
    "season_code": "2025", "stage_order": 7, "stage_code": "interview", "track_code": "agro",
    "candidate_no": "R25-000001", "status_code": "admitted", "reason_code": "WITHIN_LIMIT",
    "score_numerator": 6, "score_denominator": 2, "rank": 1, "is_admitted": True,
}  # fmt: skip
BOTH = ("status_code", "reason_code")


def changes(before: dict | None, after: dict | None, status: tuple[str, ...] = BOTH) -> list[str]:
    """The change codes from one standing to another; None: nobody stands there."""
    with duckdb.connect() as connection:
        for name, row in (("was", before), ("now_is", after)):
            values = ", ".join(f"{_literal((row or STANDING)[column])} as {column}" for column in COLUMNS)
            limit = 0 if row is None else 1
            connection.execute(f"create table {name} as select * from (select {values}) limit {limit}")
        found = connection.execute(
            f"select change_code from ({changed_standings('from was', 'from now_is', status)})"
        )
        return [code for (code,) in found.fetchall()]


def _literal(value: object) -> str:
    return f"'{value}'" if isinstance(value, str) else "null" if value is None else str(value)


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({}, []),
        ({"score_numerator": 3, "score_denominator": 1}, []),
        ({"score_numerator": 7}, ["score"]),
        ({"score_numerator": None, "score_denominator": None}, ["score"]),
        ({"rank": 2}, ["rank"]),
        ({"rank": None}, ["rank"]),
        ({"reason_code": "BY_TIE", "rank": 2}, ["status"]),
        ({"status_code": "excluded", "score_numerator": 7}, ["status"]),
        ({"track_code": "digital"}, []),
    ],
)
def test_the_first_change_that_holds(changed: dict, codes: list[str]) -> None:
    assert changes(STANDING, STANDING | changed) == codes


def test_who_enters_and_who_leaves() -> None:
    assert changes(None, STANDING) == ["entered"]
    assert changes(STANDING, None) == ["left"]


def test_a_reason_counts_where_it_is_asked_for() -> None:
    assert changes(STANDING, STANDING | {"reason_code": "BY_TIE"}, ("status_code",)) == []


@pytest.mark.parametrize(
    ("numerator", "denominator", "shown"), [(13, 3, "4.33"), (1, 200, "0.01"), (5, 1, "5.00")]
)
def test_points_have_two_decimals_half_up(numerator: int, denominator: int, shown: str) -> None:
    row = f"select {numerator} as score_numerator, {denominator} as score_denominator"
    with duckdb.connect() as connection:
        assert connection.execute(f"select {points('a', 'score')} from ({row}) as a").fetchall() == [
            (Decimal(shown),)
        ]


def test_a_fraction_is_the_same_however_it_is_written() -> None:
    rows = (
        "(select 6 as cutoff_numerator, 2 as cutoff_denominator) as a,"
        " (values (3, 1), (7, 2), (null, null)) as b(cutoff_numerator, cutoff_denominator)"
    )
    with duckdb.connect() as connection:
        found = connection.execute(f"select {is_same_fraction('a', 'b', 'cutoff')} from {rows}").fetchall()
    assert found == [(True,), (False,), (False,)]
