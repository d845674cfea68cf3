"""Experts' marks and their lock: Order §6.5–6.7, A20 (`docs/rules.md`, "Experts' marks").

What belongs here: which version of a mark counts, and what became of the others. What does not: the mean of
the marks (`scores.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tests.oracle import order
from tests.oracle.decisions import Decisions
from tests.oracle.policy import DEFAULT, Policy
from tests.oracle.reading import Key, Row, Tables

FEED, STAGE = "platform__expert_marks", "situational"
COUNTED = "counted"


@dataclass(frozen=True)
class Version:
    """A version of a mark, what became of it, and the version that counted when it came (perhaps itself)."""

    row: Row
    number: int
    handling: str
    counted: Row


class ExpertMarks:
    """The marks of every work, asked work by work. `listed_at` is P of the stage."""

    def __init__(self, tables: Tables, policy: Policy = DEFAULT, listed_at: datetime | None = None) -> None:
        self._policy = policy
        self._listed_at = listed_at or order.STAGE[STAGE].published_at
        self._decisions = Decisions(tables)
        self._versions: dict[str, dict[Key, list[Row]]] = defaultdict(dict)
        for key, versions in tables.versions(FEED).items():
            self._versions[key[0]][key] = versions

    def counted(self, work_no: str, candidate_no: str) -> list[Row]:
        """The versions that count of the marks of a candidate's work."""
        return [one.row for one in self.judged(work_no, candidate_no) if one.handling == COUNTED]

    def judged(self, work_no: str, candidate_no: str) -> list[Version]:
        """Every version of the marks of a candidate's work."""
        marks = self._versions.get(work_no, {})
        whole = _whole_at(marks)
        moments = sorted(whole.values())
        is_complete = len(moments) >= order.EXPERTS_EXPECTED
        complete_at = moments[order.EXPERTS_EXPECTED - 1] if is_complete else None
        locked_at = min(self._listed_at, complete_at or self._listed_at)
        is_recorded = any(
            decision.row["stage_code"] == STAGE
            for decision in self._decisions.in_force(candidate_no, locked_at, "correct_mark")
        )
        found = []
        for key, versions in marks.items():
            is_after = complete_at is not None and key[1] in whole and whole[key[1]] > complete_at
            judged = self._judge(versions, locked_at, is_recorded)
            if is_after and self._freezes_panel:
                judged = [Version(one.row, one.number, "after_panel", one.counted) for one in judged]
            found += judged
        return found

    @property
    def _freezes_panel(self) -> bool:
        return self._policy.mark_changes == "locked" and self._policy.counted_marks == "first_three"

    def _judge(self, versions: list[Row], locked_at: datetime, is_recorded: bool) -> list[Version]:
        """One mark: the first version counts until a change that may count replaces it."""
        judged: list[Version] = []
        standing = 0
        for number, row in enumerate(versions):
            before = versions[standing]
            if number == 0 or self._may_count(row, locked_at, is_recorded):
                judged.append(Version(row, number + 1, "replaced", row))
                standing = number
            elif (row["points"], row["marked_at"]) == (before["points"], before["marked_at"]):
                judged.append(Version(row, number + 1, "repeated", before))
            else:
                why = "after_lock" if row.received_at > locked_at else "without_record"
                judged.append(Version(row, number + 1, why, before))
        last = judged[standing]
        judged[standing] = Version(last.row, last.number, COUNTED, last.counted)
        return judged

    def _may_count(self, row: Row, locked_at: datetime, is_recorded: bool) -> bool:
        if self._policy.mark_changes == "latest":
            return True
        return is_recorded and row.received_at <= locked_at


def _whole_at(marks: Mapping[Key, Iterable[Row]]) -> dict[str, datetime]:
    """When the set of each expert who has one for every criterion was whole."""
    first: dict[str, dict[str, datetime]] = defaultdict(dict)
    for (_, expert, criterion), versions in marks.items():
        if criterion in order.CRITERIA[STAGE]:
            first[expert][criterion] = min(row.first_received_at for row in versions)
    return {
        expert: max(own.values()) for expert, own in first.items() if len(own) == len(order.CRITERIA[STAGE])
    }
