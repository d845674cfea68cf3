"""What a workbook asks of memory, known before a reader of workbooks opens it.

Belongs here: the checks of the zip archive and of the XML in it, and a copy that holds only what was checked.
The reader (``xlsx_reader.py``) allocates the whole rectangle between the first and the last filled cell and a
copy of the text for each cell, so one far cell or one long text could take all memory; and it gives cells
with an error as empty ones, so where they stand is noted here.

The reader sees only the copy, so two ways of reading one archive cannot differ. The archive's directory, the
size and check sum of each part, and the XML of each part (well-formed, no document type, so no entities) are
as they should be, or the file is refused. Parts that hold no XML (pictures) are left out of the copy.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_letters, digits
from typing import Any, BinaryIO
from xml.parsers import expat

from ingestion import limits, quarantine
from ingestion.readers.base import UnreadableFileError

# Excel's own bounds.
COUNT_COLUMNS = 2**14
COUNT_ROWS = 2**20
_PIECE_BYTES = 64 * 2**10
# The archive's directory is read at once: a kilobyte for each part is plenty.
_DIRECTORY_BYTES = limits.MAX_WORKBOOK_PARTS * 2**10
# Parts that describe the workbook (its sheets, relations, styles) are held in memory several times.
_DESCRIPTION_BYTES = 16 * 2**20
# One tag with its attributes.
_TAG_BYTES = 2**20
_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_DESCRIPTIONS = (_WORKBOOK, "xl/styles.xml", "[content_types].xml")
_PROMISES = ("count", "uniqueCount")
_TEXTS = "xl/sharedstrings.xml"
_ROW = re.compile(r"[0-9]{1,7}")
_COLUMN = re.compile(r"[A-Za-z]{1,3}")
_NOT_READABLE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    expat.ExpatError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    LookupError,
    ValueError,
    OverflowError,
    OSError,
)


@dataclass(frozen=True)
class CheckedWorkbook:
    """A workbook that may be opened: a copy of its XML parts as a zip archive.

    error_cells: by the sheet's name, cells with an error and formulas without a value, ascending, each as
    row * ``COUNT_COLUMNS`` + column, from 0.
    """

    content: BinaryIO
    error_cells: Mapping[str, array[int]]


def checked_workbook(stream: BinaryIO) -> CheckedWorkbook:
    """Check a workbook; ``UnreadableFileError`` if it is none, or asks for more than ``limits`` allow."""
    try:
        with zipfile.ZipFile(_Bounded(stream)) as archive:
            names = _part_names(archive)
            copy = io.BytesIO()
            scans = _scan_parts(archive, names, copy)
            _bound_text(archive, names, scans)
    except _NOT_READABLE:
        raise UnreadableFileError("not an Excel workbook") from None
    copy.seek(0)
    return CheckedWorkbook(copy, _error_cells_by_sheet(scans))


class _Bounded:
    """A stream that reads no more at once than the directory of an archive may take."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.tell, self.seek, self.seekable = stream.tell, stream.seek, stream.seekable

    def read(self, size: int = -1) -> bytes:
        content = self._stream.read(_DIRECTORY_BYTES + 1 if size < 0 else min(size, _DIRECTORY_BYTES + 1))
        if len(content) > _DIRECTORY_BYTES:
            raise UnreadableFileError("too many parts", quarantine.EXPANDS_TOO_MUCH)
        return content


def _part_names(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Parts by name in lower case; names with other slashes are names of the same part."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    size = sum(entry.file_size for entry in entries)
    if len(entries) > limits.MAX_WORKBOOK_PARTS or size > limits.MAX_WORKBOOK_BYTES:
        raise UnreadableFileError("too large unpacked", quarantine.EXPANDS_TOO_MUCH)
    names = {_part_name(entry.filename).lower(): entry for entry in entries}
    is_encrypted = any(entry.flag_bits & 1 for entry in entries)
    if is_encrypted or len(names) != len(entries) or _WORKBOOK not in names:
        raise UnreadableFileError("not an Excel workbook")
    described = [entry for name, entry in names.items() if name in _DESCRIPTIONS or name.endswith(".rels")]
    if any(entry.file_size > _DESCRIPTION_BYTES for entry in described):
        raise UnreadableFileError("a part is too large", quarantine.EXPANDS_TOO_MUCH)
    return names


def _part_name(path: str) -> str:
    return posixpath.normpath("/" + path.replace("\\", "/")).lstrip("/")


def _scan_parts(
    archive: zipfile.ZipFile, names: Mapping[str, zipfile.ZipInfo], copy: BinaryIO
) -> dict[str, _PartScan]:
    """Read every part to its end, and copy those in XML; their scans by name."""
    scans = {}
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for name, entry in names.items():
            if not name.endswith((".xml", ".rels")):
                for _ in _pieces(archive, entry):
                    pass
                continue
            scan = scans[name] = _PartScan()
            with target.open(_part_name(entry.filename), "w") as part:
                for piece in _pieces(archive, entry):
                    scan.feed(piece)
                    part.write(piece)
            scan.feed(b"", is_last=True)
    return scans


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """A part unpacked, in pieces; ``BadZipFile`` if its size or check sum is not what the directory says."""
    count = 0
    with archive.open(entry) as part:
        while piece := part.read(_PIECE_BYTES):
            count += len(piece)
            yield piece
    if count != entry.file_size:
        raise zipfile.BadZipFile


class _PartScan:
    """One part in XML: what it asks of memory, cells with errors, and what it says of sheets.

    Counts whatever it finds in any part: which part is which is up to the reader.
    """

    def __init__(self) -> None:
        self.text_sizes = array("I")  # of shared strings
        self.error_cells = array("Q")
        self.sheets: list[tuple[str, str]] = []  # name, relation
        self.targets: dict[str, str] = {}  # by relation
        self.count_string_cells = 0
        self._parser = _parser(self._start)
        self._count_fed = 0
        self._row = 0
        self._cell: dict[str, str] | None = None  # its attributes, as those of all cells below
        self._before: dict[str, str] | None = None  # the cell before, in the row
        self._uncalculated: dict[str, str] | None = None  # a formula whose value has not come yet
        self._filled: list[dict[str, str]] = []
        self._rows, self._columns = (COUNT_ROWS, -1), (COUNT_COLUMNS, -1)

    def feed(self, piece: bytes, *, is_last: bool = False) -> None:
        """Read a piece; ``UnreadableFileError``, or an error of the XML parser."""
        self._parser.Parse(piece, is_last)
        if is_last:
            self._leave_cell(None)
        self._count_fed += len(piece)
        if self._count_fed - self._parser.CurrentByteIndex > _TAG_BYTES:
            raise UnreadableFileError("a tag is too long", quarantine.EXPANDS_TOO_MUCH)
        if self._filled:
            self._note_filled()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2] if ":" in name else name
        if tag == "c":
            if "r" not in attributes:
                attributes["r"] = self._next_place()
            self._leave_cell(attributes)
        elif tag == "v" or tag == "is":
            if self._cell is not None:
                self._filled.append(self._cell)
                self._uncalculated = None
        elif tag == "f":
            self._uncalculated = self._cell
        else:
            self._start_other(tag, attributes)

    def _start_other(self, tag: str, attributes: dict[str, str]) -> None:
        self._leave_cell(None)
        # The library reserves memory for as many shared strings as the workbook promises.
        if any(int(attributes.get(name, 0)) > limits.MAX_WORKBOOK_CELLS for name in _PROMISES):
            raise UnreadableFileError("too many entries promised", quarantine.EXPANDS_TOO_MUCH)
        if tag == "row":
            self._row = int(attributes["r"]) if "r" in attributes else self._row + 1
            self._before = None
        elif tag == "si":
            self._start_text()
        elif tag == "sheet":
            relation = [value for key, value in attributes.items() if key.endswith(":id")]
            self.sheets.append((attributes.get("name", ""), "".join(relation[:1])))
        elif tag == "Relationship":
            self.targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def _leave_cell(self, following: dict[str, str] | None) -> None:
        if self._uncalculated is not None:
            self._filled.append({"r": self._uncalculated["r"], "t": "e"})
            self._uncalculated = None
        self._before = self._cell or self._before
        self._cell = following

    def _next_place(self) -> str:
        """Place of a cell that does not say where it stands: right of the one before."""
        before = self._cell or self._before
        column = _column_number(before["r"].rstrip(digits)) + 1 if before else 0
        return f"{_column_letters(column)}{self._row}"

    def _note_filled(self) -> None:
        """Note where cells stand. Empty ones (with a format only) take no memory later and are not here."""
        places = [cell["r"] for cell in self._filled]
        rows = [_row_number(number) for number in {place.lstrip(ascii_letters) for place in places}]
        columns = [_column_number(letters) for letters in {place.rstrip(digits) for place in places}]
        kinds = [cell.get("t") for cell in self._filled]
        self.count_string_cells += kinds.count("s")
        if "e" in kinds:
            self.error_cells.extend(
                _column_number(place.rstrip(digits))
                + _row_number(place.lstrip(ascii_letters)) * COUNT_COLUMNS
                for place, kind in zip(places, kinds, strict=True)
                if kind == "e"
            )
        self._filled = []
        self._rows = min(self._rows[0], *rows), max(self._rows[1], *rows)
        self._columns = min(self._columns[0], *columns), max(self._columns[1], *columns)
        height, width = (last - first + 1 for first, last in (self._rows, self._columns))
        if height * width > limits.MAX_WORKBOOK_CELLS:
            raise UnreadableFileError("too many cells", quarantine.EXPANDS_TOO_MUCH)

    def _start_text(self) -> None:
        """A shared string begins."""
        self.text_sizes.append(0)
        if len(self.text_sizes) > limits.MAX_WORKBOOK_CELLS:
            raise UnreadableFileError("too many texts", quarantine.EXPANDS_TOO_MUCH)
        self._parser.CharacterDataHandler = self._add_text

    def _add_text(self, text: str) -> None:
        self.text_sizes[-1] += len(text.encode())


def _bound_text(
    archive: zipfile.ZipFile, names: Mapping[str, zipfile.ZipInfo], scans: Mapping[str, _PartScan]
) -> None:
    """Bound the text that cells take together: each has a copy of the shared string that it shows."""
    sizes = scans[_TEXTS].text_sizes if _TEXTS in scans else array("I")
    longest = max((max(scan.text_sizes, default=0) for scan in scans.values()), default=0)
    for name, scan in scans.items():
        # The rough bound holds for nearly all workbooks; the sum takes a second reading.
        if scan.count_string_cells * longest > limits.MAX_WORKBOOK_TEXT:
            _TextSum(sizes, longest).add(_pieces(archive, names[name]))


class _TextSum:
    """The size of the shared strings that the cells of one part show, each as often as it is shown."""

    def __init__(self, sizes: array[int], longest: int) -> None:
        self._sizes, self._longest = sizes, longest
        self._sum = 0
        self._is_string = False
        self._number: str | None = None

    def add(self, pieces: Iterator[bytes]) -> None:
        """Read the part; ``UnreadableFileError`` if it shows more than ``limits.MAX_WORKBOOK_TEXT``."""
        parser = _parser(self._start)
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        for piece in pieces:
            parser.Parse(piece, False)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "c":
            self._is_string = attributes.get("t") == "s"
        elif tag == "v" and self._is_string:
            self._number = ""

    def _text(self, text: str) -> None:
        if self._number is not None:
            self._number = (self._number + text)[:20]

    def _end(self, _name: str) -> None:
        if self._number is None:
            return
        number, self._number = self._number, None
        is_known = number.isdecimal() and number.isascii() and int(number) < len(self._sizes)
        self._sum += self._sizes[int(number)] if is_known else self._longest
        if self._sum > limits.MAX_WORKBOOK_TEXT:
            raise UnreadableFileError("too much text", quarantine.EXPANDS_TOO_MUCH)


def _error_cells_by_sheet(scans: Mapping[str, _PartScan]) -> dict[str, array[int]]:
    """Error cells by sheet, through the workbook's relations; each sheet has a part of its own."""
    relations = scans[_RELATIONS].targets if _RELATIONS in scans else {}
    found: dict[str, array[int]] = {}
    parts = set()
    for name, relation in scans[_WORKBOOK].sheets:
        target = relations.get(relation, "")
        part = _part_name(target if target.startswith(("/", "xl/")) else f"xl/{target}").lower()
        if part not in scans or part in parts or name in found:
            raise UnreadableFileError("a sheet has no part of its own")
        parts.add(part)
        found[name] = array("Q", sorted(scans[part].error_cells))
    return found


def _parser(start: Any) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = start
    return parser


def _refuse_doctype(*_: object) -> None:
    raise UnreadableFileError("a document type in a workbook")


def _row_number(text: str) -> int:
    """Row from 0; ``UnreadableFileError`` beyond Excel's bounds."""
    if not _ROW.fullmatch(text) or not 0 < int(text) <= COUNT_ROWS:
        raise UnreadableFileError("a cell stands beyond the sheet")
    return int(text) - 1


@lru_cache(maxsize=1024)
def _column_number(letters: str) -> int:
    """Column from 0; ``UnreadableFileError`` beyond Excel's bounds."""
    if not _COLUMN.fullmatch(letters):
        raise UnreadableFileError("a cell stands beyond the sheet")
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    if number > COUNT_COLUMNS:
        raise UnreadableFileError("a cell stands beyond the sheet")
    return number - 1


def _column_letters(number: int) -> str:
    letters = ""
    while number >= 0:
        number, letter = divmod(number, 26)
        letters, number = chr(ord("A") + letter) + letters, number - 1
    return letters
