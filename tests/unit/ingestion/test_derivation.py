"""Derived columns: completed years on the local day, to the day, also for people born on 29 February."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

import duckdb
import pytest

from ingestion.clock import local_offset, local_to_utc
from ingestion.contracts import DerivedColumn, load_contract
from ingestion.derivation import derived_expression

AGE = next(c for c in load_contract("platform__registrations").derived_columns if c.name == "age_years")


def ages(rows: list[tuple[date, datetime | None, datetime]]) -> list[int]:
    """The derived column over rows of (birth date, submitted, registered), staged as the door stages them."""
    with duckdb.connect() as connection:
        connection.execute(
            "create table staged (n integer, birth_on date, submitted_at timestamp, registered_at timestamp)"
        )
        connection.executemany(
            "insert into staged values (?, ?, ?, ?)", [(n, *row) for n, row in enumerate(rows)]
        )
        query = f"select {derived_expression(AGE)}, typeof({derived_expression(AGE)}) from staged order by n"
        found = connection.execute(query).fetchall()
    assert {kind for _, kind in found} == {AGE.physical_type}
    return [age for age, _ in found]


def age(born_on: date, submitted: datetime) -> int:
    """Age of somebody who submits at a local moment, having registered long before."""
    return ages([(born_on, local_to_utc(submitted), datetime(2000, 1, 1))])[0]


@pytest.mark.parametrize(
    ("born_on", "submitted", "expected"),
    [
        (date(1989, 6, 11), datetime(2025, 6, 10, 23, 59, 59), 35),
        (date(1989, 6, 11), datetime(2025, 6, 11), 36),
        # local 00:30 of the birthday is still the day before in UTC
        (date(1989, 6, 11), datetime(2025, 6, 11, 0, 30), 36),
        (date(1989, 6, 11), datetime(2025, 6, 10, 0, 30), 35),
        (date(1989, 6, 10), datetime(2025, 6, 11), 36),
        (date(1989, 6, 12), datetime(2025, 6, 11), 35),
        # the last second of the intake
        (date(1989, 7, 1), datetime(2025, 6, 30, 23, 59, 59), 35),
    ],
)
def test_the_birthday_itself_counts_on_the_local_day(
    born_on: date, submitted: datetime, expected: int
) -> None:
    assert age(born_on, submitted) == expected


@pytest.mark.parametrize(
    ("born_on", "submitted", "expected"),
    [
        # a year with a 29th: on the 29th
        (date(1992, 2, 29), datetime(2028, 2, 28, 23, 59, 59), 35),
        (date(1992, 2, 29), datetime(2028, 2, 29, 0, 30), 36),
        # a year without one: on the 28th
        (date(1992, 2, 29), datetime(2027, 2, 27, 23, 59, 59), 34),
        (date(1992, 2, 29), datetime(2027, 2, 28, 0, 30), 35),
        (date(1992, 2, 29), datetime(2029, 3, 1), 37),
        # who was not born on one, submitting on one
        (date(1992, 2, 28), datetime(2028, 2, 29), 36),
        (date(1992, 3, 1), datetime(2028, 2, 29, 23, 59, 59), 35),
    ],
)
def test_born_on_29_february(born_on: date, submitted: datetime, expected: int) -> None:
    assert age(born_on, submitted) == expected


def test_an_account_without_submission_is_as_old_as_when_it_was_opened() -> None:
    birthday = local_to_utc(datetime(2025, 6, 11, 0, 30))
    day_before = local_to_utc(datetime(2025, 6, 10, 12))
    born = date(1989, 6, 11)
    assert ages([(born, None, day_before), (born, None, birthday), (born, birthday, day_before)]) == [
        35,
        36,
        36,
    ]


def test_below_the_limit_is_before_the_birthday() -> None:
    """A35 speaks of a day and a birthday: the column decides the same, whatever the day and the limit."""
    draw = Random(0)
    born = [date(1976 + draw.randint(0, 20), 1, 1) + timedelta(draw.randint(0, 365)) for _ in range(2000)]
    born += [date(1992, 2, draw.randint(27, 29)) for _ in range(500)]
    days = [datetime(2025, 2, 25) + timedelta(days=draw.randint(0, 3800)) for _ in born]
    found = ages([(b, day - local_offset(), day) for b, day in zip(born, days, strict=True)])
    for birthday, day, years in zip(born, days, found, strict=True):
        for limit in (years, years + 1):
            assert (years < limit) == is_young_enough(birthday, day.date(), limit)


def is_young_enough(born_on: date, day: date, limit: int) -> bool:
    """The rule as the page of rules has it."""
    try:
        return day < born_on.replace(year=born_on.year + limit)
    except ValueError:
        return day < date(born_on.year + limit, 2, 28)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="initials"):
        derived_expression(DerivedColumn("x", "VARCHAR", "x", "initials", ("last_name",)))
