"""What `rezerv proctoring …` draws: the reviewers' queue, what waits for a decision, progress and rates.

Belongs here: what the terminal shows of proctoring, in the language of the catalogue. Not here: questions to
the release (`proctoring_reports.py`), what a screen is (`console.py`). People are shown by candidate number,
reviewers by code; the queue names sittings only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from orchestration.console_values import NOTHING, cell, local, number

if TYPE_CHECKING:
    from orchestration.console import Screen
    from orchestration.releases import CurrentRelease
    from orchestration.review_delivery import ReviewsHeld
    from orchestration.vetting_reports import Row
    from proctoring_jobs.controls import ControlsCut

_RECORDINGS = ("count_sittings", "count_gone_through", "count_inconclusive", "count_missing", "count_awaited")
_MISSES = (
    "count_sittings_clean", "count_controls", "count_controls_looked_at", "count_controls_inconclusive",
    "count_controls_found", "count_controls_confirmed",
)  # fmt: skip
_VERDICTS = ("confirmed", "dismissed", "inconclusive")
_HOURS = ("duration_seconds", "seen_seconds", "heard_seconds")
_STATES = tuple(
    f"count_signals_{state}"
    for state in ("open", "second_review", "dismissed", "confirmed", "unsettled", "superseded")
)


def show_queue(screen: Screen, release: CurrentRelease, rows: Sequence[Row], lines: int) -> None:
    """The signals that a reviewer must judge, in order."""
    _heading(screen, "proctoring.queue_title", release)
    if not rows:
        screen.say("proctoring.no_queue")
        return
    table = _table(
        screen,
        ("stage", "sitting", "signal", "signal_no", "severity", "state", "not_by", "until"),
        ("at", "length"),
    )
    shown = rows[:lines] if lines else rows
    for row in shown:
        table.add_row(
            cell(row["stage_code"]), cell(row["sitting_id"]), cell(row["signal_name"]),
            cell(row["signal_id"]), screen.texts(f"proctoring.severity_{row['severity_code']}"),
            cell(row["state_name"]), cell(row["first_reviewer_code"]), local(row["due_at"]),
            clock(row["started_seconds"]), clock(row["duration_seconds"]),
            style="bold" if row["is_overdue"] else None,
        )  # fmt: skip
    screen.console.print(table)
    _say_more(screen, len(rows) - len(shown))


def show_decisions(screen: Screen, release: CurrentRelease, rows: Sequence[Row], lines: int) -> None:
    """What waits for a decision of the working group."""
    _heading(screen, "proctoring.decisions_title", release)
    if not rows:
        screen.say("proctoring.no_decisions")
        return
    table = _table(
        screen, ("candidate", "stage", "sitting", "reason", "since", "list_at"), ("count_signals",)
    )
    shown = rows[:lines] if lines else rows
    for row in shown:
        table.add_row(
            cell(row["candidate_no"]), cell(row["stage_code"]), cell(row["sitting_id"]),
            cell(row["reason_name"]), local(row["since_at"]), local(row["due_at"]),
            number(row["count_signals"] or None),
            style="bold" if row["is_overdue"] else None,
        )  # fmt: skip
    screen.console.print(table)
    _say_more(screen, len(rows) - len(shown))
    screen.say("proctoring.decisions_signs")


def show_progress(screen: Screen, release: CurrentRelease, rows: Sequence[Row], kinds: Sequence[Row]) -> None:
    """How many sittings were gone through, how much was seen and heard, and what became of the signals."""
    _heading(screen, "proctoring.progress_title", release)
    table = _table(screen, ("stage", "until"), (*_RECORDINGS, *_HOURS, "seen_share", "count_to_decide"))
    for row in rows:
        table.add_row(
            cell(row["stage_code"]), local(row["due_at"]),
            *(number(row[name]) for name in _RECORDINGS),
            *(hours(row[name]) for name in _HOURS), share(row["seen_seconds"], row["duration_seconds"]),
            number(row["count_recordings_to_decide"] + row["count_signals_to_decide"]),
        )  # fmt: skip
    screen.console.print(table)
    if not kinds:
        screen.say("proctoring.no_signals")
        return
    screen.gap()
    table = _table(screen, ("stage", "signal"), ("count_signals", *_STATES, "confirmed_share"))
    for row in kinds:
        table.add_row(
            cell(row["stage_code"]), cell(row["signal_name"]), number(row["count_signals"]),
            *(number(row[name]) for name in _STATES),
            share(row["count_signals_confirmed"], row["count_signals_judged"]),
        )  # fmt: skip
    screen.console.print(table)
    screen.say("proctoring.progress_signs")


def show_groups(screen: Screen, rows: Sequence[Row]) -> None:
    """How often sittings of each group of candidates were flagged, and a signal of them confirmed."""
    screen.gap()
    screen.say("proctoring.groups_title")
    table = _table(
        screen,
        ("stage", "group_kind", "group"),
        ("count_sittings", "count_sittings_flagged", "flagged_share", "count_sittings_confirmed"),
    )
    for row in rows:
        name = row["sex_name"] or row["region_name"] or row["group_code"] or None
        table.add_row(
            cell(row["stage_code"]), screen.texts(f"proctoring.group_{row['group_kind_code']}"), cell(name),
            number(row["count_sittings"]), number(row["count_sittings_flagged"]),
            share(row["count_sittings_flagged"], row["count_sittings"]),
            number(row["count_sittings_confirmed"]),
        )  # fmt: skip
    screen.console.print(table)


def show_reviews(screen: Screen, held: ReviewsHeld) -> None:
    """The verdicts of the book of reviews by round, who gives them, and what is not delivered yet."""
    screen.say("proctoring.reviews_title", last=local(held.last_reviewed_at))
    if not held.count_reviewers:
        screen.say("proctoring.no_reviews")
        return
    table = _table(screen, ("review_round",), _VERDICTS)
    for turn in (1, 2):
        table.add_row(
            screen.texts(f"proctoring.round_{turn}"),
            *(number(held.verdicts.get((turn, name), 0)) for name in _VERDICTS),
        )
    screen.console.print(table)
    screen.say(
        "proctoring.reviews_counts",
        reviewers=number(held.count_reviewers),
        claims=number(held.count_claims),
        undelivered=number(held.count_undelivered),
        delivered=local(held.last_delivered_at),
    )


def show_misses(screen: Screen, release: CurrentRelease, rows: Sequence[Row]) -> None:
    """What reviewers found in sittings in which the model found nothing."""
    from orchestration.proctoring_controls import share_between

    _heading(screen, "proctoring.misses_title", release)
    if not rows:
        screen.say("proctoring.no_misses")
        return
    table = _table(screen, ("stage",), (*_MISSES, "missed_share", "missed_between"))
    for row in rows:
        clear = row["count_controls_looked_at"] - row["count_controls_inconclusive"]
        between = share_between(row["count_controls_found"], clear)
        table.add_row(
            cell(row["stage_code"]), *(number(row[name]) for name in _MISSES),
            share(row["count_controls_found"], clear),
            NOTHING if between is None else f"{between[0]:.1%} – {between[1]:.1%}".replace("%", " %"),
        )  # fmt: skip
    screen.console.print(table)
    screen.say("proctoring.misses_signs")


def show_controls_cut(screen: Screen, made: ControlsCut) -> None:
    """How many clips of controls were cut, and of which there is none and why."""
    from proctoring_jobs.texts import text

    screen.say(
        "proctoring.controls_cut",
        cut=number(len(made.cut)),
        already=number(len(made.already)),
        left_out=number(len(made.left_out)),
    )
    for key, count in sorted(Counter(key for _, key in made.left_out).items()):
        screen.say(
            "proctoring.controls_left_out",
            count=number(count),
            problem=text(screen.texts.language, key, file="…", detail="…"),
        )


def clock(seconds: Decimal) -> str:
    """Seconds of a recording as minutes and whole seconds: 12:05."""
    whole = int(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def hours(seconds: Decimal) -> str:
    """Seconds as hours with one decimal, half up."""
    return f"{(seconds / 3600).quantize(Decimal('0.1'), ROUND_HALF_UP):,}".replace(",", "\u00a0")


def share(part: Decimal | int, whole: Decimal | int) -> str:
    """A part in per cent with one decimal, half up; a dash where there is no whole."""
    if not whole:
        return NOTHING
    return f"{(Decimal(100) * part / whole).quantize(Decimal('0.1'), ROUND_HALF_UP)} %"


def _heading(screen: Screen, key: str, release: CurrentRelease) -> None:
    screen.say(key, release=release.release_id, as_of=local(release.as_of))


def _say_more(screen: Screen, count: int) -> None:
    if count > 0:
        screen.say("proctoring.more", count=number(count))


def _table(screen: Screen, words: Iterable[str], numbers: Iterable[str]) -> Any:
    return screen.table(
        [
            *((f"proctoring.col_{name}", "left") for name in words),
            *((f"proctoring.col_{name}", "right") for name in numbers),
        ]
    )
