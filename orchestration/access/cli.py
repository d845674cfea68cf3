"""The commands `rezerv access …`.

Belongs here: the group and its options. Not here: the book (`grants.py`), the log (`log.py`), tables and
sentences (`console.py`).
"""

from __future__ import annotations

import click

from orchestration.cli_context import current_screen, current_settings
from orchestration.cli_help import LocalCommand, LocalGroup

LINES_SHOWN = 20


@click.group(cls=LocalGroup)
def access() -> None:
    """Who reads the dashboards."""


@access.command("list", cls=LocalCommand)
def list_grants() -> None:
    """Who holds which role."""
    from orchestration.access.console import show_holders
    from orchestration.access.grants import grants_folder, holders
    from orchestration.assignment.books import read_book

    settings = current_settings()
    show_holders(current_screen(), list(holders(read_book(grants_folder(settings))).values()))


@access.command(cls=LocalCommand)
@click.argument("identity", metavar="ADDRESS")
@click.argument("role", metavar="ROLE")
@click.option("--stage", "stage_code", metavar="STAGE", default=None)
@click.option("--track", "track_code", metavar="TRACK", default=None)
@click.option("--by", metavar="WHO", required=True)
@click.option("--reason", metavar="TEXT", required=True)
def grant(
    identity: str, role: str, stage_code: str | None, track_code: str | None, by: str, reason: str
) -> None:
    """Give a role."""
    _change(identity, role, stage_code, track_code, by, reason, is_granted=True)


@access.command(cls=LocalCommand)
@click.argument("identity", metavar="ADDRESS")
@click.argument("role", metavar="ROLE")
@click.option("--stage", "stage_code", metavar="STAGE", default=None)
@click.option("--track", "track_code", metavar="TRACK", default=None)
@click.option("--by", metavar="WHO", required=True)
@click.option("--reason", metavar="TEXT", required=True)
def end(
    identity: str, role: str, stage_code: str | None, track_code: str | None, by: str, reason: str
) -> None:
    """Take a role back."""
    _change(identity, role, stage_code, track_code, by, reason, is_granted=False)


def _change(
    identity: str,
    role: str,
    stage_code: str | None,
    track_code: str | None,
    by: str,
    reason: str,
    *,
    is_granted: bool,
) -> None:
    from orchestration.access.console import show_change
    from orchestration.access.grants import Change, record

    change = Change(identity, role, by, reason, stage_code, track_code, is_granted)
    show_change(current_screen(), record(current_settings(), change))


@access.command(cls=LocalCommand)
@click.option("--last", "last_lines", type=click.IntRange(min=0), metavar="N", default=LINES_SHOWN)
def log(last_lines: int) -> None:
    """What was taken from the dashboards."""
    from orchestration.access.console import show_log
    from orchestration.access.log import read_log

    show_log(current_screen(), read_log(current_settings().access_dir), last_lines)
