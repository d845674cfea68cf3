"""`rezerv explain`: every line with its numbers, in three languages, and clear answers."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.console import Screen
from orchestration.errors import OrchestrationError, UserError
from orchestration.explain_console import show_explanation
from orchestration.explain_reports import Explained, _read
from orchestration.texts import texts_of
from orchestration.vetting_reports import Reading

CLOCK = datetime(2025, 8, 20, 4)


@pytest.fixture()
def file(tmp_path: Path) -> Path:
    """A database with one candidate at two stages: published by an act, and provisional."""
    path = tmp_path / "release.duckdb"
    with duckdb.connect(str(path)) as connection:
        for schema in ("core", "selection", "seeds"):
            connection.execute(f"create schema {schema}")
        names = "'кк' as name_kk, 'ру' as name_ru, 'en' as name_en"
        connection.execute(
            "create table seeds.stages as select '2025' as season_code, unnest(['text_test', 'numeric_test',"
            f" 'situational']) as stage_code, unnest([3, 4, 5]) as stage_order, {names}"
        )
        tracks = "select '2025' as season_code, 'agro' as track_code"
        connection.execute(f"create table seeds.tracks as {tracks}, {names}")
        connection.execute(f"create table seeds.statuses as select 'admitted' as status_code, {names}")
        connection.execute(
            "create table seeds.reason_codes as select 'BY_TIE' as reason_code, 'себеп' as text_kk,"
            " 'причина' as text_ru, 'the tie' as text_en"
        )
        connection.execute(
            "create table core.fct_batches as select 'b1' as batch_id, 'platform__answers' as feed,"
            " 'answers.parquet' as source_file, timestamp '2025-08-03 10:00' as received_at"
        )
        connection.execute("""
            create table selection.sel_explanations as
            select '2025' as season_code, 'R25-000001' as candidate_no, stage_code, stage_order,
                'agro' as track_code, 'admitted' as status_code, 'BY_TIE' as reason_code, '§5.4' as paragraph,
                'A1, A3' as policy_codes, 14.5::decimal(9, 2) as score_points, 29 as score_numerator,
                2 as score_denominator, 6 as rank, 3 as count_equals, 21 as count_pool, 7 as limit_places,
                14.5::decimal(9, 2) as cutoff_points, false as is_shortfall, false as is_late, act_no is null
                as is_provisional, act_no as version, act_no, null::varchar as decision_no,
                'WG-1' as decision_nos, 'b1' as _batch_ids
            from (values ('text_test', 3, 1), ('numeric_test', 4, null))
                as lines (stage_code, stage_order, act_no)
        """)
    return path


def told(file: Path, language: str, stage: str, capsys: pytest.CaptureFixture[str]) -> str:
    explained = _read(Reading(file, language), "the-release", CLOCK, "R25-000001", stage)
    show_explanation(Screen(texts_of(language)), explained)
    return capsys.readouterr().out


@pytest.mark.parametrize(("language", "word"), [("kk", "себеп"), ("ru", "причина"), ("en", "the tie")])
def test_a_line_tells_its_numbers(
    file: Path, language: str, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = told(file, language, "", capsys)
    for part in (word, "29/2", "14.50", "21", "§5.4", "A1, A3", "WG-1", "answers.parquet", "R25-000001"):
        assert part in text


def test_published_and_provisional_lines_say_so(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "published, version 1, act 1" in told(file, "en", "text_test", capsys)
    text = told(file, "en", "numeric_test", capsys)
    assert "provisional" in text
    assert "act 1" not in text


def test_what_is_not_there_is_said(file: Path) -> None:
    def ask(candidate: str, stage: str) -> Explained:
        return _read(Reading(file, "en"), "", CLOCK, candidate, stage)

    with pytest.raises(OrchestrationError) as unknown:
        ask("R25-000009", "")
    assert unknown.value.message_key == "error.candidate_unknown"
    with pytest.raises(UserError) as misspelt:
        ask("R25-000001", "text_tst")
    assert misspelt.value.params["nearest"] == "text_test"
    with pytest.raises(OrchestrationError) as not_there:
        ask("R25-000001", "situational")
    assert not_there.value.message_key == "error.explain_not_there"
