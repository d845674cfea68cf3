"""A small release file with made-up people, for tests that read releases without building one.

Belongs here: a file with the tables of a release, filled so that each kind of list occurs: ties,
    shortfall, late
results, stops, missing marks, stages not yet published. Does not belong here: the rules themselves; what is
correct is proved by the oracle (tests/oracle/) against the warehouse, not by this file.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

import duckdb

from tests.support.fake_publication import write_publication
from tests.support.fake_vetting import write_vetting

SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"
SEASON = "2025"
# A seed of the restricted schema, which no release holds.
RESTRICTED_SEEDS = ("grounds",)
# So many times fewer people than a real season has, places included.
SHRINK = 6
TRACK_SHARES = {"social": 26, "infrastructure": 16, "economy": 22, "digital": 17, "agro": 12, "foreign": 7}

_TABLES = """
create schema seeds; create schema core; create schema selection; create schema reporting;
create schema release;
create table selection.sel_stage_results (
    season_code varchar, stage_code varchar, stage_order integer, track_code varchar, candidate_no varchar,
    status_code varchar, reason_code varchar, is_admitted boolean, score_numerator bigint,
    score_denominator bigint, rank integer, is_in_pool boolean, is_late boolean, decision_no varchar,
    paragraph varchar, policy_code varchar);
create table selection.sel_cutoffs (
    season_code varchar, stage_code varchar, stage_order integer, track_code varchar, count_pool integer,
    limit_places integer, cutoff_numerator bigint, cutoff_denominator bigint, count_admitted integer,
    count_by_tie integer, count_supernumerary integer, count_over_limit integer, is_shortfall boolean,
    is_published boolean, published_at timestamp);
create table core.dim_candidates (
    season_code varchar, candidate_no varchar, track_code varchar, region_code varchar, sex_code varchar,
    age_band_code varchar, employer_type_code varchar);
create table release.manifest (
    release_id varchar, season_code varchar, as_of timestamp, published_at timestamp,
    previous_release_id varchar, code_version varchar, count_candidates integer, content_hash varchar);
create table release.changes (
    season_code varchar, stage_code varchar, track_code varchar, candidate_no varchar, change_code varchar,
    status_before varchar, status_after varchar, points_before decimal(9, 2), points_after decimal(9, 2),
    rank_before integer, rank_after integer);
create table reporting.rpt_batches (
    batch_id varchar, feed varchar, source_file varchar, received_at timestamp, landed_at timestamp,
    state varchar, count_read integer, count_landed integer, count_quarantined integer);
create table release.new_batches as from reporting.rpt_batches;
"""

_REPORTS = """
create macro points(n, d) as case when n is not null then ((200 * n + d) // (2 * d) / 100)::decimal(9, 2) end;
create table reporting.rpt_funnel as
select season_code, stage_code, stage_order, track_code, region_code, sex_code, age_band_code,
    employer_type_code, count(*)::integer as count_entered,
    (count(*) filter (status_code in ('admitted', 'supernumerary', 'not_admitted')))::integer
        as count_participated,
    (count(*) filter (is_admitted))::integer as count_admitted,
    (count(*) filter (status_code = 'not_admitted'))::integer as count_not_admitted,
    (count(*) filter (status_code = 'absent'))::integer as count_absent,
    (count(*) filter (status_code = 'annulled'))::integer as count_annulled,
    (count(*) filter (status_code = 'excluded'))::integer as count_excluded,
    (count(*) filter (status_code = 'withdrawn'))::integer as count_withdrawn,
    (count(*) filter (status_code in ('pending', 'pending_resit', 'not_publishable')))::integer
        as count_pending
from selection.sel_stage_results as r
inner join core.dim_candidates using (season_code, candidate_no, track_code) group by all;
create table reporting.rpt_stage_tracks as
select season_code, stage_code, stage_order, track_code, track_order,
    coalesce(p.count_entered, 0)::integer as count_entered,
    coalesce(p.count_participated, 0)::integer as count_participated,
    count_pool, limit_places, points(cutoff_numerator, cutoff_denominator) as cutoff_points,
    s.count_admitted, count_by_tie, count_supernumerary, count_over_limit, is_shortfall, is_published,
    published_at
from selection.sel_cutoffs as s
inner join (select track_code, track_order from seeds.tracks) using (track_code)
left join (
    select stage_code, track_code, sum(count_entered) as count_entered,
        sum(count_participated) as count_participated
    from reporting.rpt_funnel group by all
) as p using (stage_code, track_code);
create table reporting.rpt_shortlists as
select season_code, stage_code, stage_order, track_code, candidate_no,
    row_number() over (
        partition by stage_code, track_code order by rank nulls last, status_order, candidate_no
    )::integer as display_order,
    rank, points(score_numerator, score_denominator) as score_points, score_numerator, score_denominator,
    r.status_code, reason_code, is_admitted,
    coalesce(
        is_in_pool and score_numerator * cutoff_denominator = cutoff_numerator * score_denominator, false
    ) as is_at_cutoff,
    decision_no, paragraph, policy_code, region_code, sex_code, age_band_code, employer_type_code
from selection.sel_stage_results as r
inner join core.dim_candidates using (season_code, candidate_no, track_code)
inner join selection.sel_cutoffs as k using (season_code, stage_code, stage_order, track_code)
inner join seeds.statuses as s on r.status_code = s.status_code;
create table reporting.rpt_reserve as
select season_code, track_code, candidate_no, r.decision_no, timestamp '2025-10-24 10:00:00' as decided_at,
    b.rank as commission_rank, points(b.score_numerator, b.score_denominator) as commission_points
from selection.sel_stage_results as r
inner join (
    select candidate_no, rank, score_numerator, score_denominator
    from selection.sel_stage_results where stage_code = 'expert_commission'
) as b using (candidate_no)
where r.stage_code = 'national_commission' and r.is_admitted;
comment on column reporting.rpt_shortlists.candidate_no is 'The pseudonym of a person (Order §2.3).';
comment on column reporting.rpt_stage_tracks.limit_places is 'Places of the track at this stage (Order §3).';
drop macro points;
"""


@dataclass
class Outcome:
    """What the file says of one person at one stage."""

    candidate_no: str
    track: str
    status: str
    reason: str
    score: Fraction | None = None
    rank: int | None = None
    is_late: bool = False
    decision_no: str | None = None

    @property
    def goes_on(self) -> bool:
        return self.status in ("admitted", "supernumerary")


@dataclass
class Cut:
    """What the file says of one stage and track."""

    track: str
    pool: int = 0
    limit: int | None = None
    cutoff: Fraction | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    is_shortfall: bool = False

    def count(self, status: str) -> int:
        return sum(outcome.status == status for outcome in self.outcomes)


@dataclass
class Stage:
    code: str
    order: int
    admits_by: str
    published_at: datetime
    places: dict[str, int]


def seed_rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a seed of the warehouse project."""
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_release(
    folder: Path,
    release_id: str = "2025-r0001",
    *,
    size: int = 900,
    published: int = 9,
    acts: int = 4,
    seed: int = 7,
) -> Path:
    """Write `<folder>/<release_id>.duckdb` with `size` accounts and the first `published` stages published.

    The first `acts` of these are published by an act of the ledger, the others are provisional.
    Returns the file. The pointer is not touched: see `write_pointer`.
    """
    rng = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{release_id}.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(_TABLES)
        for path in sorted(path for path in SEEDS.glob("*.csv") if path.stem not in RESTRICTED_SEEDS):
            connection.execute(
                f"create table seeds.{path.stem} as from read_csv(?, header = true, nullstr = '')",
                [str(path)],
            )
        people = _write_people(connection, rng, size)
        stages = _stages()
        for stage in stages:
            is_published = stage.order <= published
            cuts = [_cut(rng, stage, track, entrants, is_published) for track, entrants in people.items()]
            _write_stage(connection, stage, cuts, is_published)
            people = {cut.track: [o.candidate_no for o in cut.outcomes if o.goes_on] for cut in cuts}
        connection.execute(_REPORTS)
        write_publication(connection, published, acts)
        moment = stages[published - 1].published_at if published else datetime(2025, 6, 20)
        write_vetting(connection, moment + timedelta(hours=1), _to_vet(connection))
        connection.execute(
            "insert into release.manifest values (?, ?, ?, ?, null, 'test', ?, 'none')",
            [release_id, SEASON, moment + timedelta(hours=1), moment + timedelta(hours=2, minutes=5), size],
        )
    return file


def _to_vet(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Reason at vetting of those to be vetted; before the first list, of everybody."""
    rows = connection.execute(
        "select candidate_no, reason_code from selection.sel_stage_results"
        " where stage_order <= 2 and status_code <> 'withdrawn'"
        " qualify stage_order = max(stage_order) over ()"
    ).fetchall()
    return dict(rows)


def add_season(file: Path, season: str = "2026") -> None:
    """Give a release file the same rows for another season: what does not ask for the season doubles."""
    with duckdb.connect(str(file)) as connection:
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_columns()"
            " where column_name = 'season_code' and schema_name <> 'release'"
        ).fetchall()
        for (table,) in tables:
            connection.execute(
                f"insert into {table} select * replace ('{season}' as season_code) from {table}"
                f" where season_code::varchar = '{SEASON}'"
            )
        connection.execute(
            "update reporting.rpt_vetting_bodies set last_day_on = last_day_on + 365"
            f" where season_code = '{season}'"
        )


def write_pointer(folder: Path, file: Path) -> None:
    """Point `CURRENT.json` of `folder` at the release `file`."""
    content = {
        "release_id": file.stem,
        "file": file.name,
        "published_at": "2025-10-28T09:00:00",
        "as_of": None,
    }
    (folder / "CURRENT.json").write_text(json.dumps(content), encoding="utf-8")


def _stages() -> list[Stage]:
    places: dict[str, dict[str, int]] = {}
    for row in seed_rows("stage_places"):
        places.setdefault(row["stage_code"], {})[row["track_code"]] = max(1, int(row["places"]) // SHRINK)
    published = {
        row["stage_code"]: datetime.fromisoformat(row["starts_local"]) - timedelta(hours=5)
        for row in seed_rows("calendar")
        if row["event_code"] == "published"
    }
    return [
        Stage(row["stage_code"], int(row["stage_order"]), row["admits_by_code"], published[row["stage_code"]],
              places.get(row["stage_code"], {}))
        for row in sorted(seed_rows("stages"), key=lambda row: int(row["stage_order"]))
    ]  # fmt: skip


def _write_people(
    connection: duckdb.DuckDBPyConnection, rng: random.Random, size: int
) -> dict[str, list[str]]:
    codes = {
        name: [row[f"{name}_code"] for row in seed_rows(seed)]
        for name, seed in (("region", "regions"), ("employer_type", "employer_types"))
    }
    people: dict[str, list[str]] = {row["track_code"]: [] for row in seed_rows("tracks")}
    rows = []
    for position in range(size):
        track = rng.choices(list(TRACK_SHARES), list(TRACK_SHARES.values()))[0]
        number = f"{100000 + position * 7}"
        people[track].append(number)
        rows.append((
            SEASON, number, track, rng.choice(codes["region"]), rng.choices(("female", "male"), (34, 66))[0],
            rng.choices(("under_25", "25_29", "30_33", "34_35"), (5, 35, 40, 20))[0],
            rng.choice(codes["employer_type"]),
        ))  # fmt: skip
    _insert(connection, "core.dim_candidates", rows)
    return people


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    if not rows:
        return
    places = ", ".join(["(" + ", ".join("?" * len(rows[0])) + ")"] * len(rows))
    connection.execute(f"insert into {table} values {places}", [value for row in rows for value in row])


def _cut(rng: random.Random, stage: Stage, track: str, entrants: Iterable[str], is_published: bool) -> Cut:
    cut = Cut(track, limit=stage.places.get(track))
    if not is_published:
        cut.outcomes = [Outcome(number, track, "pending", "STAGE_NOT_PUBLISHED") for number in entrants]
    elif stage.admits_by == "pass":
        cut.outcomes = [_passing(rng, stage, track, number) for number in entrants]
    elif stage.admits_by == "decision":
        _decide(cut, list(entrants))
    else:
        _rank(rng, stage, cut, list(entrants))
    return cut


def _passing(rng: random.Random, stage: Stage, track: str, number: str) -> Outcome:
    good, reasons = "VETTING_CLEARED", ["VETTING_ADVERSE", "VETTING_HOLD"]
    if stage.code == "registration":
        good, reasons = (
            "ELIGIBLE",
            ["REG_NOT_SUBMITTED", "DOCUMENTS", "EXPERIENCE", "AGE", "ACCOUNT_SUPERSEDED"],
        )
    if rng.random() < 0.74:
        return Outcome(number, track, "admitted", good)
    if rng.random() < 0.1:
        return Outcome(number, track, "withdrawn", "WITHDRAWN")
    return Outcome(number, track, "not_admitted", rng.choice(reasons))


def _decide(cut: Cut, entrants: list[str]) -> None:
    for position, number in enumerate(entrants):
        enrolled = position < (cut.limit or 0)
        cut.outcomes.append(
            Outcome(number, cut.track, "admitted" if enrolled else "not_admitted",
                    "ENROLLED" if enrolled else "NOT_ENROLLED", decision_no=f"NC-{cut.track[:3].upper()}-1")
        )  # fmt: skip


_STOPS = (
    ("absent", "ABSENT", None),
    ("withdrawn", "WITHDRAWN", None),
    ("excluded", "EXCLUDED", "WG-17"),
    ("annulled", "ANNULLED_PROCTORING", "WG-21"),
    ("pending_resit", "PENDING_RESIT", None),
    ("not_publishable", "MARK_MISSING", None),
)


def _rank(rng: random.Random, stage: Stage, cut: Cut, entrants: list[str]) -> None:
    """Rank a track; the first of the entrants are stopped, one per kind, and one result of digital is
    late."""
    stops = _STOPS if len(entrants) > 40 else _STOPS[:1] if len(entrants) > 8 else ()
    for number, (status, reason, decision) in zip(entrants, stops, strict=False):
        cut.outcomes.append(Outcome(number, cut.track, status, reason, decision_no=decision))
    rest = entrants[len(stops) :]
    late = [rest.pop()] if stage.code in ("numeric_test", "situational") and cut.track == "digital" else []
    scored = sorted(((_score(rng, stage), number) for number in rest), key=lambda pair: (-pair[0], pair[1]))
    cut.pool = len(scored)
    if stage.admits_by == "share":
        cut.limit = -(-cut.pool // 2)
    limit = cut.limit or 0
    cut.is_shortfall = cut.pool < limit
    cut.cutoff = scored[limit - 1][0] if cut.pool >= limit >= 1 else None
    over = cut.cutoff is not None and sum(score >= cut.cutoff for score, _ in scored) > limit
    for score, number in scored:
        rank = 1 + sum(other > score for other, _ in scored)
        status, reason = "not_admitted", "BELOW_CUTOFF"
        if cut.is_shortfall or (cut.cutoff is not None and score >= cut.cutoff):
            status, reason = "admitted", "SHORTFALL" if cut.is_shortfall else "WITHIN_LIMIT"
            if over and score == cut.cutoff:
                reason = "BY_TIE"
        cut.outcomes.append(Outcome(number, cut.track, status, reason, score, rank))
    for number in late:
        score = (cut.cutoff or Fraction(0)) + 1
        cut.outcomes.append(Outcome(number, cut.track, "supernumerary", "SUPERNUMERARY", score, is_late=True))


def _score(rng: random.Random, stage: Stage) -> Fraction:
    if stage.code in ("text_test", "numeric_test"):
        return Fraction(min(25, max(0, round(rng.gauss(13, 4)))))
    if stage.code == "expert_commission":
        return Fraction(sum(rng.randint(4, 10) for _ in range(7)), 7)
    return Fraction(sum(rng.randint(2, 5) for _ in range(12)), 12)


def _write_stage(
    connection: duckdb.DuckDBPyConnection, stage: Stage, cuts: Sequence[Cut], is_published: bool
) -> None:
    reasons = {
        row["reason_code"]: (row["paragraph"] or None, row["policy_code"] or None)
        for row in seed_rows("reason_codes")
    }
    rows, cut_rows = [], []
    for cut in cuts:
        for outcome in cut.outcomes:
            score = outcome.score
            rows.append((
                SEASON, stage.code, stage.order, cut.track, outcome.candidate_no, outcome.status,
                outcome.reason,
                outcome.goes_on, score.numerator if score is not None else None,
                score.denominator if score is not None else None, outcome.rank, outcome.rank is not None,
                outcome.is_late, outcome.decision_no, *reasons[outcome.reason],
            ))  # fmt: skip
        admitted = cut.count("admitted")
        cut_rows.append((
            SEASON, stage.code, stage.order, cut.track, cut.pool, cut.limit,
            cut.cutoff.numerator if cut.cutoff is not None else None,
            cut.cutoff.denominator if cut.cutoff is not None else None,
            admitted, sum(outcome.reason == "BY_TIE" for outcome in cut.outcomes), cut.count("supernumerary"),
            max(0, admitted - cut.limit) if cut.limit is not None else 0, cut.is_shortfall, is_published,
            stage.published_at,
        ))  # fmt: skip
    _insert(connection, "selection.sel_stage_results", rows)
    _insert(connection, "selection.sel_cutoffs", cut_rows)
