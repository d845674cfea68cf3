"""The console command `rezerv`: everything that a person does without a browser.

Belongs here: commands, their options, exit codes, and saying what went wrong. Not here: work (`runs.py`,
`releases.py`, `ingestion/`), drawing (`console.py`), texts (`i18n/`). Importing this module must stay
quick: whatever is heavy is imported by the command that needs it. Exit codes: 0 done, 1 failed, 2 asked
wrongly, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingestion.errors import RezervError
from orchestration.access.cli import access
from orchestration.announcements.cli import add_commands as add_announcement_commands
from orchestration.assignment.cli import add_commands as add_assignment_commands
from orchestration.calendar_cli import calendar
from orchestration.cli_help import LocalCommand, LocalGroup, current_texts, texts, usage_error_text
from orchestration.commissions.cli import add_commands as add_commission_commands
from orchestration.corrections_cli import add_commands as add_correction_commands
from orchestration.documents_cli import documents
from orchestration.eligibility_cli import eligibility
from orchestration.errors import UserError
from orchestration.explain_cli import explain
from orchestration.marking.cli import add_commands as add_marking_commands
from orchestration.measurement_cli import measurement
from orchestration.proctoring_cli import proctoring
from orchestration.publication_cli import add_commands as add_publication_commands
from orchestration.settings import (
    LANGUAGES,
    PROJECT_ROOT,
    SECRET_FILE_NAMES,
    SECRET_NAMES,
    Settings,
    generate_secrets,
    load_settings,
)
from orchestration.slots.cli import slots
from orchestration.stage_reports.cli import add_commands as add_report_commands
from orchestration.texts import texts_of
from orchestration.vetting_cli import vetting
from orchestration.vetting_lists_cli import add_commands as add_list_commands

if TYPE_CHECKING:
    from datetime import datetime

    from ingestion.batches import Acceptance
    from orchestration.console import Screen

DEFAULT_SIZE = 9000
DEFAULT_SEED = 2025
# What `rezerv report --lang` takes beside the languages.
EVERY_LANGUAGE = "all"
FAILED, ASKED_WRONGLY, INTERRUPTED = 1, 2, 130

_FILE = click.Path(path_type=Path)


def main() -> None:
    """Entry point of the console script."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line; returns its exit code and never shows a traceback for what a user can mend."""
    try:
        language, rest = _split_language(arguments)
    except RezervError as error:
        return _complain(error.message("en"), error)
    token = current_texts.set(texts_of(language))
    try:
        result = cli.main(rest, prog_name="rezerv", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 0
    except (click.Abort, KeyboardInterrupt):
        click.echo(texts()("error.interrupted"), err=True)
        return INTERRUPTED
    except click.ClickException as error:
        click.echo(usage_error_text(error), err=True)
        return ASKED_WRONGLY
    except RezervError as error:
        return _complain(error.message(language), error)
    finally:
        current_texts.reset(token)


def _complain(message: str, error: RezervError) -> int:
    click.echo(message, err=True)
    return int(getattr(error, "exit_code", FAILED))


def _split_language(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """Language of this invocation, and the arguments without `--lang`, which may stand anywhere among them.

    It is needed before the command line is parsed, because help and errors of parsing are in it. `all` is no
    language of an invocation: it stays for the command that writes in every one.
    """
    rest, chosen = list(arguments), None
    for index, argument in enumerate(rest):
        if argument == "--":
            break
        if argument == "--lang" or argument.startswith("--lang="):
            stop = index + 1 if "=" in argument else index + 2
            chosen = argument.partition("=")[2] if "=" in argument else "".join(rest[index + 1 : stop])
            if chosen == EVERY_LANGUAGE:
                return _default_language(), rest
            del rest[index:stop]
            break
    if chosen is None:
        return _default_language(), rest
    if chosen not in LANGUAGES:
        raise UserError("error.language", value=chosen, allowed=", ".join(LANGUAGES))
    return chosen, rest


def _default_language() -> str:
    """Language of the environment, else of `.env`; English where neither names one that exists."""
    from orchestration.settings import read_env_file

    named = os.environ.get("REZERV_LANGUAGE") or read_env_file(PROJECT_ROOT / ".env").get(
        "REZERV_LANGUAGE", ""
    )
    return named if named in LANGUAGES else "en"


def _settings() -> Settings:
    return load_settings(overrides={"REZERV_LANGUAGE": texts().language})


def _screen() -> Screen:
    from orchestration.console import Screen

    return Screen(texts())


@click.group("rezerv", cls=LocalGroup)
@click.option("--lang", metavar="kk|ru|en")
def cli(lang: str | None) -> None:
    """Texts of every command stand in the catalogues."""
    if lang:
        raise UserError("error.language", value=lang, allowed=", ".join(LANGUAGES))


@cli.command(cls=LocalCommand)
@click.option("--size", type=click.IntRange(min=50), metavar="N", default=DEFAULT_SIZE)
@click.option("--seed", type=int, metavar="N", default=DEFAULT_SEED)
@click.option("--scenario", "scenarios", metavar="NAME", multiple=True)
@click.option("--clean", is_flag=True)
@click.option("--recordings", type=click.IntRange(min=0), metavar="N", default=0)
@click.option("--anew", is_flag=True)
def demo(size: int, seed: int, scenarios: tuple[str, ...], clean: bool, recordings: int, anew: bool) -> int:
    """A sample season from its files to a release."""
    from orchestration.demo import DemoSeason, run_demo

    chosen = _scenarios(scenarios, clean)
    settings, screen = _settings(), _screen()
    return run_demo(settings, screen, DemoSeason(size, seed, chosen), anew=anew, recordings=recordings)


@cli.command(cls=LocalCommand)
@click.argument("folder", type=_FILE)
@click.option("--size", type=click.IntRange(min=50), metavar="N", default=DEFAULT_SIZE)
@click.option("--seed", type=int, metavar="N", default=DEFAULT_SEED)
@click.option("--scenario", "scenarios", metavar="NAME", multiple=True)
@click.option("--clean", is_flag=True)
def sample(folder: Path, size: int, seed: int, scenarios: tuple[str, ...], clean: bool) -> None:
    """A sample season's files in a folder."""
    from orchestration.demo import DemoSeason, write_sample

    screen = _screen()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError("error.folder_not_empty", folder=folder)
    write_sample(screen, DemoSeason(size, seed, _scenarios(scenarios, clean)), folder)


def _scenarios(named: tuple[str, ...], clean: bool) -> tuple[str, ...] | None:
    """Scenarios by name; None for all, `()` for a clean season."""
    if clean and named:
        raise UserError("error.clean_and_scenarios")
    if clean:
        return ()
    if not named:
        return None
    from ingestion.sample_season import SCENARIOS

    unknown = [name for name in named if name not in SCENARIOS]
    if unknown:
        raise UserError(
            "error.scenario_unknown", names=", ".join(unknown), known=", ".join(sorted(SCENARIOS))
        )
    return named


@cli.command(cls=LocalCommand)
@click.option("--feed", "feeds", metavar="FEED", multiple=True)
@click.option("--whole", is_flag=True)
@click.option("--land", "lands", is_flag=True)
@click.pass_context
def pull(context: click.Context, feeds: tuple[str, ...], whole: bool, lands: bool) -> int:
    """The platform's database into the landing folder."""
    from orchestration import runs
    from orchestration.console import show_pull

    settings, screen = _settings(), _screen()
    found = runs.pull(settings, feeds, whole=whole)
    show_pull(screen, found)
    return int(context.invoke(land)) if lands and found.deliveries else 0


@cli.command(cls=LocalCommand)
@click.argument("files", nargs=-1, type=_FILE)
@click.option("--accept", is_flag=True)
@click.option("--by", metavar="WHO", default="")
@click.option("--reason", metavar="TEXT", default="")
def land(files: tuple[Path, ...], accept: bool, by: str, reason: str) -> int:
    """Files into raw rows."""
    from orchestration import runs
    from orchestration.console import show_landed_summary
    from orchestration.reports import last_seq, read_landing_after

    acceptance = _acceptance(files, accept, by, reason)
    settings, screen = _settings(), _screen()
    before = last_seq(settings)
    if not files:
        runs.deliver_books(settings)
        runs.record_problems(settings)
    if runs.files_to_land(settings, files):
        with screen.progress() as progress:
            runs.land(settings, progress, files, acceptance)
    landing = read_landing_after(settings, before, files)
    if landing.batches:
        show_landed_summary(screen, landing)
    else:
        screen.say("landed.nothing", folder=settings.landing_dir)
    return FAILED if landing.count_outside else 0


def _acceptance(files: tuple[Path, ...], accept: bool, by: str, reason: str) -> Acceptance | None:
    """A person's word that held files may land; it needs the files, a name and a reason."""
    if not accept:
        if by or reason:
            raise UserError("error.accept_flag")
        return None
    if not files or not by.strip() or not reason.strip():
        raise UserError("error.accept_incomplete")
    from ingestion.batches import Acceptance

    return Acceptance(by.strip(), reason.strip())


@cli.command(cls=LocalCommand)
@click.option("--as-of", "as_of", metavar="T", default="")
@click.option("--select", metavar="S", default="")
def build(as_of: str, select: str) -> None:
    """Raw rows into the warehouse."""
    from orchestration import runs
    from orchestration.console import show_build
    from orchestration.reports import read_build
    from orchestration.settings import parse_as_of

    parse_as_of(as_of)
    settings, screen = _settings(), _screen()
    with screen.progress() as progress:
        runs.build(settings, progress, as_of=as_of, select=select)
    record = read_build(settings)
    if record:
        show_build(screen, record)


@cli.command(cls=LocalCommand)
def release() -> None:
    """The warehouse into a release."""
    from orchestration import runs

    settings, screen = _settings(), _screen()
    before = _release_id(settings)
    with screen.progress() as progress:
        runs.release(settings, progress)
    _say_release(settings, screen, before)


@cli.command(cls=LocalCommand)
@click.argument("files", nargs=-1, type=_FILE)
@click.option("--as-of", "as_of", metavar="T", default="")
def update(files: tuple[Path, ...], as_of: str) -> int:
    """Land, build and release."""
    from orchestration.demo import run_update
    from orchestration.settings import parse_as_of

    parse_as_of(as_of)
    settings, screen = _settings(), _screen()
    before = _release_id(settings)
    refused = run_update(settings, screen, files, as_of=as_of)
    _say_release(settings, screen, before)
    return FAILED if refused else 0


def _release_id(settings: Settings) -> str | None:
    from orchestration.releases import current_release

    current = current_release(settings.releases_dir)
    return current.release_id if current else None


def _say_release(settings: Settings, screen: Screen, before: str | None) -> None:
    """Whether there is a new release, what it changed, and by what it differs from the published lists."""
    from orchestration.console import show_difference, show_new_release
    from orchestration.publication_console import show_release_drift
    from orchestration.publication_reports import read_release_drift
    from orchestration.reports import read_difference, require_release

    current = require_release(settings)
    if current.release_id == before:
        screen.say("release.unchanged", release=current.release_id)
    else:
        show_new_release(screen, current)
        if before:
            show_difference(screen, read_difference(settings, limit=10))
    show_release_drift(screen, *read_release_drift(current.file, settings.season))


@cli.command(cls=LocalCommand)
def funnel() -> None:
    """Stage by track."""
    from orchestration.console import show_funnel
    from orchestration.publication_reports import read_stages
    from orchestration.reports import read_funnel, require_release

    settings, screen = _settings(), _screen()
    current = require_release(settings)
    lists = read_stages(current.file, settings.season)
    show_funnel(screen, read_funnel(current.file, texts().language), lists)


@cli.command(cls=LocalCommand)
@click.option("--stage", metavar="CODE", default="")
@click.option("--limit", type=click.IntRange(min=0), metavar="N", default=20)
def diff(stage: str, limit: int) -> None:
    """What changed."""
    from orchestration.console import show_difference
    from orchestration.reports import read_difference

    settings, screen = _settings(), _screen()
    show_difference(screen, read_difference(settings, stage=stage, limit=limit))


add_publication_commands(cli)
add_correction_commands(cli)
cli.add_command(eligibility)
cli.add_command(explain)
add_list_commands(vetting)
cli.add_command(vetting)
cli.add_command(documents)
cli.add_command(proctoring)
cli.add_command(measurement)
add_assignment_commands(cli)
add_marking_commands(cli)
add_announcement_commands(cli)
add_report_commands(cli)
cli.add_command(slots)
add_commission_commands(cli)
cli.add_command(calendar)
cli.add_command(access)


@cli.command(cls=LocalCommand)
@click.option("--batches", type=click.IntRange(min=0), metavar="N", default=10)
def status(batches: int) -> None:
    """How the season stands."""
    from orchestration.console import show_state
    from orchestration.reports import read_state

    settings, screen = _settings(), _screen()
    show_state(screen, read_state(settings, batches=batches))


@cli.group(cls=LocalGroup)
def quarantine() -> None:
    """What stays outside."""


@quarantine.command("list", cls=LocalCommand)
@click.option("--feed", metavar="FEED", default=None)
def quarantine_list(feed: str | None) -> None:
    """What is open, by feed and file."""
    from orchestration.console import show_quarantine
    from orchestration.reports import read_quarantine

    settings, screen = _settings(), _screen()
    files = read_quarantine(settings, _feed(feed))
    if files:
        show_quarantine(screen, files)
    else:
        screen.say("quarantine.nothing")


@quarantine.command("report", cls=LocalCommand)
@click.option("--feed", metavar="FEED", default=None)
@click.option("--file", "source_file", metavar="NAME", default=None)
@click.option("--format", "letter_format", metavar="pdf|xlsx|html|all", default=None)
@click.option("--out", type=_FILE, metavar="FOLDER", default=None)
def quarantine_report(
    feed: str | None, source_file: str | None, letter_format: str | None, out: Path | None
) -> None:
    """A letter for each sender's file."""
    from orchestration.console import shown_path
    from orchestration.letters.files import letter_formats
    from orchestration.reports import write_mending_letters

    formats = letter_formats(letter_format)
    settings, screen = _settings(), _screen()
    folder = out or settings.home / "mend"
    written = write_mending_letters(settings, folder, formats, feed=_feed(feed), name=source_file)
    if not written:
        screen.say("quarantine.nothing")
        return
    screen.say("quarantine.written", count=len(written), folder=shown_path(folder.absolute()))
    for path in (path for letter in written for path in letter):
        screen.say("status.file", file=path.name)


@quarantine.command("close", cls=LocalCommand)
@click.argument("batch")
@click.argument("row", type=click.IntRange(min=1), required=False)
@click.option("--by", metavar="WHO", required=True)
@click.option("--reason", metavar="TEXT", required=True)
def quarantine_close(batch: str, row: int | None, by: str, reason: str) -> None:
    """A row that nobody will mend."""
    from ingestion.loader import close_quarantine

    settings, screen = _settings(), _screen()
    entry = batch if row is None else f"{batch} {row}"
    if not settings.warehouse.is_file():
        raise RezervError("quarantine_unknown", entry=entry)
    close_quarantine(settings.reading_config(), batch, row, by, reason)
    screen.say("quarantine.closed", entry=entry)


@quarantine.command("history", cls=LocalCommand)
@click.option("--feed", metavar="FEED", default=None)
def quarantine_history(feed: str | None) -> None:
    """What was closed, how and when."""
    from orchestration.console import show_closed
    from orchestration.reports import read_closed

    settings, screen = _settings(), _screen()
    closed = read_closed(settings, _feed(feed))
    if closed:
        show_closed(screen, closed)
    else:
        screen.say("quarantine.nothing_closed")


def _feed(named: str | None) -> str | None:
    """A feed that exists; `RezervError('feed_unknown')` for another name."""
    if named is not None:
        from ingestion.contracts import load_contract

        load_contract(named)
    return named


@cli.command(cls=LocalCommand)
@click.argument("candidate_no", required=False)
@click.option("--by", metavar="WHO", default="")
@click.option("--second", metavar="WHO", default="")
@click.option("--reason", metavar="TEXT", default="")
@click.option("--log", "show_log", is_flag=True)
def identity(candidate_no: str | None, by: str, second: str, reason: str, show_log: bool) -> None:
    """Who a candidate is, on the terminal only."""
    from ingestion.vault import openings
    from orchestration.console import show_identity, show_openings
    from orchestration.runs import open_identity

    settings, screen = _settings(), _screen()
    if show_log:
        if candidate_no or by or second or reason:
            raise UserError("error.identity_log")
        recorded = openings(settings.ingestion_config())
        if recorded:
            show_openings(screen, recorded)
        else:
            screen.say("identity.none")
        return
    if not (candidate_no and by.strip() and second.strip() and reason.strip()):
        raise UserError("error.identity_incomplete")
    if not sys.stdout.isatty():
        raise UserError("error.identity_terminal")
    show_identity(screen, open_identity(settings, candidate_no, by, second, reason))
    screen.say("identity.recorded")


@cli.command("data-docs", cls=LocalCommand)
@click.option("--out", type=_FILE, metavar="FOLDER", default=None)
def data_docs(out: Path | None) -> None:
    """The pages of Great Expectations."""
    from orchestration.console import shown_path
    from orchestration.runs import build_data_docs

    settings, screen = _settings(), _screen()
    made = build_data_docs(settings, out)
    screen.say(
        "data_docs.written", file=shown_path(made.index.absolute()), suites=made.count_suites,
        results=made.count_results,
    )  # fmt: skip


@cli.command(cls=LocalCommand)
@click.option("--port", type=click.IntRange(1024, 65535), metavar="N", default=8501)
@click.option("--as-of", "as_of", metavar="T", default="")
@click.option("--local", "is_local", is_flag=True)
def dash(port: int, as_of: str, is_local: bool) -> None:
    """The dashboards, on the current release or on the season as it was known."""
    from orchestration.dash import app_command
    from orchestration.settings import parse_as_of

    asked = parse_as_of(as_of)
    settings = _settings()
    command, environment = app_command(settings, port, is_local=is_local)
    settings.make_folders()
    if asked:
        settings = _as_of(settings, asked)
    if is_local:
        _screen().say("dash.local")
    os.environ.update(environment)
    _become(command, settings, keep_secrets=False)


def _as_of(settings: Settings, moment: datetime) -> Settings:
    """Settings whose current release is the season as known at a moment."""
    from dataclasses import replace

    from orchestration.as_of import own_folder, release_as_of

    folder = own_folder(settings, moment)
    with _screen().progress() as progress:
        release_as_of(settings, progress, moment, folder)
    return replace(settings, releases_dir=folder, as_of=moment)


@cli.command(cls=LocalCommand)
@click.option("--port", type=click.IntRange(1024, 65535), metavar="N", default=3000)
def dagster(port: int) -> None:
    """The Dagster UI, with schedules and sensors."""
    from orchestration.resources import ensure_manifest
    from orchestration.runs import prepare_home

    settings = _settings()
    prepare_home(settings)
    ensure_manifest(settings)
    _become(
        [sys.executable, "-m", "dagster", "dev", "-m", "orchestration.definitions", "--port", str(port)],
        settings,
        keep_secrets=True,
    )


def _become(command: list[str], settings: Settings, *, keep_secrets: bool) -> None:
    """Replace this process by another program; the dashboards never get the secrets."""
    environment = {
        # Seen on this machine only, unless the person who runs it says otherwise.
        "STREAMLIT_SERVER_ADDRESS": "localhost",
        **os.environ,
        **settings.child_environment(),
        # Zones from the pinned tzdata: a machine's table older than 2024 would start schedules an hour off.
        "PYTHONTZPATH": "",
    }
    if not keep_secrets:
        for name in (*SECRET_NAMES, *SECRET_FILE_NAMES, "REZERV_PLATFORM_DSN"):
            environment.pop(name, None)
    os.chdir(PROJECT_ROOT)
    sys.stdout.flush()
    os.execve(command[0], command, environment)


@cli.command(cls=LocalCommand)
def dictionary() -> None:
    """The data dictionary."""
    import json

    from orchestration.dictionary import DICTIONARY_FILE, write_dictionary
    from orchestration.resources import ensure_manifest

    settings, screen = _settings(), _screen()
    manifest = json.loads(ensure_manifest(settings).read_text(encoding="utf-8"))
    count = write_dictionary(manifest)
    screen.say("dictionary.written", file=DICTIONARY_FILE.relative_to(PROJECT_ROOT), count=count)


@cli.command("check-settings", cls=LocalCommand)
def check_settings() -> None:
    """The settings in force."""
    from orchestration.console import show_settings

    settings, screen = _settings(), _screen()
    show_settings(screen, settings)
    screen.say("settings.ok" if settings.has_secrets else "settings.no_secrets", file=settings.secrets_file)


@cli.command("make-secrets", cls=LocalCommand)
def make_secrets() -> None:
    """Random secrets for a new home."""
    settings, screen = _settings(), _screen()
    written = generate_secrets(settings)
    screen.say("secrets.written" if written else "secrets.kept", file=settings.secrets_file)


if __name__ == "__main__":
    main()
