"""The detector on processors: an ONNX file run by OpenVINO, one thread, 32-bit numbers.

Belongs here: pictures into the model's input, its output into detections. Does not belong here: which file
and whether it may be used (`detector.py`), training and export (`training/`).

OpenVINO reads ONNX as it is, also one with int8 weights and activations (QDQ). It would choose bfloat16 in
silence where the processor has it, and results would differ between machines: the precision is set. More
cores are used by more processes, one recording each (`engines/`), not by threads: as fast, and the same
numbers.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.errors import WeightsRefusedError
from proctoring_jobs.signals import REQUIRED_LABELS, Detection, ModelIdentity, suppress_duplicates

if TYPE_CHECKING:
    import numpy as np

#: Sides of the input are multiples of this, as YOLO's are; what a picture does not fill has this grey.
STRIDE, FILL = 32, 114

#: Settings of the compiled model that decide its numbers.
EXACT = {
    "INFERENCE_NUM_THREADS": 1,
    "NUM_STREAMS": 1,
    "INFERENCE_PRECISION_HINT": "f32",
    "EXECUTION_MODE_HINT": "ACCURACY",
}


class OpenVinoDetector:
    """YOLO26 in its end-to-end form: input pictures × 3 × rows × columns, output pictures × boxes × 6."""

    def __init__(self, weights: Path, config: ProctoringConfig) -> None:
        self._weights, self._config = weights, config
        self._labels = _labels(self._model, weights.name)
        lacking = [label for label in REQUIRED_LABELS if label not in self._labels.values()]
        if lacking:
            raise WeightsRefusedError("weights_classes", file=weights.name, lacking=", ".join(lacking))
        if not _gives_boxes(self._model):
            raise WeightsRefusedError("weights_output", file=weights.name)
        self._batch, _, rows, columns = _fixed_sizes(self._model)
        self._sides = (rows, columns) if rows and columns else None

    @property
    def identity(self) -> ModelIdentity:
        """Which model this is."""
        import openvino

        version = str(openvino.__version__).split("-")[0]
        return ModelIdentity(self._weights.stem, self._config.weights_sha256, (("openvino", version),))

    def detect(self, images: Sequence[np.ndarray]) -> list[tuple[Detection, ...]]:
        """Detections of each picture, classes of the rules only, duplicates removed.

        Pictures of one size are inferred together; boxes are in the pixels of the picture given.
        """
        import numpy as np

        same_size: dict[tuple[int, int], list[int]] = defaultdict(list)
        for place, image in enumerate(images):
            same_size[image.shape[:2]].append(place)
        found: dict[int, tuple[Detection, ...]] = {}
        for (rows, columns), places in same_size.items():
            fit = Fit.of(rows, columns, self._config.image_size, self._sides)
            batch = np.stack([fit.filled(images[place]) for place in places])
            values = np.ascontiguousarray(batch[..., ::-1].transpose(0, 3, 1, 2), np.float32) / 255
            for place, boxes in zip(places, self._inferred(values), strict=True):
                found[place] = suppress_duplicates(self._detections(boxes, fit), self._config.duplicate_iou)
        return [found[place] for place in range(len(images))]

    def _inferred(self, values: np.ndarray) -> Iterator[np.ndarray]:
        """Boxes of each picture; a model exported for a fixed number of pictures gets so many at once."""
        import numpy as np

        size = self._batch or len(values)
        for first in range(0, len(values), size):
            part = values[first : first + size]
            lacking = size - len(part)
            filled = np.concatenate([part, np.repeat(part[-1:], lacking, 0)]) if lacking else part
            yield from self._compiled(filled)[0][: len(part)]

    def _detections(self, boxes: np.ndarray, fit: Fit) -> list[Detection]:
        """Rows of (left, top, right, bottom, confidence, class) of one picture as detections."""
        kept = boxes[boxes[:, 4] >= self._config.confidence_floor]
        found = []
        for *corners, confidence, number in kept.tolist():
            label = self._labels.get(int(number))
            if label in REQUIRED_LABELS:
                found.append(Detection(label, confidence, fit.back(corners)))
        return found

    @cached_property
    def _model(self) -> Any:
        """The model as OpenVINO reads it; a file that is none is refused."""
        import openvino

        try:
            return openvino.Core().read_model(str(self._weights))
        except RuntimeError as error:
            raise WeightsRefusedError("weights_unreadable", file=self._weights.name) from error

    @cached_property
    def _compiled(self) -> Any:
        """The model ready to run."""
        import openvino

        return openvino.Core().compile_model(self._model, "CPU", EXACT)


class Fit:
    """How a picture lies in the model's input: scaled as large as it fits, sides filled up around it."""

    def __init__(self, rows: int, columns: int, scale: float, sides: tuple[int, int] | None = None) -> None:
        self.scale, self._from = scale, (rows, columns)
        self.rows, self.columns = max(1, round(rows * scale)), max(1, round(columns * scale))
        whole = -(-self.rows // STRIDE) * STRIDE, -(-self.columns // STRIDE) * STRIDE
        self.height, self.width = sides or whole
        self.top, self.left = (self.height - self.rows) // 2, (self.width - self.columns) // 2

    @classmethod
    def of(cls, rows: int, columns: int, size: int, sides: tuple[int, int] | None = None) -> Fit:
        """The fit of a picture of so many rows and columns into an input whose longest side is `size`.

        `sides` (rows, columns) are those of a model that was exported for one size only; then it is that.
        """
        if sides is None:
            return cls(rows, columns, size / max(rows, columns))
        return cls(rows, columns, min(sides[0] / rows, sides[1] / columns), sides)

    def filled(self, image: np.ndarray) -> np.ndarray:
        """The picture in the form of the input (`uint8`, blue-green-red)."""
        import cv2
        import numpy as np

        if image.shape[:2] != (self.rows, self.columns):
            image = cv2.resize(image, (self.columns, self.rows), interpolation=cv2.INTER_LINEAR)
        if (self.height, self.width) == (self.rows, self.columns):
            return image
        whole = np.full((self.height, self.width, 3), FILL, np.uint8)
        whole[self.top : self.top + self.rows, self.left : self.left + self.columns] = image
        return whole

    def back(self, corners: Sequence[float]) -> tuple[float, float, float, float]:
        """A box of the input in the pixels of the picture, cut off at its edges."""
        rows, columns = self._from
        left, top, right, bottom = corners
        return (
            min(max((left - self.left) / self.scale, 0.0), columns),
            min(max((top - self.top) / self.scale, 0.0), rows),
            min(max((right - self.left) / self.scale, 0.0), columns),
            min(max((bottom - self.top) / self.scale, 0.0), rows),
        )


def _fixed_sizes(model: Any) -> list[int | None]:
    """Pictures, channels, rows and columns of the input; `None` where the model takes any number."""
    shape = model.inputs[0].partial_shape
    return [size.get_length() if size.is_static else None for size in shape]


def _gives_boxes(model: Any) -> bool:
    """Whether there is one output of pictures × boxes × 6."""
    if len(model.outputs) != 1 or model.inputs[0].partial_shape.rank.get_length() != 4:
        return False
    shape = model.outputs[0].partial_shape
    return bool(shape.rank.get_length() == 3 and shape[2].is_static and shape[2].get_length() == 6)


def _labels(model: Any, name: str) -> dict[int, str]:
    """Names of the classes, as Ultralytics writes them into the file; a model without them is refused."""
    try:
        framework = model.rt_info["framework"]
        written = ast.literal_eval(str(framework["names"].value))
        return {int(number): str(label) for number, label in dict(written).items()}
    except (RuntimeError, KeyError, ValueError, SyntaxError) as error:
        raise WeightsRefusedError("weights_unreadable", file=name) from error
