"""Controls of proctoring: cutting their clips, and what they say of the model (A28).

Belongs here: which controls of the current release get a clip, what reviewers found in them, and how sure
that is. Not here: drawing them (`dbt_project/`, docs/decisions/0035), cutting
(`proctoring_jobs/controls.py`), the terminal (`proctoring_console.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.release_reading import OpenRelease, open_release

if TYPE_CHECKING:
    from orchestration.settings import Settings
    from orchestration.vetting_reports import Row
    from proctoring_jobs.controls import ControlsCut

NEEDED_TABLES = ("core.fct_proctoring_controls", "reporting.rpt_proctoring_misses")

_DRAWN = """
select p.control_id, p.sitting_id, p.started_seconds, p.duration_seconds
from core.fct_proctoring_controls as p
where p.season_code::varchar = (select season_code::varchar from release.manifest)
    and p.is_drawn and p.signal_state_code in ('open', 'second_review')
order by p.sitting_id
"""

_MISSES = """
select p.*
from reporting.rpt_proctoring_misses as p
inner join seeds.stages as s
    on s.season_code::varchar = p.season_code::varchar and s.stage_code = p.stage_code
where p.season_code::varchar = (select season_code::varchar from release.manifest)
order by s.stage_order
"""


def open_controls(settings: Settings) -> OpenRelease:
    """The current release; errors as for `open_release`."""
    return open_release(settings, NEEDED_TABLES)


def cut_clips(settings: Settings, release: OpenRelease) -> ControlsCut:
    """Cut the clips of the controls that reviewers have not settled; `OrchestrationError` of the storage."""
    from orchestration.proctoring_runs import in_our_words, read_recordings
    from proctoring_jobs.controls import Control, cut_controls

    manifests = read_recordings(settings).manifests
    controls = [Control(**row) for row in release.reading.rows(_DRAWN, {})]
    with in_our_words(settings):
        return cut_controls(settings.proctoring_dir, controls, manifests)


def read_misses(release: OpenRelease) -> list[Row]:
    """Of each recorded stage: sittings without a signal, controls, and what was found in them."""
    return release.reading.rows(_MISSES, {})


def share_between(found: int, looked_at: int) -> tuple[float, float] | None:
    """Between which shares the true one lies in 95 of 100 draws (Wilson 1927); None of no control."""
    from statsmodels.stats.proportion import proportion_confint

    if not looked_at:
        return None
    low, high = proportion_confint(found, looked_at, alpha=0.05, method="wilson")
    return max(0.0, float(low)), min(1.0, float(high))
