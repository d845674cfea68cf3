"""The panels: situational task, assessment centre, interview, Expert Commission (Order §6–§8).

Belongs here: cases, solutions, raters and their marks. Does not belong here: who comes and who goes on
(stage.py), missing marks, recusals and quorums (scenarios/).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from ingestion.sample_season.expert_pool import CASES_PER_TRACK, case_codes, write_expert_pool
from ingestion.sample_season.proctoring import proctor
from ingestion.sample_season.rules import ONLINE_STAGES
from ingestion.sample_season.stage import (
    Attempt,
    Result,
    StageRun,
    attend,
    book,
    enter,
    latent,
    publish,
    slots,
    write_sittings,
)
from ingestion.sample_season.timetable import HOUR, mark_deliveries, next_delivery
from ingestion.sample_season.world import World

EXPERTS_COUNTED = 3
PERMANENT_MEMBERS = 4
TRACK_MEMBERS = 4
POOL_SIZES = {"situational": 14, "assessment_centre": 27, "interview": 18}
PREFIXES = {"situational": "EX", "assessment_centre": "AS", "interview": "IV"}
# Mean mark and how far ability, the rater's severity and the criterion's chance move it.
MARK_SCALES = {
    "situational": (3.0, 0.75, 0.20, 0.60),
    "assessment_centre": (3.1, 0.65, 0.20, 0.60),
    "interview": (3.3, 0.70, 0.20, 0.70),
    "expert_commission": (6.4, 1.40, 0.40, 0.90),
}
FEEDS = {
    "assessment_centre": ("academy__assessor_marks", "assessor_code", "competency_code", "observed_on"),
    "interview": ("academy__interview_marks", "interviewer_code", "competency_code", "observed_on"),
    "expert_commission": ("agency__commission_marks", "member_code", "", "session_on"),
}


@dataclass
class Rating:
    """The marks of one rater for one attendance, in the order of the criteria; None: still owed.

    points: those that count. points_before: what was sent first, where that was corrected. points_refused:
    what was sent again although the marks were locked or nobody had decided it (A20).
    """

    idx: int
    attempt_no: int
    rater: str
    points: list[int | None]
    marked_at: datetime
    received: datetime
    role_code: str | None = None
    is_recused: bool = False
    points_before: list[int | None] | None = None
    points_refused: list[int | None] | None = None
    corrected_at: datetime | None = None

    @property
    def is_whole(self) -> bool:
        """Whether every criterion has points."""
        return all(point is not None for point in self.points)

    @property
    def total(self) -> int:
        """Sum of the points given."""
        return sum(point for point in self.points if point is not None)


@dataclass
class PanelRun(StageRun):
    """A panel stage while it runs."""

    ratings: dict[int, list[Rating]] = field(default_factory=lambda: defaultdict(list))
    two_marks: set[int] = field(default_factory=set)
    works: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict)

    def rate(self, attempt: Attempt) -> list[Rating]:
        """Draw the marks of an attendance and add them."""
        ratings = _ratings(self, attempt)
        self.ratings[attempt.idx] += ratings
        return ratings

    def of_attempt(self, attempt: Attempt) -> list[Rating]:
        """The ratings of an attendance."""
        return [r for r in self.ratings.get(attempt.idx, []) if r.attempt_no == attempt.attempt_no]

    def is_regular(self, idx: int) -> bool:
        """Whether the candidate has one attendance with a full set of timely marks and no special case."""
        ratings = self.ratings.get(idx, [])
        whole = all(r.is_whole and r.received <= self.published for r in ratings if r.role_code != "observer")
        return idx not in self.world.used and idx in self.pool and whole and (idx, 2) not in self.attempts

    def result_of(self, idx: int) -> Result | None:
        """Mean of the raters that count, where the panel is complete."""
        attempt = self.counted_attempt(idx)
        if attempt is None:
            return None
        counted = self._counted(idx, self.of_attempt(attempt))
        if not counted:
            return None
        criteria = len(self.world.rules.criteria[self.stage])
        score = Fraction(sum(r.total for r in counted), criteria * len(counted))
        known = max(attempt.received, *(r.received for r in counted))
        if self.stage == "situational":
            known = max(known, self.works[attempt.key]["received"])
        return Result(score, known)

    def _counted(self, idx: int, ratings: list[Rating]) -> list[Rating]:
        """The raters who count, none where the result is not complete (A19, A20, A26)."""
        if self.stage == "situational":
            whole = sorted((r for r in ratings if r.is_whole), key=lambda r: (r.marked_at, r.rater))
            complete = sorted(r.received for r in whole)[:EXPERTS_COUNTED][-1:]
            whole = [r for r in whole if r.received <= complete[0]]
            enough = len(whole) >= EXPERTS_COUNTED or (
                idx in self.two_marks and len(whole) == EXPERTS_COUNTED - 1
            )
            return whole[:EXPERTS_COUNTED] if enough else []
        present = [r for r in ratings if not r.is_recused and r.role_code != "observer"]
        enough = len(present) >= self.world.rules.quorum[self.stage]
        return present if enough and all(r.is_whole for r in present) else []


def run_panel(world: World, stage: str) -> None:
    """Hold a panel stage, write its feeds and record who goes on."""
    entry = enter(world, stage)
    slot_of = slots(world, stage)
    book(world, entry, slot_of)
    who = [i for i in entry.entrants if i not in entry.absent]
    run = PanelRun(world, stage, entry.entrants, attend(world, entry, who, slot_of))
    if stage == "situational":
        for attempt in run.attempts.values():
            run.works[attempt.key] = solution(run, attempt)
    for attempt in list(run.attempts.values()):
        run.rate(attempt)
    world.fire("sat", run)
    world.fire("marked", run)
    if stage in ONLINE_STAGES:
        proctor(run)
    publish(run)
    write_sittings(run)
    if stage == "situational":
        _write_cases(run, entry.entrants)
        _write_solutions(run)
    _write_marks(run)
    if stage == "situational":
        write_expert_pool(run, entry.entrants)


def raters_of(run: PanelRun, attempt: Attempt) -> list[tuple[str, str | None]]:
    """Codes (and roles) of the raters of an attendance: three at random, or the whole Commission."""
    track = run.world.track[attempt.idx]
    if run.stage == "expert_commission":
        permanent: list[tuple[str, str | None]] = [
            (f"PM-{n:02d}", "permanent") for n in range(1, PERMANENT_MEMBERS + 1)
        ]
        of_track = [(f"TM-{track[:3].upper()}-{n:02d}", "track") for n in range(1, TRACK_MEMBERS + 1)]
        return [*permanent, *of_track, (f"OB-{track[:3].upper()}-01", "observer")]
    rng = run.world.streams.rng("raters", run.stage, run.world.candidate_no[attempt.idx], attempt.attempt_no)
    chosen = sorted(rng.permutation(POOL_SIZES[run.stage])[:EXPERTS_COUNTED].tolist())
    middle = f"{track[:3].upper()}-" if run.stage == "situational" else ""
    return [(f"{PREFIXES[run.stage]}-{middle}{n + 1:02d}", None) for n in chosen]


def _ratings(run: PanelRun, attempt: Attempt) -> list[Rating]:
    world, stage = run.world, run.stage
    number = world.candidate_no[attempt.idx]
    rng = world.streams.rng("marks", stage, number, attempt.attempt_no)
    ratings = []
    for rater, role in raters_of(run, attempt):
        marked = _marked_at(run, attempt, rng.random())
        points: list[int | None] = [None] if role == "observer" else _points(run, attempt.idx, rater, rng)
        ratings.append(
            Rating(
                idx=attempt.idx,
                attempt_no=attempt.attempt_no,
                rater=rater,
                points=points,
                marked_at=marked,
                received=next_delivery(mark_deliveries(world.rules, stage), marked),
                role_code=role,
            )
        )
    return ratings


def _marked_at(run: PanelRun, attempt: Attempt, share: float) -> datetime:
    """When a mark was given: between the attendance and the last delivery of marks."""
    last = mark_deliveries(run.world.rules, run.stage)[-1] - HOUR
    starts = attempt.finished_at + HOUR
    if run.stage == "situational":
        starts = max(starts, run.world.rules.window(run.stage)[1])
    ends = max(min(last, starts + timedelta(hours=3)) if run.stage == "expert_commission" else last, starts)
    return (starts + (ends - starts) * share).replace(microsecond=0)


def _points(run: PanelRun, idx: int, rater: str, rng: np.random.Generator) -> list[int | None]:
    mean, pull, severity, chance = MARK_SCALES[run.stage]
    least, most = run.world.rules.points[run.stage]
    form = _forms(run)[idx]
    strict = run.world.streams.rng("severity", run.stage, rater).standard_normal() * severity
    criteria = len(run.world.rules.criteria[run.stage])
    level = mean + pull * (form - 0.6) + strict + rng.standard_normal() * chance * 0.5
    marks = np.rint(level + rng.standard_normal(criteria) * chance)
    return [int(mark) for mark in np.clip(marks, least, most)]


def _forms(run: PanelRun) -> np.ndarray:
    """Everybody's form of the day, drawn once a stage."""
    cached = run.world.forms.get(run.stage)
    if cached is None:
        cached = run.world.forms[run.stage] = latent(run.world, run.stage)
    return cached


def solution(run: PanelRun, attempt: Attempt) -> dict[str, Any]:
    """The solution handed in at an attendance; a few are too long or took too long (A24)."""
    world = run.world
    number = world.candidate_no[attempt.idx]
    rng = world.streams.rng("solution", number, attempt.attempt_no)
    words = int(np.clip(rng.normal(430, 60), 90, 640))
    seconds = int((attempt.finished_at - attempt.started_at).total_seconds())
    if rng.random() < 0.02:
        seconds = 2700 + int(rng.integers(5, 120))
        attempt.finished_at = attempt.started_at + timedelta(seconds=seconds)
    return {
        "work_no": f"W-{world.streams.code('work', number, attempt.attempt_no, length=10)}",
        "candidate_no": number,
        "sitting_id": run.sitting_id(attempt),
        "case_code": case_of(world, attempt.idx),
        "language_code": attempt.language_code,
        "submitted_at": attempt.finished_at,
        "count_words": words,
        "duration_seconds": seconds,
        "received": attempt.received,
    }


def case_of(world: World, idx: int) -> str:
    """The case drawn for a candidate among those of the track (Order §6.3)."""
    number = int(world.streams.code("case", world.candidate_no[idx], length=8), 16) % CASES_PER_TRACK
    return case_codes(world.track[idx])[number]


def _write_cases(run: PanelRun, entrants: list[int]) -> None:
    world = run.world
    starts, _ = world.rules.window(run.stage)
    rows = [
        {
            "candidate_no": world.candidate_no[i],
            "case_code": case_of(world, i),
            "track_code": world.track[i],
            "assigned_at": starts + 8 * HOUR,
        }
        for i in entrants
    ]
    world.outbox.put("platform__case_assignments", starts + 8 * HOUR + timedelta(minutes=5), rows)


def _write_solutions(run: PanelRun) -> None:
    if run.works:
        run.world.outbox.put_by_receipt("platform__solutions", pd.DataFrame(list(run.works.values())))


def _write_marks(run: PanelRun) -> None:
    """Marks of the stage by receipt; corrected ones are sent again."""
    feed = "platform__expert_marks" if run.stage == "situational" else FEEDS[run.stage][0]
    first: list[dict[str, Any]] = []
    for ratings in run.ratings.values():
        for rating in ratings:
            first += _mark_rows(run, rating, rating.points_before or rating.points, rating.received)
            if rating.corrected_at is not None:
                again = _mark_rows(run, rating, rating.points_refused or rating.points, rating.corrected_at)
                run.world.outbox.put(feed, rating.corrected_at, again, "correction")
    if first:
        run.world.outbox.put_by_receipt(feed, pd.DataFrame(first).astype({"points": "Int64"}))


def _mark_rows(
    run: PanelRun, rating: Rating, points: list[int | None], received: datetime
) -> list[dict[str, Any]]:
    criteria = run.world.rules.criteria[run.stage]
    pairs = list(enumerate(zip(criteria, points, strict=True)))
    if run.stage == "situational":
        work = run.works[(rating.idx, rating.attempt_no)]["work_no"]
        return [
            {
                "work_no": work,
                "expert_code": rating.rater,
                "criterion_code": criterion,
                "points": point,
                "marked_at": rating.marked_at - timedelta(minutes=2 * (len(criteria) - 1 - n)),
                "received": received,
            }
            for n, (criterion, point) in pairs
            if point is not None
        ]
    _, rater_column, criterion_column, day_column = FEEDS[run.stage]
    attempt = run.attempts[(rating.idx, rating.attempt_no)]
    return [
        {
            "candidate_no": run.world.candidate_no[rating.idx],
            rater_column: rating.rater,
            **({criterion_column: criterion} if criterion_column else {"role_code": rating.role_code}),
            "is_recused": rating.is_recused,
            "points": None if rating.is_recused else point,
            day_column: attempt.started_at.date(),
            "received": received,
        }
        for _, (criterion, point) in pairs
    ]
