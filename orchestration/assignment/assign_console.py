"""What `rezerv assign …` prints.

Belongs here: tables and sentences about works and experts, in the language of the catalogue; works by number,
experts by code. Not here: assigning (`panels.py`), packets (`packets.py`), measures (`reports.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.assignment.books import read_moment
from orchestration.console import shown_path
from orchestration.console_values import cell, local, number

if TYPE_CHECKING:
    from orchestration.assignment.packets import Packets
    from orchestration.assignment.panels import Given
    from orchestration.assignment.reports import ExpertLoad, PanelsShown
    from orchestration.console import Screen


def show_given(screen: Screen, given: Given, packets: Packets) -> None:
    """What the act gave, and where packets and the platform's list are."""
    line = given.line
    key = "assign.given" if given.is_new else "assign.nothing_new"
    screen.say(key, act=line["act_no"], places=number(line["count_given"]), works=number(line["count_works"]))
    screen.say("assign.packets", count=packets.count, folder=shown_path(packets.folder))
    screen.say("assign.platform", file=shown_path(packets.platform))


def show_panels(screen: Screen, shown: PanelsShown) -> None:
    """The acts in a line each, loads, pairs and parts; then what is wrong with which works."""
    for act in shown.acts:
        screen.say(
            "assign.act_missing" if act["missing_expert"] else "assign.act",
            act=act["act_no"], at=local(read_moment(act["made_at"])), by=act["made_by"],
            places=number(act["count_given"]), expert=act["missing_expert"] or "",
        )  # fmt: skip
    table = screen.table(
        [("assign.expert", "left"), ("assign.tracks", "left"), ("assign.load", "right"),
         ("assign.marked", "right"), ("assign.owed", "right"), ("assign.capacity", "right"),
         ("assign.note", "left")]
    )  # fmt: skip
    for load in shown.loads:
        table.add_row(
            cell(load.code), cell(", ".join(load.tracks)), number(load.given), number(load.marked),
            number(load.owed), number(load.capacity), _note(screen, load),
        )  # fmt: skip
    screen.console.print(table)
    screen.say(
        "assign.pairs", pairs=number(shown.count_pairs), most=number(shown.most_shared),
        squares=number(shown.squares),
    )  # fmt: skip
    screen.say("assign.parts", parts=shown.parts)
    if shown.lacking:
        screen.say("assign.lacking", raters=shown.raters, works=", ".join(shown.lacking))
    else:
        screen.say("assign.complete", works=number(shown.count_works), raters=shown.raters)
    if shown.in_conflict:
        screen.say("assign.in_conflict", works=", ".join(shown.in_conflict))


def _note(screen: Screen, load: ExpertLoad) -> str:
    if load.is_gone:
        return screen.texts("assign.gone")
    return "" if load.is_available else screen.texts("assign.unavailable")
