"""The list that a commission reads: who comes to it, in ranked order by track, with the cut (Order §8, §9).

Belongs here: reading a list. Not here: who is on it, its order and where the cut is (`dbt_project/`,
`rpt_commission_lists`, `rpt_commission_tracks`), what else is shown of a candidate (`cards.py`), the paper
(`shortlist.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from orchestration.errors import OrchestrationError, UserError

if TYPE_CHECKING:
    from orchestration.commissions.figures import Figures
    from orchestration.vetting_reports import Row

_COMMISSION_STAGES = "select distinct stage_code from seeds.card_fields"
_TRACKS = """
select l.* from reporting.rpt_commission_tracks as l
inner join seeds.tracks as t on t.season_code::varchar = l.season_code and t.track_code = l.track_code
where l.season_code::varchar = $season and l.stage_code = $stage order by t.track_order
"""
_LINES = """
select * from reporting.rpt_commission_lists
where season_code::varchar = $season and stage_code = $stage order by track_code, display_order
"""


@dataclass(frozen=True)
class Result:
    """A score at a stage with two decimals, half up (A22).

    rank: competition rank among the `pool` of the track, None for a late result.
    """

    points: Decimal
    rank: int | None
    pool: int | None


@dataclass(frozen=True)
class Line:
    """One candidate of a list.

    result: by which the list is ordered. before: score at the stage before it, which orders equals for the
    eye and decides nothing (A6); None where the cards show no earlier result. has_equals: others of the list
    have the same result.
    """

    candidate_no: str
    result: Result
    before: Decimal | None
    is_at_cutoff: bool = False
    is_late: bool = False
    has_equals: bool = False


@dataclass(frozen=True)
class TrackList:
    """The list of one track.

    cut: its row of `rpt_commission_tracks`. on_list: who comes to the commission. below: ranked, not on it.
    count_out: on the list, and excluded or withdrawn since. count_unranked: took part in the stage of the
    list without a result that counts.
    """

    track_code: str
    cut: Row
    on_list: tuple[Line, ...]
    below: tuple[Line, ...]
    count_out: int
    count_unranked: int


@dataclass(frozen=True)
class CommissionList:
    """What a commission reads at its stage.

    stage, list_stage: rows of the stages, the commission's own and the one whose list it is. earlier_stages:
    scored stages before that, in order. version: of the published list, None while it is provisional.
    """

    stage: Row
    list_stage: Row
    earlier_stages: tuple[Row, ...]
    version: int | None
    published_at: datetime | None
    tracks: tuple[TrackList, ...] = field(default_factory=tuple)

    @property
    def count_on_list(self) -> int:
        """Candidates on the list in all tracks, without those who are out."""
        return sum(len(track.on_list) for track in self.tracks)


def commission_stages(figures: Figures) -> list[str]:
    """Codes of the stages whose list a commission reads (seed `card_fields`), in their order."""
    known = {str(row["stage_code"]) for row in figures.reading.rows(_COMMISSION_STAGES)}
    return [str(stage["stage_code"]) for stage in figures.stages if stage["stage_code"] in known]


def read_list(figures: Figures, stage_code: str, track_code: str = "") -> CommissionList:
    """The list that the commission of a stage reads, of one track or of all.

    `UserError` for a stage without a commission or an unknown track, `OrchestrationError` while the list of
    the stage before has not been made.
    """
    allowed = commission_stages(figures)
    if stage_code not in allowed:
        raise UserError("error.shortlist_stage", stage=stage_code, stages=", ".join(allowed))
    if track_code and track_code not in figures.tracks:
        raise UserError("error.shortlist_track", track=track_code, tracks=", ".join(figures.tracks))
    place = [stage["stage_code"] for stage in figures.stages].index(stage_code)
    stage, list_stage = figures.stages[place], figures.stages[place - 1]
    cuts = figures.rows(_TRACKS, stage=stage_code)
    if not cuts:
        raise OrchestrationError("error.shortlist_not_yet", stage=list_stage["stage_name"])
    scored = tuple(one for one in figures.stages[: place - 1] if one["scoring_code"] != "none")
    rows = figures.rows(_LINES, stage=stage_code)
    return CommissionList(
        stage, list_stage, scored, cuts[0]["version"], cuts[0]["published_at"],
        tuple(_track_list(cut, rows) for cut in cuts if track_code in ("", cut["track_code"])),
    )  # fmt: skip


def _track_list(cut: Row, rows: Sequence[Row]) -> TrackList:
    own = [row for row in rows if row["track_code"] == cut["track_code"]]
    return TrackList(
        str(cut["track_code"]),
        cut,
        tuple(_line(row) for row in own if row["list_part_code"] == "on_list"),
        tuple(_line(row) for row in own if row["list_part_code"] == "below"),
        int(cut["count_out"]),
        int(cut["count_unranked"]),
    )


def _line(row: Row) -> Line:
    return Line(
        str(row["candidate_no"]),
        Result(row["score_points"], row["rank"], row["count_pool"]),
        row["before_points"],
        is_at_cutoff=bool(row["is_at_cutoff"]),
        is_late=bool(row["is_late"]),
        has_equals=bool(row["has_equals"]),
    )
