"""What a console command and the assets of its run tell each other in this process, past Dagster's history.

Belongs here: the files a person named, and the errors that steps raised. Not here: running
(`runs.py`), landing (`assets/landing.py`). Dagster keeps a run's config for good, and a file's own name may
name a person (docs/decisions/0011); so what is named on a command line is no config.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ingestion.batches import Correction, PendingFile
from ingestion.errors import RezervError


@dataclass(frozen=True)
class CommandRun:
    """The run of one command; empty for runs of schedules, sensors and the Dagster UI.

    chosen_files: the files to land by feed, if a person named any. errors: what failed in this run's steps,
    in their order. correction: who asked for the files as a correction, and why.
    """

    chosen_files: Mapping[str, Sequence[PendingFile]] = field(default_factory=dict)
    errors: list[BaseException] = field(default_factory=list)
    correction: Correction | None = None

    def require_no_general_error(self) -> None:
        """Raise what failed already, unless it is about one file.

        A file that cannot land keeps no other from landing; but a lock that is not given, say, would be
        waited for anew by every feed.
        """
        for error in self.errors:
            if not (isinstance(error, RezervError) and "file" in error.params):
                raise error
