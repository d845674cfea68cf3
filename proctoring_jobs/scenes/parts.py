"""What a drawn scene consists of: rooms, people, things, light, as plain values. No pixels, no time.

Belongs here: the vocabulary of a scene and its units. Does not belong here: choosing values (`chance.py`),
moving them (`script.py`), drawing them (`people.py`, `things.py`, `rooms.py`, `optics.py`).

Lengths are pixels of a picture of `WIDTH` × `HEIGHT`, angles are degrees clockwise, colours blue-green-red
of 0–255, shares and strengths 0 to 1. Everybody and everything here is invented: no picture of a real
person or room is used.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from proctoring_jobs.signals import BOOK, LAPTOP, PERSON, PHONE, Box

WIDTH, HEIGHT = 640, 480

Colour = tuple[int, int, int]
Point = tuple[float, float]

#: Kinds of light, by which the model's card tells its metrics apart.
LIGHTINGS = ("even", "dark", "bright", "side", "back")

#: Things that carry a class of the rules, and things drawn so that the model learns what is no phone.
LABELS: dict[str, str] = {"phone": PHONE, "book": BOOK, "laptop": LAPTOP}
DISTRACTORS = (
    "calculator", "wallet", "remote", "mug", "paper", "card", "eyeglasses", "bottle", "mouse", "box", "snack",
)  # fmt: skip

#: Where a thing is held or lies; it decides its slant and whether fingers cover it.
PLACES = ("desk", "hand", "ear")


@dataclass(frozen=True)
class Look:
    """How a person looks. `head` is the height of the head in pixels; everything else is relative to it."""

    head: float
    skin: Colour
    hair: Colour
    hair_style: str
    top: Colour
    top_style: str
    face: float = 0.78
    shoulders: float = 2.0
    eyes: Colour = (60, 40, 30)
    has_glasses: bool = False
    has_beard: bool = False
    has_headset: bool = False
    headscarf: Colour | None = None


@dataclass(frozen=True)
class Figure:
    """A person at a place: centre of the head, how it is turned, where the hands are.

    `turn` is -1 (profile to the left) to 1 (to the right), `tilt` degrees, `eyes_open` 0 to 1. Hands are
    points of the picture, `None` where the arm hangs down; the left one is the left in the picture. `grips`
    says which hand closes around something. `body` is how far the torso reaches below the chin, in heads.
    """

    look: Look
    x: float
    y: float
    turn: float = 0.0
    tilt: float = 0.0
    look_down: float = 0.0
    eyes_open: float = 1.0
    mouth_open: float = 0.0
    left_hand: Point | None = None
    right_hand: Point | None = None
    grips: tuple[bool, bool] = (False, False)
    body: float = 5.0


@dataclass(frozen=True)
class Thing:
    """A thing: its kind, centre, size of the longer side, angle, and a seed for what distinguishes it.

    `slant` is the share of its height that is left by looking at it from above (1 = facing the camera),
    `narrow` the share of its width that is left by looking at it from the side; `side` is the side shown:
    "screen" or "back" of a phone, "open" or "closed" of a book, "front" or "lid" of a laptop.
    """

    kind: str
    x: float
    y: float
    size: float
    angle: float = 0.0
    slant: float = 1.0
    narrow: float = 1.0
    side: str = "screen"
    place: str = "desk"
    seed: int = 0
    is_lit: bool = True
    skin: Colour | None = None
    grip_side: int = 1


@dataclass(frozen=True)
class Room:
    """What is behind and before the candidate; the desk begins at `desk_y`, below the picture if unseen."""

    seed: int
    wall: Colour
    desk: Colour
    desk_y: float
    furniture: tuple[str, ...] = ()
    has_chair: bool = True
    chair: Colour = (60, 60, 60)
    is_blurred: bool = False


@dataclass(frozen=True)
class Light:
    """How the scene is lit: `kind` of `LIGHTINGS`, `gain`, warmth (-1 blue, 1 yellow), direction (-1, 1)."""

    kind: str = "even"
    gain: float = 1.0
    warmth: float = 0.0
    direction: float = 1.0
    strength: float = 0.5


@dataclass(frozen=True)
class Camera:
    """What camera and connection add: noise (grey levels), blur (pixels), quality of JPEG (0: none)."""

    noise: float = 3.0
    blur: float = 0.0
    quality: int = 0
    contrast: float = 1.0
    block: float = 0.0


@dataclass(frozen=True)
class Scene:
    """One picture's content. `cover` is how much of the lens is covered, 0 to 1; `is_black`: no light."""

    room: Room
    light: Light
    camera: Camera
    candidate: Figure | None = None
    others_behind: tuple[Figure, ...] = ()
    others_before: tuple[Figure, ...] = ()
    on_desk: tuple[Thing, ...] = ()
    held: tuple[Thing, ...] = ()
    cover: float = 0.0
    is_black: bool = False
    noise_seed: int = 0


@dataclass(frozen=True)
class TrueBox:
    """A thing or person that can be seen: class by its COCO name, box of its visible pixels."""

    label: str
    box: Box
    is_held: bool = False
    visible: float = field(default=1.0, compare=False)


PERSON_LABEL = PERSON
