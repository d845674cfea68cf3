"""Drawing things that are held or lie about: books and laptops here, phones and lookalikes by their modules.

Belongs here: a thing at its place, its shadow, the fingers that hold it. Does not belong here: phones
(`phones.py`), what is no class of the rules (`lookalikes.py`), where a thing lies (`poses.py`, `script.py`).
Things are drawn in local coordinates whose longer side is 1.
"""

from __future__ import annotations

import random

from proctoring_jobs.scenes.arms import draw_fingers
from proctoring_jobs.scenes.canvas import Canvas, Pen, mix, shade
from proctoring_jobs.scenes.lookalikes import HALF, LOOKALIKES
from proctoring_jobs.scenes.parts import Colour, Thing
from proctoring_jobs.scenes.phones import draw_phone, phone_half_width

BOOK_HALF = 0.36

PAPER = (228, 236, 240)


GLOW = 200


def draw_thing(canvas: Canvas, thing: Thing, owner: int) -> None:
    """A thing at its place, turned and slanted."""
    pen = _pen(canvas, thing, owner)
    if thing.place == "desk":
        _shadow(canvas, thing)
    rng = random.Random(f"{thing.kind} {thing.seed}")
    draw = {"phone": draw_phone, "book": _book, "laptop": _laptop}.get(thing.kind) or LOOKALIKES[thing.kind]
    draw(pen, thing, rng)


def draw_holding_fingers(canvas: Canvas, thing: Thing, owner: int) -> None:
    """Fingers over the edge of a held thing; `owner` is the person whose fingers they are."""
    if thing.place == "desk" or thing.skin is None:
        return
    pen = _pen(canvas, thing, owner)
    half = half_width(thing)
    if thing.kind == "book":
        for s in (-1, 1):
            pen.limb((s * (half + 0.02), 0.28), (s * half * 0.78, 0.2), 0.09, 0.07, thing.skin)
        return
    draw_fingers(
        canvas, pen, thing.skin, min(half, 0.28), thing.grip_side, random.Random(f"grip {thing.seed}")
    )


def half_width(thing: Thing) -> float:
    """Half of a thing's width, the longer side being 1."""
    if thing.kind == "phone":
        return phone_half_width(thing)
    return {"book": BOOK_HALF, "laptop": 0.5}.get(thing.kind) or HALF[thing.kind]


def _pen(canvas: Canvas, thing: Thing, owner: int) -> Pen:
    """A pen in the coordinates of a thing."""
    pen = canvas.pen(owner)
    return pen.at(
        thing.x, thing.y, scale=thing.size, angle=thing.angle, slant=thing.slant, narrow=thing.narrow
    )


def _shadow(canvas: Canvas, thing: Thing) -> None:
    """A soft dark spot on the desk under a thing."""
    if thing.kind in ("paper", "card", "eyeglasses", "mug", "bottle", "laptop"):
        return
    half = half_width(thing)
    pen = _pen(canvas, thing, 0)
    at = [(-half - 0.03, -0.48), (half + 0.05, -0.48), (half + 0.05, 0.55), (-half - 0.03, 0.55)]
    x, y = pen.pixels(at).mean(axis=0)
    colour = tuple(int(c * 0.62) for c in canvas.image[min(479, max(0, int(y))), min(639, max(0, int(x)))])
    pen.shape(at, colour)  # type: ignore[arg-type]


def _book(pen: Pen, thing: Thing, rng: random.Random) -> None:
    """An open book with two pages of text, or a closed one with a cover and a title."""
    cover = (rng.randint(20, 190), rng.randint(20, 150), rng.randint(30, 200))
    if thing.side == "open":
        pen.box(-0.52, -0.36, 0.52, 0.37, cover, r=0.01)
        paper = mix(PAPER, (190, 215, 225), rng.random())
        for s in (-1, 1):
            pen.shape(
                [
                    (0, -0.32),
                    (s * 0.25, -0.35),
                    (s * 0.49, -0.33),
                    (s * 0.49, 0.33),
                    (s * 0.25, 0.31),
                    (0, 0.34),
                ],
                shade(paper, 1 if s > 0 else 0.95),
            )
            _text(pen, min(s * 0.06, s * 0.44), -0.27, max(s * 0.06, s * 0.44), 0.28, paper, rng)
        pen.line([(0, -0.33), (0, 0.34)], 0.02, shade(paper, 0.6))
        return
    half = BOOK_HALF
    pen.box(-half + 0.03, -0.46, half + 0.05, 0.53, shade(PAPER, 0.85))
    for n in range(4):
        pen.line(
            [(-half + 0.03, 0.505 + n * 0.007), (half + 0.045, 0.505 + n * 0.007)], 0.004, shade(PAPER, 0.6)
        )
    pen.box(-half, -0.5, half, 0.49, cover, r=0.01)
    pen.box(-half, -0.5, -half + 0.06, 0.49, shade(cover, 0.7))
    light = mix(cover, (255, 255, 255), 0.7)
    pen.box(-half * 0.6, -0.34, half * 0.75, -0.26, light)
    pen.box(-half * 0.6, -0.22, half * 0.4, -0.17, light)
    if rng.random() < 0.6:
        pen.ellipse(0.03, 0.12, 0.15, 0.15, mix(cover, (60, 200, 240), 0.6))
    pen.box(-half * 0.3, 0.37, half * 0.5, 0.4, light)


def _text(pen: Pen, x0: float, y0: float, x1: float, y1: float, paper: Colour, rng: random.Random) -> None:
    """Grey lines of text, here and there a picture."""
    y = y0
    while y < y1:
        if rng.random() < 0.05:
            pen.box(x0 + 0.04, y, x1 - 0.04, min(y1, y + 0.16), shade(paper, 0.7))
            y += 0.2
            continue
        pen.box(x0, y, x1 - rng.choice((0, 0, 0, 0.1)), y + 0.016, shade(paper, 0.55))
        y += 0.052


def _laptop(pen: Pen, thing: Thing, rng: random.Random) -> None:
    """An open laptop from its front (screen and keys) or from behind (lid with a sign)."""
    body = rng.choice(((170, 172, 175), (60, 60, 62), (200, 200, 202), (40, 38, 38)))
    lean = rng.uniform(-0.05, 0.05)
    top, hinge = -0.42, 0.14
    lid = [(-0.45 + lean, top), (0.45 + lean, top), (0.48, hinge), (-0.48, hinge)]
    if thing.side == "lid":
        pen.shape(
            [(-0.48, hinge), (0.48, hinge), (0.5, hinge + 0.06), (-0.5, hinge + 0.06)], shade(body, 0.5)
        )
        pen.shape(lid, body)
        pen.shape(
            [(-0.45 + lean, top), (-0.1 + lean, top), (-0.3, hinge), (-0.48, hinge)],
            mix(body, (255, 255, 255), 0.12),
        )
        pen.ellipse(lean / 2, (top + hinge) / 2, 0.045, 0.05, mix(body, (255, 255, 255), 0.55))
        return
    pen.shape([(-0.48, hinge), (0.48, hinge), (0.56, 0.36), (-0.56, 0.36)], shade(body, 0.92))
    for row in range(4):
        y = hinge + 0.025 + row * 0.032
        wide = 0.42 + row * 0.015
        pen.line([(-wide, y + 0.008), (wide, y + 0.008)], 0.02, shade(body, 0.45))
    pen.box(-0.12, 0.28, 0.12, 0.345, shade(body, 0.78))
    pen.shape([(-0.56, 0.36), (0.56, 0.36), (0.555, 0.385), (-0.555, 0.385)], shade(body, 0.6))
    pen.shape(lid, (28, 28, 28))
    inner = [
        (-0.425 + lean, top + 0.025),
        (0.425 + lean, top + 0.025),
        (0.452, hinge - 0.02),
        (-0.452, hinge - 0.02),
    ]
    glow = GLOW if thing.is_lit else 0
    back = (
        rng.choice(((245, 240, 235), (190, 140, 80), (70, 60, 55), (225, 215, 200)))
        if thing.is_lit
        else (35, 32, 30)
    )
    pen.shape(inner, back, glow)
    if thing.is_lit:
        for n in range(rng.randint(2, 5)):
            y = top + 0.09 + n * 0.085
            pen.box(-0.38, y, rng.uniform(-0.1, 0.36), y + 0.035, mix(back, (90, 90, 90), 0.5), glow=glow)
        pen.box(-0.44, top + 0.025, 0.44, top + 0.06, mix(back, (120, 90, 60), 0.5), glow=glow)
