"""The quality of measurement on a release, against the bare computation underneath each method.

Run: `.venv/bin/python -m tests.benchmarks.bench_measurement RELEASE.duckdb`, for example the release of
`rezerv demo` (the default season). Each method is computed once on the frames of the release; beside it what
numpy or DuckDB needs for the sums alone that the method rests on. Results are kept in docs/performance.md.
Not a test.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from orchestration.measurement import facets
from orchestration.measurement.drift import hours_since_first
from orchestration.measurement.frames import Frames, read_frames
from orchestration.measurement.methods import METHODS
from orchestration.measurement.responses import Responses, by_group
from tests.support.measured_release import STATISTICS, rendered


def main() -> None:
    """Time every method on a release and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("release", type=Path)
    file = parser.parse_args().release
    reading, frames = timed(lambda: read_frames(file))
    write(f"{len(frames.answers):,} answers, {len(frames.marks):,} marks; read in {reading:.1f} s")
    sql_rows(file)
    forms = [form for _, form in by_group(frames.answers, ("stage_code", "form_code", "language_code"))]
    bare: dict[str, Callable[[], Any]] = {
        "dif": lambda: [tables(form) for form in forms],
        "drift": lambda: [slopes(form) for form in forms],
        "similarity": lambda: [agreements(form) for form in forms],
        "agreement": lambda: variances(frames),
        "facets": lambda: means(frames),
    }
    timed(lambda: METHODS["dif"].compute(frames))  # imports
    for name, method in METHODS.items():
        if name == "facets" and not facets.is_installed():
            write("facets: not installed")
            continue
        seconds, _ = timed(lambda compute=method.compute: compute(frames))  # type: ignore[misc]
        floor, _ = timed(bare[name])
        write(f"{name:12} {seconds:8.2f} s   bare {floor:8.3f} s   ratio {seconds / floor:8.1f}")


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of a call, and what it gave."""
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def write(line: str) -> None:
    """One line of the result."""
    sys.stdout.write(line + "\n")


def sql_rows(file: Path) -> None:
    """The three models of the warehouse against one plain count of right answers by item."""
    with duckdb.connect(str(file), read_only=True) as connection:
        connection.execute("set threads = 2")
        whole, _ = timed(lambda: [connection.execute(rendered(name)).fetchall() for name in STATISTICS])
        floor, _ = timed(
            lambda: connection.execute(
                "select form_code, item_no, avg(is_right::integer) from core.fct_item_answers group by all"
            ).fetchall()
        )
    write(f"{'models':12} {whole:8.2f} s   bare {floor:8.3f} s   ratio {whole / floor:8.1f}")


def tables(form: Responses) -> Any:
    """Two-by-two tables of all items at all scores, by sex."""
    female = (form.people["sex_code"] == "female").to_numpy()
    return [np.bincount(form.scores[female], weights=column[female]) for column in form.right.T]


def slopes(form: Responses) -> Any:
    """Correlation of every item with the hour."""
    hours = hours_since_first(form.people["started_at"])
    return (hours - hours.mean()) @ (form.right - form.right.mean(axis=0))


def agreements(form: Responses) -> Any:
    """Equal answers of all pairs: one product of matrices."""
    codes = np.stack([form.chosen == option for option in np.unique(form.chosen)], axis=2)
    flat = codes.reshape(len(form.candidates), -1).astype(np.float32)
    return flat @ flat.T


def variances(frames: Frames) -> Any:
    """Variance of marks within works."""
    return frames.marks.groupby(["stage_code", "criterion_code", "candidate_no"])["points"].var().mean()


def means(frames: Frames) -> Any:
    """How far each expert lies from the mean of the works marked."""
    marks = frames.marks.assign(
        mean=frames.marks.groupby(["stage_code", "candidate_no"])["points"].transform("mean")
    )
    return (marks["points"] - marks["mean"]).groupby(marks["rater_code"]).mean()


if __name__ == "__main__":
    main()
