"""What the console command reads back: the funnel, the changes, the state of a season.

Belongs here: read-only questions to the current release, the warehouse and the landing folder. Not here:
drawing (`console.py`), computing anything that a rule of the Order speaks of (`dbt_project/`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.clock import utc_now
from ingestion.quarantine_books import (
    ClosedRows,
    OpenFile,
    Shrinkage,
    closed_rows,
    held_files,
    open_files,
    shrinkage,
)
from orchestration.batch_history import (
    BatchRow,
    batches_after,
    count_mended,
    last_batches,
    last_recorded_seq,
)
from orchestration.builds import BuildRecord, latest_build, newest_landed_seq
from orchestration.errors import UserError
from orchestration.releases import CurrentRelease, current_release, summarise_changes
from orchestration.season_calendar import CalendarEvent, published_between, read_calendar

if TYPE_CHECKING:
    from ingestion.landing_folder import FolderProblem
    from orchestration.settings import Settings


@dataclass(frozen=True)
class FunnelRow:
    """One stage and track of the current release, as `reporting.rpt_stage_tracks` has it."""

    stage_code: str
    stage_name: str
    track_code: str
    track_name: str
    count_entered: int
    count_participated: int
    limit_places: int | None
    cutoff_points: Decimal | None
    count_admitted: int
    count_by_tie: int
    count_supernumerary: int
    is_shortfall: bool
    is_published: bool


@dataclass(frozen=True)
class ChangeRow:
    """One person's change at one stage against the release before, by candidate number."""

    stage_code: str
    track_code: str
    candidate_no: str
    change_code: str
    status_before: str | None
    status_after: str | None
    points_before: Decimal | None
    points_after: Decimal | None
    rank_before: int | None
    rank_after: int | None


@dataclass(frozen=True)
class Difference:
    """The current release against the one before."""

    release: CurrentRelease
    previous_release_id: str | None
    by_stage: list[tuple[str, str, int]]
    rows: list[ChangeRow]
    new_batches: list[tuple[str, str, int, int]]


@dataclass(frozen=True)
class HeldFile:
    """A file that waits until a person accepts it, where it lies, and by how much it has shrunk."""

    source_file: str
    path: Path
    reason_code: str
    shrinkage: Shrinkage | None


@dataclass(frozen=True)
class Landing:
    """What a run of landing did: its batches in order, what it held, and what it took out of quarantine."""

    batches: list[BatchRow]
    held: list[HeldFile]
    count_mended: int

    @property
    def count_outside(self) -> int:
        """Files that were refused as a whole or held."""
        return sum(batch.state in ("quarantined", "held") for batch in self.batches)


@dataclass(frozen=True)
class SeasonState:
    """How the season stands at this home.

    `quarantine`: files with something to mend, held ones apart. `problems`: what stands in the landing folder
    and is not taken. `drift` are the publications between the release's season clock and now.
    """

    pending: list[tuple[str, str]]
    problems: list[FolderProblem]
    held: list[HeldFile]
    quarantine: list[OpenFile]
    batches: list[BatchRow]
    build: BuildRecord | None
    count_batches_after_build: int
    release: CurrentRelease | None
    drift: list[CalendarEvent]


def require_release(settings: Settings) -> CurrentRelease:
    """The current release; raises `UserError` before the first one."""
    release = current_release(settings.releases_dir)
    if release is None:
        raise UserError("error.no_release", folder=settings.releases_dir)
    return release


def read_funnel(file: Path, language: str) -> list[FunnelRow]:
    """The funnel of a release in the order of stages and tracks, names in the language."""
    return [
        FunnelRow(*row)
        for row in _query(
            file,
            f"select r.stage_code, coalesce(s.name_{language}, r.stage_code), r.track_code,"
            f" coalesce(t.name_{language}, r.track_code), r.count_entered, r.count_participated,"
            " r.limit_places, r.cutoff_points, r.count_admitted, r.count_by_tie, r.count_supernumerary,"
            " r.is_shortfall, r.is_published"
            " from reporting.rpt_stage_tracks as r"
            " left join seeds.stages as s on s.season_code = r.season_code and s.stage_code = r.stage_code"
            " left join seeds.tracks as t on t.season_code = r.season_code and t.track_code = r.track_code"
            " order by r.stage_order, r.track_order, r.track_code",
        )
    ]


def read_difference(settings: Settings, *, stage: str = "", limit: int = 20) -> Difference:
    """What changed since the previous release.

    At most `limit` single changes, of one stage if it is named.
    """
    release = require_release(settings)
    rows = _query(
        release.file,
        "select c.stage_code, c.track_code, c.candidate_no, c.change_code, c.status_before, c.status_after,"
        " c.points_before, c.points_after, c.rank_before, c.rank_after from release.changes as c"
        " left join seeds.stages as s on s.season_code = c.season_code and s.stage_code = c.stage_code"
        " where ? in ('', c.stage_code) order by s.stage_order, c.track_code, c.candidate_no limit ?",
        [stage, limit],
    )
    batches = _query(
        release.file,
        "select feed, source_file, count_landed, count_quarantined from release.new_batches"
        " order by landed_at, feed, source_file",
    )
    manifest = _query(release.file, "select previous_release_id from release.manifest")
    return Difference(
        release=release,
        previous_release_id=manifest[0][0] if manifest else None,
        by_stage=summarise_changes(release.file),
        rows=[ChangeRow(*row) for row in rows],
        new_batches=[(row[0], row[1], row[2], row[3]) for row in batches],
    )


def read_state(settings: Settings, *, batches: int = 10) -> SeasonState:
    """Everything that `status` shows. Works before anything has landed, and without secrets."""
    release = current_release(settings.releases_dir)
    now = settings.as_of or utc_now()
    recent, build, newest = _warehouse_state(settings, batches)
    waiting = read_quarantine(settings)
    return SeasonState(
        pending=_pending(settings),
        problems=_problems(settings),
        held=read_held(settings),
        quarantine=[file for file in waiting if not file.is_held],
        batches=recent,
        build=build,
        count_batches_after_build=max(newest - build.newest_landed_seq, 0) if build else 0,
        release=release,
        drift=_published_since(settings, release, now),
    )


def read_landing_after(settings: Settings, landed_seq: int, files: Sequence[Path] = ()) -> Landing:
    """What was recorded after a landing number; `files` are those that were named to be landed."""
    if not settings.warehouse.is_file():
        return Landing([], [], 0)
    with _open(settings.warehouse) as connection:
        batches = batches_after(connection, landed_seq)
        own = [batch.batch_id for batch in batches]
        held = [file for file in held_files(connection) if file.batch_id in own]
        return Landing(
            batches=batches,
            held=[_held_file(settings, connection, file, files) for file in held],
            count_mended=count_mended(connection, own),
        )


def read_quarantine(settings: Settings, feed: str | None = None) -> list[OpenFile]:
    """Files with something to mend and files that are held, by feed; of one feed if it is named."""
    if not settings.warehouse.is_file():
        return []
    with _open(settings.warehouse) as connection:
        return open_files(connection, feed)


def read_closed(settings: Settings, feed: str | None = None) -> list[ClosedRows]:
    """What was taken out of quarantine, newest first; of one feed if it is named."""
    if not settings.warehouse.is_file():
        return []
    with _open(settings.warehouse) as connection:
        return closed_rows(connection, feed)


def read_held(settings: Settings) -> list[HeldFile]:
    """Files that wait until a person accepts them."""
    if not settings.warehouse.is_file():
        return []
    with _open(settings.warehouse) as connection:
        return [_held_file(settings, connection, file) for file in held_files(connection)]


def write_mending_letters(
    settings: Settings,
    folder: Path,
    formats: Sequence[str],
    *,
    feed: str | None = None,
    name: str | None = None,
) -> list[tuple[Path, ...]]:
    """Write a letter of what to mend for each file that has something open; returns the files of each."""
    from orchestration.letters.quarantine_letters import Letterhead, write_quarantine_letters

    if not settings.warehouse.is_file():
        return []
    with _open(settings.warehouse) as connection:
        head = Letterhead(utc_now(), settings.contact, settings.is_demo)
        return write_quarantine_letters(
            connection, folder, settings.language, formats, head, feed=feed, name=name
        )


def held_contents(settings: Settings) -> set[tuple[str, str]]:
    """(feed, SHA-256 of the bytes) of files that are held."""
    return {(file.feed, file.content_sha256) for file in read_quarantine(settings) if file.is_held}


def _held_file(settings: Settings, connection: Any, file: OpenFile, named: Sequence[Path] = ()) -> HeldFile:
    """A held file with its path: in the landing folder, or as it was named to be landed."""
    from ingestion.landing_folder import kept, known_files

    there = (one.path for one in known_files(settings.landing_dir) if one.source_file == file.source_file)
    elsewhere = (one for one in named if kept(one.name) == file.source_file)
    path = next(there, None) or next(elsewhere, Path(file.source_file))
    return HeldFile(file.source_file, path, file.reason_code or "", shrinkage(connection, file.batch_id))


def last_seq(settings: Settings) -> int:
    """Landing number of the newest recorded batch of any state; 0 before the first."""
    if not settings.warehouse.is_file():
        return 0
    with _open(settings.warehouse) as connection:
        return last_recorded_seq(connection)


def read_build(settings: Settings) -> BuildRecord | None:
    """The latest build of the warehouse, or None."""
    return _warehouse_state(settings, 0)[1]


def is_up_to_date(settings: Settings) -> bool:
    """Whether a run would find nothing to do: no file waits, and the release is of this code and all that
    landed.

    A season clock that moves changes nothing once every stage of the calendar is published.
    """
    from orchestration.code_version import code_version
    from orchestration.resources import newest_source

    state = read_state(settings, batches=0)
    build = state.build
    if state.pending or state.drift or state.release is None or build is None or build.finished_at is None:
        return False
    is_same_code = (
        build.code_version == code_version()
        and newest_source() < build.started_at.replace(tzinfo=UTC).timestamp()
    )
    released_at = state.release.confirmed_at or state.release.published_at
    is_released = released_at >= build.finished_at.replace(microsecond=0)
    return (
        bool(build.is_successful)
        and build.is_full
        and not state.count_batches_after_build
        and is_same_code
        and is_released
    )


def _warehouse_state(settings: Settings, batches: int) -> tuple[list[BatchRow], BuildRecord | None, int]:
    if not settings.warehouse.is_file():
        return [], None, 0
    with _open(settings.warehouse) as connection:
        return last_batches(connection, batches), latest_build(connection), newest_landed_seq(connection)


def _pending(settings: Settings) -> list[tuple[str, str]]:
    from ingestion.loader import pending_files

    if not settings.has_secrets or not settings.landing_dir.is_dir():
        return []
    return [(file.feed, file.source_file) for file in pending_files(settings.ingestion_config())]


def _problems(settings: Settings) -> list[FolderProblem]:
    from ingestion.loader import folder_problems

    return folder_problems(settings.reading_config())


def _published_since(
    settings: Settings, release: CurrentRelease | None, now: datetime
) -> list[CalendarEvent]:
    if release is None or release.as_of is None:
        return []
    after, until = release.as_of.replace(tzinfo=UTC), now.replace(tzinfo=UTC)
    return list(published_between(read_calendar(settings.season), after, until))


def _query(file: Path, sql: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with _open(file) as connection:
        return connection.execute(sql, values or []).fetchall()


def _open(file: Path) -> Any:
    """A read-only connection; raises `UserError` while another process writes the file."""
    import duckdb

    try:
        return duckdb.connect(str(file), read_only=True)
    except duckdb.IOException as error:
        raise UserError("error.database_busy", file=file) from error
