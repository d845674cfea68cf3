"""Texts of the interface in Kazakh, Russian and English, a folder of TOML catalogues per language.

Belongs here: every sentence that the dashboards say themselves, and choosing the language.
Does not belong here: names of stages, tracks, regions, statuses and reasons; those are seeds of the release
(dashboards/warehouse/ reads them).
"""

from __future__ import annotations

import logging
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES: tuple[str, ...] = ("kk", "ru", "en")
LANGUAGE_NAMES: Mapping[str, str] = {"kk": "Қазақша", "ru": "Русский", "en": "English"}
FALLBACK_LANGUAGE = "en"

_log = logging.getLogger(__name__)


class MissingText(KeyError):
    """A key that a catalogue does not have, or a language that has no catalogue."""


class RepeatedText(ValueError):
    """A key that two catalogues of a language have: which of them is meant would depend on their names."""


@dataclass(frozen=True)
class Texts:
    """One catalogue: `texts("funnel.title")` gives the text, its `{name}` filled from keywords."""

    language: str
    entries: Mapping[str, str]

    def __call__(self, key: str, **params: object) -> str:
        """Return the text of `key`; raises MissingText for an unknown key."""
        try:
            return self.entries[key].format(**params)
        except KeyError as error:
            raise MissingText(f"{self.language}: {key} ({error})") from error

    def get(self, key: str) -> str | None:
        """Return the text of `key` as it stands, or None where the catalogue has none."""
        return self.entries.get(key)


def _flatten(table: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            flat.update(_flatten(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = str(value)
    return flat


@cache
def load_texts(language: str) -> Texts:
    """Read the catalogues of `language` (kk, ru or en), one for each group of pages, as one.

    Raises MissingText for any other language, and RepeatedText where two catalogues have the same key.
    """
    if language not in LANGUAGES:
        raise MissingText(language)
    entries: dict[str, str] = {}
    for file in sorted((Path(__file__).parent / language).glob("*.toml")):
        read = _flatten(tomllib.loads(file.read_text(encoding="utf-8")))
        if repeated := entries.keys() & read.keys():
            raise RepeatedText(f"{language}/{file.name}: {', '.join(sorted(repeated))}")
        entries |= read
    return Texts(language, entries)


def default_language() -> str:
    """Return the language of REZERV_LANGUAGE; English where it is unset or names no catalogue."""
    wanted = os.environ.get("REZERV_LANGUAGE", "").strip() or FALLBACK_LANGUAGE
    if wanted in LANGUAGES:
        return wanted
    _log.warning(
        "REZERV_LANGUAGE=%r is none of %s; using %s", wanted, ", ".join(LANGUAGES), FALLBACK_LANGUAGE
    )
    return FALLBACK_LANGUAGE
