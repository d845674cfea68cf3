"""JSON Lines: objects become rows, everything else a broken row."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from ingestion import limits
from ingestion.readers import jsonl_reader
from tests.unit.ingestion.readers.tables import read, refusal


def test_jsonl() -> None:
    table = read("a.jsonl", '{"a": 1.10, "b": "ұ"}\n\n{"b": null, "c": true}\n'.encode())
    assert table.names == ("a", "b", "c")
    assert table.rows == {
        1: {"a": Decimal("1.10"), "b": "ұ", "c": None},
        2: {"a": None, "b": None, "c": True},
    }


def test_names_come_as_lines_bring_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl_reader, "_CHUNK_ROWS", 2)
    table = read("a.jsonl", b'{"a": 1}\n{"a": 2}\n{"b": 3}\n{"b": 4}\n')
    assert table.count_chunks == 2
    assert table.rows[1] == {"a": 1}
    assert table.rows[3] == {"b": 3}
    assert table.names == ("a", "b")


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[1]",
        "3",
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": 1} {"a": 2}',
        "[" * 100_000,
        '{"a": ' + "[" * 60 + "]" * 60 + "}",
        '{"a": ' * 100_000,
        '{"a": ' + "9" * 5_000 + "}",
        '{"a": 1e' + "9" * 30 + "}",
        '{"a": 1, "a": 2}',
        '{"a": {"x": 1, "x": 1}}',
        '{"a": "\\ud800"}',
        '{"\\udfff": 1}',
        '{"a": "\t"}',
        "\ufeff{}",
    ],
)
def test_line_that_cannot_be_kept_is_broken(line: str) -> None:
    table = read("a.jsonl", f'{{"a": 1}}\n{line}\n{{"a": 2}}\n'.encode())
    assert list(table.rows) == [1, 3]
    assert table.broken == {2: line[: limits.MAX_KEPT_TEXT]}


@pytest.mark.parametrize(
    "value", ['"\\ud83d\\ude00"', '"[[[[' + "[" * 100 + '"', "1e400", "9" * 4_000, '{"x": [1]}', '"\\u0000"']
)
def test_values_are_kept_as_they_are(value: str) -> None:
    table = read("a.jsonl", f'{{"a": {value}}}\n'.encode())
    assert table.rows == {1: {"a": json.loads(value, parse_float=Decimal)}}


def test_what_was_kept_can_be_written_again() -> None:
    """Content of quarantined rows is written as JSON: no depth and no letter stands against it."""
    line = '{"a": ' + "[" * 49 + '"😀"' + "]" * 49 + "}"
    table = read("a.jsonl", line.encode())
    assert json.dumps(table.rows[1], ensure_ascii=False).encode()


def test_lines_end_with_line_feeds_only() -> None:
    table = read("a.jsonl", '{"a": 1,\r"b": "\u2028"}\r\n{"a": 2}'.encode())
    assert table.column("a") == [1, 2]


@pytest.mark.parametrize("content", [b"", b"\n", b"[]\n", b"1\n2\n"])
def test_refused_without_an_object(content: bytes) -> None:
    assert refusal("a.jsonl", content) == "UNREADABLE_FILE"


def test_names_have_a_bound() -> None:
    lines = "".join(f'{{"n{number}": 1}}\n' for number in range(limits.MAX_COLUMNS + 1))
    assert refusal("a.jsonl", lines.encode()) == "UNREADABLE_FILE"


def test_chunks_have_a_bound_in_text_too() -> None:
    line = b'{"a": [' + b"[]," * 100_000 + b"0]}\n"
    assert read("a.jsonl", line * 15).count_chunks == 3


def test_chunks_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl_reader, "_CHUNK_CELLS", 10)
    table = read("a.jsonl", b'{"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}\n' * 10)
    assert table.count_chunks == 5
