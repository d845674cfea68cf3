"""One file of a sender, held open while it is judged.

Belongs here: opening a file so that nothing but an ordinary file is read and a change under our hands is
noticed. Which files there are is in ``landing_folder.py``; what their bytes mean, in ``readers/``.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from ingestion import quarantine
from ingestion.errors import RetryableError

# A link is not followed, and opening a pipe does not wait for a writer.
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_REFUSALS = {
    errno.ELOOP: quarantine.SYMBOLIC_LINK,
    errno.EACCES: quarantine.NO_PERMISSION,
    errno.EPERM: quarantine.NO_PERMISSION,
}


class RefusedPlaceError(Exception):
    """What stands there may not be read; ``reason_code`` is one of ``quarantine.PLACE_REASONS``."""

    def __init__(self, reason_code: str) -> None:
        self.reason_code = reason_code
        super().__init__(reason_code)


class Source:
    """An open file: its name, and its bytes as often as they are needed, always the same ones."""

    def __init__(self, name: str, shown_name: str, file: BufferedReader) -> None:
        self.name = name
        self._shown_name = shown_name
        self._file = file
        self._state = _state(file)

    def stream(self) -> BufferedReader:
        """The bytes from the beginning; there is one position, so one reader at a time."""
        self._file.seek(0)
        return self._file

    def sha256(self) -> str:
        """SHA-256 of the bytes, hexadecimal; reads the file once, in pieces."""
        return hashlib.file_digest(self.stream(), "sha256").hexdigest()

    def require_unchanged(self) -> None:
        """``RetryableError('file_changed')`` if the file was written to since it was opened."""
        if _state(self._file) != self._state:
            raise RetryableError("file_changed", file=self._shown_name)


def _state(file: BufferedReader) -> tuple[int, int]:
    status = os.fstat(file.fileno())
    return status.st_size, status.st_mtime_ns


@contextmanager
def open_source(path: Path, shown_name: str) -> Iterator[Source]:
    """Open an ordinary file; ``shown_name`` is how messages call it.

    ``RefusedPlaceError`` for a link, for what is no ordinary file and for what may not be read;
    ``RetryableError('file_unavailable')`` if it cannot be opened for another reason.
    """
    try:
        descriptor = os.open(path, _FLAGS)
    except OSError as error:
        if error.errno in _REFUSALS:
            raise RefusedPlaceError(_REFUSALS[error.errno]) from None
        # A socket answers ENXIO; what it is shows without opening it.
        if path.exists() and not path.is_file():
            raise RefusedPlaceError(quarantine.NOT_A_FILE) from None
        raise RetryableError("file_unavailable", file=shown_name, kind=type(error).__name__) from None
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise RefusedPlaceError(quarantine.NOT_A_FILE)
        yield Source(path.name, shown_name, file)
