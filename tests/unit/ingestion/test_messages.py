"""Texts in three languages. That the catalogues hold the same texts is a convention test."""

import re
from pathlib import Path

import pytest

from ingestion.contracts import feed_names, load_contract
from ingestion.door import WARNING_CHECKS
from ingestion.expectations import rules_of
from ingestion.messages import LANGUAGES, catalogue, message
from ingestion.quarantine import REASON_CODES

INGESTION = Path(__file__).parents[3] / "ingestion"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", REASON_CODES)
def test_every_reason_has_a_text(code: str, language: str) -> None:
    assert message(code, language).strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_check_has_a_name(language: str) -> None:
    checks = {rule.check_name for feed in feed_names() for rule in rules_of(load_contract(feed))}
    assert checks | WARNING_CHECKS <= set(catalogue(language)["checks"])


def test_every_error_that_is_raised_has_a_text() -> None:
    raised = set()
    for path in INGESTION.rglob("*.py"):
        raised |= set(
            re.findall(r'(?:RezervError|RetryableError)\(\s*"(\w+)"', path.read_text(encoding="utf-8"))
        )
    assert raised <= set(catalogue("en")["errors"])


def test_places_are_filled() -> None:
    text = message("secret_missing", "kk", name="vault_key")
    assert "vault_key" in text
    assert "құпия" in message("person_secret_changed", "kk", path="p")


def test_unknown_code_or_language_is_a_defect() -> None:
    with pytest.raises(KeyError):
        message("NO_SUCH_CODE", "en")
    with pytest.raises(ValueError, match="unknown language"):
        message("BAD_IIN", "de")
