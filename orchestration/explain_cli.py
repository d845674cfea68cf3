"""The command `rezerv explain`: why a candidate stands where they stand, stage by stage.

Belongs here: the command, its options and exit codes. Not here: questions (`explain_reports.py`) and drawing
(`explain_console.py`). It reads the current release, or with `--as-of` a copy computed for that moment.
"""

from __future__ import annotations

import click

from orchestration.cli_context import current_screen, current_settings
from orchestration.cli_help import LocalCommand


@click.command(cls=LocalCommand)
@click.argument("candidate_no")
@click.option("--stage", "stage_code", metavar="CODE", default="")
@click.option("--as-of", "as_of", metavar="T", default="")
def explain(candidate_no: str, stage_code: str, as_of: str) -> None:
    """One candidate, stage by stage."""
    from orchestration import explain_reports as reports
    from orchestration.explain_console import show_explanation
    from orchestration.settings import parse_as_of

    settings, moment = current_settings(), parse_as_of(as_of)
    explained = reports.explain(settings, candidate_no.strip(), stage_code.strip(), moment)
    show_explanation(current_screen(), explained)
