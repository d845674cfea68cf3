"""The invented people: valid and unique numbers, marks, seed codes, shares."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from ingestion.iin import is_valid_iin
from ingestion.sample_season.people import FATES, REGION_WEIGHTS, SYNTHETIC_MARK, build_people, make_iin
from ingestion.sample_season.rules import SEEDS, load_rules
from ingestion.sample_season.streams import Streams


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    frame, _ = build_people(2000, load_rules(), Streams(7), (), ())
    return frame


@pytest.mark.parametrize(
    ("birth_on", "is_male", "serial", "expected"),
    [
        (date(1992, 6, 15), False, 0, "920615400001"),
        (date(1992, 6, 15), True, 0, "920615300005"),
        (date(1990, 5, 15), True, 5002, "900515350024"),
        (date(1985, 2, 3), False, 5001, "850203450012"),
        (date(2006, 12, 11), False, 1, "061211600012"),
        (date(1992, 6, 15), False, 20, "920615400202"),
        (date(1992, 6, 15), False, 21, "920615400214"),
    ],
)
def test_make_iin_gives_the_known_vectors(birth_on: date, is_male: bool, serial: int, expected: str) -> None:
    assert make_iin(birth_on, is_male, serial) == expected


def test_make_iin_refuses_a_prefix_that_is_never_issued() -> None:
    assert make_iin(date(1992, 6, 15), False, 24) is None


def test_every_iin_is_valid_and_nobodys_twice(people: pd.DataFrame) -> None:
    assert all(is_valid_iin(number) for number in people["iin"])
    assert people["iin"].is_unique


def test_everybody_is_marked_synthetic(people: pd.DataFrame) -> None:
    assert people["last_name"].str.endswith(SYNTHETIC_MARK).all()
    assert people["phone"].str.startswith("+7 (000) ").all()
    assert people["email"].dropna().str.fullmatch(r"synthetic-[0-9a-f]{8}@example\.invalid").all()
    assert 0 < people["email"].isna().sum() < 150


def test_candidate_numbers_are_unique_and_shuffled(people: pd.DataFrame) -> None:
    assert people["candidate_no"].is_unique
    assert people["candidate_no"].str.fullmatch(r"R25-\d{6}").all()
    assert not people.sort_values("registered_at")["candidate_no"].is_monotonic_increasing


def test_codes_are_those_of_the_seeds(people: pd.DataFrame) -> None:
    regions = set(pd.read_csv(SEEDS / "regions.csv")["region_code"])
    assert set(REGION_WEIGHTS) == regions
    assert set(people["track_code"]) == set(load_rules().tracks)


def test_shares_of_fates_are_exact_for_every_seed(people: pd.DataFrame) -> None:
    counts = people["fate"].value_counts()
    for fate, share in FATES:
        assert abs(counts[fate] - 2000 * share) <= 1


def test_women_are_about_a_third(people: pd.DataFrame) -> None:
    assert 0.30 <= people["sex_code"].eq("female").mean() <= 0.36


@pytest.mark.parametrize("size", [0, 900_001])
def test_impossible_sizes_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match="size"):
        build_people(size, load_rules(), Streams(7), (), ())
