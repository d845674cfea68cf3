"""The definitions load, and names stay the same all the way from the landing folder to the release."""

from __future__ import annotations

import json
from pathlib import Path

import dagster as dg
import pytest

from ingestion.contracts import feed_names
from orchestration.assets.data_docs import DATA_DOCS_KEY
from orchestration.assets.landing import raw_key
from orchestration.assets.measurement import method_key
from orchestration.assets.proctoring import DELIVERY_KEY, PROCTORING_POOL, SITTINGS_KEY
from orchestration.assets.publication import RELEASE_KEY
from orchestration.checks.vetting import QUESTIONS
from orchestration.definitions import build_definitions
from orchestration.jobs import STANDING_CHECKS_JOB
from orchestration.measurement.methods import METHODS
from orchestration.progress import SilentProgress
from orchestration.resources import WRITER_POOL, ensure_manifest
from orchestration.runs import INSTANCE_FILE, prepare_home
from orchestration.season_calendar import read_calendar
from orchestration.settings import Settings


@pytest.fixture(scope="module")
def definitions(definitions_settings: Settings) -> dg.Definitions:
    return build_definitions(settings=definitions_settings)


def test_the_definitions_are_loadable(definitions: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(definitions)


def test_landing_assets_have_the_keys_of_the_dbt_sources(
    definitions: dg.Definitions, definitions_settings: Settings
) -> None:
    manifest = json.loads(ensure_manifest(definitions_settings).read_text())
    sources = {dg.AssetKey([s["source_name"], s["name"]]) for s in manifest["sources"].values()}
    feeds = {raw_key(feed) for feed in feed_names()}
    executable = definitions.resolve_asset_graph().executable_asset_keys
    assert feeds <= executable
    assert {key for key in sources if not key.path[-1].startswith("_")} == feeds


def test_everything_that_writes_the_warehouse_waits_for_its_turn(definitions: dg.Definitions) -> None:
    writers = {
        asset.node_def.name: asset.node_def.pool  # type: ignore[union-attr]
        for asset in definitions.resolve_asset_graph().assets_defs
        if asset.is_executable
        and asset.keys
        and "changes" not in asset.node_def.name
        and not {"proctoring", "measurement", "stage_reports"} & {key.path[0] for key in asset.keys}
    }
    assert len(writers) >= len(feed_names()) + 2
    assert set(writers.values()) == {WRITER_POOL}
    assert "default_limit: 1" in INSTANCE_FILE.read_text()


def test_going_through_recordings_waits_for_its_turn_and_keeps_no_writer_waiting(
    definitions: dg.Definitions,
) -> None:
    graph = definitions.resolve_asset_graph()
    pools = {
        asset.node_def.name: asset.node_def.pool  # type: ignore[union-attr]
        for asset in graph.assets_defs
        if asset.is_executable and asset.keys & {SITTINGS_KEY, DELIVERY_KEY}
    }
    assert pools == {"proctoring__sittings": PROCTORING_POOL, "proctoring__delivery": None}
    assert graph.get(DELIVERY_KEY).parent_keys == {SITTINGS_KEY}
    assert graph.get(SITTINGS_KEY).backfill_policy == dg.BackfillPolicy.single_run()


def test_the_quality_of_measurement_follows_the_release_and_keeps_no_writer_waiting(
    definitions: dg.Definitions,
) -> None:
    graph = definitions.resolve_asset_graph()
    assets = [asset for asset in graph.assets_defs if {key.path[0] for key in asset.keys} == {"measurement"}]
    assert {key for asset in assets for key in asset.keys} == {method_key(method) for method in METHODS}
    assert {asset.node_def.pool for asset in assets if asset.is_executable} == {None}  # type: ignore[union-attr]
    for method in METHODS:
        assert graph.get(method_key(method)).parent_keys == {RELEASE_KEY}
    job = definitions.resolve_job_def("measurement_job").asset_layer.executable_asset_keys
    assert job == {method_key(method) for method in METHODS}
    assert "measurement" not in {
        key.path[0] for key in definitions.resolve_job_def("update_job").asset_layer.executable_asset_keys
    }


def test_every_stage_of_the_calendar_has_its_reports(
    definitions: dg.Definitions, definitions_settings: Settings
) -> None:
    stages = {event.stage_code for event in read_calendar(definitions_settings.season)}
    graph = definitions.resolve_asset_graph()
    job = definitions.resolve_job_def("stage_reports_job").asset_layer.executable_asset_keys
    assert job == {dg.AssetKey(["stage_reports", stage]) for stage in stages}
    assert all(graph.get(key).parent_keys == {RELEASE_KEY} for key in job)


def test_the_release_comes_after_everything_that_is_built(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    upstream = graph.get(RELEASE_KEY).parent_keys
    rooms = {key.path[0] for key in upstream}
    assert {"seeds", "staging", "intermediate", "core", "selection", "reporting"} <= rooms
    assert dg.AssetKey(["reporting", "rpt_funnel"]) in upstream


def test_jobs_hold_what_their_names_say(definitions: dg.Definitions) -> None:
    def rooms(job: str) -> set[str]:
        return {key.path[0] for key in definitions.resolve_job_def(job).asset_layer.executable_asset_keys}

    assert rooms("land_job") == {"raw"}
    assert "raw" not in rooms("build_job") and "selection" in rooms("build_job")
    assert rooms("release_job") == {"release"}
    assert rooms("update_job") >= {"raw", "selection", "release"}
    lists = rooms("vetting_lists_job")
    assert lists >= {"raw", "intermediate", "vetting"} and "release" not in lists
    assert not rooms("standing_checks_job")
    assert rooms("proctoring_job") == rooms("proctoring_delivery_job") == {"proctoring"}
    data_docs = definitions.resolve_job_def("data_docs_job").asset_layer.executable_asset_keys
    assert data_docs == {DATA_DOCS_KEY} and DATA_DOCS_KEY.path[-1] == "data_docs"


def test_dbt_tests_are_asset_checks(definitions: dg.Definitions) -> None:
    checks = definitions.resolve_asset_graph().asset_check_keys
    assert {
        "quarantine_is_empty",
        "arrived_in_time",
        "no_file_is_held",
        "no_unknown_files",
        "files_accepted",
        "rows_accepted",
        "expectations",
    } <= {check.name for check in checks}
    assert len([check for check in checks if check.asset_key.path[0] == "selection"]) > 10


def test_overrides_replace_resources(definitions_settings: Settings) -> None:
    listener = SilentProgress()
    made = build_definitions({"progress": listener}, settings=definitions_settings)
    assert made.resources is not None and made.resources["progress"] is listener


def test_a_home_gets_the_project_s_instance_settings(settings: Settings) -> None:
    prepare_home(settings)
    file = settings.dagster_home / "dagster.yaml"
    assert file.read_text() == INSTANCE_FILE.read_text()
    file.write_text("telemetry: {enabled: true}\n")
    prepare_home(settings)
    assert file.read_text() == INSTANCE_FILE.read_text()


def test_an_up_to_date_manifest_is_not_parsed_again(
    definitions_settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("dbt was started")

    monkeypatch.setattr("orchestration.resources.subprocess.run", refuse)
    assert ensure_manifest(definitions_settings).is_file()


def test_what_a_person_must_see_to_is_asked_every_morning(definitions: dg.Definitions) -> None:
    """The standing checks of vetting, documents and the calendar are of assets that exist, and in the job."""
    graph = definitions.resolve_asset_graph()
    keys = {dg.AssetCheckKey(one.key, one.name) for one in QUESTIONS}
    assert keys <= set(graph.asset_check_keys)
    assert {one.key for one in QUESTIONS} <= graph.executable_asset_keys
    job = definitions.resolve_job_def(STANDING_CHECKS_JOB)
    assert {"vetting_standing", "feeds_standing", "proctoring_standing", "measurement_standing"} <= {
        node.name for node in job.nodes
    }
