"""Corrections: a preview changes nothing and says what applying then does; the reason stays in the books."""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from ingestion import locking
from ingestion.batches import Correction
from ingestion.contracts import load_contract
from ingestion.contracts.examples import example_rows
from ingestion.errors import RetryableError
from orchestration import corrections, scratch
from orchestration.corrections import Difference, Outcome
from orchestration.corrections_reports import read_corrections, write_outcome
from orchestration.errors import ReleaseRefusedError, UserError
from orchestration.progress import SilentProgress
from orchestration.settings import Settings
from orchestration.texts import texts_of
from tests.oracle.order import LOCAL
from tests.support.scratch_season import land_season, quick_run, raw_rows, write_feed, write_landing
from tests.support.season import CompiledProject
from tests.unit.orchestration.conftest import make_settings

KEYS, MARKS, WITHDRAWALS = "academy__answer_keys", "academy__interview_marks", "platform__withdrawals"
EXPERT_MARKS = "platform__expert_marks"
BOOKINGS = "platform__bookings"
WORD = Correction("officer 7", "told by phone")


@pytest.fixture(scope="module")
def season(compiled_project: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home with a whole season, computed once."""
    settings = make_settings(tmp_path_factory.mktemp("corrections") / "home")
    settings.landing_dir.rmdir()
    write_landing(settings.landing_dir)
    land_season(settings, compiled_project)
    scratch.compute(settings, settings.warehouse)
    return settings


@pytest.fixture
def home(season: Settings, tmp_path: Path) -> Settings:
    """A copy of that home."""
    settings = make_settings(tmp_path / "home")
    for name in ("warehouse.duckdb", "vault.duckdb"):
        shutil.copy(season.home / name, settings.home / name)
    shutil.copytree(season.home / "dbt", settings.home / "dbt")
    return settings


def key(home: Settings, folder: Path) -> Path:
    """Another right option for the first items of a form."""
    rows = raw_rows(home, KEYS, "stage_code = 'text_test' and item_no <= 6")
    return write_feed(folder, KEYS, [row | {"correct_option_code": "A"} for row in _latest(rows)])


def _latest(rows: list[dict]) -> list[dict]:
    return list({(row["form_code"], row["item_no"]): row for row in rows}.values())


def mark(home: Settings, folder: Path) -> Path:
    """The least points of an interviewer for somebody who had more: what an expert gave is locked (A20)."""
    [first, *_] = raw_rows(home, MARKS, "points >= 4")
    rows = raw_rows(
        home,
        MARKS,
        f"candidate_no = '{first['candidate_no']}' and interviewer_code = '{first['interviewer_code']}'",
    )
    return write_feed(folder, MARKS, [row | {"points": 1} for row in rows])


def locked_mark(home: Settings, folder: Path) -> Path:
    """The least points of an expert for a work whose panel has been complete for long (A20)."""
    [first, *_] = raw_rows(home, EXPERT_MARKS, "points >= 4")
    return write_feed(folder, EXPERT_MARKS, [first | {"points": 1}])


def withdrawal(home: Settings, folder: Path) -> Path:
    """Somebody who went on withdrew before the first test, and it was told late."""
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        found = connection.execute(
            "select min(candidate_no) from selection.sel_stage_results"
            " where stage_code = 'situational' and is_admitted"
        ).fetchone()
    row = example_rows(load_contract(WITHDRAWALS))[0]
    assert found
    changed = {"candidate_no": found[0], "withdrawn_at": datetime(2025, 8, 1, 10), "withdrawal_id": "W-LATE"}
    return write_feed(folder, WITHDRAWALS, [row | changed])


def event(home: Settings, folder: Path) -> Path:
    """A feed that decides nothing."""
    return write_feed(folder, "outreach__events", example_rows(load_contract("outreach__events"))[:1])


def bad_row(home: Settings, folder: Path) -> Path:
    """A corrected key with a row that breaks its contract."""
    rows = _latest(raw_rows(home, KEYS, "stage_code = 'text_test' and item_no <= 6"))
    rows = [row | {"correct_option_code": "A"} for row in rows]
    return write_feed(folder, KEYS, [*rows[1:], rows[0] | {"correct_option_code": "no such option"}])


def look(home: Settings, file: Path) -> Outcome:
    return corrections.preview(home, SilentProgress(), [file])


def carry_out(home: Settings, file: Path) -> Outcome:
    return corrections.apply(home, SilentProgress(), [file], WORD, quick_run)


def contents(home: Settings) -> dict[str, str]:
    """Hash of every file of a home but logs, copies and what dbt keeps; a lock is no content."""
    return {
        path.relative_to(home.home).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.home.rglob("*"))
        if path.is_file()
        and path.relative_to(home.home).parts[0] not in ("logs", "scratch", "dbt")
        and path.suffix != ".lock"
    }


@pytest.mark.parametrize("make", [key, mark, locked_mark, withdrawal, event, bad_row])
def test_a_preview_changes_nothing_and_says_what_applying_does(
    home: Settings, tmp_path: Path, make: Callable[[Settings, Path], Path]
) -> None:
    file = make(home, tmp_path / "sent")
    before = contents(home)
    previewed = look(home, file)
    assert contents(home) == before
    assert not list((home.home / "scratch").iterdir())

    applied = carry_out(home, file)

    assert applied.difference == previewed.difference
    assert applied.reasons == previewed.reasons
    assert applied.has_outside == previewed.has_outside == (make is bad_row)
    assert previewed.difference.is_empty == (make in (event, locked_mark))
    [row] = read_corrections(home)
    assert (row["asked_by"], row["reason"], row["state"]) == ("officer 7", "told by phone", "landed")
    assert look(home, file).difference.is_empty, "what has landed changes nothing again"


def test_a_withdrawal_takes_its_person_from_every_later_stage(home: Settings, tmp_path: Path) -> None:
    found = look(home, withdrawal(home, tmp_path)).difference
    moved = {(row["stage_code"], row["change_code"]) for row in found.standings}
    assert ("text_test", "status") in moved and ("numeric_test", "left") in moved
    assert {"text_test", "numeric_test"} <= {row["stage_code"] for row in found.lists}
    left = [row for row in found.affected if row["change_code"] == "left"]
    assert any(row["count_marks"] and row["count_works"] for row in left)
    assert any(row["count_bookings"] for row in left)


def test_whose_mark_is_another_is_named_with_what_hangs_on_it(home: Settings, tmp_path: Path) -> None:
    found = look(home, mark(home, tmp_path)).difference
    moved = [row for row in found.standings if row["stage_code"] == "interview"]
    named = {row["candidate_no"]: row for row in found.affected if row["stage_code"] == "interview"}
    assert {row["change_code"] for row in moved} & {"score", "rank"}
    remarked = {row["candidate_no"] for row in moved if row["points_before"] is not None}
    assert remarked <= named.keys()
    assert all(named[one]["count_marks"] for one in remarked)


def test_a_moved_booking_names_its_person_though_nobody_stands_otherwise(
    home: Settings, tmp_path: Path
) -> None:
    row = raw_rows(home, BOOKINGS, "true")[-1]
    moved = row["slot_starts_at"] + timedelta(hours=1)
    # a file says local moments
    row |= {"slot_starts_at": moved.replace(tzinfo=UTC).astimezone(LOCAL).replace(tzinfo=None)}
    found = look(home, write_feed(tmp_path, BOOKINGS, [row])).difference
    assert not found.standings and not found.is_empty
    [named] = found.affected
    assert (named["candidate_no"], named["stage_code"]) == (row["candidate_no"], row["stage_code"])
    assert (named["change_code"], named["slot_starts_at"]) == ("rows", moved)


def test_a_bad_row_is_told_by_column_and_reason_and_never_by_value(home: Settings, tmp_path: Path) -> None:
    outcome = look(home, bad_row(home, tmp_path))
    [reason] = outcome.reasons
    assert (reason["feed"], reason["column_name"], reason["count_rows"]) == (KEYS, "correct_option_code", 1)
    assert "no such option" not in repr(outcome)


def test_a_file_of_the_future_of_the_clock_does_not_exist(home: Settings, tmp_path: Path) -> None:
    file = key(home, tmp_path)
    then = corrections.preview(home, SilentProgress(), [file], datetime(2025, 8, 1))
    assert not [row for row in then.difference.standings if row["stage_code"] == "text_test"]
    with pytest.raises(UserError) as caught:
        corrections.preview(home, SilentProgress(), [file], datetime(2999, 1, 1))
    assert caught.value.message_key == "error.clock_ahead"


def test_a_refused_release_is_told_with_what_has_landed(home: Settings, tmp_path: Path) -> None:
    def refuse(*arguments: object) -> None:
        quick_run(*arguments)  # type: ignore[arg-type]
        raise ReleaseRefusedError("error.release_build_failed")

    file = mark(home, tmp_path)
    expected = look(home, file).difference
    outcome = corrections.apply(home, SilentProgress(), [file], WORD, refuse)
    assert outcome.refused is not None
    assert outcome.difference == expected
    assert len(read_corrections(home)) == 1


@pytest.mark.parametrize(
    ("word", "key"),
    [
        (Correction(" ", "why"), "error.correction_incomplete"),
        (Correction("officer 7", ""), "error.correction_incomplete"),
        (Correction("officer 7", "of 920615400001"), "error.correction_names_iin"),
    ],
)
def test_a_correction_needs_a_person_and_a_reason_without_a_number_of_the_register(
    home: Settings, tmp_path: Path, word: Correction, key: str
) -> None:
    with pytest.raises(UserError) as caught:
        corrections.apply(home, SilentProgress(), [event(home, tmp_path)], word, quick_run)
    assert caught.value.message_key == key
    assert not read_corrections(home)


def test_while_one_person_applies_another_one_is_told_to_wait(
    home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locking.warehouse_lock.__wrapped__, "__defaults__", (0.2,))
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        from filelock import FileLock

        with FileLock(str(locking.lock_path(home.warehouse.resolve()))):
            held.set()
            done.wait(30)

    other = threading.Thread(target=hold)
    other.start()
    held.wait(30)
    try:
        with pytest.raises(RetryableError) as caught:
            carry_out(home, event(home, tmp_path))
    finally:
        done.set()
        other.join()
    assert caught.value.message_key == "warehouse_locked"


def test_the_workbook_has_numbers_as_numbers_and_no_formula(home: Settings, tmp_path: Path) -> None:
    outcome = look(home, bad_row(home, tmp_path / "sent"))
    say = texts_of("en")
    write_outcome(tmp_path / "made" / "what.xlsx", outcome, say, "corrections.preview_title")
    book = CalamineWorkbook.from_path(str(tmp_path / "made" / "what.xlsx"))
    topics = {"Summary", "Standings", "Cuts", "Published lists", "Affected", "Outside"}
    assert topics <= set(book.sheet_names) | {"Affected"}
    header, *rows = book.get_sheet_by_name("Standings").to_python()
    assert len(rows) == len(outcome.difference.standings)
    assert isinstance(rows[0][header.index("Rank after")], float | int | str)
    assert all(not str(value).startswith("=") for row in rows for value in row)


def test_lists_published_by_acts_are_compared_by_their_drift(tmp_path: Path) -> None:
    files = [tmp_path / "before.duckdb", tmp_path / "after.duckdb"]
    for file, drift in zip(files, (0, 1), strict=True):
        with duckdb.connect(str(file)) as connection:
            _with_acts(connection, drift)
    found = corrections.compare(*files)
    [changed] = found.lists
    assert (changed["stage_code"], changed["drift_before"], changed["drift_after"]) == ("interview", 0, 1)
    assert changed["is_published_by_act"] and not found.standings and not found.is_empty
    assert [row["candidate_no"] for row in found.drift] == ["R25-000001"]
    assert corrections.compare(files[0], files[0]) == Difference()


def _with_acts(connection: duckdb.DuckDBPyConnection, drift: int) -> None:
    for schema in ("selection", "reporting"):
        connection.execute(f"create schema {schema}")
    connection.execute(
        "create table selection.sel_stage_results as select '2025' as season_code, 7 as stage_order,"
        " 'interview' as stage_code, 'agro' as track_code, 'R25-000001' as candidate_no,"
        " 'admitted' as status_code, 'WITHIN_LIMIT' as reason_code, 13 as score_numerator,"
        " 3 as score_denominator, 1 as rank, true as is_admitted"
    )
    connection.execute(
        "create table selection.sel_cutoffs as select '2025' as season_code, 7 as stage_order,"
        " 'interview' as stage_code, 'agro' as track_code, 1 as count_entered, 1 as count_pool,"
        " 1 as limit_places, 13 as cutoff_numerator, 3 as cutoff_denominator, 1 as count_admitted,"
        " 0 as count_by_tie, 0 as count_supernumerary, false as is_shortfall, true as is_published"
    )
    connection.execute(
        "create table reporting.rpt_publications as select '2025' as season_code, 'interview' as stage_code,"
        f" 7 as stage_order, true as is_published_by_act, false as is_provisional, {drift} as count_drift,"
        f" 'hash {drift}' as drift_hash, timestamp '2025-10-01' as restatable_until"
    )
    connection.execute(
        "create table selection.sel_drift as select '2025' as season_code, 'interview' as stage_code,"
        " 7 as stage_order, 'agro' as track_code, 'R25-000001' as candidate_no, 'score' as change_code,"
        " 'admitted' as status_before, 'admitted' as status_after, '' as reason_before, '' as reason_after,"
        " 13 as score_numerator_before, 3 as score_denominator_before, 4 as score_numerator_after,"
        f" 1 as score_denominator_after, 1 as rank_before, 1 as rank_after, false as is_late limit {drift}"
    )
