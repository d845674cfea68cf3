"""What the methods work on, read from a release: answers, marks, lists, and the terms of the policy.

Belongs here: the only questions to a release that the methods need. Not here: statistics, and what stands in
reporting tables (`measurement_reports.py` reads those). People stand by candidate number.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.errors import OrchestrationError

if TYPE_CHECKING:
    import pandas as pd

NEEDED_TABLES = (
    "core.dim_candidates",
    "core.fct_item_answers",
    "core.fct_rater_marks",
    "seeds.form_families",
    "seeds.policy",
    "seeds.stage_scoring",
    "selection.sel_stage_results",
)
MIN_GROUP, ALPHA_PERCENT = "measurement_min_group", "measurement_alpha_percent"

# A result is valid where it counts in the pool or came late: annulled and excluded ones are not measured.
_ANSWERS = """
select
    a.stage_code, a.form_code, f.form_family_code, a.language_code, c.sex_code, a.candidate_no, a.item_no,
    a.chosen_option_code, a.is_right, a.response_seconds, a.started_at,
    coalesce(r.is_in_pool or r.is_late, false) as is_valid
from core.fct_item_answers as a
left join seeds.form_families as f on f.season_code::varchar = a.season_code and f.form_code = a.form_code
left join core.dim_candidates as c on c.season_code = a.season_code and c.candidate_no = a.candidate_no
left join selection.sel_stage_results as r
    on r.season_code = a.season_code and r.stage_code = a.stage_code and r.candidate_no = a.candidate_no
where a.season_code::varchar = $season
order by a.stage_code, a.form_code, a.candidate_no, a.item_no
"""

_MARKS = """
select stage_code, candidate_no, rater_code, criterion_code, points
from core.fct_rater_marks
where season_code::varchar = $season and not is_recused and not is_observer and points is not null
order by stage_code, candidate_no, rater_code, criterion_code
"""

_OFFICIAL = """
select stage_code, track_code, candidate_no, rank, is_admitted
from selection.sel_stage_results
where season_code::varchar = $season and is_in_pool and rank is not null
order by stage_code, track_code, candidate_no
"""


_POLICY = "select parameter_code, value from seeds.policy where season_code::varchar = $season"
_SCALES = """
select stage_code, points_min, points_max
from seeds.stage_scoring
where season_code::varchar = $season and points_min is not null
"""


@dataclass(frozen=True)
class Terms:
    """What the policy says: the least group shown, and the chance of a false alarm (A25)."""

    min_group: int
    alpha: float


@dataclass(frozen=True)
class Frames:
    """One release as the methods see it.

    answers: one row a counted sitting and item. marks: one row a mark that stands. official: one row a result
    in the pool of a stage. scales: least and most points by stage. season_code, content_hash: of the
    release.
    """

    season_code: str
    content_hash: str
    terms: Terms
    scales: dict[str, tuple[int, int]]
    answers: pd.DataFrame
    marks: pd.DataFrame
    official: pd.DataFrame


def read_frames(file: Path) -> Frames:
    """Read a release file; `OrchestrationError` where its policy lacks a term or it is of an older build."""
    import duckdb

    with duckdb.connect(str(file), read_only=True) as connection:

        def rows(sql: str, **values: str) -> list[tuple[object, ...]]:
            return connection.execute(sql, values).fetchall()

        found = rows("select table_schema || '.' || table_name from information_schema.tables")
        missing = sorted(set(NEEDED_TABLES) - {str(name) for (name,) in found})
        if missing:
            raise OrchestrationError("error.release_older", release=file.stem, tables=", ".join(missing))
        [(season, content_hash)] = rows("select season_code::varchar, content_hash from release.manifest")
        of_season = {"season": str(season)}
        return Frames(
            season_code=str(season),
            content_hash=str(content_hash),
            terms=_terms(
                file,
                {str(a): str(b) for a, b in rows(_POLICY, **of_season)},
            ),
            scales={
                str(stage): (int(str(least)), int(str(most)))
                for stage, least, most in rows(_SCALES, **of_season)
            },
            answers=connection.execute(_ANSWERS, of_season).df(),
            marks=connection.execute(_MARKS, of_season).df(),
            official=connection.execute(_OFFICIAL, of_season).df(),
        )


def _terms(file: Path, policy: dict[str, str]) -> Terms:
    missing = [name for name in (MIN_GROUP, ALPHA_PERCENT) if name not in policy]
    if missing:
        raise OrchestrationError("error.measurement_policy", release=file.stem, parameters=", ".join(missing))
    return Terms(int(policy[MIN_GROUP]), int(policy[ALPHA_PERCENT]) / 100)
