"""`rezerv measurement …`: what it says of planted faults, in three languages, and what it refuses."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from orchestration.assets.measurement import compute
from orchestration.checks.measurement import NOT_COMPUTED, QUESTIONS, answer
from orchestration.cli import run
from orchestration.measurement import facets, reasons
from orchestration.measurement.frames import MIN_GROUP, read_frames
from orchestration.measurement.methods import METHODS
from orchestration.measurement_views import CODES, Section, section, written
from orchestration.settings import Settings
from orchestration.texts import LANGUAGES, texts_of
from tests.support.fake_release import write_pointer
from tests.support.measured_release import write_measured_release
from tests.support.measurement import answers, marks, two_languages
from tests.unit.orchestration.conftest import make_settings

COMMANDS = ("tests", "dif", "drift", "similarity", "marking")
QUICK = tuple(name for name in METHODS if name != "facets")


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An item harder in Russian, a leaked one, a pair, and a severe expert; a form of few people."""
    few = answers(12, seed=4, form="TEX-KK-3").assign(
        candidate_no=lambda f: "R25-77" + f["candidate_no"].str[-4:]
    )
    whole = two_languages(500, 2, dif=(4, 0.5))
    other = answers(500, seed=6, form="TEX-KK-2", leaked=(11, 0.2), copied=(17, 330))
    other["candidate_no"] = other["candidate_no"].str.replace("R25-0", "R25-5")
    found = pd.concat([whole, other, few], ignore_index=True)
    return write_measured_release(
        tmp_path_factory.mktemp("releases"), found, marks(60, 8, seed=1, severity={1: 2.0})
    )


@pytest.fixture
def home(release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("REZERV_LANGUAGE", "REZERV_AS_OF", "REZERV_RELEASES_DIR", "REZERV_WAREHOUSE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REZERV_HOME", str(tmp_path))
    (tmp_path / "releases").mkdir()
    copied = tmp_path / "releases" / release.name
    copied.write_bytes(release.read_bytes())
    write_pointer(tmp_path / "releases", copied)
    return tmp_path


@pytest.fixture
def settings(home: Path) -> Settings:
    return make_settings(home)


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert run(["measurement", *arguments]) == code
    shown = capsys.readouterr()
    assert "Traceback" not in shown.err
    return " ".join((shown.out if code == 0 else shown.err).split())


def test_forms_and_flagged_items_are_shown(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, "tests", "--stage", "text")
    assert "Advisory (A25)" in shown and "too few people" in shown
    assert re.search(r"text_test TEX-KK-1 Kazakh 500 25 \d+\.\d{3} ", shown)
    assert "Lines without a flag" in shown
    form = said(capsys, "tests", "--form", "TEX-RU-1")
    assert "TEX-KK" not in form and form.count(" TEX-RU-1 Russian ") >= 26


def test_planted_faults_are_told(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert re.search(
        r"text_test language TEX-1 5 Kazakh Russian 500 500 -\d\.\d+ .* C Kazakh", said(capsys, "dif")
    )
    assert re.search(r"text_test TEX-KK-2 Kazakh 12 500 .* easier later", said(capsys, "drift"))
    pairs = said(capsys, "similarity")
    assert re.search(r"TEX-KK-2 Kazakh R25-500017 R25-500330 25 2\d", pairs)
    assert "TEX-KK-3 Kazakh 12 0 0 too few people" in pairs


def test_marking_tells_agreement_severity_and_what_depends_on_it(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("raschpy")
    shown = said(capsys, "marking", "--stage", "situational")
    assert re.search(r"situational 1 EX-01 \d+ \d\.\d+ .* severe", shown)
    assert re.search(r"situational all 60 8 180 0\.\d{3} 0\.\d{3}", shown)
    assert re.search(r"situational agro 30 \d+ \d+ \d+ \d+", shown)


def test_without_the_package_it_says_how_to_install_it(
    home: Path, settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facets, "PACKAGE", "a_package_that_nobody_has")
    shown = said(capsys, "marking")
    assert "pip install" in shown and "a_package_that_nobody_has" in shown
    assert "situational all 60" in shown and "EX-01" not in shown
    assert "not installed" in compute(settings, "facets")["note"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "marking"])
def test_each_command_speaks_three_languages_and_writes_a_workbook(
    home: Path, capsys: pytest.CaptureFixture[str], command: str, language: str
) -> None:
    file = home / "out" / "quality.xlsx"
    shown = said(capsys, command, "--lang", language, "--out", str(file))
    say = texts_of(language)
    assert say(f"measurement.title_{command}") in shown and str(file) in shown.replace(" ", "")
    book = CalamineWorkbook.from_path(file)
    assert book.sheet_names[0] == say("measurement.sheet_notes") and len(book.sheet_names) > 1
    for name in book.sheet_names[1:]:
        lines = book.get_sheet_by_name(name).to_python()
        assert lines[0][0] == say("measurement.col_stage_code") and len(lines) > 1


def test_the_same_release_gives_the_same_workbook(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one.xlsx", "other.xlsx"):
        said(capsys, "drift", "--out", str(home / name))
    assert (home / "one.xlsx").read_bytes() == (home / "other.xlsx").read_bytes()


def test_what_is_computed_is_kept(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["measurement", "drift"]) == 0
    first = capsys.readouterr()
    assert texts_of("en")("measurement.computing") in first.err
    monkeypatch.setattr("orchestration.measurement.frames.read_frames", None)
    assert run(["measurement", "drift"]) == 0
    again = capsys.readouterr()
    assert again.out == first.out and again.err == ""


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("tests", "--stage", "nothing"), "Known are: text_test"),
        (("tests", "--form", "TEX-XX"), "Known are: TEX-KK-1, TEX-KK-2, TEX-KK-3, TEX-RU-1"),
        (("dif", "--out", "result.csv"), ".xlsx"),
    ],
)
def test_what_is_asked_wrongly_is_said(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], part: str
) -> None:
    assert part in said(capsys, *arguments, code=2)


def test_without_a_release_and_on_an_older_one(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (file,) = (home / "releases").glob("*.duckdb")
    with duckdb.connect(str(file)) as connection:
        connection.execute(f"delete from seeds.policy where parameter_code = '{MIN_GROUP}'")
    assert MIN_GROUP in said(capsys, "dif", code=1)
    with duckdb.connect(str(file)) as connection:
        connection.execute("drop table seeds.form_families")
    assert "seeds.form_families" in said(capsys, "dif", code=1)
    with duckdb.connect(str(file)) as connection:
        connection.execute("drop table core.fct_item_answers")
    assert "core.fct_item_answers" in said(capsys, "tests", code=1)
    (home / "releases" / "CURRENT.json").unlink()
    assert "rezerv" in said(capsys, "tests", code=2)


def test_every_code_of_a_result_has_a_text() -> None:
    codes = {*reasons.ALL, "kk", "ru", "male", "female", "language", "sex", "unknown"}
    codes |= {"EASIER_LATER", "HARDER_LATER", "SEVERE", "LENIENT", "ERRATIC", "OVERFIT", "CENTRAL", "HALO"}
    codes |= {"NEGATIVE", "WEAK", "HARD", "EASY", "IDLE", "BETTER_THAN_KEY", "LIKED_BY_UPPER"}
    for language in LANGUAGES:
        assert [
            code for code in codes if not texts_of(language).has(f"measurement.code_{code.lower()}")
        ] == []


def test_values_are_written_for_a_reader() -> None:
    say = texts_of("en")
    assert written(say, "p_value", 3e-9) == "< 0.0001" and written(say, "p_value", 0.04321) == "0.0432"
    assert written(say, "item_no", None) == "whole" and written(say, "delta", None) == "–"
    assert written(say, "item_flag_codes", "WEAK, HARD") == "weak, very hard"
    assert written(say, "is_key", True) == "yes" and written(say, "delta", 1) == 1
    assert "flag_codes" in CODES
    rows = [{"flag": None}, {"flag": "A"}]
    assert section("x", ("flag",), rows, "flag", everything=False) == Section("x", ("flag",), rows[1:], rows)
    assert section("x", ("flag",), rows, "flag", everything=False).count_left_out == 1


def test_frames_hold_who_counts_and_marks_that_stand(release: Path) -> None:
    frames = read_frames(release)
    assert (frames.season_code, frames.content_hash) == ("2025", "hash")
    assert (frames.terms.min_group, frames.terms.alpha) == (30, 0.05)
    assert frames.scales["situational"] == (1, 5) and frames.scales["expert_commission"] == (1, 10)
    assert len(frames.answers) == (1500 + 12) * 25 and frames.answers["is_valid"].all()
    assert set(frames.answers["form_family_code"]) == {"TEX-1", "TEX-2", "TEX-3"}
    assert len(frames.marks) == 60 * 3 * 4


# --- assets and checks ---


def test_assets_compute_once_and_checks_count_what_is_flagged(settings: Settings) -> None:
    for method in QUICK:
        before = answer(settings, method)
        assert before.passed and before.metadata["note"].value == NOT_COMPUTED
        metadata = compute(settings, method)
        assert metadata["release_id"] == "2025-r1" and sum(v for k, v in metadata.items() if "count" in k) > 0
    flagged = {method: answer(settings, method) for method in QUICK}
    counts = {method: one.metadata["count_flagged"].value for method, one in flagged.items()}
    assert counts["agreement"] == 0 and flagged["agreement"].passed
    for method in ("dif", "drift", "similarity"):
        assert counts[method] == 1 and not flagged[method].passed, method
        assert "R25-" not in str(flagged[method].metadata)
    assert set(QUESTIONS) == set(METHODS)


def test_checks_say_that_results_were_altered(settings: Settings) -> None:
    compute(settings, "drift")
    (file,) = settings.measurement_dir.glob("*/drift-v2/*.parquet")
    file.chmod(0o644)
    file.write_bytes(b"")
    assert not answer(settings, "drift").passed


def test_nothing_is_computed_without_a_release(tmp_path: Path) -> None:
    empty = make_settings(tmp_path / "empty")
    assert compute(empty, "dif") == {"note": "no release yet"}
    assert answer(empty, "dif").passed
