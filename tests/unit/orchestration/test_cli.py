"""The console command: help in three languages, exit codes, and how little it imports."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from orchestration.cli import cli, run
from orchestration.settings import PROJECT_ROOT
from orchestration.texts import texts_of
from tests.unit.orchestration.conftest import make_settings, record_build, write_warehouse

HEAVY = (
    "torch",
    "ultralytics",
    "pandas",
    "duckdb",
    "dagster",
    "dbt",
    "great_expectations",
    "rich",
    "streamlit",
)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own, whatever the machine's environment says."""
    for name in ("REZERV_LANGUAGE", "REZERV_VAULT_KEY", "REZERV_PERSON_SECRET", "REZERV_AS_OF"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REZERV_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def every_command() -> dict[str, click.Command]:
    """All commands by what one types, those of groups too."""
    found = dict(cli.commands)
    for name, group in cli.commands.items():
        if isinstance(group, click.Group):
            found |= {f"{name} {own}": command for own, command in group.commands.items()}
    return found


def imported_by(module: str) -> set[str]:
    code = f"import sys, {module}; print(' '.join(name.split('.')[0] for name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT_ROOT
    )
    return set(done.stdout.split())


def test_the_command_imports_nothing_heavy() -> None:
    assert not imported_by("orchestration.cli") & set(HEAVY)


def test_the_definitions_import_no_torch() -> None:
    assert not imported_by("orchestration.definitions") & {
        "torch",
        "ultralytics",
        "torchvision",
        "pandas",
        "duckdb",
    }


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("command", ["", *every_command()])
def test_every_command_explains_itself(
    command: str, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = texts_of(language)
    assert run([*command.split(), "--help", "--lang", language]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    name = (command or "rezerv").replace("-", "_").replace(" ", "_")
    first_words = " ".join(texts(f"command.{name}").split()[:4])
    assert texts("help.usage") in shown
    assert texts("option.help") in shown
    assert first_words in shown


def test_every_option_has_a_text() -> None:
    for command in (cli, *every_command().values()):
        for param in command.params:
            assert texts_of("en").has(f"option.{param.name}"), f"{command.name}: {param.name}"


def test_every_error_of_the_package_has_a_text() -> None:
    texts = texts_of("en")
    for file in sorted((PROJECT_ROOT / "orchestration").rglob("*.py")):
        for key in re.findall(r'"(error\.[a-z_]+)"', file.read_text(encoding="utf-8")):
            assert texts.has(key), f"{file.name}: {key}"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["bild"], "bild"),
        (["status", "--colour"], "--colour"),
        (["demo", "--size", "many"], "size"),
        (["sample"], "FOLDER"),
        (["--lang", "de"], "de"),
        (["build", "--as-of", "yesterday"], "yesterday"),
        (["land", "no-such-file.csv"], "no-such-file.csv"),
        (["demo", "--scenario", "no_such_scenario"], "no_such_scenario"),
        (["demo", "--clean", "--scenario", "x"], "--clean"),
        (["funnel"], "rezerv demo"),
    ],
)
def test_a_user_mistake_is_one_paragraph_and_exit_code_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REZERV_VAULT_KEY", "k" * 32)
    monkeypatch.setenv("REZERV_PERSON_SECRET", "s" * 32)
    assert run(arguments) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert "Traceback" not in shown.err
    assert len(shown.err.strip().splitlines()) == 1


def test_a_wrong_setting_is_named_in_the_user_s_language(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REZERV_THREADS", "lots")
    assert run(["status", "--lang", "kk"]) == 2
    assert "бүтін сан" in capsys.readouterr().err


def test_landing_without_secrets_is_a_clear_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "platform__answers.csv"
    file.write_text("x\n")
    assert run(["land", str(file)]) == 2
    assert "make-secrets" in capsys.readouterr().err


def test_language_comes_from_the_option_then_from_the_environment(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REZERV_LANGUAGE", "ru")
    run(["status"])
    assert texts_of("ru")("status.no_pending") in capsys.readouterr().out
    run(["status", "--lang=kk"])
    assert texts_of("kk")("status.no_pending") in capsys.readouterr().out


def test_secrets_are_made_once_and_never_shown(own_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["make-secrets"]) == 0
    assert run(["make-secrets"]) == 0
    assert run(["check-settings"]) == 0
    shown = capsys.readouterr().out
    for line in (own_home / "secrets.env").read_text().splitlines():
        assert line.split("=")[1] not in shown


def test_status_before_anything_says_what_to_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["status"]) == 0
    shown = capsys.readouterr().out
    assert "rezerv build" in shown and "rezerv demo" in shown


def test_status_shows_batches_and_the_build(own_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = make_settings(own_home)
    write_warehouse(settings)
    record_build(settings)
    assert run(["status"]) == 0
    shown = capsys.readouterr().out
    assert "b1.csv" in shown
    assert "1 checks" in shown


def test_a_sample_is_not_written_over_other_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "kept.txt").write_text("mine")
    assert run(["sample", str(tmp_path)]) == 2
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == ["kept.txt"]


def test_commands_stand_in_the_order_of_a_season_s_work() -> None:
    with click.Context(cli) as context:
        assert cli.list_commands(context)[:6] == ["demo", "sample", "pull", "land", "build", "release"]
