"""The commands `rezerv documents …`: the work on documents that is left, and what the checkers did.

Belongs here: commands, their options and exit codes. Not here: questions (`documents_reports.py`), drawing
(`documents_console.py`). All read the current release.
"""

from __future__ import annotations

import click

from orchestration.cli_context import current_screen, current_settings
from orchestration.cli_help import LocalCommand, LocalGroup

LINES_SHOWN = 40


@click.group("documents", cls=LocalGroup)
def documents() -> None:
    """Checking of documents (Order §2.6, §4.1)."""


@documents.command(cls=LocalCommand)
@click.option("--type", "document_type", metavar="CODE", default="")
@click.option("--work", "work_kind", metavar="CODE", default="")
@click.option("--about-to-close", is_flag=True)
@click.option("--limit", "lines", type=click.IntRange(min=0), metavar="N", default=LINES_SHOWN)
def work(document_type: str, work_kind: str, about_to_close: bool, lines: int) -> None:
    """What is left to do."""
    from orchestration import documents_reports as reports
    from orchestration.documents_console import show_work

    opened, screen = reports.open_documents(current_settings()), current_screen()
    wanted = (
        reports.document_type(opened, document_type),
        reports.work_kind(opened, work_kind),
        about_to_close,
    )
    counts, rows = reports.read_work_counts(opened, *wanted), reports.read_work(opened, *wanted)
    show_work(screen, opened.release, counts, rows, lines)


@documents.command(cls=LocalCommand)
def checkers() -> None:
    """What the checkers did."""
    from orchestration import documents_reports as reports
    from orchestration.documents_console import show_checkers

    opened, screen = reports.open_documents(current_settings()), current_screen()
    show_checkers(screen, opened.release, reports.read_checkers(opened))
