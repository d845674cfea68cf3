"""Decisions of people: the working group, withdrawals, and the National Commission.

Belongs here: rows of decisions and their receipt. Does not belong here: why a case arises (scenarios/)
and the marks that the Commissions look at (panels.py).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import pandas as pd

from ingestion.sample_season.timetable import decision_deliveries, next_delivery, withdrawal_deliveries
from ingestion.sample_season.world import World

WORKING_GROUP = "agency__working_group_decisions"


def decide(
    world: World,
    idx: int,
    at: datetime,
    action: str,
    basis: str,
    *,
    stage: str | None = None,
    reverses: str | None = None,
    **values: Any,
) -> str:
    """Write a decision of the working group, delivered with its next post; returns its number.

    `values` are further columns, as the track of a correction or the ground in the law.
    """
    code = world.streams.code("decision", action, stage, at, world.candidate_no[idx], length=5)
    number = f"WG-{at:%m%d}-{code}"
    row = {
        "decision_no": number,
        "candidate_no": world.candidate_no[idx],
        "decided_at": pd.Timestamp(at),
        "action_code": action,
        "basis_code": basis,
        "stage_code": stage,
        "reversed_decision_no": reverses,
        **values,
    }
    world.outbox.put(WORKING_GROUP, next_delivery(decision_deliveries(world.rules), at), [row])
    return number


def exclude(
    world: World,
    idx: int,
    at: datetime,
    basis: str,
    *,
    stage: str | None = None,
    reversed_at: datetime | None = None,
    **values: Any,
) -> None:
    """Exclude a candidate, and reverse it where a moment is given (Order §4.5, A28)."""
    number = decide(world, idx, at, "exclude", basis, stage=stage, **values)
    if reversed_at is not None:
        decide(world, idx, reversed_at, "reverse", "error_found", stage=stage, reverses=number)
    world.stop(idx, at, reversed_at)


def withdraw(world: World, idx: int, at: datetime) -> None:
    """Write a candidate's withdrawal, final (A41)."""
    row = {
        "withdrawal_id": f"WD-{world.streams.code('withdrawal', world.candidate_no[idx], length=10)}",
        "candidate_no": world.candidate_no[idx],
        "withdrawn_at": pd.Timestamp(at),
    }
    moments = withdrawal_deliveries(world.rules)
    world.outbox.put("platform__withdrawals", next_delivery(moments, at), [row])
    world.stop(idx, at)


def final_places(world: World) -> dict[str, int]:
    """Places of the National Commission a track; scenarios may revise them."""
    places = {track: world.rules.places[("national_commission", track)] for track in world.rules.tracks}
    world.fire("places", places)
    return places


def national_commission(world: World) -> None:
    """Enrol the best of the Expert Commission's list a track up to the places; decline the rest (§9)."""
    stage = "national_commission"
    entrants = world.admitted["expert_commission"]
    world.fire("before_commission", entrants)
    _, ends = world.rules.window(stage)
    decided_at = ends - timedelta(hours=8)
    present = [i for i in entrants if not world.is_stopped(i, decided_at)]
    places = final_places(world)
    scores = world.scores["expert_commission"]
    enrolled: list[int] = []
    for track, count in places.items():
        listed = [i for i in present if world.track[i] == track]
        listed.sort(
            key=lambda i: (-scores.get(i, Fraction(0)), world.streams.code("seat", world.candidate_no[i]))
        )
        enrolled += listed[:count]
    chosen = set(enrolled)
    rows = [
        {
            "decision_no": "NC-2025-01",
            "candidate_no": world.candidate_no[i],
            "decided_at": pd.Timestamp(decided_at),
            "decision_code": "enrol" if i in chosen else "decline",
        }
        for i in sorted(present, key=lambda i: world.candidate_no[i])
    ]
    world.outbox.put("agency__national_decisions", ends - timedelta(hours=4), rows)
    world.sat[stage] = len(present)
    world.admitted[stage] = [i for i in enrolled if not world.is_stopped(i, world.rules.published(stage))]
