"""dbt's own unit tests of the models: run here once, since a build of a season leaves them out."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.season import PROJECT, CompiledProject


def test_every_unit_test_of_a_model_passes(compiled_project: CompiledProject, tmp_path: Path) -> None:
    # the name of the file is the name of the database in what dbt compiles
    warehouse = tmp_path / "warehouse.duckdb"
    shutil.copy(compiled_project.template, warehouse)
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")),
            "test",
            "--no-use-colors",
            "--select",
            "test_type:unit",
            "--target-path",
            str(tmp_path / "target"),
            "--log-path",
            str(tmp_path / "logs"),
        ],
        cwd=PROJECT,
        env={**os.environ, "REZERV_WAREHOUSE": str(warehouse), "DBT_PROFILES_DIR": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    results = json.loads((tmp_path / "target" / "run_results.json").read_text())["results"]
    failed = [result["unique_id"] for result in results if result["status"] != "pass"]
    assert not failed, "\n".join([*failed, done.stdout[-3000:]])
    declared = sum(
        file.read_text(encoding="utf-8").count("\n  - name: ")
        for file in (PROJECT / "models").rglob("*__unit_tests.yml")
    )
    assert len(results) == declared > 0
