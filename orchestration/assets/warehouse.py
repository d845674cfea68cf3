"""The warehouse assets: everything that dbt builds, with its tests as asset checks.

Belongs here: running dbt once, with the season clock, under the writer's lock, and recording the outcome
for the release. Not here: SQL, or deciding what may be published.
"""

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DbtProject, dbt_assets

from orchestration.builds import (
    CheckOutcome,
    finish_build,
    list_checks,
    outcomes_from_run_results,
    start_build,
)
from orchestration.code_version import code_version
from orchestration.dbt_translator import RezervDbtTranslator
from orchestration.errors import BuildFailedError
from orchestration.progress import BUILDING, Progress
from orchestration.resources import DBT_PROJECT_DIR, WRITER_POOL, DbtCommand, dbt_environment, dbt_target
from orchestration.settings import Settings, parse_as_of

logger = logging.getLogger(__name__)

OP_NAME = "warehouse"


class BuildConfig(dg.Config):
    """The season clock of this build; empty: the setting's, and without one, now."""

    as_of: str = ""


def warehouse_assets(manifest: Path) -> dg.AssetsDefinition:
    """The one `@dbt_assets`, from a parsed manifest."""

    @dbt_assets(
        manifest=manifest,
        name=OP_NAME,
        project=DbtProject(DBT_PROJECT_DIR, profiles_dir=DBT_PROJECT_DIR),
        dagster_dbt_translator=RezervDbtTranslator(),
        pool=WRITER_POOL,
    )
    def warehouse(
        context: dg.AssetExecutionContext,
        config: BuildConfig,
        dbt: dg.ResourceParam[DbtCommand],
        settings: dg.ResourceParam[Settings],
        progress: dg.ResourceParam[Progress],
    ) -> Iterator[Any]:
        from ingestion.loader import ensure_raw_tables
        from ingestion.locking import warehouse_lock

        as_of = parse_as_of(config.as_of) or settings.as_of
        ensure_raw_tables(settings.ingestion_config())
        with warehouse_lock(settings.warehouse), _environment(settings):
            yield from _build(context, dbt, settings, progress, as_of)

    return warehouse


def _build(
    context: dg.AssetExecutionContext,
    dbt: DbtCommand,
    settings: Settings,
    progress: Progress,
    as_of: datetime | None,
) -> Iterator[Any]:
    """Run `dbt build` on what was selected, record its outcome, then fail if it failed."""
    target = dbt_target(settings)
    (target / "run_results.json").unlink(missing_ok=True)
    start_build(
        settings.warehouse,
        context.run.run_id,
        as_of=as_of,
        is_full=not context.is_subset,
        code_version=code_version(),
    )
    # unit tests judge the code on made-up rows: `make test` runs them, a build of real rows need not
    arguments = ["build", "--exclude-resource-type", "unit_test"]
    if as_of:
        arguments += ["--vars", json.dumps({"as_of": as_of.strftime("%Y-%m-%d %H:%M:%S")})]
    progress.start(BUILDING, len(context.selected_asset_keys) + len(context.selected_asset_check_keys))
    invocation = dbt.cli(arguments, context=context, raise_on_error=False, target_path=target)
    for event in invocation.stream():
        progress.advance(BUILDING, _label(event))
        yield event
    progress.finish(BUILDING)
    outcomes, dbt_clock = _read_outcome(target)
    is_successful = invocation.process.returncode == 0
    finish_build(
        settings.warehouse,
        context.run.run_id,
        is_successful=is_successful,
        checks=outcomes,
        as_of=as_of or dbt_clock,
    )
    if not is_successful:
        failing = [outcome for outcome in outcomes if outcome.is_blocking]
        raise BuildFailedError(
            "error.build_failed",
            count=len(failing),
            checks=list_checks(failing) or "–",
            log=target / "dbt.log",
        )


def _read_outcome(target: Path) -> tuple[tuple[CheckOutcome, ...], datetime | None]:
    """Outcomes of dbt's last run and the moment that its models took for now; nothing when dbt died early."""
    results_file = target / "run_results.json"
    if not results_file.is_file():
        return (), None
    results = json.loads(results_file.read_text(encoding="utf-8"))
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    started = results.get("metadata", {}).get("invocation_started_at")
    clock = datetime.fromisoformat(started).astimezone(UTC).replace(tzinfo=None) if started else None
    return outcomes_from_run_results(results, manifest), clock


@contextmanager
def _environment(settings: Settings) -> Iterator[None]:
    """The variables of the dbt profile, for the time that dbt runs."""
    wanted = dbt_environment(settings)
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _label(event: Any) -> str:
    if isinstance(event, dg.AssetCheckResult):
        return event.check_name or ""
    return str(getattr(event, "output_name", "") or "").replace("__", ".", 1)
