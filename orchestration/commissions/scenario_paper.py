"""The paper on quotas for the National Commission: places in force, what other places would change (§9.2).

Belongs here: sections, tables and sentences, and writing the paper. Not here: what changes (`quotas.py`), how
pages look (`layout/`), the command (`cli.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.commissions.quotas import AT_EDGE, WITHIN, Quotas, Scenario
from orchestration.layout.content import (
    Block,
    Column,
    Document,
    Kind,
    PageBreak,
    Paragraph,
    Section,
    Table,
    Tone,
    Value,
)

if TYPE_CHECKING:
    from orchestration.commissions.figures import Figures
    from orchestration.layout.texts import ReportTexts


def standing_text(say: ReportTexts, code: str) -> str:
    """Where somebody stands with so many places, in words."""
    if code == WITHIN:
        return say("scenario.within")
    return say("scenario.at_edge") if code == AT_EDGE else say("scenario.outside")


def scenario_paper(figures: Figures, quotas: Quotas, scenarios: Sequence[Scenario]) -> Document:
    """Places in force, then each scenario with who would enter, who would not, and ties at the edge."""
    say = figures.say
    stage = next(one for one in figures.stages if one["admits_by_code"] == "decision")
    return Document(
        kind="quota_scenarios",
        title=say("scenario.title"),
        summary=say("scenario.summary"),
        language=figures.language,
        identity=figures.identity(str(stage["stage_name"]), ""),
        sections=(_in_force(figures, quotas), _scenarios(figures, scenarios), _people(figures, scenarios)),
    )


def _in_force(figures: Figures, quotas: Quotas) -> Section:
    say = figures.say
    columns = (
        Column(say("paper.track")),
        Column(say("scenario.by_order"), Kind.WHOLE),
        Column(say("scenario.in_force"), Kind.WHOLE),
        Column(say("scenario.source")),
        Column(say("scenario.proposed"), Kind.WHOLE),
        Column(say("scenario.count_within"), Kind.WHOLE),
        Column(say("scenario.count_at_edge"), Kind.WHOLE),
        Column(say("scenario.empty"), Kind.WHOLE),
    )
    rows: list[tuple[Value, ...]] = [
        (
            track.track_name, track.by_order, track.places,
            track.decision_no or say("scenario.the_order"),
            len(quotas.standing(track.track_code, track.places)),
            quotas.count(track.track_code, track.places, WITHIN),
            quotas.count(track.track_code, track.places, AT_EDGE),
            quotas.empty(track.track_code, track.places),
        )
        for track in quotas.tracks
    ]  # fmt: skip
    sums = [sum(int(str(row[place])) for row in rows) for place in (1, 2, 4, 5, 6, 7)]
    rows.append((say("scenario.total"), sums[0], sums[1], None, *sums[2:]))
    blocks: list[Block] = [
        Paragraph(say("scenario.limit", limit=quotas.limit_total)),
        Table(
            say("scenario.in_force_sheet"), say("scenario.in_force_title"), columns, tuple(rows),
            (say("scenario.order_note"), say("scenario.edge_note")), total=True,
        ),
    ]  # fmt: skip
    if quotas.count_decided:
        blocks.append(Paragraph(say("scenario.decided"), Tone.WARNING))
    return Section(say("scenario.places"), (*blocks, PageBreak()))


def _scenarios(figures: Figures, scenarios: Sequence[Scenario]) -> Section:
    say = figures.say
    columns = (
        Column(say("scenario.number"), Kind.WHOLE),
        Column(say("scenario.change")),
        Column(say("scenario.enters")),
        Column(say("scenario.leaves")),
        Column(say("scenario.remark")),
    )
    rows = tuple(
        (
            number,
            change_text(figures, one),
            ", ".join(each.after.candidate_no for each in one.entering) or None,
            ", ".join(each.after.candidate_no for each in one.leaving) or None,
            remark_text(figures, one) or None,
        )
        for number, one in enumerate(scenarios, start=1)
    )
    notes = (say("scenario.enters_note"), say("scenario.edge_note"))
    table = Table(say("scenario.sheet"), say("scenario.table"), columns, rows, notes)
    return Section(say("scenario.scenarios"), (table, PageBreak()))


def change_text(figures: Figures, one: Scenario) -> str:
    """What a scenario changes: from which track to which, or the places of the tracks that change."""
    say, names = figures.say, figures.tracks
    if one.moves:
        parts = [
            say("scenario.move", source=names[source], target=names[target], count=count)
            for source, target, count in one.moves
        ]
    else:
        parts = [say("scenario.set", track=names[code], places=count) for code, count in one.places.items()]
    return "; ".join(parts)


def remark_text(figures: Figures, one: Scenario) -> str:
    """Ties at the edge, on which the Commission decides (A5), and places that find nobody."""
    say, names = figures.say, figures.tracks
    ties = [
        say("scenario.tie", track=names[tie.track_code], free=tie.free, people=len(tie.candidates))
        for tie in one.ties
    ]
    empty = [
        say("scenario.empty_places", track=names[code], count=count) for code, count in one.empty.items()
    ]
    return "; ".join(ties + empty)


def _people(figures: Figures, scenarios: Sequence[Scenario]) -> Section:
    say = figures.say
    columns = (
        Column(say("scenario.number"), Kind.WHOLE),
        Column(say("paper.track")),
        Column(say("paper.candidate")),
        Column(say("scenario.place")),
        Column(say("paper.score"), Kind.DECIMAL),
        Column(say("scenario.now")),
        Column(say("scenario.then")),
    )
    rows = tuple(
        (
            number,
            figures.tracks[each.track_code],
            each.after.candidate_no,
            place_text(each.after.best_place, each.after.last_place),
            each.after.points,
            standing_text(say, each.before.code),
            standing_text(say, each.after.code),
        )
        for number, one in enumerate(scenarios, start=1)
        for each in one.changed
    )
    table = Table(
        say("scenario.people_sheet"), say("scenario.people"), columns, rows, (say("scenario.order_note"),)
    )
    return Section(say("scenario.whom"), (table,))


def place_text(best: int, last: int) -> str:
    """Place in the order of a track, of equals from which to which."""
    return str(best) if best == last else f"{best}–{last}"


def write_scenarios(
    figures: Figures, quotas: Quotas, scenarios: Sequence[Scenario], formats: Sequence[str], folder: Path
) -> Iterator[Path]:
    """Write the paper in formats; yields each path once the file is there."""
    from orchestration.layout.rendering import write_document

    document = scenario_paper(figures, quotas, scenarios)
    for format_name in formats:
        path = folder / f"quota-scenarios-{figures.language}.{format_name}"
        yield write_document(document, path)
