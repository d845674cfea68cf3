"""The questions of the page of proctoring reviewers to a release: what waits, a sitting, reasons, one's own.

Belongs here: all SQL of that page, with parameters. Does not belong here: who holds what and who said what
(dashboards/reviews.py), evidence (dashboards/evidence.py), what is given first (dbt_project/). What others
said is not in a reviewer's file. This module does not know Streamlit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dashboards.warehouse import Release, Row

NEEDED_TABLES: tuple[str, ...] = (
    "core.fct_proctoring_coverage",
    "core.fct_proctoring_signals",
    "reporting.rpt_proctoring_review_items",
    "seeds.proctoring_review_reasons",
    "seeds.proctoring_signal_types",
)

#: Items that are looked at together for one that can be taken.
PIECE = 200

_ITEM = """
    item_id, sitting_id, stage_code, signal_type_code, severity_code, started_seconds, duration_seconds,
    signal_state_code, first_reviewer_code, due_at, is_unnamed, is_control, item_order, is_overdue
"""


def queue_counts(release: Release) -> list[Row]:
    """Return signals that waited when the release was made, by severity: how many, overdue, the next due.

    Without controls: their number would tell what they are.
    """
    return release.rows(
        """
        select severity_code, count(*) as count_waiting, count(*) filter (is_overdue) as count_overdue,
            min(due_at) filter (not is_overdue) as next_due_at
        from reporting.rpt_proctoring_review_items
        where season_code::varchar = $season and not is_control
        group by severity_code
        order by list_position(['high', 'medium', 'low'], severity_code)
        """,
        {"season": release.manifest.season_code},
    )


def queue_pieces(release: Release) -> Iterator[list[Row]]:
    """Yield the items in their order, so many at a time; nothing is read that nobody asks for."""
    after = 0
    while piece := release.rows(
        f"select {_ITEM} from reporting.rpt_proctoring_review_items"
        " where season_code::varchar = $season and item_order > $after order by item_order limit $piece",
        {"season": release.manifest.season_code, "after": after, "piece": PIECE},
    ):
        yield piece
        after = piece[-1]["item_order"]


def item(release: Release, item_id: str) -> Row | None:
    """Return one item, or None where it waits no more in this release."""
    found = release.rows(
        f"select {_ITEM} from reporting.rpt_proctoring_review_items"
        " where season_code::varchar = $season and item_id = $item",
        {"season": release.manifest.season_code, "item": item_id},
    )
    return found[0] if found else None


def sitting(release: Release, sitting_id: str) -> Row | None:
    """Return how long a sitting was and how much of it was seen and heard, seconds; None if unknown."""
    found = release.rows(
        """
        select sitting_id, duration_seconds, seen_seconds, heard_seconds, unseen_seconds, unheard_seconds
        from core.fct_proctoring_coverage
        where season_code::varchar = $season and sitting_id = $sitting
        """,
        {"season": release.manifest.season_code, "sitting": sitting_id},
    )
    return found[0] if found else None


def sitting_signals(release: Release, sitting_id: str) -> list[Row]:
    """Return the signals in force of a sitting, in the order of time, without what anybody made of them."""
    return release.rows(
        """
        select signal_id, signal_type_code, severity_code, started_seconds, duration_seconds, confidence
        from core.fct_proctoring_signals
        where season_code::varchar = $season and sitting_id = $sitting and is_in_force
        order by started_seconds, signal_id
        """,
        {"season": release.manifest.season_code, "sitting": sitting_id},
    )


def model_of(release: Release, signal_id: str) -> Row | None:
    """Return which model raised a signal, under which settings and in which run."""
    found = release.rows(
        "select model_code, config_hash, run_id from core.fct_proctoring_signals"
        " where season_code::varchar = $season and signal_id = $signal",
        {"season": release.manifest.season_code, "signal": signal_id},
    )
    return found[0] if found else None


def signal_kinds(release: Release, signal_ids: Sequence[str]) -> dict[str, str]:
    """Return the kind of each of these signals that the release knows."""
    rows = release.rows(
        "select signal_id, signal_type_code from core.fct_proctoring_signals"
        " where season_code::varchar = $season and list_contains($signals::varchar[], signal_id)",
        {"season": release.manifest.season_code, "signals": list(signal_ids)},
    )
    return {row["signal_id"]: row["signal_type_code"] for row in rows}


def signal_names(release: Release, language: str) -> dict[str, str]:
    """Return the names of the kinds of signals in `language` by code."""
    rows = release.rows(
        "select signal_type_code, name_kk as kk, name_ru as ru, name_en as en"
        " from seeds.proctoring_signal_types order by signal_type_code"
    )
    return {row["signal_type_code"]: row[language] for row in rows}


def reasons(release: Release, language: str) -> dict[str, dict[str, str]]:
    """Return the names of the reasons in `language` by verdict, then code, in the seed's order."""
    rows = release.rows(
        "select verdict_code, review_reason_code, name_kk as kk, name_ru as ru, name_en as en"
        " from seeds.proctoring_review_reasons order by review_reason_order"
    )
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        found.setdefault(row["verdict_code"], {})[row["review_reason_code"]] = row[language]
    return found
