"""A document as an Excel workbook: a sheet that says what it is, then a real table on each sheet.

Belongs here: sheets, tables with filters, formats of numbers. Not here: words, figures. A text is written as
a text whatever it begins with: nothing from data becomes a formula or a link. Charts are not drawn: their
numbers stand in the tables.
"""

from __future__ import annotations

import io
import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ingestion.messages import plain
from orchestration.layout import frame, values
from orchestration.layout.content import (
    Cards,
    Chart,
    Column,
    Document,
    Facts,
    Kind,
    PageBreak,
    Paragraph,
    Table,
    Value,
)
from orchestration.layout.texts import report_texts

LONGEST_NAME = 31
# Signs that Excel forbids in the name of a sheet; History is a name that it keeps for itself.
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_RESERVED = frozenset({"history"})
_FONT = {"font_name": "Arial", "font_size": 10, "valign": "top"}
_A4 = 9
_DAYS = {"kk": "dd.mm.yyyy", "ru": "dd.mm.yyyy", "en": "d mmm yyyy"}
_LEAST_WIDTH, _MOST_WIDTH, _TEXT_WIDTH = 9, 48, 90
_LINE_HEIGHT = 13.5


def render_workbook(document: Document) -> bytes:
    """The bytes of the workbook, dated by the release; the same document gives the same bytes."""
    import xlsxwriter

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    workbook = xlsxwriter.Workbook(buffer, options)
    workbook.set_properties(
        {"title": plain(document.title), "author": "", "created": document.identity.made_at}
    )
    _Sheets(workbook, document).write()
    workbook.close()
    return buffer.getvalue()


def sheet_names(wanted: list[str]) -> list[str]:
    """Names that Excel takes: no forbidden signs, at most 31 letters, each one once, letter case apart."""
    taken: set[str] = set()
    names = []
    for text in wanted:
        base = _FORBIDDEN.sub(" ", plain(text)).strip().strip("'").strip() or "-"
        name, turn = base[:LONGEST_NAME].strip(), 1
        while name.lower() in taken | _RESERVED:
            turn += 1
            name = f"{base[: LONGEST_NAME - len(str(turn)) - 1].strip()} {turn}"
        taken.add(name.lower())
        names.append(name)
    return names


class _Sheets:
    """The sheets of one workbook."""

    def __init__(self, workbook: Any, document: Document) -> None:
        self._workbook, self._document = workbook, document
        self._say = report_texts(document.language)
        self._formats: dict[tuple[Kind, int, bool], Any] = {}
        add = workbook.add_format
        text = {**_FONT, "text_wrap": True, "num_format": "@", "quote_prefix": True}
        self._text, self._bold = add(text), add({**text, "bold": True})
        self._heading = add({**_FONT, "bold": True, "font_size": 14, "quote_prefix": True})
        self._part = add({**_FONT, "bold": True, "font_size": 11, "quote_prefix": True})
        self._header = add({**text, "bold": True, "bg_color": "#DDE5EE", "valign": "bottom", "bottom": 1})

    def write(self) -> None:
        """The first sheet, then a sheet for each table and for the facts of cards."""
        tables = [
            table
            for section in self._document.sections
            for block in section.blocks
            for table in _tables_of(block)
        ]
        names = sheet_names([self._say("layout.about"), *(table.name for table in tables)])
        self._about(names[0], list(zip(names[1:], tables, strict=True)))
        for place, (name, table) in enumerate(zip(names[1:], tables, strict=True)):
            self._table(name, table, f"table_{place + 1}")

    def _sheet(self, name: str) -> Any:
        sheet = self._workbook.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.7)
        title, place, source = (
            _for_margin(part)
            for part in (
                frame.running_title(self._document),
                frame.running_place(self._document),
                frame.running_source(self._document),
            )
        )
        page = frame.page_text(self._document.language, "&P", "&N")
        sheet.set_header(f'&L&"Arial"&8{title}&R&"Arial"&8{place}')
        sheet.set_footer(f'&L&"Arial"&8{source}&R&"Arial"&8{page}')
        return sheet

    def _about(self, name: str, tables: list[tuple[str, Table]]) -> None:
        """What the document is, what it says in words, and which table stands on which sheet."""
        sheet = self._sheet(name)
        sheet.set_column(0, 0, 34, self._text)
        sheet.set_column(1, 1, _TEXT_WIDTH, self._text)
        document, line = self._document, 0
        sheet.write_string(line, 0, plain(frame.running_title(document)), self._heading)
        sheet.set_row(line, 20)
        if document.summary:
            line += 1
            sheet.write_string(line, 1, plain(document.summary), self._text)
        for label, value in frame.identity_lines(document):
            line += 1
            self._pair(sheet, line, label, value)
        for section in document.sections:
            said = [pair for block in section.blocks for pair in self._said(block)]
            line += 2
            sheet.write_string(line, 0, plain(section.title), self._part)
            for label, value in said:
                line += 1
                self._pair(sheet, line, label, value)
            for sheet_name, table in tables:
                if any(table in _tables_of(block) for block in section.blocks):
                    line += 1
                    sheet.write_url(
                        line, 0, f"internal:'{sheet_name.replace(chr(39), chr(39) * 2)}'!A1", self._text,
                        sheet_name,
                    )  # fmt: skip
                    self._wrapped(sheet, line, 1, ". ".join([table.title, *table.notes]))

    def _pair(self, sheet: Any, line: int, label: str, value: str) -> None:
        sheet.write_string(line, 0, plain(label), self._bold)
        self._wrapped(sheet, line, 1, value)

    def _wrapped(self, sheet: Any, line: int, place: int, text: str) -> None:
        """A text over as many lines as it takes."""
        sheet.write_string(line, place, plain(text), self._text)
        sheet.set_row(line, _LINE_HEIGHT * max(1, -(-len(text) // _TEXT_WIDTH)))

    def _said(self, block: object) -> list[tuple[str, str]]:
        """What a block says in words, as (name, text)."""
        if isinstance(block, Paragraph):
            return [("", block.text)]
        if isinstance(block, Facts):
            language = self._document.language
            return [
                (fact.label, values.written(fact.value, fact.kind, language, fact.digits))
                for fact in block.items
            ]
        if isinstance(block, Table | Chart | Cards | PageBreak):
            return []
        raise TypeError(f"{type(block).__name__} is no block of a document")

    def _table(self, name: str, table: Table, code: str) -> None:
        """A table with filters and its header in view; its total stands apart, where no filter hides it."""
        sheet = self._sheet(name)
        body = table.rows[:-1] if table.total else table.rows
        headings = _headings(table.columns)
        for place, column in enumerate(table.columns):
            cells = [self._shown(row[place], column) for row in table.rows]
            words = [len(word) + 3 for word in headings[place].split()]
            longest = max([_LEAST_WIDTH, *words, *(len(cell) + 2 for cell in cells)])
            sheet.set_column(place, place, min(longest, _MOST_WIDTH), self._format(column, False))
        last = max(len(body), 1)
        sheet.add_table(
            0, 0, last, len(table.columns) - 1,
            {
                "name": code,
                "style": "Table Style Light 1",
                "columns": [{"header": text, "header_format": self._header} for text in headings],
            },
        )  # fmt: skip
        for line, row in enumerate(body, start=1):
            self._row(sheet, line, row, table.columns, is_total=False)
        if table.total and table.rows:
            self._row(sheet, last + 2, table.rows[-1], table.columns, is_total=True)
        sheet.set_row(0, _LINE_HEIGHT * 3)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)

    def _row(
        self, sheet: Any, line: int, row: tuple[Value, ...], columns: tuple[Column, ...], *, is_total: bool
    ) -> None:
        for place, (value, column) in enumerate(zip(row, columns, strict=True)):
            style = self._format(column, is_total)
            if isinstance(value, datetime):
                sheet.write_datetime(line, place, values.astana(value), style)
            elif isinstance(value, date):
                sheet.write_datetime(line, place, value, style)
            elif isinstance(value, int | Decimal) and not isinstance(value, bool):
                sheet.write_number(line, place, value, style)
            elif value is not None:
                text = self._shown(value, column)
                sheet.write_string(line, place, text, self._bold if is_total else self._text)

    def _shown(self, value: Value, column: Column) -> str:
        return values.written(value, column.kind, self._document.language, column.digits)

    def _format(self, column: Column, is_bold: bool) -> Any:
        """The format of a column's cells, one object for each kind."""
        key = (column.kind, column.digits, is_bold)
        if key not in self._formats:
            day = _DAYS[self._document.language]
            pattern = {
                Kind.TEXT: "@",
                Kind.WHOLE: "#,##0",
                Kind.DECIMAL: "#,##0." + "0" * column.digits if column.digits else "#,##0",
                Kind.PERCENT: "0.0%",
                Kind.DAY: day,
                Kind.MOMENT: f"{day} hh:mm",
            }[column.kind]
            style = {**_FONT, "num_format": pattern, "bold": is_bold}
            if column.kind is Kind.TEXT:
                style |= {"text_wrap": True, "quote_prefix": True}
            self._formats[key] = self._workbook.add_format(style)
        return self._formats[key]


def _tables_of(block: object) -> list[Table]:
    """The tables that a block becomes; cards become one of their facts."""
    if isinstance(block, Table):
        return [block]
    if isinstance(block, Cards):
        return [
            _card_table(block),
            *(inner for card in block.items for inner in card.blocks if isinstance(inner, Table)),
        ]
    return []


def _card_table(cards: Cards) -> Table:
    """One row a card, one column a fact; the first column is the heading."""
    facts = {fact.label: fact for card in cards.items for fact in card.facts}
    columns = (
        Column(cards.title),
        *(Column(label, fact.kind, fact.digits) for label, fact in facts.items()),
    )
    rows = tuple(
        (card.heading, *({fact.label: fact.value for fact in card.facts}.get(label) for label in facts))
        for card in cards.items
    )
    return Table(cards.name, cards.title, columns, rows)


def _headings(columns: tuple[Column, ...]) -> list[str]:
    """Headings of a real table, which must be there and differ, letter case apart."""
    taken: dict[str, int] = {}
    found = []
    for column in columns:
        text = plain(column.label) or "-"
        taken[text.lower()] = turn = taken.get(text.lower(), 0) + 1
        found.append(text if turn == 1 else f"{text} ({turn})")
    return found


def _for_margin(text: str) -> str:
    """A text of a header or footer, where & begins an order to Excel."""
    return plain(text).replace("&", "&&")
