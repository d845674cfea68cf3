"""Drawing phones: many shapes, both sides, lit, dark and reflecting, whole or half covered by fingers.

Belongs here: how a phone looks from its front and its back. Does not belong here: other things
(`things.py`), where a phone is (`chance.py`, `script.py`). Phones are small and often hidden, so they get a
module of their own.

Local coordinates: the longer side is 1, from -0.5 (top) to 0.5.
"""

from __future__ import annotations

import random

from proctoring_jobs.scenes.canvas import Pen, mix, shade
from proctoring_jobs.scenes.parts import Colour, Thing

BODIES: tuple[Colour, ...] = (
    (22, 22, 24), (22, 22, 24), (40, 38, 38), (95, 92, 90), (215, 215, 218), (235, 235, 235), (150, 180, 205),
    (120, 70, 40), (60, 40, 150), (90, 120, 60), (170, 120, 150), (70, 140, 210),
)  # fmt: skip
GLOW = 220


def phone_half_width(thing: Thing) -> float:
    """Half of a phone's width, the longer side being 1."""
    return random.Random(f"shape {thing.seed}").uniform(0.228, 0.282)


def draw_phone(pen: Pen, thing: Thing, rng: random.Random) -> None:
    """One side of a phone."""
    half = phone_half_width(thing)
    body = rng.choice(BODIES)
    radius = rng.choice((0.03, 0.07, 0.09, 0.11))
    edge = rng.uniform(0.01, 0.03)
    pen.box(-half - edge, -0.5, half + edge * 0.3, 0.5, shade(body, 0.55), r=radius)
    pen.box(-half, -0.5, half, 0.5, body, r=radius)
    if thing.side == "back":
        _back(pen, half, body, rng)
    else:
        _screen(pen, half, thing.is_lit, rng)


def _screen(pen: Pen, half: float, is_lit: bool, rng: random.Random) -> None:
    """The front: a lit screen with an application, or dark glass with a reflection."""
    rim = rng.uniform(0.012, 0.03)
    chin = rng.choice((0.0, 0.0, 0.0, 0.07, 0.1))
    x0, x1, y0, y1 = -half + rim, half - rim, -0.5 + rim + chin * 0.8, 0.5 - rim - chin
    radius = 0.0 if chin else 0.05
    if not is_lit:
        glass = mix((18, 16, 15), (70, 60, 50), rng.random() * 0.5)
        pen.box(x0, y0, x1, y1, glass, r=radius)
        a = rng.uniform(-0.5, 0.4)
        pen.shape(
            [(x0, a), (x1, a - 0.25), (x1, a - 0.08), (x0, a + 0.2)],
            mix(glass, (255, 250, 245), rng.uniform(0.1, 0.4)),
        )
    else:
        back = rng.choice(
            (
                (250, 250, 250),
                (245, 240, 235),
                (60, 50, 45),
                (40, 32, 28),
                (235, 220, 200),
                (180, 130, 70),
                (120, 90, 160),
            )
        )
        pen.box(x0, y0, x1, y1, back, r=radius, glow=GLOW)
        rng.choice((_chat, _rows, _icons, _picture, _page, _keys))(pen, x0, y0, x1, y1, back, rng)
    if chin:
        pen.ellipse(0, 0.5 - chin / 2 - rim / 2, 0.03, 0.03, (70, 70, 70))
        pen.box(-0.06, -0.5 + rim, 0.06, -0.5 + rim * 1.8, (70, 70, 70))
    elif rng.random() < 0.6:
        wide = rng.choice((0.02, 0.06, 0.1))
        pen.box(-wide, y0 + 0.012, wide, y0 + 0.045, (12, 12, 12), r=0.015)


def _chat(pen: Pen, x0: float, y0: float, x1: float, y1: float, back: Colour, rng: random.Random) -> None:
    """Messages left and right under a coloured bar."""
    bar = rng.choice(((190, 120, 40), (90, 160, 30), (60, 60, 60), (160, 60, 110)))
    pen.box(x0, y0, x1, y0 + 0.11, bar, glow=GLOW)
    y = y0 + 0.15
    while y < y1 - 0.12:
        tall, wide = rng.uniform(0.05, 0.11), (x1 - x0) * rng.uniform(0.45, 0.75)
        mine = rng.random() < 0.5
        left = x1 - 0.02 - wide if mine else x0 + 0.02
        pen.box(
            left, y, left + wide, y + tall, (150, 230, 170) if mine else (225, 225, 225), r=0.02, glow=GLOW
        )
        y += tall + 0.025


def _rows(pen: Pen, x0: float, y0: float, x1: float, y1: float, back: Colour, rng: random.Random) -> None:
    """A list with a round picture before each line."""
    ink = (90, 90, 90) if sum(back) > 380 else (200, 200, 200)
    count = rng.randint(5, 8)
    step = (y1 - y0) / count
    for n in range(count):
        y = y0 + step * (n + 0.5)
        pen.ellipse(
            x0 + 0.065,
            y,
            0.035,
            0.035,
            (rng.randint(40, 230), rng.randint(40, 230), rng.randint(40, 230)),
            GLOW,
        )
        pen.box(
            x0 + 0.13,
            y - 0.025,
            x0 + 0.13 + (x1 - x0 - 0.16) * rng.uniform(0.4, 1),
            y - 0.005,
            ink,
            glow=GLOW,
        )
        pen.box(
            x0 + 0.13,
            y + 0.01,
            x0 + 0.13 + (x1 - x0 - 0.16) * rng.uniform(0.3, 0.8),
            y + 0.025,
            mix(ink, back, 0.5),
            glow=GLOW,
        )


def _icons(pen: Pen, x0: float, y0: float, x1: float, y1: float, back: Colour, rng: random.Random) -> None:
    """A home screen: a coloured background and a grid of icons."""
    for n in range(5):
        share = n / 5
        low, high = y0 + (y1 - y0) * share, y0 + (y1 - y0) * (share + 0.2)
        pen.box(x0, low, x1, high, mix((180, 110, 60), (120, 60, 150), share), glow=GLOW)
    step = (x1 - x0) / 4
    for row in range(6):
        for column in range(4):
            if rng.random() < 0.85:
                cx, cy = x0 + step * (column + 0.5), y0 + 0.1 + row * 0.135
                c = (rng.randint(60, 255), rng.randint(60, 255), rng.randint(60, 255))
                pen.box(
                    cx - step * 0.34,
                    cy - step * 0.34,
                    cx + step * 0.34,
                    cy + step * 0.34,
                    c,
                    r=0.015,
                    glow=GLOW,
                )


def _picture(pen: Pen, x0: float, y0: float, x1: float, y1: float, back: Colour, rng: random.Random) -> None:
    """A video: sky, land, a bar below."""
    middle = y0 + (y1 - y0) * rng.uniform(0.35, 0.6)
    pen.box(x0, y0, x1, middle, (230, 190, 130), glow=GLOW)
    pen.box(x0, middle, x1, y1 - 0.08, (70, 150, 90), glow=GLOW)
    pen.ellipse((x0 + x1) / 2 + 0.05, y0 + 0.14, 0.06, 0.06, (170, 230, 250), GLOW)
    pen.box(x0, y1 - 0.08, x1, y1, (30, 30, 30), glow=GLOW)


def _page(pen: Pen, x0: float, y0: float, x1: float, y1: float, back: Colour, rng: random.Random) -> None:
    """A page of text with a heading."""
    ink = (60, 60, 60) if sum(back) > 380 else (210, 210, 210)
    pen.box(x0 + 0.03, y0 + 0.08, x1 - 0.1, y0 + 0.115, ink, glow=GLOW)
    y = y0 + 0.17
    while y < y1 - 0.05:
        pen.box(x0 + 0.03, y, x1 - rng.uniform(0.03, 0.16), y + 0.014, mix(ink, back, 0.4), glow=GLOW)
        y += 0.04


def _keys(pen: Pen, x0: float, y0: float, x1: float, y1: float, back: Colour, rng: random.Random) -> None:
    """Writing: bubbles above, a keyboard below."""
    low = y0 + (y1 - y0) * 0.62
    _chat(pen, x0, y0, x1, low, back, rng)
    pen.box(x0, low, x1, y1, (205, 200, 195), glow=GLOW)
    step = (x1 - x0) / 8
    for row in range(4):
        for column in range(8):
            cx, cy = x0 + step * (column + 0.5), low + 0.045 + row * 0.075
            pen.box(cx - step * 0.38, cy - 0.024, cx + step * 0.38, cy + 0.024, (250, 250, 250), glow=GLOW)


def _back(pen: Pen, half: float, body: Colour, rng: random.Random) -> None:
    """The back: cameras in a block, a bar or loose; a sign; a shine across."""
    shine = mix(body, (255, 255, 255), 0.16)
    a = rng.uniform(-0.2, 0.4)
    pen.shape(
        [(-half * 0.98, a), (half * 0.98, a - 0.3), (half * 0.98, a - 0.16), (-half * 0.98, a + 0.2)], shine
    )
    dark = shade(body, 0.6) if sum(body) > 150 else (70, 70, 70)
    kind = rng.choice(("block", "block", "bar", "loose", "round"))
    left = -half + 0.035
    if kind == "block":
        pen.box(left, -0.47, left + 0.22, -0.24, dark, r=0.05)
        two, three = [(0.07, -0.41), (0.07, -0.3)], [(0.06, -0.41), (0.16, -0.355), (0.06, -0.3)]
        lenses = [(left + x, y) for x, y in rng.choice((three, two))]
    elif kind == "bar":
        pen.box(-half, -0.41, half, -0.3, dark)
        lenses = [(-half * 0.5, -0.355), (-half * 0.1, -0.355)]
    elif kind == "round":
        pen.ellipse(0, -0.33, 0.12, 0.12, dark)
        lenses = [(-0.05, -0.37), (0.05, -0.37), (0.0, -0.28)]
    else:
        lenses = [(left + 0.06, -0.42), (left + 0.06, -0.32), (left + 0.06, -0.22)]
    for x, y in lenses:
        pen.ellipse(x, y, 0.043, 0.043, (120, 118, 115))
        pen.ellipse(x, y, 0.034, 0.034, (15, 15, 15))
        pen.ellipse(x - 0.01, y - 0.01, 0.01, 0.01, (200, 180, 160))
    pen.ellipse(left + 0.17, -0.42, 0.014, 0.014, (225, 240, 250))
    if rng.random() < 0.6:
        pen.ellipse(0, 0.02, 0.035, 0.04, mix(body, (200, 200, 200), 0.4))
