"""Splitting a block of delimited text into records, in two ways that agree.

Belongs here: the exact way (Python's csv module, strict), the fast way (Arrow), and the test that a block
may go the fast way. Arrow is more lenient than the csv module: text after a closing quote, a quote that is
never closed. So a block with quotes goes to Arrow only if each of its quotes opens a cell, closes one, or is
half of a doubled one; then there is one reading. What records mean is in ``csv_reader.py``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ingestion import limits, quarantine
from ingestion.readers.base import UnreadableFileError
from ingestion.readers.header import BLANKS

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

_BOM = b"\xef\xbb\xbf"
# Arrow splits a block in parts of this size (at least one record) on all cores.
_ARROW_BYTES = 2**20
# With line ends inside quotes it must not: where a part ends between \r and \n it loses the \n.
_WHOLE_BYTES = 2**30
_LINE = re.compile(rb"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")


class _UnfinishedError(Exception):
    """The lines end, and perhaps a record does not."""


@dataclass(frozen=True)
class Cut:
    """The part of a block that may go the fast way: its first ``size`` bytes, whole records.

    has_inner_ends: whether line ends stand inside quotes.
    """

    size: int
    is_quoted: bool
    has_inner_ends: bool


def split_strictly(block: bytes, delimiter: str, *, is_last: bool) -> Iterator[tuple[list[str], int]]:
    """The records of a block that begins with one, each with its end (bytes from the block's beginning).

    A record that the block does not finish is left out, unless the block is the file's last. Blank lines give
    empty records. ``UnreadableFileError`` if it is no CSV or a record is too long.
    """
    csv.field_size_limit(max(csv.field_size_limit(), limits.MAX_RECORD_BYTES))
    end = begin = 0
    line = b""

    def lines() -> Iterator[str]:
        nonlocal end, line
        for match in _LINE.finditer(block):
            line = match[0]
            end += len(line)
            yield line.decode()
        if not is_last:
            raise _UnfinishedError

    try:
        for cells in csv.reader(lines(), delimiter=delimiter, strict=True):
            if end - begin - (len(line) - len(line.rstrip(b"\r\n"))) > limits.MAX_RECORD_BYTES:
                raise _too_long()
            yield cells, end
            begin = end
    except _UnfinishedError:
        return
    except csv.Error:
        if end - begin > limits.MAX_RECORD_BYTES + len(b"\r\n"):
            raise _too_long() from None
        raise UnreadableFileError("not well-formed CSV") from None


def fast_cut(block: bytes, delimiter: str, *, is_last: bool) -> Cut:
    """How much of a block (whole lines, beginning with a record) may go the fast way; 0 bytes if none may.

    ``UnreadableFileError`` if a record is too long.
    """
    if block.startswith(_BOM):  # Arrow would drop it
        return Cut(0, False, False)
    if b'"' not in block:
        _require_short_lines(block)
        return Cut(len(block), False, False)
    return _quoted_cut(block, delimiter, is_last)


def _quoted_cut(block: bytes, delimiter: str, is_last: bool) -> Cut:
    import numpy as np

    letters = np.frombuffer(block, dtype=np.uint8)
    quotes = np.flatnonzero(letters == ord('"'))
    line_ends = _line_ends(block)
    # As long as all quotes stand well, an even number of them before a line end means: not inside quotes.
    is_record_end = np.searchsorted(quotes, line_ends) % 2 == 0
    record_ends = line_ends[is_record_end]
    size = int(record_ends[-1]) + 1 if len(record_ends) else 0
    if is_last and len(quotes) % 2 == 0:
        size = len(block)
    if size == 0 or not _stand_well(letters[:size], quotes[quotes < size], delimiter):
        return Cut(0, False, False)
    _require_short(np.concatenate(([-1], record_ends, [size])))
    return Cut(size, True, bool((line_ends[~is_record_end] < size).any()))


def _stand_well(letters: np.ndarray, quotes: np.ndarray, delimiter: str) -> bool:
    """Whether every first, third, … quote follows, and every second, fourth, … precedes a border or quote."""
    import numpy as np

    is_border = np.zeros(256, dtype=bool)
    is_border[[ord(delimiter), ord("\n"), ord("\r"), ord('"')]] = True
    opening, closing = quotes[0::2], quotes[1::2]
    before = opening[opening > 0] - 1
    after = closing[closing < len(letters) - 1] + 1
    return bool(is_border[letters[before]].all() and is_border[letters[after]].all())


def _require_short_lines(block: bytes) -> None:
    """Bound the lines of a block without quotes.

    A line that is too long fills one of the windows looked at here; only then all lines are measured.
    """
    import numpy as np

    window = max(limits.MAX_RECORD_BYTES // 2, 1)
    starts = range(0, len(block) - window + 1, window)
    if any(block.find(b"\n", start, start + window) < 0 for start in starts):
        _require_short(np.concatenate(([-1], _line_ends(block), [len(block)])))


def _line_ends(block: bytes) -> np.ndarray:
    import numpy as np

    letters = np.frombuffer(block, dtype=np.uint8)
    is_end = letters == ord("\n")
    if b"\r" in block:
        is_end |= letters == ord("\r")
    return np.flatnonzero(is_end)


def _require_short(record_ends: np.ndarray) -> None:
    import numpy as np

    if int(np.diff(record_ends).max()) - 1 > limits.MAX_RECORD_BYTES:
        raise _too_long()


def _too_long() -> UnreadableFileError:
    return UnreadableFileError("a record is too long", quarantine.LINE_TOO_LONG)


def split_fast(block: bytes, delimiter: str, count_columns: int, cut: Cut) -> pa.Table | None:
    """The records of a block that may go the fast way, blank ones left out; every value is text.

    None if a record has another number of cells.
    """
    import pyarrow as pa
    import pyarrow.csv

    read, parse, convert = _arrow_options(delimiter, count_columns, cut.is_quoted, cut.has_inner_ends)
    buffer = pa.py_buffer(block)[: cut.size]
    try:
        table = pa.csv.read_csv(
            pa.BufferReader(buffer), read_options=read, parse_options=parse, convert_options=convert
        )
    except pa.ArrowInvalid:
        return None
    return _without_blank_rows(table)


@lru_cache(maxsize=16)
def _arrow_options(
    delimiter: str, count_columns: int, is_quoted: bool, has_inner_ends: bool
) -> tuple[Any, ...]:
    """Everything is text and nothing is null; the text is UTF-8 already (``text.py``)."""
    import pyarrow as pa
    import pyarrow.csv

    names = [str(position) for position in range(count_columns)]
    part_bytes = _WHOLE_BYTES if has_inner_ends else max(_ARROW_BYTES, limits.MAX_RECORD_BYTES)
    return (
        pa.csv.ReadOptions(column_names=names, block_size=part_bytes),
        pa.csv.ParseOptions(
            delimiter=delimiter,
            quote_char='"' if is_quoted else False,
            double_quote=is_quoted,
            newlines_in_values=has_inner_ends,
        ),
        pa.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), check_utf8=False),
    )


def _without_blank_rows(table: pa.Table) -> pa.Table:
    """Leave out rows in which every cell is blank, as spreadsheets write empty rows below a table."""
    import pyarrow.compute as pc

    is_blank = None
    for column in table.columns:
        is_empty = pc.equal(pc.utf8_trim(column, BLANKS), "")
        is_blank = is_empty if is_blank is None else pc.and_(is_blank, is_empty)
        if not pc.any(is_blank).as_py():
            return table
    return table.filter(pc.invert(is_blank))
