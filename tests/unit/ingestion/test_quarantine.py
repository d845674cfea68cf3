"""Reason codes: each once, and each with a text in every language."""

import pytest

from ingestion.messages import LANGUAGES, message
from ingestion.quarantine import REASON_CODES


def test_no_code_stands_twice() -> None:
    assert len(set(REASON_CODES)) == len(REASON_CODES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_text(language: str) -> None:
    assert all(message(code, language) for code in REASON_CODES)
