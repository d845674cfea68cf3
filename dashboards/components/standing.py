"""How the list of a stage stands, in words and as a mark: not published, provisional, published, drifted.

Belongs here: the state of a list, its mark, sentence and warning. Does not belong here: asking the release
(dashboards/warehouse/publications.py), what a drift is (dbt_project/). Order §5.6, policy A11–A13, A49.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from dashboards.components import formats
from dashboards.components.tables import Html
from dashboards.i18n import Texts
from dashboards.warehouse import Row

UNPUBLISHED, PROVISIONAL, PUBLISHED, DRIFTED, KEPT = (
    "unpublished",
    "provisional",
    "published",
    "drift",
    "kept",
)
# Sign and look of each state: the sign says without colour what the colour says.
SIGNS: Mapping[str, str] = {UNPUBLISHED: "…", PROVISIONAL: "~", PUBLISHED: "✓", DRIFTED: "!", KEPT: "✓"}
_LOOKS: Mapping[str, str] = {
    UNPUBLISHED: "waiting",
    PROVISIONAL: "soon",
    PUBLISHED: "done",
    DRIFTED: "overdue",
    KEPT: "done",
}


def state(row: Row) -> str:
    """Return how a list stands: one of the states above; kept where its drift has been answered."""
    if not row["is_published_by_act"]:
        return PROVISIONAL if row["is_provisional"] else UNPUBLISHED
    if not row["count_drift"]:
        return PUBLISHED
    return KEPT if row["is_drift_kept"] else DRIFTED


def state_text(row: Row, texts: Texts) -> str:
    """Say how a list stands: provisional, or published with its version and by how many it has drifted."""
    count = formats.number(row["count_drift"], texts.language)
    return texts(f"standing.{state(row)}", version=row["version"], count=count)


def mark(row: Row, texts: Texts) -> Html:
    """Return how a list stands as a small box in a table."""
    code = state(row)
    words = escape(state_text(row, texts))
    return Html(f'<div class="rz-list rz-{_LOOKS[code]}">{SIGNS[code]} {words}</div>')


def published_text(row: Row, texts: Texts) -> str:
    """Say of a list published by an act which version it is, when and by whom it was approved."""
    sentence = texts(
        "standing.published_by",
        version=row["version"],
        moment=formats.moment_text(row["published_at"], texts.language),
        by=row["approved_by"],
    )
    if row["decision_no"]:
        sentence += " " + texts("standing.by_decision", decision=row["decision_no"])
    return sentence


def drift_text(row: Row, texts: Texts) -> str:
    """Say by how many people today's data differ from a published list, and for how many it decides."""
    language = texts.language
    return texts(
        "standing.differs",
        count=formats.number(row["count_drift"], language),
        on=formats.number(row["count_would_go_on"], language),
        off=formats.number(row["count_would_stay_out"], language),
    )


def kept_text(row: Row, texts: Texts) -> str:
    """Say who recorded when and why a list stands although today's data differ from it."""
    return texts(
        "standing.kept_by",
        moment=formats.moment_text(row["kept_at"], texts.language),
        by=row["kept_by"] or formats.NOTHING,
        reason=row["kept_reason"] or formats.NOTHING,
    )


def drift_box(rows: Iterable[Row], names: Mapping[str, str], texts: Texts, *, leads_on: bool = True) -> str:
    """Return the warning that names each list that has drifted with nobody having answered; else nothing.

    `leads_on`: say on which page it is told who has drifted and why.
    """
    points = [_point(row, names, texts) for row in rows if state(row) == DRIFTED]
    if not points:
        return ""
    following = [texts("standing.warning_next"), *([texts("standing.warning_page")] if leads_on else [])]
    sentence = f"<b>! {escape(texts('standing.warning'))}</b> {escape(' '.join(following))}"
    return f'<div class="rz-forecast rz-overdue">{sentence}<ul>{"".join(points)}</ul></div>'


def _point(row: Row, names: Mapping[str, str], texts: Texts) -> str:
    version = texts("standing.version", version=row["version"])
    return f"<li>{escape(names[row['stage_code']])}, {escape(version)}: {escape(drift_text(row, texts))}</li>"
