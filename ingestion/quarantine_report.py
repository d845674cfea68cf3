"""What a sender has to mend, as one Excel file for each file that was sent.

Belongs here: which reports are written, their names, and their sheets: a summary, the rows, the code lists.
They are read outside this house, so they hold row numbers, column names and rules, and nothing about people;
the books have nothing else. What is open is asked in ``quarantine_books.py``, what a contract allows in
``allowed.py``; texts are in ``i18n/``, section ``report``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion import quarantine
from ingestion.allowed import Words, allowed, codes_with_meaning, words_of
from ingestion.clock import FOLDER_STAMP, folder_stamp_to_utc, local_zone
from ingestion.contracts import Column, Contract, feed_names, load_contract
from ingestion.messages import message, plain
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

# Nobody mends more rows one by one; the summary says how many there are in all.
MAX_LINES = 20_000
# Rows of the same key that a line names.
SAME_KEY_NAMED = 8
_MAX_NAME_BYTES = 120
_REPEATED = (quarantine.DUPLICATE_ROW, quarantine.CONFLICTING_ROWS)
# Width of the sheets' columns in characters; together they fill a landscape page.
_SUMMARY_WIDTHS, _ROWS_WIDTHS, _CODES_WIDTHS = (28, 96, 12), (9, 26, 52, 60), (26, 24, 70)
_A4 = 9
_FONT = {"font_name": "Arial", "font_size": 10}
# Programs differ in whether they make room for wrapped text, so the height of each line is set: points a line
# of text takes, and how much of a sheet's unit of width a letter takes.
_LINE_HEIGHT, _LETTER_WIDTH = 13.5, 0.9


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
    import xlsxwriter

    draft = path.with_name(f".{path.name}.part")
    workbook = xlsxwriter.Workbook(str(draft))
    workbook.set_properties({"title": mending.say("title"), "created": mending.made_at})
    book = _Book(workbook, mending)
    book.summary()
    if mending.listed:
        book.rows()
    if mending.code_columns:
        book.codes()
    workbook.close()
    draft.replace(path)


class _Book:
    """The sheets of one report."""

    def __init__(self, workbook: Any, mending: Mending) -> None:
        self._workbook = workbook
        self._mending = mending
        self._say = mending.say
        # The quote mark keeps Excel from reading a text as a formula when somebody edits its cell.
        text = {**_FONT, "text_wrap": True, "valign": "top", "num_format": "@", "quote_prefix": True}
        self._text = workbook.add_format(text)
        self._bold = workbook.add_format({**text, "bold": True})
        self._title = workbook.add_format({**_FONT, "bold": True, "font_size": 14, "quote_prefix": True})
        self._header = workbook.add_format({**text, "bold": True, "bg_color": "#DDE5EE", "bottom": 1})
        self._number = workbook.add_format({**_FONT, "num_format": "0", "valign": "top", "align": "left"})
        rule = {"bottom": 1, "bottom_color": "#D0D7DE"}
        self._ruled = workbook.add_format({**text, **rule})
        self._ruled_number = workbook.add_format({**_FONT, **rule, "valign": "top", "align": "left"})
        self._widths: Sequence[int] = ()

    def summary(self) -> None:
        """What, which file, how much, what is wrong, how to send it again."""
        sheet = self._sheet("sheet_summary", _SUMMARY_WIDTHS)
        sheet.set_row(0, 20)
        sheet.write_string(0, 0, self._say("title"), self._title)
        line = 2
        for label, value in _facts(self._mending):
            self._line(sheet, line, ("", value))
            sheet.write_string(line, 0, self._say(label), self._bold)
            line += 1
        line = self._places(sheet, line + 1)
        for heading, texts in _advice(self._mending):
            for position, text in enumerate(texts):
                self._line(sheet, line + position, ("", text))
            sheet.write_string(line, 0, self._say(heading), self._bold)
            line += len(texts) + 1

    def _places(self, sheet: Any, line: int) -> int:
        mending = self._mending
        if not mending.places:
            return line
        self._header_line(sheet, line, ("column", "wrong", "rows"))
        whole = self._say("whole_file" if mending.file.is_whole else "whole_row")
        for column, reason, count in mending.places:
            line += 1
            shown = "" if mending.file.is_whole else count
            self._line(sheet, line, (column or whole, message(reason, mending.language), shown), ruled=True)
        return line + 2

    def rows(self) -> None:
        """One line for each entry: where, what is wrong, what is allowed."""
        mending = self._mending
        sheet = self._listing("sheet_rows", ("row", "column", "wrong", "allowed"), _ROWS_WIDTHS)
        same_key = _same_key(mending.rows)
        kind = file_format(mending.file.source_file.rsplit("/", 1)[-1]) or "csv"
        for line, row in enumerate(mending.listed, start=1):
            wrong = message(row.reason_code, mending.language)
            if row.reason_code in _REPEATED and row.row_key in same_key:
                wrong += " " + self._say("same_key", rows=_numbers(same_key[row.row_key], row.row_number))
            rule = ""
            if mending.contract is not None:
                rule = allowed(mending.contract, row.column_name, row.reason_code, kind, mending.language)
            number = "" if row.row_number is None else row.row_number
            column = row.column_name or self._say("whole_row")
            self._line(sheet, line, (number, column, wrong, rule), ruled=True)
        sheet.autofilter(0, 0, len(mending.listed), 3)

    def codes(self) -> None:
        """The code lists of the columns that have entries."""
        sheet = self._listing("sheet_codes", ("column", "code", "meaning"), _CODES_WIDTHS)
        line = 0
        for column in self._mending.code_columns:
            for code, meaning in codes_with_meaning(column, self._mending.language):
                line += 1
                self._line(sheet, line, (column.name, code, meaning), ruled=True)
        sheet.autofilter(0, 0, line, 2)

    def _listing(self, name: str, headings: Sequence[str], widths: Sequence[int]) -> Any:
        """A sheet with a header that stays in view and on every printed page."""
        sheet = self._sheet(name, widths)
        self._header_line(sheet, 0, headings)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        return sheet

    def _sheet(self, name: str, widths: Sequence[int]) -> Any:
        """An empty sheet that prints as wide as a landscape page."""
        sheet = self._workbook.add_worksheet(self._say(name))
        self._widths = widths
        for position, width in enumerate(widths):
            sheet.set_column(position, position, width, self._text)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        font = f'&"{_FONT["font_name"]}"&9'
        sheet.set_header(f"&L{font}{self._say('title')}&R{font}{self._mending.file.feed}")
        sheet.set_footer(f"&C{font}{self._say('page', page='&P', pages='&N')}")
        return sheet

    def _header_line(self, sheet: Any, line: int, headings: Sequence[str]) -> None:
        for position, heading in enumerate(headings):
            sheet.write_string(line, position, self._say(heading), self._header)

    def _line(self, sheet: Any, line: int, cells: Sequence[str | int], *, ruled: bool = False) -> None:
        """One line of cells, as high as its longest text takes; ruled: with a line below it."""
        text, number = (self._ruled, self._ruled_number) if ruled else (self._text, self._number)
        needed = 1
        for position, value in enumerate(cells):
            if isinstance(value, int):
                sheet.write_number(line, position, value, number)
            elif value or ruled:
                sheet.write_string(line, position, plain(value), text)
                needed = max(needed, math.ceil(len(value) * _LETTER_WIDTH / self._widths[position]))
        sheet.set_row(line, needed * _LINE_HEIGHT)


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
