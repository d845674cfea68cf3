"""Files of the sample season: collects rows by delivery, then writes them in the contracts' formats.

Belongs here: layouts, encodings, file names, bytes that do not depend on the clock. Does not belong here:
what the rows say (the themed modules) and reading them back (the door).
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from ingestion.contracts import load_contract

FOLDER_FORMAT = "%Y-%m-%dT%H%M%S"
WORKBOOK_CREATED = datetime(2025, 1, 1)
OFFSET = "+05:00"
PACKED_FEEDS = frozenset({"platform__documents"})
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Layout:
    """Columns of a feed as its contract orders them, with their logical types."""

    file_format: str
    columns: tuple[str, ...]
    types: Mapping[str, str]


@lru_cache(maxsize=64)
def layout_of(feed: str) -> Layout:
    """The feed's layout, from its contract; raises what `load_contract` raises for an unknown feed."""
    contract = load_contract(feed)
    return Layout(
        file_format=contract.file_format,
        columns=contract.column_names,
        types={column.name: column.logical_type for column in contract.columns},
    )


@dataclass
class Delivery:
    """One file to be written: typed frames, raw rows, or ready bytes."""

    frames: list[pd.DataFrame] = field(default_factory=list)
    raw_rows: list[dict[str, Any]] = field(default_factory=list)
    content: bytes | None = None


@dataclass
class Outbox:
    """Everything the senders deliver, by (receipt, feed, label)."""

    files: dict[tuple[datetime, str, str], Delivery] = field(default_factory=dict)

    def _at(self, feed: str, received: datetime, label: str) -> Delivery:
        layout_of(feed)
        return self.files.setdefault((received, feed, label), Delivery())

    def put(
        self, feed: str, received: datetime, rows: pd.DataFrame | list[dict[str, Any]], label: str = ""
    ) -> None:
        """Add rows to a file; more rows for the same file follow them."""
        frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(rows)
        if len(frame):
            self._at(feed, received, label).frames.append(frame)

    def put_by_receipt(
        self, feed: str, frame: pd.DataFrame, column: str = "received", label: str = ""
    ) -> None:
        """Split a frame by its receipt column and add each part to its delivery."""
        for received, part in frame.groupby(column, sort=True):
            self.put(feed, pd.Timestamp(str(received)).to_pydatetime(), part, label)

    def put_raw(self, feed: str, received: datetime, row: Row, label: str = "") -> None:
        """Add a row as the sender typed it, unchecked: for rows that break their contract."""
        self._at(feed, received, label).raw_rows.append(dict(row))

    def put_content(self, feed: str, received: datetime, content: bytes, label: str) -> None:
        """Add a whole file as bytes: a truncated file or a copy."""
        self._at(feed, received, label).content = content

    def deliveries(self, feed: str) -> list[tuple[datetime, str]]:
        """The (receipt, label) of a feed's files, in order of receipt."""
        return sorted((received, label) for received, name, label in self.files if name == feed)

    def render(self, feed: str, received: datetime, label: str) -> bytes:
        """The bytes of one file."""
        delivery = self.files[(received, feed, label)]
        if delivery.content is not None:
            return delivery.content
        return render(feed, delivery)


def file_name(feed: str, label: str) -> str:
    """Name of a feed's file: `<source>__<entity>[__label].<ext>`."""
    extension = layout_of(feed).file_format + (".gz" if feed in PACKED_FEEDS else "")
    return f"{feed}__{label}.{extension}" if label else f"{feed}.{extension}"


def write_outbox(outbox: Outbox, out_dir: Path) -> list[Path]:
    """Write all files below `out_dir`, one folder a moment of receipt; returns their paths in order."""
    paths = []
    for received, feed, label in sorted(outbox.files):
        folder = out_dir / received.strftime(FOLDER_FORMAT)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / file_name(feed, label)
        path.write_bytes(outbox.render(feed, received, label))
        paths.append(path)
    return paths


def render(feed: str, delivery: Delivery) -> bytes:
    """Bytes of a delivery in the format of the feed's contract."""
    layout = layout_of(feed)
    columns = {name: _column(delivery.frames, name, layout) for name in layout.columns}
    writer = _WRITERS[layout.file_format]
    content = writer(layout, columns, delivery.raw_rows)
    return gzip.compress(content, 6, mtime=0) if feed in PACKED_FEEDS else content


def _column(frames: Iterable[pd.DataFrame], name: str, layout: Layout) -> list[Any]:
    """A column of all frames as plain Python values, None where empty."""
    values: list[Any] = []
    for frame in frames:
        if name not in frame.columns:
            values.extend([None] * len(frame))
            continue
        values.extend(_plain(frame[name], layout.types[name]))
    return values


def _plain(series: pd.Series, logical_type: str) -> list[Any]:
    missing = series.isna().to_numpy()
    if logical_type in ("timestamp", "date"):
        resolution = "datetime64[s]" if logical_type == "timestamp" else "datetime64[D]"
        moments = pd.to_datetime(series).to_numpy().astype(resolution).tolist()
        return [None if gone else value for value, gone in zip(moments, missing, strict=True)]
    caster: Callable[[Any], Any] = {"integer": int, "boolean": bool, "number": Decimal}.get(logical_type, str)
    return [None if gone else caster(value) for value, gone in zip(series.tolist(), missing, strict=True)]


def _text(value: Any) -> Any:
    """A value as text formats write it: ISO 8601 with offset, true/false, empty for null."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds") + OFFSET
    if isinstance(value, date):
        return value.isoformat()
    return value


def _csv(layout: Layout, columns: Mapping[str, list[Any]], raw_rows: list[dict[str, Any]]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(layout.columns)
    texts = [[_text(value) for value in columns[name]] for name in layout.columns]
    writer.writerows(zip(*texts, strict=True))
    writer.writerows([_text(row.get(name)) for name in layout.columns] for row in raw_rows)
    return buffer.getvalue().encode()


def _jsonl(layout: Layout, columns: Mapping[str, list[Any]], raw_rows: list[dict[str, Any]]) -> bytes:
    def jsonable(value: Any) -> Any:
        return _text(value) if isinstance(value, (date, datetime)) else value

    lines = [
        json.dumps(dict(zip(layout.columns, map(jsonable, row), strict=True)), ensure_ascii=False)
        for row in zip(*(columns[name] for name in layout.columns), strict=True)
    ]
    lines += [
        json.dumps({name: jsonable(row.get(name)) for name in layout.columns}, ensure_ascii=False)
        for row in raw_rows
    ]
    return ("\n".join(lines) + "\n").encode()


def _xlsx(layout: Layout, columns: Mapping[str, list[Any]], raw_rows: list[dict[str, Any]]) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False}
    )
    book.set_properties({"created": WORKBOOK_CREATED, "title": "Synthetic data", "comments": "СИНТЕТИКА"})
    sheet = book.add_worksheet("data")
    formats = {
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "timestamp": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
    }
    sheet.write_row(0, 0, layout.columns)
    for place, name in enumerate(layout.columns):
        _xlsx_column(sheet, place, [*columns[name], *(row.get(name) for row in raw_rows)], formats)
    book.close()
    return buffer.getvalue()


def _xlsx_column(sheet: Any, place: int, values: list[Any], formats: Mapping[str, Any]) -> None:
    for number, value in enumerate(values, start=1):
        if value is None:
            continue
        if isinstance(value, datetime):
            sheet.write_datetime(number, place, value, formats["timestamp"])
        elif isinstance(value, date):
            sheet.write_datetime(number, place, value, formats["date"])
        elif isinstance(value, bool):
            sheet.write_boolean(number, place, value)
        elif isinstance(value, str):
            sheet.write_string(number, place, value)
        else:
            sheet.write_number(number, place, value)


def _parquet(layout: Layout, columns: Mapping[str, list[Any]], raw_rows: list[dict[str, Any]]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"string": pa.string(), "integer": pa.int64(), "boolean": pa.bool_(), "date": pa.date32()}
    kinds |= {"timestamp": pa.timestamp("us", tz="UTC"), "number": pa.decimal128(12, 4)}
    arrays, fields = [], []
    for name in layout.columns:
        values = [*columns[name], *(row.get(name) for row in raw_rows)]
        if layout.types[name] == "timestamp":
            values = [None if value is None else value - timedelta(hours=5) for value in values]
        kind = kinds[layout.types[name]]
        arrays.append(pa.array(values, type=kind))
        fields.append(pa.field(name, kind))
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=pa.schema(fields)), sink, compression="zstd")
    return sink.getvalue()


_Writer = Callable[[Layout, Mapping[str, list[Any]], list[dict[str, Any]]], bytes]
_WRITERS: dict[str, _Writer] = {"csv": _csv, "jsonl": _jsonl, "xlsx": _xlsx, "parquet": _parquet}
