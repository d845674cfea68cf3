"""What `rezerv measurement …` reads: statistics of the release, and results of methods.

Belongs here: read-only questions to the current release, and asking a method for what it has not computed on
it yet. Not here: formulas (`measurement/`, `dbt_project/`), which lines are shown (`measurement_views.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.errors import UserError
from orchestration.release_reading import OpenRelease, open_release

if TYPE_CHECKING:
    from orchestration.measurement.methods import Rows
    from orchestration.releases import CurrentRelease
    from orchestration.settings import Settings

NEEDED_TABLES = (
    "core.fct_item_answers",
    "reporting.rpt_form_statistics",
    "reporting.rpt_item_options",
    "reporting.rpt_item_statistics",
)
_STATISTICS = {
    "forms": "select * from reporting.rpt_form_statistics order by stage_code, form_code, language_code",
    "items": "select * from reporting.rpt_item_statistics"
    " order by stage_code, form_code, language_code, item_no",
    "options": "select * from reporting.rpt_item_options"
    " order by stage_code, form_code, language_code, item_no, option_code",
}


def open_measurement(settings: Settings) -> OpenRelease:
    """The current release; errors as for `open_release`."""
    return open_release(settings, NEEDED_TABLES)


def read_statistics(release: OpenRelease) -> dict[str, Rows]:
    """Statistics of forms, items and options, by those names."""
    return {name: release.reading.rows(sql) for name, sql in _STATISTICS.items()}


def is_computed(settings: Settings, release: CurrentRelease, method: str) -> bool:
    """Whether a method's results on a release are there."""
    from orchestration.measurement import store

    return store.is_stored(settings.measurement_dir, release.release_id, method)


def results(settings: Settings, release: CurrentRelease, method: str) -> dict[str, Rows]:
    """Tables of a method on a release, computed and kept first if they are not there.

    Raises `OrchestrationError` for a release of an older build, a policy without the terms, or kept results
    that are not as they were written.
    """
    from orchestration.measurement import store
    from orchestration.measurement.frames import read_frames
    from orchestration.measurement.methods import METHODS

    chosen = METHODS[method]
    if not store.is_stored(settings.measurement_dir, release.release_id, method):
        frames = read_frames(release.file)
        store.write(settings.measurement_dir, release.release_id, chosen, frames, chosen.compute(frames))
    return store.read(settings.measurement_dir, release.release_id, chosen)


def chosen_stage(rows: Rows, asked: str) -> str:
    """The stage meant by its code or by how that begins; empty for none; `UserError` names the known ones."""
    known = sorted({str(row["stage_code"]) for row in rows})
    fitting = [code for code in known if code.startswith(asked)]
    if not asked or asked in known:
        return asked
    if len(fitting) != 1:
        raise UserError("measurement.no_such_code", code=asked, known=", ".join(known))
    return fitting[0]


def narrowed(rows: Rows, *, stage: str = "", form: str = "") -> Rows:
    """Rows of a stage and form; `UserError` for a form that no row has."""
    kept = [row for row in rows if not stage or row["stage_code"] == stage]
    if form and not any(row.get("form_code") == form for row in kept):
        known = sorted({str(row["form_code"]) for row in kept})
        raise UserError("measurement.no_such_code", code=form, known=", ".join(known))
    return [row for row in kept if not form or row["form_code"] == form]
