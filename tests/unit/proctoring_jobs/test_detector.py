from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.detector import load_detector, verified_weights
from proctoring_jobs.errors import WeightsRefusedError
from proctoring_jobs.manifest import file_sha256
from proctoring_jobs.signals import REQUIRED_LABELS


def refusal(config: ProctoringConfig) -> str:
    with pytest.raises(WeightsRefusedError) as raised:
        load_detector(config)
    return raised.value.message_key


def test_weights_of_unknown_hash_are_refused_unopened(tmp_path: Path) -> None:
    weights = tmp_path / "w.pt"
    weights.write_bytes(b"a pickle that nobody vouched for")
    assert refusal(ProctoringConfig(weights=weights, weights_sha256="0" * 64)) == "weights_unknown_hash"


def test_weights_must_be_configured_with_their_hash(tmp_path: Path) -> None:
    weights = tmp_path / "w.pt"
    weights.write_bytes(b"x")
    assert refusal(ProctoringConfig()) == "weights_not_configured"
    assert refusal(ProctoringConfig(weights=weights)) == "weights_not_configured"
    assert (
        refusal(ProctoringConfig(weights=tmp_path / "none.pt", weights_sha256="0" * 64)) == "weights_absent"
    )
    assert refusal(ProctoringConfig(weights=tmp_path / "w.bin", weights_sha256="0" * 64)) == "weights_format"


def test_known_weights_pass(tmp_path: Path) -> None:
    weights = tmp_path / "w.onnx"
    weights.write_bytes(b"x")
    config = ProctoringConfig(weights=weights, weights_sha256=file_sha256(weights))
    assert verified_weights(config) == weights


def test_refusing_loads_no_inference_library() -> None:
    code = (
        "import sys, proctoring_jobs.session, proctoring_jobs.detector as d, proctoring_jobs.config as c\n"
        "try: d.load_detector(c.ProctoringConfig())\n"
        "except d.WeightsRefusedError: pass\n"
        "heavy = {'torch', 'ultralytics', 'av', 'pyarrow', 'numpy', 'duckdb', 'dagster'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """YOLO26 with random weights: it sees nonsense, but in the shape that real weights do."""
    folder = tmp_path_factory.mktemp("weights")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YOLO_CONFIG_DIR", str(folder))
        from proctoring_jobs.detector import _import_yolo

        yolo = _import_yolo()
        import torch

        torch.manual_seed(26)
        model = yolo("yolo26n.yaml")
    model.model.names = dict(enumerate([*REQUIRED_LABELS, *(f"other{number}" for number in range(76))]))
    model.save(str(folder / "random.pt"))
    model.model.names = {number: f"other{number}" for number in range(80)}
    model.save(str(folder / "blind.pt"))
    return folder / "random.pt"


def config_for(weights: Path) -> ProctoringConfig:
    return ProctoringConfig(
        weights=weights,
        weights_sha256=file_sha256(weights),
        image_size=64,
        person_on=0.001,
        person_off=0,
        object_on=0.001,
        object_off=0,
    )


def test_real_architecture_detects_in_batches_the_same_every_time(weights: Path) -> None:
    detector = load_detector(config_for(weights))
    images = [np.random.default_rng(seed).integers(0, 255, (48, 64, 3), dtype=np.uint8) for seed in range(3)]
    first = detector.detect(images)
    assert len(first) == 3
    assert first == detector.detect(images)
    found = [detection for picture in first for detection in picture]
    assert found
    assert all(d.label in REQUIRED_LABELS and 0 <= d.confidence <= 1 and len(d.box) == 4 for d in found)
    assert detector.detect([]) == []
    assert detector.identity.name == "random"
    assert [name for name, _ in detector.identity.libraries] == ["ultralytics", "torch"]


def test_a_model_blind_to_a_class_is_refused(weights: Path) -> None:
    assert refusal(config_for(weights.with_name("blind.pt"))) == "weights_classes"
