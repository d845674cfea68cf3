"""Publications: how the list of each stage stands, who published it, and by what today's data differ from it.

Belongs here: the order of the page and its rows. Does not belong here: SQL
(dashboards/warehouse/publications.py), states in words (dashboards/components/standing.py), publishing itself
(`rezerv publish`). Order §5.6, §6.10, policy A11–A13, A49.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from dashboards import warehouse
from dashboards.components import formats, standing, tables
from dashboards.components.downloads import download
from dashboards.components.filters import choose_code, choose_codes
from dashboards.components.header import show_header
from dashboards.i18n import Texts
from dashboards.visit import Visit
from dashboards.warehouse import Release, Row
from dashboards.warehouse import publications as publications_sql

_LIST_COLUMNS = (
    "stage", "list_state", "published_at", "approved_by", "decision_no", "reason", "count_rows", "list_hash",
)  # fmt: skip
_LIST_CSV = (
    "stage_order", "stage_code", "stage", "list_state", "version", "planned_at", "first_published_at",
    "published_at", "approved_by", "decision_no", "reason", "count_rows", "list_hash", "act_no", "act_hash",
    "count_drift", "count_would_go_on", "count_would_stay_out", "kept_at", "kept_by", "kept_reason",
)  # fmt: skip
_DRIFT_COLUMNS = ("candidate_no", "track", "change", "by_list", "by_data", "causes")
_DRIFT_CSV = (
    "stage_code", "candidate_no", "track", "change", "status_before", "status_after", "reason_before",
    "reason_after", "is_admitted_before", "is_admitted_after", "points_before", "points_after",
    "rank_before", "rank_after", "causes",
)  # fmt: skip
_SUMMARY_COLUMNS = ("change", "feeds", "people", "count_would_go_on", "count_would_stay_out")
_ACT_COLUMNS = (
    "act_no", "kind", "stage", "version", "acted_at", "approved_by", "decision_no", "reason", "count_rows",
    "list_hash", "act_hash",
)  # fmt: skip
_MOMENTS = ("planned_at", "first_published_at", "published_at", "acted_at", "kept_at")
_COMMENT_TABLES = (
    "reporting.rpt_publications",
    "reporting.rpt_publication_acts",
    "reporting.rpt_drift",
)
# Of a hash in a table; the whole of it is its tooltip and stands in the file.
_SHORT_HASH = 12
# A page of this many people can be read; the file holds all.
_SHOWN = 200


@dataclass(frozen=True)
class Publications:
    """What the page shows: lists by stage code, acts, and names in its language."""

    lists: Mapping[str, Row]
    acts: Sequence[Row]
    stages: Mapping[str, str]
    tracks: Mapping[str, str]
    statuses: Mapping[str, str]
    reasons: Mapping[str, str]


def render(visit: Visit) -> None:
    """Show the page for `release`, in the language of `texts`; raises TablesMissing for an older release."""
    release, texts = visit.release, visit.texts
    publications_sql.require_tables(release)
    show_header(texts("publications.title"), release.manifest, texts)
    show_lists(visit)
    show_acts(visit)


def show_lists(visit: Visit) -> None:
    """Show how the lists stand and who has drifted: also a part of the page of corrections."""
    release, texts = visit.release, visit.texts
    publications_sql.require_tables(release)
    read = read_publications(release, texts.language)
    comments = warehouse.column_comments(release, _COMMENT_TABLES)
    st.html(tables.figures(headline(read, texts)))
    if box := standing.drift_box(read.lists.values(), read.stages, texts, leads_on=False):
        st.html(box)
    _show_lists(read, visit, comments)
    _show_drift(read, visit, comments)


def show_acts(visit: Visit) -> None:
    """Show the acts of publishing: also a part of the page of corrections."""
    publications_sql.require_tables(visit.release)
    comments = warehouse.column_comments(visit.release, _COMMENT_TABLES)
    _show_acts(read_publications(visit.release, visit.texts.language), visit, comments)


def read_publications(release: Release, language: str) -> Publications:
    """Read how the lists stand, the acts, and the names of what they speak of."""
    return Publications(
        lists=publications_sql.lists(release),
        acts=publications_sql.acts(release),
        stages=warehouse.names(release, "stages", language),
        tracks=warehouse.names(release, "tracks", language),
        statuses=warehouse.names(release, "statuses", language),
        reasons=warehouse.reason_texts(release, language),
    )


def headline(read: Publications, texts: Texts) -> list[tuple[str, str]]:
    """Return the named figures: lists by an act, provisional, not published; people in unanswered drift."""
    states = Counter(standing.state(row) for row in read.lists.values())
    drifted = sum(
        row["count_drift"] for row in read.lists.values() if standing.state(row) == standing.DRIFTED
    )
    pairs = [
        ("by_act", states[standing.PUBLISHED] + states[standing.KEPT] + states[standing.DRIFTED]),
        ("provisional", states[standing.PROVISIONAL]),
        ("unpublished", states[standing.UNPUBLISHED]),
        ("drift", drifted),
    ]
    return [
        (texts(f"publications.figure_{name}"), formats.number(count, texts.language)) for name, count in pairs
    ]


def _show_lists(read: Publications, visit: Visit, comments: Mapping[str, str]) -> None:
    texts = visit.texts
    heading, button = st.columns([3, 1], vertical_alignment="bottom")
    heading.subheader(texts("publications.lists"), anchor=False)
    rows = list_values(read, texts)
    download(button, visit, "publications", "lists", _LIST_CSV, rows)
    columns = [tables.column(name, texts, comments, _css(name)) for name in _LIST_COLUMNS]
    shown = [
        tables.table_row(columns, [_list_cell(row, name, read, texts) for name in _LIST_COLUMNS])
        for row in read.lists.values()
    ]
    st.html(tables.html_table(columns, shown, texts("publications.lists"), max_height=900))
    st.caption(texts("publications.lists_note"))


def _css(name: str) -> str:
    if name in ("count_rows", "act_no", "version", "people") or name.startswith("count_"):
        return "num"
    if name in ("candidate_no", "list_hash", "act_hash", "published_at", "acted_at"):
        return "code"
    if name in ("causes", "feeds"):
        return "files"
    return "name" if name in ("stage", "list_state", "by_list", "by_data") else ""


def _list_cell(row: Row, name: str, read: Publications, texts: Texts) -> tables.Cell:
    if name == "stage":
        return f"{row['stage_order']}. {formats.named(read.stages, row['stage_code'])}"
    if name == "list_state":
        more = f"<small>{escape(standing.kept_text(row, texts))}</small>" if row["kept_at"] else ""
        return tables.Html(standing.mark(row, texts).markup + more)
    if name == "published_at" and row["published_at"] is None:
        planned = formats.moment_text(row["planned_at"], texts.language)
        return tables.Html(f"<small>{escape(texts('publications.planned', moment=planned))}</small>")
    return _cell(row[name], name, texts)


def _cell(value: object, name: str, texts: Texts) -> tables.Cell:
    """Write a value of a table: moments in Astana time, hashes by their beginning, a dash for nothing."""
    if value is None or value == "":
        return formats.NOTHING
    if name in _MOMENTS:
        return formats.moment_text(value, texts.language)  # type: ignore[arg-type]
    if name.endswith("_hash"):
        return tables.Html(f'<span title="{escape(str(value))}">{escape(str(value)[:_SHORT_HASH])}</span>')
    return formats.number(value, texts.language) if isinstance(value, int) else str(value)


def list_values(read: Publications, texts: Texts) -> list[list[object]]:
    """Return the lists as rows of values for a file: moments in Astana time, hashes whole."""
    named = [
        row
        | {
            "stage": formats.named(read.stages, row["stage_code"]),
            "list_state": standing.state_text(row, texts),
        }
        for row in read.lists.values()
    ]
    return [[_value(row[name], name) for name in _LIST_CSV] for row in named]


def _value(value: object, name: str) -> object:
    if name in _MOMENTS and value is not None:
        return formats.astana(value).isoformat()  # type: ignore[arg-type]
    return value


def _show_drift(read: Publications, visit: Visit, comments: Mapping[str, str]) -> None:
    release, texts = visit.release, visit.texts
    st.subheader(texts("publications.drift"), anchor=False)
    drifted = {code: row for code, row in read.lists.items() if row["count_drift"]}
    if not drifted:
        is_any = any(row["is_published_by_act"] for row in read.lists.values())
        st.info(texts("publications.no_drift" if is_any else "publications.nothing_published"))
        return
    st.caption(texts("publications.drift_note"))
    for_stage, for_tracks, _ = st.columns([2, 2, 1])
    options = {
        code: f"{read.stages[code]}: {standing.state_text(row, texts)}" for code, row in drifted.items()
    }
    unanswered = [code for code, row in drifted.items() if standing.state(row) == standing.DRIFTED]
    with for_stage:
        stage = choose_code(
            texts("filter.stage"), options, "drift_stage", unanswered[0] if unanswered else None
        )
    with for_tracks:
        tracks = choose_codes(texts("filter.track"), read.tracks, "filter_tracks", texts("filter.all"))
    people = publications_sql.drift(release, stage, tracks)
    if not people:
        st.info(texts("empty.filters"))
        return
    columns = [tables.column(name, texts, comments, _css(name)) for name in _SUMMARY_COLUMNS]
    rows = [tables.table_row(columns, cells) for cells in summary_cells(people, texts)]
    st.html(tables.html_table(columns, rows, texts("publications.drift"), max_height=400))
    total, button = st.columns([3, 1], vertical_alignment="center")
    total.markdown(texts("download.count", count=f"**{formats.number(len(people), texts.language)}**"))
    values = drift_values(people, stage, read, texts)
    download(button, visit, "publications", "drift", _DRIFT_CSV, values)
    columns = [tables.column(name, texts, comments, _css(name)) for name in _DRIFT_COLUMNS]
    rows = [tables.table_row(columns, drift_cells(person, read, texts)) for person in people[:_SHOWN]]
    st.html(tables.html_table(columns, rows, texts("publications.people"), max_height=900))
    if len(people) > _SHOWN:
        more = formats.number(len(people) - _SHOWN, texts.language)
        st.caption(texts("vetting.more_alerts", count=more))


def summary_cells(people: Sequence[Row], texts: Texts) -> list[list[tables.Cell]]:
    """Return how many people drift, by kind of change and feeds, the kinds in the order of `people`."""
    groups: dict[tuple[str, str | None], list[Row]] = {}
    for person in people:
        groups.setdefault((person["change_code"], person["feeds"]), []).append(person)
    return [
        [
            texts(f"change.{change}"),
            _causes(feeds, texts),
            formats.number(len(of_group), texts.language),
            formats.number(
                sum(one["is_admitted_after"] and not one["is_admitted_before"] for one in of_group),
                texts.language,
            ),
            formats.number(
                sum(one["is_admitted_before"] and not one["is_admitted_after"] for one in of_group),
                texts.language,
            ),
        ]
        for (change, feeds), of_group in groups.items()
    ]


def _causes(causes: str | None, texts: Texts) -> tables.Cell:
    if not causes:
        return texts("publications.no_file")
    return tables.Html("<br>".join(escape(file) for file in causes.split(", ")))


def drift_cells(person: Row, read: Publications, texts: Texts) -> list[tables.Cell]:
    """Return one person's row: what the list says, what today's data say, and from which files."""
    return [
        person["candidate_no"],
        formats.named(read.tracks, person["track_code"]),
        texts(f"change.{person['change_code']}"),
        _line(person, "before", read, texts),
        _line(person, "after", read, texts),
        _causes(person["causes"], texts),
    ]


def _line(person: Row, side: str, read: Publications, texts: Texts) -> tables.Cell:
    """Write one side of a drift: status, whether the person goes on, rank and score, and the reason."""
    status = person[f"status_{side}"]
    if status is None:
        return texts("publications.not_listed" if side == "before" else "publications.not_in_stage")
    facts = [f"<b>{escape(formats.named(read.statuses, status))}</b>"]
    if person["is_admitted_before"] != person["is_admitted_after"]:
        key = "publications.goes_on" if person[f"is_admitted_{side}"] else "publications.stays_out"
        facts.append(f"<b>{escape(texts(key))}</b>")
    if person[f"rank_{side}"] is not None:
        rank = formats.number(person[f"rank_{side}"], texts.language)
        facts.append(escape(texts("publications.rank", rank=rank)))
    if person[f"points_{side}"] is not None:
        points = formats.points(person[f"points_{side}"], texts.language)
        facts.append(escape(texts("publications.points", points=points)))
    code = person[f"reason_{side}"]
    reason = escape(read.reasons.get(code, code) or "")
    return tables.Html(f"{' · '.join(facts)}<small>{reason}</small>")


def drift_values(people: Sequence[Row], stage: str, read: Publications, texts: Texts) -> list[list[object]]:
    """Return the people as rows of values for a file, with names of codes in the language."""
    rows = []
    for person in people:
        row = dict(person) | {
            "stage_code": stage,
            "track": formats.named(read.tracks, person["track_code"]),
            "change": texts(f"change.{person['change_code']}"),
            "causes": person["causes"] or texts("publications.no_file"),
        }
        for side in ("before", "after"):
            row[f"status_{side}"] = read.statuses.get(person[f"status_{side}"])
            row[f"reason_{side}"] = read.reasons.get(person[f"reason_{side}"])
            goes_on = person[f"is_admitted_{side}"]
            row[f"is_admitted_{side}"] = texts(
                "publications.goes_on" if goes_on else "publications.stays_out"
            )
        rows.append([row[name] for name in _DRIFT_CSV])
    return rows


def _show_acts(read: Publications, visit: Visit, comments: Mapping[str, str]) -> None:
    texts = visit.texts
    if not read.acts:
        return
    heading, button = st.columns([3, 1], vertical_alignment="bottom")
    heading.subheader(texts("publications.acts"), anchor=False)
    named = [
        row
        | {
            "stage": formats.named(read.stages, row["stage_code"]),
            "kind": texts(f"publications.kind_{row['kind_code']}"),
        }
        for row in read.acts
    ]
    values = [[_value(row[name], name) for name in _ACT_COLUMNS] for row in named]
    download(button, visit, "publications", "acts", _ACT_COLUMNS, values)
    # the hash of each list has no room beside that of its act: the file has both
    names = [name for name in _ACT_COLUMNS if name != "list_hash"]
    columns = [tables.column(name, texts, comments, _css(name)) for name in names]
    rows = [
        tables.table_row(
            columns,
            [_cell(row[name], name, texts) for name in names],
            "on" if row["is_in_force"] else "",
        )
        for row in named
    ]
    st.html(tables.html_table(columns, rows, texts("publications.acts"), max_height=900))
    st.caption(texts("publications.acts_note"))
