"""The ranked list of one stage and track: who goes on, where the cut runs, who is tied, and why.

Belongs here: the order of the page, the rows around the cut line. Does not belong here: ranking and cutting
(dbt_project/), SQL (dashboards/warehouse/), drawing (dashboards/components/). Order §3, policy A3–A6,
A13, A22.
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
from dashboards.components.filters import choose_code
from dashboards.components.header import show_header
from dashboards.i18n import Texts
from dashboards.visit import Visit
from dashboards.warehouse import Release, Row, publications, selection

# A list longer than this opens at its cut line, with this many people on each side.
_LONG_LIST = 30
_AROUND = 10

_RANKED_COLUMNS = (
    "rank",
    "candidate_no",
    "score_points",
    "score_fraction",
    "status",
    "reason",
    "paragraph",
    "policy_code",
    "decision_no",
)
_OTHER_COLUMNS = ("candidate_no", "status", "reason", "paragraph", "policy_code", "decision_no")
_SCORE_COLUMNS = ("score_points", "score_fraction")
_RESERVE_COLUMNS = ("commission_rank", "candidate_no", "commission_points", "decision_no", "decided_at")
_NUMERIC = {"rank", "score_points", "score_fraction", "commission_rank", "commission_points"}
_CODES = {"candidate_no", "paragraph", "decision_no"}  # never broken over two lines
_COMMENT_TABLES = ("reporting.rpt_shortlists", "reporting.rpt_reserve")


@dataclass(frozen=True)
class Names:
    """Names of statuses and texts of reasons, by code, in one language."""

    statuses: Mapping[str, str]
    reasons: Mapping[str, str]


def render(visit: Visit) -> None:
    """Show the page for `release`, in the language of `texts`."""
    release, texts = visit.release, visit.texts
    show_header(texts("shortlist.title"), release.manifest, texts)
    cuts = {(row["stage_code"], row["track_code"]): row for row in selection.stage_tracks(release)}
    admits_by = {row["stage_code"]: row["admits_by_code"] for row in selection.stages(release)}
    for_stage, for_track = st.columns(2)
    with for_stage:
        stages = warehouse.names(release, "stages", texts.language)
        stage = choose_code(texts("filter.stage"), stages, "shortlist_stage", _first_to_show(cuts, admits_by))
    with for_track:
        track = choose_code(
            texts("filter.track"), warehouse.names(release, "tracks", texts.language), "shortlist_track"
        )
    people = selection.shortlist(release, stage, track)
    cut = cuts.get((stage, track))
    if cut is None or not people:
        st.info(texts("empty.list"))
        return
    st.html(tables.figures(list_figures(cut, people, admits_by[stage], texts)))
    list_row = publications.lists(release).get(stage)
    _show_publication(cut, list_row, stages, texts)
    names = Names(
        warehouse.names(release, "statuses", texts.language), warehouse.reason_texts(release, texts.language)
    )
    _show_lists(release, cut, people, admits_by[stage], names, texts)
    download(
        st.container(),
        visit,
        "shortlist",
        "list",
        _RANKED_COLUMNS,
        lambda: shortlist_rows(people, names),
        file_stem(cut, list_row),
    )


def _first_to_show(cuts: Mapping[tuple[str, str], Row], admits_by: Mapping[str, str]) -> str | None:
    """Return the latest published stage that has a ranking."""
    published = {stage for (stage, _), cut in cuts.items() if cut["is_published"]}
    ranked = [
        stage for stage, kind in admits_by.items() if kind in ("share", "places") and stage in published
    ]
    return ranked[-1] if ranked else None


def list_figures(cut: Row, people: Sequence[Row], admits_by: str, texts: Texts) -> list[tuple[str, str]]:
    """Return the figures of a list; with a cut: pool, places, cut-off, admitted, ties, supernumerary."""
    language = texts.language
    entered = (texts("metric.entered"), formats.number(len(people), language))
    places = (texts("metric.places"), formats.number(cut["limit_places"], language))
    admitted = (texts("metric.admitted"), formats.number(cut["count_admitted"], language))
    known = [entered] if cut["limit_places"] is None else [entered, places]
    if not cut["is_published"]:
        return known
    if admits_by not in ("share", "places"):
        refused = sum(person["status_code"] == "not_admitted" for person in people)
        others = len(people) - cut["count_admitted"] - refused
        return [
            *known,
            admitted,
            (texts("metric.not_admitted"), formats.number(refused, language)),
            (texts("metric.others"), formats.number(others, language)),
        ]
    return [
        (texts("metric.pool"), formats.number(cut["count_pool"], language)),
        places,
        (texts("metric.cutoff"), formats.points(cut["cutoff_points"], language)),
        admitted,
        (texts("metric.by_tie"), formats.number(cut["count_by_tie"], language)),
        (texts("metric.over_limit"), formats.number(cut["count_over_limit"], language)),
        (texts("metric.supernumerary"), formats.number(cut["count_supernumerary"], language)),
    ]


def _show_publication(cut: Row, list_row: Row | None, stages: Mapping[str, str], texts: Texts) -> None:
    """Say how the list stands: not published, provisional, or which version; and whether it has drifted."""
    if not cut["is_published"]:
        st.info(texts("shortlist.unpublished"))
        return
    if list_row is None:
        moment = formats.moment_text(cut["published_at"], texts.language)
        st.caption(texts("shortlist.published", moment=moment))
        return
    mark = standing.mark(list_row, texts).markup
    st.html(f'<div class="rz-standing">{mark}<span>{escape(publication_text(list_row, texts))}</span></div>')
    if box := standing.drift_box([list_row], stages, texts):
        st.html(box)


def publication_text(list_row: Row, texts: Texts) -> str:
    """Say what a list is: provisional and why, or by whom and when, and who recorded that it stands."""
    if not list_row["is_published_by_act"]:
        moment = formats.moment_text(list_row["planned_at"], texts.language)
        return texts("standing.provisional_since", moment=moment)
    sentence = standing.published_text(list_row, texts)
    if standing.state(list_row) == standing.KEPT:
        sentence += f" {standing.drift_text(list_row, texts)}. {standing.kept_text(list_row, texts)}"
    return sentence


def _show_lists(
    release: Release, cut: Row, people: Sequence[Row], admits_by: str, names: Names, texts: Texts
) -> None:
    comments = warehouse.column_comments(release, _COMMENT_TABLES)
    ranked = [person for person in people if person["rank"] is not None]
    others = [person for person in people if person["rank"] is None]
    if admits_by == "decision":
        _show_reserve(release, cut["track_code"], texts, comments)
    if ranked:
        _show_ranking(cut, ranked, names, texts, comments)
    if others:
        key = "outside" if ranked or admits_by in ("share", "places") else "everyone"
        st.subheader(texts(f"shortlist.{key}"), anchor=False)
        if key == "outside" or admits_by == "pass":
            st.caption(texts(f"shortlist.{key}_note"))
        has_scores = any(person["score_numerator"] is not None for person in others)
        shown = (*_OTHER_COLUMNS, *(_SCORE_COLUMNS if has_scores else ()))
        rows = [[person_value(person, name, names) for name in shown] for person in others]
        tables.show_grid(shown, rows, texts, comments, key="others")


def file_stem(cut: Row, list_row: Row | None) -> tuple[str, ...]:
    """Return what the name of the list's file says: which list, and as provisional or of which version."""
    states: list[str] = []
    if list_row is not None:
        is_by_act = list_row["is_published_by_act"]
        states = [f"v{list_row['version']}" if is_by_act else standing.state(list_row)]
    return ("shortlist", cut["stage_code"], cut["track_code"], *states)


def _show_ranking(
    cut: Row, ranked: Sequence[Row], names: Names, texts: Texts, comments: Mapping[str, str]
) -> None:
    st.subheader(texts("shortlist.ranked"), anchor=False)
    for_search, for_view = st.columns([1, 2], vertical_alignment="bottom")
    wanted = for_search.text_input(texts("shortlist.search"), key="shortlist_search").strip()
    view = for_view.segmented_control(
        texts("shortlist.view"),
        ("all", "cut"),
        default="cut" if len(ranked) > _LONG_LIST else "all",
        format_func=lambda code: texts(f"shortlist.view_{code}"),
        key=f"view_{cut['stage_code']}_{cut['track_code']}",
        required=True,
    )
    if wanted and not any(wanted in person["candidate_no"] for person in ranked):
        st.info(texts("empty.search", text=wanted))
        return
    has_decisions = any(person["decision_no"] for person in ranked)
    columns = [
        tables.column(name, texts, comments, _css(name))
        for name in _RANKED_COLUMNS
        if name != "decision_no" or has_decisions
    ]
    shown = _shown_positions(ranked, wanted, view or "all")
    rows = ranking_rows(columns, cut, ranked, shown, names, texts)
    st.html(tables.html_table(columns, rows, texts("shortlist.ranked"), max_height=1100))
    if len(shown) < len(ranked):
        language = texts.language
        st.caption(
            texts(
                "shortlist.showing",
                shown=formats.number(len(shown), language),
                count=formats.number(len(ranked), language),
            )
        )


def _css(name: str) -> str:
    if name in _CODES:
        return "code"
    return "num" if name in _NUMERIC else "wide" if name == "reason" else ""


def _shown_positions(ranked: Sequence[Row], wanted: str, view: str) -> list[int]:
    """Return which positions of the ranking are shown: those found, those around the cut line, or all."""
    if wanted:
        return [position for position, person in enumerate(ranked) if wanted in person["candidate_no"]]
    if view == "all":
        return list(range(len(ranked)))
    line = _line_position(ranked)
    return list(range(max(0, line - _AROUND), min(len(ranked), line + _AROUND)))


def _line_position(ranked: Sequence[Row]) -> int:
    """Return how many of the ranking stand above the cut line."""
    return sum(1 for person in ranked if person["is_admitted"])


def ranking_rows(
    columns: Sequence[tables.Column],
    cut: Row,
    ranked: Sequence[Row],
    shown: Sequence[int],
    names: Names,
    texts: Texts,
) -> list[str]:
    """Return the rows of the ranking at the positions `shown`, the cut line, a row for each run left out."""
    shared = Counter(person["rank"] for person in ranked)
    line = _line_position(ranked)
    visible = set(shown)
    rows: list[str] = []
    hidden = 0
    for position in [*range(line), None, *range(line, len(ranked))]:
        if position is not None and position not in visible:
            hidden += 1
            continue
        rows += _gap(columns, hidden, texts)
        hidden = 0
        if position is not None:
            rows.append(_ranked_row(columns, ranked[position], shared, names, texts))
        elif cut["is_published"]:
            rows.append(tables.span_row(columns, cut_line_text(cut, texts), "cut"))
    return rows + _gap(columns, hidden, texts)


def _gap(columns: Sequence[tables.Column], count: int, texts: Texts) -> list[str]:
    if count <= 0:
        return []
    text = texts("shortlist.gap", count=formats.number(count, texts.language))
    return [tables.span_row(columns, f"⋯ {text} ⋯", "gap")]


def cut_line_text(cut: Row, texts: Texts) -> str:
    """Say where the cut runs: score and exact fraction, places, admitted, ties; or why there is none."""
    language = texts.language
    name = texts("shortlist.cut_line")
    if cut["cutoff_points"] is None:
        key = "shortlist.no_cut_shortfall" if cut["is_shortfall"] else "shortlist.no_cut"
        numbers = {"pool": cut["count_pool"], "places": cut["limit_places"]}
        written = {word: formats.number(value, language) for word, value in numbers.items()}
        return f"{name}: {texts(key, **written)}"
    score = formats.points(cut["cutoff_points"], language)
    if cut["cutoff_denominator"] not in (None, 1):
        score += f" ({formats.fraction(cut['cutoff_numerator'], cut['cutoff_denominator'])})"
    return f"{name}: " + texts(
        "shortlist.cut_detail_ties" if cut["count_over_limit"] else "shortlist.cut_detail",
        points=score,
        places=formats.number(cut["limit_places"], language),
        admitted=formats.number(cut["count_admitted"], language),
        over=formats.number(cut["count_over_limit"], language),
    )


def _ranked_row(
    columns: Sequence[tables.Column], person: Row, shared: Mapping[int, int], names: Names, texts: Texts
) -> str:
    cells: list[tables.Cell] = []
    for name in (column.name for column in columns):
        value = person_value(person, name, names)
        if name == "rank":
            cells.append(_rank_cell(person["rank"], shared, texts))
        elif name == "score_points":
            cells.append(formats.points(person["score_points"], texts.language))
        elif name == "status" and person["is_at_cutoff"]:
            badge = escape(texts("shortlist.tie_badge"))
            cells.append(tables.Html(f'{escape(str(value))}<span class="rz-badge">{badge}</span>'))
        else:
            cells.append("" if value is None else str(value))
    at_cutoff = "tie " if person["is_at_cutoff"] else ""
    return tables.table_row(columns, cells, at_cutoff + ("on" if person["is_admitted"] else "off"))


def _rank_cell(rank: int, shared: Mapping[int, int], texts: Texts) -> tables.Cell:
    if shared[rank] == 1:
        return str(rank)
    return tables.Html(f'<span title="{escape(texts("shortlist.shared_rank"))}">={rank}</span>')


def person_value(person: Row, name: str, names: Names) -> object:
    """Return what a column of the lists holds for a person; None where there is nothing."""
    if name == "status":
        return formats.named(names.statuses, person["status_code"])
    if name == "reason":
        return names.reasons.get(person["reason_code"], person["reason_code"])
    if name == "score_fraction":
        has_score = person["score_numerator"] is not None
        return formats.fraction(person["score_numerator"], person["score_denominator"]) if has_score else None
    return person[name]


def _show_reserve(release: Release, track: str, texts: Texts, comments: Mapping[str, str]) -> None:
    enrolled = selection.reserve(release, track)
    if not enrolled:
        return
    st.subheader(texts("shortlist.reserve"), anchor=False)
    st.caption(texts("shortlist.reserve_note"))
    columns = [tables.column(name, texts, comments, _css(name)) for name in _RESERVE_COLUMNS]
    rows = [
        tables.table_row(
            columns,
            [
                formats.number(person["commission_rank"], texts.language),
                person["candidate_no"],
                formats.points(person["commission_points"], texts.language),
                person["decision_no"] or formats.NOTHING,
                formats.moment_text(person["decided_at"], texts.language),
            ],
            "on",
        )
        for person in enrolled
    ]
    st.html(tables.html_table(columns, rows, texts("shortlist.reserve")))


def shortlist_rows(people: Sequence[Row], names: Names) -> list[list[object]]:
    """Return everybody of the list for a file, ranked people first, with the columns of the ranking."""
    return [[person_value(person, name, names) for name in _RANKED_COLUMNS] for person in people]
