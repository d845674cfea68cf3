"""Signals and coverage as the feeds `proctoring__signals` and `proctoring__coverage`.

Belongs here: the shapes of the two contracts in `ingestion/contracts/`, numbers of signals, files that appear
whole or not at all. Does not belong here: finding incidents (`incidents.py`), landing files (`ingestion/`).
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import Field, dataclass, fields
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from proctoring_jobs.errors import RetryableProctoringError
from proctoring_jobs.incidents import Incident

FEED, COVERAGE_FEED = "proctoring__signals", "proctoring__coverage"
FOUR_PLACES = Decimal("0.0001")
#: Folder of the evidence, beside the files of the feeds.
EVIDENCE = "evidence"

#: Columns that are no text, by what they are; seconds and shares are decimals of 12 digits with 4 places.
SECONDS = frozenset(
    {"started_seconds", "duration_seconds", "seen_seconds", "heard_seconds", "unseen_seconds",
     "unheard_seconds", "confidence"}
)  # fmt: skip
COUNTS = frozenset({"count_files", "count_samples", "count_packets_lost"})
FLAGS = frozenset({"is_inconclusive"})


@dataclass(frozen=True)
class Signal:
    """One row of the feed; fields as in the contract."""

    signal_id: str
    sitting_id: str
    signal_type_code: str
    started_seconds: Decimal
    duration_seconds: Decimal
    confidence: Decimal
    model_code: str
    config_hash: str
    run_id: str


@dataclass(frozen=True)
class Coverage:
    """The one row of a sitting in the feed of coverage; fields as in the contract, in its order."""

    sitting_id: str
    duration_seconds: Decimal
    seen_seconds: Decimal
    heard_seconds: Decimal
    unseen_seconds: Decimal
    unheard_seconds: Decimal
    count_files: int
    count_samples: int
    count_packets_lost: int
    is_inconclusive: bool
    problem_codes: str | None
    run_id: str
    model_code: str
    speech_model_code: str | None
    config_hash: str
    recording_sha256: str | None


def build_signals(
    sitting_id: str, incidents: Iterable[Incident], *, model_code: str, config_hash: str, run_id: str
) -> list[Signal]:
    """Rows of one sitting, in the order of the incidents.

    The number of a signal is made from what it says and what found it: the same run gives the same numbers,
    and a review can never come to stand beside another finding.
    """
    return [
        Signal(
            signal_id=_signal_id(sitting_id, incident, model_code, config_hash),
            sitting_id=sitting_id,
            signal_type_code=incident.signal_type_code,
            started_seconds=four_places(incident.started_seconds),
            duration_seconds=four_places(incident.duration_seconds),
            confidence=four_places(Decimal(incident.confidence)),
            model_code=model_code,
            config_hash=config_hash,
            run_id=run_id,
        )
        for incident in incidents
    ]


def four_places(value: Decimal) -> Decimal:
    """A number with four decimal places, half up."""
    return value.quantize(FOUR_PLACES, ROUND_HALF_UP)


def signals_path(out_dir: Path, sitting_id: str) -> Path:
    """Path of a sitting's signals: one file per sitting, named so that the landing folder knows its feed."""
    return out_dir / f"{FEED}__{sitting_id}.parquet"


def coverage_path(out_dir: Path, sitting_id: str) -> Path:
    """Path of a sitting's coverage: one file per sitting, with one row."""
    return out_dir / f"{COVERAGE_FEED}__{sitting_id}.parquet"


def write_signals(path: Path, signals: Iterable[Signal], facts: Mapping[str, str]) -> None:
    """Write the rows (none is a result too) with `facts` about the run in the file's metadata.

    Raises `RetryableProctoringError` when the storage fails.
    """
    _write(path, Signal, signals, facts)


def write_coverage(path: Path, coverage: Coverage) -> None:
    """Write the row of a sitting; raises `RetryableProctoringError` when the storage fails."""
    _write(path, Coverage, [coverage], {})


def _write(path: Path, shape: type, rows: Iterable[Any], facts: Mapping[str, str]) -> None:
    """Write rows of a shape with `facts` about them in the file's metadata."""
    import pyarrow as pa

    schema = feed_schema(shape).with_metadata(dict(facts))
    write_table(path, pa.Table.from_pylist([vars(row) for row in rows], schema=schema))


def feed_schema(shape: type) -> Any:
    """The columns of a shape (`Signal`, `Coverage`) as an Arrow schema, as its contract has them."""
    import pyarrow as pa

    return pa.schema([_field(item) for item in fields(shape)])


def write_table(path: Path, table: Any) -> None:
    """Write an Arrow table beside its place under a hidden name, flush it to disk, and rename.

    A reader sees all of the file or nothing. Raises `RetryableProctoringError` when the storage fails.
    """
    import pyarrow.parquet as pq

    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("wb") as stream:
                pq.write_table(table, stream)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise RetryableProctoringError("storage_failed", file=path.name, detail=error.strerror) from error


def _field(item: Field) -> Any:
    """A column of a contract as an Arrow field."""
    import pyarrow as pa

    kind = pa.string()
    if item.name in SECONDS:
        kind = pa.decimal128(12, 4)
    elif item.name in COUNTS:
        kind = pa.int32()
    elif item.name in FLAGS:
        kind = pa.bool_()
    return pa.field(item.name, kind, nullable="None" in str(item.type))


def _signal_id(sitting_id: str, incident: Incident, model_code: str, config_hash: str) -> str:
    """Number of a signal: the sitting's number and 16 hex digits of what identifies the finding."""
    parts = (
        sitting_id,
        incident.signal_type_code,
        str(four_places(incident.started_seconds)),
        str(four_places(incident.duration_seconds)),
        model_code,
        config_hash,
    )
    return f"{sitting_id}-{hashlib.sha256('|'.join(parts).encode()).hexdigest()[:16]}"
