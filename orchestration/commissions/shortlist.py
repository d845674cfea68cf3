"""The paper for a commission: its list by track in ranked order with the cut, and a card for each candidate.

Belongs here: sections, tables and sentences of the paper, and writing it. Not here: the list (`lists.py`),
what a card shows (`cards.py`), how pages look (`layout/`), the command (`cli.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.commissions.cards import EARLIER_RESULTS, card, read_cards, shown_fields
from orchestration.commissions.lists import CommissionList, Line, TrackList, read_list
from orchestration.layout.content import (
    Block,
    Cards,
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


def shortlist(figures: Figures, stage_code: str, track_code: str = "") -> Document:
    """The paper for the commission of a stage, of one track or of all, in the language of the figures.

    Raises what `read_list` and `shown_fields` raise.
    """
    say, found = figures.say, read_list(figures, stage_code, track_code)
    fields = shown_fields(figures, stage_code)
    said = read_cards(figures, stage_code)
    sections = [_overview(figures, found, fields)]
    for track in found.tracks:
        sections.append(_track_section(figures, found, fields, track))
        if track.on_list:
            cards = tuple(
                card(figures, found, fields, line, said[line.candidate_no]) for line in track.on_list
            )
            name = figures.tracks[track.track_code]
            block = Cards(say("paper.cards_sheet", track=name), say("paper.candidate"), cards)
            sections.append(Section(say("paper.cards", track=name), (block, PageBreak())))
    filters = ((say("paper.track"), figures.tracks[track_code]),) if track_code else ()
    stage_name = str(found.stage["stage_name"])
    return Document(
        kind="shortlist",
        title=say("paper.title", stage=stage_name),
        summary=say.plural("paper.summary", found.count_on_list),
        language=figures.language,
        identity=figures.identity(stage_name, version_text(figures, found), filters),
        sections=tuple(sections),
    )


def version_text(figures: Figures, found: CommissionList) -> str:
    """Version of the published list, or that it is provisional."""
    if found.version is None:
        return figures.say("paper.provisional")
    return figures.say("paper.version", version=found.version)


def _overview(figures: Figures, found: CommissionList, fields: Sequence[str]) -> Section:
    """What list it is, how to read it, and the cut of each track."""
    say, list_stage = figures.say, str(found.list_stage["stage_name"])
    blocks: list[Block] = []
    if found.version is None:
        blocks.append(Paragraph(say("paper.is_provisional", stage=list_stage), Tone.WARNING))
    else:
        blocks.append(
            Paragraph(
                say("paper.is_published", stage=list_stage, version=found.version, moment=found.published_at)
            )
        )
    blocks.append(Paragraph(say("paper.ordered_by", stage=list_stage)))
    if EARLIER_RESULTS in fields:
        blocks.append(Paragraph(say("paper.earlier_note"), Tone.NOTE))
    columns = (
        Column(say("paper.track")),
        Column(say("paper.places"), Kind.WHOLE),
        Column(say("paper.cutoff"), Kind.DECIMAL),
        Column(say("paper.on_list"), Kind.WHOLE),
        Column(say("paper.by_tie"), Kind.WHOLE),
        Column(say("paper.over_limit"), Kind.WHOLE),
        Column(say("paper.free"), Kind.WHOLE),
        Column(say("paper.out"), Kind.WHOLE),
    )
    rows = tuple(
        (
            figures.tracks[track.track_code], track.cut["limit_places"], track.cut["cutoff_points"],
            len(track.on_list), track.cut["count_by_tie"], track.cut["count_over_limit"],
            track.cut["count_left_free"], track.count_out,
        )
        for track in found.tracks
    )  # fmt: skip
    notes = (say("paper.cut_note"), say("paper.out_note"))
    blocks += [Table(say("paper.cut_sheet"), say("paper.cut"), columns, rows, notes), PageBreak()]
    return Section(say("paper.overview"), tuple(blocks))


def _track_section(
    figures: Figures, found: CommissionList, fields: Sequence[str], track: TrackList
) -> Section:
    say, name = figures.say, figures.tracks[track.track_code]
    blocks: list[Block] = [Paragraph(_cut_text(figures, track))]
    if track.cut["count_over_limit"]:
        text = say.plural("paper.cap_exceeded", track.cut["count_over_limit"])
        blocks.append(Paragraph(text, Tone.WARNING))
    if track.cut["is_shortfall"]:
        blocks.append(Paragraph(say.plural("paper.shortfall", track.cut["count_left_free"]), Tone.WARNING))
    if track.count_out:
        blocks.append(Paragraph(say.plural("paper.out_since", track.count_out), Tone.WARNING))
    if track.on_list:
        title = say("paper.list", track=name)
        sheet = say("paper.list_sheet", track=name)
        blocks.append(_lines(figures, found, fields, track.on_list, title, sheet))
    else:
        blocks.append(Paragraph(say("paper.nobody")))
    # The National Commission reads the Expert Commission's whole ranking: those proposed are its top (§9).
    if found.stage["admits_by_code"] == "decision":
        if track.below:
            title = say("paper.below", track=name)
            sheet = say("paper.below_sheet", track=name)
            blocks.append(_lines(figures, found, fields, track.below, title, sheet))
        if track.count_unranked:
            blocks.append(Paragraph(say.plural("paper.unranked", track.count_unranked), Tone.NOTE))
    return Section(name, (*blocks, PageBreak()))


def _cut_text(figures: Figures, track: TrackList) -> str:
    say, cut = figures.say, track.cut
    places, points = cut["limit_places"] or 0, cut["cutoff_points"]
    if points is None:
        return say("paper.no_cutoff", places=places, people=len(track.on_list))
    return say("paper.cutoff_text", places=places, cutoff=points, people=len(track.on_list))


def _lines(
    figures: Figures,
    found: CommissionList,
    fields: Sequence[str],
    lines: Sequence[Line],
    title: str,
    sheet: str,
) -> Table:
    """Rank, number, result; beside equals the score that orders them for the eye, marked (A6)."""
    say = figures.say
    columns = [
        Column(say("paper.rank"), Kind.WHOLE),
        Column(say("paper.candidate")),
        Column(say("paper.score"), Kind.DECIMAL),
    ]
    shows_before = EARLIER_RESULTS in fields and bool(found.earlier_stages)
    notes: list[str] = []
    if shows_before:
        columns.append(Column(say("paper.before"), Kind.DECIMAL))
        notes.append(say("paper.before_note", stage=found.earlier_stages[-1]["stage_name"]))
    columns.append(Column(say("paper.remark")))
    rows: list[tuple[Value, ...]] = []
    for line in lines:
        row: list[Value] = [line.result.rank, line.candidate_no, line.result.points]
        if shows_before:
            row.append(line.before)
        rows.append((*row, _remark(figures, line)))
    if any(line.has_equals for line in lines):
        notes.append(say("paper.equals_note"))
    return Table(sheet, title, tuple(columns), tuple(rows), tuple(notes))


def _remark(figures: Figures, line: Line) -> str:
    say = figures.say
    said = [
        text
        for holds, text in (
            (line.is_at_cutoff, say("paper.at_cutoff")),
            (line.has_equals, say("paper.equal")),
            (line.is_late, say("paper.late")),
        )
        if holds
    ]
    return "; ".join(said)


def papers_folder(figures: Figures) -> Path:
    """Where papers go when nobody says otherwise: `<home>/papers/<release>`."""
    return figures.settings.home / "papers" / figures.release.release_id


def file_name(stage_code: str, track_code: str, language: str, format_name: str) -> str:
    """Name of a paper: stage, track if it is one, language."""
    parts = ["shortlist", stage_code, *([track_code] if track_code else []), language]
    return f"{'-'.join(parts)}.{format_name}"


def write_shortlist(
    figures: Figures, stage_code: str, track_code: str, formats: Sequence[str], folder: Path
) -> Iterator[Path]:
    """Write the paper in formats; yields each path once the file is there."""
    from orchestration.layout.rendering import write_document

    document = shortlist(figures, stage_code, track_code)
    for format_name in formats:
        path = folder / file_name(stage_code, track_code, figures.language, format_name)
        yield write_document(document, path)
