"""Landing files: the order of steps from a file to raw rows.

Belongs here: which files wait, and for each the steps door → vault → warehouse. The vault is written first,
under the batch's name; the warehouse then takes the batch whole or not at all. A crash in between leaves the
file waiting, and the next run does it again under the same name, so that nothing doubles. When to land is
decided in ``orchestration/``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion import landing_folder, raw_store
from ingestion.batches import (
    STATE_DUPLICATE,
    STATE_LANDED,
    STATE_QUARANTINED,
    BatchResult,
    PendingFile,
    batch_id,
    content_hash,
)
from ingestion.clock import as_utc, utc_now
from ingestion.config import IngestionConfig
from ingestion.contracts import Contract, load_contract
from ingestion.door import Inspection, inspect
from ingestion.errors import RetryableError, RezervError
from ingestion.locking import warehouse_lock
from ingestion.quarantine import QuarantineEntry
from ingestion.vault import Vault, open_vault, separate_identities

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Arrival:
    """One file in hand: its contract, bytes, moment of receipt and the name of its batch."""

    file: PendingFile
    contract: Contract
    content: bytes
    content_sha256: str
    received_at: datetime
    batch_id: str


@dataclass(frozen=True)
class _Stores:
    """What is open during a run of landing."""

    warehouse: duckdb.DuckDBPyConnection
    vault: Vault
    person_secret: str
    now: datetime


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
    recorded = _recorded_files(config)
    return [
        file for file in files if (file.feed, file.source_file, content_hash(_read(file))) not in recorded
    ]


def unknown_files(config: IngestionConfig) -> list[Path]:
    """Files in the landing folder whose name belongs to no feed, or whose folder is no moment of receipt."""
    return landing_folder.unknown_files(config.landing_dir)


def pending_file(config: IngestionConfig, path: Path, now: datetime | None = None) -> PendingFile:
    """One given file as a file to be landed; it may stand anywhere.

    Its moment of receipt is that of its folder if it stands in the landing folder, else ``now`` (None: when
    it is landed). ``RezervError``: ``file_not_found``, ``file_unknown``.
    """
    if not path.is_file():
        raise RezervError("file_not_found", file=path.name)
    file = landing_folder.describe(path, config.landing_dir)
    if file is None:
        raise RezervError("file_unknown", file=path.name)
    if file.received_at is not None or now is None:
        return file
    return PendingFile(file.path, file.feed, as_utc(now), file.source_file)


def land_files(
    config: IngestionConfig,
    files: Sequence[PendingFile],
    now: datetime | None = None,
    on_batch: Callable[[BatchResult], None] | None = None,
) -> list[BatchResult]:
    """Land files in the given order, each as one batch; holds the writer's lock.

    now: moment of landing (UTC if without zone; None: the present). on_batch: called after each batch. Files
    received in the future are left waiting; when the others have landed,
    ``RezervError('received_in_future')`` names the first of them. Other failures stop at the file concerned,
    of which nothing has landed; what landed before stays.
    """
    config.require_secrets()
    moment = utc_now() if now is None else as_utc(now)
    due = [file for file in files if file.received_at is None or file.received_at <= moment]
    results = []
    with (
        warehouse_lock(config.warehouse),
        open_vault(config.vault, config.vault_key, config.person_secret) as vault,
        raw_store.open_warehouse(config.warehouse) as connection,
    ):
        raw_store.create_tables(connection)
        stores = _Stores(connection, vault, config.person_secret, moment)
        for file in due:
            result = _land(stores, file)
            results.append(result)
            if on_batch is not None:
                on_batch(result)
    _refuse_future(files, moment)
    return results


def _refuse_future(files: Sequence[PendingFile], moment: datetime) -> None:
    for file in files:
        if file.received_at is not None and file.received_at > moment:
            raise RezervError("received_in_future", file=file.source_file, received_at=file.received_at)


def _recorded_files(config: IngestionConfig) -> set[tuple[str, str, str]]:
    if not config.warehouse.is_file():
        return set()
    with raw_store.open_warehouse(config.warehouse, read_only=True) as connection:
        return raw_store.recorded_files(connection) if raw_store.has_books(connection) else set()


def _land(stores: _Stores, file: PendingFile) -> BatchResult:
    content = _read(file)
    sha256 = content_hash(content)
    count_before, has_landed = raw_store.earlier_batches(stores.warehouse, file.feed, sha256)
    arrival = _Arrival(
        file=file,
        contract=load_contract(file.feed),
        content=content,
        content_sha256=sha256,
        received_at=file.received_at or stores.now,
        batch_id=batch_id(file.feed, sha256, count_before),
    )
    inspection = None if has_landed else inspect(file.path.name, content, arrival.contract)
    result = _result(arrival, inspection)
    _store(stores, arrival, inspection, result)
    logger.info(
        "%s: %s, %d rows read, %d landed, %d quarantined",
        result.source_file,
        result.state,
        result.count_read,
        result.count_landed,
        result.count_quarantined,
    )
    return result


def _result(arrival: _Arrival, inspection: Inspection | None) -> BatchResult:
    """The batch's outcome; without inspection the bytes have landed before."""
    state, reason_code = STATE_DUPLICATE, None
    if inspection is not None:
        state = STATE_QUARANTINED if inspection.is_quarantined_whole else STATE_LANDED
        reason_code = inspection.reason_code
    count_read = 0 if inspection is None else inspection.count_read
    count_landed = 0 if inspection is None else inspection.count_accepted
    return BatchResult(
        batch_id=arrival.batch_id,
        feed=arrival.file.feed,
        source_file=arrival.file.source_file,
        received_at=arrival.received_at,
        state=state,
        reason_code=reason_code,
        count_read=count_read,
        count_landed=count_landed,
        count_quarantined=count_read - count_landed,
        checks=() if inspection is None else inspection.checks,
    )


def _store(stores: _Stores, arrival: _Arrival, inspection: Inspection | None, result: BatchResult) -> None:
    """Vault first, then the warehouse. Database errors are not passed on as they are.

    They may quote values.
    """
    import duckdb

    rows: pa.Table | None = None
    entries: tuple[QuarantineEntry, ...] = ()
    try:
        if inspection is not None:
            entries = inspection.entries
            if inspection.accepted is not None:
                rows, identities = separate_identities(
                    inspection.accepted, arrival.contract, stores.person_secret
                )
                stores.vault.write_batch(result.batch_id, identities, inspection.rows_outside)
        raw_store.write_batch(
            stores.warehouse,
            arrival.contract,
            result,
            content_sha256=arrival.content_sha256,
            landed_at=stores.now,
            rows=rows,
            entries=entries,
        )
    except duckdb.Error as error:
        raise RezervError("landing_failed", file=result.source_file, kind=type(error).__name__) from None


def _read(file: PendingFile) -> bytes:
    try:
        return file.path.read_bytes()
    except OSError as error:
        raise RetryableError("file_unavailable", file=file.source_file, kind=type(error).__name__) from None
