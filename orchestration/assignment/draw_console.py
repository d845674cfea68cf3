"""What `rezerv draw …` prints.

Belongs here: tables and sentences about draws, in the language of the catalogue; no candidate is listed, and
no seed before it stands in the book. Not here: drawing (`draws.py`), running a book again
(`draw_verification.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.assignment.books import BOOK_NAME, read_moment
from orchestration.assignment.draws import list_file
from orchestration.console import shown_path
from orchestration.console_values import cell, local, number

if TYPE_CHECKING:
    from orchestration.assignment.draw_verification import DrawVerification
    from orchestration.assignment.draws import Draw
    from orchestration.assignment.reports import DrawsShown
    from orchestration.console import Screen


def show_commit(screen: Screen, draw: Draw, folder: Path) -> None:
    """What was committed to, and which hashes are to be published."""
    line = draw.committed
    screen.say(
        "draw.committed", draw=draw.draw_no, stage=line["stage"], candidates=number(line["count_candidates"]),
        cases=number(line["count_cases"]),
    )  # fmt: skip
    for name in ("seed", "candidates", "cases"):
        screen.say(f"draw.hash_{name}", hash=line[f"{name}_hash"])
    screen.say("draw.hash_line", hash=line["line_hash"])
    screen.say("draw.publish", book=shown_path(folder / BOOK_NAME), stage=line["stage"])


def show_reveal(screen: Screen, draw: Draw, folder: Path) -> None:
    """How many cases were dealt, where the platform's file is, and how anybody runs the draw again."""
    line = draw.revealed or {}
    file = list_file(folder, draw.draw_no, "dealt")
    screen.say(
        "draw.dealt", draw=draw.draw_no, candidates=number(line["count_candidates"]), file=shown_path(file)
    )
    screen.say("draw.next", book=shown_path(folder / BOOK_NAME))


def show_verification(screen: Screen, found: DrawVerification) -> None:
    """That all of it holds, or the first thing that does not."""
    if found.finding is not None:
        screen.say("draw.broken")
        screen.say(f"draw.finding_{found.finding.code}", **found.finding.params)
        return
    screen.say(
        "draw.holds", draws=found.count_draws, candidates=number(found.count_candidates),
        hash=found.last_hash or "–",
    )  # fmt: skip
    if found.waiting:
        screen.say("draw.waiting", draws=", ".join(map(str, found.waiting)))


def show_all(screen: Screen, shown: DrawsShown) -> None:
    """Each draw, then how often the cases of a track were dealt."""
    if not shown.draws:
        screen.say("draw.none")
        return
    table = screen.table(
        [("draw.draw", "right"), ("draw.stage", "left"), ("draw.people", "right"), ("draw.made", "left"),
         ("draw.by", "left"), ("draw.revealed", "left")]
    )  # fmt: skip
    for draw in shown.draws:
        line, revealed = draw.committed, draw.revealed
        table.add_row(
            str(draw.draw_no), cell(line["stage"]), number(line["count_candidates"]),
            local(read_moment(line["made_at"])), cell(line["made_by"]),
            local(read_moment(revealed["made_at"])) if revealed else screen.texts("draw.not_yet"),
        )  # fmt: skip
    screen.console.print(table)
    if not shown.uses:
        return
    table = screen.table(
        [("draw.draw", "right"), ("draw.track", "left"), ("draw.people", "right"), ("draw.cases", "right"),
         ("draw.least", "right"), ("draw.most", "right")]
    )  # fmt: skip
    for use in shown.uses:
        table.add_row(
            str(use.draw_no), cell(use.track), number(use.count_candidates), number(use.count_cases),
            number(use.least), number(use.most),
        )  # fmt: skip
    screen.console.print(table)
