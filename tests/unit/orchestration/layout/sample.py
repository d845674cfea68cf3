"""A small document with every kind of block, and with texts that no format may take for orders."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from orchestration.layout.content import (
    Card,
    Cards,
    Chart,
    ChartKind,
    Column,
    Document,
    Fact,
    Facts,
    Fewer,
    Identity,
    Kind,
    PageBreak,
    Paragraph,
    Section,
    Series,
    Table,
    Tone,
)

HOSTILE = '=1+1 <script>alert(1)</script> #read("/etc/passwd") *x* $y$ {{ 7*7 }} &C \u202e'
KAZAKH = "ә і ң ғ ү ұ қ ө һ Ә І Ң Ғ Ү Ұ Қ Ө Һ"
MADE_AT = datetime(2025, 8, 8, 4, 0)
HASH = "0123456789abcdef" * 4


def identity(*, is_synthetic: bool = True) -> Identity:
    """What the sample says it is."""
    return Identity(
        season="2025", release="2025-20250808T040000Z-01234567", release_hash=HASH, made_at=MADE_AT,
        as_of=datetime(2025, 8, 8, 3, 30), stage="Text test", version="v1", is_synthetic=is_synthetic,
    )  # fmt: skip


def long_table(count_rows: int = 120) -> Table:
    """A table over several pages, of every kind of column; the last row sums up."""
    columns = (
        Column("Region"),
        Column("Entered", Kind.WHOLE),
        Column("Share", Kind.PERCENT),
        Column("Cut-off", Kind.DECIMAL),
        Column("Held on", Kind.DAY),
        Column("Seen at", Kind.MOMENT),
    )
    row = (Decimal("0.12345"), Decimal("17.335"), date(2025, 8, 4), datetime(2025, 8, 4, 4, 0))
    rows = tuple((f"Region {turn}", 1000 + turn, *row) for turn in range(count_rows - 2))
    return Table(
        "Regions", "By region", columns,
        (*rows, (HOSTILE, Fewer(5), None, None, None, None), ("All", 9214, None, None, None, None)),
        notes=("How to read it.",), total=True,
    )  # fmt: skip


def charts() -> tuple[Chart, ...]:
    """One chart of each kind."""
    people = Series("People", (12, 7))
    parts = (people, Series(HOSTILE, (3, 4)))
    days = (date(2025, 6, 1), date(2025, 6, 2))
    return (
        Chart(ChartKind.BAR, "Bars", "Two bars.", (HOSTILE, "қ"), (people,)),
        Chart(ChartKind.STACKED, "Parts", "Two parts.", ("a", "b"), parts),
        Chart(ChartKind.LINE, "Days", "Two days.", days, parts),
        Chart(ChartKind.HISTOGRAM, "Scores", "Two scores.", (3, 4), (people,), mark_at=4, mark_label="cut"),
    )


def document(language: str = "kk", *, is_synthetic: bool = True) -> Document:
    """The sample in a language."""
    facts = Facts((Fact("Entered", 9214, Kind.WHOLE), Fact("Share", Decimal("0.5"), Kind.PERCENT)))
    cards = Cards(
        "Cards", "Number",
        (Card("K-1", (Fact("Score", Decimal("3.5"), Kind.DECIMAL),)), Card(HOSTILE, (Fact("Track", "x"),))),
    )  # fmt: skip
    return Document(
        kind="sample", title=f"Sample {HOSTILE}", language=language, summary=KAZAKH,
        identity=identity(is_synthetic=is_synthetic),
        sections=(
            Section("What happened", (Paragraph(HOSTILE), Paragraph("!", Tone.WARNING), facts, *charts())),
            Section("Tables", (long_table(), PageBreak(), Paragraph("Note.", Tone.NOTE))),
            Section("People", (cards,)),
        ),
    )  # fmt: skip
