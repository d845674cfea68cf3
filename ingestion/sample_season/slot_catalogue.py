"""The slots that candidates book, and who sits on the Expert Commission (Order §2.7, §5.4, §7.1, §8.1, §8.2).

Belongs here: the catalogue of a stage, made so that it takes everybody who books regularly and leaves some
places free, slots for resits, and the members by code. Does not belong here: who books what (stage.py), and
bookings that come to nothing (scenarios/booking.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from ingestion.sample_season.rules import ONLINE_STAGES
from ingestion.sample_season.timetable import HOUR
from ingestion.sample_season.world import World

SLOTS, MEMBERS = "platform__slots", "agency__commission_members"
PREFIXES = {
    "text_test": "TT",
    "numeric_test": "NT",
    "situational": "ST",
    "assessment_centre": "AC",
    "interview": "IV",
    "expert_commission": "EC",
}
ROOMS = {
    "assessment_centre": "ACADEMY-1",
    "interview": "ACADEMY-2",
    "expert_commission": "AGENCY-301",
}
# An assessment day takes 5 to 6 hours (Order §7.2); the others an hour, with what comes before and after.
SLOT_LENGTHS = {"assessment_centre": 6 * HOUR}
# Slots take a tenth more than come on average.
SPARE_NUMERATOR, SPARE_DENOMINATOR = 11, 10
RESIT_HOURS, RESIT_PLACES = (10, 15), 5
RESERVE_MEMBERS = 1


def slot_no(world: World, stage: str, starts_at: datetime, track: str | None, extra: str = "") -> str:
    """Number of a slot: stage, track where it is kept for one, day and time."""
    parts = [
        PREFIXES[stage],
        track[:3].upper() if track else "",
        f"{starts_at:%m%d}",
        f"{starts_at:%H%M}",
        extra,
    ]
    return "-".join(part for part in parts if part)


def slot_of_candidate(world: World, stage: str, idx: int, starts_at: datetime) -> str:
    """Number of the slot that starts at a moment and is open to a candidate."""
    return slot_no(world, stage, starts_at, track_of_slot(world, stage, idx))


def track_of_slot(world: World, stage: str, idx: int) -> str | None:
    """The Expert Commission sits by track; elsewhere slots are open to every track."""
    return world.track[idx] if stage == "expert_commission" else None


def slot_row(
    world: World, stage: str, starts_at: datetime, capacity: int, *, track: str | None = None,
    extra: str = "", is_resit: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """A row of the catalogue."""
    return {
        "season_code": world.rules.season_code,
        "slot_no": slot_no(world, stage, starts_at, track, extra),
        "stage_code": stage,
        "track_code": track,
        "starts_at": starts_at,
        "ends_at": starts_at + SLOT_LENGTHS.get(stage, HOUR),
        "capacity": capacity,
        "room_code": ROOMS.get(stage, "online"),
        "is_resit": is_resit,
    }


def write_catalogue(
    world: World, stage: str, entrants: Iterable[int], slot_of: list[datetime], starts: Iterable[datetime]
) -> list[dict[str, Any]]:
    """Write the catalogue of a stage before booking opens, and return its rows.

    starts: every start of a slot; slot_of: the start that each candidate would choose.
    """
    wanted = Counter((slot_of[idx], track_of_slot(world, stage, idx)) for idx in entrants)
    tracks = world.rules.tracks if stage == "expert_commission" else (None,)
    keys = {(start, track) for start in starts for track in tracks} if stage != "expert_commission" else set()
    keys |= set(wanted)
    if stage == "expert_commission":
        days = {track: start.replace(hour=0) for start, track in wanted}
        keys |= {(days[track] + (start - start.replace(hour=0)), track) for start in starts for track in days}
    average = -(-sum(wanted.values()) * SPARE_NUMERATOR // (max(len(keys), 1) * SPARE_DENOMINATOR))
    rows = [
        slot_row(world, stage, start, max(average, wanted[start, track]), track=track)
        for start, track in sorted(keys, key=lambda key: (key[0], key[1] or ""))
    ]
    if stage in ONLINE_STAGES:
        rows += _resit_rows(world, stage)
    world.outbox.put(SLOTS, opens_at(world, stage) - 12 * HOUR, rows, stage)
    return rows


def opens_at(world: World, stage: str) -> datetime:
    """When the platform opens booking: after the intake, or with the list of the stage before."""
    if stage == "text_test":
        _, closed = world.rules.window("registration", "intake")
        return closed
    return world.rules.published(world.rules.stages[world.rules.stages.index(stage) - 1])


def _resit_rows(world: World, stage: str) -> list[dict[str, Any]]:
    starts, ends = world.rules.window(stage, "proctoring")
    days = [starts + timedelta(days=n) for n in range((ends - starts).days)]
    return [
        slot_row(world, stage, day + hour * HOUR, RESIT_PLACES, extra="R", is_resit=True)
        for day in days
        for hour in RESIT_HOURS
    ]


def write_members(world: World) -> None:
    """The Commission's members and observers, sent before its booking opens; one of each track is away."""
    from ingestion.sample_season.panels import PERMANENT_MEMBERS, TRACK_MEMBERS

    rows: list[tuple[str, str, str | None, bool]] = [
        (f"PM-{n:02d}", "permanent", None, True) for n in range(1, PERMANENT_MEMBERS + 1)
    ]
    for track in world.rules.tracks:
        short = track[:3].upper()
        rows += [
            (f"TM-{short}-{n:02d}", "track", track, n <= TRACK_MEMBERS)
            for n in range(1, TRACK_MEMBERS + RESERVE_MEMBERS + 1)
        ]
        rows.append((f"OB-{short}-01", "observer", track, True))
    columns = ("member_code", "role_code", "track_codes", "is_available")
    season = {"season_code": world.rules.season_code}
    world.outbox.put(
        MEMBERS,
        opens_at(world, "expert_commission") - 11 * HOUR,
        [{**season, **dict(zip(columns, row, strict=True))} for row in rows],
    )
