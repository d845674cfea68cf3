"""Signals as the feed `proctoring__signals`: rows, their numbers, a file that appears whole or not at all.

Belongs here: the shape of the contract `ingestion/contracts/proctoring__signals.odcs.yaml` and writing it.
Does not belong here: finding incidents (`incidents.py`), landing the file (`ingestion/`).
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from proctoring_jobs.errors import RetryableProctoringError
from proctoring_jobs.incidents import Incident

FEED = "proctoring__signals"
FOUR_PLACES = Decimal("0.0001")

#: Columns of the contract in its order: text, or a decimal of 12 digits with 4 places.
TEXT_COLUMNS = frozenset({"signal_id", "sitting_id", "signal_type_code", "model_code", "config_hash"})
COLUMNS = (
    "signal_id",
    "sitting_id",
    "signal_type_code",
    "started_seconds",
    "duration_seconds",
    "confidence",
    "model_code",
    "config_hash",
)


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


def build_signals(
    sitting_id: str, incidents: Iterable[Incident], *, model_code: str, config_hash: str
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
        )
        for incident in incidents
    ]


def four_places(value: Decimal) -> Decimal:
    """A number with four decimal places, half up."""
    return value.quantize(FOUR_PLACES, ROUND_HALF_UP)


def signals_path(out_dir: Path, sitting_id: str) -> Path:
    """Path of a sitting's signals: one file per sitting, named so that the landing folder knows its feed."""
    return out_dir / f"{FEED}__{sitting_id}.parquet"


def write_signals(path: Path, signals: Iterable[Signal], facts: Mapping[str, str]) -> None:
    """Write the rows (none is a result too) with `facts` about the run in the file's metadata.

    The file is written beside its place under a hidden name, flushed to disk and renamed: a reader sees all
    of it or nothing. Raises `RetryableProctoringError` when the storage fails.
    """
    import pyarrow.parquet as pq

    table = _table(signals, facts)
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


def _table(signals: Iterable[Signal], facts: Mapping[str, str]) -> object:
    """The rows as an Arrow table of the contract's types."""
    import pyarrow as pa

    schema = pa.schema(
        [
            pa.field(name, pa.string() if name in TEXT_COLUMNS else pa.decimal128(12, 4), nullable=False)
            for name in COLUMNS
        ],
        metadata=dict(facts),
    )
    return pa.Table.from_pylist([vars(signal) for signal in signals], schema=schema)


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
