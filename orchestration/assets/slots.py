"""Places for those who chose none as an asset: given when somebody asks for the job (Order §7.1, §5.7).

Belongs here: calling `slots/placements.py` for every stage whose seed is committed, and showing counts;
nobody is named. Not here: placing (`slots/placing.py`). The commitment is no asset: a person makes it, by
name. No schedule asks for the job: only people know when a stage without a window was booked long enough.
"""

from typing import Any

import dagster as dg

from orchestration.assets.publication import RELEASE_KEY
from orchestration.resources import WRITER_POOL
from orchestration.settings import Settings
from orchestration.slots.delivery import deliver_placements
from orchestration.slots.placements import place_owed, stages_committed

PLACES_KEY = dg.AssetKey(["slots", "places"])
MADE_BY_JOB = "dagster"


def slot_places_asset() -> dg.AssetsDefinition:
    """Places of those who are owed one, from the current release."""

    @dg.asset(
        key=PLACES_KEY,
        deps=[RELEASE_KEY],
        group_name="slots",
        kinds={"csv"},
        pool=WRITER_POOL,
        description="Who chose no slot, or is owed a resit, gets a free place, as a file to land.",
    )
    def slot_places(settings: dg.ResourceParam[Settings]) -> dg.MaterializeResult[Any]:
        given = {}
        for stage in stages_committed(settings):
            act = place_owed(settings, stage, MADE_BY_JOB)
            given[stage] = len(act.slots) if act is not None and act.is_new else 0
        files = deliver_placements(settings)
        counts = {f"count_{stage}": count for stage, count in given.items()}
        return dg.MaterializeResult(metadata={"count_files": len(files), **counts})

    return slot_places
