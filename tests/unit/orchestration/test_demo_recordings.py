"""Recordings of the demo: for which sittings, where, and that what is played in them is delivered."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration import demo_recordings
from orchestration.demo import DemoSeason, _claim_home
from orchestration.errors import OrchestrationError, UserError
from orchestration.settings import Settings


def _land(settings: Settings, folder: str, feed: str, sittings: list[str]) -> None:
    path = settings.landing_dir / folder / f"proctoring__{feed}__text_test.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({"sitting_id": sittings}), path)


def test_sittings_in_which_nothing_was_found_come_in_their_order(settings: Settings) -> None:
    _land(settings, "2025-08-08T140000", "coverage", ["S-3", "S-1", "S-4"])
    _land(settings, "2025-08-09T140000", "coverage", ["S-2", "S-1"])
    _land(settings, "2025-08-08T140000", "signals", ["S-2", "S-2"])
    assert demo_recordings.sittings_without_signals(settings.landing_dir) == ["S-1", "S-3", "S-4"]


def test_a_season_without_proctoring_has_no_recordings(settings: Settings) -> None:
    assert demo_recordings.sittings_without_signals(settings.landing_dir) == []
    _land(settings, "2025-08-08T140000", "coverage", ["S-1"])
    assert demo_recordings.sittings_without_signals(settings.landing_dir) == ["S-1"]


def test_nothing_is_drawn_among_real_recordings(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _land(settings, "2025-08-08T140000", "coverage", ["S-1"])
    elsewhere = tmp_path.parent / "real recordings"
    object.__setattr__(settings, "recordings_dir", elsewhere)
    with pytest.raises(UserError, match="real recordings"):
        demo_recordings.write_demo_recordings(settings, 1)
    assert not elsewhere.exists()


def test_what_is_played_is_found_and_delivered_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_recordings, "SECONDS", 16)
    monkeypatch.setattr(demo_recordings, "PLAYED", (("h264", (("absence", 5, 11),)),))
    _land(settings, "2025-08-08T140000", "coverage", ["S-1", "S-2"])
    assert demo_recordings.write_demo_recordings(settings, 1) == 1
    demo_recordings.run_demo_recordings(settings)
    (delivered,) = settings.landing_dir.glob("*/proctoring__signals__*.parquet")
    rows = pq.read_table(delivered).to_pylist()
    assert [(row["sitting_id"], row["signal_type_code"]) for row in rows] == [("S-1", "absence")]
    assert "demo-yolo26" in rows[0]["model_code"]
    files = sorted(settings.landing_dir.rglob("*.parquet"))
    assert demo_recordings.write_demo_recordings(settings, 1) == 0
    demo_recordings.run_demo_recordings(settings)
    assert sorted(settings.landing_dir.rglob("*.parquet")) == files


def test_a_recording_that_cannot_be_gone_through_is_said(settings: Settings) -> None:
    folder = settings.recordings_dir / "S-1"
    folder.mkdir(parents=True)
    (folder / "S-1.json").write_text("{")
    with pytest.raises(OrchestrationError, match="S-1"):
        demo_recordings.run_demo_recordings(settings)


def test_a_demo_begun_anew_has_no_recordings_of_before(settings: Settings) -> None:
    _claim_home(settings, DemoSeason(300, 1, None), anew=False)
    (settings.recordings_dir / "S-1").mkdir(parents=True)
    (settings.proctoring_dir / "evidence").mkdir(parents=True)
    _claim_home(settings, DemoSeason(300, 1, None), anew=True)
    assert not settings.recordings_dir.exists() and not settings.proctoring_dir.exists()
