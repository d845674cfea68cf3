"""Corrections: what a file would change, and what it did change, found in one and the same way.

Belongs here: landing files on a computed copy (preview) or for good (apply), and the difference between the
warehouse before and after. Not here: copies and their SQL (`scratch.py`), the run itself (`runs.py`), drawing
and workbooks (`corrections_console.py`, `corrections_reports.py`). Both commands compare a copy computed
without the file, at the same season clock, with what is computed with it: what else has landed since the last
build is no part of the difference. People are known by candidate number only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.batches import Correction
from ingestion.clock import utc_now
from ingestion.errors import RezervError
from orchestration.builds import has_table
from orchestration.comparison import changed_standings, is_same_fraction, points
from orchestration.errors import BuildFailedError, ReleaseRefusedError, UserError
from orchestration.progress import COMPUTING, LANDING, Progress
from orchestration.reports import Landing, last_seq, read_landing_after
from orchestration.scratch import (
    FailedClaim,
    compute,
    computed_copy,
    failed_claims,
    require_build,
    scratch_home,
)

if TYPE_CHECKING:
    import duckdb

    from orchestration.settings import Settings

Row = dict[str, Any]
Run = Callable[["Settings", Progress, Sequence[Path], Correction, datetime], None]

_OWNED = ("fct_bookings", "fct_sittings", "fct_solutions", "fct_rater_marks")
# What the state before is kept of.
_KEPT = (
    ("selection", "sel_stage_results"),
    ("selection", "sel_cutoffs"),
    ("selection", "sel_drift"),
    ("reporting", "rpt_publications"),
    *(("core", table) for table in _OWNED),
)


@dataclass(frozen=True)
class Difference:
    """Two states of a season against each other; each part is empty where they agree.

    standings: one row per stage and candidate whose standing differs; `change_code` is the first that holds
    of entered, left, status (or its reason), score, rank. cuts: stage and track, before and after. lists:
    published stages whose list would be another one now. drift: how lists published by an act would newly
    stand against the data. affected: bookings, works, marks and results at a stage of everybody whose
    standing there differs, and of those whose own rows do (booking, sitting, work, marks; `change_code` rows
    where the standing is the same).
    """

    standings: list[Row] = field(default_factory=list)
    cuts: list[Row] = field(default_factory=list)
    lists: list[Row] = field(default_factory=list)
    drift: list[Row] = field(default_factory=list)
    affected: list[Row] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing depends on what was compared."""
        return not (self.standings or self.cuts or self.lists or self.drift or self.affected)

    def counts(self) -> list[tuple[str, str, str, int]]:
        """(stage, track, change, people) in the order of the stages."""
        found: dict[tuple[str, str, str], int] = {}
        for row in self.standings:
            key = (row["stage_code"], row["track_code"], row["change_code"])
            found[key] = found.get(key, 0) + 1
        return [(*key, count) for key, count in found.items()]


@dataclass(frozen=True)
class Outcome:
    """What a correction would do, or did.

    moment: the season clock of both states (UTC). reasons: rows outside by feed, column and reason, never
    values. refused: why there is no new release, if that is so. claims: of a preview, claims of severity
    ERROR that would not hold, so that a release would be refused. contents: of a preview, the SHA-256 of the
    bytes of each batch's file.
    """

    moment: datetime
    landing: Landing
    reasons: list[Row]
    difference: Difference
    refused: RezervError | None = None
    claims: tuple[FailedClaim, ...] = ()
    contents: tuple[str, ...] = ()

    @property
    def has_outside(self) -> bool:
        """Whether a file, or a row of one, stays outside."""
        return any(
            batch.state in ("quarantined", "held") or batch.count_quarantined
            for batch in self.landing.batches
        )


def season_clock(settings: Settings, as_of: datetime | None = None) -> datetime:
    """The clock of a correction, to the second: what is asked for, else the setting's, else now.

    It is the receipt of a file outside the landing folder too: a file that came later than the clock does not
    exist. Raises `UserError` for a clock in the future, at which nothing can have been received.
    """
    now = utc_now().replace(microsecond=0)
    moment = (as_of or settings.as_of or now).replace(microsecond=0)
    if moment > now:
        raise UserError("error.clock_ahead", moment=moment)
    return moment


def preview(
    settings: Settings, progress: Progress, files: Sequence[Path], as_of: datetime | None = None
) -> Outcome:
    """What landing these files would do, found on a copy; nothing of the home changes.

    The files pass the real door; rules are evaluated in DuckDB whatever the size of a file, which judges as
    Great Expectations does (tests/integration/test_engines.py). Raises `UserError` before the first build,
    and what landing raises.
    """
    from ingestion.expectations import ENGINE_DUCKDB
    from ingestion.loader import land_files
    from orchestration.runs import files_to_land, logging_to_file

    moment = season_clock(settings, as_of)
    require_build(settings.warehouse)
    pending = files_to_land(settings, files, moment)
    with logging_to_file(settings), scratch_home(settings, with_vault=True) as scratch:
        progress.start(COMPUTING, 2)
        before = _computed(settings, scratch.warehouse, moment)
        progress.advance(COMPUTING)
        landed_seq = last_seq(scratch)
        progress.start(LANDING, len(pending))
        land_files(
            scratch.ingestion_config(), pending, None, lambda result: progress.advance(LANDING, result.feed),
            engine=ENGINE_DUCKDB,
        )  # fmt: skip
        landing = read_landing_after(scratch, landed_seq, files)
        compute(settings, scratch.warehouse, as_of=moment, only=_sources(landing))
        progress.advance(COMPUTING)
        return Outcome(
            moment=moment,
            landing=landing,
            reasons=_reasons(scratch.warehouse, landing),
            difference=compare(before, scratch.warehouse),
            claims=tuple(failed_claims(settings, scratch.warehouse, as_of=moment)),
            contents=_contents(scratch.warehouse, landing),
        )


def apply(
    settings: Settings,
    progress: Progress,
    files: Sequence[Path],
    correction: Correction,
    run: Run | None = None,
) -> Outcome:
    """Land these files as a correction, build, release; the difference is that of `preview`.

    run: lands, builds and releases (default `runs.correct`). The writer's lock is held throughout, so that
    nothing of another person is in the difference. A release that is refused is no error here: the rows have
    landed, and `refused` says why. Raises what landing raises, `RetryableError('warehouse_locked')` while
    somebody else writes, and `UserError` for a reason that holds an IIN.
    """
    from ingestion.locking import warehouse_lock

    _require_words(correction)
    moment = season_clock(settings)
    require_build(settings.warehouse)
    carry_out = run or _run
    with warehouse_lock(settings.warehouse), scratch_home(settings) as scratch:
        progress.start(COMPUTING, 1)
        before = _computed(settings, scratch.warehouse, moment)
        progress.advance(COMPUTING)
        landed_seq = last_seq(settings)
        refused = None
        try:
            carry_out(settings, progress, files, correction, moment)
        except (BuildFailedError, ReleaseRefusedError) as error:
            refused = error
        landing = read_landing_after(settings, landed_seq, files)
        reasons = _reasons(settings.warehouse, landing)
        if refused is None:
            return Outcome(moment, landing, reasons, compare(before, settings.warehouse))
        # Of a failed build only a part is there.
        with computed_copy(settings, as_of=moment) as copy:
            return Outcome(moment, landing, reasons, compare(before, copy), refused)


def _run(
    settings: Settings, progress: Progress, files: Sequence[Path], correction: Correction, moment: datetime
) -> None:
    from orchestration.runs import correct

    correct(settings, progress, files, correction, moment)


def _sources(landing: Landing) -> list[str]:
    """Raw tables that landing wrote to: its feeds and the books."""
    books = ("_batches", "_quarantine", "_quarantine_closed", "_quarantine_open", "_door_checks")
    return [f"raw.{name}" for name in (*sorted({batch.feed for batch in landing.batches}), *books)]


def _require_words(correction: Correction) -> None:
    """Who and why, and no personal number in either: they stay in the warehouse for ever."""
    from ingestion.iin import holds_iin

    if not (correction.asked_by.strip() and correction.reason.strip()):
        raise UserError("error.correction_incomplete")
    if holds_iin(correction.asked_by) or holds_iin(correction.reason):
        raise UserError("error.correction_names_iin")


def _computed(settings: Settings, warehouse: Path, moment: datetime) -> Path:
    """Compute a copy and keep what is compared of it in a file beside it."""
    compute(settings, warehouse, as_of=moment)
    return keep_state(warehouse, warehouse.with_name("before.duckdb"))


def keep_state(warehouse: Path, file: Path) -> Path:
    """Copy what is compared of a computed warehouse into a new file; gives its path."""
    import duckdb

    with duckdb.connect(str(file)) as connection:
        connection.execute(f"attach '{warehouse}' as computed (read_only)")
        for schema, table in _KEPT:
            connection.execute(f"create schema if not exists {schema}")
            if _exists(connection, "computed", schema, table):
                connection.execute(
                    f"create table {schema}.{table} as select * from computed.{schema}.{table}"
                )
    return file


def compare(before: Path, after: Path) -> Difference:
    """The difference from one state to another; `before` may be a file of `keep_state`."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(f"attach '{before}' as was (read_only)")
        connection.execute(f"attach '{after}' as now_is (read_only)")
        connection.execute("create temp table standings as " + _STANDINGS)
        has_acts = all(
            _exists(connection, database, *table)
            for database in ("was", "now_is")
            for table in (("reporting", "rpt_publications"), ("selection", "sel_drift"))
        )
        return Difference(
            standings=_rows(connection, "from standings order by stage_order, track_code, candidate_no"),
            cuts=_rows(connection, _CUTS),
            lists=_rows(connection, _LISTS_BY_ACT if has_acts else _LISTS),
            drift=_rows(connection, _DRIFT) if has_acts else [],
            affected=_rows(connection, _AFFECTED) if _has_core(connection) else [],
        )


def _exists(connection: duckdb.DuckDBPyConnection, database: str, schema: str, table: str) -> bool:
    found = connection.execute(
        "select 1 from information_schema.tables"
        " where table_catalog = ? and table_schema = ? and table_name = ?",
        [database, schema, table],
    ).fetchone()
    return found is not None


def _has_core(connection: duckdb.DuckDBPyConnection) -> bool:
    return all(
        _exists(connection, database, "core", table) for database in ("was", "now_is") for table in _OWNED
    )


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, values: Sequence[object] = ()) -> list[Row]:
    cursor = connection.execute(sql, list(values))
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _contents(warehouse: Path, landing: Landing) -> tuple[str, ...]:
    import duckdb

    with duckdb.connect(str(warehouse), read_only=True) as connection:
        known = dict(connection.execute("select batch_id, content_sha256 from raw._batches").fetchall())
    return tuple(known[batch.batch_id] for batch in landing.batches)


def _reasons(warehouse: Path, landing: Landing) -> list[Row]:
    """How many rows of these batches are outside, by feed, column and reason; a whole file counts as one."""
    import duckdb

    batches = [batch.batch_id for batch in landing.batches]
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        if not batches or not has_table(connection, "raw", "_quarantine"):
            return []
        return _rows(
            connection,
            "select feed, column_name, reason_code, count(*) as count_rows from raw._quarantine"
            " where batch_id in (select unnest(?)) group by all order by feed, column_name, reason_code",
            [batches],
        )


_STANDINGS = changed_standings(
    "from was.selection.sel_stage_results",
    "from now_is.selection.sel_stage_results",
    ("status_code", "reason_code"),
)

_CUTS = f"""
select
    coalesce(a.stage_order, b.stage_order) as stage_order, coalesce(a.stage_code, b.stage_code) as stage_code,
    coalesce(a.track_code, b.track_code) as track_code,
    b.count_entered as entered_before, a.count_entered as entered_after,
    b.count_pool as pool_before, a.count_pool as pool_after,
    b.limit_places as places_before, a.limit_places as places_after,
    {points("b", "cutoff")} as cutoff_before, {points("a", "cutoff")} as cutoff_after,
    b.count_admitted as admitted_before, a.count_admitted as admitted_after,
    b.count_by_tie as by_tie_before, a.count_by_tie as by_tie_after,
    b.count_supernumerary as supernumerary_before, a.count_supernumerary as supernumerary_after
from now_is.selection.sel_cutoffs as a
full join was.selection.sel_cutoffs as b
    on a.season_code = b.season_code and a.stage_code = b.stage_code and a.track_code = b.track_code
where (a.count_entered, a.count_pool, a.limit_places, a.count_admitted, a.count_by_tie,
        a.count_supernumerary, a.is_shortfall)
    is distinct from (b.count_entered, b.count_pool, b.limit_places, b.count_admitted, b.count_by_tie,
        b.count_supernumerary, b.is_shortfall)
    or not ({is_same_fraction("a", "b", "cutoff")})
order by 1, 3
"""

# A list shows track, score, rank and who goes on; the stages whose planned moment has passed have one.
_LISTS = """
select
    s.stage_order, s.stage_code, count(*) as count_people,
    count(*) filter (where s.goes_on and not s.went_on) as count_on,
    count(*) filter (where s.went_on and not s.goes_on) as count_off,
    false as is_published_by_act, null::bigint as drift_before, null::bigint as drift_after,
    null::timestamp as restatable_until
from standings as s
where s.stage_code in (select stage_code from now_is.selection.sel_cutoffs where is_published)
group by s.stage_order, s.stage_code
order by s.stage_order
"""

_LISTS_BY_ACT = """
with moved as (
    select
        stage_code, count(*) as count_people, count(*) filter (where goes_on and not went_on) as count_on,
        count(*) filter (where went_on and not goes_on) as count_off
    from standings group by stage_code
)

select
    a.stage_order, a.stage_code, coalesce(m.count_people, 0) as count_people,
    coalesce(m.count_on, 0) as count_on, coalesce(m.count_off, 0) as count_off, a.is_published_by_act,
    b.count_drift::bigint as drift_before, a.count_drift::bigint as drift_after,
    a.restatable_until::timestamp as restatable_until
from now_is.reporting.rpt_publications as a
left join was.reporting.rpt_publications as b
    on b.season_code = a.season_code and b.stage_code = a.stage_code
left join moved as m on m.stage_code = a.stage_code
where (a.is_published_by_act or a.is_provisional)
    and (m.stage_code is not null or a.drift_hash is distinct from b.drift_hash)
order by a.stage_order
"""

_DRIFT = """
select
    stage_order, stage_code, track_code, candidate_no, change_code, status_before, status_after,
    reason_before, reason_after, rank_before, rank_after, is_late
from (
    select stage_order, stage_code, track_code, candidate_no, change_code, status_before, status_after,
        reason_before, reason_after, score_numerator_before, score_denominator_before, score_numerator_after,
        score_denominator_after, rank_before, rank_after, is_late
    from now_is.selection.sel_drift
    except
    select stage_order, stage_code, track_code, candidate_no, change_code, status_before, status_after,
        reason_before, reason_after, score_numerator_before, score_denominator_before, score_numerator_after,
        score_denominator_after, rank_before, rank_after, is_late
    from was.selection.sel_drift
)
order by stage_order, track_code, candidate_no
"""

# Rows of people that may change without moving anybody; columns of bookkeeping begin with an underscore.
_OWN = " union ".join(
    f"(select season_code, stage_code, candidate_no from ("
    f"select columns(c -> not starts_with(c, '_')) from {one}.core.{table}"
    f" except select columns(c -> not starts_with(c, '_')) from {other}.core.{table}))"
    for table in _OWNED
    for one, other in (("was", "now_is"), ("now_is", "was"))
)

# Everybody whose standing is another one, and whose own rows are.
_AFFECTED = f"""
with own as ({_OWN}),
stages as (select distinct season_code, stage_code, stage_order from now_is.selection.sel_cutoffs),
bookings as (
    select season_code, stage_code, candidate_no, count(*) as n, min(slot_starts_at) as slot_starts_at
    from now_is.core.fct_bookings group by all
),
works as (
    select season_code, stage_code, candidate_no, count(*) as n from now_is.core.fct_solutions group by all
),
marks as (
    select season_code, stage_code, candidate_no, count(*) as n from now_is.core.fct_rater_marks group by all
)

select
    g.stage_order, stage_code, coalesce(s.track_code, r.track_code) as track_code, candidate_no,
    coalesce(s.change_code, 'rows') as change_code, coalesce(b.n, 0) as count_bookings, b.slot_starts_at,
    coalesce(w.n, 0) as count_works, coalesce(k.n, 0) as count_marks, r.status_code as status_before,
    {points("r", "score")} as points_before, r.rank as rank_before
from standings as s
full join own as o using (season_code, stage_code, candidate_no)
left join stages as g using (season_code, stage_code)
left join was.selection.sel_stage_results as r using (season_code, stage_code, candidate_no)
left join bookings as b using (season_code, stage_code, candidate_no)
left join works as w using (season_code, stage_code, candidate_no)
left join marks as k using (season_code, stage_code, candidate_no)
where
    o.candidate_no is not null or b.n is not null or w.n is not null or k.n is not null
    or r.score_numerator is not null
order by g.stage_order, track_code, candidate_no
"""
