"""Sets of drawn pictures, by seed, on disk: what the model learns from and what it is measured on.

Belongs here: which seeds a set has, drawing it, reading it back. Seeds are texts that begin with the set's
name, so no scene is ever in two sets; the sample season's recordings begin with yet another name.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from proctoring_jobs.scenes.chance import random_scene
from proctoring_jobs.scenes.parts import HEIGHT, LIGHTINGS, WIDTH
from proctoring_jobs.scenes.render import draw
from proctoring_jobs.signals import REQUIRED_LABELS

logger = logging.getLogger(__name__)

#: Names of the sets. A scene of the set "test" has a seed like "test 12".
TRAIN, VALIDATION, TEST = "train", "validation", "test"


#: Pictures of one file of a set.
SHARD = 500


@dataclass(frozen=True)
class DrawnSet:
    """Pictures (rows × columns × blue-green-red, `uint8`), in each what is there, and under which light.

    `boxes[i]` is k × 5: class number (as in `REQUIRED_LABELS`), left, top, right, bottom in pixels of the
    picture.
    """

    images: Sequence[np.ndarray]
    boxes: Sequence[np.ndarray]
    lightings: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.images)


def draw_set(folder: Path, name: str, count: int, width: int, *, is_balanced: bool = False) -> None:
    """Draw `count` scenes at `width` pixels in files of `SHARD`; files that are there already are left alone.

    A balanced set has the kinds of light in turn, as a comparison by light needs it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for first in range(0, count, SHARD):
        path = _shard(folder, name, first, width)
        if path.exists():
            continue
        numbers = range(first, min(first + SHARD, count))
        drawn = [_drawn(f"{name} {number}", number if is_balanced else None, width) for number in numbers]
        rows = [(place, *box) for place, (_, boxes, _) in enumerate(drawn) for box in boxes]
        temporary = path.with_suffix(".tmp.npz")
        np.savez(
            temporary,
            images=np.stack([image for image, _, _ in drawn]),
            boxes=np.array(rows, np.float32).reshape(-1, 6),
            lightings=np.array([light for _, _, light in drawn]),
        )
        temporary.replace(path)
        logger.info("%s: %s of %s pictures drawn", name, numbers.stop, count)


def read_set(folder: Path, name: str, width: int) -> DrawnSet:
    """All pictures of a set that are drawn so far."""
    images: list[np.ndarray] = []
    boxes: list[np.ndarray] = []
    lightings: list[str] = []
    while (path := _shard(folder, name, len(images), width)).exists():
        with np.load(path) as content:
            pictures, rows = content["images"], content["boxes"]
            lightings += map(str, content["lightings"])
        images += list(pictures)
        boxes += [rows[rows[:, 0] == place][:, 1:] for place in range(len(pictures))]
    return DrawnSet(images, boxes, tuple(lightings))


def _shard(folder: Path, name: str, first: int, width: int) -> Path:
    """File of the pictures from `first` on."""
    return folder / f"{name}-{width}-{first:06}.npz"


def _drawn(seed: str, number: int | None, width: int) -> tuple[np.ndarray, list[tuple[float, ...]], str]:
    """Picture, boxes and light of a seed; the picture is reduced as Ultralytics reduces it."""
    import cv2

    scale = width / WIDTH
    scene = random_scene(seed, None if number is None else LIGHTINGS[number % len(LIGHTINGS)])
    frame = draw(scene)
    image = cv2.resize(frame.image, (width, HEIGHT * width // WIDTH), interpolation=cv2.INTER_LINEAR)
    boxes = [
        (float(REQUIRED_LABELS.index(found.label)), *(side * scale for side in found.box))
        for found in frame.boxes
    ]
    return image, boxes, scene.light.kind
