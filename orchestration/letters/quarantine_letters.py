"""The letter to a sender of what to mend in a file, one for each file that was sent.

Belongs here: the letter as a document of the layout. Its words are those of `ingestion/mending.py`. It holds
row numbers, column names and rules, and nothing about people: it may go by mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.mending import MAX_LINES, Mending, mendings
from orchestration.layout.content import (
    Block,
    Column,
    Document,
    Fact,
    Facts,
    Kind,
    Matter,
    Paragraph,
    Section,
    Table,
)
from orchestration.layout.texts import report_texts
from orchestration.letters.files import write_letter

if TYPE_CHECKING:
    import duckdb

KIND = "mend"
# Lines on paper: as many as somebody prints. An Excel file or a page holds all that are listed
# (docs/decisions/0033-letters.md).
PAPER_LINES = 500


@dataclass(frozen=True)
class Letterhead:
    """What is the same in all letters of one run.

    made_at: moment of the letters, UTC. contact: whom the sender asks; empty for "answer this message".
    is_synthetic: whether the people of this home are invented.
    """

    made_at: datetime
    contact: str = ""
    is_synthetic: bool = False


def write_quarantine_letters(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    language: str,
    formats: Sequence[str],
    head: Letterhead,
    *,
    feed: str | None = None,
    name: str | None = None,
) -> list[tuple[Path, ...]]:
    """Write a letter for each file with something to mend; returns the files of each letter.

    connection: to the warehouse. formats: of `pdf`, `xlsx`, `html`. feed, name: only files of this feed, only
    the file of this name (with or without its folder). A letter of the same name is replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return [
        write_letter(_by_format(mending, head, letter_name, formats), folder, letter_name)
        for letter_name, mending in mendings(connection, language, feed=feed, name=name)
    ]


def _by_format(mending: Mending, head: Letterhead, name: str, formats: Sequence[str]) -> dict[str, Document]:
    """The letter in each format: on paper a long list ends early and says where it goes on."""
    goes_on_in = f"{name}.xlsx" if "xlsx" in formats else ""
    return {
        ending: quarantine_letter(mending, head, PAPER_LINES, goes_on_in)
        if ending == "pdf"
        else quarantine_letter(mending, head)
        for ending in formats
    }


def quarantine_letter(
    mending: Mending, head: Letterhead, most: int = MAX_LINES, goes_on_in: str = ""
) -> Document:
    """What happened to a file, how to send it again, then its rows and the code lists.

    most: how many entries are listed. goes_on_in: name of a file with more of them; empty for none.
    """
    say = mending.say
    sections = [
        Section(say("outcome"), (Paragraph(mending.outcome), *_counts(mending), *_places(mending))),
        Section(say("again"), tuple(Paragraph(text) for text in mending.again())),
        Section(say("reading"), tuple(Paragraph(text) for text in mending.reading(most, goes_on_in))),
    ]
    tables = (*_rows(mending, most), *_codes(mending))
    if tables:
        sections.append(Section(say("to_mend"), tables))
    return Document(
        kind=KIND,
        title=say("title"),
        language=mending.language,
        identity=_matter(mending, head),
        sections=tuple(sections),
    )


def _matter(mending: Mending, head: Letterhead) -> Matter:
    """The file and its batch, where a report has its stage and release."""
    file, say, words = mending.file, mending.say, report_texts(mending.language)
    return Matter(
        about=(
            (say("file"), file.source_file),
            (say("feed"), file.feed or "–"),
            (say("received"), words("layout.moment", moment=file.received_at)),
            (say("batch"), file.batch_id),
            (say("made"), words("layout.moment", moment=head.made_at)),
            (say("contact"), head.contact or say("contact_answer")),
        ),
        place=file.feed or "–",
        source=f"{say('batch')}: {file.batch_id}",
        made_at=head.made_at,
        is_synthetic=head.is_synthetic,
    )


def _counts(mending: Mending) -> tuple[Block, ...]:
    """How many rows were read, taken and not; nothing of a file that was not read."""
    file, say = mending.file, mending.say
    facts: list[Fact] = []
    if not mending.is_refused_by_place:
        facts += [
            Fact(say("count_read"), file.count_read, Kind.WHOLE),
            Fact(say("count_landed"), file.count_landed, Kind.WHOLE),
        ]
    if not file.is_whole:
        facts.append(Fact(say("count_rows"), file.count_rows, Kind.WHOLE))
    return (Facts(tuple(facts)),) if facts else ()


def _places(mending: Mending) -> tuple[Block, ...]:
    """In which columns what is wrong how often."""
    say, places = mending.say, mending.places_in_words()
    if not places:
        return ()
    columns = (Column(say("column")), Column(say("wrong")), Column(say("rows"), Kind.WHOLE))
    return (Table(say("table_places"), say("table_places"), columns, tuple(places)),)


def _rows(mending: Mending, most: int) -> tuple[Table, ...]:
    """One line for each entry: where, what is wrong, what is allowed."""
    say = mending.say
    rows = tuple((one.row_number, one.column, one.wrong, one.allowed) for one in mending.lines(most))
    if not rows:
        return ()
    texts = (Column(say(heading)) for heading in ("column", "wrong", "allowed"))
    return (Table(say("table_rows"), say("table_rows"), (Column(say("row"), Kind.WHOLE), *texts), rows),)


def _codes(mending: Mending) -> tuple[Table, ...]:
    """The code lists of the columns that have entries."""
    say, codes = mending.say, mending.codes()
    if not codes:
        return ()
    columns = tuple(Column(say(heading)) for heading in ("column", "code", "meaning"))
    return (Table(say("table_codes"), say("table_codes"), columns, tuple(codes)),)
