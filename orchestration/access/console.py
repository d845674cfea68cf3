"""What `rezerv access …` prints.

Belongs here: tables and sentences about grants and the access log. Not here: the book (`grants.py`), the
log (`log.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from orchestration.assignment.books import read_moment
from orchestration.console_values import cell, local

if TYPE_CHECKING:
    from orchestration.console import Screen

# Of a line of the log: what has a column of its own, and the chain.
_OWN = ("at", "identity", "role", "action", "previous")


def show_holders(screen: Screen, lines: Sequence[Mapping[str, Any]]) -> None:
    """Who holds which role, since when and by whom."""
    if not lines:
        screen.say("access.nobody")
        return
    names = ("identity", "role", "stage", "track", "since", "by", "reason")
    table = screen.table([(f"access.{name}", "left") for name in names])
    for line in lines:
        table.add_row(
            cell(line["identity"]), cell(line["role"]), cell(line["stage_code"]), cell(line["track_code"]),
            local(read_moment(line["at"])), cell(line["by"]), cell(line["reason"]),
        )  # fmt: skip
    screen.console.print(table)


def show_change(screen: Screen, line: Mapping[str, Any] | None) -> None:
    """What a change did."""
    if line is None:
        screen.say("access.held_already")
        return
    key = "access.granted" if line["is_granted"] else "access.ended"
    screen.say(key, identity=line["identity"], role=line["role"], line=line["line_no"])


def show_log(screen: Screen, lines: Sequence[Mapping[str, Any]], last: int) -> None:
    """The newest lines of the log and how many there are in all; their chain was checked."""
    if not lines:
        screen.say("access.log_empty")
        return
    names = ("at", "identity", "role", "action", "facts")
    table = screen.table([(f"access.{name}", "left") for name in names])
    for line in lines[-last:] if last else lines:
        facts = {name: value for name, value in line.items() if name not in _OWN}
        moment = datetime.fromisoformat(line["at"]).replace(tzinfo=None)
        table.add_row(
            local(moment), cell(line["identity"]), cell(line["role"]), cell(line["action"]),
            cell(json.dumps(facts, ensure_ascii=False)),
        )  # fmt: skip
    screen.console.print(table)
    screen.say("access.log_holds", count=len(lines))
