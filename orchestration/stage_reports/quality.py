"""How well a stage was measured and watched: tests, experts, proctoring, checks of documents, replies.

Belongs here: tables of measures that others computed. Not here: formulas (`dbt_project/`, `measurement/`),
judging; nothing here changes a result (A25).
"""

from __future__ import annotations

from decimal import Decimal

from orchestration.layout.content import (
    Block,
    Column,
    Fact,
    Facts,
    Kind,
    Paragraph,
    Section,
    Table,
    Tone,
    Value,
)
from orchestration.stage_reports.figures import Figures
from orchestration.stage_reports.happened import share
from orchestration.texts import texts_of
from orchestration.vetting_reports import Row

_WHOLE_TEST = "all"
_REGISTRATION, _VETTING = "registration", "vetting"


def section(figures: Figures, stage: str) -> Section:
    """The part "Quality"; a stage of which nothing is measured says so."""
    say = figures.say
    blocks: list[Block] = []
    if stage == _REGISTRATION:
        blocks.append(_rules(figures))
    if stage == _VETTING:
        blocks.append(_bodies(figures))
    blocks += _tests(figures, stage) + _marking(figures, stage) + _proctoring(figures, stage)
    if not blocks:
        blocks.append(Paragraph(say("quality.none")))
    return Section(say("report.quality"), tuple(blocks))


def _rules(figures: Figures) -> Table:
    """How many fail which rule of eligibility (Order §2)."""
    say, names = figures.say, figures.names("eligibility_rules")
    columns = (
        Column(say("column.rule")),
        Column(say("column.asked"), Kind.WHOLE),
        Column(say("column.failed"), Kind.WHOLE),
        Column(say("column.share"), Kind.PERCENT),
        Column(say("column.first_reason"), Kind.WHOLE),
    )
    rows = tuple(
        (
            names[row["rule_code"]], row["count_asked"], row["count_failed"],
            share(row["count_failed"], row["count_asked"]), row["count_first_reason"],
        )
        for row in figures.rows("rules")
    )  # fmt: skip
    return Table(say("rules.sheet"), say("rules.title"), columns, rows, notes=(say("rules.note"),))


def _bodies(figures: Figures) -> Table:
    """How quickly the vetting bodies answered (Order §4.4)."""
    say, names = figures.say, figures.names("vetting_bodies")
    columns = (
        Column(say("column.body")),
        Column(say("column.sent"), Kind.WHOLE),
        Column(say("column.answered"), Kind.WHOLE),
        Column(say("column.early"), Kind.WHOLE),
        Column(say("column.on_time"), Kind.WHOLE),
        Column(say("column.answered_late"), Kind.WHOLE),
        Column(say("column.open"), Kind.WHOLE),
        Column(say("column.median_days"), Kind.WHOLE),
    )
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            names[row["body_code"]], row["count_sent"], row["count_answered"], row["count_early"],
            row["count_on_due_day"], row["count_late"], row["count_open"], row["days_to_answer_median"],
        )
        for row in figures.rows("bodies")
    )  # fmt: skip
    return Table(say("bodies.sheet"), say("bodies.title"), columns, rows)


def _tests(figures: Figures, stage: str) -> list[Block]:
    """Forms of a test: difficulty, spread, reliability; how many items a person should look at."""
    say, console = figures.say, texts_of(figures.language)
    forms = figures.rows("forms", stage)
    if not forms:
        return []
    columns = (
        Column(say("column.form")),
        Column(say("column.language")),
        Column(say("column.takers"), Kind.WHOLE),
        Column(say("column.mean"), Kind.DECIMAL),
        Column(say("column.deviation"), Kind.DECIMAL),
        Column(say("column.reliability"), Kind.DECIMAL, 3),
        Column(say("column.error"), Kind.DECIMAL),
        Column(say("column.near_cutoff"), Kind.WHOLE),
    )
    languages = {"kk": say("groups.language_kk"), "ru": say("groups.language_ru")}
    rows = tuple(
        (
            row["form_code"], languages[row["language_code"]], row["count_takers"], row["mean_points"],
            row["deviation_points"], row["reliability_kr20"], row["error_points"], row["count_near_cutoff"],
        )
        for row in forms
    )  # fmt: skip
    [items] = figures.rows("items", stage)
    reasons = sorted({row["not_computable_code"] for row in forms if row["not_computable_code"]})
    notes = (say("forms.note"), *(console(f"measurement.code_{code.lower()}") for code in reasons))
    return [
        Paragraph(say("quality.advisory"), Tone.NOTE),
        Facts(
            (
                Fact(say("column.items"), items["count_items"], Kind.WHOLE),
                Fact(say("column.items_flagged"), items["count_flagged"], Kind.WHOLE),
            )
        ),
        Table(say("forms.sheet"), say("forms.title"), columns, rows, notes=notes),
    ]


def _marking(figures: Figures, stage: str) -> list[Block]:
    """How far experts agree, criterion by criterion."""
    from orchestration.measurement_reports import results

    [scoring] = figures.rows("scoring", stage) or [{"points_max": None}]
    if scoring["points_max"] is None:
        return []
    say, console = figures.say, texts_of(figures.language)
    found = results(figures.settings, figures.release, "agreement")["criteria"]
    criteria = [row for row in found if row["stage_code"] == stage]
    criteria.sort(key=lambda row: (row["criterion_code"] == _WHOLE_TEST, row["criterion_code"]))
    columns = (
        Column(say("column.criterion")),
        Column(say("column.works"), Kind.WHOLE),
        Column(say("column.raters"), Kind.WHOLE),
        Column(say("column.marks"), Kind.WHOLE),
        Column(say("column.icc_single"), Kind.DECIMAL),
        Column(say("column.icc_average"), Kind.DECIMAL),
        Column(say("column.alpha"), Kind.DECIMAL),
        Column(say("column.alpha_low"), Kind.DECIMAL),
        Column(say("column.alpha_high"), Kind.DECIMAL),
    )
    rows = tuple(_criterion(figures, row) for row in criteria)
    reasons = sorted({row["not_computable_code"] for row in criteria if row["not_computable_code"]})
    notes = (say("agreement.note"), *(console(f"measurement.code_{code.lower()}") for code in reasons))
    return [
        Paragraph(say("quality.advisory"), Tone.NOTE),
        Table(say("agreement.sheet"), say("agreement.title"), columns, rows, notes=notes),
    ]


def _criterion(figures: Figures, row: Row) -> tuple[Value, ...]:
    code = row["criterion_code"]
    name = figures.say("agreement.overall") if code == _WHOLE_TEST else figures.names("stage_criteria")[code]
    measures = (row[name] for name in ("icc_single", "icc_average", "alpha", "alpha_low", "alpha_high"))
    return (
        name, row["count_works"], row["count_raters"], row["count_marks"],
        *(None if value is None else Decimal(str(value)) for value in measures),
    )  # fmt: skip


def _proctoring(figures: Figures, stage: str) -> list[Block]:
    """How much of the recordings was gone through, and how many signals were confirmed (Order §5.1)."""
    say = figures.say
    progress = figures.rows("proctoring", stage)
    if not progress:
        return []
    [row] = progress
    facts = (
        Fact(say("column.sittings"), row["count_sittings"], Kind.WHOLE),
        Fact(say("column.coverage"), share(row["count_gone_through"], row["count_sittings"]), Kind.PERCENT),
        Fact(say("column.seen"), _of_time(row, "seen_seconds"), Kind.PERCENT),
        Fact(say("column.heard"), _of_time(row, "heard_seconds"), Kind.PERCENT),
        Fact(say("column.inconclusive"), row["count_inconclusive"], Kind.WHOLE),
        Fact(say("column.missing"), row["count_missing"] + row["count_awaited"], Kind.WHOLE),
        Fact(say("column.signals"), row["count_signals"], Kind.WHOLE),
        Fact(say("column.confirmation"), _confirmation(row), Kind.PERCENT),
    )
    return [Facts(facts), _signals(figures, figures.rows("signals", stage))]


def _of_time(row: Row, part: str) -> Decimal | None:
    whole: Decimal = row["duration_seconds"]
    return Decimal(row[part]) / whole if whole else None


def _confirmation(row: Row) -> Decimal | None:
    """Confirmed signals of those that two reviewers or one have settled."""
    settled = row["count_signals_confirmed"] + row["count_signals_dismissed"]
    return share(row["count_signals_confirmed"], settled)


def _signals(figures: Figures, signals: list[Row]) -> Table:
    say, names = figures.say, figures.names("proctoring_signal_types")
    columns = (
        Column(say("column.signal")),
        Column(say("column.signals"), Kind.WHOLE),
        Column(say("column.confirmed"), Kind.WHOLE),
        Column(say("column.dismissed"), Kind.WHOLE),
        Column(say("column.not_settled"), Kind.WHOLE),
        Column(say("column.confirmation"), Kind.PERCENT),
    )
    rows = [(names[row["signal_type_code"]], *_signal_counts(row), _confirmation(row)) for row in signals]
    total = {
        name: sum(row[name] for row in signals)
        for name in (
            "count_signals", "count_signals_confirmed", "count_signals_dismissed", "count_signals_open",
            "count_signals_second_review", "count_signals_unsettled", "count_signals_superseded",
        )
    }  # fmt: skip
    rows.append((say("column.total"), *_signal_counts(total), _confirmation(total)))
    return Table(
        say("signals.sheet"), say("signals.title"), columns, tuple(rows), (say("signals.note"),), total=True
    )


def _signal_counts(row: Row) -> tuple[int, int, int, int]:
    """All signals, those confirmed, those dismissed, and what is left."""
    confirmed, dismissed = row["count_signals_confirmed"], row["count_signals_dismissed"]
    return row["count_signals"], confirmed, dismissed, row["count_signals"] - confirmed - dismissed
