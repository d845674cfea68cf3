"""What a card shows of a candidate: the fields that seed `card_fields` lets the commission of a stage see.

Belongs here: how each field that can be shown is read and named, and the card itself. Which of them are
shown, and why, is the seed's: what it does not show is not even asked of the release. Not here: the list
(`lists.py`), the paper around the cards (`shortlist.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestration.errors import OrchestrationError
from orchestration.layout.content import Card, Fact, Paragraph, Tone

if TYPE_CHECKING:
    from orchestration.commissions.figures import Figures
    from orchestration.commissions.lists import CommissionList, Line, Result
    from orchestration.layout.texts import ReportTexts
    from orchestration.vetting_reports import Row

TRACK, LIST_RESULT, EARLIER_RESULTS = "track", "list_result", "earlier_results"
# Without them there is no list: it is by track (§3.1) and ordered by its result.
ALWAYS_SHOWN = (TRACK, LIST_RESULT)

_FIELDS = """
select field_code, is_shown, paragraph, why_{language} as why from seeds.card_fields
where stage_code = $stage order by field_order, field_code
"""


@dataclass(frozen=True)
class Source:
    """Where a field of a candidate comes from: a column, and the seed with its names (code column, table)."""

    column: str
    names: tuple[str, str] | None = None


# Field -> where the release holds it. A field of the seed that is not here cannot be shown.
SOURCES: Mapping[str, Source] = {
    "education": Source("backgrounds.education_level_code", ("education_level_code", "education_levels")),
    "experience": Source("backgrounds.experience_years"),
    "employer_type": Source("candidates.employer_type_code", ("employer_type_code", "employer_types")),
    "region": Source("candidates.region_code", ("region_code", "regions")),
    "age_band": Source("candidates.age_band_code", ("age_band_code", "age_bands")),
    "sex": Source("candidates.sex_code", ("sex_code", "sexes")),
}


def shown_fields(figures: Figures, stage_code: str) -> tuple[str, ...]:
    """Codes of the fields that the commission of a stage sees, in the order of the card.

    `OrchestrationError` where the seed shows what no card can, or hides what no list can do without.
    """
    rows = figures.reading.rows(_FIELDS, {"stage": stage_code})
    shown = tuple(str(row["field_code"]) for row in rows if row["is_shown"])
    unknown = [code for code in shown if code not in (*SOURCES, *ALWAYS_SHOWN, EARLIER_RESULTS)]
    if unknown:
        raise OrchestrationError("error.card_field_unknown", field=unknown[0], stage=stage_code)
    hidden = [code for code in ALWAYS_SHOWN if code not in shown]
    if hidden:
        raise OrchestrationError("error.card_field_needed", field=hidden[0], stage=stage_code)
    return shown


def details_query(fields: Sequence[str]) -> str:
    """A query for the shown fields of `$numbers` and for nothing else: one column a field, in words."""
    columns, joins = ["candidates.candidate_no"], []
    for code in fields:
        source = SOURCES.get(code)
        if source is None:
            continue
        if source.names is None:
            columns.append(f"{source.column} as {code}")
        else:
            key, seed = source.names
            columns.append(f"{seed}.name_{{language}} as {code}")
            joins.append(f"left join seeds.{seed} on {seed}.{key} = {source.column}")
    return (
        f"select {', '.join(columns)} from core.dim_candidates as candidates"
        " left join core.dim_candidate_backgrounds as backgrounds using (season_code, candidate_no) "
        + " ".join(joins)
        + " where candidates.season_code::varchar = $season"
        " and list_contains($numbers, candidates.candidate_no) order by candidates.candidate_no"
    )


def read_details(figures: Figures, fields: Sequence[str], numbers: Sequence[str]) -> dict[str, Row]:
    """The shown fields of candidates by number."""
    rows = figures.rows(details_query(fields), numbers=list(numbers))
    return {str(row["candidate_no"]): row for row in rows}


def card(
    figures: Figures,
    found: CommissionList,
    fields: Sequence[str],
    track_code: str,
    line: Line,
    details: Mapping[str, Row],
) -> Card:
    """One candidate, by number, with the shown fields; what they stand for is said below."""
    say = figures.say
    facts: list[Fact] = []
    for code in fields:
        if code == TRACK:
            facts.append(Fact(say("paper.track"), figures.tracks[track_code]))
        elif code == LIST_RESULT:
            facts.append(Fact(_list_label(say, found), result_text(say, line.result)))
        elif code == EARLIER_RESULTS:
            continue
        else:
            facts.append(_detail(say, code, details[line.candidate_no][code]))
    blocks = []
    if EARLIER_RESULTS in fields and line.earlier:
        facts += [
            Fact(
                say("paper.for_information", stage=stage["stage_name"]),
                result_text(say, line.earlier[stage["stage_code"]])
                if stage["stage_code"] in line.earlier
                else None,
            )
            for stage in found.earlier_stages
        ]
        blocks.append(Paragraph(say("paper.earlier_note"), Tone.NOTE))
    if line.is_late:
        blocks.append(Paragraph(say("paper.late_note"), Tone.NOTE))
    return Card(line.candidate_no, tuple(facts), tuple(blocks))


def _list_label(say: ReportTexts, found: CommissionList) -> str:
    """Where the commission gives marks, the result that orders its list is information too (A9)."""
    name = str(found.list_stage["stage_name"])
    return name if found.stage["scoring_code"] == "none" else say("paper.for_information", stage=name)


def result_text(say: ReportTexts, result: Result) -> str:
    """A score with two decimals (A22) and its place among those ranked in the track."""
    if result.rank is None or result.pool is None:
        return say("paper.score_only", score=result.points)
    return say("paper.score_and_rank", score=result.points, rank=result.rank, pool=result.pool)


def _detail(say: ReportTexts, code: str, value: object) -> Fact:
    labels = {
        "education": say("paper.education"),
        "experience": say("paper.experience"),
        "employer_type": say("paper.employer_type"),
        "region": say("paper.region"),
        "age_band": say("paper.age_band"),
        "sex": say("paper.sex"),
    }
    if isinstance(value, int):
        return Fact(labels[code], say.plural("paper.years", value))
    return Fact(labels[code], None if value is None else str(value))
