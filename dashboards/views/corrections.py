"""Corrections and releases: what changed and why, the published lists, the ledger, a correction to approve.

Belongs here: the parts of the page, what changed between releases, and whether the ledger holds. Does not
belong here: lists, drift and acts (dashboards/views/publications.py), previews and approvals
(dashboards/views/corrections_preview.py), SQL (dashboards/warehouse/). Order §5.6, policy A11–A13, A49.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from dashboards import warehouse
from dashboards.components import formats, tables
from dashboards.components.downloads import download
from dashboards.components.filters import choose_code, choose_codes
from dashboards.components.header import show_header
from dashboards.components.switch import switch
from dashboards.i18n import Texts
from dashboards.views import corrections_preview, publications
from dashboards.visit import Visit
from dashboards.warehouse import Release, Row, previews
from dashboards.warehouse import corrections as corrections_sql
from dashboards.warehouse.corrections import ChangeFilters

VIEWS = ("changes", "lists", "ledger", "preview")
MOVES = ("entered", "left", "status", "score", "rank")
#: Rows of a list that are sent to the browser; the file holds all.
SHOWN = 1000
FILES_SHOWN = 200
_COUNT_COLUMNS = (
    "stage", "count_entered_stage", "count_left_stage", "count_status", "count_score", "count_rank",
    "count_people_moved",
)  # fmt: skip
_CAUSE_COLUMNS = ("moved", "new_feeds", "count_people_moved")
_FILE_COLUMNS = (
    "feed",
    "source_file",
    "received_at",
    "file_state",
    "count_read",
    "count_landed",
    "count_outside",
)
_PEOPLE_COLUMNS = (
    "candidate_no", "moved", "status_was", "status_now", "points_was", "points_now", "rank_was", "rank_now",
    "stage", "track", "new_feeds",
)  # fmt: skip
_PEOPLE_CSV = (*_PEOPLE_COLUMNS, "new_files")
_COMMENT_TABLES = ("reporting.rpt_batches", "release.change_causes")


def render(visit: Visit) -> None:
    """Show the page in the part that the address names; raises WarehouseError for an older release."""
    texts = visit.texts
    show_header(texts("corrections.title"), visit.release.manifest, texts)
    views = {code: texts(f"corrections.view_{code}") for code in VIEWS}
    view = switch(texts("corrections.view"), views, "corrections_view", VIEWS[0])
    if view == "lists":
        publications.show_lists(visit)
    elif view == "ledger":
        _show_ledger(visit)
    elif view == "preview":
        corrections_preview.show(visit)
    else:
        _show_changes(visit)


def _show_changes(visit: Visit) -> None:
    texts = visit.texts
    st.subheader(texts("corrections.changes"), anchor=False)
    release = _choose_release(visit)
    warehouse.require_tables(release, corrections_sql.NEEDED_TABLES)
    st.markdown(release_sentence(release, texts))
    comments = warehouse.column_comments(visit.release, _COMMENT_TABLES)
    counts = corrections_sql.change_counts(release)
    if release.manifest.previous_release_id is None:
        st.info(texts("corrections.first_release"))
    elif not counts:
        st.info(texts("corrections.nobody_moved"))
    else:
        _show_counts(release, counts, visit, comments)
        _show_people(release, visit, comments)
    _show_files(release, visit, comments)


def _choose_release(visit: Visit) -> Release:
    """Return the release that is chosen among those of the reader's audience, the current one first."""
    release, texts = visit.release, visit.texts
    ids = warehouse.release_ids(release)
    current = release.manifest.release_id
    names = {one: one for one in ids} | {current: texts("corrections.current_release", release=current)}
    picked = choose_code(texts("corrections.release"), names, "release_id", current)
    if picked == current:
        return release
    return warehouse.earlier_release(release, picked, visit.grant.audience)


def release_sentence(release: Release, texts: Texts) -> str:
    """Say of a release when it was published, as of when its data stand, by which code, and after which."""
    manifest = release.manifest
    return texts(
        "corrections.release_sentence",
        published=formats.moment_text(manifest.published_at, texts.language),
        as_of=formats.moment_text(manifest.as_of, texts.language),
        code=manifest.code_version or formats.NOTHING,
        previous=manifest.previous_release_id or formats.NOTHING,
    )


def _show_counts(release: Release, counts: Sequence[Row], visit: Visit, comments: Mapping[str, str]) -> None:
    texts = visit.texts
    stages = warehouse.names(release, "stages", texts.language)
    columns = [tables.column(name, texts, comments, _css(name)) for name in _COUNT_COLUMNS]
    rows = [tables.table_row(columns, count_cells(row, stages, texts)) for row in counts]
    st.html(tables.html_table(columns, rows, texts("corrections.by_stage")))
    st.subheader(texts("corrections.why"), anchor=False)
    if not corrections_sql.has_causes(release):
        st.info(texts("corrections.no_causes"))
        return
    st.caption(texts("corrections.why_note"))
    columns = [tables.column(name, texts, comments, _css(name)) for name in _CAUSE_COLUMNS]
    rows = [
        tables.table_row(
            columns,
            [
                texts(f"moved.{row['change_code']}"),
                feeds_cell(row["feeds"], texts),
                formats.number(row["people"], texts.language),
            ],
        )
        for row in corrections_sql.cause_counts(release)
    ]
    st.html(tables.html_table(columns, rows, texts("corrections.why"), max_height=400))


def count_cells(row: Row, stages: Mapping[str, str], texts: Texts) -> list[tables.Cell]:
    """Return the counts of one stage in the order of the columns: by kind of move, then people in all."""
    numbers = [row[name] for name in _COUNT_COLUMNS[1:-1]]
    stage = f"{row['stage_order']}. {formats.named(stages, row['stage_code'])}"
    return [stage, *(formats.number(count, texts.language) for count in (*numbers, row["people"]))]


def feeds_cell(feeds: str | None, texts: Texts) -> tables.Cell:
    """Return feeds one below the other, or the words for none."""
    if not feeds:
        return texts("corrections.no_file")
    return tables.Html("<br>".join(escape(feed) for feed in feeds.split(", ")))


def _css(name: str) -> str:
    if name.startswith("count_"):
        return "num"
    if name in ("source_file", "new_feeds"):
        return "files"
    return "name" if name in ("stage", "moved") else ""


def _show_people(release: Release, visit: Visit, comments: Mapping[str, str]) -> None:
    texts = visit.texts
    st.subheader(texts("corrections.people"), anchor=False)
    stages = warehouse.names(release, "stages", texts.language)
    tracks = warehouse.names(release, "tracks", texts.language)
    for_stages, for_tracks, for_moves = st.columns(3)
    with for_stages:
        chosen_stages = choose_codes(texts("filter.stage"), stages, "moved_stages", texts("filter.all"))
    with for_tracks:
        chosen_tracks = choose_codes(texts("filter.track"), tracks, "filter_tracks", texts("filter.all"))
    with for_moves:
        moves = {code: texts(f"moved.{code}") for code in MOVES}
        chosen_moves = choose_codes(texts("column.moved"), moves, "moves", texts("filter.all"))
    filters = ChangeFilters(chosen_stages, chosen_tracks, chosen_moves)
    count = corrections_sql.count_changed(release, filters)
    if not count:
        st.info(texts("empty.filters"))
        return
    total, button = st.columns([3, 1], vertical_alignment="center")
    total.markdown(shown_text(count, SHOWN, texts))

    def every() -> list[list[object]]:
        return _values(release, corrections_sql.changed_people(release, filters), _PEOPLE_CSV, texts)

    stem = ("corrections", "changes", release.manifest.release_id)
    download(button, visit, "corrections", "changes", _PEOPLE_CSV, every, file_stem=stem)
    shown = corrections_sql.changed_people(release, filters, SHOWN)
    rows = _values(release, shown, _PEOPLE_COLUMNS, texts)
    tables.show_grid(_PEOPLE_COLUMNS, rows, texts, comments, key="changed_people")


def shown_text(count: int, limit: int, texts: Texts) -> str:
    """Say how many a list has, and how many of them are shown where those are fewer."""
    total = f"**{formats.number(count, texts.language)}**"
    if count <= limit:
        return texts("download.count", count=total)
    return texts("corrections.shown_of", count=total, shown=formats.number(limit, texts.language))


def _values(
    release: Release, people: Sequence[Row], names: Sequence[str], texts: Texts
) -> list[list[object]]:
    """Return people as rows of values, codes by their names in the language."""
    stages = warehouse.names(release, "stages", texts.language)
    tracks = warehouse.names(release, "tracks", texts.language)
    statuses = warehouse.names(release, "statuses", texts.language)
    every = (moved_values(row, stages, tracks, statuses, texts) for row in people)
    return [[values[name] for name in names] for values in every]


def moved_values(
    row: Row, stages: Mapping[str, str], tracks: Mapping[str, str], statuses: Mapping[str, str], texts: Texts
) -> dict[str, object]:
    """Return what is shown of one person's change, by column."""
    return {
        "candidate_no": row["candidate_no"],
        "track": formats.named(tracks, row["track_code"]),
        "stage": formats.named(stages, row["stage_code"]),
        "moved": texts(f"moved.{row['change_code']}"),
        "status_was": statuses.get(row["status_before"], row["status_before"]),
        "status_now": statuses.get(row["status_after"], row["status_after"]),
        "points_was": row["points_before"],
        "points_now": row["points_after"],
        "rank_was": row["rank_before"],
        "rank_now": row["rank_after"],
        "new_feeds": row.get("feeds") or texts("corrections.no_file"),
        "new_files": row.get("causes") or texts("corrections.no_file"),
    }


def _show_files(release: Release, visit: Visit, comments: Mapping[str, str]) -> None:
    texts = visit.texts
    st.subheader(texts("corrections.files"), anchor=False)
    batches = corrections_sql.new_batches(release)
    if not batches:
        st.info(texts("corrections.no_new_files"))
        return
    total, button = st.columns([3, 1], vertical_alignment="center")
    total.markdown(shown_text(len(batches), FILES_SHOWN, texts))
    rows = [file_values(row, texts) for row in batches]
    stem = ("corrections", "files", release.manifest.release_id)
    download(button, visit, "corrections", "files", _FILE_COLUMNS, rows, file_stem=stem)
    tables.show_grid(_FILE_COLUMNS, rows[-FILES_SHOWN:][::-1], texts, comments, key="new_files")


def file_values(row: Row, texts: Texts) -> list[object]:
    """Return one new file in the order of its columns, the moment in Astana time."""
    return [
        row["feed"], row["source_file"], formats.local_moment(row["received_at"]),
        texts(f"batch_state.{row['state']}"), row["count_read"], row["count_landed"],
        row["count_quarantined"],
    ]  # fmt: skip


def _show_ledger(visit: Visit) -> None:
    """Show what verifying found, what the release itself can tell of the chain, and the acts."""
    release, texts = visit.release, visit.texts
    st.subheader(texts("corrections.verification"), anchor=False)
    chain = corrections_sql.act_chain(release)
    verification = previews.last_verification()
    _say(verification_words(verification, texts))
    _say(chain_words(chain, texts))
    if chain is not None and verification is not None:
        _say(agreement_words(chain, verification, texts))
    st.caption(texts("corrections.verification_note"))
    if chain:
        publications.show_acts(visit)
    else:
        st.info(texts("corrections.no_acts"))


#: How something verified stands, with its words: `ok`, `wrong`, or `unknown`.
Said = tuple[str, str]


def _say(said: Said) -> None:
    how, words = said
    {"ok": st.success, "wrong": st.error, "unknown": st.info}[how](words, icon=_ICONS[how])


_ICONS = {"ok": ":material/check_circle:", "wrong": ":material/error:", "unknown": ":material/help:"}


def verification_words(found: previews.Verification | None, texts: Texts) -> Said:
    """Say what verifying the ledger last found, and when."""
    if found is None:
        return "unknown", texts("corrections.never_verified")
    moment = formats.moment_text(found.verified_at, texts.language)
    if found.finding:
        finding = found.finding.get(texts.language) or found.finding.get("en") or formats.NOTHING
        return "wrong", texts("corrections.verified_wrong", moment=moment, finding=finding)
    count = formats.number(len(found.act_hashes), texts.language)
    words = texts(
        "corrections.verified",
        moment=moment,
        count=count,
        hash=found.act_hashes[-1] if found.act_hashes else formats.NOTHING,
    )
    if found.count_waiting:
        waiting = formats.number(found.count_waiting, texts.language)
        words += " " + texts("corrections.acts_waiting", count=waiting)
    return "ok", words


def chain_words(chain: Sequence[Row] | None, texts: Texts) -> Said:
    """Say whether each act in the release follows the one before it, as this page has computed just now."""
    if chain is None:
        return "unknown", texts("corrections.chain_unknown")
    broken = corrections_sql.broken_act(chain)
    if broken is not None:
        return "wrong", texts("corrections.chain_broken", act=broken)
    return "ok", texts("corrections.chain_holds", count=formats.number(len(chain), texts.language))


def agreement_words(chain: Sequence[Row], verification: previews.Verification, texts: Texts) -> Said:
    """Say whether the acts of the release are those that were verified, newer ones of the ledger aside."""
    held = [act["act_hash"] for act in chain]
    verified = list(verification.act_hashes[: len(held)])
    if held == verified:
        return "ok", texts("corrections.agree", count=formats.number(len(held), texts.language))
    if verified == held[: len(verified)] and not verification.finding:
        newer = formats.number(len(held) - len(verified), texts.language)
        return "unknown", texts("corrections.newer_acts", count=newer)
    return "wrong", texts("corrections.disagree")
