"""What a card shows of a candidate: the fields that seed `card_fields` lets the commission of a stage see.

Belongs here: how each line of a card is named and put into words, and the card itself. Which fields are shown
is the seed's, and `rpt_commission_cards` has no row of any other. Not here: the list (`lists.py`), the paper
around the cards (`shortlist.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from orchestration.errors import OrchestrationError
from orchestration.layout.content import Card, Fact, Paragraph, Tone

if TYPE_CHECKING:
    from orchestration.commissions.figures import Figures
    from orchestration.commissions.lists import CommissionList, Line
    from orchestration.layout.texts import ReportTexts
    from orchestration.vetting_reports import Row

TRACK, LIST_RESULT, EARLIER_RESULTS = "track", "list_result", "earlier_results"
# Without them there is no list: it is by track (§3.1) and ordered by its result.
ALWAYS_SHOWN = (TRACK, LIST_RESULT)

_FIELDS = """
select field_code, is_shown, paragraph, why_{language} as why from seeds.card_fields
where stage_code = $stage order by field_order, field_code
"""


_CARDS = """
select * from reporting.rpt_commission_cards
where season_code::varchar = $season and stage_code = $stage order by candidate_no, card_order
"""

# Field -> the seed that names its codes: code column and table; None for a number. A field of the seed
# `card_fields` that is not here cannot be shown.
NAMES: Mapping[str, tuple[str, str] | None] = {
    "education": ("education_level_code", "education_levels"),
    "experience": None,
    "employer_type": ("employer_type_code", "employer_types"),
    "region": ("region_code", "regions"),
    "age_band": ("age_band_code", "age_bands"),
    "sex": ("sex_code", "sexes"),
}


def shown_fields(figures: Figures, stage_code: str) -> tuple[str, ...]:
    """Codes of the fields that the commission of a stage sees, in the order of the card.

    `OrchestrationError` where the seed shows what no card can, or hides what no list can do without.
    """
    rows = figures.reading.rows(_FIELDS, {"stage": stage_code})
    shown = tuple(str(row["field_code"]) for row in rows if row["is_shown"])
    unknown = [code for code in shown if code not in (*NAMES, *ALWAYS_SHOWN, EARLIER_RESULTS)]
    if unknown:
        raise OrchestrationError("error.card_field_unknown", field=unknown[0], stage=stage_code)
    hidden = [code for code in ALWAYS_SHOWN if code not in shown]
    if hidden:
        raise OrchestrationError("error.card_field_needed", field=hidden[0], stage=stage_code)
    return shown


def read_cards(figures: Figures, stage_code: str) -> dict[str, list[Row]]:
    """The lines of each card of a commission's list, in order, by candidate number; codes as their names."""
    names = {
        field: {row["code"]: row["name"] for row in figures.reading.rows(_names_query(*seed))}
        for field, seed in NAMES.items()
        if seed is not None
    }
    found: dict[str, list[Row]] = {}
    for row in figures.rows(_CARDS, stage=stage_code):
        field, code = str(row["field_code"]), row["value_code"]
        value = int(code) if field == "experience" and code is not None else names.get(field, {}).get(code)
        found.setdefault(str(row["candidate_no"]), []).append({**row, "value": value})
    return found


def _names_query(column: str, seed: str) -> str:
    return f"select {column} as code, name_{{language}} as name from seeds.{seed}"


def card(
    figures: Figures, found: CommissionList, fields: Sequence[str], line: Line, said: Sequence[Row]
) -> Card:
    """One candidate, by number, with the lines of the card; what they stand for is said below."""
    say = figures.say
    facts: list[Fact] = []
    earlier: dict[str, str] = {}
    for row in said:
        code = row["field_code"]
        if code == TRACK:
            facts.append(Fact(say("paper.track"), figures.tracks[row["value_code"]]))
        elif code == LIST_RESULT:
            facts.append(Fact(_list_label(say, found), result_text(say, row)))
        elif code == EARLIER_RESULTS:
            earlier[row["result_stage_code"]] = result_text(say, row)
        else:
            facts.append(_detail(say, code, row["value"]))
    blocks = []
    if EARLIER_RESULTS in fields and earlier:
        facts += [
            Fact(
                say("paper.for_information", stage=stage["stage_name"]),
                earlier.get(stage["stage_code"]),
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


def result_text(say: ReportTexts, row: Row) -> str:
    """A score with two decimals (A22) and its place among those ranked in the track."""
    if row["rank"] is None or row["count_pool"] is None:
        return say("paper.score_only", score=row["score_points"])
    return say("paper.score_and_rank", score=row["score_points"], rank=row["rank"], pool=row["count_pool"])


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
