"""The commands of publishing: `rezerv publish`, `publications`, `verify`, `export-results`.

Belongs here: their options, and the order publish → export → land, build and release. Not here: the act
itself (`publication.py`), tables and sentences (`publication_console.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingestion.errors import RezervError
from orchestration.cli_context import current_screen, current_settings
from orchestration.cli_help import LocalCommand

if TYPE_CHECKING:
    from orchestration.console import Screen
    from orchestration.publication import Made
    from orchestration.settings import Settings

FAILED = 1


@click.command(cls=LocalCommand)
@click.argument("stage_code", metavar="STAGE")
@click.option("--approved-by", "approved_by", metavar="WHO", required=True)
@click.option("--decision", "decision_no", metavar="NO", default="")
@click.option("--on-paper", "on_paper", is_flag=True)
@click.option("--reason", metavar="TEXT", default="")
@click.option("--restates", type=click.IntRange(min=1), metavar="N", default=None)
@click.option("--only-late", "only_late", is_flag=True)
@click.option("--keep", is_flag=True)
def publish(
    stage_code: str, approved_by: str, decision_no: str, on_paper: bool, reason: str, restates: int | None,
    only_late: bool, keep: bool,
) -> int:  # fmt: skip
    """Publish a stage's list."""
    from orchestration import publication
    from orchestration.progress import PUBLISHING
    from orchestration.publication_console import show_act, show_export, show_recovered
    from orchestration.runs import logging_to_file

    settings, screen = current_settings(), current_screen()
    request = publication.Request(
        stage_code, approved_by, decision_no, reason, restates,
        is_only_late=only_late, keeps=keep, is_on_paper=on_paper,
    )  # fmt: skip
    with screen.progress() as progress, logging_to_file(settings):
        progress.start(PUBLISHING, None)
        made = publication.publish(settings, request)
        progress.finish(PUBLISHING)
    # Shown before anything else can fail: this act counts.
    show_recovered(screen, made.recovered)
    show_act(screen, made)
    if not keep:
        show_export(screen, _export(settings, stage_code))
    return _bring_on(settings, screen, made)


def _bring_on(settings: Settings, screen: Screen, made: Made) -> int:
    """Land the act, build and release; whatever fails here, the act stands."""
    from orchestration import runs
    from orchestration.console import show_new_release
    from orchestration.publication_console import show_release_drift
    from orchestration.publication_reports import read_release_drift
    from orchestration.reports import require_release

    try:
        with screen.progress() as progress:
            runs.update(settings, progress, made.files)
        release = require_release(settings)
        show_new_release(screen, release)
        show_release_drift(screen, *read_release_drift(release.file, settings.season))
    except RezervError as error:
        screen.say("publish.stands", act=made.act.act_no, problem=error.message(settings.language))
        return FAILED
    screen.say("publish.next")
    return 0


def _export(settings: Settings, stage: str, out: Path | None = None) -> Path:
    from orchestration.ledger import ledger_folder
    from orchestration.result_exports import act_in_force, exports_folder, write_export

    folder = ledger_folder(settings)
    return write_export(folder, act_in_force(settings, folder, stage), out or exports_folder(settings))


@click.command("export-results", cls=LocalCommand)
@click.argument("stage_code", metavar="STAGE")
@click.option("--out", type=click.Path(path_type=Path), metavar="FOLDER", default=None)
def export_results(stage_code: str, out: Path | None) -> None:
    """Results for the candidates' accounts."""
    from orchestration.publication_console import show_export

    show_export(current_screen(), _export(current_settings(), stage_code, out))


@click.command(cls=LocalCommand)
def publications() -> None:
    """The acts, how each stage stands, and by what the release differs from the published lists."""
    from orchestration.ledger import ledger_folder, read_acts
    from orchestration.publication_console import show_publications, show_release_drift
    from orchestration.publication_reports import read_drift, read_release_stages

    settings, screen = current_settings(), current_screen()
    found = read_release_stages(settings)
    show_publications(screen, read_acts(ledger_folder(settings)), found)
    if found is not None:
        release, stages = found
        show_release_drift(screen, stages, read_drift(release.file, settings.season))


@click.command(cls=LocalCommand)
def verify() -> int:
    """Whether the ledger holds."""
    from orchestration.ledger_verification import verify as recompute
    from orchestration.publication_console import show_verification
    from orchestration.verification_record import write_verification

    settings, screen = current_settings(), current_screen()
    found = recompute(settings)
    write_verification(settings, found)
    show_verification(screen, found)
    return FAILED if found.finding else 0


def add_commands(group: click.Group) -> None:
    """Add these commands to `rezerv`."""
    for command in (publish, publications, verify, export_results):
        group.add_command(command)
