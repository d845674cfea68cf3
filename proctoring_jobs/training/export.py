"""From a trained model to a file that the detector runs: ONNX, small and, unlike `.pt`, no pickle.

Belongs here: export and its settings. Does not belong here: measuring the file (`measure.py`), running it
in production (`detector.py`).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch


def export_onnx(model: Any, image_width: int, path: Path) -> Path:
    """Write the model as ONNX for batches of any size of 4:3 pictures, its end-to-end head inside.

    `nms=False` keeps that head, as `detector.py` asks for it; the default exports the other one, which
    needs a suppression from torchvision.
    """
    os.environ.update(YOLO_AUTOINSTALL="false", YOLO_OFFLINE="true", YOLO_VERBOSE="false")
    from ultralytics import YOLO

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
