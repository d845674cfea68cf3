"""A stage against the stage before it, and against the same stage of the season before.

Belongs here: tables and the chart of these comparisons. Not here: reading (`figures.py`).
"""

from __future__ import annotations

from orchestration.layout.content import (
    Block,
    Chart,
    ChartKind,
    Column,
    Kind,
    Paragraph,
    Section,
    Series,
    Table,
    Value,
)
from orchestration.stage_reports.figures import Figures
from orchestration.stage_reports.happened import going_on, share
from orchestration.vetting_reports import Row


def section(figures: Figures, stage: str) -> Section:
    """The part "Comparison"."""
    blocks: list[Block] = [
        _stage_before(figures, stage),
        _funnel(figures, stage),
        _season_before(figures, stage),
    ]
    return Section(figures.say("report.compared"), tuple(blocks))


def _by_track(rows: list[Row]) -> dict[str, Row]:
    return {row["track_code"]: row for row in rows}


def _stage_before(figures: Figures, stage: str) -> Block:
    """Track by track: how many went on from the stage before, entered, and go on now."""
    say, before = figures.say, figures.stage_before(stage)
    if before is None:
        return Paragraph(say("compared.first"))
    names, earlier = figures.names("tracks"), _by_track(figures.rows("tracks", before))
    columns = (
        Column(say("column.track")),
        Column(say("column.entered_before"), Kind.WHOLE),
        Column(say("column.went_on_before"), Kind.WHOLE),
        Column(say("column.rate_before"), Kind.PERCENT),
        Column(say("column.entered"), Kind.WHOLE),
        Column(say("column.goes_on"), Kind.WHOLE),
        Column(say("column.rate_now"), Kind.PERCENT),
    )
    counts: list[tuple[str, int, int, int, int]] = [
        (
            names[row["track_code"]],
            earlier[row["track_code"]]["count_entered"],
            going_on(earlier[row["track_code"]]),
            row["count_entered"],
            going_on(row),
        )
        for row in figures.rows("tracks", stage)
    ]
    came, passed, entered, admitted = (
        sum(numbers) for numbers in zip(*(row[1:] for row in counts), strict=True)
    )
    counts.append((say("column.total"), came, passed, entered, admitted))
    rows = tuple(
        (name, then, went, share(went, then), now, on, share(on, now)) for name, then, went, now, on in counts
    )
    title = say("compared.stage_before", stage=figures.stage_name(before))
    return Table(say("compared.sheet"), title, columns, rows, (say("compared.note"),), total=True)


def _funnel(figures: Figures, stage: str) -> Chart:
    """Who entered and went on at each stage up to this one."""
    say = figures.say
    upto = figures.stages[1 : figures.stages.index(stage) + 1]
    rows = figures.rows("tracks")
    entered = tuple(sum(row["count_entered"] for row in rows if row["stage_code"] == code) for code in upto)
    admitted = tuple(sum(going_on(row) for row in rows if row["stage_code"] == code) for code in upto)
    title = say("compared.funnel")
    return Chart(
        ChartKind.BAR, title, title, tuple(figures.stage_name(code) for code in upto),
        (Series(say("column.entered"), entered), Series(say("column.goes_on"), admitted)),
        value_label=say("column.people"),
    )  # fmt: skip


def _season_before(figures: Figures, stage: str) -> Block:
    """The same stage a season ago, where the release holds one."""
    say = figures.say
    earlier = _by_track(figures.rows("tracks_before", stage))
    if not earlier:
        return Paragraph(say("compared.no_season"))
    names = figures.names("tracks")
    columns = (
        Column(say("column.track")),
        Column(say("column.entered_then"), Kind.WHOLE),
        Column(say("column.entered"), Kind.WHOLE),
        Column(say("column.went_on_then"), Kind.WHOLE),
        Column(say("column.goes_on"), Kind.WHOLE),
        Column(say("column.cutoff_then"), Kind.DECIMAL),
        Column(say("column.cutoff"), Kind.DECIMAL),
    )
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            names[code], then.get("count_entered"), row["count_entered"], going_on(then) if then else None,
            going_on(row), then.get("cutoff_points"), row["cutoff_points"],
        )
        for row in figures.rows("tracks", stage)
        for code in (row["track_code"],)
        for then in (earlier.get(code, {}),)
    )  # fmt: skip
    return Table(say("compared.season_sheet"), say("compared.season_before"), columns, rows)
