"""Scenes by chance: who and what is there, all from one seed.

Belongs here: what occurs in a scene and how often. Does not belong here: looks (`looks.py`), poses
(`poses.py`), what a recording shows over time (`script.py`), drawing (`render.py`). Seeds are texts or
numbers; the same seed gives the same scene on every machine. Phones are the weak point of small models, so
they are in more than half of the scenes, and what looks like one in most.
"""

from __future__ import annotations

import random
from dataclasses import replace

from proctoring_jobs.scenes.looks import random_setting
from proctoring_jobs.scenes.parts import DISTRACTORS, HEIGHT, WIDTH, Figure, Scene, Thing
from proctoring_jobs.scenes.poses import desk_thing, held_thing, other_figure, phone_at_ear, resting_hand


def random_scene(seed: int | str, lighting: str | None = None) -> Scene:
    """A moment: who and what is there, from one seed."""
    rng = random.Random(f"scene {seed}")
    setting = random_setting(seed, lighting)
    scene = Scene(setting.room, setting.light, setting.camera, noise_seed=rng.randrange(1 << 30))
    if rng.random() < 0.02:
        return replace(scene, candidate=setting.candidate, cover=1.0)
    if rng.random() < 0.9:
        scene = _with_candidate(scene, setting.candidate, rng)
    if rng.random() < 0.32:
        scene = _with_other(scene, rng)
    return replace(scene, on_desk=_on_desk(scene, setting.candidate, rng))


def _with_candidate(scene: Scene, figure: Figure, rng: random.Random) -> Scene:
    """The candidate in a pose, perhaps getting up or leaning out, perhaps with something in the hands."""
    if rng.random() < 0.1:
        head = figure.look.head
        x, y = (
            rng.uniform(-0.5 * head, WIDTH + 0.5 * head),
            figure.y - rng.choice((0, 0, 1, 2)) * rng.random() * head,
        )
        figure = replace(figure, x=x, y=y)
    figure = replace(
        figure,
        turn=max(-1, min(1, rng.gauss(0, 0.35))),
        tilt=rng.gauss(0, 7),
        look_down=max(0, rng.gauss(0.2, 0.4)),
        eyes_open=rng.choice((1, 1, 1, 1, 0.1)),
        mouth_open=rng.choice((0, 0, 0, rng.random())),
    )
    left, right = (resting_hand(figure, scene.room, side, rng) for side in (-1, 1))
    figure = replace(figure, left_hand=left, right_hand=right)
    choice = rng.random()
    if choice < 0.3:
        figure, thing = held_thing(figure, "phone", rng)
    elif choice < 0.37:
        figure, thing = phone_at_ear(figure, rng)
    elif choice < 0.46:
        figure, thing = held_thing(figure, "book", rng)
    elif choice < 0.66:
        figure, thing = held_thing(figure, rng.choice(DISTRACTORS), rng)
    else:
        return replace(scene, candidate=figure)
    return replace(scene, candidate=figure, held=(thing,))


def _on_desk(scene: Scene, at_rest: Figure, rng: random.Random) -> tuple[Thing, ...]:
    """What lies on the desk, if the desk can be seen."""
    if scene.room.desk_y > HEIGHT - 25:
        return ()
    kinds = [rng.choice(DISTRACTORS) for _ in range(rng.choice((0, 1, 1, 2, 3)))]
    kinds += (
        ["phone"] * (rng.random() < 0.36)
        + ["book"] * (rng.random() < 0.26)
        + ["laptop"] * (rng.random() < 0.27)
    )
    rng.shuffle(kinds)
    places = rng.sample(range(8), len(kinds)) if len(kinds) <= 8 else range(len(kinds))
    head = at_rest.look.head
    return tuple(
        desk_thing(kind, scene.room, head, 40 + place * 80 + rng.uniform(-25, 25), rng.random(), rng)
        for kind, place in zip(kinds, places, strict=True)
    )


def _with_other(scene: Scene, rng: random.Random) -> Scene:
    """A second person: behind, coming in from a side, or close before the camera; seldom a third."""
    for _ in range(rng.choice((1, 1, 1, 2))):
        place = rng.choices(("behind", "side", "before"), (5, 4, 1))[0]
        figure = other_figure(place, rng)
        if place == "before":
            scene = replace(scene, others_before=(*scene.others_before, figure))
        else:
            scene = replace(scene, others_behind=(*scene.others_behind, figure))
    return scene
