"""The commands `rezerv marks …`: what they say in each language, and their exit codes."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.cli import run
from orchestration.settings import Settings
from orchestration.texts import texts_of
from tests.support.fake_release import write_pointer
from tests.support.forms import fill, filled, sheet_of, write_sheet

_LISTS = """
create schema reporting;
create table core.dim_stages as
    select '2025' as season_code, 'situational' as stage_code, 5 as stage_order,
        'Жағдаят' as name_kk, 'Ситуация' as name_ru, 'Situation' as name_en;
create table core.fct_panels as select '2025' as season_code, 'situational' as stage_code;
create table reporting.rpt_marks_owed as
    select '2025' as season_code, 'situational' as stage_code, 5 as stage_order, 'agro' as track_code,
        'R25-000001' as candidate_no, 'W-1' as work_no, unnest(['EX-AGR-01', null]) as rater_code,
        'баға жоқ' as text_kk, 'нет оценки' as text_ru, 'no mark' as text_en, 1 as count_raters,
        unnest([4, null]) as count_marks, timestamp '2025-08-17 05:00:00' as given_at,
        timestamp '2025-08-21 13:00:00' as published_at;
create table reporting.rpt_marked_works as
    select '2025' as season_code, 'situational' as stage_code, 'agro' as track_code, 'W-1' as work_no,
        'R25-000001' as candidate_no, 'VALID' as outcome_code, 3 as raters_expected, 3 as count_whole,
        1 as count_outsiders, 2.25::decimal(9, 2) as points_apart, true as is_disagreement,
        501 as count_words, true as is_over_words, 2701 as duration_seconds, true as is_over_time,
        true as is_flagged;
create table reporting.rpt_refused_marks as
    select '2025' as season_code, 'situational' as stage_code, 'W-1' as work_no, 'EX-AGR-01' as expert_code,
        'feasibility' as criterion_code, 2 as version_no, 1 as points, 4 as points_counted,
        timestamp '2025-08-20 05:00:00' as received_at, 'кеш' as text_kk, 'поздно' as text_ru,
        'late' as text_en;
create table reporting.rpt_case_differences as
    select '2025' as season_code, 'situational' as stage_code, 'R25-000001' as candidate_no,
        'CASE-1' as drawn_case_code, 'CASE-2' as assigned_case_code, null::varchar as solved_case_code,
        'given_another' as case_difference_code, 'басқа' as text_kk, 'другой' as text_ru, 'other' as text_en;
"""
LISTS = ("owed", "flagged", "refused", "cases")
NOTHING = {"owed": "marks.nothing_owed", "refused": "marks.nothing_refused", "cases": "marks.cases_agree"}


@pytest.fixture
def lists(settings: Settings) -> Path:
    """A release that has a line in each list."""
    [file] = settings.releases_dir.glob("*.duckdb")
    with duckdb.connect(str(file)) as connection:
        connection.execute(_LISTS)
    return file


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_every_list_says_what_it_holds(
    settings: Settings, lists: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    said = {}
    for name in LISTS:
        assert run(["--lang", language, "marks", name]) == 0
        said[name] = capsys.readouterr().out
    words = {
        "owed": {"kk": "баға жоқ", "ru": "нет оценки", "en": "no mark"},
        "refused": {"kk": "кеш", "ru": "поздно", "en": "late"},
        "cases": {"kk": "басқа", "ru": "другой", "en": "other"},
    }
    for name, texts in words.items():
        assert texts[language] in said[name]
    assert "EX-AGR-01" in said["owed"] and "W-1" in said["owed"]
    assert "2.25" in said["flagged"] and "501" in said["flagged"] and " 46 " in said["flagged"]
    assert texts_of(language)("marks.flags_only")[:20] in said["flagged"]


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_an_empty_list_says_so(
    settings: Settings, lists: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    with duckdb.connect(str(lists)) as connection:
        for table in ("rpt_marks_owed", "rpt_marked_works", "rpt_refused_marks", "rpt_case_differences"):
            connection.execute(f"delete from reporting.{table}")
    write_pointer(settings.releases_dir, lists)
    for name in LISTS:
        assert run(["--lang", language, "marks", name]) == 0
        said = capsys.readouterr().out
        assert "R25-" not in said
        assert name not in NOTHING or texts_of(language)(NOTHING[name]) in said.replace("\n", " ")


def test_only_a_stage_or_a_rater(settings: Settings, lists: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["marks", "owed", "situational", "--rater", "EX-AGR-01"]) == 0
    assert capsys.readouterr().out.count("R25-000001") == 1
    assert run(["marks", "owed", "text_test"]) == 2
    assert "situational" in capsys.readouterr().err
    assert run(["marks", "owed", "--rater", "NOBODY"]) == 0
    assert "R25-" not in capsys.readouterr().out


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_forms_are_read_and_what_was_not_taken_is_told(
    settings: Settings, packets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    good = fill(packets / "EX-AGR-01.xlsx", tmp_path / "good.xlsx")
    rows = filled(sheet_of(packets / "EX-AGR-02.xlsx"))
    rows[1][6] = 9
    bad = write_sheet(tmp_path / "bad.xlsx", rows)
    assert run(["--lang", language, "marks", "read", str(good), "--by", "A. Engineer"]) == 0
    assert "good.xlsx" in capsys.readouterr().out
    assert run(["--lang", language, "marks", "read", str(good), str(bad)]) == 1
    said = capsys.readouterr().out
    assert str(rows[1][0]) in said and "problem_analysis" in said
    assert run(["--lang", language, "marks", "read", str(tmp_path / "no.xlsx")]) == 2
    assert "no.xlsx" in capsys.readouterr().err


def test_a_release_of_an_older_build_is_told(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["marks", "owed"]) == 1
    assert "reporting.rpt_marks_owed" in capsys.readouterr().err
