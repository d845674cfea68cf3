"""Drawing arms and hands: resting, raised, closed around a thing.

Belongs here: arms after the body is drawn, fingers over the edge of what is held. Does not belong here: the
body (`people.py`), where hands are (`poses.py`, `script.py`). Lengths are heads of the person.
"""

from __future__ import annotations

import math
import random

from proctoring_jobs.scenes.canvas import Canvas, Pen, shade
from proctoring_jobs.scenes.parts import Colour, Figure, Point
from proctoring_jobs.scenes.people import SHOULDER


def draw_arms(canvas: Canvas, figure: Figure, owner: int, side: int | None = None) -> None:
    """Both arms, or one (`side` -1: left in the picture, 1: right), with their hands."""
    pen = canvas.pen(owner).at(figure.x, figure.y, scale=figure.look.head)
    for this, hand in ((-1, figure.left_hand), (1, figure.right_hand)):
        if side is None or side == this:
            _arm(pen, figure, this, hand)


def local_hand(figure: Figure, hand: Point) -> Point:
    """A hand's point of the picture in heads from the head's centre."""
    return ((hand[0] - figure.x) / figure.look.head, (hand[1] - figure.y) / figure.look.head)


def draw_fingers(canvas: Canvas, pen: Pen, skin: Colour, half: float, side: int, rng: random.Random) -> None:
    """Fingers around the edge of a held thing, in its coordinates; `half` is half of its width."""
    size = half * rng.uniform(0.36, 0.5)
    y0 = rng.uniform(-0.05, 0.22)
    for n in range(rng.choice((3, 4, 4))):
        y = y0 + n * size * 1.02
        reach = half * rng.uniform(0.62, 0.86)
        pen.limb(
            (side * (half + size * 0.4), y),
            (side * reach, y - size * 0.15),
            size,
            size * 0.85,
            shade(skin, 1 - 0.04 * (n % 2)),
        )
    thumb = rng.uniform(0.0, 0.2)
    pen.limb(
        (-side * (half + size * 0.3), thumb + 0.2),
        (-side * half * rng.uniform(0.35, 0.8), thumb - 0.06),
        size * 1.2,
        size,
        skin,
    )


def _arm(pen: Pen, figure: Figure, side: int, hand: Point | None) -> None:
    """Upper arm, forearm and hand of one side."""
    look = figure.look
    half = look.shoulders / 2
    shoulder = (side * half * 0.84, SHOULDER + 0.28)
    sleeve = shade(look.top, 0.94 if side < 0 else 0.85)
    if hand is None:
        pen.limb(shoulder, (side * half * 1.06, SHOULDER + 1.8), 0.5, 0.4, sleeve)
        pen.limb((side * half * 1.06, SHOULDER + 1.8), (side * half * 1.0, SHOULDER + 3.0), 0.4, 0.3, sleeve)
        return
    target = local_hand(figure, hand)
    elbow = _elbow(shoulder, target, side)
    bare = look.top_style in ("tee", "stripes")
    pen.limb(shoulder, elbow, 0.5, 0.38, sleeve)
    wrist = _towards(target, elbow, 0.16)
    pen.limb(elbow, wrist, 0.36, 0.24, look.skin if bare else sleeve)
    if bare:
        pen.limb(shoulder, _towards(shoulder, elbow, 0.45), 0.52, 0.46, sleeve)
    grip = figure.grips[0 if side < 0 else 1]
    angle = math.degrees(math.atan2(target[1] - elbow[1], target[0] - elbow[0])) + 90
    _hand(pen.at(*target, angle=angle), look.skin, grip, side)


def _elbow(shoulder: Point, hand: Point, side: int) -> Point:
    """Where the elbow goes: outwards and down, both parts of the arm about 1.35 heads where they can be."""
    mx, my = (shoulder[0] + hand[0]) / 2, (shoulder[1] + hand[1]) / 2
    dx, dy = hand[0] - shoulder[0], hand[1] - shoulder[1]
    reach = math.hypot(dx, dy) or 1e-6
    bend = math.sqrt(max(0.04, 1.35**2 - (reach / 2) ** 2)) * 0.75
    nx, ny = dy / reach, -dx / reach
    if ny < 0 or (abs(ny) < 0.35 and nx * side < 0):
        nx, ny = -nx, -ny
    return (mx + nx * bend, my + ny * bend)


def _towards(start: Point, end: Point, distance: float) -> Point:
    """A point so far (in heads) from the start towards the end."""
    length = math.hypot(end[0] - start[0], end[1] - start[1]) or 1e-6
    return (
        start[0] + (end[0] - start[0]) * distance / length,
        start[1] + (end[1] - start[1]) * distance / length,
    )


def _hand(pen: Pen, skin: Colour, grip: bool, side: int) -> None:
    """A hand pointing up in its own coordinates: palm and fingers, spread or closed around a thing."""
    dark = shade(skin, 0.82)
    pen.ellipse(0, 0, 0.17, 0.19, skin)
    if grip:
        pen.limb((side * -0.14, 0.02), (side * -0.2, -0.2), 0.1, 0.08, skin)
        return
    for n, (x, length) in enumerate(((-0.13, 0.24), (-0.045, 0.3), (0.045, 0.29), (0.13, 0.22))):
        pen.limb((x, -0.1), (x * 1.25, -0.1 - length), 0.085, 0.065, skin)
        if n:
            pen.line([(x - 0.045, -0.12), (x * 1.2 - 0.05, -0.1 - length * 0.7)], 0.012, dark)
    pen.limb((side * -0.13, 0.05), (side * -0.28, -0.12), 0.1, 0.075, skin)
