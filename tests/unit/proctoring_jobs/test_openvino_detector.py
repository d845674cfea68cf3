"""The backends agree: OpenVINO on its own, and Ultralytics on ONNX Runtime, which share no code of ours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from proctoring_jobs.config import ProctoringConfig, config_for_model
from proctoring_jobs.detector import Detector, backend_of, load_detector
from proctoring_jobs.errors import WeightsRefusedError
from proctoring_jobs.manifest import file_sha256
from proctoring_jobs.openvino_detector import Fit
from proctoring_jobs.scenes.chance import random_scene
from proctoring_jobs.scenes.render import draw
from proctoring_jobs.signals import REQUIRED_LABELS, Detection, intersection_over_union

MODEL = "demo-yolo26"


@pytest.fixture(scope="module")
def images() -> list[np.ndarray]:
    return [draw(random_scene(f"backend {number}")).image for number in range(12)]


@pytest.fixture(scope="module")
def detector() -> Detector:
    return load_detector(config_for_model(MODEL))


def same(first: tuple[Detection, ...], second: tuple[Detection, ...]) -> bool:
    """Whether every sure thing of one is in the other, at the same place and nearly as sure."""
    return all(
        any(
            one.label == other.label
            and abs(one.confidence - other.confidence) < 0.02
            and intersection_over_union(one.box, other.box) > 0.95
            for other in second
        )
        for one in first
        if one.confidence > 0.4
    )


def test_it_sees_what_ultralytics_sees(detector: Detector, images: list[np.ndarray]) -> None:
    other = load_detector(config_for_model(MODEL, backend="onnxruntime"))
    ours, theirs = detector.detect(images), other.detect(images)
    assert sum(len(found) for found in ours) > 12
    for first, second in zip(ours, theirs, strict=True):
        assert same(first, second), (first, second)
        assert same(second, first), (first, second)


def test_pictures_do_not_depend_on_their_neighbours(detector: Detector, images: list[np.ndarray]) -> None:
    cut = images[0][:300, :300]
    mixed = detector.detect([images[0], cut, images[1]])
    assert same(mixed[1], detector.detect([cut])[0])
    assert same(mixed[2], detector.detect([images[1]])[0])
    assert detector.detect([]) == []


def test_boxes_of_a_long_picture_are_in_its_pixels(detector: Detector, images: list[np.ndarray]) -> None:
    image = images[1]
    wide = np.full((480, 900, 3), 114, np.uint8)
    wide[:, 130:770] = image
    people = [d for d in detector.detect([wide])[0] if d.label == "person" and d.confidence > 0.5]
    alone = [d for d in detector.detect([image])[0] if d.label == "person" and d.confidence > 0.5]
    assert people and alone
    moved = (alone[0].box[0] + 130, alone[0].box[1], alone[0].box[2] + 130, alone[0].box[3])
    assert intersection_over_union(people[0].box, moved) > 0.6


@pytest.mark.parametrize(
    ("rows", "columns", "inside", "whole"),
    [
        (480, 640, (288, 384), (288, 384)),
        (480, 900, (205, 384), (224, 384)),
        (640, 480, (384, 288), (384, 288)),
    ],
)
def test_a_picture_fits_in_the_middle_of_the_input(
    rows: int, columns: int, inside: tuple, whole: tuple
) -> None:
    fit = Fit.of(rows, columns, 384)
    assert ((fit.rows, fit.columns), (fit.height, fit.width)) == (inside, whole)
    assert fit.filled(np.zeros((rows, columns, 3), np.uint8)).shape == (*whole, 3)
    left, top, right, bottom = fit.back((fit.left, fit.top, fit.left + fit.columns, fit.top + fit.rows))
    assert (left, top) == (0, 0)
    assert (right, bottom) == (pytest.approx(columns), pytest.approx(rows, abs=2))
    assert fit.back((-50, -50, 9999, 9999)) == (0, 0, columns, rows)


def test_the_backend_follows_from_file_and_device() -> None:
    onnx, pt = ProctoringConfig(weights=Path("a.onnx")), ProctoringConfig(weights=Path("a.pt"))
    assert (backend_of(onnx), backend_of(pt)) == ("openvino", "torch")
    assert backend_of(ProctoringConfig(weights=Path("a.engine"), device="cuda:0")) == "tensorrt"
    assert backend_of(ProctoringConfig(weights=Path("a.onnx"), device="cuda:0")) == "onnxruntime"
    for config in (
        ProctoringConfig(weights=Path("a.pt"), backend="openvino"),
        ProctoringConfig(weights=Path("a.onnx"), backend="openvino", device="cuda:0"),
    ):
        with pytest.raises(WeightsRefusedError) as raised:
            backend_of(config)
        assert raised.value.message_key == "weights_backend"


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    weights = tmp_path / "w.onnx"
    weights.write_bytes(b"no model at all")
    with pytest.raises(WeightsRefusedError) as raised:
        load_detector(ProctoringConfig(weights=weights, weights_sha256=file_sha256(weights)))
    assert raised.value.message_key == "weights_unreadable"


def _fixed(folder: Path, pictures: int, rows: int, columns: int) -> ProctoringConfig:
    """The shipped model as an export for one size gives it."""
    model = onnx.load(str(config_for_model(MODEL).weights))
    shape = model.graph.input[0].type.tensor_type.shape
    for place, size in enumerate((pictures, 3, rows, columns)):
        shape.dim[place].dim_value = size
    path = folder / f"fixed {pictures} {rows}.onnx"
    onnx.save(model, str(path))
    return ProctoringConfig(weights=path, weights_sha256=file_sha256(path), image_size=640)


@pytest.mark.parametrize("pictures", [1, 4, 16])
def test_a_model_for_one_size_sees_the_same(
    detector: Detector, images: list[np.ndarray], tmp_path: Path, pictures: int
) -> None:
    fixed = load_detector(_fixed(tmp_path, pictures, 288, 384)).detect(images[:6])
    for first, second in zip(detector.detect(images[:6]), fixed, strict=True):
        assert same(first, second) and same(second, first), (first, second)


def test_a_square_model_has_boxes_in_the_pictures_pixels(
    detector: Detector, images: list[np.ndarray], tmp_path: Path
) -> None:
    square = load_detector(_fixed(tmp_path, 1, 384, 384)).detect(images)
    found = [
        any(intersection_over_union(one.box, other.box) > 0.7 for other in others if other.label == "person")
        for ones, others in zip(detector.detect(images), square, strict=True)
        for one in ones
        if one.label == "person" and one.confidence > 0.6
    ]
    assert len(found) > 8 and sum(found) >= 0.9 * len(found)


@pytest.mark.parametrize("columns", [84, 7])
def test_a_model_that_leaves_boxes_to_others_is_refused(tmp_path: Path, columns: int) -> None:
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    values = helper.make_tensor("values", kind, (1, 300, columns), np.zeros(300 * columns, np.float32))
    graph = helper.make_graph(
        [helper.make_node("Constant", [], ["output0"], value=values)],
        "another head",
        [helper.make_tensor_value_info("images", kind, (1, 3, 64, 64))],
        [helper.make_tensor_value_info("output0", kind, (1, 300, columns))],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.helper.set_model_props(model, {"names": str(dict(enumerate(REQUIRED_LABELS)))})
    path = tmp_path / "head.onnx"
    onnx.save(model, str(path))
    with pytest.raises(WeightsRefusedError) as raised:
        load_detector(ProctoringConfig(weights=path, weights_sha256=file_sha256(path)))
    assert raised.value.message_key == "weights_output"
