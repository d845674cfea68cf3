"""A release file with what the quality of measurement reads, from made-up answers and marks.

Belongs here: the tables of a release, its statistics computed by the committed SQL. Not here: the answers and
marks (`measurement.py`), what a command or method must say of them.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import jinja2
import pandas as pd

PROJECT = Path(__file__).parents[2] / "dbt_project"
SCHEMAS = {"fct": "core", "dim": "core", "sel": "selection", "rpt": "reporting"}
STATISTICS = ("rpt_form_statistics", "rpt_item_statistics", "rpt_item_options")
TRACKS = ("agro", "digital")
CUTOFF = 14


def write_measured_release(folder: Path, answers: pd.DataFrame, marks: pd.DataFrame) -> Path:
    """Write `2025-r1.duckdb`. Each second person is of another track; whose result counts says `is_valid`.

    The cut-off of the test is CUTOFF in both tracks; of the works the better half is admitted.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "2025-r1.duckdb"
    with duckdb.connect(str(file)) as connection:
        for schema in ("seeds", "core", "selection", "reporting", "release"):
            connection.execute(f"create schema {schema}")
        for seed in ("policy", "form_families", "stage_scoring", "stages"):
            connection.read_csv(
                str(PROJECT / "seeds" / f"{seed}.csv"), header=True, dtype={"season_code": "VARCHAR"}
            ).create(f"seeds.{seed}")
        _write_facts(connection, answers, marks)
        for name in STATISTICS:
            connection.execute(f"create table reporting.{name} as {rendered(name)}")
        connection.execute(
            "create table release.manifest as select '2025-r1' as release_id, '2025' as season_code,"
            " timestamp '2025-12-01' as as_of, timestamp '2025-12-01' as published_at, 'hash' as content_hash"
        )
    return file


def _write_facts(connection: duckdb.DuckDBPyConnection, answers: pd.DataFrame, marks: pd.DataFrame) -> None:
    connection.register("given_answers", answers)
    connection.register("given_marks", marks)
    connection.execute(_FACTS)


_FACTS = f"""
create table core.fct_item_answers as
select
    '2025' as season_code, stage_code, candidate_no, item_no, form_code, language_code, started_at,
    chosen_option_code, is_right, response_seconds
from given_answers;
create table core.dim_candidates as
select distinct '2025' as season_code, candidate_no, sex_code from given_answers;
create table core.fct_rater_marks as
select '2025' as season_code, *, false as is_recused, false as is_observer from given_marks;
create table selection.sel_stage_results as
with scored as (
    select stage_code, candidate_no, sum(is_right::integer) as points, bool_and(is_valid) as is_in_pool
    from given_answers group by all
    union all
    select stage_code, candidate_no, sum(points), true from given_marks group by all
),
placed as (
    select *, {list(TRACKS)}[1 + right(candidate_no, 1)::integer % 2] as track_code from scored
),
ranked as (
    select
        *, rank() over (partition by stage_code, track_code order by points desc) as rank,
        count(*) over (partition by stage_code, track_code) as pool
    from placed
)
select
    '2025' as season_code, stage_code, candidate_no, track_code, is_in_pool, false as is_late,
    points::bigint as score_numerator, 1::bigint as score_denominator, rank, 2 * rank <= pool as is_admitted
from ranked;
create table selection.sel_cutoffs as
select
    '2025' as season_code, 'text_test' as stage_code, unnest({list(TRACKS)}) as track_code,
    {CUTOFF}::bigint as cutoff_numerator, 1::bigint as cutoff_denominator;
"""


def rendered(name: str) -> str:
    """SQL of a reporting model over the schemas of a release."""
    macros = (PROJECT / "macros" / "measurement.sql").read_text(encoding="utf-8")
    body = (PROJECT / "models" / "reporting" / f"{name}.sql").read_text(encoding="utf-8")
    return (
        jinja2.Environment()
        .from_string(macros + body)
        .render(ref=lambda one: f"{SCHEMAS.get(one[:3], 'seeds')}.{one}")
    )
