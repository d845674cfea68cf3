from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from dashboards.i18n import LANGUAGES, MissingText, default_language, load_texts
from tests.support.fake_release import seed_rows

CODE = Path(__file__).resolve().parents[3] / "dashboards"
KAZAKH_LETTERS = set("әіңғүұқөһӘІҢҒҮҰҚӨҺ")


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_catalogues_have_the_same_keys() -> None:
    keys = {language: set(load_texts(language).entries) for language in LANGUAGES}
    assert keys["kk"] == keys["en"]
    assert keys["ru"] == keys["en"]


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_texts_fill_the_same_places(language: str) -> None:
    english = load_texts("en").entries
    for key, text in load_texts(language).entries.items():
        assert _places(text) == _places(english[key]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty(language: str) -> None:
    assert [key for key, text in load_texts(language).entries.items() if not text.strip()] == []


def test_kazakh_is_written_with_its_own_letters() -> None:
    words = " ".join(load_texts("kk").entries.values())
    assert set("әіңғүұқө") <= {letter.lower() for letter in words}
    russian_words = " ".join(load_texts("ru").entries.values())
    assert not KAZAKH_LETTERS & set(russian_words)


def test_every_key_that_the_code_names_exists() -> None:
    entries = load_texts("en").entries
    named: set[str] = set()
    for file in CODE.rglob("*.py"):
        named |= set(re.findall(r'texts\(\s*"([a-z_.]+)"', file.read_text(encoding="utf-8")))
    assert len(named) > 40
    assert named - set(entries) == set()


def test_every_stage_has_a_headline() -> None:
    texts = load_texts("en")
    for stage in seed_rows("stages"):
        assert texts(f"headline.{stage['stage_code']}")


def test_a_missing_key_is_an_error() -> None:
    with pytest.raises(MissingText, match="en: funnel.nothing"):
        load_texts("en")("funnel.nothing")
    with pytest.raises(MissingText, match="count"):
        load_texts("en")("funnel.drill_count")
    with pytest.raises(MissingText):
        load_texts("de")


def test_default_language_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("REZERV_LANGUAGE", raising=False)
    assert default_language() == "en"
    monkeypatch.setenv("REZERV_LANGUAGE", "kk")
    assert default_language() == "kk"
    monkeypatch.setenv("REZERV_LANGUAGE", "xx")
    assert default_language() == "en"
    assert "REZERV_LANGUAGE" in caplog.text
