"""What `rezerv explain` reads: each line of a candidate with its rule, numbers, decisions and batches.

Belongs here: read-only questions to the current release or to a copy computed as of a moment. Not here:
drawing (`explain_console.py`), what an explanation says (`dbt_project/`, `sel_explanations`).
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from orchestration.errors import OrchestrationError, UserError
from orchestration.release_reading import open_release
from orchestration.vetting_reports import Reading

if TYPE_CHECKING:
    from orchestration.settings import Settings
    from orchestration.vetting_reports import Row

NEEDED_TABLES = ("core.fct_batches", "selection.sel_explanations", "seeds.reason_codes", "seeds.stages")

_STAGES = "select stage_code from seeds.stages order by stage_order"

_LINES = """
select
    e.candidate_no, e.stage_code, g.name_{language} as stage_name,
    coalesce(t.name_{language}, e.track_code) as track_name, s.name_{language} as status_name,
    r.text_{language} as reason_text, e.paragraph, e.policy_codes, e.score_points, e.score_numerator,
    e.score_denominator, e.rank, e.count_equals, e.count_pool, e.limit_places, e.cutoff_points,
    e.is_shortfall, e.is_late, e.is_provisional, e.version, e.act_no, e.decision_no, e.decision_nos,
    e._batch_ids
from selection.sel_explanations as e
inner join seeds.stages as g on g.season_code::varchar = e.season_code and g.stage_code = e.stage_code
left join seeds.tracks as t on t.season_code::varchar = e.season_code and t.track_code = e.track_code
left join seeds.statuses as s on s.status_code = e.status_code
left join seeds.reason_codes as r on r.reason_code = e.reason_code
where e.candidate_no = $candidate
order by e.stage_order
"""

_BATCHES = """
select feed, source_file, received_at, batch_id
from core.fct_batches
where batch_id in (
    select unnest(string_split(_batch_ids, ', ')) from selection.sel_explanations
    where candidate_no = $candidate
)
order by received_at, feed, source_file
"""


@dataclass(frozen=True)
class Explained:
    """Lines of one candidate in the order of the stages, and the batches that they name, by number.

    release: of what was read, empty for a computed copy; as_of: its season clock (UTC).
    """

    release: str
    as_of: datetime | None
    lines: list[Row]
    batches: dict[str, Row]


def explain(
    settings: Settings, candidate_no: str, stage_code: str = "", as_of: datetime | None = None
) -> Explained:
    """All lines of a candidate, or the one of a stage; as of a moment (UTC), or as released.

    Raises `OrchestrationError('error.candidate_unknown')` for a number that is not known there,
    `UserError('error.publish_stage')` for a stage that does not exist, `error.explain_not_there` for one that
    the candidate has not entered, and the errors of the release or of the copy.
    """
    if as_of is None:
        opened = open_release(settings, NEEDED_TABLES)
        release, clock = opened.release.release_id, opened.release.as_of
        return _read(opened.reading, release, clock, candidate_no, stage_code)
    from orchestration.corrections import season_clock
    from orchestration.scratch import computed_copy, require_build

    season_clock(settings, as_of)
    require_build(settings.warehouse)
    with computed_copy(settings, as_of=as_of) as file:
        return _read(Reading(file, settings.language), "", as_of, candidate_no, stage_code)


def _read(
    reading: Reading, release: str, as_of: datetime | None, candidate_no: str, stage_code: str
) -> Explained:
    codes = [str(row["stage_code"]) for row in reading.rows(_STAGES)]
    if stage_code and stage_code not in codes:
        close = difflib.get_close_matches(stage_code, codes, n=1, cutoff=0.3)
        nearest = close[0] if close else ", ".join(codes)
        raise UserError("error.publish_stage", stage=stage_code, nearest=nearest)
    params = {"candidate": candidate_no}
    lines = reading.rows(_LINES, params)
    if not lines:
        raise OrchestrationError("error.candidate_unknown", candidate=candidate_no)
    chosen = [line for line in lines if stage_code in ("", line["stage_code"])]
    if not chosen:
        last = lines[-1]["stage_name"]
        raise OrchestrationError(
            "error.explain_not_there", candidate=candidate_no, stage=stage_code, last=last
        )
    batches = {str(row["batch_id"]): row for row in reading.rows(_BATCHES, params)}
    return Explained(release, as_of, chosen, batches)
