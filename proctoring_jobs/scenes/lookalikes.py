"""Drawing what is easily taken for a phone and is none: calculators, remote controls, wallets and others.

Belongs here: things without a class of the rules, so that the model learns what is not to be reported. Does
not belong here: books and laptops (`things.py`), phones (`phones.py`). Local coordinates: the longer side
is 1.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from proctoring_jobs.scenes.canvas import Pen, mix, shade
from proctoring_jobs.scenes.parts import Thing

#: Half of the width of each kind, the longer side being 1.
HALF = {
    "calculator": 0.33, "wallet": 0.36, "remote": 0.12, "mug": 0.36, "paper": 0.36, "card": 0.315,
    "eyeglasses": 0.4, "bottle": 0.14, "mouse": 0.3, "box": 0.42, "snack": 0.22,
}  # fmt: skip


def _calculator(pen: Pen, thing: Thing, rng: random.Random) -> None:
    """A calculator: greenish display, a grid of keys with gaps."""
    body = rng.choice(((70, 70, 72), (200, 200, 200), (120, 90, 70), (45, 45, 45)))
    pen.box(-0.33, -0.5, 0.33, 0.5, body, r=0.04)
    pen.box(-0.26, -0.43, 0.26, -0.26, (140, 165, 150), r=0.01)
    pen.line([(0.05, -0.3), (0.22, -0.3)], 0.025, (50, 60, 55))
    for row in range(5):
        for column in range(4):
            key = (
                (60, 110, 230)
                if (row, column) == (0, 3)
                else mix(body, (255, 255, 255) if sum(body) < 350 else (0, 0, 0), 0.5)
            )
            x, y = -0.2 + column * 0.133, -0.15 + row * 0.13
            pen.box(x - 0.05, y - 0.045, x + 0.05, y + 0.045, key, r=0.015)


def _wallet(pen: Pen, thing: Thing, rng: random.Random) -> None:
    """A wallet: leather with a fold and a seam."""
    leather = rng.choice(((40, 60, 100), (30, 35, 55), (60, 90, 140), (50, 50, 50)))
    pen.box(-0.36, -0.5, 0.36, 0.5, leather, r=0.05)
    pen.box(0.30, -0.47, 0.36, 0.47, shade(leather, 0.65), r=0.02)
    for x in (-0.31, 0.26):
        for n in range(12):
            y = -0.44 + n * 0.077
            pen.line([(x, y), (x, y + 0.04)], 0.012, mix(leather, (190, 210, 230), 0.6))
    pen.box(-0.02, -0.08, 0.34, 0.08, shade(leather, 0.8), r=0.03)
    pen.ellipse(0.05, 0, 0.035, 0.035, (120, 190, 210))


def _remote(pen: Pen, thing: Thing, rng: random.Random) -> None:
    """A remote control: narrow, with round buttons."""
    body = rng.choice(((40, 40, 42), (60, 58, 56), (205, 205, 205)))
    pen.box(-0.12, -0.5, 0.12, 0.5, body, r=0.06)
    pen.ellipse(0, -0.43, 0.026, 0.026, (50, 50, 220))
    pen.ellipse(0, -0.22, 0.085, 0.085, mix(body, (150, 150, 150), 0.4))
    for row in range(6):
        for x in (-0.065, 0, 0.065):
            colour = (160, 160, 160) if sum(body) < 350 else (90, 90, 90)
            pen.ellipse(
                x, -0.06 + row * 0.08, 0.022, 0.022, rng.choice((colour, colour, colour, (60, 180, 220)))
            )


def _mug(pen: Pen, thing: Thing, rng: random.Random) -> None:
    """A mug with a handle, standing: drawn without slant."""
    colour = (rng.randint(40, 240), rng.randint(40, 240), rng.randint(40, 240))
    s = rng.choice((-1, 1))
    pen.line(
        [(s * 0.3, -0.22), (s * 0.52, -0.15), (s * 0.52, 0.15), (s * 0.28, 0.24)], 0.09, shade(colour, 0.8)
    )
    pen.box(-0.36, -0.42, 0.36, 0.44, colour, r=0.06)
    pen.box(0.16, -0.4, 0.34, 0.42, shade(colour, 0.84), r=0.05)
    pen.ellipse(0, -0.42, 0.36, 0.1, shade(colour, 1.1))
    pen.ellipse(0, -0.41, 0.3, 0.07, (30, 45, 70))
    if rng.random() < 0.5:
        pen.ellipse(-0.06, 0.05, 0.15, 0.15, mix(colour, (255, 255, 255), 0.6))


def _paper(pen: Pen, thing: Thing, rng: random.Random) -> None:
    """A sheet of paper, blank or with writing."""
    paper = mix((240, 242, 244), (200, 220, 230), rng.random())
    pen.box(-0.36, -0.5, 0.36, 0.5, paper)
    if rng.random() < 0.7:
        for n in range(rng.randint(3, 13)):
            y = -0.4 + n * 0.065
            pen.line([(-0.28, y), (rng.uniform(0.0, 0.28), y)], 0.014, mix(paper, (160, 90, 60), 0.7))


def _card(pen: Pen, thing: Thing, rng: random.Random) -> None:
    """An identity or bank card, lying across."""
    colour = (rng.randint(90, 230), rng.randint(90, 210), rng.randint(60, 200))
    pen.box(-0.315, -0.5, 0.315, 0.5, colour, r=0.04)
    pen.box(-0.22, -0.42, 0.1, -0.12, mix(colour, (60, 60, 60), 0.45), r=0.02)
    for n in range(4):
        pen.line([(-0.2 + n * 0.1, 0.0), (-0.2 + n * 0.1, 0.4)], 0.03, mix(colour, (40, 40, 40), 0.5))


def _eyeglasses(pen: Pen, thing: Thing, rng: random.Random) -> None:
    """Glasses laid down."""
    dark = rng.choice(((30, 30, 30), (40, 60, 110)))
    for s in (-1, 1):
        ring = [
            (s * 0.26 + 0.2 * x, 0.17 * y)
            for x, y in (
                (1, 0),
                (0.7, 0.7),
                (0, 1),
                (-0.7, 0.7),
                (-1, 0),
                (-0.7, -0.7),
                (0, -1),
                (0.7, -0.7),
                (1, 0),
            )
        ]
        pen.line(ring, 0.04, dark)
        pen.line([(s * 0.46, -0.05), (s * 0.4, -0.4)], 0.035, dark)
    pen.line([(-0.06, -0.04), (0.06, -0.04)], 0.035, dark)


def _bottle(pen: Pen, thing: Thing, rng: random.Random) -> None:
    """A bottle of water, standing."""
    glass = mix((210, 190, 150), (150, 200, 150), rng.random())
    pen.box(-0.14, -0.25, 0.14, 0.5, glass, r=0.05)
    pen.shape([(-0.13, -0.22), (-0.06, -0.4), (0.06, -0.4), (0.13, -0.22)], glass)
    pen.box(-0.055, -0.5, 0.055, -0.39, (180, 90, 40))
    pen.box(-0.14, 0.0, 0.14, 0.24, (230, 200, 170))
    pen.box(-0.11, -0.2, -0.07, 0.46, mix(glass, (255, 255, 255), 0.6))


def _mouse(pen: Pen, thing: Thing, rng: random.Random) -> None:
    """A computer mouse."""
    colour = rng.choice(((45, 45, 45), (210, 210, 210)))
    pen.ellipse(0, 0, 0.3, 0.5, colour)
    pen.line([(0, -0.48), (0, -0.05)], 0.025, shade(colour, 0.6))
    pen.box(-0.04, -0.35, 0.04, -0.2, (110, 110, 110), r=0.03)


def _box(pen: Pen, thing: Thing, rng: random.Random) -> None:
    """A flat case or box, one colour with a lighter lid."""
    colour = (rng.randint(20, 200), rng.randint(20, 200), rng.randint(20, 200))
    pen.box(-0.42, -0.5, 0.42, 0.5, colour, r=0.08)
    pen.box(-0.42, -0.5, 0.42, -0.1, mix(colour, (255, 255, 255), 0.2), r=0.08)
    pen.box(-0.08, -0.14, 0.08, -0.05, (150, 180, 190), r=0.02)


def _snack(pen: Pen, thing: Thing, rng: random.Random) -> None:
    """A bar of chocolate in its wrapping."""
    colour = (rng.randint(20, 120), rng.randint(20, 120), rng.randint(110, 220))
    pen.box(-0.22, -0.42, 0.22, 0.42, colour)
    for s in (-1, 1):
        pen.shape(
            [(-0.24, s * 0.4), (-0.12, s * 0.5), (0, s * 0.42), (0.12, s * 0.5), (0.24, s * 0.4)],
            (205, 205, 205),
        )
    pen.shape([(-0.22, -0.1), (0.22, -0.25), (0.22, 0.1), (-0.22, 0.25)], mix(colour, (255, 255, 255), 0.75))


LOOKALIKES: dict[str, Callable[[Pen, Thing, random.Random], None]] = {
    "calculator": _calculator, "wallet": _wallet, "remote": _remote, "mug": _mug, "paper": _paper,
    "card": _card, "eyeglasses": _eyeglasses, "bottle": _bottle, "mouse": _mouse,
    "box": _box, "snack": _snack,
}  # fmt: skip
