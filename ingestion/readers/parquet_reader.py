"""Parquet files.

Belongs here: reading the columns with their types. Moments are UTC: a zone in the type is honoured, without
one they are UTC already.
"""

from __future__ import annotations

from ingestion.readers.base import RawTable, UnreadableFileError, header_names


def read(content: bytes) -> RawTable:
    """The table of a Parquet file; columns stay Arrow arrays."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(pa.BufferReader(content))
    except (pa.ArrowException, OSError):
        raise UnreadableFileError("not a Parquet file") from None
    names = header_names(table.column_names)
    columns = {name: table.column(position) for position, name in enumerate(names) if name}
    return RawTable(columns, range(1, table.num_rows + 1), naive_is_utc=True)
