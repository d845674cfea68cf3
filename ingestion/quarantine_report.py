"""What a sender has to mend, as one Excel file for each file that was sent.

Belongs here: which reports are written, their names, and their sheets: a summary, the rows, the code lists.
They are read outside this house, so they hold row numbers, column names and rules, and nothing about people;
the books have nothing else. What is open is asked in ``quarantine_books.py``, what a contract allows in
``allowed.py``, how a workbook looks is in ``sheets.py``; texts are in ``i18n/``, section ``report``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
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
from ingestion.sheets import Book, Sheet, write_whole

if TYPE_CHECKING:
    import duckdb

# Nobody mends more rows one by one; the summary says how many there are in all.
MAX_LINES = 20_000
# Rows of the same key that a line names.
SAME_KEY_NAMED = 8
_MAX_NAME_BYTES = 120
_REPEATED = (quarantine.DUPLICATE_ROW, quarantine.CONFLICTING_ROWS)
# Width of the sheets' columns in characters; together they fill a landscape page.
_SUMMARY_WIDTHS, _ROWS_WIDTHS, _CODES_WIDTHS = (28, 96, 12), (9, 26, 52, 60), (26, 24, 70)


@dataclass(frozen=True)
class Mending:
    """All that one report says: the file, its open entries, and where they are most.

    places: (column, reason, rows). contract: None where the name of the file belongs to no feed. contact:
    whom the sender asks; empty for "answer this message".
    """

    file: OpenFile
    rows: Sequence[OpenRow]
    places: Sequence[tuple[str | None, str, int]]
    shrinkage: Shrinkage | None
    contract: Contract | None
    language: str
    contact: str
    made_at: datetime

    @cached_property
    def say(self) -> Words:
        """Texts of the report's language."""
        return words_of(self.language)

    @property
    def listed(self) -> list[OpenRow]:
        """Entries of single rows, or of columns that a file lacks."""
        return [row for row in self.rows if row.row_number is not None or row.column_name is not None]

    @property
    def code_columns(self) -> list[Column]:
        """Columns with a code list that an entry names, in the contract's order."""
        named = {row.column_name for row in self.rows}
        columns = self.contract.columns if self.contract else ()
        return [column for column in columns if column.name in named and column.valid_values]


def write_reports(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    language: str,
    *,
    made_at: datetime,
    feed: str | None = None,
    name: str | None = None,
    contact: str = "",
) -> list[Path]:
    """Write a report for each file with something to mend; returns their paths.

    feed, name: only files of this feed, only the file of this name (with or without its folder). made_at:
    moment of the report, UTC. A report of the same name is replaced.
    """
    files = [
        file
        for file in open_files(connection, feed)
        if name is None or name in (file.source_file, Path(file.source_file).name)
    ]
    folder.mkdir(parents=True, exist_ok=True)
    names = report_names(files)
    for file in files:
        mending = Mending(
            file=file,
            rows=open_rows(connection, file.batch_id, MAX_LINES),
            places=count_open_by_place(connection, file.batch_id),
            shrinkage=shrinkage(connection, file.batch_id) if file.is_held else None,
            contract=load_contract(file.feed) if file.feed in feed_names() else None,
            language=language,
            contact=contact,
            made_at=made_at,
        )
        write_report(mending, folder / names[file.batch_id])
    return [folder / names[file.batch_id] for file in files]


def report_names(files: Iterable[OpenFile]) -> dict[str, str]:
    """Name of each file's report by batch: ``mend__<feed>__<stamp>__<file>.xlsx``.

    Where that is the name of two, the later ones carry their batch.
    """
    names: dict[str, str] = {}
    for file in files:
        *_, stem = file.source_file.split("/")
        parts = (file.feed or "unknown", _stamp(file), _safe(stem.split(".")[0]))
        name = "__".join(("mend", *parts))
        is_taken = f"{name}.xlsx".casefold() in {other.casefold() for other in names.values()}
        names[file.batch_id] = f"{name}__{_safe(file.batch_id)}.xlsx" if is_taken else f"{name}.xlsx"
    return names


def _stamp(file: OpenFile) -> str:
    """The delivery: the folder that the file came in, or the local moment of its receipt."""
    folder = file.source_file.split("/")[0]
    return folder if folder_stamp_to_utc(folder) else _local(file.received_at).strftime(FOLDER_STAMP)


def _safe(text: str) -> str:
    return re.sub(r"[^\w.-]", "_", text).encode()[:_MAX_NAME_BYTES].decode(errors="ignore")


def write_report(mending: Mending, path: Path) -> None:
    """Write one report, whole or not at all. Every text is written as text, whatever it begins with."""
    say = mending.say
    book = Book(say("title"), say("page", page="&P", pages="&N"), mending.made_at)
    _write_summary(mending, book)
    if mending.listed:
        _write_rows(mending, book)
    if mending.code_columns:
        _write_codes(mending, book)
    write_whole(path, book.content())


def _write_summary(mending: Mending, book: Book) -> None:
    """What, which file, how much, what is wrong, how to send it again."""
    say = mending.say
    sheet = book.sheet(say("sheet_summary"), _SUMMARY_WIDTHS, mending.file.feed)
    sheet.title(say("title"))
    for label, value in _facts(mending):
        sheet.line((say(label), value), labelled=True)
    sheet.skip()
    _write_places(mending, sheet)
    for heading, texts in _advice(mending):
        for position, text in enumerate(texts):
            sheet.line(("" if position else say(heading), text), labelled=True)
        sheet.skip()


def _write_places(mending: Mending, sheet: Sheet) -> None:
    if not mending.places:
        return
    say = mending.say
    sheet.header([say(heading) for heading in ("column", "wrong", "rows")])
    whole = say("whole_file" if mending.file.is_whole else "whole_row")
    for column, reason, count in mending.places:
        shown = "" if mending.file.is_whole else count
        sheet.line((column or whole, message(reason, mending.language), shown), ruled=True)
    sheet.skip()


def _write_rows(mending: Mending, book: Book) -> None:
    """One line for each entry: where, what is wrong, what is allowed."""
    say = mending.say
    headings = [say(heading) for heading in ("row", "column", "wrong", "allowed")]
    sheet = book.listing(say("sheet_rows"), headings, _ROWS_WIDTHS, mending.file.feed)
    same_key = _same_key(mending.rows)
    kind = file_format(mending.file.source_file.rsplit("/", 1)[-1]) or "csv"
    for row in mending.listed:
        wrong = message(row.reason_code, mending.language)
        if row.reason_code in _REPEATED and row.row_key in same_key:
            wrong += " " + say("same_key", rows=_numbers(same_key[row.row_key], row.row_number))
        rule = ""
        if mending.contract is not None:
            rule = allowed(mending.contract, row.column_name, row.reason_code, kind, mending.language)
        number = "" if row.row_number is None else row.row_number
        sheet.line((number, row.column_name or say("whole_row"), wrong, rule), ruled=True)
    sheet.filtered()


def _write_codes(mending: Mending, book: Book) -> None:
    """The code lists of the columns that have entries."""
    say = mending.say
    headings = [say(heading) for heading in ("column", "code", "meaning")]
    sheet = book.listing(say("sheet_codes"), headings, _CODES_WIDTHS, mending.file.feed)
    for column in mending.code_columns:
        for code, meaning in codes_with_meaning(column, mending.language):
            sheet.line((column.name, code, meaning), ruled=True)
    sheet.filtered()


def _facts(mending: Mending) -> list[tuple[str, str | int]]:
    file, say = mending.file, mending.say
    facts: list[tuple[str, str | int]] = [
        ("file", file.source_file),
        ("feed", file.feed or "–"),
        ("received", say("moment", moment=_shown(file.received_at))),
        ("outcome", _outcome(mending)),
    ]
    if file.reason_code not in quarantine.PLACE_REASONS:
        facts += [("count_read", file.count_read), ("count_landed", file.count_landed)]
    if not file.is_whole:
        facts.append(("count_rows", file.count_rows))
    return [
        *facts,
        ("batch", file.batch_id),
        ("made", say("moment", moment=_shown(mending.made_at))),
        ("contact", mending.contact or say("contact_answer")),
    ]


def _outcome(mending: Mending) -> str:
    file, say = mending.file, mending.say
    if not file.is_whole:
        return say("outcome_rows", sheet=say("sheet_rows"))
    parts = [] if file.is_held else [say("outcome_whole")]
    if file.reason_code:
        parts.append(message(file.reason_code, mending.language))
    less = mending.shrinkage
    if less is not None and less.count_fewer:
        parts.append(say("fewer_rows", before=less.count_then, now=less.count_now))
    if less is not None and less.count_gone:
        parts.append(say("keys_gone", before=less.count_then, gone=less.count_gone))
    if file.is_held:
        parts.append(say("outcome_held"))
    return " ".join(parts)


def _advice(mending: Mending) -> list[tuple[str, list[str]]]:
    """Headings with their sentences: how to send the file again, how to read the report."""
    say = mending.say
    reading = [say("counting")] if mending.listed and not mending.file.is_whole else []
    count = sum(count for _, _, count in mending.places)
    if count > len(mending.rows) >= MAX_LINES:
        reading.append(say("list_is_cut", sheet=say("sheet_rows"), shown=len(mending.rows), count=count))
    return [("again", _again(mending)), ("reading", [*reading, say("no_values")])]


def _again(mending: Mending) -> list[str]:
    file, say = mending.file, mending.say
    *_, name = file.source_file.split("/")
    if file.reason_code in quarantine.PLACE_REASONS:
        return [say("again_place")]
    mends = f"{file.feed}__mends-{file.batch_id}.{name.partition('.')[2]}"
    if file.is_held:
        return [say("again_held_right"), say("again_held_wrong", name=mends)]
    if file.is_whole:
        return [say("again_whole", name=mends)]
    key = ", ".join(mending.contract.key) if mending.contract else "–"
    return [
        say("again_rows_mend", sheet=say("sheet_rows"), key=key),
        say("again_rows_send"),
        say("again_rows_name", name=mends),
    ]


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


def _local(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone(local_zone())


def _shown(moment: datetime) -> str:
    return _local(moment).strftime("%Y-%m-%d %H:%M")
