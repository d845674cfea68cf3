"""Scenarios of vetting: replies late, missing, contradictory, from a dissolved body, or adverse too late.

Belongs here: what becomes of a candidate by what the bodies say and when. Does not belong here: ordinary
adverse replies (vetting.py of the parent package), letters that are odd in themselves (letters.py) and
decisions (rulings.py).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pandas as pd

from ingestion.sample_season.decisions import decide, exclude
from ingestion.sample_season.stage import StageRun
from ingestion.sample_season.vetting import GROUNDS, Vetting, letter, list_number
from ingestion.sample_season.world import Extra, Scenario, World

FILED_AT = pd.Timestamp("2025-06-18 12:00:00")
LAST_DAY_AT = pd.Timestamp("2025-06-30 15:00:00")
DECIDED_AT = datetime(2025, 7, 31, 15, 0)


def _cast(moment: pd.Timestamp, *roles: str) -> list[Extra]:
    return [Extra(role, values={"submitted_at": moment}) for role in roles]


def _fail(world: World, idx: int) -> None:
    world.people.at[idx, "passes_vetting"] = False


def _late(world: World, vetting: Vetting) -> None:
    name = "late_vetting_reply"
    idx = world.role(name, "after_window")
    vetting.drop(idx, "MOJ")
    vetting.add(world, idx, "MOJ", date(2025, 8, 4), "clear")
    _fail(world, idx)
    idx = world.role(name, "on_last_day")
    vetting.drop(idx, "MOJ")
    vetting.add(world, idx, "MOJ", date(2025, 7, 31), "clear", hour=20)
    idx = world.role(name, "overdue_in_window")
    vetting.drop(idx, "MOF")
    vetting.add(world, idx, "MOF", date(2025, 7, 17), "clear")
    idx = world.role(name, "dated_in_time_received_late")
    vetting.drop(idx, "FMA")
    vetting.add(world, idx, "FMA", date(2025, 7, 30), "clear", hour=6 * 24 + 10)
    _fail(world, idx)
    idx = world.role(name, "adverse_in_time_received_late")
    vetting.add(world, idx, "FMA", date(2025, 7, 30), "adverse", hour=6 * 24 + 10)
    whole_list = vetting.replies["list_no"] == list_number("MIA", 2)
    vetting.replies.loc[whole_list, ["replied_on", "received"]] += pd.Timedelta(days=14)


def _missing(world: World, vetting: Vetting) -> None:
    name = "missing_vetting_reply"
    for role in ("never", "admitted_conditionally", "decided_too_late", "two_missing"):
        vetting.drop(world.role(name, role), "NSC")
        _fail(world, world.role(name, role))
    vetting.drop(world.role(name, "two_missing"), "MIA")
    _admit(world, world.role(name, "admitted_conditionally"), DECIDED_AT)
    too_late = world.rules.published("vetting") + timedelta(hours=30)
    decide(
        world,
        world.role(name, "decided_too_late"),
        too_late,
        "admit_conditionally",
        "vetting_reply_missing",
        stage="vetting",
    )
    base = world.people.index[
        world.people["block"].eq("base") & world.people["passes_registration"] & world.people["fate"].eq("ok")
    ]
    for number, idx in enumerate(world.pick(name, "base_missing", base, world.size // 600)):
        vetting.drop(idx, "MOF")
        _fail(world, idx)
        if number % 3 == 0:
            _admit(world, idx, DECIDED_AT - timedelta(hours=1))


def _admit(world: World, idx: int, at: datetime) -> None:
    decide(world, idx, at, "admit_conditionally", "vetting_reply_missing", stage="vetting")
    world.people.at[idx, "passes_vetting"] = True


def _contradict(world: World, vetting: Vetting) -> None:
    name = "contradictory_vetting_reply"
    idx = world.role(name, "turns_adverse")
    vetting.add(world, idx, "MIA", date(2025, 7, 21), "adverse")
    _fail(world, idx)
    idx = world.role(name, "turns_clear")
    vetting.change(
        idx, "MIA", result_code="adverse", ground_code="ART16-3-08", fact_on=pd.Timestamp("2021-05-05")
    )
    vetting.add(world, idx, "MIA", date(2025, 7, 22), "clear")
    _contradict_on_one_day(world, vetting)
    _contradict_at_once(world, vetting)
    idx = world.role(name, "adverse_kept")
    vetting.add(world, idx, "FMA", date(2025, 7, 10), "adverse")
    decide(world, idx, DECIDED_AT - timedelta(days=1), "keep", "adverse_information", stage="vetting")
    idx = world.role(name, "unclear_then_clear")
    vetting.change(idx, "MOJ", result_code="unclear")
    vetting.add(world, idx, "MOJ", date(2025, 7, 15), "clear")
    idx = world.role(name, "adverse_and_unclear")
    vetting.change(idx, "MOJ", result_code="unclear")
    vetting.add(world, idx, "MIA", date(2025, 7, 18), "adverse")
    _fail(world, idx)


def _contradict_on_one_day(world: World, vetting: Vetting) -> None:
    """Two letters of one day: the worst counts, whichever came last, and sent again it says nothing new."""
    for role in ("same_day_clear_came_last", "clear_copied_after_adverse"):
        idx = world.role("contradictory_vetting_reply", role)
        vetting.drop(idx, "GPO")
        vetting.add(world, idx, "GPO", date(2025, 7, 3), "clear", hour=16)
        if role == "clear_copied_after_adverse":
            vetting.resend(idx, "GPO", pd.Timestamp("2025-07-24 12:00"))
        vetting.add(world, idx, "GPO", date(2025, 7, 3), "adverse", hour=11)
        _fail(world, idx)


def _contradict_at_once(world: World, vetting: Vetting) -> None:
    """Two letters of one day and one receipt: the worst counts, in whatever order they lie."""
    for role, labels in (("at_once_in_one_file", ("GPO-B", "GPO-B")), ("at_once_in_two", ("GPO-C", "GPO-D"))):
        idx = world.role("contradictory_vetting_reply", role)
        for label, number, result in zip(labels, (1, 2), ("adverse", "clear"), strict=True):
            reply_no = f"GPO-A-0704-{number}"
            vetting.add(world, idx, "GPO", date(2025, 7, 4), result, reply_no=reply_no, label=label)
        _fail(world, idx)


def _dissolve(world: World, vetting: Vetting) -> None:
    """The body's last two lists are still open when it becomes part of another, which then answers them."""
    name = "dissolved_body"
    for body, (_, successor) in world.rules.dissolved.items():
        replied_on = pd.Timestamp("2025-07-21")
        for number in range(len(vetting.sent_on) - 1, len(vetting.sent_on) + 1):
            rows = vetting.replies["list_no"] == list_number(body, number)
            vetting.replies.loc[rows, "body_code"] = successor
            vetting.replies.loc[rows, "reply_no"] = f"R-{successor}-for-{list_number(body, number)}"
            vetting.replies.loc[rows, "label"] = f"{successor}-for-{list_number(body, number)}"
            vetting.replies.loc[rows, "replied_on"] = replied_on
            vetting.replies.loc[rows, "received"] = replied_on + pd.Timedelta(hours=18)
        idx = world.role(name, "old_letterhead_only")
        vetting.drop(idx, body)
        vetting.add(world, idx, body, date(2025, 7, 16), "clear")
        _fail(world, idx)
        idx = world.role(name, "old_letterhead_adverse")
        vetting.add(world, idx, body, date(2025, 7, 23), "adverse")
        idx = world.role(name, "successor_too_early")
        vetting.drop(idx, body)
        vetting.add(world, idx, body, date(2025, 7, 11), "clear", sender=successor)
        _fail(world, idx)
        idx = world.role(name, "successor_adverse")
        vetting.change(
            idx, body, result_code="adverse", ground_code="ART16-3-14", fact_on=pd.Timestamp("2020-02-02")
        )
        _fail(world, idx)
        idx = world.role(name, "one_letter_for_two_lists")
        for asked, result in ((successor, "clear"), (body, "adverse")):
            vetting.drop(idx, asked)
            vetting.add(world, idx, asked, date(2025, 7, 22), result, sender=successor)
        _fail(world, idx)


def _turn_adverse(world: World, run: StageRun) -> None:
    """Replies turn after two tests were passed; one candidate is excluded by decision, one is kept."""
    if run.stage != "situational":
        return
    name = "late_adverse_reply"
    going_on = [i for i in world.admitted[run.stage] if i in world.list_of]
    excluded, kept, undecided, unclear = (
        world.pick(name, case, going_on)
        for case in ("excluded_between_lists", "kept", "undecided", "turns_unclear")
    )
    for idx in [*excluded, *kept, *undecided, *unclear]:
        result = "unclear" if idx in unclear else "adverse"
        row = letter(world, idx, "GPO", date(2025, 8, 18), result, sender="GPO")
        world.outbox.put("vetting__replies", row["received"].to_pydatetime(), [row], row["label"])
    decided_at = run.published + timedelta(days=5)
    for idx in excluded:
        exclude(world, idx, decided_at, "adverse_information", stage="vetting", ground_code=GROUNDS[0])
    for idx in kept:
        decide(world, idx, decided_at, "keep", "adverse_information", stage="vetting")


SCENARIOS = (
    Scenario(
        "late_vetting_reply",
        "Replies come after a week, on the last day, or after 31 July, when they no longer count.",
        "A31, A32",
        {"vetting": _late},
        lambda size: _cast(
            FILED_AT,
            "after_window",
            "on_last_day",
            "overdue_in_window",
            "dated_in_time_received_late",
            "adverse_in_time_received_late",
        ),
    ),
    Scenario(
        "missing_vetting_reply",
        "Replies never come; the working group admits some conditionally, one decision comes too late.",
        "A31",
        {"vetting": _missing},
        lambda size: _cast(FILED_AT, "never", "admitted_conditionally", "decided_too_late", "two_missing"),
    ),
    Scenario(
        "contradictory_vetting_reply",
        "A body writes twice and says different things; its latest letter counts, of one day the worst.",
        "A33",
        {"vetting": _contradict},
        lambda size: _cast(
            FILED_AT,
            "turns_adverse",
            "turns_clear",
            "same_day_clear_came_last",
            "clear_copied_after_adverse",
            "at_once_in_one_file",
            "at_once_in_two",
            "adverse_kept",
            "unclear_then_clear",
            "adverse_and_unclear",
        ),
    ),
    Scenario(
        "dissolved_body",
        "The Anti-corruption Service becomes part of the NSC on 14 July; the NSC answers its open lists.",
        "A34",
        {"vetting": _dissolve},
        lambda size: _cast(
            LAST_DAY_AT,
            "old_letterhead_only",
            "old_letterhead_adverse",
            "successor_too_early",
            "successor_adverse",
            "one_letter_for_two_lists",
        ),
    ),
    Scenario(
        "late_adverse_reply",
        "Replies turn adverse or unclear after the candidate passed two tests; only a decision excludes.",
        "A33, Order §4.2",
        {"published": _turn_adverse},
    ),
)
