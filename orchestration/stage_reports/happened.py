"""What happened at a stage: dates kept, numbers in and out, places and cut-offs, scores, groups of people.

Belongs here: tables and charts of these figures. Not here: reading (`figures.py`).
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from orchestration.layout.content import (
    Block,
    Chart,
    ChartKind,
    Column,
    Fact,
    Facts,
    Kind,
    Paragraph,
    Section,
    Series,
    Table,
    Tone,
    Value,
)
from orchestration.layout.values import NOTHING, short_day
from orchestration.stage_reports.figures import Figures
from orchestration.texts import texts_of
from orchestration.vetting_reports import Row

# Kind of group -> seed of its names, and the texts of its table. The languages of the tests have no seed.
_GROUPS = {
    "region": ("regions", "groups.region"),
    "sex": ("sexes", "groups.sex"),
    "age_band": ("age_bands", "groups.age_band"),
    "employer_type": ("employer_types", "groups.employer_type"),
    "language": ("", "groups.language"),
}
_LANGUAGES = {"kk": "groups.language_kk", "ru": "groups.language_ru"}
_OTHER = "other"
# A histogram has at most so many bars; scores of panels are gathered in quarters of a point.
_MOST_BARS, _QUARTER = 41, Decimal("0.25")


def section(figures: Figures, stage: str) -> Section:
    """The part "What happened" of a stage of the selection."""
    say = figures.say
    tracks = figures.rows("tracks", stage)
    blocks: list[Block] = [
        _totals(figures, tracks),
        Paragraph(publication_text(figures, stage), Tone.NOTE),
        dates_table(figures, stage),
        _track_table(figures, tracks),
        _track_chart(figures, tracks),
        _outcomes(figures, stage),
    ]
    scores = figures.rows("scores", stage)
    if scores:
        blocks.append(_histogram(figures, scores))
    return Section(say("report.happened"), tuple(blocks))


def groups_section(figures: Figures, stage: str) -> Section:
    """The part "Who took part": a table for each kind of group."""
    rows = figures.rows("groups", stage)
    has_places = is_cut(figures.rows("tracks", stage))
    tables = [_group_table(figures, rows, kind, has_places) for kind in _GROUPS]
    return Section(
        figures.say("report.people"), (Paragraph(figures.say("groups.merged"), Tone.NOTE), *tables)
    )


def share(part: int, whole: int) -> Decimal | None:
    """A part of a whole as a share for the eye; None of nothing."""
    return Decimal(part) / Decimal(whole) if whole else None


def going_on(row: Row) -> int:
    """Who goes on from a track: admitted, and above the limit by a late result (A13)."""
    return int(row["count_admitted"]) + int(row["count_supernumerary"])


def is_cut(tracks: list[Row]) -> bool:
    """Whether a stage has places, so that taking part and cut-offs mean something."""
    return any(row["limit_places"] is not None for row in tracks)


def _totals(figures: Figures, tracks: list[Row]) -> Facts:
    say = figures.say
    entered = sum(row["count_entered"] for row in tracks)
    admitted = sum(going_on(row) for row in tracks)
    facts = [Fact(say("column.entered"), entered, Kind.WHOLE)]
    if is_cut(tracks):
        places = sum(row["limit_places"] or 0 for row in tracks)
        facts += [
            Fact(say("column.took_part"), sum(row["count_participated"] for row in tracks), Kind.WHOLE),
            Fact(say("column.places"), places, Kind.WHOLE),
        ]
    facts.append(Fact(say("column.goes_on"), admitted, Kind.WHOLE))
    if not is_cut(tracks):
        facts.append(Fact(say("column.rate"), share(admitted, entered), Kind.PERCENT))
    return Facts(tuple(facts))


def version_text(figures: Figures, stage: str) -> str:
    """The version of the stage's list in a word or two."""
    [row] = figures.rows("publication", stage)
    if row["is_published_by_act"]:
        return figures.say("report.version", version=row["version"])
    return figures.say("report.provisional")


def publication_text(figures: Figures, stage: str) -> str:
    """How the stage's list stands: published by which act, or provisional."""
    [row] = figures.rows("publication", stage)
    say = figures.say
    if not row["is_published_by_act"]:
        return say("report.is_provisional", planned=row["planned_at"])
    return say("report.is_published", version=row["version"], act=row["act_no"], moment=row["published_at"])


def dates_table(figures: Figures, stage: str) -> Table:
    """Each event of the calendar, what the data show of it, and whether it kept to its dates."""
    say, console = figures.say, texts_of(figures.language)
    columns = (
        Column(say("column.event")),
        Column(say("column.planned_from"), Kind.TEXT),
        Column(say("column.planned_to"), Kind.TEXT),
        Column(say("column.first_seen"), Kind.TEXT),
        Column(say("column.last_seen"), Kind.TEXT),
        Column(say("column.cases"), Kind.WHOLE),
        Column(say("column.kept")),
    )
    rows = tuple(
        (
            console(f"calendar_lint.event_{row['event_code']}"),
            *(_local(row[name], figures.language) for name in ("starts_local", "ends_local")),
            *(_local(row[name], figures.language) for name in ("first_seen_local", "last_seen_local")),
            row["count_seen"] or None,
            _kept(figures, row),
        )
        for row in figures.rows("dates", stage)
    )
    return Table(say("dates.sheet"), say("dates.title"), columns, rows, notes=(say("dates.note"),))


def _local(moment: datetime | None, language: str) -> str:
    """A moment that is local already, to the minute; a midnight as it is in the calendar."""
    if moment is None:
        return NOTHING
    day = short_day(moment.date(), language)
    return f"{day} {moment:%H:%M}" if (moment.hour or moment.minute) else day


def _kept(figures: Figures, row: Row) -> str:
    """Whether the dates of an event were kept: in a word, or how many came outside them."""
    say = figures.say
    if not row["count_seen"]:
        return say("dates.unknown")
    parts = []
    if row["count_before"]:
        parts.append(say.plural("dates.before", row["count_before"]))
    if row["count_after"]:
        parts.append(say.plural("dates.after", row["count_after"]))
    if row["event_code"] == "published" and not parts:
        return say("dates.late") if row["first_seen_local"] > row["starts_local"] else say("dates.kept")
    return "; ".join(parts) or say("dates.kept")


def _track_table(figures: Figures, tracks: list[Row]) -> Table:
    say, names = figures.say, figures.names("tracks")
    if not is_cut(tracks):
        return _plain_track_table(figures, tracks)
    columns = (
        Column(say("column.track")),
        Column(say("column.entered"), Kind.WHOLE),
        Column(say("column.took_part"), Kind.WHOLE),
        Column(say("column.places"), Kind.WHOLE),
        Column(say("column.cutoff"), Kind.DECIMAL),
        Column(say("column.goes_on"), Kind.WHOLE),
        Column(say("column.by_tie"), Kind.WHOLE),
        Column(say("column.late"), Kind.WHOLE),
        Column(say("column.over_limit"), Kind.WHOLE),
        Column(say("column.share"), Kind.PERCENT),
    )
    rows: list[tuple[Value, ...]] = [
        (
            names[row["track_code"]], row["count_entered"], row["count_participated"], row["limit_places"],
            row["cutoff_points"], going_on(row), row["count_by_tie"], row["count_supernumerary"],
            row["count_over_limit"], share(going_on(row), row["count_participated"]),
        )
        for row in tracks
    ]  # fmt: skip
    entered, taken, places, by_tie, late, over = (
        sum(row[name] or 0 for row in tracks)
        for name in (
            "count_entered", "count_participated", "limit_places", "count_by_tie", "count_supernumerary",
            "count_over_limit",
        )
    )  # fmt: skip
    admitted = sum(going_on(row) for row in tracks)
    rows.append(
        (
            say("column.total"), entered, taken, places, None, admitted, by_tie, late, over,
            share(admitted, taken),
        )
    )  # fmt: skip
    notes = (say("tracks.note"), say("tracks.note_ties"))
    return Table(say("tracks.sheet"), say("tracks.title"), columns, tuple(rows), notes, total=True)


def _plain_track_table(figures: Figures, tracks: list[Row]) -> Table:
    """The tracks of a stage without places: who entered, who goes on."""
    say, names = figures.say, figures.names("tracks")
    columns = (
        Column(say("column.track")),
        Column(say("column.entered"), Kind.WHOLE),
        Column(say("column.goes_on"), Kind.WHOLE),
        Column(say("column.rate"), Kind.PERCENT),
    )
    counts = [(names[row["track_code"]], row["count_entered"], going_on(row)) for row in tracks]
    counts.append((say("column.total"), sum(row[1] for row in counts), sum(row[2] for row in counts)))
    rows = tuple((name, entered, admitted, share(admitted, entered)) for name, entered, admitted in counts)
    return Table(say("tracks.sheet"), say("tracks.title"), columns, rows, total=True)


def _track_chart(figures: Figures, tracks: list[Row]) -> Chart:
    say, names = figures.say, figures.names("tracks")
    series = [Series(say("column.entered"), tuple(row["count_entered"] for row in tracks))]
    if is_cut(tracks):
        series.append(Series(say("column.took_part"), tuple(row["count_participated"] for row in tracks)))
    series.append(Series(say("column.goes_on"), tuple(going_on(row) for row in tracks)))
    title = say("tracks.chart")
    return Chart(
        ChartKind.BAR, title, title, tuple(names[row["track_code"]] for row in tracks), tuple(series),
        value_label=say("column.people"),
    )  # fmt: skip


def _outcomes(figures: Figures, stage: str) -> Table:
    """What became of those who entered, by status and reason."""
    say, statuses, reasons = figures.say, figures.names("statuses"), figures.names("reason_codes")
    order = [row["status_code"] for row in figures.rows("statuses")]
    outcomes = sorted(figures.rows("outcomes", stage), key=lambda row: order.index(row["status_code"]))
    total = sum(row["count_people"] for row in outcomes)
    columns = (
        Column(say("column.status")),
        Column(say("column.reason")),
        Column(say("column.people"), Kind.WHOLE),
        Column(say("column.share"), Kind.PERCENT),
    )
    rows = [
        (
            statuses[row["status_code"]], reasons[row["reason_code"]], row["count_people"],
            share(row["count_people"], total),
        )
        for row in outcomes
    ]  # fmt: skip
    rows.append((say("column.total"), "", total, share(total, total)))
    return Table(say("outcomes.sheet"), say("outcomes.title"), columns, tuple(rows), total=True)


def _histogram(figures: Figures, scores: list[Row]) -> Chart:
    """How many people have which score; scores of panels in quarters of a point."""
    say = figures.say
    counts: dict[Decimal, int] = {}
    broken = any(row["score_points"] % 1 for row in scores)
    step = _QUARTER if broken else Decimal(1)
    for row in scores:
        bin_start = row["score_points"] // step * step
        counts[bin_start] = counts.get(bin_start, 0) + row["count_people"]
    first, last = min(counts), max(counts)
    if (last - first) / step >= _MOST_BARS:
        step *= 2
        counts = {
            start: sum(count for one, count in counts.items() if one // step * step == start)
            for start in {one // step * step for one in counts}
        }
        first, last = min(counts), max(counts)
    starts = [first + step * turn for turn in range(int((last - first) / step) + 1)]
    categories = tuple(_bin_text(start, broken, figures.language) for start in starts)
    values = tuple(counts.get(start, 0) for start in starts)
    description = say(
        "scores.description",
        people=sum(values),
        least=scores[0]["score_points"],
        most=scores[-1]["score_points"],
    )
    return Chart(
        ChartKind.HISTOGRAM, say("scores.title"), description, categories,
        (Series(say("column.people"), values),), say("scores.binned") if broken else say("scores.points"),
        say("column.people"),
    )  # fmt: skip


def _bin_text(start: Decimal, broken: bool, language: str) -> str:
    text = f"{start:.2f}" if broken else f"{start:.0f}"
    return text if language == "en" else text.replace(".", ",")


def _group_table(figures: Figures, groups: list[Row], kind: str, has_places: bool) -> Table:
    """One kind of group: its share among those who entered and those who go on, and how many of it go on."""
    say = figures.say
    seed, title = _GROUPS[kind]
    order = [*(figures.names(seed) if seed else _LANGUAGES), _OTHER]
    rows = [row for row in groups if row["group_kind_code"] == kind]
    rows.sort(key=lambda row: order.index(row["group_code"]))
    names = ("count_entered", "count_participated", "count_admitted")
    lines = [(_group_name(figures, seed, row), *(row[name] for name in names)) for row in rows]
    entered, taken, admitted = (sum(row[name] for row in rows) for name in names)
    lines.append((say("column.total"), entered, taken, admitted))
    columns = [
        Column(say(title)),
        Column(say("column.entered"), Kind.WHOLE),
        Column(say("column.share_entered"), Kind.PERCENT),
        Column(say("column.took_part"), Kind.WHOLE),
        Column(say("column.goes_on"), Kind.WHOLE),
        Column(say("column.share_going_on"), Kind.PERCENT),
        Column(say("column.rate_entered"), Kind.PERCENT),
    ]
    body: list[tuple[Value, ...]] = [
        (name, came, share(came, entered), took, went, share(went, admitted), share(went, came))
        for name, came, took, went in lines
    ]
    if not has_places:
        place = columns.index(Column(say("column.took_part"), Kind.WHOLE))
        del columns[place]
        body = [(*row[:place], *row[place + 1 :]) for row in body]
    return Table(say(title), say(title), tuple(columns), tuple(body), total=True)


def _group_name(figures: Figures, seed: str, row: Row) -> str:
    code = row["group_code"]
    if code == _OTHER:
        return figures.say.plural("groups.other", row["count_groups"])
    if not seed:
        return figures.say(_LANGUAGES[code])
    return figures.names(seed)[code]
