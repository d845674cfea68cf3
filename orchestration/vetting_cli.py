"""The commands `rezerv vetting …` that read: the board, bodies, hold list, alerts, replies, one candidate.

Belongs here: commands, their options and exit codes. Not here: questions (`vetting_reports.py`), drawing
(`vetting_console.py`), the weekly lists (`vetting_lists_cli.py`, which adds its commands to this group).
All read the current release; `adverse` alone reads the warehouse, for grounds are never released.
"""

from __future__ import annotations

import click

from orchestration.cli_context import current_screen, current_settings
from orchestration.cli_help import LocalCommand, LocalGroup

LINES_SHOWN = 40


@click.group("vetting", cls=LocalGroup)
def vetting() -> None:
    """Vetting by the bodies (Order §4)."""


@vetting.command(cls=LocalCommand)
@click.option("--body", metavar="CODE", default="")
def board(body: str) -> None:
    """Lists and answers."""
    from orchestration import vetting_reports as reports
    from orchestration.vetting_console import show_board

    settings, screen = current_settings(), current_screen()
    vetting = reports.open_vetting(settings)
    show_board(screen, vetting.release, reports.read_board(vetting, reports.require_body(vetting, body)))


@vetting.command(cls=LocalCommand)
def bodies() -> None:
    """Lead, lag and forecast."""
    from orchestration import vetting_reports as reports
    from orchestration.vetting_console import show_bodies

    settings, screen = current_settings(), current_screen()
    vetting = reports.open_vetting(settings)
    show_bodies(screen, vetting.release, reports.read_bodies(vetting))


@vetting.command(cls=LocalCommand)
@click.option("--body", metavar="CODE", default="")
@click.option("--all", "everybody", is_flag=True)
@click.option("--limit", "lines", type=click.IntRange(min=0), metavar="N", default=LINES_SHOWN)
def hold(body: str, everybody: bool, lines: int) -> None:
    """The hold list."""
    from orchestration import vetting_reports as reports
    from orchestration.vetting_console import show_hold

    settings, screen = current_settings(), current_screen()
    vetting = reports.open_vetting(settings)
    rows = reports.read_hold(vetting, reports.require_body(vetting, body), everybody=everybody)
    counts, names = reports.read_hold_counts(vetting), reports.read_body_names(vetting)
    show_hold(screen, vetting, rows, counts, names, lines)


@vetting.command(cls=LocalCommand)
def alerts() -> None:
    """Alerts after publication."""
    from orchestration import vetting_reports as reports
    from orchestration.vetting_console import show_alerts

    settings, screen = current_settings(), current_screen()
    vetting = reports.open_vetting(settings)
    show_alerts(screen, vetting.release, reports.read_alerts(vetting), reports.read_body_names(vetting))


@vetting.command(cls=LocalCommand)
@click.option("--limit", "lines", type=click.IntRange(min=0), metavar="N", default=LINES_SHOWN)
def replies(lines: int) -> None:
    """Replies to look at."""
    from orchestration import vetting_reports as reports
    from orchestration.vetting_console import show_replies

    settings, screen = current_settings(), current_screen()
    vetting = reports.open_vetting(settings)
    show_replies(screen, vetting.release, reports.read_problems(vetting), lines)


@vetting.command(cls=LocalCommand)
@click.argument("candidate_no")
def states(candidate_no: str) -> None:
    """One candidate, body by body."""
    from orchestration import vetting_reports as reports
    from orchestration.vetting_console import show_states

    settings, screen = current_settings(), current_screen()
    vetting = reports.open_vetting(settings)
    show_states(screen, vetting.release, reports.read_candidate(vetting, candidate_no.strip()))


@vetting.command(cls=LocalCommand)
def adverse() -> None:
    """Grounds of adverse replies, from the warehouse."""
    from orchestration.vetting_console import show_grounds
    from orchestration.vetting_reports import read_grounds

    settings, screen = current_settings(), current_screen()
    show_grounds(screen, read_grounds(settings), settings.warehouse)
