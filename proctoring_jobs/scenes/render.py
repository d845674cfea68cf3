"""From a scene to a picture and its true boxes.

Belongs here: the order in which a scene is drawn, and which of its contents can be seen. Does not belong
here: what is in a scene (`chance.py`, `script.py`), shapes (`people.py`, `things.py`, `rooms.py`), light
(`optics.py`).

A box encloses the pixels that remain visible after everything was drawn: what is hidden has no box.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from proctoring_jobs.scenes.arms import draw_arms
from proctoring_jobs.scenes.canvas import Canvas
from proctoring_jobs.scenes.optics import covered, lit, photographed
from proctoring_jobs.scenes.parts import HEIGHT, LABELS, PERSON_LABEL, WIDTH, Figure, Scene, Thing, TrueBox
from proctoring_jobs.scenes.people import draw_body
from proctoring_jobs.scenes.rooms import draw_chair, draw_desk, draw_room
from proctoring_jobs.scenes.things import draw_holding_fingers, draw_thing

#: What is smaller or more hidden than this can be recognised by nobody: area and side in pixels, share left
#: visible.
LEAST_PERSON = (1500, 22, 0.04)
LEAST_THING = (170, 9, 0.30)

#: From this share on a covered lens shows nothing.
COVERED = 0.75


@dataclass(frozen=True)
class DrawnFrame:
    """A picture (rows × columns × blue-green-red, `uint8`), what can be seen in it, whose each pixel is."""

    image: np.ndarray
    boxes: tuple[TrueBox, ...]
    owner: np.ndarray


def draw(scene: Scene) -> DrawnFrame:
    """Draw a scene; the same scene gives the same bytes."""
    if scene.is_black:
        return DrawnFrame(np.zeros((HEIGHT, WIDTH, 3), np.uint8), (), np.zeros((HEIGHT, WIDTH), np.uint8))
    canvas = Canvas()
    labels: dict[int, tuple[str, bool]] = {}
    draw_room(canvas, scene.room)
    for figure in scene.others_behind:
        _whole_figure(canvas, figure, labels)
    _candidate_and_desk(canvas, scene, labels)
    for figure in scene.others_before:
        _whole_figure(canvas, figure, labels)
    picture = lit(canvas, scene.light)
    if scene.cover > 0:
        picture = covered(picture, scene)
    boxes = () if scene.cover >= COVERED else _boxes(canvas, labels)
    return DrawnFrame(
        photographed(picture, scene.camera, scene.room.seed, scene.noise_seed), boxes, canvas.owner
    )


def _candidate_and_desk(canvas: Canvas, scene: Scene, labels: dict[int, tuple[str, bool]]) -> None:
    """Chair, candidate, desk, what lies on it, what is held."""
    candidate, room = scene.candidate, scene.room
    if room.has_chair:
        x, y, head = _chair_place(scene)
        draw_chair(canvas, room, x, y, head)
    owner = 0
    if candidate:
        owner = canvas.new_owner()
        labels[owner] = (PERSON_LABEL, False)
        draw_body(canvas, candidate, owner)
    draw_desk(canvas, room)
    for thing in sorted(scene.on_desk, key=lambda t: t.y):
        _thing(canvas, thing, labels)
    for thing in scene.held:
        if thing.place == "ear":
            _thing(canvas, thing, labels)
    if candidate:
        draw_arms(canvas, candidate, owner)
    for thing in scene.held:
        if thing.place != "ear":
            _thing(canvas, thing, labels)
        draw_holding_fingers(canvas, thing, owner)
    if candidate:
        canvas.finish(owner)


def _chair_place(scene: Scene) -> tuple[float, float, float]:
    """Where the chair stands: behind the candidate, or where the seed puts an empty one."""
    if scene.candidate:
        return scene.candidate.x, scene.candidate.y, scene.candidate.look.head
    seed = scene.room.seed
    return 240 + seed % 160, 150 + seed % 70, 105 + seed % 50


def _whole_figure(canvas: Canvas, figure: Figure, labels: dict[int, tuple[str, bool]]) -> None:
    """A further person with arms."""
    owner = canvas.new_owner()
    labels[owner] = (PERSON_LABEL, False)
    draw_body(canvas, figure, owner)
    draw_arms(canvas, figure, owner)
    canvas.finish(owner)


def _thing(canvas: Canvas, thing: Thing, labels: dict[int, tuple[str, bool]]) -> None:
    """A thing; things without a class of the rules own nothing."""
    label = LABELS.get(thing.kind)
    owner = canvas.new_owner() if label else 0
    draw_thing(canvas, thing, owner)
    if label:
        labels[owner] = (label, thing.place != "desk")
        canvas.finish(owner)


def _boxes(canvas: Canvas, labels: dict[int, tuple[str, bool]]) -> tuple[TrueBox, ...]:
    """Boxes of what can be recognised, in the order of drawing."""
    found = []
    for owner, (label, is_held) in labels.items():
        rows, columns = np.nonzero(canvas.owner == owner)
        area, side, share = LEAST_PERSON if label == PERSON_LABEL else LEAST_THING
        if len(rows) < area or len(rows) < share * canvas.full_area[owner]:
            continue
        box = (float(columns.min()), float(rows.min()), float(columns.max() + 1), float(rows.max() + 1))
        if min(box[2] - box[0], box[3] - box[1]) >= side:
            found.append(TrueBox(label, box, is_held, len(rows) / max(1, canvas.full_area[owner])))
    return tuple(found)
