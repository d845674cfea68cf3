"""Errors that a person can act on."""

from ingestion.errors import RetryableError, RezervError


def test_an_error_tells_its_text_in_each_language() -> None:
    error = RezervError("feed_unknown", feed="a__b")
    assert str(error) == "There is no feed a__b."
    assert error.message("ru") == "Потока a__b нет."
    assert error.message("kk") == "a__b ағыны жоқ."
    assert error.params == {"feed": "a__b"}


def test_retryable_is_told_apart() -> None:
    assert not RezervError("feed_unknown", feed="").is_retryable
    assert RetryableError("warehouse_busy", path="").is_retryable
