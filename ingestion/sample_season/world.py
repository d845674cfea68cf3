"""The state of a season while it is being generated: people, stops, admissions, the outbox, active scenarios.

Belongs here: what several themed modules share. Does not belong here: how any feed's rows are made (the
themed modules) and what a scenario changes (scenarios/).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from ingestion.sample_season.deliveries import Outbox
from ingestion.sample_season.rules import Rules
from ingestion.sample_season.streams import Draws, Streams

Hook = Callable[["World", Any], None]


@dataclass(frozen=True)
class Extra:
    """A hand-crafted person of a scenario: a role to find them by, a fate, and attributes set on purpose."""

    role: str
    fate: str = "ok"
    values: Mapping[str, Any] = field(default_factory=dict)
    twin_of: str = ""


@dataclass(frozen=True)
class Scenario:
    """A named mess: what it adds to the season and which rule it exercises."""

    name: str
    description: str
    rule: str
    hooks: Mapping[str, Hook]
    cast: Callable[[int], list[Extra]] = lambda size: []


@dataclass(frozen=True)
class Stop:
    """An exclusion or withdrawal: in force from `at` until `until` (None: for good)."""

    at: datetime
    until: datetime | None = None


@dataclass
class World:
    """One season in the making. Indices (`idx`) are positions in `people`."""

    size: int
    rules: Rules
    streams: Streams
    draws: Draws
    people: pd.DataFrame
    scenarios: tuple[Scenario, ...]
    outbox: Outbox = field(default_factory=Outbox)
    stops: dict[int, list[Stop]] = field(default_factory=lambda: defaultdict(list))
    used: set[int] = field(default_factory=set)
    list_of: dict[int, int] = field(default_factory=dict)
    admitted: dict[str, list[int]] = field(default_factory=dict)
    sat: dict[str, int] = field(default_factory=dict)
    scores: dict[str, dict[int, Any]] = field(default_factory=dict)
    not_before: dict[int, datetime] = field(default_factory=dict)
    outsiders: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    cases: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    forms: dict[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.candidate_no: list[str] = self.people["candidate_no"].tolist()
        self.track: list[str] = self.people["track_code"].tolist()

    def on(self, scenario: str) -> bool:
        """Whether a scenario is active."""
        return any(one.name == scenario for one in self.scenarios)

    def fire(self, hook: str, payload: Any) -> None:
        """Let every active scenario change what has just been made."""
        for scenario in self.scenarios:
            change = scenario.hooks.get(hook)
            if change is not None:
                change(self, payload)

    def role(self, scenario: str, role: str) -> int:
        """The person who plays a role of a scenario; raises KeyError for an unknown one."""
        found = self.people.index[(self.people["block"] == scenario) & (self.people["role"] == role)]
        if not len(found):
            raise KeyError(f"{scenario}.{role}")
        return int(found[0])

    def roles(self, scenario: str) -> list[int]:
        """Everybody whom a scenario adds, in its order."""
        return [int(i) for i in self.people.index[self.people["block"] == scenario]]

    def pick(self, scenario: str, case: str, candidates: Iterable[int], count: int = 1) -> list[int]:
        """Choose people for a case, stably by name, nobody twice a season; fewer where too few."""
        free = [int(i) for i in candidates if int(i) not in self.used]
        free.sort(key=lambda i: self.streams.code("pick", scenario, case, self.candidate_no[i]))
        chosen = free[:count]
        self.used.update(chosen)
        for i in chosen:
            self.note(scenario, case, i)
        return chosen

    def note(self, scenario: str, case: str, idx: int) -> None:
        """Remember which candidate number shows a case, for the summary and the tests."""
        self.cases[scenario].append((case, self.candidate_no[idx]))

    def stop(self, idx: int, at: datetime, until: datetime | None = None) -> None:
        """Record an exclusion or withdrawal."""
        self.stops[idx].append(Stop(at, until))

    def is_stopped(self, idx: int, moment: datetime) -> bool:
        """Whether a stop is in force at the moment."""
        return any(s.at <= moment and (s.until is None or moment < s.until) for s in self.stops.get(idx, ()))

    def numbers(self, idx: Iterable[int]) -> list[str]:
        """Candidate numbers of people."""
        return [self.candidate_no[i] for i in idx]

    def column(self, name: str, idx: np.ndarray | list[int]) -> np.ndarray:
        """An attribute of people, in the order of `idx`."""
        return self.people[name].to_numpy()[np.asarray(idx, dtype=int)]
