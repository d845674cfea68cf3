"""The letter to a vetting body whose replies are overdue (Order §4.4, A32), in the body's language.

Belongs here: the letter as a document of the layout. Its words are in `ingestion/i18n/`, section
`vetting_lists`. It holds candidate numbers and no names.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ingestion.allowed import Words
from ingestion.vetting_records import Reminder
from ingestion.vetting_workbooks import words_of
from orchestration.layout import values
from orchestration.layout.content import (
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
from orchestration.letters.files import write_letter

KIND = "reminder"
# Only the owner of the lists reads reminders: they say of numbers that their vetting is open.
OWNER_ONLY, OWNERS_FOLDER = 0o600, 0o700
# Candidates that stand side by side on paper.
FOLDS = 3


def write_reminder_letters(
    reminders: Sequence[Reminder],
    folder: Path,
    formats: Sequence[str],
    contact: str = "",
    *,
    is_synthetic: bool = False,
) -> list[tuple[Path, ...]]:
    """Write a letter to each body; returns the files of each, in the order of the reminders.

    formats: of `pdf`, `xlsx`, `html`. contact: whom the body asks; empty for "answer this message". A letter
    of the same day is replaced. Only the owner may read them; without reminders not even the folder is made.
    """
    if not reminders:
        return []
    folder.mkdir(parents=True, exist_ok=True, mode=OWNERS_FOLDER)
    return [
        write_letter(
            dict.fromkeys(formats, reminder_letter(one, contact, is_synthetic=is_synthetic)),
            folder,
            one.name,
            OWNER_ONLY,
        )
        for one in reminders
    ]


def reminder_letter(reminder: Reminder, contact: str = "", *, is_synthetic: bool = False) -> Document:
    """The letter, its overdue lists, and the candidates about whom there is no reply."""
    language = reminder.addressee.language
    say = words_of(language)
    tables = (_overdue(reminder, say, language), _open(reminder, say))
    return Document(
        kind=KIND,
        title=say("reminder_title"),
        language=language,
        identity=_matter(reminder, say, contact, is_synthetic),
        sections=(
            Section(say("asked"), (*_asked(say), _facts(reminder, say))),
            Section(say("attached"), tables),
        ),
    )


def _matter(reminder: Reminder, say: Words, contact: str, is_synthetic: bool) -> Matter:
    """The body and the day, where a report has its stage and release."""
    language = reminder.addressee.language
    return Matter(
        about=(
            (say("to"), reminder.addressee.names[language]),
            (say("from"), say("sender")),
            (say("selection"), say("selection_text", season=reminder.season)),
            (say("as_of"), values.long_day(reminder.day, language)),
            (say("contact"), contact or say("contact_answer")),
        ),
        place=reminder.addressee.code,
        source=f"{say('as_of')}: {values.short_day(reminder.day, language)}",
        made_at=reminder.made_at,
        is_synthetic=is_synthetic,
    )


def _asked(say: Words) -> tuple[Paragraph, ...]:
    return (
        Paragraph(say("reminder_text", table=say("table_overdue"))),
        Paragraph(say("reminder_asked", table=say("table_open"))),
        Paragraph(say("reminder_consequence")),
    )


def _facts(reminder: Reminder, say: Words) -> Facts:
    return Facts(
        (
            Fact(say("count_overdue_lists"), len(reminder.lists), Kind.WHOLE),
            Fact(say("count_open"), sum(len(one.open_candidates) for one in reminder.lists), Kind.WHOLE),
            Fact(say("longest"), max(one.days_overdue for one in reminder.lists), Kind.WHOLE),
        )
    )


def _overdue(reminder: Reminder, say: Words, language: str) -> Table:
    """Each list: of which body, when it was sent and due, how many are on it and how many are open."""
    return Table(
        name=say("table_overdue"),
        title=say("table_overdue"),
        columns=(
            Column(say("list")),
            Column(say("body")),
            Column(say("sent_on"), Kind.DAY),
            Column(say("due_on"), Kind.DAY),
            *(Column(say(name), Kind.WHOLE) for name in ("days_overdue", "on_list", "open")),
        ),
        rows=tuple(
            (
                one.list_no, one.body.names[language], one.sent_on, one.due_on, one.days_overdue,
                one.count_sent, len(one.open_candidates),
            )
            for one in reminder.lists
        ),
    )  # fmt: skip


def _open(reminder: Reminder, say: Words) -> Table:
    """The candidates without reply, list by list."""
    return Table(
        name=say("table_open"),
        title=say("table_open"),
        columns=(Column(say("list")), Column(say("candidate_no"))),
        rows=tuple(
            (one.list_no, candidate_no) for one in reminder.lists for candidate_no in one.open_candidates
        ),
        folds=FOLDS,
    )
