"""A picture being drawn, with a second one beside it that knows which pixel belongs to whom.

Belongs here: shapes on pixels, anti-aliased, in local coordinates that may be turned, stretched and
slanted. Does not belong here: what the shapes mean (`people.py`, `things.py`, `rooms.py`).

Coordinates of a `Pen` are local, in units that its user chooses; a matrix takes them to pixels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from proctoring_jobs.scenes.parts import HEIGHT, WIDTH, Colour, Point

#: Fractional bits of coordinates given to OpenCV: a sixteenth of a pixel, so that slow movements are smooth.
SHIFT = 4
ONE = 1 << SHIFT

_ARC = np.linspace(0, 2 * math.pi, 28, endpoint=False)
CIRCLE = np.stack([np.cos(_ARC), np.sin(_ARC)], axis=1)


class Canvas:
    """A picture of `HEIGHT` × `WIDTH`, who owns each pixel (0: nobody), how much it shines by itself."""

    def __init__(self) -> None:
        self.image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        self.owner = np.zeros((HEIGHT, WIDTH), np.uint8)
        self.glow = np.zeros((HEIGHT, WIDTH), np.uint8)
        self.full_area: dict[int, int] = {}

    def new_owner(self) -> int:
        """The next free number of an owner."""
        owner = len(self.full_area) + 1
        self.full_area[owner] = 0
        return owner

    def finish(self, owner: int) -> None:
        """Remember how many pixels an owner has now, before anything is drawn over it."""
        self.full_area[owner] = int(np.count_nonzero(self.owner == owner))

    def pen(self, owner: int = 0) -> Pen:
        """A pen in pixels of the picture."""
        return Pen(self, np.eye(2), np.zeros(2), owner)


class Pen:
    """Draws shapes for one owner, in local coordinates: pixel = matrix · local + origin."""

    def __init__(self, canvas: Canvas, matrix: np.ndarray, origin: np.ndarray, owner: int) -> None:
        self.canvas, self.matrix, self.origin, self.owner = canvas, matrix, origin, owner
        self.scale = math.sqrt(abs(float(np.linalg.det(matrix))))

    def at(
        self,
        x: float,
        y: float,
        *,
        scale: float = 1.0,
        angle: float = 0.0,
        slant: float = 1.0,
        narrow: float = 1.0,
    ) -> Pen:
        """A pen at a local point: narrowed, scaled, turned by degrees, then flattened to `slant`."""
        a = math.radians(angle)
        turned = scale * np.array([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]])
        matrix = self.matrix @ np.diag([1.0, slant]) @ turned @ np.diag([narrow, 1.0])
        return Pen(self.canvas, matrix, self.pixels([(x, y)])[0], self.owner)

    def pixels(self, points: Sequence[Point] | np.ndarray) -> np.ndarray:
        """Local points as pixels of the picture."""
        return np.asarray(points, float) @ self.matrix.T + self.origin

    def shape(self, points: Sequence[Point] | np.ndarray, colour: Colour, glow: int = 0) -> None:
        """A filled polygon."""
        at = np.round(np.clip(self.pixels(points), -4000, 4000) * ONE).astype(np.int32)
        cv2.fillPoly(self.canvas.image, [at], colour, cv2.LINE_AA, SHIFT)
        cv2.fillPoly(self.canvas.owner, [at], self.owner, cv2.LINE_8, SHIFT)
        cv2.fillPoly(self.canvas.glow, [at], glow, cv2.LINE_8, SHIFT)

    def ellipse(self, x: float, y: float, rx: float, ry: float, colour: Colour, glow: int = 0) -> None:
        """A filled ellipse around a point."""
        self.shape(CIRCLE * (rx, ry) + (x, y), colour, glow)

    def box(
        self, x0: float, y0: float, x1: float, y1: float, colour: Colour, *, r: float = 0.0, glow: int = 0
    ) -> None:
        """A filled rectangle, its corners rounded by `r`."""
        if r <= 0:
            self.shape([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], colour, glow)
            return
        self.shape(rounded(x0, y0, x1, y1, r), colour, glow)

    def line(self, points: Sequence[Point] | np.ndarray, width: float, colour: Colour) -> None:
        """An open line of a local width, one pixel at least."""
        at = np.round(np.clip(self.pixels(points), -4000, 4000) * ONE).astype(np.int32)
        thick = max(1, round(width * self.scale))
        cv2.polylines(self.canvas.image, [at], False, colour, thick, cv2.LINE_AA, SHIFT)
        cv2.polylines(self.canvas.owner, [at], False, self.owner, thick, cv2.LINE_8, SHIFT)
        cv2.polylines(self.canvas.glow, [at], False, 0, thick, cv2.LINE_8, SHIFT)

    def limb(self, start: Point, end: Point, w0: float, w1: float, colour: Colour) -> None:
        """A tapered limb between two points with round ends, `w0` and `w1` wide."""
        dx, dy = end[0] - start[0], end[1] - start[1]
        length = math.hypot(dx, dy) or 1e-6
        nx, ny = -dy / length / 2, dx / length / 2
        self.shape(
            [
                (start[0] + nx * w0, start[1] + ny * w0),
                (end[0] + nx * w1, end[1] + ny * w1),
                (end[0] - nx * w1, end[1] - ny * w1),
                (start[0] - nx * w0, start[1] - ny * w0),
            ],
            colour,
        )
        self.ellipse(*start, w0 / 2, w0 / 2, colour)
        self.ellipse(*end, w1 / 2, w1 / 2, colour)


def rounded(x0: float, y0: float, x1: float, y1: float, r: float) -> np.ndarray:
    """Corner points of a rectangle with round corners, clockwise."""
    r = min(r, abs(x1 - x0) / 2, abs(y1 - y0) / 2)
    quarter = np.linspace(0, math.pi / 2, 5)
    corners = []
    for x, y, start in (
        (x1 - r, y1 - r, 0.0),
        (x0 + r, y1 - r, 0.5),
        (x0 + r, y0 + r, 1.0),
        (x1 - r, y0 + r, 1.5),
    ):
        a = quarter + start * math.pi
        corners.append(np.stack([x + r * np.cos(a), y + r * np.sin(a)], axis=1))
    return np.concatenate(corners)


def shade(colour: Colour, factor: float) -> Colour:
    """A colour made darker (below 1) or lighter (above 1)."""
    b, g, r = (min(255, max(0, round(c * factor))) for c in colour)
    return (b, g, r)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """A colour between two: `share` of the second."""
    b, g, r = (round(x + (y - x) * share) for x, y in zip(first, second, strict=True))
    return (b, g, r)
