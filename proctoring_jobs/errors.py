"""Errors of the room: each with a key of the text catalogue, so that a person reads it in their language.

Belongs here: the classes and the line between permanent and retryable. Texts are in `i18n/*.toml`.
"""

from __future__ import annotations


class ProctoringError(Exception):
    """A permanent failure: running again with the same input fails again.

    `message_key` names a text of `i18n/*.toml`; `params` fill its placeholders and never hold a person's
    data.
    """

    def __init__(self, message_key: str, **params: object) -> None:
        self.message_key = message_key
        self.params = params
        details = ", ".join(f"{name}={value}" for name, value in params.items())
        super().__init__(f"{message_key} ({details})" if details else message_key)


class RetryableProctoringError(ProctoringError):
    """A failure of the surroundings (storage, permission): the same input may succeed later."""


class ConfigInvalidError(ProctoringError):
    """A setting is unknown, of the wrong type, or outside its bounds."""


class ManifestInvalidError(ProctoringError):
    """A manifest cannot be read as one: nothing is known about the sitting, so nothing is written for it."""


class WeightsRefusedError(ProctoringError):
    """The weights are absent, of a hash nobody configured, or lack a class the rules need."""


class RecordingUnreadableError(ProctoringError):
    """A recording holds no picture that can be decoded. Inconclusive, never a pass (policy A30)."""
