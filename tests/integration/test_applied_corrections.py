"""`rezerv preview` and `rezerv apply` as a person runs them: through the command, Dagster, dbt and a release.

What a difference holds is tested upon compiled SQL (tests/unit/orchestration/test_corrections.py). The tests
change one season, in the order in which they stand.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from ingestion.contracts import load_contract
from ingestion.contracts.examples import example_rows
from orchestration.texts import texts_of
from tests.integration.test_end_to_end import expected, standings
from tests.oracle import OracleSeason, run_oracle
from tests.oracle.reading import Row, Tables, read_landing
from tests.oracle.season import compute
from tests.support.home import Home
from tests.support.scratch_season import write_feed

KEYS, EVENTS = "academy__answer_keys", "outreach__events"
WHO, WHY = "Officer 7", "item was printed wrong"
SHEETS = ("Summary", "Standings", "Cuts", "Published lists", "Affected")


@dataclass(frozen=True)
class Corrected:
    """A home, and a file outside it that corrects a right answer."""

    home: Home
    file: Path


@pytest.fixture(scope="module")
def corrected(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Corrected:
    """A season, and another right answer that moves scores and nobody's admission."""
    folder = tmp_path_factory.mktemp("corrected")
    return Corrected(home, write_feed(folder / "sent", KEYS, [_harmless_key(home.landing)]))


def _harmless_key(landing: Path) -> dict[str, Any]:
    """The first such row of the key of the numeric test, which has more places than people here."""
    now = datetime.now(UTC)
    tables = read_landing(landing, now, now)
    before = compute(tables, now)
    for key, row in tables.by_feed[KEYS].items():
        if row["stage_code"] != "numeric_test":
            continue
        for option in "ABCDE":
            values = {**row.values, "correct_option_code": option}
            changed = Row(values, now, row.first_received_at, row.landing_order)
            after = compute(_with(tables, key, changed), now)
            if after.results != before.results and _going(after) == _going(before):
                return values
    raise AssertionError("the season has no such item: choose another seed")


def _with(tables: Tables, key: tuple, row: Row) -> Tables:
    keys = {**tables.by_feed[KEYS], key: row}
    return Tables({**tables.by_feed, KEYS: keys}, tables.superseded)


def _going(season: OracleSeason) -> set[tuple[str, str]]:
    return {key for key, one in season.results.items() if one.status in ("admitted", "supernumerary")}


def contents(home: Home) -> dict[str, str]:
    """Hash of every file of a home but logs and what dbt keeps; a lock is no content."""
    return {
        path.relative_to(home.path).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.path.rglob("*"))
        if path.is_file()
        and path.relative_to(home.path).parts[0] not in ("logs", "scratch", "dbt", "dagster")
        and path.suffix != ".lock"
    }


def _but_previews(files: dict[str, str]) -> dict[str, str]:
    return {name: content for name, content in files.items() if not name.startswith("corrections/")}


def lines(home: Home) -> dict[tuple[str, str], tuple]:
    """What the release says of everybody, scores that rank nobody included."""
    rows = home.query("""
        select stage_code, candidate_no, status_code, reason_code, score_numerator, score_denominator, rank
        from selection.sel_stage_results
    """)
    return {
        (stage, candidate): (status, reason, Fraction(n, d) if d else None, rank)
        for stage, candidate, status, reason, n, d, rank in rows
    }


def sheets(file: Path) -> dict[str, list]:
    """The sheets of a difference that are there, by name."""
    book = CalamineWorkbook.from_path(str(file))
    return {name: book.get_sheet_by_name(name).to_python() for name in SHEETS if name in book.sheet_names}


def test_a_preview_touches_nothing_and_applying_does_what_it_says(
    corrected: Corrected, tmp_path: Path
) -> None:
    home, file = corrected.home, corrected.file
    before, was = contents(home), lines(home)

    looked = home.rezerv("preview", str(file), "--out", str(tmp_path / "preview.xlsx"))

    assert looked.returncode == 0, looked.stdout[-3000:] + looked.stderr[-3000:]
    assert _but_previews(contents(home)) == before, "its own file beside, for the page of corrections"
    assert not list((home.path / "scratch").iterdir())

    applied = home.rezerv(
        "apply", str(file), "--by", WHO, "--reason", WHY, "--out", str(tmp_path / "apply.xlsx")
    )

    assert applied.returncode == 0, applied.stdout[-3000:] + applied.stderr[-3000:]
    said = sheets(tmp_path / "preview.xlsx")
    assert said["Standings"] and said == sheets(tmp_path / "apply.xlsx")
    now = lines(home)
    moved = {key for key in was if was[key] != now[key]}
    header, *rows = said["Standings"]
    column = header.index(texts_of("en")("column.candidate"))
    assert {row[column] for row in rows} == {candidate for _, candidate in moved}
    assert {stage for stage, _ in moved} == {"numeric_test"}, "the answers of a test are scored anew"


def test_the_release_is_the_oracle_s_with_the_corrected_key(corrected: Corrected, tmp_path: Path) -> None:
    shutil.copytree(corrected.home.landing, tmp_path / "landing")
    shutil.copy(corrected.file, tmp_path / "landing")
    assert standings(corrected.home) == expected(run_oracle(tmp_path / "landing", datetime.now(UTC)))


def test_who_asked_and_why_is_kept_with_the_batch(corrected: Corrected) -> None:
    printed = corrected.home.rezerv("corrections").stdout
    assert WHO in printed
    with duckdb.connect(str(corrected.home.path / "warehouse.duckdb"), read_only=True) as connection:
        kept = connection.execute("""
            select c.asked_by, c.reason, b.feed, b.state, b.count_landed
            from raw._corrections as c inner join raw._batches as b on b.batch_id = c.batch_id
        """).fetchall()
    assert kept == [(WHO, WHY, KEYS, "landed", 1)]


def test_a_correction_on_which_nothing_depends_says_so(corrected: Corrected, tmp_path: Path) -> None:
    file = write_feed(tmp_path, EVENTS, example_rows(load_contract(EVENTS))[:1])
    looked = corrected.home.rezerv("preview", str(file))
    assert looked.returncode == 0, looked.stdout[-3000:] + looked.stderr[-3000:]
    assert texts_of("en")("corrections.nothing") in looked.stdout


def test_a_reason_is_asked_for(corrected: Corrected) -> None:
    before = contents(corrected.home)
    done = corrected.home.rezerv("apply", str(corrected.file), "--by", WHO, "--reason", " ")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert contents(corrected.home) == before
