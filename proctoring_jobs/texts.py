"""What a person reads at the command line, in Kazakh, Russian or English.

Belongs here: looking a text up. The texts themselves are in `i18n/<language>.toml`, the same keys in each.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LANGUAGES = ("kk", "ru", "en")
DEFAULT_LANGUAGE = "en"
ENV_LANGUAGE = "REZERV_LANGUAGE"


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """All texts of a language by key; raises `KeyError` for a language there is none of."""
    if language not in LANGUAGES:
        raise KeyError(language)
    with (Path(__file__).parent / "i18n" / f"{language}.toml").open("rb") as stream:
        return tomllib.load(stream)


def text(language: str, key: str, **params: object) -> str:
    """The text of a key with its placeholders filled; raises `KeyError` for an unknown key or placeholder."""
    return catalogue(language)[key].format(**params)
