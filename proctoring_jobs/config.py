"""The numbers a run works with: one frozen, bounded configuration, from a TOML file and the environment.

Belongs here: every setting with its default, its bounds and the reason for both. Does not belong here: what
the numbers do (`incidents.py`, `frames.py`, `detector.py`), settings of the warehouse
(`orchestration/settings.py`).

Order of precedence: environment (`PROCTORING_<SETTING>`, upper case) over file over default. The file is the
one given to `load_config`, else the one that `PROCTORING_CONFIG` names. What a named model brings counts as a
default. Nobody has validated these starting values on real footage.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from proctoring_jobs.errors import ConfigInvalidError
from proctoring_jobs.registry import registered

ENV_PREFIX = "PROCTORING_"
ENV_CONFIG_FILE = "PROCTORING_CONFIG"

#: Settings that say where the weights lie or what they are called, not what they are: moving a file must
#: not change the hash of the results.
PLACES = frozenset({"model", "weights"})

#: Settings of how and where sittings are run: whatever they say, a sitting gives the same bytes.
RUNNING = frozenset(
    {
        "engine",
        "workers",
        "ray_address",
        "sitting_attempts",
        "retry_wait_seconds",
        "sitting_limit_seconds",
        "plan_reserve",
    }
)


def _number(default: int | float | str, low: float, high: float, reason: str) -> Any:
    """A bounded numeric setting; a text default is a number of seconds, kept exactly."""
    value = Decimal(default) if isinstance(default, str) else default
    return field(default=value, metadata={"low": low, "high": high, "reason": reason})


def _text(default: Any, reason: str) -> Any:
    """A setting that is not a number."""
    return field(default=default, metadata={"reason": reason})


def _choice(values: tuple[str, ...], reason: str) -> Any:
    """One of some words, the first by default."""
    return field(default=values[0], metadata={"values": values, "reason": reason})


@dataclass(frozen=True)
class ProctoringConfig:
    """Settings of a run; bounds and reasons in `field.metadata`. Seconds are `Decimal`, scores `float`."""

    model: str = _text(
        "", "Model of the registry (models/registry.toml): it brings file, SHA-256 and image size."
    )
    weights: Path | None = _text(
        None, "Weights file of the detector (.pt or .onnx); without it nothing is detected."
    )
    weights_sha256: str = _text(
        "", "SHA-256 that the weights must have, 64 hex digits; any other file is refused."
    )
    backend: str = _choice(
        ("auto", "openvino", "onnxruntime", "torch", "tensorrt"),
        "Library that runs the weights; auto: OpenVINO for ONNX on a processor, the fastest there.",
    )
    device: str = _text(
        "cpu", "Device of inference in Torch's words: cpu, cuda:0. Results differ between devices."
    )
    image_size: int = _number(640, 64, 1920, "Input size of the model, pixels; counts agree less below 640.")
    batch_size: int = _number(
        16, 1, 256, "Frames inferred at once; results may differ between sizes, so it is hashed."
    )

    sample_rate: Decimal = _number(
        "1", 0.5, 10, "Frames looked at per second; coarser than 1 in 2 s misses phones."
    )
    second_look: int = _number(
        4,
        1,
        30,
        "Frames per period of sampling around every change of a state, so that its moment is exact; 1: none.",
    )
    gate_change: float = _number(
        0,
        0,
        60,
        "A frame none of whose parts (8 × 8 measured pixels) changed more, in levels of grey, since the last "
        "inferred one is not inferred again; 0: all are.",
    )
    gate_seconds: Decimal = _number(
        "5", 0, 60, "After this long a frame is inferred however little it changed: light drifts slowly."
    )
    duplicate_iou: float = _number(
        0.6, 0.1, 0.95, "Boxes of a class that overlap more are one object: the model repeats people."
    )

    person_on: float = _number(0.5, 0, 1, "A person is there from this confidence on.")
    person_off: float = _number(
        0.35, 0, 1, "A person who was there is gone below this; lower, so states do not flicker."
    )
    object_on: float = _number(
        0.4, 0, 1, "A thing is there from this confidence on; things are smaller than people."
    )
    object_off: float = _number(0.25, 0, 1, "A thing that was there is gone below this.")

    absence_seconds: Decimal = _number(
        "3", 0, 600, "Shorter absences (bending down, a missed detection) are no incident."
    )
    second_person_votes: int = _number(2, 1, 30, "Samples of the window that must show a second person.")
    second_person_window: int = _number(3, 1, 30, "Consecutive samples looked at for a second person.")
    phone_votes: int = _number(
        2, 1, 30, "Samples of the window that must show a phone: it is small and often hidden."
    )
    phone_window: int = _number(5, 1, 30, "Consecutive samples looked at for a phone.")
    book_seconds: Decimal = _number("3", 0, 600, "Shorter sights of a book or notes are no incident.")
    screen_seconds: Decimal = _number("3", 0, 600, "Shorter sights of a second screen are no incident.")
    covered_contrast: float = _number(
        6, 0, 60, "A picture of less contrast (levels of grey) shows nothing: a hand, tape, one colour."
    )
    dark_level: float = _number(12, 0, 60, "A picture darker than this (levels of grey, mean) shows nothing.")
    covered_seconds: Decimal = _number("3", 0, 600, "A picture that shows nothing for less is no incident.")
    frozen_change: float = _number(
        0.02,
        0,
        5,
        "A picture that changes less (levels of grey) is the one before: cameras have noise.",
    )
    frozen_seconds: Decimal = _number(
        "10", 1, 600, "A still picture for less is no incident: an encoder may repeat a frame."
    )
    sound: str = _choice(
        ("expected", "if_there", "ignored"),
        "expected: no sound is missing too (Order §5.1 records both); if_there: heard where there is any.",
    )
    speech_on: float = _number(0.5, 0, 1, "There is speech from this likelihood on.")
    speech_off: float = _number(0.35, 0, 1, "Speech that was there is over below this.")
    speech_pause_seconds: Decimal = _number(
        "0.6", 0, 10, "Pauses of a speaker: parts of speech no further apart are one."
    )
    speech_seconds: Decimal = _number(
        "1.5", 0, 600, "Shorter speech (a cough, a sigh, one word) is no incident."
    )
    merge_gap_seconds: Decimal = _number(
        "5", 0, 600, "Stretches of a kind no further apart are one item to review."
    )
    clip_before_seconds: Decimal = _number(
        "3", 0, 30, "Clips begin so long before the incident at the latest: a reviewer sees how it came."
    )
    clip_seconds: Decimal = _number(
        "20", 1, 300, "Clips end so long after the incident began, or with it: evidence is short (§5.1)."
    )
    missing_seconds: Decimal = _number(
        "10", 1, 600, "From this length on, a stretch without picture or sound needs a decision (A30)."
    )

    engine: str = _choice(
        ("local", "ray"), "local: the cores of this machine; ray: those of a Ray cluster (ray_address)."
    )
    workers: int = _number(
        0, 0, 4096, "Sittings run at once, one core each; 0: as many as there are cores to use."
    )
    ray_address: str = _text(
        "auto", "Ray cluster in Ray's words; auto: the one this machine belongs to; local: a new one here."
    )
    sitting_attempts: int = _number(
        3,
        1,
        10,
        "Tries of a sitting whose worker died or whose storage failed; a third rarely fails by chance.",
    )
    retry_wait_seconds: Decimal = _number(
        "5", 0, 600, "Wait before the second try, twice as long before each next: storage and memory recover."
    )
    sitting_limit_seconds: int = _number(
        3600, 1, 86_400, "A sitting takes minutes of a core: one at work for longer is stuck, and is ended."
    )
    plan_reserve: float = _number(
        0.3,
        0,
        5,
        "Share added to a plan: machines that fail, sittings done twice, slower storage or pictures.",
    )

    def __post_init__(self) -> None:
        """Check bounds and the relations between settings; raises `ConfigInvalidError` naming the setting."""
        for item in fields(self):
            _check_bounds(item.name, getattr(self, item.name), item.metadata)
        for on, off in (
            ("person_on", "person_off"),
            ("object_on", "object_off"),
            ("speech_on", "speech_off"),
        ):
            _require(getattr(self, off) <= getattr(self, on), off, f"<= {on}")
        for votes, window in (
            ("second_person_votes", "second_person_window"),
            ("phone_votes", "phone_window"),
        ):
            _require(getattr(self, votes) <= getattr(self, window), votes, f"<= {window}")
        digest = self.weights_sha256
        is_digest = len(digest) == 64 and set(digest) <= set("0123456789abcdef")
        _require(not digest or is_digest, "weights_sha256", "64 hex digits")

    @property
    def sample_period(self) -> Decimal:
        """Seconds between two samples."""
        return 1 / self.sample_rate

    @property
    def confidence_floor(self) -> float:
        """Lowest confidence any rule looks at; detections below it are not asked for."""
        return min(self.person_off, self.object_off)

    def config_hash(self) -> str:
        """SHA-256 of all settings that can change a result, the weights' hash among them; 64 hex digits."""
        return hashlib.sha256(self.as_json().encode()).hexdigest()

    def as_json(self) -> str:
        """The settings that can change a result, as canonical JSON (sorted keys, shortest numbers)."""
        aside = PLACES | RUNNING
        values = {name: _canonical(value) for name, value in asdict(self).items() if name not in aside}
        return json.dumps(values, sort_keys=True, separators=(",", ":"))


def load_config(path: Path | None, environ: Mapping[str, str]) -> ProctoringConfig:
    """Read the configuration from a TOML file (optional) and the environment; raises `ConfigInvalidError`.

    A `weights` path in the file is relative to the file.
    """
    if path is None and environ.get(ENV_CONFIG_FILE):
        path = Path(environ[ENV_CONFIG_FILE])
    given: dict[str, Any] = _read_file(path) if path else {}
    for variable, text in environ.items():
        if variable.startswith(ENV_PREFIX) and variable != ENV_CONFIG_FILE:
            given[variable.removeprefix(ENV_PREFIX).lower()] = text
    types = {item.name: type(item.default) for item in fields(ProctoringConfig)}
    unknown = sorted(set(given) - set(types))
    if unknown:
        raise ConfigInvalidError("config_unknown", setting=", ".join(unknown), known=", ".join(types))
    return _configured({name: _cast(name, value, types[name]) for name, value in given.items()})


def config_for_model(name: str, **settings: Any) -> ProctoringConfig:
    """The configuration for a model of the registry and other settings; raises `ConfigInvalidError`."""
    return _configured({"model": name, **settings})


def _configured(given: dict[str, Any]) -> ProctoringConfig:
    """The configuration with what its model brings where nothing else is set.

    A hash of the registry cannot be replaced: a file of another hash is another model.
    """
    if not given.get("model"):
        return ProctoringConfig(**given)
    model = registered(given["model"])
    brought: dict[str, Any] = {
        "weights": model.path,
        "weights_sha256": model.sha256,
        "image_size": model.image_size,
    }
    settings = brought | given
    if model.sha256:
        _require(
            settings["weights_sha256"] == model.sha256, "weights_sha256", f"{model.name}: {model.sha256}"
        )
    return ProctoringConfig(**settings)


def _read_file(path: Path) -> dict[str, Any]:
    """Settings of a TOML file, numbers with a point as `Decimal`."""
    try:
        with path.open("rb") as stream:
            given = tomllib.load(stream, parse_float=Decimal)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigInvalidError("config_unreadable", file=path, detail=error) from error
    if isinstance(given.get("weights"), str):
        given["weights"] = str(path.parent / given["weights"])
    return given


def _cast(name: str, value: Any, kind: type) -> Any:
    """A value from a file or the environment as the type of the setting's default."""
    if kind in (str, type(None)):
        _require(isinstance(value, str), name, "text")
        return Path(value) if kind is type(None) else value.strip()
    _require(isinstance(value, (int, Decimal, str)) and not isinstance(value, bool), name, "number")
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise ConfigInvalidError("config_value", setting=name, expected="number") from error
    _require(number.is_finite(), name, "number")
    _require(kind is not int or number == int(number), name, "whole number")
    return kind(number)


def _check_bounds(name: str, value: Any, metadata: Mapping[str, Any]) -> None:
    """Refuse a number outside the bounds of its setting, and a word that is none of its own."""
    if "values" in metadata:
        _require(value in metadata["values"], name, " | ".join(metadata["values"]))
    if "low" in metadata:
        low, high = metadata["low"], metadata["high"]
        _require(low <= value <= high, name, f"{low} – {high}")


def _require(is_met: bool, name: str, expected: str) -> None:
    """Raise `ConfigInvalidError` for a setting that does not meet its expectation."""
    if not is_met:
        raise ConfigInvalidError("config_value", setting=name, expected=expected)


def _canonical(value: Any) -> Any:
    """One spelling per number, so that 1, 1.0 and 1.00 have the same hash."""
    return format(value.normalize(), "f") if isinstance(value, Decimal) else value
