"""Landing files: the order of steps from a file to raw rows.

Belongs here: which files wait, and for each the steps door → comparison → vault → warehouse. The vault is
written first, under the batch's name; the warehouse then takes the batch whole or not at all. A crash in
between leaves the file waiting, and the next run does it again under the same name, so that nothing doubles.
When to land is decided in ``orchestration/``.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion import landing_folder, raw_store, vault
from ingestion.batches import (
    STATE_DUPLICATE,
    STATE_HELD,
    STATE_LANDED,
    STATE_QUARANTINED,
    Acceptance,
    BatchResult,
    CheckResult,
    Correction,
    PendingFile,
    batch_id,
    mended_batch,
)
from ingestion.clock import as_utc, folder_stamp_to_utc, utc_now
from ingestion.comparison import compare
from ingestion.config import IngestionConfig
from ingestion.contracts import load_contract
from ingestion.door import Inspection, inspect
from ingestion.errors import RetryableError, RezervError
from ingestion.landing_folder import FolderProblem
from ingestion.locking import warehouse_lock
from ingestion.sources import RefusedPlaceError, Source, open_source
from ingestion.vault import PersonKeys
from ingestion.workbench import open_workbench

if TYPE_CHECKING:
    import duckdb

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Stores:
    """What is open during a run of landing."""

    connection: duckdb.DuckDBPyConnection
    keys: PersonKeys
    now: datetime
    acceptance: Acceptance | None = None
    engine: str | None = None
    correction: Correction | None = None


def ensure_raw_tables(config: IngestionConfig) -> None:
    """Make schema ``raw`` with the books and the table of every feed, where they are missing."""
    with warehouse_lock(config.warehouse), raw_store.open_warehouse(config.warehouse) as connection:
        raw_store.create_tables(connection)


def pending_files(config: IngestionConfig, feeds: Iterable[str] | None = None) -> list[PendingFile]:
    """Files in the landing folder that no batch records yet, in the order in which they have to land.

    A file is known by its feed, its name and its bytes: one replaced under the same name waits again, and a
    copy of a landed file under another name waits once, to be recorded as a duplicate. feeds: only these;
    None for all.
    """
    wanted = None if feeds is None else set(feeds)
    files = [
        file
        for file in landing_folder.known_files(config.landing_dir)
        if wanted is None or file.feed in wanted
    ]
    recorded = _recorded_files(config) if files else set()
    return [file for file in files if (file.feed, file.source_file, _sha256(file)) not in recorded]


def folder_problems(config: IngestionConfig) -> list[FolderProblem]:
    """What stands in the landing folder and is not taken: links, pipes, unknown names, the unreadable."""
    return landing_folder.problems(config.landing_dir)


def pending_file(config: IngestionConfig, path: Path, now: datetime | None = None) -> PendingFile:
    """One given file as a file to be landed; it may stand anywhere.

    Its moment of receipt is that of its folder if it stands in the landing folder, else ``now`` (None: when
    it is landed). ``RezervError``: ``file_not_found``, ``file_unknown``, ``file_refused``.
    """
    name = landing_folder.shown(path.name)
    if not path.exists() and not path.is_symlink():
        raise RezervError("file_not_found", file=name)
    reason = landing_folder.refusal(path, config.landing_dir)
    if reason in ("UNKNOWN_NAME", "WRONG_FOLDER"):
        raise RezervError("file_unknown", file=name)
    if reason is not None:
        raise RezervError("file_refused", file=name, reason_code=reason)
    file = landing_folder.describe(path, config.landing_dir)
    if file is None:
        raise RezervError("file_unknown", file=name)
    return file if file.received_at is not None or now is None else replace(file, received_at=as_utc(now))


def land_files(
    config: IngestionConfig,
    files: Sequence[PendingFile],
    now: datetime | None = None,
    on_batch: Callable[[BatchResult], None] | None = None,
    acceptance: Acceptance | None = None,
    engine: str | None = None,
    settle_seconds: float = 0,
    correction: Correction | None = None,
) -> list[BatchResult]:
    """Land files in the given order, each as one batch; holds the writer's lock.

    now: moment of landing (UTC if without zone; None: the present). on_batch: called after each batch.
    acceptance: a person's word that these files land although they have lost much of what the last one
    held. engine: evaluates the expectations; None chooses by the size of each file. Files received in the
    future are left waiting; when the others have landed, ``RezervError('received_in_future')`` names the
    first of them. Of a file that fails nothing has landed; the others land, and then the first failure is
    raised. settle_seconds: files that were written to just now are looked at again after this pause; one
    that grew fails with ``RetryableError('file_changed')``. correction: who asked that these files land as a
    correction, and why; kept in the books with each of their batches.
    """
    config.require_secrets()
    if acceptance is not None and not (acceptance.by.strip() and acceptance.reason.strip()):
        raise RezervError("acceptance_incomplete")
    if correction is not None and not (correction.asked_by.strip() and correction.reason.strip()):
        raise RezervError("acceptance_incomplete")
    moment = utc_now() if now is None else as_utc(now)
    due = [file for file in files if file.received_at is None or file.received_at <= moment]
    results: list[BatchResult] = []
    failures: list[RezervError] = []
    growing = _growing(due, settle_seconds)
    with warehouse_lock(config.warehouse), open_workbench(config) as connection:
        stores = replace(
            _prepare(connection, config, moment), acceptance=acceptance, engine=engine, correction=correction
        )
        for file in due:
            try:
                _require_settled(file, growing)
                result = _land(stores, file)
            except RezervError as error:
                logger.error("%s: %s", file.source_file, error)
                failures.append(error)
                continue
            results.append(result)
            if on_batch is not None:
                on_batch(result)
    if failures:
        raise failures[0]
    _refuse_future(files, moment)
    return results


def record_problems(config: IngestionConfig, now: datetime | None = None) -> list[BatchResult]:
    """Record what stands in the landing folder and cannot be taken, each once, as a quarantined batch."""
    found = folder_problems(config)
    recorded = _recorded_files(config) if found else set()
    new = [one for one in found if (one.feed, one.source_file, _marker(one)) not in recorded]
    if not new:
        return []
    moment = utc_now() if now is None else as_utc(now)
    with warehouse_lock(config.warehouse), raw_store.open_warehouse(config.warehouse) as connection:
        raw_store.create_tables(connection)
        return [_record_refused(connection, one, moment) for one in new]


def close_quarantine(
    config: IngestionConfig,
    batch: str,
    row_number: int | None,
    by: str,
    note: str,
    now: datetime | None = None,
) -> None:
    """Record that a person takes a row (or, without row number, a whole file) out of quarantine.

    ``RezervError``: ``quarantine_unknown`` if it is not there, ``acceptance_incomplete`` without a name and a
    reason.
    """
    if not (by.strip() and note.strip()):
        raise RezervError("acceptance_incomplete")
    moment = utc_now() if now is None else as_utc(now)
    with warehouse_lock(config.warehouse), raw_store.open_warehouse(config.warehouse) as connection:
        raw_store.create_tables(connection)
        raw_store.close_by_person(connection, batch, row_number, moment, by.strip(), note.strip())


def _prepare(connection: duckdb.DuckDBPyConnection, config: IngestionConfig, moment: datetime) -> _Stores:
    raw_store.create_tables(connection)
    vault.create_tables(connection, config.vault, config.person_secret)
    return _Stores(connection, PersonKeys(config.person_secret), moment)


def _growing(files: Sequence[PendingFile], settle_seconds: float) -> set[Path]:
    """Files that were written to within the pause before now or during it: they are not whole yet."""
    if settle_seconds <= 0:
        return set()
    now = time.time()
    recent = {
        file.path: state
        for file in files
        if (state := _state(file)) and now - state[1] / 1e9 < settle_seconds
    }
    if not recent:
        return set()
    time.sleep(settle_seconds)
    return {file.path for file in files if file.path in recent and _state(file) != recent[file.path]}


def _state(file: PendingFile) -> tuple[int, int] | None:
    try:
        status = file.path.stat(follow_symlinks=False)
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def _require_settled(file: PendingFile, growing: set[Path]) -> None:
    if file.path in growing:
        raise RetryableError("file_changed", file=file.source_file)


def _refuse_future(files: Sequence[PendingFile], moment: datetime) -> None:
    for file in files:
        if file.received_at is not None and file.received_at > moment:
            raise RezervError("received_in_future", file=file.source_file, received_at=file.received_at)


def _recorded_files(config: IngestionConfig) -> set[tuple[str, str, str]]:
    if not config.warehouse.is_file():
        return set()
    with raw_store.open_warehouse(config.warehouse, read_only=True) as connection:
        return raw_store.recorded_files(connection) if raw_store.has_books(connection) else set()


def _sha256(file: PendingFile) -> str:
    """SHA-256 of a waiting file; empty for one that cannot be opened by now: landing says why."""
    try:
        with open_source(file.path, file.source_file) as source:
            return source.sha256()
    except RefusedPlaceError:
        return ""


def _marker(problem: FolderProblem) -> str:
    """Stands for the content of what is not read, so that it is recorded once."""
    return hashlib.sha256(f"{problem.reason_code}\n{problem.source_file}".encode()).hexdigest()


def _land(stores: _Stores, file: PendingFile) -> BatchResult:
    try:
        with open_source(file.path, file.source_file) as source:
            return _land_source(stores, file, source)
    except RefusedPlaceError as error:
        problem = FolderProblem(file.source_file, file.feed, error.reason_code)
        return _record_refused(stores.connection, problem, stores.now)


def _land_source(stores: _Stores, file: PendingFile, source: Source) -> BatchResult:
    sha256 = source.sha256()
    contract = load_contract(file.feed)
    count_before, has_landed = raw_store.earlier_batches(
        stores.connection, file.feed, sha256, contract.version
    )
    result = BatchResult(
        batch_id=batch_id(file.feed, sha256, count_before),
        feed=file.feed,
        source_file=file.source_file,
        received_at=_received_at(stores, file, sha256),
        state=STATE_DUPLICATE,
        reason_code=None,
        count_read=0,
        count_landed=0,
        count_quarantined=0,
        checks=(),
    )
    try:
        inspection = None
        if not has_landed:
            inspection = inspect(stores.connection, source, contract, stores.keys, stores.engine)
            result = _judged(stores, result, inspection)
        source.require_unchanged()
        return _store(stores, result, inspection, sha256)
    except Exception as error:
        raise _failure(error, file.source_file) from None


def _received_at(stores: _Stores, file: PendingFile, sha256: str) -> datetime:
    """Moment of receipt; of a file that a person accepts, that of its delivery."""
    held = None if stores.acceptance is None else raw_store.held_since(stores.connection, file.feed, sha256)
    return held or file.received_at or stores.now


def _judged(stores: _Stores, result: BatchResult, inspection: Inspection) -> BatchResult:
    """The outcome of an inspected file: landed, quarantined whole, or held."""
    read = replace(
        result, count_read=inspection.count_read, checks=inspection.checks, engine=inspection.engine
    )
    outside = replace(read, reason_code=inspection.reason_code, count_quarantined=inspection.count_read)
    if inspection.is_quarantined_whole:
        return replace(outside, state=STATE_QUARANTINED)
    contract = load_contract(result.feed)
    comparison = compare(stores.connection, contract, result.source_file)
    checks = () if comparison is None else tuple(comparison.checks())
    reason = None if comparison is None else comparison.hold_reason(contract.is_whole_list)
    if reason is not None and stores.acceptance is None:
        return replace(outside, state=STATE_HELD, reason_code=reason, checks=read.checks + checks)
    return replace(
        read,
        state=STATE_LANDED,
        is_accepted=reason is not None,
        reason_code=inspection.reason_code,
        count_landed=inspection.count_accepted,
        count_quarantined=inspection.count_read - inspection.count_accepted,
        checks=read.checks + checks,
    )


def _store(stores: _Stores, result: BatchResult, inspection: Inspection | None, sha256: str) -> BatchResult:
    """Vault first, then the warehouse."""
    contract = load_contract(result.feed)
    has_stage = inspection is not None and inspection.stage is not None
    if has_stage and result.state == STATE_LANDED:
        vault.write_batch(stores.connection, contract, result.batch_id, result.received_at)
    word = stores.acceptance if result.is_accepted else None
    count_closed = raw_store.write_batch(
        stores.connection,
        contract,
        result,
        stores.keys,
        content_sha256=sha256,
        landed_at=stores.now,
        has_stage=has_stage,
        columns_outside=() if inspection is None else inspection.columns_outside,
        check_outside="" if inspection is None else inspection.check_outside,
        accepted=(None, None) if word is None else (word.by.strip(), word.reason.strip()),
        mended=mended_batch(result.source_file),
        correction=stores.correction,
    )
    result = replace(result, count_closed=count_closed)
    _log(result)
    return result


def _record_refused(
    connection: duckdb.DuckDBPyConnection, problem: FolderProblem, now: datetime
) -> BatchResult:
    """Record something that is not read as a quarantined batch without rows."""
    marker = _marker(problem)
    count_before, _ = raw_store.earlier_batches(connection, problem.feed, marker, "")
    delivered_at = folder_stamp_to_utc(problem.source_file.split("/")[0])
    result = BatchResult(
        batch_id=batch_id(problem.feed, marker, count_before),
        feed=problem.feed,
        source_file=problem.source_file,
        received_at=now if delivered_at is None else min(delivered_at, now),
        state=STATE_QUARANTINED,
        reason_code=problem.reason_code,
        count_read=0,
        count_landed=0,
        count_quarantined=0,
        checks=(CheckResult("safe_place", None, 1, 1, False),),
    )
    raw_store.write_refused(connection, result, marker, now)
    _log(result)
    return result


def _log(result: BatchResult) -> None:
    logger.info(
        "%s: %s%s, %d rows read, %d landed, %d quarantined",
        result.source_file,
        result.state,
        f" ({result.reason_code})" if result.reason_code else "",
        result.count_read,
        result.count_landed,
        result.count_quarantined,
    )


def _failure(error: Exception, source_file: str) -> RezervError:
    """What went wrong, without what databases, readers and libraries quote of the file."""
    if isinstance(error, RezervError):
        return error
    return RezervError("landing_failed", file=source_file, kind=type(error).__name__)
