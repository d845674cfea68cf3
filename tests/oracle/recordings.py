"""Sittings that were seen and those that were not: Order §5.1, §6.2 (`docs/rules.md`, "Recordings").

What belongs here: whether a result may count although nobody saw the sitting, and since when (A30). What does
not: signals and reviews, which exclude nobody (A28).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from tests.oracle import order
from tests.oracle.decisions import Decisions
from tests.oracle.policy import DEFAULT, Policy
from tests.oracle.reading import Row, Tables
from tests.oracle.scores import Result, no_result


class Recordings:
    """The coverage of the season, asked about results, as of the season clock."""

    def __init__(
        self, tables: Tables, accounts: Collection[str], as_of: datetime, policy: Policy = DEFAULT
    ) -> None:
        self._as_of = as_of
        self._is_asked = policy.missing_video == "decision"
        self._decisions = Decisions(tables)
        self._versions = {key[0]: rows for key, rows in tables.versions("proctoring__coverage").items()}
        self._watched_since: dict[str, datetime] = {}
        for sitting_id, rows in self._versions.items():
            sitting = tables.get("platform__sittings", sitting_id)
            if sitting is not None and sitting["candidate_no"] in accounts:
                first = rows[-1].first_received_at
                known = self._watched_since.get(sitting["stage_code"], first)
                self._watched_since[sitting["stage_code"]] = min(known, first)

    def judged(self, result: Result, candidate_no: str, sitting: Row, listed_at: datetime) -> Result:
        """The result with its recording: as it is, known later, or none that counts.

        `listed_at` is P(s) of the stage of the sitting.
        """
        stage_code = sitting["stage_code"]
        if not self._is_asked or result.score is None or stage_code not in order.RECORDED:
            return result
        watched_since = self._watched_since.get(stage_code)
        if watched_since is None or watched_since > min(self._as_of, listed_at):
            return result
        moments = [
            *self._seen_since(sitting["sitting_id"]),
            *(
                decision.starts_at
                for decision in self._decisions.in_force(candidate_no, self._as_of, "accept_recording")
                if decision.row["stage_code"] == stage_code
            ),
        ]
        if not moments:
            return no_result("RECORDING_UNSEEN")
        return replace(result, known_at=max(result.known_at or min(moments), min(moments)))

    def _seen_since(self, sitting_id: str) -> list[datetime]:
        """When the first version came that says the sitting was seen, if the latest one says so."""
        versions = self._versions.get(sitting_id, [])
        if not versions or versions[-1]["is_inconclusive"]:
            return []
        return [min(row.received_at for row in versions if not row["is_inconclusive"])]
