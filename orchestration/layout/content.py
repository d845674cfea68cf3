"""The content of a document that people read, apart from how it looks.

Belongs here: the dataclasses that a report is made of. Not here: texts (`texts.py`), how a value is written
(`values.py`), drawing (`pdf.py`, `workbook.py`, `page.py`). Words in a document are in its language already;
numbers, days and moments are plain values, written for the reader at the last moment. Everything is frozen
and hashable, so that equal content gives equal bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

LANGUAGES = ("kk", "ru", "en")


@dataclass(frozen=True)
class Fewer:
    """A count that is not shown, because so few could be recognised: shown as less than `limit` people."""

    limit: int


# None is shown as a dash. A share is a Decimal between 0 and 1. A datetime is UTC without zone.
Value = str | int | Decimal | date | datetime | Fewer | None


class Kind(StrEnum):
    """What the values of a column, fact or chart are, which decides how they are written and aligned."""

    TEXT = "text"
    WHOLE = "whole"
    DECIMAL = "decimal"
    PERCENT = "percent"
    DAY = "day"
    MOMENT = "moment"


class Tone(StrEnum):
    """What a paragraph is: text, an explanation of it, or something to look at."""

    PLAIN = "plain"
    NOTE = "note"
    WARNING = "warning"


class ChartKind(StrEnum):
    """How a chart draws its series over its categories."""

    BAR = "bar"
    STACKED = "stacked"
    LINE = "line"
    HISTOGRAM = "histogram"


@dataclass(frozen=True)
class Paragraph:
    """Text of one paragraph."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True)
class Fact:
    """One thing with its name: "Places", 600. digits: of a decimal, after the point."""

    label: str
    value: Value
    kind: Kind = Kind.TEXT
    digits: int = 2


@dataclass(frozen=True)
class Facts:
    """Facts side by side."""

    items: tuple[Fact, ...]


@dataclass(frozen=True)
class Column:
    """A column of a table. digits: of a decimal, after the point."""

    label: str
    kind: Kind = Kind.TEXT
    digits: int = 2

    @property
    def is_number(self) -> bool:
        """Whether its values stand at the right."""
        return self.kind in (Kind.WHOLE, Kind.DECIMAL, Kind.PERCENT)


@dataclass(frozen=True)
class Table:
    """Rows of plain values under columns.

    name: short, of the Excel sheet, unique in a document. notes: how to read it, below it. total: whether the
    last row sums up the others. wide: whether it needs a page on its side. folds: how many rows stand side by
    side on paper, for long lists of short rows. Raises `ValueError` for a row that has not one value for each
    column.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    notes: tuple[str, ...] = ()
    total: bool = False
    wide: bool = False
    folds: int = 1

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"table {self.name!r}: {len(row)} values under {len(self.columns)} columns")


@dataclass(frozen=True)
class Series:
    """Values of a chart over its categories, with the name that the legend gives them."""

    name: str
    values: tuple[int | Decimal | None, ...]


@dataclass(frozen=True)
class Chart:
    """A description of a chart, drawn by `charts.py`.

    categories: texts, whole numbers or days, of which each series has one value each. description: what the
    chart shows, in a sentence, for who does not see it. mark_at: a category at which a line stands, named by
    mark_label (a cut-off in a histogram). Raises `ValueError` for a series that has not one value for each
    category.
    """

    kind: ChartKind
    title: str
    description: str
    categories: tuple[str | int | date, ...]
    series: tuple[Series, ...]
    category_label: str = ""
    value_label: str = ""
    value_kind: Kind = Kind.WHOLE
    mark_at: str | int | date | None = None
    mark_label: str = ""

    def __post_init__(self) -> None:
        for one in self.series:
            if len(one.values) != len(self.categories):
                raise ValueError(
                    f"chart {self.title!r}: series {one.name!r} is not as long as its categories"
                )


@dataclass(frozen=True)
class Card:
    """One person on a page of their own: a heading (the candidate number), facts, and what else is said."""

    heading: str
    facts: tuple[Fact, ...] = ()
    blocks: tuple[Paragraph | Facts | Table | Chart, ...] = ()


@dataclass(frozen=True)
class Cards:
    """Cards, in PDF and on paper each on a new page; in Excel a table of their facts called `name`."""

    name: str
    title: str
    items: tuple[Card, ...]


@dataclass(frozen=True)
class PageBreak:
    """What follows begins on a new page; nothing in Excel."""


Block = Paragraph | Facts | Table | Chart | Cards | PageBreak


@dataclass(frozen=True)
class Section:
    """A part of a document under a heading."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Identity:
    """What a document is, so that a page on a table can be told from any other.

    season, stage, version: in words; version of the published list or that there is none. as_of: the moment
    up to which the data are known, UTC. filters: what was left out, as (name, value); empty for everything.
    release, release_hash: name and content hash of the release. made_at: when the release was made (UTC): the
    date that the file bears, so that the same input gives the same bytes. is_synthetic: whether the people
    are invented, which every page then says.
    """

    season: str
    release: str
    release_hash: str
    made_at: datetime
    as_of: datetime | None = None
    stage: str = ""
    version: str = ""
    filters: tuple[tuple[str, str], ...] = ()
    is_synthetic: bool = False


@dataclass(frozen=True)
class Matter:
    """What a letter is about, where a report has its stage and release.

    about: (name, value) in words, such as the file, or who is written to; empty values are not shown. place,
    source: short, at the top and at the foot of each page, so that a page on a table can be told from any
    other. made_at: moment of the letter (UTC), the date that the file bears. is_synthetic: as of a report.
    """

    about: tuple[tuple[str, str], ...]
    place: str
    source: str
    made_at: datetime
    is_synthetic: bool = False


@dataclass(frozen=True)
class Document:
    """A whole document in one language.

    kind: code of what it is, such as `stage_report`. summary: a sentence below the title. Raises `ValueError`
    for an unknown language.
    """

    kind: str
    title: str
    language: str
    identity: Identity | Matter
    sections: tuple[Section, ...]
    summary: str = ""

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise ValueError(f"unknown language {self.language!r}, known are {', '.join(LANGUAGES)}")

    def tables(self) -> list[Table]:
        """Its tables in order, those within cards left out."""
        return [block for section in self.sections for block in section.blocks if isinstance(block, Table)]
