"""The command `rezerv eligibility`: how many fail which rule, and why one candidate does.

Belongs here: the command, its argument and exit codes. Not here: questions (`eligibility_reports.py`) and
drawing (`eligibility_console.py`). It reads the current release.
"""

from __future__ import annotations

import click

from orchestration.cli_context import current_screen, current_settings
from orchestration.cli_help import LocalCommand


@click.command(cls=LocalCommand)
@click.argument("candidate_no", required=False)
def eligibility(candidate_no: str | None) -> None:
    """Rules of stage 1, of everybody or of one candidate."""
    from orchestration import eligibility_reports as reports
    from orchestration.eligibility_console import show_counts, show_explanation

    opened, screen = reports.open_eligibility(current_settings()), current_screen()
    if candidate_no is None:
        show_counts(screen, opened.release, reports.read_counts(opened))
    else:
        explanation = reports.read_explanation(opened, candidate_no.strip())
        show_explanation(screen, opened.release, explanation)
