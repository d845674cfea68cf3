"""From the book of slots to the landing folder: every act that gave places comes as a file of its feed.

Belongs here: which acts are not there yet, and delivering them whole. Whoever lands calls this first, so an
act whose process was killed after its line arrives with the next run. Not here: the book (`placements.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.clock import FOLDER_STAMP, local_zone
from orchestration.assignment.books import BOOK_NAME, BUSY, read_book, read_moment
from orchestration.assignment.dealing import list_bytes
from orchestration.ledger import flush_folder, ledger_lock, write_new
from orchestration.slots.desk import local_text
from orchestration.slots.placements import DECIDED, PLACED, read_places, slots_folder

if TYPE_CHECKING:
    from orchestration.settings import Settings

FEED = "placement__places"
COLUMNS = (
    "act_no", "season_code", "stage_code", "candidate_no", "slot_no", "placement_code", "placed_at",
    "read_until",
)  # fmt: skip
_DRAFT = ".part"
_FILE_MODE = 0o644


def source_file(line: Mapping[str, Any]) -> str:
    """Name below the landing folder of an act's file: received when the act was made."""
    stamp = read_moment(line["made_at"]).replace(tzinfo=UTC).astimezone(local_zone()).strftime(FOLDER_STAMP)
    return f"{stamp}/{FEED}__{line['act_no']:04d}.csv"


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
    """Deliver the acts that are in the book and not in the landing folder; returns the new files."""
    folder = slots_folder(settings)
    if not (folder / BOOK_NAME).is_file():
        return []
    with ledger_lock(folder, BUSY):
        delivered = []
        for line in read_book(folder):
            path = settings.landing_dir / source_file(line)
            if line["kind"] in (PLACED, DECIDED) and not path.is_file():
                _write(path, feed_content(line, read_places(folder, line)))
                delivered.append(path)
        return delivered


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + _DRAFT)
    draft.unlink(missing_ok=True)
    write_new(draft, content, _FILE_MODE)
    draft.rename(path)
    for folder in (path.parent, path.parent.parent):
        flush_folder(folder)
