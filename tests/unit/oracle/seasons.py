"""Small seasons of two tests, by number of right answers, and acts that publish them. All people are
synthetic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from tests.oracle import order
from tests.oracle.drafting import next_list
from tests.oracle.order import BODIES, local
from tests.oracle.policy import DEFAULT, Policy
from tests.oracle.reading import Tables
from tests.oracle.season import OracleSeason, compute
from tests.unit.oracle.builders import documents, job, registration, reply, requests, sitting, tables

Feeds = dict[str, list[dict[str, Any]]]

ITEMS = range(1, 26)
KEY = [
    {"season_code": "2025", "stage_code": stage, "form_code": "F1", "item_no": item}
    | {"correct_option_code": "A"}
    for stage in ("text_test", "numeric_test")
    for item in ITEMS
]
STARTED = {"text_test": local(2025, 8, 2, 10), "numeric_test": local(2025, 8, 9, 10)}


def who(number: int) -> str:
    """The candidate number of a synthetic person."""
    return f"R25-{number:06d}"


def answers(number: int, stage_code: str, right: int, **changes: Any) -> list[dict[str, Any]]:
    """Answers to 25 items, the first `right` of them right."""
    return [
        {"sitting_id": f"{who(number)}-{stage_code}-1", "item_no": item}
        | {"chosen_option_code": "A" if item <= right else "B"}
        | changes
        for item in ITEMS
    ]


def candidate(
    number: int, text: int | None, numeric: int | None = None, track: str = "digital", **changes: Any
) -> Feeds:
    """Somebody who passes vetting and sits the tests with so many right; None: does not come.

    `changes` are of the answers, for example `_received`.
    """
    candidate_no = who(number)
    given: Feeds = {
        "platform__registrations": [registration(candidate_no, iin=f"{number:012d}", track_code=track)],
        "platform__documents": documents(candidate_no),
        "platform__employment_periods": [job(candidate_no)],
        "agency__vetting_requests": requests(candidate_no),
        "vetting__replies": [
            reply(candidate_no, body.code)
            for body in BODIES
            if body.last_day is None or body.last_day > date(2025, 6, 20)
        ],
        "platform__sittings": [],
        "platform__answers": [],
    }
    for stage_code, right in (("text_test", text), ("numeric_test", numeric)):
        if right is not None:
            given["platform__sittings"].append(
                sitting(candidate_no, stage_code, started_at=STARTED[stage_code])
            )
            given["platform__answers"] += answers(number, stage_code, right, **changes)
    return given


def merged(*given: Mapping[str, Iterable[Mapping[str, Any]]]) -> Feeds:
    """The rows of several, with the keys of the tests."""
    feeds: Feeds = {"academy__answer_keys": [dict(row) for row in KEY]}
    for one in given:
        for feed, rows in one.items():
            feeds.setdefault(feed, []).extend(dict(row) for row in rows)
    return feeds


def play(
    *given: Mapping[str, Iterable[Mapping[str, Any]]],
    as_of: datetime = local(2025, 11, 1),
    policy: Policy = DEFAULT,
) -> OracleSeason:
    """The season of some people, without acts."""
    return compute(tables(merged(*given)), as_of, policy)


class Ledger:
    """The rows of a season and the acts upon them, each received when it was done."""

    def __init__(self, *given: Mapping[str, Iterable[Mapping[str, Any]]], policy: Policy = DEFAULT) -> None:
        self.feeds = merged(*given)
        self.policy = policy
        self.count_acts = 0

    def add(self, feed: str, *rows: Mapping[str, Any]) -> None:
        """More rows of a feed."""
        self.feeds.setdefault(feed, []).extend(dict(row) for row in rows)

    def known(self, at: datetime) -> Tables:
        """The rows received by a moment."""
        return tables(
            {
                feed: [row for row in rows if "_received" not in row or row["_received"] <= at]
                for feed, rows in self.feeds.items()
            }
        )

    def season(self, as_of: datetime = local(2025, 11, 1)) -> OracleSeason:
        """The season as known at a moment."""
        return compute(self.known(as_of), as_of, self.policy)

    def publish(
        self, stage_code: str, at: datetime | None = None, kind: str = "whole", freeze_hours: int = 24
    ) -> list[dict[str, Any]]:
        """Make the next list and the act of it; at the planned moment unless another is given."""
        at = at or order.STAGE[stage_code].published_at
        rows = next_list(self.known(at), stage_code, at, kind, self.policy, freeze_hours)
        version = rows[0]["version"] if rows else 1
        self.act(stage_code, at, "published" if version == 1 else "restated", version, rows)
        return rows

    def act(
        self,
        stage_code: str,
        at: datetime,
        kind_code: str,
        version: int,
        rows: Iterable[Mapping[str, Any]] = (),
    ) -> None:
        """An act and the rows of its list, as given."""
        self.count_acts += 1
        common = {"act_no": self.count_acts, "season_code": "2025", "stage_code": stage_code}
        act = common | {"kind_code": kind_code, "version": version, "acted_at": at, "_received": at}
        self.add("publication__acts", act)
        self.add(
            "publication__lists", *({**row, **common, "version": version, "_received": at} for row in rows)
        )

    def publish_up_to(self, stage_code: str) -> None:
        """Version 1 of a stage's list and of all before it, each at its planned moment."""
        codes = [stage.code for stage in order.STAGES]
        for code in codes[: codes.index(stage_code) + 1]:
            self.publish(code)
