"""Proctoring assets: the sittings gone through, and their delivery into the landing folder.

Belongs here: which sittings a run is asked for, and showing its counts. Not here: going through recordings
(`proctoring_runs.py`, `proctoring_jobs/`), landing what was delivered: the sensor of the landing folder finds
it like any other file. A partition is a sitting; one run takes many, because the models are loaded once a
process and the engine shares the sittings out itself.
"""

from collections.abc import Sequence
from typing import Any

import dagster as dg

from orchestration.proctoring_runs import RecordingsRun, deliver_results, run_recordings
from orchestration.settings import Settings

RECORDINGS_KEY = dg.AssetKey(["proctoring", "recordings"])
SITTINGS_KEY = dg.AssetKey(["proctoring", "sittings"])
DELIVERY_KEY = dg.AssetKey(["proctoring", "delivery"])
SITTINGS = dg.DynamicPartitionsDefinition(name="sittings")
#: Two runs at once would share the cores that each of them takes for its own.
PROCTORING_POOL = "proctoring"
GROUP = "proctoring"
NAMED = 20


class SittingsConfig(dg.Config):
    """again: also sittings that an earlier run has done."""

    again: bool = False


def recordings_folder() -> dg.AssetSpec:
    """The folder that the platform writes to; nothing here makes it."""
    return dg.AssetSpec(
        RECORDINGS_KEY,
        group_name=GROUP,
        description="Recordings as the platform puts them there, each sitting with its manifest.",
        kinds={"file"},
    )


def proctoring_assets() -> list[dg.AssetsDefinition]:
    """The sittings, one partition each, and their delivery."""

    @dg.asset(
        key=SITTINGS_KEY,
        deps=[RECORDINGS_KEY],
        partitions_def=SITTINGS,
        backfill_policy=dg.BackfillPolicy.single_run(),
        group_name=GROUP,
        kinds={"parquet"},
        pool=PROCTORING_POOL,
        description="Signals, coverage and evidence of each sitting; a sitting that fails stops no other and"
        " fails the run at its end.",
    )
    def sittings(
        context: dg.AssetExecutionContext, config: SittingsConfig, settings: dg.ResourceParam[Settings]
    ) -> dg.MaterializeResult[Any]:
        run = run_recordings(
            settings, context.partition_keys, is_again=config.again, on_line=context.log.info
        )
        for problem in run.problems:
            context.log.warning(problem)
        if run.is_whole:
            return dg.MaterializeResult(metadata=_counts(run))
        for sitting in (*run.done, *run.already_done):
            context.log_event(dg.AssetMaterialization(SITTINGS_KEY, partition=sitting))
        lacking = (*run.failed, *run.absent)
        raise dg.Failure(
            f"{len(lacking)} sittings are not done; the log says why",
            metadata=_counts(run),
            allow_retries=False,
        )

    @dg.asset(
        key=DELIVERY_KEY,
        deps=[SITTINGS_KEY],
        group_name=GROUP,
        kinds={"parquet"},
        description="What is done and was not delivered, as one file of signals and one of coverage in the"
        " landing folder.",
    )
    def delivery(
        context: dg.AssetExecutionContext, settings: dg.ResourceParam[Settings]
    ) -> dg.MaterializeResult[Any]:
        made = deliver_results(settings)
        for one in made.left_out:
            context.log.warning(f"{one.sitting_id}: {one.message_key}")
        metadata: dict[str, Any] = {
            "count_sittings": made.count_sittings,
            "dagster/row_count": made.count_signals,
            "count_left_out": len(made.left_out),
            "left_out": _named([one.sitting_id for one in made.left_out]),
            "delivery": made.name,
        }
        if made.must_be_looked_at:
            raise dg.Failure("results that cannot be delivered", metadata=metadata, allow_retries=False)
        return dg.MaterializeResult(metadata=metadata)

    return [sittings, delivery]


def _counts(run: RecordingsRun) -> dict[str, Any]:
    """What became of the sittings, in counts; of those that are not done the numbers of the first ones."""
    return {
        "count_done": len(run.done),
        "count_already_done": len(run.already_done),
        "count_inconclusive": len(run.inconclusive),
        "count_failed": len(run.failed),
        "failed": _named(run.failed),
        "count_without_manifest": len(run.absent),
        "without_manifest": _named(run.absent),
        "count_files_refused": len(run.problems),
        "video_hours": round(run.video_seconds / 3600, 3),
        "video_hours_per_core_hour": round(run.rate, 2) if run.rate is not None else 0.0,
        "exit_code": run.exit_code,
    }


def _named(sittings: Sequence[str]) -> str:
    return ", ".join(sittings[:NAMED])
