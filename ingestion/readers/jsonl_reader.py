"""JSON Lines, UTF-8: one object a line.

Belongs here: turning lines into cells. A line that is no JSON object is a broken row; blank lines are skipped
and not counted. A name that a line leaves out is an empty value. Numbers keep their digits (decimals, never
binary floats).
"""

from __future__ import annotations

import json
from decimal import Decimal

from ingestion.readers.base import RawTable, UnreadableFileError, decode_utf8


def read(content: bytes) -> RawTable:
    """The table of a JSON Lines file; columns in the order of their first appearance."""
    rows: list[dict[str, object]] = []
    row_numbers: list[int] = []
    broken: dict[int, str] = {}
    lines = (line for line in decode_utf8(content).split("\n") if line.strip())
    for number, line in enumerate(lines, start=1):
        record = _object(line)
        if record is None:
            broken[number] = line
        else:
            rows.append(record)
            row_numbers.append(number)
    if not rows:
        raise UnreadableFileError("no line is a JSON object")
    names = dict.fromkeys(name for record in rows for name in record)
    columns = {name: [record.get(name) for record in rows] for name in names}
    return RawTable(columns, row_numbers, broken)


def _object(line: str) -> dict[str, object] | None:
    try:
        value = json.loads(line, parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
