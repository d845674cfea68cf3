"""The outreach campaign's events (Order §1).

Belongs here: invented events of the four kinds. Does not belong here: anything about candidates (people.py).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np

from ingestion.sample_season.people import REGION_WEIGHTS
from ingestion.sample_season.world import World

KINDS = (("meeting", 0.5), ("publication", 0.25), ("video", 0.12), ("stand", 0.13))
ORGANISERS = (
    ("agency_regional", 0.45),
    ("agency", 0.1),
    ("academy", 0.15),
    ("central_body", 0.12),
    ("local_body", 0.18),
)
AUDIENCES = (
    ("civil_servants", 0.4),
    ("subordinate", 0.15),
    ("quasi_state", 0.2),
    ("private", 0.15),
    ("bolashak", 0.1),
)
REACH = {"meeting": 60, "publication": 2500, "video": 8000, "stand": 1500}
LANGUAGES = (("kk", 0.35), ("ru", 0.15), ("kk_ru", 0.5))


def hold_campaign(world: World) -> None:
    """Write the events of the campaign: one report a week, the second with late reports."""
    starts, ends = world.rules.window("outreach", "campaign")
    rng = world.streams.rng("outreach")
    days = (ends - starts).days
    rows = [_event(world, rng, number) for number in range(1, 41 + world.size // 60)]
    for row in rows:
        row["held_on"] = (starts + timedelta(days=int(rng.integers(0, days)))).date()
    middle = (starts + timedelta(days=days // 2)).date()
    first = [row for row in rows if row["held_on"] < middle]
    rest = [row for row in rows if row["held_on"] >= middle]
    world.outbox.put("outreach__events", starts + timedelta(days=days // 2, hours=18), first)
    world.outbox.put("outreach__events", ends + timedelta(hours=10), rest)


def _event(world: World, rng: np.random.Generator, number: int) -> dict[str, Any]:
    def one(options: tuple[tuple[str, float], ...]) -> str:
        return str(rng.choice([name for name, _ in options], p=[weight for _, weight in options]))

    regions = [code for code in REGION_WEIGHTS if code != "abroad"]
    kind = one(KINDS)
    return {
        "season_code": world.rules.season_code,
        "event_id": f"EV-{number:04d}",
        "kind_code": kind,
        "region_code": str(rng.choice(regions)),
        "organiser_code": one(ORGANISERS),
        "audience_code": one(AUDIENCES) if kind == "meeting" else "general",
        "language_code": one(LANGUAGES),
        "count_reached": int(REACH[kind] * (0.3 + 1.4 * rng.random())),
    }
