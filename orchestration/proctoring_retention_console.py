"""What `rezerv proctoring retention` says: what is due, what is kept and why, what was deleted.

Belongs here: drawing, in the language of the catalogue. Not here: what may be deleted
(`proctoring_jobs/retention.py`), the questions to the release (`proctoring_retention.py`). Sittings are
named, people are not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from orchestration.console_values import cell, local, number

if TYPE_CHECKING:
    from orchestration.console import Screen
    from orchestration.proctoring_retention import Retention
    from orchestration.settings import Settings
    from proctoring_jobs.retention import Outcome, Plan, Problem

KINDS = ("recordings", "evidence")
STRAYS_SHOWN = 5
MEGABYTE = 1_000_000


def show_plan(screen: Screen, settings: Settings, retention: Retention, plan: Plan, lines: int) -> None:
    """What a deletion would delete, what is kept and why, and what somebody must look at."""
    release = retention.opened.release
    as_of = local(release.as_of or release.published_at)
    screen.say("proctoring.retention_title", release=release.release_id, as_of=as_of)
    published = retention.published_at
    screen.say(
        "proctoring.retention_published" if published else "proctoring.retention_not_published",
        published=local(published),
        recordings=retention.days["recordings"],
        evidence=retention.days["evidence"],
    )
    _show_due(screen, retention, plan, lines)
    _show_kept(screen, retention, plan)
    _show_unknown(screen, plan, lines)
    show_problems(screen, plan.problems, "proctoring.retention_cannot")
    for sitting_id, kind in plan.interrupted:
        screen.say("proctoring.retention_interrupted", sitting=sitting_id, what=_kind(screen, kind))
    if plan.strays:
        names = [str(path.relative_to(settings.recordings_dir)) for path in plan.strays[:STRAYS_SHOWN]]
        screen.say("proctoring.retention_strays", count=number(len(plan.strays)), files=", ".join(names))
    screen.say("proctoring.retention_book", count=number(plan.count_lines), hash=plan.last_hash)
    if plan.due or plan.interrupted:
        screen.say("proctoring.retention_how")


def show_outcome(screen: Screen, outcome: Outcome) -> None:
    """What was deleted, and what could not be."""
    show_problems(screen, outcome.problems, "proctoring.retention_not_deleted")
    screen.say(
        "proctoring.retention_deleted",
        sittings=number(len({one.sitting_id for one in outcome.deleted})),
        files=number(sum(one.count_files for one in outcome.deleted)),
        megabytes=_megabytes(sum(one.size_bytes for one in outcome.deleted)),
        completed=number(sum(one.is_completed for one in outcome.deleted)),
    )


def show_problems(screen: Screen, problems: Sequence[Problem], key: str) -> None:
    """What cannot be deleted, each with its reason."""
    from proctoring_jobs.texts import text

    for one in problems:
        problem = text(screen.texts.language, one.message_key, **one.params)
        screen.say(key, sitting=one.sitting_id, what=_kind(screen, one.kind), problem=problem)


def _show_due(screen: Screen, retention: Retention, plan: Plan, lines: int) -> None:
    """Each kind of each sitting that is due."""
    if not plan.due:
        screen.say("proctoring.retention_nothing_due")
        return
    table = screen.table(
        [(f"proctoring.col_{name}", "left") for name in ("sitting", "what", "since")]
        + [(f"proctoring.col_{name}", "right") for name in ("files", "megabytes")]
    )
    shown = plan.due[:lines] if lines else plan.due
    for one in shown:
        table.add_row(
            cell(one.sitting_id), _kind(screen, one.kind), local(retention.terms.due_at[one.kind]),
            number(len(one.files)), _megabytes(one.size_bytes),
        )  # fmt: skip
    screen.console.print(table)
    if len(shown) < len(plan.due):
        screen.say("proctoring.more", count=number(len(plan.due) - len(shown)))


def _show_kept(screen: Screen, retention: Retention, plan: Plan) -> None:
    """How much is kept, by kind and reason; of what is open the reason by name."""
    kept: Counter[tuple[str, str]] = Counter()
    for one in plan.items:
        if one.verdict == "open":
            kept[str(one.holding.kind), f"open_{retention.terms.open[one.holding.sitting_id]}"] += 1
        elif one.verdict not in ("due", "unknown"):
            kept[str(one.holding.kind), str(one.verdict)] += 1
    for (kind, reason), count in sorted(kept.items()):
        why = screen.texts(f"proctoring.kept_{reason}")
        screen.say("proctoring.retention_kept", what=_kind(screen, kind), count=number(count), why=why)


def _show_unknown(screen: Screen, plan: Plan, lines: int) -> None:
    """Sittings that the release does not know: nobody deletes them, so somebody must know of them."""
    unknown = sorted({one.holding.sitting_id for one in plan.items if one.verdict == "unknown"})
    if unknown:
        shown = unknown[:lines] if lines else unknown
        screen.say("proctoring.retention_unknown", count=number(len(unknown)), sittings=", ".join(shown))


def _kind(screen: Screen, kind: str) -> str:
    return screen.texts(f"proctoring.what_{kind}")


def _megabytes(size: int) -> str:
    return f"{size / MEGABYTE:.1f}"
