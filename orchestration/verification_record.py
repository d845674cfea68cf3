"""What verifying the ledger last found, in a file beside the releases, for whoever reads only those.

Belongs here: the file. Not here: verifying (`ledger_verification.py`), showing it (`dashboards/`). The file
is no witness of its own: who can write to the home can write it. It says when somebody last looked and what
they found; `rezerv verify` looks again.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.clock import utc_now
from orchestration.texts import LANGUAGES, texts_of

if TYPE_CHECKING:
    from orchestration.ledger_verification import Verification
    from orchestration.settings import Settings

RECORD_NAME = "verification.json"


def write_verification(settings: Settings, found: Verification) -> Path:
    """Write down what was found, in place of what was before; returns the file.

    Moments are UTC with `Z`. `act_hashes`: of the acts that hold, in their order; `finding`: the first thing
    that does not hold, in words of each language, null where everything holds.
    """
    from orchestration.releases import current_release

    release = current_release(settings.releases_dir)
    content = {
        "verified_at": utc_now().isoformat(timespec="seconds") + "Z",
        "release_id": release.release_id if release else None,
        "act_hashes": [act.act_hash for act in found.acts],
        "count_waiting": found.count_waiting,
        "finding": {code: found.finding.text(texts_of(code)) for code in LANGUAGES}
        if found.finding
        else None,
    }
    return write_json(settings.releases_dir / RECORD_NAME, content)


def write_json(file: Path, content: object) -> Path:
    """Put a small JSON file in place in one step; readers see the old one or the new one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    with draft.open("w", encoding="utf-8") as stream:
        json.dump(content, stream, ensure_ascii=False, indent=2)
        stream.write("\n")
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)
    return file
