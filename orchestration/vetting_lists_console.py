"""What `rezerv vetting lists`, `register` and `remind` draw.

Belongs here: tables and sentences about lists and reminders, in the language of the catalogue; nobody is
named. Not here: drawing up lists (`vetting_lists.py`), questions to the release (`vetting_lists_reports.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.console import shown_path
from orchestration.console_values import cell, day, local, number

if TYPE_CHECKING:
    from ingestion.vetting_records import Body
    from orchestration.console import Screen
    from orchestration.vetting_lists import Drawing
    from orchestration.vetting_lists_reports import RegisterShown, Reminders


def show_drawing(screen: Screen, drawing: Drawing, folder: Path) -> None:
    """The lists that were drawn, or would be, and where they are."""
    show_finished(screen, drawing.finished)
    if not drawing.day.is_list_day:
        key = "vetting_lists.no_list_day" if drawing.day.next_list_on else "vetting_lists.no_list_day_left"
        screen.say(key, day=drawing.day.today_on, next=drawing.day.next_list_on)
    if not drawing.lists:
        screen.say("vetting_lists.nothing", day=drawing.day.today_on)
        return
    is_drawn = bool(drawing.source_file)
    key = "vetting_lists.drawn" if is_drawn else "vetting_lists.would_draw"
    screen.say(key, lists=len(drawing.lists), people=number(drawing.count_people), day=drawing.day.today_on)
    _show_lists(screen, drawing)
    if is_drawn:
        summary = next(path.name for path in drawing.files if "__summary" in path.name)
        screen.say(
            "vetting_lists.where", folder=shown_path(folder), summary=summary, register=drawing.source_file
        )
    else:
        screen.say("vetting_lists.dry_run")


def _show_lists(screen: Screen, drawing: Drawing) -> None:
    table = _table(screen, "list", "body", "addressee", "new:r", "changed:r", "total:r", "due", "file")
    language = screen.texts.language
    for one in drawing.lists:
        table.add_row(
            one.list_no, _name(one.body, language), _name(one.addressee, language), number(one.count_new),
            number(one.count_changed), number(len(one.candidates)), day(one.due_on),
            one.file_name if drawing.source_file else "–",
        )  # fmt: skip
    screen.console.print(table)


def _table(screen: Screen, *columns: str) -> Any:
    """An empty table; a column that ends in `:r` holds numbers."""
    sides = {True: "right", False: "left"}
    return screen.table(
        [(f"vetting_lists.{name.removesuffix(':r')}", sides[name.endswith(":r")]) for name in columns]
    )


def _name(body: Body, language: str) -> str:
    return body.names[language]


def show_finished(screen: Screen, files: Sequence[Path]) -> None:
    """Files of a drawing that was interrupted after it had come to count."""
    if files:
        names = ", ".join(path.name for path in files)
        screen.say("vetting_lists.finished", files=names, folder=shown_path(files[0].parent))


def show_register(screen: Screen, register: RegisterShown) -> None:
    """The lists sent, as of the release; then drawings of which the release knows nothing."""
    release = register.release
    screen.say("vetting_lists.register_title", release=release.release_id, as_of=local(release.as_of))
    if not register.lists:
        screen.say("vetting_lists.register_empty")
    else:
        table = _table(screen, "list", "body", "answers", "sent", "due", "people:r", "drawn_by")
        for one in register.lists:
            answers = one.addressee_name if one.is_inherited else ""
            table.add_row(
                one.list_no, cell(one.body_name), cell(answers), day(one.sent_on), day(one.due_on),
                number(one.count_people), cell(one.drawn_by),
            )  # fmt: skip
        screen.console.print(table)
    if not register.is_log_readable:
        screen.say("vetting_lists.log_unreadable")
    if register.unknown:
        screen.say("vetting_lists.unknown")
    for drawn in register.unknown:
        at = local(drawn.exported_at)
        screen.say(
            "vetting_lists.unknown_line",
            list=drawn.list_no,
            at=at,
            by=drawn.exported_by,
            people=drawn.count_people,
        )


def show_reminders(screen: Screen, reminders: Reminders, letters: Sequence[Sequence[Path]]) -> None:
    """For each speaker its overdue lists and open candidates, and the files of its reminder."""
    for body in reminders.speechless:
        screen.say("vetting_lists.speechless", body=body)
    if not reminders.reminders:
        screen.say("vetting_lists.none_overdue", day=reminders.day)
        return
    folder = shown_path(letters[0][0].parent)
    screen.say("vetting_lists.reminders", count=len(letters), day=reminders.day, folder=folder)
    table = _table(screen, "addressee", "overdue_lists:r", "open:r", "longest:r", "file")
    for one, paths in zip(reminders.reminders, letters, strict=True):
        table.add_row(
            one.addressee.names[screen.texts.language], number(len(one.lists)),
            number(sum(len(overdue.open_candidates) for overdue in one.lists)),
            number(max(overdue.days_overdue for overdue in one.lists)),
            "\n".join(path.name for path in paths),
        )  # fmt: skip
    screen.console.print(table)
