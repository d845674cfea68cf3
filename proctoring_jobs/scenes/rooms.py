"""Drawing rooms: wall, furniture, chair, desk.

Belongs here: everything behind and before the candidate that carries no class of the rules. Does not belong
here: light (`optics.py`). Pictures with faces hang on some walls: the model has to learn that they are no
second person.
"""

from __future__ import annotations

import random

import cv2
import numpy as np

from proctoring_jobs.scenes.canvas import Canvas, Pen, mix, shade
from proctoring_jobs.scenes.parts import HEIGHT, WIDTH, Colour, Figure, Look, Room
from proctoring_jobs.scenes.people import draw_body

FURNITURE = (
    "window",
    "door",
    "shelf",
    "plant",
    "portrait",
    "poster",
    "clock",
    "lamp",
    "wardrobe",
    "curtain",
    "map",
    "switch",
)


def draw_room(canvas: Canvas, room: Room) -> None:
    """Wall and furniture, perhaps blurred as conferencing programs do."""
    rng = random.Random(f"room {room.seed}")
    fade = np.linspace(1.08, 0.9, HEIGHT)[:, None, None] * np.array(room.wall, float)[None, None, :]
    canvas.image[:] = np.clip(fade, 0, 255).astype(np.uint8)
    pen = canvas.pen()
    _wall(pen, room, rng)
    for kind in room.furniture:
        _FURNITURE[kind](pen, room, rng)
    if room.is_blurred:
        canvas.image[:] = cv2.GaussianBlur(canvas.image, (0, 0), 7)
    canvas.owner[:] = 0


def draw_chair(canvas: Canvas, room: Room, x: float, y: float, head: float) -> None:
    """The back of the chair: behind the candidate, or seen empty."""
    pen = canvas.pen().at(x, y, scale=head)
    dark = shade(room.chair, 0.7)
    pen.box(-0.85, 0.55, 0.85, 3.1, dark, r=0.3)
    pen.box(-0.78, 0.62, 0.78, 3.0, room.chair, r=0.26)
    if room.seed % 3:
        for n in range(3):
            pen.line([(-0.6, 1.0 + n * 0.5), (0.6, 1.0 + n * 0.5)], 0.05, dark)
    if room.seed % 2:
        pen.box(-0.42, -0.05, 0.42, 0.5, shade(room.chair, 0.85), r=0.14)


def draw_desk(canvas: Canvas, room: Room) -> None:
    """The edge and the top of the desk at the bottom of the picture."""
    if room.desk_y >= HEIGHT:
        return
    pen, y = canvas.pen(), room.desk_y
    pen.box(-10, y, WIDTH + 10, HEIGHT + 10, room.desk)
    pen.box(-10, y, WIDTH + 10, y + 3, shade(room.desk, 1.15))
    rng = random.Random(f"desk {room.seed}")
    if rng.random() < 0.5:
        for n in range(7):
            at = y + (HEIGHT - y) * (n + 1) / 8 + rng.uniform(-3, 3)
            pen.line([(0, at), (WIDTH * 0.5, at + rng.uniform(-4, 4)), (WIDTH, at)], 1, shade(room.desk, 0.9))
    if rng.random() < 0.35:
        x = rng.uniform(200, 440)
        _keyboard(pen.at(x, HEIGHT - (HEIGHT - y) * 0.22, scale=rng.uniform(190, 260), slant=0.45), rng)


def _keyboard(pen: Pen, rng: random.Random) -> None:
    """A keyboard before the candidate."""
    body = rng.choice(((50, 50, 50), (200, 200, 200)))
    pen.box(-0.5, -0.18, 0.5, 0.18, body, r=0.03)
    key = mix(body, (128, 128, 128), 0.45)
    for row in range(4):
        for column in range(14):
            x, y = -0.455 + column * 0.07, -0.125 + row * 0.083
            pen.box(x - 0.028, y - 0.03, x + 0.028, y + 0.03, key)


def _wall(pen: Pen, room: Room, rng: random.Random) -> None:
    """Plain, striped, panelled, bricks or tiles."""
    kind, line = (
        rng.choice(("plain", "plain", "plain", "stripes", "panels", "bricks")),
        shade(room.wall, 0.92),
    )
    if kind == "stripes":
        step = rng.uniform(24, 60)
        for n in range(int(WIDTH / step) + 1):
            pen.box(n * step, 0, n * step + step / 2, HEIGHT, line)
    elif kind == "panels":
        y = rng.uniform(200, 330)
        pen.box(0, y, WIDTH, HEIGHT, shade(room.wall, 0.84))
        pen.box(0, y, WIDTH, y + 6, shade(room.wall, 1.1))
    elif kind == "bricks":
        for row in range(24):
            pen.line([(0, row * 20), (WIDTH, row * 20)], 2, line)
            for n in range(12):
                x = n * 58 + (row % 2) * 29
                pen.line([(x, row * 20), (x, row * 20 + 20)], 2, line)


def _window(pen: Pen, room: Room, rng: random.Random) -> None:
    x, y, w, h = rng.uniform(-40, 520), rng.uniform(-30, 60), rng.uniform(110, 210), rng.uniform(150, 260)
    sky = mix((250, 225, 190), (255, 250, 245), rng.random())
    pen.box(x - 9, y - 9, x + w + 9, y + h + 9, (235, 238, 240))
    pen.box(x, y, x + w, y + h, sky, glow=200)
    pen.box(x, y + h * 0.66, x + w, y + h, mix((120, 160, 120), sky, 0.35), glow=170)
    pen.line([(x + w / 2, y), (x + w / 2, y + h)], 7, (235, 238, 240))
    pen.line([(x, y + h * 0.4), (x + w, y + h * 0.4)], 5, (235, 238, 240))


def _door(pen: Pen, room: Room, rng: random.Random) -> None:
    x, w = rng.choice((rng.uniform(-20, 90), rng.uniform(440, 560))), rng.uniform(100, 140)
    wood = mix((70, 110, 150), (220, 225, 228), rng.random())
    pen.box(x - 8, 30, x + w + 8, HEIGHT, shade(wood, 0.8))
    pen.box(x, 38, x + w, HEIGHT, wood)
    for y0, y1 in ((60, 200), (225, 420)):
        pen.box(x + 16, y0, x + w - 16, y1, shade(wood, 0.92))
    pen.ellipse(x + w - 12, 260, 5, 5, (120, 190, 210))


def _shelf(pen: Pen, room: Room, rng: random.Random) -> None:
    """A shelf with boxes, vases and folders; no books, so that books mean something."""
    x, y, w = rng.uniform(-30, 460), rng.uniform(40, 170), rng.uniform(130, 230)
    wood = mix((60, 100, 140), (210, 215, 220), rng.random())
    for level in range(rng.randint(1, 3)):
        top = y + level * 95
        at = x + 8
        while at < x + w - 30:
            colour = (rng.randint(40, 220), rng.randint(40, 220), rng.randint(40, 220))
            kind, wide = rng.random(), rng.uniform(22, 44)
            if kind < 0.4:
                pen.box(at, top - rng.uniform(20, 44), at + wide, top, colour)
            elif kind < 0.7:
                pen.ellipse(at + wide / 2, top - 16, wide / 2.2, 16, colour)
                pen.box(at + wide / 2 - 5, top - 44, at + wide / 2 + 5, top - 26, colour)
            at += wide + rng.uniform(4, 26)
        pen.box(x, top, x + w, top + 9, wood)


def _plant(pen: Pen, room: Room, rng: random.Random) -> None:
    x, y, s = (
        rng.choice((rng.uniform(10, 130), rng.uniform(510, 630))),
        rng.uniform(300, 400),
        rng.uniform(60, 130),
    )
    green = (rng.randint(40, 80), rng.randint(100, 160), rng.randint(30, 80))
    for n in range(13):
        bend = (n - 6) / 6 * s * 0.9
        pen.limb(
            (x, y),
            (x + bend, y - s * rng.uniform(0.7, 1.7)),
            s * 0.06,
            s * 0.18,
            shade(green, rng.uniform(0.7, 1.2)),
        )
    pen.shape(
        [(x - s * 0.35, y), (x + s * 0.35, y), (x + s * 0.25, y + s * 0.7), (x - s * 0.25, y + s * 0.7)],
        (70, 110, 180),
    )


def _portrait(pen: Pen, room: Room, rng: random.Random) -> None:
    """A framed picture of a head: no person."""
    x, y, s = rng.uniform(30, 560), rng.uniform(50, 170), rng.uniform(24, 40)
    pen.box(
        x - s * 1.35,
        y - s * 1.6,
        x + s * 1.35,
        y + s * 1.6,
        rng.choice(((40, 70, 110), (30, 30, 30), (130, 190, 210))),
    )
    pen.box(x - s * 1.15, y - s * 1.4, x + s * 1.15, y + s * 1.4, (200, 205, 190))
    skin = rng.choice(((160, 190, 225), (110, 150, 200), (70, 100, 150)))
    look = Look(
        s * 1.25,
        skin,
        (40, 45, 60),
        rng.choice(("short", "bob", "side")),
        (120, 80, 60),
        "tee",
        shoulders=1.5,
    )
    draw_body(pen.canvas, Figure(look, x, y - s * 0.3, body=0.3), 0)


def _poster(pen: Pen, room: Room, rng: random.Random) -> None:
    x, y, w, h = rng.uniform(20, 520), rng.uniform(20, 120), rng.uniform(60, 130), rng.uniform(80, 150)
    colour = (rng.randint(60, 240), rng.randint(60, 240), rng.randint(60, 240))
    pen.box(x - 4, y - 4, x + w + 4, y + h + 4, (245, 245, 245))
    pen.box(x, y, x + w, y + h, colour)
    for _ in range(rng.randint(2, 5)):
        c = (rng.randint(20, 250), rng.randint(20, 250), rng.randint(20, 250))
        pen.ellipse(
            x + rng.uniform(0.2, 0.8) * w,
            y + rng.uniform(0.2, 0.8) * h,
            w * rng.uniform(0.05, 0.2),
            h * rng.uniform(0.05, 0.2),
            c,
        )
    pen.box(x + w * 0.1, y + h * 0.85, x + w * 0.9, y + h * 0.91, shade(colour, 0.5))


def _clock(pen: Pen, room: Room, rng: random.Random) -> None:
    x, y, s = rng.uniform(60, 580), rng.uniform(50, 110), rng.uniform(22, 36)
    pen.ellipse(x, y, s, s, (50, 50, 50))
    pen.ellipse(x, y, s * 0.88, s * 0.88, (245, 245, 245))
    pen.line([(x, y - s * 0.6), (x, y), (x + s * 0.4, y + s * 0.1)], 3, (40, 40, 40))


def _lamp(pen: Pen, room: Room, rng: random.Random) -> None:
    x, y, s = (
        rng.choice((rng.uniform(20, 120), rng.uniform(520, 620))),
        rng.uniform(120, 220),
        rng.uniform(36, 60),
    )
    pen.line([(x, y), (x, HEIGHT)], 6, (70, 70, 75))
    pen.shape([(x - s * 0.5, y - s), (x + s * 0.5, y - s), (x + s, y), (x - s, y)], (170, 225, 245), 160)


def _wardrobe(pen: Pen, room: Room, rng: random.Random) -> None:
    x, w, y = (
        rng.choice((rng.uniform(-60, 40), rng.uniform(430, 560))),
        rng.uniform(130, 200),
        rng.uniform(20, 110),
    )
    wood = mix((60, 95, 135), (190, 200, 210), rng.random())
    pen.box(x, y, x + w, HEIGHT, wood)
    pen.line([(x + w / 2, y), (x + w / 2, HEIGHT)], 3, shade(wood, 0.7))
    for s in (-1, 1):
        pen.box(x + w / 2 + s * 10 - 2, 240, x + w / 2 + s * 10 + 2, 275, shade(wood, 0.5))


def _curtain(pen: Pen, room: Room, rng: random.Random) -> None:
    x, w = rng.choice((rng.uniform(-40, 60), rng.uniform(460, 600))), rng.uniform(90, 170)
    cloth = (rng.randint(60, 220), rng.randint(60, 220), rng.randint(80, 230))
    for n in range(8):
        pen.box(x + w * n / 8, -5, x + w * (n + 1) / 8, HEIGHT, shade(cloth, 0.85 + 0.25 * (n % 2)))


def _map(pen: Pen, room: Room, rng: random.Random) -> None:
    x, y, w = rng.uniform(30, 420), rng.uniform(30, 110), rng.uniform(130, 210)
    pen.box(x, y, x + w, y + w * 0.62, (225, 205, 170))
    for _ in range(5):
        c: Colour = (rng.randint(110, 190), rng.randint(170, 220), rng.randint(150, 220))
        px, py = x + w * rng.uniform(0.2, 0.8), y + w * rng.uniform(0.15, 0.45)
        pen.shape(
            [
                (px + w * 0.12 * rng.uniform(0.4, 1) * dx, py + w * 0.1 * rng.uniform(0.4, 1) * dy)
                for dx, dy in ((1, 0), (0.5, 1), (-0.6, 0.8), (-1, -0.1), (-0.3, -1), (0.7, -0.7))
            ],
            c,
        )


def _switch(pen: Pen, room: Room, rng: random.Random) -> None:
    x, y = rng.uniform(30, 610), rng.uniform(180, 260)
    pen.box(x, y, x + 20, y + 28, (240, 240, 240), r=3)
    pen.box(x + 5, y + 6, x + 15, y + 22, (215, 215, 215))


_FURNITURE = {
    "window": _window, "door": _door, "shelf": _shelf, "plant": _plant, "portrait": _portrait,
    "poster": _poster, "clock": _clock, "lamp": _lamp, "wardrobe": _wardrobe, "curtain": _curtain,
    "map": _map, "switch": _switch,
}  # fmt: skip
