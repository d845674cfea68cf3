"""Poses by chance: where hands are, what they hold, what lies on the desk, where a second person is.

Belongs here: placing people and things in the picture. Does not belong here: looks (`looks.py`), how often
something happens (`chance.py`), movement over time (`script.py`).
"""

from __future__ import annotations

import random
from dataclasses import replace

from proctoring_jobs.scenes.looks import random_look
from proctoring_jobs.scenes.parts import HEIGHT, WIDTH, Figure, Room, Thing

#: Things that stand upright on the desk instead of lying on it.
STANDING = frozenset({"mug", "bottle"})


#: Size of the longer side in heads of 23 cm.
SIZES = {
    "phone": (0.6, 0.76), "book": (0.9, 1.35), "laptop": (1.5, 2.1), "calculator": (0.5, 0.75),
    "wallet": (0.42, 0.55), "remote": (0.65, 0.95), "mug": (0.42, 0.55), "paper": (1.0, 1.35),
    "card": (0.33, 0.42), "eyeglasses": (0.5, 0.7), "bottle": (0.9, 1.25), "mouse": (0.38, 0.5),
    "box": (0.4, 0.9), "snack": (0.45, 0.75),
}  # fmt: skip


def resting_hand(figure: Figure, room: Room, side: int, rng: random.Random) -> tuple[float, float] | None:
    """A hand on the desk, at the face, raised, or hanging down."""
    head, choice = figure.look.head, rng.random()
    if choice < 0.45:
        low = min(HEIGHT + 20.0, room.desk_y + rng.uniform(0.0, 0.5) * head)
        return (figure.x + side * head * rng.uniform(0.15, 1.2), low)
    if choice < 0.57:
        return (figure.x + side * head * rng.uniform(0.1, 0.45), figure.y + head * rng.uniform(0.35, 0.62))
    if choice < 0.67:
        return (figure.x + side * head * rng.uniform(0.8, 1.6), figure.y + head * rng.uniform(-0.4, 1.2))
    return None


def held_thing(
    figure: Figure, kind: str, rng: random.Random, *, seed: int | None = None
) -> tuple[Figure, Thing]:
    """The candidate with a thing in one hand (a book: in both), somewhere before the body."""
    head, side = figure.look.head, rng.choice((-1, 1))
    size = head * rng.uniform(*SIZES[kind]) * rng.uniform(0.95, 1.25)
    x = min(max(figure.x + side * head * rng.uniform(0.15, 1.35), size * 0.4), WIDTH - size * 0.4)
    y = min(figure.y + head * rng.uniform(0.35, 2.0), HEIGHT - size * rng.uniform(0.25, 0.5))
    if kind in ("book", "paper"):
        x = figure.x + rng.gauss(0, 0.3) * head
    landscape = (
        90 * rng.choice((-1, 1))
        if kind in ("phone", "card", "calculator", "remote") and rng.random() < 0.22
        else 0
    )
    thing = Thing(
        kind, x, y, size,
        angle=landscape + rng.gauss(side * 6, 16),
        slant=rng.uniform(0.6, 1.0),
        narrow=rng.uniform(0.75, 1.0),
        side=_side(kind, rng),
        place="hand",
        seed=rng.randrange(1 << 30) if seed is None else seed,
        is_lit=rng.random() < 0.75,
        skin=figure.look.skin,
        grip_side=-side,
    )  # fmt: skip
    return with_grip(figure, thing, side), thing


def with_grip(figure: Figure, thing: Thing, side: int) -> Figure:
    """The hand of one side (both for a book) behind a held thing."""
    at = (thing.x + side * thing.size * 0.06, thing.y + thing.size * 0.3 * thing.slant)
    if thing.kind == "book":
        reach = thing.size * 0.36
        low = thing.y + thing.size * 0.24
        return replace(
            figure, left_hand=(thing.x - reach, low), right_hand=(thing.x + reach, low), grips=(True, True)
        )
    if side < 0:
        return replace(figure, left_hand=at, grips=(True, False))
    return replace(figure, right_hand=at, grips=(False, True))


def phone_at_ear(figure: Figure, rng: random.Random, *, side: int | None = None) -> tuple[Figure, Thing]:
    """The candidate with a phone at the ear, seen nearly from its edge, the hand over half of it."""
    side = side or rng.choice((-1, 1))
    head = figure.look.head
    figure = replace(
        figure, turn=figure.turn * 0.5 - side * rng.uniform(0, 0.4), tilt=side * rng.uniform(2, 12)
    )
    x = figure.x + side * head * (figure.look.face / 2 + rng.uniform(0.02, 0.12))
    y = figure.y + head * rng.uniform(0.02, 0.2)
    thing = Thing(
        "phone", x, y, head * rng.uniform(0.62, 0.8),
        angle=side * rng.uniform(4, 22),
        narrow=rng.uniform(0.5, 0.95),
        side=rng.choice(("back", "back", "screen")),
        place="ear",
        seed=rng.randrange(1 << 30),
        is_lit=rng.random() < 0.3,
        skin=figure.look.skin,
        grip_side=side,
    )  # fmt: skip
    at = (x + side * head * rng.uniform(0.08, 0.16), y + head * rng.uniform(0.22, 0.36))
    if side < 0:
        return replace(figure, left_hand=at, grips=(True, False)), thing
    return replace(figure, right_hand=at, grips=(False, True)), thing


def desk_thing(kind: str, room: Room, head: float, x: float, depth: float, rng: random.Random) -> Thing:
    """A thing on the desk at `x`; `depth` 0 (far edge) to 1 (near)."""
    size = head * rng.uniform(*SIZES[kind])
    y = room.desk_y + (HEIGHT - room.desk_y) * (0.12 + 0.75 * depth)
    if kind == "laptop":
        return Thing(
            kind,
            x,
            y - size * 0.22,
            size,
            angle=rng.gauss(0, 4),
            slant=rng.uniform(0.75, 1),
            narrow=rng.uniform(0.75, 1),
            side=_side(kind, rng),
            seed=rng.randrange(1 << 30),
            is_lit=rng.random() < 0.8,
        )
    if kind in STANDING:
        return Thing(kind, x, y - size * 0.4, size, seed=rng.randrange(1 << 30))
    return Thing(
        kind, x, y, size * rng.uniform(1.0, 1.3),
        angle=rng.uniform(0, 360),
        slant=rng.uniform(0.38, 0.75),
        side=_side(kind, rng),
        seed=rng.randrange(1 << 30),
        is_lit=rng.random() < 0.6,
    )  # fmt: skip


def other_figure(
    place: str, rng: random.Random, *, side: int | None = None, share: float | None = None
) -> Figure:
    """A second person; `share` is how far a person from the side has come in, 0 (hardly) to 1."""
    side = side or rng.choice((-1, 1))
    edge = 0 if side < 0 else WIDTH
    if place == "behind":
        head = rng.uniform(52, 105)
        x, y = rng.uniform(40, WIDTH - 40), rng.uniform(0.7, 1.5) * head + rng.uniform(0, 50)
    else:
        head = rng.uniform(95, 165) if place == "side" else rng.uniform(170, 230)
        reach = rng.random() if share is None else share
        x = edge - side * head * (-0.75 + 1.9 * reach)
        y = rng.uniform(0.55, 1.3) * head + rng.uniform(0, 60)
    figure = Figure(
        random_look(rng, head),
        x,
        y,
        turn=max(-1, min(1, rng.gauss(-side * 0.3, 0.4))),
        tilt=rng.gauss(0, 6),
        look_down=rng.random() * 0.6,
    )
    if rng.random() < 0.3:
        reach_x = x - side * head * rng.uniform(0.4, 1.4)
        hand = (reach_x, y + head * rng.uniform(0.6, 2.2))
        return replace(figure, left_hand=hand) if side > 0 else replace(figure, right_hand=hand)
    return figure


def _side(kind: str, rng: random.Random) -> str:
    """Which side of a thing is shown."""
    return rng.choice(
        {
            "phone": ("screen", "back"),
            "book": ("open", "open", "closed"),
            "laptop": ("front", "front", "lid"),
        }.get(kind, ("front",))
    )
