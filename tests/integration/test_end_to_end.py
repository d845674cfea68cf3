"""A small season through the console command, as a person runs it: demo, correction, refusal."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineWorkbook

from tests.oracle import OracleSeason, run_oracle
from tests.support.home import Home

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def standings(home: Home) -> dict[tuple[str, str], tuple[str, str, Fraction | None, int | None]]:
    """What the release says of everybody at every stage."""
    rows = home.query("""
        select stage_code, candidate_no, status_code, reason_code, score_numerator, score_denominator, rank
        from selection.sel_stage_results
    """)
    return {
        (stage, candidate): (status, reason, Fraction(n, d) if d and rank else None, rank)
        for stage, candidate, status, reason, n, d, rank in rows
    }


def expected(oracle: OracleSeason) -> dict[tuple[str, str], tuple[str, str, Fraction | None, int | None]]:
    """The same from the oracle."""
    return {
        key: (r.status, r.reason, r.score if r.rank else None, r.rank) for key, r in oracle.results.items()
    }


def test_the_demo_prints_the_funnel_and_what_to_open(home: Home) -> None:
    printed = (home.path / "demo-output.txt").read_text()
    assert "make dash" in printed
    assert "National Commission" in printed
    (enrolled,) = home.query("select count(*) from reporting.rpt_reserve")[0]
    assert 0 < enrolled <= 50
    places = dict(
        home.query("""
        select track_code, limit_places from selection.sel_cutoffs where stage_code = 'situational'
    """)
    )
    assert places == {
        "social": 54,
        "infrastructure": 48,
        "economy": 42,
        "digital": 54,
        "agro": 54,
        "foreign": 48,
    }


def test_the_release_says_what_the_oracle_says(home: Home) -> None:
    assert standings(home) == expected(run_oracle(home.landing, NOW))


def test_again_at_once_changes_nothing(home: Home) -> None:
    before = home.release()
    done = home.rezerv("demo", "--size", "220", "--seed", "3")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert home.release() == before


def test_a_corrected_file_changes_the_release_as_the_oracle_says(home: Home) -> None:
    """The Expert Commission sends other marks for somebody whom the National Commission declined."""
    before = expected(run_oracle(home.landing, NOW))
    declined = home.query("""
        select candidate_no from selection.sel_stage_results
        where reason_code = 'NOT_ENROLLED' order by candidate_no limit 1
    """)[0][0]
    marks = _rows(home.landing, "agency__commission_marks", declined)
    assert marks
    best = [{**row, "points": 10 if row["points"] != "" else None} for row in marks]
    file = _workbook(
        home.landing / "2025-10-15T200000" / "agency__commission_marks__corrected_by_test.xlsx", best
    )
    old = home.release()["release_id"]

    done = home.rezerv("update", str(file))

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert home.release()["release_id"] != old
    after = expected(run_oracle(home.landing, NOW))
    assert standings(home) == after
    moved = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert ("expert_commission", declined) in moved
    changes = home.query("select distinct stage_code, candidate_no from release.changes")
    assert set(changes) == {key for key in moved if _visible(before.get(key)) != _visible(after.get(key))}
    assert home.query("select previous_release_id from release.manifest") == [(old,)]
    assert home.query("select feed, count_landed from release.new_batches") == [
        ("agency__commission_marks", len(best))
    ]
    assert (home.path / "releases" / f"{old}.duckdb").exists(), "the old release stays"
    assert declined in home.rezerv("diff").stdout


def _rows(landing: Path, feed: str, candidate: str) -> list[dict[str, object]]:
    """The latest rows of a candidate in an XLSX feed, by key of the marks: candidate and member."""
    found: dict[object, dict[str, object]] = {}
    for file in sorted(landing.rglob(f"{feed}*.xlsx")):
        header, *lines = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
        for line in lines:
            row = dict(zip(header, line, strict=True))
            if row["candidate_no"] == candidate:
                found[row["member_code"]] = row
    return list(found.values())


def _workbook(file: Path, rows: list[dict[str, object]]) -> Path:
    """Write rows as a sender would: a sheet whose first row names the columns."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, list(rows[0]))
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row.values()):
                if isinstance(value, date):
                    sheet.write_datetime(number, column, value, day)
                else:
                    sheet.write(number, column, value)
    return file


def _visible(standing: tuple | None) -> tuple | None:
    """What a change list shows: status, score, rank."""
    return standing and (standing[0], standing[2], standing[3])


def test_a_failing_check_never_publishes(home: Home) -> None:
    outsider = home.query("""
        select candidate_no from selection.sel_stage_results
        where stage_code = 'text_test' and status_code = 'not_admitted' order by 1 limit 1
    """)[0][0]
    before = home.release()
    decision = {
        "decision_no": "NC-WRONG",
        "candidate_no": outsider,
        "decided_at": "2025-10-24T12:00:00+05:00",
        "decision_code": "enrol",
    }
    file = _workbook(
        home.landing / "2025-10-24T190000" / "agency__national_decisions__wrong.xlsx", [decision]
    )

    done = home.rezerv("update", str(file))

    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert "assert_national_commission_takes_only_proposed" in said, said[-3000:]
    assert "Traceback" not in said
    assert home.release() == before


def test_a_mistake_is_named_and_not_traced(home: Home, tmp_path: Path) -> None:
    missing = home.rezerv("land", str(tmp_path / "platform__answers__nowhere.parquet"))
    assert missing.returncode == 2
    assert "platform__answers__nowhere.parquet" in missing.stderr
    assert "Traceback" not in missing.stderr
    wrong = home.rezerv("build", "--as-of", "yesterday")
    assert wrong.returncode == 2
    assert "Traceback" not in wrong.stderr
