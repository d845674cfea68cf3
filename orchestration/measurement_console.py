"""What `rezerv measurement …` draws, on the terminal and as a workbook.

Belongs here: tables in the language of the catalogue. Not here: which rows (`measurement_views.py`),
questions (`measurement_reports.py`), how a workbook looks (`ingestion/sheets.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.console_values import cell, local
from orchestration.measurement_views import ONLY_IN_WORKBOOK, WRAPPED, Section, written

if TYPE_CHECKING:
    from orchestration.console import Screen
    from orchestration.releases import CurrentRelease
    from orchestration.texts import Texts

DIGITS = 3
WIDTH = 16


def show(screen: Screen, release: CurrentRelease, command: str, sections: Sequence[Section]) -> None:
    """Heading, tables, and how to read them."""
    screen.say(
        "measurement.heading",
        title=screen.texts(f"measurement.title_{command}"),
        release=release.release_id,
        as_of=local(release.as_of),
    )
    screen.say("measurement.advisory")
    for one in sections:
        screen.gap()
        screen.say(f"measurement.section_{one.name}")
        _draw(screen, one)
    screen.gap()
    screen.say(f"measurement.signs_{command}")


def _draw(screen: Screen, one: Section) -> None:
    """A table without the columns in which nothing stands; codes stay whole, what is text gives way."""
    if one.shown:
        names = [
            name
            for name in one.columns
            if name not in ONLY_IN_WORKBOOK and any(row[name] is not None for row in one.shown)
        ]
        words = {name for name in names if any(isinstance(row[name], str) for row in one.shown)}
        table = screen.table(
            [(f"measurement.col_{name}", "left" if name in words else "right") for name in names]
        )
        for name, column in zip(names, table.columns, strict=True):
            column.no_wrap = name not in WRAPPED
        for row in one.shown:
            table.add_row(*(cell(_text(screen.texts, name, row[name])) for name in names))
        screen.console.print(table)
    else:
        screen.say("measurement.nothing_flagged" if one.every else "measurement.nothing")
    if one.count_left_out:
        screen.say("measurement.left_out", count=one.count_left_out)


def _text(say: Texts, name: str, value: object) -> str:
    shown = written(say, name, value)
    return f"{shown:.{DIGITS}f}" if isinstance(shown, float) else str(shown)


def write_workbook(
    path: Path, say: Texts, release: CurrentRelease, command: str, sections: Sequence[Section]
) -> None:
    """Write every row of the tables as a workbook; one that is there is replaced."""
    from ingestion.sheets import Book, write_whole

    heading = say(
        "measurement.heading",
        title=say(f"measurement.title_{command}"), release=release.release_id, as_of=local(release.as_of),
    )  # fmt: skip
    book = Book(heading, say("corrections.page", page="&P", pages="&N"), release.published_at)
    notes = book.sheet(say("measurement.sheet_notes"), (120,))
    for text in (heading, say("measurement.advisory"), say(f"measurement.signs_{command}")):
        notes.line((text,))
    for one in sections:
        headings = [say(f"measurement.col_{name}") for name in one.columns]
        sheet = book.listing(say(f"measurement.sheet_{one.name}"), headings, [WIDTH] * len(headings))
        for row in one.every:
            sheet.line([_cell(say, name, row[name]) for name in one.columns], ruled=True)
        sheet.filtered()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, book.content())


def _cell(say: Texts, name: str, value: object) -> str | int | Decimal:
    shown = written(say, name, value)
    return Decimal(f"{shown:.6g}") if isinstance(shown, float) else shown
