"""The cut alone: the SQL that dbt compiled for its models, over small tables made up for a test.

One in-memory database holds the seeds and the inputs, and the models' SQL is prepared once; each computation
replaces rows only, so that hundreds of seasons take seconds. What feeds the cut (eligibility, scores,
sittings) is not here: tests/support/season.py builds whole seasons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import duckdb

from tests.support.season import CompiledProject

SEASON = "2025"
HOUR = timedelta(hours=1)
FIRST_LIST = datetime(2025, 8, 1, 4)
BETWEEN_LISTS = timedelta(days=10)
TRACKS = ("social", "economy")

# The kinds of stages that the Order has, the one by share first among those that rank, as in the Order.
STAGES: Mapping[str, tuple[int, str, str, str | None]] = {
    "registration": (1, "none", "pass", None),
    "text_test": (2, "answers", "share", "A3"),
    "numeric_test": (3, "answers", "places", "A3"),
    "interview": (4, "panel", "places", "A4"),
    "national_commission": (5, "none", "decision", "A5"),
}
RANKING = ("text_test", "numeric_test", "interview")

MODELS = (
    '"intermediate"."int_policy__by_season"',
    '"intermediate"."int_results__compared"',
    '"intermediate"."int_scores__scales"',
    '"intermediate"."int_stops__by_stage"',
    '"intermediate"."int_stops__lifted"',
    '"intermediate"."int_places__in_force"',
    '"intermediate"."int_standings__by_stage"',
    '"intermediate"."int_lists__in_force"',
    '"intermediate"."int_selection__entries"',
    '"intermediate"."int_selection__walked"',
    '"intermediate"."int_selection__judged"',
    '"selection"."sel_stage_results"',
    '"selection"."sel_cutoffs"',
)
INPUTS = (
    "intermediate.int_accounts__counted",
    "intermediate.int_results__unioned",
    "intermediate.int_stops__effective",
    "intermediate.int_stages__clocked",
    "intermediate.int_publications__by_stage",
    "intermediate.int_national_decisions__latest",
    "staging.stg_publication__lists",
    "staging.stg_agency__quota_revisions",
    "seeds.stage_places",
    "seeds.policy",
)
SEEDS = ("seeds.stages", "seeds.tracks", "seeds.reason_codes", "seeds.statuses")

Row = dict[str, object]


def published_at(stage: str) -> datetime:
    """The moment of a stage's list."""
    return FIRST_LIST + (STAGES[stage][0] - 1) * BETWEEN_LISTS


@dataclass(frozen=True)
class SmallSeason:
    """What decides the cuts of a season, as rows of their inputs."""

    accounts: tuple[Row, ...]
    results: tuple[Row, ...]
    stops: tuple[Row, ...]
    places: Mapping[tuple[str, str], int]
    policy: Mapping[str, str] = field(default_factory=dict)
    stages_published: int = len(STAGES)

    def of(self, candidates: set[object]) -> SmallSeason:
        """The same season with these candidates only."""
        kept = {
            name: tuple(row for row in getattr(self, name) if row["candidate_no"] in candidates)
            for name in ("accounts", "results", "stops")
        }
        return replace(self, **kept)

    def with_score(self, candidate: object, stage: str, points: int) -> SmallSeason:
        """The same season with this many points (negative: fewer) added to one score."""
        moved = tuple(
            {**row, "score_numerator": row["score_numerator"] + points * row["score_denominator"]}
            if (row["candidate_no"], row["stage_code"]) == (candidate, stage)
            else row
            for row in self.results
        )
        return replace(self, results=moved)


class SmallCut:
    """The models of the cut in memory; `broken` replaces compiled SQL, to see who notices."""

    def __init__(self, project: CompiledProject, broken: tuple[str, str] | None = None) -> None:
        compiled = {step.relation: step.sql for step in project.steps}
        self.steps = {relation: compiled[relation] for relation in MODELS}
        if broken is not None:
            old, new = broken
            changed = [relation for relation, sql in self.steps.items() if old in sql]
            assert changed, f"no model of the cut says {old!r} any more"
            for relation in changed:
                self.steps[relation] = self.steps[relation].replace(old, new)
        self.connection = duckdb.connect()
        self.connection.execute(f"attach '{project.template}' as template (read_only)")
        self.connection.execute("attach ':memory:' as warehouse")
        for schema in ("seeds", "staging", "intermediate", "selection"):
            self.connection.execute(f"create schema warehouse.{schema}")
        for table in INPUTS:
            self._create_empty(table)
        for table in SEEDS:
            self.connection.execute(f"create table warehouse.{table} as from template.{table}")
        self.connection.execute("use warehouse")
        # a plan that outlives the rows it was made over must not reason from their statistics
        self.connection.execute(
            "set disabled_optimizers = 'statistics_propagation,compressed_materialization'"
        )
        for number, (relation, sql) in enumerate(self.steps.items()):
            self.connection.execute(f"create table {relation} as {sql}")
            self.connection.execute(f"prepare step_{number} as insert into {relation} {sql}")
        policy = self.connection.execute("from template.seeds.policy where season_code = ?", [SEASON])
        names = [column[0] for column in policy.description]
        self.policy = [dict(zip(names, row, strict=True)) for row in policy.fetchall()]

    def compute(self, season: SmallSeason, threads: int = 1) -> tuple[list[Row], list[Row]]:
        """Rows of sel_stage_results and of sel_cutoffs, in a total order."""
        self.connection.execute(f"set threads = {threads}")
        self._fill("intermediate.int_accounts__counted", season.accounts)
        self._fill("intermediate.int_results__unioned", season.results)
        self._fill("intermediate.int_stops__effective", season.stops)
        self._fill("intermediate.int_stages__clocked", _stages(season.stages_published))
        self._fill("seeds.stage_places", _places(season.places))
        self._fill(
            "seeds.policy",
            [{**row, "value": season.policy.get(row["parameter_code"], row["value"])} for row in self.policy],
        )
        for number, relation in enumerate(self.steps):
            self.connection.execute(f"truncate {relation}")
            self.connection.execute(f"execute step_{number}")
        return self.rows("selection.sel_stage_results"), self.rows("selection.sel_cutoffs")

    def rows(self, relation: str) -> list[Row]:
        """Rows of a relation in a total order."""
        cursor = self.connection.execute(f"from {relation} order by all")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _create_empty(self, table: str) -> None:
        columns = self.connection.execute(
            "select column_name, data_type from duckdb_columns() where database_name = 'template'"
            " and schema_name || '.' || table_name = ? order by column_index",
            [table],
        ).fetchall()
        described = ", ".join(f'"{name}" {kind}' for name, kind in columns)
        self.connection.execute(f"create table warehouse.{table} ({described})")

    def _fill(self, table: str, rows: Sequence[Row]) -> None:
        self.connection.execute(f"truncate {table}")
        if rows:
            names = list(rows[0])
            values = ", ".join(f"({', '.join(_literal(row[name]) for name in names)})" for row in rows)
            self.connection.execute(f"insert into {table} ({', '.join(names)}) values {values}")


def _literal(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, (bool, int)):
        return str(value)
    return f"'{value}'"


def _stages(count_published: int) -> list[Row]:
    now = FIRST_LIST + count_published * BETWEEN_LISTS - HOUR
    found: list[Row] = []
    for stage, (order, scoring, admits_by, tie_policy) in STAGES.items():
        deciding_at = min(published_at(stage), now)
        found.append(
            {
                "season_code": SEASON,
                "stage_code": stage,
                "stage_order": order,
                "scoring_code": scoring,
                "admits_by_code": admits_by,
                "share_numerator": 2 if admits_by == "share" else None,
                "share_denominator": 3 if admits_by == "share" else None,
                "limit_total": 4 if admits_by == "places" else None,
                "tie_policy_code": tie_policy,
                "cut_paragraph": "§3",
                "published_at": published_at(stage),
                "is_published": published_at(stage) <= now,
                "is_published_by_act": False,
                "is_provisional": published_at(stage) <= now,
                "deciding_at": deciding_at,
                "stops_deciding_at": deciding_at,
            }
        )
    return found


def _places(places: Mapping[tuple[str, str], int]) -> list[Row]:
    return [
        {"season_code": SEASON, "stage_code": stage, "track_code": track, "places": count}
        for (stage, track), count in places.items()
    ]
