"""What landing a large file costs, as ratios against the bare DuckDB statement that reads the same file.

Run: `.venv/bin/python -m tests.benchmarks.bench_landing [--registrations 1000000] [--answers 10000000]`. Each
way runs in a process of its own, so that its memory is its own. Results are kept in docs/performance.md. Not
a test: nothing here passes or fails. People are synthetic: their names say so, their numbers are counted up.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

REGISTRATIONS, ANSWERS = "platform__registrations", "platform__answers"
STAMP = "2025-06-30T230000"
LANDED_AT = datetime(2025, 12, 1)
# Functions whose time is told apart; what is left of the whole is reading and parsing.
PARTS = {
    "hash of the bytes": ("ingestion.sources", "Source.sha256"),
    "append to the stage": ("ingestion.stage", "Stage.add_rows"),
    "expectations": ("ingestion.door", "evaluate"),
    "repeated rows": ("ingestion.door", "_repeated"),
    "comparison with the last file": ("ingestion.loader", "compare"),
    "vault": ("ingestion.vault", "write_batch"),
    "warehouse and books": ("ingestion.raw_store", "write_batch"),
}


def write_registrations(path: Path, count: int) -> None:
    """A CSV of registrations with valid IINs, all different."""
    import duckdb
    import numpy as np
    import pyarrow as pa

    chance = np.random.default_rng(1)
    tried = count + count // 20 + 1000
    year, month, day = (
        chance.integers(85, 100, tried),
        chance.integers(1, 13, tried),
        chance.integers(1, 29, tried),
    )
    century, serial = chance.integers(3, 5, tried), chance.integers(0, 10_000, tried)
    parts = [year // 10, year % 10, month // 10, month % 10, day // 10, day % 10, century]
    parts += [serial // 1000, serial // 100 % 10, serial // 10 % 10, serial % 10]
    digits = np.stack(parts, axis=1)
    first = digits @ np.arange(1, 12) % 11
    second = digits @ np.array([3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]) % 11
    check = np.where(first < 10, first, second)
    digits = np.concatenate([digits, check[:, None]], axis=1)[check < 10][:count]
    text = np.ascontiguousarray(digits.astype(np.uint8) + ord("0")).view("S12").ravel()
    people = pa.table({"i": np.arange(len(text)), "iin": pa.array(text.astype(str))})
    with duckdb.connect() as connection:
        connection.register("people", people)
        connection.execute(f"""
            copy (
                select '2025' as season_code, format('R25-{{:06d}}', i % 1000000) as candidate_no,
                    1 + i // 1000000 as submission_no,
                    strftime(opened_at, '%Y-%m-%dT%H:%M:%S+05:00') as registered_at,
                    strftime(opened_at + interval 1 day, '%Y-%m-%dT%H:%M:%S+05:00') as submitted_at,
                    iin, 'Синтетикалық-' || i % 977 as last_name, 'Үлгі-' || i % 97 as first_name,
                    'Мысалқызы' as middle_name, '+7700' || lpad(i::varchar, 7, '0') as phone,
                    '19' || iin[1:2] || '-' || iin[3:4] || '-' || iin[5:6] as birth_on,
                    if(iin[7] = '3', 'male', 'female') as sex_code, 'KZ' as citizenship_code,
                    'KZ-10' as region_code, 'social' as track_code, 'state' as employer_type_code,
                    'kk' as test_language_code, true as accepts_user_agreement,
                    true as consents_personal_data, true as confirms_equipment,
                    true as accepts_exclusion_terms, true as accepts_non_disclosure
                from (select *, timestamp '2025-06-01' + to_seconds(i * 2) as opened_at from people)
            ) to '{path}' (header)
        """)


def write_answers(path: Path, count: int) -> None:
    """A CSV or Parquet file of answers, 25 to a sitting."""
    import duckdb

    options = "header" if path.suffix == ".csv" else "format parquet"
    with duckdb.connect() as connection:
        connection.execute(f"""
            copy (
                select format('SIT-{{:07d}}', i // 25) as sitting_id, (i % 25 + 1)::integer as item_no,
                    chr(65 + (i * 7 % 4)::integer) as chosen_option_code,
                    (5 + i % 50)::integer as response_seconds
                from range({count}) as t(i)
            ) to '{path}' ({options})
        """)


def bare(path: Path, folder: Path) -> dict[str, Any]:
    """The file read into typed columns of a table in a database file, with nothing else."""
    import duckdb

    from ingestion.contracts import load_contract

    contract = load_contract("__".join(path.stem.split("__")[:2]))
    kinds = {name: "TIMESTAMPTZ" if kind == "TIMESTAMP" else kind for name, kind in _columns(contract, path)}
    source = f"read_parquet('{path}')"
    if path.suffix == ".csv":
        options = f"header = true, auto_detect = false, delim = ',', quote = '\"', columns = {kinds}"
        source = f"read_csv('{path}', {options})"
    start = time.perf_counter()
    with duckdb.connect(str(folder / "bare.duckdb")) as connection:
        connection.execute(f"create table bare as select * from {source}")
    return {"seconds": time.perf_counter() - start}


def _columns(contract: Any, path: Path) -> list[tuple[str, str]]:
    if path.suffix != ".csv":
        return []
    with path.open(encoding="utf-8") as file:
        names = file.readline().strip().split(",")
    return [(name, contract.column(name).physical_type) for name in names]


def land(path: Path, folder: Path) -> dict[str, Any]:
    """The file through the door: read, checked, split, written."""
    # Imports are not counted, as those of the bare statement are not.
    import pyarrow.compute
    import pyarrow.csv
    import pyarrow.parquet  # noqa: F401

    from ingestion.config import IngestionConfig
    from ingestion.loader import land_files, pending_file

    config = IngestionConfig(folder / "w.duckdb", folder / "v.duckdb", "key", "secret", path.parents[1])
    parts: dict[str, float] = {}
    for name, (module, function) in PARTS.items():
        _time_function(parts, name, module, function)
    start = time.perf_counter()
    (result,) = land_files(config, [pending_file(config, path)], LANDED_AT)
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "landed": result.count_landed, "engine": result.engine, "parts": parts}


def _time_function(parts: dict[str, float], name: str, module: str, function: str) -> None:
    import importlib

    owner: Any = importlib.import_module(module)
    *classes, last = function.split(".")
    for one in classes:
        owner = getattr(owner, one)
    original = getattr(owner, last)

    def timed(*arguments: Any, **options: Any) -> Any:
        start = time.perf_counter()
        try:
            return original(*arguments, **options)
        finally:
            parts[name] = parts.get(name, 0) + time.perf_counter() - start

    setattr(owner, last, timed)


WAYS: dict[str, Callable[[Path, Path], dict[str, Any]]] = {"bare": bare, "land": land}


def measured(way: str, path: Path, runs: int) -> dict[str, Any]:
    """The quickest of some runs, each in a process and a folder of its own, with its largest memory."""
    found = []
    for _ in range(runs):
        command = [sys.executable, "-m", "tests.benchmarks.bench_landing", "--one", way, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found.append(json.loads(done.stdout.splitlines()[-1]))
    return min(found, key=lambda one: one["seconds"])


def most_memory_mib() -> float:
    """The most memory this process held, in MiB; what its parent held before it began is not counted."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def say(line: str) -> None:
    """One line on the terminal, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def report(title: str, path: Path, runs: int) -> None:
    """Measure both ways in turn and print what they cost."""
    say(f"\n{title}: {path.stat().st_size / 1e6:,.0f} MB")
    plain, landed = measured("bare", path, runs), measured("land", path, runs)
    for name, one in (("bare DuckDB statement", plain), ("landing", landed)):
        say(f"  {name:<24} {one['seconds']:7.2f} s  {one['memory_mib']:6,.0f} MiB")
    say(f"  ratio {landed['seconds'] / plain['seconds']:.2f}, {landed['landed']:,} rows, {landed['engine']}")
    rest = landed["seconds"] - sum(landed["parts"].values())
    for name, seconds in (*landed["parts"].items(), ("read, parse and the rest", rest)):
        say(f"    {name:<32} {seconds:6.2f} s")


def main() -> None:
    """Write the files, measure, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--registrations", type=int, default=1_000_000)
    options.add_argument("--answers", type=int, default=10_000_000)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--one", nargs=2, metavar=("WAY", "FILE"))
    chosen = options.parse_args()
    if chosen.one:
        way, file = chosen.one
        with tempfile.TemporaryDirectory() as folder:
            result = WAYS[way](Path(file), Path(folder))
        result["memory_mib"] = most_memory_mib()
        say(json.dumps(result))
        return
    with tempfile.TemporaryDirectory() as folder:
        delivery = Path(folder) / "landing" / STAMP
        delivery.mkdir(parents=True)
        files = (
            ("registrations, CSV", f"{REGISTRATIONS}.csv", write_registrations, chosen.registrations),
            ("answers, CSV", f"{ANSWERS}.csv", write_answers, chosen.answers),
            ("answers, Parquet", f"{ANSWERS}.parquet", write_answers, chosen.answers),
        )
        for title, name, write, count in files:
            if count:
                write(delivery / name, count)
                report(f"{count:,} {title}", delivery / name, chosen.runs)
                (delivery / name).unlink()


if __name__ == "__main__":
    main()
