"""How the published lists stand by a release, and by what its data differ from them.

Belongs here: the questions to the release. Not here: the acts (`ledger.py`), what a drift is
(`dbt_project/`, `sel_drift`), tables (`publication_console.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.builds import has_table
from orchestration.publication_lists import PUBLICATIONS, StagePublication, read_publications
from orchestration.releases import CHANGE_CODES, CurrentRelease, current_release

if TYPE_CHECKING:
    from orchestration.settings import Settings


DRIFT = ("reporting", "rpt_drift")

# The change's place in the order in which it is asked, as `release.changes` has it.
_DRIFT_SQL = """
select
    stage_code, version, change_code, _cause_feeds, count(*),
    count(*) filter (is_admitted_after and not is_admitted_before),
    count(*) filter (is_admitted_before and not is_admitted_after)
from reporting.rpt_drift
where season_code::varchar = $season and not is_drift_kept
group by stage_code, stage_order, version, change_code, _cause_feeds
order by stage_order, list_position($changes, change_code), count(*) desc, _cause_feeds
"""


@dataclass(frozen=True)
class DriftCause:
    """People of one published list whose line would be another by the release's data, for one cause.

    causes: feeds of the files received since the list that speak of them, None where no file does. count_on,
    count_off: of them those who do not go on by the list and would, and the other way round.
    """

    stage_code: str
    version: int
    change_code: str
    causes: str | None
    count: int
    count_on: int
    count_off: int


def read_release_stages(
    settings: Settings,
) -> tuple[CurrentRelease, list[StagePublication]] | None:
    """The current release and its stages; None without a release that says it."""
    release = current_release(settings.releases_dir)
    if release is None:
        return None
    stages = read_stages(release.file, settings.season)
    return (release, stages) if stages else None


def read_stages(file: Path, season: str) -> list[StagePublication]:
    """How the stages of a season stand by a release, in their order; none by one that does not say it."""
    import duckdb

    with duckdb.connect(str(file), read_only=True) as connection:
        return read_publications(connection, season) if has_table(connection, *PUBLICATIONS) else []


def read_release_drift(file: Path, season: str) -> tuple[list[StagePublication], list[DriftCause]]:
    """How the stages of a season stand by a release, and the causes of what nobody has answered."""
    return read_stages(file, season), read_drift(file, season)


def read_drift(file: Path, season: str) -> list[DriftCause]:
    """The drift that nobody has answered, by stage, kind of change and cause (A49).

    Empty also where the release is of a build that did not say it.
    """
    import duckdb

    with duckdb.connect(str(file), read_only=True) as connection:
        if not has_table(connection, *DRIFT):
            return []
        rows = connection.execute(_DRIFT_SQL, {"season": season, "changes": list(CHANGE_CODES)}).fetchall()
    return [DriftCause(*row) for row in rows]
