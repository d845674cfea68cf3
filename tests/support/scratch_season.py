"""A sample season in a home, computed without starting dbt: for tests of what is found on copies."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion.batches import Acceptance, Correction
from ingestion.contracts import load_contract
from ingestion.contracts.examples import written
from ingestion.expectations import ENGINE_DUCKDB
from ingestion.loader import land_files, pending_files
from ingestion.sample_season import write_season
from orchestration import runs, scratch
from orchestration.progress import Progress
from orchestration.settings import Settings
from tests.support.season import CompiledProject

SIZE, SEED = 160, 3


def write_landing(folder: Path) -> Path:
    """The files of a small season with all its scenarios."""
    write_season(folder, size=SIZE, seed=SEED)
    return folder


def use_steps(settings: Settings, project: CompiledProject) -> None:
    """Give a home what dbt compiled for all tests."""
    manifest = json.loads((project.template.parent / "target" / "manifest.json").read_text())
    steps = scratch.steps_of(manifest)
    target = settings.home / "dbt"
    target.mkdir(parents=True, exist_ok=True)
    content = {"format": scratch._CACHE_FORMAT, "steps": [step.__dict__ for step in steps]}
    (target / "compiled_steps.json").write_text(json.dumps(content))


def land_season(settings: Settings, project: CompiledProject, until: datetime | None = None) -> None:
    """Land what was received by a moment (UTC; None: all) in a home with seeds and compiled steps."""
    use_steps(settings, project)
    shutil.copy(project.template, settings.warehouse)
    config = settings.ingestion_config()
    files = [f for f in pending_files(config) if until is None or (f.received_at or until) <= until]
    word = Acceptance("a test", "as the sample season has it")
    land_files(config, files, None, acceptance=word, engine=ENGINE_DUCKDB)


def quick_run(
    settings: Settings, progress: Progress, files: Sequence[Path], correction: Correction, moment: datetime
) -> None:
    """What `runs.correct` does, with compiled SQL in place of dbt and without a release."""
    pending = runs.files_to_land(settings, files, moment)
    land_files(settings.ingestion_config(), pending, engine=ENGINE_DUCKDB, correction=correction)
    scratch.compute(settings, settings.warehouse, as_of=moment)


def raw_rows(settings: Settings, feed: str, where: str) -> list[dict[str, Any]]:
    """The latest rows of a feed as a sender would write them."""
    contract = load_contract(feed)
    names = ", ".join(contract.column_names)
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        cursor = connection.execute(f"select {names} from raw.{feed} where {where} order by all")
        return [dict(zip(contract.column_names, row, strict=True)) for row in cursor.fetchall()]


def write_feed(folder: Path, feed: str, rows: Sequence[dict[str, Any]]) -> Path:
    """A file of a feed outside the landing folder."""
    contract = load_contract(feed)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{feed}__corrected.{contract.file_format}"
    path.write_bytes(written(contract, rows))
    return path
