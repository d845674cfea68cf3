"""From the landing folder to the rows that exist: files in order, rows judged by their contract, latest
versions.

What belongs here: `docs/rules.md`, "Time", and what is kept out at the door. What does not: the layout of the
feeds (`feeds.py`), single values (`values.py`), and any rule about people.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import logging
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from tests.oracle import order
from tests.oracle.feeds import FEEDS, Column, Feed
from tests.oracle.values import BadValueError, is_empty, is_iin, is_plain_text, parse

logger = logging.getLogger(__name__)

# Columns in which a person may be named, and runs of digits in the others.
_OF_THE_VAULT = frozenset({"last_name", "first_name", "middle_name", "phone", "email", "document_number"})
_DIGITS = re.compile(r"[0-9]+")
_EXTENSIONS = (".csv", ".csv.gz", ".jsonl", ".jsonl.gz", ".xlsx", ".parquet")


class UnreadableFileError(ValueError):
    """A file that cannot be read as its format, or that lacks a required column: it is kept out whole."""


@dataclass(frozen=True)
class LandedFile:
    """A file of the landing folder: `received_at` is aware, `name` its path below the folder."""

    path: Path
    name: str
    feed: str
    received_at: datetime


@dataclass(slots=True)
class Row:
    """The latest version of a row as of the season clock.

    `received_at` is the receipt of this version, `first_received_at` the least receipt of its key;
    `landing_order` grows with (receipt, landing order of the file, row number) over all feeds.
    """

    values: Mapping[str, Any]
    received_at: datetime
    first_received_at: datetime
    landing_order: int

    def __getitem__(self, column: str) -> Any:
        return self.values[column]


Key = tuple[Any, ...]
Table = dict[Key, Row]


@dataclass(frozen=True)
class Tables:
    """The rows of every feed, by feed name and key; rows in landing order of their first version.

    `superseded` holds the versions that later ones replaced, by feed name and key, in landing order.
    """

    by_feed: Mapping[str, Table]
    superseded: Mapping[tuple[str, Key], Sequence[Row]] = field(default_factory=dict)

    def rows(self, feed: str) -> list[Row]:
        """All rows of a feed."""
        return list(self.by_feed[feed].values())

    def get(self, feed: str, *key: Any) -> Row | None:
        """The row of a key, or None."""
        return self.by_feed[feed].get(key)

    def versions(self, feed: str) -> dict[Key, list[Row]]:
        """All versions of each key of a feed, in landing order: the last is the latest."""
        return {
            key: [*self.superseded.get((feed, key), ()), latest] for key, latest in self.by_feed[feed].items()
        }


def read_landing(landing_dir: Path, as_of: datetime, landed_at: datetime) -> Tables:
    """The rows known at `as_of` from the files of a landing folder.

    A file in a folder named by a local moment was received then; one directly below at `landed_at`.
    """
    by_feed: dict[str, Table] = {name: {} for name in FEEDS}
    superseded: dict[tuple[str, Key], list[Row]] = defaultdict(list)
    seen: set[tuple[str, str]] = set()
    landing_order = 0
    for file in landed_files(landing_dir, landed_at):
        if file.received_at > as_of:
            break
        content = file.path.read_bytes()
        fingerprint = (file.feed, hashlib.sha256(content).hexdigest())
        if fingerprint in seen:
            continue
        seen.add(fingerprint)
        feed, table = FEEDS[file.feed], by_feed[file.feed]
        for values in accepted_rows(file.name, content, feed):
            landing_order += 1
            key = tuple(values[column] for column in feed.key)
            earlier = put(table, key, values, file.received_at, landing_order)
            if earlier is not None:
                superseded[file.feed, key].append(earlier)
    return Tables(by_feed, superseded)


def put(
    table: Table, key: Key, values: Mapping[str, Any], received_at: datetime, landing_order: int
) -> Row | None:
    """Make a row the latest version of its key; returns the one that it replaces.

    Rows come in landing order, so the last one wins.
    """
    earlier = table.get(key)
    first = received_at if earlier is None else earlier.first_received_at
    table[key] = Row(values, received_at, first, landing_order)
    return earlier


def landed_files(landing_dir: Path, landed_at: datetime) -> list[LandedFile]:
    """The files of known feeds, in order of (receipt, path).

    A file lies directly below the landing folder, or in a folder there that is named by a moment; a file
    anywhere else is no delivery.
    """
    found = []
    for path in landing_dir.rglob("*"):
        feed = feed_of(path.name)
        if feed is None or not path.is_file():
            continue
        *folders, name = path.relative_to(landing_dir).parts
        if not folders:
            found.append(LandedFile(path, name, feed, landed_at))
        elif len(folders) == 1 and (received_at := folder_moment(folders[0])) is not None:
            found.append(LandedFile(path, f"{folders[0]}/{name}", feed, received_at))
    return sorted(found, key=lambda file: (file.received_at, file.name))


def feed_of(file_name: str) -> str | None:
    """The feed of a file name `<source>__<entity>[__anything].<ext>`, or None if it is no feed's."""
    for extension in _EXTENSIONS:
        if file_name.lower().endswith(extension):
            name = "__".join(file_name[: -len(extension)].split("__")[:2])
            return name if name in FEEDS else None
    return None


def folder_moment(name: str) -> datetime | None:
    """The local moment that a folder's name states (YYYY-MM-DDTHHMMSS), or None."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{6}", name, re.ASCII):
        return None
    try:
        return datetime.strptime(name, "%Y-%m-%dT%H%M%S").replace(tzinfo=order.LOCAL)
    except ValueError:
        return None


def accepted_rows(name: str, content: bytes, feed: Feed) -> list[dict[str, Any]]:
    """The rows of one file that keep their contract, in its order; none if the file is kept out whole."""
    try:
        header, lines = read_cells(name, content)
        missing = [column.name for column in feed.columns if column.required and column.name not in header]
        if missing and lines:
            raise UnreadableFileError("required columns missing")
    except UnreadableFileError as error:
        logger.info("file of feed %s kept out whole: %s", feed.name, error)
        return []
    positions = [
        (column, header.index(column.name) if column.name in header else None) for column in feed.columns
    ]
    checked = [_checked(feed, positions, line) for line in lines if len(line) == len(header)]
    return _without_duplicates(feed, [row for row in checked if row is not None])


def _checked(
    feed: Feed, positions: Sequence[tuple[Column, int | None]], line: Sequence[Any]
) -> dict[str, Any] | None:
    """The typed row, or None if it breaks its contract."""
    values: dict[str, Any] = {}
    for column, position in positions:
        cell = None if position is None else line[position]
        if is_empty(cell):
            if column.required:
                return None
            values[column.name] = None
            continue
        try:
            value = parse(column.kind, cell)
        except BadValueError:
            return None
        if not _keeps_checks(column, value):
            return None
        values[column.name] = value
    for later, earlier in feed.not_before:
        ends = (values[later], values[earlier])
        if None not in ends and _moment_of(ends[0]) < _moment_of(ends[1]):
            return None
    return values


def _moment_of(value: date | datetime) -> datetime:
    """A moment to compare with: a day begins at midnight UTC."""
    return value if isinstance(value, datetime) else datetime(value.year, value.month, value.day, tzinfo=UTC)


def _keeps_checks(column: Column, value: Any) -> bool:
    """Whether a value keeps its column's pattern, code list, bounds and check digit."""
    if column.codes is not None and value not in column.codes:
        return False
    if column.pattern is not None and not re.fullmatch(column.pattern, value, re.ASCII):
        return False
    if column.low is not None and value < column.low:
        return False
    if column.high is not None and value > column.high:
        return False
    is_free_text = isinstance(value, str) and column.codes is None and column.pattern is None
    if is_free_text and not is_plain_text(value):
        return False
    may_name = column.name in _OF_THE_VAULT
    if is_free_text and not may_name and any(is_iin(run) for run in _DIGITS.findall(value)):
        return False
    return not column.is_iin or is_iin(value)


def _without_duplicates(feed: Feed, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of one key in one file: identical ones leave the first, differing ones leave none."""
    keys = [tuple(row[column] for column in feed.key) for row in rows]
    repeated = {key for key, count in Counter(keys).items() if count > 1}
    if not repeated:
        return rows
    first: dict[Key, dict[str, Any]] = {}
    differing = set()
    for key, row in zip(keys, rows, strict=True):
        if key in repeated and first.setdefault(key, row) != row:
            differing.add(key)
    kept = []
    for key, row in zip(keys, rows, strict=True):
        if key not in repeated or (key not in differing and first[key] is row):
            kept.append(row)
    return kept


def read_cells(name: str, content: bytes) -> tuple[list[str], list[Sequence[Any]]]:
    """Header and rows of a file, cells as its format has them. Raises UnreadableFileError."""
    name = name.lower()
    try:
        if name.endswith(".gz"):
            content = gzip.decompress(content)
            name = name.removesuffix(".gz")
        cells, lines = _READERS[name.rsplit(".", 1)[1]](content)
    except UnreadableFileError:
        raise
    except Exception as error:  # every library has exceptions of its own for a broken file
        raise UnreadableFileError(type(error).__name__) from None
    header = [cell.strip() for cell in cells]
    named = [cell for cell in header if cell]
    if len(set(named)) != len(named):
        raise UnreadableFileError("a column appears twice")
    return header, lines


def _read_csv(content: bytes) -> tuple[list[str], list[Sequence[Any]]]:
    """CSV: blank lines are no rows."""
    reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    lines = [line for line in reader if line]
    return (lines[0], list(lines[1:])) if lines else ([], [])


def _read_jsonl(content: bytes) -> tuple[list[str], list[Sequence[Any]]]:
    """JSON Lines: the header is the union of the objects' names. A line that is no object is a bad row.

    It comes back without cells, so that it fits no header.
    """
    lines = [line for line in content.decode("utf-8-sig").split("\n") if line.strip()]
    objects = [_json_object(line) for line in lines]
    header = list(dict.fromkeys(name for item in objects for name in item or ()))
    return header, [() if item is None else [item.get(name) for name in header] for item in objects]


def _json_object(line: str) -> dict[str, Any] | None:
    try:
        item = json.loads(line, parse_constant=_refuse_constant)
    except ValueError:
        return None
    return item if isinstance(item, dict) else None


def _refuse_constant(name: str) -> None:
    raise ValueError("NaN and infinities are no JSON")


def _read_xlsx(content: bytes) -> tuple[list[str], list[Sequence[Any]]]:
    """A workbook with one filled sheet; blank rows are no rows."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheets = [sheet for name in book.sheet_names if (sheet := book.get_sheet_by_name(name).to_python())]
    if len(sheets) != 1:
        raise UnreadableFileError("not one filled sheet")
    filled = [line for line in sheets[0] if not all(is_empty(cell) for cell in line)]
    return [str(cell) for cell in filled[0]], list(filled[1:])


def _read_parquet(content: bytes) -> tuple[list[str], list[Sequence[Any]]]:
    """Parquet: typed; timestamps are UTC whether or not they say so."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(content))
    columns = []
    for column in table.columns:
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.timestamp("us", tz="UTC"), safe=False)
        columns.append(column.to_pylist())
    return list(table.column_names), list(zip(*columns, strict=True))


_READERS = {"csv": _read_csv, "jsonl": _read_jsonl, "xlsx": _read_xlsx, "parquet": _read_parquet}
