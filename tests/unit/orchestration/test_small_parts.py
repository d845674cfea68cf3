"""Small parts: names of dbt nodes, the history's files, the dictionary, the version of the code."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy

from orchestration.code_version import code_version
from orchestration.dbt_translator import RezervDbtTranslator
from orchestration.dictionary import DICTIONARY_FILE, render_dictionary
from orchestration.resources import ensure_manifest
from orchestration.run_history import unhurried_history
from orchestration.settings import Settings
from orchestration.texts import texts_of


def test_dbt_nodes_are_named_after_their_schema() -> None:
    translator = RezervDbtTranslator()
    model = {
        "resource_type": "model",
        "name": "dim_tracks",
        "fqn": ["rezerv", "core", "dim_tracks"],
        "schema": "core",
    }
    seed = {"resource_type": "seed", "name": "tracks", "fqn": ["rezerv", "tracks"]}
    source = {"resource_type": "source", "source_name": "raw", "name": "platform__answers"}
    assert translator.get_asset_key(model).path == ["core", "dim_tracks"]
    assert translator.get_asset_key(seed).path == ["seeds", "tracks"]
    assert translator.get_asset_key(source).path == ["raw", "platform__answers"]
    assert translator.get_group_name(model) == "core"


def test_the_history_is_written_without_waiting_for_the_disk(tmp_path: Path) -> None:
    def synchronous() -> int:
        engine = sqlalchemy.create_engine(
            f"sqlite:///{tmp_path}/history.db", poolclass=sqlalchemy.pool.NullPool
        )
        with engine.connect() as connection:
            return int(connection.execute(sqlalchemy.text("pragma synchronous")).scalar_one())

    usual = synchronous()
    with unhurried_history():
        assert synchronous() == 1
    assert synchronous() == usual


def test_history_written_in_a_run_stays(tmp_path: Path) -> None:
    file = tmp_path / "history.db"
    with unhurried_history():
        engine = sqlalchemy.create_engine(f"sqlite:///{file}", poolclass=sqlalchemy.pool.NullPool)
        with engine.begin() as connection:
            connection.execute(sqlalchemy.text("pragma journal_mode = wal"))
        for statement in ("create table t (n integer)", "insert into t values (7)"):
            with engine.begin() as connection:
                connection.execute(sqlalchemy.text(statement))
    assert not list(tmp_path.glob("*-wal")), "the log was folded into the file when the run ended"
    with contextlib.closing(sqlite3.connect(file)) as reader:
        assert reader.execute("select n from t").fetchall() == [(7,)]


def test_the_dictionary_on_disk_is_the_one_of_the_descriptions(definitions_settings: Settings) -> None:
    manifest = json.loads(ensure_manifest(definitions_settings).read_text(encoding="utf-8"))
    assert DICTIONARY_FILE.read_text(encoding="utf-8") == render_dictionary(manifest), "run `make dictionary`"


def test_the_code_has_a_version() -> None:
    assert code_version().startswith("0.")


def test_an_unknown_text_is_a_defect() -> None:
    with pytest.raises(KeyError):
        texts_of("en")("no.such_text")
    with pytest.raises(ValueError, match="unknown language"):
        texts_of("de")
