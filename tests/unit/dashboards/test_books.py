"""Books of lines: what is appended is chained and on the disk, and what was changed or taken out shows."""

from __future__ import annotations

import hashlib
import json
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dashboards import access_log, approvals, books
from dashboards.approvals import ReasonRefused

SAID = "ab" * 32


def test_lines_are_chained(tmp_path: Path) -> None:
    book = tmp_path / "new" / "book.jsonl"
    assert books.read(book) == []
    for number in range(3):
        books.append(book, {"number": number})
    lines = book.read_bytes().splitlines()
    assert [json.loads(line)["number"] for line in lines] == [0, 1, 2]
    previous = [json.loads(line)["previous"] for line in lines]
    assert previous == ["0" * 64, *(hashlib.sha256(line).hexdigest() for line in lines[:2])]
    assert [line["number"] for line in books.read(book)] == [0, 1, 2]
    assert book.stat().st_mode & 0o077 == 0


def test_half_a_line_never_counts_and_is_cut_off(tmp_path: Path) -> None:
    book = tmp_path / "book.jsonl"
    books.append(book, {"number": 0})
    with book.open("ab") as stream:
        stream.write(b'{"number": 1, "prev')
    assert len(books.read(book)) == 1
    books.append(book, {"number": 2})
    assert [line["number"] for line in books.read(book)] == [0, 2]


@pytest.mark.parametrize("how", ["changed", "taken out", "no json"])
def test_what_was_changed_shows(tmp_path: Path, how: str) -> None:
    book = tmp_path / "book.jsonl"
    for number in range(3):
        books.append(book, {"number": number})
    lines = book.read_bytes().splitlines(keepends=True)
    if how == "changed":
        lines[0] = lines[0].replace(b'"number": 0', b'"number": 9')
    elif how == "taken out":
        del lines[1]
    else:
        lines[1] = b"no json\n"
    book.write_bytes(b"".join(lines))
    with pytest.raises(books.BookBroken, match=r"book.jsonl:2"):
        books.read(book)


def test_many_writers_make_one_chain(tmp_path: Path) -> None:
    book = tmp_path / "book.jsonl"
    threads = [threading.Thread(target=books.append, args=(book, {"number": n})) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(line["number"] for line in books.read(book)) == list(range(20))


def test_an_approval_is_read_back_newest_first(tmp_path: Path) -> None:
    before = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    approvals.approve("a@example.kz", "publisher", SAID, "  told   by phone ", tmp_path)
    approvals.approve("b@example.kz", "publisher", "cd" * 32, "WG-2025-0001", tmp_path)
    newest, first = approvals.approvals(tmp_path)
    assert (newest.identity, newest.preview_hash) == ("b@example.kz", "cd" * 32)
    assert (first.reason, first.role) == ("told by phone", "publisher") and first.approved_at >= before


@pytest.mark.parametrize(
    ("reason", "key"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("x" * 501, "long"),
        ("of 920615400001", "number"),
        ("a\u202eb", "number"),
    ],
)
def test_a_reason_that_cannot_be_kept_is_refused(tmp_path: Path, reason: str, key: str) -> None:
    with pytest.raises(ReasonRefused) as refused:
        approvals.approve("a@example.kz", "publisher", SAID, reason, tmp_path)
    assert refused.value.key == key
    assert not list(tmp_path.iterdir())


def test_a_line_that_is_no_approval_breaks_the_book(tmp_path: Path) -> None:
    books.append(tmp_path / approvals.BOOK_NAME, {"identity": "a@example.kz"})
    with pytest.raises(books.BookBroken):
        approvals.approvals(tmp_path)


def test_a_log_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(access_log.LogUnavailable):
        access_log.record("a", "analyst", "export", {}, tmp_path / "file")
    with pytest.raises(ValueError, match="browse"):
        access_log.record("a", "analyst", "browse", {}, tmp_path)
