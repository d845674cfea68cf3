"""The commands `rezerv proctoring …`: what is to be judged and decided, how far it is; runs and deliveries.

Belongs here: commands, their options and exit codes. Not here: questions (`proctoring_reports.py`), drawing
(`proctoring_console.py`, `proctoring_runs_console.py`), starting the work (`proctoring_runs.py`), the work
(`proctoring_jobs/`).
"""

from __future__ import annotations

import click

from orchestration.cli_context import current_screen, current_settings
from orchestration.cli_help import LocalCommand, LocalGroup

LINES_SHOWN = 40


@click.group("proctoring", cls=LocalGroup)
def proctoring() -> None:
    """Proctoring of the recorded stages (Order §5.1, §6.2)."""


@proctoring.command(cls=LocalCommand)
@click.option("--stage", metavar="CODE", default="")
@click.option("--limit", "lines", type=click.IntRange(min=0), metavar="N", default=LINES_SHOWN)
def queue(stage: str, lines: int) -> None:
    """What reviewers must judge."""
    from orchestration import proctoring_reports as reports
    from orchestration.proctoring_console import show_queue

    opened, screen = reports.open_proctoring(current_settings()), current_screen()
    show_queue(screen, opened.release, reports.read_queue(opened, reports.stage(opened, stage)), lines)


@proctoring.command(cls=LocalCommand)
@click.option("--stage", metavar="CODE", default="")
@click.option("--limit", "lines", type=click.IntRange(min=0), metavar="N", default=LINES_SHOWN)
def decisions(stage: str, lines: int) -> None:
    """What waits for the working group."""
    from orchestration import proctoring_reports as reports
    from orchestration.proctoring_console import show_decisions

    opened, screen = reports.open_proctoring(current_settings()), current_screen()
    wanted = reports.stage(opened, stage)
    show_decisions(screen, opened.release, reports.read_decisions(opened, wanted), lines)


@proctoring.command(cls=LocalCommand)
@click.option("--stage", metavar="CODE", default="")
@click.option("--groups", "by_group", is_flag=True)
def progress(stage: str, by_group: bool) -> None:
    """How far proctoring is."""
    from orchestration import proctoring_reports as reports
    from orchestration.proctoring_console import show_groups, show_progress

    opened, screen = reports.open_proctoring(current_settings()), current_screen()
    wanted = reports.stage(opened, stage)
    kinds = reports.read_signal_types(opened, wanted)
    show_progress(screen, opened.release, reports.read_progress(opened, wanted), kinds)
    if by_group:
        show_groups(screen, reports.read_groups(opened, wanted))


@proctoring.command(cls=LocalCommand)
def reviews() -> None:
    """What reviewers have judged in the app."""
    from orchestration.proctoring_console import show_reviews
    from orchestration.review_delivery import reviews_held

    show_reviews(current_screen(), reviews_held(current_settings()))


@proctoring.command(cls=LocalCommand)
@click.option("--cut", "cuts", is_flag=True)
def controls(cuts: bool) -> None:
    """What the model misses; clips of controls."""
    from orchestration import proctoring_controls
    from orchestration.proctoring_console import show_controls_cut, show_misses

    settings, screen = current_settings(), current_screen()
    opened = proctoring_controls.open_controls(settings)
    if cuts:
        show_controls_cut(screen, proctoring_controls.cut_clips(settings, opened))
        return
    show_misses(screen, opened.release, proctoring_controls.read_misses(opened))


@proctoring.command("run", cls=LocalCommand)
@click.option("--again", is_flag=True)
def run_all(again: bool) -> int:
    """The recordings folder, gone through."""
    from orchestration.proctoring_runs import run_recordings
    from orchestration.proctoring_runs_console import exit_code, show_run

    settings, screen = current_settings(), current_screen()
    run = run_recordings(settings, is_again=again)
    show_run(screen, run, settings.recordings_dir)
    return exit_code(run)


@proctoring.command(cls=LocalCommand)
def deliver() -> int:
    """What is done, into the landing folder."""
    from orchestration.proctoring_runs import deliver_results
    from orchestration.proctoring_runs_console import show_delivery

    settings, screen = current_settings(), current_screen()
    made = deliver_results(settings)
    show_delivery(screen, made)
    return int(made.must_be_looked_at)


@proctoring.command(cls=LocalCommand)
@click.option("--delete", "deletes", is_flag=True)
@click.option("--by", metavar="WHO", default="")
@click.option("--limit", "lines", type=click.IntRange(min=0), metavar="N", default=LINES_SHOWN)
def retention(deletes: bool, by: str, lines: int) -> int:
    """What is kept too long, and deleting it."""
    from orchestration.errors import UserError
    from orchestration.proctoring_retention import delete_due, open_retention, retention_plan
    from orchestration.proctoring_retention_console import show_outcome, show_plan

    if deletes and not by.strip():
        raise UserError("error.retention_by")
    settings, screen = current_settings(), current_screen()
    terms = open_retention(settings)
    if not deletes:
        show_plan(screen, settings, terms, retention_plan(settings, terms), lines)
        return 0
    outcome = delete_due(settings, terms, by.strip())
    show_outcome(screen, outcome)
    return int(bool(outcome.problems))
