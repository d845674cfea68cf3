"""Reading the access log that the dashboards append to, and checking that no line of it was changed.

Belongs here: the lines in order and the first that breaks the chain. Not here: writing them
(`dashboards/access_log.py`), showing them (`console.py`).
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from orchestration.errors import OrchestrationError

LOG_NAME = "access_log.jsonl"
FIRST = "0" * 64


def read_log(folder: Path) -> list[dict[str, Any]]:
    """All lines of the log, oldest first; none where there is no log.

    `OrchestrationError('error.access_log_broken')` with the number of the first line that is not what was
    written: it, or one before it, was changed or removed.
    """
    file = folder / LOG_NAME
    if not file.is_file():
        return []
    whole, _, half = file.read_bytes().rpartition(b"\n")
    lines = whole.split(b"\n") if whole else []
    found: list[dict[str, Any]] = []
    previous = FIRST
    for number, line in enumerate([*lines, half] if half else lines, start=1):
        try:
            content = json.loads(line)
            holds = content["previous"] == previous
        except (ValueError, KeyError, TypeError):
            holds = False
        if not holds:
            raise OrchestrationError("error.access_log_broken", file=file, line=number)
        previous = hashlib.sha256(line).hexdigest()
        found.append(content)
    return found
