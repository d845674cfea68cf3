"""Reminders to the vetting bodies: lists and numbers, in the language of whoever answers, and no names."""

from __future__ import annotations

import stat
from datetime import date, datetime
from pathlib import Path

import pytest

from ingestion.messages import LANGUAGES, plain
from ingestion.vetting_records import Body, OverdueList, Reminder
from ingestion.vetting_workbooks import words_of
from orchestration.layout.values import long_day, short_day
from orchestration.letters.reminder_letters import write_reminder_letters
from tests.support.pdfs import pdf_pages
from tests.support.vetting_lists import BODIES, DAY, DUE, sheets, texts

MADE_AT = datetime(2025, 7, 14, 3)
TODAY = date(2025, 7, 14)
ALL = ("pdf", "xlsx", "html")


def of_language(language: str) -> Body:
    return next(body for body in BODIES.values() if body.language == language)


def reminder(body: Body, count_open: int = 2) -> Reminder:
    numbers = [f"R25-{number:06d}" for number in range(1, count_open + 1)]
    lists = [
        OverdueList("ACS-2025-02", BODIES["ACS"], DAY, DUE, 9, count_open + 3, numbers),
        OverdueList(f"{body.code}-2025-04", body, DAY, DUE, 2, 1, ["R25-900009"]),
    ]
    return Reminder(body, "2025", TODAY, MADE_AT, lists)


def flat(path: Path) -> str:
    return " ".join(" ".join(pdf_pages(path.read_bytes())).split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reminder_names_lists_and_numbers(tmp_path: Path, language: str) -> None:
    body, say = of_language(language), words_of(language)
    ((paper, book, page),) = write_reminder_letters([reminder(body)], tmp_path, ALL)
    assert [path.name for path in (paper, book, page)] == [f"2025-07-14__{body.code}.{name}" for name in ALL]
    letter, overdue, still_open = sheets(book).values()
    assert list(sheets(book))[1:] == [say("table_overdue"), say("table_open")]
    for row in (
        [say("to"), body.names[language]],
        [say("from"), say("sender")],
        [say("as_of"), plain(long_day(TODAY, language))],
        [say("contact"), say("contact_answer")],
        [say("count_overdue_lists"), "2"],
        [say("count_open"), "3"],
        [say("longest"), "9"],
    ):
        assert row in letter, row
    assert overdue[1] == ["ACS-2025-02", BODIES["ACS"].names[language], DAY, DUE, 9, 5, 2]
    assert [row[1] for row in still_open[1:]] == ["R25-000001", "R25-000002", "R25-900009"]
    said, days = flat(paper), f"{short_day(DAY, language)} {short_day(DUE, language)}"
    for part in (
        body.names[language],
        say("sender"),
        say("reminder_title"),
        say("reminder_text", table=say("table_overdue")),
        say("reminder_asked", table=say("table_open")),
        say("reminder_consequence"),
        f"ACS-2025-02 {BODIES['ACS'].names[language]} {days} 9 5 2",
    ):
        assert part in said, part
    for number in ("R25-000001", "R25-000002", "R25-900009"):
        assert number in said and number in page.read_text(encoding="utf-8")


def test_every_page_says_whom_and_which_day_it_is_about(tmp_path: Path) -> None:
    ((paper, book),) = write_reminder_letters([reminder(BODIES["NSC"], 400)], tmp_path, ("pdf", "xlsx"))
    pages = pdf_pages(paper.read_bytes())
    assert len(pages) > 2
    for number, text in enumerate(pages, start=1):
        assert f"Страница {number} из {len(pages)}" in text and "NSC" in text and "14.07.2025" in text
    assert len(sheets(book)["Кандидаты без ответа"]) == 402


def test_whom_to_ask_is_said(tmp_path: Path) -> None:
    ((paper, book),) = write_reminder_letters(
        [reminder(BODIES["MOJ"])], tmp_path, ("pdf", "xlsx"), "=Desk, +7 000"
    )
    assert "=Desk, +7 000" in flat(paper)
    assert "=Desk, +7 000" in texts(next(iter(sheets(book).values())))


def test_only_the_owner_may_read_reminders(tmp_path: Path) -> None:
    folder = tmp_path / "reminders"
    (paths,) = write_reminder_letters([reminder(BODIES["GPO"])], folder, ALL)
    assert [stat.S_IMODE(path.stat().st_mode) for path in paths] == [0o600] * 3
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_same_reminder_gives_the_same_bytes(tmp_path: Path) -> None:
    (first,) = write_reminder_letters([reminder(BODIES["GPO"])], tmp_path / "a", ALL)
    (second,) = write_reminder_letters([reminder(BODIES["GPO"])], tmp_path / "b", ALL)
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_without_reminders_not_even_the_folder_is_made(tmp_path: Path) -> None:
    assert write_reminder_letters([], tmp_path / "none", ALL) == []
    assert not (tmp_path / "none").exists()


def test_invented_people_are_marked(tmp_path: Path) -> None:
    ((marked,),) = write_reminder_letters(
        [reminder(BODIES["MOJ"])], tmp_path / "a", ("pdf",), is_synthetic=True
    )
    ((other,),) = write_reminder_letters([reminder(BODIES["MOJ"])], tmp_path / "b", ("pdf",))
    assert "all people are invented" in flat(marked) and "invented" not in flat(other)
