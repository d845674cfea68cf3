"""Looking for a season's people wherever their values could stand.

Belongs here: what identifies the people whom the senders' files name, read from the files themselves, and a
search for it through text, files of any kind and the tables of databases. Findings say where and what kind of
value, never the value.
"""

from __future__ import annotations

import gzip
import json
import re
import sqlite3
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

import duckdb
from python_calamine import CalamineError, CalamineWorkbook

from ingestion.contracts import feed_names, load_contract
from tests.support.pdfs import pdf_pages

# How a value of a kind looks in the midst of a text, whatever stands beside it. A name is sought word by
# word, without the mark that says that it is made up: somebody who removes the mark does not hide the name.
FORMS = {
    "iin": re.compile(r"(?=(\d{11,12}))(?=(\d{11}))"),
    "phone": re.compile(r"(?=(\+\d \(\d{3}\) \d{3}-\d{2}-\d{2}|\d{11}))"),
    "email": re.compile(r"(?=([a-z0-9.-]{1,40}@[a-z0-9.-]*[a-z0-9]))"),
    "document_number": re.compile(r"([A-Z]{2,}-[0-9A-F]{6,}(?:-\d+)?)"),
    "name": re.compile(r"([\u0400-\u04ff]+)"),
}
KIND_OF_COLUMN = {
    "iin": "iin",
    "phone": "phone",
    "email": "email",
    "document_number": "document_number",
    "last_name": "name",
    "first_name": "name",
    "middle_name": "name",
}
BIRTH = "birth date beside a candidate number"
MADE_UP = "синт"
CANDIDATE = re.compile(r"R\d{2}-\d{6}")
NEAR = 200
ROOT = Path(__file__).parents[2]
_ESCAPED = re.compile(r"\\+u([0-9a-fA-F]{4})")


@dataclass(frozen=True)
class People:
    """Who is sought: values by kind, and the birth dates that were declared under a candidate number."""

    values: Mapping[str, frozenset[str]] = field(repr=False)
    births: Mapping[str, frozenset[str]] = field(repr=False)

    def kinds_in(self, text: str) -> set[str]:
        """The kinds of values of these people that a text holds."""
        plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "\\u" in text else text
        kinds = {kind for kind, known in self.values.items() if not known.isdisjoint(tokens(kind, plain))}
        return kinds | ({BIRTH} if self._has_birth(plain) else set())

    def _has_birth(self, text: str) -> bool:
        for found in CANDIDATE.finditer(text):
            beside = text[max(0, found.start() - NEAR) : found.end() + NEAR]
            if any(form in beside for form in self.births.get(found[0], ())):
                return True
        return False


def tokens(kind: str, text: str) -> set[str]:
    """What in a text has the form of values of a kind."""
    return {token for found in FORMS[kind].findall(text) for token in _each(found)}


def _each(found: str | tuple[str, ...]) -> tuple[str, ...]:
    return (found,) if isinstance(found, str) else found


def people_of(landing: Path, *others: Mapping[str, object]) -> People:
    """Everybody whom the files of a landing folder name, from the rows as senders wrote them; and others."""
    return people_in([*others, *(row for feed in feed_names() for row in _rows(landing, feed))])


def people_in(rows: Iterable[Mapping[str, object]]) -> People:
    """The people whom rows name; AssertionError if a value has a form that a search would not see."""
    __tracebackhide__ = True  # a failure shows no rows
    values: dict[str, set[str]] = {kind: set() for kind in FORMS}
    births: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for column, kind in KIND_OF_COLUMN.items():
            if isinstance(value := row.get(column), str) and _identifies(kind, value):
                values[kind] |= sought(kind, value)
        try:
            births[str(row.get("candidate_no"))] |= _spellings(date.fromisoformat(str(row.get("birth_on"))))
        except ValueError:
            continue
    for kind, known in values.items():
        unseen = sum(value not in tokens(kind, f"«{value}»") for value in known)
        assert unseen == 0, f"{unseen} values of kind {kind} could not be found if they stood somewhere"
    return People(
        {kind: frozenset(known) for kind, known in values.items()},
        {number: frozenset(known) for number, known in births.items()},
    )


def _identifies(kind: str, value: str) -> bool:
    """Whether a value can be anybody's: letters are no IIN, and a number of zeros stands everywhere."""
    return bool(value.strip()) and (kind != "iin" or (value.isdigit() and len(set(value)) > 2))


def sought(kind: str, value: str) -> set[str]:
    """What is sought of a value: the words of a name, a telephone number also as bare digits."""
    if kind == "name":
        return tokens(kind, value) - {MADE_UP} - words_of_the_project()
    return {value, "".join(filter(str.isdigit, value))} if kind == "phone" else {value}


@cache
def words_of_the_project() -> frozenset[str]:
    """Words of seeds and catalogues: a ministry may be called as a person is («Әділет министрлігі»)."""
    files = [
        *ROOT.glob("dbt_project/seeds/*.csv"),
        *ROOT.glob("*/i18n/**/*.toml"),
        *ROOT.glob("*/layout/locale/*.po"),
    ]
    return frozenset(word for file in files for word in tokens("name", file.read_text(encoding="utf-8")))


def _spellings(day: date) -> set[str]:
    return {day.isoformat(), f"{day:%d.%m.%Y}", f"{day:%d/%m/%Y}", f"{day:%Y%m%d}"}


def _rows(landing: Path, feed: str) -> Iterator[Mapping[str, object]]:
    """Rows of a feed that names people, as they stand in its files; what cannot be read is left out."""
    if not load_contract(feed).has_vault_columns:
        return
    for file in sorted(landing.rglob(f"{feed}*")):
        if ".jsonl" in file.name:
            packed = file.read_bytes()
            text = (gzip.decompress(packed) if file.suffix == ".gz" else packed).decode(errors="replace")
            for line in text.splitlines():
                try:
                    row = json.loads(line)
                except ValueError:
                    continue
                if isinstance(row, dict):
                    yield row
        elif file.suffix == ".xlsx":
            try:
                header, *lines = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
            except CalamineError:
                continue
            yield from (dict(zip(map(str, header), line, strict=False)) for line in lines)


# --- where they could stand ---


@dataclass(frozen=True, order=True)
class Finding:
    """Somebody's value, found: where, and what kind."""

    where: str
    kind: str


def findings(people: People, texts: Iterable[tuple[str, str]]) -> list[Finding]:
    """What texts, each with its place, say of people."""
    return sorted({Finding(where, kind) for where, text in texts for kind in people.kinds_in(text)})


def texts_below(folder: Path, *outside: Path) -> Iterator[tuple[str, str]]:
    """All that stands in the files below a folder but those `outside`: every byte, and what databases and
    packed files hold."""
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not set(outside) & set(file.parents):
            yield from texts_of_file(file, file.relative_to(folder).as_posix())


def texts_of_file(file: Path, name: str) -> Iterator[tuple[str, str]]:
    """The texts of a file with their places: its bytes, and what is in it by its kind."""
    content = file.read_bytes()
    yield name, content.decode(errors="replace")
    if content[:16] == b"SQLite format 3\x00":
        yield from _texts_of_sqlite(file, name)
    elif content[8:12] == b"DUCK" and not _is_encrypted(file):
        yield from _texts_of_duckdb(file, name)
    elif content[:5] == b"%PDF-":
        for number, text in enumerate(pdf_pages(content), start=1):
            yield f"{name}: page {number}", text
    elif content[:2] == b"\x1f\x8b":
        yield f"{name}, unpacked", gzip.decompress(content).decode(errors="replace")
    elif zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as packed:
            for member in packed.namelist():
                yield f"{name}: {member}", packed.read(member).decode(errors="replace")
    elif content[:4] == b"PAR1":
        rows = duckdb.execute("select columns(*)::varchar from read_parquet(?)", [str(file)]).fetchall()
        yield f"{name}, unpacked", "\n".join(str(cell) for row in rows for cell in row)


def _is_encrypted(file: Path) -> bool:
    try:
        duckdb.connect(str(file), read_only=True).close()
    except duckdb.Error as error:
        return "encrypted database" in str(error)
    return False


def _texts_of_duckdb(file: Path, name: str) -> Iterator[tuple[str, str]]:
    """Every column of every table and view, and whole rows where a row is somebody's."""
    with duckdb.connect(str(file), read_only=True) as connection:
        relations = connection.execute("""
            select table_schema, table_name, list(column_name) from information_schema.columns
            where table_catalog = current_database() group by all order by all
        """).fetchall()
        for schema, table, columns in relations:
            relation = f'"{schema}"."{table}"'
            for column in columns:
                values = connection.execute(f'select distinct "{column}"::varchar from {relation}').fetchall()
                yield f"{name}: {schema}.{table}.{column}", "\n".join(value for (value,) in values if value)
            if "candidate_no" in columns:
                rows = connection.execute(
                    f"select candidate_no, columns(*)::varchar from {relation}"
                ).fetchall()
                yield f"{name}: {schema}.{table}", "\n".join(_beside(*row) for row in rows)


def _beside(candidate_no: str, *values: str | None) -> str:
    """A row as lines that each begin with the candidate's number, so that what is in the row is beside it."""
    return "\n".join(f"{candidate_no} {value}" for value in values if value)


def _texts_of_sqlite(file: Path, name: str) -> Iterator[tuple[str, str]]:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        connection.text_factory = lambda content: content.decode(errors="replace")
        tables = connection.execute("select name from sqlite_master where type = 'table'").fetchall()
        for (table,) in tables:
            for row in connection.execute(f'select * from "{table}"'):
                cells = (cell.decode(errors="replace") if isinstance(cell, bytes) else cell for cell in row)
                yield f"{name}: {table}", " ".join(str(cell) for cell in cells if cell is not None)
