"""What the selection layer costs, as ratios against the same cut written by hand, all in one run.

Run: `.venv/bin/python -m tests.benchmarks.bench_selection [--sizes 100000 1000000 10000000]`. One season of
one stage, half of each of six tracks, read from typed Parquet. Each way runs in a process of its own, so
that its memory is its own, with two threads and the memory limit of the project's profile. The ways must
admit the same number of people, or the run stops. Results are kept in docs/performance.md. Not a test.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tests.support.season import CLOCK, PROJECT, PUBLISHING, compile_project

SIZES = (100_000, 1_000_000, 10_000_000)
TRACKS = ("agro", "digital", "economy", "foreign", "infrastructure", "social")
HIGHEST_SCORE = 40
MEMORY_LIMIT = "1.5GB"
THREADS = 2

# What the project calls the selection layer: from results and stops of any stage to lists and their reasons.
CUT = (
    "int_results__compared",
    "int_scores__scales",
    "int_stops__by_stage",
    "int_stops__lifted",
    "int_standings__by_stage",
    "int_lists__in_force",
    "int_selection__entries",
    "int_selection__walked",
    "int_selection__judged",
    "sel_stage_results",
    "sel_cutoffs",
)
AROUND = ("int_lists__next", "sel_drift", "sel_publications", "sel_explanations")

STAGE = {
    "season_code": "'2025'",
    "stage_code": "'text_test'",
    "stage_order": "1",
    "scoring_code": "'answers'",
    "admits_by_code": "'share'",
    "share_numerator": "1",
    "share_denominator": "2",
    "tie_policy_code": "'A3'",
    "cut_paragraph": "'§3'",
    "published_at": "timestamp '2025-09-01'",
    "is_published": "true",
    "is_published_by_act": "false",
    "is_provisional": "true",
    "deciding_at": "timestamp '2025-09-01'",
    "stops_deciding_at": "timestamp '2025-09-01'",
}

# The cut by hand, the least there is: who, which track, what score, which rank, goes on or not.
BY_WINDOW = """
create table bare as
select candidate_no, track_code, score_numerator, rank() over w as rank,
    rank() over w <= (count(*) over (partition by track_code) + 1) // 2 as goes_on
from '{parquet}'
window w as (partition by track_code order by score_numerator desc)
"""
BY_COUNTS = """
create table bare as
with counted as (
    select track_code, score_numerator, count(*) as people from '{parquet}' group by all
), ranked as (
    select *, sum(people) over (partition by track_code order by score_numerator desc) as reached,
        sum(people) over (partition by track_code) as pool
    from counted
)
select p.candidate_no, p.track_code, p.score_numerator, reached - people + 1 as rank,
    reached - people < (pool + 1) // 2 as goes_on
from '{parquet}' p
join ranked r on r.track_code = p.track_code and r.score_numerator = p.score_numerator
"""
# By hand, with every column that a list has (selection.sel_stage_results).
SAME_COLUMNS = """
create table bare as
with counted as (
    select track_code, score_numerator, count(*) as people from '{parquet}' group by all
), ranked as (
    select *, sum(people) over (partition by track_code order by score_numerator desc) as reached,
        sum(people) over (partition by track_code) as pool
    from counted
), cutoffs as (
    select track_code, min(score_numerator) as cutoff,
        max(reached) > any_value((pool + 1) // 2) as is_extended
    from ranked where reached - people < (pool + 1) // 2 group by track_code
)
select '2025' as season_code, 'text_test' as stage_code, 1::integer as stage_order, p.track_code,
    p.candidate_no,
    case when p.score_numerator >= cutoff then 'admitted' else 'not_admitted' end as status_code,
    case when p.score_numerator < cutoff then 'BELOW_CUTOFF'
        when is_extended and p.score_numerator = cutoff then 'BY_TIE' else 'WITHIN_LIMIT' end as reason_code,
    p.score_numerator >= cutoff as goes_on, true as is_in_pool, false as is_late, p.score_numerator,
    p.score_denominator, (reached - people + 1)::integer as rank, p.score_numerator = cutoff as is_at_cutoff,
    null::varchar as decision_no, '§3' as paragraph,
    case when is_extended and p.score_numerator = cutoff then 'A3' end as policy_code,
    pool::integer as count_pool, ((pool + 1) // 2)::integer as limit_places, cutoff as cutoff_numerator,
    1::bigint as cutoff_denominator, false as is_shortfall, true as is_provisional
from '{parquet}' p
join ranked r on r.track_code = p.track_code and r.score_numerator = p.score_numerator
join cutoffs c on c.track_code = p.track_code
"""
BY_HAND = {"by window": BY_WINDOW, "by counts": BY_COUNTS, "by counts, all columns": SAME_COLUMNS}

RUN_SQL = """
import sys, duckdb
with duckdb.connect(sys.argv[1]) as connection:
    connection.execute(f"set memory_limit = '{sys.argv[2]}'; set threads = {sys.argv[3]}")
    connection.execute(sys.argv[4])
"""
RUN_PANDAS = """
import sys, pandas as pd
people = pd.read_parquet(sys.argv[1])
by_track = people.groupby("track_code")["score_numerator"]
people["rank"] = by_track.rank(method="min", ascending=False).astype("int64")
people["goes_on"] = people["rank"] <= (by_track.transform("size") + 1) // 2
people.to_parquet(sys.argv[2])
"""


@dataclass(frozen=True)
class Measured:
    """Seconds of a whole process, wall and processor, and its most memory in MiB."""

    wall: float
    processor: float
    memory: float


def say(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def measured(command: list[str], **options: object) -> Measured:
    """Run a command to its end; stops the benchmark when it fails."""
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, **options)  # type: ignore[call-overload]
        _, status, usage = os.wait4(process.pid, 0)
        if status != 0:
            said.seek(0)
            raise SystemExit(f"{command[:3]} failed:\n{said.read()[-4000:]}")
    wall = time.perf_counter() - start
    return Measured(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def write_people(parquet: Path, size: int) -> None:
    """Typed Parquet: a number, a track and a score each, with ties everywhere."""
    tracks = "[" + ", ".join(f"'{track}'" for track in TRACKS) + "]"
    with duckdb.connect() as connection:
        connection.execute(f"""
            copy (
                select 'K' || lpad(i::varchar, 9, '0') as candidate_no,
                    {tracks}[1 + (hash(i) % {len(TRACKS)})::integer] as track_code,
                    (hash(i * 7 + 1) % {HIGHEST_SCORE + 1})::bigint as score_numerator,
                    1::bigint as score_denominator
                from range({size}) people(i)
            ) to '{parquet}' (format parquet)
        """)


def write_warehouse(template: Path, warehouse: Path, parquet: Path) -> None:
    """An empty warehouse whose accounts and results are the Parquet, and whose season has the one stage."""
    shutil.copy(template, warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        inputs = {
            "int_accounts__counted": {"season_code": "'2025'"},
            "int_results__unioned": {
                "season_code": "'2025'",
                "stage_code": "'text_test'",
                "outcome_code": "'VALID'",
                "known_at": "timestamp '2025-08-01'",
            },
        }
        people = {"candidate_no", "track_code", "score_numerator", "score_denominator"}
        for table, given in inputs.items():
            columns = _columns(connection, table)
            chosen = [
                f"{name if name in people else given.get(name, 'null')}::{kind} as {name}"
                for name, kind in columns
            ]
            connection.execute(f"drop table intermediate.{table}")
            connection.execute(
                f"create view intermediate.{table} as select {', '.join(chosen)} from '{parquet}'"
            )
        columns = _columns(connection, "int_stages__clocked")
        stage = [f"{STAGE.get(name, 'null')}::{kind} as {name}" for name, kind in columns]
        connection.execute("drop table intermediate.int_stages__clocked")
        connection.execute(f"create table intermediate.int_stages__clocked as select {', '.join(stage)}")
        connection.execute("truncate intermediate.int_places__in_force")


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, str]]:
    return connection.execute(
        "select column_name, data_type from duckdb_columns()"
        " where schema_name = 'intermediate' and table_name = ? order by column_index",
        [table],
    ).fetchall()


def through_dbt(folder: Path, warehouse: Path, models: tuple[str, ...]) -> tuple[Measured, dict[str, float]]:
    """dbt run of the models on a warehouse; also the seconds of each model as dbt says them."""
    command = [
        str(Path(sys.executable).with_name("dbt")),
        "run",
        "--no-use-colors",
        "--select",
        *models,
        "--vars",
        json.dumps({"as_of": CLOCK, "publishing": PUBLISHING}),
        "--target-path",
        str(folder / "target"),
        "--log-path",
        str(folder / "logs"),
    ]
    environment = {
        **os.environ,
        "REZERV_WAREHOUSE": str(warehouse),
        "REZERV_THREADS": str(THREADS),
        "REZERV_MEMORY_LIMIT": MEMORY_LIMIT,
        "DBT_PROFILES_DIR": str(PROJECT),
    }
    whole = measured(command, cwd=PROJECT, env=environment)
    results = json.loads((folder / "target" / "run_results.json").read_text())["results"]
    return whole, {r["unique_id"].rsplit(".", 1)[1]: r["execution_time"] for r in results}


def count_admitted(database: Path, table: str, column: str) -> int:
    """How many go on by one of the ways."""
    with duckdb.connect(str(database)) as connection:
        return connection.execute(f"select count(*) from {table} where {column}").fetchall()[0][0]


def compare(size: int, compiled: Path, folder: Path) -> dict[str, Measured]:
    """Every way on one size."""
    parquet = folder / "people.parquet"
    write_people(parquet, size)
    found: dict[str, Measured] = {}
    admitted: dict[str, int] = {}
    for way, sql in BY_HAND.items():
        database = folder / "by_hand.duckdb"
        arguments = [str(database), MEMORY_LIMIT, str(THREADS), sql.format(parquet=parquet)]
        found[way] = measured([sys.executable, "-c", RUN_SQL, *arguments])
        admitted[way] = count_admitted(database, "bare", "goes_on")
        database.unlink()
    ranked = folder / "ranked.parquet"
    found["pandas"] = measured([sys.executable, "-c", RUN_PANDAS, str(parquet), str(ranked)])
    admitted["pandas"] = count_admitted(Path(":memory:"), f"'{ranked}'", "goes_on") if size else 0
    for way, models in {"dbt, the cut": CUT, "dbt, with reasons and drift": CUT + AROUND}.items():
        # the name of the file is the name of the database in what dbt compiled
        warehouse = folder / "warehouse.duckdb"
        write_warehouse(compiled / "warehouse.duckdb", warehouse, parquet)
        found[way], by_model = through_dbt(compiled, warehouse, models)
        admitted[way] = count_admitted(warehouse, "selection.sel_stage_results", "is_admitted")
        warehouse.unlink()
        if size:
            slow = sorted(by_model.items(), key=lambda item: -item[1])[:6]
            say(f"  {way}: " + ", ".join(f"{name} {seconds:.1f}" for name, seconds in slow))
    if len(set(admitted.values())) > 1:
        raise SystemExit(f"the ways do not agree at {size}: {admitted}")
    return found


def main() -> None:
    """Measure every way at every size and print seconds, memory and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    sizes = parser.parse_args().sizes
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        compiled = folder / "compiled"
        compile_project(compiled)
        compare(0, compiled, folder)  # dbt reads its project once more, for another command
        start_up = compare(0, compiled, folder)
        say("start-up, with nobody: " + ", ".join(f"{way} {m.wall:.1f} s" for way, m in start_up.items()))
        for size in sizes:
            say(f"\n{size:,} candidates")
            found = compare(size, compiled, folder)
            least = min(found[way].wall - start_up[way].wall for way in ("by window", "by counts"))
            same = found["by counts, all columns"].wall - start_up["by counts, all columns"].wall
            for way, m in found.items():
                own = m.wall - start_up[way].wall
                say(
                    f"  {way:28s} {m.wall:7.2f} s whole, {own:7.2f} s beyond its start-up,"
                    f" {own / least:5.1f} x the least, {own / same:5.1f} x all columns,"
                    f" {m.processor:7.1f} s of processor, {m.memory:6.0f} MiB"
                )


if __name__ == "__main__":
    main()
