from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from pathlib import Path

import av
import pytest

from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.controls import Control, ControlsCut, cut_controls
from proctoring_jobs.manifest import RecordingFile, SittingManifest
from proctoring_jobs.retention_files import evidence_holdings
from proctoring_jobs.session import run_sitting
from tests.unit.proctoring_jobs.videos import ALONE, TWO, BrightnessDetector, steady, write_video

CONFIG = ProctoringConfig(batch_size=4, sound="if_there")
CONTROL = Control("S1-c0ffee", "S1", Decimal(9), Decimal(6))


@pytest.fixture
def sitting(tmp_path: Path) -> tuple[Path, SittingManifest]:
    """A sitting of two pieces in which somebody else is seen once; gone through."""
    first = write_video(tmp_path / "a.webm", steady([(ALONE, 8)]))
    second = write_video(tmp_path / "b.webm", steady([(ALONE, 12), (TWO, 4), (ALONE, 6)]))
    files = (RecordingFile(first), RecordingFile(second, Decimal(8)))
    manifest = SittingManifest("S1", Decimal(30), files)
    run_sitting(manifest, CONFIG, BrightnessDetector(), tmp_path / "out")
    return tmp_path / "out", manifest


def index(out: Path) -> dict:
    return json.loads((out / "evidence" / "S1" / "evidence.json").read_text())


def length(path: Path) -> float:
    with av.open(str(path)) as clip:
        return max(float(packet.pts * packet.time_base) for packet in clip.demux(video=0) if packet.pts)


def test_the_stretch_is_cut_from_its_piece_and_noted(sitting: tuple[Path, SittingManifest]) -> None:
    out, manifest = sitting
    before = index(out)
    assert cut_controls(out, [CONTROL], {"S1": manifest}) == ControlsCut(cut=("S1-c0ffee",))
    content = index(out)
    assert content["signals"][:-1] == before["signals"], "signals stay as they are"
    assert {k: v for k, v in content.items() if k != "signals"} == {
        k: v for k, v in before.items() if k != "signals"
    }
    item = content["signals"][-1]
    assert (item["signal_id"], item["frame"], item["rule"]) == ("S1-c0ffee", None, {})
    file = out / "evidence" / "S1" / item["clip"]["file"]
    assert hashlib.sha256(file.read_bytes()).hexdigest() == item["clip"]["sha256"]
    begins = Decimal(item["clip"]["started_seconds"])
    assert Decimal(8) <= begins <= Decimal(9), "from the keyframe before it on, in its own piece"
    assert length(file) >= 6


def test_cutting_again_changes_nothing(sitting: tuple[Path, SittingManifest]) -> None:
    out, manifest = sitting
    cut_controls(out, [CONTROL], {"S1": manifest})
    before = (out / "evidence" / "S1" / "evidence.json").read_bytes()
    assert cut_controls(out, [CONTROL], {"S1": manifest}) == ControlsCut(already=("S1-c0ffee",))
    assert (out / "evidence" / "S1" / "evidence.json").read_bytes() == before
    next((out / "evidence" / "S1").glob("S1-c0ffee.*")).unlink()
    assert cut_controls(out, [CONTROL], {"S1": manifest}).cut == ("S1-c0ffee",)
    assert [one["signal_id"] for one in index(out)["signals"]].count("S1-c0ffee") == 1


def test_what_cannot_be_cut_is_said_and_stops_no_other(sitting: tuple[Path, SittingManifest]) -> None:
    out, manifest = sitting
    unknown = Control("S2-1", "S2", Decimal(1), Decimal(2))
    beyond = Control("S1-2", "S1", Decimal(500), Decimal(2))
    made = cut_controls(out, [unknown, beyond, CONTROL], {"S1": manifest})
    assert made == ControlsCut(
        cut=("S1-c0ffee",), left_out=(("S2-1", "control_no_evidence"), ("S1-2", "clip_no_keyframe"))
    )
    assert cut_controls(out, [Control("S1-3", "S1", Decimal(9), Decimal(2))], {}).left_out == (
        ("S1-3", "recording_not_found"),
    )


def test_the_clip_is_deleted_with_the_evidence_of_its_sitting(sitting: tuple[Path, SittingManifest]) -> None:
    out, manifest = sitting
    cut_controls(out, [CONTROL], {"S1": manifest})
    [holding] = evidence_holdings(out)
    assert any("S1-c0ffee" in file for file in holding.files)
