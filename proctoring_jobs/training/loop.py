"""Training itself: a narrow YOLO26, its own losses, AdamW, an average of the weights.

Belongs here: everything that knows torch while training. Does not belong here: drawing (`sets.py`),
measuring (`measure.py`). Ultralytics' own trainer is not used: it needs torchvision, validates after every
epoch, and counts epochs where here the clock decides.

One thread and bfloat16: on two cores shared with others, two threads wait for each other (measured, 225
instead of 75 ms a picture).
"""

from __future__ import annotations

import copy
import logging
import math
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from proctoring_jobs.signals import REQUIRED_LABELS
from proctoring_jobs.training.sets import DrawnSet

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Recipe:
    """How the model is trained.

    `width` is the share of YOLO26's channels, `image_width` pixels, `rate` of learning. Until the share
    `small_until` of the time, pictures are reduced by `small_scale`: cheaper steps while the model learns
    what things look like.
    """

    width: float = 0.1875
    depth: float = 0.5
    image_width: int = 384
    batch: int = 8
    rate: float = 2.5e-3
    last_rate: float = 2.5e-5
    weight_decay: float = 5e-4
    warm_up_steps: int = 300
    average: float = 0.9985
    minutes: float = 50
    seed: int = 26
    threads: int = 1
    small_until: float = 0.55
    small_scale: float = 2 / 3


@dataclass
class Progress:
    """Where training stands."""

    steps: int = 0
    seconds: float = 0.0


def build_model(recipe: Recipe) -> Any:
    """A YOLO26 of this width with random weights, for the classes of the rules."""
    os.environ.update(YOLO_AUTOINSTALL="false", YOLO_OFFLINE="true", YOLO_VERBOSE="false")
    import yaml
    from ultralytics.cfg import get_cfg
    from ultralytics.nn.tasks import DetectionModel
    from ultralytics.utils import ROOT

    torch.manual_seed(recipe.seed)
    plan = yaml.safe_load((ROOT / "cfg/models/26/yolo26.yaml").read_text())
    plan["scales"], plan["scale"] = {"n": [recipe.depth, recipe.width, 1024]}, "n"
    model = DetectionModel(plan, ch=3, nc=len(REQUIRED_LABELS), verbose=False)
    model.args = get_cfg(overrides={"epochs": 100})
    model.names = dict(enumerate(REQUIRED_LABELS))
    return model


def train(recipe: Recipe, read: Callable[[], DrawnSet], checkpoint: Path) -> tuple[Any, Progress]:
    """Train for `minutes` of the clock and give back the averaged model; goes on from a checkpoint.

    `read` gives the pictures drawn so far and is asked again before each pass, so that drawing may still go
    on.
    """
    torch.set_num_threads(recipe.threads)
    model = build_model(recipe).to(memory_format=torch.channels_last)
    averaged = copy.deepcopy(model).eval()
    optimizer = torch.optim.AdamW(_groups(model, recipe.weight_decay), recipe.rate, fused=True)
    progress = Progress()
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        averaged.load_state_dict(state["averaged"])
        optimizer.load_state_dict(state["optimizer"])
        progress = Progress(state["steps"], state["seconds"])
    model.train()
    model.criterion = model.init_criterion()
    batches = _batches(recipe, read, progress.steps)
    saved = progress.seconds
    while progress.seconds < recipe.minutes * 60:
        began = time.monotonic()
        share = progress.seconds / (recipe.minutes * 60)
        loss = _step(model, optimizer, next(batches), recipe, progress.steps, share)
        _average(averaged, model, recipe.average, progress.steps)
        progress.steps += 1
        progress.seconds += time.monotonic() - began
        if progress.steps % 50 == 0:
            logger.info("step %s, %.1f minutes, loss %s", progress.steps, progress.seconds / 60, loss)
        if progress.seconds - saved > 120 or progress.seconds >= recipe.minutes * 60:
            saved = progress.seconds
            _save(checkpoint, model, averaged, optimizer, progress)
    return averaged, progress


def averaged_model(recipe: Recipe, checkpoint: Path) -> tuple[Any, Progress]:
    """The averaged model of a checkpoint."""
    state = torch.load(checkpoint, weights_only=True)
    model = build_model(recipe)
    model.load_state_dict(state["averaged"])
    return model.eval(), Progress(state["steps"], state["seconds"])


def _step(
    model: Any, optimizer: Any, batch: dict, recipe: Recipe, step: int, share: float
) -> dict[str, float]:
    """One step; `share` of the time that has passed sets rate and the balance of the two heads."""
    rate = recipe.last_rate + (recipe.rate - recipe.last_rate) * (1 + math.cos(math.pi * share)) / 2
    for group in optimizer.param_groups:
        group["lr"] = rate * min(1.0, (step + 1) / recipe.warm_up_steps)
    heads = model.criterion
    heads.o2m = 0.8 + (heads.final_o2m - 0.8) * share
    heads.o2o = heads.total - heads.o2m
    if share < recipe.small_until:
        batch["img"] = torch.nn.functional.interpolate(
            batch["img"], scale_factor=recipe.small_scale, mode="bilinear", antialias=True
        )
    with torch.autocast("cpu", dtype=torch.bfloat16):
        predicted = model(batch["img"])
    loss, items = heads(_in_float32(predicted), batch)
    loss.sum().backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 10.0)
    optimizer.step()
    optimizer.zero_grad()
    return {name: round(float(value), 3) for name, value in items.items()}


def _in_float32(predicted: Any) -> Any:
    """Predictions in full precision: in bfloat16 a corner 40 cells away is known to a quarter cell.

    Boxes of small things, and with them which prediction counts as theirs, would be rounded away.
    """
    if isinstance(predicted, dict):
        return {name: _in_float32(value) for name, value in predicted.items()}
    if isinstance(predicted, (list, tuple)):
        return [_in_float32(value) for value in predicted]
    return predicted.float()


def _batches(recipe: Recipe, read: Callable[[], DrawnSet], skip: int) -> Iterator[dict[str, torch.Tensor]]:
    """Endless batches: every picture once before any comes again, half mirrored, brighter or darker."""
    rng = np.random.default_rng((recipe.seed, skip))
    while True:
        pictures = read()
        height, width = pictures.images[0].shape[:2]
        logger.info("a pass over %s pictures", len(pictures))
        order = rng.permutation(len(pictures))
        for first in range(0, len(order) - recipe.batch + 1, recipe.batch):
            images, rows = [], []
            for place, number in enumerate(order[first : first + recipe.batch]):
                image, boxes = pictures.images[number], pictures.boxes[number].copy()
                if rng.random() < 0.5:
                    image = cv2.flip(image, 1)
                    boxes[:, [1, 3]] = width - boxes[:, [3, 1]]
                images.append(cv2.convertScaleAbs(image, alpha=rng.uniform(0.85, 1.15)))
                rows += [(place, *row) for row in boxes]
            yield _tensors(images, np.array(rows, np.float32).reshape(-1, 6), width, height)


def _tensors(images: list[np.ndarray], rows: np.ndarray, width: int, height: int) -> dict[str, torch.Tensor]:
    """A batch as Ultralytics' losses expect it: red-green-blue of 0–1, boxes as centre and size of 0–1."""
    pixels = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).flip(1).float() / 255
    left, top, right, bottom = (torch.from_numpy(rows[:, n]) for n in range(2, 6))
    boxes = torch.stack(
        [
            (left + right) / 2 / width,
            (top + bottom) / 2 / height,
            (right - left) / width,
            (bottom - top) / height,
        ],
        1,
    )
    return {
        "img": pixels.contiguous(memory_format=torch.channels_last),
        "cls": torch.from_numpy(rows[:, 1:2]),
        "bboxes": boxes,
        "batch_idx": torch.from_numpy(rows[:, 0]),
    }


def _groups(model: Any, decay: float) -> list[dict[str, Any]]:
    """Parameters with and without decay: scales and shifts have none."""
    matrices = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    return [{"params": matrices, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]


@torch.no_grad()
def _average(averaged: Any, model: Any, decay: float, step: int) -> None:
    """Move the averaged weights towards the current ones, faster in the beginning."""
    d = decay * (1 - math.exp(-(step + 1) / 300))
    current = model.state_dict()
    pairs = [(v, current[name]) for name, v in averaged.state_dict().items() if v.dtype.is_floating_point]
    torch._foreach_lerp_([old for old, _ in pairs], [new for _, new in pairs], 1 - d)


def _save(path: Path, model: Any, averaged: Any, optimizer: Any, progress: Progress) -> None:
    """Write a checkpoint whole or not at all."""
    temporary = path.with_suffix(".tmp")
    torch.save(
        {
            "model": model.state_dict(),
            "averaged": averaged.state_dict(),
            "optimizer": optimizer.state_dict(),
            "steps": progress.steps,
            "seconds": progress.seconds,
        },
        temporary,
    )
    temporary.replace(path)
