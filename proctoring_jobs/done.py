"""What earlier runs have done: a sitting's result is taken as it is while everything it rests on is the same.

Belongs here: reading signals files back, and removing what killed runs left half written. Does not belong
here: writing them (`output.py`), what happens to sittings that are not done (`engines/`).

A result rests on the sitting's number, length and pieces (`manifest.fingerprints`), every setting that can
change it, the models with their libraries, and the version of the project's own rules
(`session.RULES_VERSION`).
"""

from __future__ import annotations

import logging
import shutil
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.errors import RetryableProctoringError
from proctoring_jobs.manifest import SittingManifest, fingerprints
from proctoring_jobs.output import EVIDENCE, coverage_path, signals_path
from proctoring_jobs.session import RULES_VERSION, SittingReport

logger = logging.getLogger(__name__)


def done_report(
    manifest: SittingManifest, config: ProctoringConfig, out_dir: Path, *, model_code: str, speech_code: str
) -> SittingReport | None:
    """The report of the sitting's result in `out_dir`, if a run now would rest on the same; else `None`.

    A file that cannot be read as a result is no result. Raises `RetryableProctoringError` when the storage
    fails.
    """
    path = signals_path(out_dir, manifest.sitting_id)
    found = _read(path)
    if found is None:
        return None
    facts, types = found
    prints = fingerprints(manifest)
    expected = {
        "sitting_id": manifest.sitting_id,
        "fingerprint": prints.as_found if facts.get("problems") else prints.by_content,
        "config": config.as_json(),
        "rules_version": str(RULES_VERSION),
        "model_code": model_code,
        "speech_model_code": speech_code,
    }
    if {name: facts.get(name) for name in expected} != expected:
        return None
    return _report(path, facts, types)


def remove_leftovers(out_dir: Path, sitting_ids: Iterable[str], older_than_seconds: float) -> None:
    """Remove half-written results of these sittings that nobody can still be writing.

    Only files older than a sitting may take: another run may be at work in the same folder. Raises
    `RetryableProctoringError` when the storage fails.
    """
    before = time.time() - older_than_seconds
    sittings = list(sitting_ids)
    files = {f".{named(out_dir, one).name}" for one in sittings for named in (signals_path, coverage_path)}
    folders = {f".{sitting}" for sitting in sittings}
    try:
        for path in _half_written(out_dir, files, before):
            path.unlink(missing_ok=True)
        for path in _half_written(out_dir / EVIDENCE, folders, before):
            shutil.rmtree(path)
    except FileNotFoundError:
        logger.info("another run tidies %s", out_dir)
    except OSError as error:
        raise RetryableProctoringError("storage_failed", file=out_dir, detail=error.strerror) from error


def _half_written(folder: Path, names: set[str], before: float) -> list[Path]:
    """What a killed run left in a folder under these names: `<name>.<anything>.tmp`, older than `before`."""
    found = sorted(folder.glob(".*.tmp")) if folder.is_dir() else []
    return [path for path in found if path.name.rsplit(".", 2)[0] in names and path.stat().st_mtime < before]


def _read(path: Path) -> tuple[Mapping[str, str], list[str]] | None:
    """The facts of a signals file and the type of each of its rows; `None` where there is no such file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.is_file():
        return None
    try:
        with pq.ParquetFile(path) as file:
            types = file.read(columns=["signal_type_code"]).column("signal_type_code").to_pylist()
            metadata = file.schema_arrow.metadata or {}
        return {name.decode(): value.decode() for name, value in metadata.items()}, types
    except (pa.ArrowException, KeyError, UnicodeDecodeError, OSError) as error:
        if getattr(error, "errno", None) is not None:  # of the storage: what is wrong in a file has no number
            raise RetryableProctoringError("storage_failed", file=path.name, detail=error) from error
        logger.warning("%s is no signals file, the sitting is done anew: %s", path.name, error)
        return None


def _report(path: Path, facts: Mapping[str, str], types: list[str]) -> SittingReport:
    """The report as the run gave it that wrote the file."""
    return SittingReport(
        sitting_id=facts["sitting_id"],
        path=path,
        duration_seconds=Decimal(facts["duration_seconds"]),
        unseen_seconds=Decimal(facts["unseen_seconds"]),
        unheard_seconds=Decimal(facts["unheard_seconds"]),
        count_samples=int(facts["count_samples"]),
        count_packets_lost=int(facts["count_packets_lost"]),
        count_by_type=dict(sorted(Counter(types).items())),
        problems=tuple(facts["problems"].split()),
    )
