"""Crowds of bookings for a season: few slots, many who ask, moves, cancellations, stops and acts.

Belongs here: random files of slots, bookings and acts of placing beside a written season, at random receipts.
All moments are drawn from few, so that many are equal.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from tests.oracle import order
from tests.oracle.reading import read_landing
from tests.oracle.season import compute
from tests.support.season import AFTER_THE_SEASON

# stage: the day on which its crowd books, and the first day on which it sits
CROWDED = {
    "text_test": (order.local(2025, 7, 31), order.local(2025, 8, 2)),
    "assessment_centre": (order.local(2025, 8, 21, 18), order.local(2025, 8, 22)),
    "interview": (order.local(2025, 9, 22, 9), order.local(2025, 9, 23)),
    "expert_commission": (order.local(2025, 10, 3, 9), order.local(2025, 10, 8)),
}
HOUR = timedelta(hours=1)


def write_crowd(landing: Path, seed: int) -> datetime:
    """Replace the season's slots and bookings by a crowd's; returns a moment to look at it."""
    rng = Random(seed)
    tables = read_landing(landing, AFTER_THE_SEASON, AFTER_THE_SEASON)
    everybody = sorted({row["candidate_no"] for row in tables.rows("platform__registrations")})
    season = compute(tables, AFTER_THE_SEASON)
    for file in [*landing.glob("*/platform__slots*"), *landing.glob("*/platform__bookings*")]:
        file.unlink()
    ends = []
    for number, (stage, (opens, starts)) in enumerate(CROWDED.items()):
        people = [who for code, who in season.computed if code == stage]
        people = sorted(people)[:14] + rng.sample(everybody, 3)
        slots = _slots(rng, stage, opens, starts)
        _deliver(landing, opens - 2 * HOUR, "platform__slots", stage, slots)
        moments = [opens + n * HOUR for n in range(-1, 8)]
        rows = [
            _booking(rng, stage, slots, people, moments, f"{stage[:2].upper()}{seed}-{n:03d}")
            for n in range(rng.randint(20, 70))
        ]
        rng.shuffle(rows)
        cut = rng.randrange(len(rows))
        act_at = opens + 5 * HOUR + timedelta(minutes=7)
        _deliver(landing, opens + 3 * HOUR, "platform__bookings", stage, rows[:cut])
        _deliver(landing, act_at + 2 * HOUR, "platform__bookings", f"{stage}__late", rows[cut:])
        acts = _acts(rng, stage, slots, people, act_at, 10 * number + 1)
        for n, act in enumerate(acts):
            _deliver(landing, act[0]["placed_at"], "placement__places", f"{10 * number + n + 1:04d}", act)
        changed = [row | {"capacity": rng.randint(0, 3)} for row in slots if rng.random() < 0.2]
        changed += [row | {"cancelled_at": rng.choice(moments)} for row in slots if rng.random() < 0.2]
        _deliver(landing, act_at + 3 * HOUR, "platform__slots", f"{stage}__changed", _once(changed))
        ends.append(act_at + 4 * HOUR)
    return rng.choice([*ends, AFTER_THE_SEASON])


def _slots(rng: Random, stage: str, opens: datetime, starts: datetime) -> list[dict[str, Any]]:
    rows = []
    # the interview's first day too: two stages may ask for one day
    common = CROWDED["interview"][1] + 9 * HOUR if stage == "assessment_centre" else starts + 9 * HOUR
    for n in range(rng.randint(2, 5)):
        start = rng.choice(
            [starts + 9 * HOUR, starts + 10 * HOUR, starts + 33 * HOUR, opens + 3 * HOUR, common]
        )
        rows.append(
            {
                "season_code": order.SEASON,
                "slot_no": f"{stage[:2].upper()}-{n}",
                "stage_code": stage,
                "track_code": rng.choice([*order.TRACKS]) if rng.random() < 0.1 else None,
                "language_code": rng.choice(["kk", "ru"]) if rng.random() < 0.1 else None,
                "starts_at": start,
                "ends_at": start + rng.choice([1, 2, 6]) * HOUR,
                "capacity": rng.choice([0, 1, 1, 2, 3, 5]),
                "room_code": "R-1",
                "is_resit": rng.random() < 0.15,
                "cancelled_at": None,
            }
        )
    return rows


def _booking(
    rng: Random, stage: str, slots: Sequence[dict[str, Any]], people: Sequence[str],
    moments: Sequence[datetime], number: str,
) -> dict[str, Any]:  # fmt: skip
    slot = rng.choice(slots)
    return {
        "booking_id": number,
        "candidate_no": rng.choice(people),
        "stage_code": stage,
        "slot_starts_at": slot["starts_at"],
        "slot_no": rng.choice([slot["slot_no"]] * 12 + [None, None, "NO-SUCH-SLOT"]),
        "booked_at": rng.choice(moments),
        "is_auto_assigned": rng.random() < 0.15,
    }


def _acts(
    rng: Random, stage: str, slots: Sequence[dict[str, Any]], people: Sequence[str], at: datetime, first: int
) -> list[list[dict[str, Any]]]:
    acts = []
    for n in range(rng.randint(0, 2)):
        moment = at + n * HOUR
        acts.append(
            [
                {
                    "act_no": first + n,
                    "season_code": order.SEASON,
                    "stage_code": stage,
                    "candidate_no": who,
                    "slot_no": rng.choice(slots)["slot_no"],
                    "placement_code": rng.choice(["placed", "placed", "decided"]),
                    "placed_at": moment,
                    "read_until": moment - timedelta(minutes=5),
                }
                for who in sorted(rng.sample(people, 3))
            ]
        )
    return acts


def _once(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({row["slot_no"]: row for row in rows}.values())


def _deliver(landing: Path, at: datetime, feed: str, label: str, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows as a file received at a moment."""
    if not rows:
        return
    local = at.astimezone(order.LOCAL)
    folder = landing / local.strftime("%Y-%m-%dT%H%M%S")
    folder.mkdir(parents=True, exist_ok=True)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _text(value) for name, value in row.items()})
    (folder / f"{feed}__{label}.csv").write_text(text.getvalue(), encoding="utf-8")


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return value.astimezone(order.LOCAL).isoformat() if isinstance(value, datetime) else value
