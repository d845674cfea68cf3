"""Derived columns: completed years to the day, also for the 29th of February; the key of an identity."""

from __future__ import annotations

import hashlib
import hmac
from datetime import date, datetime, timedelta
from random import Random

import duckdb
import pytest

from ingestion import derivation
from ingestion.clock import local_offset, local_to_utc
from ingestion.contracts import DerivedColumn, load_contract
from ingestion.derivation import close_days, derived_expression
from ingestion.errors import RezervError
from ingestion.vault import PersonKeys

AGE, ON_CLOSE, IDENTITY = load_contract("platform__registrations").derived_columns


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


def ages_on_close(*born_on: date, season: str = "2025") -> list[int | None]:
    with duckdb.connect() as connection:
        connection.execute("create table staged (n integer, birth_on date, season_code varchar)")
        connection.executemany(
            "insert into staged values (?, ?, ?)", [(n, born, season) for n, born in enumerate(born_on)]
        )
        query = f"select {derived_expression(ON_CLOSE)} from staged order by n"
        return [age for (age,) in connection.execute(query).fetchall()]


def test_the_selection_ends_on_the_day_before_the_end_of_the_commission_s_sitting() -> None:
    assert close_days() == {"2025": date(2025, 10, 24)}


def test_age_on_the_last_day_of_the_selection() -> None:
    """Turned 36 on that day, the day after, the day before; and who was born on 29 February."""
    born = (date(1989, 10, 24), date(1989, 10, 25), date(1989, 10, 23), date(1992, 2, 29), date(1988, 2, 29))
    assert ages_on_close(*born) == [36, 35, 36, 33, 37]


@pytest.mark.parametrize(("born_on", "expected"), [(date(1992, 2, 29), 33), (date(1992, 3, 1), 32)])
def test_born_on_29_february_when_the_selection_ends_on_the_28th(
    born_on: date, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(derivation, "close_days", lambda: {"2025": date(2025, 2, 28)})
    assert ages_on_close(born_on) == [expected]


def test_seasons_end_on_days_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    days = {"2025": date(2025, 10, 24), "2027": date(2027, 10, 24)}
    monkeypatch.setattr(derivation, "close_days", lambda: days)
    assert ages_on_close(date(1989, 10, 24)) == [36]
    assert ages_on_close(date(1989, 10, 24), season="2027") == [38]


def test_a_calendar_that_does_not_say_when_a_season_ends_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    close_days.cache_clear()
    monkeypatch.setattr(derivation, "seed_codes", lambda _: ("2025", "2027"))
    with pytest.raises(RezervError) as caught:
        derived_expression(ON_CLOSE)
    assert caught.value.message_key == "calendar_incomplete"
    assert "2027" in str(caught.value)
    close_days.cache_clear()


PERSON = {
    "iin": "920615400001",
    "last_name": "Синтетикалық-Бірінші",
    "first_name": "Үлгі",
    "middle_name": "Мысалқызы",
    "birth_on": date(1992, 6, 15),
}


def identities(*people: dict[str, object], secret: str = "test secret") -> list[str]:
    """The derived column over rows of people."""
    keys = PersonKeys(secret)
    with duckdb.connect() as connection:
        connection.execute(
            "create table staged (n integer, iin varchar, last_name varchar, first_name varchar,"
            " middle_name varchar, birth_on date)"
        )
        connection.executemany(
            "insert into staged values (?, ?, ?, ?, ?, ?)",
            [(n, *(person[name] for name in PERSON)) for n, person in enumerate(people)],
        )
        query = f"select {derived_expression(IDENTITY)} from staged order by n"
        return [key for (key,) in connection.execute(query, keys.blocks).fetchall()]


def test_an_identity_has_one_key_and_it_is_an_hmac() -> None:
    """The same as another implementation of HMAC-SHA256 gives, so that no detail of DuckDB is in it."""
    text = "\x1f".join(["identity_key", *map(str, PERSON.values())])
    expected = hmac.new(b"test secret", text.encode(), hashlib.sha256).hexdigest()[:32]
    assert identities(PERSON, dict(PERSON)) == [expected, expected]
    assert identities(PERSON, secret="another secret") != [expected]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("iin", "920615400011"),
        ("last_name", "Синтетикалық-Екінші"),
        ("first_name", "Үлгi"),  # a Latin i
        ("middle_name", "Мысалұлы"),
        ("middle_name", None),
        ("birth_on", date(1992, 6, 16)),
    ],
)
def test_any_single_field_changes_the_key(name: str, value: object) -> None:
    before, after = identities(PERSON, {**PERSON, name: value})
    assert before != after


def test_no_middle_name_is_not_a_shift_of_names() -> None:
    """A name that moves to the place beside it, or is split there, is another identity."""
    without = {**PERSON, "middle_name": None}
    shifted = {**PERSON, "last_name": None, "first_name": "Синтетикалық-Бірінші", "middle_name": "Үлгі"}
    split = {**PERSON, "last_name": "Синтетикалық", "first_name": "-БіріншіҮлгі"}
    empty = {**PERSON, "middle_name": ""}
    assert len(set(identities(PERSON, without, shifted, split, empty))) == 5


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="initials"):
        derived_expression(DerivedColumn("x", "VARCHAR", "x", "initials", ("last_name",)))
