"""The commands `rezerv measurement …`: whether tests and experts measure (advisory, policy A25).

Belongs here: commands, their options and exit codes. Not here: reading and computing
(`measurement_reports.py`), which tables (`measurement_views.py`), drawing (`measurement_console.py`). All are
about the current release; what has not been computed on it yet is computed first, and kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestration.cli_context import current_screen, current_settings
from orchestration.cli_help import LocalCommand, LocalGroup
from orchestration.errors import UserError

if TYPE_CHECKING:
    from orchestration.measurement.methods import Rows
    from orchestration.measurement_views import Section
    from orchestration.releases import CurrentRelease

_STAGE = click.option("--stage", metavar="CODE", default="")
_FORM = click.option("--form", "test_form", metavar="FORM", default="")
_ALL = click.option("--all", "every_line", is_flag=True)
_OUT = click.option("--out", "measures", type=click.Path(path_type=Path), metavar="FILE.xlsx", default=None)


@click.group("measurement", cls=LocalGroup)
def measurement() -> None:
    """Quality of measurement (A25)."""


@measurement.command(cls=LocalCommand)
@_STAGE
@_FORM
@_ALL
@_OUT
def tests(stage: str, test_form: str, every_line: bool, measures: Path | None) -> None:
    """Items, options and forms."""
    from orchestration import measurement_reports as reports
    from orchestration import measurement_views as views

    _require_workbook(measures)
    opened = reports.open_measurement(current_settings())
    found = reports.read_statistics(opened)
    chosen = reports.chosen_stage(found["forms"], stage)
    forms, items, options = (
        reports.narrowed(found[name], stage=chosen, form=test_form if name == "forms" else "")
        for name in ("forms", "items", "options")
    )
    if test_form:
        items, options = ([r for r in rows if r["form_code"] == test_form] for rows in (items, options))
    whole = every_line or bool(test_form)
    sections = [
        views.section("forms", views.FORMS, forms),
        views.section("items", views.ITEMS, items, "item_flag_codes", everything=whole),
        views.section("options", views.OPTIONS, options, "option_flag_code", everything=every_line),
    ]
    _finish(opened.release, "tests", sections, measures)


@measurement.command(cls=LocalCommand)
@_STAGE
@_ALL
@_OUT
def dif(stage: str, every_line: bool, measures: Path | None) -> None:
    """Items that are harder for one group."""
    from orchestration import measurement_views as views

    release, [tables] = _computed(measures, "dif")
    rows = _of_stage(tables["items"], stage)
    section = views.section("dif", views.DIF, rows, "favours_code", everything=every_line)
    _finish(release, "dif", [section], measures)


@measurement.command(cls=LocalCommand)
@_STAGE
@_ALL
@_OUT
def drift(stage: str, every_line: bool, measures: Path | None) -> None:
    """Items that become easier from hour to hour."""
    from orchestration import measurement_views as views

    release, [tables] = _computed(measures, "drift")
    rows = _of_stage(tables["items"], stage)
    section = views.section("drift", views.DRIFT, rows, "flag_code", everything=every_line)
    _finish(release, "drift", [section], measures)


@measurement.command(cls=LocalCommand)
@_STAGE
@_OUT
def similarity(stage: str, measures: Path | None) -> None:
    """Pairs of people whose answers or times are implausibly alike."""
    from orchestration import measurement_reports as reports
    from orchestration import measurement_views as views

    release, [tables] = _computed(measures, "similarity")
    chosen = reports.chosen_stage(tables["forms"], stage)
    sections = [
        views.section("pairs", views.PAIRS, reports.narrowed(tables["pairs"], stage=chosen)),
        views.section("pair_forms", views.PAIR_FORMS, reports.narrowed(tables["forms"], stage=chosen)),
    ]
    _finish(release, "similarity", sections, measures)


@measurement.command(cls=LocalCommand)
@_STAGE
@_ALL
@_OUT
def marking(stage: str, every_line: bool, measures: Path | None) -> None:
    """Agreement of experts, their severity, and what depends on it."""
    from orchestration import measurement_reports as reports
    from orchestration import measurement_views as views
    from orchestration.measurement import facets

    methods = ["agreement", "facets"] if facets.is_installed() else ["agreement"]
    release, found = _computed(measures, *methods)
    chosen = reports.chosen_stage(found[0]["criteria"], stage)

    def of(method: int, table: str) -> Rows:
        return reports.narrowed(found[method][table], stage=chosen)

    sections = [views.section("agreement", views.AGREEMENT, of(0, "criteria"))]
    if len(found) > 1:
        sections += [
            views.section("models", views.MODELS, of(1, "models")),
            views.section("raters", views.RATERS, of(1, "raters"), "flag_codes", everything=every_line),
            views.section("shadow", views.SHADOW, of(1, "shadow")),
        ]
    _finish(release, "marking", sections, measures)
    if len(found) == 1:
        current_screen().say("measurement.no_rasch", package=facets.PACKAGE)


def _computed(workbook: Path | None, *methods: str) -> tuple[CurrentRelease, list[dict[str, Rows]]]:
    """The current release and the tables of methods on it; says that it takes a moment where it does."""
    from orchestration import measurement_reports as reports

    _require_workbook(workbook)
    settings = current_settings()
    release = reports.open_measurement(settings).release
    if not all(reports.is_computed(settings, release, method) for method in methods):
        click.echo(current_screen().texts("measurement.computing"), err=True)
    return release, [reports.results(settings, release, method) for method in methods]


def _of_stage(rows: Rows, stage: str) -> Rows:
    from orchestration import measurement_reports as reports

    return reports.narrowed(rows, stage=reports.chosen_stage(rows, stage))


def _finish(
    release: CurrentRelease, command: str, sections: Sequence[Section], workbook: Path | None
) -> None:
    from orchestration.console import shown_path
    from orchestration.measurement_console import show, write_workbook

    screen = current_screen()
    show(screen, release, command, sections)
    if workbook is not None:
        write_workbook(workbook, screen.texts, release, command, sections)
        screen.say("corrections.written", file=shown_path(workbook.absolute()))


def _require_workbook(path: Path | None) -> None:
    if path is not None and path.suffix.lower() != ".xlsx":
        raise UserError("error.workbook_name", file=path)
