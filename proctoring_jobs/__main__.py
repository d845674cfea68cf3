"""The command line: `run RECORDING… --out OUT`, `plan MANIFEST…`, `deliver OUT --to DIR`.

Belongs here: arguments, their errors, exit codes. Does not belong here: what is run (`inputs.py`), the run
and what it says (`runs.py`), any step of the work (`session.py`). `--help` and wrong arguments import
neither decoder nor inference library.
"""

from __future__ import annotations

import argparse
import logging
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from proctoring_jobs.config import ENV_PREFIX, ProctoringConfig, load_config
from proctoring_jobs.errors import ConfigInvalidError, ProctoringError, RetryableProctoringError
from proctoring_jobs.inputs import sittings_named
from proctoring_jobs.texts import DEFAULT_LANGUAGE, ENV_LANGUAGE, LANGUAGES, text
from proctoring_jobs.worker import LOG_FORMAT

EXIT_DONE = 0
EXIT_NOT_DONE = 1
EXIT_USAGE = 2
EXIT_RETRY = 75  # EX_TEMPFAIL of sysexits.h


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; see `exit_codes` of the catalogue."""
    argv = list(sys.argv[1:] if arguments is None else arguments)
    language = _language(argv)
    if language not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        sys.stderr.write(text(DEFAULT_LANGUAGE, "language_unknown", given=language, known=known) + "\n")
        return EXIT_USAGE
    options = _parser(language).parse_args(argv)
    log_level = logging.INFO if options.verbose else logging.WARNING
    logging.basicConfig(level=log_level, format=LOG_FORMAT)
    try:
        if options.command == "deliver":
            return _deliver(options, language)
        return _plan(options, language) if options.command == "plan" else _run(options, language, log_level)
    except ProctoringError as error:
        sys.stderr.write(text(language, error.message_key, **error.params) + "\n")
        return EXIT_RETRY if isinstance(error, RetryableProctoringError) else EXIT_USAGE


def _language(argv: Sequence[str]) -> str:
    """Language of the texts: known before the arguments are parsed, because their help is text too."""
    early = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    early.add_argument("--language", default=os.environ.get(ENV_LANGUAGE) or DEFAULT_LANGUAGE)
    return str(early.parse_known_args(list(argv))[0].language)


def _parser(language: str) -> argparse.ArgumentParser:
    """The arguments, described in the language."""

    def add(parser: argparse._ActionsContainer, *names: str, key: str, **options: object) -> None:
        parser.add_argument(*names, help=text(language, key), **options)  # type: ignore[arg-type]

    def command(name: str, key: str, **more: Any) -> argparse.ArgumentParser:
        about = text(language, key)
        return commands.add_parser(
            name, help=about, description=about, add_help=False, allow_abbrev=False, **more
        )

    parser = argparse.ArgumentParser(
        "python -m proctoring_jobs", description=text(language, "about"), add_help=False, allow_abbrev=False
    )
    add(parser, "-h", "--help", key="arg_help", action="help")
    commands = parser.add_subparsers(dest="command", required=True, metavar="run | plan | deliver")
    # a season's manifests are more than a command line holds: @FILE stands for the lines of a file
    run = command("run", key="run_help", epilog=text(language, "exit_codes"), fromfile_prefix_chars="@")
    add(run, "recordings", key="arg_recording", metavar="RECORDING", nargs="+", type=Path)
    add(run, "--sitting", key="arg_sitting", metavar="S", nargs="+", action="extend", default=[])
    add(run, "--out", key="arg_out", metavar="DIR", type=Path, required=True)
    add(run, "--duration", key="arg_duration", metavar="SECONDS")
    add(run, "--again", key="arg_again", action="store_true")
    add(run, "--engine", key="arg_engine", metavar="ENGINE")
    add(run, "--workers", key="arg_workers", metavar="N")
    plan = command("plan", key="plan_help")
    add(plan, "recordings", key="arg_manifests", metavar="MANIFEST", nargs="+", type=Path)
    add(plan, "--within-hours", key="arg_within", metavar="H", required=True)
    measure = plan.add_mutually_exclusive_group(required=True)
    add(measure, "--rate", key="arg_rate", metavar="HOURS")
    add(measure, "--measured", key="arg_measured", metavar="DIR", type=Path)
    add(plan, "--cores", key="arg_cores", metavar="N", default="16")
    add(plan, "--reserve", key="arg_reserve", metavar="SHARE")
    deliver = command("deliver", key="deliver_help")
    add(deliver, "out", key="arg_results", metavar="OUT", type=Path)
    add(deliver, "--to", key="arg_to", metavar="DIR", type=Path, required=True)
    for each in (run, plan, deliver):
        if each is not deliver:
            add(each, "--config", key="arg_config", metavar="FILE", type=Path)
        add(each, "--language", key="arg_language", metavar="LANGUAGE")
        add(each, "--verbose", key="arg_verbose", action="store_true")
        add(each, "-h", "--help", key="arg_help", action="help")
    return parser


def _run(options: argparse.Namespace, language: str, log_level: int) -> int:
    """Check what can be wrong at the start, then run."""
    manifests = sittings_named(options.recordings, options.sitting, options.duration)
    config = _config(options, engine=options.engine, workers=options.workers)
    from proctoring_jobs.detector import verified_weights
    from proctoring_jobs.runs import run_sittings

    verified_weights(config)
    return run_sittings(manifests, config, options.out, language, is_again=options.again, log_level=log_level)


def _plan(options: argparse.Namespace, language: str) -> int:
    """Say how many machines go through the recordings in time, and what that rests on."""
    from proctoring_jobs.journal import measured_rate
    from proctoring_jobs.plan import plan

    manifests = sittings_named(options.recordings)
    config = _config(options, plan_reserve=options.reserve)
    within = _positive(options.within_hours, "--within-hours")
    cores = int(_positive(options.cores, "--cores", lowest=1))
    if options.measured is not None:
        measured = measured_rate(options.measured)
        rate = measured.rate
        basis = text(
            language,
            "plan_rate_measured",
            sittings=measured.count_sittings,
            hours=f"{measured.video_seconds / 3600:.1f}",
            folder=options.measured,
            busy=f"{measured.busy_share:.0%}",
        )
    else:
        rate = _positive(options.rate, "--rate")
        basis = text(language, "plan_rate_given")
    found = plan(manifests, rate=rate, within_hours=within, cores=cores, reserve=config.plan_reserve)
    video = {"sittings": found.count_sittings, "hours": f"{found.video_hours:.1f}"}
    lines = [text(language, "plan_video", **video)]
    if found.count_assumed:
        lines.append(text(language, "plan_assumed", sittings=found.count_assumed))
    lines += [
        text(language, "plan_rate", rate=f"{rate:.2f}", core_hours=f"{found.core_hours:.1f}", basis=basis),
        text(language, "plan_reserve", share=f"{config.plan_reserve:.0%}"),
        text(
            language,
            "plan_machines",
            machines=found.machines,
            cores=cores,
            finish=f"{found.finish_hours:.1f}",
            within=f"{within:g}",
        ),
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return EXIT_DONE


def _deliver(options: argparse.Namespace, language: str) -> int:
    """Deliver what is done, and say what could not be; exit code 1 where somebody must look."""
    from proctoring_jobs.delivery import deliver

    made = deliver(options.out, lambda: options.to)
    for one in made.left_out:
        problem = text(language, one.message_key)
        sys.stderr.write(text(language, "delivery_left_out", sitting=one.sitting_id, problem=problem) + "\n")
    if made.count_sittings:
        counts = {"sittings": made.count_sittings, "signals": made.count_signals}
        files = {"coverage_file": made.coverage, "signals_file": made.signals}
        sys.stdout.write(text(language, "delivered", **counts, **files) + "\n")
    else:
        sys.stdout.write(text(language, "delivery_nothing_new") + "\n")
    return EXIT_NOT_DONE if made.must_be_looked_at else EXIT_DONE


def _config(options: argparse.Namespace, **given: str | None) -> ProctoringConfig:
    """The settings; what the command line gives counts before the environment."""
    words = {f"{ENV_PREFIX}{name.upper()}": value for name, value in given.items() if value is not None}
    return load_config(options.config, os.environ | words)


def _positive(value: str, option: str, lowest: float = 0) -> float:
    """A number above 0, not below `lowest`."""
    try:
        number = float(value)
    except ValueError as error:
        raise ConfigInvalidError("option_not_positive", option=option, given=value) from error
    if not (math.isfinite(number) and number > 0 and number >= lowest):
        raise ConfigInvalidError("option_not_positive", option=option, given=value)
    return number


if __name__ == "__main__":
    raise SystemExit(main())
