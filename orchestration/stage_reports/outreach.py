"""The outreach campaign (Order §1): events by kind, organiser, audience and region, against applications.

Belongs here: tables and charts of these figures. Not here: reading (`figures.py`). That applications followed
an event does not say that they came of it: the report sets numbers side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from orchestration.layout.content import (
    Block,
    Chart,
    ChartKind,
    Column,
    Fact,
    Facts,
    Fewer,
    Kind,
    Paragraph,
    Section,
    Series,
    Table,
    Tone,
    Value,
)
from orchestration.stage_reports.figures import OUTREACH, Figures
from orchestration.stage_reports.happened import dates_table, share
from orchestration.vetting_reports import Row

# Codes of the feed of events (its contract), with the paragraph of the Order that names each kind.
_KINDS = {
    "meeting": "outreach.meeting",
    "publication": "outreach.publication",
    "video": "outreach.video",
    "stand": "outreach.stand",
}
_ORGANISERS = {
    "agency": "outreach.agency",
    "agency_regional": "outreach.agency_regional",
    "academy": "outreach.academy",
    "central_body": "outreach.central_body",
    "local_body": "outreach.local_body",
}
_AUDIENCES = {
    "civil_servants": "outreach.civil_servants",
    "subordinate": "outreach.subordinate",
    "quasi_state": "outreach.quasi_state",
    "private": "outreach.private",
    "bolashak": "outreach.bolashak",
    "general": "outreach.general",
}
_PER_REACHED, _PER_RESIDENTS = 1000, 100_000


def sections(figures: Figures) -> tuple[Section, ...]:
    """All parts of the report on the campaign."""
    say = figures.say
    events, days, regions = (
        figures.rows(name) for name in ("outreach_events", "outreach_days", "outreach_regions")
    )
    happened: tuple[Block, ...] = (
        _totals(figures, events, days),
        dates_table(figures, OUTREACH),
        _by(figures, events, "kind_code", _KINDS, say("outreach.by_kind")),
        _by(figures, events, "organiser_code", _ORGANISERS, say("outreach.by_organiser")),
        _by(figures, events, "audience_code", _AUDIENCES, say("outreach.by_audience")),
    )
    against: tuple[Block, ...] = (
        Paragraph(say("outreach.side_by_side"), Tone.NOTE),
        *_day_charts(figures, days),
        _day_table(figures, days),
        _region_table(figures, regions),
        _region_chart(figures, regions),
        _kinds_by_region(figures, events),
    )
    compared = (Paragraph(say("compared.no_stage")), _season_before(figures, days))
    return (
        Section(say("report.happened"), happened),
        Section(say("outreach.against"), against),
        Section(say("report.compared"), compared),
    )


def _season_before(figures: Figures, days: list[Row]) -> Block:
    """The whole campaign a season ago, where the release holds one."""
    say, then = figures.say, figures.rows("outreach_days_before")
    if not then:
        return Paragraph(say("compared.no_season"))
    counted = {
        "count_events": say("column.events"),
        "count_reached": say("column.reached"),
        "count_registrations": say("column.applications"),
    }
    columns = (
        Column(say("column.what")),
        Column(say("column.season_then"), Kind.WHOLE),
        Column(say("column.season_now"), Kind.WHOLE),
    )
    rows = tuple(
        (text, sum(row[name] for row in then), sum(row[name] for row in days))
        for name, text in counted.items()
    )
    return Table(say("compared.season_sheet"), say("compared.season_before"), columns, rows)


def per(part: int | None, whole: int | None, unit: int) -> Decimal | None:
    """How many of a part there are for each `unit` of a whole, for the eye; None where one is not known."""
    if part is None or not whole:
        return None
    return Decimal(part * unit) / Decimal(whole)


def _totals(figures: Figures, events: list[Row], days: list[Row]) -> Facts:
    say = figures.say
    held, reached = (sum(row[name] for row in events) for name in ("count_events", "count_reached"))
    applications = sum(row["count_registrations"] for row in days)
    return Facts(
        (
            Fact(say("column.events"), held, Kind.WHOLE),
            Fact(say("column.reached"), reached, Kind.WHOLE),
            Fact(say("column.applications"), applications, Kind.WHOLE),
            Fact(say("column.per_reached"), per(applications, reached, _PER_REACHED), Kind.DECIMAL),
        )
    )


def _by(figures: Figures, events: list[Row], column: str, texts: Mapping[str, str], title: str) -> Table:
    """Events and people reached by one code of theirs."""
    say = figures.say
    reached_in_all = sum(row["count_reached"] for row in events)
    columns = (
        Column(title),
        Column(say("column.events"), Kind.WHOLE),
        Column(say("column.reached"), Kind.WHOLE),
        Column(say("column.share_reached"), Kind.PERCENT),
    )
    rows: list[tuple[Value, ...]] = []
    for code, key in texts.items():
        own = [row for row in events if row[column] == code]
        held, reached = (sum(row[name] for row in own) for name in ("count_events", "count_reached"))
        if own:
            rows.append((say(key), held, reached, share(reached, reached_in_all)))
    held = sum(row["count_events"] for row in events)
    rows.append((say("column.total"), held, reached_in_all, share(reached_in_all, reached_in_all)))
    return Table(title, title, columns, tuple(rows), total=True)


def _day_charts(figures: Figures, days: list[Row]) -> tuple[Chart, Chart]:
    """People reached day by day, and applications day by day."""
    say = figures.say
    held = [row for row in days if row["count_events"]]
    applied = [row for row in days if row["count_registrations"]]
    reached_title, applied_title = say("outreach.reached_by_day"), say("outreach.applied_by_day")
    return (
        Chart(
            ChartKind.LINE, reached_title, reached_title, tuple(row["activity_on"] for row in held),
            (Series(say("column.reached"), tuple(row["count_reached"] for row in held)),),
            value_label=say("column.people"),
        ),
        Chart(
            ChartKind.LINE, applied_title, applied_title, tuple(row["activity_on"] for row in applied),
            (Series(say("column.applications"), tuple(row["count_registrations"] for row in applied)),),
            value_label=say("column.applications"),
        ),
    )  # fmt: skip


def _day_table(figures: Figures, days: list[Row]) -> Table:
    say = figures.say
    columns = (
        Column(say("column.day"), Kind.DAY),
        Column(say("column.events"), Kind.WHOLE),
        Column(say("column.reached"), Kind.WHOLE),
        Column(say("column.applications"), Kind.WHOLE),
    )
    names = ("activity_on", "count_events", "count_reached", "count_registrations")
    rows = tuple(tuple(row[name] for name in names) for row in days)
    return Table(say("outreach.days_sheet"), say("outreach.days"), columns, rows)


def _region_table(figures: Figures, regions: list[Row]) -> Table:
    """Events, people reached and applications of each region, and applications per head."""
    say, names = figures.say, figures.names("regions")
    columns = (
        Column(say("column.region")),
        Column(say("column.events"), Kind.WHOLE),
        Column(say("column.reached"), Kind.WHOLE),
        Column(say("column.applications"), Kind.WHOLE),
        Column(say("column.per_reached"), Kind.DECIMAL),
        Column(say("column.per_residents"), Kind.DECIMAL),
    )
    least = _least_shown(figures)
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            names[row["region_code"]], row["count_events"], row["count_reached"],
            Fewer(least) if row["count_registrations"] is None else row["count_registrations"],
            per(row["count_registrations"], row["count_reached"], _PER_REACHED),
            per(row["count_registrations"], row["count_residents"], _PER_RESIDENTS),
        )
        for row in regions
    )  # fmt: skip
    return Table(
        say("outreach.regions_sheet"), say("outreach.regions"), columns, rows, (say("outreach.regions_note"),)
    )


def _least_shown(figures: Figures) -> int:
    [row] = figures.rows("least_shown")
    return int(row["value"])


def _region_chart(figures: Figures, regions: list[Row]) -> Chart:
    """Regions by applications per head, the most first; only where both are known."""
    say, names = figures.say, figures.names("regions")
    heads = [
        (value, names[row["region_code"]])
        for row in regions
        if (value := per(row["count_registrations"], row["count_residents"], _PER_RESIDENTS)) is not None
    ]
    heads.sort(key=lambda pair: (-pair[0], pair[1]))
    title = say("outreach.heads")
    return Chart(
        ChartKind.BAR, title, title, tuple(name for _, name in heads),
        (Series(say("column.per_residents"), tuple(value for value, _ in heads)),),
        value_label=say("column.per_residents"), value_kind=Kind.DECIMAL,
    )  # fmt: skip


def _kinds_by_region(figures: Figures, events: list[Row]) -> Table:
    """How many events of each kind were held in each region."""
    say, names = figures.say, figures.names("regions")
    columns = (
        Column(say("column.region")),
        *(Column(say(key), Kind.WHOLE) for key in _KINDS.values()),
        Column(say("column.total"), Kind.WHOLE),
    )
    rows: list[tuple[Value, ...]] = []
    for code in sorted({row["region_code"] for row in events}):
        own = [row for row in events if row["region_code"] == code]
        counts = [sum(row["count_events"] for row in own if row["kind_code"] == kind) for kind in _KINDS]
        rows.append((names[code], *counts, sum(counts)))
    title = say("outreach.kinds_by_region")
    return Table(say("outreach.kinds_by_region_sheet"), title, columns, tuple(rows))
