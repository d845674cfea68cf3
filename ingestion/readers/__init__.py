"""Reading files: from bytes to chunks of named columns of values as received.

Belongs here: one module per format, and choosing it by the file's name. A reader interprets nothing: text
stays text, what a typed format holds stays as it is. It takes bounded memory whatever the bytes are. What
values mean is in ``ingestion/parsing.py``; whether they are good, in ``ingestion/door.py``. A reader never
puts a value of the file into an error.
"""

from __future__ import annotations

from typing import BinaryIO

from ingestion.contracts.model import Contract
from ingestion.readers.base import ERROR_CELL, REMARKS, Chunk, TableReader, UnreadableFileError

FORMATS = ("csv", "jsonl", "xlsx", "parquet")
GZIPPED = ("csv.gz", "jsonl.gz")


def file_format(name: str) -> str | None:
    """Format of a file by its name (``csv``, ``jsonl``, ``xlsx``, ``parquet``); None for any other name."""
    lowered = name.lower()
    for suffix in FORMATS + GZIPPED:
        if lowered.endswith("." + suffix):
            return suffix.removesuffix(".gz")
    return None


def open_table(name: str, stream: BinaryIO, contract: Contract) -> TableReader:
    """A reader of the table that a file holds.

    stream: the file's bytes from the beginning, seekable. contract: tells the names by which a header, a
    delimiter and a sheet are found. ``UnreadableFileError`` if the file cannot be read in the format of its
    name; it may come later too, while iterating.
    """
    match file_format(name):
        case "csv":
            from ingestion.readers import csv_reader
            from ingestion.readers.text import TextBlocks

            blocks = TextBlocks(stream, is_packed=_is_packed(name), line_ends=csv_reader.LINE_ENDS)
            return csv_reader.CsvReader(blocks, contract)
        case "jsonl":
            from ingestion.readers import jsonl_reader
            from ingestion.readers.text import TextBlocks

            blocks = TextBlocks(stream, is_packed=_is_packed(name), line_ends=jsonl_reader.LINE_ENDS)
            return jsonl_reader.JsonLinesReader(blocks)
        case "xlsx":
            from ingestion.readers.xlsx_reader import XlsxReader

            return XlsxReader(stream, contract)
        case "parquet":
            from ingestion.readers.parquet_reader import ParquetReader

            return ParquetReader(stream, contract)
    raise UnreadableFileError("no reader for this name")


def _is_packed(name: str) -> bool:
    return name.lower().endswith(".gz")


__all__ = [
    "ERROR_CELL",
    "REMARKS",
    "Chunk",
    "TableReader",
    "UnreadableFileError",
    "file_format",
    "open_table",
]
