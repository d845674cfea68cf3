"""The weekly lists asset: on a list day, what is due to the vetting bodies is drawn up and registered.

Belongs here: calling `vetting_lists.draw` once the warehouse is built, and showing its counts; nobody is
named. Not here: the drawing (`vetting_lists.py`), when it is asked for (`schedules.py`). What is registered
lands at once; the job that follows a drawing builds and releases it (`sensors.py`).
"""

from collections.abc import Iterable
from typing import Any

import dagster as dg

from orchestration.resources import WRITER_POOL
from orchestration.settings import Settings
from orchestration.vetting_lists import DRAWN_BY_SCHEDULE, Drawing, draw

LISTS_KEY = dg.AssetKey(["vetting", "weekly_lists"])


def weekly_lists_asset(upstream: Iterable[dg.AssetKey]) -> dg.AssetsDefinition:
    """The lists in `<home>/vetting/lists`, after everything that is built."""

    @dg.asset(
        key=LISTS_KEY,
        deps=sorted(upstream),
        group_name="vetting",
        kinds={"xlsx"},
        pool=WRITER_POOL,
        description="On a list day: a list for each body that has somebody to be sent, and its register.",
    )
    def weekly_lists(settings: dg.ResourceParam[Settings]) -> dg.MaterializeResult[Any]:
        return dg.MaterializeResult(metadata=_metadata(draw_due(settings)))

    return weekly_lists


def draw_due(settings: Settings) -> Drawing:
    """What is due today, if today is a list day."""
    return draw(settings, DRAWN_BY_SCHEDULE, on_list_days_only=True)


def _metadata(drawing: Drawing) -> dict[str, Any]:
    lines = ["| list | addressee | new | changed |", "|---|---|---|---|"]
    lines += [
        f"| {one.list_no} | {one.addressee.code} | {one.count_new} | {one.count_changed} |"
        for one in drawing.lists
    ]
    return {
        "is_list_day": drawing.day.is_list_day,
        "list_on": str(drawing.day.today_on),
        "due_on": str(drawing.day.due_on),
        "count_lists": len(drawing.lists),
        "count_requests": sum(len(one.candidates) for one in drawing.lists),
        "count_people": drawing.count_people,
        "register": drawing.source_file,
        "lists": dg.MetadataValue.md("\n".join(lines)),
    }
