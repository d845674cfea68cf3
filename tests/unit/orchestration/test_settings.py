"""Settings: where they come from, what is refused, and what child processes get."""

from __future__ import annotations

import os
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
    assert settings.recordings_dir == home / "recordings"
    assert settings.proctoring_dir == home / "proctoring"
    assert settings.access_dir == home / "access"
    assert settings.measurement_dir == home / "measurement"
    assert settings.corrections_dir == home / "corrections"
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


@pytest.mark.parametrize(
    "value", ["postgresql://rezerv:hidden-word@host/platform", "host=localhost password=hidden-word"]
)
def test_the_platform_s_database_is_a_secret(tmp_path: Path, value: str) -> None:
    settings = load(tmp_path, REZERV_PLATFORM_DSN=f" {value} ")
    assert settings.platform_dsn == value
    assert "hidden-word" not in repr(settings)
    assert "hidden-word" not in "".join(settings.child_environment().values())
    assert load(tmp_path).platform_dsn is None


def test_an_address_of_no_database_is_refused_unseen(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        load(tmp_path, REZERV_PLATFORM_DSN="hidden-word")
    assert caught.value.message_key == "error.setting_dsn"
    assert "hidden-word" not in str(caught.value)


def key_file(tmp_path: Path, text: str = "  file key of 20 characters\n", mode: int = 0o600) -> Path:
    path = tmp_path / "vault.key"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_secret_may_stand_in_a_key_file(tmp_path: Path) -> None:
    settings = load(tmp_path, REZERV_VAULT_KEY_FILE=str(key_file(tmp_path)))
    assert settings.vault_key == "file key of 20 characters"
    assert settings.person_secret is None
    assert "file key" not in repr(settings)
    assert settings.child_environment()["REZERV_VAULT_KEY_FILE"] == str(tmp_path / "vault.key")


def test_a_key_file_of_the_settings_file_counts_from_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_file(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    (tmp_path / ".env").write_text("REZERV_VAULT_KEY_FILE=vault.key\n")
    assert load(tmp_path).vault_key == "file key of 20 characters"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_key_file_is_for_its_owner_alone(tmp_path: Path, mode: int) -> None:
    file = key_file(tmp_path, mode=mode)
    with pytest.raises(UserError) as caught:
        load(tmp_path, REZERV_VAULT_KEY_FILE=str(file))
    assert caught.value.message_key == "error.secret_file_open"
    for language in ("kk", "ru", "en"):
        assert f"chmod 600 {file}" in caught.value.message(language)


def test_a_key_file_has_to_hold_a_secret(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "binary").write_bytes(b"\xff" * 40)
    (tmp_path / "binary").chmod(0o600)
    empty = key_file(tmp_path, " \n")
    for path in (empty, tmp_path / "pipe", tmp_path / "binary", tmp_path / "nowhere", tmp_path):
        with pytest.raises(UserError) as caught:
            load(tmp_path, REZERV_PERSON_SECRET_FILE=str(path))
        assert caught.value.message_key == "error.secret_file"
        assert "REZERV_PERSON_SECRET_FILE" in str(caught.value)
    with pytest.raises(UserError) as caught:
        load(tmp_path, REZERV_VAULT_KEY_FILE=str(key_file(tmp_path, "short")))
    assert caught.value.message_key == "error.setting_secret_short"


def test_a_secret_and_its_file_exclude_each_other(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        load(tmp_path, REZERV_VAULT_KEY="v" * 20, REZERV_VAULT_KEY_FILE=str(key_file(tmp_path)))
    assert caught.value.message_key == "error.secret_twice"
    assert "v" * 20 not in str(caught.value)


def test_generated_secrets_that_others_may_read_are_refused(tmp_path: Path) -> None:
    generate_secrets(load(tmp_path))
    file = tmp_path / "home" / "secrets.env"
    file.chmod(0o644)
    with pytest.raises(UserError) as caught:
        load(tmp_path)
    assert caught.value.message_key == "error.secret_file_open"
    assert "644" in str(caught.value)
    file.chmod(0o600)
    assert load(tmp_path).has_secrets


def test_a_secret_of_a_key_file_is_not_copied_to_the_home(tmp_path: Path) -> None:
    file = str(key_file(tmp_path))
    assert generate_secrets(load(tmp_path, REZERV_VAULT_KEY_FILE=file))
    assert "REZERV_VAULT_KEY" not in (tmp_path / "home" / "secrets.env").read_text()
    assert load(tmp_path, REZERV_VAULT_KEY_FILE=file).has_secrets


def test_questions_to_the_books_need_no_secret(tmp_path: Path) -> None:
    config = load(tmp_path).reading_config()
    assert config.warehouse == tmp_path / "home" / "warehouse.duckdb" and not config.vault_key


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
