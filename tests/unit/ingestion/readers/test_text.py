"""Bytes to text: gzip, encodings, bounds."""

from __future__ import annotations

import gzip
import io
import random
import zlib

import pytest

from ingestion import limits
from ingestion.readers import UnreadableFileError
from ingestion.readers.text import AMBIGUOUS_BYTES, TextBlocks, _is_utf8
from tests.unit.ingestion.readers.tables import read, refusal


def blocks_of(content: bytes, *, is_packed: bool = False, line_ends: bytes = b"\r\n") -> list[bytes]:
    return list(TextBlocks(io.BytesIO(content), is_packed=is_packed, line_ends=line_ends))


@pytest.mark.parametrize("block_bytes", [1, 2, 5, 100])
@pytest.mark.parametrize("is_packed", [False, True])
def test_blocks_are_whole_lines(monkeypatch: pytest.MonkeyPatch, block_bytes: int, is_packed: bool) -> None:
    monkeypatch.setattr(limits, "BLOCK_BYTES", block_bytes)
    text = "әб\r\nв\rг\n\nда".encode()
    content = gzip.compress(text, mtime=0) if is_packed else text
    blocks = blocks_of(content, is_packed=is_packed)
    assert b"".join(blocks) == text
    assert all(block.endswith((b"\r", b"\n")) for block in blocks[:-1])


def test_only_the_given_line_ends_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BLOCK_BYTES", 1)
    assert blocks_of(b"a\rb\nc", line_ends=b"\n") == [b"a\rb\n", b"c"]


# -- encodings


def test_byte_order_mark_is_left_out_once() -> None:
    assert b"".join(blocks_of("\ufeffa\n\ufeffb".encode())) == "a\n\ufeffb".encode()


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.jsonl"])
def test_windows_1251(name: str) -> None:
    text = '{"a": "Ёлка №5", "b": "і"}\n' if "jsonl" in name else "a,b\nЁлка №5,і\n"
    content = text.encode("cp1251")
    table = read(name, gzip.compress(content, mtime=0) if name.endswith("gz") else content)
    assert table.rows == {1: {"a": "Ёлка №5", "b": "і"}}
    assert table.remarks == {"windows_1251"}
    assert not table.ambiguous


def test_windows_1251_is_found_after_blocks_of_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BLOCK_BYTES", 16)
    content = b"a,b\n" + b"1,2\n" * 50 + "Привет,3\n".encode("cp1251") + b"4,5\n" * 50
    table = read("a.csv", content)
    assert table.rows[51] == {"a": "Привет", "b": "3"}
    assert len(table.rows) == 101
    assert table.remarks == {"windows_1251"}


def test_the_first_letters_settle_the_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read stays true: a file that turns out not to be UTF-8 is not read another way from there."""
    monkeypatch.setattr(limits, "BLOCK_BYTES", 16)
    utf8, windows_1251 = "әліпби,1\n".encode(), "Привет,2\n".encode("cp1251")
    assert refusal("a.csv", b"a,b\n" + utf8 * 10 + windows_1251) == "UNREADABLE_ENCODING"
    assert refusal("a.csv", b"a,b\n" + windows_1251 * 10 + "Привет,1\n".encode()) == "UNREADABLE_ENCODING"


@pytest.mark.parametrize("damage", [b"\xff", b"\xd0", b"\xe2\x84", b"\xed\xa0\x80", b"\xc0\x80"])
def test_damaged_utf8_is_not_taken_for_windows_1251(damage: bytes) -> None:
    content = "a,b\nҮлгі,Алия\nТест,Сара\n".encode().replace(b",\xd0", b"," + damage + b"\xd0", 1)
    assert refusal("a.csv", content) == "UNREADABLE_ENCODING"


def test_a_byte_that_windows_1251_does_not_know() -> None:
    assert refusal("a.csv", b"a,b\n\xcf\xf0,\x98\n") == "UNREADABLE_ENCODING"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_utf16(name: str, encoding: str) -> None:
    text = '{"a": "1", "b": "ә"}\n' if "jsonl" in name else "a,b\n1,ә\n"
    assert refusal(name, text.encode(encoding)) == "UNREADABLE_ENCODING"


def test_kz1048_rows_are_ambiguous_one_by_one() -> None:
    content = "a,b,c\nҚазақ,1,x\nіс,2,x\nТест,Ұлы,x\nТест,3,Қ\n".encode("kz1048")
    table = read("a.csv", content)
    assert table.ambiguous == {1, 3}  # in the fourth row only a column that does not land has such a letter
    assert table.column("a") == ["Ќазаќ", "іс", "Тест", "Тест"]
    assert table.remarks == {"windows_1251"}


def test_kz1048_in_json_lines() -> None:
    content = '{"a": "Қазақ", "b": 1}\n{"a": "іс", "b": 2}\n'.encode("kz1048")
    assert read("a.jsonl", content).ambiguous == {1}


def test_ambiguous_bytes_are_those_that_the_two_read_differently() -> None:
    differing = []
    for byte in range(256):
        readings = {bytes([byte]).decode(codec, "replace") for codec in ("cp1251", "kz1048")}
        if len(readings) > 1:
            differing.append(byte)
    assert bytes(differing) == AMBIGUOUS_BYTES


def test_utf8_is_what_python_takes_for_utf8() -> None:
    source = random.Random(7)
    pieces = [
        b"a",
        "ә".encode(),
        "😀".encode(),
        "№".encode(),
        b"\xff",
        b"\xed\xa0\x80",
        b"\xc1\xbf",
        b"\xf4\x90\x80\x80",
    ]
    for _ in range(2_000):
        content = b"".join(source.choices(pieces, weights=[9, 9, 9, 9, 1, 1, 1, 1], k=source.randrange(12)))
        content = content[: source.randrange(len(content) + 1)]
        try:
            content.decode()
            expected = True
        except UnicodeDecodeError:
            expected = False
        assert _is_utf8(content) == expected


# -- gzip


def test_members_one_after_another_and_padding() -> None:
    packed = (
        gzip.compress(b"a,b\n1,", mtime=0) + gzip.compress(b"2\n", mtime=0) + gzip.compress(b"3,4\n", mtime=0)
    )
    for padding in (b"", b"\0" * 1_000):
        assert read("a.csv.gz", packed + padding).column("b") == ["2", "4"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"a,b\n1,2\n",
        gzip.compress(b"a,b\n1,2\n", mtime=0)[:-1],
        gzip.compress(b"a,b\n1,2\n", mtime=0)[:-9],
        gzip.compress(b"a,b\n1,2\n", mtime=0) + b"rest",
        gzip.compress(b"a,b\n1,2\n", mtime=0)[:-8] + b"\0" * 8,
        zlib.compress(b"a,b\n1,2\n"),
    ],
)
def test_damaged_gzip(content: bytes) -> None:
    assert refusal("a.csv.gz", content) == "UNREADABLE_FILE"


def test_gzip_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_UNPACKED_BYTES", 20 * 2**20)
    bomb = gzip.compress(b"a,b\n" + (b"1," + b"x" * 1_000 + b"\n") * 40_000, mtime=0)
    assert len(bomb) < 2**18
    assert refusal("a.csv.gz", bomb) == "EXPANDS_TOO_MUCH"
    assert refusal("a.csv.gz", gzip.compress(b"\0" * (64 * 2**20), mtime=0)) == "LINE_TOO_LONG"


# -- lines


@pytest.mark.parametrize("block_bytes", [7, 64, 2**20])
@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_line_has_a_bound(monkeypatch: pytest.MonkeyPatch, name: str, block_bytes: int) -> None:
    monkeypatch.setattr(limits, "BLOCK_BYTES", block_bytes)
    monkeypatch.setattr(limits, "MAX_RECORD_BYTES", 40)
    head, tail = (b'{"a": "', b'"}\n') if name == "a.jsonl" else (b"1,", b"\n")
    start = b"" if name == "a.jsonl" else b"a,b\n"
    fitting = head + b"x" * (41 - len(head + tail)) + tail
    assert len(read(name, start + fitting * 3).rows) == 3
    assert refusal(name, start + fitting + head + b"x" * (42 - len(head + tail)) + tail) == "LINE_TOO_LONG"


def test_blocks_end_with_the_error_and_do_not_read_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BLOCK_BYTES", 64)
    monkeypatch.setattr(limits, "MAX_RECORD_BYTES", 32)
    stream = io.BytesIO(b"a,b\n" + b"x" * 10_000)
    with pytest.raises(UnreadableFileError):
        list(TextBlocks(stream, is_packed=False, line_ends=b"\n"))
    assert stream.tell() <= 128
