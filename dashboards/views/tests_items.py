"""The parts of the page of tests about items: statistics, one item's options, groups, hours, similar pairs.

Belongs here: these parts, each with its picture, its table and its words for "nothing". Does not belong here:
scores and cuts (dashboards/views/tests.py), SQL (dashboards/warehouse/testing.py), drawing
(dashboards/components/). An item is named by its form and number; no text of an item is shown. Policy A25.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from dashboards.components import charts_tests, formats, measures
from dashboards.components.downloads import count_and_download
from dashboards.components.filters import choose_code
from dashboards.i18n import Texts
from dashboards.visit import Visit
from dashboards.warehouse import Row, testing
from dashboards.warehouse.testing import TestFilters

_ITEM_COLUMNS = (
    "form_code",
    "language_code",
    "item_no",
    "count_takers",
    "difficulty",
    "item_rest_correlation",
    "discrimination",
    "count_unanswered",
    "item_flag_codes",
    "not_computable_code",
)
_OPTION_COLUMNS = (
    "option_code",
    "count_chosen",
    "share_chosen",
    "count_upper",
    "count_lower",
    "mean_rest_points",
    "option_flag_code",
)
_DIF_COLUMNS = (
    "form_code",
    "item_no",
    "reference_code",
    "focal_code",
    "count_reference",
    "count_focal",
    "delta",
    "delta_error",
    "p_value",
    "class_code",
    "favours_code",
    "not_computable_code",
)
_DRIFT_COLUMNS = (
    "form_code",
    "language_code",
    "item_no",
    "count_takers",
    "share_early",
    "share_late",
    "slope_per_hour",
    "p_adjusted",
    "flag_code",
    "not_computable_code",
)
_HOUR_COLUMNS = ("hour_no", "count_begun", "share_right")
_PAIR_COLUMNS = (
    "form_code",
    "language_code",
    "first_candidate_no",
    "second_candidate_no",
    "count_items",
    "count_equal",
    "expected_equal",
    "count_equal_wrong",
    "p_answers",
    "time_correlation",
    "p_times",
)
_PAIR_FORM_COLUMNS = (
    "form_code",
    "language_code",
    "count_takers",
    "count_pairs",
    "count_flagged",
    "not_computable_code",
)
_WORDS = frozenset(
    {
        "language_code",
        "item_flag_codes",
        "not_computable_code",
        "option_flag_code",
        "reference_code",
        "focal_code",
        "favours_code",
        "flag_code",
    }
)
_KINDS = ("language", "sex")
# So many pairs are sent to the browser; the file holds all.
_MOST_PAIRS = 500

ItemKey = tuple[str, str, int]


def values(rows: Sequence[Row], columns: Sequence[str], texts: Texts) -> list[list[object]]:
    """Return rows of values in the order of columns, codes in words."""
    return [
        [measures.words(row[name], texts) if name in _WORDS else row[name] for name in columns]
        for row in rows
    ]


def narrowed(rows: Sequence[Row], filters: TestFilters) -> list[Row]:
    """Return the rows of the chosen stage, form and language of a method's results."""
    return [
        row
        for row in rows
        if row["stage_code"] == filters.stage
        and filters.form in (None, row["form_code"])
        and filters.language in (None, row.get("language_code"))
    ]


def _choose_item(rows: Sequence[Row], key: str, default: Row | None, texts: Texts) -> ItemKey:
    """Show the items of the rows and return the chosen one; in the address: form.language.number."""
    options = {_item_code(row): _item_name(row, texts) for row in rows}
    picked = choose_code(texts("tests.one_item"), options, key, _item_code(default) if default else None)
    form, language, number = picked.rsplit(".", 2)
    return form, language, int(number)


def _item_code(row: Row) -> str:
    return f"{row['form_code']}.{row['language_code']}.{row['item_no']}"


def _item_name(row: Row, texts: Texts) -> str:
    name = f"{row['form_code']} · {row['item_no']} ({measures.words(row['language_code'], texts)})"
    flags = measures.words(row.get("item_flag_codes") or row.get("flag_code"), texts)
    return f"{name} – {flags}" if flags else name


def _show_items(filters: TestFilters, visit: Visit, comments: Mapping[str, str]) -> None:
    texts = visit.texts
    rows = testing.items(visit.release, filters)
    st.altair_chart(charts_tests.item_chart(rows, texts), width="stretch")
    st.caption(texts("tests.items_note"))
    shown = values(rows, _ITEM_COLUMNS, texts)
    count_and_download(visit, "tests", "items", _ITEM_COLUMNS, shown)
    measures.show_grid(_ITEM_COLUMNS, shown, texts, comments, "items_grid")
    st.subheader(texts("tests.one_item_title"), anchor=False)
    flagged = next((row for row in rows if row["item_flag_codes"]), None)
    item = _choose_item(rows, _key("item", filters), flagged, texts)
    options = testing.options(visit.release, filters.stage, item)
    if not options:
        st.info(texts("tests.no_options"))
        return
    st.altair_chart(charts_tests.option_chart(options, texts), width="stretch")
    st.caption(texts("tests.options_note"))
    named = [{**row, "option_code": charts_tests.option_name(row, texts)} for row in options]
    st.html(
        measures.table(
            _OPTION_COLUMNS,
            values(named, _OPTION_COLUMNS, texts),
            texts("tests.one_item_title"),
            texts,
            comments,
        )
    )


def _key(name: str, filters: TestFilters) -> str:
    """Return a key of a choice among the items that the filters leave."""
    return "_".join((name, filters.stage, filters.form or "all", filters.language or "all"))


def _show_groups(filters: TestFilters, visit: Visit, comments: Mapping[str, str]) -> None:
    texts = visit.texts
    found = measures.results(visit, "dif", "items")
    if found is None:
        return
    kinds = {kind: texts(f"tests.by_{kind}") for kind in _KINDS}
    kind = choose_code(texts("tests.compare"), kinds, "dif_kind")
    # translations are compared within their family, which has no form and no language of its own
    whole = TestFilters(filters.stage, None if kind == "language" else filters.form)
    rows = [row for row in narrowed(found["items"], whole) if row["kind_code"] == kind]
    if kind == "language" and (filters.form or filters.language):
        st.caption(texts("tests.families_note"))
    if not rows:
        st.info(texts("tests.no_groups"))
        return
    if any(row["delta"] is not None for row in rows):
        st.altair_chart(charts_tests.dif_chart(rows, texts), width="stretch")
    st.caption(texts("tests.groups_note"))
    rows.sort(key=lambda row: (-"ABC".find(row["class_code"] or "A"), row["form_code"], row["item_no"]))
    shown = values(rows, _DIF_COLUMNS, texts)
    count_and_download(visit, "tests", "groups", _DIF_COLUMNS, shown)
    measures.show_grid(_DIF_COLUMNS, shown, texts, comments, "dif_grid")


def _show_hours(filters: TestFilters, visit: Visit, comments: Mapping[str, str]) -> None:
    texts = visit.texts
    found = measures.results(visit, "drift", "items")
    flagged: dict[ItemKey, str] = {}
    rows: list[Row] = []
    if found is not None:
        rows = narrowed(found["items"], filters)
        # what is flagged first, then by how sure it is; the whole form last
        rows.sort(
            key=lambda row: (
                row["item_no"] is None,
                row["flag_code"] is None,
                row["p_adjusted"] if row["p_adjusted"] is not None else 2,
                row["form_code"],
                row["item_no"] or 0,
            )
        )
        flagged = {
            (row["form_code"], row["language_code"], row["item_no"]): row["flag_code"]
            for row in rows
            if row["flag_code"] and row["item_no"] is not None
        }
    items = [
        {**row, "item_flag_codes": flagged.get((row["form_code"], row["language_code"], row["item_no"]))}
        for row in testing.items(visit.release, filters)
    ]
    first = next((row for row in items if row["item_flag_codes"]), None)
    item = _choose_item(items, _key("hour", filters), first, texts)
    hours = testing.hours(visit.release, filters.stage, item)
    if any(row["share_right"] is not None for row in hours):
        st.altair_chart(charts_tests.hour_chart(hours, texts), width="stretch")
        st.caption(texts("tests.hours_note"))
    else:
        st.info(texts("tests.no_hours"))
    with st.expander(texts("tests.hours_table")):
        st.html(
            measures.table(
                _HOUR_COLUMNS,
                values(hours, _HOUR_COLUMNS, texts),
                texts("tests.hours_table"),
                texts,
                comments,
            )
        )
    if rows:
        st.markdown(f"**{texts('tests.drift_title')}**")
        st.caption(texts("tests.drift_note"))
        shown = [
            [texts("measured.whole_form") if name == "item_no" and value is None else value
             for name, value in zip(_DRIFT_COLUMNS, row, strict=True)]
            for row in values(rows, _DRIFT_COLUMNS, texts)
        ]  # fmt: skip
        count_and_download(visit, "tests", "drift", _DRIFT_COLUMNS, shown)
        measures.show_grid(_DRIFT_COLUMNS, shown, texts, comments, "drift_grid", {"slope_per_hour": 4})


def _show_pairs(filters: TestFilters, visit: Visit, comments: Mapping[str, str]) -> None:
    texts = visit.texts
    st.warning(texts("tests.pairs_note"), icon=":material/flag:")
    found = measures.results(visit, "similarity", "forms", "pairs")
    if found is None:
        return
    forms, pairs = narrowed(found["forms"], filters), narrowed(found["pairs"], filters)
    pairs.sort(key=_surest)
    if pairs:
        shown = values(pairs, _PAIR_COLUMNS, texts)
        count_and_download(visit, "tests", "pairs", _PAIR_COLUMNS, shown)
        if len(shown) > _MOST_PAIRS:
            st.caption(texts("measured.first_rows", count=formats.number(_MOST_PAIRS, texts.language)))
        measures.show_grid(_PAIR_COLUMNS, shown[:_MOST_PAIRS], texts, comments, "pairs_grid")
    else:
        st.info(texts("tests.no_pairs"))
    st.markdown(f"**{texts('tests.compared')}**")
    st.html(
        measures.table(
            _PAIR_FORM_COLUMNS,
            values(forms, _PAIR_FORM_COLUMNS, texts),
            texts("tests.compared"),
            texts,
            comments,
        )
    )


def _surest(row: Row) -> tuple[float, str, str]:
    known = [p for p in (row["p_answers"], row["p_times"]) if p is not None]
    return min(known, default=1.0), row["first_candidate_no"], row["second_candidate_no"]


#: code of a part -> what shows it
SECTIONS: Mapping[str, Callable[[TestFilters, Visit, Mapping[str, str]], None]] = {
    "items": _show_items,
    "groups": _show_groups,
    "hours": _show_hours,
    "pairs": _show_pairs,
}
