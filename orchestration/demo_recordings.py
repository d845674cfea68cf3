"""Recordings of the demo: drawn sittings, gone through by the model that ships, then delivered.

Belongs here: which sittings of the sample season get a recording, and what happens in it. Not here: drawing
(`proctoring_jobs/scenes/`), going through recordings and delivering (`proctoring_runs.py`), the demo itself
(`demo.py`). The recordings are a minute long, and their manifests say so; seeds begin with a name of their
own, so the model has learnt from none of them.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.errors import UserError

if TYPE_CHECKING:
    from orchestration.settings import Settings
    from proctoring_jobs.scenes.recording import RecordingForm
    from proctoring_jobs.scenes.script import SceneScript

MODEL = "demo-yolo26"
SECONDS = 60
#: What happens in the recordings, which take turns: how it is written; kind, from and until (seconds).
PLAYED = (
    ("vp8", (("phone", 12, 24), ("speech", 40, 47))),
    ("h264", (("absence", 15, 33), ("second_person", 42, 52))),
    ("vp9", (("book", 10, 22), ("screen", 34, 46))),
)


def write_demo_recordings(settings: Settings, count: int) -> int:
    """Draw recordings, with manifests, until `count` sittings have one; how many were drawn now.

    Those of sittings without a signal, in their order. Raises `UserError` where the recordings folder or the
    results are not in the demo's home: drawn sittings must never stand among real ones.
    """
    _require_inside(settings)
    from orchestration.proctoring_runs import read_recordings
    from proctoring_jobs.scenes.recording import write_recording

    there = set(read_recordings(settings).paths) if settings.recordings_dir.is_dir() else set()
    others = (one for one in sittings_without_signals(settings.landing_dir) if one not in there)
    wanted = list(islice(others, max(0, count - len(there))))
    for number, sitting in enumerate(wanted, len(there)):
        script, form = _played(number, sitting)
        write_recording(script, settings.recordings_dir / sitting, sitting, form)
    return len(wanted)


def sittings_without_signals(landing: Path) -> list[str]:
    """Numbers of the sittings that were gone through and in which nothing was found, in their order."""
    import duckdb

    seen, found = (
        sorted(landing.glob(f"*/proctoring__{feed}__*.parquet")) for feed in ("coverage", "signals")
    )
    if not seen:
        return []
    with duckdb.connect() as connection:
        query = "select distinct sitting_id from read_parquet(?, union_by_name = true)"
        known = {row[0] for row in connection.execute(query, [list(map(str, seen))]).fetchall()}
        if found:
            known -= {row[0] for row in connection.execute(query, [list(map(str, found))]).fetchall()}
    return sorted(known)


def run_demo_recordings(settings: Settings) -> None:
    """Go through the recordings that are not done yet, and deliver what is not delivered."""
    from orchestration.errors import OrchestrationError
    from orchestration.proctoring_runs import deliver_results, problems_of, read_recordings, run_recordings
    from proctoring_jobs.output import signals_path

    found = read_recordings(settings)
    if problems := problems_of(settings, found):
        raise OrchestrationError("error.proctoring", detail=", ".join(problems))
    if any(not signals_path(settings.proctoring_dir, sitting).is_file() for sitting in found.paths):
        run = run_recordings(settings, on_line=lambda _: None, model=MODEL)
        if not run.is_whole:
            raise OrchestrationError("error.proctoring", detail=", ".join(run.failed))
    deliver_results(settings)


def _played(number: int, sitting: str) -> tuple[SceneScript, RecordingForm]:
    """What happens in the recording of a sitting, and its form."""
    from proctoring_jobs.scenes.recording import FORMS
    from proctoring_jobs.scenes.script import KnownIncident, SceneScript

    form, incidents = PLAYED[number % len(PLAYED)]
    known = tuple(KnownIncident(kind, start, end) for kind, start, end in incidents)
    return SceneScript(f"sample {sitting}", SECONDS, known), FORMS[form]


def _require_inside(settings: Settings) -> None:
    """Refuse folders for recordings or results that somebody has set to another place."""
    for folder in (settings.recordings_dir, settings.proctoring_dir):
        if not folder.resolve().is_relative_to(settings.home.resolve()):
            raise UserError("error.demo_recordings_elsewhere", folder=folder, home=settings.home)
