"""The model that the project ships, on drawn scenes it has not seen: floors below what its card states."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from proctoring_jobs.config import config_for_model
from proctoring_jobs.detector import Detector, load_detector
from proctoring_jobs.registry import MODELS, registered
from proctoring_jobs.signals import REQUIRED_LABELS
from proctoring_jobs.training.evaluate import scores_by_light
from proctoring_jobs.training.measure import mean_average_precision
from proctoring_jobs.training.sets import TEST

NAME = "demo-yolo26"


@pytest.fixture(scope="module")
def detector() -> Detector:
    return load_detector(config_for_model(NAME, person_off=0.01, object_off=0.01))


@pytest.fixture(scope="module")
def stated() -> dict:
    return json.loads((MODELS / f"{NAME}.json").read_text())


def test_the_card_is_about_the_shipped_file(stated: dict) -> None:
    assert stated["sha256"] == registered(NAME).sha256
    assert registered(NAME).sha256 in (MODELS / "README.md").read_text()
    assert stated["recipe"]["image_width"] == registered(NAME).image_size


def test_it_knows_scenes_it_has_not_seen(detector: Detector, stated: dict) -> None:
    scores = scores_by_light(detector, TEST, 60)["all"]
    assert mean_average_precision(scores) > stated["mean_average_precision"]["all"] - 0.08
    for label in REQUIRED_LABELS:
        floor = stated["scores"]["all"][label]["average_precision"] - 0.15
        assert scores[label].average_precision > floor, label


def test_batches_change_nothing_that_matters(detector: Detector) -> None:
    from proctoring_jobs.scenes.chance import random_scene
    from proctoring_jobs.scenes.render import draw

    images = [draw(random_scene(f"batch {number}")).image for number in range(5)]
    together = detector.detect(images)
    alone = [detector.detect([image])[0] for image in images]
    for first, second in zip(together, alone, strict=True):
        sure = [[d.label for d in found if d.confidence > 0.5] for found in (first, second)]
        assert sure[0] == sure[1]


def test_it_needs_no_network_and_no_folder_of_its_own(detector: Detector) -> None:
    assert detector.identity.name == NAME
    assert [name for name, _ in detector.identity.libraries] == ["openvino"]
    assert Path(registered(NAME).path).suffix == ".onnx"
