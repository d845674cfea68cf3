"""Assembly of the Dagster definitions, and nothing else.

Belongs here: putting assets, checks, jobs, schedules, sensors and resources together. Importing this module
does no I/O: settings and the dbt manifest are read when `defs` is loaded or `build_definitions` is called.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from orchestration.settings import Settings, load_settings


def build_definitions(
    overrides: Mapping[str, Any] | None = None, *, settings: Settings | None = None
) -> dg.Definitions:
    """Definitions for one set of settings (those of the environment by default).

    `overrides` replaces resources by name: `settings`, `progress`, `command`, `dbt`. Parses the dbt project
    when its manifest is missing or old. Raises `UserError` for a wrong setting.
    """
    from orchestration.assets.assignment import expert_panels_asset
    from orchestration.assets.data_docs import data_docs_asset
    from orchestration.assets.landing import landing_assets, landing_folder
    from orchestration.assets.measurement import measurement_assets
    from orchestration.assets.platform import platform_assets
    from orchestration.assets.proctoring import proctoring_assets, recordings_folder
    from orchestration.assets.publication import CHANGES_KEY, RELEASE_KEY, publication_assets
    from orchestration.assets.reports import stage_report_assets
    from orchestration.assets.slots import slot_places_asset
    from orchestration.assets.vetting import weekly_lists_asset
    from orchestration.assets.warehouse import warehouse_assets
    from orchestration.checks.measurement import measurement_checks
    from orchestration.checks.proctoring import proctoring_checks
    from orchestration.checks.slots import slot_checks
    from orchestration.checks.standing import standing_checks
    from orchestration.checks.vetting import vetting_checks
    from orchestration.jobs import build_jobs
    from orchestration.resources import build_resources, ensure_manifest
    from orchestration.schedules import build_schedules
    from orchestration.sensors import build_sensors

    settings = settings or load_settings()
    landing = landing_assets()
    platform = platform_assets(settings)
    warehouse = warehouse_assets(ensure_manifest(settings))
    standing = [
        *standing_checks(),
        *vetting_checks(),
        *proctoring_checks(),
        *measurement_checks(),
        *slot_checks(),
    ]
    jobs = build_jobs(landing, warehouse, standing, platform)
    return dg.Definitions(
        assets=[
            landing_folder(),
            recordings_folder(),
            *proctoring_assets(),
            *platform,
            *landing,
            data_docs_asset(),
            warehouse,
            *publication_assets(warehouse.keys),
            weekly_lists_asset(warehouse.keys),
            *measurement_assets(),
            expert_panels_asset(),
            *stage_report_assets(settings),
            slot_places_asset(),
        ],
        asset_checks=standing,
        jobs=list(jobs.values()),
        schedules=build_schedules(jobs),
        sensors=build_sensors(jobs, [*warehouse.keys, RELEASE_KEY, CHANGES_KEY]),
        resources=build_resources(settings, overrides),
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `dagster` loads."""
    return build_definitions()
