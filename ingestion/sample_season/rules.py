"""What the generator knows of the season: calendar, places, criteria, bodies, read from the season's seeds.

Belongs here: reading dbt_project/seeds and small calendar arithmetic. Does not belong here: any selection
rule (docs/rules.md, dbt_project/) and what is generated from it (the themed modules).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"
TEST_STAGES = ("text_test", "numeric_test")
PANEL_STAGES = ("situational", "assessment_centre", "interview", "expert_commission")
ONLINE_STAGES = (*TEST_STAGES, "situational")


@dataclass(frozen=True)
class Rules:
    """The season as data; moments are local (Asia/Almaty)."""

    season_code: str
    stages: tuple[str, ...]
    tracks: tuple[str, ...]
    bodies: tuple[str, ...]
    windows: dict[tuple[str, str], tuple[datetime, datetime]]
    published_at: dict[str, datetime]
    places: dict[tuple[str, str], int]
    shares: dict[str, tuple[int, int]]
    criteria: dict[str, tuple[str, ...]]
    item_count: dict[str, int]
    points: dict[str, tuple[int, int]]
    quorum: dict[str, int]
    days_off: frozenset[date]
    dissolved: dict[str, tuple[date, str]]

    def published(self, stage: str) -> datetime:
        """The moment at which the stage's list is published."""
        return self.published_at[stage]

    def window(self, stage: str, event: str = "sitting") -> tuple[datetime, datetime]:
        """Start and end of an event of the calendar."""
        return self.windows[(stage, event)]

    def days(self, stage: str) -> list[datetime]:
        """The days (midnights) on which a stage is sat."""
        starts, ends = self.window(stage)
        return [starts + timedelta(days=n) for n in range((ends - starts).days)]

    def is_working(self, day: date) -> bool:
        """Monday to Friday and not a day off."""
        return day.weekday() < 5 and day not in self.days_off

    def roll(self, day: date) -> date:
        """The day itself or the next working day (A32)."""
        while not self.is_working(day):
            day += timedelta(days=1)
        return day

    def speaker(self, body: str, day: date) -> str:
        """Who answers for a vetting body on a day (A34)."""
        last_day, successor = self.dissolved.get(body, (day, body))
        return body if day <= last_day else successor

    def claim_deadline(self, sat_on: date) -> datetime:
        """Last second in which a power-cut certificate is in time (Order §5.7, A15)."""
        day = self.roll(sat_on + timedelta(days=1))
        return datetime(day.year, day.month, day.day, 23, 59, 59)

    def limit(self, stage: str, track: str, count: int) -> int:
        """How many of `count` go on from the stage in the track (Order §3.2, A2)."""
        if stage in self.shares:
            numerator, denominator = self.shares[stage]
            return -(-count * numerator // denominator)
        return self.places[(stage, track)]


def _rows(name: str, season: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return [row for row in csv.DictReader(handle) if row.get("season_code", season) == season]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@lru_cache(maxsize=4)
def load_rules(season: str = "2025") -> Rules:
    """Read the season's seeds; raises FileNotFoundError or KeyError where a seed is missing or incomplete."""
    stages = _rows("stages", season)
    scoring = {row["stage_code"]: row for row in _rows("stage_scoring", season)}
    calendar = _rows("calendar", season)
    bodies = sorted(_rows("vetting_bodies", season), key=lambda row: int(row["body_order"]))
    criteria: dict[str, tuple[str, ...]] = {}
    for row in sorted(_rows("stage_criteria", season), key=lambda row: int(row["criterion_order"])):
        criteria[row["stage_code"]] = (*criteria.get(row["stage_code"], ()), row["criterion_code"])
    return Rules(
        season_code=season,
        stages=tuple(row["stage_code"] for row in sorted(stages, key=lambda row: int(row["stage_order"]))),
        tracks=tuple(row["track_code"] for row in _rows("tracks", season)),
        bodies=tuple(row["body_code"] for row in bodies),
        windows={
            (row["stage_code"], row["event_code"]): (_moment(row["starts_local"]), _moment(row["ends_local"]))
            for row in calendar
            if row["ends_local"]
        },
        published_at={
            r["stage_code"]: _moment(r["starts_local"]) for r in calendar if r["event_code"] == "published"
        },
        places={(r["stage_code"], r["track_code"]): int(r["places"]) for r in _rows("stage_places", season)},
        shares={
            row["stage_code"]: (int(row["share_numerator"]), int(row["share_denominator"]))
            for row in stages
            if row["admits_by_code"] == "share"
        },
        criteria=criteria,
        item_count={code: int(row["item_count"]) for code, row in scoring.items() if row["item_count"]},
        points={
            code: (int(row["points_min"]), int(row["points_max"]))
            for code, row in scoring.items()
            if row["points_max"]
        },
        quorum={code: int(row["quorum"]) for code, row in scoring.items() if row["quorum"]},
        days_off=frozenset(date.fromisoformat(row["day_on"]) for row in _rows("non_working_days", season)),
        dissolved={
            row["body_code"]: (date.fromisoformat(row["valid_to"]), row["successor_body_code"])
            for row in bodies
            if row["valid_to"]
        },
    )
