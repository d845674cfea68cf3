"""Looks by chance: people, rooms, light, cameras, each from a generator of random numbers.

Belongs here: how a setting looks that stays the same through a recording, and how often. Does not belong
here: what people do and hold (`poses.py`), single scenes (`chance.py`).
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from proctoring_jobs.scenes.parts import HEIGHT, LIGHTINGS, WIDTH, Camera, Colour, Figure, Light, Look, Room
from proctoring_jobs.scenes.rooms import FURNITURE

SKINS: tuple[Colour, ...] = (
    (185, 208, 240), (165, 195, 232), (145, 180, 222), (130, 165, 210), (105, 145, 195), (85, 122, 172),
    (62, 92, 138), (48, 70, 105),
)  # fmt: skip


HAIRS: tuple[Colour, ...] = (
    (18, 18, 22), (25, 28, 38), (32, 42, 62), (45, 68, 100), (80, 130, 175), (60, 75, 140), (150, 150, 152),
)  # fmt: skip


STYLES = ("short", "short", "side", "fringe", "long", "long", "bob", "bun", "curly", "bald")


TOPS = ("tee", "tee", "shirt", "jacket", "stripes", "hoodie", "sweater")


@dataclass(frozen=True)
class Setting:
    """What stays the same through a recording: room, light, camera, the candidate at rest."""

    room: Room
    light: Light
    camera: Camera
    candidate: Figure


def random_setting(seed: int | str, lighting: str | None = None) -> Setting:
    """A room with a candidate in it, under light of a kind (`LIGHTINGS`; by chance if not given)."""
    rng = random.Random(f"setting {seed}")
    look = random_look(rng, rng.uniform(96, 178))
    x, y = rng.gauss(WIDTH / 2, 55), rng.uniform(0.62, 1.25) * look.head + rng.uniform(10, 60)
    figure = Figure(look, min(max(x, 150), WIDTH - 150), y, turn=rng.gauss(0, 0.12), tilt=rng.gauss(0, 3))
    room = _room(rng, y + look.head * rng.uniform(1.7, 2.6))
    light = random_light(rng, lighting)
    return Setting(room, light, random_camera(rng, light), figure)


def random_look(rng: random.Random, head: float) -> Look:
    """Skin, hair, clothes; combinations are free."""
    scarf = _colour(rng, 40, 225) if rng.random() < 0.1 else None
    return Look(
        head=head,
        skin=rng.choice(SKINS),
        hair=rng.choice(HAIRS),
        hair_style=rng.choice(STYLES),
        top=_colour(rng, 25, 235),
        top_style=rng.choice(TOPS),
        face=rng.uniform(0.7, 0.84),
        shoulders=rng.uniform(1.75, 2.35),
        eyes=rng.choice(((40, 30, 25), (60, 60, 40), (110, 80, 50))),
        has_glasses=rng.random() < 0.3,
        has_beard=scarf is None and rng.random() < 0.15,
        has_headset=scarf is None and rng.random() < 0.08,
        headscarf=scarf,
    )


def random_light(rng: random.Random, kind: str | None = None) -> Light:
    """Light of a kind, with the gain that the kind allows."""
    kind = kind or rng.choices(LIGHTINGS, (4, 2, 1.5, 1.5, 1.5))[0]
    low, high = {
        "even": (0.8, 1.1),
        "dark": (0.22, 0.5),
        "bright": (1.25, 1.6),
        "side": (0.75, 1.1),
        "back": (0.85, 1.15),
    }[kind]
    return Light(
        kind,
        rng.uniform(low, high),
        max(-1, min(1, rng.gauss(0.1, 0.45))),
        rng.choice((-1.0, 1.0)),
        rng.uniform(0.5, 1),
    )


def random_camera(rng: random.Random, light: Light) -> Camera:
    """Noise (more of it in the dark), blur, loss of resolution and compression."""
    noise = rng.uniform(1, 6) * (1.7 if light.kind == "dark" else 1)
    blur = rng.uniform(0.3, 1.3) if rng.random() < 0.4 else 0.0
    quality = rng.randint(28, 90) if rng.random() < 0.45 else 0
    block = rng.uniform(0.2, 0.5) if rng.random() < 0.2 else 0.0
    return Camera(noise, blur, quality, rng.uniform(0.85, 1.12), block)


def _room(rng: random.Random, desk_y: float) -> Room:
    """Wall, furniture and desk."""
    grey = rng.uniform(70, 235)
    wall = tuple(int(min(250, max(25, grey + rng.gauss(0, 22)))) for _ in range(3))
    desk = rng.choice(
        (
            (70, 110, 160),
            (50, 75, 115),
            (190, 200, 210),
            (90, 92, 95),
            (120, 165, 200),
            (35, 45, 60),
            (230, 232, 235),
        )
    )
    return Room(
        seed=rng.randrange(1 << 30),
        wall=wall,  # type: ignore[arg-type]
        desk=desk,
        desk_y=min(max(desk_y, 300), 455) if rng.random() < 0.85 else HEIGHT + 1,
        furniture=tuple(rng.sample(FURNITURE, rng.randint(0, 4))),
        has_chair=rng.random() < 0.6,
        chair=rng.choice(((45, 45, 48), (90, 90, 95), (120, 70, 40), (60, 70, 150))),
        is_blurred=rng.random() < 0.12,
    )


def _colour(rng: random.Random, low: int, high: int) -> Colour:
    """Any colour between two greys."""
    return (rng.randint(low, high), rng.randint(low, high), rng.randint(low, high))
