"""The commands `rezerv preview`, `apply`, `corrections`, `sensitivity` and `as-of`.

Belongs here: commands, their options and exit codes. Not here: what differs (`corrections.py`,
`sensitivity.py`), releases of a moment (`as_of.py`), drawing (`corrections_console.py`), workbooks
(`corrections_reports.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestration.cli_context import current_screen, current_settings
from orchestration.cli_help import LocalCommand, texts
from orchestration.errors import UserError

if TYPE_CHECKING:
    from orchestration.console import Screen
    from orchestration.corrections import Outcome
    from orchestration.settings import Settings

FAILED = 1
_FILE = click.Path(path_type=Path)


@click.command(cls=LocalCommand)
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option("--as-of", "as_of", metavar="T", default="")
@click.option("--out", "workbook", type=_FILE, metavar="FILE.xlsx", default=None)
def preview(files: tuple[Path, ...], as_of: str, workbook: Path | None) -> int:
    """What files would change; 1 if something of them stays outside."""
    from orchestration.approvals import SHORT_HASH
    from orchestration.corrections import preview as look
    from orchestration.preview_records import write_preview
    from orchestration.settings import parse_as_of

    moment = parse_as_of(as_of)
    _require_workbook(workbook)
    settings, screen = current_settings(), current_screen()
    with screen.progress() as progress:
        outcome = look(settings, progress, files, moment)
    said = write_preview(settings, outcome)
    _show(screen, outcome, "corrections.preview_title", workbook)
    screen.say("corrections.preview_kept", hash=said[:SHORT_HASH])
    return FAILED if outcome.has_outside else 0


@click.command(cls=LocalCommand)
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option("--by", metavar="WHO", default="")
@click.option("--reason", metavar="TEXT", default="")
@click.option("--approved", "is_approved", is_flag=True)
@click.option("--out", "workbook", type=_FILE, metavar="FILE.xlsx", default=None)
def apply(files: tuple[Path, ...], by: str, reason: str, is_approved: bool, workbook: Path | None) -> int:
    """Land a correction, build, release; 1 if something stays outside or there is no release."""
    from orchestration.releases import current_release

    _require_workbook(workbook)
    if is_approved and (by or reason):
        raise UserError("error.approved_and_by")
    settings, screen = current_settings(), current_screen()
    outcome = (
        _apply_approved(settings, screen, files)
        if is_approved
        else _apply(settings, screen, files, by, reason)
    )
    _show(screen, outcome, "corrections.apply_title", workbook)
    if outcome.refused is not None:
        screen.say("corrections.refused", why=outcome.refused.message(texts().language))
        return FAILED
    current = current_release(settings.releases_dir)
    if current:
        screen.say("corrections.released", release=current.release_id)
    return FAILED if outcome.has_outside else 0


def _apply(settings: Settings, screen: Screen, files: tuple[Path, ...], by: str, reason: str) -> Outcome:
    from ingestion.batches import Correction
    from orchestration.corrections import apply as carry_out

    with screen.progress() as progress:
        return carry_out(settings, progress, files, Correction(by.strip(), reason.strip()))


def _apply_approved(settings: Settings, screen: Screen, files: tuple[Path, ...]) -> Outcome:
    from orchestration.approvals import apply_approved
    from orchestration.console_values import local

    with screen.progress() as progress:
        approval, outcome = apply_approved(settings, progress, files)
    screen.say(
        "corrections.approved",
        by=approval.approved_by,
        moment=local(approval.approved_at),
        reason=approval.reason,
    )
    return outcome


@click.command(cls=LocalCommand)
def corrections() -> None:
    """Applied corrections."""
    from orchestration.corrections_console import show_corrections
    from orchestration.corrections_reports import read_corrections

    settings, screen = current_settings(), current_screen()
    show_corrections(screen, read_corrections(settings))


@click.command(cls=LocalCommand)
@click.option("--stage", metavar="CODE", default="")
@click.option("--as-of", "as_of", metavar="T", default="")
@click.option("--out", "workbook", type=_FILE, metavar="FILE.xlsx", default=None)
def sensitivity(stage: str, as_of: str, workbook: Path | None) -> None:
    """Whom other choices of the policy would change."""
    from orchestration import sensitivity as choices
    from orchestration.console import shown_path
    from orchestration.console_values import local
    from orchestration.corrections_console import show_choices
    from orchestration.settings import parse_as_of

    moment = parse_as_of(as_of)
    _require_workbook(workbook)
    settings, screen = current_settings(), current_screen()
    with screen.progress() as progress:
        clock, found = choices.sensitivity(settings, progress, stage=stage, as_of=moment)
    show_choices(screen, found, local(clock))
    if workbook:
        choices.write_choices(workbook, found, screen.texts)
        screen.say("corrections.written", file=shown_path(workbook.absolute()))


@click.command("as-of", cls=LocalCommand)
@click.argument("moment", metavar="T")
@click.option("--out", "as_of_folder", type=_FILE, metavar="FOLDER", required=True)
def as_of(moment: str, as_of_folder: Path) -> None:
    """The season as known at a moment, as a release in a folder of its own."""
    from orchestration.as_of import release_as_of
    from orchestration.console import shown_path
    from orchestration.console_values import local
    from orchestration.settings import parse_as_of

    asked = parse_as_of(moment)
    if asked is None:
        raise UserError("error.setting_as_of", value=moment)
    settings, screen = current_settings(), current_screen()
    with screen.progress() as progress:
        made = release_as_of(settings, progress, asked, as_of_folder)
    screen.say("as_of.made", as_of=local(asked), file=shown_path(made.file))


def _require_workbook(path: Path | None) -> None:
    """A workbook's name ends with .xlsx: what else would a person take it for?"""
    if path is not None and path.suffix.lower() != ".xlsx":
        raise UserError("error.workbook_name", file=path)


def _show(screen: Screen, outcome: Outcome, title: str, workbook: Path | None) -> None:
    from orchestration.console import shown_path
    from orchestration.corrections_console import show_outcome
    from orchestration.corrections_reports import write_outcome

    show_outcome(screen, outcome, title)
    if workbook:
        write_outcome(workbook, outcome, screen.texts, title)
        screen.say("corrections.written", file=shown_path(workbook.absolute()))


def add_commands(group: click.Group) -> None:
    """Add these commands directly below `rezerv`."""
    for command in (preview, apply, corrections, sensitivity, as_of):
        group.add_command(command)
