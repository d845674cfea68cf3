"""The commands `rezerv vetting lists`, `register` and `remind`: what goes to the vetting bodies.

Belongs here: commands, their options, and the steps of a drawing: land, build, draw, build again. Not here:
the drawing itself (`vetting_lists.py`), questions (`vetting_lists_reports.py`), tables
(`vetting_lists_console.py`).
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestration.cli_context import account_name, current_screen, current_settings
from orchestration.cli_help import LocalCommand

if TYPE_CHECKING:
    from orchestration.console import Screen
    from orchestration.settings import Settings
    from orchestration.vetting_lists import Drawing


@click.command(cls=LocalCommand)
@click.option("--as-of", "as_of", metavar="T", default="")
@click.option("--by", metavar="WHO", default="")
@click.option("--dry-run", "dry_run", is_flag=True)
def lists(as_of: str, by: str, dry_run: bool) -> None:
    """The weekly lists."""
    from orchestration import vetting_lists
    from orchestration.settings import parse_as_of
    from orchestration.vetting_lists_console import show_drawing, show_finished

    asked = parse_as_of(as_of)
    settings, screen = current_settings(), current_screen()
    who = by.strip() or account_name()
    vetting_lists.refuse_future(asked or settings.as_of)
    show_finished(screen, [] if dry_run else vetting_lists.finish(settings))
    _land(settings, screen)
    moment = _clock(asked or settings.as_of)
    _build(settings, screen, moment)
    drawing = _draw(settings, screen, who, dry_run)
    # Shown before anything else can fail: these lists count.
    show_drawing(screen, drawing, vetting_lists.lists_folder(settings))
    if drawing.source_file:
        _build(settings, screen, moment)
        screen.say("vetting_lists.next")


def _clock(asked: datetime | None) -> datetime:
    """The season clock to the second, as a register's folder names it; taken after landing."""
    from ingestion.clock import utc_now

    return (asked or utc_now()).replace(microsecond=0)


def _land(settings: Settings, screen: Screen) -> None:
    """Land what waits; what stays outside is shown and keeps no list from being drawn."""
    from orchestration import runs
    from orchestration.console import show_landed_summary
    from orchestration.reports import last_seq, read_landing_after

    before = last_seq(settings)
    runs.record_problems(settings)
    if runs.files_to_land(settings, ()):
        with screen.progress() as progress:
            runs.land(settings, progress)
    landing = read_landing_after(settings, before)
    if landing.batches:
        show_landed_summary(screen, landing)


def _build(settings: Settings, screen: Screen, moment: datetime) -> None:
    from orchestration import runs

    with screen.progress() as progress:
        runs.build(settings, progress, as_of=f"{moment.isoformat()}+00:00")


def _draw(settings: Settings, screen: Screen, by: str, dry_run: bool) -> Drawing:
    from orchestration.progress import DRAWING
    from orchestration.runs import logging_to_file
    from orchestration.vetting_lists import draw

    with screen.progress() as progress, logging_to_file(settings):
        progress.start(DRAWING, None)
        drawing = draw(settings, by, is_dry_run=dry_run)
        progress.finish(DRAWING)
    return drawing


@click.command(cls=LocalCommand)
def register() -> None:
    """The lists that were sent."""
    from orchestration.vetting_lists_console import show_register
    from orchestration.vetting_lists_reports import read_register

    settings, screen = current_settings(), current_screen()
    show_register(screen, read_register(settings))


@click.command(cls=LocalCommand)
@click.option("--format", "letter_format", metavar="pdf|xlsx|html|all", default=None)
@click.option("--out", type=click.Path(path_type=Path), metavar="FOLDER", default=None)
def remind(letter_format: str | None, out: Path | None) -> None:
    """Reminders to bodies with overdue requests."""
    from orchestration.letters.files import letter_formats
    from orchestration.letters.reminder_letters import write_reminder_letters
    from orchestration.vetting_lists_console import show_reminders
    from orchestration.vetting_lists_reports import read_reminders

    formats = letter_formats(letter_format)
    settings, screen = current_settings(), current_screen()
    found, folder = read_reminders(settings), out or settings.home / "vetting" / "reminders"
    letters = write_reminder_letters(
        found.reminders, folder, formats, settings.contact, is_synthetic=settings.is_demo
    )
    show_reminders(screen, found, letters)


def add_commands(group: click.Group) -> None:
    """Add these commands to the group `vetting`."""
    for command in (lists, register, remind):
        group.add_command(command)
