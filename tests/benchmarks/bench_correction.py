"""From a corrected file to the new release of the default season, split into parts.

Run: `.venv/bin/python -m tests.benchmarks.bench_correction [--size 9000] [--home FOLDER]`. The sample season
is written, landed, built and released in a home of its own (or in the one given, which holds one); then one
corrected mark of an interviewer is landed with `rezerv update`, as a person would. The parts are timed in a
second process that does the same with another mark. The marks are those of the last of the interview, a point
lower: everything is computed anew, and nobody's place depends on it, so that no claim refuses the release.
Results are kept in docs/performance.md. Not a test.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import duckdb

from ingestion.contracts import load_contract
from tests.support.scratch_season import write_feed

REZERV = Path(sys.executable).with_name("rezerv")
MARKS = "academy__interview_marks"

# What `rezerv update FILE` does, with a clock beside it.
IN_PARTS = """
import json, sys, time
started = time.perf_counter()
from pathlib import Path
from orchestration import runs
from orchestration.settings import load_settings

class Clock:
    def __init__(self):
        self.seconds, self.open, self.first = {}, {}, {}
    def start(self, phase, total):
        self.open[phase] = time.perf_counter()
    def advance(self, phase, label=""):
        self.first.setdefault(phase, time.perf_counter() - self.open[phase])
    def finish(self, phase):
        self.seconds[phase] = time.perf_counter() - self.open.pop(phase)

clock = Clock()
settings = load_settings()
runs.update(settings, clock, [Path(sys.argv[1])])
print(json.dumps({"whole": time.perf_counter() - started, "phases": clock.seconds, "first": clock.first}))
"""
# The floor: the same SQL, compiled before, with nothing around it.
BARE = """
import json, shutil, sys, time
from datetime import datetime
from pathlib import Path
from orchestration import scratch
from orchestration.settings import load_settings
settings = load_settings()
copy = Path(sys.argv[1]) / "warehouse.duckdb"
shutil.copy(settings.warehouse, copy)
steps = scratch.compiled_steps(settings)
started = time.perf_counter()
scratch.compute(settings, copy, as_of=datetime(2026, 1, 1))
built = time.perf_counter()
scratch.failed_claims(settings, copy, as_of=datetime(2026, 1, 1))
print(json.dumps({"models": built - started, "claims": time.perf_counter() - built}))
"""


def corrected_mark(home: Path, folder: Path, number: int) -> Path:
    """One mark of the interview's last but `number`, a point lower, as a file to land."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        (candidate,) = connection.execute(
            """
            select candidate_no from selection.sel_stage_results
            where stage_code = 'interview' and status_code = 'not_admitted' and score_numerator is not null
            order by score_numerator / score_denominator, candidate_no limit 1 offset ?
            """,
            [number],
        ).fetchall()[0]
        names = load_contract(MARKS).column_names
        values = connection.execute(
            f"select {', '.join(names)} from raw.{MARKS} where candidate_no = ? and points > 1 order by all",
            [candidate],
        ).fetchall()[0]
    row = dict(zip(names, values, strict=True))
    return write_feed(folder / f"corrected {number}", MARKS, [{**row, "points": row["points"] - 1}])


def run(command: list[str], home: Path) -> tuple[float, str]:
    """Seconds and output of a command in a home; the benchmark stops when it fails."""
    started = time.perf_counter()
    done = subprocess.run(
        command, env={**os.environ, "REZERV_HOME": str(home)}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"{command[:3]} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return time.perf_counter() - started, done.stdout


def dbt_parts(home: Path) -> dict[str, float]:
    """Seconds of dbt's last build by kind of node, summed over its threads, and of all its nodes."""
    results = json.loads((home / "dbt" / "run_results.json").read_text())
    spent: Counter[str] = Counter()
    for result in results["results"]:
        spent[f"dbt, {result['unique_id'].split('.')[0]}s"] += result["execution_time"]
    return {**spent, "dbt, all nodes": results["elapsed_time"]}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=9000)
    parser.add_argument("--home", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = arguments.home or folder / "home"
        if arguments.home is None:
            seconds, _ = run([str(REZERV), "demo", "--size", str(arguments.size)], home)
            sys.stdout.write(f"the season: {seconds:.1f} s\n")
        whole, _ = run([str(REZERV), "update", str(corrected_mark(home, folder, 0))], home)
        sys.stdout.write(f"rezerv update, from the shell: {whole:.1f} s\n")
        mark = corrected_mark(home, folder, 1)
        _, said = run([sys.executable, "-c", IN_PARTS, str(mark)], home)
        parts = json.loads(said.splitlines()[-1])
        sys.stdout.write(f"in parts: {parts['whole']:.1f} s\n")
        for phase, seconds in parts["phases"].items():
            sys.stdout.write(f"  {phase}: {seconds:.1f} s\n")
        around = parts["whole"] - sum(parts["phases"].values())
        sys.stdout.write(f"  imports, definitions, Dagster: {around:.1f} s\n")
        sys.stdout.write(f"  dbt to its first result: {parts['first'].get('building', 0):.1f} s\n")
        for part, seconds in dbt_parts(home).items():
            sys.stdout.write(f"  {part}: {seconds:.1f} s\n")
        run([sys.executable, "-c", BARE, str(folder)], home)  # compiles, once
        _, said = run([sys.executable, "-c", BARE, str(folder)], home)
        for part, seconds in json.loads(said.splitlines()[-1]).items():
            sys.stdout.write(f"bare SQL, {part}: {seconds:.1f} s\n")


if __name__ == "__main__":
    main()
