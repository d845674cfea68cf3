from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from proctoring_jobs.errors import ProctoringError, RetryableProctoringError
from proctoring_jobs.retention_book import BOOK, FIRST_HASH, RetentionBook


@pytest.fixture
def book(tmp_path: Path) -> RetentionBook:
    made = RetentionBook(tmp_path)
    for number in range(3):
        made.append(act="intent", sitting_id=f"S{number}", by="Ә. Қызметкер")
    return made


def test_lines_are_read_as_they_were_written(book: RetentionBook, tmp_path: Path) -> None:
    again = RetentionBook(tmp_path)
    assert again.lines == book.lines
    assert again.last_hash == book.lines[-1]["hash"]
    assert [line["previous_hash"] for line in book.lines] == [
        FIRST_HASH,
        *(line["hash"] for line in book.lines[:-1]),
    ]
    assert book.path.stat().st_mode & 0o077 == 0


def test_no_book_is_an_empty_one(tmp_path: Path) -> None:
    assert RetentionBook(tmp_path).lines == []
    assert not (tmp_path / BOOK).exists()


def changed(lines: list[str]) -> list[str]:
    return [lines[0], lines[1].replace("S1", "S9"), lines[2]]


def without_one(lines: list[str]) -> list[str]:
    return [lines[0], lines[2]]


def in_another_order(lines: list[str]) -> list[str]:
    return [lines[0], lines[2], lines[1]]


def no_json(lines: list[str]) -> list[str]:
    return [lines[0], "{", lines[2]]


def no_object(lines: list[str]) -> list[str]:
    return [lines[0], "[]", lines[2]]


def rewritten(lines: list[str]) -> list[str]:
    """A line that was changed with its own hash made anew: the next one gives it away."""
    from proctoring_jobs.retention_book import hash_of

    line = json.loads(lines[1]) | {"sitting_id": "S9"}
    return [lines[0], json.dumps(line | {"hash": hash_of(line)}), lines[2]]


@pytest.mark.parametrize(
    ("change", "line"),
    [(changed, 2), (without_one, 2), (in_another_order, 2), (no_json, 2), (no_object, 2), (rewritten, 3)],
)
def test_every_change_is_found_at_its_line(
    book: RetentionBook, tmp_path: Path, change: object, line: int
) -> None:
    assert callable(change)
    book.path.write_text("".join(f"{one}\n" for one in change(book.path.read_text().splitlines())))
    with pytest.raises(ProctoringError, match="retention_book_broken") as caught:
        RetentionBook(tmp_path)
    assert caught.value.params["line"] == line


def test_a_line_without_an_end_is_cut_off_by_the_next(
    book: RetentionBook, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole = book.path.read_bytes()
    book.path.write_bytes(whole + b'{"act":"intent","sitt')
    with caplog.at_level(logging.WARNING):
        again = RetentionBook(tmp_path)
    assert len(again.lines) == 3 and "no end" in caplog.text
    again.append(act="done")
    assert book.path.read_bytes().startswith(whole)
    assert len(RetentionBook(tmp_path).lines) == 4


def test_a_link_in_its_place_is_not_written_through(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.write_bytes(b"")
    (tmp_path / BOOK).symlink_to(target)
    with pytest.raises(RetryableProctoringError, match="storage_failed"):
        RetentionBook(tmp_path).append(act="intent")
    assert target.read_bytes() == b""
