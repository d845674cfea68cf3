"""Settings: where they come from, what is refused, and what child processes get."""

from __future__ import annotations

import stat
from datetime import datetime
from pathlib import Path

import pytest

from orchestration.errors import UserError
from orchestration.settings import (
    PROJECT_ROOT,
    SETTING_NAMES,
    Settings,
    generate_secrets,
    load_settings,
    parse_as_of,
)
from tests.unit.orchestration.conftest import SECRETS


def load(tmp_path: Path, **values: str) -> Settings:
    return load_settings({"REZERV_HOME": str(tmp_path / "home"), **values}, env_file=tmp_path / ".env")


def test_everything_lies_below_the_home_by_default(tmp_path: Path) -> None:
    settings = load(tmp_path)
    home = tmp_path / "home"
    assert settings.landing_dir == home / "landing"
    assert settings.warehouse == home / "warehouse.duckdb"
    assert settings.vault == home / "vault.duckdb"
    assert settings.releases_dir == home / "releases"
    assert settings.dagster_home == home / "dagster"
    assert (settings.language, settings.threads, settings.season, settings.as_of) == ("en", 2, "2025", None)


def test_home_is_data_in_the_project_by_default(tmp_path: Path) -> None:
    assert load_settings({}, env_file=tmp_path / ".env").home == PROJECT_ROOT / "data"


def test_the_environment_wins_over_the_file_and_options_over_both(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("REZERV_LANGUAGE=kk\nREZERV_THREADS=3\nREZERV_SEASON=2027\n")
    environment = {"REZERV_LANGUAGE": "ru", "REZERV_THREADS": "4"}
    settings = load_settings(environment, env_file=tmp_path / ".env", overrides={"REZERV_LANGUAGE": "en"})
    assert (settings.language, settings.threads, settings.season) == ("en", 4, "2027")


def test_relative_paths_of_the_file_count_from_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    (tmp_path / ".env").write_text("REZERV_HOME=./season\n")
    assert load_settings({}, env_file=tmp_path / ".env").home == tmp_path / "season"
    assert (
        load_settings({"REZERV_HOME": "mine"}, env_file=tmp_path / ".env").home
        == tmp_path / "elsewhere" / "mine"
    )


@pytest.mark.parametrize(
    ("name", "value", "key"),
    [
        ("REZERV_THREADS", "many", "error.setting_number"),
        ("REZERV_THREADS", "0", "error.setting_number"),
        ("REZERV_LANGUAGE", "de", "error.setting_choice"),
        ("REZERV_MEMORY_LIMIT", "lots", "error.setting_memory"),
        ("REZERV_SEASON", "this", "error.setting_season"),
        ("REZERV_VAULT_KEY", "short", "error.setting_secret_short"),
        ("REZERV_HOMME", "x", "error.setting_unknown"),
        ("REZERV_AS_OF", "yesterday", "error.setting_as_of"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, name: str, value: str, key: str) -> None:
    with pytest.raises(UserError) as caught:
        load(tmp_path, **{name: value})
    assert caught.value.message_key == key
    assert caught.value.exit_code == 2
    for language in ("kk", "ru", "en"):
        assert name in caught.value.message(language)


def test_a_secret_never_stands_in_a_message_or_in_repr(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        load(tmp_path, REZERV_VAULT_KEY="hunter2")
    assert "hunter2" not in caught.value.message("en")
    shown = repr(load(tmp_path, **SECRETS))
    assert SECRETS["REZERV_VAULT_KEY"] not in shown
    assert SECRETS["REZERV_PERSON_SECRET"] not in shown


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("", None),
        ("2025-08-09", datetime(2025, 8, 9, 18, 59, 59)),
        ("2025-08-09T10:00", datetime(2025, 8, 9, 5, 0)),
        ("2025-08-09 10:00:00", datetime(2025, 8, 9, 5, 0)),
        ("2025-08-09T10:00:00+00:00", datetime(2025, 8, 9, 10, 0)),
        ("2025-08-09T10:00:00Z", datetime(2025, 8, 9, 10, 0)),
    ],
)
def test_a_season_clock_is_local_unless_it_has_an_offset(text: str, utc: datetime | None) -> None:
    assert parse_as_of(text) == utc


def test_the_clock_survives_the_way_through_the_environment(tmp_path: Path) -> None:
    settings = load(tmp_path, REZERV_AS_OF="2025-08-09T10:00")
    assert settings.as_of_text() == "2025-08-09 05:00:00"
    assert load_settings(settings.child_environment(), env_file=tmp_path / ".env").as_of == settings.as_of


def test_landing_without_secrets_says_what_to_do(tmp_path: Path) -> None:
    settings = load(tmp_path, REZERV_VAULT_KEY="k" * 20)
    with pytest.raises(UserError) as caught:
        settings.ingestion_config()
    said = caught.value.message("en")
    assert "REZERV_PERSON_SECRET" in said and "REZERV_VAULT_KEY" not in said
    assert "make-secrets" in said


def test_generated_secrets_are_read_again_and_private(tmp_path: Path) -> None:
    assert generate_secrets(load(tmp_path))
    settings = load(tmp_path)
    assert settings.has_secrets
    assert stat.S_IMODE(settings.secrets_file.stat().st_mode) == 0o600
    assert settings.ingestion_config().vault_key == settings.vault_key
    before = settings.secrets_file.read_text()
    assert not generate_secrets(settings)
    assert settings.secrets_file.read_text() == before


def test_a_secret_that_is_set_is_not_replaced(tmp_path: Path) -> None:
    generate_secrets(load(tmp_path, REZERV_VAULT_KEY="v" * 20))
    assert load(tmp_path).vault_key == "v" * 20


def test_child_processes_get_no_secret(tmp_path: Path) -> None:
    assert not set(load(tmp_path, **SECRETS).child_environment()) & set(SECRETS)


def test_the_example_documents_each_setting_and_no_other() -> None:
    lines = (PROJECT_ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    named = {
        line.removeprefix("# ").split("=")[0]
        for line in lines
        if line.startswith("# REZERV_") and "=" in line
    }
    assert named == set(SETTING_NAMES)
