"""A document as one HTML file: nothing is loaded from elsewhere, charts are inline SVG.

Belongs here: filling the template. Not here: how the page looks (`page.html.j2`), words. Jinja escapes every
text; a chart is the only thing that is taken as it is, and it comes from `charts.py`.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.messages import plain
from orchestration.layout import frame, values
from orchestration.layout.content import Chart, Column, Document, Kind, Value
from orchestration.layout.texts import report_texts

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

TEMPLATE = "page.html.j2"
# Fonts with the widths by which charts are measured.
CHART_FONTS = "Liberation Sans, Arial, Helvetica, sans-serif"


def render_html(document: Document) -> bytes:
    """The bytes of the page, UTF-8; the same document gives the same bytes."""
    language = document.language

    def written(value: Value, column: Column) -> str:
        return values.written(value, column.kind, language, column.digits)

    def drawn(chart: Chart) -> Markup:
        from markupsafe import Markup

        from orchestration.layout import charts

        return Markup(charts.svg(chart, language, CHART_FONTS))

    def page(page: str, pages: str) -> str:
        return frame.page_text(language, page, pages)

    text = (
        _environment()
        .get_template(TEMPLATE)
        .render(
            document=document,
            identity=frame.identity_lines(document),
            running_title=frame.running_title(document),
            running_place=frame.running_place(document),
            running_source=frame.running_source(document),
            page_parts=_page_parts(page("\0page\0", "\0pages\0")),
            contents=report_texts(language)("layout.contents"),
            written=written,
            drawn=drawn,
        )
    )
    return text.encode()


def _page_parts(text: str) -> list[str]:
    """Page x of y as CSS has it: texts in quotes and the two counters."""
    counters = {"page": "counter(page)", "pages": "counter(pages)"}
    parts = text.split("\0")
    return [counters[part] if place % 2 else _css(part) for place, part in enumerate(parts)]


def _css(text: str) -> str:
    """A text as a string of CSS: everything but letters, digits and blanks as its number."""
    safe = "".join(mark if mark.isalnum() or mark == " " else f"\\{ord(mark):x} " for mark in text)
    return f'"{safe}"'


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["plain"] = plain
    environment.filters["css"] = _css
    environment.tests["tiles"] = lambda items: all(Column("", fact.kind).is_number for fact in items)
    environment.tests["words"] = lambda column: column.kind is Kind.TEXT
    environment.filters["block"] = lambda block: type(block).__name__
    return environment
