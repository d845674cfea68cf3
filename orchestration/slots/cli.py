"""The commands `rezerv slots …`.

Belongs here: the group, its options, and the order act → delivery → what is shown. Not here: the acts
(`placements.py`), tables and sentences (`console.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestration.cli_context import current_screen, current_settings
from orchestration.cli_help import LocalCommand, LocalGroup
from orchestration.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable

    from orchestration.settings import Settings
    from orchestration.slots.placements import Act

FAILED = 1


@click.group(cls=LocalGroup)
def slots() -> None:
    """Slots and places."""


@slots.command("show", cls=LocalCommand)
@click.argument("stage_code", metavar="STAGE", required=False)
@click.option("--numbers", is_flag=True)
def show(stage_code: str | None, numbers: bool) -> None:
    """How full stages and slots are, and who has no place."""
    from orchestration.slots.console import show_stage, show_stages
    from orchestration.slots.placements import COMMITTED, DECIDED, PLACED, read_lines_of
    from orchestration.slots.reports import read_stage, read_stages

    settings, screen = current_settings(), current_screen()
    if stage_code is None:
        show_stages(screen, read_stages(settings))
        return
    shown = read_stage(settings, stage_code)
    show_stage(screen, shown, read_lines_of(settings, stage_code, COMMITTED, PLACED, DECIDED), numbers)


@slots.command(cls=LocalCommand)
@click.argument("stage_code", metavar="STAGE")
@click.option("--by", metavar="WHO", required=True)
def commit(stage_code: str, by: str) -> None:
    """Commit to the seed of a stage."""
    from orchestration.slots.console import show_commit
    from orchestration.slots.placements import commit as make
    from orchestration.slots.placements import slots_folder

    settings, screen = current_settings(), current_screen()
    show_commit(screen, make(settings, stage_code, by), slots_folder(settings))


@slots.command(cls=LocalCommand)
@click.argument("stage_code", metavar="STAGE")
@click.option("--by", metavar="WHO", required=True)
def place(stage_code: str, by: str) -> None:
    """Place those who chose no slot, and resits."""
    from orchestration.slots.placements import place_owed

    _act(stage_code, lambda settings: place_owed(settings, stage_code, by))


@slots.command(cls=LocalCommand)
@click.argument("stage_code", metavar="STAGE")
@click.argument("candidate_no", metavar="CANDIDATE_NO")
@click.argument("slot_no", metavar="SLOT")
@click.option("--by", metavar="WHO", required=True)
@click.option("--reason", metavar="TEXT", required=True)
def give(stage_code: str, candidate_no: str, slot_no: str, by: str, reason: str) -> None:
    """Give one candidate one place."""
    from orchestration.slots.placements import give as make

    _act(stage_code, lambda settings: make(settings, stage_code, candidate_no, slot_no, by, reason))


def _act(stage: str, make: Callable[[Settings], Act | None]) -> None:
    from orchestration.runs import logging_to_file
    from orchestration.slots.console import show_act
    from orchestration.slots.delivery import deliver_placements

    settings, screen = current_settings(), current_screen()
    with logging_to_file(settings):
        act = make(settings)
        files = deliver_placements(settings)
    show_act(screen, act, stage, files)


@slots.command(cls=LocalCommand)
@click.option("--numbers", is_flag=True)
def timetable(numbers: bool) -> None:
    """The Expert Commission's sessions."""
    from orchestration.slots.console import show_timetable
    from orchestration.slots.reports import read_timetable

    show_timetable(current_screen(), read_timetable(current_settings()), numbers)


@slots.command(cls=LocalCommand)
@click.argument("stage_code", metavar="STAGE")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER", default=None)
def export(stage_code: str, out: Path | None) -> None:
    """Places of a stage for the platform."""
    from orchestration.console import shown_path
    from orchestration.slots.exports import exports_folder, write_places, write_timetable
    from orchestration.slots.reports import read_places, read_timetable

    settings, screen = current_settings(), current_screen()
    folder = out or exports_folder(settings)
    files = write_places(folder, settings.season, stage_code, read_places(settings, stage_code))
    turns = read_timetable(settings)
    if any(session["stage_code"] == stage_code for session in turns.sessions):
        files += write_timetable(folder, settings.season, turns)
    for file in files:
        screen.say("slots.exported", file=shown_path(file))


@slots.command(cls=LocalCommand)
@click.argument("slots_book", metavar="BOOKFILE", type=click.Path(path_type=Path))
def verify(slots_book: Path) -> int:
    """Run a book of slots again."""
    from orchestration.slots.console import show_verification
    from orchestration.slots.verification import verify_book

    if not slots_book.is_file():
        raise UserError("error.slots_book_missing", file=slots_book)
    found = verify_book(slots_book)
    show_verification(current_screen(), found)
    return FAILED if found.finding else 0
