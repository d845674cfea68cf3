"""Results of the methods of measurement, which lie in files beside the release (advisory, policy A25).

Belongs here: finding and reading them, for the release that is read and no other. Does not belong here:
computing (orchestration/), what is shown of them (dashboards/views/). This module does not know Streamlit.

`<folder>/<release>/<method>-v<N>/` holds Parquet files and a manifest with the hash of each
(docs/decisions/0024-where-measurement-is-computed.md). What is of too few people is not in the files, but the
reason is.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import re
from pathlib import Path
from typing import Any

from dashboards.warehouse import Row

_log = logging.getLogger(__name__)


class NotMeasured(Exception):
    """The method has not been computed on the release, or by a version that did not give the table."""


class ResultsAltered(Exception):
    """The files are not as they were written; the argument is the name of their folder."""


def measurement_dir() -> Path:
    """Return the folder of results: REZERV_MEASUREMENT_DIR, else `measurement` of the home."""
    named = os.environ.get("REZERV_MEASUREMENT_DIR", "").strip()
    return Path(named) if named else Path(os.environ.get("REZERV_HOME", "").strip() or "data") / "measurement"


def read_table(release_id: str, method: str, table: str, folder: Path | None = None) -> list[Row]:
    """Return the rows of a method's table on a release, by its newest version, in the order of the file.

    Raises NotMeasured where there is none, ResultsAltered where a file's bytes are not those it was written
    with.
    """
    found = _newest((folder or measurement_dir()) / release_id, method)
    try:
        manifest: dict[str, Any] = json.loads((found / "manifest.json").read_text(encoding="utf-8"))
        files = manifest["tables"]
        if manifest["release_id"] != release_id:
            raise ResultsAltered(found.name)
        if table not in files:
            raise NotMeasured(method)
        content = (found / f"{table}.parquet").read_bytes()
        wanted = files[table]["sha256"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        _log.error("results of measurement in %s cannot be read: %s", found, error)
        raise ResultsAltered(found.name) from error
    if hashlib.sha256(content).hexdigest() != wanted:
        _log.error("results of measurement in %s are not as they were written", found)
        raise ResultsAltered(found.name)
    return _rows(content)


def _newest(folder: Path, method: str) -> Path:
    pattern = re.compile(rf"{re.escape(method)}-v(\d+)")
    versions = {
        int(match[1]): path
        for path in (folder.iterdir() if folder.is_dir() else ())
        if (match := pattern.fullmatch(path.name))
    }
    if not versions:
        raise NotMeasured(method)
    return versions[max(versions)]


def _rows(content: bytes) -> list[Row]:
    import pyarrow.parquet as pq

    rows: list[Row] = pq.read_table(io.BytesIO(content)).to_pylist()
    return rows
