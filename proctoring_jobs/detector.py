"""What is in a picture: the detector's interface, which backend runs which file, and YOLO26 by Ultralytics.

Belongs here: checking weights, choosing the backend; the only importer of `ultralytics`, and only when a
detector is loaded. Does not belong here: OpenVINO (`openvino_detector.py`), what detections mean
(`signals.py`, `incidents.py`). No face is recognised here, no gaze, no emotion: classes of things only.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.errors import RetryableProctoringError, WeightsRefusedError
from proctoring_jobs.manifest import file_sha256
from proctoring_jobs.registry import by_hash
from proctoring_jobs.signals import REQUIRED_LABELS, Detection, ModelIdentity, suppress_duplicates

if TYPE_CHECKING:
    import numpy as np

logger = logging.getLogger(__name__)

#: Weights format → the backends that run it, the first by default.
BACKENDS = {".onnx": ("openvino", "onnxruntime"), ".pt": ("torch",), ".engine": ("tensorrt",)}


class Detector(Protocol):
    """Finds things in pictures. The same pictures in the same batches give the same detections."""

    @property
    def identity(self) -> ModelIdentity:
        """Which model this is; part of every row it leads to."""
        ...

    def detect(self, images: Sequence[np.ndarray]) -> list[tuple[Detection, ...]]:
        """Detections of each picture (blue-green-red rows × columns × 3 of `uint8`), one object once."""
        ...


def verified_weights(config: ProctoringConfig) -> Path:
    """The configured weights file, once its SHA-256 is the configured one; raises `WeightsRefusedError`.

    Checked before any library opens the file: a `.pt` file is a pickle and can run code.
    """
    path = config.weights
    if path is None or not config.weights_sha256:
        raise WeightsRefusedError("weights_not_configured")
    if path.suffix.lower() not in BACKENDS:
        raise WeightsRefusedError("weights_format", file=path.name, known=", ".join(BACKENDS))
    try:
        found = file_sha256(path)
    except FileNotFoundError as error:
        raise WeightsRefusedError("weights_absent", file=path) from error
    except OSError as error:
        raise RetryableProctoringError("storage_failed", file=path, detail=error.strerror) from error
    if found != config.weights_sha256:
        raise WeightsRefusedError("weights_unknown_hash", file=path.name, found=found)
    return path


def load_detector(config: ProctoringConfig) -> Detector:
    """The detector of the configuration; raises `WeightsRefusedError` before anything heavy is imported."""
    weights = verified_weights(config)
    known = by_hash(config.weights_sha256)
    if known and not known.is_production:
        logger.warning("model %s is no model for recordings of people: it knows %s", known.name, known.knows)
    if backend_of(config) == "openvino":
        from proctoring_jobs.openvino_detector import OpenVinoDetector

        return OpenVinoDetector(weights, config)
    return YoloDetector(weights, config)


def backend_of(config: ProctoringConfig) -> str:
    """Which library runs the configured weights; raises `WeightsRefusedError` for one that cannot.

    "auto" is OpenVINO for ONNX on a processor, which is the fastest there; on another device ONNX Runtime.
    """
    suffix = (config.weights or Path()).suffix.lower()
    able = BACKENDS.get(suffix, ())
    if config.backend == "auto":
        is_elsewhere = suffix == ".onnx" and config.device != "cpu"
        return "onnxruntime" if is_elsewhere else able[0]
    if config.backend not in able or (config.backend == "openvino" and config.device != "cpu"):
        raise WeightsRefusedError(
            "weights_backend",
            file=suffix,
            backend=config.backend,
            known=", ".join(able),
            device=config.device,
        )
    return config.backend


class YoloDetector:
    """Ultralytics YOLO26 on lists of frames, offline, without the library's own suppression of boxes."""

    def __init__(self, weights: Path, config: ProctoringConfig) -> None:
        self._config = config
        yolo = _import_yolo()
        self._model = yolo(str(weights), task="detect")
        names = set(self._model.names.values())
        lacking = [label for label in REQUIRED_LABELS if label not in names]
        if lacking:
            raise WeightsRefusedError("weights_classes", file=weights.name, lacking=", ".join(lacking))
        libraries = ("ultralytics", backend_of(config))
        versions = tuple((name, str(import_module(name).__version__)) for name in libraries)
        self._identity = ModelIdentity(weights.stem, config.weights_sha256, versions)
        logger.info("detector ready: %s", self._identity)

    @property
    def identity(self) -> ModelIdentity:
        """Which model this is."""
        return self._identity

    def detect(self, images: Sequence[np.ndarray]) -> list[tuple[Detection, ...]]:
        """Detections of each picture, classes of the rules only, duplicates removed.

        `nms=False` keeps the end-to-end head's own boxes; the default runs an external suppression that needs
        torchvision. That head repeats objects, so a plain suppression follows before anybody counts people.
        """
        if not images:
            return []
        config = self._config
        results = self._model.predict(
            list(images),
            imgsz=config.image_size,
            conf=config.confidence_floor,
            device=config.device,
            nms=False,
            verbose=False,
        )
        return [suppress_duplicates(_detections(result), config.duplicate_iou) for result in results]


def _detections(result: Any) -> list[Detection]:
    """Boxes of one picture, of the classes the rules know."""
    boxes = result.boxes
    rows = zip(boxes.cls.tolist(), boxes.conf.tolist(), boxes.xyxy.tolist(), strict=True)
    found = [(result.names[int(label)], score, box) for label, score, box in rows]
    return [Detection(label, score, tuple(box)) for label, score, box in found if label in REQUIRED_LABELS]


def _import_yolo() -> Any:
    """Import Ultralytics so that it neither installs packages, nor calls home, nor writes to the console."""
    os.environ.update(YOLO_AUTOINSTALL="false", YOLO_OFFLINE="true", YOLO_VERBOSE="false")
    from ultralytics import YOLO

    return YOLO
