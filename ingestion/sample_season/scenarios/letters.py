"""Scenarios of letters that are odd in themselves: repeated, astray, corrected, misdated, on odd grounds.

Belongs here: single replies that a person has to look at, and people who are sent to the bodies again. Does
not belong here: late, missing and contradictory replies (vetting.py) and decisions (rulings.py).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from ingestion.sample_season.decisions import decide
from ingestion.sample_season.documents import Filing
from ingestion.sample_season.scenarios.broken import GHOST
from ingestion.sample_season.vetting import GROUNDS, Vetting, list_number
from ingestion.sample_season.world import Extra, Scenario, World

FILED_AT = pd.Timestamp("2025-06-18 12:00:00")
# Extra lists for people whose names were corrected, after the five of the intake.
RELISTED = ((6, date(2025, 7, 8), date(2025, 7, 15)), (7, date(2025, 7, 21), date(2025, 7, 28)))
SILENT_BODY = "FMA"


def _at(text: str) -> pd.Timestamp:
    return pd.Timestamp(f"2025-{text}")


def _cast(*roles: str) -> list[Extra]:
    return [Extra(role, values={"submitted_at": FILED_AT}) for role in roles]


def _fail(world: World, idx: int) -> None:
    world.people.at[idx, "passes_vetting"] = False


# --- written twice ----------------------------------------------------------------------------------------


def _repeat(world: World, vetting: Vetting) -> None:
    name = "repeated_vetting_reply"
    vetting.add(world, world.role(name, "clear_again"), "MIA", date(2025, 7, 9), "clear")
    idx = world.role(name, "adverse_again")
    vetting.change(idx, "MIA", **_adverse(GROUNDS[1]))
    vetting.add(world, idx, "MIA", date(2025, 7, 9), "adverse")
    _fail(world, idx)
    idx = world.role(name, "adverse_between")
    vetting.add(world, idx, "MIA", date(2025, 7, 9), "adverse")
    vetting.add(world, idx, "MIA", date(2025, 7, 16), "clear")


def _adverse(ground: str | None, fact_on: str | None = "2022-03-01") -> dict[str, Any]:
    """The columns of an adverse reply."""
    return {"result_code": "adverse", "ground_code": ground, "fact_on": pd.Timestamp(fact_on or "NaT")}


# --- astray -----------------------------------------------------------------------------------------------


def _stray(world: World, vetting: Vetting) -> None:
    """Replies that answer no request; without the right one the state stays open."""
    name, day = "stray_vetting_reply", date(2025, 7, 2)
    astray: dict[str, dict[str, Any]] = {
        "unknown_number": {"candidate_no": GHOST},
        "list_never_sent": {"list_no": list_number("MIA", 88)},
        "of_another_week": {"list_no": list_number("MIA", 1)},
    }
    for role, values in astray.items():
        idx = world.role(name, role)
        vetting.drop(idx, "MIA")
        vetting.add(world, idx, "MIA", day, "clear", **values)
        _fail(world, idx)
    idx = world.role(name, "adverse_of_another_week")
    vetting.add(world, idx, "MIA", day, "adverse", list_no=list_number("MIA", 1))
    vetting.add(world, world.role(name, "of_another_body"), "MIA", day, "adverse", sender="MOF")


# --- corrected --------------------------------------------------------------------------------------------


def _correct(world: World, vetting: Vetting) -> None:
    """The same reply in a later file: its latest version counts, at close the latest received by then."""
    name, clear = "corrected_vetting_reply", {"result_code": "clear", "ground_code": None, "fact_on": pd.NaT}
    idx = world.role(name, "turns_adverse")
    vetting.resend(idx, "MOJ", _at("07-24 12:00"), **_adverse(GROUNDS[2]))
    _fail(world, idx)
    idx = world.role(name, "turns_clear")
    vetting.change(idx, "MOJ", **_adverse(GROUNDS[2]))
    vetting.resend(idx, "MOJ", _at("07-24 12:00"), **clear)
    idx = world.role(name, "turns_adverse_after_close")
    vetting.resend(idx, "MOJ", _at("08-04 12:00"), **_adverse(GROUNDS[0]))
    idx = world.role(name, "turns_clear_after_close")
    vetting.change(idx, "MOJ", **_adverse(GROUNDS[2]))
    vetting.resend(idx, "MOJ", _at("08-04 12:00"), **clear)
    _fail(world, idx)
    vetting.resend(world.role(name, "sent_again"), "MOJ", _at("07-24 12:00"))
    idx = world.role(name, "moved_to_its_list")
    vetting.change(idx, "MOJ", list_no=list_number("MOJ", 77))
    vetting.resend(idx, "MOJ", _at("07-24 12:00"), list_no=list_number("MOJ", world.list_of[idx]))


# --- misdated ---------------------------------------------------------------------------------------------


def _misdate(world: World, vetting: Vetting) -> None:
    """Letters dated before their list or ahead of their receipt answer nothing."""
    name = "misdated_vetting_reply"
    idx = world.role(name, "before_its_list")
    vetting.change(idx, "GPO", replied_on=_at("06-20"))
    _fail(world, idx)
    idx = world.role(name, "on_the_day_of_its_list")
    vetting.change(idx, "GPO", replied_on=_at("06-23"))
    idx = world.role(name, "clear_ahead_adverse_between")
    vetting.change(idx, "GPO", replied_on=_at("07-25"))
    vetting.add(world, idx, "GPO", date(2025, 7, 10), "adverse")
    _fail(world, idx)
    idx = world.role(name, "adverse_ahead")
    vetting.add(world, idx, "GPO", date(2025, 7, 25), "adverse", received=_at("07-11 18:00"))
    idx = world.role(name, "ahead_then_corrected")
    vetting.change(idx, "GPO", replied_on=_at("07-25"))
    vetting.resend(idx, "GPO", _at("07-17 12:00"), replied_on=_at("07-01"))


# --- grounds ----------------------------------------------------------------------------------------------


def _ground(world: World, vetting: Vetting) -> None:
    """Adverse replies on a ground long past, not in the dictionary, or without what it takes to judge."""
    for role, values in (
        ("expired", _adverse(GROUNDS[0], "2009-03-01")),
        ("unknown_code", _adverse("ART99-9-99")),
        ("no_code", _adverse(None)),
        ("no_day", _adverse(GROUNDS[0], None)),
    ):
        idx = world.role("odd_grounds", role)
        vetting.change(idx, "MOF", **values)
        _fail(world, idx)


# --- sent again -------------------------------------------------------------------------------------------


def _correct_names(world: World, filing: Filing) -> None:
    """The platform corrects a family name after closing: the same row comes again."""
    for role in ("answered_again", "turns_adverse", "silent", "silent_admitted"):
        idx = world.role("names_corrected", role)
        row = filing.submission(idx)
        chosen = filing.registrations["idx"] == idx
        name = str(row["last_name"])
        filing.registrations.loc[chosen, "last_name"] = name[0] + name[2:]
        filing.add("registrations", **{**row, "received": _at("07-04 18:00")})


def _relist(world: World, vetting: Vetting) -> None:
    """Who was sent again is asked anew; of the last such list one body never answers a word."""
    name = "names_corrected"
    vetting.drop(world.role(name, "answered_again"), "MOF")
    (first, *first_days), (second, *second_days) = RELISTED
    for role in ("answered_again", "turns_adverse"):
        vetting.relist(world, world.role(name, role), first, *first_days)
    idx = world.role(name, "turns_adverse")
    vetting.add(world, idx, "NSC", date(2025, 7, 17), "adverse")
    _fail(world, idx)
    for role in ("silent", "silent_admitted"):
        idx = world.role(name, role)
        vetting.relist(world, idx, second, *second_days)
        silent = vetting.replies["list_no"] == list_number(SILENT_BODY, second)
        vetting.replies = vetting.replies[~silent].reset_index(drop=True)
    _fail(world, world.role(name, "silent"))
    decide(
        world,
        world.role(name, "silent_admitted"),
        _at("07-30 10:00").to_pydatetime(),
        "admit_conditionally",
        "vetting_reply_missing",
        stage="vetting",
    )


SCENARIOS = (
    Scenario(
        "repeated_vetting_reply",
        "A body writes again about the same request and says the same, or the same as before.",
        "A33",
        {"vetting": _repeat},
        lambda size: _cast("clear_again", "adverse_again", "adverse_between"),
    ),
    Scenario(
        "stray_vetting_reply",
        "Replies name a candidate, a list or a sender that their request does not know.",
        "Order §4.4",
        {"vetting": _stray},
        lambda size: _cast(
            "unknown_number",
            "list_never_sent",
            "of_another_week",
            "adverse_of_another_week",
            "of_another_body",
        ),
    ),
    Scenario(
        "corrected_vetting_reply",
        "A reply comes again under its number and says something else, before and after the close.",
        "A33, A49",
        {"vetting": _correct},
        lambda size: _cast(
            "turns_adverse",
            "turns_clear",
            "turns_adverse_after_close",
            "turns_clear_after_close",
            "sent_again",
            "moved_to_its_list",
        ),
    ),
    Scenario(
        "misdated_vetting_reply",
        "Replies are dated before their list was sent, or ahead of the day on which they came.",
        "A33",
        {"vetting": _misdate},
        lambda size: _cast(
            "before_its_list",
            "on_the_day_of_its_list",
            "clear_ahead_adverse_between",
            "adverse_ahead",
            "ahead_then_corrected",
        ),
    ),
    Scenario(
        "odd_grounds",
        "Adverse replies on a ground whose term has run out, that nobody knows, or without a day.",
        "Order §4.1, FACTS §1",
        {"vetting": _ground},
        lambda size: _cast("expired", "unknown_code", "no_code", "no_day"),
    ),
    Scenario(
        "names_corrected",
        "Names are corrected after closing and the people sent again; one body never answers that list.",
        "Order §4.3, A31",
        {"filing": _correct_names, "vetting": _relist},
        lambda size: _cast("answered_again", "turns_adverse", "silent", "silent_admitted"),
    ),
)
