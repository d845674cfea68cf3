"""The commands `rezerv shortlist`, `rezerv quotas …` and `rezerv national …`.

Belongs here: commands, their options and exit codes. Not here: papers (`shortlist.py`, `scenario_paper.py`),
acts (`quota_acts.py`, `national_acts.py`), drawing (`console.py`).
"""

from __future__ import annotations

from pathlib import Path

import click

from orchestration.cli_context import account_name, current_screen, current_settings
from orchestration.cli_help import LocalCommand, LocalGroup
from orchestration.paper_options import (
    EVERY,
    FORMAT,
    LANG,
    OUT,
    chosen_folder,
    chosen_formats,
    chosen_languages,
)


@click.command(cls=LocalCommand)
@click.argument("commission_stage", metavar="STAGE")
@click.option("--track", "paper_track", metavar="CODE", default="")
@LANG
@FORMAT
@OUT
def shortlist(
    commission_stage: str, paper_track: str, paper_lang: str, paper_format: str, paper_folder: Path | None
) -> None:
    """The list and the cards for a commission."""
    from orchestration.commissions.figures import open_figures
    from orchestration.commissions.shortlist import papers_folder, write_shortlist
    from orchestration.console import shown_path

    formats, settings, screen = chosen_formats(paper_format), current_settings(), current_screen()
    for language in chosen_languages(paper_lang, settings):
        figures = open_figures(settings, language)
        folder = chosen_folder(paper_folder or papers_folder(figures))
        for path in write_shortlist(figures, commission_stage, paper_track, formats, folder):
            screen.say("quota.written", file=shown_path(path.absolute()))


@click.group(cls=LocalGroup)
def quotas() -> None:
    """Quotas of the National Commission."""


@quotas.command(cls=LocalCommand)
def show() -> None:
    """Places in force."""
    from orchestration.commissions.console import show_quotas
    from orchestration.commissions.figures import open_figures
    from orchestration.commissions.quotas import read_quotas

    show_quotas(current_screen(), read_quotas(open_figures(current_settings())))


@quotas.command(cls=LocalCommand)
@click.option("--move", "moves", metavar="FROM:TO[:N][,…]", multiple=True)
@click.option("--places", "quota_places", metavar="TRACK=N[,…]", default="")
@click.option("--all-pairs", "all_pairs", is_flag=True)
@LANG
@click.option("--format", "paper_format", metavar="pdf|xlsx|html|all", default="")
@OUT
def scenarios(
    moves: tuple[str, ...], quota_places: str, all_pairs: bool, paper_lang: str, paper_format: str,
    paper_folder: Path | None,
) -> None:  # fmt: skip
    """What other quotas would change."""
    from orchestration.commissions import quotas as counted
    from orchestration.commissions.console import show_scenarios
    from orchestration.commissions.figures import open_figures
    from orchestration.commissions.scenario_paper import write_scenarios
    from orchestration.commissions.shortlist import papers_folder
    from orchestration.console import shown_path

    writes = bool(paper_format or paper_lang or paper_folder)
    formats = chosen_formats(paper_format or EVERY)
    settings, screen = current_settings(), current_screen()
    figures = open_figures(settings)
    found = counted.read_quotas(figures)
    asked = [counted.read_move(found, move) for move in moves]
    if all_pairs or not (moves or quota_places):
        asked += counted.all_moves(found)
    made = [counted.scenario(found, counted.moved(found, one), one) for one in asked]
    if quota_places:
        made.append(counted.scenario(found, counted.read_places(found, quota_places)))
    show_scenarios(screen, made)
    if not writes:
        return
    for language in chosen_languages(paper_lang, settings):
        own = open_figures(settings, language)
        folder = chosen_folder(paper_folder or papers_folder(own))
        for path in write_scenarios(own, counted.read_quotas(own), made, formats, folder):
            screen.say("quota.written", file=shown_path(path.absolute()))


@quotas.command(cls=LocalCommand)
@click.option("--decision-no", "act_number", metavar="NO", required=True)
@click.option("--places", "quota_places", metavar="TRACK=N[,…]", required=True)
@click.option("--limit-total", "limit_total", type=click.IntRange(min=1), metavar="N", default=None)
@click.option("--decided-at", "decided_at", metavar="T", default="")
@click.option("--approved-by", "act_approved_by", metavar="WHO", default="")
@click.option("--by", metavar="WHO", default="")
def decide(
    act_number: str, quota_places: str, limit_total: int | None, decided_at: str, act_approved_by: str,
    by: str,
) -> None:  # fmt: skip
    """Record a revision of the quotas."""
    from orchestration.commissions.console import show_quota_act
    from orchestration.commissions.quota_acts import QuotaRequest, decide_quotas
    from orchestration.runs import logging_to_file
    from orchestration.settings import parse_as_of

    request = QuotaRequest(
        act_number, quota_places, by.strip() or account_name(), act_approved_by, parse_as_of(decided_at),
        limit_total,
    )  # fmt: skip
    settings, screen = current_settings(), current_screen()
    with logging_to_file(settings):
        act = decide_quotas(settings, request)
    show_quota_act(screen, act)


@click.group(cls=LocalGroup)
def national() -> None:
    """Decisions of the National Commission."""


@national.command("decide", cls=LocalCommand)
@click.option("--decision-no", "act_number", metavar="NO", required=True)
@click.option("--enrol", "enrol_numbers", metavar="NUMBERS", multiple=True)
@click.option("--decline", "decline_numbers", metavar="NUMBERS", multiple=True)
@click.option("--override-by", "override_by", metavar="WHO", default="")
@click.option("--override-reason", "override_reason", metavar="TEXT", default="")
@click.option("--decided-at", "decided_at", metavar="T", default="")
@click.option("--by", metavar="WHO", default="")
def decide_people(
    act_number: str, enrol_numbers: tuple[str, ...], decline_numbers: tuple[str, ...], override_by: str,
    override_reason: str, decided_at: str, by: str,
) -> None:  # fmt: skip
    """Record decisions on candidates."""
    from orchestration.commissions.console import show_national_act
    from orchestration.commissions.national_acts import NationalRequest, decide_candidates
    from orchestration.runs import logging_to_file
    from orchestration.settings import parse_as_of

    request = NationalRequest(
        act_number, _numbers(enrol_numbers), _numbers(decline_numbers), by.strip() or account_name(),
        override_by, override_reason, parse_as_of(decided_at),
    )  # fmt: skip
    settings, screen = current_settings(), current_screen()
    with logging_to_file(settings):
        act = decide_candidates(settings, request)
    show_national_act(screen, act)


def _numbers(given: tuple[str, ...]) -> tuple[str, ...]:
    """Candidate numbers, with commas or one option each."""
    return tuple(number.strip() for part in given for number in part.split(",") if number.strip())


def add_commands(group: click.Group) -> None:
    """Add the command and the two groups to `rezerv`."""
    for command in (shortlist, quotas, national):
        group.add_command(command)
