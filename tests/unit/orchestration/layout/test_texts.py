from __future__ import annotations

import ast
import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from orchestration.layout.texts import CATALOGUE_DIR, LANGUAGES, MissingText, report_texts

ROOMS = ("announcements", "commissions", "layout", "letters", "stage_reports")
PACKAGE = Path(__file__).resolve().parents[4] / "orchestration"
KAZAKH_LETTERS = set("әіңғүұқөһӘІҢҒҮҰҚӨҺ")
# What the CLDR says of cardinal numbers, but for Kazakh, whose nouns stand alike after every number.
FORMS = {"kk": 1, "ru": 3, "en": 2}


def catalogue(language: str) -> Catalog:
    with (CATALOGUE_DIR / f"{language}.po").open("rb") as stream:
        return read_po(stream, abort_invalid=True)


def messages(language: str) -> dict[str, Message]:
    found = [message for message in catalogue(language) if message.id]
    return {(message.id[0] if isinstance(message.id, tuple) else message.id): message for message in found}


def forms(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def keys_in_code() -> dict[str, str]:
    """Every literal of the rooms that has the form of a key, with the file in which it stands."""
    parts = {key.split(".")[0] for key in messages("en")}
    pattern = re.compile(rf"(?:{'|'.join(sorted(parts))})\.[a-z0-9_]+")
    return {
        node.value: file.name
        for room in ROOMS
        for file in sorted((PACKAGE / room).glob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and pattern.fullmatch(node.value)
    }


def test_every_key_of_the_code_has_a_text_and_every_text_is_used() -> None:
    used, known = set(keys_in_code()), set(messages("en"))
    assert used - known == set(), "missing in the catalogues"
    assert known - used == set(), "no code asks for them"


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_catalogues_have_the_same_keys(language: str) -> None:
    assert list(messages(language)) == list(messages("en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_of_a_text_fills_the_same_places(language: str) -> None:
    english = messages("en")
    for key, message in messages(language).items():
        wanted = {name for form in forms(english[key]) for name in places(form)}
        assert [places(form) for form in forms(message)] == [wanted] * len(forms(message)), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_whole_and_none_waits_for_a_translator(language: str) -> None:
    for key, message in messages(language).items():
        assert all(form.strip() for form in forms(message)), key
        assert not message.fuzzy, key
        is_plural = isinstance(messages("en")[key].id, tuple)
        assert isinstance(message.id, tuple) == is_plural, key
        assert len(forms(message)) == (FORMS[language] if is_plural else 1), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_catalogue_keeps_what_was_thrown_out(language: str) -> None:
    assert list(catalogue(language).obsolete) == []


def test_kazakh_is_written_with_its_own_letters() -> None:
    words = {
        language: " ".join(form for m in messages(language).values() for form in forms(m))
        for language in LANGUAGES
    }
    assert set("әіңғүұқө") <= set(words["kk"].lower())
    assert not KAZAKH_LETTERS & set(words["ru"])
    assert not re.search("[А-Яа-яЁё]", words["en"])
    # a Latin letter within a Cyrillic word looks right and is found by nobody
    for language in ("kk", "ru"):
        words_alone = re.sub(r"\{\w+\}", " ", words[language])
        mixed = re.findall(r"\w*(?:[а-яёәіңғүұқөһ][a-z]|[a-z][а-яёәіңғүұқөһ])\w*", words_alone.lower())
        assert mixed == []


def test_places_are_filled_as_the_language_writes_them() -> None:
    assert report_texts("ru")("layout.moment", moment=datetime(2025, 8, 8, 4, 0)) == (
        "8 августа 2025\u202fг., 09:00 (время Астаны)"
    )
    assert report_texts("kk")("layout.moment", moment=date(2025, 8, 8)).startswith("2025\u202fж. 8 тамыз")
    assert report_texts("en")("layout.page", page=1234, pages=Decimal("2.5")) == "Page 1,234 of 2.50"


def test_a_missing_key_language_or_place_is_an_error() -> None:
    with pytest.raises(MissingText, match=r"layout\.nothing"):
        report_texts("en")("layout.nothing")
    with pytest.raises(MissingText, match=r"layout\.nothing"):
        report_texts("en").plural("layout.nothing", 3)
    with pytest.raises(KeyError, match="pages"):
        report_texts("en")("layout.page", page="1")
    with pytest.raises(TypeError):
        report_texts("en")("layout.page", page=True, pages=1)
    with pytest.raises(ValueError, match="de"):
        report_texts("de")
