"""Sound of recordings, from file to likelihoods of speech, and through a whole sitting."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from proctoring_jobs import sound
from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.containers import DecodeStats
from proctoring_jobs.detector import ModelIdentity
from proctoring_jobs.errors import RecordingUnreadableError, WeightsRefusedError
from proctoring_jobs.manifest import RecordingFile, SittingManifest, read_manifest
from proctoring_jobs.scenes.recording import BROWSER_VP8, MadeRecording, RecordingForm, write_recording
from proctoring_jobs.scenes.script import KnownIncident, SceneScript
from proctoring_jobs.session import SittingReport, run_sitting
from proctoring_jobs.signals import Detection
from proctoring_jobs.sound import SpeechModel, hearings, sound_stretches
from tests.unit.proctoring_jobs.videos import ALONE, steady, write_sound, write_video

SCRIPT = SceneScript("talk", 24, (KnownIncident("speech", 8, 13),))
APART = RecordingForm(".webm", "libvpx", "libopus", (("live", "1"),), sound="apart")


class SomebodyDetector:
    """Sees one person in every picture."""

    identity = ModelIdentity("somebody", "0" * 64)

    def detect(self, images: Sequence[np.ndarray]) -> list[tuple[Detection, ...]]:
        return [(Detection("person", 0.9, (0, 0, 10, 10)),) for _ in images]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> MadeRecording:
    """A drawn sitting of 24 seconds in which somebody speaks from 8 to 13."""
    return write_recording(SCRIPT, tmp_path_factory.mktemp("talk"), "S1", BROWSER_VP8)


def run(manifest: SittingManifest, out: Path, **settings: object) -> tuple[SittingReport, list[tuple]]:
    config = ProctoringConfig(**settings)  # type: ignore[arg-type]
    report = run_sitting(manifest, config, SomebodyDetector(), out)
    rows = pq.read_table(report.path).to_pylist()
    return report, [
        (row["signal_type_code"], float(row["started_seconds"]), float(row["duration_seconds"]))
        for row in rows
    ]


def test_speech_is_found_where_it_is(made: MadeRecording, tmp_path: Path) -> None:
    report, rows = run(read_manifest(made.manifest), tmp_path)
    ((kind, started, length),) = rows
    assert kind == "speech"
    assert (started, started + length) == (pytest.approx(8, abs=0.5), pytest.approx(13, abs=0.7))
    assert (report.unheard_seconds, report.problems, report.is_inconclusive) == (0, (), False)
    (code,) = pq.read_table(report.path)["model_code"].to_pylist()
    assert "silero_vad_16k_sequence/sha256-" in code
    assert "somebody" not in code


def test_sound_in_a_file_of_its_own_is_the_same(tmp_path: Path) -> None:
    apart = write_recording(SCRIPT, tmp_path / "apart", "S1", APART)
    manifest = read_manifest(apart.manifest)
    assert len(manifest.files) == 2
    report, rows = run(manifest, tmp_path)
    ((kind, started, length),) = rows
    assert kind == "speech"
    assert (started, started + length) == (pytest.approx(8, abs=0.5), pytest.approx(13, abs=0.7))
    assert not report.is_inconclusive


def test_ignored_sound_says_nothing_and_is_another_configuration(made: MadeRecording, tmp_path: Path) -> None:
    report, rows = run(read_manifest(made.manifest), tmp_path, sound="ignored")
    assert (rows, report.is_inconclusive) == ([], False)
    assert ProctoringConfig().config_hash() != ProctoringConfig(sound="ignored").config_hash()


def test_a_recording_without_sound_is_inconclusive_where_sound_is_expected(tmp_path: Path) -> None:
    path = write_video(tmp_path / "silent.webm", steady([(ALONE, 12)]))
    manifest = SittingManifest("S1", Decimal(12), (RecordingFile(path),))
    report, rows = run(manifest, tmp_path)
    assert rows == [("sound_missing", 0, 12)]
    assert (report.unheard_seconds, report.unseen_seconds, report.is_inconclusive) == (12, 0, True)
    report, rows = run(manifest, tmp_path, sound="if_there")
    assert (rows, report.is_inconclusive) == ([], False)


def test_sound_alone_leaves_the_picture_missing(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "sound.webm", 12)
    report, rows = run(SittingManifest("S1", Decimal(12), (RecordingFile(path),)), tmp_path)
    assert rows == [("video_missing", 0, 12)]
    assert (report.problems, report.unheard_seconds, report.is_inconclusive) == ((), 0, True)


def test_a_hole_in_the_sound_is_a_hole_in_what_is_heard(tmp_path: Path) -> None:
    import av

    path = tmp_path / "hole.mka"
    from fractions import Fraction

    with av.open(str(path), "w", format="matroska") as container:
        stream = container.add_stream("pcm_s16le", rate=16_000, layout="mono")
        for first in (0, 20):
            for number in range(30):
                frame = av.AudioFrame.from_ndarray(np.zeros((1, 1600), np.int16), format="s16", layout="mono")
                frame.sample_rate, frame.time_base = 16_000, Fraction(1, 16_000)
                frame.pts = first * 16_000 + number * 1600
                container.mux(stream.encode(frame))
        container.mux(stream.encode())
    stretches = list(sound_stretches(path, stats=DecodeStats()))
    assert [(float(s.at_seconds), s.samples.size) for s in stretches] == [(0, 48_000), (20, 48_000)]
    times = [float(h.at_seconds) for h in hearings(path, SpeechModel(), stats=DecodeStats())]
    assert max(t for t in times if t < 10) < 3.01
    assert min(t for t in times if t > 10) == 20


def test_likelihoods_do_not_depend_on_how_many_are_asked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from proctoring_jobs.scenes.sound import speech

    samples = speech(5, 1)
    whole = SpeechModel().probabilities(samples)
    monkeypatch.setattr(sound, "BLOCK", 7)
    assert np.allclose(SpeechModel().probabilities(samples), whole, atol=1e-5)
    assert whole.size == -(-samples.size // 512)
    assert SpeechModel().probabilities(samples[:0]).size == 0


def test_another_model_than_the_one_tried_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound, "_SHA256", "0" * 64)
    with pytest.raises(WeightsRefusedError, match="weights_unknown_hash"):
        SpeechModel().probabilities(np.zeros(512, np.float32))


@pytest.mark.parametrize("content", [None, b"", b"no recording"])
def test_what_is_no_recording_is_said(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x.webm"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RecordingUnreadableError):
        list(hearings(path, SpeechModel(), stats=DecodeStats()))
