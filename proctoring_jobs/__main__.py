"""The command line: `python -m proctoring_jobs run RECORDING… --sitting S… --out DIR`.

Belongs here: arguments, their errors, what is printed, exit codes. Does not belong here: any step of the work
(`session.py`). `--help` and wrong arguments import neither decoder nor inference library.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from proctoring_jobs.config import load_config
from proctoring_jobs.errors import ManifestInvalidError, ProctoringError, RetryableProctoringError
from proctoring_jobs.manifest import MAXIMUM_SECONDS, RecordingFile, SittingManifest, read_manifest
from proctoring_jobs.texts import DEFAULT_LANGUAGE, ENV_LANGUAGE, LANGUAGES, text

if TYPE_CHECKING:
    from proctoring_jobs.session import SittingReport

EXIT_DONE = 0
EXIT_USAGE = 2
EXIT_RETRY = 75  # EX_TEMPFAIL of sysexits.h


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; see `exit_codes` of the catalogue."""
    argv = list(sys.argv[1:] if arguments is None else arguments)
    language = _language(argv)
    if language not in LANGUAGES:
        _say(sys.stderr, DEFAULT_LANGUAGE, "language_unknown", given=language, known=", ".join(LANGUAGES))
        return EXIT_USAGE
    options = _parser(language).parse_args(argv)
    logging.basicConfig(
        level=logging.INFO if options.verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(message)s",
    )
    try:
        return _run(options, language)
    except ProctoringError as error:
        _say(sys.stderr, language, error.message_key, **error.params)
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

    parser = argparse.ArgumentParser(
        "python -m proctoring_jobs", description=text(language, "about"), add_help=False, allow_abbrev=False
    )
    add(parser, "-h", "--help", key="arg_help", action="help")
    commands = parser.add_subparsers(dest="command", required=True, metavar="run")
    run = commands.add_parser(
        "run",
        help=text(language, "run_help"),
        description=text(language, "run_help"),
        epilog=text(language, "exit_codes"),
        add_help=False,
        allow_abbrev=False,
    )
    add(run, "recordings", key="arg_recording", metavar="RECORDING", nargs="+", type=Path)
    add(run, "--sitting", key="arg_sitting", metavar="S", nargs="+", action="extend", default=[])
    add(run, "--out", key="arg_out", metavar="DIR", type=Path, required=True)
    add(run, "--duration", key="arg_duration", metavar="SECONDS")
    add(run, "--config", key="arg_config", metavar="FILE", type=Path)
    add(run, "--language", key="arg_language", metavar="LANGUAGE")
    add(run, "--verbose", key="arg_verbose", action="store_true")
    add(run, "-h", "--help", key="arg_help", action="help")
    return parser


def _run(options: argparse.Namespace, language: str) -> int:
    """Check what can be wrong at the start, then run sitting by sitting; one failure stops no other."""
    manifests = _manifests(options.recordings, options.sitting, options.duration)
    config = load_config(options.config, os.environ)
    from proctoring_jobs.detector import load_detector
    from proctoring_jobs.session import run_sitting

    detector = load_detector(config)
    reports = []
    for manifest in manifests:
        try:
            report = run_sitting(manifest, config, detector, options.out)
        except RetryableProctoringError as error:
            problem = text(language, error.message_key, **error.params)
            _say(sys.stderr, language, "sitting_failed", sitting=manifest.sitting_id, problem=problem)
        else:
            reports.append(report)
            _show(report, language)
    inconclusive = sum(1 for report in reports if report.is_inconclusive)
    _say(sys.stdout, language, "all_done", done=len(reports), total=len(manifests), inconclusive=inconclusive)
    return EXIT_DONE if len(reports) == len(manifests) else EXIT_RETRY


def _manifests(
    recordings: Sequence[Path], sittings: Sequence[str], duration: str | None
) -> list[SittingManifest]:
    """What to run: from manifests, or from video files paired with sittings; or a `ManifestInvalidError`."""
    is_manifest = [path.suffix.lower() == ".json" for path in recordings]
    if any(is_manifest) and not all(is_manifest):
        raise ManifestInvalidError("recordings_mixed")
    if all(is_manifest):
        if duration is not None:
            raise ManifestInvalidError("duration_with_manifest")
        manifests = [read_manifest(path) for path in recordings]
    else:
        manifests = _videos(recordings, sittings, _seconds(duration))
    ids = [manifest.sitting_id for manifest in manifests]
    twice = [sitting for sitting, count in Counter(ids).items() if count > 1]
    if twice:
        raise ManifestInvalidError("sitting_twice", sitting=", ".join(twice))
    unknown = [sitting for sitting in sittings if sitting not in ids]
    if unknown:
        raise ManifestInvalidError("sitting_unknown", sitting=", ".join(unknown))
    return [manifest for manifest in manifests if not sittings or manifest.sitting_id in sittings]


def _videos(
    recordings: Sequence[Path], sittings: Sequence[str], duration: Decimal | None
) -> list[SittingManifest]:
    """One sitting per video file. A file that is not there is a typing mistake, not a lost recording."""
    if len(sittings) != len(recordings):
        raise ManifestInvalidError("sitting_count", recordings=len(recordings), sittings=len(sittings))
    for path in recordings:
        if not path.is_file():
            raise ManifestInvalidError("recording_not_found", file=path)
    pairs = zip(recordings, sittings, strict=True)
    return [SittingManifest(sitting, duration, (RecordingFile(path),)) for path, sitting in pairs]


def _seconds(value: str | None) -> Decimal | None:
    """The value of `--duration`."""
    if value is None:
        return None
    try:
        seconds = Decimal(value)
    except InvalidOperation as error:
        raise ManifestInvalidError("duration_invalid") from error
    if not seconds.is_finite() or not 0 <= seconds <= MAXIMUM_SECONDS:
        raise ManifestInvalidError("duration_invalid")
    return seconds


def _show(report: SittingReport, language: str) -> None:
    """What became of a sitting, in one line, and a line more for each thing that a person must decide on."""
    sitting = report.sitting_id
    unseen, unheard, duration = (
        f"{value:.1f}" for value in (report.unseen_seconds, report.unheard_seconds, report.duration_seconds)
    )
    signals = sum(report.count_by_type.values())
    _say(
        sys.stdout,
        language,
        "sitting_done",
        sitting=sitting,
        signals=signals,
        samples=report.count_samples,
        unseen=unseen,
        duration=duration,
        file=report.path,
    )
    for key in report.problems:
        _say(sys.stdout, language, "sitting_file_problem", sitting=sitting, problem=text(language, key))
    if report.is_inconclusive:
        parts = {"unseen": unseen, "unheard": unheard, "duration": duration}
        _say(sys.stdout, language, "sitting_inconclusive", sitting=sitting, **parts)


def _say(stream: TextIO, language: str, key: str, **params: object) -> None:
    """One line of text for the person at the console."""
    stream.write(text(language, key, **params) + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
