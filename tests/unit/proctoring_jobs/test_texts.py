from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import proctoring_jobs
from proctoring_jobs.texts import LANGUAGES, catalogue, text

KEYS = sorted(catalogue("en"))
SOURCES = [path for path in Path(proctoring_jobs.__file__).parent.rglob("*.py") if path.name != "texts.py"]


def placeholders(language: str, key: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(catalogue(language)[key]) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text_with_the_same_placeholders(language: str) -> None:
    assert sorted(catalogue(language)) == KEYS
    assert [key for key in KEYS if placeholders(language, key) != placeholders("en", key)] == []
    assert [key for key in KEYS if not catalogue(language)[key].strip()] == []


def test_kazakh_is_kazakh() -> None:
    assert set("әіңғүұқөһ") - set("".join(catalogue("kk").values()).lower()) <= set("һ")
    same = [key for key in KEYS if catalogue("kk")[key] == catalogue("ru")[key]]
    assert same == ["sitting_file_problem"]


def test_every_key_used_exists_and_every_key_is_used() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    quoted = set(re.findall(r'"([a-z]+(?:_[a-z0-9]+)*)"', code))
    raised = set(re.findall(r'(?<!Value)Error\(\s*"(\w+)"', code)) | set(re.findall(r'key="(\w+)"', code))
    assert raised - set(KEYS) == set()
    assert set(KEYS) - quoted == set()


def test_unknown_language_and_key() -> None:
    with pytest.raises(KeyError):
        catalogue("de")
    with pytest.raises(KeyError):
        text("en", "none")
