"""Proctoring a second time: Order §5.1, §6.2, A28, A30 (`docs/rules.md`, "Recordings, signals and reviews").

What belongs here: states of recordings and signals, the reviewers' queue, what waits for the working group.
What does not: whether a result counts (`recordings.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from tests.oracle import order
from tests.oracle.decisions import Decisions
from tests.oracle.people import accounts_of
from tests.oracle.reading import Row, Tables, read_landing
from tests.oracle.sittings import Sittings
from tests.oracle.stops import Stops

#: Place in the queue by kind, 1 first; where a length is given, one place earlier from so many seconds on.
SEVERITIES: Mapping[str, int] = {
    **dict.fromkeys(("second_person", "phone", "video_missing", "picture_covered"), 1),
    **dict.fromkeys(("absence", "book", "screen", "sound_missing", "picture_frozen"), 2),
    "speech": 3,
}
#: Controls: how many in a hundred, how many of a stage at least, seconds of each, and the text of the draw.
CONTROL_SHARE, CONTROLS_AT_LEAST, CONTROL_SECONDS = 2, 20, 20
CONTROL_SEED = "20250801"
GRAVER_FROM: Mapping[str, int] = {"absence": 10, "book": 30, "screen": 30, "speech": 30}


@dataclass(frozen=True)
class OracleProctoring:
    """States by number of sitting and of signal, signals to be judged in order, and what waits, as (sitting,
    reason): how many signals, since when; of each sitting that can be a control its number, the second
    at which it begins, and whether it is drawn."""

    recordings: dict[str, str] = field(default_factory=dict)
    signals: dict[str, str] = field(default_factory=dict)
    queue: list[str] = field(default_factory=list)
    waiting: dict[tuple[str, str], tuple[int, datetime]] = field(default_factory=dict)
    controls: dict[str, tuple[str, int, bool]] = field(default_factory=dict)


def run_proctoring_oracle(landing_dir: Path, as_of: datetime) -> OracleProctoring:
    """Proctoring from the landing files as known at `as_of` (aware)."""
    return _Proctoring(read_landing(landing_dir, as_of, as_of), as_of).result()


class _Proctoring:
    def __init__(self, tables: Tables, as_of: datetime) -> None:
        self._tables, self._as_of = tables, as_of
        accounts = accounts_of(tables, as_of)
        self._stops = Stops(tables, accounts)
        self._decisions = Decisions(tables)
        self._sittings = {
            row["sitting_id"]: row
            for row in tables.rows("platform__sittings")
            if row["candidate_no"] in accounts
        }
        self._recorded = {
            number: row for number, row in self._sittings.items() if row["stage_code"] in order.RECORDED
        }
        counting = Sittings(tables)
        self._counted = {
            row["sitting_id"]
            for row in self._recorded.values()
            if counting.attendance(row["candidate_no"], row["stage_code"]).counted is row
        }
        self._reviews: dict[str, list[Row]] = defaultdict(list)
        for review in tables.rows("proctoring__reviews"):
            signal = tables.get("proctoring__signals", review["signal_id"])
            if signal is not None and signal["sitting_id"] == review["sitting_id"]:
                self._reviews[review["signal_id"]].append(review)

    def result(self) -> OracleProctoring:
        """Everything asked."""
        found = OracleProctoring()
        for number in self._recorded:
            found.recordings[number] = self._recording(number)
        signals = [
            row for row in self._tables.rows("proctoring__signals") if row["sitting_id"] in self._sittings
        ]
        for signal in signals:
            found.signals[signal["signal_id"]] = self._state(signal)
        asked = [
            signal
            for signal in signals
            if found.signals[signal["signal_id"]] in ("open", "second_review")
            and not self._is_stopped(signal["sitting_id"])
        ]
        found.queue.extend(signal["signal_id"] for signal in sorted(asked, key=self._place))
        self._wait_for_signals(found, signals)
        self._wait_for_recordings(found)
        self._draw_controls(found, signals)
        return found

    def _draw_controls(self, found: OracleProctoring, signals: Iterable[Row]) -> None:
        flagged = {s["sitting_id"] for s in signals if found.signals[s["signal_id"]] != "superseded"}
        by_stage: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
        for sitting_id, state in found.recordings.items():
            coverage = self._tables.get("proctoring__coverage", sitting_id)
            if state == "seen" and sitting_id not in flagged and coverage is not None:
                seconds = int(coverage["duration_seconds"])
                if coverage["duration_seconds"] > CONTROL_SECONDS:
                    text = f"{CONTROL_SEED}|control|{sitting_id}"
                    key = sha256(text.encode()).hexdigest()
                    room = seconds - CONTROL_SECONDS + 1
                    begins = int(sha256(f"{text}|second".encode()).hexdigest()[:8], 16) * room >> 32
                    by_stage[self._recorded[sitting_id]["stage_code"]].append((key, sitting_id, begins))
        for clean in by_stage.values():
            for place, (key, sitting_id, begins) in enumerate(sorted(clean)):
                is_in_share = int(key[:8], 16) / 2**32 < CONTROL_SHARE / 100
                number = f"{sitting_id}-{sha256(f'control|{sitting_id}'.encode()).hexdigest()[:16]}"
                found.controls[number] = (sitting_id, begins, is_in_share or place < CONTROLS_AT_LEAST)

    def _is_stopped(self, sitting_id: str) -> bool:
        return self._stops.deciding(self._sittings[sitting_id]["candidate_no"], self._as_of) is not None

    def _due_at(self, sitting_id: str) -> datetime:
        """The end of proctoring; who sat later has as long after the end of the sitting."""
        sitting = self._recorded[sitting_id]
        starts_at, ends_at = order.PROCTORING[sitting["stage_code"]]
        return max(ends_at, sitting["finished_at"] + (ends_at - starts_at))

    def _recording(self, sitting_id: str) -> str:
        coverage = self._tables.get("proctoring__coverage", sitting_id)
        if coverage is not None:
            return "inconclusive" if coverage["is_inconclusive"] else "seen"
        return "awaited" if self._as_of < self._due_at(sitting_id) else "missing"

    def _judges(self, signal_id: str) -> tuple[Row | None, Row | None]:
        """The first and the second review that count."""
        reviews = self._reviews.get(signal_id, [])
        first = _latest(row for row in reviews if row["review_round"] == 1)
        if first is None:
            return None, None
        others = (row for row in reviews if row["reviewer_code"] != first["reviewer_code"])
        return first, _latest(row for row in others if row["review_round"] == 2)

    def _state(self, signal: Row) -> str:
        coverage = self._tables.get("proctoring__coverage", signal["sitting_id"])
        is_reviewed = bool(self._reviews.get(signal["signal_id"]))
        if coverage is not None and coverage["run_id"] != signal["run_id"] and not is_reviewed:
            return "superseded"
        first, second = self._judges(signal["signal_id"])
        if first is None:
            return "open"
        said = first["verdict_code"]
        if second is None:
            return "dismissed" if said == "dismissed" else "second_review"
        return said if said == second["verdict_code"] and said != "inconclusive" else "unsettled"

    def _place(self, signal: Row) -> tuple[int, datetime, str, object, str]:
        kind = signal["signal_type_code"]
        is_graver = kind in GRAVER_FROM and signal["duration_seconds"] >= GRAVER_FROM[kind]
        return (
            SEVERITIES[kind] - is_graver,
            self._due_at(signal["sitting_id"]),
            signal["sitting_id"],
            signal["started_seconds"],
            signal["signal_id"],
        )

    def _wait_for_signals(self, found: OracleProctoring, signals: Iterable[Row]) -> None:
        for signal in signals:
            state, sitting_id = found.signals[signal["signal_id"]], signal["sitting_id"]
            if state not in ("confirmed", "unsettled") or self._is_stopped(sitting_id):
                continue
            judged_at = max(row["reviewed_at"] for row in self._judges(signal["signal_id"]) if row)
            if not self._is_decided(sitting_id, judged_at):
                key = (sitting_id, f"signal_{state}")
                count, since = found.waiting.get(key, (0, judged_at))
                found.waiting[key] = (count + 1, min(since, judged_at))

    def _is_decided(self, sitting_id: str, judged_at: datetime) -> bool:
        """Whether the working group decided when the signal had been judged; a reversed exclusion decided."""
        sitting = self._sittings[sitting_id]
        of_stage = [
            decision
            for decision in self._decisions.of(sitting["candidate_no"], "exclude", "accept_recording")
            if decision.row["stage_code"] == sitting["stage_code"]
            and judged_at <= decision.starts_at <= self._as_of
        ]
        return any(
            decision.row["basis_code"] == "proctoring_violation"
            if decision.action == "exclude"
            else decision.is_in_force(self._as_of)
            for decision in of_stage
        )

    def _wait_for_recordings(self, found: OracleProctoring) -> None:
        for sitting_id in self._counted:
            sitting, state = self._recorded[sitting_id], found.recordings[sitting_id]
            accepted = [
                decision
                for decision in self._decisions.in_force(
                    sitting["candidate_no"], self._as_of, "accept_recording"
                )
                if decision.row["stage_code"] == sitting["stage_code"]
            ]
            if state not in ("inconclusive", "missing") or accepted or self._is_stopped(sitting_id):
                continue
            coverage = self._tables.get("proctoring__coverage", sitting_id)
            since = self._due_at(sitting_id) if coverage is None else coverage.received_at
            found.waiting[sitting_id, f"recording_{state}"] = (0, since)


def _latest(reviews: Iterable[Row]) -> Row | None:
    return max(reviews, key=lambda row: (row["reviewed_at"], row["review_id"]), default=None)
