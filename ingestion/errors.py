"""Failures that a person can act on.

Belongs here: the error classes of the project and how they find their text. A permanent failure stays a
failure until somebody changes something; a retryable one may pass by itself. Texts live in
``ingestion/i18n/``. Reasons for which a row or a file is quarantined are not errors: they are data, see
``quarantine.py``.
"""

from __future__ import annotations


class RezervError(Exception):
    """A permanent failure, told without a traceback: somebody has to change something first.

    ``message_key`` names the text in the catalogue (section ``errors``), ``params`` fill it. Params never
    hold values of people: names of files, columns, feeds and settings only. A ``reason_code`` among them
    fills the place ``{reason}`` with its text.
    """

    is_retryable = False

    def __init__(self, message_key: str, **params: object) -> None:
        self.message_key = message_key
        self.params = params
        super().__init__(message_key)

    def message(self, language: str) -> str:
        """Text of the failure in ``language`` (kk, ru or en)."""
        from ingestion.messages import message

        params = dict(self.params)
        if "reason_code" in params:
            params["reason"] = message(str(params["reason_code"]), language)
        return message(self.message_key, language, **params)

    def __str__(self) -> str:
        return self.message("en")


class RetryableError(RezervError):
    """A failure that may pass by itself.

    A lock held by somebody else, a file that cannot be reached just now.
    """

    is_retryable = True
