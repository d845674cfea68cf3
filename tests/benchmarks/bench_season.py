"""How long a season takes, as ratios against the bare thing underneath, all in one run.

Run: `.venv/bin/python -m tests.benchmarks.bench_season [--size 9000]`. Results are kept in
docs/performance.md. Not a test: nothing here passes or fails.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
from python_calamine import CalamineWorkbook

from ingestion.sample_season import write_season
from tests.support.season import TestSeason, compile_project, open_season

ROOT = Path(__file__).parents[2]

# One cut by hand, the least that a ranking of the text test needs: right answers, rank, half.
BARE_CUT = """
create or replace temp table bare as
with scores as (
    select s.candidate_no, r.track_code,
        count(*) filter (where a.chosen_option_code = k.correct_option_code) as score
    from raw.platform__sittings s
    join raw.platform__answers a using (sitting_id)
    join raw.academy__answer_keys k
        on k.stage_code = s.stage_code and k.form_code = s.form_code and k.item_no = a.item_no
    join (
        select candidate_no, arg_max(track_code, submission_no) as track_code
        from raw.platform__registrations group by candidate_no
    ) r using (candidate_no)
    where s.stage_code = 'text_test'
    group by s.candidate_no, r.track_code
)
select *, rank() over (partition by track_code order by score desc)
    <= (count(*) over (partition by track_code) + 1) // 2 as goes_on
from scores
"""


def timed(action: Callable[[], object], runs: int) -> float:
    """Median seconds of `action` over `runs` runs."""
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def bare_landing(landing: Path) -> None:
    """Read every file straight into a table: no types of ours, no checks, no hashes, no batches."""
    readers = {"csv": "read_csv", "jsonl": "read_json", "parquet": "read_parquet"}
    with duckdb.connect() as connection:
        for number, file in enumerate(sorted(landing.rglob("*.*"))):
            if file.suffix == ".xlsx":
                header, *rows = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
                frame = pd.DataFrame(rows, columns=header)
                connection.register("frame", frame)
                connection.execute(f"create table t{number} as from frame")
            else:
                connection.execute(
                    f"create table t{number} as from {readers[file.name.split('.')[1]]}(?)", [str(file)]
                )


def rows_of(season: TestSeason) -> dict[str, int]:
    """Rows of the biggest raw tables."""
    return {
        table: season.query(f"select count(*) from raw.{table}")[0][0]
        for table in (
            "platform__registrations",
            "vetting__replies",
            "platform__answers",
            "platform__expert_marks",
        )
    }


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=9000)
    size = parser.parse_args().size
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        landing = home / "landing"
        lines.append(
            (
                "write the sample season",
                timed(lambda: write_season(landing, size=size, scenarios=()), 1),
                None,
            )
        )
        season = open_season(compile_project(home / "project"), home / "home", landing)
        land = timed(season.land, 1)
        lines.append(("land every feed, checked", land, None))
        lines.append(
            (
                "  bare: read every file into a table",
                bare := timed(lambda: bare_landing(landing), 3),
                land / bare,
            )
        )
        build = timed(season.build, 3)
        lines.append(("build every model (compiled SQL)", build, None))
        with duckdb.connect(str(season.config.warehouse)) as connection:
            bare = timed(lambda: connection.execute(BARE_CUT), 3)
        lines.append(("  bare: one cut by hand-written SQL", bare, build / bare))
        sizes = rows_of(season)
    help_seconds = timed(lambda: _run("-m", "orchestration.cli", "--help"), 5)
    python_seconds = timed(lambda: _run("-c", "pass"), 5)
    lines.append(("rezerv --help", help_seconds, None))
    lines.append(("  bare: python -c pass", python_seconds, help_seconds / python_seconds))
    sys.stdout.write(f"accounts {size}; rows {sizes}\n")
    for name, seconds, ratio in lines:
        sys.stdout.write(f"{name:45s} {seconds:8.3f} s" + (f"   ratio {ratio:6.1f}\n" if ratio else "\n"))


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, capture_output=True)


if __name__ == "__main__":
    main()
