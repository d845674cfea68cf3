"""The calendar lint: its findings in 2025, against an independent reading; each rule on a made-up calendar.

Here: rules about dates. The reading below is written from docs/rules.md (The calendar lint), takes the dates
from the CSV files and the days off from the package `holidays`, and shares no code with the warehouse.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import duckdb
import holidays
import pytest

from tests.support.seed_models import build, open_seeds

SEEDS = Path(__file__).parents[3] / "dbt_project" / "seeds"
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
SEASON = "2025"


class Finding(NamedTuple):
    """A row of rpt_calendar_findings."""

    code: str
    stage: str
    event: str
    first: datetime | None = None
    second: datetime | None = None
    other_stage: str | None = None
    other_event: str | None = None
    hours: int | None = None


class Event(NamedTuple):
    """A line of the calendar."""

    starts: datetime
    ends: datetime | None = None


Events = dict[tuple[str, str], Event]


# --- the independent reading --------------------------------------------------------------------------------


class Reading:
    """The lint by hand: plain dates, no SQL."""

    def __init__(self, events: Events, policy: dict[str, str], days_off: Iterable[date]) -> None:
        self.events, self.policy, self.days_off = events, policy, frozenset(days_off)
        with (SEEDS / "stages.csv").open(encoding="utf-8") as file:
            rows = sorted(csv.DictReader(file), key=lambda row: int(row["stage_order"]))
        self.stages = [row["stage_code"] for row in rows]
        with (SEEDS / "stage_scoring.csv").open(encoding="utf-8") as file:
            experts = {row["stage_code"] for row in csv.DictReader(file) if row["raters_expected"]}
        self.by_experts = {row["stage_code"] for row in rows if row["scoring_code"] == "panel"} & experts

    def works(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.days_off

    def roll(self, day: date) -> date:
        return day if self.works(day) else self.roll(day + DAY)

    def at(self, stage: str | None, event: str) -> Event | None:
        return self.events.get((stage or "", event))

    def neighbour(self, stage: str, step: int) -> str | None:
        place = self.stages.index(stage) + step
        return self.stages[place] if 0 <= place < len(self.stages) else None

    def findings(self) -> set[Finding]:
        parts = (self.sittings, self.lists, self.order, self.off_days, self.structure)
        return {finding for part in parts for finding in part()}

    def sittings(self) -> Iterator[Finding]:
        for stage in self.stages:
            sitting, proctoring = self.at(stage, "sitting"), self.at(stage, "proctoring")
            after = self.neighbour(stage, 1)
            following = self.at(after, "sitting")
            if sitting is None or sitting.ends is None or sitting.ends <= sitting.starts:
                continue
            if stage in self.by_experts and following and self.at(stage, "reports") is None:
                least = timedelta(days=int(self.policy["marking_min_days"]))
                if following.starts - sitting.ends < least:
                    hours = int((following.starts - sitting.ends) / HOUR)
                    yield Finding("MARKING_TIME_SHORT", stage, "sitting", sitting.ends, following.starts,
                                  after, "sitting", hours)  # fmt: skip
            if proctoring is None or proctoring.ends is None:
                continue
            last = (sitting.ends - SECOND).date()
            days = [sitting.starts.date() + n * DAY for n in range((last - sitting.starts.date()).days + 1)]
            due = last
            for _ in range(int(self.policy["claim_working_days"])):
                due = self.roll(due + DAY)
            until = midnight(due + DAY) - SECOND
            if not any(self.works(day) for day in days):
                yield Finding("SITTING_ON_DAYS_OFF", stage, "sitting", sitting.starts, until)
            needed = (sitting.ends - sitting.starts) + (proctoring.ends - proctoring.starts)
            if following and following.starts - until < needed:
                hours = int((following.starts - until) / HOUR)
                yield Finding("RESIT_TIME_SHORT", stage, "sitting", until, following.starts, after, "sitting",
                              hours)  # fmt: skip

    def list_days(self) -> set[date]:
        vetting, intake = self.events["vetting", "vetting"], self.events["registration", "intake"]
        assert vetting.ends and intake.ends
        first, last = vetting.starts.date(), (vetting.ends - SECOND).date()
        days = [first + n * DAY for n in range((last - first).days + 1)]
        weeks: dict[tuple[int, int], date] = {}
        for day in filter(self.works, days):
            weeks.setdefault(day.isocalendar()[:2], day)
        return {*weeks.values(), self.roll((intake.ends - SECOND).date() + DAY)}

    def lists(self) -> Iterator[Finding]:
        intake = self.events["registration", "intake"]
        assert intake.ends
        for n in range((intake.ends - intake.starts).days):
            day = intake.starts.date() + n * DAY
            if day.weekday() < 5 and not self.works(day):
                yield Finding("LIST_DAY_OFF", "vetting", "vetting", midnight(day), midnight(self.roll(day)),
                              "registration", "intake")  # fmt: skip
        for day in self.list_days():
            due = day + timedelta(days=int(self.policy["reply_days"]))
            if not self.works(due):
                yield Finding(
                    "REPLY_DUE_ON_DAY_OFF", "vetting", "vetting", midnight(day), midnight(self.roll(due))
                )

    def order(self) -> Iterator[Finding]:
        for stage in self.stages:
            before = self.neighbour(stage, -1)
            listed = self.at(before, "published")
            sitting, booking = self.at(stage, "sitting"), self.at(stage, "booking")
            if self.at(stage, "preparation") and sitting and listed:
                due = sitting.starts - timedelta(days=int(self.policy["preparation_days_before"]))
                if due < listed.starts:
                    yield Finding("PREPARATION_BEFORE_LIST", stage, "preparation", due, listed.starts, before,
                                  "published", int((listed.starts - due) / HOUR))  # fmt: skip
            if booking and booking.ends:
                opens = max(booking.starts, listed.starts) if listed else booking.starts
                if booking.ends - opens < timedelta(hours=int(self.policy["booking_min_hours"])):
                    yield Finding("BOOKING_TOO_SHORT", stage, "booking", opens, booking.ends,
                                  hours=int((booking.ends - opens) / HOUR))  # fmt: skip
            for name, event in (("sitting", sitting), ("booking", booking)):
                if event and listed and event.starts < listed.starts:
                    yield Finding("STARTS_BEFORE_LIST", stage, name, event.starts, listed.starts, before,
                                  "published", int((listed.starts - event.starts) / HOUR))  # fmt: skip

    def off_days(self) -> Iterator[Finding]:
        last_days = [
            (stage, name, (event.ends - SECOND).date())
            for (stage, name), event in self.events.items()
            if name in ("intake", "vetting") and event.ends
        ]
        for name, value in self.policy.items():
            if name.endswith("_hard_stop_on"):
                last_days.append((name.removesuffix("_hard_stop_on"), "sitting", date.fromisoformat(value)))
        for stage, name, day in last_days:
            if not self.works(day):
                yield Finding("DEADLINE_ON_DAY_OFF", stage, name, midnight(day), midnight(self.roll(day)))
        for (stage, name), event in self.events.items():
            if name == "published" and not self.works(event.starts.date()):
                second = midnight(self.roll(event.starts.date()))
                yield Finding("PUBLISHED_ON_DAY_OFF", stage, name, event.starts, second)

    def structure(self) -> Iterator[Finding]:
        for (stage, name), event in self.events.items():
            listed = self.at(stage, "published")
            if event.ends and event.ends <= event.starts:
                yield Finding("ENDS_BEFORE_START", stage, name, event.starts, event.ends)
            years = {event.starts.year} | ({(event.ends - SECOND).year} if event.ends else set())
            if years != {int(SEASON)}:
                yield Finding("OUTSIDE_SEASON", stage, name, event.starts, event.ends)
            if event.ends and listed and listed.starts < event.ends:
                yield Finding(
                    "PUBLISHED_BEFORE_END", stage, name, listed.starts, event.ends, stage, "published"
                )
        for stage in self.stages:
            if self.at(stage, "published") is None:
                yield Finding("NOT_PUBLISHED", stage, "published")


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)


def committed_events() -> Events:
    with (SEEDS / "calendar.csv").open(encoding="utf-8") as file:
        return {
            (row["stage_code"], row["event_code"]): Event(
                datetime.fromisoformat(row["starts_local"]),
                datetime.fromisoformat(row["ends_local"]) if row["ends_local"] else None,
            )
            for row in csv.DictReader(file)
        }


def committed_policy() -> dict[str, str]:
    with (SEEDS / "policy.csv").open(encoding="utf-8") as file:
        return {row["parameter_code"]: row["value"] for row in csv.DictReader(file)}


def official_days_off() -> set[date]:
    official = holidays.country_holidays("KZ", years=2025)
    return {day for day in official if date(2025, 6, 1) <= day <= date(2025, 10, 31)}


# --- the model ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def seeds() -> Iterator[duckdb.DuckDBPyConnection]:
    """The committed seeds, with the lint over them."""
    with open_seeds() as connection:
        build(connection, "rpt_calendar_findings")
        yield connection


def found(connection: duckdb.DuckDBPyConnection) -> set[Finding]:
    rows: list[Any] = connection.execute("""
        select finding_code, stage_code, event_code, first_at_local, second_at_local, other_stage_code,
            other_event_code, count_hours
        from rpt_calendar_findings
    """).fetchall()
    assert len(rows) == len(set(rows))
    return {Finding(*row) for row in rows}


def found_in(connection: duckdb.DuckDBPyConnection, events: Events, policy: dict[str, str],
             days_off: Iterable[date]) -> set[Finding]:  # fmt: skip
    """What the model finds in another calendar."""
    connection.begin()
    try:
        for table in ("calendar", "policy", "non_working_days"):
            connection.execute(f"delete from {table}")
        connection.executemany(
            "insert into calendar values (?, ?, ?, ?, ?, '§0', false)",
            [(SEASON, stage, name, event.starts, event.ends) for (stage, name), event in events.items()],
        )
        connection.executemany(
            "insert into policy values (?, 'A0', ?, ?, null)",
            [(SEASON, name, value) for name, value in policy.items()],
        )
        connection.executemany(
            "insert into non_working_days values (?, '', '', '')", [(day,) for day in days_off]
        )
        return found(connection)
    finally:
        connection.rollback()


# --- 2025 ---------------------------------------------------------------------------------------------------


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"2025-{text}")


# FACTS §7, by its numbers: the seven contradictions of the calendar of 2025.
SEVEN = {
    1: {
        Finding("SITTING_ON_DAYS_OFF", "text_test", "sitting", local("08-02"), local("08-04T23:59:59")),
        Finding("SITTING_ON_DAYS_OFF", "numeric_test", "sitting", local("08-09"), local("08-11T23:59:59")),
        Finding("SITTING_ON_DAYS_OFF", "situational", "sitting", local("08-16"), local("08-18T23:59:59")),
    },
    2: {
        Finding("LIST_DAY_OFF", "vetting", "vetting", local("06-06"), local("06-09"), "registration",
                "intake"),
        Finding("REPLY_DUE_ON_DAY_OFF", "vetting", "vetting", local("06-30"), local("07-08")),
    },
    3: {
        Finding("PREPARATION_BEFORE_LIST", "expert_commission", "preparation", local("10-01"),
                local("10-03T09:00"), "interview", "published", 57),
    },
    4: {
        Finding("BOOKING_TOO_SHORT", "interview", "booking", local("09-22T09:00"), local("09-23"), hours=15),
    },
    5: {
        Finding("MARKING_TIME_SHORT", "situational", "sitting", local("08-18"), local("08-22"),
                "assessment_centre", "sitting", 96),
    },
    6: {
        Finding("DEADLINE_ON_DAY_OFF", "national_commission", "sitting", local("10-25"), local("10-28")),
    },
    7: {
        Finding("RESIT_TIME_SHORT", "text_test", "sitting", local("08-04T23:59:59"), local("08-09"),
                "numeric_test", "sitting", 96),
        Finding("RESIT_TIME_SHORT", "numeric_test", "sitting", local("08-11T23:59:59"), local("08-16"),
                "situational", "sitting", 96),
        Finding("RESIT_TIME_SHORT", "situational", "sitting", local("08-18T23:59:59"), local("08-22"),
                "assessment_centre", "sitting", 72),
    },
}  # fmt: skip


def test_the_findings_of_2025_are_the_seven(seeds: duckdb.DuckDBPyConnection) -> None:
    assert found(seeds) == set().union(*SEVEN.values())


def test_the_findings_of_2025_are_those_of_an_independent_reading(seeds: duckdb.DuckDBPyConnection) -> None:
    reading = Reading(committed_events(), committed_policy(), official_days_off())
    assert found(seeds) == reading.findings()


@pytest.mark.parametrize("draw", range(150))
def test_moved_calendars_are_read_alike(seeds: duckdb.DuckDBPyConnection, draw: int) -> None:
    """Some events are moved, stretched or taken out, some parameters changed: both readings agree."""
    chance = Random(draw)
    events, policy = committed_events(), committed_policy()
    for key in chance.sample(sorted(events), 6):
        starts, ends = events[key]
        move = chance.randint(-12, 12) * DAY + chance.choice([0, 0, 9, -9]) * HOUR
        stretch = chance.choice([0, 0, -1, 2]) * DAY
        events[key] = Event(starts + move, ends + move + stretch if ends else None)
    for key in chance.sample(sorted(events), 2):
        if key not in (("registration", "intake"), ("vetting", "vetting"), ("vetting", "published")):
            del events[key]
    policy["reply_days"] = str(chance.choice([5, 7, 10]))
    policy["claim_working_days"] = str(chance.choice([1, 2]))
    policy["booking_min_hours"] = str(chance.choice([12, 24, 60]))
    policy["marking_min_days"] = str(chance.choice([3, 4, 7]))
    policy["preparation_days_before"] = str(chance.choice([3, 7]))
    expected = Reading(events, policy, official_days_off()).findings()
    assert found_in(seeds, events, policy, official_days_off()) == expected


# --- each rule alone ----------------------------------------------------------------------------------------


def span(first: str, end: str) -> Event:
    return Event(local(first), local(end))


# A calendar of a year without days off but one, in which everything has its time.
GOOD: Events = {
    ("outreach", "campaign"): span("01-13", "02-01"),
    ("registration", "intake"): span("02-03", "03-01"),
    ("registration", "published"): Event(local("03-03T09:00")),
    ("vetting", "vetting"): span("02-03", "04-01"),
    ("vetting", "published"): Event(local("04-01T09:00")),
    ("text_test", "sitting"): span("04-08", "04-10"),
    ("text_test", "proctoring"): span("04-10", "04-14"),
    ("text_test", "published"): Event(local("04-14T09:00")),
    ("numeric_test", "sitting"): span("04-22", "04-24"),
    ("numeric_test", "proctoring"): span("04-24", "04-28"),
    ("numeric_test", "published"): Event(local("04-28T09:00")),
    ("situational", "sitting"): span("05-06", "05-08"),
    ("situational", "proctoring"): span("05-08", "05-12"),
    ("situational", "published"): Event(local("05-19T09:00")),
    ("assessment_centre", "sitting"): span("05-26", "05-31"),
    ("assessment_centre", "reports"): span("05-31", "06-16"),
    ("assessment_centre", "published"): Event(local("06-16T09:00")),
    ("interview", "booking"): span("06-16T09:00", "06-20"),
    ("interview", "sitting"): span("06-23", "06-28"),
    ("interview", "reports"): span("06-28", "07-04"),
    ("interview", "published"): Event(local("07-04T09:00")),
    ("expert_commission", "preparation"): span("07-07", "07-12"),
    ("expert_commission", "sitting"): span("07-14", "07-19"),
    ("expert_commission", "published"): Event(local("07-21T09:00")),
    ("national_commission", "sitting"): span("07-28", "08-02"),
    ("national_commission", "published"): Event(local("08-04T09:00")),
}
GOOD_OFF = (date(2025, 6, 9),)
GOOD_POLICY = {
    "claim_working_days": "1",
    "reply_days": "7",
    "booking_min_hours": "24",
    "marking_min_days": "7",
    "preparation_days_before": "7",
    "national_commission_hard_stop_on": "2025-08-01",
}


class Mistake(NamedTuple):
    """What is changed in the good calendar, and what must be found, and nothing else."""

    code: str
    moments: tuple[datetime | None, datetime | None]
    events: Events = {}
    off: tuple[date, ...] = ()
    policy: dict[str, str] = {}
    gone: tuple[tuple[str, str], ...] = ()


MISTAKES = {
    "a sitting on a weekend": Mistake(
        "SITTING_ON_DAYS_OFF", (local("04-12"), local("04-14T23:59:59")),
        {("text_test", "sitting"): span("04-12", "04-14"),
         ("text_test", "proctoring"): span("04-14", "04-16"),
         ("text_test", "published"): Event(local("04-16T09:00"))},
    ),
    "a sitting on two days off in the week": Mistake(
        "SITTING_ON_DAYS_OFF", (local("04-08"), local("04-10T23:59:59")),
        off=(date(2025, 4, 8), date(2025, 4, 9)),
    ),
    "a day off in the intake": Mistake(
        "LIST_DAY_OFF", (local("02-13"), local("02-14")), off=(date(2025, 2, 13),)
    ),
    "a reply due on a day off": Mistake(
        "REPLY_DUE_ON_DAY_OFF", (local("03-24"), local("04-01")), off=(date(2025, 3, 31),),
        events={("vetting", "vetting"): span("02-03", "03-29"),
                ("vetting", "published"): Event(local("04-01T09:00"))},
    ),
    "a meeting before the list": Mistake(
        "PREPARATION_BEFORE_LIST", (local("07-04"), local("07-04T09:00")),
        {("expert_commission", "sitting"): span("07-11", "07-19")},
    ),
    "an evening for booking": Mistake(
        "BOOKING_TOO_SHORT", (local("06-16T09:00"), local("06-17T08:59")),
        {("interview", "booking"): span("06-16T09:00", "06-17T08:59")},
    ),
    "booking that opens with the list": Mistake(
        "BOOKING_TOO_SHORT", (local("06-19T09:00"), local("06-20")),
        {("assessment_centre", "published"): Event(local("06-19T09:00")),
         ("interview", "booking"): span("06-19T09:00", "06-20")},
    ),
    "no days for marking": Mistake(
        "MARKING_TIME_SHORT", (local("05-08"), local("05-14T23:00")),
        {("assessment_centre", "sitting"): span("05-14T23:00", "05-31"),
         ("situational", "proctoring"): span("05-08", "05-09"),
         ("situational", "published"): Event(local("05-14T09:00"))},
    ),
    "a hard stop on a Saturday": Mistake(
        "DEADLINE_ON_DAY_OFF", (local("08-02"), local("08-04")),
        policy={"national_commission_hard_stop_on": "2025-08-02"},
    ),
    "an intake that ends on a Sunday": Mistake(
        "DEADLINE_ON_DAY_OFF", (local("03-02"), local("03-03")),
        {("registration", "intake"): span("02-03", "03-03")},
    ),
    "a list on a Saturday": Mistake(
        "PUBLISHED_ON_DAY_OFF", (local("07-19T09:00"), local("07-21")),
        {("expert_commission", "published"): Event(local("07-19T09:00"))},
    ),
    "no time for resits": Mistake(
        "RESIT_TIME_SHORT", (local("04-10T23:59:59"), local("04-16T23:59:58")),
        {("numeric_test", "sitting"): span("04-16T23:59:58", "04-18")},
    ),
    "a sitting before the list": Mistake(
        "STARTS_BEFORE_LIST", (local("07-21"), local("07-21T09:00")),
        {("national_commission", "sitting"): span("07-21", "08-02")},
    ),
    "booking before the list": Mistake(
        "STARTS_BEFORE_LIST", (local("06-16T08:59"), local("06-16T09:00")),
        {("interview", "booking"): span("06-16T08:59", "06-20")},
    ),
    "a list before the reports": Mistake(
        "PUBLISHED_BEFORE_END", (local("06-16T09:00"), local("06-17")),
        {("assessment_centre", "reports"): span("05-31", "06-17")},
    ),
    "an end before the start": Mistake(
        "ENDS_BEFORE_START", (local("05-31"), local("05-30")),
        {("assessment_centre", "reports"): span("05-31", "05-30")},
    ),
    "an event without a length": Mistake(
        "ENDS_BEFORE_START", (local("05-31"), local("05-31")),
        {("assessment_centre", "reports"): span("05-31", "05-31")},
    ),
    "last year's campaign": Mistake(
        "OUTSIDE_SEASON", (datetime(2024, 12, 30), local("02-01")),
        {("outreach", "campaign"): Event(datetime(2024, 12, 30), local("02-01"))},
    ),
    "no publication": Mistake(
        "NOT_PUBLISHED", (None, None), gone=(("national_commission", "published"),)
    ),
}  # fmt: skip


def test_a_calendar_with_time_for_everything_is_silent(seeds: duckdb.DuckDBPyConnection) -> None:
    assert found_in(seeds, GOOD, GOOD_POLICY, GOOD_OFF) == set()
    assert Reading(GOOD, GOOD_POLICY, GOOD_OFF).findings() == set()


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_rule_fires_on_its_mistake_and_no_other(seeds: duckdb.DuckDBPyConnection, mistake: Mistake) -> None:
    events = {key: event for key, event in {**GOOD, **mistake.events}.items() if key not in mistake.gone}
    policy, off = {**GOOD_POLICY, **mistake.policy}, (*GOOD_OFF, *mistake.off)
    findings = found_in(seeds, events, policy, off)
    assert [(finding.code, finding.first, finding.second) for finding in findings] == [
        (mistake.code, *mistake.moments)
    ]
    assert findings == Reading(events, policy, off).findings()


JUST_RIGHT: dict[str, Events] = {
    "booking for a day": {("interview", "booking"): span("06-16T09:00", "06-17T09:00")},
    "marking for a week": {
        ("assessment_centre", "sitting"): span("05-15", "05-31"),
        ("situational", "proctoring"): span("05-08", "05-09"),
        ("situational", "published"): Event(local("05-14T09:00")),
    },
    "resits just in time": {("numeric_test", "sitting"): span("04-16T23:59:59", "04-18")},
    "a meeting as the list is published": {
        ("expert_commission", "sitting"): span("07-11T09:00", "07-19"),
    },
    "a sitting with one working day": {("text_test", "sitting"): span("04-06", "04-08")},
    "a panel that marks while it sits": {("national_commission", "sitting"): span("07-22", "08-02")},
}  # fmt: skip


@pytest.mark.parametrize("events", JUST_RIGHT.values(), ids=JUST_RIGHT)
def test_what_just_suffices_is_silent(seeds: duckdb.DuckDBPyConnection, events: Events) -> None:
    assert found_in(seeds, {**GOOD, **events}, GOOD_POLICY, GOOD_OFF) == set()


def test_every_rule_has_its_mistake_and_its_texts(seeds: duckdb.DuckDBPyConnection) -> None:
    rules = seeds.execute("select finding_code, severity_code, text_kk, text_ru, text_en from calendar_rules")
    texts = {code: (severity, *words) for code, severity, *words in rules.fetchall()}
    assert set(texts) == {mistake.code for mistake in MISTAKES.values()}
    warned = {finding.code for findings in SEVEN.values() for finding in findings} | {"PUBLISHED_ON_DAY_OFF"}
    assert {code for code, (severity, *_) in texts.items() if severity == "warn"} == warned
    for code, (_, kazakh, russian, english) in texts.items():
        assert set("әіңғүұқөһ") & set(kazakh.lower()), code
        assert set("әіңғүұқөһ").isdisjoint(russian) and russian.endswith(".") and english.endswith("."), code
