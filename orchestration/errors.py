"""Errors that a person can act on, each with a key into this package's catalogues (`orchestration/i18n/`).

Belongs here: the classes and their exit codes. Not here: texts (the catalogues) and printing (`cli.py`).
Errors of landing live in `ingestion/errors.py`, whose base they share; the console command shows both in
the same way.
"""

from __future__ import annotations

from ingestion.errors import RezervError


class OrchestrationError(RezervError):
    """Something failed that the person running the command has to know about; exit code 1.

    `message_key` names a text of the catalogues, `params` fill it. Neither ever holds a person's data.
    """

    exit_code = 1

    def message(self, language: str) -> str:
        """Text of the failure in `language` (kk, ru or en)."""
        from orchestration.texts import texts_of

        return texts_of(language)(self.message_key, **self.params)


class UserError(OrchestrationError):
    """What was asked for cannot be done as it was asked: a wrong setting, file or option; exit code 2."""

    exit_code = 2


class ReleaseRefusedError(OrchestrationError):
    """The warehouse may not be published: a check failed, or the build is missing, unfinished or stale."""


class BuildFailedError(OrchestrationError):
    """dbt ended with a failing model or a failing test of severity ERROR."""
