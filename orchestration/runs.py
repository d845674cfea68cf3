"""Running a Dagster job in this process, on the instance whose history the Dagster UI shows.

Belongs here: the instance's folder, the run, and what a command asks of it. Not here: what the assets do,
or printing. Imports Dagster late: commands that only read start without it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.errors import UserError
from orchestration.progress import LANDING, Progress
from orchestration.run_history import instance_for_run

if TYPE_CHECKING:
    from datetime import datetime

    import dagster as dg

    from ingestion.batches import Acceptance, Correction, PendingFile
    from ingestion.data_docs import DataDocs
    from ingestion.platform_database import Pull
    from orchestration.settings import Settings

INSTANCE_FILE = Path(__file__).parent / "dagster.yaml"


def prepare_home(settings: Settings) -> None:
    """Make the folders, and give the Dagster instance this project's `dagster.yaml`."""
    settings.make_folders()
    target = settings.dagster_home / "dagster.yaml"
    if not target.is_file() or target.read_bytes() != INSTANCE_FILE.read_bytes():
        shutil.copyfile(INSTANCE_FILE, target)


def pull(settings: Settings, feeds: Sequence[str] = (), *, whole: bool = False) -> Pull:
    """Take what is new in the platform's database, of these feeds or of all, into the landing folder.

    No run of Dagster: what it brings waits in the landing folder like any other file. Raises what
    `ingestion.platform_database.pull` raises.
    """
    from ingestion import platform_database
    from ingestion.clock import utc_now

    with logging_to_file(settings):
        return platform_database.pull(
            settings.reading_config(), settings.platform_dsn or "", utc_now(), feeds or None, whole=whole
        )


def land(
    settings: Settings,
    progress: Progress,
    files: Sequence[Path] = (),
    acceptance: Acceptance | None = None,
) -> None:
    """Land the given files, or all that wait in the landing folder.

    acceptance: a person's word that files which are held may land. Raises `RezervError('nothing_held')` for a
    file that is not held as it lies there now.
    """
    pending = files_to_land(settings, files)
    if acceptance is not None:
        _require_held(settings, pending)
    _run(settings, progress, "land_job", pending, files, acceptance=acceptance)


def build(settings: Settings, progress: Progress, *, as_of: str = "", select: str = "") -> None:
    """Build the warehouse as of a moment (empty: the setting's, else now), or only a dbt selection of it."""
    _run(settings, progress, "build_job", None, (), as_of=as_of, select=select)


def release(settings: Settings, progress: Progress) -> None:
    """Publish the latest build."""
    _run(settings, progress, "release_job", None, ())


def update(settings: Settings, progress: Progress, files: Sequence[Path] = (), *, as_of: str = "") -> None:
    """Land, build and release in one run."""
    pending = files_to_land(settings, files)
    _run(settings, progress, "update_job", pending, files, as_of=as_of)


def correct(
    settings: Settings,
    progress: Progress,
    files: Sequence[Path],
    correction: Correction,
    moment: datetime,
) -> None:
    """Land files as a correction, build and release in one run.

    moment: the season clock (UTC), and the receipt of a file that stands outside the landing folder.
    """
    pending = files_to_land(settings, files, moment)
    as_of = f"{moment.isoformat()}+00:00"
    _run(settings, progress, "update_job", pending, files, as_of=as_of, correction=correction)


def files_to_land(
    settings: Settings, files: Sequence[Path], moment: datetime | None = None
) -> list[PendingFile]:
    """The files that a run would land, in their order.

    moment: the receipt of a file outside the landing folder (UTC), default now. Raises `UserError` for a path
    where there is nothing, `RezervError` for one that may not be taken.
    """
    from ingestion.clock import utc_now
    from ingestion.loader import pending_file, pending_files

    config = settings.ingestion_config()
    missing = [str(file) for file in files if not file.exists() and not file.is_symlink()]
    if missing:
        raise UserError("error.file_missing", files=", ".join(missing))
    if files:
        # Not resolved: a link is refused, and not what it points to landed.
        return [pending_file(config, file.absolute(), moment or utc_now()) for file in files]
    return list(pending_files(config))


def deliver_acts(settings: Settings) -> None:
    """Deliver acts of publishing and of placing that are in their books and not in the landing folder yet."""
    from orchestration.ledger_delivery import deliver_acts as deliver
    from orchestration.slots.delivery import deliver_placements

    with logging_to_file(settings):
        deliver(settings)
        deliver_placements(settings)


def record_problems(settings: Settings) -> None:
    """Write down what stands in the landing folder and cannot be taken, so that it is seen."""
    from ingestion.loader import record_problems as record

    with logging_to_file(settings):
        record(settings.ingestion_config())


def _require_held(settings: Settings, pending: Sequence[PendingFile]) -> None:
    """A person accepts what was shown to them: these bytes, held and not since landed or closed."""
    from ingestion.errors import RezervError
    from ingestion.sources import open_source
    from orchestration.reports import held_contents

    held = held_contents(settings)
    for file in pending:
        with open_source(file.path, file.source_file) as source:
            if (file.feed, source.sha256()) not in held:
                raise RezervError("nothing_held", file=file.source_file)


def _run(
    settings: Settings,
    progress: Progress,
    job_name: str,
    pending: Sequence[PendingFile] | None,
    files: Sequence[Path],
    *,
    as_of: str = "",
    select: str = "",
    acceptance: Acceptance | None = None,
    correction: Correction | None = None,
) -> None:
    """Run one job to its end; errors of the project come out as they were raised."""
    prepare_home(settings)
    with _quiet(settings):
        from orchestration.command_run import CommandRun
        from orchestration.definitions import build_definitions

        chosen = _by_feed(pending) if files and pending else {}
        command = CommandRun(chosen, correction=correction)
        definitions = build_definitions({"progress": progress, "command": command}, settings=settings)
        job = definitions.resolve_job_def(job_name)
        selection = _selection(definitions, job, pending, select)
        if selection is not None and not selection:
            return
        if pending:
            progress.start(LANDING, len(pending))
        config = _run_config(chosen, as_of, job_name, acceptance)
        _execute(settings.dagster_home, job, selection, config, command.errors)


def _execute(
    dagster_home: Path,
    job: dg.JobDefinition,
    selection: Sequence[dg.AssetKey] | None,
    run_config: Mapping[str, Any],
    errors: list[BaseException],
) -> None:
    """Run every step that does not depend on a failed one; then raise the first error, if there is one.

    errors: where to collect what the steps raise. A file that cannot land so keeps no other feed from
    landing, but nothing is built on half of what came.
    """
    import dagster as dg
    from dagster._core.errors import DagsterExecutionInterruptedError

    @dg.failure_hook(name="collect_error")
    def collect_error(context: dg.HookContext) -> None:
        if context.op_exception is not None:
            errors.append(context.op_exception)

    with instance_for_run(dagster_home) as instance:
        try:
            done = job.with_hooks({collect_error}).execute_in_process(
                instance=instance, asset_selection=selection, run_config=run_config, raise_on_error=False
            )
        except DagsterExecutionInterruptedError as error:
            raise KeyboardInterrupt from error
    if errors:
        raise errors[0]
    if not done.success:
        raise dg.DagsterInvariantViolationError(f"run {done.run_id} failed outside its steps")


def _run_config(
    chosen_feeds: Iterable[str], as_of: str, job_name: str, acceptance: Acceptance | None = None
) -> dict[str, Any]:
    """What Dagster keeps of a run for good: never a file's name, which may name a person."""
    word = {"accepted_by": acceptance.by, "accepted_reason": acceptance.reason} if acceptance else {}
    operations: dict[str, Any] = {}
    if word:
        operations = {f"raw__{feed}": {"config": dict(word)} for feed in chosen_feeds}
    if as_of and job_name in ("build_job", "update_job"):
        operations["warehouse"] = {"config": {"as_of": as_of}}
    return {"ops": operations, "loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def _by_feed(files: Sequence[PendingFile]) -> dict[str, list[PendingFile]]:
    found: dict[str, list[PendingFile]] = {}
    for file in files:
        found.setdefault(file.feed, []).append(file)
    return found


def _selection(
    definitions: dg.Definitions, job: dg.JobDefinition, pending: Sequence[PendingFile] | None, select: str
) -> list[dg.AssetKey] | None:
    """Assets of the job to run: without feeds that have no file, or the dbt selection; None for all of it."""
    from orchestration.assets.landing import raw_key

    if select:
        return _dbt_selection(definitions, select)
    if pending is None:
        return None
    with_files = {raw_key(file.feed) for file in pending}
    every = job.asset_layer.executable_asset_keys
    return sorted(key for key in every if key.path[0] != "raw" or key in with_files)


def _dbt_selection(definitions: dg.Definitions, select: str) -> list[dg.AssetKey]:
    from dagster_dbt import build_dbt_asset_selection

    warehouse = next(
        assets
        for assets in definitions.resolve_asset_graph().assets_defs
        if assets.node_def.name == "warehouse"
    )
    selection = build_dbt_asset_selection([warehouse], dbt_select=select)
    keys = sorted(selection.resolve(definitions.resolve_asset_graph()))
    if not keys:
        raise UserError("error.select_empty", select=select)
    return keys


def open_identity(
    settings: Settings, candidate_no: str, asked_by: str, seconded_by: str, reason: str
) -> list[dict[str, object]]:
    """What the vault has of a candidate (POLICY A50); the log file says that it was opened, not what."""
    from ingestion import vault
    from ingestion.errors import RezervError

    config = settings.ingestion_config()
    if not config.vault.is_file():
        raise RezervError("candidate_unknown", candidate=candidate_no)
    with logging_to_file(settings):
        return vault.open_identity(config, candidate_no, asked_by, seconded_by, reason)


def build_data_docs(settings: Settings, folder: Path | None = None) -> DataDocs:
    """Build the pages of Great Expectations in a folder; by default in `<home>/data_docs`."""
    from ingestion import data_docs

    target = folder or settings.home / "data_docs"
    with _quiet(settings):
        return data_docs.build(settings.reading_config(), target, settings.language)


@contextlib.contextmanager
def _quiet(settings: Settings) -> Iterator[None]:
    """Send logs and what libraries print to `<home>/logs/rezerv.log` while a run is drawn on the terminal."""
    ours = settings.child_environment()
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        with (
            warnings.catch_warnings(),
            logging_to_file(settings) as log,
            log.open("a", encoding="utf-8") as stream,
            contextlib.redirect_stdout(stream),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})


@contextlib.contextmanager
def logging_to_file(settings: Settings) -> Iterator[Path]:
    """Send logs to `<home>/logs/rezerv.log` and nowhere else; gives its path."""
    log = settings.home / "logs" / "rezerv.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(log, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    try:
        yield log
    finally:
        root.handlers = before
        root.setLevel(level)
        handler.close()
