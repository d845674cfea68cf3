"""Sensors: what starts a run because something arrived.

Belongs here: noticing files in the landing folder, recordings, and lists drawn up for the vetting bodies, and
asking for one run that does with them what is to be done. Not here: reading the files.
"""

import hashlib
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg

from orchestration.assets.landing import raw_key
from orchestration.assets.proctoring import SITTINGS
from orchestration.jobs import (
    MEASUREMENT_JOB,
    PROCTORING_DELIVERY_JOB,
    PROCTORING_JOB,
    RELEASE_JOB,
    STAGE_REPORTS_JOB,
    UPDATE_JOB,
    VETTING_LISTS_JOB,
)
from orchestration.proctoring_runs import problems_of, read_recordings
from orchestration.releases import current_release
from orchestration.settings import Settings

if TYPE_CHECKING:
    from ingestion.loader import PendingFile
    from proctoring_jobs.manifest import SittingManifest

# A file that changed within this time may still be being written by its sender.
SETTLE_SECONDS = 30
SECONDS_OF_AN_HOUR = 3600
# Between two looks at the recordings folder, which has a manifest for each sitting of the season.
RECORDINGS_SECONDS = 300
# Tags by which one run takes all partitions from a first to a last one.
FIRST_TAG, LAST_TAG = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"


def build_sensors(jobs: dict[str, Any], always: Sequence[dg.AssetKey]) -> list[dg.SensorDefinition]:
    """All sensors; `always` are the assets that every such run rebuilds: the warehouse and the release."""

    @dg.sensor(
        name="landing_files",
        job=jobs[UPDATE_JOB],
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def landing_files(settings: dg.ResourceParam[Settings]) -> dg.RunRequest | dg.SkipReason:
        """New files in the landing folder, and acts not delivered yet: land their feeds, rebuild, release."""
        from ingestion.errors import RetryableError
        from ingestion.loader import pending_files
        from orchestration.delivery import deliver_books

        now = time.time()
        try:
            deliver_books(settings, is_unasked=True)
            pending = settled(pending_files(settings.ingestion_config()), now)
        except RetryableError as error:
            if error.message_key != "warehouse_busy":
                raise
            return dg.SkipReason("a run is writing the warehouse; the next tick looks again")
        if not pending:
            return dg.SkipReason("no new file has settled in the landing folder")
        feeds = sorted({file.feed for file in pending})
        return dg.RunRequest(
            run_key=run_key(pending, now),
            asset_selection=[*(raw_key(feed) for feed in feeds), *always],
            tags={"feeds": ",".join(feeds)[:250]},
        )

    return [
        landing_files,
        _after_weekly_lists(jobs),
        *after_release_sensors(jobs),
        recordings_sensor(jobs),
        *after_proctoring_sensors(jobs),
    ]


def _after_weekly_lists(jobs: dict[str, Any]) -> dg.SensorDefinition:
    """An update after each run of the weekly lists, which build before they draw: the release shows them."""

    @dg.run_status_sensor(
        name="after_weekly_lists",
        run_status=dg.DagsterRunStatus.SUCCESS,
        monitored_jobs=[jobs[VETTING_LISTS_JOB]],
        request_job=jobs[UPDATE_JOB],
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def after_weekly_lists(context: dg.RunStatusSensorContext) -> dg.RunRequest:
        return dg.RunRequest(run_key=f"lists-{context.dagster_run.run_id}")

    return after_weekly_lists


def after_release_sensors(jobs: dict[str, Any]) -> list[dg.SensorDefinition]:
    """The quality of measurement and the reports of stages, once for each release that a run published."""

    def sensor(name: str, job: str, prefix: str) -> dg.SensorDefinition:
        @dg.run_status_sensor(
            name=name,
            run_status=dg.DagsterRunStatus.SUCCESS,
            monitored_jobs=[jobs[UPDATE_JOB], jobs[RELEASE_JOB]],
            request_job=jobs[job],
            default_status=dg.DefaultSensorStatus.RUNNING,
        )
        def after_release(
            settings: dg.ResourceParam[Settings],
        ) -> dg.RunRequest | dg.SkipReason:
            release = current_release(settings.releases_dir)
            if release is None:
                return dg.SkipReason("no release yet")
            return dg.RunRequest(run_key=f"{prefix}-{release.release_id}")

        return after_release

    return [
        sensor("after_release", MEASUREMENT_JOB, "measurement"),
        sensor("reports_after_release", STAGE_REPORTS_JOB, "reports"),
    ]


def recordings_sensor(jobs: dict[str, Any]) -> dg.SensorDefinition:
    """New manifests below the recordings folder: one run for all of them."""

    @dg.sensor(
        name="recordings",
        job=jobs[PROCTORING_JOB],
        minimum_interval_seconds=RECORDINGS_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def recordings(
        context: dg.SensorEvaluationContext, settings: dg.ResourceParam[Settings]
    ) -> dg.SensorResult | dg.SkipReason:
        """Sittings whose manifest and recordings have settled become partitions, and are gone through."""
        found = read_recordings(settings)
        for problem in problems_of(settings, found):
            context.log.warning(problem)
        known = set(context.instance.get_dynamic_partitions(str(SITTINGS.name)))
        now = time.time()
        new = [
            sitting
            for sitting, manifest in found.manifests.items()
            if sitting not in known and _has_arrived(found.paths[sitting], manifest, now)
        ]
        if not new:
            return dg.SkipReason("no new sitting has settled in the recordings folder")
        return dg.SensorResult(
            run_requests=[sittings_request(new)],
            dynamic_partitions_requests=[SITTINGS.build_add_request(new)],
        )

    return recordings


def sittings_request(sittings: Sequence[str]) -> dg.RunRequest:
    """One run for sittings that become partitions together, in this order, and so follow each other."""
    key = f"sittings-{hashlib.sha256(chr(10).join(sittings).encode()).hexdigest()[:32]}"
    if len(sittings) == 1:
        return dg.RunRequest(run_key=key, partition_key=sittings[0])
    return dg.RunRequest(run_key=key, tags={FIRST_TAG: sittings[0], LAST_TAG: sittings[-1]})


def after_proctoring_sensors(jobs: dict[str, Any]) -> list[dg.SensorDefinition]:
    """A delivery after each run over recordings, one that failed too: the other sittings are done."""

    def after(name: str, status: dg.DagsterRunStatus) -> dg.SensorDefinition:
        @dg.run_status_sensor(
            name=name,
            run_status=status,
            monitored_jobs=[jobs[PROCTORING_JOB]],
            request_job=jobs[PROCTORING_DELIVERY_JOB],
            default_status=dg.DefaultSensorStatus.RUNNING,
        )
        def after_proctoring(context: dg.RunStatusSensorContext) -> dg.RunRequest:
            return dg.RunRequest(run_key=f"delivery-{context.dagster_run.run_id}")

        return after_proctoring

    return [
        after("after_proctoring", dg.DagsterRunStatus.SUCCESS),
        after("after_failed_proctoring", dg.DagsterRunStatus.FAILURE),
        after("after_canceled_proctoring", dg.DagsterRunStatus.CANCELED),
    ]


def _has_arrived(path: Path, manifest: "SittingManifest", now: float) -> bool:
    """Whether a manifest and those of its recordings that are there have settled; one that is lost is no
    reason to wait."""
    files = [path, *(file.path for file in manifest.files if file.path.exists())]
    return all(_has_settled(file, now) for file in files)


def settled(files: "Iterable[PendingFile]", now: float) -> "list[PendingFile]":
    """Files that have not changed for `SETTLE_SECONDS`; `now` in seconds since the epoch.

    One that is gone by now is left out.
    """
    return [file for file in files if _has_settled(file.path, now)]


def _has_settled(path: Path, now: float) -> bool:
    try:
        return now - path.stat().st_mtime >= SETTLE_SECONDS
    except FileNotFoundError:
        return False


def run_key(files: "Iterable[PendingFile]", now: float) -> str:
    """Name of the run that is asked for: the same set of files is asked for at most once an hour.

    Not once for ever: a run that failed on a lock, say, left the set as it was, and Dagster never starts a
    second run of the same key. Nor at each evaluation: what fails for another reason would fail every minute.
    """
    return f"{files_key(files)}-{int(now // SECONDS_OF_AN_HOUR)}"


def files_key(files: "Iterable[PendingFile]") -> str:
    """One name for a set of files by their contents and paths; one that is gone by now counts as without."""
    digest = hashlib.sha256()
    for file in sorted(files, key=lambda file: str(file.path)):
        try:
            with file.path.open("rb") as stream:
                content = hashlib.file_digest(stream, "sha256").hexdigest()
        except FileNotFoundError:
            content = ""
        digest.update(f"{file.path}\0{content}\n".encode())
    return f"files-{digest.hexdigest()[:32]}"
