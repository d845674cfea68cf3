"""The commands `rezerv draw …` and `rezerv assign …`.

Belongs here: the two groups, their options, and the order act → files → what is shown. Not here: the acts
(`draws.py`, `panels.py`), tables and sentences (`draw_console.py`, `assign_console.py`).
"""

from __future__ import annotations

from pathlib import Path

import click

from orchestration.cli_context import account_name, current_screen, current_settings
from orchestration.cli_help import LocalCommand, LocalGroup
from orchestration.errors import UserError

FAILED = 1


@click.group(cls=LocalGroup)
def draw() -> None:
    """The case of each candidate."""


@draw.command(cls=LocalCommand)
@click.argument("stage_code", metavar="STAGE")
@click.option("--by", metavar="WHO", required=True)
def commit(stage_code: str, by: str) -> None:
    """Commit to a seed, a list and a catalogue."""
    from orchestration.assignment.draw_console import show_commit
    from orchestration.assignment.draws import commit as make
    from orchestration.assignment.draws import draws_folder

    settings, screen = current_settings(), current_screen()
    show_commit(screen, make(settings, stage_code, by), draws_folder(settings))


@draw.command(cls=LocalCommand)
@click.argument("stage_code", metavar="STAGE")
def cases(stage_code: str) -> None:
    """Deal the cases and reveal the seed."""
    from orchestration.assignment.draw_console import show_reveal
    from orchestration.assignment.draws import draws_folder, reveal

    settings, screen = current_settings(), current_screen()
    show_reveal(screen, reveal(settings, stage_code), draws_folder(settings))


@draw.command(cls=LocalCommand)
@click.argument("book_file", metavar="BOOKFILE", type=click.Path(path_type=Path))
def verify(book_file: Path) -> int:
    """Run a book of draws again."""
    from orchestration.assignment.draw_console import show_verification
    from orchestration.assignment.draw_verification import verify_book

    if not book_file.is_file():
        raise UserError("error.draw_book_missing", file=book_file)
    found = verify_book(book_file)
    show_verification(current_screen(), found)
    return FAILED if found.finding else 0


@draw.command("show", cls=LocalCommand)
def show_draws() -> None:
    """The draws of the season."""
    from orchestration.assignment.draw_console import show_all
    from orchestration.assignment.reports import read_draws_shown

    show_all(current_screen(), read_draws_shown(current_settings()))


@click.group(cls=LocalGroup)
def assign() -> None:
    """The experts of each work."""


@assign.command(cls=LocalCommand)
@click.argument("stage_code", metavar="STAGE")
@click.option("--reassign", "missing_expert", metavar="EXPERT", default=None)
@click.option("--by", metavar="WHO", default="")
def experts(stage_code: str, missing_expert: str | None, by: str) -> None:
    """Give works to experts and write their packets."""
    from orchestration.assignment.assign_console import show_given
    from orchestration.assignment.packets import write_packets
    from orchestration.assignment.panels import assign_experts, read_pool
    from orchestration.progress import DRAWING
    from orchestration.runs import logging_to_file

    settings, screen = current_settings(), current_screen()
    with screen.progress() as progress, logging_to_file(settings):
        progress.start(DRAWING, None)
        given = assign_experts(settings, stage_code, by.strip() or account_name(), missing_expert)
        packets = write_packets(settings, read_pool(settings, stage_code), given, stage_code)
        progress.finish(DRAWING)
    show_given(screen, given, packets)


@assign.command("show", cls=LocalCommand)
@click.argument("stage_code", metavar="STAGE", default="situational")
def show_panels(stage_code: str) -> None:
    """How the assignment of a stage stands."""
    from orchestration.assignment.assign_console import show_panels as show
    from orchestration.assignment.reports import read_panels_shown

    show(current_screen(), read_panels_shown(current_settings(), stage_code))


def add_commands(group: click.Group) -> None:
    """Add the two groups to `rezerv`."""
    for command in (draw, assign):
        group.add_command(command)
