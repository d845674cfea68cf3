"""Text files: from bytes, packed or not, to blocks of whole lines in UTF-8.

Belongs here: unpacking gzip, finding the encoding, bounding lines. What the lines mean is in
``csv_reader.py`` and ``jsonl_reader.py``.

The encoding holds for the whole file and is settled by the first block with a byte that is not ASCII: up to
there both readings agree. If that block is UTF-8 the file is; a later block that is not makes it unreadable
(some other way of reading would change what was already read). If it is not UTF-8 the file is Windows-1251,
unless it holds Cyrillic letters in UTF-8 as well, as a damaged UTF-8 file does. One pass suffices, also
through gzip. The price: a Windows-1251 file whose first 8 MB of letters happen to be UTF-8 is refused.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from ingestion import limits, quarantine
from ingestion.readers.base import WINDOWS_1251, TableReader, UnreadableFileError

# Bytes that Windows-1251 and KZ-1048 read differently. KZ-1048 has its Kazakh letters there, Windows-1251
# letters of Ukrainian, Belarusian, Serbian and Macedonian, so neither reading can be ruled out.
AMBIGUOUS_BYTES = bytes.fromhex("8D8E9D9EA1A2A3A5AAAFB4BABCBDBEBF")
AMBIGUOUS_LETTERS = "[" + AMBIGUOUS_BYTES.decode("cp1251") + "]"

_BOM = b"\xef\xbb\xbf"
_BOMS_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_PACKED_BYTES = 256 * 2**10
_GZIP = 31  # zlib: with gzip's header and check sum
# Bytes that begin (L) and end (C) a Cyrillic letter in UTF-8; four such letters in a row are a word in UTF-8.
_ROLES = bytes(
    ord("L") if 0xD0 <= byte <= 0xD3 else ord("C") if 0x80 <= byte <= 0xBF else ord(".")
    for byte in range(256)
)
_UTF8_WORD = b"LCLCLCLC"


class TextBlocks(Iterator[bytes]):
    """Blocks of whole lines in UTF-8 without byte order mark, about ``limits.BLOCK_BYTES`` each.

    line_ends: the bytes that end a line. Every block ends with one of them, except the last of the file.
    """

    def __init__(self, stream: BinaryIO, *, is_packed: bool, line_ends: bytes) -> None:
        self._pieces = _gathered(_unpacked(stream)) if is_packed else _read(stream)
        self._line_ends = line_ends
        self._rest = b""
        self._encoding = ""
        self._is_first = True
        self.has_ambiguous_letters = False

    @property
    def is_windows_1251(self) -> bool:
        """Whether the blocks read so far settled that the file is in Windows-1251."""
        return self._encoding == "cp1251"

    def __next__(self) -> bytes:
        for piece in self._pieces:
            end = 1 + max(piece.rfind(bytes([line_end])) for line_end in self._line_ends)
            block = b"".join((self._rest, memoryview(piece)[:end])) if end else b""
            self._rest = piece[end:] if end else self._rest + piece
            if len(self._rest) > limits.MAX_RECORD_BYTES:
                raise UnreadableFileError("a line is too long", quarantine.LINE_TOO_LONG)
            if block:
                return self._in_utf8(block)
        last, self._rest = self._rest, b""
        if not last:
            raise StopIteration
        return self._in_utf8(last)

    def _in_utf8(self, block: bytes) -> bytes:
        if self._is_first:
            self._is_first = False
            if block.startswith(_BOMS_UTF16):
                raise UnreadableFileError("UTF-16", quarantine.UNREADABLE_ENCODING)
            block = block.removeprefix(_BOM)
        if block.isascii():
            return block
        is_utf8 = not self.is_windows_1251 and _is_utf8(block)
        self._encoding = self._encoding or ("utf-8" if is_utf8 else "cp1251")
        if is_utf8:
            return block
        if not self.is_windows_1251 or b"\x98" in block or _UTF8_WORD in block.translate(_ROLES):
            raise UnreadableFileError("not in one encoding", quarantine.UNREADABLE_ENCODING)
        if not self.has_ambiguous_letters:
            self.has_ambiguous_letters = len(block.translate(None, AMBIGUOUS_BYTES)) < len(block)
        return block.decode("cp1251").encode()


class TextTableReader(TableReader):
    """What the readers of text share: their blocks, and the remark on the encoding."""

    def __init__(self, blocks: TextBlocks) -> None:
        super().__init__()
        self._blocks = blocks

    @property
    def remarks(self) -> frozenset[str]:
        """What was tolerated."""
        return frozenset(self._remarks | ({WINDOWS_1251} if self._blocks.is_windows_1251 else set()))


def require_no_nul(text: bytes) -> None:
    """Refuse a header with NUL: it is UTF-16 without byte order mark, or no text at all."""
    if b"\0" in text:
        raise UnreadableFileError("NUL in the header", quarantine.UNREADABLE_ENCODING)


def ambiguous_positions(column: object) -> list[int]:
    """Positions in an Arrow array of strings of values with ambiguous letters."""
    import pyarrow.compute as pc

    return pc.indices_nonzero(pc.match_substring_regex(column, AMBIGUOUS_LETTERS)).to_pylist()


def has_ambiguous_letters(text: str) -> bool:
    """Whether text read as Windows-1251 has letters that KZ-1048 reads differently."""
    return re.search(AMBIGUOUS_LETTERS, text) is not None


def _is_utf8(block: bytes) -> bool:
    """Whether the bytes are UTF-8; Arrow's check, which makes no text of them."""
    import pyarrow as pa

    offsets = pa.array([0, len(block)], type=pa.int64()).buffers()[1]
    text = pa.LargeStringArray.from_buffers(1, offsets, pa.py_buffer(block))
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _read(stream: BinaryIO) -> Iterator[bytes]:
    while piece := stream.read(limits.BLOCK_BYTES):
        yield piece


def _gathered(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces joined to blocks; a block passes its size by less than one piece."""
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= limits.BLOCK_BYTES:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def _unpacked(stream: BinaryIO) -> Iterator[bytes]:
    """Unpacked bytes of a gzip file, which may consist of several members."""
    count = 0
    try:
        for piece in _members(stream):
            count += len(piece)
            if count > limits.MAX_UNPACKED_BYTES:
                raise UnreadableFileError("too large unpacked", quarantine.EXPANDS_TOO_MUCH)
            yield piece
    except zlib.error:
        raise UnreadableFileError("not a gzip file") from None


def _members(stream: BinaryIO) -> Iterator[bytes]:
    packed = stream.read(_PACKED_BYTES)
    while packed:
        member = zlib.decompressobj(wbits=_GZIP)
        while not member.eof:
            yield member.decompress(packed, limits.BLOCK_BYTES)
            packed = member.unconsumed_tail or member.unused_data or stream.read(_PACKED_BYTES)
            if not packed and not member.eof:
                raise UnreadableFileError("not a whole gzip file")
        packed = packed.lstrip(b"\0")  # some writers pad with zeros
        while not packed and (padding := stream.read(_PACKED_BYTES)):
            packed = padding.lstrip(b"\0")
