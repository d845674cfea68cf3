"""The Excel files of the weekly lists: a list for a body, the Agency's summary.

Belongs here: what stands on their sheets, in the language of whoever reads them. A list is the only file of
this house that names people outside the vault: it is made in memory and given out as bytes. Texts are in
``i18n/``, section ``vetting_lists``; how a workbook looks is in ``sheets.py``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import partial

from ingestion.allowed import Words
from ingestion.clock import local_zone
from ingestion.contracts import load_contract
from ingestion.list_identities import Identity
from ingestion.messages import section_text
from ingestion.sheets import Book, Sheet
from ingestion.vetting_records import NEW, Body, Candidate, NamedList, WeeklyList

REPLIES = "vetting__replies"
# Width of the sheets' columns in characters; together they fill a landscape page.
_LETTER_WIDTHS = (26, 88, 14)
_LIST_WIDTHS = (6, 16, 16, 24, 20, 24, 14, 15, 15)
_SUMMARY_WIDTHS = (16, 40, 40, 10, 14, 10, 14, 22)
_LIST_COLUMNS = (
    "number", "candidate_no", "iin", "last_name", "first_name", "middle_name", "birth_on", "change",
    "previous_list",
)  # fmt: skip
_BREAKS = re.compile(r"[\t\r\n]+")


def words_of(language: str) -> Words:
    """Texts of section ``vetting_lists`` in a language."""
    return partial(_text, language)


def _text(language: str, code: str, /, **params: object) -> str:
    return section_text("vetting_lists", code, language, **params)


def list_workbook(named: NamedList, contact: str, made_at: datetime) -> bytes:
    """A list for its addressee: the letter, and the people. Every value is written as text.

    contact: whom the body asks; empty for "answer this message". made_at: moment of the drawing, UTC.
    """
    about, language = named.about, named.about.addressee.language
    say = words_of(language)
    book = _book(say, say("list_title", number=about.list_no), made_at)
    _write_letter(book, about, contact)
    headings = [say(name) for name in _LIST_COLUMNS]
    sheet = book.listing(say("sheet_list"), headings, _LIST_WIDTHS, about.list_no)
    for number, (candidate, identity) in enumerate(named.people, start=1):
        sheet.line((number, *_person(say, candidate, identity)), ruled=True)
    sheet.filtered()
    return book.content()


def _person(say: Words, candidate: Candidate, identity: Identity) -> list[str]:
    change = say("change_new" if candidate.change_code == NEW else "change_changed")
    names = (identity.last_name, identity.first_name, identity.middle_name or "")
    return [
        candidate.candidate_no,
        identity.iin,
        *(_BREAKS.sub(" ", name) for name in names),
        shown_day(identity.birth_on),
        change,
        candidate.previous_list_no or "",
    ]


def _write_letter(book: Book, about: WeeklyList, contact: str) -> None:
    """To whom, on what basis, by when, how many, and what a reply has to contain."""
    language = about.addressee.language
    say = words_of(language)
    sheet = book.sheet(say("sheet_cover"), _LETTER_WIDTHS, about.list_no)
    sheet.title(say("list_title", number=about.list_no))
    _facts(sheet, [(say("to"), about.addressee.names[language])])
    if about.is_inherited:
        _facts(sheet, [(say("in_place_of"), _replaced(say, about.body, language))])
    count = {"total": len(about.candidates), "new": about.count_new, "changed": about.count_changed}
    _facts(
        sheet,
        [
            (say("from"), say("sender")),
            (say("selection"), say("selection_text", season=about.season)),
            (say("list_number"), about.list_no),
            (say("day"), shown_day(about.sent_on)),
            (say("due"), say("due_text", day=shown_day(about.due_on))),
            (say("basis"), say("basis_text")),
            (say("people"), say("people_text", **count)),
        ],
    )
    sheet.skip()
    sheet.line((say("asked"), say("asked_text", sheet=say("sheet_list"))), labelled=True)
    if about.count_changed:
        sheet.line(("", say("asked_changed")))
    sheet.skip()
    _write_layout(sheet, about)
    sheet.skip()
    handled = [(say("handling"), say("handling_text"))]
    _facts(sheet, [*handled, (say("contact"), contact or say("contact_answer"))])


def _replaced(say: Words, body: Body, language: str) -> str:
    """The body that is no more, and until when it was there."""
    name = body.names[language]
    if body.last_day_on is None:
        return say("in_place_of_undated", body=name)
    return say("in_place_of_text", body=name, day=shown_day(body.last_day_on))


def _write_layout(sheet: Sheet, about: WeeklyList) -> None:
    """The layout of a reply: the columns of the feed, as its contract has them."""
    say = words_of(about.addressee.language)
    sheet.line((say("reply"), say("reply_text")), labelled=True)
    sheet.line(("", say("reply_file", name=f"{REPLIES}__{about.list_no}.xlsx")))
    sheet.line(("", say("reply_again")))
    sheet.skip()
    sheet.header([say(name) for name in ("column", "content", "required")])
    for column in load_contract(REPLIES).columns:
        places = {"list": about.list_no, "body": about.addressee.code, "sheet": say("sheet_list")}
        what = say(f"reply_{column.name}", **places)
        sheet.line((column.name, what, say("yes" if column.required else "no")), ruled=True)


def summary_workbook(
    lists: Sequence[WeeklyList], language: str, *, by: str, as_of: datetime, made_at: datetime
) -> bytes:
    """What was sent on one day, list by list, for the Agency; it names nobody.

    as_of: the season clock of the drawing, made_at its moment, both UTC.
    """
    say = words_of(language)
    title = say("summary_title", day=shown_day(lists[0].sent_on))
    book = _book(say, title, made_at)
    sheet = book.sheet(say("sheet_summary"), _SUMMARY_WIDTHS)
    sheet.title(title)
    candidates = [one.candidate_no for about in lists for one in about.candidates]
    for label, value in (
        (say("selection"), say("selection_text", season=lists[0].season)),
        (say("drawn_by"), by),
        (say("as_of"), say("moment", moment=_local(as_of))),
        (say("count_lists"), str(len(lists))),
        (say("count_requests"), str(len(candidates))),
        (say("count_people"), str(len(set(candidates)))),
    ):
        sheet.line((label, value), labelled=True)
    sheet.skip()
    names = ("list", "body", "addressee", "new", "changed", "total", "due_on", "file")
    sheet.header([say(name) for name in names])
    for about in lists:
        bodies = (about.body.names[language], about.addressee.names[language])
        counts = (about.count_new, about.count_changed, len(about.candidates))
        sheet.line((about.list_no, *bodies, *counts, shown_day(about.due_on), about.file_name), ruled=True)
    sheet.skip()
    sheet.line(("", say("no_identities")))
    return book.content()


def _book(say: Words, title: str, made_at: datetime) -> Book:
    return Book(title, say("page", page="&P", pages="&N"), made_at)


def _facts(sheet: Sheet, facts: Sequence[tuple[str, str]]) -> None:
    for label, value in facts:
        sheet.line((label, value), labelled=True)


def shown_day(day: date) -> str:
    """A day as letters write it: 16.06.2025."""
    return f"{day:%d.%m.%Y}"


def _local(moment: datetime) -> str:
    return moment.replace(tzinfo=UTC).astimezone(local_zone()).strftime("%d.%m.%Y %H:%M")
