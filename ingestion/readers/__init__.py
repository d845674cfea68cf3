"""Reading files: from bytes to named columns of values as received.

Belongs here: one module per format, and choosing it by the file's name. A reader interprets nothing: text
stays text, what a typed format holds stays as it is. What values mean is in ``ingestion/parsing.py``; whether
they are good, in ``ingestion/door.py``. A reader never puts a value of the file into an error.
"""

from __future__ import annotations

import gzip
import zlib

from ingestion.readers.base import RawTable, UnreadableFileError

FORMATS = ("csv", "jsonl", "xlsx", "parquet")
GZIPPED = ("csv.gz", "jsonl.gz")


def file_format(name: str) -> str | None:
    """Format of a file by its name (``csv``, ``jsonl``, ``xlsx``, ``parquet``); None for any other name."""
    lowered = name.lower()
    for suffix in FORMATS + GZIPPED:
        if lowered.endswith("." + suffix):
            return suffix.removesuffix(".gz")
    return None


def read_table(name: str, content: bytes) -> RawTable:
    """The table that a file holds; ``UnreadableFileError`` if it cannot be read in the format of its name."""
    if not content:
        raise UnreadableFileError("no bytes")
    if name.lower().endswith(".gz"):
        content = _gunzip(content)
    match file_format(name):
        case "csv":
            from ingestion.readers.csv_reader import read
        case "jsonl":
            from ingestion.readers.jsonl_reader import read
        case "xlsx":
            from ingestion.readers.xlsx_reader import read
        case "parquet":
            from ingestion.readers.parquet_reader import read
        case _:
            raise UnreadableFileError("no reader for this name")
    return read(content)


def _gunzip(content: bytes) -> bytes:
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        raise UnreadableFileError("not a whole gzip file") from None


__all__ = ["RawTable", "UnreadableFileError", "file_format", "read_table"]
