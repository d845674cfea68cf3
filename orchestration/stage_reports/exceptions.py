"""What did not go the usual way: results without a place, decisions, resits, marks, corrections, policy.

Belongs here: tables of these counts, by reason and basis. Not here: persons; grounds of the law, which no
release holds (docs/decisions/0011).
"""

from __future__ import annotations

from orchestration.layout.content import Block, Column, Kind, Paragraph, Section, Table, Tone, Value
from orchestration.sensitivity import parameter_text, value_text
from orchestration.stage_reports.figures import Figures
from orchestration.texts import Texts, texts_of
from orchestration.vetting_reports import Row

# What the feed of the working group's decisions may hold (its contract), and what support decides of a claim.
_ACTIONS = {
    "exclude": "action.exclude",
    "keep": "action.keep",
    "admit_conditionally": "action.admit_conditionally",
    "reverse": "action.reverse",
    "accept_two_marks": "action.accept_two_marks",
    "allow_resit": "action.allow_resit",
    "correct_track": "action.correct_track",
    "correct_mark": "action.correct_mark",
    "accept_recording": "action.accept_recording",
}
_BASES = {
    "proctoring_violation": "basis.proctoring_violation",
    "procedure_breach": "basis.procedure_breach",
    "false_data": "basis.false_data",
    "law_requirements": "basis.law_requirements",
    "adverse_information": "basis.adverse_information",
    "vetting_reply_missing": "basis.vetting_reply_missing",
    "expert_mark_missing": "basis.expert_mark_missing",
    "recording_inconclusive": "basis.recording_inconclusive",
    "no_violation": "basis.no_violation",
    "late_claim": "basis.late_claim",
    "platform_error": "basis.platform_error",
    "error_found": "basis.error_found",
    "other": "basis.other",
}
_CLAIMS = {"granted": "claim.granted", "refused": "claim.refused", "pending": "claim.pending"}
_CAUSES = {
    "power_cut": "cause.power_cut",
    "internet": "cause.internet",
    "platform": "cause.platform",
}
_CHANGES = {
    "entered": "change.entered",
    "left": "change.left",
    "status": "change.status",
    "score": "change.score",
    "rank": "change.rank",
}
# Policies that have no parameter: what they ask, and the answer.
_ANSWERED = {
    "A26": ("policy.a26", "policy.a26_answer"),
    "A28": ("policy.a28", "policy.a28_answer"),
    "A31": ("policy.a31", "policy.a31_answer"),
    "A33": ("policy.a33", "policy.a33_answer"),
    "A40": ("policy.a40", "policy.a40_answer"),
    "A41": ("policy.a41", "policy.a41_answer"),
    "A44": ("policy.a44", "policy.a44_answer"),
}
_ACTS = {"published": "act.published", "restated": "act.restated", "kept": "act.kept"}


def section(figures: Figures, stage: str) -> Section:
    """The part "Exceptions"."""
    found = figures.rows("exceptions", stage)
    tables: list[Block] = [
        _results(figures, _of(found, "result")),
        _decisions(figures, _of(found, "decision")),
        _claims(figures, _of(found, "resit_claim")),
        _marks(figures, _of(found, "refused_mark")),
    ]
    shown: list[Block] = [table for table in tables if isinstance(table, Table) and table.rows]
    if not shown:
        shown.append(Paragraph(figures.say("exceptions.none")))
    return Section(
        figures.say("report.exceptions"), (*shown, *_versions(figures, stage), *_policies(figures, stage))
    )


def _of(rows: list[Row], kind: str) -> list[Row]:
    return [row for row in rows if row["exception_kind_code"] == kind]


def _results(figures: Figures, rows: list[Row]) -> Table:
    """Results that are none, late, or of a person who left the selection."""
    say, reasons = figures.say, figures.names("reason_codes")
    columns = (Column(say("column.reason")), Column(say("column.people"), Kind.WHOLE))
    body = tuple((reasons[row["exception_code"]], row["count_cases"]) for row in rows)
    return Table(say("results.sheet"), say("results.title"), columns, body)


def _decisions(figures: Figures, rows: list[Row]) -> Table:
    """Decisions of the working group, by action and basis (Order §4.5)."""
    say = figures.say
    columns = (
        Column(say("column.decision")),
        Column(say("column.basis")),
        Column(say("column.decisions"), Kind.WHOLE),
    )
    body = tuple(
        (say(_ACTIONS[row["exception_code"]]), say(_BASES[row["exception_basis_code"]]), row["count_cases"])
        for row in rows
    )
    return Table(say("decisions.sheet"), say("decisions.title"), columns, body, (say("decisions.note"),))


def _claims(figures: Figures, rows: list[Row]) -> Table:
    """Claims of a resit, by cause and what support decided (Order §5.7)."""
    say = figures.say
    columns = (
        Column(say("column.cause")),
        Column(say("column.decision")),
        Column(say("column.claims"), Kind.WHOLE),
    )
    body = tuple(
        (say(_CAUSES[row["exception_basis_code"]]), say(_CLAIMS[row["exception_code"]]), row["count_cases"])
        for row in rows
    )
    return Table(say("claims.sheet"), say("claims.title"), columns, body)


def _marks(figures: Figures, rows: list[Row]) -> Table:
    """Experts' marks that did not count (A20)."""
    say, handlings = figures.say, figures.names("mark_handlings")
    columns = (Column(say("column.reason")), Column(say("column.marks"), Kind.WHOLE))
    body = tuple((handlings[row["exception_code"]], row["count_cases"]) for row in rows)
    return Table(say("marks.sheet"), say("marks.title"), columns, body)


def _versions(figures: Figures, stage: str) -> list[Block]:
    """The acts of the stage's list, and by what today's data differ from the list in force (A49)."""
    say = figures.say
    acts, drift = figures.rows("acts", stage), figures.rows("drift", stage)
    if not acts:
        return [Paragraph(say("versions.none"), Tone.NOTE)]
    columns = (
        Column(say("column.act"), Kind.WHOLE),
        Column(say("column.kind")),
        Column(say("column.version"), Kind.WHOLE),
        Column(say("column.moment"), Kind.MOMENT),
        Column(say("column.decision_no")),
        Column(say("column.lines"), Kind.WHOLE),
    )
    rows = tuple(
        (
            row["act_no"], say(_ACTS[row["kind_code"]]), row["version"], row["acted_at"], row["decision_no"],
            row["count_rows"],
        )
        for row in acts
    )  # fmt: skip
    blocks: list[Block] = [Table(say("versions.sheet"), say("versions.title"), columns, rows)]
    if not drift:
        return [*blocks, Paragraph(say("versions.no_drift"))]
    changed: tuple[tuple[Value, ...], ...] = tuple(
        (
            say(_CHANGES[row["change_code"]]), row["count_people"],
            say("column.yes") if row["is_drift_kept"] else say("column.no"),
        )
        for row in drift
    )  # fmt: skip
    drifted = (
        Column(say("column.change")),
        Column(say("column.people"), Kind.WHOLE),
        Column(say("column.settled")),
    )
    return [*blocks, Table(say("drift.sheet"), say("drift.title"), drifted, changed)]


def _policies(figures: Figures, stage: str) -> list[Block]:
    """What the Order leaves open, how the season answers it, and how many people each answer concerned."""
    say, console = figures.say, texts_of(figures.language)
    rows = figures.rows("policies", stage)
    if not rows:
        return []
    columns = (
        Column(say("column.policy")),
        Column(say("column.question")),
        Column(say("column.answer")),
        Column(say("column.on_the_way"), Kind.WHOLE),
        Column(say("column.settled_by"), Kind.WHOLE),
    )
    body = tuple(
        (
            row["policy_code"],
            *_answer(figures, console, row),
            row["count_applied"],
            row["count_decided"],
        )
        for row in rows
    )
    return [Table(say("policy.sheet"), say("policy.title"), columns, body, (say("policy.note"),))]


def _answer(figures: Figures, console: Texts, row: Row) -> tuple[str, str]:
    """What a policy asks and how the season answers it: by its parameter, or in the words of the reports."""
    if row["parameter_code"]:
        return (
            parameter_text(console, row["parameter_code"]),
            value_text(console, row["parameter_code"], row["value"]),
        )
    question, answer = _ANSWERED.get(row["policy_code"], ("policy.general", "policy.general_answer"))
    return figures.say(question), figures.say(answer)
