"""Proctoring in the warehouse against the oracle: states, queue, what waits, and the sums of the reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC
from pathlib import Path

import pytest

from ingestion.sample_season import write_season
from tests.oracle.order import local
from tests.oracle.proctoring import OracleProctoring, run_proctoring_oracle
from tests.support.season import AFTER_THE_SEASON, CompiledProject, TestSeason, open_season

#: While the text test is gone through; before and after the list of the situational task; after the season.
MOMENTS = {
    "text": local(2025, 8, 6, 12),
    "situational": local(2025, 8, 20, 12),
    "after": AFTER_THE_SEASON,
}
Built = tuple[TestSeason, OracleProctoring]


@pytest.fixture(scope="module")
def season(compiled_project: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> TestSeason:
    """A landed season with every scenario."""
    folder = tmp_path_factory.mktemp("proctoring")
    write_season(folder / "landing", size=250, seed=12)
    opened = open_season(compiled_project, folder / "home", folder / "landing")
    opened.land()
    return opened


@pytest.fixture(scope="module")
def built(season: TestSeason) -> Callable[[str], Built]:
    """The season as of a moment, and the oracle's; each built when it is first asked for, one at a time."""
    held: dict[str, OracleProctoring] = {}

    def at(name: str) -> Built:
        if list(held) != [name]:
            held.clear()
            season.build(MOMENTS[name])
            held[name] = run_proctoring_oracle(Path(season.config.landing_dir), MOMENTS[name])
        return season, held[name]

    return at


@pytest.mark.parametrize("moment", MOMENTS)
def test_states_queue_and_decisions_are_the_oracles(built: Callable[[str], Built], moment: str) -> None:
    season, oracle = built(moment)
    recordings = season.query("select sitting_id, recording_state_code from core.fct_proctoring_coverage")
    assert dict(recordings) == oracle.recordings
    signals = season.query("select signal_id, signal_state_code from core.fct_proctoring_signals")
    assert dict(signals) == oracle.signals
    queue = season.query("select signal_id from reporting.rpt_proctoring_queue order by queue_order")
    assert [signal for (signal,) in queue] == oracle.queue
    waiting = season.query(
        "select sitting_id, decision_reason_code, count_signals, since_at"
        " from reporting.rpt_proctoring_decisions"
    )
    ours = {(sitting, why): (count, since.replace(tzinfo=UTC)) for sitting, why, count, since in waiting}
    assert ours == oracle.waiting
    controls = season.query(
        "select control_id, sitting_id, started_seconds, is_drawn from core.fct_proctoring_controls"
    )
    assert {number: tuple(rest) for number, *rest in controls} == oracle.controls
    items = season.query("select item_id, is_control from reporting.rpt_proctoring_review_items")
    assert sorted(item for item, is_control in items if not is_control) == sorted(oracle.queue)
    assert {item for item, is_control in items if is_control} <= {
        number for number, (_, _, is_drawn) in oracle.controls.items() if is_drawn
    }
    _progress_adds_up(season, oracle)


def _progress_adds_up(season: TestSeason, oracle: OracleProctoring) -> None:
    (totals,) = season.query("""
        select sum(count_sittings), sum(count_gone_through), sum(count_inconclusive), sum(count_missing),
            sum(count_awaited), sum(count_signals), sum(count_signals_confirmed),
            sum(count_signals_superseded), sum(count_recordings_to_decide), sum(count_signals_to_decide)
        from reporting.rpt_proctoring_progress
    """)
    states, signals = Counter(oracle.recordings.values()), Counter(oracle.signals.values())
    waiting = Counter({"recording": 0, "signal": 0})
    for (_, reason), (count, _) in oracle.waiting.items():
        waiting[reason.split("_")[0]] += count or 1
    assert totals == (
        len(oracle.recordings),
        states["seen"] + states["inconclusive"],
        states["inconclusive"],
        states["missing"],
        states["awaited"],
        len(oracle.signals),
        signals["confirmed"],
        signals["superseded"],
        waiting["recording"],
        waiting["signal"],
    )
    kinds = season.query("select sum(count_signals) from reporting.rpt_proctoring_signal_types")
    assert (kinds[0][0] or 0) == len(oracle.signals)
    groups = season.query(
        "select group_kind_code, sum(count_sittings) from reporting.rpt_proctoring_groups group by all"
    )
    assert dict(groups) == dict.fromkeys(("sex", "language", "region"), len(oracle.recordings))


def test_the_season_shows_every_state(built: Callable[[str], Built]) -> None:
    _, during = built("text")
    assert {"open", "seen", "awaited"} <= {*during.signals.values(), *during.recordings.values()}
    _, afterwards = built("after")
    assert set(afterwards.recordings.values()) == {"seen", "inconclusive", "missing"}
    assert set(afterwards.signals.values()) == {
        *("open", "second_review", "dismissed", "confirmed", "unsettled", "superseded")
    }
    assert {reason for _, reason in afterwards.waiting} == {
        *("signal_confirmed", "signal_unsettled", "recording_inconclusive", "recording_missing")
    }


def test_seconds_are_those_of_the_coverage(built: Callable[[str], Built]) -> None:
    season, _ = built("after")
    found = season.query("""
        select sum(f.seen_seconds) = sum(c.seen_seconds) and sum(f.heard_seconds) = sum(c.heard_seconds),
            bool_and(f.seen_seconds <= f.duration_seconds), count(*) > 0,
            bool_and(f.seen_seconds = 0) filter (where f.recording_state_code = 'missing')
        from core.fct_proctoring_coverage as f
        left join staging.stg_proctoring__coverage as c on f.sitting_id = c.sitting_id
    """)
    assert found == [(True, True, True, True)]
