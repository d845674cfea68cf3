"""What happens in a recording: known incidents in time, and the scene at every moment.

Belongs here: pure arithmetic on time: who moves when, what comes into the picture and leaves it, when
somebody speaks. Does not belong here: pixels (`render.py`), samples of sound (`sound.py`), files
(`recording.py`).

A script is the truth that a detector is measured against. Its kinds are the codes of seed
`proctoring_signal_types`, and `covered`, `black`, `frozen` for a camera that shows nothing. Seconds count
from the beginning of the sitting.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from proctoring_jobs.scenes.looks import Setting, random_setting
from proctoring_jobs.scenes.parts import DISTRACTORS, HEIGHT, WIDTH, Figure, Scene, Thing
from proctoring_jobs.scenes.poses import desk_thing, held_thing, other_figure, phone_at_ear, with_grip

ABSENCE, SECOND_PERSON, PHONE, BOOK, SCREEN, SPEECH = (
    "absence",
    "second_person",
    "phone",
    "book",
    "screen",
    "speech",
)
VIDEO_MISSING, COVERED, BLACK, FROZEN = "video_missing", "covered", "black", "frozen"
KINDS = (ABSENCE, SECOND_PERSON, PHONE, BOOK, SCREEN, SPEECH, VIDEO_MISSING, COVERED, BLACK, FROZEN)

#: How each kind can look; an incident without a variant takes one by seed.
VARIANTS = {PHONE: ("hand", "ear", "desk"), BOOK: ("hand", "desk"), SECOND_PERSON: ("side", "behind")}

#: How long people take to come and go, and things to appear, seconds.
WALK, REACH = 1.2, 0.5

#: The first word of every seed used here: no recording shares a scene with a set of the training.
SEED_PREFIX = "recording"


@dataclass(frozen=True)
class KnownIncident:
    """What happens from `started` until `ended` (seconds): a kind of `KINDS`, in one of its variants."""

    kind: str
    started: float
    ended: float
    variant: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be played; raises `ValueError`."""
        known = VARIANTS.get(self.kind, ())
        if (
            self.kind not in KINDS
            or not 0 <= self.started < self.ended
            or (self.variant and self.variant not in known)
        ):
            raise ValueError(f"no such incident: {self}")

    def holds_at(self, seconds: float) -> bool:
        """Whether it is on at a moment."""
        return self.started <= seconds < self.ended


@dataclass(frozen=True)
class SceneScript:
    """A sitting of `duration` seconds with its incidents; the rest follows from seed and kind of light."""

    seed: int | str
    duration: float
    incidents: tuple[KnownIncident, ...] = ()
    lighting: str | None = None
    is_typing: bool = True

    @cached_property
    def setting(self) -> Setting:
        """Room, light, camera and the candidate at rest; the desk is in the picture."""
        setting = random_setting(f"{SEED_PREFIX} {self.seed}", self.lighting)
        return replace(setting, room=replace(setting.room, desk_y=min(setting.room.desk_y, HEIGHT - 65)))

    @cached_property
    def clutter(self) -> tuple[Thing, ...]:
        """What lies on the desk all the time and is no incident."""
        rng = self._random("clutter")
        kinds = rng.sample(DISTRACTORS, rng.randint(0, 2))
        head = self.setting.candidate.look.head
        places = rng.sample((50, 130, 520, 600), len(kinds))
        return tuple(
            desk_thing(kind, self.setting.room, head, x, rng.random(), rng)
            for kind, x in zip(kinds, places, strict=True)
        )

    def active(self, kind: str, seconds: float) -> bool:
        """Whether an incident of a kind is on."""
        return any(one.kind == kind and one.holds_at(seconds) for one in self.incidents)

    def of_kind(self, kind: str) -> list[tuple[int, KnownIncident]]:
        """Incidents of a kind with their numbers."""
        return [(n, one) for n, one in enumerate(self.incidents) if one.kind == kind]

    def scene_at(self, seconds: float) -> Scene:
        """The scene at a moment; while the picture is frozen, the one at which it froze."""
        for _, one in self.of_kind(FROZEN):
            if one.holds_at(seconds):
                seconds = one.started
        setting, seed = self.setting, round(seconds * 1000)
        figure = self._candidate(seconds)
        others = [o for n, one in self.of_kind(SECOND_PERSON) if (o := self._other(n, one, seconds))]
        scene = Scene(
            setting.room, setting.light, setting.camera, figure, tuple(others), on_desk=self.clutter,
            is_black=self.active(BLACK, seconds), noise_seed=seed,
            cover=max((presence(one, seconds, 0.4) for _, one in self.of_kind(COVERED)), default=0.0),
        )  # fmt: skip
        for kind in (PHONE, BOOK, SCREEN):
            for number, one in self.of_kind(kind):
                share = presence(one, seconds, REACH)
                if share > 0:
                    scene = self._with_thing(scene, number, one, share)
        return scene

    def _candidate(self, seconds: float) -> Figure | None:
        """The candidate, who breathes, sways, blinks, types, and leaves or comes back."""
        away = max((absence_share(one, seconds) for _, one in self.of_kind(ABSENCE)), default=0.0)
        if away >= 1:
            return None
        rng = self._random("sway")
        figure, head = self.setting.candidate, self.setting.candidate.look.head
        slow = [math.sin(seconds * rng.uniform(0.2, 0.9) + rng.uniform(0, 6)) for _ in range(6)]
        leave = rng.choice((-1, 1)) * away * (WIDTH / 2 + 1.6 * head)
        x = figure.x + head * 0.06 * slow[0] + leave
        y = figure.y + head * 0.03 * slow[1] - away * head * 0.4
        speaks = self.active(SPEECH, seconds)
        keys = [math.sin(seconds * 9 + n * 2) * 4 if self.is_typing else 0 for n in range(2)]
        low = min(self.setting.room.desk_y + head * 0.28, HEIGHT - 12.0)
        return replace(
            figure,
            x=x,
            y=y,
            turn=figure.turn + 0.14 * slow[2] + (0.5 if leave > 0 else -0.5) * away,
            tilt=figure.tilt + 2.5 * slow[3],
            look_down=max(0.0, 0.4 * slow[4]),
            eyes_open=0.1 if (seconds + rng.uniform(0, 3)) % 3.7 < 0.16 else 1.0,
            mouth_open=abs(math.sin(seconds * 14)) * 0.9 if speaks else 0.0,
            left_hand=None if away > 0.2 else (x - head * 0.5 + 3 * slow[5], low + keys[0]),
            right_hand=None if away > 0.2 else (x + head * 0.5, low + keys[1]),
        )

    def _other(self, number: int, one: KnownIncident, seconds: float) -> Figure | None:
        """A second person, coming in from a side or along the wall behind."""
        share = presence(one, seconds, WALK)
        if share <= 0:
            return None
        rng = self._random(f"other {number}")
        variant = one.variant or rng.choice(VARIANTS[SECOND_PERSON])
        side = 1 if self.setting.candidate.x < WIDTH / 2 else -1
        place = other_figure(variant, rng, side=side, share=0.8)
        edge = WIDTH + place.look.head if side > 0 else -place.look.head
        rest = self.setting.candidate.x + side * (
            self.setting.candidate.look.head * 1.15 + place.look.head * 0.6
        )
        rest = min(max(rest, 20.0), WIDTH - 20.0)
        sway = 4 * math.sin(seconds * 0.8 + number)
        return replace(place, x=edge + (rest - edge) * share + sway)

    def _with_thing(self, scene: Scene, number: int, one: KnownIncident, share: float) -> Scene:
        """The scene with the thing of an incident, on its way up by `share`."""
        rng = self._random(f"thing {number}")
        variant = one.variant or rng.choice(VARIANTS.get(one.kind, ("desk",)))
        figure, kind = scene.candidate, {PHONE: "phone", BOOK: "book", SCREEN: "laptop"}[one.kind]
        if figure is None or variant == "desk":
            head = self.setting.candidate.look.head
            x = rng.choice((150.0, 250.0, 400.0, 490.0)) if kind == "phone" else rng.choice((190.0, 450.0))
            thing = desk_thing(kind, scene.room, head, x, 0.45, rng)
            thing = replace(thing, y=thing.y + (1 - share) * 220, side=_recognisable(kind, thing.side))
            return replace(scene, held=(*scene.held, thing))  # before the arms: it can be seen
        if variant == "ear":
            figure, thing = phone_at_ear(figure, rng, side=1 if self.setting.candidate.x < WIDTH / 2 else -1)
        else:
            figure, thing = held_thing(figure, kind, rng)
            thing = replace(thing, y=min(thing.y, HEIGHT - thing.size * 0.55))
            figure = with_grip(figure, thing, -1 if figure.grips == (True, False) else 1)
        moved = replace(thing, y=thing.y + (1 - share) * (HEIGHT - thing.y + thing.size * 0.6))
        side = -1 if figure.grips == (True, False) else 1
        if share < 1:
            figure = with_grip(figure, moved, side)
        return replace(scene, candidate=figure, held=(*scene.held, moved))

    def _random(self, purpose: str) -> random.Random:
        """A generator for one purpose, so that nothing depends on what was drawn before."""
        return random.Random(f"{SEED_PREFIX} {self.seed} {purpose}")


def presence(one: KnownIncident, seconds: float, move: float) -> float:
    """How far something has come in, 0 to 1: it comes and goes within `move` seconds inside the incident."""
    move = min(move, (one.ended - one.started) / 3)
    return _smooth(min((seconds - one.started) / move, (one.ended - seconds) / move))


def absence_share(one: KnownIncident, seconds: float) -> float:
    """How far the candidate has gone, 0 to 1: away throughout, on the way before and after."""
    return _smooth(min((seconds - one.started + WALK) / WALK, (one.ended + WALK - seconds) / WALK))


def random_script(
    seed: int | str, duration: float, kinds: Sequence[str], *, lighting: str | None = None
) -> SceneScript:
    """A script with an incident of each kind named, in that order, spread over the sitting.

    Raises `ValueError` where the sitting is too short for them (10 seconds each).
    """
    rng = random.Random(f"{SEED_PREFIX} {seed} plan")
    slot = (duration - 4) / max(1, len(kinds))
    if kinds and slot < 10:
        raise ValueError(f"{duration} seconds are too short for {len(kinds)} incidents")
    incidents = []
    for number, kind in enumerate(kinds):
        length = min(rng.uniform(5, 9) if kind != VIDEO_MISSING else rng.uniform(11, 14), slot - 4)
        started = 2 + number * slot + rng.uniform(1.5, max(1.6, slot - length - 2))
        incidents.append(KnownIncident(kind, round(started, 1), round(started + length, 1)))
    return SceneScript(seed, duration, tuple(incidents), lighting)


def _recognisable(kind: str, side: str) -> str:
    """A laptop in an incident shows its screen; other things show what chance gave them."""
    return "front" if kind == "laptop" else side


def _smooth(share: float) -> float:
    """0 to 1 without a jerk."""
    x = min(1.0, max(0.0, share))
    return x * x * (3 - 2 * x)
