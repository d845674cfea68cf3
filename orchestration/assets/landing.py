"""Landing assets: one per feed, key `raw/<feed>`, which is also the key of the dbt source.

Belongs here: asking `ingestion/` to land a feed's files and reporting the door checks as asset checks, in
counts. Not here: reading, checking or writing rows (`ingestion/`).
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg

from ingestion.contracts import feed_names, load_contract
from ingestion.expectations import rules_of
from ingestion.landing_folder import kept
from orchestration.batch_history import DoorCheck, FeedState, read_feed_states
from orchestration.command_run import CommandRun
from orchestration.errors import UserError
from orchestration.progress import LANDING, Progress
from orchestration.resources import WRITER_POOL
from orchestration.settings import Settings

if TYPE_CHECKING:
    from ingestion.batches import Acceptance, BatchResult, PendingFile

logger = logging.getLogger(__name__)

FILES_CHECK = "files_accepted"
ROWS_CHECK = "rows_accepted"
EXPECTATIONS_CHECK = "expectations"
# Only a file that changed this lately is looked at twice before it lands: it may still be growing.
SETTLE_SECONDS = 1.0
LANDING_FOLDER_KEY = dg.AssetKey(["landing", "folder"])
_EXPECTATION_COLUMNS = dg.TableSchema(
    columns=[
        dg.TableColumn("check", "string", description="Kind of the rule."),
        dg.TableColumn("column", "string", description="Column of the feed that it speaks of."),
        dg.TableColumn("rows_evaluated", "int", description="Rows of the newest file that it was asked of."),
        dg.TableColumn("rows_failed", "int", description="Rows that broke it."),
        dg.TableColumn("engine", "string", description="What evaluated it."),
    ]
)


class LandConfig(dg.Config):
    """Which files to land: these paths, or everything of the feed that waits in the landing folder.

    files: for Dagster's launchpad, whose runs keep them; commands name theirs in `CommandRun`.
    accepted_by, accepted_reason: the person on whose word these files land although they have lost much of
    what the last one held, and why.
    """

    files: list[str] = []
    accepted_by: str = ""
    accepted_reason: str = ""


def raw_key(feed: str) -> dg.AssetKey:
    """Key of a feed's landing asset."""
    return dg.AssetKey(["raw", feed])


def landing_folder() -> dg.AssetSpec:
    """The folder that senders write to; nothing here makes it, everything here comes from it."""
    return dg.AssetSpec(
        LANDING_FOLDER_KEY,
        group_name="landing",
        description="Files as the senders deliver them.",
        kinds={"file"},
    )


def landing_assets() -> list[dg.AssetsDefinition]:
    """One asset per contract."""
    return [_landing_asset(feed) for feed in feed_names()]


def _landing_asset(feed: str) -> dg.AssetsDefinition:
    contract = load_contract(feed)
    key = raw_key(feed)

    @dg.asset(
        key=key,
        deps=[LANDING_FOLDER_KEY],
        description=contract.purpose,
        group_name=feed.split("__", 1)[0],
        kinds={"duckdb"},
        tags={"feed": feed},
        metadata={"contract_version": contract.version, "paragraph": contract.paragraph or ""},
        pool=WRITER_POOL,
        check_specs=[
            dg.AssetCheckSpec(
                FILES_CHECK, asset=key, description="The newest file of the feed was not refused as a whole."
            ),
            dg.AssetCheckSpec(
                ROWS_CHECK, asset=key, description="The newest file of the feed left no row in quarantine."
            ),
            dg.AssetCheckSpec(
                EXPECTATIONS_CHECK,
                asset=key,
                description="Every rule of the contract about values held in the feed's newest file.",
            ),
        ],
    )
    def land_feed(
        context: dg.AssetExecutionContext,
        config: LandConfig,
        settings: dg.ResourceParam[Settings],
        progress: dg.ResourceParam[Progress],
        command: dg.ResourceParam[CommandRun],
    ) -> Iterator[Any]:
        command.require_no_general_error()
        results = _land(feed, config, settings, progress, command)
        for result in results:
            context.log.info(
                "batch %s: %s, read %d, landed %d, quarantined %d",
                result.batch_id, result.state, result.count_read, result.count_landed,
                result.count_quarantined,
            )  # fmt: skip
        state = read_feed_states(settings.warehouse, (feed,))[feed]
        yield dg.MaterializeResult(asset_key=key, metadata=_metadata(results))
        yield from door_check_results(key, state)

    return land_feed


def _land(
    feed: str, asked: LandConfig, settings: Settings, progress: Progress, command: CommandRun
) -> "list[BatchResult]":
    from ingestion.loader import ensure_raw_tables, land_files, record_problems

    config = settings.ingestion_config()
    chosen = command.chosen_files.get(feed, ())
    ensure_raw_tables(config)
    if not (chosen or asked.files):
        record_problems(config)
    pending = list(chosen) or _files_to_land(feed, asked.files, settings)
    if not pending:
        return []

    def on_batch(result: "BatchResult") -> None:
        progress.advance(LANDING, f"{feed} · {Path(result.source_file).name}")

    return list(
        land_files(
            config, pending, None, on_batch, _acceptance(asked), settle_seconds=SETTLE_SECONDS,
            correction=command.correction,
        )
    )  # fmt: skip


def _acceptance(asked: LandConfig) -> "Acceptance | None":
    from ingestion.batches import Acceptance

    if not (asked.accepted_by or asked.accepted_reason):
        return None
    return Acceptance(asked.accepted_by, asked.accepted_reason)


def _files_to_land(feed: str, files: Sequence[str], settings: Settings) -> "list[PendingFile]":
    from ingestion.loader import pending_file, pending_files

    config = settings.ingestion_config()
    if not files:
        return list(pending_files(config, [feed]))
    chosen = [pending_file(config, Path(file), datetime.now().astimezone()) for file in files]
    wrong = [kept(file.path.name) for file in chosen if file.feed != feed]
    if wrong:
        raise UserError("error.file_of_other_feed", files=", ".join(wrong), feed=feed)
    return chosen


def _metadata(results: "Sequence[BatchResult]") -> dict[str, Any]:
    return {
        "count_files": len(results),
        "count_rows_read": sum(result.count_read for result in results),
        "dagster/row_count": sum(result.count_landed for result in results),
        "count_rows_quarantined": sum(result.count_quarantined for result in results),
        "count_duplicate_files": sum(result.state == "duplicate" for result in results),
        "count_held_files": sum(result.state == "held" for result in results),
    }


def door_check_results(key: dg.AssetKey, state: FeedState) -> Iterator[dg.AssetCheckResult]:
    """The checks of a feed, from the bookkeeping of its newest batch; counts by check, no values.

    All are of severity WARN: a refused file or row is as if it had not come, so it blocks no release.
    """
    is_held = state.newest is not None and state.newest.state == "held"
    quarantined = state.newest.count_quarantined if state.newest and not is_held else 0
    yield dg.AssetCheckResult(
        check_name=FILES_CHECK,
        asset_key=key,
        passed=state.is_newest_accepted,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "reason_code": (state.newest and state.newest.reason_code) or "",
            "count_batches": state.count_batches,
        },
    )
    yield dg.AssetCheckResult(
        check_name=ROWS_CHECK,
        asset_key=key,
        passed=quarantined == 0,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"count_rows_quarantined": quarantined, "failing_checks": state.failing_checks},
    )
    yield _expectations_result(key, state)


def _expectations_result(key: dg.AssetKey, state: FeedState) -> dg.AssetCheckResult:
    """How the contract's rules about values went in the newest batch, rule by rule, in numbers of rows."""
    expected = {(rule.check_name, rule.column_name) for rule in rules_of(load_contract(state.feed))}
    found = [check for check in state.checks if (check.check_name, check.column_name) in expected]
    failed = sum(not check.is_passed for check in found)
    return dg.AssetCheckResult(
        check_name=EXPECTATIONS_CHECK,
        asset_key=key,
        passed=failed == 0,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "count_expectations": len(found),
            "count_failed": failed,
            "expectations": dg.TableMetadataValue(
                records=[_record(check, state.engine) for check in found], schema=_EXPECTATION_COLUMNS
            ),
        },
    )


def _record(check: DoorCheck, engine: str) -> dg.TableRecord:
    return dg.TableRecord(
        {
            "check": check.check_name,
            "column": check.column_name or "",
            "rows_evaluated": check.count_evaluated,
            "rows_failed": check.count_failed,
            "engine": engine,
        }
    )
