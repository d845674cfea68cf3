"""When the senders of the sample season deliver: moments derived from the season's calendar.

Belongs here: receipt moments (local). Does not belong here: the calendar itself (seeds, rules.py) or what a
delivery holds (the themed modules).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np

from ingestion.sample_season.rules import ONLINE_STAGES, Rules

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def intake_deliveries(rules: Rules) -> list[datetime]:
    """The platform's exports of accounts: each Sunday evening, the last evening, and after closing."""
    starts, ends = rules.window("registration", "intake")
    sundays = [starts + n * DAY + 23 * HOUR for n in range((ends - starts).days)]
    weekly = [moment for moment in sundays if moment.weekday() == 6 and moment > starts + 3 * DAY]
    return [*weekly, ends - 3 * HOUR, ends + HOUR]


def vetting_list_days(rules: Rules) -> list[date]:
    """Days on which lists go to the bodies: the Mondays after an export, then the day after closing."""
    _, ends = rules.window("registration", "intake")
    mondays = [(moment + DAY).date() for moment in intake_deliveries(rules) if moment.weekday() == 6]
    return [*mondays, rules.roll(ends.date())]


def check_deliveries(rules: Rules) -> list[datetime]:
    """The Agency's register of document checks: the evenings of Fridays and of the last day of vetting."""
    starts, ends = rules.window("vetting", "vetting")
    evenings = [starts + n * DAY + 19 * HOUR for n in range((ends - starts).days)]
    fridays = [evening for evening in evenings if evening.weekday() == 4 and rules.is_working(evening.date())]
    return [*fridays, evenings[-1]]


def stage_deliveries(rules: Rules, stage: str) -> list[datetime]:
    """Receipt of attendances (and answers): every evening of a stage online, every third in person."""
    evenings = [day + 22 * HOUR for day in rules.days(stage)]
    return evenings if stage in ONLINE_STAGES else [*evenings[2:-1:3], evenings[-1]]


def mark_deliveries(rules: Rules, stage: str) -> list[datetime]:
    """Receipt of the panels' marks, all before the list is published."""
    published = rules.published(stage)
    if stage == "situational":
        return [published - 46 * HOUR, published - 22 * HOUR, published - 6 * HOUR]
    if stage == "assessment_centre":
        return [published - 14 * DAY, published - 3 * DAY]
    if stage == "interview":
        return [published - 40 * HOUR, published - 16 * HOUR]
    _, ends = rules.window(stage)
    return [ends - 4 * DAY - 3 * HOUR, ends - 3 * HOUR]


def decision_deliveries(rules: Rules) -> list[datetime]:
    """The working group's secretary sends its decisions on Fridays of July, before and after each list."""
    starts = rules.published("registration")
    _, ends = rules.window("vetting", "vetting")
    evenings = [starts + n * DAY + 18 * HOUR for n in range((ends - starts).days)]
    moments = {evening for evening in evenings if evening.weekday() == 4}
    for stage in rules.stages[1:]:
        published = rules.published(stage)
        moments |= {published - 3 * HOUR, published + 5 * DAY}
    return sorted(moments)


def withdrawal_deliveries(rules: Rules) -> list[datetime]:
    """The platform exports withdrawals shortly before each list."""
    return [rules.published(stage) - 2 * HOUR for stage in rules.stages]


def next_delivery(moments: Sequence[datetime], at: datetime) -> datetime:
    """The first delivery not before a moment; the moment itself plus an hour after the last one."""
    return next((moment for moment in moments if moment >= at), at + HOUR)


def delivery_of(moments: Sequence[datetime], at: np.ndarray) -> np.ndarray:
    """The first delivery not before each moment (datetime64[s]); later ones go with the last delivery."""
    edges = np.array(sorted(moments), dtype="datetime64[s]")
    places = np.searchsorted(edges, at.astype("datetime64[s]"), side="left")
    return edges[np.minimum(places, len(edges) - 1)]
