"""What `rezerv documents …` and `rezerv calendar` say: on a made-up release, without one, on an older one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.cli import run
from orchestration.texts import LANGUAGES, texts_of
from tests.support.fake_release import write_pointer, write_release
from tests.support.seed_models import build, open_seeds

DURING_INTAKE = 1


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a release made while documents are checked, with the findings of the real calendar."""
    for name in ("REZERV_LANGUAGE", "REZERV_AS_OF", "REZERV_RELEASES_DIR", "REZERV_WAREHOUSE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REZERV_HOME", str(tmp_path))
    file = write_release(tmp_path / "releases", "2025-r0042", size=120, published=DURING_INTAKE)
    write_pointer(tmp_path / "releases", file)
    with open_seeds() as seeds:
        build(seeds, "rpt_calendar_findings")
        rows = seeds.execute("select * from rpt_calendar_findings").fetchall()
    with _written(tmp_path) as connection:
        connection.execute("delete from reporting.rpt_calendar_findings")
        connection.executemany(
            "insert into reporting.rpt_calendar_findings values (?,?,?,?,?,?,?,?,?,?)", rows
        )
        connection.execute("delete from reporting.rpt_document_work")
        connection.executemany(
            "insert into reporting.rpt_document_work (season_code, candidate_no, track_code, region_code,"
            " document_type_code, need_state_code, closes_at, hours_left, is_about_to_close, work_code)"
            " values ('2025', ?, 'agro', 'KZ-11', ?, ?, ?, ?, ?, ?)",
            WORK,
        )
    return tmp_path


CLOSES, CLOSES_LATER = datetime(2025, 6, 30, 19), datetime(2025, 7, 31, 19)
WORK = [
    ("R25-000001", "education", "missing", CLOSES, 5, True, "candidate_must_upload"),
    ("R25-000002", "education", "no_annex", CLOSES, 5, True, "candidate_must_upload"),
    ("R25-000002", "language_certificate", "missing", CLOSES, 5, True, "candidate_must_upload"),
    ("R25-000003", "language_certificate", "unclear", CLOSES_LATER, 749, False, "checker_must_check"),
    # what the working group must decide about an eligible candidate stays open for good
    ("R25-000004", "employment_proof", "rejected", None, None, False, "working_group_must_decide"),
]


def _written(home: Path) -> duckdb.DuckDBPyConnection:
    (file,) = (home / "releases").glob("*.duckdb")
    file.chmod(0o600)
    return duckdb.connect(str(file))


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert run(list(arguments)) == code
    shown = capsys.readouterr()
    assert "Traceback" not in shown.err
    return " ".join((shown.out if code == 0 or shown.out else shown.err).split())


def test_work_is_counted_and_the_most_urgent_comes_first(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = said(capsys, "documents", "work")
    assert "Candidate must upload Education document with annex 2025-07-01 00:00 2 2 2" in shown
    assert "Checker must check Kazakh-language certificate 2025-08-01 00:00 1 1 0" in shown
    places = [shown.index(number) for number in ("R25-000001", "R25-000002", "R25-000003", "R25-000004")]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("arguments", "numbers"),
    [
        (("--type", "language_certificate"), {2, 3}),
        (("--work", "working_group_must_decide"), {4}),
        (("--about-to-close",), {1, 2}),
        (("--about-to-close", "--type", "education"), {1, 2}),
        (("--limit", "1"), {1}),
        (("--limit", "0"), {1, 2, 3, 4}),
    ],
)
def test_work_can_be_narrowed(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], numbers: set[int]
) -> None:
    shown = said(capsys, "documents", "work", *arguments)
    assert {number for number in range(1, 5) if f"R25-{number:06d}" in shown} == numbers


def test_a_cut_list_says_how_much_is_missing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "4 more lines" in said(capsys, "documents", "work", "--limit", "1")


def test_no_work_is_said(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with _written(home) as connection:
        connection.execute("delete from reporting.rpt_document_work")
        connection.execute("delete from reporting.rpt_document_checkers")
    assert texts_of("en")("documents.no_work") in said(capsys, "documents", "work")
    assert texts_of("en")("documents.no_checks") in said(capsys, "documents", "checkers")


@pytest.mark.parametrize("option", ["--type", "--work"])
def test_an_unknown_code_is_refused_and_the_known_are_named(
    home: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    shown = said(capsys, "documents", "work", option, "diploma", code=2)
    assert "diploma" in shown
    assert {"--type": "employment_proof", "--work": "checker_must_check"}[option] in shown


def test_checkers_have_their_counts_and_a_total(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with _written(home) as connection:
        sums = connection.execute(
            "select sum(count_checked), sum(count_confirmed), sum(count_rejected), sum(count_unclear),"
            " sum(count_overturned) from reporting.rpt_document_checkers"
        ).fetchone()
    assert sums is not None
    shown = said(capsys, "documents", "checkers")
    assert "CH-01" in shown and f"All {' '.join(str(one) for one in sums)}" in shown


def test_the_calendar_is_told_in_words_and_dates(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, "calendar")
    assert "Provide for: BOOKING_TOO_SHORT (§7.4, A42) Too few hours are given for choosing a slot" in shown
    assert "2025-09-22 09:00 2025-09-23 – 15" in shown
    assert "2025-10-01 2025-10-03 09:00" in shown
    assert "vetting 2025-06-30 2025-07-08" in shown
    assert "2025-10-25 2025-10-28" in shown
    assert "Findings: 12, of 8 kinds." in shown
    assert shown.count("SITTING_ON_DAYS_OFF") == 1


def test_a_mistake_in_the_calendar_comes_first_and_fails(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with _written(home) as connection:
        connection.execute(
            "insert into reporting.rpt_calendar_findings values"
            " ('2025', 'NOT_PUBLISHED', 'interview', 'published', null, null, null, null, null, 'error'),"
            " ('2025', 'OUTSIDE_SEASON', 'outreach', 'campaign', '2024-05-19', '2024-05-31', null, null,"
            "  null, 'error')"
        )
    shown = said(capsys, "calendar", code=1)
    assert shown.index("Correct: NOT_PUBLISHED") < shown.index("Correct: OUTSIDE_SEASON")
    assert shown.index("Correct: OUTSIDE_SEASON") < shown.index("Provide for: ")
    assert "Outreach: campaign 2024-05-19 2024-05-31" in shown


def test_only_the_season_of_the_settings_is_told(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REZERV_SEASON", "2027")
    assert texts_of("en")("calendar_lint.none") in said(capsys, "calendar")


def test_a_calendar_without_contradictions_says_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with _written(home) as connection:
        connection.execute("delete from reporting.rpt_calendar_findings")
    assert texts_of("en")("calendar_lint.none") in said(capsys, "calendar")


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_is_said_in_the_language(home: Path, capsys: pytest.CaptureFixture[str], language: str) -> None:
    texts = texts_of(language)
    work = said(capsys, "documents", "work", "--lang", language)
    assert texts("documents.col_closes").split()[0] in work
    assert texts("documents.all_checkers") in said(capsys, "documents", "checkers", "--lang", language)
    calendar = said(capsys, "calendar", "--lang", language)
    assert texts("calendar_lint.warn") in calendar
    assert all(texts(f"calendar_lint.event_{event}") in calendar for event in ("sitting", "vetting"))
    english = "Too few hours are given"
    assert (english in calendar) == (language == "en")


COMMANDS = (("documents", "work"), ("documents", "checkers"), ("calendar",))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_without_a_release_it_is_asked_for(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: tuple[str, ...],
) -> None:
    monkeypatch.setenv("REZERV_HOME", str(tmp_path / "empty"))
    assert "release" in said(capsys, *command, code=2)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_release_of_an_older_build_is_named(
    home: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    with _written(home) as connection:
        connection.execute("drop table reporting.rpt_document_work")
        connection.execute("drop table reporting.rpt_calendar_findings")
    shown = said(capsys, *command, code=1)
    assert "2025-r0042" in shown and "reporting.rpt_" in shown
