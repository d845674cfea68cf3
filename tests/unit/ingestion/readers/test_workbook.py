"""Workbooks that would take too much are refused before the library opens them."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from ingestion import limits
from ingestion.readers.workbook import COUNT_COLUMNS, checked_workbook
from tests.unit.ingestion.readers.tables import read, refusal
from tests.unit.ingestion.readers.workbooks import (
    SHEET,
    inline,
    parts_of,
    sheet_xml,
    texts_xml,
    with_parts,
    workbook,
    zipped,
)

PLAIN = workbook([["a", "b"], ["x", "y"]])


def cell(place: str) -> bytes:
    return f'<c r="{place}"><v>1</v></c>'.encode()


def test_the_copy_holds_the_same() -> None:
    checked = checked_workbook(io.BytesIO(PLAIN))
    assert CalamineWorkbook.from_object(checked.content).get_sheet_by_index(0).to_python() == [
        ["a", "b"],
        ["x", "y"],
    ]


def test_places_of_error_cells() -> None:
    error = b'<c r="%s" t="e"><v>#N/A</v></c>'
    rows = b'<row r="3">' + error % b"AB3" + error % b"AA2" + b"</row>"
    checked = checked_workbook(io.BytesIO(with_parts(sheet=sheet_xml(rows))))
    assert list(checked.error_cells["Sheet1"]) == [COUNT_COLUMNS + 26, 2 * COUNT_COLUMNS + 27]


# -- the archive


def test_parts_that_are_no_xml_are_left_out_and_still_checked() -> None:
    parts = parts_of(PLAIN) | {"xl/media/image1.png": b"\x89PNG" * 100, "xl/printerSettings1.bin": b"\0" * 10}
    content = zipped(parts)
    with zipfile.ZipFile(checked_workbook(io.BytesIO(content)).content) as copy:
        assert set(copy.namelist()) == set(parts_of(PLAIN))
    damaged = bytearray(content)
    damaged[content.index(b"image1.png") + 12] ^= 0xFF
    assert refusal("a.xlsx", bytes(damaged)) == "UNREADABLE_FILE"


@pytest.mark.parametrize("name", ["../../etc/evil.xml", "/absolute.xml", "xl\\other.xml", "c:\\evil.xml"])
def test_names_that_lead_elsewhere_mean_nothing(name: str) -> None:
    assert read("a.xlsx", zipped(parts_of(PLAIN) | {name: b"<x/>"})).rows == {1: {"a": "x", "b": "y"}}


@pytest.mark.parametrize(
    "name", ["XL/Workbook.xml", "xl\\workbook.xml", "/xl/workbook.xml", "xl/./workbook.xml"]
)
def test_two_parts_of_one_name(name: str) -> None:
    parts = parts_of(PLAIN)
    assert refusal("a.xlsx", zipped(parts | {name: parts["xl/workbook.xml"]})) == "UNREADABLE_FILE"


def test_other_kinds_of_archives() -> None:
    assert refusal("a.xlsx", zipped({"content.xml": b"<x/>", "mimetype": b"x"})) == "UNREADABLE_FILE"
    assert refusal("a.xlsx", zipped({"xl/workbook.bin": b"x"})) == "UNREADABLE_FILE"
    assert refusal("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 5_000) == "UNREADABLE_FILE"


def test_encrypted_parts() -> None:
    content = bytearray(PLAIN)
    position = content.index(b"PK\x01\x02") + 8  # the flags of the first entry of the directory
    content[position] |= 1
    assert refusal("a.xlsx", bytes(content)) == "UNREADABLE_FILE"


def test_too_many_parts() -> None:
    parts = {f"xl/extra{number}.xml": b"<x/>" for number in range(limits.MAX_WORKBOOK_PARTS)}
    assert refusal("a.xlsx", zipped(parts_of(PLAIN) | parts)) == "EXPANDS_TOO_MUCH"


def test_a_directory_too_large_to_hold() -> None:
    size = 50 * 2**20
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65_535, 65_535, size, 0, 0)
    assert refusal("a.xlsx", b"\0" * size + end) == "EXPANDS_TOO_MUCH"


# -- zip bombs


def test_zip_bomb() -> None:
    """A part that says how large it is: refused without unpacking any of it."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open("xl/media/zeros.bin", "w") as part:
            for _ in range(limits.MAX_WORKBOOK_BYTES // 2**20 + 1):
                part.write(bytes(2**20))
        for name, content in parts_of(PLAIN).items():
            archive.writestr(name, content)
    assert refusal("a.xlsx", target.getvalue()) == "EXPANDS_TOO_MUCH"


@pytest.mark.parametrize("said", [0, 10, 3_000_000])
def test_a_part_that_is_not_as_large_as_it_says(said: int) -> None:
    content = bytearray(
        zipped(
            {SHEET: sheet_xml(b" " * 100_000)}
            | {name: part for name, part in parts_of(PLAIN).items() if name != SHEET}
        )
    )
    position = content.index(b"PK\x01\x02") + 24  # the unpacked size of the first entry of the directory
    content[position : position + 4] = struct.pack("<L", said)
    assert refusal("a.xlsx", bytes(content)) == "UNREADABLE_FILE"


# -- cells


@pytest.mark.parametrize(
    "rows",
    [
        b'<row r="1048576">' + cell("XFD1048576") + b"</row>",
        b'<row r="2">' + cell("XFD1048576") + b"</row>",
        b'<row r="1048576"><c r="XFC1048576"/><c><v>1</v></c></row>',
        b'<q:row xmlns:q="x" r="1048576"><q:c r="XFD1048576"><q:v>1</q:v></q:c></q:row>',
        b"<row r=\"1048576\"><c r='&#88;FD1048576'><f>1</f></c></row>",
    ],
)
def test_a_far_cell(rows: bytes) -> None:
    """The library would allocate everything between: 17 billion cells."""
    assert refusal("a.xlsx", with_parts(sheet=sheet_xml(rows))) == "EXPANDS_TOO_MUCH"


@pytest.mark.parametrize(
    "place", ["XFE1", "A1048577", "AAAA1", "A0", "1", "A", "", "A99999999999", "A-1", "A1:B2"]
)
def test_a_cell_beyond_the_sheet(place: str) -> None:
    content = with_parts(sheet=sheet_xml(b'<row r="2">' + cell(place) + b"</row>"))
    assert refusal("a.xlsx", content) == "UNREADABLE_FILE"


def test_far_cells_with_a_format_only_take_nothing() -> None:
    rows = (
        b'<row r="2">'
        + inline("A2", "x")
        + b'<c r="XFD2" s="1"/></row><row r="1048576"><c r="A1048576" s="1"/></row>'
    )
    assert read("a.xlsx", with_parts(sheet=sheet_xml(rows))).rows == {1: {"a": "x", "b": None}}


def test_a_promised_dimension_means_nothing() -> None:
    content = sheet_xml(b"").replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>')
    assert read("a.xlsx", with_parts(sheet=content)).names == ("a", "b")


# -- texts


def shared(count_cells: int, number: int) -> bytes:
    cells = b"".join(b'<row><c t="s"><v>%d</v></c></row>' % number for _ in range(count_cells))
    return sheet_xml(cells)


def test_shared_string_bomb() -> None:
    """A text of 32 KB in 20,000 cells: each would get a copy of its own, 650 MB."""
    content = with_parts(sheet=shared(20_000, 1), texts=texts_xml("a", "x" * 32_767))
    assert len(content) < 2**18
    assert refusal("a.xlsx", content) == "EXPANDS_TOO_MUCH"


def test_a_long_text_that_is_shown_once_is_no_bomb() -> None:
    content = with_parts(sheet=shared(20_000, 0), texts=texts_xml("a", "x" * 32_767))
    assert len(read("a.xlsx", content).rows) == 20_000


def test_promised_counts_are_not_believed() -> None:
    """The library reserves memory for as many texts as the attribute says, and ends the process over it."""
    texts = texts_xml("a", attributes=b'uniqueCount="4294967295"')
    assert refusal("a.xlsx", with_parts(texts=texts)) == "EXPANDS_TOO_MUCH"


def test_too_many_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_WORKBOOK_CELLS", 100)
    texts = texts_xml("a").replace(b"</sst>", b"<si/>" * 101 + b"</sst>")
    assert refusal("a.xlsx", with_parts(texts=texts)) == "EXPANDS_TOO_MUCH"


def test_styles_too_large_to_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.readers.workbook._DESCRIPTION_BYTES", 5_000)
    parts = parts_of(PLAIN)
    parts["xl/styles.xml"] += b" " * 5_000
    assert refusal("a.xlsx", zipped(parts)) == "EXPANDS_TOO_MUCH"


# -- XML

_LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "ha">'
    + b"".join(
        b'<!ENTITY a%d "' % number + (b"&a%d;" % (number - 1) if number else b"&a;") * 10 + b'">'
        for number in range(9)
    )
    + b"]>"
)


@pytest.mark.parametrize(
    "declaration",
    [
        _LAUGHS,
        b'<!DOCTYPE x [<!ENTITY a8 SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE x SYSTEM "http://127.0.0.1/x">',
    ],
)
@pytest.mark.parametrize("part", ["sheet", "texts"])
def test_document_types(part: str, declaration: bytes) -> None:
    own = sheet_xml(b"<row>" + inline("A2", "&a8;") + b"</row>") if part == "sheet" else texts_xml("&a8;")
    content = b'<?xml version="1.0"?>' + declaration + own.removeprefix(b'<?xml version="1.0"?>')
    assert refusal("a.xlsx", with_parts(**{part: content})) == "UNREADABLE_FILE"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"junk",
        sheet_xml(b"").removesuffix(b"</worksheet>"),
        sheet_xml(b"<row>&unknown;</row>"),
        sheet_xml(b"\0"),
        sheet_xml(b"").replace(b'"1.0"?', b'"1.0" encoding="none"?'),
    ],
)
def test_parts_that_are_not_well_formed(content: bytes) -> None:
    assert refusal("a.xlsx", with_parts(sheet=content)) == "UNREADABLE_FILE"


def test_a_tag_has_a_bound() -> None:
    rows = b'<row r="2" spans="' + b"1" * (3 * 2**20) + b'">' + inline("A2", "x") + b"</row>"
    assert refusal("a.xlsx", with_parts(sheet=sheet_xml(rows))) == "EXPANDS_TOO_MUCH"


def test_deep_xml() -> None:
    rows = b"<row>" * 100_000 + b"</row>" * 100_000
    assert read("a.xlsx", with_parts(sheet=sheet_xml(rows))).names == ("a", "b")


def test_sheets_that_share_a_part() -> None:
    parts = parts_of(PLAIN)
    entry = b'<sheet name="Sheet1" sheetId="1" r:id="rId1"/>'
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(
        entry, entry + entry.replace(b"Sheet1", b"Sheet2")
    )
    assert refusal("a.xlsx", zipped(parts)) == "UNREADABLE_FILE"
