"""The two ways of splitting text agree, and agree with the csv module on the text as a whole."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator

import pytest

from ingestion import limits
from ingestion.readers import UnreadableFileError, csv_blocks, csv_reader
from ingestion.readers.csv_blocks import fast_cut, split_fast, split_strictly
from tests.unit.ingestion.readers.tables import Table, contract_of, read

# Letters of one to four bytes, what other programs take for line ends or blanks, and what Arrow looks for.
_LETTERS = [
    "a",
    "b",
    "ә",
    "",
    " ",
    "\t",
    "\0",
    "\ufeff",
    "xyz",
    "№",
    "\x85",
    "\u2028",
    "\x1c",
    "\x0b",
    "'",
    "\\",
    "#",
    "😀",
]
_LINE_ENDS = ["\n", "\r\n", "\r", "\n\r"]
_COUNT_FILES = 2_500


class _Writer:
    """Files with all that CSV may hold, well-formed or not."""

    def __init__(self, source: random.Random) -> None:
        self._source = source
        self.width = source.choice([1, 1, 2, 3, 5])
        self.delimiter = source.choice(",;\t") if self.width > 1 else ","
        self.names = [f"c{number}" for number in range(self.width)]
        self._quoted, self._stray = source.choice(
            [(0, 0), (0, 0), (0.3, 0), (0.5, 0), (0.2, 0.05), (0, 0.05)]
        )
        self._odd_width = source.choice([0, 0, 0.05])
        self._line_end = source.choice([*_LINE_ENDS[:3], None])

    def body(self) -> str:
        source, lines = self._source, []
        if source.random() < 0.05:
            return "".join(
                source.choices(['"', self.delimiter, "\n", "\r", "a", "ә", " "], k=source.randrange(60))
            )
        for _ in range(source.choice([0, 1, 3, 10, 30])):
            width = source.randint(0, 6) if source.random() < self._odd_width else self.width
            lines.append(self.delimiter.join(self._cell() for _ in range(width)))
            if source.random() < 0.1:
                lines.append(
                    source.choice(["", self.delimiter * (self.width - 1), " ", self.delimiter, '""'])
                )
        text = "".join(line + (self._line_end or source.choice(_LINE_ENDS)) for line in lines)
        return text.rstrip("\r\n") if source.random() < 0.3 else text

    def _cell(self) -> str:
        source, chance = self._source, self._source.random()
        if chance < self._quoted:
            letters = [*_LETTERS, '"', self.delimiter, "\n", "\r", "\r\n"]
            return (
                '"' + "".join(source.choices(letters, k=source.choice([0, 1, 2, 4]))).replace('"', '""') + '"'
            )
        text = "".join(source.choices(_LETTERS, k=source.choice([0, 0, 1, 2, 3]))).replace(self.delimiter, "")
        return text + '"' + source.choice(_LETTERS) if chance < self._quoted + self._stray else text


def _expected(body: str, delimiter: str, width: int) -> Table | None:
    """The table by the csv module over the whole text; None if it is refused."""
    table, lines = Table(), []

    def watched() -> Iterator[str]:
        for line in io.StringIO(body, newline=""):
            lines.append(line)
            yield line

    try:
        for cells in csv.reader(watched(), delimiter=delimiter, strict=True):
            record = "".join(lines)
            lines.clear()
            ending = 2 if record.endswith("\r\n") else int(record.endswith(("\r", "\n")))
            if len(record.encode()) - ending > limits.MAX_RECORD_BYTES:
                return None
            if not any(cell.strip(" \t") for cell in cells):
                continue
            number = len(table.rows) + len(table.broken) + 1
            if len(cells) == width:
                table.rows[number] = {f"c{position}": cell for position, cell in enumerate(cells)}
            else:
                table.broken[number] = delimiter.join(cells)[: limits.MAX_KEPT_TEXT]
    except csv.Error:
        return None
    return table


def test_all_ways_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random files, random bounds of blocks and records: the same rows, or refused both times."""
    ways = {"fast": 0, "strict": 0, "refused": 0}

    def counted(*arguments: object) -> object:
        table = split_fast(*arguments)  # type: ignore[arg-type]
        ways["strict" if table is None else "fast"] += 1
        return table

    monkeypatch.setattr(csv_reader, "split_fast", counted)
    source = random.Random(20250603)
    for _ in range(_COUNT_FILES):
        writer = _Writer(source)
        monkeypatch.setattr(limits, "BLOCK_BYTES", source.choice([1, 3, 7, 16, 64, 2**20]))
        monkeypatch.setattr(limits, "MAX_RECORD_BYTES", source.choice([16, 20, 40, 2**20, 2**20]))
        monkeypatch.setattr(csv_blocks, "_ARROW_BYTES", source.choice([1, 50, 2**20]))
        monkeypatch.setattr(csv_reader, "_STRICT_CELLS", source.choice([1, 5, 200_000]))
        csv_blocks._arrow_options.cache_clear()
        body = writer.body()
        content = (writer.delimiter.join(writer.names) + "\n" + body).encode()
        expected = _expected(body, writer.delimiter, writer.width)
        try:
            table = read("a.csv", content, contract_of(*writer.names))
        except UnreadableFileError:
            ways["refused"] += 1
            assert expected is None, content
            continue
        assert expected is not None, content
        assert (table.rows, table.broken) == (expected.rows, expected.broken), content
    csv_blocks._arrow_options.cache_clear()
    assert ways["fast"] > _COUNT_FILES // 2 and ways["strict"] > 100 and ways["refused"] > 100


@pytest.mark.parametrize(
    ("block", "size"),
    [
        (b"1,2\n", 4),
        (b'"1",2\n', 6),
        (b'"1",2\n"3', 6),
        (b'"a\nb",2\n', 8),
        (b'1,""\n"""x""",2\n', 15),
        (b'1,5"\n', 0),
        (b'1,"2"x\n3,4\n', 0),
        (b'1, "2"\n', 0),
        ("\ufeff1,2\n".encode(), 0),
    ],
)
def test_what_may_go_the_fast_way(block: bytes, size: int) -> None:
    assert fast_cut(block, ",", is_last=False).size == size


def test_line_ends_in_quotes_are_seen() -> None:
    assert fast_cut(b'"a\nb",2\n', ",", is_last=False).has_inner_ends
    assert not fast_cut(b'"a",2\n"\n', ",", is_last=False).has_inner_ends


def test_a_record_that_is_not_finished_waits() -> None:
    assert list(split_strictly(b'1,2\n"3\n', ",", is_last=False)) == [(["1", "2"], 4)]
    with pytest.raises(UnreadableFileError):
        list(split_strictly(b'1,2\n"3\n', ",", is_last=True))


def test_one_stray_quote_costs_speed_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """From an odd quote on, quotes say nothing; the rest is many records and not one long one."""
    monkeypatch.setattr(limits, "MAX_RECORD_BYTES", 100)
    content = b"a,b\n" + b"1,2\n" * 100 + b'5" pipe,3\n' + b"4,5\n" * 1_000
    table = read("a.csv", content)
    assert len(table.rows) == 1_101
    assert table.rows[101] == {"a": '5" pipe', "b": "3"}
