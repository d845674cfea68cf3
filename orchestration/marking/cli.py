"""The commands `rezerv marks …`.

Belongs here: commands, their options and exit codes. Not here: questions (`reports.py`), reading forms
(`forms.py`), drawing (`console.py`).
"""

from __future__ import annotations

from pathlib import Path

import click

from orchestration.cli_context import account_name, current_screen, current_settings
from orchestration.cli_help import LocalCommand, LocalGroup

FAILED = 1
LINES_SHOWN = 40
_LINES = click.option("--limit", "lines", type=click.IntRange(min=0), metavar="N", default=LINES_SHOWN)


@click.group(cls=LocalGroup)
def marks() -> None:
    """Marks of the panels."""


@marks.command(cls=LocalCommand)
@click.argument("stage_code", metavar="STAGE", default="")
@click.option("--rater", "rater_code", metavar="CODE", default="")
@_LINES
def owed(stage_code: str, rater_code: str, lines: int) -> None:
    """Who owes which marks."""
    from orchestration.marking import reports
    from orchestration.marking.console import show_owed

    settings, screen = current_settings(), current_screen()
    opened = reports.open_marks(settings)
    stage = reports.panel_stage(opened, settings.season, stage_code)
    rows = reports.read_owed(opened, settings.season, stage, rater_code or None)
    show_owed(screen, opened.release, rows, lines)


@marks.command(cls=LocalCommand)
@click.option("--disagreement", is_flag=True)
@_LINES
def flagged(disagreement: bool, lines: int) -> None:
    """Works that somebody should look at."""
    from orchestration.marking import reports
    from orchestration.marking.console import show_flagged

    settings, screen = current_settings(), current_screen()
    opened = reports.open_marks(settings)
    rows = reports.read_flagged(opened, settings.season, disagreement=disagreement)
    show_flagged(screen, opened.release, reports.read_counts(opened, settings.season), rows, lines)


@marks.command(cls=LocalCommand)
@_LINES
def refused(lines: int) -> None:
    """Experts' marks that do not count."""
    from orchestration.marking import reports
    from orchestration.marking.console import show_refused

    settings, screen = current_settings(), current_screen()
    opened = reports.open_marks(settings)
    show_refused(screen, opened.release, reports.read_refused(opened, settings.season), lines)


@marks.command(cls=LocalCommand)
@_LINES
def cases(lines: int) -> None:
    """Cases that are not those drawn."""
    from orchestration.marking import reports
    from orchestration.marking.console import show_cases

    settings, screen = current_settings(), current_screen()
    opened = reports.open_marks(settings)
    show_cases(screen, opened.release, reports.read_case_differences(opened, settings.season), lines)


@marks.command(cls=LocalCommand)
@click.argument("form_files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--stage", "stage_code", metavar="STAGE", default="situational")
@click.option("--by", metavar="WHO", default="")
def read(form_files: tuple[Path, ...], stage_code: str, by: str) -> int:
    """Read forms that experts filled in."""
    from orchestration.marking.console import show_forms
    from orchestration.marking.forms import read_forms
    from orchestration.runs import logging_to_file

    settings, screen = current_settings(), current_screen()
    with logging_to_file(settings):
        found = read_forms(settings, stage_code, form_files, by.strip() or account_name())
    show_forms(screen, found)
    return FAILED if any(form.findings for form in found) else 0


def add_commands(group: click.Group) -> None:
    """Add the group to `rezerv`."""
    group.add_command(marks)
