"""From a trained model to a file that the detector runs: ONNX, small and, unlike `.pt`, no pickle.

Belongs here: export and its settings. Does not belong here: measuring the file (`measure.py`), running it
in production (`detector.py`).
"""

from __future__ import annotations

import copy
import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch


def export_onnx(model: Any, image_width: int, path: Path) -> Path:
    """Write the model as ONNX for batches of any size of 4:3 pictures, in end-to-end form.

    That is the form that `detector.py` asks for (`nms=False`); the other needs a suppression from
    torchvision. The weights in it are those of the one-to-many head: after a short training it is surer of
    what it sees than the one-to-one head, and what it finds twice, `detector.py` suppresses anyway.
    """
    os.environ.update(YOLO_AUTOINSTALL="false", YOLO_OFFLINE="true", YOLO_VERBOSE="false")
    from ultralytics import YOLO

    head = model.model[-1]
    head.one2one_cv2, head.one2one_cv3 = copy.deepcopy(head.cv2), copy.deepcopy(head.cv3)
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = Path(folder) / "model.pt"
        now = datetime.now(UTC).isoformat()
        torch.save({"model": model.float().eval(), "train_args": {"task": "detect"}, "date": now}, checkpoint)
        size = (image_width * 3 // 4, image_width)
        written = YOLO(str(checkpoint)).export(
            format="onnx", imgsz=size, dynamic=True, simplify=False, nms=False, device="cpu", verbose=False
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(written, path)
    return path
