"""A document as PDF: typst sets it, with the fonts of its wheel (docs/decisions/0026).

Belongs here: turning the content into what `pages.typ` reads, and how wide columns are. Not here: how pages
look (`pages.typ`), words. Content reaches typst as JSON and is shown as text: nothing in it is markup.
"""

from __future__ import annotations

import json
import re
from datetime import UTC
from functools import lru_cache
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

FONT = "Libertinus Serif"
TEMPLATE = Path(__file__).parent / "pages.typ"
# Of so many of the longest words and texts of a column `pages.typ` measures how wide they are. A table of
# few rows stays on one page.
MEASURED, FEW_ROWS = 8, 16
_DIGIT = re.compile(r"\d")
# Cells up to which a file is tagged for readers who do not see it: the tags of a list of thousands of people
# make it sixteen times as large.
MOST_TAGGED = 10_000


def render_pdf(document: Document) -> bytes:
    """The bytes of a PDF, dated by the release; the same document gives the same bytes."""
    import typst

    made_at = int(document.identity.made_at.replace(tzinfo=UTC).timestamp())
    is_tagged = sum(len(table.rows) * len(table.columns) for table in document.tables()) <= MOST_TAGGED
    content = typst.compile(
        TEMPLATE.read_bytes(), font_paths=_fonts(), format="pdf",
        sys_inputs={"document": typst_input(document)}, timestamp=made_at,
        pdf_standards=["ua-1"] if is_tagged else [], pdf_tags=is_tagged,
    )  # fmt: skip
    return bytes(content)


@lru_cache(maxsize=1)
def _fonts() -> Fonts:
    """The fonts inside the wheel and none of the machine's."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


def typst_input(document: Document) -> str:
    """What `pages.typ` reads: the document with its values written, as JSON."""
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
        "svg": charts.svg(chart, language, FONT),
    }


def _table(table: Table, language: str) -> dict[str, Any]:
    rows = [
        [
            values.written(value, column.kind, language, column.digits)
            for value, column in zip(row, table.columns, strict=True)
        ]
        for row in table.rows
    ]
    columns = [_column(column, [row[place] for row in rows]) for place, column in enumerate(table.columns)]
    return {
        "type": "table",
        "title": plain(table.title),
        "wide": table.wide,
        "whole": len(rows) <= FEW_ROWS,
        "total": table.total,
        "columns": columns * table.folds,
        "rows": _folded(rows, table),
        "notes": [plain(note) for note in table.notes],
    }


def _folded(rows: list[list[str]], table: Table) -> list[list[str]]:
    """So many rows side by side, to be read from left to right."""
    whole = [*rows, *([[""] * len(table.columns)] * (-len(rows) % table.folds))]
    return [
        [cell for row in whole[first : first + table.folds] for cell in row]
        for first in range(0, len(whole), table.folds)
    ]


def _column(column: Column, cells: list[str]) -> dict[str, Any]:
    """A column with the texts by which its width is found; only words may go over several lines."""
    grows = column.kind is Kind.TEXT
    words = [word for cell in cells for word in cell.split(" ")] if grows else cells
    return {
        "label": plain(column.label),
        "number": column.is_number,
        "grows": grows,
        "words": _longest(words),
        "texts": _longest(cells),
    }


def _longest(texts: list[str]) -> list[str]:
    """The longest texts of each form; digits are all as wide as one another, so 19 May stands for 22 May."""
    forms = {_DIGIT.sub("0", text): text for text in sorted(texts)}
    return sorted(forms.values(), key=lambda text: (-len(text), text))[:MEASURED]
