"""The tests: scores with the cut, forms, on how much the cut hangs; and the parts about items.

Belongs here: the choices of the page, its order, scores, forms and fragility. Does not belong here: items,
groups, hours and pairs (dashboards/views/tests_items.py), SQL (dashboards/warehouse/testing.py), drawing
(dashboards/components/). Order §5. All of it is advisory (A25): no mark, place or list changes by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboards import warehouse
from dashboards.components import charts_tests, formats, measures, tables
from dashboards.components.downloads import download
from dashboards.components.filters import choose_code
from dashboards.components.header import show_header
from dashboards.components.switch import switch
from dashboards.i18n import Texts
from dashboards.views import tests_items
from dashboards.visit import Visit
from dashboards.warehouse import Release, Row, testing
from dashboards.warehouse.testing import TestFilters

_ALL = ""
PARTS = ("scores", "forms", "cut", "items", "groups", "hours", "pairs")
_TRACK_COLUMNS = (
    "track",
    "count_people",
    "mean_points",
    "cutoff_points",
    "count_admitted",
    "error_points",
    "count_near_cutoff",
)
_FORM_COLUMNS = (
    "form_code",
    "language_code",
    "count_takers",
    "count_items",
    "mean_points",
    "deviation_points",
    "reliability_kr20",
    "error_points",
    "count_near_cutoff",
    "not_computable_code",
)
_CUT_COLUMNS = (
    "track",
    "limit_places",
    "cutoff_points",
    "count_pool",
    "count_admitted",
    "count_at_cutoff",
    "count_out_if_higher",
    "count_in_if_lower",
)
_COMMENT_TABLES = tuple(name for name in testing.NEEDED_TABLES if name.startswith("reporting."))


def render(visit: Visit) -> None:
    """Show the page for the visit's release; raises TablesMissing for an older one."""
    release, texts = visit.release, visit.texts
    testing.require_tables(release)
    show_header(texts("tests.title"), release.manifest, texts)
    st.caption(texts("measured.advisory"))
    filters = _choose_filters(release, texts)
    forms = testing.forms(release, filters)
    if not forms:
        st.info(texts("tests.nobody"))
        return
    comments = warehouse.column_comments(release, _COMMENT_TABLES)
    st.html(tables.figures(headline(release, filters, forms, texts)))
    if filters.track:
        st.caption(texts("tests.track_note"))
    names = {code: texts(f"tests.part_{code}") for code in PARTS}
    section = switch(texts("tests.part"), names, "tests_part", PARTS[0], is_label_shown=True)
    st.subheader(names[section], anchor=False)
    if section == "scores":
        _show_scores(filters, visit, comments)
    elif section == "forms":
        _show_forms(forms, visit, comments)
    elif section == "cut":
        _show_fragility(filters, visit, comments)
    else:
        tests_items.SECTIONS[section](filters, visit, comments)


def _choose_filters(release: Release, texts: Texts) -> TestFilters:
    for_stage, for_form, for_language, for_track = st.columns(4)
    stages = warehouse.names(release, "stages", texts.language)
    with for_stage:
        stage = choose_code(
            texts("filter.stage"), {code: stages[code] for code in testing.stages(release)}, "test_stage"
        )
    known = testing.forms(release, TestFilters(stage))
    with for_form:
        forms = {row["form_code"]: row["form_code"] for row in known}
        form = choose_code(
            texts("column.form_code"), {_ALL: texts("tests.all_forms"), **forms}, f"form_{stage}"
        )
    with for_language:
        languages = {code: texts(f"measured.{code}") for code in sorted({r["language_code"] for r in known})}
        language = choose_code(
            texts("column.language_code"),
            {_ALL: texts("tests.all_languages"), **languages},
            f"language_{stage}",
        )
    with for_track:
        tracks = warehouse.names(release, "tracks", texts.language)
        track = choose_code(texts("filter.track"), {_ALL: texts("filter.all_tracks"), **tracks}, "test_track")
    return TestFilters(stage, form or None, language or None, track or None)


def headline(
    release: Release, filters: TestFilters, forms: Sequence[Row], texts: Texts
) -> list[tuple[str, str]]:
    """Return the named headline numbers of the chosen forms: people, forms, near the cut, flagged items."""
    near = [row["count_near_cutoff"] for row in forms if row["count_near_cutoff"] is not None]
    flagged = sum(bool(row["item_flag_codes"]) for row in testing.items(release, filters))
    return [
        (label, formats.number(count, texts.language))
        for label, count in (
            (texts("tests.figure_takers"), sum(row["count_takers"] for row in forms)),
            (texts("tests.figure_forms"), len(forms)),
            (texts("tests.figure_near"), sum(near) if near else None),
            (texts("tests.figure_flagged"), flagged),
        )
    ]


def _show_scores(filters: TestFilters, visit: Visit, comments: Mapping[str, str]) -> None:
    release, texts = visit.release, visit.texts
    rows = testing.tracks(release, filters)
    if not rows:
        st.info(texts("tests.nobody"))
        return
    names = warehouse.names(release, "tracks", texts.language)
    st.altair_chart(
        charts_tests.score_chart(testing.scores(release, filters), rows, names, texts), width="stretch"
    )
    st.caption(texts("tests.scores_note"))
    values = [[names[row["track_code"]], *(row[name] for name in _TRACK_COLUMNS[1:])] for row in rows]
    show_table("scores", _TRACK_COLUMNS, values, visit, comments)


def _show_forms(forms: Sequence[Row], visit: Visit, comments: Mapping[str, str]) -> None:
    texts = visit.texts
    values = [[_form_value(row, name, texts) for name in _FORM_COLUMNS] for row in forms]
    show_table("forms", _FORM_COLUMNS, values, visit, comments)
    st.caption(texts("tests.forms_note"))


def _form_value(row: Row, name: str, texts: Texts) -> object:
    if name in ("language_code", "not_computable_code"):
        return measures.words(row[name], texts)
    return row[name]


def _show_fragility(filters: TestFilters, visit: Visit, comments: Mapping[str, str]) -> None:
    release, texts = visit.release, visit.texts
    rows = testing.fragility(release, filters)
    if not rows:
        st.info(texts("tests.no_cut"))
        return
    names = warehouse.names(release, "tracks", texts.language)
    if filters.form or filters.language:
        st.caption(texts("tests.cut_whole"))
    st.altair_chart(charts_tests.fragility_chart(rows, names, texts), width="stretch")
    values = [[names[row["track_code"]], *(row[name] for name in _CUT_COLUMNS[1:])] for row in rows]
    show_table("cut", _CUT_COLUMNS, values, visit, comments)
    st.caption(texts("tests.cut_note"))


def show_table(
    name: str,
    columns: Sequence[str],
    values: Sequence[Sequence[object]],
    visit: Visit,
    comments: Mapping[str, str],
) -> None:
    """Show a small table with the button that hands it over."""
    texts = visit.texts
    _, button = st.columns([3, 1])
    download(button, visit, "tests", name, columns, values)
    st.html(measures.table(columns, values, texts(f"tests.part_{name}"), texts, comments))
