"""The public list of a stage: who goes on, by candidate number and nothing else (A45, A48, A49).

Belongs here: what the paper for everybody says. Not here: names (`reserve_list.py`), results for the accounts
(`result_notices.py`).
"""

from __future__ import annotations

from orchestration.announcements.published import Published, goes_on, points
from orchestration.layout.content import (
    Block,
    Column,
    Document,
    Kind,
    Paragraph,
    Section,
    Table,
    Tone,
    Value,
)
from orchestration.layout.texts import ReportTexts, report_texts

KIND = "public_list"
FOLDS = 5


def public_list(published: Published, language: str) -> Document:
    """The list in a language: places, cut-off and count of each track, then the numbers in their order.

    Nobody else is on it, and nothing says why somebody is not (A48).
    """
    say, is_final = report_texts(language), published.next_stage is None
    return Document(
        kind=KIND,
        title=say("announced.final_title" if is_final else "announced.list_title"),
        summary=say.plural(
            "reserve.summary" if is_final else "announced.list_summary", len(published.admitted)
        ),
        language=language,
        identity=published.identity(language),
        sections=(
            Section(say("announced.by_track"), (_totals(published, say), *_changes(published, say))),
            Section(say("announced.numbers"), _numbers(published, say)),
        ),
    )


def _totals(published: Published, say: ReportTexts) -> Table:
    rows: list[tuple[Value, ...]] = []
    for code in published.tracks:
        own = published.of_track(code)
        if own:
            cut = next((row for row in own if row["limit_places"] is not None), own[0])
            rows.append(
                (
                    published.track_title(code, say.language), cut["limit_places"], points(cut, "cutoff"),
                    sum(goes_on(row) for row in own),
                )
            )  # fmt: skip
    places = [row[1] for row in rows]
    total = None if None in places else sum(place for place in places if isinstance(place, int))
    counts = sum(count for *_, count in rows if isinstance(count, int))
    return Table(
        name=say("announced.sheet_tracks"),
        title=say("announced.tracks_title"),
        columns=(
            Column(say("announced.track")),
            Column(say("announced.places"), Kind.WHOLE),
            Column(say("announced.cutoff"), Kind.DECIMAL),
            Column(say("announced.goes_on"), Kind.WHOLE),
        ),
        rows=(*rows, (say("announced.total"), total, None, counts)),
        notes=(say("announced.ties_note"), say("announced.others_note")),
        total=True,
    )


def _changes(published: Published, say: ReportTexts) -> tuple[Block, ...]:
    """A49: what a further version changed, in a note; nothing of a first one."""
    if published.before is None:
        return ()
    now = {row["candidate_no"] for row in published.admitted}
    before = {row["candidate_no"] for row in published.before if goes_on(row)}
    blocks = []
    for key, numbers in (("announced.added", now - before), ("announced.removed", before - now)):
        if numbers:
            text = say.plural(key, len(numbers), numbers=", ".join(sorted(numbers)))
            blocks.append(Paragraph(text, Tone.WARNING))
    return tuple(blocks) or (Paragraph(say("announced.same_numbers"), Tone.NOTE),)


def _numbers(published: Published, say: ReportTexts) -> tuple[Block, ...]:
    tables: list[Block] = []
    for code in published.tracks:
        numbers = sorted(row["candidate_no"] for row in published.of_track(code) if goes_on(row))
        if numbers:
            tables.append(
                Table(
                    name=published.track_title(code, say.language),
                    title=published.track_title(code, say.language),
                    columns=(Column(say("announced.candidate_no")),),
                    rows=tuple((number,) for number in numbers),
                    folds=FOLDS,
                )
            )
    return tuple(tables) or (Paragraph(say("announced.nobody")),)
