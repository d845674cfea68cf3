"""A document as the bytes of a file, by the name of its format.

Belongs here: which formats there are, and writing the file. Not here: the formats (`pdf.py`, `workbook.py`,
`page.py`), what the document says.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from orchestration.layout.content import Document

FORMATS = ("pdf", "xlsx", "html")


def render(document: Document, format_name: str) -> bytes:
    """The document in a format of `FORMATS`; the same document gives the same bytes."""
    return _renderers()[format_name](document)


def _renderers() -> dict[str, Callable[[Document], bytes]]:
    from orchestration.layout.page import render_html
    from orchestration.layout.pdf import render_pdf
    from orchestration.layout.workbook import render_workbook

    return {"pdf": render_pdf, "xlsx": render_workbook, "html": render_html}


def write_document(document: Document, path: Path) -> Path:
    """Write the document to a path whose ending names the format, whole or not at all; returns the path."""
    from ingestion.sheets import write_whole

    content = render(document, path.suffix.removeprefix("."))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)
    return path
