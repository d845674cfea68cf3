"""From the book of slots to the landing folder: every act that gave places comes as a file of its feed.

Belongs here: which acts are not there yet, and what their files say. Not here: the book (`placements.py`),
writing a file of a delivery (`orchestration/delivery.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.assignment.books import read_book, read_moment
from orchestration.assignment.dealing import list_bytes
from orchestration.delivery import BookFile, deliver_book, source_file
from orchestration.slots.desk import local_text
from orchestration.slots.placements import DECIDED, PLACED, read_places, slots_folder

if TYPE_CHECKING:
    from orchestration.settings import Settings

FEED = "placement__places"
COLUMNS = (
    "act_no", "season_code", "stage_code", "candidate_no", "slot_no", "placement_code", "placed_at",
    "read_until",
)  # fmt: skip


def feed_content(line: Mapping[str, Any], slots: Mapping[str, str]) -> bytes:
    """The rows of an act as its feed holds them."""
    made_at, read_until = (local_text(read_moment(line[name])) for name in ("made_at", "read_until"))
    return list_bytes(
        COLUMNS,
        [
            (str(line["act_no"]), line["season"], line["stage"], who, slot, line["kind"], made_at, read_until)
            for who, slot in slots.items()
        ],
    )


def deliver_placements(settings: Settings) -> list[Path]:
    """Deliver the acts that gave places and that the warehouse lacks; returns the new files."""
    return deliver_book(settings, slots_folder(settings), FEED, _place_files)


def _place_files(settings: Settings) -> Iterator[BookFile]:
    folder = slots_folder(settings)
    for line in read_book(folder):
        if line["kind"] in (PLACED, DECIDED):
            name = source_file(read_moment(line["made_at"]), FEED, line["act_no"], "csv")
            yield name, partial(_content, folder, line)


def _content(folder: Path, line: Mapping[str, Any]) -> bytes:
    return feed_content(line, read_places(folder, line))
