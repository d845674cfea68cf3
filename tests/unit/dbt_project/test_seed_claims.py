"""The singular tests on seeds: silent on the season as committed, and each made to fire by one wrong figure.

Here: claims about seeds and about records without a season. Claims about results are shown on a whole season.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import pytest
import yaml

DBT_PROJECT = Path(__file__).parents[3] / "dbt_project"


def _failures(connection: duckdb.DuckDBPyConnection, test_name: str) -> list[tuple[Any, ...]]:
    """Rows that a singular test finds, its refs read as tables of the connection."""
    template = (DBT_PROJECT / "tests" / "singular" / f"{test_name}.sql").read_text(encoding="utf-8")
    sql = jinja2.Environment().from_string(template).render(ref=lambda name: name, config=lambda **_: "")
    return connection.sql(sql).fetchall()


@pytest.fixture()
def season() -> duckdb.DuckDBPyConnection:
    """The committed seeds, typed as dbt types them."""
    connection = duckdb.connect()
    document = yaml.safe_load((DBT_PROJECT / "seeds" / "_seeds.yml").read_text(encoding="utf-8"))
    for seed in document["seeds"]:
        path = DBT_PROJECT / "seeds" / f"{seed['name']}.csv"
        types = seed["config"]["column_types"]
        connection.read_csv(str(path), header=True, dtype=types).create(seed["name"])
    return connection


CLAIMS = {
    "assert_places_are_multiples_of_the_final_quota": (
        "update stage_places set places = 24 where stage_code = 'interview' and track_code = 'economy'"
    ),
    "assert_places_sum_to_the_limit_of_the_stage": (
        "update stage_places set places = 101 where stage_code = 'numeric_test' and track_code = 'agro'"
    ),
    "assert_calendar_follows_the_stages": (
        "update calendar set starts_local = timestamp '2025-08-02 09:00:00'"
        " where stage_code = 'text_test' and event_code = 'published'"
    ),
    "assert_grounds_hold_once": (
        "update grounds set valid_to = null where ground_code = 'ART16-3-06' and limitation_years is null"
    ),
    "assert_age_bands_cover_every_age_once": (
        "update age_bands set age_from = 26 where age_band_code = '25_29'"
    ),
}


@pytest.mark.parametrize("test_name", CLAIMS)
def test_claim_holds_for_the_season(season: duckdb.DuckDBPyConnection, test_name: str) -> None:
    assert _failures(season, test_name) == []


@pytest.mark.parametrize(("test_name", "mistake"), CLAIMS.items(), ids=CLAIMS)
def test_claim_fires_on_a_mistake(season: duckdb.DuckDBPyConnection, test_name: str, mistake: str) -> None:
    season.execute(mistake)
    assert _failures(season, test_name) != []


def test_a_limit_without_places_is_found(season: duckdb.DuckDBPyConnection) -> None:
    season.execute("delete from stage_places where stage_code = 'interview'")
    found = _failures(season, "assert_places_sum_to_the_limit_of_the_stage")
    assert found == [("2025", "interview", 150, None)]


def test_records_of_unknown_candidates_are_counted_by_feed() -> None:
    connection = duckdb.connect()
    connection.execute("create table dim_candidates as select 'R25-000001' as candidate_no")
    name = "assert_records_belong_to_known_candidates"
    template = (DBT_PROJECT / "tests" / "singular" / f"{name}.sql").read_text(encoding="utf-8")
    for feed in re.findall(r"'(\w+__\w+)'", template):
        connection.execute(f"create table stg_{feed} as select 'R25-000001' as candidate_no")
    assert _failures(connection, name) == []
    connection.execute("insert into stg_platform__sittings values ('R25-000002'), ('R25-000002')")
    assert _failures(connection, name) == [("platform__sittings", 2, 1)]
