from __future__ import annotations

import logging
from pathlib import Path

import pytest

from proctoring_jobs.config import ProctoringConfig, config_for_model, load_config
from proctoring_jobs.detector import load_detector, verified_weights
from proctoring_jobs.errors import ConfigInvalidError, WeightsRefusedError
from proctoring_jobs.manifest import file_sha256
from proctoring_jobs.registry import by_hash, registered, registered_models

DEMO = "demo-yolo26"


def test_the_registry_says_what_each_model_knows_and_is_for() -> None:
    models = registered_models()
    assert {name: model.is_production for name, model in models.items()} == {"yolo26n": True, DEMO: False}
    assert all(model.knows and model.source and model.image_size for model in models.values())


def test_the_shipped_file_is_the_registered_one() -> None:
    model = registered(DEMO)
    assert file_sha256(model.path) == model.sha256
    assert model.path.stat().st_size < 6_000_000
    assert by_hash(model.sha256) == model
    assert by_hash("") is None


def test_a_named_model_brings_file_hash_and_size() -> None:
    model = registered(DEMO)
    config = load_config(None, {"PROCTORING_MODEL": DEMO, "PROCTORING_BATCH_SIZE": "4"})
    assert (config.weights, config.weights_sha256) == (model.path, model.sha256)
    assert (config.image_size, config.batch_size) == (model.image_size, 4)
    assert verified_weights(config) == model.path
    assert load_config(None, {"PROCTORING_MODEL": DEMO, "PROCTORING_IMAGE_SIZE": "320"}).image_size == 320


def test_the_hash_of_the_results_follows_the_weights_not_their_name() -> None:
    named = config_for_model(DEMO)
    spelt = ProctoringConfig(
        weights=named.weights, weights_sha256=named.weights_sha256, image_size=named.image_size
    )
    assert named.config_hash() == spelt.config_hash()


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(ConfigInvalidError) as raised:
        load_config(None, {"PROCTORING_MODEL": "yolo99"})
    assert (raised.value.message_key, raised.value.params["model"]) == ("model_unknown", "yolo99")


def test_a_file_of_another_hash_is_another_model(tmp_path: Path) -> None:
    other = tmp_path / "other.onnx"
    other.write_bytes(registered(DEMO).path.read_bytes()[:-1])
    with pytest.raises(WeightsRefusedError) as raised:
        load_detector(config_for_model(DEMO, weights=other))
    assert raised.value.message_key == "weights_unknown_hash"
    with pytest.raises(ConfigInvalidError):
        config_for_model(DEMO, weights=other, weights_sha256=file_sha256(other))


def test_a_model_that_is_not_shipped_needs_its_hash_configured(tmp_path: Path) -> None:
    with pytest.raises(WeightsRefusedError) as raised:
        load_detector(config_for_model("yolo26n"))
    assert raised.value.message_key == "weights_not_configured"
    weights = tmp_path / "yolo26n.pt"
    weights.write_bytes(b"x")
    config = config_for_model("yolo26n", weights=weights, weights_sha256=file_sha256(weights))
    assert verified_weights(config) == weights


def test_the_demo_model_warns_that_it_is_not_for_people(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        load_detector(config_for_model(DEMO))
    assert "no model for recordings of people" in caplog.text
