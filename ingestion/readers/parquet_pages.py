"""What a Parquet file asks of memory, known before the library opens it.

Belongs here: reading the footer and the headers of the pages. The footer says how large things are, and may
be wrong; the headers are what the library goes by when it allocates. A page is unpacked whole, so its size is
bounded; values of a dictionary are repeated as often as rows name them, so the longest one is measured. The
library ends the process over some damaged footers when asked about columns; here they are only bytes. What
the table holds is read in ``parquet_reader.py``. Numbers of fields are those of ``parquet.thrift``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from ingestion import limits, quarantine
from ingestion.readers.base import UnreadableFileError
from ingestion.readers.thrift import I32, I64, LIST, STRUCT, Fields, ThriftReader

_MAGIC = b"PAR1"
# The footer becomes objects some hundred times its size. 25 columns in 1,000 row groups take 4 MB.
_FOOTER_BYTES = 4 * 2**20
# The page of each column that is being read is held in memory; writers make them of about 1 MB.
_OPEN_PAGES_BYTES = 256 * 2**20
_COUNT_PAGES = 1_000_000
_HEADER_BYTES = (2**14, 2**22)
_BYTE_ARRAY = 6
_DATA, _INDEX, _DICTIONARY, _DATA_2 = 0, 1, 2, 3
# By kind of page: the field with its details, and in there the field with the encoding.
_DETAILS = {_DATA: (5, 2), _DICTIONARY: (7, 2), _DATA_2: (8, 4)}
# Encodings whose values are decoded as they are asked for: plain, two of dictionaries, runs, differences of
# numbers, split bytes. Not among them: differences of texts (6, 7), which writers use only when told to; what
# they unpack to is known only afterwards.
_ENCODINGS = (0, 2, 8, 3, 5, 9)
_UNPACKED = 0
_CODECS = {1: "snappy", 2: "gzip", 4: "brotli", 6: "zstd", 7: "lz4_raw"}


@dataclass(frozen=True)
class _Page:
    """The header of a page; ``body`` is where its bytes begin, sizes are in bytes."""

    kind: int
    size: int
    packed_size: int
    count_values: int
    body: int


@dataclass(frozen=True)
class _ColumnChunk:
    """One column of one row group: where its pages begin and end, and how its values are kept."""

    begin: int
    end: int
    codec: int
    is_text: bool
    value_size: int  # where all values are equally long


class ParquetBounds:
    """Bounds of a file, from its footer and, row group by row group, from the headers of its pages."""

    def __init__(self, stream: BinaryIO) -> None:
        """Read the footer; ``UnreadableFileError`` if it is none or promises more than ``limits`` allow."""
        self._stream = stream
        try:
            footer = ThriftReader(_footer(stream)).struct()
            leaves = [element for element in footer[2, LIST] if not element.get((5, I32))]
            groups = footer[4, LIST]
            self._groups = [
                [_column_chunk(chunk, leaf) for chunk, leaf in zip(group[1, LIST], leaves, strict=True)]
                for group in groups
            ]
            self._rows = [group[3, I64] for group in groups]
            count_rows = max(footer[3, I64], sum(self._rows))
        except (IndexError, KeyError, ValueError, TypeError, AttributeError):
            raise UnreadableFileError("not a Parquet file") from None
        # As if each value took 8 bytes: nothing at all may be written for values that are empty.
        if count_rows * len(leaves) * 8 > limits.MAX_UNPACKED_BYTES:
            raise UnreadableFileError("too many rows", quarantine.EXPANDS_TOO_MUCH)
        self._count_pages = 0
        self._size = 0

    @property
    def groups(self) -> list[int]:
        """Positions of the row groups that have rows; one without may lack even its pages."""
        return [group for group, count_rows in enumerate(self._rows) if count_rows > 0]

    def row_bytes(self, group: int) -> int:
        """Bytes that a row of a row group takes at most, on average over many rows.

        ``UnreadableFileError`` if pages are too large, too many, or encoded in a way that cannot be bounded.
        """
        bounds = [self._column_bounds(chunk) for chunk in self._groups[group]]
        if sum(largest for _, largest in bounds) > _OPEN_PAGES_BYTES:
            raise UnreadableFileError("pages too large", quarantine.EXPANDS_TOO_MUCH)
        return sum(width for width, _ in bounds)

    def _column_bounds(self, chunk: _ColumnChunk) -> tuple[int, int]:
        """Bytes of a value at most, on average over a page, and of the largest page."""
        width, largest = max(8, chunk.value_size), 0
        for page in self._pages(chunk):
            largest = max(largest, page.size, page.packed_size)
            self._size += page.size
            if largest > _OPEN_PAGES_BYTES or self._size > limits.MAX_UNPACKED_BYTES:
                raise UnreadableFileError("too large unpacked", quarantine.EXPANDS_TOO_MUCH)
            if page.kind != _DICTIONARY:
                width = max(width, -(-page.size // max(page.count_values, 1)))
            elif chunk.is_text:
                width = max(width, self._longest_value(page, chunk.codec))
        return width, largest

    def _pages(self, chunk: _ColumnChunk) -> Iterator[_Page]:
        position = chunk.begin
        while position < chunk.end:
            self._count_pages += 1
            if self._count_pages > _COUNT_PAGES:
                raise UnreadableFileError("too many pages", quarantine.EXPANDS_TOO_MUCH)
            page = self._page(position)
            position = page.body + page.packed_size
            if page.kind != _INDEX:
                yield page

    def _page(self, position: int) -> _Page:
        for size in _HEADER_BYTES:
            self._stream.seek(position)
            header = ThriftReader(self._stream.read(size))
            try:
                return _page(header.struct(), position, header)
            except IndexError:  # the header is longer, or the file ends
                continue
            except (KeyError, ValueError, TypeError):
                break
        raise UnreadableFileError("a page without header")

    def _longest_value(self, page: _Page, codec: int) -> int:
        """Bytes of the longest value of a dictionary; the page's size where it cannot be unpacked here."""
        import pyarrow as pa

        self._stream.seek(page.body)
        packed = self._stream.read(page.packed_size)
        if codec == _UNPACKED:
            return _longest(packed)
        try:
            unpacked = pa.Codec(_CODECS[codec]).decompress(packed, decompressed_size=page.size, asbytes=True)
        except (pa.ArrowException, OSError, ValueError, KeyError):
            return page.size
        return _longest(unpacked)


def _footer(stream: BinaryIO) -> bytes:
    size = stream.seek(0, 2)
    stream.seek(max(size - 8, 0))
    end = stream.read(8)
    length = int.from_bytes(end[:4], "little")
    if end[4:] != _MAGIC or length > size - 12:
        raise UnreadableFileError("not a Parquet file")
    if length > _FOOTER_BYTES:
        raise UnreadableFileError("too large a footer", quarantine.EXPANDS_TOO_MUCH)
    stream.seek(size - 8 - length)
    return stream.read(length)


def _column_chunk(chunk: Fields, leaf: Fields) -> _ColumnChunk:
    """From the footer's records of a column in a row group and in the schema."""
    details = chunk[3, STRUCT]
    begin, dictionary = details[9, I64], details.get((11, I64), 0)
    if 0 < dictionary < begin:
        begin = dictionary
    size = details[7, I64]
    if begin < 0 or size < 0 or details[1, I32] != leaf[1, I32]:
        raise ValueError("not understood")
    value_size = max(leaf.get((2, I32), 0), 0)
    return _ColumnChunk(begin, begin + size, details[4, I32], leaf[1, I32] == _BYTE_ARRAY, value_size)


def _page(fields: Fields, position: int, header: ThriftReader) -> _Page:
    kind, size, packed_size = fields[1, I32], fields[2, I32], fields[3, I32]
    body = position + header.position
    if size < 0 or packed_size < 0:
        raise ValueError("not understood")
    if kind == _INDEX:
        return _Page(kind, size, packed_size, 0, body)
    number, encoding = _DETAILS[kind]
    details = fields[number, STRUCT]
    count = details[1, I32]
    if count < 0 or details[encoding, I32] not in _ENCODINGS:
        raise ValueError("not understood")
    return _Page(kind, size, packed_size, count, body)


def _longest(values: bytes) -> int:
    """Length of the longest of texts that each have their length in front."""
    longest = position = 0
    while position + 4 <= len(values):
        length = int.from_bytes(values[position : position + 4], "little")
        longest = max(longest, length)
        position += 4 + length
    return min(longest, len(values))
