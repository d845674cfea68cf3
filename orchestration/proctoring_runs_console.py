"""What `rezerv proctoring run` and `deliver` say when they are done.

Belongs here: counts of a run and of a delivery, in the language of the catalogue, and the exit code. Not
here: what is said about each sitting (`proctoring_jobs/runs.py`, whose process writes to the same terminal),
the run itself (`proctoring_runs.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.console_values import NOTHING, number

if TYPE_CHECKING:
    from orchestration.console import Screen
    from orchestration.proctoring_runs import RecordingsRun
    from proctoring_jobs.delivery import Delivery

FAILED, ASKED_WRONGLY, INTERRUPTED = 1, 2, 130
#: Exit codes of a process that a signal ended, as shells say it.
BY_SIGNAL = range(129, 160)


def exit_code(run: RecordingsRun) -> int:
    """0 if all is done; 2 if settings or weights are refused, 130 if it was interrupted, else 1."""
    if run.exit_code == ASKED_WRONGLY:
        return ASKED_WRONGLY
    if run.exit_code in BY_SIGNAL:
        return INTERRUPTED
    return 0 if run.is_whole and not run.problems else FAILED


def show_run(screen: Screen, run: RecordingsRun, folder: Path) -> None:
    """The files that are no manifests, then the counts."""
    for problem in run.problems:
        screen.say("proctoring.run_problem", problem=problem)
    if not (run.done or run.already_done or run.failed):
        screen.say("proctoring.run_nothing", folder=folder)
        return
    screen.say(
        "proctoring.run_counts",
        done=number(len(run.done)),
        already=number(len(run.already_done)),
        inconclusive=number(len(run.inconclusive)),
        failed=number(len(run.failed)),
        rate=NOTHING if run.rate is None else f"{run.rate:.1f}",
    )


def show_delivery(screen: Screen, made: Delivery) -> None:
    """The sittings that were left out, then what was delivered."""
    from proctoring_jobs.texts import text

    for one in made.left_out:
        problem = text(screen.texts.language, one.message_key)
        screen.say("proctoring.delivery_left_out", sitting=one.sitting_id, problem=problem)
    if made.coverage is None or made.signals is None:
        screen.say("proctoring.delivery_nothing_new")
        return
    screen.say(
        "proctoring.delivered",
        sittings=number(made.count_sittings),
        signals=number(made.count_signals),
        folder=made.coverage.parent,
    )
