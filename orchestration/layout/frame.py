"""What stands on every document, whatever its format: what it is, and its page of so many.

Belongs here: the lines that identify a document, in its language. Not here: where they stand (`pdf.py`,
`workbook.py`, `page.py`).
"""

from __future__ import annotations

from orchestration.layout import values
from orchestration.layout.content import Document, Matter
from orchestration.layout.texts import report_texts

SHORT_HASH = 12


def identity_lines(document: Document) -> tuple[tuple[str, str], ...]:
    """(name, value) of season, stage, version, as-of, filters, release and hash; none that is empty.

    Of a letter what it is about.
    """
    say, what = report_texts(document.language), document.identity
    if isinstance(what, Matter):
        return tuple((name, value) for name, value in what.about if value)
    filters = "; ".join(f"{name}: {value}" for name, value in what.filters) or say("layout.no_filters")
    lines = (
        (say("layout.season"), what.season),
        (say("layout.stage"), what.stage),
        (say("layout.version"), what.version),
        (say("layout.as_of"), _moment(document, what.as_of) if what.as_of else ""),
        (say("layout.filters"), filters),
        (say("layout.release"), f"{what.release} · {_moment(document, what.made_at)}"),
        (say("layout.release_hash"), what.release_hash),
    )
    return tuple((name, value) for name, value in lines if value)


def _moment(document: Document, moment: object) -> str:
    return report_texts(document.language)("layout.moment", moment=moment)


def running_title(document: Document) -> str:
    """What the top of each page says on the left: the title, and whether the people are invented."""
    if document.identity.is_synthetic:
        return f"{document.title} — {report_texts(document.language)('layout.synthetic')}"
    return document.title


def running_place(document: Document) -> str:
    """What the top of each page says on the right: season and version of the list."""
    what = document.identity
    if isinstance(what, Matter):
        return what.place
    return " · ".join(part for part in (what.season, what.version) if part)


def running_source(document: Document) -> str:
    """What the foot of each page says on the left: as-of, release and the begin of its hash."""
    say, what = report_texts(document.language), document.identity
    if isinstance(what, Matter):
        return what.source
    as_of = (
        f"{say('layout.as_of')}: {values.short_moment(what.as_of, document.language)}" if what.as_of else ""
    )
    source = f"{what.release} · {what.release_hash[:SHORT_HASH]}"
    return " · ".join(part for part in (as_of, source) if part)


def page_text(language: str, page: str, pages: str) -> str:
    """Page x of y, with the places of a format for both."""
    return report_texts(language)("layout.page", page=page, pages=pages)
