"""The commands `rezerv announce …`: what goes out after a list is published.

Belongs here: commands, their options, exit codes and what they print. Not here: what the papers say
(`public_lists.py`, `short_reports.py`, `reserve_list.py`, `result_notices.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestration.cli_context import current_screen, current_settings
from orchestration.cli_help import LocalCommand, LocalGroup
from orchestration.paper_options import FORMAT, LANG, OUT, chosen_folder, chosen_formats, chosen_languages

if TYPE_CHECKING:
    from orchestration.announcements.published import Published
    from orchestration.layout.content import Document
    from orchestration.settings import Settings

FAILED = 1
OWN = "own"
_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group(cls=LocalGroup)
def announce() -> None:
    """What goes out after a list is published."""


@announce.command("list", cls=LocalCommand)
@click.argument("stage_code", metavar="STAGE")
@LANG
@FORMAT
@OUT
def public(stage_code: str, paper_lang: str, paper_format: str, paper_folder: Path | None) -> None:
    """The public list of a stage."""
    from orchestration.announcements.public_lists import public_list
    from orchestration.announcements.published import open_published

    settings, formats = current_settings(), chosen_formats(paper_format)
    languages = chosen_languages(paper_lang, settings)
    published = open_published(settings, stage_code)
    folder = chosen_folder(paper_folder or announcements_folder(settings, published))
    _write([public_list(published, language) for language in languages], published, formats, folder)


@announce.command(cls=LocalCommand)
@click.argument("stage_code", metavar="STAGE")
@OUT
def notices(stage_code: str, paper_folder: Path | None) -> None:
    """Result notices for the candidates' accounts."""
    from orchestration.announcements.published import open_published
    from orchestration.announcements.result_notices import write_notices
    from orchestration.console import shown_path
    from orchestration.console_values import number
    from orchestration.result_exports import exports_folder

    settings, screen = current_settings(), current_screen()
    published = open_published(settings, stage_code)
    path = write_notices(published, chosen_folder(paper_folder or exports_folder(settings)))
    screen.say("announce.notices", count=number(len(published.rows)), file=shown_path(path))


@announce.command("short-reports", cls=LocalCommand)
@click.option("--in", "report_tongue", metavar="own|kk|ru|en|all", default=OWN)
@OUT
def short_reports(report_tongue: str, paper_folder: Path | None) -> int:
    """Short reports of the assessment centre."""
    from orchestration.announcements.short_reports import open_short_reports, write_short_reports
    from orchestration.console import shown_path
    from orchestration.console_values import number
    from orchestration.progress import WRITING

    settings, screen = current_settings(), current_screen()
    languages = (OWN,) if report_tongue == OWN else chosen_languages(report_tongue, settings)
    found = open_short_reports(settings)
    folder = chosen_folder(paper_folder or announcements_folder(settings, found.published) / "short-reports")
    written = []
    with screen.progress() as progress:
        progress.start(WRITING, len(found.sheets) * len(languages))
        for path in write_short_reports(found, languages, folder):
            written.append(path)
            progress.advance(WRITING)
        progress.finish(WRITING)
    screen.say("announce.short_reports", count=number(len(written) - 1), folder=shown_path(folder))
    if found.moved:
        screen.say("announce.moved", count=number(len(found.moved)), candidates=", ".join(found.moved))
    return FAILED if found.moved else 0


@announce.command(cls=LocalCommand)
@click.option("--by", metavar="WHO", default="")
@click.option("--second", metavar="WHO", default="")
@click.option("--reason", metavar="TEXT", default="")
@click.option("--out", "reserve_folder", type=_FOLDER, metavar="FOLDER", required=True)
@LANG
@FORMAT
def reserve(
    by: str, second: str, reason: str, reserve_folder: Path, paper_lang: str, paper_format: str
) -> None:
    """The named list of the Reserve."""
    from orchestration.announcements import reserve_list
    from orchestration.runs import logging_to_file

    formats, settings, screen = chosen_formats(paper_format), current_settings(), current_screen()
    languages = chosen_languages(paper_lang, settings)
    reserve_list.require_outside(settings, reserve_folder)
    published = reserve_list.open_reserve(settings)
    with logging_to_file(settings):
        people = reserve_list.take_names(settings, published, by, second, reason)
    papers = [reserve_list.reserve_list(published, people, language) for language in languages]
    _write(papers, published, formats, reserve_folder)
    screen.say("identity.recorded")


def announcements_folder(settings: Settings, published: Published) -> Path:
    """Where papers of a list are written unless another folder is asked for."""
    act = published.act
    return settings.home / "announcements" / f"{act.season}-{act.stage}-v{act.version}"


def _write(papers: Sequence[Document], published: Published, formats: Sequence[str], folder: Path) -> None:
    from orchestration.console import shown_path
    from orchestration.layout.rendering import write_document

    act, screen = published.act, current_screen()
    for paper in papers:
        for ending in formats:
            name = f"{act.season}-{act.stage}-v{act.version}-{paper.kind}-{paper.language}.{ending}"
            screen.say("announce.written", file=shown_path(write_document(paper, folder / name)))


def add_commands(group: click.Group) -> None:
    """Add the group to `rezerv`."""
    group.add_command(announce)
