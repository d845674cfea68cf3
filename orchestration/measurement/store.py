"""Results on disk: one folder a release and method, Parquet files and a manifest, written once.

Belongs here: names, writing whole or not at all, reading with a check of the bytes. Not here: computing. The
same release and the same packages give the same bytes: no moment stands in a file, numbers have six digits,
rows an order. A folder is never written again; another version of the methods has folders of its own.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import logging
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.errors import OrchestrationError
from orchestration.measurement.methods import FRACTION, Method, Rows

if TYPE_CHECKING:
    from orchestration.measurement.frames import Frames

logger = logging.getLogger(__name__)

VERSION = 2
"""Raised with every change of a method that changes a number or adds a table."""
MANIFEST = "manifest.json"
DIGITS = 6
PACKAGES = ("numpy", "pandas", "pyarrow", "scipy", "statsmodels")


def folder_of(folder: Path, release_id: str, method: str) -> Path:
    """Where the results of a method on a release stand, or would; folder: of all results."""
    return folder / release_id / f"{method}-v{VERSION}"


def is_stored(folder: Path, release_id: str, method: str) -> bool:
    """Whether a method has been computed on a release."""
    return (folder_of(folder, release_id, method) / MANIFEST).is_file()


def write(results: Path, release_id: str, method: Method, frames: Frames, tables: Mapping[str, Rows]) -> Path:
    """Write a method's tables and manifest, unless they are there already; returns their folder."""
    target = folder_of(results, release_id, method.name)
    if is_stored(results, release_id, method.name):
        return target
    draft = target.with_name(f".{target.name}-{os.getpid()}.tmp")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    files = {name: _write_table(draft / f"{name}.parquet", tables[name], columns)
             for name, columns in method.tables.items()}  # fmt: skip
    manifest = {
        "method": method.name, "version": VERSION, "release_id": release_id,
        "content_hash": frames.content_hash, "season_code": frames.season_code,
        "terms": vars(frames.terms), "packages": _packages(method.name), "tables": files,
    }  # fmt: skip
    (draft / MANIFEST).write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    for file in draft.iterdir():
        file.chmod(0o444)
    try:
        draft.rename(target)
    except OSError:
        # another process was quicker with the same content
        shutil.rmtree(draft, ignore_errors=True)
        if not is_stored(results, release_id, method.name):
            raise
    logger.info("measurement written: %s of %s", method.name, release_id)
    return target


def read(results: Path, release_id: str, method: Method) -> dict[str, Rows]:
    """Tables of a method on a release; `OrchestrationError` where a file is not as it was written."""
    import pyarrow.parquet as pq

    folder = folder_of(results, release_id, method.name)
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        tables = {}
        for name, file in manifest["tables"].items():
            path = folder / f"{name}.parquet"
            if hashlib.sha256(path.read_bytes()).hexdigest() != file["sha256"]:
                raise OrchestrationError("error.measurement_altered", folder=folder)
            tables[name] = pq.read_table(path).to_pylist()
    except (OSError, ValueError, KeyError) as error:
        raise OrchestrationError("error.measurement_altered", folder=folder) from error
    return tables


def rounded(value: Any) -> Any:
    """A number with six digits that count, so that the last bits of a machine do not show."""
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def _write_table(path: Path, rows: Rows, columns: Mapping[str, str]) -> dict[str, Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.type_for_alias(kind)) for name, kind in columns.items()])
    values = {
        name: [rounded(row.get(name)) if kind == FRACTION else row.get(name) for row in rows]
        for name, kind in columns.items()
    }
    pq.write_table(pa.table(values, schema=schema), path, compression="zstd")
    return {"rows": len(rows), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def _packages(method: str) -> dict[str, str]:
    names = [*PACKAGES, "raschpy"] if method == "facets" else PACKAGES
    return {name: importlib.metadata.version(name) for name in names}
