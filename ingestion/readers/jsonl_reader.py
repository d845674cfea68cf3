"""JSON Lines: one object a line.

Belongs here: turning lines into cells. A line that is no JSON object is a broken row; so is one with a name
twice, with a lone surrogate, or nested too deep, since they cannot be kept as they are. Blank lines are
skipped and not counted. A name that a line leaves out is an empty value. Numbers keep their digits (decimals,
never binary floats).
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from ingestion import limits, quarantine
from ingestion.readers.base import Chunk, UnreadableFileError
from ingestion.readers.text import TextBlocks, TextTableReader, has_ambiguous_letters, require_no_nul

LINE_ENDS = b"\n"
# Text, rows and cells of a chunk: every cell is a Python object, some many times larger than their text.
_CHUNK_LETTERS = 2**21
_CHUNK_ROWS = 20_000
_CHUNK_CELLS = 500_000
# Deeper objects would be refused by Python further on, at a depth that nobody chose.
_MAX_DEPTH = 50
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]')


@dataclass
class _Rows:
    """Rows that wait to become a chunk, with the names that they have."""

    records: dict[int, dict[str, object]] = field(default_factory=dict)
    broken: dict[int, str] = field(default_factory=dict)
    ambiguous: set[int] = field(default_factory=set)
    names: dict[str, None] = field(default_factory=dict)
    count_letters: int = 0

    @property
    def is_full(self) -> bool:
        """Whether a chunk should not become larger."""
        return (
            self.count_letters >= _CHUNK_LETTERS
            or len(self.records) + len(self.broken) >= _CHUNK_ROWS
            or len(self.records) * len(self.names) >= _CHUNK_CELLS
        )

    def chunk(self) -> Chunk:
        """The rows by column."""
        records = self.records.values()
        columns = {name: [record.get(name) for record in records] for name in self.names}
        return Chunk(columns, list(self.records), self.broken, frozenset(self.ambiguous))


class JsonLinesReader(TextTableReader):
    """Rows of a JSON Lines file; names are added as lines bring them."""

    def __init__(self, blocks: TextBlocks) -> None:
        super().__init__(blocks)
        self._first = next(blocks, b"")
        if not self._first:
            raise UnreadableFileError("no bytes")
        require_no_nul(self._first.partition(b"\n")[0])
        self._names: dict[str, None] = {}
        self._next_number = 1
        self._has_objects = False

    def __iter__(self) -> Iterator[Chunk]:
        """The rows, in chunks of bounded size."""
        rows = _Rows()
        for number, line in self._lines():
            record = _object(line)
            if record is None:
                rows.broken[number] = line[: limits.MAX_KEPT_TEXT]
            else:
                self._has_objects = True
                self._add_names(record, rows.names)
                rows.records[number] = record
                if self._blocks.has_ambiguous_letters and has_ambiguous_letters(line):
                    rows.ambiguous.add(number)
            rows.count_letters += len(line)
            if rows.is_full:
                yield rows.chunk()
                rows = _Rows()
        if rows.records or rows.broken:
            yield rows.chunk()
        if not self._has_objects:
            raise UnreadableFileError("no line is a JSON object")

    def _lines(self) -> Iterator[tuple[int, str]]:
        block = self._first
        while block:
            for line in io.StringIO(block.decode(), newline="\n"):
                if not line.strip():
                    continue
                line = line.removesuffix("\n")
                if len(line) > limits.MAX_RECORD_BYTES // 4 and len(line.encode()) > limits.MAX_RECORD_BYTES:
                    raise UnreadableFileError("a line is too long", quarantine.LINE_TOO_LONG)
                yield self._next_number, line
                self._next_number += 1
            block = next(self._blocks, b"")

    def _add_names(self, record: dict[str, object], names_of_chunk: dict[str, None]) -> None:
        if record.keys() <= names_of_chunk.keys():
            return
        names_of_chunk.update(dict.fromkeys(record))
        self._names.update(names_of_chunk)
        self.names = tuple(self._names)
        if len(self.names) > limits.MAX_COLUMNS:
            raise UnreadableFileError("too many columns")


def _object(line: str) -> dict[str, object] | None:
    """The object that a line is; None if it is none, or one that cannot be kept as it is."""
    try:
        value = json.loads(
            line, parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_with_distinct_names
        )
    except (ValueError, RecursionError, InvalidOperation):
        return None
    if not isinstance(value, dict) or (line.count("[") + line.count("{") > _MAX_DEPTH and _is_deep(line)):
        return None
    return None if "\\u" in line and _has_surrogates(value) else value


def _with_distinct_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ValueError("a name stands twice")
    return record


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _is_deep(line: str) -> bool:
    """Whether well-formed JSON is nested deeper than ``_MAX_DEPTH``."""
    depth = 0
    for found in _BRACKETS.finditer(line):
        if found[0] in "[{":
            depth += 1
            if depth > _MAX_DEPTH:
                return True
        elif found[0] in "]}":
            depth -= 1
    return False


def _has_surrogates(value: dict[str, object]) -> bool:
    """Whether a text holds half of a pair of surrogates, which no encoding can write."""
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        return True
    return False
