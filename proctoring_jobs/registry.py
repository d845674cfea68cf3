"""Which models there are: their files, hashes, and what each knows, from `models/registry.toml`.

Belongs here: reading the registry and finding a model in it by name. Does not belong here: checking and
loading the weights (`detector.py`), settings (`config.py`), training (`training/`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from proctoring_jobs.errors import ConfigInvalidError

MODELS = Path(__file__).parent / "models"
REGISTRY = MODELS / "registry.toml"


@dataclass(frozen=True)
class RegisteredModel:
    """A model of the registry.

    `sha256` is empty where the project does not ship the file: who installs it configures the hash.
    `image_size` is the input size in pixels it was made for. A model with `is_production` false must not
    judge recordings of people.
    """

    name: str
    file: str
    sha256: str
    image_size: int
    is_production: bool
    knows: str
    source: str

    @property
    def path(self) -> Path:
        """Where the file lies if the project ships it."""
        return MODELS / self.file


@cache
def registered_models() -> Mapping[str, RegisteredModel]:
    """All models of the registry by name."""
    with REGISTRY.open("rb") as stream:
        return {name: RegisteredModel(name=name, **entry) for name, entry in tomllib.load(stream).items()}


def registered(name: str) -> RegisteredModel:
    """The model of a name; raises `ConfigInvalidError` that lists the names there are."""
    models = registered_models()
    if name not in models:
        raise ConfigInvalidError("model_unknown", model=name, known=", ".join(models))
    return models[name]


def by_hash(sha256: str) -> RegisteredModel | None:
    """The model whose file has this SHA-256, if the registry knows one."""
    return next((model for model in registered_models().values() if sha256 and model.sha256 == sha256), None)
