"""Texts of the console command and of this package's errors, in Kazakh, Russian and English.

Belongs here: finding a text by its key. The texts are in `i18n/<language>.toml`, in sections; a key is
`<section>.<name>`.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path

CATALOGUE_DIR = Path(__file__).parent / "i18n"
LANGUAGES = ("kk", "ru", "en")


class Texts:
    """The catalogue of one language; calling it gives a text with its places filled."""

    def __init__(self, language: str, entries: Mapping[str, str]) -> None:
        self.language = language
        self.entries = entries

    def __call__(self, key: str, /, **params: object) -> str:
        """Text of `key`, with `{name}` places filled.

        An unknown key is a `KeyError`: a missing text is a defect.
        """
        return self.entries[key].format(**params)

    def has(self, key: str) -> bool:
        """Whether the catalogue knows the key."""
        return key in self.entries


@functools.lru_cache(maxsize=len(LANGUAGES))
def texts_of(language: str) -> Texts:
    """The catalogue of a language; an unknown language is a `ValueError`."""
    if language not in LANGUAGES:
        raise ValueError(f"unknown language {language!r}, known are {', '.join(LANGUAGES)}")
    with (CATALOGUE_DIR / f"{language}.toml").open("rb") as stream:
        sections = tomllib.load(stream)
    return Texts(
        language,
        {
            f"{section}.{name}": text
            for section, entries in sections.items()
            for name, text in entries.items()
        },
    )
