"""The ranked list of one stage and track: who goes on, where the cut runs, who is tied, and why.

Belongs here: the order of the page, the rows around the cut line. Does not belong here: what commissions read
(commission_lists.py), quota scenarios (quota_scenarios.py), ranking and cutting (dbt_project/), SQL
(dashboards/warehouse/), drawing (dashboards/components/). Order §3, policy A3–A6, A13, A22.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from dashboards import warehouse
from dashboards.access import COMMISSION_MEMBER
from dashboards.components import address, candidate_link, formats, standing, tables
from dashboards.components.downloads import download
from dashboards.components.filters import choose_code
from dashboards.components.header import show_header
from dashboards.components.switch import switch
from dashboards.i18n import Texts
from dashboards.views import commission_lists, quota_scenarios
from dashboards.views.commission_lists import COMMISSIONS, QUOTAS, ROOM_KEY
from dashboards.visit import Visit
from dashboards.warehouse import Row, publications, selection

# A list longer than this opens at its cut line, with this many people on each side.
_LONG_LIST = 30
_AROUND = 10
# So many people of a list are shown at most; its file has all.
_MOST = 1000
_VIEW_KEY, _SEARCH_KEY = "shortlist_view", "shortlist_search"
RANKING = "ranking"
_ROOMS = (RANKING, COMMISSIONS, QUOTAS)
_VIEWS = ("all", "cut")

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
    """Show a member the list of their commission; others the rankings, commissions' lists and scenarios."""
    if visit.grant.role == COMMISSION_MEMBER:
        commission_lists.render_own(visit)
        return
    release, texts = visit.release, visit.texts
    show_header(texts("shortlist.title"), release.manifest, texts)
    rooms = {code: texts(f"shortlist.room_{code}") for code in _ROOMS}
    room = switch(texts("shortlist.room"), rooms, ROOM_KEY, RANKING)
    if room == COMMISSIONS:
        commission_lists.render_any(visit)
    elif room == QUOTAS:
        quota_scenarios.render(visit)
    else:
        _render_ranking(visit)


def _render_ranking(visit: Visit) -> None:
    release, texts = visit.release, visit.texts
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
    counts = selection.list_counts(release, stage, track)
    cut = cuts.get((stage, track))
    if cut is None or not counts["count_people"]:
        st.info(texts("empty.list"))
        return
    st.html(tables.figures(list_figures(cut, counts, admits_by[stage], texts)))
    list_row = publications.lists(release).get(stage)
    _show_publication(cut, list_row, stages, texts)
    names = Names(
        warehouse.names(release, "statuses", texts.language), warehouse.reason_texts(release, texts.language)
    )
    _show_lists(visit, cut, counts, admits_by[stage], names)
    _show_source(cut, texts)
    download(
        st.container(),
        visit,
        "shortlist",
        "list",
        _RANKED_COLUMNS,
        lambda: shortlist_rows(selection.shortlist(release, stage, track), names),
        file_stem(cut, list_row),
    )


def _show_source(cut: Row, texts: Texts) -> None:
    """Say by which rule the list is cut and which rows of the release its numbers are."""
    keys = f"stage_code = '{cut['stage_code']}', track_code = '{cut['track_code']}'"
    with st.expander(texts("shortlist.source")):
        st.markdown(texts("shortlist.source_rule"))
        st.markdown(
            texts(
                "shortlist.source_rows",
                cut=f"`reporting.rpt_stage_tracks` ({keys})",
                people=f"`reporting.rpt_shortlists` ({keys})",
            )
        )


def _first_to_show(cuts: Mapping[tuple[str, str], Row], admits_by: Mapping[str, str]) -> str | None:
    """Return the latest published stage that has a ranking."""
    published = {stage for (stage, _), cut in cuts.items() if cut["is_published"]}
    ranked = [
        stage for stage, kind in admits_by.items() if kind in ("share", "places") and stage in published
    ]
    return ranked[-1] if ranked else None


def list_figures(cut: Row, counts: Row, admits_by: str, texts: Texts) -> list[tuple[str, str]]:
    """Return the figures of a list; with a cut: pool, places, cut-off, admitted, ties, supernumerary."""
    language = texts.language
    entered = (texts("metric.entered"), formats.number(counts["count_people"], language))
    places = (texts("metric.places"), formats.number(cut["limit_places"], language))
    admitted = (texts("metric.admitted"), formats.number(cut["count_admitted"], language))
    known = [entered] if cut["limit_places"] is None else [entered, places]
    if not cut["is_published"]:
        return known
    if admits_by not in ("share", "places"):
        refused = counts["count_not_admitted"]
        others = counts["count_people"] - cut["count_admitted"] - refused
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


def _show_lists(visit: Visit, cut: Row, counts: Row, admits_by: str, names: Names) -> None:
    release, texts = visit.release, visit.texts
    comments = warehouse.column_comments(release, _COMMENT_TABLES)
    if admits_by == "decision":
        _show_reserve(visit, cut["track_code"], comments)
    if counts["count_ranked"]:
        _show_ranking(visit, cut, counts, names, comments)
    if not counts["count_others"]:
        return
    key = "outside" if counts["count_ranked"] or admits_by in ("share", "places") else "everyone"
    st.subheader(texts(f"shortlist.{key}"), anchor=False)
    if key == "outside" or admits_by == "pass":
        st.caption(texts(f"shortlist.{key}_note"))
    shown = (*_OTHER_COLUMNS, *(_SCORE_COLUMNS if counts["has_other_scores"] else ()))
    others = selection.outside_ranking(release, cut["stage_code"], cut["track_code"], _MOST)
    rows = [[person_value(person, name, names) for name in shown] for person in others]
    tables.show_grid(shown, rows, texts, comments, key="others", link=candidate_link.grid_link(visit))
    _say_how_many(len(rows), counts["count_others"], texts)


def _say_how_many(shown: int, count: int, texts: Texts) -> None:
    """Say how many of a list are shown where that is not all of it."""
    if shown < count:
        written = {"shown": shown, "count": count}
        st.caption(
            texts(
                "shortlist.showing",
                **{name: formats.number(value, texts.language) for name, value in written.items()},
            )
        )


def file_stem(cut: Row, list_row: Row | None) -> tuple[str, ...]:
    """Return what the name of the list's file says: which list, and as provisional or of which version."""
    states: list[str] = []
    if list_row is not None:
        is_by_act = list_row["is_published_by_act"]
        states = [f"v{list_row['version']}" if is_by_act else standing.state(list_row)]
    return ("shortlist", cut["stage_code"], cut["track_code"], *states)


def _show_ranking(visit: Visit, cut: Row, counts: Row, names: Names, comments: Mapping[str, str]) -> None:
    release, texts = visit.release, visit.texts
    st.subheader(texts("shortlist.ranked"), anchor=False)
    for_search, for_view = st.columns([1, 2], vertical_alignment="bottom")
    address.start_text(_SEARCH_KEY)
    wanted = for_search.text_input(texts("shortlist.search"), key=_SEARCH_KEY).strip()
    address.put(_SEARCH_KEY, wanted)
    view = switch(
        texts("shortlist.view"),
        {code: texts(f"shortlist.view_{code}") for code in _VIEWS},
        _VIEW_KEY,
        "cut" if counts["count_ranked"] > _LONG_LIST else "all",
        place=for_view,
        is_label_shown=True,
    )
    first, last = (1, counts["count_ranked"]) if wanted else shown_places(counts, view)
    people = selection.ranking(
        release, cut["stage_code"], cut["track_code"], first, last, wanted=wanted, limit=_MOST
    )
    if not people:
        st.info(texts("empty.search", text=wanted))
        return
    columns = [
        tables.column(name, texts, comments, _css(name))
        for name in _RANKED_COLUMNS
        if name != "decision_no" or counts["has_decisions"]
    ]
    rows = ranking_rows(columns, cut, counts, people, names, visit)
    st.html(tables.html_table(columns, rows, texts("shortlist.ranked"), max_height=1100))
    _say_how_many(len(people), counts["count_ranked"], texts)


def _css(name: str) -> str:
    if name in _CODES:
        return "code"
    return "num" if name in _NUMERIC else "wide" if name == "reason" else ""


def shown_places(counts: Row, view: str) -> tuple[int, int]:
    """Return from which to which place of the ranking is shown: around the cut line, or all of it."""
    if view == "all":
        return 1, counts["count_ranked"]
    return max(1, counts["count_line"] - _AROUND + 1), min(
        counts["count_ranked"], counts["count_line"] + _AROUND
    )


def ranking_rows(
    columns: Sequence[tables.Column],
    cut: Row,
    counts: Row,
    people: Sequence[Row],
    names: Names,
    visit: Visit,
) -> list[str]:
    """Return the rows of `people` of the ranking, the cut line, a row for each run left out."""
    texts, line = visit.texts, counts["count_line"]
    rows: list[str] = []
    place, is_drawn = 0, False
    for person in [*people, None]:
        following = counts["count_ranked"] + 1 if person is None else person["display_order"]
        if following > line and not is_drawn:
            rows += _gap(columns, line - place, texts)
            place, is_drawn = line, True
            if cut["is_published"]:
                rows.append(tables.span_row(columns, cut_line_text(cut, texts), "cut"))
        rows += _gap(columns, following - 1 - place, texts)
        if person is not None:
            rows.append(_ranked_row(columns, person, names, visit))
            place = following
    return rows


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


def _ranked_row(columns: Sequence[tables.Column], person: Row, names: Names, visit: Visit) -> str:
    texts = visit.texts
    cells: list[tables.Cell] = []
    for name in (column.name for column in columns):
        value = person_value(person, name, names)
        if name == "rank":
            cells.append(_rank_cell(person, texts))
        elif name == "candidate_no":
            cells.append(candidate_link.cell(person["candidate_no"], visit))
        elif name == "score_points":
            cells.append(formats.points(person["score_points"], texts.language))
        elif name == "status" and person["is_at_cutoff"]:
            badge = escape(texts("shortlist.tie_badge"))
            cells.append(tables.Html(f'{escape(str(value))}<span class="rz-badge">{badge}</span>'))
        else:
            cells.append("" if value is None else str(value))
    at_cutoff = "tie " if person["is_at_cutoff"] else ""
    return tables.table_row(columns, cells, at_cutoff + ("on" if person["is_admitted"] else "off"))


def _rank_cell(person: Row, texts: Texts) -> tables.Cell:
    if person["count_same"] == 1:
        return str(person["rank"])
    return tables.Html(f'<span title="{escape(texts("shortlist.shared_rank"))}">={person["rank"]}</span>')


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


def _show_reserve(visit: Visit, track: str, comments: Mapping[str, str]) -> None:
    texts = visit.texts
    enrolled = selection.reserve(visit.release, track)
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
                candidate_link.cell(person["candidate_no"], visit),
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
