"""The experts of each work as an asset: assigned automatically, when somebody asks for the job (Order §6.7).

Belongs here: calling `assignment/panels.py` on the current release, and showing its counts; nobody is named.
Not here: choosing experts (`assignment/panel_solver.py`). The draw of cases is no asset: a person commits to
it, by name. No schedule asks for it, because only people know when the last solution has come.
"""

from typing import Any

import dagster as dg

from orchestration.assets.publication import RELEASE_KEY
from orchestration.assignment.packets import Packets, write_packets
from orchestration.assignment.panels import Given, assign_experts, read_pool
from orchestration.resources import WRITER_POOL
from orchestration.settings import Settings

PANELS_KEY = dg.AssetKey(["situational", "expert_panels"])
STAGE = "situational"
MADE_BY_JOB = "dagster"


def expert_panels_asset() -> dg.AssetsDefinition:
    """Experts of the works of the situational task, and their packets, from the current release."""

    @dg.asset(
        key=PANELS_KEY,
        deps=[RELEASE_KEY],
        group_name="situational",
        kinds={"xlsx"},
        pool=WRITER_POOL,
        description="Works that lack experts get them; a packet for each expert who got some.",
    )
    def expert_panels(settings: dg.ResourceParam[Settings]) -> dg.MaterializeResult[Any]:
        given = assign_experts(settings, STAGE, MADE_BY_JOB)
        packets = write_packets(settings, read_pool(settings, STAGE), given, STAGE)
        return dg.MaterializeResult(metadata=_metadata(given, packets))

    return expert_panels


def _metadata(given: Given, packets: Packets) -> dict[str, Any]:
    line = given.line
    return {
        "is_new": given.is_new,
        "act_no": line["act_no"],
        "count_given": line["count_given"] if given.is_new else 0,
        "count_works": line["count_works"],
        "count_packets": packets.count,
        "panels_hash": line["panels_hash"],
    }
