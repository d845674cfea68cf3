"""What a run tells whoever is watching it: phases, and steps within a phase.

Belongs here: the protocol that assets report to and the silent listener. Not here: drawing (`console.py`),
logging.
"""

from __future__ import annotations

from typing import Protocol

LANDING = "landing"
BUILDING = "building"
CHECKING = "checking"
COMPUTING = "computing"
DRAWING = "drawing"
PUBLISHING = "publishing"
RELEASING = "releasing"
WRITING = "writing"


class Progress(Protocol):
    """A listener. Calls come in order from one thread."""

    def start(self, phase: str, total: int | None) -> None:
        """A phase begins; `total` counts its steps, None if unknown."""

    def advance(self, phase: str, label: str = "") -> None:
        """One step of a phase is done; `label` names it (a file, a model), never a person."""

    def finish(self, phase: str) -> None:
        """A phase is over."""


class SilentProgress:
    """Listener of runs that nobody watches at a terminal: schedules, sensors, tests."""

    def start(self, phase: str, total: int | None) -> None:
        """Ignore."""

    def advance(self, phase: str, label: str = "") -> None:
        """Ignore."""

    def finish(self, phase: str) -> None:
        """Ignore."""
