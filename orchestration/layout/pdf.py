"""A document as PDF: typst sets it, with the fonts of its wheel (docs/decisions/0026).

Belongs here: turning the content into what `report.typ` reads, and how wide columns are. Not here: how pages
look (`report.typ`), words. Content reaches typst as JSON and is shown as text: nothing in it is markup.
"""

from __future__ import annotations

import json
from datetime import UTC
from functools import lru_cache
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.messages import plain
from orchestration.layout import frame, values
from orchestration.layout.content import (
    Card,
    Cards,
    Chart,
    Column,
    Document,
    Fact,
    Facts,
    Kind,
    PageBreak,
    Paragraph,
    Section,
    Table,
)

if TYPE_CHECKING:
    from typst import Fonts

TEMPLATE = Path(__file__).parent / "report.typ"
# Points between the margins of A4, upright and on its side; what a cell keeps free on both sides.
UPRIGHT, ON_ITS_SIDE, CELL_ROOM = 487.0, 734.0, 9.0
# Share of the size of letters that one takes on average, bold headings included.
LETTER = 0.54
# By how much a word of a heading, which is bold, is wider than one below it.
HEADING = 1.15
SIZES = (9.5, 9.0, 8.5, 8.0, 7.5, 7.0)
# Letters of the longest text that asks for more width; `report.typ` breaks a word that is longer anywhere.
LONGEST_TEXT = 46


def render_pdf(document: Document) -> bytes:
    """The bytes of a PDF, dated by the release; the same document gives the same bytes."""
    import typst

    made_at = int(document.identity.made_at.replace(tzinfo=UTC).timestamp())
    content = typst.compile(
        TEMPLATE.read_bytes(), font_paths=_fonts(), format="pdf",
        sys_inputs={"document": typst_input(document)}, timestamp=made_at, pdf_standards=["ua-1"],
    )  # fmt: skip
    return bytes(content)


@lru_cache(maxsize=1)
def _fonts() -> Fonts:
    """The fonts inside the wheel and none of the machine's."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


def typst_input(document: Document) -> str:
    """What `report.typ` reads: the document with its values written, as JSON."""
    return json.dumps(
        {
            "title": plain(document.title),
            "summary": plain(document.summary),
            "language": document.language,
            "identity": [[plain(name), plain(value)] for name, value in frame.identity_lines(document)],
            "running_title": plain(frame.running_title(document)),
            "running_place": plain(frame.running_place(document)),
            "running_source": plain(frame.running_source(document)),
            "page": frame.page_text(document.language, "{page}", "{pages}"),
            "sections": [_section(section, document.language) for section in document.sections],
        },
        ensure_ascii=False,
    )


def _section(section: Section, language: str) -> dict[str, Any]:
    return {"title": plain(section.title), "blocks": [_block(block, language) for block in section.blocks]}


def _block(block: object, language: str) -> dict[str, Any]:
    if isinstance(block, Paragraph):
        return {"type": "paragraph", "text": plain(block.text), "tone": block.tone.value}
    if isinstance(block, Facts):
        return _facts(block.items, language)
    if isinstance(block, Table):
        return _table(block, language)
    if isinstance(block, Chart):
        return _chart(block, language)
    if isinstance(block, Cards):
        return {"type": "cards", "items": [_card(card, language) for card in block.items]}
    if isinstance(block, PageBreak):
        return {"type": "break"}
    raise TypeError(f"{type(block).__name__} is no block of a document")


def _facts(items: tuple[Fact, ...], language: str) -> dict[str, Any]:
    """Numbers alone stand as tiles, others as a list."""
    written = [
        [plain(fact.label), values.written(fact.value, fact.kind, language, fact.digits)] for fact in items
    ]
    return {
        "type": "facts",
        "tiles": all(Column("", fact.kind).is_number for fact in items),
        "items": written,
    }


def _card(card: Card, language: str) -> dict[str, Any]:
    blocks = [_block(block, language) for block in card.blocks]
    return {
        "heading": plain(card.heading),
        "blocks": [_facts(card.facts, language), *blocks] if card.facts else blocks,
    }


def _chart(chart: Chart, language: str) -> dict[str, Any]:
    from orchestration.layout import charts

    return {
        "type": "chart",
        "title": plain(chart.title),
        "description": plain(chart.description),
        "svg": charts.svg(chart, language),
    }


def _table(table: Table, language: str) -> dict[str, Any]:
    rows = [
        [
            values.written(value, column.kind, language, column.digits)
            for value, column in zip(row, table.columns, strict=True)
        ]
        for row in table.rows
    ]
    needs = [_need(column, [row[place] for row in rows]) for place, column in enumerate(table.columns)]
    columns, rows, needs = table.columns * table.folds, _folded(rows, table), needs * table.folds
    size, is_wide = _fitting_size(needs, table.wide)
    room = ON_ITS_SIDE if is_wide else UPRIGHT
    least = [_points(letters, size) for letters, _ in needs]
    return {
        "type": "table",
        "title": plain(table.title),
        "size": size,
        "wide": is_wide,
        "tight": sum(least) > room,
        "total": table.total,
        "columns": [
            {"label": plain(column.label), "number": column.is_number, "points": width}
            for column, width in zip(columns, _widths(columns, needs, least, room), strict=True)
        ],
        "rows": rows,
        "notes": [plain(note) for note in table.notes],
    }


def _folded(rows: list[list[str]], table: Table) -> list[list[str]]:
    """So many rows side by side, to be read from left to right."""
    whole = [*rows, *([[""] * len(table.columns)] * (-len(rows) % table.folds))]
    return [
        [cell for row in whole[first : first + table.folds] for cell in row]
        for first in range(0, len(whole), table.folds)
    ]


def _need(column: Column, cells: list[str]) -> tuple[int, int]:
    """Letters that a column needs at least, its longest word, and at most, its longest text."""
    words = [ceil(len(word) * HEADING) for word in plain(column.label).split(" ")]
    words += [len(word) for text in cells for word in text.split(" ")]
    texts = [len(text) for text in cells]
    if column.kind is not Kind.TEXT:
        words += texts
    return min(max([2, *words]), LONGEST_TEXT), min(max([2, *words, *texts]), LONGEST_TEXT)


def _points(letters: int, size: float) -> float:
    return letters * LETTER * size + CELL_ROOM


def _fitting_size(needs: list[tuple[int, int]], wide: bool) -> tuple[float, bool]:
    """The greatest size of letters at which every word fits, and whether the page lies on its side for it."""
    for is_wide, room in ((False, UPRIGHT), (True, ON_ITS_SIDE)):
        if wide and not is_wide:
            continue
        for size in SIZES:
            if sum(_points(least, size) for least, _ in needs) <= room:
                return size, is_wide
    return SIZES[-1], True


def _widths(
    columns: tuple[Column, ...], needs: list[tuple[int, int]], least: list[float], room: float
) -> list[float]:
    """Points of each column: its longest word; those of words share the rest by their longest text."""
    if sum(least) > room:
        return [round(width * room / sum(least), 1) for width in least]
    are_words = [column.kind is Kind.TEXT for column in columns]
    wants = [(most - low) * is_words for (low, most), is_words in zip(needs, are_words, strict=True)]
    if not any(wants):
        wants = [int(is_words) for is_words in are_words]
    spare = (room - sum(least)) / max(sum(wants), 1)
    return [round(width + spare * want, 1) for width, want in zip(least, wants, strict=True)]
