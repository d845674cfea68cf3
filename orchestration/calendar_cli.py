"""The command `rezerv calendar`: the contradictions of the season's calendar, in words and with dates.

Belongs here: the command and its exit code. Not here: the question (`calendar_reports.py`), drawing
(`calendar_console.py`).
"""

from __future__ import annotations

import click

from orchestration.cli_context import current_screen, current_settings
from orchestration.cli_help import LocalCommand

MISTAKEN = 1


@click.command("calendar", cls=LocalCommand)
def calendar() -> int:
    """The calendar lint; 1 where the calendar must be corrected."""
    from orchestration.calendar_console import show_findings
    from orchestration.calendar_reports import open_calendar, read_findings

    settings, screen = current_settings(), current_screen()
    opened = open_calendar(settings)
    rows = read_findings(opened, settings.season)
    show_findings(screen, opened.release, rows)
    return MISTAKEN if any(row["severity_code"] == "error" for row in rows) else 0
