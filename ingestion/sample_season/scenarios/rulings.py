"""Scenarios of the working group's decisions: on adverse or missing replies, on tracks, and their reversal.

Belongs here: decisions that are the case. Does not belong here: letters that are odd in themselves
(letters.py) and decisions on late adverse replies (vetting.py) or violations (sitting.py).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd

from ingestion.sample_season.decisions import decide, exclude
from ingestion.sample_season.documents import Filing
from ingestion.sample_season.vetting import Vetting
from ingestion.sample_season.world import Extra, Scenario, World

FILED_AT = pd.Timestamp("2025-06-18 12:00:00")
VETTING = "decisions_on_vetting"
ADVERSE_ON = date(2025, 7, 10)
CAME_LATE = pd.Timestamp("2025-07-14 18:00:00")


def _on(month: int, day: int, hour: int = 15) -> datetime:
    return datetime(2025, month, day, hour)


def _keep(world: World, idx: int, at: datetime) -> str:
    return decide(world, idx, at, "keep", "adverse_information", stage="vetting")


def _admit(world: World, idx: int, at: datetime) -> str:
    return decide(world, idx, at, "admit_conditionally", "vetting_reply_missing", stage="vetting")


def _reverse(world: World, idx: int, at: datetime, number: str) -> None:
    decide(world, idx, at, "reverse", "error_found", stage="vetting", reverses=number)


# Role, and whether it passes vetting.
ROLES = {
    "admitted_then_adverse": False,
    "admitted_then_adverse_and_kept": True,
    "kept_before_the_reply": False,
    "kept_on_the_day": True,
    "kept_before_it_came": False,
    "keep_reversed": False,
    "kept_again": True,
    "admission_reversed_after_list": True,
    "unclear_admitted": True,
    "adverse_admitted_only": False,
    "exclusion_reversed": True,
    "one_kept_one_missing": False,
    "one_kept_one_admitted": True,
}


def _decide(world: World, vetting: Vetting) -> None:
    for role, passes in ROLES.items():
        world.people.at[world.role(VETTING, role), "passes_vetting"] = passes
    _decide_on_missing(world, vetting)
    _decide_on_adverse(world, vetting)
    idx = world.role(VETTING, "exclusion_reversed")
    exclude(world, idx, _on(7, 9), "false_data", stage="registration", reversed_at=_on(7, 24))
    idx = world.role(VETTING, "unclear_admitted")
    vetting.add(world, idx, "MIA", ADVERSE_ON, "unclear")
    _admit(world, idx, _on(7, 21))


def _decide_on_missing(world: World, vetting: Vetting) -> None:
    """A conditional admission covers what is missing, not what comes afterwards and is adverse."""
    for role in ("admitted_then_adverse", "admitted_then_adverse_and_kept"):
        idx = world.role(VETTING, role)
        vetting.drop(idx, "NSC")
        _admit(world, idx, _on(7, 9))
        vetting.add(world, idx, "NSC", date(2025, 7, 22), "adverse")
    _keep(world, world.role(VETTING, "admitted_then_adverse_and_kept"), _on(7, 29))
    idx = world.role(VETTING, "admission_reversed_after_list")
    vetting.drop(idx, "NSC")
    _reverse(world, idx, _on(8, 5), _admit(world, idx, _on(7, 30)))


def _decide_on_adverse(world: World, vetting: Vetting) -> None:
    """To keep settles what had been written and had come by then, while it is not reversed."""
    on_adverse = [
        role for role in ROLES if "kept" in role or "keep" in role or role == "adverse_admitted_only"
    ]
    for role in on_adverse:
        if role != "admitted_then_adverse_and_kept":
            came: dict[str, Any] = {"received": CAME_LATE} if role == "kept_before_it_came" else {}
            vetting.add(world, world.role(VETTING, role), "MIA", ADVERSE_ON, "adverse", **came)
    _keep(world, world.role(VETTING, "kept_before_the_reply"), _on(7, 9, 23))
    _keep(world, world.role(VETTING, "kept_on_the_day"), _on(7, 10, 19))
    _keep(world, world.role(VETTING, "kept_before_it_came"), _on(7, 11))
    for role in ("keep_reversed", "kept_again"):
        idx = world.role(VETTING, role)
        _reverse(world, idx, _on(7, 28), _keep(world, idx, _on(7, 17)))
    _keep(world, world.role(VETTING, "kept_again"), _on(7, 31))
    _admit(world, world.role(VETTING, "adverse_admitted_only"), _on(7, 21))
    for role in ("one_kept_one_missing", "one_kept_one_admitted"):
        idx = world.role(VETTING, role)
        vetting.drop(idx, "MOF")
        _keep(world, idx, _on(7, 22))
    _admit(world, world.role(VETTING, "one_kept_one_admitted"), _on(7, 18))


# Role, and the track in the end: people submit for `social` and the platform had lost `digital`.
TRACKS = {
    "platform_error": "digital",
    "corrected_twice": "agro",
    "correction_reversed": "social",
    "corrected_too_late": "social",
}


def _correct_tracks(world: World, filing: Filing) -> None:
    """Once the window is closed a track moves by decision only, and by the list of vetting at the latest."""
    name = "track_corrected_by_decision"
    late = world.rules.published("vetting").replace(hour=15)
    for role, track in TRACKS.items():
        idx = world.role(name, role)
        at = late if role == "corrected_too_late" else _on(7, 8)
        number = _correct(world, idx, at, "digital")
        if role == "corrected_twice":
            _correct(world, idx, _on(7, 16), "agro")
        if role == "correction_reversed":
            _reverse(world, idx, _on(7, 23), number)
        world.people.at[idx, "track_code"] = world.track[idx] = track


def _correct(world: World, idx: int, at: datetime, track: str) -> str:
    return decide(world, idx, at, "correct_track", "platform_error", stage="registration", track_code=track)


OTHER_NUMBER = "excluded_under_another_number"
EXCLUDED_AT = _on(7, 15)


def _cast_other_number(size: int) -> list[Extra]:
    first = {"submitted_at": pd.Timestamp("2025-06-12 12:00:00")}
    return [Extra("first", values=first), Extra("second", values={"submitted_at": FILED_AT}, twin_of="first")]


def _void_first(world: World, people: pd.DataFrame) -> None:
    people.at[world.role(OTHER_NUMBER, "first"), "passes_registration"] = False


def _exclude_first(world: World, vetting: Vetting) -> None:
    """The exclusion names the account that does not count; it holds for the one that does."""
    exclude(world, world.role(OTHER_NUMBER, "first"), EXCLUDED_AT, "false_data", stage="registration")
    second = world.role(OTHER_NUMBER, "second")
    world.stop(second, EXCLUDED_AT)
    world.people.at[second, "passes_vetting"] = False


SCENARIOS = (
    Scenario(
        VETTING,
        "The working group keeps and admits before or after what it decides on came, and takes it back.",
        "A31, A33, Order §4.5",
        {"vetting": _decide},
        lambda size: [Extra(role, values={"submitted_at": FILED_AT}) for role in ROLES],
    ),
    Scenario(
        OTHER_NUMBER,
        "A person with two accounts is excluded under the number of the one that is void.",
        "A40, A41",
        {"people": _void_first, "vetting": _exclude_first},
        _cast_other_number,
    ),
    Scenario(
        "track_corrected_by_decision",
        "A platform error in the track is corrected by a decision, twice, too late, or not after all.",
        "A39",
        {"filing": _correct_tracks},
        lambda size: [
            Extra(role, values={"submitted_at": FILED_AT, "track_code": "social"}) for role in TRACKS
        ],
    ),
)
