"""What `rezerv calendar` draws: each kind of contradiction in words, below it the events and their dates.

Belongs here: what the terminal shows of the calendar lint, in the language of the catalogue. Not here: the
question to the release (`calendar_reports.py`), the texts of the findings (seed calendar_rules).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from orchestration.console_values import NOTHING, cell, local, number

if TYPE_CHECKING:
    from orchestration.console import Screen
    from orchestration.releases import CurrentRelease
    from orchestration.vetting_reports import Row


def show_findings(screen: Screen, release: CurrentRelease, rows: Sequence[Row]) -> None:
    """The findings kind by kind; local time."""
    screen.say("calendar_lint.title", release=release.release_id, as_of=local(release.as_of))
    if not rows:
        screen.say("calendar_lint.none")
        return
    for _, kind in groupby(rows, key=lambda row: row["finding_code"]):
        _show_kind(screen, list(kind))
    kinds = len({row["finding_code"] for row in rows})
    screen.gap()
    screen.say("calendar_lint.counts", count=number(len(rows)), kinds=number(kinds))


def _show_kind(screen: Screen, rows: Sequence[Row]) -> None:
    first = rows[0]
    screen.gap()
    cited = ", ".join(code for code in (first["paragraph"], first["policy_code"]) if code)
    severity = screen.texts(f"calendar_lint.{first['severity_code']}")
    screen.console.print(
        cell(f"{severity} {first['finding_code']}" + (f" ({cited})" if cited else "")), style="bold"
    )
    screen.say("calendar_lint.text", text=first["text"] or first["finding_code"])
    table = screen.table(
        [(f"calendar_lint.col_{name}", "left") for name in ("event", "first", "second", "other")]
        + [("calendar_lint.col_hours", "right")]
    )
    for row in rows:
        table.add_row(
            cell(_event(screen, row["stage_name"], row["stage_code"], row["event_code"])),
            _moment(row["first_at_local"]),
            _moment(row["second_at_local"]),
            cell(_event(screen, row["other_stage_name"], row["other_stage_code"], row["other_event_code"])),
            number(row["count_hours"]),
        )
    screen.console.print(table)


def _event(screen: Screen, stage_name: str | None, stage_code: str | None, event_code: str | None) -> str:
    """An event in words: the stage's name and what happens; a dash for none."""
    if stage_code is None or event_code is None:
        return NOTHING
    outreach = screen.texts("calendar_lint.outreach") if stage_code == "outreach" else stage_code
    key = f"calendar_lint.event_{event_code}"
    return f"{stage_name or outreach}: {screen.texts(key) if screen.texts.has(key) else event_code}"


def _moment(value: datetime | None) -> str:
    """A local moment; without its hour where that is midnight."""
    if value is None:
        return NOTHING
    return (
        f"{value:%Y-%m-%d}" if value.hour == value.minute == value.second == 0 else f"{value:%Y-%m-%d %H:%M}"
    )
