"""A landing folder full of traps, landed by the console command: each is told, memory stays bounded."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter

from ingestion.contracts import load_contract
from ingestion.contracts.examples import written
from ingestion.landing_folder import kept
from tests.unit.ingestion.deliveries import rows_of

ROOT = Path(__file__).parents[2]
STAMP = "2025-06-10T180000"
MEMORY_MIB = 1_600
WITHDRAWALS = "platform__withdrawals"
HEADER = b"withdrawal_id,candidate_no,withdrawn_at\n"
GOOD = b"W-%d,R25-%06d,2025-07-01T10:00:00+05:00\n"


def far_cell() -> bytes:
    """A workbook with one cell at the far corner of its sheet."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["withdrawal_id", "candidate_no", "withdrawn_at"])
        sheet.write_string(1_048_575, 16_383, "x")
    return target.getvalue()


def zip_bomb() -> bytes:
    """A workbook whose sheet unpacks to a gigabyte."""
    source, target = zipfile.ZipFile(io.BytesIO(far_cell())), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bomb:
        for entry in source.infolist():
            if not entry.filename.endswith("sheet1.xml"):
                bomb.writestr(entry.filename, source.read(entry))
        with bomb.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(1024):
                sheet.write(b" " * 2**20)
    return target.getvalue()


def hidden_rows() -> bytes:
    """Rows that try to do something: three are good, the others say why not."""
    rows = [
        b"'; drop table raw.platform__withdrawals; --,R25-000001,2025-07-01T10:00:00+05:00\n",
        b"=cmd|' /C calc'!A0,R25-000002,2025-07-01T10:00:00+05:00\n",
        b"../../etc/passwd,R25-000003,2025-07-01T10:00:00+05:00\n",
        b"W\x00-4,R25-000004,2025-07-01T10:00:00+05:00\n",
        "W\u202e-5,R25-000005,2025-07-01T10:00:00+05:00\n".encode(),
        b"W-6,R25-000006' or 1=1 --,2025-07-01T10:00:00+05:00\n",
        b"W-7," + b"9" * 50_000 + b",2025-07-01T10:00:00+05:00\n",
        b"W" * 40_000 + b",R25-000008,2025-07-01T10:00:00+05:00\n",
    ]
    return HEADER + b"".join(rows)


def fill(folder: Path) -> None:
    """Put the traps into a delivery, and one good file among them."""
    folder.mkdir(parents=True)
    files = {
        "good.csv": HEADER + b"".join(GOOD % (n, n) for n in range(900, 950)),
        "rows.csv": hidden_rows(),
        "packed.csv.gz": gzip.compress(b"\x00" * 2**30, compresslevel=1),
        "far.xlsx": far_cell(),
        "bomb.xlsx": zip_bomb(),
        "cut.xlsx": written(load_contract(WITHDRAWALS), rows_of(WITHDRAWALS), "xlsx")[:-400],
        "no_parquet.parquet": b"PAR1" + os.urandom(2000) + b"PAR1",
        "deep.jsonl": b"[" * 200_000 + b"\n",
        "utf16.csv": (HEADER + GOOD % (1, 1)).decode().encode("utf-16"),
    }
    for name, content in files.items():
        (folder / f"{WITHDRAWALS}__{name}").write_bytes(content)
    with (folder / f"{WITHDRAWALS}__line.csv").open("wb") as long_line:
        long_line.write(HEADER)
        long_line.seek(3 * 2**30)
        long_line.write(b"\n")
    (folder / f"{WITHDRAWALS}__link.csv").symlink_to("/etc/hostname")
    os.mkfifo(folder / f"{WITHDRAWALS}__pipe.csv")
    (folder / f"{WITHDRAWALS}__\u202egpj.csv").write_bytes(HEADER)
    (folder / "passwords.csv").write_bytes(b"a,b\n")
    (folder / f"{WITHDRAWALS}__unfinished.csv.part").write_bytes(HEADER + b"W-1,R25-0000")


UNKNOWN = kept("passwords.csv")
EXPECTED = {
    "packed.csv.gz": {"LINE_TOO_LONG", "UNREADABLE_ENCODING"},
    "line.csv": {"LINE_TOO_LONG", "UNREADABLE_ENCODING"},
    "far.xlsx": {"EXPANDS_TOO_MUCH"},
    "bomb.xlsx": {"EXPANDS_TOO_MUCH"},
    "cut.xlsx": {"UNREADABLE_FILE"},
    "no_parquet.parquet": {"UNREADABLE_FILE"},
    "deep.jsonl": {"UNREADABLE_FILE"},
    "utf16.csv": {"UNREADABLE_ENCODING"},
    "link.csv": {"SYMBOLIC_LINK"},
    "pipe.csv": {"NOT_A_FILE"},
    kept(f"{WITHDRAWALS}__\u202egpj.csv").removeprefix(f"{WITHDRAWALS}__"): {"UNSAFE_NAME"},
}


@dataclass(frozen=True)
class Done:
    """A command that has ended: exit code, what it printed, and the most memory it held."""

    returncode: int
    output: str
    peak_mib: float


# The command, and then the most memory that it held itself: what a parent held when it began is not in VmHWM.
COMMAND = """
import sys
from pathlib import Path
from orchestration.cli import run
code = run(sys.argv[2:])
status = Path("/proc/self/status").read_text()
Path(sys.argv[1]).write_text(status.split("VmHWM:")[1].split()[0])
sys.exit(code)
"""


def rezerv(home: Path, *arguments: str) -> Done:
    """Run the console command in this home."""
    kept_variables = {key: value for key, value in os.environ.items() if not key.startswith("REZERV_")}
    held = home.parent / "most_memory_kib"
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, str(held), "--lang", "en", *arguments],
        cwd=ROOT,
        env={**kept_variables, "REZERV_HOME": str(home), "COLUMNS": "300"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=400,
    )
    return Done(done.returncode, done.stdout, int(held.read_text()) / 1024)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("hostile") / "data"
    fill(made / "landing" / STAMP)
    assert rezerv(made, "make-secrets").returncode == 0
    return made


@pytest.fixture(scope="module")
def done(home: Path) -> Done:
    """What `rezerv land` said of the folder."""
    return rezerv(home, "land")


def query(home: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_traps_end_outside_with_their_reasons_and_good_rows_land(home: Path, done: Done) -> None:
    assert done.returncode == 1, done.output[-3000:]
    assert "Traceback" not in done.output
    assert done.peak_mib < MEMORY_MIB
    found = dict(query(home, "select split_part(source_file, '/', -1), reason_code from raw._batches"))
    assert found.pop(UNKNOWN) == "UNKNOWN_NAME"
    assert found.pop(f"{WITHDRAWALS}__good.csv") is None
    assert found.pop(f"{WITHDRAWALS}__rows.csv") is None
    reasons = {name.removeprefix(f"{WITHDRAWALS}__"): reason for name, reason in found.items()}
    assert reasons.keys() == EXPECTED.keys()
    for name, allowed in EXPECTED.items():
        assert reasons[name] in allowed, f"{name}: {reasons[name]}"
    open_now = query(home, "select distinct split_part(source_file, '/', -1) from raw._quarantine_open")
    assert {name for (name,) in open_now} == {*found, f"{WITHDRAWALS}__rows.csv", UNKNOWN}
    log = (home / "logs" / "rezerv.log").read_text()
    for name, reason in found.items():
        assert any(name in line and str(reason) in line for line in log.splitlines()), name


@pytest.mark.usefixtures("done")
def test_bad_rows_among_good_ones_say_why(home: Path) -> None:
    rows = query(
        home,
        "select row_number, string_agg(reason_code, ',' order by reason_code) from raw._quarantine_open"
        " where source_file like '%rows.csv' group by 1 order by 1",
    )
    assert rows == [
        (4, "FORBIDDEN_CHARACTERS"),
        (5, "FORBIDDEN_CHARACTERS"),
        (6, "BAD_PATTERN"),
        (7, "BAD_PATTERN"),
        (8, "TOO_LONG"),
    ]
    landed = query(home, f"select count(*) from raw.{WITHDRAWALS}")
    assert landed == [(53,)]
    kept = query(home, f"select withdrawal_id from raw.{WITHDRAWALS} where withdrawal_id like '=cmd%'")
    assert kept == [("=cmd|' /C calc'!A0",)], "data stay as they came; exports make them harmless"


@pytest.mark.usefixtures("done")
def test_again_nothing_is_recorded_twice(home: Path) -> None:
    before = query(home, "select count(*) from raw._batches")
    rezerv(home, "land")
    assert query(home, "select count(*) from raw._batches") == before
    shown = rezerv(home, "status").output
    assert "link.csv" in shown or "quarantine" in shown.lower()
