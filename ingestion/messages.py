"""Texts of the ingestion room in Kazakh, Russian and English.

Belongs here: finding a text by its code and language, and making a foreign text safe to show. The texts
themselves are in ``i18n/<language>.toml``, in the sections ``reasons`` (why a row or a file was quarantined),
``errors`` (what stopped a command), ``checks`` (names of the checks at the door), ``report`` (what a sender
is told to mend), ``data_docs`` (the index of the data docs) and ``vetting_lists`` (letters to the vetting
bodies). Texts of the selection (reason codes of the Order) are seeds in ``dbt_project/seeds/``.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

LANGUAGES = ("kk", "ru", "en")
SECTIONS = ("reasons", "errors", "checks", "report", "data_docs")
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


def section_text(section: str, code: str, language: str, **params: object) -> str:
    """Text of a code that means something in one section only, with its places filled."""
    return catalogue(language)[section][code].format(**params)


def plain(text: str) -> str:
    """A foreign text on one line, as it can be shown on a terminal or in a sheet.

    Signs that are not printable (control characters, turns of the direction of writing, broken encodings)
    become a replacement sign; blanks of all kinds, a blank.
    """
    return "".join(
        mark if mark.isprintable() else " " if unicodedata.category(mark) == "Zs" else "\ufffd"
        for mark in text
    )
