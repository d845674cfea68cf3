"""What `rezerv eligibility` says: of everybody, and of one candidate, on a small release made by hand."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from orchestration.cli import run
from orchestration.texts import LANGUAGES, texts_of
from tests.support.fake_release import SEEDS, write_pointer

BAD, GOOD, DRAFT = "R25-000001", "R25-000002", "R25-000003"
SEEDS_READ = (
    "eligibility_rules", "finding_codes", "warning_codes", "track_change_effects", "tracks", "statuses",
    "reason_codes", "stop_lists",
)  # fmt: skip

_TABLES = """
create schema core; create schema selection; create schema reporting; create schema seeds;
create table core.dim_candidates as
select * from (values
    ('2025', 'R25-000001', 'economy', timestamp '2025-06-20 07:00:00', date '2025-06-20', true),
    ('2025', 'R25-000002', 'agro', timestamp '2025-06-30 18:59:59', date '2025-06-30', true),
    ('2025', 'R25-000003', 'agro', null, null, false)
) as d(season_code, candidate_no, track_code, submitted_at, submitted_on, is_counted);
create table selection.sel_stage_results as
select * from (values
    ('2025', 'R25-000001', 1, 'not_admitted', 'EDUCATION'),
    ('2025', 'R25-000002', 1, 'admitted', 'ELIGIBLE'),
    ('2025', 'R25-000003', 1, 'not_admitted', 'REG_NOT_SUBMITTED')
) as r(season_code, candidate_no, stage_order, status_code, reason_code);
create table core.fct_batches as
select * from (values
    ('b1', '2025-06-22T230000/platform__documents.csv', timestamp '2025-06-22 18:00:00'),
    ('b2', '2025-06-22T230000/platform__employment_periods.csv', timestamp '2025-06-22 18:00:00'),
    ('b3', '2025-05-30T180000/registers__stop_list.xlsx', timestamp '2025-05-30 13:00:00'),
    ('b4', '2025-07-01T010000/platform__registrations.jsonl', timestamp '2025-06-30 20:00:00')
) as b(batch_id, source_file, received_at);
create table core.fct_eligibility_findings as
select * from (values
    ('2025', 'R25-000001', 'EDUCATION', 'NOT_HIGHER', 'platform__documents', 'D-77', 'b1', 1204),
    ('2025', 'R25-000001', 'EXPERIENCE', 'TOO_SHORT', 'platform__employment_periods', 'period 2', 'b2', 17),
    ('2025', 'R25-000001', 'STOP_LIST', 'ON_STOP_LIST', 'registers__stop_list', 'corps_a 2024-01-10', 'b3',
     3),
    ('2025', 'R25-000003', 'SUBMITTED', 'NOTHING_SUBMITTED', 'platform__registrations', 'submission 0', 'b4',
     5)
) as f(season_code, candidate_no, rule_code, finding_code, input_feed, input_id, _batch_id, _row_number);
create table core.fct_eligibility_warnings as
select * from (values
    ('2025', 'R25-000002', 'TURNS_36', 'platform__registrations', 'submission 1', null::date, 'b4'),
    ('2025', 'R25-000002', 'TERM_ASSUMED', 'platform__documents', 'D-88', date '2025-09-01', 'b1')
) as w(season_code, candidate_no, warning_code, input_feed, input_id, warns_on, _batch_id);
create table core.fct_track_changes as
select * from (values
    ('2025', 'R25-000002', 1, 'social', 'digital', timestamp '2025-06-30 19:00:00', 'submission', null,
     'after_window'),
    ('2025', 'R25-000002', 2, 'social', 'agro', timestamp '2025-07-10 06:00:00', 'decision', 'WG-7',
     'counted')
) as c(season_code, candidate_no, change_no, from_track_code, to_track_code, asked_at, source_code,
       decision_no, effect_code);
"""
_CHECKS = """
create table core.fct_eligibility_checks as
select '2025' as season_code, candidate_no, rule_code, rule_order,
    (candidate_no, rule_code) not in (
        select (f.candidate_no, f.rule_code) from core.fct_eligibility_findings as f
    ) as is_met
from (values ('R25-000001'), ('R25-000002'), ('R25-000003')) as c(candidate_no), seeds.eligibility_rules
where (candidate_no <> 'R25-000003' or rule_code = 'SUBMITTED') and rule_code <> 'AGE';
create table reporting.rpt_eligibility as
select c.season_code, d.track_code, c.rule_code, c.rule_order, count(*)::integer as count_asked,
    (count(*) filter (not c.is_met))::integer as count_failed,
    (count(*) filter (not c.is_met and c.rule_code in ('EDUCATION', 'SUBMITTED')))::integer
        as count_first_reason
from core.fct_eligibility_checks as c inner join core.dim_candidates as d using (candidate_no) group by all;
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose release knows three candidates; the rule on age was in force until 19 June."""
    for name in ("REZERV_LANGUAGE", "REZERV_AS_OF", "REZERV_RELEASES_DIR", "REZERV_WAREHOUSE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REZERV_HOME", str(tmp_path))
    releases = tmp_path / "releases"
    releases.mkdir()
    file = releases / "2025-r0001.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(_TABLES)
        for seed in SEEDS_READ:
            connection.execute(f"create table seeds.{seed} as from read_csv('{SEEDS / seed}.csv')")
        # an empty column reads as text
        connection.execute("alter table seeds.eligibility_rules alter valid_to type date")
        connection.execute(
            "update seeds.eligibility_rules set valid_to = '2025-06-19' where rule_code = 'AGE'"
        )
        connection.execute(_CHECKS)
    write_pointer(releases, file)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert run(["eligibility", *arguments]) == code
    shown = capsys.readouterr()
    assert "Traceback" not in shown.err
    return " ".join((shown.out if code == 0 else shown.err).split())


def test_every_no_is_told_by_paragraph_law_row_and_file(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = said(capsys, BAD)
    assert f"{BAD} · economic and financial policy · submitted 2025-06-20 12:00" in shown
    assert "Registration: Not admitted." in shown
    assert "Not met: Higher education (§2.6) – The level of education" in shown
    assert (
        "document D-77: row 1204 of 2025-06-22T230000/platform__documents.csv, received 2025-06-22 23:00,"
        " batch b1"
    ) in shown
    assert "Not met: At least five years of work experience (§2.6; Labour Code 414-V, art. 35; A36)" in shown
    assert "period of employment 2: row 17 of 2025-06-22T230000/platform__employment_periods.csv" in shown
    assert 'entry of the list “Corps "A" administrative servant” from 2024-01-10: row 3' in shown
    assert "[NOT_HIGHER]" in shown and "[TOO_SHORT]" in shown and "[ON_STOP_LIST]" in shown
    assert shown.count("NOT MET") == 3


def test_rules_stand_in_their_order_with_the_law_behind_them(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = said(capsys, BAD)
    names = [
        "Application submitted in time", "Consents and confirmations", "Complete set of documents",
        "Citizenship of the Republic of Kazakhstan", "Higher education",
    ]  # fmt: skip
    places = [shown.index(name) for name in names]
    assert places == sorted(places)
    assert "civil service law 416-V" in shown
    # not in force on 20 June any more
    assert "Not older than 35" not in shown


def test_who_meets_everything_has_warnings_and_changes_all_the_same(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = said(capsys, GOOD)
    assert "NOT MET" not in shown and "Not met:" not in shown
    assert "[TURNS_36, A35] submission 1: 2025-07-01T010000/platform__registrations.jsonl" in shown
    assert "2025-09-01 [TERM_ASSUMED, A37] document D-88: 2025-06-22T230000/platform__documents.csv" in shown
    assert re.search(r"2025-07-01 00:00 social policy.* digitalisation submission Asked for after", shown)
    assert re.search(r"2025-07-10 11:00 social policy.* decision WG-7 Counts", shown)


def test_a_draft_was_asked_for_a_submission_only(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, DRAFT)
    assert "submitted –" in shown
    assert "Not met: Application submitted in time (§2.1)" in shown
    assert "submission 0: row 5 of 2025-07-01T010000/platform__registrations.jsonl" in shown
    assert shown.count("not asked") == 9
    assert "Warnings" not in shown and "Changes of track" not in shown


@pytest.mark.parametrize("number", ["R25-999999", "", "'; drop table x", "R25-00000%"])
def test_an_unknown_number_is_a_clear_error(
    home: Path, capsys: pytest.CaptureFixture[str], number: str
) -> None:
    assert number in said(capsys, number, code=1)


def test_without_a_number_rules_are_counted(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys)
    assert "Application submitted in time §2.1 3 1 1" in shown
    assert "Higher education §2.6 2 1 1 economic and financial policy 1 1 1" in shown
    assert "Among those" not in shown
    assert shown.count("economic and financial policy") == 3


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("arguments", [(), (BAD,), (GOOD,), (DRAFT,)])
def test_it_speaks_three_languages(
    home: Path, capsys: pytest.CaptureFixture[str], language: str, arguments: tuple[str, ...]
) -> None:
    shown = said(capsys, *arguments, "--lang", language)
    say = texts_of(language)
    title = "eligibility.title" if arguments else "eligibility.counts_title"
    assert say(title) in shown
    if language != "en":
        others = ("Not met", "row ", "received", "batch", "Higher", "Counts", "Asked")
        assert not [word for word in others if word in shown]
    if arguments == (BAD,):
        assert say("eligibility.law_414_V", article="35") in shown
        for line in ("NOT_HIGHER", "TOO_SHORT", "ON_STOP_LIST"):
            assert line in shown


def test_before_any_release_it_says_what_to_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REZERV_HOME", str(tmp_path / "empty"))
    assert "rezerv update" in said(capsys, BAD, code=2)


def test_an_older_release_is_told(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (file,) = (home / "releases").glob("*.duckdb")
    with duckdb.connect(str(file)) as connection:
        connection.execute("drop table core.fct_eligibility_findings")
    shown = said(capsys, BAD, code=1)
    assert "core.fct_eligibility_findings" in shown and "rezerv build" in shown
