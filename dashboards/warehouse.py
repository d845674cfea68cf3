"""Reading the current release: the pointer, one read-only connection, and the SQL of funnel and shortlists.

Belongs here: finding and opening the release, queries with parameters, errors that a page can explain.
Does not belong here: the SQL of the vetting page (dashboards/vetting_warehouse.py) and of publications
(dashboards/publication_warehouse.py), what numbers mean (dbt_project/), how they look
(dashboards/components/), making a release (orchestration/). This module does not know Streamlit.

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
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

POINTER_NAME = "CURRENT.json"

Row = dict[str, Any]

_log = logging.getLogger(__name__)
_lock = threading.Lock()
_current: dict[Path, Release] = {}


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


@dataclass(frozen=True)
class Filters:
    """Codes that people are narrowed to; an empty tuple leaves that side open."""

    tracks: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    sexes: tuple[str, ...] = ()
    age_bands: tuple[str, ...] = ()
    employer_types: tuple[str, ...] = ()

    def params(self) -> dict[str, list[str] | None]:
        """Return the named query parameters, None for an open side."""
        return {field.name: list(getattr(self, field.name)) or None for field in fields(self)}

    @property
    def narrows_within_tracks(self) -> bool:
        """Whether people of a track are left out, so that counts differ from those of the whole track."""
        return any((self.regions, self.sexes, self.age_bands, self.employer_types))


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


def current_release(folder: Path | None = None) -> Release:
    """Return the release that the pointer names, opened again only when the pointer moved.

    Raises NoRelease, PointerBroken or ReleaseUnreadable. The pointer is read at each call: it is a few bytes,
    and a page then never shows a release that has been superseded.
    """
    folder = (folder or releases_dir()).absolute()
    file = _pointed_file(folder)
    with _lock:
        release = _current.get(folder)
        if release is None or release.file != file:
            release = _current[folder] = Release(file)
        return release


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


# Names ------------------------------------------------------------------------------------------------------

# seed table -> (its code column, what it is ordered by, whether it has a row for each season)
_SEEDS: Mapping[str, tuple[str, str, bool]] = {
    "stages": ("stage_code", "stage_order", True),
    "tracks": ("track_code", "track_order", True),
    "regions": ("region_code", "region_code", False),
    "sexes": ("sex_code", "sex_code", False),
    "age_bands": ("age_band_code", "age_from", False),
    "employer_types": ("employer_type_code", "rowid", False),
    "statuses": ("status_code", "status_order", False),
    "vetting_bodies": ("body_code", "body_order", True),
    "vetting_states": ("state_code", "state_order", False),
    "vetting_forecasts": ("forecast_code", "forecast_order", False),
    "document_needs": ("document_type_code", "need_order", False),
    "need_states": ("need_state_code", "state_order", False),
    "document_works": ("work_code", "work_order", False),
}


def names(release: Release, seed: str, language: str) -> dict[str, str]:
    """Return the names of a seed in `language` by code, in the seed's order, first letter upper case."""
    code, order, is_seasonal = _SEEDS[seed]
    where = "where season_code::varchar = $season" if is_seasonal else ""
    params = {"season": release.manifest.season_code} if is_seasonal else {}
    rows = release.rows(
        f"select {code} as code, name_kk as kk, name_ru as ru, name_en as en"
        f" from seeds.{seed} {where} order by {order}",
        params,
    )
    return {row["code"]: _capitalised(row[language]) for row in rows}


def reason_texts(release: Release, language: str) -> dict[str, str]:
    """Return the text of each reason code in `language` (kk, ru, en)."""
    rows = release.rows(
        "select reason_code, text_kk as kk, text_ru as ru, text_en as en from seeds.reason_codes"
    )
    return {row["reason_code"]: row[language] for row in rows}


def _capitalised(name: str) -> str:
    return name[:1].upper() + name[1:]


def column_comments(release: Release, tables: Sequence[str]) -> dict[str, str]:
    """Return the warehouse's descriptions of the columns of `tables` (schema.table), by column name."""
    rows = release.rows(
        """
        select column_name, min(comment) as description
        from duckdb_columns()
        where comment is not null and trim(comment) <> ''
            and list_contains($tables, schema_name || '.' || table_name)
        group by column_name
        """,
        {"tables": list(tables)},
    )
    return {row["column_name"]: row["description"] for row in rows}


# Funnel -----------------------------------------------------------------------------------------------------

_PEOPLE = """
    season_code::varchar = $season
    and ($tracks::varchar[] is null or list_contains($tracks::varchar[], track_code))
    and ($regions::varchar[] is null or list_contains($regions::varchar[], region_code))
    and ($sexes::varchar[] is null or list_contains($sexes::varchar[], sex_code))
    and ($age_bands::varchar[] is null or list_contains($age_bands::varchar[], age_band_code))
    and ($employer_types::varchar[] is null or list_contains($employer_types::varchar[], employer_type_code))
"""

FUNNEL_COUNTS: tuple[str, ...] = (
    "count_entered",
    "count_participated",
    "count_admitted",
    "count_not_admitted",
    "count_absent",
    "count_annulled",
    "count_excluded",
    "count_withdrawn",
    "count_pending",
)


def _people_params(release: Release, filters: Filters) -> dict[str, object]:
    return {"season": release.manifest.season_code, **filters.params()}


def stages(release: Release) -> list[Row]:
    """Return the stages in order: stage_code, stage_order, admits_by_code (pass, share, places, decision)."""
    return release.rows(
        "select stage_code, stage_order, admits_by_code from seeds.stages"
        " where season_code::varchar = $season order by stage_order",
        {"season": release.manifest.season_code},
    )


def funnel_counts(release: Release, filters: Filters) -> list[Row]:
    """Return people per stage and track within `filters`; `count_admitted` holds everybody who goes on."""
    sums = ", ".join(f"sum({name})::bigint as {name}" for name in FUNNEL_COUNTS)
    return release.rows(
        f"""
        select stage_code, track_code, {sums}
        from reporting.rpt_funnel
        where {_PEOPLE}
        group by stage_code, track_code
        order by stage_code, track_code
        """,
        _people_params(release, filters),
    )


def stage_tracks(release: Release) -> list[Row]:
    """Return places, cut-off (two decimals and exact fraction) and ties of each stage and whole track."""
    return release.rows(
        """
        select
            shown.stage_code, shown.stage_order, shown.track_code, shown.track_order,
            shown.count_entered, shown.count_participated, shown.count_pool, shown.limit_places,
            shown.cutoff_points, cutoffs.cutoff_numerator, cutoffs.cutoff_denominator,
            shown.count_admitted, shown.count_by_tie, shown.count_supernumerary, shown.count_over_limit,
            shown.is_shortfall, shown.is_published, shown.published_at
        from reporting.rpt_stage_tracks as shown
        left join selection.sel_cutoffs as cutoffs
            on shown.season_code = cutoffs.season_code
            and shown.stage_code = cutoffs.stage_code
            and shown.track_code = cutoffs.track_code
        where shown.season_code::varchar = $season
        order by shown.stage_order, shown.track_order
        """,
        {"season": release.manifest.season_code},
    )


# People -----------------------------------------------------------------------------------------------------

_CANDIDATE_COLUMNS = """
    stage_code, track_code, candidate_no, display_order, rank, score_points, score_numerator,
    score_denominator, status_code, reason_code, is_admitted, is_at_cutoff, decision_no, paragraph,
    policy_code, region_code, sex_code, age_band_code, employer_type_code
"""

_PLACE = "stage_code = $stage and ($track::varchar is null or track_code = $track)"


def status_counts(release: Release, stage: str, track: str | None, filters: Filters) -> dict[str, int]:
    """Return how many people of a stage (and track) have each status within `filters`."""
    rows = release.rows(
        f"select status_code, count(*) as people from reporting.rpt_shortlists where {_PLACE} and {_PEOPLE}"
        " group by status_code",
        {"stage": stage, "track": track, **_people_params(release, filters)},
    )
    return {row["status_code"]: row["people"] for row in rows}


def candidates(
    release: Release, stage: str, track: str | None, status: str | None, filters: Filters
) -> list[Row]:
    """Return the people of a stage (and track, and status) within `filters`, in display order by track."""
    return release.rows(
        f"""
        select {_CANDIDATE_COLUMNS}
        from reporting.rpt_shortlists
        where {_PLACE} and ($status::varchar is null or status_code = $status) and {_PEOPLE}
        order by track_code, display_order
        """,
        {"stage": stage, "track": track, "status": status, **_people_params(release, filters)},
    )


def shortlist(release: Release, stage: str, track: str) -> list[Row]:
    """Return everybody of one stage and track, ranked people first."""
    return candidates(release, stage, track, None, Filters())


def reserve(release: Release, track: str) -> list[Row]:
    """Return those enrolled in the Reserve from `track`, with their rank in the commission (Order §9)."""
    return release.rows(
        """
        select candidate_no, decision_no, decided_at, commission_rank, commission_points
        from reporting.rpt_reserve
        where season_code::varchar = $season and track_code = $track
        order by commission_rank nulls last, candidate_no
        """,
        {"season": release.manifest.season_code, "track": track},
    )
