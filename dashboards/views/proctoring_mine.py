"""A reviewer's own verdicts, each with the other reviewer's where there is one (A28).

Belongs here: what a reviewer may know of verdicts: their own, and others' on what they have judged
themselves. Does not belong here: judging (proctoring.py). What came without a name stays without one:
knowing afterwards which were controls would tell what controls look like.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import streamlit as st

from dashboards import warehouse
from dashboards.components import formats, tables
from dashboards.components.downloads import count_and_download
from dashboards.reviews import ReviewBook
from dashboards.visit import Visit
from dashboards.warehouse import proctoring as sql

COLUMNS = (
    "reviewed_at_local",
    "signal_kind",
    "sitting_id",
    "verdict",
    "review_reason",
    "review_note",
    "other_verdict",
    "other_reviewer_code",
)
#: Rows that the grid shows; the file has all.
SHOWN = 1000


def show_mine(visit: Visit, book: ReviewBook, reviewer_code: str) -> None:
    """Show the reviewer's code and verdicts, latest first."""
    texts = visit.texts
    st.subheader(texts("proctoring.mine"), anchor=False)
    st.caption(texts("proctoring.mine_code", code=reviewer_code))
    rows = own_rows(visit, book, reviewer_code)
    if not rows:
        st.info(texts("proctoring.mine_none"))
        return
    count_and_download(visit, "proctoring", "mine", COLUMNS, rows)
    if len(rows) > SHOWN:
        st.caption(texts("proctoring.mine_latest", count=formats.number(SHOWN, texts.language)))
    comments = warehouse.column_comments(visit.release, sql.NEEDED_TABLES)
    tables.show_grid(COLUMNS, rows[:SHOWN], texts, comments, key="proctoring_mine_grid")


def own_rows(visit: Visit, book: ReviewBook, reviewer_code: str) -> list[list[object]]:
    """Return the reviewer's verdicts as rows with names in the language, the other reviewer's beside them."""
    texts = visit.texts
    mine = book.mine(reviewer_code)
    others = _others(book, reviewer_code)
    kinds = sql.signal_kinds(visit.release, [one.signal_id for one in mine if not one.is_unnamed])
    names = sql.signal_names(visit.release, texts.language)
    reasons = _reason_names(visit)
    rows: list[list[object]] = []
    for one in mine:
        other_code, other_verdict = others.get(one.signal_id, (None, None))
        kind = (
            texts("proctoring.unnamed_kind")
            if one.is_unnamed
            else formats.named(names, kinds.get(one.signal_id))
        )
        rows.append(
            [
                formats.local_moment(_moment(one.reviewed_at)),
                kind,
                one.sitting_id,
                texts(f"proctoring.verdict_{one.verdict_code}"),
                reasons.get(one.review_reason_code, one.review_reason_code),
                one.note,
                texts(f"proctoring.verdict_{other_verdict}") if other_verdict else "",
                other_code or "",
            ]
        )
    return rows


def said(visit: Visit, book: ReviewBook, reviewer_code: str, signal_id: str) -> str:
    """Return the words about a verdict just given, with the first reviewer's where this was the second."""
    texts = visit.texts
    own = next((one for one in book.mine(reviewer_code) if one.signal_id == signal_id), None)
    if own is None:
        return texts("proctoring.said_nothing")
    reason = _reason_names(visit).get(own.review_reason_code, own.review_reason_code)
    words = texts("proctoring.said", verdict=texts(f"proctoring.verdict_{own.verdict_code}"), reason=reason)
    if own.review_round == 1:
        return words
    other = _others(book, reviewer_code).get(signal_id)
    if other is None:
        return words
    verdict = texts(f"proctoring.verdict_{other[1]}")
    return f"{words} {texts('proctoring.said_other', reviewer=other[0], verdict=verdict)}"


def _others(book: ReviewBook, reviewer_code: str) -> dict[str, tuple[str, str]]:
    """Who else judged in this app what this reviewer judged, and how: a reviewer's file holds no verdicts."""
    return {
        signal_id: (one.reviewer_code, one.verdict_code)
        for signal_id, one in book.others(reviewer_code).items()
    }


def _reason_names(visit: Visit) -> Mapping[str, str]:
    by_verdict = sql.reasons(visit.release, visit.texts.language)
    return {code: name for reasons in by_verdict.values() for code, name in reasons.items()}


def _moment(text: str) -> datetime:
    """A moment of the book as naive UTC."""
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)
