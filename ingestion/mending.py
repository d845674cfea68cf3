"""What a sender has to mend in one file, in words: what is wrong, what is allowed, how to send it again.

Belongs here: what is said about a file that stayed outside in whole or in part, and the name of the letter
that says it. It is read outside this house, so it holds row numbers, column names and rules, and nothing
about people; the books have nothing else. What is open is asked in ``quarantine_books.py``, what a contract
allows in ``allowed.py``; texts are in ``i18n/``, section ``report``. Not here: the letter itself
(``orchestration/letters/``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion import quarantine
from ingestion.allowed import Words, allowed, codes_with_meaning, words_of
from ingestion.clock import FOLDER_STAMP, folder_stamp_to_utc, local_zone
from ingestion.contracts import Column, Contract, feed_names, load_contract
from ingestion.messages import message
from ingestion.quarantine_books import (
    OpenFile,
    OpenRow,
    Shrinkage,
    count_open_by_place,
    open_files,
    open_rows,
    shrinkage,
)
from ingestion.readers import file_format

if TYPE_CHECKING:
    import duckdb

# Nobody mends more rows one by one; the letter says how many there are in all.
MAX_LINES = 20_000
# Rows of the same key that a line names.
SAME_KEY_NAMED = 8
_MAX_NAME_BYTES = 120
_REPEATED = (quarantine.DUPLICATE_ROW, quarantine.CONFLICTING_ROWS)


@dataclass(frozen=True)
class Line:
    """One entry in words; without row number, the file lacks the column."""

    row_number: int | None
    column: str
    wrong: str
    allowed: str


@dataclass(frozen=True)
class Mending:
    """All that a letter to a sender rests on: the file, its open entries, and where they are most.

    rows: at most ``MAX_LINES``. places: (column, reason, rows). contract: None where the name of the file
    belongs to no feed.
    """

    file: OpenFile
    rows: Sequence[OpenRow]
    places: Sequence[tuple[str | None, str, int]]
    shrinkage: Shrinkage | None
    contract: Contract | None
    language: str

    @cached_property
    def say(self) -> Words:
        """Texts of the letter's language."""
        return words_of(self.language)

    @cached_property
    def listed(self) -> list[OpenRow]:
        """Entries of single rows, or of columns that a file lacks."""
        return [row for row in self.rows if row.row_number is not None or row.column_name is not None]

    @property
    def is_refused_by_place(self) -> bool:
        """Whether the file was not read at all, because of what it is or where it lay."""
        return self.file.reason_code in quarantine.PLACE_REASONS

    @property
    def outcome(self) -> str:
        """What happened to the file."""
        file, say = self.file, self.say
        if not file.is_whole:
            return say("outcome_rows", table=say("table_rows"))
        parts = [] if file.is_held else [say("outcome_whole")]
        if file.reason_code:
            parts.append(message(file.reason_code, self.language))
        less = self.shrinkage
        if less is not None and less.count_fewer:
            parts.append(say("fewer_rows", before=less.count_then, now=less.count_now))
        if less is not None and less.count_gone:
            parts.append(say("keys_gone", before=less.count_then, gone=less.count_gone))
        if file.is_held:
            parts.append(say("outcome_held"))
        return " ".join(parts)

    def places_in_words(self) -> list[tuple[str, str, int | None]]:
        """Column, what is wrong there and in how many rows, most frequent first; None of a whole file."""
        whole = self.say("whole_file" if self.file.is_whole else "whole_row")
        return [
            (column or whole, message(reason, self.language), None if self.file.is_whole else count)
            for column, reason, count in self.places
        ]

    def again(self) -> list[str]:
        """How to send the file again, a sentence or two each."""
        file, say = self.file, self.say
        *_, name = file.source_file.split("/")
        if self.is_refused_by_place:
            return [say("again_place")]
        mends = f"{file.feed}__mends-{file.batch_id}.{name.partition('.')[2]}"
        if file.is_held:
            return [say("again_held_right"), say("again_held_wrong", name=mends)]
        if file.is_whole:
            return [say("again_whole", name=mends)]
        key = ", ".join(self.contract.key) if self.contract else "–"
        return [
            say("again_rows_mend", table=say("table_rows"), key=key),
            say("again_rows_send"),
            say("again_rows_name", name=mends),
        ]

    def reading(self, most: int, goes_on_in: str = "") -> list[str]:
        """How to read the letter: how rows are counted, and whether its list is cut at ``most`` lines.

        goes_on_in: name of a file in which more of a cut list stands; empty for none.
        """
        say, shown = self.say, min(most, len(self.listed))
        said = [say("counting")] if self.listed and not self.file.is_whole else []
        count = sum(count for _, _, count in self.places)
        is_longer = count > len(self.rows) >= MAX_LINES
        if shown < len(self.listed) or is_longer:
            total = count if is_longer else len(self.listed)
            said.append(say("list_is_cut", table=say("table_rows"), shown=shown, count=total))
            if goes_on_in and shown < len(self.listed):
                said.append(say("list_goes_on", file=goes_on_in))
        return [*said, say("no_values")]

    def lines(self, most: int) -> Iterator[Line]:
        """The first ``most`` entries, in the order of the file's rows."""
        say, same_key = self.say, _same_key(self.rows)
        kind = file_format(self.file.source_file.rsplit("/", 1)[-1]) or "csv"
        for row in self.listed[:most]:
            wrong = message(row.reason_code, self.language)
            if row.reason_code in _REPEATED and row.row_key in same_key:
                wrong += " " + say("same_key", rows=_numbers(same_key[row.row_key], row.row_number))
            rule = ""
            if self.contract is not None:
                rule = allowed(self.contract, row.column_name, row.reason_code, kind, self.language)
            yield Line(row.row_number, row.column_name or say("whole_row"), wrong, rule)

    def codes(self) -> list[tuple[str, str, str]]:
        """Column, code and its meaning of the code lists that an entry names, in the contract's order."""
        named = {row.column_name for row in self.rows}
        columns: Iterable[Column] = self.contract.columns if self.contract else ()
        return [
            (column.name, code, meaning)
            for column in columns
            if column.name in named and column.valid_values
            for code, meaning in codes_with_meaning(column, self.language)
        ]


def mendings(
    connection: duckdb.DuckDBPyConnection,
    language: str,
    *,
    feed: str | None = None,
    name: str | None = None,
) -> Iterator[tuple[str, Mending]]:
    """Each file with something to mend, with the name of its letter.

    feed, name: only files of this feed, only the file of this name (with or without its folder).
    """
    files = [
        file
        for file in open_files(connection, feed)
        if name is None or name in (file.source_file, Path(file.source_file).name)
    ]
    names = letter_names(files)
    for file in files:
        yield (
            names[file.batch_id],
            Mending(
                file=file,
                rows=open_rows(connection, file.batch_id, MAX_LINES),
                places=count_open_by_place(connection, file.batch_id),
                shrinkage=shrinkage(connection, file.batch_id) if file.is_held else None,
                contract=load_contract(file.feed) if file.feed in feed_names() else None,
                language=language,
            ),
        )


def letter_names(files: Iterable[OpenFile]) -> dict[str, str]:
    """Name of each file's letter by batch, without an ending: ``mend__<feed>__<stamp>__<file>``.

    Where that is the name of two, the later ones carry their batch.
    """
    names: dict[str, str] = {}
    for file in files:
        *_, stem = file.source_file.split("/")
        parts = (file.feed or "unknown", _stamp(file), _safe(stem.split(".")[0]))
        name = "__".join(("mend", *parts))
        is_taken = name.casefold() in {other.casefold() for other in names.values()}
        names[file.batch_id] = f"{name}__{_safe(file.batch_id)}" if is_taken else name
    return names


def _stamp(file: OpenFile) -> str:
    """The delivery: the folder that the file came in, or the local moment of its receipt."""
    folder = file.source_file.split("/")[0]
    if folder_stamp_to_utc(folder):
        return folder
    return file.received_at.replace(tzinfo=UTC).astimezone(local_zone()).strftime(FOLDER_STAMP)


def _safe(text: str) -> str:
    return re.sub(r"[^\w.-]", "_", text).encode()[:_MAX_NAME_BYTES].decode(errors="ignore")


def _same_key(rows: Iterable[OpenRow]) -> dict[str | None, list[int]]:
    """Numbers of the rows by the hash of their key, where several rows have it."""
    found: dict[str | None, list[int]] = {}
    for row in rows:
        if row.row_key is not None and row.row_number is not None and row.reason_code in _REPEATED:
            found.setdefault(row.row_key, []).append(row.row_number)
    return {key: sorted(set(numbers)) for key, numbers in found.items() if len(set(numbers)) > 1}


def _numbers(numbers: Sequence[int], own: int | None) -> str:
    others = [str(number) for number in numbers if number != own]
    shown = ", ".join(others[:SAME_KEY_NAMED])
    return f"{shown} …" if len(others) > SAME_KEY_NAMED else shown
