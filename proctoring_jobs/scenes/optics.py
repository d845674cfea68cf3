"""Light and lens: what turns a drawing into something like the picture of a webcam.

Belongs here: brightness, direction and colour of light, blur, noise, blocks and JPEG, covered lenses. Does
not belong here: shapes. Noise comes from a bank that is made once with a fixed seed, so that a picture
costs milliseconds.
"""

from __future__ import annotations

import random
from functools import cache

import cv2
import numpy as np

from proctoring_jobs.scenes.canvas import Canvas
from proctoring_jobs.scenes.parts import HEIGHT, WIDTH, Camera, Light, Scene

BANK_HEIGHT, BANK_WIDTH = HEIGHT + 64, WIDTH + 64


def lit(canvas: Canvas, light: Light) -> np.ndarray:
    """The drawing under its light, `float32`; what shines by itself keeps most of its brightness."""
    gain = _gain(canvas, light)
    gain += (1 - np.minimum(gain, 1)) * canvas.glow * np.float32(0.85 / 255)
    picture = canvas.image.astype(np.float32)
    for channel, factor in enumerate(_tint(light)):
        picture[..., channel] *= gain * np.float32(factor)
    return picture


def photographed(picture: np.ndarray, camera: Camera, grain: int, seed: int) -> np.ndarray:
    """Contrast, loss of resolution, blur, noise of a camera's `grain`, compression; `uint8`."""
    if camera.contrast != 1:
        picture = (picture - 118) * camera.contrast + 118
    if camera.block > 0:
        small = cv2.resize(
            picture, None, fx=1 - camera.block, fy=1 - camera.block, interpolation=cv2.INTER_AREA
        )
        picture = cv2.resize(small, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
    if camera.blur > 0.25:
        picture = cv2.GaussianBlur(picture, (0, 0), camera.blur)
    if camera.noise > 0:
        picture = cv2.scaleAdd(_noise(grain, seed), camera.noise, picture)
    result = cv2.convertScaleAbs(np.maximum(picture, 0))
    if camera.quality:
        data = cv2.imencode(".jpg", result, [cv2.IMWRITE_JPEG_QUALITY, camera.quality])[1]
        result = cv2.imdecode(data, cv2.IMREAD_COLOR)
    return result


def covered(picture: np.ndarray, scene: Scene) -> np.ndarray:
    """The picture with a hand or tape before the lens: a dark, blurred mass comes in from one side."""
    rng = random.Random(f"cover {scene.room.seed}")
    colours = ((8, 10, 18), (14, 22, 52), (16, 16, 16), (10, 24, 34))
    colour = np.array(rng.choice(colours), np.float32) * min(1.0, scene.light.gain)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    a = rng.uniform(0, 6.28)
    along = ((x - WIDTH / 2) * np.cos(a) + (y - HEIGHT / 2) * np.sin(a)) / 400
    share = np.clip((scene.cover * 3.2 - 1.1 - along) / 0.5, 0, 1)[..., None]
    lump = 1 + 0.25 * np.sin(x / 190 + a)[..., None] + 0.2 * along[..., None]
    return (picture * (1 - share) + colour * lump * share).astype(np.float32)


def _tint(light: Light) -> tuple[float, float, float]:
    """Factors of blue, green, red for the warmth of the light."""
    return (1 - 0.22 * light.warmth, 1.0, 1 + 0.16 * light.warmth)


def _gain(canvas: Canvas, light: Light) -> np.ndarray:
    """Brightness of each pixel."""
    x, y, fall = _grid()
    gain: np.ndarray = np.float32(light.gain) * fall
    if light.kind == "side":
        gain = gain * (1 + light.direction * light.strength * 0.8 * x)
    elif light.kind == "back":
        solid = cv2.GaussianBlur((canvas.owner > 0).astype(np.float32), (0, 0), 2.0)
        gain = gain * (1.25 - light.strength * (0.4 + 0.45 * solid))
        centre = np.exp(-((x - light.direction * 0.6) ** 2 + (y + 0.7) ** 2) * 1.6)
        gain = gain * (1 + centre * 0.9 * light.strength)
    elif light.kind == "dark":
        gain = gain * (1 - 0.35 * light.strength * (x * light.direction + 1) / 2)
    return gain.astype(np.float32)


@cache
def _grid() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Coordinates from -1 to 1 and the fall of brightness towards the corners."""
    y, x = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j].astype(np.float32)  # type: ignore[misc]
    return x, y, (1 - 0.1 * (x * x + y * y)).astype(np.float32)


@cache
def _bank() -> list[np.ndarray]:
    """Fields of noise with variance 1: fine, and coarse as cheap sensors have it."""
    rng = np.random.default_rng(20250701)
    fields = []
    for n in range(5):
        field: np.ndarray = rng.standard_normal((BANK_HEIGHT, BANK_WIDTH, 3)).astype(np.float32)
        if n > 1:
            field = cv2.GaussianBlur(field, (0, 0), 0.8)
            field = field / field.std()
        fields.append(field)
    return fields


def _noise(grain: int, seed: int) -> np.ndarray:
    """A window of a field, so that no two pictures have the same noise."""
    rng, field = random.Random(f"noise {seed}"), _bank()[grain % len(_bank())]
    y, x = rng.randrange(BANK_HEIGHT - HEIGHT), rng.randrange(BANK_WIDTH - WIDTH)
    return field[y : y + HEIGHT, x : x + WIDTH]
