"""Small parts: names of dbt nodes, the history's files, the dictionary, the version of the code."""

from __future__ import annotations

import json
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.instance import InstanceRef
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

from orchestration.code_version import code_version
from orchestration.dbt_translator import RezervDbtTranslator
from orchestration.dictionary import DICTIONARY_FILE, render_dictionary
from orchestration.resources import ensure_manifest
from orchestration.run_history import instance_for_run
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


def test_a_run_writes_the_history_that_dagster_reads(tmp_path: Path) -> None:
    @dg.asset
    def numbers() -> None:
        pass

    @dg.asset_check(asset=numbers)
    def numbers_hold() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=True)

    job = dg.Definitions(
        assets=[numbers], asset_checks=[numbers_hold], jobs=[dg.define_asset_job("all_of_it")]
    ).resolve_job_def("all_of_it")
    with instance_for_run(tmp_path) as instance:
        written = job.execute_in_process(instance=instance).run_id
    folded = [path.name for path in (tmp_path / "history" / "runs").iterdir()]
    assert sorted(folded) == sorted([f"{written}.db", "index.db"]), "the logs were folded into their files"
    with dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(tmp_path))) as usual:
        assert type(usual.event_log_storage) is SqliteEventLogStorage
        run = usual.get_run_by_id(written)
        assert run and run.status is dg.DagsterRunStatus.SUCCESS
        assert usual.get_latest_materialization_event(numbers.key)
        kinds = {
            entry.get_dagster_event().event_type_value
            for entry in usual.all_logs(written)
            if entry.is_dagster_event
        }
        assert {"ASSET_MATERIALIZATION", "ASSET_CHECK_EVALUATION", "PIPELINE_SUCCESS"} <= kinds
        checks = usual.event_log_storage.get_latest_asset_check_execution_by_key(
            list(numbers_hold.check_keys)
        )
        assert len(checks) == 1


def test_the_history_can_be_read_while_a_run_writes(tmp_path: Path) -> None:
    seen: list[int] = []

    @dg.asset
    def numbers() -> None:
        with dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(tmp_path))) as usual:
            seen.append(len(usual.all_logs(usual.get_runs()[0].run_id)))
            usual.report_runless_asset_event(dg.AssetMaterialization("written_beside"))

    job = dg.Definitions(assets=[numbers], jobs=[dg.define_asset_job("all_of_it")]).resolve_job_def(
        "all_of_it"
    )
    with instance_for_run(tmp_path) as instance:
        assert job.execute_in_process(instance=instance).success
        assert instance.get_latest_materialization_event(dg.AssetKey("written_beside"))
    assert seen[0] > 0


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
