"""Delimited text: commas as agreed, or the semicolons and tabs that spreadsheets write.

Belongs here: finding delimiter and header by the contract, numbering rows, setting broken ones apart. A
record with another number of cells than the header is a broken row; a record whose cells are all blank is
skipped and not counted. How text is split is in ``csv_blocks.py``.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ingestion import limits, quarantine
from ingestion.contracts.model import Contract
from ingestion.readers.base import OTHER_DELIMITER, TITLE_ROWS, Chunk, UnreadableFileError
from ingestion.readers.csv_blocks import fast_cut, split_fast, split_strictly
from ingestion.readers.header import Header, find_header, is_blank, named_columns
from ingestion.readers.text import TextBlocks, TextTableReader, ambiguous_positions, require_no_nul

LINE_ENDS = b"\r\n"
# The agreed one first: it is taken where two would do.
DELIMITERS = (",", ";", "\t")
# The exact way makes a Python object of every cell: chunks are smaller there.
_STRICT_CELLS = 200_000


@dataclass(frozen=True)
class _Layout:
    """How the file is laid out; ``end`` is the end of the header, in bytes from the beginning."""

    header: Header
    delimiter: str
    end: int


@dataclass
class _Rows:
    """Rows on the exact way that wait to become a chunk."""

    cells: list[list[str]]
    numbers: list[int]
    broken: dict[int, str]
    count_cells: int = 0


class CsvReader(TextTableReader):
    """Rows of a CSV file; every value is text."""

    def __init__(self, blocks: TextBlocks, contract: Contract) -> None:
        super().__init__(blocks)
        head, is_whole = _head(blocks)
        layout = _find_layout(head, contract, is_whole)
        require_no_nul(head[: layout.end])
        self.names = named_columns(layout.header.names)
        self._cell_names = layout.header.names
        self._known_names = [name for name in self.names if name in contract.column_names]
        self._delimiter = layout.delimiter
        self._head_rest = head[layout.end :]
        self._unfinished = b""
        self._next_number = 1
        if layout.delimiter != DELIMITERS[0]:
            self._remarks.add(OTHER_DELIMITER)
        if layout.header.position:
            self._remarks.add(TITLE_ROWS)

    def __iter__(self) -> Iterator[Chunk]:
        """The rows, block by block."""
        block: bytes | None = self._head_rest
        while block is not None:
            following = next(self._blocks, None)
            yield from self._chunks(self._unfinished + block, is_last=following is None)
            block = following

    def _chunks(self, buffer: bytes, is_last: bool) -> Iterator[Chunk]:
        cut = fast_cut(buffer, self._delimiter, is_last=is_last)
        table = split_fast(buffer, self._delimiter, len(self._cell_names), cut) if cut.size else None
        if table is not None:
            numbers = range(self._next_number, self._next_number + table.num_rows)
            self._next_number = numbers.stop
            if numbers:
                yield self._chunk(table.columns, numbers, {})
            buffer = buffer[cut.size :]
        # Where quotes do not stand well, the rest may be many records and not one.
        if table is None or is_last or len(buffer) > limits.MAX_RECORD_BYTES:
            end = yield from self._strict_chunks(buffer, is_last)
            buffer = buffer[end:]
        if len(buffer) > limits.MAX_RECORD_BYTES:
            raise UnreadableFileError("a record is too long", quarantine.LINE_TOO_LONG)
        self._unfinished = buffer

    def _strict_chunks(self, buffer: bytes, is_last: bool) -> Generator[Chunk, None, int]:
        """Chunks the exact way; the generator's value is the end of the last whole record."""
        rows, last_end = _Rows([], [], {}), 0
        for cells, end in split_strictly(buffer, self._delimiter, is_last=is_last):
            last_end = end
            if is_blank(cells):
                continue
            if len(cells) == len(self._cell_names):
                rows.cells.append(cells)
                rows.numbers.append(self._next_number)
            else:
                rows.broken[self._next_number] = self._delimiter.join(cells)[: limits.MAX_KEPT_TEXT]
            self._next_number += 1
            rows.count_cells += len(cells)
            if rows.count_cells >= _STRICT_CELLS:
                yield self._strict_chunk(rows)
                rows = _Rows([], [], {})
        if rows.count_cells:
            yield self._strict_chunk(rows)
        return last_end

    def _strict_chunk(self, rows: _Rows) -> Chunk:
        import pyarrow as pa

        columns = list(zip(*rows.cells, strict=True)) or [()] * len(self._cell_names)
        return self._chunk(
            [pa.array(column, type=pa.string()) for column in columns], rows.numbers, rows.broken
        )

    def _chunk(self, columns: Sequence[Any], numbers: Sequence[int], broken: dict[int, str]) -> Chunk:
        """A chunk of the named columns. Extra columns do not land, so their letters do not count."""
        named = {name: column for name, column in zip(self._cell_names, columns, strict=True) if name}
        ambiguous: set[int] = set()
        if self._blocks.has_ambiguous_letters:
            for name in self._known_names:
                ambiguous.update(numbers[position] for position in ambiguous_positions(named[name]))
        return Chunk(named, numbers, broken, frozenset(ambiguous))


def _head(blocks: TextBlocks) -> tuple[bytes, bool]:
    """The beginning of the file, long enough for any header, and whether it is the whole file."""
    head = b""
    while len(head) <= 2 * limits.MAX_RECORD_BYTES:
        block = next(blocks, None)
        if block is None:
            return head, True
        head += block
    return head, False


def _find_layout(head: bytes, contract: Contract, is_whole: bool) -> _Layout:
    """Delimiter and header with which the required columns are found.

    Without such, those with which most columns of the contract are found; the agreed delimiter if none is.
    """
    layouts = [_layout(head, contract, is_whole, delimiter) for delimiter in DELIMITERS]
    found = [layout for layout in layouts if layout is not None and layout.header.count_found]
    if not found and layouts[0] is not None:
        return layouts[0]
    if not found:
        # Not one record of the head could be read: the first is too long, or its quotes do not fit.
        if len(head) > limits.MAX_RECORD_BYTES:
            raise UnreadableFileError("the first record is too long", quarantine.LINE_TOO_LONG)
        raise UnreadableFileError("no header")
    return max(found, key=lambda layout: (layout.header.is_complete, layout.header.count_found))


def _layout(head: bytes, contract: Contract, is_whole: bool, delimiter: str) -> _Layout | None:
    ends: list[int] = []

    def rows() -> Iterator[list[str]]:
        try:
            for cells, end in split_strictly(head, delimiter, is_last=is_whole):
                if not is_blank(cells):
                    ends.append(end)
                    yield cells
        except UnreadableFileError:
            return  # this delimiter does not fit from here on

    header = find_header(rows(), contract)
    return None if header is None else _Layout(header, delimiter, ends[header.position])
