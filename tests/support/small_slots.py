"""Slots and places alone: the SQL that dbt compiled for their models, over small tables made up for a test.

Rows of the inputs are replaced for each computation, so that hundreds of crowds take seconds. Who enters a
stage, whose claim is valid, which account counts is given; whole seasons are in tests/support/season.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import duckdb

from tests.support.season import CompiledProject

SEASON = "2025"
OPENS = datetime(2025, 8, 21, 13)
LISTED = datetime(2025, 8, 21, 13)
# The season clock of the compiled project is before everything: stops and rows count from then on.
HOUR = timedelta(hours=1)
MODELS = (
    '"intermediate"."int_bookings__arrived"',
    '"intermediate"."int_bookings__checked"',
    '"intermediate"."int_bookings__numbered"',
    '"intermediate"."int_bookings__clashing"',
    '"intermediate"."int_bookings__walked"',
    '"core"."dim_slots"',
    '"core"."fct_booking_outcomes"',
    '"core"."fct_places"',
)
INPUTS = (
    "intermediate.int_accounts__counted",
    "intermediate.int_stages__bookable",
    "intermediate.int_stops__effective",
    "intermediate.int_selection__walked",
    "intermediate.int_resit_claims__judged",
    "staging.stg_platform__slots",
    "staging.stg_platform__bookings",
    "staging.stg_placement__places",
)
CLOCK, LATER = "1999-12-31 23:59:59", "2026-01-01 00:00:00"
WHOLE_DAY, BY_HOUR = "assessment_centre", "interview"
Row = dict[str, Any]


@dataclass(frozen=True)
class Slot:
    """A slot; starts_at and ends_at in UTC."""

    slot_no: str
    stage: str
    starts_at: datetime
    capacity: int
    hours: int = 1
    cancelled_at: datetime | None = None

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + self.hours * HOUR


@dataclass(frozen=True)
class Ask:
    """A booking by the number of the candidate."""

    booking_id: str
    who: int
    slot_no: str
    at: datetime
    is_auto: bool = False
    received: datetime | None = None


@dataclass(frozen=True)
class Given:
    """A place given by an act."""

    act_no: int
    who: int
    slot_no: str
    at: datetime
    code: str = "placed"


@dataclass(frozen=True)
class Crowd:
    """Slots, bookings, acts, and when people leave."""

    slots: tuple[Slot, ...]
    asks: tuple[Ask, ...]
    given: tuple[Given, ...] = ()
    leaves: tuple[tuple[int, datetime], ...] = ()
    people: int = 12
    closes_at: Mapping[str, datetime] = field(default_factory=dict)


def number(who: int) -> str:
    """Candidate number."""
    return f"R25-{who:06d}"


class SmallSlots:
    """The models in memory; `broken` replaces compiled SQL, to see who notices."""

    def __init__(self, project: CompiledProject, broken: tuple[str, str] | None = None) -> None:
        compiled = {step.relation: step.sql.replace(CLOCK, LATER) for step in project.steps}
        self.steps = {relation: compiled[relation] for relation in MODELS}
        if broken is not None:
            old, new = broken
            changed = [relation for relation, sql in self.steps.items() if old in sql]
            assert changed, f"no model of slots says {old!r} any more"
            for relation in changed:
                self.steps[relation] = self.steps[relation].replace(old, new)
        self.connection = duckdb.connect()
        self.connection.execute(f"attach '{project.template}' as template (read_only)")
        self.connection.execute("attach ':memory:' as warehouse")
        for schema in ("seeds", "staging", "intermediate", "core"):
            self.connection.execute(f"create schema warehouse.{schema}")
        for table in INPUTS:
            columns = self.connection.execute(
                "select column_name, data_type from duckdb_columns() where database_name = 'template'"
                " and schema_name || '.' || table_name = ? order by column_index",
                [table],
            ).fetchall()
            described = ", ".join(f'"{name}" {kind}' for name, kind in columns)
            self.connection.execute(f"create table warehouse.{table} ({described})")
        self.connection.execute(
            "create table warehouse.seeds.booking_handlings as from template.seeds.booking_handlings"
        )
        self.connection.execute("use warehouse")

    def compute(self, crowd: Crowd, threads: int = 1) -> dict[str, str]:
        """What became of each request, by booking number or `act_no/number`."""
        self.connection.execute(f"set threads = {threads}")
        for table, rows in inputs(crowd).items():
            self._fill(table, rows)
        self.run()
        rows = self.connection.execute(
            "select coalesce(booking_id, act_no || '/' || candidate_no), booking_handling_code"
            " from core.fct_booking_outcomes"
        ).fetchall()
        found = dict(rows)
        assert len(found) == len(rows)
        return found

    def run(self) -> None:
        """Build the models over the rows that are there."""
        for relation, sql in self.steps.items():
            self.connection.execute(f"create or replace table {relation} as {sql}")

    def places(self) -> list[tuple[Any, ...]]:
        """The places held, in a total order."""
        return self.connection.execute(
            "select candidate_no, slot_no, turn_no from core.fct_places order by all"
        ).fetchall()

    def _fill(self, table: str, rows: Sequence[Row]) -> None:
        self.connection.execute(f"truncate {table}")
        if rows:
            names = list(rows[0])
            values = ", ".join(f"({', '.join(_literal(row[name]) for name in names)})" for row in rows)
            self.connection.execute(f"insert into {table} ({', '.join(names)}) values {values}")


def _literal(value: object) -> str:
    if value is None:
        return "null"
    return str(value) if isinstance(value, bool | int) else f"'{value}'"


def inputs(crowd: Crowd) -> dict[str, list[Row]]:
    """A crowd as rows of the inputs."""
    stage_of = {slot.slot_no: slot.stage for slot in crowd.slots}
    starts = {slot.slot_no: slot.starts_at for slot in crowd.slots}
    people = [number(who) for who in range(crowd.people)]
    season = {"season_code": SEASON}
    return {
        "intermediate.int_accounts__counted": [
            {**season, "candidate_no": who, "track_code": "agro", "test_language_code": "kk"}
            for who in people
        ],
        "intermediate.int_stages__bookable": [
            {
                **season, "stage_code": stage, "is_placed_automatically": True,
                "is_whole_day": stage == WHOLE_DAY, "opens_at": OPENS,
                "closes_at": crowd.closes_at.get(stage), "listed_at": LISTED,
            }
            for stage in (WHOLE_DAY, BY_HOUR)
        ],
        "intermediate.int_stops__effective": [
            {"candidate_no": number(who), "starts_at": at, "ends_at": None} for who, at in crowd.leaves
        ],
        "intermediate.int_selection__walked": [
            {**season, "candidate_no": who, "stage_code": stage}
            for stage in (WHOLE_DAY, BY_HOUR)
            for who in people
        ],
        "intermediate.int_resit_claims__judged": [],
        "staging.stg_platform__slots": [
            {
                **season, "slot_no": slot.slot_no, "stage_code": slot.stage, "starts_at": slot.starts_at,
                "ends_at": slot.ends_at, "capacity": slot.capacity, "is_resit": False,
                "cancelled_at": slot.cancelled_at,
            }
            for slot in crowd.slots
        ],
        "staging.stg_platform__bookings": [
            {
                "booking_id": ask.booking_id, "candidate_no": number(ask.who),
                "stage_code": stage_of.get(ask.slot_no, BY_HOUR),
                "slot_starts_at": starts.get(ask.slot_no, OPENS), "slot_no": ask.slot_no,
                "booked_at": ask.at, "is_auto_assigned": ask.is_auto,
                "_first_received_at": ask.received or ask.at,
            }
            for ask in crowd.asks
        ],
        "staging.stg_placement__places": [
            {
                **season, "act_no": one.act_no, "stage_code": stage_of[one.slot_no],
                "candidate_no": number(one.who), "slot_no": one.slot_no, "placement_code": one.code,
                "placed_at": one.at, "read_until": one.at, "_first_received_at": one.at,
            }
            for one in crowd.given
        ],
    }  # fmt: skip


REFUSED_BY_OTHERS = frozenset({"slot_full", "already_held", "already_placed", "same_day"})
GOT = frozenset({"held", "moved", "released", "cancelled"})


def audit(crowd: Crowd, outcomes: Mapping[str, str]) -> list[str]:
    """What outcomes break: every place taken was free, every refusal was true when it was made.

    For crowds without acts, whose order is that of the moments. Shares no code with the SQL.
    """
    slots = {slot.slot_no: slot for slot in crowd.slots}
    gone = dict(crowd.leaves)
    sits: dict[str, dict[int, Ask]] = defaultdict(dict)
    events = sorted(
        [(ask.at, 1, ask.booking_id, ask) for ask in crowd.asks]
        + [(at, 0, f"goes {who}", who) for who, at in crowd.leaves]
        + [(slot.cancelled_at, 0, f"cancelled {slot.slot_no}", slot)
           for slot in crowd.slots if slot.cancelled_at],
        key=lambda event: event[:3],
    )  # fmt: skip
    found, ended = [], {}
    for at, _, name, what in events:
        if isinstance(what, int):
            for slot_no, seats in sits.items():
                if what in seats and at < slots[slot_no].starts_at:
                    ended[seats.pop(what).booking_id] = "released"
            continue
        if isinstance(what, Slot):
            for ask in sits[what.slot_no].values():
                ended[ask.booking_id] = "cancelled"
            sits[what.slot_no].clear()
            continue
        slot, code = slots[what.slot_no], outcomes[name]
        own = {no: seats[what.who] for no, seats in sits.items() if what.who in seats}
        same = [no for no in own if slots[no].stage == slot.stage]
        clashes = [no for no in own if no not in same and _clash(slots[no], slot)]
        is_full = len(sits[what.slot_no]) >= slot.capacity
        truth = {
            "already_held": same == [what.slot_no],
            "already_placed": bool(same) and what.is_auto,
            "same_day": bool(clashes),
            "slot_full": is_full,
            "stopped": what.who in gone and gone[what.who] <= at,
            "slot_cancelled": slot.cancelled_at is not None and slot.cancelled_at <= at,
            "after_window": at >= slot.starts_at
            or (not what.is_auto and at >= crowd.closes_at.get(slot.stage, at + HOUR)),
            "before_window": at < OPENS and not what.is_auto,
        }
        if code in GOT:
            found += [f"{name}: taken although {why}" for why, is_so in truth.items() if is_so]
            for no in same:
                ended[sits[no].pop(what.who).booking_id] = "moved"
            sits[what.slot_no][what.who] = what
            ended[name] = "held"
            if len(sits[what.slot_no]) > slot.capacity:
                found.append(f"{what.slot_no}: over")
        elif not truth.get(code, False):
            found.append(f"{name}: refused as {code}, which is not so")
    return found + [
        f"{name}: {outcomes[name]}, not {code}" for name, code in ended.items() if outcomes[name] != code
    ]


def _clash(one: Slot, other: Slot) -> bool:
    overlap = one.starts_at < other.ends_at and other.starts_at < one.ends_at
    day = timedelta(hours=5)
    same_day = (one.starts_at + day).date() == (other.starts_at + day).date()
    return overlap or (same_day and WHOLE_DAY in (one.stage, other.stage))


def busy(crowd: Crowd, rows: Iterable[tuple[Any, ...]]) -> list[str]:
    """Candidates who end with two places of one kind, or of one day that one of both takes whole."""
    slots = {slot.slot_no: slot for slot in crowd.slots}
    of: dict[str, list[Slot]] = defaultdict(list)
    for who, slot_no, _ in rows:
        of[who].append(slots[slot_no])
    return [
        who
        for who, held in of.items()
        for n, one in enumerate(held)
        for other in held[:n]
        if one.stage == other.stage or _clash(one, other)
    ]
