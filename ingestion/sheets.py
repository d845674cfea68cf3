"""Excel workbooks as this house sends them: how they look, and that every text in them stays a text.

Belongs here: formats, sheets, lines as high as their text, printing, and writing a file whole or not at all.
Not here: what a workbook says (``vetting_workbooks.py`` for one). Nothing of a workbook is
written to the disk before it is finished: some name people.
"""

from __future__ import annotations

import io
import math
import os
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from ingestion.messages import plain

_A4 = 9
_FONT = {"font_name": "Arial", "font_size": 10}
# Programs differ in whether they make room for wrapped text, so the height of each line is set: points a line
# of text takes, how much of a sheet's unit of width a letter takes, and the most that Excel allows.
_LINE_HEIGHT, _LETTER_WIDTH, _MAX_HEIGHT = 13.5, 0.9, 409.0
_RULE = {"bottom": 1, "bottom_color": "#D0D7DE"}


class Book:
    """One workbook in memory.

    title: name of the whole, shown in the header of each printed page. page: text of the footer, with the
    places of Excel for page and pages filled in. made_at: moment of the workbook, UTC.
    """

    def __init__(self, title: str, page: str, made_at: datetime) -> None:
        import xlsxwriter

        self._buffer = io.BytesIO()
        self.workbook = xlsxwriter.Workbook(self._buffer, {"in_memory": True})
        self.workbook.set_properties({"title": title, "created": made_at})
        self.title, self._page = title, page
        # The quote mark keeps Excel from reading a text as a formula when somebody edits its cell.
        text = {**_FONT, "text_wrap": True, "valign": "top", "num_format": "@", "quote_prefix": True}
        number = {**_FONT, "num_format": "0", "valign": "top", "align": "left"}
        points = {**number, "num_format": "0.00"}
        add = self.workbook.add_format
        self.text, self.number = add(text), add(number)
        self.ruled_text, self.ruled_number = add({**text, **_RULE}), add({**number, **_RULE})
        self.points, self.ruled_points = add(points), add({**points, **_RULE})
        self.bold = add({**text, "bold": True})
        self.heading = add({**_FONT, "bold": True, "font_size": 14, "quote_prefix": True})
        self.header = add({**text, "bold": True, "bg_color": "#DDE5EE", "bottom": 1})

    def sheet(self, name: str, widths: Sequence[int], right: str = "") -> Sheet:
        """An empty sheet that prints as wide as a landscape page.

        widths: of its columns, in characters. right: what the header of each printed page says on the right.
        """
        sheet = self.workbook.add_worksheet(name)
        for position, width in enumerate(widths):
            sheet.set_column(position, position, width, self.text)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        font = f'&"{_FONT["font_name"]}"&9'
        sheet.set_header(f"&L{font}{self.title}&R{font}{right}")
        sheet.set_footer(f"&C{font}{self._page}")
        return Sheet(self, sheet, widths)

    def listing(self, name: str, headings: Sequence[str], widths: Sequence[int], right: str = "") -> Sheet:
        """A sheet with a header that stays in view and on every printed page."""
        sheet = self.sheet(name, widths, right)
        sheet.header(headings)
        sheet.worksheet.freeze_panes(1, 0)
        sheet.worksheet.repeat_rows(0)
        return sheet

    def content(self) -> bytes:
        """The bytes of the finished workbook; nothing can be added afterwards."""
        self.workbook.close()
        return self._buffer.getvalue()


class Sheet:
    """A sheet that is written line by line."""

    def __init__(self, book: Book, worksheet: Any, widths: Sequence[int]) -> None:
        self._book, self.worksheet, self._widths = book, worksheet, widths
        self._line = 0

    def title(self, text: str) -> None:
        """The sheet's own heading, with a line left free below it."""
        self.worksheet.set_row(self._line, 20)
        self.worksheet.write_string(self._line, 0, plain(text), self._book.heading)
        self._line += 2

    def skip(self) -> None:
        """Leave a line free."""
        self._line += 1

    def header(self, headings: Sequence[str]) -> None:
        """A line of headings."""
        for position, heading in enumerate(headings):
            self.worksheet.write_string(self._line, position, heading, self._book.header)
        self._end_line(headings)

    def line(
        self, cells: Sequence[str | int | Decimal], *, ruled: bool = False, labelled: bool = False
    ) -> None:
        """One line of cells, as high as its longest text takes.

        A decimal is shown with two places. ruled: with a line below it. labelled: the first cell says what
        the others are.
        """
        book = self._book
        text, number = (book.ruled_text, book.ruled_number) if ruled else (book.text, book.number)
        for position, value in enumerate(cells):
            if isinstance(value, int):
                self.worksheet.write_number(self._line, position, value, number)
            elif isinstance(value, Decimal):
                points = book.ruled_points if ruled else book.points
                self.worksheet.write_number(self._line, position, value, points)
            elif value or ruled:
                style = book.bold if labelled and position == 0 else text
                self.worksheet.write_string(self._line, position, plain(value), style)
        self._end_line(cells)

    def _end_line(self, cells: Sequence[str | int | Decimal]) -> None:
        """Make the line as high as its longest text takes, and go on to the next."""
        texts = zip(cells, self._widths, strict=False)
        needed = [
            math.ceil(len(text) * _LETTER_WIDTH / width) for text, width in texts if isinstance(text, str)
        ]
        self.worksheet.set_row(self._line, min(max([1, *needed]) * _LINE_HEIGHT, _MAX_HEIGHT))
        self._line += 1

    def filtered(self) -> None:
        """Let the reader filter the lines written so far by every column."""
        self.worksheet.autofilter(0, 0, max(self._line - 1, 1), len(self._widths) - 1)


def write_whole(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Write a file whole or not at all; one that is there is replaced.

    mode: its rights, less those that the process gives to no file.
    """
    draft = path.with_name(f".{path.name}.part")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
