"""A document as PDF: typst sets it, with the fonts of its wheel (docs/decisions/0026).

Belongs here: turning the content into what `report.typ` reads, and how wide columns are. Not here: how pages
look (`report.typ`), words. Content reaches typst as JSON and is shown as text: nothing in it is markup.
"""

from __future__ import annotations

import json
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

TEMPLATE = Path(__file__).parent / "report.typ"
# Points between the margins of A4, upright and on its side; what a cell keeps free on both sides.
UPRIGHT, ON_ITS_SIDE, CELL_ROOM = 487.0, 734.0, 9.0
# Share of the size of letters that one takes on average, bold headings included.
LETTER = 0.54
SIZES = (9.5, 9.0, 8.5, 8.0, 7.5, 7.0)
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
    size, is_wide = _fitting_size(needs, table.wide)
    widths = _widths(table.columns, needs, size, ON_ITS_SIDE if is_wide else UPRIGHT)
    return {
        "type": "table",
        "title": plain(table.title),
        "size": size,
        "wide": is_wide,
        "total": table.total,
        "columns": [
            {"label": plain(column.label), "number": column.is_number, **width}
            for column, width in zip(table.columns, widths, strict=True)
        ],
        "rows": rows,
        "notes": [plain(note) for note in table.notes],
    }


def _need(column: Column, cells: list[str]) -> tuple[int, int]:
    """Letters that a column needs at least, its longest word, and at most, its longest text."""
    words = [len(word) for text in (plain(column.label), *cells) for word in text.split(" ")]
    texts = [len(text) for text in cells]
    if column.kind is not Kind.TEXT:
        words += texts
    return max([2, *words]), min(max([2, *words, *texts]), LONGEST_TEXT)


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
    columns: tuple[Column, ...], needs: list[tuple[int, int]], size: float, room: float
) -> list[dict[str, Any]]:
    """Each column has room for its longest word; those of words share what is left by what they want."""
    spare = room - sum(_points(least, size) for least, _ in needs)
    wants = [
        most - least if column.kind is Kind.TEXT else 0
        for column, (least, most) in zip(columns, needs, strict=True)
    ]
    if spare <= 0 or not any(wants):
        return [
            _width(column, least, most, size)
            for column, (least, most) in zip(columns, needs, strict=True)
        ]
    return [
        {"points": round(_points(least, size) + spare * want / sum(wants), 1)}
        for (least, _), want in zip(needs, wants, strict=True)
    ]


def _width(column: Column, least: int, most: int, size: float) -> dict[str, Any]:
    """Where nothing is to be shared out: numbers take what they need, words the rest."""
    if column.kind is Kind.TEXT:
        return {"share": most}
    return {"points": round(_points(least, size), 1)}
