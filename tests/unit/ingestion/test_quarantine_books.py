"""What is open, held and closed, from books of today and from older ones."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from ingestion.quarantine_books import (
    closed_rows,
    count_open_by_place,
    count_open_rows,
    held_files,
    open_files,
    open_rows,
    shrinkage,
)
from tests.support.books import Books


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return Books(tmp_path / "w.duckdb")


def test_open_rows_are_counted_once_and_reasons_apart(books: Books) -> None:
    books.batch("b1", quarantined=3)
    books.entry("b1", 2, "body_code", "UNKNOWN_CODE")
    books.entry("b1", 2, "result_code", "UNKNOWN_CODE")
    books.entry("b1", 5, "candidate_no", "BAD_PATTERN", "matches_pattern")
    books.entry("b1", 9, None, "BROKEN_ROW", "row_shape")
    books.close("b1", 9, "same_place")
    with books.read() as connection:
        (file,) = open_files(connection)
        assert (file.count_rows, file.reasons) == (2, (("BAD_PATTERN", 1), ("UNKNOWN_CODE", 1)))
        assert not file.is_whole
        assert count_open_rows(connection, "vetting__replies") == 2
        assert count_open_rows(connection, "platform__answers") == 0
        assert [row.row_number for row in open_rows(connection, "b1", 2)] == [2, 2]
        assert count_open_by_place(connection, "b1")[0] == ("body_code", "UNKNOWN_CODE", 1)
        assert open_files(connection, "platform__answers") == []


def test_a_whole_file_is_open_until_it_is_closed(books: Books) -> None:
    books.batch("cut", state="quarantined", reason="MISSING_COLUMN", read=7, quarantined=7)
    books.entry("cut", None, "body_code", "MISSING_COLUMN", "columns_present")
    books.entry("cut", None, "list_no", "MISSING_COLUMN", "columns_present")
    with books.read() as connection:
        (file,) = open_files(connection)
        assert file.is_whole and file.reasons == (("MISSING_COLUMN", 1),)
        assert count_open_rows(connection, "vetting__replies") == 1
    books.close("cut", None, "file_landed")
    with books.read() as connection:
        assert open_files(connection) == []


def test_a_held_file_waits_with_what_it_lost(books: Books) -> None:
    books.batch("first")
    books.batch("short", state="held", reason="FEWER_ROWS", read=3)
    books.check("short", "enough_rows", None, 10, 7)
    books.check("short", "keys_kept", None, 10, 8)
    books.batch("other", file="2025-06-13T180000/vetting__replies__other.xlsx")
    with books.read() as connection:
        (file,) = held_files(connection)
        assert file.batch_id == "short" and file.is_held and file.reasons == (("FEWER_ROWS", 1),)
        found = shrinkage(connection, file.batch_id)
        assert found is not None
        assert (found.count_then, found.count_now, found.count_gone) == (10, 3, 8)
        assert shrinkage(connection, "first") is None


@pytest.mark.parametrize(
    ("feed", "later", "waits"),
    [
        ("vetting__replies", "2025-06-10T180000/vetting__replies.xlsx", False),
        ("vetting__replies", "2025-06-13T180000/vetting__replies.xlsx", True),
        ("vetting__replies", "2025-06-13T180000/vetting__replies__mends-0123456789abcdef.xlsx", False),
        ("platform__bookings", "2025-06-13T180000/platform__bookings.xlsx", False),
        ("platform__bookings", "2025-06-13T180000/platform__bookings__more.xlsx", True),
    ],
)
def test_a_held_file_waits_until_it_came_again(books: Books, feed: str, later: str, waits: bool) -> None:
    books.batch("0123456789abcdef", feed=feed, state="held", reason="KEYS_GONE")
    books.batch("later", feed=feed, file=later)
    with books.read() as connection:
        assert bool(held_files(connection)) == waits


def test_a_name_without_a_folder_is_no_place(books: Books) -> None:
    books.batch("short", state="held", reason="KEYS_GONE", file="vetting__replies.xlsx")
    books.batch("other", file="vetting__replies.xlsx")
    with books.read() as connection:
        assert [file.batch_id for file in held_files(connection)] == ["short"]
    books.batch("short-2", sha256="short", file="vetting__replies.xlsx")
    with books.read() as connection:
        assert held_files(connection) == []


def test_an_accepted_or_closed_file_is_held_no_more(books: Books) -> None:
    books.batch("short", state="held", reason="KEYS_GONE", sha256="same", file="a.xlsx")
    books.batch("other", state="held", reason="KEYS_GONE", file="b.xlsx")
    books.batch("short-2", sha256="same", file="elsewhere.xlsx")
    with books.read() as connection:
        assert [file.batch_id for file in held_files(connection)] == ["other"]
    books.close("other", None, "person", "A. Officer", "sent by mistake")
    with books.read() as connection:
        assert open_files(connection) == []


def test_the_history_tells_how_and_by_whom(books: Books) -> None:
    books.batch("b1", quarantined=3)
    for row in (4, 5, 6):
        books.entry("b1", row, "body_code", "UNKNOWN_CODE")
    books.close("b1", 4, "key_landed")
    books.close("b1", 5, "key_landed")
    books.close("b1", 6, "person", "A. Officer", "the body was dissolved")
    with books.read() as connection:
        by_batch, by_person = closed_rows(connection)
        assert (by_batch.how, by_batch.count_rows, by_batch.row_numbers) == ("key_landed", 2, (4, 5))
        assert (by_person.how, by_person.by, by_person.note) == (
            "person",
            "A. Officer",
            "the body was dissolved",
        )
        assert by_person.reason_codes == ("UNKNOWN_CODE",)
        assert closed_rows(connection, "platform__answers") == []


def test_older_books_are_read_as_books_in_which_nothing_was_closed(tmp_path: Path) -> None:
    books = Books(tmp_path / "old.duckdb", is_old=True)
    books.batch("b1", quarantined=1)
    books.entry("b1", 2, "body_code", "UNKNOWN_CODE")
    with books.read() as connection:
        (file,) = open_files(connection)
        assert file.count_rows == 1
        assert open_rows(connection, "b1", 10)[0].row_key is None
        assert closed_rows(connection) == [] and held_files(connection) == []


def test_a_warehouse_without_books_has_nothing_open(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "empty.duckdb")) as connection:
        assert open_files(connection) == [] and closed_rows(connection) == []
