"""Stage reports as documents and files: which parts, under which title, by which name.

Belongs here: putting the parts of a report together, and writing a stage in languages and formats. Not
here: the parts (`happened.py`, `quality.py`, `exceptions.py`, `compared.py`, `outreach.py`), the command.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.layout.content import Document, Identity
from orchestration.stage_reports import compared, exceptions, happened, outreach, quality
from orchestration.stage_reports.figures import OUTREACH, Figures, open_figures

if TYPE_CHECKING:
    from orchestration.releases import CurrentRelease
    from orchestration.settings import Settings


def reports_folder(settings: Settings, release: CurrentRelease) -> Path:
    """Where the reports of a release lie: `<home>/reports/<release>`."""
    return settings.home / "reports" / release.release_id


def file_name(figures: Figures, stage: str, format_name: str) -> str:
    """Name of a report: place of the stage, stage, language; files sort as the season goes."""
    return f"{figures.stages.index(stage):02}-{stage}-{figures.language}.{format_name}"


def stage_report(figures: Figures, stage: str) -> Document:
    """The report of a stage that has happened, in the language of the figures."""
    say = figures.say
    return Document(
        kind="stage_report",
        title=say("report.title", stage=figures.stage_name(stage)),
        summary=say("report.summary"),
        language=figures.language,
        identity=_identity(figures, stage),
        sections=outreach.sections(figures) if stage == OUTREACH else (
            happened.section(figures, stage),
            happened.groups_section(figures, stage),
            quality.section(figures, stage),
            exceptions.section(figures, stage),
            compared.section(figures, stage),
        ),
    )  # fmt: skip


def _identity(figures: Figures, stage: str) -> Identity:
    return Identity(
        season=figures.season,
        stage=figures.stage_name(stage),
        version="" if stage == OUTREACH else happened.version_text(figures, stage),
        as_of=figures.release.as_of,
        release=figures.release.release_id,
        release_hash=str(figures.manifest["content_hash"]),
        made_at=figures.release.published_at,
        is_synthetic=figures.settings.is_demo,
    )


def write_reports(
    settings: Settings,
    release: CurrentRelease,
    stages: Sequence[str],
    languages: Sequence[str],
    formats: Sequence[str],
    folder: Path,
) -> Iterator[Path]:
    """Write the reports of stages that have happened; yields each path once the file is there."""
    from orchestration.layout.rendering import write_document

    opened = open_figures(settings, release, languages[0])
    for language in languages:
        figures = opened.in_language(language)
        for stage in stages:
            document = stage_report(figures, stage)
            for format_name in formats:
                yield write_document(document, folder / file_name(figures, stage, format_name))
