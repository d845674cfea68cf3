"""Finding and opening the current release: the pointer, one read-only connection, errors to explain.

Belongs here: the pointer, the connection, which tables a release has. Does not belong here: the questions of
pages (the other modules of this package), making a release (orchestration/).

A release file is never rewritten: a new release is a new file behind the pointer `CURRENT.json`. So the
connection is kept as long as the pointer stands, and replaced when it moves. DuckDB connections are not
thread-safe: each query takes a cursor of its own.
"""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

POINTER_NAME = "CURRENT.json"

Row = dict[str, Any]

_log = logging.getLogger(__name__)
_lock = threading.Lock()
_current: dict[tuple[Path, str], Release] = {}


class WarehouseError(Exception):
    """A state of the releases that a page explains: `key` names the texts, `params` fill them."""

    key = "error.release_unreadable"

    def __init__(self, **params: str) -> None:
        super().__init__(f"{self.key} {params}")
        self.params = params


class NoRelease(WarehouseError):
    """No release has been published: there is no pointer. Params: `place`."""

    key = "error.no_release"


class PointerBroken(WarehouseError):
    """The pointer leads nowhere. Params: `pointer`, `file`, `cause` (a key below `error.pointer_broken`)."""

    key = "error.pointer_broken"


class ReleaseUnreadable(WarehouseError):
    """The release file cannot be opened or lacks what a query needs. Params: `file`."""


class AudienceMissing(WarehouseError):
    """The release has no file for a role: it is of a build that wrote none. Params: `release`, `audience`."""

    key = "error.audience_missing"


class TablesMissing(WarehouseError):
    """The release is of an older build than a page. Params: `file`, `release`, `tables`."""

    key = "error.tables_missing"


@dataclass(frozen=True)
class Manifest:
    """The one row of `release.manifest`; moments are UTC without zone."""

    release_id: str
    season_code: str
    as_of: datetime | None
    published_at: datetime
    previous_release_id: str | None
    code_version: str | None
    count_candidates: int


class Release:
    """One open release: read-only, for as many threads as there are readers."""

    def __init__(self, file: Path) -> None:
        """Open `file`; raises ReleaseUnreadable where it is no release."""
        self.file = file
        try:
            self._connection = duckdb.connect(str(file), read_only=True)
        except duckdb.Error as error:
            _log.error("cannot open the release %s: %s", file.name, error)
            raise ReleaseUnreadable(file=file.name) from error
        self.manifest = _manifest(self)

    def rows(self, sql: str, params: Mapping[str, object] | None = None) -> list[Row]:
        """Run one query on a cursor of its own and return its rows; raises ReleaseUnreadable."""
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(sql, dict(params or {}))
                names = [column[0] for column in cursor.description or ()]
                return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
        except duckdb.Error as error:
            _log.error("a query on the release %s failed: %s", self.file.name, error)
            raise ReleaseUnreadable(file=self.file.name) from error


def releases_dir() -> Path:
    """Return the folder of releases: REZERV_RELEASES_DIR, else REZERV_HOME/releases, else data/releases."""
    named = os.environ.get("REZERV_RELEASES_DIR", "").strip()
    if named:
        return Path(named)
    return Path(os.environ.get("REZERV_HOME", "").strip() or "data") / "releases"


def current_release(folder: Path | None = None, audience: str = "") -> Release:
    """Return the release that the pointer names, opened again only when the pointer moved.

    `audience` names whose file of the release is read: it holds what a role may see and nothing else
    (`<folder>/<audience>/<file>`); empty is the whole release. Raises NoRelease, PointerBroken,
    AudienceMissing or ReleaseUnreadable. The pointer is read at each call: it is a few bytes, and a page then
    never shows a release that has been superseded.
    """
    folder = (folder or releases_dir()).absolute()
    return _opened(folder, audience, _pointed_file(folder).name)


def earlier_release(release: Release, release_id: str, audience: str = "") -> Release:
    """Return another release of the folder of `release`, in the file of the same audience.

    Raises AudienceMissing where it has none, ReleaseUnreadable where it is gone.
    """
    folder = release.file.parent.parent if audience else release.file.parent
    return Release(_audience_file(folder, audience, f"{release_id}.duckdb"))


def release_ids(release: Release) -> list[str]:
    """Return the identifiers of the releases that stand beside `release` for its audience, newest first."""
    return sorted((file.stem for file in release.file.parent.glob("*.duckdb")), reverse=True)


def _opened(folder: Path, audience: str, name: str) -> Release:
    file = _audience_file(folder, audience, name)
    with _lock:
        release = _current.get((folder, audience))
        if release is None or release.file != file:
            release = _current[folder, audience] = Release(file)
        return release


def _audience_file(folder: Path, audience: str, name: str) -> Path:
    """Return the file of an audience; `audience` comes from a grant, and is still kept within the folder."""
    if Path(audience).name != audience or Path(name).name != name:
        raise AudienceMissing(release=Path(name).stem, audience=audience)
    file = folder / audience / name
    if audience and not file.is_file():
        raise AudienceMissing(release=file.stem, audience=audience)
    return file


def _pointed_file(folder: Path) -> Path:
    pointer = folder / POINTER_NAME
    try:
        content = json.loads(pointer.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NoRelease(place=str(folder)) from None
    except (OSError, ValueError) as error:
        _log.error("cannot read the pointer %s: %s", pointer, error)
        raise PointerBroken(pointer=POINTER_NAME, file="", cause="not_json") from error
    name = content.get("file") if isinstance(content, dict) else None
    if not isinstance(name, str) or not name:
        raise PointerBroken(pointer=POINTER_NAME, file="", cause="no_file_key")
    file = folder / name
    if not file.is_file():
        raise PointerBroken(pointer=POINTER_NAME, file=file.name, cause="file_missing")
    return file


def missing_tables(release: Release, tables: Sequence[str]) -> list[str]:
    """Return which of `tables` (schema.table) the release does not hold, in order of their names."""
    rows = release.rows("select schema_name || '.' || table_name as name from duckdb_tables()")
    return sorted(set(tables) - {row["name"] for row in rows})


def require_tables(release: Release, tables: Sequence[str]) -> None:
    """Raise TablesMissing where the release is of a build that did not have `tables`."""
    if missing := missing_tables(release, tables):
        raise TablesMissing(
            file=release.file.name, release=release.manifest.release_id, tables=", ".join(missing)
        )


def _manifest(release: Release) -> Manifest:
    found = release.rows(
        "select release_id, season_code::varchar as season_code, as_of, published_at, previous_release_id,"
        " code_version, count_candidates from release.manifest"
    )
    if len(found) != 1:
        _log.error("the manifest of %s has %d rows", release.file.name, len(found))
        raise ReleaseUnreadable(file=release.file.name)
    return Manifest(**found[0])
