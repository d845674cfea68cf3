"""What `rezerv documents …` draws: tables of the work on documents and of the checkers.

Belongs here: what the terminal shows of documents, in the language of the catalogue. Not here: questions to
the release (`documents_reports.py`), what a screen is (`console.py`). People are shown by candidate number,
checkers by staff number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from orchestration.console_values import cell, local, number

if TYPE_CHECKING:
    from orchestration.console import Screen
    from orchestration.releases import CurrentRelease
    from orchestration.vetting_reports import Row

_RESULTS = ("count_checked", "count_confirmed", "count_rejected", "count_unclear", "count_overturned")


def show_work(
    screen: Screen, release: CurrentRelease, counts: Sequence[Row], rows: Sequence[Row], lines: int
) -> None:
    """How much is left for whom, then the needs themselves, the most urgent first."""
    _heading(screen, "documents.work_title", release)
    if not rows:
        screen.say("documents.no_work")
        return
    _show_counts(screen, counts)
    screen.gap()
    table = _table(screen, ("candidate", "track", "region", "document", "state", "work", "closes"),
                   ("hours_left",))  # fmt: skip
    shown = rows[:lines] if lines else rows
    for row in shown:
        table.add_row(
            row["candidate_no"], cell(row["track_code"]), cell(row["region_code"]),
            cell(row["document_name"]), cell(row["state_name"]), cell(row["work_name"]),
            local(row["closes_at"]), number(row["hours_left"]),
            style="bold" if row["is_about_to_close"] else None,
        )  # fmt: skip
    screen.console.print(table)
    if len(rows) > len(shown):
        screen.say("documents.more", count=number(len(rows) - len(shown)))


def _show_counts(screen: Screen, counts: Sequence[Row]) -> None:
    table = _table(
        screen, ("work", "document", "closes"), ("count_needs", "count_candidates", "count_about_to_close")
    )
    for row in counts:
        table.add_row(
            cell(row["work_name"] or row["work_code"]),
            cell(row["document_name"] or row["document_type_code"]), local(row["closes_at"]),
            number(row["count_needs"]), number(row["count_candidates"]),
            number(row["count_about_to_close"]),
        )  # fmt: skip
    screen.console.print(table)


def show_checkers(screen: Screen, release: CurrentRelease, rows: Sequence[Row]) -> None:
    """What each checker did, and the totals of all."""
    _heading(screen, "documents.checkers_title", release)
    if not rows:
        screen.say("documents.no_checks")
        return
    table = _table(screen, ("checker", "first_checked", "last_checked"), _RESULTS)
    for row in rows:
        table.add_row(
            cell(row["checker_code"]), local(row["first_checked_at"]), local(row["last_checked_at"]),
            *(number(row[name]) for name in _RESULTS),
            end_section=row is rows[-1],
        )  # fmt: skip
    table.add_row(
        screen.texts("documents.all_checkers"), "", "",
        *(number(sum(row[name] for row in rows)) for name in _RESULTS),
        style="bold",
    )  # fmt: skip
    screen.console.print(table)
    screen.say("documents.checkers_signs")


def _heading(screen: Screen, key: str, release: CurrentRelease) -> None:
    screen.say(key, release=release.release_id, as_of=local(release.as_of))


def _table(screen: Screen, words: Iterable[str], numbers: Iterable[str]) -> Any:
    return screen.table(
        [
            *((f"documents.col_{name}", "left") for name in words),
            *((f"documents.col_{name}", "right") for name in numbers),
        ]
    )
