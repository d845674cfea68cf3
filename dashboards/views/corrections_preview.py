"""A correction before it is applied: what was looked at, what it would change, and its approval.

Belongs here: the part of the page of corrections about previews, approvals and what was applied. Does not
belong here: finding what would change (`rezerv preview`), the book of approvals (dashboards/approvals.py),
applying (`rezerv apply`): nothing here lands, builds or changes anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from dashboards import approvals, books, warehouse
from dashboards.access import PUBLISHER
from dashboards.approvals import Approval
from dashboards.components import formats, tables
from dashboards.components.downloads import count_and_download, download
from dashboards.i18n import Texts
from dashboards.visit import Visit
from dashboards.warehouse import Row, previews
from dashboards.warehouse import corrections as corrections_sql
from dashboards.warehouse.previews import Preview

_SHOWN = 1000
_APPROVALS_SHOWN = 50
_SHORT_HASH = 12
_FILE_COLUMNS = ("feed", "source_file", "file_state", "count_read", "count_landed", "count_outside")
_OUTSIDE_COLUMNS = ("feed", "column_name", "why_outside", "count_entries")
_COUNT_COLUMNS = (
    "stage", "count_entered_stage", "count_left_stage", "count_status", "count_score", "count_rank",
    "count_new_on", "count_new_off",
)  # fmt: skip
_DRIFT_COUNT_COLUMNS = (
    "stage", "count_entered_stage", "count_left_stage", "count_status", "count_score", "count_rank",
    "count_people_moved",
)  # fmt: skip
_CUT_COLUMNS = ("stage", "track", "pool_moves", "cutoff_moves", "admitted_moves", "by_tie_moves")
_LIST_COLUMNS = ("stage", "by_act", "count_people_otherwise", "count_new_on", "count_new_off", "drift_moves")
_PEOPLE_COLUMNS = (
    "candidate_no", "moved", "status_was", "status_now", "points_was", "points_now", "rank_was", "rank_now",
    "stage", "track", "reason_was", "reason_now",
)  # fmt: skip
_APPROVAL_COLUMNS = ("approved_at", "approved_by", "why_approved", "preview_hash", "approval_state")
_APPLIED_COLUMNS = (
    "applied_at", "asked_by", "why_approved", "feed", "source_file", "file_state", "count_landed",
    "count_outside",
)  # fmt: skip


def show(visit: Visit) -> None:
    """Show the newest preview with its approval, then the approvals and corrections of the season."""
    texts = visit.texts
    st.subheader(texts("corrections.preview"), anchor=False)
    preview = previews.newest_preview()
    if preview is None:
        st.info(texts("corrections.no_preview"))
    elif preview.season_code != visit.release.manifest.season_code:
        st.info(texts("corrections.preview_of_another_season", season=preview.season_code))
        preview = None
    else:
        is_landed = has_landed(preview, visit)
        _show_preview(preview, is_landed, visit)
        preview = None if is_landed else preview
    _show_approvals(preview, visit)
    _show_applied(visit)


def has_landed(preview: Preview, visit: Visit) -> bool:
    """Whether the release already holds a file of this preview: then it tells of the past."""
    batches = [row["batch_id"] for row in previews.files(preview) if row["state"] != "duplicate"]
    return corrections_sql.count_known(visit.release, batches) > 0


def _show_preview(preview: Preview, is_landed: bool, visit: Visit) -> None:
    texts = visit.texts
    st.markdown(
        texts(
            "corrections.preview_sentence",
            hash=preview.preview_hash[:_SHORT_HASH],
            made=formats.moment_text(preview.made_at, texts.language),
            as_of=formats.moment_text(preview.as_of, texts.language),
        )
    )
    if is_landed:
        st.info(texts("corrections.landed_since"), icon=":material/done_all:")
    names = _Names(visit)
    _table("looked_at", _FILE_COLUMNS, previews.files(preview), lambda row: file_cells(row, texts), texts)
    if broken := previews.claims(preview):
        listed = "; ".join(f"{row['check_name']} ({row['count_rows']})" for row in broken)
        st.error(texts("corrections.would_be_refused", claims=listed), icon=":material/block:")
    _table(
        "outside", _OUTSIDE_COLUMNS, previews.outside(preview), lambda row: outside_cells(row, texts), texts
    )
    counts = previews.counts(preview)
    if not counts:
        st.info(texts("corrections.changes_nobody"))
    _table("would_change", _COUNT_COLUMNS, counts, lambda row: count_cells(row, names, texts), texts)
    _table("cuts", _CUT_COLUMNS, previews.cuts(preview), lambda row: cut_cells(row, names, texts), texts)
    _table(
        "lists_differ",
        _LIST_COLUMNS,
        previews.lists(preview),
        lambda row: list_cells(row, names, texts),
        texts,
    )
    _show_people("preview", counts, lambda limit: previews.people(preview, limit), preview, names, visit)
    _show_drift(preview, names, visit)


class _Names:
    """Names of codes in the language of a visit, as its release has them."""

    def __init__(self, visit: Visit) -> None:
        release, language = visit.release, visit.texts.language
        self.stages = warehouse.names(release, "stages", language)
        self.tracks = warehouse.names(release, "tracks", language)
        self.statuses = warehouse.names(release, "statuses", language)
        self.reasons = warehouse.reason_texts(release, language)


def _table(
    name: str,
    names: Sequence[str],
    rows: Sequence[Row],
    cells: Callable[[Row], list[tables.Cell]],
    texts: Texts,
) -> None:
    """Show a titled table; nothing where there is no row."""
    if not rows:
        return
    st.markdown(f"**{texts(f'corrections.{name}')}**")
    columns = [tables.column(one, texts, {}, _css(one)) for one in names]
    shown = [tables.table_row(columns, cells(row)) for row in rows]
    st.html(tables.html_table(columns, shown, texts(f"corrections.{name}"), max_height=420))


def _css(name: str) -> str:
    if name.startswith("count_") or name.endswith("_moves"):
        return "num"
    if name in ("source_file", "feed"):
        return "files"
    return "name" if name in ("stage", "track", "why_outside", "why_approved") else ""


def file_cells(row: Row, texts: Texts) -> list[tables.Cell]:
    """Return one file that was looked at, with what the door made of it."""
    counts = (row["count_read"], row["count_landed"], row["count_quarantined"])
    return [
        row["feed"],
        row["source_file"],
        texts(f"batch_state.{row['state']}"),
        *(formats.number(count, texts.language) for count in counts),
    ]


def outside_cells(row: Row, texts: Texts) -> list[tables.Cell]:
    """Return one reason for which rows would stay outside."""
    return [
        row["feed"],
        row["column_name"] or formats.NOTHING,
        row[f"text_{texts.language}"],
        formats.number(row["count_rows"], texts.language),
    ]


def count_cells(row: Row, names: _Names, texts: Texts) -> list[tables.Cell]:
    """Return how many would move at a stage, by kind, and for how many it decides about the next one."""
    counts = (
        "count_entered_stage", "count_left_stage", "count_status", "count_score", "count_rank",
        "count_would_go_on", "count_would_stay_out",
    )  # fmt: skip
    stage = f"{row['stage_order']}. {formats.named(names.stages, row['stage_code'])}"
    return [stage, *(formats.number(row[name], texts.language) for name in counts)]


def cut_cells(row: Row, names: _Names, texts: Texts) -> list[tables.Cell]:
    """Return one cut that would move, before and after in one cell each."""
    language = texts.language

    def counts(name: str) -> str:
        return moves(*(formats.number(row[f"{name}_{side}"], language) for side in ("before", "after")))

    cutoff = moves(*(formats.points(row[f"cutoff_{side}"], language) for side in ("before", "after")))
    return [
        formats.named(names.stages, row["stage_code"]),
        formats.named(names.tracks, row["track_code"]),
        counts("pool"),
        cutoff,
        counts("admitted"),
        counts("by_tie"),
    ]


def moves(before: str, after: str) -> str:
    """Write a value before and after with an arrow, once where it stays the same."""
    return before if before == after else f"{before} → {after}"


def list_cells(row: Row, names: _Names, texts: Texts) -> list[tables.Cell]:
    """Return one published list that the data would newly differ from."""
    language = texts.language
    drift = [formats.number(row[f"drift_{side}"], language) for side in ("before", "after")]
    return [
        formats.named(names.stages, row["stage_code"]),
        texts("corrections.yes" if row["is_published_by_act"] else "corrections.no"),
        *(formats.number(row[name], language) for name in ("count_people", "count_on", "count_off")),
        moves(*drift),
    ]


def _show_drift(preview: Preview, names: _Names, visit: Visit) -> None:
    """Show who would newly differ from lists published by acts, which stand until they are restated."""
    texts = visit.texts
    counts = previews.drift_counts(preview)
    _table("drift", _DRIFT_COUNT_COLUMNS, counts, lambda row: drift_count_cells(row, names, texts), texts)
    columns = tuple(name for name in _PEOPLE_COLUMNS if not name.startswith("points_"))
    _show_people(
        "drift", counts, lambda limit: previews.drifted(preview, limit), preview, names, visit, columns
    )


def drift_count_cells(row: Row, names: _Names, texts: Texts) -> list[tables.Cell]:
    """Return how many would newly differ from the list of a stage, by kind."""
    counts = (
        "count_entered_stage",
        "count_left_stage",
        "count_status",
        "count_score",
        "count_rank",
        "people",
    )
    stage = f"{row['stage_order']}. {formats.named(names.stages, row['stage_code'])}"
    return [stage, *(formats.number(row[name], texts.language) for name in counts)]


def _show_people(
    name: str,
    counts: Sequence[Row],
    people: Callable[[int | None], list[Row]],
    preview: Preview,
    names: _Names,
    visit: Visit,
    columns: Sequence[str] = _PEOPLE_COLUMNS,
) -> None:
    """Show people in a grid, limited, with all of them as a file; nothing where there is nobody."""
    if not counts:
        return
    texts = visit.texts
    st.markdown(f"**{texts(f'corrections.{name}_people')}**")
    count = sum(row["people"] for row in counts)
    total, button = st.columns([3, 1], vertical_alignment="center")
    number = f"**{formats.number(count, texts.language)}**"
    shown = formats.number(_SHOWN, texts.language)
    key = "download.count" if count <= _SHOWN else "corrections.shown_of"
    total.markdown(texts(key, count=number, shown=shown))

    def every() -> list[list[object]]:
        return people_values(people(None), columns, names, texts)

    stem = ("corrections", name, preview.preview_hash[:_SHORT_HASH])
    download(button, visit, "corrections", name, columns, every, file_stem=stem)
    rows = people_values(people(_SHOWN), columns, names, texts)
    tables.show_grid(columns, rows, texts, {}, key=f"{name}_people")


def people_values(
    people: Sequence[Row], columns: Sequence[str], names: _Names, texts: Texts
) -> list[list[object]]:
    """Return people as rows of values in the order of `columns`, codes by their names in the language."""
    every = (_person(row, names, texts) for row in people)
    return [[values[name] for name in columns] for values in every]


def _person(row: Row, names: _Names, texts: Texts) -> dict[str, object]:
    values: dict[str, object] = {
        "candidate_no": row["candidate_no"],
        "moved": texts(f"moved.{row['change_code']}"),
        "stage": formats.named(names.stages, row["stage_code"]),
        "track": formats.named(names.tracks, row["track_code"]),
    }
    for side, shown in (("before", "was"), ("after", "now")):
        status, reason = row[f"status_{side}"], row[f"reason_{side}"]
        values |= {
            f"status_{shown}": names.statuses.get(status, status),
            f"reason_{shown}": names.reasons.get(reason, reason),
            f"points_{shown}": row.get(f"points_{side}"),
            f"rank_{shown}": row[f"rank_{side}"],
        }
    return values


def _show_approvals(preview: Preview | None, visit: Visit) -> None:
    texts = visit.texts
    st.subheader(texts("corrections.approval"), anchor=False)
    try:
        given = approvals.approvals()
    except books.BookBroken:
        st.error(texts("corrections.approvals_broken"), icon=":material/error:")
        return
    if preview is not None:
        _show_approval_of(preview, given, visit)
    elif not given:
        st.info(texts("corrections.nothing_to_approve"))
    if given:
        wanted = preview.preview_hash if preview else ""
        columns = [tables.column(name, texts, {}, _css(name)) for name in _APPROVAL_COLUMNS]
        rows = [
            tables.table_row(columns, approval_cells(one, wanted, texts)) for one in given[:_APPROVALS_SHOWN]
        ]
        st.html(tables.html_table(columns, rows, texts("corrections.approval"), max_height=420))


def _show_approval_of(preview: Preview, given: Sequence[Approval], visit: Visit) -> None:
    texts = visit.texts
    own = [one for one in given if one.preview_hash == preview.preview_hash]
    if own:
        moment = formats.moment_text(own[0].approved_at, texts.language)
        words = texts("corrections.approved", by=own[0].identity, moment=moment, reason=own[0].reason)
        st.success(words, icon=":material/check_circle:")
        return
    if visit.grant.role != PUBLISHER:
        st.info(texts("corrections.not_approved"))
        return
    st.caption(texts("corrections.approve_note"))
    # the form is the preview's: where another one has come since, its button is another button
    with st.form(f"approve_{preview.preview_hash}", border=True):
        reason = st.text_input(texts("corrections.approve_reason"), max_chars=approvals.LONGEST_REASON)
        is_pressed = st.form_submit_button(texts("corrections.approve"), type="primary")
    if is_pressed:
        _approve(preview, reason, visit)


def _approve(preview: Preview, reason: str, visit: Visit) -> None:
    """Record an approval: first in the access log, then in the book; say why not where it is refused."""
    texts = visit.texts
    try:
        approvals.checked_reason(reason)
        visit.record("approval", preview_hash=preview.preview_hash)
        approvals.approve(visit.person.identity, visit.grant.role, preview.preview_hash, reason)
    except approvals.ReasonRefused as refused:
        st.error(texts(f"corrections.reason_{refused.key}"))
        return
    except OSError:
        st.error(texts("corrections.approvals_unwritable"), icon=":material/error:")
        return
    st.rerun()


def approval_cells(one: Approval, preview_hash: str, texts: Texts) -> list[tables.Cell]:
    """Return one approval; of a preview that is no longer the newest it is void."""
    state = "valid" if one.preview_hash == preview_hash else "void"
    return [
        formats.moment_text(one.approved_at, texts.language),
        one.identity,
        one.reason,
        one.preview_hash[:_SHORT_HASH],
        texts(f"corrections.approval_{state}"),
    ]


def _show_applied(visit: Visit) -> None:
    texts = visit.texts
    st.subheader(texts("corrections.applied"), anchor=False)
    rows = [applied_values(row, texts) for row in corrections_sql.corrections(visit.release)]
    if not rows:
        st.info(texts("corrections.none_applied"))
        return
    comments = warehouse.column_comments(visit.release, ("release.corrections",))
    count_and_download(visit, "corrections", "applied", _APPLIED_COLUMNS, rows)
    tables.show_grid(_APPLIED_COLUMNS, rows[:_SHOWN], texts, comments, key="applied")


def applied_values(row: Row, texts: Texts) -> list[object]:
    """Return one applied correction in the order of its columns, the moment in Astana time."""
    return [
        formats.local_moment(row["applied_at"]), row["asked_by"], row["reason"], row["feed"],
        row["source_file"], texts(f"batch_state.{row['state']}"), row["count_landed"],
        row["count_quarantined"],
    ]  # fmt: skip
