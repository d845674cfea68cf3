"""The command `rezerv report STAGE`: the reports of stages as files that can be printed.

Belongs here: the command, its options and exit codes. Not here: what a report says (`reports.py`), how it
looks (`layout/`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestration.cli_context import current_screen, current_settings
from orchestration.cli_help import LocalCommand, LocalGroup
from orchestration.errors import OrchestrationError, UserError
from orchestration.paper_options import FORMAT, LANG, OUT, chosen_folder, chosen_formats, chosen_languages

if TYPE_CHECKING:
    from datetime import datetime

    from orchestration.releases import CurrentRelease
    from orchestration.settings import Settings
    from orchestration.stage_reports.figures import Figures


def add_commands(root: LocalGroup) -> None:
    """Add the command to `rezerv`."""
    root.add_command(report)


@click.command("report", cls=LocalCommand)
@click.argument("report_stage", metavar="STAGE")
@LANG
@FORMAT
@click.option("--as-of", "as_of", metavar="T", default="")
@OUT
def report(
    report_stage: str, paper_lang: str, paper_format: str, as_of: str, paper_folder: Path | None
) -> None:
    """The report of a stage, or of all that have happened."""
    from orchestration.console import shown_path
    from orchestration.settings import parse_as_of
    from orchestration.stage_reports.figures import chosen_stages, open_figures
    from orchestration.stage_reports.reports import reports_folder, write_reports

    moment = parse_as_of(as_of)
    formats = chosen_formats(paper_format)
    settings, screen = current_settings(), current_screen()
    languages = chosen_languages(paper_lang, settings)
    release = _release(settings, moment)
    figures = open_figures(settings, release, settings.language)
    asked = chosen_stages(figures, report_stage)
    stages = [stage for stage in asked if figures.has_happened(stage)]
    _refuse_what_is_ahead(figures, asked, stages)
    for stage in asked:
        if stage not in stages:
            screen.say("reports.not_yet", stage=figures.stage_name(stage))
    folder = chosen_folder(paper_folder or reports_folder(settings, release))
    for path in write_reports(settings, release, stages, languages, formats, folder):
        screen.say("reports.written", file=shown_path(path.absolute()))


def _refuse_what_is_ahead(figures: Figures, asked: tuple[str, ...], stages: list[str]) -> None:
    """Nothing to write is a failure that names the stage and the clock of the release."""
    if not stages:
        name = figures.stage_name(asked[0])
        raise OrchestrationError(
            "error.stage_ahead", stage=name, clock=f"{figures.local_clock:%Y-%m-%d %H:%M}"
        )


def _release(settings: Settings, moment: datetime | None) -> CurrentRelease:
    """The standing release, or the season as it was known at a moment, made first (`rezerv as-of`)."""
    from orchestration.as_of import own_folder, release_as_of
    from orchestration.releases import current_release
    from orchestration.reports import require_release

    if moment is None:
        return require_release(settings)
    folder = own_folder(settings, moment)
    with current_screen().progress() as progress:
        release_as_of(settings, progress, moment, folder)
    release = current_release(folder)
    if release is None:
        raise UserError("error.no_release", folder=folder)
    return release
