"""What all stages share: who enters and comes, slots and bookings, attendances, the cut, the outcome.

Belongs here: the compact simulation by which the generator knows who goes on (docs/rules.md in short).
Does not belong here: how answers or marks come about (tests.py, panels.py). The warehouse and the tests'
oracle decide for themselves; nothing of this reaches them but the files.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd

from ingestion.sample_season.rules import ONLINE_STAGES, TEST_STAGES
from ingestion.sample_season.slot_catalogue import (
    opens_at,
    slot_of_candidate,
    write_catalogue,
    write_members,
)
from ingestion.sample_season.timetable import HOUR, next_delivery, stage_deliveries
from ingestion.sample_season.world import World

LOG = logging.getLogger(__name__)
# How much a person's ability counts in a stage; the rest is the day's luck.
LOADINGS = {
    "text_test": 0.75,
    "numeric_test": 0.70,
    "situational": 0.55,
    "assessment_centre": 0.60,
    "interview": 0.50,
    "expert_commission": 0.50,
}
MINUTES = {"text_test": 25, "numeric_test": 25, "situational": 45, "assessment_centre": 340, "interview": 60}
SLOT_HOURS = {"assessment_centre": (9,), "interview": (9, 10, 11, 12, 14, 15, 16, 17)}
ONLINE_HOURS = tuple(range(9, 20))
Score = Fraction


@dataclass
class Attempt:
    """One attendance of a candidate at a stage, with the items got right where it is a test."""

    idx: int
    attempt_no: int
    started_at: datetime
    finished_at: datetime
    received: datetime
    ended_code: str = "completed"
    form_code: str | None = None
    language_code: str | None = None
    correct: np.ndarray | None = None
    answered: int | None = None
    answers_received: datetime | None = None
    form_before: str | None = None
    corrected_at: datetime | None = None

    @property
    def key(self) -> tuple[int, int]:
        """Candidate and attempt."""
        return self.idx, self.attempt_no


@dataclass(frozen=True)
class Result:
    """A complete result and the moment from which it is known."""

    score: Score
    known_at: datetime


@dataclass
class StageRun(ABC):
    """A scored stage while it runs.

    counting: the attempt that counts, None while awaited. seen_at: since when a result counts whose recording
    could not be judged in full; None if it does not (A30).
    """

    world: World
    stage: str
    entrants: list[int]
    attempts: dict[tuple[int, int], Attempt] = field(default_factory=dict)
    counting: dict[int, int | None] = field(default_factory=dict)
    pool: dict[int, Score] = field(default_factory=dict)
    late: dict[int, Score] = field(default_factory=dict)
    seen_at: dict[int, datetime | None] = field(default_factory=dict)
    cutoffs: dict[str, Score | None] = field(default_factory=dict)

    @property
    def published(self) -> datetime:
        """When the stage's list is published."""
        return self.world.rules.published(self.stage)

    @abstractmethod
    def result_of(self, idx: int) -> Result | None:
        """The candidate's result as of the end of the season; None where there is none."""

    def counted_attempt(self, idx: int) -> Attempt | None:
        """The attendance that counts."""
        number = self.counting.get(idx, 1)
        return None if number is None else self.attempts.get((idx, number))

    def sitters(self) -> list[int]:
        """Entrants with an attendance, in order."""
        return [i for i in self.entrants if (i, 1) in self.attempts]

    def sitting_id(self, attempt: Attempt) -> str:
        """Number of an attendance."""
        number = self.world.candidate_no[attempt.idx]
        return f"S-{self.world.streams.code('sitting', self.stage, number, attempt.attempt_no)}"

    def collect(self) -> None:
        """Sort results into the pool and the late ones, without the stopped."""
        self.pool, self.late = {}, {}
        for idx in self.sitters():
            if self.world.is_stopped(idx, self.published):
                continue
            result = self.result_of(idx)
            seen_at = self.seen_at.get(idx, self.published)
            if result is not None and seen_at is not None:
                target = self.late if max(result.known_at, seen_at) > self.published else self.pool
                target[idx] = result.score

    def ranked(self, track: str) -> list[int]:
        """The pool of a track, best first."""
        members = [i for i in self.pool if self.world.track[i] == track]
        return sorted(members, key=lambda i: (-self.pool[i], self.world.candidate_no[i]))

    def settle_cutoffs(self) -> None:
        """The cut-off of each track: the score of the last within the limit; None in a shortfall."""
        for track in self.world.rules.tracks:
            ranked = self.ranked(track)
            limit = self.world.rules.limit(self.stage, track, len(ranked))
            self.cutoffs[track] = self.pool[ranked[limit - 1]] if 1 <= limit <= len(ranked) else None

    def passes(self, idx: int, score: Score) -> bool:
        """Whether a score reaches the candidate's track's cut-off."""
        cutoff = self.cutoffs[self.world.track[idx]]
        return cutoff is None or score >= cutoff

    def admitted(self) -> list[int]:
        """Who goes on, the late ones who reach the cut-off included."""
        everybody = {**self.pool, **self.late}
        return [i for i in self.entrants if i in everybody and self.passes(i, everybody[i])]


@dataclass
class Entry:
    """Who may come to a stage, and who will not; absences and withdrawals add to `absent`."""

    stage: str
    entrants: list[int]
    absent: set[int] = field(default_factory=set)


def enter(world: World, stage: str) -> Entry:
    """The people admitted from the stage before, less those who will be absent or are stopped by then."""
    previous = world.rules.stages[world.rules.stages.index(stage) - 1]
    entry = Entry(stage, list(world.admitted[previous]))
    world.fire("before_stage", entry)
    starts, _ = world.rules.window(stage)
    entry.absent |= {i for i in entry.entrants if world.is_stopped(i, starts)}
    return entry


def latent(world: World, stage: str) -> np.ndarray:
    """Everybody's form of the day, standard normal, tied to ability by the stage's loading."""
    loading = LOADINGS[stage]
    ability = world.people["ability"].to_numpy(dtype=float)
    return loading * ability + sqrt(1 - loading**2) * world.draws.normal(f"form_{stage}")


def slot_starts(world: World, stage: str) -> list[datetime]:
    """Every start of a slot of the stage; the Expert Commission sits on working days."""
    days = world.rules.days(stage)
    if stage == "expert_commission":
        days = [day for day in days if world.rules.is_working(day.date())]
    return [day + hour * HOUR for day in days for hour in SLOT_HOURS.get(stage, ONLINE_HOURS)]


def slots(world: World, stage: str) -> list[datetime]:
    """A slot for everybody: a day and an hour of the stage, the Expert Commission by track."""
    days = sorted({start.replace(hour=0) for start in slot_starts(world, stage)})
    hours = SLOT_HOURS.get(stage, ONLINE_HOURS)
    day_draw = world.draws.integers(f"day_{stage}", len(days))
    hour_draw = world.draws.integers(f"hour_{stage}", len(hours))
    chosen = []
    for idx, (day, hour) in enumerate(zip(day_draw.tolist(), hour_draw.tolist(), strict=True)):
        if stage == "expert_commission":
            day = world.rules.tracks.index(world.track[idx]) % len(days)
        slot = days[day] + hours[hour] * HOUR
        chosen.append(slot if slot >= world.not_before.get(idx, slot) else days[-1] + hours[-1] * HOUR)
    return chosen


def attend(
    world: World, entry: Entry, who: Iterable[int], slot_of: list[datetime]
) -> dict[tuple[int, int], Attempt]:
    """First attempts of those who come."""
    stage = entry.stage
    most = MINUTES.get(stage, 30)
    delay = world.draws.integers(f"delay_{stage}", 240)
    spare = world.draws.uniform(f"spare_{stage}")
    receipts = stage_deliveries(world.rules, stage)
    attempts = {}
    for idx in who:
        started = slot_of[idx] + timedelta(seconds=int(delay[idx]))
        minutes = most * min(1.0, 1.02 - 0.3 * spare[idx])
        finished = started + timedelta(seconds=int(minutes * 60))
        attempts[(idx, 1)] = Attempt(
            idx=idx,
            attempt_no=1,
            started_at=started,
            finished_at=finished,
            received=next_delivery(receipts, finished),
            ended_code="time_over" if minutes >= most and stage in TEST_STAGES else "completed",
            language_code=str(world.people.at[idx, "test_language_code"]),
        )
    return attempts


@dataclass
class Booked:
    """Bookings of a stage before they are sent: rows, the catalogue, and when whoever books does so."""

    stage: str
    rows: list[dict[str, Any]]
    slots: list[dict[str, Any]]
    booked_at: dict[int, datetime]


def book(world: World, entry: Entry, slot_of: list[datetime]) -> None:
    """Slots and bookings; half of the absent never book, some are placed automatically (Order §7.1)."""
    stage = entry.stage
    catalogue = write_catalogue(world, stage, entry.entrants, slot_of, slot_starts(world, stage))
    if stage == "expert_commission":
        write_members(world)
    starts, _ = world.rules.window(stage)
    opens = opens_at(world, stage)
    closes = max(starts - HOUR, opens + 2 * HOUR)
    share = world.draws.uniform(f"booked_{stage}")
    auto = world.draws.uniform(f"auto_{stage}") < (0.0 if stage in ONLINE_STAGES else 0.08)
    booked = Booked(stage, [], catalogue, {})
    for idx in entry.entrants:
        late = world.not_before.get(idx, opens) >= closes
        if (idx in entry.absent and share[idx] < 0.5) or late:
            continue
        number = world.candidate_no[idx]
        at = closes if auto[idx] else opens + (closes - opens) * float(share[idx])
        booked.booked_at[idx] = at.replace(microsecond=0)
        code = world.streams.code("booking", stage, number)
        booked.rows.append(
            {
                "booking_id": f"B-{code}",
                "candidate_no": number,
                "stage_code": stage,
                "slot_starts_at": slot_of[idx],
                # some of the platform's forms send day and time only
                "slot_no": None if code[0] == "7" else slot_of_candidate(world, stage, idx, slot_of[idx]),
                "booked_at": booked.booked_at[idx],
                "is_auto_assigned": bool(auto[idx]),
            }
        )
    world.fire("booked", booked)
    world.outbox.put("platform__bookings", closes + timedelta(minutes=20), booked.rows, stage)


def write_sittings(run: StageRun) -> None:
    """The attendances of a stage; a corrected one is sent again whole."""
    rows = []
    for attempt in run.attempts.values():
        row = {
            "sitting_id": run.sitting_id(attempt),
            "candidate_no": run.world.candidate_no[attempt.idx],
            "stage_code": run.stage,
            "attempt_no": attempt.attempt_no,
            "form_code": attempt.form_code,
            "language_code": attempt.language_code,
            "started_at": attempt.started_at,
            "finished_at": attempt.finished_at,
            "ended_code": attempt.ended_code,
            "received": attempt.received,
        }
        rows.append({**row, "form_code": attempt.form_before or attempt.form_code})
        if attempt.corrected_at is not None:
            run.world.outbox.put(
                "platform__sittings", attempt.corrected_at, [row], f"{run.stage}__correction"
            )
    if rows:
        run.world.outbox.put_by_receipt("platform__sittings", pd.DataFrame(rows), label=run.stage)


def publish(run: StageRun) -> None:
    """Collect results, let scenarios craft ties and late results, cut, and record who goes on."""
    world = run.world
    run.collect()
    world.fire("pooled", run)
    run.collect()
    run.settle_cutoffs()
    world.fire("cut", run)
    run.collect()
    admitted = run.admitted()
    world.admitted[run.stage] = admitted
    world.sat[run.stage] = len(run.sitters())
    world.scores[run.stage] = {**run.pool, **run.late}
    world.fire("published", run)
    LOG.debug(
        "stage %s: %d entered, %d came, %d go on",
        run.stage,
        len(run.entrants),
        len(run.sitters()),
        len(admitted),
    )
