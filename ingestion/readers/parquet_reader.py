"""Parquet files.

Belongs here: reading the columns with their types, in batches of bounded size. Moments are UTC: a zone in the
type is honoured, without one they are UTC already. Columns that are lists or structures are named and not
carried; where the contract names such a column the file is not the agreed table and is refused. What the file
may ask of memory is checked in ``parquet_pages.py``, before its values are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from ingestion import limits, quarantine
from ingestion.contracts.model import Contract
from ingestion.readers.base import Chunk, TableReader, UnreadableFileError
from ingestion.readers.header import named_columns
from ingestion.readers.parquet_pages import ParquetBounds

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH_ROWS = 65_536
_BUFFER_BYTES = 2**20
# Lists in the footer (columns of a row group, row groups) are allocated before they are read.
_FOOTER_ITEMS = 100_000


class ParquetReader(TableReader):
    """Rows of a Parquet file; columns are Arrow arrays."""

    naive_is_utc = True

    def __init__(self, stream: BinaryIO, contract: Contract) -> None:
        super().__init__()
        self._bounds = _guarded(lambda: ParquetBounds(stream))
        self._file = _guarded(lambda: _open(stream))
        fields = list(_guarded(lambda: self._file.schema_arrow))
        names = [field.name.strip() for field in fields]
        self.names = named_columns(names)
        self._carried = {  # name in the file, by name
            name: field.name
            for name, field in zip(names, fields, strict=True)
            if name and _is_flat(field.type)
        }
        if any(name in contract.column_names for name in set(self.names) - set(self._carried)):
            raise UnreadableFileError("a column of the contract is not flat")

    def __iter__(self) -> Iterator[Chunk]:
        """The rows, row group by row group."""
        first = 1
        for group in self._bounds.groups:
            for batch in self._batches(group):
                columns = dict(zip(self._carried, map(_plain, batch.columns), strict=True))
                _require_short(list(columns.values()))
                yield Chunk(columns, range(first, first + batch.num_rows))
                first += batch.num_rows

    def _batches(self, group: int) -> Iterator[pa.RecordBatch]:
        row_bytes = _guarded(lambda: self._bounds.row_bytes(group))
        count_rows = min(max(4 * limits.BLOCK_BYTES // max(row_bytes, 1), 1), _BATCH_ROWS)
        names = list(self._carried.values())
        batches = self._file.iter_batches(batch_size=count_rows, row_groups=[group], columns=names)
        while (batch := _guarded(lambda: next(batches, None))) is not None:
            if batch.schema.names != names:
                raise UnreadableFileError("a column stands twice")
            if batch.num_rows:
                yield batch


def _open(stream: BinaryIO) -> Any:
    import pyarrow.parquet as pq

    return pq.ParquetFile(
        stream,
        buffer_size=_BUFFER_BYTES,
        pre_buffer=False,
        coerce_int96_timestamp_unit="us",
        thrift_container_size_limit=_FOOTER_ITEMS,
        arrow_extensions_enabled=False,
    )


def _guarded(call: Any) -> Any:
    """What a call of the library gives; ``UnreadableFileError`` for its errors."""
    import pyarrow as pa

    try:
        return call()
    except (pa.ArrowException, OSError, ValueError):
        raise UnreadableFileError("not a Parquet file") from None


def _is_flat(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return not pa.types.is_nested(kind)


def _plain(column: pa.Array) -> pa.Array:
    """The values themselves: no dictionary, no extension of a type; text that is UTF-8."""
    import pyarrow as pa

    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    if pa.types.is_dictionary(column.type):
        column = _guarded(lambda: column.cast(column.type.value_type))
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        raise UnreadableFileError("text that is not UTF-8", quarantine.UNREADABLE_ENCODING) from None
    return column


def _require_short(columns: list[pa.Array]) -> None:
    """Bound the text of each row."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = [column for column in columns if _is_text(column.type)]
    if sum(column.nbytes for column in texts) <= limits.MAX_RECORD_BYTES:
        return
    sizes = pa.scalar(0, pa.int64())
    for column in texts:
        sizes = pc.add(sizes, pc.fill_null(pc.cast(pc.binary_length(column), pa.int64()), 0))
    if pc.max(sizes).as_py() > limits.MAX_RECORD_BYTES:
        raise UnreadableFileError("a row is too long", quarantine.LINE_TOO_LONG)


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return kind in (pa.string(), pa.large_string(), pa.binary(), pa.large_binary())
