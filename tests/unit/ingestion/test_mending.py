"""What a sender has to mend, in words, and the names of the letters that say it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.mending import Mending, letter_names, mendings
from ingestion.messages import LANGUAGES, message, plain
from ingestion.quarantine_books import open_files
from tests.support.books import Books


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return Books(tmp_path / "w.duckdb")


def only(books: Books, language: str = "en", **more: str) -> Mending:
    with books.read() as connection:
        ((_, mending),) = mendings(connection, language, **more)
    return mending


def test_only_one_feed_or_one_file_may_be_asked_for(books: Books) -> None:
    for batch, feed in (("b1", "vetting__replies"), ("b2", "platform__answers")):
        books.batch(batch, feed=feed, file=f"2025-06-10T180000/{feed}.csv", quarantined=1)
        books.entry(batch, 1, None, "BROKEN_ROW", "row_shape")
    assert only(books, feed="platform__answers").file.batch_id == "b2"
    assert only(books, name="platform__answers.csv").file.batch_id == "b2"
    assert only(books, name="2025-06-10T180000/vetting__replies.csv").file.batch_id == "b1"
    with books.read() as connection:
        assert len(list(mendings(connection, "en"))) == 2
        assert list(mendings(connection, "en", name="no_such.csv")) == []


def test_rows_of_one_key_name_each_other(books: Books) -> None:
    books.batch("b1", quarantined=12)
    for row in range(1, 12):
        books.entry("b1", row, None, "CONFLICTING_ROWS", "keys_consistent", key="same")
    books.entry("b1", 12, None, "CONFLICTING_ROWS", "keys_consistent", key="other")
    said = [line.wrong for line in only(books).lines(99)]
    assert said[0].endswith("Rows with the same key: 2, 3, 4, 5, 6, 7, 8, 9 ….")
    assert said[11] == message("CONFLICTING_ROWS", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_cut_list_is_told_with_its_whole_length(
    books: Books, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.batch("b1", quarantined=6)
    for row in range(1, 7):
        books.entry("b1", row, "list_no", "MISSING_VALUE", "not_null")
    whole = only(books, language)
    assert [line.row_number for line in whole.lines(2)] == [1, 2]
    told = whole.say("list_is_cut", table=whole.say("table_rows"), shown=2, count=6)
    goes_on = whole.say("list_goes_on", file="m.xlsx")
    assert told in whole.reading(2) and goes_on not in whole.reading(2)
    assert {told, goes_on} <= set(whole.reading(2, "m.xlsx"))
    assert whole.reading(6, "m.xlsx") == whole.reading(99) == [whole.say("counting"), whole.say("no_values")]

    monkeypatch.setattr("ingestion.mending.MAX_LINES", 4)
    cut = only(books, language)
    assert len(list(cut.lines(99))) == 4
    told = [cut.say("list_is_cut", table=cut.say("table_rows"), shown=shown, count=6) for shown in (4, 2)]
    assert told[0] in cut.reading(99, "m.xlsx") and goes_on not in cut.reading(99, "m.xlsx")
    assert told[1] in cut.reading(2, "m.xlsx") and goes_on in cut.reading(2, "m.xlsx")


def test_names_of_letters_do_not_meet(books: Books) -> None:
    for number, file in enumerate(("a/x?.csv", "a/x*.csv", "a/X_.csv", f"a/{'ж' * 300}.csv")):
        books.batch(f"b{number}", file=file, state="quarantined", reason="UNREADABLE_FILE")
        books.entry(f"b{number}", None, None, "UNREADABLE_FILE")
    with books.read() as connection:
        names = letter_names(open_files(connection))
    assert len({name.casefold() for name in names.values()}) == 4
    assert all(len(name.encode()) < 235 for name in names.values())


def test_signs_that_hide_are_shown() -> None:
    assert plain("a\u202eb\x00c\u00a0d\udcff") == "a\ufffdb\ufffdc d\ufffd"
