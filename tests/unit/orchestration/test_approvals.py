"""Approvals: a preview's file and hash, and that exactly what was approved is applied and nothing else."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.batches import Correction
from orchestration import corrections, scratch
from orchestration.approvals import BOOK_NAME, FIRST_HASH, apply_approved, read_approvals
from orchestration.batch_history import BatchRow
from orchestration.cli import run
from orchestration.corrections import Difference, Outcome
from orchestration.corrections_reports import read_corrections
from orchestration.errors import OrchestrationError, UserError
from orchestration.preview_records import POINTER_NAME, preview_hash, write_preview
from orchestration.progress import SilentProgress
from orchestration.reports import Landing
from orchestration.scratch import FailedClaim
from orchestration.settings import Settings
from tests.support.scratch_season import land_season, quick_run, raw_rows, write_feed, write_landing
from tests.support.season import CompiledProject
from tests.unit.orchestration.conftest import SECRETS, make_settings

KEYS = "academy__answer_keys"
MOMENT = datetime(2025, 8, 20)


@pytest.fixture(scope="module")
def season(compiled_project: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home with a whole season, computed once."""
    settings = make_settings(tmp_path_factory.mktemp("approvals") / "home")
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


def key(home: Settings, folder: Path, option: str = "A", items: int = 6, bad: bool = False) -> Path:
    """Another right option for the first items of the forms; `bad`: one more row of no known option."""
    found = raw_rows(home, KEYS, f"stage_code = 'text_test' and item_no <= {items}")
    latest = {(row["form_code"], row["item_no"]): row for row in found}
    sent = [row | {"correct_option_code": option} for row in latest.values()]
    wrong = [sent[0] | {"item_no": 25, "correct_option_code": "no such option"}] if bad else []
    return write_feed(folder, KEYS, [*sent, *wrong])


def looked(home: Settings, file: Path) -> Outcome:
    return corrections.preview(home, SilentProgress(), [file])


def approve(home: Settings, said: str, who: str = "chair@example.kz", role: str = "publisher") -> None:
    """A line as the dashboards write it."""
    book = home.access_dir / BOOK_NAME
    book.parent.mkdir(parents=True, exist_ok=True)
    lines = book.read_bytes().split(b"\n")[:-1] if book.is_file() else []
    line = {
        "at": "2025-08-20T05:00:00.000+00:00", "identity": who, "role": role, "preview_hash": said,
        "reason": "WG-2025-0042", "previous": hashlib.sha256(lines[-1]).hexdigest() if lines else FIRST_HASH,
    }  # fmt: skip
    with book.open("ab") as stream:
        stream.write(json.dumps(line).encode() + b"\n")


def applied(home: Settings, file: Path) -> Any:
    return apply_approved(home, SilentProgress(), [file], quick_run)


def test_a_preview_is_kept_and_says_the_same_again(season: Settings, tmp_path: Path) -> None:
    file = key(season, tmp_path / "sent", bad=True)
    outcome = looked(season, file)
    said = write_preview(season, outcome)
    pointer = json.loads((season.corrections_dir / POINTER_NAME).read_text())
    assert pointer["preview_hash"] == said and pointer["count_affected"] == len(outcome.difference.affected)
    with duckdb.connect(str(season.corrections_dir / pointer["file"]), read_only=True) as connection:
        [kept] = connection.execute("select * exclude (batch_id) from files").fetchall()
        assert kept[2] == hashlib.sha256(file.read_bytes()).hexdigest() and kept[3] == "landed"
        found = connection.execute(
            "select stage_code, candidate_no, change_code, rank_after, points_after from standings"
        ).fetchall()
        outside = connection.execute("select reason_code, count_rows, text_en from outside").fetchall()
        cuts = connection.execute("select stage_code, track_code, cutoff_after from cuts").fetchall()
    names = ("stage_code", "candidate_no", "change_code", "rank_after", "points_after")
    standings = outcome.difference.standings
    assert len(found) > 20 and found == [tuple(row[name] for name in names) for row in standings]
    assert [row[:2] for row in outside] == [("UNKNOWN_CODE", 1)] and outside[0][2]
    assert cuts == [
        (row["stage_code"], row["track_code"], row["cutoff_after"]) for row in outcome.difference.cuts
    ]
    assert write_preview(season, looked(season, file)) == said
    assert [path.stem for path in season.corrections_dir.glob("*.duckdb")] == [said]


def test_anything_else_that_is_said_has_another_hash() -> None:
    batch = BatchRow("b", KEYS, "f.csv", MOMENT, MOMENT, "landed", None, 6, 6, 0)
    said = Outcome(MOMENT, Landing([batch], [], 0), [], Difference(), contents=("c" * 64,))
    hashes = {
        preview_hash(one)
        for one in (
            said,
            replace(said, contents=("d" * 64,)),
            replace(said, landing=Landing([replace(batch, count_landed=5, count_quarantined=1)], [], 0)),
            replace(
                said, reasons=[{"feed": KEYS, "column_name": "x", "reason_code": "BAD_IIN", "count_rows": 1}]
            ),
            replace(said, difference=Difference(standings=[{"candidate_no": "R25-000001", "rank_after": 2}])),
            replace(said, difference=Difference(drift=[{"candidate_no": "R25-000001", "rank_after": 2}])),
            replace(said, claims=(FailedClaim("assert_one", 1),)),
        )
    }
    assert len(hashes) == 7
    assert preview_hash(replace(said, moment=datetime(2025, 9, 1))) == preview_hash(said)


def test_what_was_approved_is_applied_and_the_books_say_by_whom(home: Settings, tmp_path: Path) -> None:
    file = key(home, tmp_path / "sent")
    before = looked(home, file)
    approve(home, preview_hash(before))
    approval, outcome = applied(home, file)
    assert outcome.difference == before.difference and not outcome.difference.is_empty
    assert approval.approved_by == "chair@example.kz"
    [row] = read_corrections(home)
    assert row["asked_by"] == "chair@example.kz"
    assert row["reason"] == f"WG-2025-0042 [{preview_hash(before)[:12]}]"
    # what has landed is another preview from now on: the approval is used up
    with pytest.raises(UserError, match="Nobody has approved"):
        applied(home, file)


def test_only_a_publisher_s_approval_of_exactly_this_applies(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = BatchRow("b", KEYS, "f.csv", MOMENT, MOMENT, "landed", None, 6, 6, 0)
    outcome = Outcome(MOMENT, Landing([batch], [], 0), [], Difference(), contents=("c" * 64,))
    words: list[Correction] = []

    def apply(_s: Settings, _p: Any, _f: Any, word: Correction, _r: Any) -> Outcome:
        words.append(word)
        return outcome

    monkeypatch.setattr(corrections, "preview", lambda *_: outcome)
    monkeypatch.setattr(corrections, "apply", apply)
    for said, role in (("e" * 64, "publisher"), (preview_hash(outcome), "analyst")):
        approve(settings, said, role=role)
        with pytest.raises(UserError, match="Nobody has approved"):
            applied(settings, Path("f.csv"))
    assert words == []
    approve(settings, preview_hash(outcome), who="first@example.kz")
    approve(settings, preview_hash(outcome), who="second@example.kz")
    assert applied(settings, Path("f.csv"))[0].approved_by == "second@example.kz"
    assert words == [Correction("second@example.kz", f"WG-2025-0042 [{preview_hash(outcome)[:12]}]")]


def test_an_approval_is_void_once_the_data_give_another_difference(home: Settings, tmp_path: Path) -> None:
    file = key(home, tmp_path / "sent")
    approve(home, preview_hash(looked(home, file)))
    between = key(home, tmp_path / "between", option="C", items=1)
    corrections.apply(home, SilentProgress(), [between], Correction("officer 7", "by phone"), quick_run)
    with pytest.raises(UserError, match="Nobody has approved"):
        applied(home, file)


def test_of_a_broken_book_no_approval_counts(settings: Settings) -> None:
    assert read_approvals(settings) == []
    approve(settings, "a" * 64)
    approve(settings, "b" * 64)
    assert [one.preview_hash[0] for one in read_approvals(settings)] == ["a", "b"]
    book = settings.access_dir / BOOK_NAME
    whole = book.read_bytes()
    book.write_bytes(whole + b'{"half": ')
    assert len(read_approvals(settings)) == 2
    for broken in (whole.replace(b"chair@", b"other@", 1), whole.split(b"\n", 1)[1], b"no json\n" + whole):
        book.write_bytes(broken)
        with pytest.raises(OrchestrationError, match="no approval counts"):
            read_approvals(settings)


def test_the_command_wants_either_an_approval_or_who_and_why(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"REZERV_HOME": str(settings.home), **SECRETS}.items():
        monkeypatch.setenv(name, value)
    file = settings.home / f"{KEYS}.csv"
    file.write_text("x\n")
    assert run(["apply", str(file)]) == 2
    assert "--by" in capsys.readouterr().err
    assert run(["apply", str(file), "--approved", "--by", "officer 7"]) == 2
    assert "--approved" in capsys.readouterr().err
