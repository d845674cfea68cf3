"""Places for the platform: a CSV and a JSON file a stage, by candidate number; the Commission's timetable.

Belongs here: what the platform gets of places and turns, and writing it whole. The same release gives the
same bytes. Not here: who has which place (`dbt_project/`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.assignment.dealing import list_bytes
from orchestration.ledger import canonical
from orchestration.slots.desk import local_text
from orchestration.slots.reports import Row, Timetable

if TYPE_CHECKING:
    from orchestration.settings import Settings

FORMAT = "rezerv-places-1"
PLACE_COLUMNS = ("candidate_no", "slot_no", "starts_at", "ends_at", "room_code", "kind")
TURN_COLUMNS = (
    "candidate_no", "slot_no", "starts_at", "questions_at", "ends_at", "room_code", "member_codes",
    "recused_member_codes",
)  # fmt: skip
RESIT, CHOSEN, GIVEN = "resit", "chosen", "given"


def exports_folder(settings: Settings) -> Path:
    """Where exports are written unless another folder is asked for."""
    return settings.home / "exports"


def write_places(folder: Path, season: str, stage: str, places: Sequence[Row]) -> list[Path]:
    """Write the places of a stage as CSV and JSON; returns both files."""
    rows = [
        (
            row["candidate_no"], row["slot_no"], local_text(row["starts_at"]), local_text(row["ends_at"]),
            row["room_code"], _kind(row),
        )
        for row in places
    ]  # fmt: skip
    content = {
        "format": FORMAT,
        "season": season,
        "stage": stage,
        "places": [dict(zip(PLACE_COLUMNS, row, strict=True)) for row in sorted(rows)],
    }
    stem = f"{season}-{stage}-places"
    return _write(
        folder, {f"{stem}.csv": list_bytes(PLACE_COLUMNS, rows), f"{stem}.json": canonical(content)}
    )


def write_timetable(folder: Path, season: str, timetable: Timetable) -> list[Path]:
    """Write the turns of the Commission's candidates with the members of their session; returns the file."""
    rows = []
    for session in timetable.sessions:
        members = "|".join(seat["member_code"] for seat in timetable.seats_of(session))
        rows += [
            (
                turn["candidate_no"], turn["slot_no"], local_text(turn["starts_at"]),
                local_text(turn["questions_at"]), local_text(turn["ends_at"]), turn["room_code"], members,
                turn["recused_member_codes"] or "",
            )
            for turn in timetable.turns_of(session)
        ]  # fmt: skip
    return _write(folder, {f"{season}-commission-timetable.csv": list_bytes(TURN_COLUMNS, rows)})


def _kind(row: Row) -> str:
    if row["is_resit"]:
        return RESIT
    return CHOSEN if row["arrival_code"] == "booking" else GIVEN


def _write(folder: Path, contents: dict[str, bytes]) -> list[Path]:
    from ingestion.sheets import write_whole

    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, content in contents.items():
        write_whole(folder / name, content)
        paths.append(folder / name)
    return paths
