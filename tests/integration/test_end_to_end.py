"""A small season through the console command, as a person would run it: demo, a correction, a refusal, privacy."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest

from tests.oracle import OracleSeason, run_oracle

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Home:
    """A season's home folder and the command that works on it."""

    path: Path

    @property
    def landing(self) -> Path:
        return self.path / "landing"

    def rezerv(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the console command in this home."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("REZERV_")}
        return subprocess.run(
            [sys.executable, "-m", "orchestration.cli", "--lang", "en", *arguments],
            cwd=ROOT,
            env={**kept, "REZERV_HOME": str(self.path)},
            capture_output=True,
            text=True,
            check=False,
        )

    def release(self) -> dict[str, str]:
        """The pointer to the release in force."""
        return json.loads((self.path / "releases" / "CURRENT.json").read_text())

    def query(self, sql: str) -> list[tuple]:
        """Rows of a query on the release in force."""
        file = self.path / "releases" / Path(self.release()["file"]).name
        with duckdb.connect(str(file), read_only=True) as connection:
            return connection.execute(sql).fetchall()


def standings(home: Home) -> dict[tuple[str, str], tuple[str, str, Fraction | None, int | None]]:
    """What the release says of everybody at every stage."""
    rows = home.query("""
        select stage_code, candidate_no, status_code, reason_code, score_numerator, score_denominator, rank
        from selection.sel_stage_results
    """)
    return {
        (stage, candidate): (status, reason, Fraction(n, d) if d and rank else None, rank)
        for stage, candidate, status, reason, n, d, rank in rows
    }


def expected(oracle: OracleSeason) -> dict[tuple[str, str], tuple[str, str, Fraction | None, int | None]]:
    """The same from the oracle."""
    return {key: (r.status, r.reason, r.score if r.rank else None, r.rank) for key, r in oracle.results.items()}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A season of 220 accounts after `rezerv demo`."""
    made = Home(tmp_path_factory.mktemp("season") / "data")
    done = made.rezerv("demo", "--size", "220", "--seed", "3")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    (made.path / "demo-output.txt").write_text(done.stdout)
    yield made


def test_the_demo_prints_the_funnel_and_what_to_open(home: Home) -> None:
    printed = (home.path / "demo-output.txt").read_text()
    assert "make dash" in printed
    assert "National Commission" in printed
    (enrolled,) = home.query("select count(*) from reporting.rpt_reserve")[0]
    assert 0 < enrolled <= 50
    places = dict(home.query("""
        select track_code, limit_places from selection.sel_cutoffs where stage_code = 'situational'
    """))
    assert places == {"social": 54, "infrastructure": 48, "economy": 42, "digital": 54, "agro": 54, "foreign": 48}


def test_the_release_says_what_the_oracle_says(home: Home) -> None:
    assert standings(home) == expected(run_oracle(home.landing, NOW))


def test_again_at_once_changes_nothing(home: Home) -> None:
    before = home.release()
    done = home.rezerv("demo", "--size", "220", "--seed", "3")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert home.release() == before


def test_nobody_is_named_outside_the_vault(home: Home) -> None:
    people = []
    for file in home.landing.rglob("platform__registrations*.jsonl"):
        people += [json.loads(line) for line in file.read_text().splitlines() if line.startswith("{")]
    secrets = {str(p[field]) for p in people for field in ("iin", "last_name", "phone") if p.get(field)}
    secrets = {secret for secret in secrets if len(secret) >= 8}
    assert len(secrets) > 300
    for database in (home.path / "warehouse.duckdb", *(home.path / "releases").glob("*.duckdb")):
        found = _texts(database) & secrets
        assert not found, f"{len(found)} names or numbers of people stand in {database.name}"
    for file in home.path.rglob("*"):
        if file.is_file() and home.landing not in file.parents and file.suffix in {".json", ".log", ".txt", ".env"}:
            text = file.read_text(errors="replace")
            assert not any(secret in text for secret in secrets), f"somebody is named in {file.name}"


def _texts(database: Path) -> set[str]:
    """Every text that stands in a database."""
    found: set[str] = set()
    with duckdb.connect(str(database), read_only=True) as connection:
        columns = connection.execute("""
            select c.schema_name, c.table_name, c.column_name
            from duckdb_columns() c join duckdb_tables() t using (schema_name, table_name)
            where c.data_type = 'VARCHAR' and not t.internal and c.database_name = current_database()
        """).fetchall()
        for schema, table, column in columns:
            rows = connection.execute(f'select distinct "{column}" from "{schema}"."{table}"').fetchall()
            found |= {row[0] for row in rows if row[0]}
    return found


def test_a_corrected_key_changes_the_release_as_the_oracle_says(home: Home) -> None:
    before = expected(run_oracle(home.landing, NOW))
    keys: dict[tuple[str, str], dict[str, str]] = {}
    for file in sorted(home.landing.rglob("academy__answer_keys*.csv")):
        for row in csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()):
            if row["stage_code"] == "text_test":
                keys[row["form_code"], row["item_no"]] = row
    corrected = [
        {**row, "correct_option_code": "B" if row["correct_option_code"] == "A" else "A"}
        for row in keys.values()
        if int(row["item_no"]) <= 3
    ]
    folder = home.landing / "2025-08-06T120000"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "academy__answer_keys__corrected_by_test.csv"
    with file.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, corrected[0].keys())
        writer.writeheader()
        writer.writerows(corrected)
    old = home.release()["release_id"]

    done = home.rezerv("update", str(file))

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert home.release()["release_id"] != old
    after = expected(run_oracle(home.landing, NOW))
    assert standings(home) == after
    moved = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert moved, "the correction should concern somebody"
    changes = home.query("select distinct stage_code, candidate_no from release.changes")
    assert set(changes) >= {key for key in moved if _visible(before.get(key)) != _visible(after.get(key))}
    assert home.query("select previous_release_id from release.manifest") == [(old,)]
    assert "academy__answer_keys" in str(home.query("select feed from release.new_batches"))
    assert (home.path / "releases" / f"{old}.duckdb").exists(), "the old release stays"


def _visible(standing: tuple | None) -> tuple | None:
    """What a change list shows: status, score, rank."""
    return standing and (standing[0], standing[2], standing[3])


def test_a_failing_check_never_publishes(home: Home) -> None:
    outsider = home.query("""
        select candidate_no from selection.sel_stage_results
        where stage_code = 'text_test' and status_code = 'not_admitted' order by 1 limit 1
    """)[0][0]
    before = home.release()
    import xlsxwriter

    folder = home.landing / "2025-10-24T190000"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "agency__national_decisions__wrong.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["decision_no", "candidate_no", "decided_at", "decision_code"])
        sheet.write_row(1, 0, ["NC-WRONG", outsider, "2025-10-24T12:00:00+05:00", "enrol"])

    done = home.rezerv("update", str(file))

    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert "assert_national_commission_takes_only_proposed" in said, said[-3000:]
    assert "Traceback" not in said
    assert home.release() == before


def test_a_mistake_is_named_and_not_traced(home: Home, tmp_path: Path) -> None:
    missing = home.rezerv("land", str(tmp_path / "platform__answers__nowhere.parquet"))
    assert missing.returncode == 2
    assert "platform__answers__nowhere.parquet" in missing.stderr
    assert "Traceback" not in missing.stderr
    wrong = home.rezerv("build", "--as-of", "yesterday")
    assert wrong.returncode == 2
    assert "Traceback" not in wrong.stderr
