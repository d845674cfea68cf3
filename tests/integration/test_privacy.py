"""Nobody of a whole season is named outside the vault.

Sought is what identifies everybody whom the senders' files name: in every byte of the home, every column of
every table, what runs left behind, what the command printed and what the dashboards show; after files in
which people stand where they must not. The search itself is tried on planted values first.
"""

from __future__ import annotations

import gzip
import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter

from ingestion.contracts import Column, load_contract
from ingestion.vault import Vault, open_vault
from orchestration.layout.content import Document, Matter, Paragraph, Section
from orchestration.layout.rendering import write_document
from tests.support.home import Home
from tests.support.pages import texts_of_pages
from tests.support.privacy import (
    BIRTH,
    Finding,
    People,
    findings,
    people_in,
    people_of,
    sought,
    texts_below,
    tokens,
)

DELIVERED = "2025-06-28T120000"
LISTS = "vetting/lists"
IDENTITY = ("iin", "last_name", "first_name", "middle_name", "phone", "email", "birth_on")
QUESTIONS = (
    ("status", "--batches", "500"),
    ("diff", "--limit", "0"),
    ("funnel",),
    ("check-settings",),
    ("quarantine", "list"),
    ("quarantine", "report"),
    ("quarantine", "history"),
    ("data-docs",),
    ("vetting", "register"),
    ("vetting", "remind"),
    ("identity", "R25-000777", "--by", "A. Director", "--second", "B. Deputy", "--reason", "Appeal 7"),
)


# --- the search finds what is planted ---

PERSON = {
    "candidate_no": "R25-000777",
    "iin": "920615400001",
    "last_name": "Көрінбеев (синт.)",
    "first_name": "Жасырын",
    "middle_name": "Табылмасұлы",
    "phone": "+7 (000) 123-45-67",
    "email": "synthetic-0a1b2c3d@example.invalid",
    "document_number": "SYN-0A1B2C3D4E",
    "birth_on": "1992-06-15",
}
SOUGHT = people_in([PERSON])
# A text that holds one value, and its kind.
SPELLED = {
    "iin": "row 920615400001 is bad",
    "iin glued": "x2025920615400001920",
    "name": "Failed: Көрінбеев",
    "first name": "name=Жасырын;",
    "middle name": "«Табылмасұлы»",
    "name escaped": json.dumps({"value": PERSON["last_name"]}),
    "name escaped twice": json.dumps(json.dumps({"value": PERSON["first_name"]})),
    "phone": "8|+7 (000) 123-45-67 2025-06-01",
    "phone digits": "tel:70001234567",
    "email": json.dumps("a\nsynthetic-0a1b2c3d@example.invalid\nb"),
    "document_number": "D-1,SYN-0A1B2C3D4E,x",
    BIRTH: "R25-000777 was born on 1992-06-15",
    "birth, the Russian way": "15.06.1992 (R25-000777)",
}
INNOCENT = (
    "R25-000777 is of the age band 30_33, R25-000778 was seen on 1992-06-16",
    "D-1 SYN-FFFFFFFFFF 920615400002 +7 (000) 123-45-68 жасырынбақ 1992-06-15",
)


@pytest.mark.parametrize("spelling", SPELLED)
def test_a_planted_value_is_found_in_a_text(spelling: str) -> None:
    kinds = SOUGHT.kinds_in(SPELLED[spelling])
    expected = BIRTH if "birth" in spelling else "name" if "name" in spelling else spelling.split()[0]
    assert kinds == {expected}


@pytest.mark.parametrize("text", INNOCENT)
def test_others_are_not_found(text: str) -> None:
    assert SOUGHT.kinds_in(text) == set()


def _plant_in_log(file: Path) -> None:
    file.write_text("2025-06-01 INFO landed\n2025-06-01 ERROR could not read 920615400001\n")


def _plant_packed(file: Path) -> None:
    file.write_bytes(gzip.compress(json.dumps({"value": "920615400001"}).encode()))


def _plant_on_paper(file: Path) -> None:
    """In a PDF as this house writes them, whose bytes are packed."""
    sections = (Section("Rows", (Paragraph("Row 7: 920615400001 is bad"),)),)
    matter = Matter((), "", "", datetime(2025, 6, 16))
    write_document(Document("letter", "Letter", "kk", matter, sections), file)
    assert b"920615400001" not in file.read_bytes()


def _plant_in_sqlite(file: Path) -> None:
    """Deep in a text that is longer than a page."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("create table event_logs (id integer, event text)")
        connection.execute(
            "insert into event_logs values (1, ?)", ["x " * 9000 + "920615400001" + " y" * 9000]
        )
        connection.commit()


def _plant_in_table(file: Path) -> None:
    """In a column that the database packs, once in thousands of rows."""
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema core")
        connection.execute("create table core.dim as select 'code ' || range as code from range(9000)")
        connection.execute("insert into core.dim values ('920615400001')")
        connection.execute("checkpoint")


def _plant_as_number(file: Path) -> None:
    with duckdb.connect(str(file)) as connection:
        connection.execute("create table t as select 920615400001::bigint as number")


def _plant_in_view(file: Path) -> None:
    with duckdb.connect(str(file)) as connection:
        connection.execute("create table halves as select '920615' as a, '400001' as b")
        connection.execute("create view whole as select a || b as number from halves")


def _plant_in_list(file: Path) -> None:
    with duckdb.connect(str(file)) as connection:
        connection.execute("create table t as select [{'v': 920615400001}] as nested")


PLANTED: Mapping[str, Callable[[Path], None]] = {
    "run.log": _plant_in_log,
    "run.log.gz": _plant_packed,
    "letter.pdf": _plant_on_paper,
    "history.db": _plant_in_sqlite,
    "table.duckdb": _plant_in_table,
    "number.duckdb": _plant_as_number,
    "view.duckdb": _plant_in_view,
    "list.duckdb": _plant_in_list,
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_value_is_found_in_a_file(name: str, tmp_path: Path) -> None:
    PLANTED[name](tmp_path / name)
    found = findings(SOUGHT, texts_below(tmp_path, tmp_path / "landing"))
    assert {finding.kind for finding in found} == {"iin"}


def test_a_birth_date_in_a_row_of_a_candidate_is_found(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "w.duckdb")) as connection:
        connection.execute("""
            create table t as
            select 'R25-000777' as candidate_no, repeat('x', 999) as filling, date '1992-06-15' as held_on
        """)
    found = findings(SOUGHT, texts_below(tmp_path, tmp_path / "landing"))
    assert found == [Finding("w.duckdb: main.t", BIRTH)]


# --- a season after files in which people stand where they must not ---


@pytest.fixture(scope="module")
def told(home: Home) -> Home:
    """The season, after hostile files and after every question that the command answers."""
    folder = home.landing / DELIVERED
    folder.mkdir()
    before = home.query("select count(*) from core.dim_candidates")
    for name, content in _hostile_files(home.landing).items():
        (folder / name).write_bytes(content)
    _write_workbook(folder / "registers__stop_list__title.xlsx")
    files = sorted(str(file) for file in folder.iterdir())
    landed = home.rezerv("land", *files)
    assert "Traceback" not in landed.stderr
    assert landed.returncode in (0, 1), landed.stderr[-2000:]
    for question in QUESTIONS:
        home.rezerv(*question)
    assert home.query("select count(*) from core.dim_candidates") == before
    return home


@pytest.fixture(scope="module")
def people(told: Home) -> People:
    """Everybody whom the season's files name, and somebody whom only hostile files do."""
    found = people_of(told.landing, PERSON)
    sizes = {kind: len(values) for kind, values in found.values.items()}
    assert all(sizes[kind] > 300 for kind in ("iin", "phone", "email", "document_number")), sizes
    assert sizes["name"] > 100 and len(found.births) > 300
    return found


def _hostile_files(landing: Path) -> dict[str, bytes]:
    """Files of feeds that name people, each row of which the door must refuse."""
    rows = _sent(landing, "platform__registrations")
    values = [str(rows[0][column]) for column in IDENTITY if rows[0].get(column)]
    line = json.dumps(rows[0], ensure_ascii=False)
    bad = json.dumps({**rows[0], "sex_code": values[1]}, ensure_ascii=False)
    shifted = [{**row, "track_code": row["last_name"]} for row in rows]
    table = "\n".join(",".join(map(str, cells)) for cells in (shifted[0], *(row.values() for row in shifted)))
    return {
        "platform__registrations__moved.jsonl": _moved("platform__registrations", rows, values),
        "platform__documents__moved.jsonl": _moved(
            "platform__documents", _sent(landing, "platform__documents"), values
        ),
        "platform__registrations__broken.jsonl": f"{line[:400]}\n{bad}\n{line[300:]}\n".encode(),
        "platform__registrations__more.jsonl": _lines({**shifted[0], values[0]: 1, values[1]: values[2]}),
        "platform__registrations__headless.csv": table.partition("\n")[2].encode(),
        "platform__registrations__old.csv": table.encode("cp1251", errors="replace"),
        "platform__registrations__text.xlsx": table.encode(),
        "platform__registrations__text.parquet": table.encode(),
        "vetting__replies__people.csv": f"candidate_no,result_code\n{values[0]},{values[1]}\n".encode(),
    }


def _sent(landing: Path, feed: str) -> list[dict[str, Any]]:
    """Rows of the last file of a feed before the hostile ones."""
    file = max(file for file in landing.rglob(f"{feed}.jsonl*") if file.parent.name < DELIVERED)
    content = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    return [json.loads(line) for line in content.decode().splitlines()][:40]


def _moved(feed: str, rows: list[dict[str, Any]], values: list[str]) -> bytes:
    """Rows in which somebody's value stands, in turn, in each column that takes no such value."""
    moved = [
        (column.name, value)
        for column in load_contract(feed).columns
        for value in values
        if _refuses(column, value)
    ]
    return _lines(*({**rows[n % len(rows)], name: value} for n, (name, value) in enumerate(moved)))


def _refuses(column: Column, value: str) -> bool:
    """Whether a value is none of the column's: no code, no number, and no day where a day is asked for."""
    if column.is_iin:
        return not value.isdigit()
    if column.logical_type in ("date", "timestamp"):
        return re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) is None
    return bool(column.valid_values or column.pattern) or column.logical_type != "string"


def _lines(*rows: Mapping[str, Any]) -> bytes:
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows).encode()


def _write_workbook(file: Path) -> None:
    """A stop list with a person in its title, its sheet's name and its codes."""
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("Көрінбеев Жасырын")
        sheet.write_row(0, 0, [PERSON["last_name"], PERSON["first_name"], PERSON["iin"]])
        sheet.write_row(1, 0, ["iin", "stop_list_code", "valid_from", PERSON["middle_name"]])
        sheet.write_row(2, 0, [PERSON["iin"], PERSON["iin"], "2024-01-01", PERSON["phone"]])


def test_nobody_stands_in_the_home(told: Home, people: People) -> None:
    """Every byte of every file but what was sent, the vault's too; all columns of all tables.

    The one exception is the folder of the lists to the vetting bodies, which name people for them
    (docs/decisions/0014); `test_weekly_lists.py` draws some and searches the rest.
    """
    places: list[str] = []

    def texts() -> Iterator[tuple[str, str]]:
        for place, text in texts_below(told.path, told.landing, told.path / LISTS):
            places.append(place)
            yield place, text

    assert findings(people, texts()) == []
    assert _are_searched(places, told)


def _are_searched(places: list[str], told: Home) -> bool:
    """Whether the search went where it had to: an empty folder says nothing."""
    release = f"releases/{Path(told.release()['file']).name}"
    needed = (
        "vault.duckdb",
        "warehouse.duckdb: raw._quarantine.column_name",
        "warehouse.duckdb: raw._batches.source_file",
        "warehouse.duckdb: raw.platform__registrations.person_key",
        "warehouse.duckdb: staging.stg_platform__registrations",
        f"{release}: selection.sel_stage_results",
        f"{release}: core.dim_candidates",
    )
    assert [place for place in needed if place not in places] == []
    assert any(place.startswith("dagster/") and ": event_logs" in place for place in places)
    assert any(place.endswith(".log") for place in places)
    assert any(re.fullmatch(r"mend/.*\.pdf: page 1", place) for place in places)
    return True


def test_nobody_is_printed(told: Home, people: People) -> None:
    printed = [(f"command {number}", text) for number, text in enumerate(told.printed)]
    assert sum(len(text) for _, text in printed) > 5000
    assert findings(people, printed) == []


def test_nobody_is_shown(told: Home, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = list(texts_of_pages(monkeypatch, told.path / "releases"))
    assert len(pages) > 15
    assert sum("R25-" in text for _, text in pages) > 10
    assert findings(people, pages) == []


def test_the_vault_knows_everybody_and_opens_with_its_key_alone(told: Home) -> None:
    """People are where they belong, and the search sees them there: what it does not find is not there."""
    file = told.path / "vault.duckdb"
    with pytest.raises(duckdb.Error, match="encrypted"):
        duckdb.connect(str(file), read_only=True)
    named = people_of(told.landing)
    with open_vault(file, **_secrets(told)) as vault:
        kept = "\n".join(str(row) for table in _tables(vault) for row in vault.rows(f"from vault.{table}"))
    for kind, values in named.values.items():
        known = {form for token in tokens(kind, kept) for form in sought(kind, token)}
        assert len(values - known) == 0, kind


def _tables(vault: Vault) -> list[str]:
    return [
        name for (name,) in vault.rows("select table_name from duckdb_tables() where database_name = 'vault'")
    ]


def _secrets(home: Home) -> dict[str, str]:
    settings = dict(
        line.split("=", 1) for line in (home.path / "secrets.env").read_text().splitlines() if "=" in line
    )
    return {"vault_key": settings["REZERV_VAULT_KEY"], "person_secret": settings["REZERV_PERSON_SECRET"]}
