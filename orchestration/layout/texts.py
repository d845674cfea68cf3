"""Texts of the reports in Kazakh, Russian and English: GNU gettext catalogues, read by Babel.

Belongs here: finding a text by its key, filling its places, choosing the plural form. The texts are in
`locale/<language>.po`, where translators' tools open them; their ids are keys, `<part>.<name>`. Not here:
names of stages, tracks, statuses and reasons, which are seeds of the release, and texts of the console
command (`orchestration/texts.py`). Keys stand in the code as whole literals: a test finds those that are
missing, unused, or fill other places in another language.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from orchestration.layout import values
from orchestration.layout.content import LANGUAGES

CATALOGUE_DIR = Path(__file__).parent / "locale"


class MissingText(KeyError):
    """A key that a catalogue does not have: a defect of the code, never shown as its key."""


class _NothingBehind(NullTranslations):
    """What a catalogue asks for a message that it lacks."""

    def gettext(self, message: str) -> str:
        raise MissingText(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        raise MissingText(msgid1)


class ReportTexts:
    """The catalogue of one language; calling it gives a text with its places filled."""

    def __init__(self, language: str, translations: GNUTranslations) -> None:
        self.language = language
        self._translations = translations

    def __call__(self, key: str, /, **places: object) -> str:
        """Text of `key` with its `{name}` places filled: numbers, days and moments as the locale has them.

        Raises `MissingText` for an unknown key, `KeyError` for a place that nothing fills.
        """
        return self._translations.gettext(key).format_map(self._shown(places))

    def plural(self, key: str, count: int, /, **places: object) -> str:
        """Text of `key` in the form that goes with `count`, which fills the place `{count}`."""
        text = self._translations.ngettext(key, key, count)
        return text.format_map(self._shown({"count": count, **places}))

    def _shown(self, places: Mapping[str, object]) -> dict[str, object]:
        return {name: _as_text(value, self.language) for name, value in places.items()}


def _as_text(value: object, language: str) -> object:
    if isinstance(value, bool):
        raise TypeError("yes or no is no place of a text")
    if isinstance(value, int):
        return values.whole(value, language)
    if isinstance(value, Decimal):
        return values.decimal(value, 2, language)
    if isinstance(value, datetime):
        return values.long_moment(value, language)
    if isinstance(value, date):
        return values.long_day(value, language)
    return value


@lru_cache(maxsize=len(LANGUAGES))
def report_texts(language: str) -> ReportTexts:
    """The catalogue of a language; an unknown one is a `ValueError`."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    if language not in LANGUAGES:
        raise ValueError(f"unknown language {language!r}, known are {', '.join(LANGUAGES)}")
    with (CATALOGUE_DIR / f"{language}.po").open("rb") as stream:
        catalogue = read_po(stream, locale=values.locale_of(language), abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    translations = GNUTranslations(compiled)
    translations.add_fallback(_NothingBehind())
    return ReportTexts(language, translations)
