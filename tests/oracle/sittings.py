"""Which sitting counts: Order §5.7, §6.4, A15–A18 (`docs/rules.md`, "Which sitting counts").

What belongs here: claims after a power cut, working days, attempts. What does not: what a sitting is worth
(`scores.py`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from tests.oracle.calendar import local_date, next_working_day
from tests.oracle.policy import DEFAULT, Policy
from tests.oracle.reading import Row, Tables


@dataclass(frozen=True)
class Attendance:
    """What a candidate did at a stage: the sitting that counts; without one, absent or awaiting a resit."""

    counted: Row | None
    is_absent: bool = False


class Sittings:
    """The sittings and claims of the season, asked by candidate and stage."""

    def __init__(self, tables: Tables, policy: Policy = DEFAULT) -> None:
        self._claim_days = policy.claim_working_days
        self._sittings: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in tables.rows("platform__sittings"):
            self._sittings[row["candidate_no"], row["stage_code"]].append(row)
        self._allowed_late = {
            (row["candidate_no"], row["stage_code"])
            for row in tables.rows("agency__working_group_decisions")
            if row["action_code"] == "allow_resit"
        }
        valid = [
            claim
            for claim in tables.rows("platform__resit_claims")
            if self._is_valid(claim, tables.get("platform__sittings", claim["sitting_id"]))
        ]
        self._annulled = {claim["sitting_id"] for claim in valid}
        self.entitled = {(claim["candidate_no"], claim["stage_code"]) for claim in valid}

    def _is_valid(self, claim: Row, sitting: Row | None) -> bool:
        """Whether a claim annuls its sitting: granted, power cut, certified, in time or allowed (A15)."""
        whose = (claim["candidate_no"], claim["stage_code"])
        if sitting is None or whose != (sitting["candidate_no"], sitting["stage_code"]):
            return False
        is_good = (
            claim["decision_code"] == "granted"
            and claim["cause_code"] == "power_cut"
            and claim["has_certificate"]
        )
        return is_good and (
            is_in_time(claim["claimed_at"], sitting["started_at"], self._claim_days)
            or whose in self._allowed_late
        )

    def last_started_at(self, candidate_no: str, stage_code: str) -> datetime | None:
        """Start of the candidate's last sitting at the stage, annulled or not."""
        own = self._sittings.get((candidate_no, stage_code), [])
        return max((row["started_at"] for row in own), default=None)

    def attendance(self, candidate_no: str, stage_code: str) -> Attendance:
        """The first attempt that no valid claim annuls; never the best of two (A17)."""
        own = self._sittings.get((candidate_no, stage_code), [])
        if not own:
            return Attendance(None, is_absent=True)
        standing = [row for row in own if row["sitting_id"] not in self._annulled]
        first = min(
            standing, key=lambda row: (row["attempt_no"], row["started_at"], row["sitting_id"]), default=None
        )
        return Attendance(first)


def is_in_time(claimed_at: datetime, sitting_started_at: datetime, working_days: int = 1) -> bool:
    """A15: not later than the end of so many working days after the local day of the sitting."""
    last_day = local_date(sitting_started_at)
    for _ in range(working_days):
        last_day = next_working_day(last_day)
    return local_date(claimed_at) <= last_day
