"""The dbt step: what it tells dbt, what it records, and how it fails. dbt itself is played by a fake."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import dagster as dg
import duckdb
import pytest

from orchestration.builds import BuildRecord, latest_build
from orchestration.definitions import build_definitions
from orchestration.errors import BuildFailedError
from orchestration.settings import Settings


class FakeDbt:
    """Stands in for the dbt command: remembers its arguments and leaves the artifacts of a run."""

    def __init__(self, settings: Settings, returncode: int, results: list[dict[str, Any]] | None) -> None:
        self.target = settings.home / "dbt"
        self.results = results
        self.process = SimpleNamespace(returncode=returncode)
        self.arguments: list[str] = []
        self.warehouse = ""

    def cli(self, arguments: list[str], **_: object) -> FakeDbt:
        import os

        self.arguments, self.warehouse = arguments, os.environ["REZERV_WAREHOUSE"]
        return self

    def stream(self) -> Iterator[Any]:
        if self.results is not None:
            started = "2025-12-01T05:00:00.000000Z"
            content = {"metadata": {"invocation_started_at": started}, "results": self.results}
            (self.target / "run_results.json").write_text(json.dumps(content))
        yield from ()


def run(
    settings: Settings, definitions_settings: Settings, dbt: FakeDbt, **config: str
) -> dg.ExecuteInProcessResult:
    import shutil

    dbt.target.mkdir(exist_ok=True)
    shutil.copyfile(definitions_settings.home / "dbt" / "manifest.json", dbt.target / "manifest.json")
    job = build_definitions({"dbt": dbt}, settings=settings).resolve_job_def("build_job")
    return job.execute_in_process(run_config={"ops": {"warehouse": {"config": config}}})


def recorded(settings: Settings) -> BuildRecord:
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        build = latest_build(connection)
    assert build is not None
    return build


PASS = {"unique_id": "test.rezerv.some_test.1", "status": "pass", "failures": 0}
FAIL = {"unique_id": "test.rezerv.other_test.2", "status": "fail", "failures": 4}


def test_a_good_build_is_recorded_with_the_clock_that_dbt_used(
    settings: Settings, definitions_settings: Settings
) -> None:
    dbt = FakeDbt(settings, 0, [PASS])
    assert run(settings, definitions_settings, dbt).success
    assert dbt.arguments == ["build", "--exclude-resource-type", "unit_test"]
    assert dbt.warehouse == str(settings.warehouse)
    build = recorded(settings)
    assert build.is_successful and build.is_full
    assert str(build.as_of) == "2025-12-01 05:00:00"
    assert [check.outcome for check in build.checks] == ["pass"]


def test_the_season_clock_reaches_dbt_in_utc(settings: Settings, definitions_settings: Settings) -> None:
    dbt = FakeDbt(settings, 0, [])
    run(settings, definitions_settings, dbt, as_of="2025-08-09T10:00")
    assert dbt.arguments[-2:] == ["--vars", '{"as_of": "2025-08-09 05:00:00"}']
    assert str(recorded(settings).as_of) == "2025-08-09 05:00:00"


def test_a_failing_test_fails_the_build_by_name(settings: Settings, definitions_settings: Settings) -> None:
    with pytest.raises(BuildFailedError) as caught:
        run(settings, definitions_settings, FakeDbt(settings, 1, [PASS, FAIL]))
    assert "other_test.2 (4)" in caught.value.message("en")
    build = recorded(settings)
    assert build.is_successful is False
    assert [check.count_failed for check in build.checks if check.is_blocking] == [4]


def test_dbt_that_dies_early_leaves_a_failed_build(
    settings: Settings, definitions_settings: Settings
) -> None:
    (settings.home / "dbt").mkdir()
    (settings.home / "dbt" / "run_results.json").write_text(json.dumps({"results": [PASS]}))
    with pytest.raises(BuildFailedError):
        run(settings, definitions_settings, FakeDbt(settings, 2, None))
    build = recorded(settings)
    assert build.is_successful is False
    assert build.checks == (), "results of an earlier run must not be taken for this one's"
