"""Workbooks for tests: written by a library, or with parts put in place of its own."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import xlsxwriter

SHEET = "xl/worksheets/sheet1.xml"
TEXTS = "xl/sharedStrings.xml"
_NAMESPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def workbook(*sheets: Sequence[Sequence[object]]) -> bytes:
    """A workbook with these sheets; dates and moments become Excel's."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for rows in sheets:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                for position, value in enumerate(row):
                    if isinstance(value, datetime | date):
                        sheet.write_datetime(number, position, value, moment)
                    elif value is not None:
                        sheet.write(number, position, value)
    return target.getvalue()


def parts_of(content: bytes) -> dict[str, bytes]:
    """The parts of a workbook by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """A zip archive of these parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def with_parts(**parts: bytes) -> bytes:
    """A workbook of a header ``a``, ``b`` and one row, with a sheet or shared strings in place of its own."""
    own = parts_of(workbook([["a", "b"], ["x", "y"]]))
    names = {"sheet": SHEET, "texts": TEXTS}
    return zipped(own | {names.get(name, name): content for name, content in parts.items()})


def sheet_xml(rows: bytes) -> bytes:
    """A sheet with a header ``a``, ``b`` and these rows (XML)."""
    header = b'<row r="1">' + inline("A1", "a") + inline("B1", "b") + b"</row>"
    return (
        b'<?xml version="1.0"?><worksheet '
        + _NAMESPACE
        + b"><sheetData>"
        + header
        + rows
        + b"</sheetData></worksheet>"
    )


def texts_xml(*texts: str, attributes: bytes = b"") -> bytes:
    """Shared strings."""
    items = b"".join(b"<si><t>" + text.encode() + b"</t></si>" for text in texts)
    return b"<sst " + _NAMESPACE + b" " + attributes + b">" + items + b"</sst>"


def inline(place: str, text: str) -> bytes:
    """A cell with a text of its own."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'.encode()
