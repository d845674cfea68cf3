"""From the books of draws and assignments to the landing folder: cases dealt and seats given, as two feeds.

Belongs here: which acts are not in the warehouse yet, and what their files say. The numbers under which
experts know works are not in them: they are for the platform's eyes alone (`panels.py`). Not here: writing a
file of a delivery (`orchestration/delivery.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.assignment.books import read_book, read_moment
from orchestration.assignment.dealing import DEALT_COLUMNS, list_bytes, read_list_bytes, sha256
from orchestration.assignment.draws import draws_folder, draws_of, list_file
from orchestration.assignment.panels import assignments_folder, read_seats
from orchestration.delivery import BookFile, deliver_book, source_file
from orchestration.errors import OrchestrationError

if TYPE_CHECKING:
    from orchestration.settings import Settings

DRAWN_FEED, SEATS_FEED = "assignment__drawn_cases", "assignment__seats"
DRAWN_COLUMNS = ("season_code", "stage_code", "candidate_no", "case_code", "draw_no", "dealt_at")
SEAT_COLUMNS = (
    "season_code", "stage_code", "assignment_no", "work_no", "expert_code", "given_in_no", "given_at",
)  # fmt: skip


def deliver_draws(settings: Settings) -> list[Path]:
    """Deliver the dealt cases of every draw that the warehouse lacks; returns the new files.

    `OrchestrationError` where a list beside the book is not the one that was dealt.
    """
    return deliver_book(settings, draws_folder(settings), DRAWN_FEED, _dealt_files)


def deliver_assignments(settings: Settings) -> list[Path]:
    """Deliver the seats after every act of assigning that the warehouse lacks; returns the new files.

    `OrchestrationError` where the seats beside the book are not those of the act.
    """
    return deliver_book(settings, assignments_folder(settings), SEATS_FEED, _seat_files)


def _dealt_files(settings: Settings) -> Iterator[BookFile]:
    for draw in draws_of(read_book(draws_folder(settings))):
        if draw.revealed is not None:
            name = source_file(read_moment(draw.revealed["made_at"]), DRAWN_FEED, draw.draw_no, "csv")
            yield name, partial(_dealt_content, settings, draw.revealed)


def _dealt_content(settings: Settings, line: Mapping[str, Any]) -> bytes:
    file = list_file(draws_folder(settings), line["draw_no"], "dealt")
    content = file.read_bytes() if file.is_file() else b""
    if sha256(content) != line["dealt_hash"]:
        raise OrchestrationError("error.draw_list_changed", draw=line["draw_no"], file=file)
    rows = [
        (line["season"], line["stage"], number, case, str(line["draw_no"]), line["made_at"])
        for number, case in read_list_bytes(DEALT_COLUMNS, content)
    ]
    return list_bytes(DRAWN_COLUMNS, rows)


def _seat_files(settings: Settings) -> Iterator[BookFile]:
    lines = read_book(assignments_folder(settings))
    made_at = {line["act_no"]: line["made_at"] for line in lines}
    for line in lines:
        name = source_file(read_moment(line["made_at"]), SEATS_FEED, line["act_no"], "csv")
        yield name, partial(_seats_content, settings, line, made_at)


def _seats_content(settings: Settings, line: Mapping[str, Any], made_at: Mapping[int, str]) -> bytes:
    rows = [
        (
            line["season"], line["stage"], str(line["act_no"]), seat.work_no, seat.expert_code,
            str(seat.act_no), made_at[seat.act_no],
        )
        for seat in read_seats(settings, line)
    ]  # fmt: skip
    return list_bytes(SEAT_COLUMNS, rows)
