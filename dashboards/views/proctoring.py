"""The page of proctoring reviewers: one incident at a time, a verdict, the next one at once (A28).

Belongs here: the order of the page, taking, judging, putting back. Does not belong here: what of an incident
is shown (proctoring_item.py), one's own verdicts (proctoring_mine.py), the book (dashboards/reviews.py).

Neither the round nor the first verdict reaches the browser before the reviewer's own: a second review looks
like a first one, and a control like a signal without a name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import streamlit as st

from dashboards import warehouse
from dashboards.access_log import LogUnavailable
from dashboards.components import formats, tables
from dashboards.components.header import show_header
from dashboards.components.switch import switch
from dashboards.evidence import Evidence, has_clip, read_evidence
from dashboards.reviews import (
    CLAIM_MINUTES,
    INCONCLUSIVE,
    VERDICTS,
    BookUnavailable,
    Claim,
    ReviewBook,
    ReviewError,
    Waiting,
)
from dashboards.views import proctoring_item, proctoring_mine
from dashboards.visit import Visit
from dashboards.warehouse import Row
from dashboards.warehouse import proctoring as sql

_VIEW = "proctoring_view"
_WORKING, _CHOSEN, _SHOWN = "proctoring_working", "proctoring_chosen", "proctoring_shown"
_SAID, _ERROR, _KEPT = "proctoring_said", "proctoring_error", "proctoring_kept"
_LOG_ERROR = "log"
_QUEUE_COLUMNS = ("signal_severity", "count_items_waiting", "count_overdue", "next_due_at")


@dataclass(frozen=True)
class Desk:
    """Where a reviewer works: the visit, the book and the code under which they stand in it."""

    visit: Visit
    book: ReviewBook
    reviewer_code: str


@dataclass(frozen=True)
class Held:
    """What a reviewer holds: the claim, the item as the release has it, and its evidence."""

    claim: Claim
    item: Row
    evidence: Evidence

    @property
    def is_unnamed(self) -> bool:
        """Whether what was found is hidden; a signal without a clip could not be judged without its name."""
        return bool(self.item["is_unnamed"]) and self.evidence.clip is not None

    @property
    def verdicts(self) -> tuple[str, ...]:
        """The verdicts that can be given: of what nobody can see nobody can say what it was."""
        return (INCONCLUSIVE,) if self.evidence.is_empty else VERDICTS


def render(visit: Visit) -> None:
    """Show the page."""
    texts = visit.texts
    show_header(texts("proctoring.title"), visit.release.manifest, texts)
    warehouse.require_tables(visit.release, sql.NEEDED_TABLES)
    try:
        book = ReviewBook()
        desk = Desk(visit, book, book.reviewer_code(visit.person.identity))
        views = {code: texts(f"proctoring.view_{code}") for code in ("review", "mine")}
        view = switch(texts("proctoring.view"), views, _VIEW, "review")
        if view == "mine":
            proctoring_mine.show_mine(visit, book, desk.reviewer_code)
        else:
            _show_desk(desk)
    except BookUnavailable:
        st.error(texts("proctoring.error_book"))


def _show_desk(desk: Desk) -> None:
    """The incident that the reviewer holds, or the begin of the work; what was said before, above it."""
    texts = desk.visit.texts
    _show_said(desk)
    held = _held(desk) or (_taken(desk) if st.session_state.get(_WORKING) else None)
    if held is not None:
        _show_held(desk, held)
    elif st.session_state.get(_WORKING):
        st.info(texts("proctoring.nothing_left"))
        st.session_state[_WORKING] = False
    if held is None:
        st.button(
            texts("proctoring.begin"),
            type="primary",
            shortcut="Enter",
            key="proctoring_begin",
            on_click=_begin,
        )
        st.caption(texts("proctoring.how", minutes=CLAIM_MINUTES))
    _show_queue(desk)


def _held(desk: Desk) -> Held | None:
    """What the reviewer holds already; what waits no more, or cannot be shown any more, is given back."""
    claim = desk.book.held(desk.reviewer_code)
    if claim is None:
        return None
    item = sql.item(desk.visit.release, claim.signal_id)
    if item is None or not _can_be_shown(item):
        desk.book.put_back(desk.reviewer_code, claim.signal_id)
        return None
    return Held(claim, item, read_evidence(item["sitting_id"], item["item_id"]))


def _taken(desk: Desk) -> Held | None:
    desk.book.take(desk.reviewer_code, _queue(desk))
    return _held(desk)


def _queue(desk: Desk) -> Iterator[Sequence[Waiting]]:
    for piece in sql.queue_pieces(desk.visit.release):
        yield [
            Waiting(row["item_id"], row["signal_state_code"] == "open", row["first_reviewer_code"])
            for row in piece
            if _can_be_shown(row)
        ]


def _can_be_shown(item: Row) -> bool:
    """Whether there is anything of a control: without a clip it could be nothing else."""
    return not item["is_control"] or has_clip(item["sitting_id"], item["item_id"])


def _show_held(desk: Desk, held: Held) -> None:
    """Evidence and verdict side by side; it is put into the access log before any of it is shown."""
    visit, evidence = desk.visit, held.evidence
    view = (held.item["item_id"], held.claim.taken_at)
    if evidence.files and st.session_state.get(_SHOWN) != view:
        shown = [evidence.clip.name] if held.is_unnamed and evidence.clip else evidence.files
        visit.record(
            "evidence", signal_id=held.item["item_id"], sitting_id=held.item["sitting_id"], files=shown
        )
        st.session_state[_SHOWN] = view
    left, right = st.columns([3, 2], gap="medium")
    with left:
        proctoring_item.show_evidence(visit, held.item, evidence, is_unnamed=held.is_unnamed)
    with right:
        _show_verdicts(desk, held)
        proctoring_item.show_rule(visit, held.item, evidence, is_unnamed=held.is_unnamed)
    proctoring_item.show_sitting(visit, held.item, is_unnamed=held.is_unnamed)


def _show_verdicts(desk: Desk, held: Held) -> None:
    """First the verdict, then its reason: two keys, so that no slip of a finger judges anybody."""
    texts, item_id = desk.visit.texts, held.item["item_id"]
    st.subheader(texts("proctoring.your_verdict"), anchor=False)
    chosen = st.session_state.get(_CHOSEN)
    verdict = chosen[1] if chosen and chosen[0] == item_id and chosen[1] in held.verdicts else None
    if verdict is None:
        st.caption(texts("proctoring.only_unclear" if held.evidence.is_empty else "proctoring.keys"))
        for number, code in enumerate(VERDICTS, start=1):
            st.button(
                texts(f"proctoring.verdict_{code}"),
                key=f"proctoring_verdict_{code}",
                shortcut=str(number),
                disabled=code not in held.verdicts,
                on_click=_choose,
                args=(item_id, code),
                width="stretch",
            )
    else:
        _show_reasons(desk, held, verdict)
    st.button(
        texts("proctoring.put_back"),
        key="proctoring_put_back",
        shortcut="9",
        on_click=_put_back,
        args=(desk, item_id, True),
        width="stretch",
    )
    st.button(
        texts("proctoring.stop"),
        key="proctoring_stop",
        shortcut="0",
        on_click=_put_back,
        args=(desk, item_id, False),
        width="stretch",
    )


def _show_reasons(desk: Desk, held: Held, verdict: str) -> None:
    texts = desk.visit.texts
    st.markdown(texts("proctoring.why", verdict=f"**{texts(f'proctoring.verdict_{verdict}')}**"))
    reasons = sql.reasons(desk.visit.release, texts.language).get(verdict, {})
    for number, (code, name) in enumerate(reasons.items(), start=1):
        st.button(
            name,
            key=f"proctoring_reason_{code}",
            shortcut=str(number),
            type="primary" if number == 1 else "secondary",
            on_click=_judge,
            args=(desk, held, verdict, code),
            width="stretch",
        )
    st.button(
        texts("proctoring.other_verdict"),
        key="proctoring_other_verdict",
        shortcut="Esc",
        on_click=_choose,
        args=(held.item["item_id"], None),
        type="tertiary",
    )
    st.text_area(
        texts("proctoring.note"), key=_note_key(held.item["item_id"]), max_chars=500, height=80,
        help=texts("proctoring.note_help"),
    )  # fmt: skip


def _note_key(item_id: str) -> str:
    return f"proctoring_note_{item_id}"


def _begin() -> None:
    st.session_state[_WORKING] = True
    st.session_state.pop(_SAID, None)


def _choose(item_id: str, verdict: str | None) -> None:
    st.session_state[_CHOSEN] = (item_id, verdict)


def _put_back(desk: Desk, item_id: str, goes_on: bool) -> None:
    st.session_state[_WORKING] = goes_on
    st.session_state.pop(_SAID, None)
    try:
        desk.book.put_back(desk.reviewer_code, item_id)
    except ReviewError as error:
        st.session_state[_ERROR] = error.key


def _judge(desk: Desk, held: Held, verdict: str, reason: str) -> None:
    """Give the verdict; what was typed stays with the reviewer if it cannot be taken."""
    item_id = held.item["item_id"]
    note = str(st.session_state.get(_note_key(item_id)) or "")
    st.session_state[_WORKING] = True
    try:
        desk.visit.record("verdict", signal_id=item_id, verdict_code=verdict, review_reason_code=reason)
        desk.book.judge(
            desk.reviewer_code, item_id, held.item["sitting_id"], verdict, reason, note,
            is_unnamed=held.is_unnamed,
        )  # fmt: skip
    except ReviewError as error:
        st.session_state[_ERROR], st.session_state[_KEPT] = error.key, note
    except LogUnavailable:
        st.session_state[_ERROR], st.session_state[_KEPT] = _LOG_ERROR, note
    else:
        st.session_state[_SAID] = item_id
        st.session_state.pop(_KEPT, None)


def _show_said(desk: Desk) -> None:
    """What became of the last verdict; with it, and never before, what the first reviewer had said."""
    texts = desk.visit.texts
    error = st.session_state.pop(_ERROR, None)
    if error == _LOG_ERROR:
        raise LogUnavailable
    if error is not None:
        st.error(texts(str(error)))
        if note := st.session_state.pop(_KEPT, None):
            st.caption(texts("proctoring.note_kept"))
            st.code(note, language=None, wrap_lines=True)
        return
    if said := st.session_state.get(_SAID):
        st.success(proctoring_mine.said(desk.visit, desk.book, desk.reviewer_code, str(said)))


def _show_queue(desk: Desk) -> None:
    """What waited when the release was made, by severity, and how much has been judged since."""
    visit, texts = desk.visit, desk.visit.texts
    st.subheader(texts("proctoring.queue"), anchor=False)
    counts = sql.queue_counts(visit.release)
    if not counts:
        st.info(texts("proctoring.queue_empty"))
        return
    comments = warehouse.column_comments(visit.release, sql.NEEDED_TABLES)
    columns = [
        tables.column(name, texts, comments, "name" if name == "signal_severity" else "num")
        for name in _QUEUE_COLUMNS
    ]
    rows = [
        tables.table_row(
            columns,
            [
                texts(f"proctoring.severity_{row['severity_code']}"),
                formats.number(row["count_waiting"], texts.language),
                formats.number(row["count_overdue"], texts.language),
                formats.moment_text(row["next_due_at"], texts.language),
            ],
        )
        for row in counts
    ]
    st.html(tables.html_table(columns, rows, texts("proctoring.queue")))
    manifest = visit.release.manifest
    since = desk.book.count_since(manifest.as_of or manifest.published_at)
    st.caption(texts("proctoring.judged_since", count=formats.number(since, texts.language)))
