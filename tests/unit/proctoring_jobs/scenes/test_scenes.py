from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from proctoring_jobs.scenes.canvas import Canvas
from proctoring_jobs.scenes.chance import random_scene
from proctoring_jobs.scenes.looks import random_setting
from proctoring_jobs.scenes.parts import DISTRACTORS, HEIGHT, LIGHTINGS, WIDTH, Scene, Thing
from proctoring_jobs.scenes.poses import held_thing, phone_at_ear
from proctoring_jobs.scenes.render import draw
from proctoring_jobs.scenes.things import draw_thing
from proctoring_jobs.signals import REQUIRED_LABELS, intersection_over_union


def scene_with(*, held: str | None = None, seed: str = "a") -> Scene:
    setting = random_setting(seed, "even")
    scene = Scene(setting.room, setting.light, setting.camera, setting.candidate)
    if held is None:
        return scene
    figure, thing = held_thing(setting.candidate, held, random.Random(seed))
    return replace(scene, candidate=figure, held=(thing,))


def test_a_seed_gives_the_same_scene_and_picture_every_time() -> None:
    for seed in ("x 1", "x 2"):
        first, second = draw(random_scene(seed)), draw(random_scene(seed))
        assert random_scene(seed) == random_scene(seed)
        assert first.image.tobytes() == second.image.tobytes()
        assert first.boxes == second.boxes


def test_other_seeds_give_other_scenes() -> None:
    assert len({draw(random_scene(f"y {number}")).image.tobytes() for number in range(8)}) == 8


def test_pictures_are_those_of_a_webcam() -> None:
    frame = draw(random_scene("z"))
    assert (frame.image.shape, frame.image.dtype) == ((HEIGHT, WIDTH, 3), np.uint8)


@pytest.mark.parametrize("seed", range(12))
def test_boxes_enclose_exactly_what_is_drawn(seed: int) -> None:
    frame = draw(random_scene(f"boxes {seed}"))
    spans = []
    for owner in range(1, int(frame.owner.max()) + 1):
        rows, columns = np.nonzero(frame.owner == owner)
        if len(rows):
            spans.append((columns.min(), rows.min(), columns.max() + 1, rows.max() + 1))
    assert {one.box for one in frame.boxes} <= set(spans)
    assert all(one.label in REQUIRED_LABELS for one in frame.boxes)


def test_a_thing_changes_the_pixels_of_its_box() -> None:
    without, with_phone = draw(scene_with()), draw(scene_with(held="phone"))
    box = next(one.box for one in with_phone.boxes if one.label == "cell phone")
    left, top, right, bottom = map(int, box)
    changed = np.abs(with_phone.image.astype(int) - without.image).max(axis=2) > 25
    assert changed[top:bottom, left:right].mean() > 0.4


def test_what_is_hidden_has_no_box() -> None:
    shown = draw(scene_with(held="phone"))
    assert [one.label for one in shown.boxes] == ["person", "cell phone"]
    assert draw(replace(scene_with(held="phone"), cover=1.0)).boxes == ()
    black = draw(replace(scene_with(), is_black=True))
    assert (black.image.max(), black.boxes) == (0, ())


@pytest.mark.parametrize("kind", DISTRACTORS)
def test_lookalikes_are_drawn_and_carry_no_class(kind: str) -> None:
    canvas = Canvas()
    draw_thing(canvas, Thing(kind, 300, 200, 120, seed=3), 0)
    assert canvas.image.any()
    assert not canvas.owner.any()
    assert {one.label for one in draw(scene_with(held=kind)).boxes} == {"person"}


def test_a_phone_at_the_ear_is_beside_the_head() -> None:
    setting = random_setting("ear", "even")
    figure, phone = phone_at_ear(setting.candidate, random.Random(1), side=1)
    frame = draw(Scene(setting.room, setting.light, setting.camera, figure, held=(phone,)))
    box = next(one.box for one in frame.boxes if one.label == "cell phone")
    assert 0.2 < ((box[0] + box[2]) / 2 - figure.x) / figure.look.head < 0.9


def test_light_changes_brightness() -> None:
    mean = {
        kind: float(np.mean([draw(random_scene(f"l {n}", kind)).image.mean() for n in range(6)]))
        for kind in LIGHTINGS
    }
    assert mean["dark"] < 0.6 * mean["even"] < 0.6 * mean["bright"]


def test_chance_gives_enough_of_everything() -> None:
    labels: dict[str, int] = dict.fromkeys(REQUIRED_LABELS, 0)
    empty = several = 0
    for number in range(60):
        found = [one.label for one in draw(random_scene(f"many {number}")).boxes]
        for label in set(found):
            labels[label] += 1
        empty += "person" not in found
        several += found.count("person") > 1
    assert labels["cell phone"] >= 20
    assert min(labels.values()) >= 10
    assert empty >= 2
    assert several >= 8


def test_two_people_have_two_boxes() -> None:
    frames = [draw(random_scene(f"pair {number}")) for number in range(30)]
    pairs = [f for f in frames if sum(one.label == "person" for one in f.boxes) == 2]
    assert pairs
    for frame in pairs:
        first, second = (one.box for one in frame.boxes if one.label == "person")
        assert intersection_over_union(first, second) < 0.95
