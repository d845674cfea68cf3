"""What `rezerv preview`, `apply`, `corrections` and `sensitivity` draw.

Belongs here: short tables of a difference, with limits; the workbook has all of it. Not here: what differs
(`corrections.py`, `sensitivity.py`), what a screen is (`console.py`). People stand by candidate number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from orchestration.console import show_landed_summary
from orchestration.console_values import NOTHING, cell, local, number
from orchestration.corrections_reports import Column, shown_value

if TYPE_CHECKING:
    from orchestration.console import Screen
    from orchestration.corrections import Outcome, Row
    from orchestration.sensitivity import Choice

LINES_SHOWN = 12
# Whose place in the selection is another comes first, mere moves of rank last.
_WEIGHTS = ("entered", "left", "status", "score", "rows", "rank")
_NAMES = ("status", "reason", "points", "rank")
_MOVED = tuple((name, f"{name}_before", f"{name}_after") for name in _NAMES)
_MOVES: tuple[Column, ...] = tuple((f"column.{name}", name, 0) for name in _NAMES)
_LEFT = {
    "stage_code", "track_code", "candidate_no", "change_code", "column_name", "reason_code", "feed",
    "status", "reason",
}  # fmt: skip


def show_outcome(screen: Screen, outcome: Outcome, title: str) -> None:
    """What the door said, then the difference: counts, cut-offs, lists, people, what hangs on them."""
    from orchestration import corrections_reports as reports

    screen.say(title, as_of=local(outcome.moment))
    show_landed_summary(screen, outcome.landing)
    if outcome.reasons:
        _show(screen, "corrections.outside", reports.OUTSIDE, outcome.reasons)
    if outcome.claims:
        claims = "; ".join(f"{claim.name} ({claim.count_rows})" for claim in outcome.claims)
        screen.say("corrections.would_be_refused", claims=claims)
    found = outcome.difference
    if found.is_empty:
        screen.say("corrections.nothing")
        return
    counts = [
        {"stage_code": stage, "track_code": track, "change_code": change, "count": count}
        for stage, track, change, count in found.counts()
    ]
    columns = (*reports.STANDINGS[:2], reports.STANDINGS[3], ("column.people", "count", 0))
    _show(screen, "corrections.counts", columns, counts, len(counts))
    _show(screen, "corrections.cuts", (*reports.CUTS[:2], *reports.CUTS[6:12]), found.cuts)
    _show(screen, "corrections.lists", _lists_columns(found.lists), found.lists)
    _show(screen, "corrections.drift", (*reports.DRIFT[:6],), found.drift)
    people = [_moves(screen, row) for row in sorted(found.standings, key=_weight)]
    _show(screen, "corrections.people", (*reports.STANDINGS[:4], *_MOVES), people)
    affected = sorted(found.affected, key=lambda row: _WEIGHTS.index(row["change_code"]))
    _show(screen, "corrections.affected", reports.AFFECTED[:8], affected)


def _weight(row: Row) -> int:
    """Who goes on or no longer does comes first, mere moves of rank last."""
    if row["went_on"] != row["goes_on"]:
        return 0
    return {"score": 2, "rank": 3}.get(row["change_code"], 1)


def _moves(screen: Screen, row: Row) -> Row:
    """A standing with before and after in one cell each."""
    return row | {
        name: " → ".join(
            dict.fromkeys(str(row[key]) if row[key] is not None else NOTHING for key in (before, after))
        )
        for name, before, after in _MOVED
    }


def _lists_columns(lists: Sequence[Row]) -> Sequence[Column]:
    from orchestration.corrections_reports import LISTS

    return LISTS if any(row["is_published_by_act"] for row in lists) else LISTS[:4]


def _show(
    screen: Screen, title: str, columns: Sequence[Column], rows: Sequence[Row], lines: int = LINES_SHOWN
) -> None:
    """A table with its title; at most so many lines, and how many more there are."""
    if not rows:
        return
    screen.gap()
    screen.say(title, count=number(len(rows)))
    table: Any = screen.table([(key, "left" if name in _LEFT else "right") for key, name, _ in columns])
    for row in rows[:lines]:
        table.add_row(*(_cell(screen, name, row[name]) for _, name, _ in columns))
    screen.console.print(table)
    if len(rows) > lines:
        screen.say("corrections.more", count=number(len(rows) - lines))


def _cell(screen: Screen, name: str, value: Any) -> Any:
    shown = shown_value(screen.texts, name, value)
    if shown == "":
        return NOTHING
    return number(shown) if isinstance(shown, int) else cell(shown)


def show_corrections(screen: Screen, rows: Sequence[Row]) -> None:
    """Applied corrections, newest first."""
    if not rows:
        screen.say("corrections.none")
        return
    table = screen.table(
        [
            ("column.file", "left"), ("corrections.applied", "left"), ("column.by", "left"),
            ("column.reason", "left"), ("column.state", "left"), ("column.landed", "right"),
            ("column.quarantined", "right"),
        ]
    )  # fmt: skip
    for row in rows:
        table.add_row(
            cell(row["source_file"]), local(row["applied_at"]), cell(row["asked_by"]), cell(row["reason"]),
            screen.texts(f"state.{row['state']}"), number(row["count_landed"]),
            number(row["count_quarantined"]),
        )  # fmt: skip
    screen.console.print(table)


def show_choices(screen: Screen, choices: Sequence[Choice], as_of: str) -> None:
    """For each other choice of the policy, whom it would change, by stage."""
    from orchestration.sensitivity import parameter_text, value_text

    say = screen.texts
    screen.say("sensitivity.title", as_of=as_of)
    table = screen.table(
        [
            ("sensitivity.choice", "left"), ("column.stage", "left"), ("corrections.would_go_on", "right"),
            ("corrections.would_not", "right"), ("sensitivity.otherwise", "right"),
        ]
    )  # fmt: skip
    for choice in choices:
        name = say(
            "sensitivity.line", policy=choice.policy_code,
            parameter=parameter_text(say, choice.parameter_code),
            value=value_text(say, choice.parameter_code, choice.value),
            other=value_text(say, choice.parameter_code, choice.alternative),
        )  # fmt: skip
        if not choice.effects:
            table.add_row(cell(name), say("sensitivity.nobody"), "", "", "")
        for index, effect in enumerate(choice.effects):
            table.add_row(
                cell("" if index else name), effect.stage_code, number(effect.count_on),
                number(effect.count_off), number(effect.count_otherwise),
            )  # fmt: skip
    screen.console.print(table)
