"""The oracle with itself: a generated season published by acts, act after act.

What belongs here: what must hold of any season (`docs/rules.md`, "Publication"). What does not: hand-worked
cases (`tests/unit/oracle/test_publication.py`), and the warehouse (`test_oracle.py`).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from ingestion.sample_season import write_season
from tests.oracle import next_list, order
from tests.oracle.reading import Row, Table, Tables, read_landing
from tests.oracle.season import compute

AFTER_THE_SEASON = datetime(2025, 12, 1, tzinfo=UTC)
#: Restatements are for the working group to order in time; here the freeze is out of the way.
NO_FREEZE = -100_000


class Played:
    """A landing folder and the acts upon it."""

    def __init__(self, landing: Path) -> None:
        self._landing = landing
        self._whole = read_landing(landing, AFTER_THE_SEASON, AFTER_THE_SEASON)
        self._acts: Table = {}
        self._lists: Table = {}

    def known(self, at: datetime) -> Tables:
        """The rows received by a moment, acts included."""
        read = self._whole if at >= AFTER_THE_SEASON else read_landing(self._landing, at, at)
        ledger = {"publication__acts": dict(self._acts), "publication__lists": dict(self._lists)}
        return Tables({**read.by_feed, **ledger}, read.superseded)

    def publish(self, stage_code: str, at: datetime, kind: str = "whole") -> None:
        """The next version of a stage's list."""
        rows = next_list(self.known(at), stage_code, at, kind, freeze_hours=NO_FREEZE)
        number, version = len(self._acts) + 1, rows[0]["version"]
        act = {"act_no": number, "stage_code": stage_code, "version": version, "acted_at": at}
        act["kind_code"] = "published" if version == 1 else "restated"
        self._acts[(number,)] = Row(act, at, at, 0)
        for row in rows:
            self._lists[number, row["candidate_no"]] = Row({**row, "act_no": number}, at, at, 0)


def test_a_season_by_acts(tmp_path: Path) -> None:
    write_season(tmp_path, size=80, seed=4)
    played = Played(tmp_path)
    for stage in order.STAGES:
        before = compute(played.known(stage.published_at), stage.published_at)
        played.publish(stage.code, stage.published_at)
        after = compute(played.known(stage.published_at), stage.published_at)
        assert after.at(stage.code) == before.at(stage.code), "at its planned moment a list says what it was"
        assert not any(code == stage.code for code, _ in after.drift)
        assert after.cutoffs == before.cutoffs
    provisional = compute(read_landing(tmp_path, AFTER_THE_SEASON, AFTER_THE_SEASON), AFTER_THE_SEASON)
    frozen = compute(played.known(AFTER_THE_SEASON), AFTER_THE_SEASON)
    assert frozen.drift, "the season holds corrections that came after a list"
    assert frozen.results != provisional.results
    for number, stage in enumerate(order.STAGES):
        played.publish(stage.code, AFTER_THE_SEASON + timedelta(minutes=number))
    later = AFTER_THE_SEASON + timedelta(hours=1)
    restated = compute(played.known(later), later)
    assert not restated.drift
    assert restated.results == provisional.results, "restated in order, the season is today's"
    assert restated.cutoffs == provisional.cutoffs


def test_only_late_takes_nothing_from_anybody(tmp_path: Path) -> None:
    write_season(tmp_path, size=80, seed=4)
    played = Played(tmp_path)
    for stage in order.STAGES:
        played.publish(stage.code, stage.published_at)
    before = compute(played.known(AFTER_THE_SEASON), AFTER_THE_SEASON)
    for number, stage in enumerate(order.STAGES):
        played.publish(stage.code, AFTER_THE_SEASON + timedelta(minutes=number), "only_late")
    later = AFTER_THE_SEASON + timedelta(hours=1)
    after = compute(played.known(later), later)
    for stage in order.STAGES:
        listed = before.at(stage.code)
        added = {who for who, result in after.at(stage.code).items() if result != listed.get(who)}
        statuses = {after.results[stage.code, who].status for who in added if who in listed}
        assert statuses <= {"supernumerary"}
