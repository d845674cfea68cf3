"""Drawing a person: torso, neck, head, hair, face, all in heads of that person.

Belongs here: the shapes of a body. Does not belong here: arms and hands (`arms.py`), who stands where
(`poses.py`, `script.py`). The figures are cartoons on purpose: nobody real can be recognised, and nobody
should think that the model knows real people.
"""

from __future__ import annotations

import math

from proctoring_jobs.scenes.canvas import Canvas, Pen, mix, shade
from proctoring_jobs.scenes.parts import Figure, Look

#: Below the head's centre, in heads: where the shoulders begin.
SHOULDER = 0.78


def draw_body(canvas: Canvas, figure: Figure, owner: int) -> None:
    """Everything but the arms: those come later, over the desk (`draw_arms`)."""
    pen = canvas.pen(owner).at(figure.x, figure.y, scale=figure.look.head)
    _back_hair(pen.at(0, 0, angle=figure.tilt), figure.look)
    _torso(pen, figure)
    _head(pen.at(0, 0, angle=figure.tilt), figure)


def _torso(pen: Pen, figure: Figure) -> None:
    """Neck and trunk, with what is worn."""
    look, half = figure.look, figure.look.shoulders / 2
    top, cloth = SHOULDER, look.top
    pen.limb((0, 0.2), (0, top + 0.02), 0.36, 0.40, shade(look.skin, 0.86))
    bottom = SHOULDER + figure.body
    chest, waist = min(top + 0.5, bottom), min(top + 1.5, bottom)
    trunk = [
        (-0.24, top - 0.16), (-half * 0.72, top + 0.02), (-half * 0.95, top + 0.20), (-half, chest),
        (-half * 0.86, waist), (-half * 0.84, bottom), (half * 0.84, bottom), (half * 0.86, waist),
        (half, chest), (half * 0.95, top + 0.20), (half * 0.72, top + 0.02), (0.24, top - 0.16),
    ]  # fmt: skip
    pen.shape(trunk, cloth)
    pen.shape(
        [(half * 0.25, min(top + 0.3, bottom)), (half, chest), (half * 0.84, bottom), (half * 0.3, bottom)],
        shade(cloth, 0.9),
    )
    if figure.body > 1:
        _clothes(pen, look, top, half, bottom)


def _clothes(pen: Pen, look: Look, top: float, half: float, bottom: float) -> None:
    """Neckline, collar, stripes or jacket."""
    cloth, dark, light = look.top, shade(look.top, 0.72), mix(look.top, (255, 255, 255), 0.55)
    if look.top_style == "shirt":
        pen.shape([(-0.2, top - 0.14), (0.2, top - 0.14), (0, top + 0.28)], look.skin)
        for s in (-1, 1):
            pen.shape([(s * 0.24, top - 0.18), (s * 0.34, top + 0.1), (0, top + 0.3)], light)
        pen.line([(0, top + 0.3), (0, bottom)], 0.02, dark)
        for n in range(4):
            pen.ellipse(0, top + 0.5 + n * 0.4, 0.025, 0.025, light)
    elif look.top_style == "jacket":
        pen.shape([(-0.22, top - 0.16), (0.22, top - 0.16), (0, top + 1.1)], (235, 235, 235))
        pen.shape(
            [(-0.05, top + 0.02), (0.05, top + 0.02), (0.08, top + 0.9), (-0.08, top + 0.9)],
            mix(cloth, (40, 20, 120), 0.6),
        )
        for s in (-1, 1):
            pen.shape(
                [(s * 0.24, top - 0.2), (s * 0.52, top + 0.2), (s * 0.36, top + 0.42), (0, top + 1.15)], dark
            )
    elif look.top_style == "stripes":
        for n in range(7):
            y = top + 0.3 + n * 0.26
            pen.box(-half * 0.88, y, half * 0.88, y + 0.1, light)
        pen.ellipse(0, top - 0.1, 0.27, 0.16, look.skin)
    elif look.top_style == "hoodie":
        pen.ellipse(0, top - 0.02, 0.5, 0.24, dark)
        pen.ellipse(0, top - 0.1, 0.28, 0.2, shade(look.skin, 0.86))
        for s in (-1, 1):
            pen.line([(s * 0.13, top + 0.14), (s * 0.15, top + 0.75)], 0.03, light)
    else:
        pen.ellipse(0, top - 0.1, 0.27, 0.17, shade(look.skin, 0.93))


def _back_hair(pen: Pen, look: Look) -> None:
    """Hair behind head and shoulders."""
    w = look.face / 2
    if look.headscarf:
        pen.ellipse(0, 0.05, w + 0.16, 0.66, shade(look.headscarf, 0.85))
    elif look.hair_style == "long":
        pen.shape(
            [
                (-w - 0.1, -0.2),
                (w + 0.1, -0.2),
                (w + 0.2, 1.0),
                (w - 0.1, 1.15),
                (-w + 0.1, 1.15),
                (-w - 0.2, 1.0),
            ],
            shade(look.hair, 0.8),
        )
    elif look.hair_style == "bob":
        pen.ellipse(0, 0.02, w + 0.17, 0.56, shade(look.hair, 0.85))
    elif look.hair_style == "bun":
        pen.ellipse(0, -0.62, 0.2, 0.18, shade(look.hair, 0.9))


def _head(pen: Pen, figure: Figure) -> None:
    """Head with ears, face and hair; `turn` moves the face, not the skull."""
    look, w, turn = figure.look, figure.look.face / 2, figure.turn
    for s in (-1, 1):
        if s * turn < 0.45:
            pen.ellipse(s * w * 0.98 - turn * 0.1, 0.05, 0.07, 0.12, shade(look.skin, 0.88))
    pen.ellipse(0, -0.03, w, 0.47, look.skin)
    pen.ellipse(turn * 0.05, 0.16, w * 0.84, 0.34, look.skin)
    pen.ellipse(-w * 0.62 + turn * 0.1, 0.1, w * 0.24, 0.3, shade(look.skin, 0.955))
    if look.has_beard:
        pen.shape(
            [
                (-w * 0.9, 0.08),
                (-w * 0.55, 0.2),
                (w * 0.55, 0.2),
                (w * 0.9, 0.08),
                (w * 0.6, 0.45),
                (0, 0.54),
                (-w * 0.6, 0.45),
            ],
            mix(look.hair, look.skin, 0.15),
        )
    _face(pen.at(turn * w * 0.62, figure.look_down * 0.12), figure, w)
    _front_hair(pen, look, turn)
    if look.has_headset:
        dark = (45, 45, 45)
        pen.line(
            [
                (math.cos(a) * (w + 0.06), -0.02 + math.sin(a) * 0.56)
                for a in [math.pi * (1 + n / 12) for n in range(13)]
            ],
            0.06,
            dark,
        )
        for s in (-1, 1):
            pen.ellipse(s * (w + 0.03), 0.06, 0.09, 0.16, dark)


def _face(pen: Pen, figure: Figure, w: float) -> None:
    """Brows, eyes, nose, mouth and glasses; the far eye hides when the head is turned away."""
    look, turn = figure.look, figure.turn
    narrow = 1 - abs(turn) * 0.45
    for s in (-1, 1):
        if s * turn > 0.72:
            continue
        x = s * w * 0.42 * narrow
        pen.line([(x - 0.09, -0.15), (x + s * 0.01, -0.18), (x + 0.09, -0.15)], 0.028, shade(look.hair, 0.7))
        tall = 0.045 * max(0.12, figure.eyes_open) * (1 - 0.5 * figure.look_down)
        pen.ellipse(
            x,
            -0.05,
            0.075 * narrow,
            tall,
            (238, 238, 238) if figure.eyes_open > 0.3 else shade(look.skin, 0.8),
        )
        if figure.eyes_open > 0.3:
            pen.ellipse(x + turn * 0.03, -0.05 + 0.012 * figure.look_down, 0.036, min(0.04, tall), look.eyes)
        if look.has_glasses:
            ring = [
                (x + math.cos(a) * 0.125, -0.04 + math.sin(a) * 0.095)
                for a in [n * math.pi / 8 for n in range(17)]
            ]
            pen.line(ring, 0.022, (35, 35, 35))
    if look.has_glasses:
        pen.line([(-0.05, -0.06), (0.05, -0.06)], 0.02, (35, 35, 35))
    nose = turn * 0.1
    pen.line([(nose * 0.3, -0.02), (nose + 0.035, 0.13), (nose - 0.03, 0.145)], 0.022, shade(look.skin, 0.76))
    lips = mix(shade(look.skin, 0.75), (70, 60, 170), 0.35)
    pen.ellipse(nose * 0.4, 0.27, 0.12 * narrow, 0.022 + 0.07 * figure.mouth_open, lips)
    if figure.mouth_open > 0.25:
        pen.ellipse(nose * 0.4, 0.275, 0.08 * narrow, 0.045 * figure.mouth_open, (40, 25, 50))


def _front_hair(pen: Pen, look: Look, turn: float) -> None:
    """Hair over the forehead, or a headscarf around the face."""
    w, hair = look.face / 2, look.headscarf or look.hair
    if look.headscarf:
        rim = [
            (math.cos(a) * (w + 0.14), -0.02 + math.sin(a) * 0.6)
            for a in [math.pi * (0.9 + n * 1.2 / 20) for n in range(21)]
        ]
        inner = [
            (math.cos(a) * w * 0.86 + turn * 0.05, 0.02 + math.sin(a) * 0.40)
            for a in [math.pi * (2.1 - n * 1.2 / 20) for n in range(21)]
        ]
        pen.shape([*rim, *inner], hair)
        pen.shape([(-w * 0.95, 0.28), (w * 0.95, 0.28), (w * 1.15, 0.95), (-w * 1.15, 0.95)], hair)
        pen.ellipse(0, 0.3, w * 0.76, 0.2, look.skin)
        pen.ellipse(turn * 0.05, 0.27, 0.12, 0.03, mix(shade(look.skin, 0.75), (70, 60, 170), 0.35))
        return
    if look.hair_style == "bald":
        return
    low = {
        "short": -0.16,
        "side": -0.12,
        "fringe": -0.17,
        "long": -0.1,
        "bob": -0.05,
        "bun": -0.2,
        "curly": -0.12,
    }.get(look.hair_style, -0.15)
    outer = [
        (math.cos(a) * (w + 0.05), low * 0.4 - 0.05 + math.sin(a) * 0.5)
        for a in [math.pi * (1.0 + n / 16) for n in range(17)]
    ]
    part = 0.25 if look.hair_style == "side" else 0.0
    inner = [
        (w * 0.9, low),
        (w * (0.62 + part) + turn * 0.08, -0.27),
        (turn * 0.1 + part * 0.5, -0.33),
        (-w * (0.62 - part) + turn * 0.08, -0.26),
        (-w * 0.9, low),
    ]
    if look.hair_style == "fringe":
        inner = [(w * 0.9, low), (w * 0.7, -0.2), (0, -0.19), (-w * 0.7, -0.2), (-w * 0.9, low)]
    pen.shape([*outer, *inner], hair)
    pen.shape(
        [(-w * 0.5, -0.5), (-w * 0.2, -0.53), (-w * 0.4, -0.33), (-w * 0.62, -0.34)],
        mix(hair, (255, 255, 255), 0.14),
    )
    if look.hair_style in ("long", "bob"):
        for s in (-1, 1):
            end = 0.5 if look.hair_style == "long" else 0.3
            pen.limb((s * (w + 0.0), -0.1), (s * (w + 0.06), end), 0.16, 0.18, hair)
    if look.hair_style == "curly":
        for n in range(9):
            a = math.pi * (1 + n / 8)
            pen.ellipse(math.cos(a) * (w + 0.04), -0.1 + math.sin(a) * 0.42, 0.14, 0.14, hair)
