"""What `rezerv marks …` draws: tables of marks owed, flagged works, refused marks, and forms that were read.

Belongs here: what the terminal shows of marks, in the language of the catalogue; people by number, raters by
code. Not here: questions (`reports.py`), reading forms (`forms.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from orchestration.console_values import cell, local, number

if TYPE_CHECKING:
    from orchestration.console import Screen
    from orchestration.marking.forms import Finding, FormRead
    from orchestration.releases import CurrentRelease
    from orchestration.vetting_reports import Row

_SECONDS = 60


def show_owed(screen: Screen, release: CurrentRelease, rows: Sequence[Row], lines: int) -> None:
    """Who owes what, a table for each stage."""
    _heading(screen, "marks.owed_title", release)
    if not rows:
        screen.say("marks.nothing_owed")
        return
    for stage, group in groupby(rows, lambda row: row["stage_name"]):
        own = list(group)
        screen.say(
            "marks.owed_stage", stage=stage, results=number(len({row["candidate_no"] for row in own})),
            published=local(own[0]["published_at"]),
        )  # fmt: skip
        table = _table(
            screen, ("rater", "track", "candidate", "work", "why", "given"), ("raters", "marks_owed")
        )
        for row in own[:lines] if lines else own:
            table.add_row(
                cell(row["rater_code"]), cell(row["track_code"]), row["candidate_no"], cell(row["work_no"]),
                cell(row["text"]), local(row["given_at"]) if row["given_at"] else "",
                number(row["count_raters"]), number(row["count_marks"]) if row["count_marks"] else "",
            )  # fmt: skip
        screen.console.print(table)
        _more(screen, own, lines)


def show_flagged(
    screen: Screen, release: CurrentRelease, counts: Row, rows: Sequence[Row], lines: int
) -> None:
    """How many works have which flag, then the works."""
    _heading(screen, "marks.flagged_title", release)
    screen.say("marks.counts", **{name: number(value) for name, value in counts.items()})
    if not rows:
        return
    table = _table(screen, ("track", "work", "candidate", "flags"), ("marked", "apart", "words", "minutes"))
    for row in rows[:lines] if lines else rows:
        table.add_row(
            cell(row["track_code"]), row["work_no"], row["candidate_no"], _flags(screen, row),
            f"{row['count_whole']}/{row['raters_expected']}", cell(row["points_apart"]),
            number(row["count_words"]), number(-(-row["duration_seconds"] // _SECONDS)),
        )  # fmt: skip
    screen.console.print(table)
    _more(screen, rows, lines)
    screen.say("marks.flags_only")


def _flags(screen: Screen, row: Row) -> str:
    flags = {
        "disagreement": row["is_disagreement"],
        "over_words": row["is_over_words"],
        "over_time": row["is_over_time"],
        "outsiders": row["count_outsiders"] > 0,
    }
    return "; ".join(screen.texts(f"marks.flag_{name}") for name, is_set in flags.items() if is_set)


def show_refused(screen: Screen, release: CurrentRelease, rows: Sequence[Row], lines: int) -> None:
    """Versions of marks that do not count, and why."""
    _heading(screen, "marks.refused_title", release)
    if not rows:
        screen.say("marks.nothing_refused")
        return
    table = _table(screen, ("work", "rater", "criterion", "received", "why"), ("sent", "counts"))
    for row in rows[:lines] if lines else rows:
        table.add_row(
            row["work_no"], row["expert_code"], row["criterion_code"], local(row["received_at"]),
            cell(row["text"]), number(row["points"]), number(row["points_counted"]),
        )  # fmt: skip
    screen.console.print(table)
    _more(screen, rows, lines)


def show_cases(screen: Screen, release: CurrentRelease, rows: Sequence[Row], lines: int) -> None:
    """Candidates whose case is not the one drawn."""
    _heading(screen, "marks.cases_title", release)
    if not rows:
        screen.say("marks.cases_agree")
        return
    table = _table(screen, ("candidate", "drawn", "assigned", "solved", "why"), ())
    for row in rows[:lines] if lines else rows:
        table.add_row(
            row["candidate_no"], cell(row["drawn_case_code"]), cell(row["assigned_case_code"]),
            cell(row["solved_case_code"]), cell(row["text"]),
        )  # fmt: skip
    screen.console.print(table)
    _more(screen, rows, lines)


def show_forms(screen: Screen, read: Iterable[FormRead]) -> None:
    """What came of each form, and the rows that were not taken."""
    any_taken = False
    for form in read:
        screen.say(
            "marks.form", file=form.file.name, expert=form.expert or "—", taken=number(form.count_taken),
            same=number(form.count_same), empty=number(form.count_empty),
        )  # fmt: skip
        if form.count_changed:
            screen.say("marks.form_changed", count=number(form.count_changed))
        for finding in form.findings:
            screen.say("marks.form_row", place=finding.place, form_no=finding.form_no or "—",
                       why=_why(screen, finding))  # fmt: skip
        any_taken = any_taken or form.reading_no is not None
    if any_taken:
        screen.say("marks.form_next")


def _why(screen: Screen, finding: Finding) -> str:
    return screen.texts(f"marks.row_{finding.code}", criteria=", ".join(finding.criteria))


def _heading(screen: Screen, key: str, release: CurrentRelease) -> None:
    screen.say(key, release=release.release_id, as_of=local(release.as_of))


def _more(screen: Screen, rows: Sequence[Row], lines: int) -> None:
    if lines and len(rows) > lines:
        screen.say("documents.more", count=number(len(rows) - lines))


def _table(screen: Screen, words: Iterable[str], numbers: Iterable[str]) -> Any:
    return screen.table(
        [
            *((f"marks.col_{name}", "left") for name in words),
            *((f"marks.col_{name}", "right") for name in numbers),
        ]
    )
