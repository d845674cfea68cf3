"""The reports of the stages of a whole season, as the command writes them."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from orchestration.layout.content import Table
from orchestration.layout.rendering import render
from orchestration.releases import current_release
from orchestration.settings import load_settings
from orchestration.stage_reports import compared, exceptions, outreach
from orchestration.stage_reports.figures import Figures, open_figures
from orchestration.stage_reports.reports import stage_report
from tests.support.home import ROOT, Home
from tests.support.privacy import people_of

LANGUAGES, FORMATS = ("kk", "ru", "en"), ("pdf", "xlsx", "html")
STAGES = (
    "outreach", "registration", "vetting", "text_test", "numeric_test", "situational", "assessment_centre",
    "interview", "expert_commission", "national_commission",
)  # fmt: skip
LEAST = 5


@pytest.fixture(scope="module")
def written(home: Home) -> dict[str, bytes]:
    """Every report of the season by its file's name."""
    done = home.rezerv("report", "all", "--lang", "all")
    assert done.returncode == 0, done.stderr[-2000:]
    folder = home.path / "reports" / home.release()["release_id"]
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def rows_of(content: bytes, sheet: str) -> list[list[object]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [row for row in book.get_sheet_by_name(sheet).to_python() if any(cell != "" for cell in row)]


def texts_of(written: dict[str, bytes]) -> dict[str, str]:
    """The whole text of each file."""
    found = {}
    for name, content in written.items():
        if name.endswith("pdf"):
            found[name] = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
        elif name.endswith("xlsx"):
            book = CalamineWorkbook.from_filelike(io.BytesIO(content))
            found[name] = str([book.get_sheet_by_name(sheet).to_python() for sheet in book.sheet_names])
        else:
            found[name] = content.decode()
    return found


def test_each_stage_has_a_file_in_each_language_and_format(written: dict[str, bytes]) -> None:
    assert sorted(written) == sorted(
        f"{place:02}-{stage}-{language}.{ending}"
        for place, stage in enumerate(STAGES)
        for language in LANGUAGES
        for ending in FORMATS
    )


def test_written_again_they_are_the_same_bytes(written: dict[str, bytes], home: Home, tmp_path: Path) -> None:
    done = home.rezerv("report", "situational", "--lang", "all", "--out", str(tmp_path / "again"))
    assert done.returncode == 0
    again = {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()}
    assert len(again) == 9
    assert again == {name: written[name] for name in again}


def test_every_pdf_has_its_letters_and_every_page_its_number(written: dict[str, bytes]) -> None:
    words = {
        "kk": "{page}-бет, барлығы {pages}",
        "ru": "Страница {page} из {pages}",
        "en": "Page {page} of {pages}",
    }
    for name, content in written.items():
        if name.endswith("pdf"):
            language = name[-6:-4]
            pages = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
            for number, text in enumerate(pages, start=1):
                assert words[language].format(page=number, pages=len(pages)) in text, (name, number)
            if language == "kk":
                assert set("әіңғүұқө") <= set("".join(pages).lower()), name


def test_no_report_names_anybody(written: dict[str, bytes], home: Home) -> None:
    people = people_of(home.landing)
    assert all(people.values.values())
    numbers = {row[0] for row in home.query("select candidate_no from core.dim_candidates")}
    for name, text in texts_of(written).items():
        assert not {number for number in numbers if number in text}, name
        assert people.kinds_in(text) == set(), name


def test_no_code_is_shown_in_place_of_words(written: dict[str, bytes]) -> None:
    for name, text in texts_of(written).items():
        if name.endswith("pdf"):
            shown = text.replace(name.split("-")[1], "")
            assert not re.findall(r"\b[a-z]+_[a-z_]+\b|\b[A-Z]+_[A-Z_]+\b|None|KZ-\d", shown), name


def test_tracks_are_those_of_the_selection(written: dict[str, bytes], home: Home) -> None:
    counted = home.query(
        "select count(*), count(*) filter (where is_admitted) from selection.sel_stage_results"
        " where stage_code = 'text_test'"
    )[0]
    total = rows_of(written["03-text_test-en.xlsx"], "Tracks")[-1]
    assert total[0] == "Total"
    assert (total[1], total[5]) == counted
    outcomes = rows_of(written["03-text_test-en.xlsx"], "Outcomes")
    assert sum(row[2] for row in outcomes[1:-1]) == counted[0]


def test_groups_are_counted_and_the_few_stand_together(home: Home) -> None:
    """Each kind of group again, in Python: nobody alone whom the policy hides, nobody twice, nobody lost."""
    columns = ("region_code", "sex_code", "age_band_code", "employer_type_code", "test_language_code")
    kinds = ("region", "sex", "age_band", "employer_type", "language")
    rows = home.query(
        f"select r.stage_code, {', '.join(columns)} from selection.sel_stage_results as r"
        " join core.dim_candidates as c using (candidate_no)"
    )
    expected: Counter[tuple[str, str, str]] = Counter()
    for place, kind in enumerate(kinds, start=1):
        for stage in {row[0] for row in rows}:
            counts = Counter(row[place] for row in rows if row[0] == stage)
            hidden = {code for code, count in counts.items() if count < LEAST}
            rest = sorted(counts.keys() - hidden, key=lambda code: (counts[code], code))
            if hidden and rest and sum(counts[code] for code in hidden) < LEAST:
                hidden.add(rest[0])
            for code, count in counts.items():
                expected[stage, kind, "other" if code in hidden else code] += count
    found = home.query(
        "select stage_code, group_kind_code, group_code, count_entered from reporting.rpt_stage_groups"
    )
    assert {row[:3]: row[3] for row in found} == dict(expected)
    assert any(key[2] == "other" for key in expected)


def test_applications_are_counted_day_by_day(written: dict[str, bytes], home: Home) -> None:
    [(counted,)] = home.query(
        "select count(*) from core.dim_candidates where submitted_on is not null and is_counted"
    )
    days = rows_of(written["00-outreach-en.xlsx"], "Days")
    assert sum(row[3] for row in days[1:]) == counted
    regions = rows_of(written["00-outreach-en.xlsx"], "Regions")
    shown = [row[3] for row in regions[1:]]
    assert len(regions) == 22
    assert all(value == "< 5" or value == 0 or value >= LEAST for value in shown)
    hidden = shown.count("< 5")
    assert hidden != 1, "one hidden number follows from the sum of the others"


def test_a_stage_ahead_has_no_report_and_says_so(home: Home) -> None:
    done = home.rezerv("report", "interview", "--as-of", "2025-08-20", "--format", "html")
    assert done.returncode == 1
    assert "has not happened yet" in done.stderr and "2025-08-20 23:59" in done.stderr
    assert "Traceback" not in done.stderr


def test_as_of_a_moment_the_report_is_of_what_was_known(home: Home, tmp_path: Path) -> None:
    done = home.rezerv(
        "report", "all", "--as-of", "2025-08-08T12:00", "--format", "html", "--out", str(tmp_path)
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"{place:02}-{stage}-en.html" for place, stage in enumerate(STAGES[:4])
    ]
    assert "“Situational tasks” has not happened yet" in done.stdout
    assert "8 August 2025, 12:00 (Astana time)" in (tmp_path / "03-text_test-en.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("report", "finals"), "no stage finals"),
        (("report", "interview", "--format", "docx"), "docx"),
        (("report", "interview", "--lang", "de"), "de"),
        (("report", "interview", "--as-of", "yesterday"), "yesterday"),
        (("report",), "STAGE"),
        (("report", "interview", "--out", "{file}"), "is a file"),
    ],
)
def test_what_was_asked_wrongly_is_said(
    home: Home, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    file = tmp_path / "taken"
    file.write_text("here")
    done = home.rezerv(*(part.format(file=file) for part in arguments))
    assert done.returncode == 2
    assert words in done.stderr and "Traceback" not in done.stderr


def test_all_is_no_language_of_another_command(home: Home) -> None:
    assert home.rezerv("funnel", "--lang", "all").returncode == 2


def test_without_a_release_there_is_no_report(tmp_path: Path) -> None:
    done = Home(tmp_path).rezerv("report", "interview")
    assert done.returncode == 2
    assert "no release" in done.stderr.lower()


def test_words_cover_every_code_that_the_contracts_allow() -> None:
    import yaml

    def allowed(feed: str, column: str) -> set[str]:
        contract = yaml.safe_load((ROOT / "ingestion" / "contracts" / f"{feed}.odcs.yaml").read_text())
        [found] = [one for one in contract["schema"][0]["properties"] if one["name"] == column]
        return set(found["quality"][0]["arguments"]["validValues"])

    decisions = "agency__working_group_decisions"
    assert allowed(decisions, "action_code") == set(exceptions._ACTIONS)
    assert allowed(decisions, "basis_code") | {"other"} == set(exceptions._BASES)
    assert allowed("platform__resit_claims", "cause_code") == set(exceptions._CAUSES)
    assert allowed("platform__resit_claims", "decision_code") == set(exceptions._CLAIMS)
    assert allowed("outreach__events", "kind_code") == set(outreach._KINDS)
    assert allowed("outreach__events", "organiser_code") == set(outreach._ORGANISERS)
    assert allowed("outreach__events", "audience_code") == set(outreach._AUDIENCES)


def test_exceptions_and_policies_are_counted(home: Home) -> None:
    """The same counts in Python, from the rows that they are of."""
    results = Counter(
        (stage, "result", reason, "")
        for stage, status, reason, is_late in home.query(
            "select stage_code, status_code, reason_code, is_late from selection.sel_stage_results"
        )
        if status not in ("admitted", "not_admitted", "absent") or is_late
    )
    decisions = Counter(
        home.query("select stage_code, action_code, basis_code from core.fct_working_group_decisions")
    )
    by_basis: Counter[tuple[str, str, str, str]] = Counter()
    for (stage, action, basis), count in decisions.items():
        by_basis[stage, "decision", action, basis if count >= LEAST else "other"] += count
    claims = Counter(
        (stage, "resit_claim", decision or "pending", cause)
        for stage, decision, cause in home.query(
            "select stage_code, decision_code, cause_code from core.fct_resit_claims"
        )
    )
    marks = Counter(
        (stage, "refused_mark", handling, "")
        for stage, handling in home.query(
            "select stage_code, mark_handling_code from reporting.rpt_refused_marks"
        )
    )
    found = home.query(
        "select stage_code, exception_kind_code, exception_code, exception_basis_code, count_cases"
        " from reporting.rpt_exceptions"
    )
    assert {row[:4]: row[4] for row in found} == dict(results + by_basis + claims + marks)
    applied = Counter(
        (stage, policy)
        for stage, policies in home.query("select stage_code, policy_codes from selection.sel_explanations")
        for policy in policies.split(", ")
        if policy
    )
    found = home.query("select stage_code, policy_code, count_applied from reporting.rpt_stage_policies")
    assert {row[:2]: row[2] for row in found} == dict(applied)


def test_an_asset_writes_a_stage_in_every_language_and_format(home: Home) -> None:
    from orchestration.assets.reports import write

    settings = load_settings({"REZERV_HOME": str(home.path)})
    assert write(settings, "interview")["count_files"] == 9
    empty = load_settings({"REZERV_HOME": str(home.path / "nothing")})
    assert write(empty, "interview") == {"note": "no release yet"}


@pytest.fixture()
def changed(home: Home, tmp_path: Path) -> Callable[..., Figures]:
    """The figures of a copy of the release in which something is otherwise."""

    def open_changed(*statements: str) -> Figures:
        settings = load_settings({"REZERV_HOME": str(home.path)})
        release = current_release(settings.releases_dir)
        assert release is not None
        file = tmp_path / "changed.duckdb"
        file.write_bytes(release.file.read_bytes())
        with duckdb.connect(str(file)) as connection:
            for statement in statements:
                connection.execute(statement)
        return open_figures(settings, replace(release, file=file), "en")

    return open_changed


def test_a_season_before_is_compared_with(changed: Callable[..., Figures]) -> None:
    """A release that holds the season before too: its figures stand beside this season's."""
    statements = [
        statement
        for table in ("rpt_stage_tracks", "rpt_outreach_days")
        for statement in (
            f"create or replace table earlier as select * from reporting.{table}",
            "update earlier set season_code = '2023'",
            f"insert into reporting.{table} by name select * from earlier",
        )
    ]
    figures = changed(*statements)
    table = compared.section(figures, "interview").blocks[-1]
    assert isinstance(table, Table)
    assert [column.label for column in table.columns][1:3] == ["Entered, season before", "Entered"]
    assert table.rows and all(row[1] == row[2] for row in table.rows)
    totals = outreach.sections(figures)[-1].blocks[-1]
    assert isinstance(totals, Table) and totals.rows[0][1] == totals.rows[0][2]


def test_a_published_list_is_shown_with_its_acts_and_corrections(changed: Callable[..., Figures]) -> None:
    figures = changed(
        "update reporting.rpt_publications set is_published_by_act = true, is_provisional = false,"
        " version = 2, act_no = 7, published_at = timestamp '2025-08-09 04:00:00'"
        " where stage_code = 'text_test'",
        "insert into reporting.rpt_publication_acts by name select '2025' as season_code, 7 as act_no,"
        " 'text_test' as stage_code, 3 as stage_order, 'restated' as kind_code, 2 as version,"
        " timestamp '2025-08-09 04:00:00' as acted_at, 'Somebody' as approved_by, 'WG-1' as decision_no,"
        " 'Why' as reason, 100 as count_rows, 'x' as list_hash, 'x' as act_hash, true as is_in_force,"
        " false as is_keeping",
        "insert into reporting.rpt_drift by name select '2025' as season_code, 'text_test' as stage_code,"
        " 3 as stage_order, 2 as version, 'agro' as track_code, 'R25-000001' as candidate_no,"
        " 'score' as change_code, false as is_drift_kept, false as is_late, true as is_admitted_before,"
        " true as is_admitted_after",
    )
    report = stage_report(figures, "text_test")
    assert report.identity.version == "version 2"
    tables = {table.name: table for table in report.tables()}
    assert tables["Acts"].rows == ((7, "restated", 2, datetime(2025, 8, 9, 4), "WG-1", 100),)
    assert tables["Corrections"].rows == (("another score", 1, "no"),)
    content = render(report, "html").decode()
    assert "act no. 7, 9 August 2025, 09:00" in content
    assert "Somebody" not in content and "R25-000001" not in content
