"""Scenarios of the panels and Commissions: missing and surplus marks, recusals, quorums, revised places.

Belongs here: marks and decisions that are the case. Does not belong here: attendance (sitting.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pandas as pd

from ingestion.sample_season.decisions import decide
from ingestion.sample_season.panels import PanelRun, Rating
from ingestion.sample_season.stage import StageRun
from ingestion.sample_season.world import Scenario, World

HOUR = timedelta(hours=1)
REVISIONS = (
    ("NC-2025-Q1", 30, {"foreign": -1, "digital": 1}),
    ("NC-2025-Q2", 12, {"foreign": -1, "digital": 0, "social": 1}),
)


def _members(run: PanelRun, idx: int) -> list[Rating]:
    return [rating for rating in run.ratings[idx] if rating.role_code != "observer"]


def _available(run: PanelRun) -> list[int]:
    """Who sat and has a full set of marks."""
    return [i for i in run.sitters() if i in run.ratings and (i, 2) not in run.attempts]


def _lose_third_marks(world: World, run: StageRun) -> None:
    if run.stage != "situational" or not isinstance(run, PanelRun):
        return
    name = "missing_expert_mark"
    count = 1 + world.size // 6000
    for idx in world.pick(name, "never", _available(run), count):
        run.ratings[idx].pop()
    for case in ("late_reaches", "late_below"):
        for idx in world.pick(name, case, _available(run)):
            run.ratings[idx][-1].marked_at = run.published + 20 * HOUR
            run.ratings[idx][-1].received = run.published + 42 * HOUR
            world.not_before[idx] = run.published + timedelta(days=3)
    for idx in world.pick(name, "two_accepted", _available(run), count):
        run.ratings[idx].pop()
        run.two_marks.add(idx)
        decide(
            world, idx, run.published - 5 * HOUR, "accept_two_marks", "expert_mark_missing", stage=run.stage
        )
    for idx in world.pick(name, "incomplete_set", _available(run)):
        run.ratings[idx][-1].points[-1] = None


def _score_late_marks(world: World, run: StageRun) -> None:
    """The mark that arrives after the list lifts one candidate above the cut-off and not the other."""
    if run.stage != "situational" or not isinstance(run, PanelRun):
        return
    cases = {number: case for case, number in world.cases["missing_expert_mark"]}
    for idx in run.sitters():
        case = cases.get(world.candidate_no[idx])
        if case in ("late_reaches", "late_below"):
            for rating in run.ratings[idx]:
                rating.points = [5 if case == "late_reaches" else 1] * len(rating.points)


def _add_fourth_marks(world: World, run: StageRun) -> None:
    if run.stage != "situational" or not isinstance(run, PanelRun):
        return
    for case in ("later", "same_moment_later_code", "same_moment_earlier_code", "incomplete_but_first"):
        for idx in world.pick("fourth_expert_mark", case, _available(run)):
            run.ratings[idx].append(_fourth(run.ratings[idx], case))


def _fourth(ratings: list[Rating], case: str) -> Rating:
    last = max(ratings, key=lambda r: (r.marked_at, r.rater))
    points: list[int | None] = [1 if point == 5 else 5 for point in last.points]
    fourth = replace(last, rater="EX-ZZZ-99", points=points)
    if case == "later":
        fourth.marked_at = last.marked_at + timedelta(minutes=30)
    if case == "same_moment_earlier_code":
        fourth.rater = "EX-AAA-01"
    if case == "incomplete_but_first":
        first = min(ratings, key=lambda r: r.marked_at)
        fourth.marked_at, fourth.received = first.marked_at - timedelta(minutes=30), first.received
        fourth.points = [*points[:-1], None]
    return fourth


def _recuse(count: int) -> Callable[[PanelRun, int], None]:
    def change(run: PanelRun, idx: int) -> None:
        for rating in _members(run, idx)[:count]:
            rating.is_recused = True
            rating.points = [None] * len(rating.points)

    return change


def _owe(run: PanelRun, idx: int) -> None:
    _members(run, idx)[-1].points[-1] = None


def _disturb_panels(world: World, run: StageRun) -> None:
    """One recused, too many recused, and a mark still owed, at each panel in person."""
    if run.stage == "situational" or not isinstance(run, PanelRun):
        return
    quorum = world.rules.quorum[run.stage]
    for case, change in (
        ("one_recused", _recuse(1)),
        ("below_quorum", None),
        ("mark_owed", _owe),
        ("recused_and_owed", None),
    ):
        for idx in world.pick("recusals_and_quorum", f"{run.stage}_{case}", _available(run)):
            if case == "below_quorum":
                change = _recuse(len(_members(run, idx)) - quorum + 1)
            if case == "recused_and_owed":
                _recuse(1)(run, idx)
                change = _owe
            if change is not None:
                change(run, idx)


def _revise_quota(world: World, places: dict[str, int]) -> None:
    """Two decisions move a place between tracks; of a track revised twice the later holds."""
    _, ends = world.rules.window("national_commission")
    first = dict(places)
    for decision_no, hours, moves in REVISIONS:
        decided_at = ends - hours * HOUR
        rows = [
            {
                "season_code": world.rules.season_code,
                "decision_no": decision_no,
                "track_code": track,
                "places": first[track] + move,
                "decided_at": pd.Timestamp(decided_at),
            }
            for track, move in moves.items()
        ]
        places.update({track: first[track] + move for track, move in moves.items()})
        world.outbox.put("agency__quota_revisions", decided_at + 2 * HOUR, rows)


SCENARIOS = (
    Scenario(
        "missing_expert_mark",
        "A third expert's mark is missing, comes after the list, or the mean of two is accepted.",
        "A19",
        {"marked": _lose_third_marks, "cut": _score_late_marks},
    ),
    Scenario(
        "fourth_expert_mark",
        "A fourth expert marks a work; the first three whole sets count.",
        "A20",
        {"marked": _add_fourth_marks},
    ),
    Scenario(
        "recusals_and_quorum",
        "Assessors and members are recused, panels fall below the quorum, marks are still owed.",
        "A26",
        {"marked": _disturb_panels},
    ),
    Scenario(
        "quota_revision",
        "The National Commission moves places between tracks, twice.",
        "Order §9.2, A43",
        {"places": _revise_quota},
    ),
)
