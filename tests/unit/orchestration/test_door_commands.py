"""What people type around the door: landing, accepting, quarantine, identities, data docs."""

from __future__ import annotations

import shutil
import sys
from datetime import datetime
from pathlib import Path

import pytest

from ingestion.batches import PendingFile
from ingestion.contracts import load_contract
from ingestion.contracts.examples import example_rows, written
from ingestion.landing_folder import kept
from ingestion.loader import land_files, pending_files
from orchestration.cli import run
from orchestration.settings import Settings
from tests.support.books import Books
from tests.unit.orchestration.conftest import SECRETS, deliver, make_settings

SITTINGS, REGISTRATIONS = "platform__sittings", "platform__registrations"
NAME, IIN = "Синтетикалық-Бірінші", "920615400001"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with secrets, whatever the machine's environment says."""
    for name in ("REZERV_LANGUAGE", "REZERV_AS_OF", "REZERV_CONTACT", "REZERV_LANDING_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"REZERV_HOME": str(tmp_path / "home"), **SECRETS}.items():
        monkeypatch.setenv(name, value)
    make_settings(tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def books(home: Path) -> Books:
    return Books(home / "warehouse.duckdb")


def test_a_shrunk_file_is_held_shown_and_accepted(
    home: Path,
    definitions_settings: Settings,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (home / "dbt").mkdir()
    shutil.copyfile(definitions_settings.home / "dbt" / "manifest.json", home / "dbt" / "manifest.json")
    monkeypatch.chdir(home)
    deliver(home, SITTINGS, 40, "2025-06-10T180000")
    short = deliver(home, SITTINGS, 12, "2025-06-12T090000")
    (home / "landing" / "link.csv").symlink_to("nowhere")
    assert run(["land"]) == 1
    shown = capsys.readouterr().out
    assert f"refused: {kept('link.csv')}. It is a link" in shown
    assert f"held: 2025-06-12T090000/{SITTINGS}.csv" in shown and "had 40 records, this one has 12" in shown
    command = f"rezerv land landing/2025-06-12T090000/{SITTINGS}.csv --accept --by WHO --reason TEXT"
    assert command in shown
    assert run(["land"]) == 0, "nothing new: what was told once is not told again"
    capsys.readouterr()
    assert run(["status"]) == 0
    shown = capsys.readouterr().out
    assert (
        command in shown
        and "not taken: 1" in shown
        and f"link.csv = {kept('link.csv')}: It is a link" in shown
    )
    word = ["--accept", "--by", "officer 7", "--reason", "told by phone"]
    assert run(["land", str(short), *word]) == 0
    assert "held" not in capsys.readouterr().out
    assert run(["land", str(short), *word]) == 1
    assert "is not held" in capsys.readouterr().err
    run(["status"])
    assert "--accept" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["land", "--accept"], "--reason"),
        (["land", "FILE", "--accept", "--by", "A"], "--reason"),
        (["land", "FILE", "--accept", "--by", " ", "--reason", "B"], "--by"),
        (["land", "FILE", "--by", "A"], "--accept"),
        (["quarantine", "close", "b1", "--by", "A"], "reason"),
        (["quarantine", "close", "b1", "0", "--by", "A", "--reason", "B"], "ROW"),
        (["quarantine", "sweep"], "sweep"),
        (["identity", "R25-000123", "--by", "A"], "--second"),
        (["identity", "--by", "A", "--second", "B", "--reason", "C"], "CANDIDATE_NO"),
        (["identity", "R25-000123", "--log"], "--log"),
        (["identity", "R25-000123", "--by", "A", "--second", "B", "--reason", "C"], "terminal"),
    ],
)
def test_a_user_mistake_is_one_line_and_exit_code_2(
    home: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    shown = capsys.readouterr().err
    assert said in shown and len(shown.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: path.symlink_to("/etc/hostname"), "It is a link"),
        (lambda path: __import__("os").mkfifo(path), "not an ordinary file"),
    ],
)
def test_a_named_file_that_is_no_file_is_refused(
    home: Path, tmp_path: Path, make: object, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"{SITTINGS}.csv"
    make(path)  # type: ignore[operator]
    assert run(["land", str(path)]) == 1
    assert reason in capsys.readouterr().err


def test_the_list_names_files_reasons_and_age(books: Books, capsys: pytest.CaptureFixture[str]) -> None:
    books.batch("b1", quarantined=2, file="2025-06-10T180000/vetting__replies__GPO.xlsx")
    books.entry("b1", 2, "body_code", "UNKNOWN_CODE")
    books.entry("b1", 5, "list_no", "BAD_PATTERN")
    books.batch("cut", feed="platform__answers", state="quarantined", reason="UNREADABLE_FILE", file="x.csv")
    books.entry("cut", None, None, "UNREADABLE_FILE")
    assert run(["quarantine", "list"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "UNKNOWN_CODE 1" in shown and "BAD_PATTERN 1" in shown and "b1" in shown
    assert "UNKNOWN_CODE: The code is not in the code list." in shown
    run(["quarantine", "list", "--feed", "platform__answers"])
    assert "b1" not in capsys.readouterr().out
    assert run(["quarantine", "list", "--feed", "no_such"]) == 1
    run(["status"])
    assert "2 rows and 1 whole files" in capsys.readouterr().out


def test_reports_are_written_where_asked(
    books: Books, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    books.batch("b1", quarantined=1)
    books.entry("b1", 2, "body_code", "UNKNOWN_CODE")
    assert run(["quarantine", "report", "--lang", "kk", "--out", str(tmp_path / "mail")]) == 0
    shown = capsys.readouterr().out
    files = sorted(path.name for path in (tmp_path / "mail").iterdir())
    assert [name.rpartition(".")[2] for name in files] == ["pdf", "xlsx"]
    assert all(name in shown for name in files) and ": 1," in shown, "one letter in two files"
    assert run(["quarantine", "report", "--format", "html", "--out", str(tmp_path / "page")]) == 0
    assert [path.suffix for path in (tmp_path / "page").iterdir()] == [".html"]
    assert run(["quarantine", "report", "--format", "docx"]) == 2
    assert "docx" in capsys.readouterr().err
    assert run(["quarantine", "report", "--file", "no_such.csv"]) == 0
    assert "Nothing is in quarantine" in capsys.readouterr().out


def test_a_row_is_closed_with_a_name_and_a_reason_and_stays_in_the_history(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = make_settings(home).ingestion_config()
    contract = load_contract(SITTINGS)
    rows = [{**example_rows(contract)[0], "stage_code": "no_such_stage"}]
    path = home / "landing" / "2025-06-10T180000" / f"{SITTINGS}.csv"
    path.parent.mkdir()
    path.write_bytes(written(contract, rows))
    (result,) = land_files(config, pending_files(config), datetime(2025, 12, 1))
    word = ["--by", "officer 7", "--reason", "the sitting was a rehearsal"]
    assert run(["quarantine", "close", result.batch_id, "2", *word]) == 1
    assert run(["quarantine", "close", result.batch_id, "1", *word]) == 0
    capsys.readouterr()
    assert run(["quarantine", "list"]) == 0
    assert "Nothing is in quarantine" in capsys.readouterr().out
    assert run(["quarantine", "history", "--feed", SITTINGS]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "officer 7: the sitting was" in shown and "a person closed it" in shown


def test_a_held_file_that_nobody_sends_again_is_closed_too(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = make_settings(home).ingestion_config()
    deliver(home, SITTINGS, 40, "2025-06-10T180000")
    deliver(home, SITTINGS, 3, "2025-06-12T180000")
    _, held = land_files(config, pending_files(config), datetime(2025, 12, 1))
    assert held.state == "held"
    close = ["quarantine", "close", held.batch_id, "--by", "A", "--reason", "sent by mistake"]
    assert run(close) == 0
    assert run(close) == 1
    run(["quarantine", "list"])
    assert "Nothing is in quarantine" in capsys.readouterr().out


def test_nothing_in_quarantine_is_said(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("list", "history", "report"):
        assert run(["quarantine", command]) == 0
    shown = capsys.readouterr().out
    assert shown.count("Nothing is in quarantine") == 2 and "left quarantine" in shown
    assert run(["quarantine", "close", "b1", "--by", "A", "--reason", "B"]) == 1
    assert not (home / "warehouse.duckdb").exists()


def test_books_of_an_earlier_version_are_read(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    books = Books(home / "warehouse.duckdb", is_old=True)
    books.batch("b1", quarantined=1)
    books.entry("b1", 2, "body_code", "UNKNOWN_CODE")
    for arguments in (
        ["status"],
        ["quarantine", "list"],
        ["quarantine", "report"],
        ["quarantine", "history"],
    ):
        assert run(arguments) == 0
    assert "1 rows and 0 whole files" in capsys.readouterr().out


@pytest.fixture
def registered(home: Path) -> Path:
    """A home whose vault knows three made-up people."""
    config = make_settings(home).ingestion_config()
    contract = load_contract(REGISTRATIONS)
    path = home / f"{REGISTRATIONS}.jsonl"
    path.write_bytes(written(contract, example_rows(contract)))
    file = PendingFile(path, REGISTRATIONS, datetime(2025, 6, 10), path.name)
    (result,) = land_files(config, [file], datetime(2025, 12, 1))
    assert result.count_landed == 3
    return home


def test_an_identity_takes_two_people_and_is_logged_without_it(
    registered: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    ask = ["identity", "R25-000123", "--by", "A. Officer", "--second"]
    assert run([*ask, " a.officer ", "--reason", "appeal 7"]) == 1
    assert run(["identity", "R25-999999", "--by", "A", "--second", "B", "--reason", "appeal 7"]) == 1
    refused = capsys.readouterr()
    assert NAME not in refused.out and "two different people" in refused.err
    assert run([*ask, "B. Second", "--reason", "appeal 7"]) == 0
    shown = capsys.readouterr().out
    assert NAME in shown and IIN in shown and "The opening is recorded" in shown
    log = (registered / "logs" / "rezerv.log").read_text(encoding="utf-8")
    assert "R25-000123" in log and "A. Officer" in log
    assert NAME not in log and IIN not in log
    assert run(["identity", "--log"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "A. Officer" in shown and "B. Second" in shown and "appeal 7" in shown and NAME not in shown


def test_a_home_without_a_vault_gets_none_by_asking(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert run(["identity", "R25-000123", "--by", "A", "--second", "B", "--reason", "C"]) == 1
    assert run(["identity", "--log"]) == 0
    assert not (home / "vault.duckdb").exists()


def test_data_docs_are_built_in_the_home(
    books: Books, capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    books.batch("b1")
    books.check("b1", "not_null", "reply_no", 10, 0)
    assert run(["data-docs", "--lang", "ru"]) == 0
    shown = capsys.readouterr().out
    assert "index.html" in shown and "с итогами 1" in shown
    assert (home / "data_docs" / "index.html").is_file()
    (home / "other").mkdir()
    (home / "other" / "mine.txt").write_text("kept")
    assert run(["data-docs", "--out", str(home / "other")]) == 1
    assert (home / "other" / "mine.txt").read_text() == "kept"
