"""The register of lists and the reminders, from a release made by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import duckdb
import pytest

from ingestion.list_identities import exports_now, take_identities
from orchestration.cli import run
from orchestration.errors import OrchestrationError
from orchestration.settings import Settings
from orchestration.texts import LANGUAGES, texts_of
from orchestration.vetting_lists_reports import read_register, read_reminders
from tests.unit.orchestration.conftest import SECRETS

OURS = "2025-06-16T080000/agency__vetting_requests__lists-2025-06-16T080000.csv"
LATER = "2025-07-21T080000/agency__vetting_requests__lists-2025-07-21T080000.csv"
# list, body, speaker, candidate, sent, due, days overdue (none: not overdue)
REQUESTS = (
    ("ACS-2025-01", "ACS", "NSC", "R25-000001", "2025-06-30", "2025-07-08", 6),
    ("ACS-2025-01", "ACS", "NSC", "R25-000002", "2025-06-30", "2025-07-08", 6),
    ("ACS-2025-01", "ACS", "NSC", "R25-000003", "2025-06-30", "2025-07-08", None),
    ("NSC-2025-02", "NSC", "NSC", "R25-000001", "2025-07-01", "2025-07-09", 5),
    ("GPO-2025-01", "GPO", "GPO", "R25-000002", "2025-06-30", "2025-07-08", None),
    ("MOF-2025-01", "MOF", None, "R25-000002", "2025-06-30", "2025-07-08", 6),
)


def write_release(settings: Settings, requests: tuple[tuple[object, ...], ...] = REQUESTS) -> None:
    file = settings.releases_dir / "r1.duckdb"
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema core")
        connection.execute("create schema seeds")
        connection.execute(
            "create table seeds.vetting_bodies as select 2025 as season_code, code as body_code,"
            " place as body_order, language as language_code, code || ' kk' as name_kk,"
            " code || ' ru' as name_ru, code || ' en' as name_en, null::date as valid_to"
            " from (values ('GPO', 1, 'kk'), ('NSC', 2, 'ru'), ('ACS', 3, 'kk'), ('MOF', 7, 'kk'))"
            " as bodies(code, place, language)"
        )
        connection.execute(f"create table core.fct_batches as select '{OURS}' as source_file")
        connection.execute(
            "create table core.fct_vetting_requests (season_code varchar, list_no varchar, body_code varchar,"
            " addressee_body_code varchar, candidate_no varchar, sent_on date, due_on date,"
            " days_overdue integer, is_overdue boolean)"
        )
        for row in requests:
            connection.execute(
                "insert into core.fct_vetting_requests values ('2025', ?, ?, ?, ?, ?, ?, ?, ?)",
                [*row, row[-1] is not None],
            )
    pointer = {
        "release_id": "r1",
        "file": file.name,
        "published_at": "2025-07-14T09:00:00Z",
        "as_of": "2025-07-14T03:00:00Z",
    }
    (settings.releases_dir / "CURRENT.json").write_text(json.dumps(pointer))


@pytest.fixture
def released(settings: Settings) -> Settings:
    write_release(settings)
    return settings


def record(settings: Settings, list_no: str, register: str, by: str = "officer") -> None:
    take_identities(settings.ingestion_config(), [], exports_now([(list_no, 3)], by, register))


def test_the_register_says_who_answers_now_and_who_drew(released: Settings) -> None:
    record(released, "ACS-2025-01", OURS, "officer 7")
    record(released, "NSC-2025-02", LATER)
    register = read_register(released)
    found = {one.list_no: one for one in register.lists}
    assert list(found) == ["ACS-2025-01", "GPO-2025-01", "MOF-2025-01", "NSC-2025-02"]
    one = found["ACS-2025-01"]
    assert (one.addressee_name, one.is_inherited, one.count_people, one.drawn_by) == (
        "NSC en",
        True,
        3,
        "officer 7",
    )
    assert found["GPO-2025-01"].drawn_by is None and not found["GPO-2025-01"].is_inherited
    assert [(drawn.list_no, drawn.register_name) for drawn in register.unknown] == [("NSC-2025-02", LATER)]
    assert register.is_log_readable


def test_an_interrupted_drawing_names_nobody_as_the_one_who_drew(released: Settings) -> None:
    """The same number was drawn twice; only the second drawing came to count."""
    record(released, "ACS-2025-01", LATER, "interrupted")
    record(released, "ACS-2025-01", OURS, "officer")
    register = read_register(released)
    assert register.lists[0].drawn_by == "officer"
    assert [drawn.exported_by for drawn in register.unknown] == ["interrupted"]


def test_without_the_key_the_register_is_shown_all_the_same(released: Settings) -> None:
    record(released, "ACS-2025-01", OURS)
    for settings in (replace(released, vault_key=None), replace(released, vault_key="another key " * 3)):
        register = read_register(settings)
        assert len(register.lists) == 4 and not register.is_log_readable
        assert {one.drawn_by for one in register.lists} == {None}


def test_reminders_go_to_whoever_answers_now(released: Settings) -> None:
    found = read_reminders(released)
    assert [one.addressee.code for one in found.reminders] == ["NSC"] and found.speechless == ["MOF"]
    lists = [
        (one.list_no, one.days_overdue, one.count_sent, one.open_candidates)
        for one in found.reminders[0].lists
    ]
    assert lists == [
        ("ACS-2025-01", 6, 3, ["R25-000001", "R25-000002"]),
        ("NSC-2025-02", 5, 1, ["R25-000001"]),
    ]
    assert found.reminders[0].name == "2025-07-14__NSC"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_commands_tell_in_the_user_s_language(
    released: Settings, language: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    record(released, "ACS-2025-01", OURS, "officer 7")
    record(released, "NSC-2025-02", LATER)
    for name, value in {**SECRETS, "REZERV_HOME": str(released.home)}.items():
        monkeypatch.setenv(name, value)
    say = texts_of(language)
    assert run(["--lang", language, "vetting", "register"]) == 0
    shown = capsys.readouterr().out
    assert "officer 7" in shown and f"NSC {language}" in shown and say("vetting_lists.unknown") in shown
    assert run(["--lang", language, "vetting", "remind"]) == 0
    shown = capsys.readouterr().out
    assert "2025-07-14__NSC.pdf" in shown and "2025-07-14__NSC.xlsx" in shown
    assert say("vetting_lists.speechless", body="MOF") in shown
    folder = released.home / "vetting" / "reminders"
    files = ["2025-07-14__NSC.pdf", "2025-07-14__NSC.xlsx"]
    assert sorted(path.name for path in folder.iterdir()) == files
    assert run(["--lang", language, "vetting", "remind", "--format", "html"]) == 0
    assert sorted(path.name for path in folder.iterdir()) == ["2025-07-14__NSC.html", *files]
    assert run(["--lang", language, "vetting", "remind", "--format", "docx"]) == 2
    assert "docx" in capsys.readouterr().err
    write_release(released, REQUESTS[4:5])
    assert run(["--lang", language, "vetting", "remind"]) == 0
    assert say("vetting_lists.none_overdue", day="2025-07-14") in capsys.readouterr().out


def test_a_release_of_an_older_build_is_told(released: Settings) -> None:
    with duckdb.connect(str(released.releases_dir / "r1.duckdb")) as connection:
        connection.execute("drop table core.fct_vetting_requests")
    for read in (read_register, read_reminders):
        with pytest.raises(OrchestrationError) as caught:
            read(released)
        assert caught.value.message_key == "error.release_older"


def test_nothing_was_sent_yet(settings: Settings) -> None:
    write_release(settings, ())
    assert read_register(settings).lists == [] and read_reminders(settings).reminders == []


def test_lists_as_of_the_future_are_refused_at_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {**SECRETS, "REZERV_HOME": str(settings.home)}.items():
        monkeypatch.setenv(name, value)
    year = datetime.now().year + 1
    assert run(["--lang", "en", "vetting", "lists", "--as-of", f"{year}-06-16", "--by", "x"]) == 1
    assert "has not come" in capsys.readouterr().err
    assert run(["--lang", "en", "vetting", "lists", "--as-of", "soon"]) == 2
