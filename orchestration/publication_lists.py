"""What an act of publishing asks of a warehouse: the next list of a stage, how each stage
stands, and which decisions are known.

Belongs here: questions to its tables, by their columns. Not here: who is on a list and when a stage may
be published (`dbt_project/`), whether an act is allowed (`publication.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from orchestration.builds import has_table
from orchestration.errors import OrchestrationError
from orchestration.ledger import ROW_COLUMNS, ListRow

if TYPE_CHECKING:
    import duckdb

WHOLE, ONLY_LATE = "whole", "only_late"
NEXT_LISTS, PUBLICATIONS = ("intermediate", "int_lists__next"), ("reporting", "rpt_publications")
DECISIONS = ("fct_working_group_decisions", "fct_national_decisions", "fct_quota_revisions")


@dataclass(frozen=True)
class StagePublication:
    """How the publication of a stage stands; moments are naive UTC.

    version, act_no, approved_by: of the list in force, None while the stage is not published by an act.
    is_provisional: the planned moment has passed, and no act has published the list. count_drift: people
    whose line would be another by today's data; count_would_go_on, count_would_stay_out: those of them for
    whom it decides about the next stage. restatable_until: from when on a restatement that is not only of
    late results is refused; None for no such moment.
    """

    stage_code: str
    stage_order: int
    planned_at: datetime | None
    is_published_by_act: bool
    version: int | None
    act_no: int | None
    first_published_at: datetime | None
    published_at: datetime | None
    count_drift: int
    drift_hash: str | None
    is_drift_kept: bool
    restatable_until: datetime | None
    is_provisional: bool = False
    approved_by: str | None = None
    count_would_go_on: int = 0
    count_would_stay_out: int = 0

    @property
    def has_open_drift(self) -> bool:
        """Whether today's data would give another list, and nobody has restated it or recorded why not."""
        return self.is_published_by_act and self.count_drift > 0 and not self.is_drift_kept


def read_next_list(
    connection: duckdb.DuckDBPyConnection, season: str, stage: str, kind: str
) -> list[ListRow]:
    """Rows of the list that an act would publish, by candidate number.

    kind: `WHOLE`, or `ONLY_LATE` for the list in force with the late results that reach its cut-off.
    """
    _require(connection, *NEXT_LISTS)
    return connection.execute(
        f"select {', '.join(ROW_COLUMNS)} from {'.'.join(NEXT_LISTS)}"
        " where season_code::varchar = ? and stage_code = ? and kind_code = ? order by candidate_no",
        [season, stage, kind],
    ).fetchall()


def read_publications(connection: duckdb.DuckDBPyConnection, season: str) -> list[StagePublication]:
    """How the stages of a season stand, in their order."""
    _require(connection, *PUBLICATIONS)
    rows = connection.execute(
        "select stage_code, stage_order, planned_at, coalesce(is_published_by_act, false), version, act_no,"
        " first_published_at, published_at, coalesce(count_drift, 0), drift_hash,"
        " coalesce(is_drift_kept, false), restatable_until, coalesce(is_provisional, false), approved_by,"
        " coalesce(count_would_go_on, 0), coalesce(count_would_stay_out, 0)"
        f" from {'.'.join(PUBLICATIONS)} where season_code::varchar = ? order by stage_order",
        [season],
    ).fetchall()
    return [StagePublication(*row) for row in rows]


def read_decision_numbers(connection: duckdb.DuckDBPyConnection, season: str) -> frozenset[str]:
    """Numbers of the decisions of the working group and of the National Commission that a build knows."""
    numbers: set[str] = set()
    for table in DECISIONS:
        _require(connection, "core", table)
        found = connection.execute(
            f"select distinct decision_no from core.{table} where season_code::varchar = ?", [season]
        ).fetchall()
        numbers |= {number for (number,) in found}
    return frozenset(numbers)


def _require(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> None:
    if not has_table(connection, schema, table):
        raise OrchestrationError("error.publish_old_build", table=f"{schema}.{table}")
