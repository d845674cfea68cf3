"""A release file with what the papers for the commissions read, from made-up people.

Belongs here: the tables of a release, standings and shortlists computed by the committed SQL. Not here: who
the people are, what a paper must say of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import duckdb
import jinja2

from orchestration.settings import Settings
from tests.support.fake_release import write_pointer

PROJECT = Path(__file__).parents[2] / "dbt_project"
SCHEMAS = {"fct": "core", "dim": "core", "sel": "selection", "rpt": "reporting"}
SEEDS = (
    "age_bands", "card_fields", "education_levels", "employer_types", "regions", "sexes", "stages",
    "statuses", "tracks",
)  # fmt: skip
STAGES = {
    "text_test": 3, "numeric_test": 4, "situational": 5, "assessment_centre": 6, "interview": 7,
    "expert_commission": 8, "national_commission": 9,
}  # fmt: skip
# What a commission reads, and what it reads of each candidate, in the order of computing.
OF_COMMISSIONS = (
    "dim_commissions", "sel_commission_lists", "rpt_commission_lists", "rpt_commission_tracks",
    "rpt_commission_cards",
)  # fmt: skip
MODELS = ("rpt_quota_standings", "rpt_shortlists", *OF_COMMISSIONS)
PLACES = {"social": 9, "infrastructure": 8, "economy": 7, "digital": 9, "agro": 9, "foreign": 8}

_TABLES = """
create table selection.sel_stage_results (
    season_code varchar, stage_code varchar, stage_order integer, track_code varchar, candidate_no varchar,
    status_code varchar, reason_code varchar, is_admitted boolean, is_at_cutoff boolean,
    score_numerator bigint, score_denominator bigint, rank integer, decision_no varchar, paragraph varchar,
    policy_code varchar);
create table core.dim_candidates (
    season_code varchar, candidate_no varchar, track_code varchar, region_code varchar, sex_code varchar,
    age_band_code varchar, employer_type_code varchar, test_language_code varchar);
create table core.dim_candidate_backgrounds (
    season_code varchar, candidate_no varchar, education_level_code varchar, experience_years integer);
create table core.fct_reserve_places (
    season_code varchar, track_code varchar, places_by_order integer, places integer, decision_no varchar,
    decided_at timestamp, limit_total integer, count_decisions integer);
create table core.fct_quota_revisions (
    season_code varchar, decision_no varchar, track_code varchar, places integer, decided_at timestamp,
    limit_total integer);
create table core.fct_national_decisions (
    season_code varchar, decision_no varchar, candidate_no varchar, decided_at timestamp,
    decision_code varchar);
create table core.dim_stages as
    select season_code::varchar as season_code, stage_code, stage_order, scoring_code, admits_by_code
    from seeds.stages;
create table selection.sel_cutoffs (
    season_code varchar, stage_code varchar, track_code varchar, count_pool integer, limit_places integer,
    cutoff_numerator bigint, cutoff_denominator bigint, count_admitted integer, count_by_tie integer,
    count_over_limit integer, is_shortfall boolean, is_published boolean);
create table selection.sel_publications (
    season_code varchar, stage_code varchar, version integer, is_provisional boolean, planned_at timestamp,
    published_at timestamp);
create table release.manifest as select
    '2025-r1' as release_id, '2025' as season_code, timestamp '2025-10-20' as as_of,
    timestamp '2025-10-20' as published_at, 'c0ffee' as content_hash;
"""


@dataclass(frozen=True)
class Person:
    """Somebody with a result at the stages named; of the last stage they go on from, or do not.

    scores: exact, by stage; the last one is the list's. now: status at the commission's own stage.
    """

    candidate_no: str
    track: str
    scores: Mapping[str, Fraction]
    goes_on: bool = True
    status: str = "admitted"
    now: str = "pending"
    region: str = "KZ-75"
    sex: str = "female"
    age_band: str = "30_33"
    employer_type: str = "quasi_state"
    education: str = "master"
    years: int = 7


@dataclass(frozen=True)
class Season:
    """What else the release says. places: in force, where they are not the Order's; limits: of the list."""

    places: Mapping[str, int] = field(default_factory=dict)
    decision_no: str | None = None
    limit_total: int = 50
    limits: Mapping[str, int] = field(default_factory=dict)
    version: int | None = None
    published: Sequence[str] = tuple(STAGES)


def write_commission_release(
    settings: Settings, people: Sequence[Person], season: Season | None = None, name: str = "2025-r1"
) -> Path:
    """Write a release of a home and point at it; returns its file."""
    said = season or Season()
    folder = settings.releases_dir
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.duckdb"
    with duckdb.connect(str(file)) as connection:
        for schema in ("seeds", "core", "selection", "reporting", "release"):
            connection.execute(f"create schema {schema}")
        for seed in SEEDS:
            connection.read_csv(str(PROJECT / "seeds" / f"{seed}.csv"), header=True).create(f"seeds.{seed}")
        connection.execute(_TABLES)
        _write_people(connection, people)
        _write_places(connection, said)
        _write_cuts(connection, people, said)
        for stage in STAGES:
            version = said.version if stage in said.published else None
            connection.execute(
                "insert into selection.sel_publications values"
                " ('2025', ?, ?, ?, timestamp '2025-10-16', timestamp '2025-10-16 04:00:00')",
                [stage, version, version is None],
            )
        compute(connection, MODELS)
    write_pointer(folder, file)
    return file


def compute(connection: duckdb.DuckDBPyConnection, models: Sequence[str]) -> None:
    """Compute models in a release file, anew where they are there."""
    for model in models:
        schema = SCHEMAS[model.split("_")[0]]
        connection.execute(f"create or replace table {schema}.{model} as {rendered(model)}")


def rendered(model: str) -> str:
    """The SQL of a model, a ref being the table of that name in its schema."""
    [path] = PROJECT.glob(f"models/*/{model}.sql")
    macros = (PROJECT / "macros" / "points.sql").read_text(encoding="utf-8")
    template = jinja2.Environment().from_string(macros + path.read_text(encoding="utf-8"))
    return template.render(ref=lambda name: f"{SCHEMAS.get(name.split('_')[0], 'seeds')}.{name}")


def _rank(people: Sequence[Person], person: Person, stage: str) -> int:
    score = person.scores[stage]
    others = [one.scores[stage] for one in people if one.track == person.track and stage in one.scores]
    return 1 + sum(other > score for other in others)


def _write_people(connection: duckdb.DuckDBPyConnection, people: Sequence[Person]) -> None:
    results = []
    for one in people:
        last = max(one.scores, key=STAGES.__getitem__)
        for stage, score in one.scores.items():
            is_last = stage == last
            goes_on = one.goes_on or not is_last
            status = (one.status if goes_on else "not_admitted") if is_last else "admitted"
            rank = None if status == "supernumerary" else _rank(people, one, stage)
            results.append(
                ("2025", stage, STAGES[stage], one.track, one.candidate_no, status, "WITHIN_LIMIT", goes_on,
                 False, score.numerator, score.denominator, rank, None, None, None)
            )  # fmt: skip
        if one.goes_on:
            own = next(code for code, order in STAGES.items() if order == STAGES[last] + 1)
            results.append(
                ("2025", own, STAGES[own], one.track, one.candidate_no, one.now, "DECISION_PENDING", False,
                 False, None, None, None, None, None, None)
            )  # fmt: skip
    connection.executemany(f"insert into selection.sel_stage_results values ({','.join('?' * 15)})", results)
    connection.executemany(
        "insert into core.dim_candidates values ('2025', ?, ?, ?, ?, ?, ?, 'kk')",
        [(p.candidate_no, p.track, p.region, p.sex, p.age_band, p.employer_type) for p in people],
    )
    connection.executemany(
        "insert into core.dim_candidate_backgrounds values ('2025', ?, ?, ?)",
        [(p.candidate_no, p.education, p.years) for p in people],
    )


def _write_places(connection: duckdb.DuckDBPyConnection, season: Season) -> None:
    rows = [
        ("2025", track, count, season.places.get(track, count),
         season.decision_no if track in season.places else None,
         "2025-10-18 05:00:00" if track in season.places else None, season.limit_total)
        for track, count in PLACES.items()
    ]  # fmt: skip
    connection.executemany("insert into core.fct_reserve_places values (?, ?, ?, ?, ?, ?, ?, 0)", rows)
    revised = [(row[0], row[4], row[1], row[3], row[5], None) for row in rows if row[4]]
    if revised:
        connection.executemany("insert into core.fct_quota_revisions values (?, ?, ?, ?, ?, ?)", revised)


def _write_cuts(connection: duckdb.DuckDBPyConnection, people: Sequence[Person], season: Season) -> None:
    for stage in STAGES:
        for track in PLACES:
            there = [one for one in people if one.track == track and stage in one.scores]
            on = [one for one in there if one.goes_on]
            limit = season.limits.get(track, len(on))
            lowest = min((one.scores[stage] for one in on), default=None)
            tied = [one for one in on if one.scores[stage] == lowest] if len(on) > limit else []
            lowest = None if len(there) < limit else lowest
            cutoff = (None, None) if lowest is None else lowest.as_integer_ratio()
            connection.execute(
                "insert into selection.sel_cutoffs values ('2025', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [stage, track, len(there), limit, *cutoff, len(on), len(tied),
                 max(0, len(on) - limit), len(there) < limit, stage in season.published],
            )  # fmt: skip
