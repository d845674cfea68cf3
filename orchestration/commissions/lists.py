"""The list that a commission reads: who comes to it, in ranked order by track, with the cut (Order §8, §9).

Belongs here: reading a list and ordering it for the eye. Not here: who is on it and where the cut is
(`dbt_project/`), what else is shown of a candidate (`cards.py`), the paper (`shortlist.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from orchestration.errors import OrchestrationError, UserError

if TYPE_CHECKING:
    from orchestration.commissions.figures import Figures
    from orchestration.vetting_reports import Row

# Out by now: no card, and the place stays empty (A11).
STOPPED = ("annulled", "excluded", "withdrawn")

_COMMISSION_STAGES = "select distinct stage_code from seeds.card_fields"
_PUBLICATION = """
select version, is_provisional, planned_at, published_at from selection.sel_publications
where season_code::varchar = $season and stage_code = $stage
"""
_CUTS = """
select * from reporting.rpt_stage_tracks
where season_code::varchar = $season and stage_code = $stage order by track_order
"""
_RESULTS = """
select
    r.stage_code, r.candidate_no, r.track_code, r.rank, r.score_points, r.score_numerator,
    r.score_denominator, r.status_code, r.is_admitted, r.is_at_cutoff, t.count_pool
from reporting.rpt_shortlists as r
left join reporting.rpt_stage_tracks as t using (season_code, stage_code, track_code)
where r.season_code::varchar = $season and r.candidate_no in (
    select candidate_no from reporting.rpt_shortlists
    where season_code::varchar = $season and stage_code = $stage
)
"""


@dataclass(frozen=True)
class Result:
    """A score at a stage: two decimals, half up (A22), and the exact fraction, by which alone is ordered.

    rank: competition rank among the `pool` of the track, None for a late result.
    """

    points: Decimal
    score: Fraction
    rank: int | None
    pool: int | None


@dataclass(frozen=True)
class Line:
    """One candidate of a list.

    result: by which the list is ordered. before: at the stage before it, which orders equals for the eye and
    decides nothing (A6). earlier: results of all stages passed before, by stage. has_equals: others of the
    list have the same result.
    """

    candidate_no: str
    result: Result
    earlier: Mapping[str, Result]
    before: Result | None
    is_at_cutoff: bool = False
    is_late: bool = False
    has_equals: bool = False


@dataclass(frozen=True)
class TrackList:
    """The list of one track.

    cut: its row of `rpt_stage_tracks`. on_list: who comes to the commission. below: ranked, and not on it.
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
    cuts = figures.rows(_CUTS, stage=list_stage["stage_code"])
    if not any(cut["is_published"] for cut in cuts):
        raise OrchestrationError("error.shortlist_not_yet", stage=list_stage["stage_name"])
    scored = tuple(one for one in figures.stages[: place - 1] if one["scoring_code"] != "none")
    [publication] = figures.rows(_PUBLICATION, stage=list_stage["stage_code"])
    results = figures.rows(_RESULTS, stage=list_stage["stage_code"])
    return CommissionList(
        stage, list_stage, scored, publication["version"], publication["published_at"],
        tuple(
            _track_list(cut, results, stage_code, str(list_stage["stage_code"]), scored)
            for cut in cuts
            if track_code in ("", cut["track_code"])
        ),
    )  # fmt: skip


def _track_list(
    cut: Row, results: Sequence[Row], stage: str, list_stage: str, scored: Sequence[Row]
) -> TrackList:
    own = [r for r in results if r["stage_code"] == list_stage and r["track_code"] == cut["track_code"]]
    out = {r["candidate_no"] for r in results if r["stage_code"] == stage and r["status_code"] in STOPPED}
    earlier: dict[str, dict[str, Result]] = {}
    for row in results:
        found = _result(row)
        if found is not None:
            earlier.setdefault(str(row["candidate_no"]), {})[str(row["stage_code"])] = found
    codes = [str(one["stage_code"]) for one in scored]
    lines = [_line(row, earlier, codes) for row in own if _result(row) is not None]
    going_on = {row["candidate_no"] for row in own if row["is_admitted"]}
    return TrackList(
        str(cut["track_code"]),
        cut,
        _ordered([line for line in lines if line.candidate_no in going_on - out]),
        _ordered([line for line in lines if line.candidate_no not in going_on]),
        len(going_on & out),
        len(own) - len(lines),
    )


def _result(row: Row) -> Result | None:
    if row["score_denominator"] is None:
        return None
    score = Fraction(row["score_numerator"], row["score_denominator"])
    return Result(row["score_points"], score, row["rank"], row["count_pool"])


def _line(row: Row, results: Mapping[str, Mapping[str, Result]], codes: Sequence[str]) -> Line:
    number = str(row["candidate_no"])
    own = results[number]
    return Line(
        number,
        own[str(row["stage_code"])],
        {code: own[code] for code in codes if code in own},
        own.get(codes[-1]) if codes else None,
        is_at_cutoff=bool(row["is_at_cutoff"]),
        is_late=row["status_code"] == "supernumerary",
    )


def _ordered(lines: Sequence[Line]) -> tuple[Line, ...]:
    """By the exact result, equals by the stage before (A6), then by candidate number: the same every time."""

    def key(line: Line) -> tuple[Fraction, bool, Fraction, str]:
        before = line.before.score if line.before else Fraction(0)
        return -line.result.score, line.before is None, -before, line.candidate_no

    scores = [line.result.score for line in lines]
    return tuple(
        Line(**{**line.__dict__, "has_equals": scores.count(line.result.score) > 1})
        for line in sorted(lines, key=key)
    )
