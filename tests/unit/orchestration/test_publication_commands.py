"""The commands of publishing: what they say, in which order they work, and their exit codes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from orchestration import publication, runs
from orchestration.cli import run
from orchestration.errors import ReleaseRefusedError
from orchestration.ledger import Recovered, ledger_folder, read_acts
from orchestration.publication import Made, Request
from orchestration.publication_console import show_recovered
from orchestration.publication_reports import DriftCause, read_drift
from orchestration.settings import Settings
from orchestration.texts import texts_of
from tests.support.ledgers import add, make_ledger, proposal, rows
from tests.unit.orchestration.conftest import SECRETS

PUBLISH = ["publish", "registration", "--approved-by", "Chair"]


@pytest.fixture
def home(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The commands' home."""
    for name, value in {"REZERV_HOME": str(settings.home), **SECRETS}.items():
        monkeypatch.setenv(name, value)
    return settings


@pytest.fixture
def acting(home: Settings, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Publishing makes an act at once; what is asked for and landed is recorded."""
    asked: list[Any] = []

    def publish(settings: Settings, request: Request) -> Made:
        asked.append(request)
        act = add(ledger_folder(settings), proposal(), rows(3))
        return Made(act, {"agro": 3}, (settings.landing_dir / "x.parquet",), Recovered(None, ()))

    release = SimpleNamespace(release_id="2025-r", file=home.home / "r.duckdb", as_of=datetime(2025, 7, 1))
    duckdb.connect(str(release.file)).close()
    monkeypatch.setattr(publication, "publish", publish)
    monkeypatch.setattr(runs, "update", lambda settings, progress, files: asked.append(files))
    monkeypatch.setattr("orchestration.reports.require_release", lambda settings: release)
    return asked


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_publishing_says_what_it_did(
    home: Settings, acting: list[Any], capsys: pytest.CaptureFixture[str], language: str
) -> None:
    assert run(["--lang", language, *PUBLISH, "--decision", "WG-1"]) == 0
    asked, files = acting
    assert asked == Request("registration", "Chair", "WG-1")
    assert files == (home.landing_dir / "x.parquet",)
    said = capsys.readouterr().out
    (act,) = read_acts(ledger_folder(home))
    assert act.act_hash in said and "registration" in said and "agro" in said
    assert (home.home / "exports" / "2025-registration-v1.json").is_file()


def test_an_act_stands_when_the_release_is_refused(
    home: Settings, acting: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: Any) -> None:
        raise ReleaseRefusedError("error.release_checks_failed", count=1, checks="claim (3)")

    monkeypatch.setattr(runs, "update", refuse)
    assert run(PUBLISH) == 1
    said = capsys.readouterr().out
    assert "Act 1 stands" in said and "claim (3)" in said
    assert len(read_acts(ledger_folder(home))) == 1


def test_options_reach_the_act(home: Settings, acting: list[Any]) -> None:
    assert run([*PUBLISH, "--restates", "2", "--only-late"]) == 0
    assert (acting[0].restates, acting[0].is_only_late) == (2, True)


def test_keeping_exports_nothing(home: Settings, acting: list[Any]) -> None:
    assert run([*PUBLISH, "--keep", "--reason", "so"]) == 0
    assert acting[0].keeps and not (home.home / "exports").exists()


def test_who_approves_has_to_be_said(home: Settings) -> None:
    assert run(["publish", "registration"]) == 2


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_verify_says_that_it_holds_or_what_does_not(
    home: Settings, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    acts = make_ledger(ledger_folder(home))
    assert run(["--lang", language, "verify"]) == 0
    assert acts[-1].act_hash in capsys.readouterr().out
    (ledger_folder(home) / "lists" / str(acts[1].list_name)).unlink()
    assert run(["--lang", language, "verify"]) == 1
    assert "0002-2025-vetting-v1.parquet" in capsys.readouterr().out


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_publications_without_and_with_a_release(
    home: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    assert run(["--lang", language, "publications"]) == 0
    acts = make_ledger(ledger_folder(home))
    file = home.home / "release.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema reporting")
        connection.execute(
            "create table reporting.rpt_publications as select 2025 as season_code, stage_code, stage_order,"
            " timestamp '2025-07-01' as planned_at, stage_order < 4 as is_published_by_act, 7 as version,"
            " 1 as act_no, null::timestamp as first_published_at, null::timestamp as published_at,"
            " drift as count_drift, 'h' as drift_hash, kept as is_drift_kept,"
            " null::timestamp as restatable_until, stage_order > 3 as is_provisional, 'Chair' as approved_by,"
            " 1 as count_would_go_on, 0 as count_would_stay_out from (values ('registration', 1, 0, false),"
            " ('vetting', 2, 5, false), ('text_test', 3, 5, true), ('numeric_test', 4, 0, false))"
            " as stages(stage_code, stage_order, drift, kept)"
        )
    release = SimpleNamespace(release_id="2025-r", file=file, as_of=datetime(2025, 7, 1))
    monkeypatch.setattr("orchestration.publication_reports.current_release", lambda folder: release)
    capsys.readouterr()
    assert run(["--lang", language, "publications"]) == 0
    said = capsys.readouterr().out
    assert all(act.act_hash[:12] in said for act in acts) and "2025-r" in said and "numeric_test" in said
    texts = texts_of(language)
    assert texts("drift.title", count=5) in said and texts("drift.next") in said
    states = {line.split()[0]: line for line in said.splitlines() if line.strip()}
    assert texts("publish.state_provisional") in states["numeric_test"]


def test_causes_of_drift_are_counted_by_stage_change_and_feeds(tmp_path: Path) -> None:
    file = tmp_path / "release.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "create schema reporting; create table reporting.rpt_drift as select * from (values"
            " (2025, 'vetting', 2, 1, 'rank', null, true, true, false),"
            " (2025, 'vetting', 2, 1, 'status', 'a.csv', true, false, false),"
            " (2025, 'vetting', 2, 1, 'status', 'b.csv', false, true, false),"
            " (2025, 'vetting', 2, 1, 'status', 'b.csv', true, false, false),"
            " (2025, 'registration', 1, 4, 'left', 'b.csv', true, false, false),"
            " (2025, 'text_test', 3, 1, 'left', 'c.csv', true, false, true),"
            " (2026, 'vetting', 2, 1, 'left', 'd.csv', true, false, false)) as rows(season_code, stage_code,"
            " stage_order, version, change_code, _cause_feeds, is_admitted_before, is_admitted_after,"
            " is_drift_kept)"
        )
    assert read_drift(file, "2025") == [
        DriftCause("registration", 4, "left", "b.csv", 1, 0, 1),
        DriftCause("vetting", 1, "status", "b.csv", 2, 1, 1),
        DriftCause("vetting", 1, "status", "a.csv", 1, 0, 1),
        DriftCause("vetting", 1, "rank", None, 1, 0, 0),
    ]


def test_export_results_writes_where_it_is_told(
    home: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_ledger(ledger_folder(home))
    assert run(["export-results", "vetting", "--out", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "2025-vetting-v2.json").is_file()
    assert run(["export-results", "interview"]) == 1


def test_what_a_killed_act_left_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from orchestration.console import Screen

    show_recovered(Screen(texts_of("en")), Recovered(tmp_path / "unfinished-1", ("0002-x.parquet",)))
    said = capsys.readouterr().out
    assert "unfinished-1" in said and "0002-x.parquet" in said
