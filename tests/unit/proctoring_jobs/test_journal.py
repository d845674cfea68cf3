from __future__ import annotations

import json
import logging
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.errors import ManifestInvalidError, RetryableProctoringError
from proctoring_jobs.journal import JOURNAL, Journal, measured_rate
from proctoring_jobs.session import SittingReport
from proctoring_jobs.worker import Failure, FailureKind, SittingOutcome

CONFIG = ProctoringConfig()


def outcome(name: str, *, video: int = 3600, unseen: int = 0, **more: Any) -> SittingOutcome:
    report = SittingReport(
        name, Path("x"), Decimal(video), Decimal(unseen), Decimal(0), 1, 0, {"absence": 1}, ()
    )
    return SittingOutcome(name, report, **({"core_seconds": 200.0, "taken_seconds": 240.0} | more))


def entries(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / JOURNAL).read_text().splitlines()]


def test_a_line_for_each_sitting_and_no_finding_in_it(tmp_path: Path) -> None:
    journal = Journal(tmp_path, CONFIG)
    assert not (tmp_path / JOURNAL).exists()
    journal.note(outcome("A"))
    journal.note(outcome("B", is_already_done=True))
    failure = Failure(FailureKind.WORKER, "worker_died", {"attempts": "3", "detail": "exit -9"})
    journal.note(SittingOutcome("C", failure=failure, attempt=3))
    found = entries(tmp_path)
    assert [(e["sitting_id"], e["status"], e["attempt"]) for e in found] == [
        ("A", "done", 1),
        ("B", "already_done", 1),
        ("C", "failed", 3),
    ]
    assert found[2]["message_key"] == "worker_died"
    assert {e["config_hash"] for e in found} == {CONFIG.config_hash()}
    assert "absence" not in (tmp_path / JOURNAL).read_text()


def test_the_rate_counts_a_core_as_taken_while_it_waits(tmp_path: Path) -> None:
    journal = Journal(tmp_path, CONFIG)
    journal.note(outcome("A"))
    journal.note(outcome("B", unseen=1800, core_seconds=120.0, taken_seconds=60.0))
    journal.note(outcome("C", is_already_done=True))
    rate = measured_rate(tmp_path)
    assert rate.rate == pytest.approx(5400 / 360)
    assert (rate.count_sittings, rate.video_seconds) == (2, 5400)
    assert rate.busy_share == pytest.approx(320 / 360)


def test_only_the_latest_settings_count(tmp_path: Path) -> None:
    Journal(tmp_path, CONFIG).note(outcome("A", taken_seconds=9999.0))
    Journal(tmp_path, ProctoringConfig(sample_rate=Decimal(2))).note(outcome("A"))
    assert measured_rate(tmp_path).rate == pytest.approx(3600 / 240)


def test_a_torn_line_spoils_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    journal = Journal(tmp_path, CONFIG)
    journal.note(outcome("A"))
    with (tmp_path / JOURNAL).open("a") as stream:
        stream.write('{"sitting_id": "B", "sta')
    journal.note(outcome("C"))
    with caplog.at_level(logging.WARNING):
        assert measured_rate(tmp_path).count_sittings == 2
    assert "1 lines cannot be read" in caplog.text


def test_nothing_measured_is_told(tmp_path: Path) -> None:
    with pytest.raises(ManifestInvalidError, match="plan_not_measured"):
        measured_rate(tmp_path)
    Journal(tmp_path, CONFIG).note(outcome("A", is_already_done=True))
    with pytest.raises(ManifestInvalidError, match="plan_not_measured"):
        measured_rate(tmp_path)


def test_failing_storage_is_told(tmp_path: Path) -> None:
    (tmp_path / ".run").touch()
    with pytest.raises(RetryableProctoringError, match="storage_failed"):
        Journal(tmp_path, CONFIG).note(outcome("A"))
