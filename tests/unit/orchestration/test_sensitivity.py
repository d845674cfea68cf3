"""Policy choices: each parameter and value has words, and what an alternative changes is counted."""

from __future__ import annotations

import csv
import re
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from orchestration import scratch
from orchestration.errors import UserError
from orchestration.progress import SilentProgress
from orchestration.scratch import Step
from orchestration.sensitivity import Choice, Effect, sensitivity, value_text, write_choices
from orchestration.settings import PROJECT_ROOT, Settings
from orchestration.texts import LANGUAGES, texts_of

POLICY = PROJECT_ROOT / "dbt_project" / "seeds" / "policy.csv"
# Numbers, days and codes of the Order stand for themselves.
ITSELF = re.compile(r"\d+|\d{4}-\d\d-\d\d|[A-Z]+\d?")
# A cut at two places, or at one if the share is rounded down.
STEPS = (
    Step(
        "int_policy__by_season", "table", '"selection"."int_policy"',
        "select value from seeds.policy where parameter_code = 'share_rounding' and season_code = '2025'",
    ),
    Step(
        "sel_stage_results", "table", '"selection"."sel_stage_results"',
        """select '2025' as season_code, 7 as stage_order, 'interview' as stage_code, 'agro' as track_code,
            'R25-00000' || n as candidate_no, n <= places as is_admitted,
            if(n <= places, 'admitted', 'not_admitted') as status_code,
            if(n = places, 'BY_TIE', 'WITHIN_LIMIT') as reason_code, 5 - n as score_numerator,
            1 as score_denominator, n as rank
        from range(1, 4) as numbers(n),
            (select if(value = 'floor', 1, 2) as places from selection.int_policy)""",
        reads=("int_policy__by_season",),
    ),
)  # fmt: skip


@pytest.fixture
def home(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    with duckdb.connect(str(settings.warehouse)) as connection:
        for schema in ("seeds", "selection"):
            connection.execute(f"create schema {schema}")
        connection.execute("create table seeds.stages as select 'interview' as stage_code")
        connection.execute(
            "create table seeds.policy as select * from (values"
            " ('2025', 'A2', 'share_rounding', 'ceiling', 'floor|'),"
            " ('2025', 'A24', 'long_work', 'flag', null),"
            " ('2024', 'A2', 'share_rounding', 'ceiling', 'floor'))"
            " as p(season_code, policy_code, parameter_code, value, alternatives)"
        )
    (settings.home / "dbt").mkdir()
    monkeypatch.setattr(scratch, "_compile", lambda settings: list(STEPS))
    return settings


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_parameter_and_value_of_the_seed_has_words(language: str) -> None:
    say = texts_of(language)
    with POLICY.open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            parameter = row["parameter_code"]
            assert say.has(f"policy.{parameter}"), parameter
            others = [other for other in (row["alternatives"] or "").split("|") if other]
            for value in (row["value"], *others):
                key = f"policy_value.{parameter}_{value}"
                assert say.has(key) or (not others and ITSELF.fullmatch(value)), key


def test_an_alternative_is_counted_and_the_value_given_back(home: Settings) -> None:
    before = home.warehouse.read_bytes()
    moment, choices = sensitivity(home, SilentProgress(), as_of=datetime(2025, 8, 20))
    assert moment == datetime(2025, 8, 20)
    effect = Effect("interview", count_on=0, count_off=1, count_otherwise=1)
    assert choices == [Choice("A2", "share_rounding", "ceiling", "floor", (effect,))]
    assert home.warehouse.read_bytes() == before


def test_an_unknown_stage_is_named(home: Settings) -> None:
    with pytest.raises(UserError) as caught:
        sensitivity(home, SilentProgress(), stage="interviews")
    assert caught.value.params["known"] == "interview"


def test_a_number_stands_for_itself() -> None:
    assert value_text(texts_of("en"), "age_limit_years", "36") == "36"
    assert value_text(texts_of("ru"), "share_rounding", "floor") == "вниз"


def test_the_workbook_has_a_line_for_each_stage(tmp_path: Path) -> None:
    effects = (Effect("text_test", 1, 2, 3), Effect("interview", 0, 1, 0))
    choices = [Choice("A2", "share_rounding", "ceiling", "floor", effects)]
    choices.append(Choice("A15", "claim_working_days", "1", "2", ()))
    write_choices(tmp_path / "choices.xlsx", choices, texts_of("en"))
    book = CalamineWorkbook.from_path(str(tmp_path / "choices.xlsx"))
    _, *rows = book.get_sheet_by_index(0).to_python()
    assert [row[4:] for row in rows] == [
        ["text_test", 1, 2, 3], ["interview", 0, 1, 0], ["nobody", 0, 0, 0]
    ]  # fmt: skip
