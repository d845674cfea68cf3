"""What `rezerv proctoring retention` deletes and keeps, by a made-up release; and the standing checks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest
import yaml

from ingestion.clock import utc_now
from orchestration.assets.proctoring import recordings_folder
from orchestration.checks.proctoring import MANIFESTS_CHECK, NO_RELEASE, OVERDUE_CHECK, proctoring_checks
from orchestration.cli import run
from orchestration.errors import OrchestrationError
from orchestration.proctoring_retention import delete_due, open_retention, retention_plan
from orchestration.settings import Settings
from orchestration.texts import LANGUAGES, texts_of
from tests.support.fake_proctoring import write_proctoring
from tests.support.fake_release import write_pointer, write_release
from tests.unit.orchestration.conftest import make_settings

MODELS = Path(__file__).parents[3] / "dbt_project" / "models" / "core"
# The fake reports speak of S-1 … S-3 in the queue and of S-4 … S-6 for decision.
SETTLED, QUEUED, TO_DECIDE, AWAITED, CLAIMED, RESIT, STRANGE = (
    "S-9", "S-1", "S-5", "S-20", "S-21", "S-22", "S-99",
)  # fmt: skip
CANDIDATES = {SETTLED: "c9", QUEUED: "c1", TO_DECIDE: "c5", AWAITED: "c20", CLAIMED: "c21", RESIT: "c22"}


def insert(connection: duckdb.DuckDBPyConnection, table: str, row: Mapping[str, Any]) -> None:
    marks = ", ".join("?" * len(row))
    connection.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", list(row.values()))


def write_core(connection: duckdb.DuckDBPyConnection) -> None:
    """Sittings with what is open of them, and those of another season."""
    for name in ("fct_proctoring_coverage", "fct_resit_claims"):
        (model,) = yaml.safe_load((MODELS / f"{name}.yml").read_text(encoding="utf-8"))["models"]
        columns = ", ".join(f"{column['name']} {column['data_type']}" for column in model["columns"])
        connection.execute(f"create table core.{name} ({columns})")
    for sitting, candidate in CANDIDATES.items():
        state = "awaited" if sitting == AWAITED else "seen"
        row = {"season_code": "2025", "sitting_id": sitting, "candidate_no": candidate,
               "stage_code": "text_test", "recording_state_code": state}  # fmt: skip
        insert(connection, "core.fct_proctoring_coverage", row)
    other = {"season_code": "2026", "sitting_id": STRANGE, "candidate_no": "c99", "stage_code": "text_test"}
    insert(connection, "core.fct_proctoring_coverage", other)
    for claim, candidate, decision in (
        ("1", "c21", "pending"),
        ("2", "c9", "refused"),
        ("3", "c9", "granted"),
    ):
        row = {"season_code": "2025", "claim_id": claim, "candidate_no": candidate,
               "stage_code": "text_test", "decision_code": decision}  # fmt: skip
        insert(connection, "core.fct_resit_claims", row)
    pending = {"season_code": "2025", "stage_code": "text_test", "candidate_no": "c22",
               "status_code": "pending_resit"}  # fmt: skip
    insert(connection, "selection.sel_stage_results", pending)


def publish(settings: Settings, published_at: datetime | None, *statements: str) -> None:
    """A release whose last list was published by an act at a moment (UTC), or by none."""
    for old in settings.releases_dir.glob("*"):
        old.unlink()
    file = write_release(settings.releases_dir, "2025-r0042", size=60, published=9, acts=0)
    with duckdb.connect(str(file)) as connection:
        write_proctoring(connection)
        write_core(connection)
        if published_at is not None:
            connection.execute(
                "update reporting.rpt_publications set is_published_by_act = true, published_at = ?",
                [published_at],
            )
            connection.execute(
                "update reporting.rpt_publications set published_at = published_at - interval 60 day"
                " where stage_order < (select max(stage_order) from reporting.rpt_publications)"
            )
        for statement in statements:
            connection.execute(statement)
    write_pointer(settings.releases_dir, file)


def record(settings: Settings, sitting: str) -> None:
    """A sitting's manifest, recording and evidence."""
    settings.recordings_dir.mkdir(exist_ok=True)
    content = {"sitting_id": sitting, "duration_seconds": 60, "files": [{"path": f"{sitting}.webm"}]}
    (settings.recordings_dir / f"{sitting}.json").write_text(json.dumps(content))
    (settings.recordings_dir / f"{sitting}.webm").write_bytes(b"video")
    folder = settings.proctoring_dir / "evidence" / sitting
    folder.mkdir(parents=True)
    (folder / "evidence.json").write_text("{}")


def left(settings: Settings) -> dict[str, set[str]]:
    """The sittings of which there is still something, by kind."""
    recordings = {path.stem for path in settings.recordings_dir.glob("*.webm")}
    evidence = {path.name for path in (settings.proctoring_dir / "evidence").iterdir()}
    return {"recordings": recordings, "evidence": evidence}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = make_settings(tmp_path / "home")
    for sitting in (*CANDIDATES, STRANGE):
        record(made, sitting)
    return made


ALL = {*CANDIDATES, STRANGE}


def days_ago(days: int) -> datetime:
    return utc_now() - timedelta(days=days)


def test_the_terms_are_the_release_s(settings: Settings) -> None:
    publish(settings, datetime(2025, 10, 28, 9))
    found = open_retention(settings)
    assert found.days == {"recordings": 30, "evidence": 90}
    assert {str(kind): moment for kind, moment in found.terms.due_at.items()} == {
        "recordings": datetime(2025, 11, 27, 9),
        "evidence": datetime(2026, 1, 26, 9),
    }
    assert found.terms.known == set(CANDIDATES)
    mine = {sitting: reason for sitting, reason in found.terms.open.items() if sitting in CANDIDATES}
    assert mine == {
        QUEUED: "signal",
        TO_DECIDE: "decision",
        AWAITED: "awaited",
        CLAIMED: "claim",
        RESIT: "claim",
    }


def test_what_is_open_or_unknown_is_never_deleted(settings: Settings) -> None:
    publish(settings, days_ago(400))
    outcome = delete_due(settings, open_retention(settings), "A. Officer")
    assert outcome.problems == ()
    assert {one.sitting_id for one in outcome.deleted} == {SETTLED}
    assert left(settings) == {"recordings": ALL - {SETTLED}, "evidence": ALL - {SETTLED}}


@pytest.mark.parametrize(
    ("days", "kinds"), [(29, set()), (31, {"recordings"}), (91, {"recordings", "evidence"})]
)
def test_each_kind_has_its_days(settings: Settings, days: int, kinds: set[str]) -> None:
    publish(settings, days_ago(days))
    plan = retention_plan(settings, open_retention(settings))
    assert {(one.sitting_id, str(one.kind)) for one in plan.due} == {(SETTLED, kind) for kind in kinds}


def test_the_days_are_the_seed_s(settings: Settings) -> None:
    publish(
        settings, days_ago(10),
        "update seeds.policy set value = '9' where parameter_code = 'recording_retention_days'",
    )  # fmt: skip
    assert [str(one.kind) for one in retention_plan(settings, open_retention(settings)).due] == ["recordings"]


def test_nothing_is_due_before_the_last_list_is_published_by_an_act(settings: Settings) -> None:
    publish_all_but_last = (
        "update reporting.rpt_publications set is_published_by_act = true, published_at = '2020-01-01'"
        " where stage_order < (select max(stage_order) from reporting.rpt_publications)"
    )
    publish(settings, None, publish_all_but_last)
    assert retention_plan(settings, open_retention(settings)).due == ()
    assert delete_due(settings, open_retention(settings), "A. Officer").deleted == ()
    assert left(settings) == {"recordings": ALL, "evidence": ALL}


def test_a_release_that_names_no_days_is_refused(settings: Settings) -> None:
    publish(settings, days_ago(400), "delete from seeds.policy where parameter_code like '%retention_days'")
    with pytest.raises(OrchestrationError, match="recording_retention_days, evidence_retention_days"):
        open_retention(settings)


# -- the command


@pytest.fixture
def home(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in ("REZERV_LANGUAGE", "REZERV_AS_OF", "REZERV_RELEASES_DIR", "REZERV_PROCTORING_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REZERV_HOME", str(settings.home))
    monkeypatch.setattr("orchestration.console.PLAIN_WIDTH", 200)
    publish(settings, days_ago(400))
    return settings


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert run(["proctoring", "retention", *arguments]) == code
    shown = capsys.readouterr()
    return " ".join((shown.out + shown.err).split())


def test_looking_says_what_is_due_and_what_is_kept_and_deletes_nothing(
    home: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    (home.recordings_dir / "forgotten.webm").write_bytes(b"video")
    shown = said(capsys)
    texts = texts_of("en")
    assert f"{SETTLED} recordings" in shown and f"{SETTLED} evidence" in shown
    for reason in ("signal", "decision", "awaited"):
        assert f"recordings: 1 – {texts(f'proctoring.kept_open_{reason}')}" in shown
    assert f"evidence: 2 – {texts('proctoring.kept_open_claim')}" in shown
    assert f"never deleted: 1: {STRANGE}." in shown
    assert "forgotten.webm" in shown and "--delete --by" in shown
    assert left(home)["evidence"] == ALL


def test_deleting_needs_a_name_and_says_what_it_did(
    home: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "--by" in said(capsys, "--delete", code=2)
    assert "--by" in said(capsys, "--delete", "--by", "  ", code=2)
    assert left(home)["evidence"] == ALL
    shown = said(capsys, "--delete", "--by", "A. Officer")
    assert "sittings – 1, files – 3" in shown
    assert left(home) == {"recordings": ALL - {SETTLED}, "evidence": ALL - {SETTLED}}
    assert '"by":"A. Officer"' in (home.proctoring_dir / "retention.jsonl").read_text()
    after = said(capsys)
    assert texts_of("en")("proctoring.retention_nothing_due") in after and "4 lines" in after


def test_what_cannot_be_deleted_is_told(home: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    (home.recordings_dir / f"{SETTLED}.webm").unlink()
    (home.recordings_dir / f"{SETTLED}.webm").symlink_to(home.warehouse)
    assert "no program may delete it" in said(capsys)
    assert "not deleted: a symbolic link" in said(capsys, "--delete", "--by", "A. Officer", code=1)
    assert (home.recordings_dir / f"{SETTLED}.webm").is_symlink()


def test_a_changed_book_is_told(home: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    (home.proctoring_dir / "retention.jsonl").write_text("{}\n")
    assert "line 1 does not follow" in said(capsys, code=1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_is_said_in_the_language(
    home: Settings, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    texts = texts_of(language)
    shown = said(capsys, "--lang", language)
    assert texts("proctoring.kept_open_decision") in shown
    assert texts("proctoring.what_evidence") in shown
    deleted = said(capsys, "--delete", "--by", "A. Officer", "--lang", language)
    counts = {"sittings": "1", "files": "3", "megabytes": "0.0", "completed": "0"}
    assert deleted == texts("proctoring.retention_deleted", **counts)


def test_without_a_release_nothing_can_be_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REZERV_HOME", str(tmp_path / "empty"))
    assert "rezerv update" in said(capsys, code=2)


# -- the standing checks


def evaluate(settings: Settings) -> dict[str, dg.AssetCheckEvaluation]:
    definitions = dg.Definitions(
        assets=[recordings_folder()],
        asset_checks=proctoring_checks(),
        resources={"settings": settings},
        jobs=[dg.define_asset_job("all", selection=dg.AssetSelection.all_asset_checks())],
    )
    done = definitions.resolve_job_def("all").execute_in_process(raise_on_error=True)
    found = {one.check_name: one for one in done.get_asset_check_evaluations()}
    assert {one.severity for one in found.values()} == {dg.AssetCheckSeverity.WARN}
    return found


def test_before_the_first_release_nothing_is_overdue(settings: Settings) -> None:
    found = evaluate(settings)[OVERDUE_CHECK]
    assert found.passed and found.metadata["note"].value == NO_RELEASE


def test_what_is_due_is_warned_of_until_it_is_deleted(settings: Settings) -> None:
    publish(settings, days_ago(20))
    assert evaluate(settings)[OVERDUE_CHECK].passed
    publish(settings, days_ago(40))
    found = evaluate(settings)[OVERDUE_CHECK]
    assert not found.passed
    assert (found.metadata["count_due"].value, found.metadata["count_unknown"].value) == (1, 1)
    delete_due(settings, open_retention(settings), "A. Officer")
    assert evaluate(settings)[OVERDUE_CHECK].passed


def test_a_release_that_cannot_say_is_warned_of(settings: Settings) -> None:
    publish(settings, days_ago(40), "drop table core.fct_resit_claims")
    found = evaluate(settings)[OVERDUE_CHECK]
    assert not found.passed and "fct_resit_claims" in str(found.metadata["note"].value)


def test_a_file_that_is_no_manifest_is_warned_of(settings: Settings) -> None:
    assert evaluate(settings)[MANIFESTS_CHECK].passed
    (settings.recordings_dir / "bad.json").write_text("{")
    found = evaluate(settings)[MANIFESTS_CHECK]
    assert not found.passed and found.metadata["files"].value == "bad.json"
