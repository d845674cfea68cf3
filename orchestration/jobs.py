"""Jobs: which assets run together.

Belongs here: selections and the executor. All in one process: an interpreter per step would cost more than
most steps.
"""

import dagster as dg

from orchestration.assets.assignment import PANELS_KEY
from orchestration.assets.data_docs import DATA_DOCS_KEY
from orchestration.assets.measurement import method_key
from orchestration.assets.proctoring import DELIVERY_KEY, SITTINGS_KEY
from orchestration.assets.publication import CHANGES_KEY, RELEASE_KEY
from orchestration.assets.reports import GROUP as STAGE_REPORTS
from orchestration.assets.slots import PLACES_KEY
from orchestration.assets.vetting import LISTS_KEY
from orchestration.measurement.methods import METHODS

LAND_JOB = "land_job"
BUILD_JOB = "build_job"
RELEASE_JOB = "release_job"
UPDATE_JOB = "update_job"
STANDING_CHECKS_JOB = "standing_checks_job"
DATA_DOCS_JOB = "data_docs_job"
PULL_JOB = "platform_pull_job"
VETTING_LISTS_JOB = "vetting_lists_job"
PROCTORING_JOB = "proctoring_job"
PROCTORING_DELIVERY_JOB = "proctoring_delivery_job"
MEASUREMENT_JOB = "measurement_job"
EXPERT_PANELS_JOB = "expert_panels_job"
STAGE_REPORTS_JOB = "stage_reports_job"
SLOT_PLACES_JOB = "slot_places_job"


def build_jobs(
    landing: list[dg.AssetsDefinition],
    warehouse: dg.AssetsDefinition,
    standing: list[dg.AssetChecksDefinition],
    platform: list[dg.AssetsDefinition],
) -> dict[str, "dg.UnresolvedAssetJobDefinition"]:
    """All jobs by name; the pull only where there is a platform's database."""
    raw = dg.AssetSelection.assets(*landing)
    built = dg.AssetSelection.assets(warehouse)
    published = dg.AssetSelection.assets(RELEASE_KEY, CHANGES_KEY)
    reminders = dg.AssetSelection.checks(*standing)
    definitions = {
        LAND_JOB: (raw, "Land what waits in the landing folder."),
        BUILD_JOB: (built, "Build the warehouse and run its tests."),
        RELEASE_JOB: (published, "Publish the latest build, if it may be published and says something new."),
        UPDATE_JOB: (raw | built | published, "Land, build and release in one run."),
        VETTING_LISTS_JOB: (
            raw | built | dg.AssetSelection.assets(LISTS_KEY),
            "Land, build, and on a list day draw up the lists to the vetting bodies.",
        ),
        STANDING_CHECKS_JOB: (reminders, "Ask again what is still broken."),
        DATA_DOCS_JOB: (
            dg.AssetSelection.assets(DATA_DOCS_KEY),
            "Build the pages on what is expected of the data and what came.",
        ),
        PROCTORING_JOB: (
            dg.AssetSelection.assets(SITTINGS_KEY),
            "Go through the recordings of sittings; what an earlier run did stays as it is.",
        ),
        PROCTORING_DELIVERY_JOB: (
            dg.AssetSelection.assets(DELIVERY_KEY),
            "Deliver what proctoring has done into the landing folder.",
        ),
        MEASUREMENT_JOB: (
            dg.AssetSelection.assets(*(method_key(method) for method in METHODS)),
            "Compute the quality of measurement on the current release; advisory.",
        ),
        EXPERT_PANELS_JOB: (
            dg.AssetSelection.assets(PANELS_KEY),
            "Give works of the situational task that lack experts the experts they lack.",
        ),
        STAGE_REPORTS_JOB: (
            dg.AssetSelection.groups(STAGE_REPORTS),
            "Write the reports of the stages that have happened, from the current release.",
        ),
        SLOT_PLACES_JOB: (
            dg.AssetSelection.assets(PLACES_KEY),
            "Place those who chose no slot, or are owed a resit, at every stage whose seed is committed.",
        ),
    }
    if platform:
        pulled = dg.AssetSelection.assets(*platform)
        definitions[PULL_JOB] = (pulled, "Take what is new in the platform's database.")
    return {
        name: dg.define_asset_job(
            name, selection=selection, description=description, executor_def=dg.in_process_executor
        )
        for name, (selection, description) in definitions.items()
    }
