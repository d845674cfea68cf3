"""Texts of the ingestion room in Kazakh, Russian and English.

Belongs here: finding a text by its code and language. The texts themselves are in ``i18n/<language>.toml``,
in the sections ``reasons`` (why a row or a file was quarantined), ``errors`` (what stopped a command) and
``checks`` (names of the checks at the door). Texts of the selection (reason codes of the Order) are seeds in
``dbt_project/seeds/``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

LANGUAGES = ("kk", "ru", "en")
SECTIONS = ("reasons", "errors", "checks")
_CATALOGUE_DIR = Path(__file__).parent / "i18n"


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> Mapping[str, Mapping[str, str]]:
    """All texts of a language by section and code; an unknown language is a ``ValueError``."""
    if language not in LANGUAGES:
        raise ValueError(f"unknown language {language!r}, known are {', '.join(LANGUAGES)}")
    with (_CATALOGUE_DIR / f"{language}.toml").open("rb") as file:
        return tomllib.load(file)


def message(code: str, language: str, **params: object) -> str:
    """Text of a reason, error or check in a language, with ``{name}`` places filled from ``params``.

    An unknown code is a ``KeyError``: a text that is missing is a defect, never shown as its code.
    """
    texts = catalogue(language)
    for section in SECTIONS:
        if code in texts[section]:
            return texts[section][code].format(**params)
    raise KeyError(f"no text for {code!r} in the {language} catalogue")
